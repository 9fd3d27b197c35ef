//! What a call takes.

use super::quantities::{NANODOLLARS, dollars, seconds, token_law, tokens};
use crate::law::Law;
use crate::organization::timed::{Service, Tool};
use crate::registry::{Form, ParameterError, choice, integer, real};

/// How long a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallTime {
    Tokens,
    Constant,
    Exponential,
    Lognormal,
    Instant,
}

/// The call of an agent; `None` for one that decides at once and for nothing.
pub(super) fn read_calls(form: &mut Form) -> Result<Option<Service>, ParameterError> {
    let kinds = [
        ("tokens", CallTime::Tokens, "as long as its tokens take at the endpoint"),
        ("constant", CallTime::Constant, "always call_time"),
        ("exponential", CallTime::Exponential, "exponential with mean call_time"),
        ("lognormal", CallTime::Lognormal, "lognormal with mean call_time and deviation call_deviation"),
        ("instant", CallTime::Instant, "no time, no tokens, no money"),
    ];
    let kind = form.read(choice("call", &kinds).help("how long a request of an agent takes"))?;
    let mean = form.read(seconds("call_time", 10.0).help("mean time of a request, unless call = tokens"))?;
    let deviation =
        form.read(seconds("call_deviation", 10.0).help("its standard deviation, call = lognormal only"))?;
    let prompt = form.read(tokens("prompt_tokens", 1000).help("input of a call, apart from messages"))?;
    let output = form.read(token_law("output_tokens", 500.0).help("mean output of a turn"))?;
    let spread =
        form.read(token_law("output_deviation", 250.0).help("its standard deviation; the law is lognormal"))?;
    let limit = form.read(
        tokens("output_limit", 0)
            .help("output after which a turn is cut off, which makes its vote wrong")
            .or_word("none", "no limit"),
    )?;
    let coupling = form.read(
        real("length_coupling", 0.3)
            .between(0.0, 10.0)
            .help("how much shorter right answers are, in deviations of the log-length"),
    )?;
    let thinking = form.read(
        token_law("thinking_tokens", 0.0).help("mean thinking before the output of a turn, billed as output"),
    )?;
    let thinking_spread = form.read(token_law("thinking_deviation", 0.0).help("its standard deviation"))?;
    let turns = form.read(
        integer("turns", 1)
            .between(1, 10_000)
            .help("turns of a call; the input of a turn has all that came before"),
    )?;
    let tool_time =
        form.read(seconds("tool_time", 0.0).help("mean time of the tool between turns, exponential"))?;
    let tool_tokens = form.read(tokens("tool_tokens", 0).help("tokens that the tool returns"))?;
    let tool_price = form.read(dollars("tool_price", 0.0).help("price of a use of the tool"))?;
    let law = |law: Result<Law, crate::law::InvalidLaw>, key: &'static str| {
        law.map_err(|error| ParameterError::impossible(&[key], error.to_string()))
    };
    let duration = match kind {
        CallTime::Instant => return Ok(None),
        CallTime::Tokens => None,
        CallTime::Constant => Some(law(Law::constant(mean), "call_time")?),
        CallTime::Exponential => Some(law(Law::exponential(mean), "call_time")?),
        CallTime::Lognormal => Some(law(Law::lognormal(mean, deviation), "call_time")?),
    };
    let service = Service {
        endpoint: 0,
        duration,
        prompt_tokens: u64::from(prompt),
        output_tokens: law(Law::lognormal(output, spread), "output_tokens")?,
        output_limit: limit.map(u64::from),
        length_coupling: coupling,
        thinking_tokens: law(Law::lognormal(thinking, thinking_spread), "thinking_tokens")?,
        turns,
        tool: Tool {
            latency: law(Law::exponential(tool_time), "tool_time")?,
            tokens: u64::from(tool_tokens),
            price: (tool_price * NANODOLLARS) as u64,
        },
    };
    Ok(Some(service))
}
