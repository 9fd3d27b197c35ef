//! Parameters of an organization in time: an organization, and what is laid over it.

use sim_core::events::Duration;
use sim_core::events::resource::Backoff;

use super::faults;
use crate::law::Law;
use crate::models::organization::OrganizationParameters;
use crate::organization::timed::{
    Allowance, Cache, CallPolicy, CancelledBilling, Catalog, Context, Delivery, Endpoint, EndpointLimits,
    InvalidTiming, LanguageModel, Overflow, Service, TimedOrganization, Timing, Tool, Until, Waiting,
    picodollars_per_token,
};
use crate::registry::{
    Document, Form, OrWord, ParameterError, Parameters, Single, Unit, boolean, choice, document, integer,
    real, table,
};

/// Parameters of [`OrganizationInTime`](super::OrganizationInTime).
#[derive(Clone, Debug)]
pub struct TimedParameters {
    pub(super) base: OrganizationParameters,
    pub(super) timing: Timing,
    pub(super) by_agent: bool,
    pub(super) attribute: bool,
}

/// How long a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallTime {
    Tokens,
    Constant,
    Exponential,
    Lognormal,
    Instant,
}

const NANODOLLARS: f64 = 1e9;

impl Parameters for TimedParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let base = OrganizationParameters::read(form)?;
        let (service, judge) = read_calls(form)?;
        let endpoint = read_endpoint(form)?;
        let waiting = read_waiting(form)?;
        let calls = read_policy(form)?;
        let (delivery, message_tokens) = read_delivery(form)?;
        let context = read_context(form, &base)?;
        let allowance = read_allowance(form)?;
        let fault_table = form.read(
            table("faults")
                .help("what goes wrong, an entry per fault: silent-wrong = 0.05, crash = { rate = \"0.01 per s\", restart = \"20 s\" }; an entry may have a target = \"a*\" or \"family:NAME\"")
                .or_word("none", "nothing goes wrong"),
        )?;
        let scale = form.read(
            real("fault_scale", 1.0).not_negative().help("factor of all probabilities and rates of faults"),
        )?;
        let attribute = form.read(
            boolean("attribute", false)
                .help("run every trial once more without each fault, and tell what each costs in success"),
        )?;
        let by_agent =
            form.read(boolean("by_agent", false).help("tell the tokens of every agent that makes calls"))?;

        let base = base.with_message_tokens(f64::from(message_tokens));
        let organization = base.organization();
        let agents = organization.graph().len();
        let calling: Vec<usize> =
            (0..agents).filter(|&agent| judge || organization.bias(agent).is_some()).collect();
        let mut timing = Timing::instant(agents).waiting(waiting);
        if let Some(service) = service {
            timing = timing.serving(calling.iter().copied(), &service);
        }
        let working: Vec<bool> = (0..agents).map(|agent| calling.contains(&agent)).collect();
        timing = Timing {
            endpoints: vec![endpoint],
            calls,
            delivery,
            context,
            allowance,
            faults: faults::read(&fault_table.unwrap_or_default(), scale, organization, &working)?,
            ..timing
        };
        Ok(Self { base, timing, by_agent, attribute })
    }
}

impl TimedParameters {
    /// The organization in time that these parameters describe.
    ///
    /// # Errors
    /// It cannot be simulated.
    pub fn timed(&self) -> Result<TimedOrganization, ParameterError> {
        let timed = TimedOrganization::new(self.base.organization(), &self.timing).map_err(explain)?;
        let timed = if self.by_agent { timed.by_agent() } else { timed };
        Ok(if self.attribute { timed.attributing() } else { timed })
    }
}

/// Names the keys behind what is wrong.
fn explain(error: InvalidTiming) -> ParameterError {
    let keys: &[&'static str] = match &error {
        InvalidTiming::NotSampled(_) => &["file", "graph", "shape"],
        InvalidTiming::TooFewSenders { .. } => &["wait_for"],
        InvalidTiming::NeverServed { .. } => {
            &["tokens_per_minute", "prompt_tokens", "output_tokens", "faults"]
        }
        InvalidTiming::NoRoom { .. } => &["context_window", "prompt_tokens", "output_tokens"],
        InvalidTiming::NeverDone { .. } | InvalidTiming::TwoFaults(_) => &["faults"],
        InvalidTiming::Number { quantity, .. } if quantity.contains("per minute") => {
            &["requests_per_minute", "tokens_per_minute"]
        }
        _ => &["faults", "fault_scale"],
    };
    ParameterError::impossible(keys, error.to_string())
}

/// The call of an agent, and whether agents that only decide make one too.
fn read_calls(form: &mut Form) -> Result<(Option<Service>, bool), ParameterError> {
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
    let judge = form.read(boolean("judges_call", false).help("whether agents that only decide on the votes of others make a call for it; otherwise they decide at once and for nothing"))?;
    let prompt = form.read(tokens("prompt_tokens", 1000).help("input of a call, apart from messages"))?;
    let output = form
        .read(real("output_tokens", 500.0).not_negative().unit(Unit::Tokens).help("mean output of a turn"))?;
    let spread = form.read(
        real("output_deviation", 250.0)
            .not_negative()
            .unit(Unit::Tokens)
            .help("its standard deviation; the law is lognormal"),
    )?;
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
        real("thinking_tokens", 0.0)
            .not_negative()
            .unit(Unit::Tokens)
            .help("mean thinking before the output of a turn, billed as output"),
    )?;
    let thinking_spread = form.read(
        real("thinking_deviation", 0.0).not_negative().unit(Unit::Tokens).help("its standard deviation"),
    )?;
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
        CallTime::Instant => return Ok((None, judge)),
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
    Ok((Some(service), judge))
}

/// The endpoint: a row of the table or a file, with what the scenario says otherwise.
fn read_endpoint(form: &mut Form) -> Result<Endpoint, ParameterError> {
    let language_model = form.read(language_model())?;
    let file = form.read(
        document("language_model_file")
            .help("JSON file of a language model of one's own, with the fields of the table's rows")
            .or_word("none", "a row of the table"),
    )?;
    let input = form.read(price("input_price").help("price of input"))?;
    let output = form.read(price("output_price").help("price of output"))?;
    let cache_write =
        form.read(price("cache_write_price").help("price of input that is written to the cache"))?;
    let cache_read =
        form.read(price("cache_read_price").help("price of input that is read from the cache"))?;
    let speed = form.read(
        real("tokens_per_second", 100.0)
            .positive()
            .unit(Unit::TokensPerSecond)
            .help("speed of one answer")
            .or_word("listed", "as the table says"),
    )?;
    let first = form.read(
        seconds("time_to_first_token", 0.5)
            .help("time until the first token of an answer")
            .or_word("listed", "as the table says"),
    )?;
    let limits = EndpointLimits {
        concurrency: form.read(
            integer("concurrency", 1)
                .between(1, 1_000_000)
                .help("requests that are served at once; others wait in line")
                .or_word("unlimited", "any number"),
        )?,
        half_speed: form.read(
            real("half_speed", 8.0)
                .positive()
                .help("with this many requests beside it, a request is served at half its speed")
                .or_word("unlimited", "requests do not slow each other down"),
        )?,
        requests_per_minute: form.read(
            real("requests_per_minute", 60.0)
                .positive()
                .unit(Unit::RequestsPerMinute)
                .help("requests that are admitted; others are refused, and tried again")
                .or_word("unlimited", "any number"),
        )?,
        tokens_per_minute: form.read(
            real("tokens_per_minute", 100_000.0)
                .positive()
                .unit(Unit::TokensPerMinute)
                .help("tokens that are admitted, input and largest output")
                .or_word("unlimited", "any number"),
        )?,
    };
    let energy = form.read(
        real("energy_per_token", 0.0)
            .not_negative()
            .unit(Unit::JoulesPerToken)
            .help("energy of an output token at the processor"),
    )?;
    let input_energy = form.read(
        real("energy_per_input_token", 0.0)
            .not_negative()
            .unit(Unit::JoulesPerToken)
            .help("energy of an input token that is not in the cache"),
    )?;
    let pue = form.read(
        real("power_usage_effectiveness", 1.0)
            .between(1.0, 10.0)
            .help("energy of the facility over that of its processors"),
    )?;
    let row = match &file {
        Some(file) => of_file(file)?,
        None => language_model.clone(),
    };
    let wrong = |error: String| ParameterError::impossible(&["language_model_file", "language_model"], error);
    let mut endpoint = row.endpoint().map_err(|error| wrong(error.to_string()))?;
    for (given, meter) in [
        (input, &mut endpoint.prices.input),
        (output, &mut endpoint.prices.output),
        (cache_write, &mut endpoint.prices.cache_write),
        (cache_read, &mut endpoint.prices.cache_read),
    ] {
        if let Some(price) = given {
            *meter = price;
        }
    }
    endpoint.tokens_per_second = speed.unwrap_or(endpoint.tokens_per_second);
    if let Some(first) = first {
        endpoint.time_to_first_token = Law::constant(first)
            .map_err(|error| ParameterError::impossible(&["time_to_first_token"], error.to_string()))?;
    }
    endpoint.joules_per_output_token = energy * pue;
    endpoint.joules_per_input_token = input_energy * pue;
    endpoint.limits = limits;
    Ok(endpoint)
}

fn of_file(file: &Document) -> Result<LanguageModel, ParameterError> {
    LanguageModel::from_json(file.text()).map_err(|error| {
        ParameterError::impossible(&["language_model_file"], format!("{}: {error}", file.name()))
    })
}

fn read_waiting(form: &mut Form) -> Result<Waiting, ParameterError> {
    let until = [
        ("all", Wait::All, "for all votes, or the news that they are lost"),
        ("first", Wait::First, "for the first wait_for votes"),
        ("decided", Wait::Decided, "until no missing vote can change the decision"),
    ];
    let until = form.read(choice("wait", &until).help("what an agent waits for"))?;
    let count = form.read(
        integer("wait_for", 1).between(1, 1_000_000).help("votes that an agent waits for, wait = first only"),
    )?;
    Ok(Waiting {
        until: match until {
            Wait::All => Until::All,
            Wait::First => Until::First(count),
            Wait::Decided => Until::Decided,
        },
        patience: form.read(
            seconds("patience", 60.0)
                .help("longest wait after the first message; then the votes that are there decide")
                .try_map(Duration::from_seconds)
                .or_word("unlimited", "no limit"),
        )?,
        cancel_rest: form.read(
            boolean("cancel_rest", true).help("whether calls that nobody waits for any more are cancelled"),
        )?,
    })
}

#[derive(Clone, Copy, Debug)]
enum Wait {
    All,
    First,
    Decided,
}

fn read_policy(form: &mut Form) -> Result<CallPolicy, ParameterError> {
    let backoff = read_backoff(form)?;
    let billing = [
        ("generated", CancelledBilling::Generated, "its input and the output so far"),
        ("all", CancelledBilling::All, "as if it had ended"),
        ("nothing", CancelledBilling::Nothing, "nothing"),
    ];
    Ok(CallPolicy {
        billing: form.read(
            choice("cancelled_billing", &billing).help("what a request costs that is cancelled or times out"),
        )?,
        timeout: form.read(
            time("timeout", 60.0)
                .help("time after which a call is given up and tried again")
                .or_word("none", "no limit"),
        )?,
        retries: form.read(
            integer("retries", 3)
                .between(0, 1000)
                .help("tries after the first one, of a call that times out or a request that is refused"),
        )?,
        backoff,
        hedge_after: form.read(
            time("hedge_after", 30.0)
                .help("time after which the same call is made once more; the first answer counts")
                .or_word("never", "no second call"),
        )?,
    })
}

fn read_backoff(form: &mut Form) -> Result<Backoff, ParameterError> {
    let first = form.read(
        time("backoff", 1.0).help("mean wait before the first retry; it doubles with every further one"),
    )?;
    let longest = form.read(time("longest_backoff", 60.0).help("longest mean wait before a retry"))?;
    let jitter = form.read(
        real("jitter", 1.0)
            .between(0.0, 1.0)
            .help("share of that wait that is drawn: at 1 it is uniform from 0 to twice its mean"),
    )?;
    Backoff::new(first, longest, jitter)
        .map_err(|error| ParameterError::impossible(&["jitter"], error.to_string()))
}

fn read_delivery(form: &mut Form) -> Result<(Delivery, u32), ParameterError> {
    let mean = form.read(seconds("message_time", 0.0).help("mean time of a message"))?;
    let deviation =
        form.read(seconds("message_deviation", 0.0).help("its standard deviation; the law is lognormal"))?;
    let message_tokens =
        form.read(tokens("message_tokens", 200).help("length of a message whose description states none"))?;
    let latency = Law::lognormal(mean, deviation)
        .map_err(|error| ParameterError::impossible(&["message_time"], error.to_string()))?;
    let delivery = Delivery {
        latency,
        retransmissions: form.read(
            integer("retransmissions", 0)
                .between(0, 1000)
                .help("how often a message is sent again that was lost in a burst, or lost noticeably"),
        )?,
        retransmit_after: form
            .read(time("retransmit_after", 1.0).help("time after which it is sent again"))?,
        deduplicate: form
            .read(boolean("deduplicate", true).help("whether a message that arrives twice is recognized"))?,
    };
    Ok((delivery, message_tokens))
}

fn read_context(form: &mut Form, base: &OrganizationParameters) -> Result<Context, ParameterError> {
    let window = form.read(
        tokens("context_window", 128_000)
            .help("tokens of an agent's context, output included")
            .or_word("organization", "the window of the organization's file; no limit where it states none"),
    )?;
    let overflow = [
        ("fail", OverflowKind::Fail, "the call fails"),
        ("truncate", OverflowKind::Truncate, "the oldest messages are left out"),
        ("summarize", OverflowKind::Summarize, "all messages are summarized by one more request"),
    ];
    let overflow =
        form.read(choice("overflow", &overflow).help("what happens to what does not fit into the window"))?;
    let summary = form.read(tokens("summary_tokens", 500).help("length of a summary"))?;
    let fidelity = form.read(
        real("summary_fidelity", 0.9).between(0.0, 1.0).help("fidelity of a summary to every vote in it"),
    )?;
    let hit = form.read(
        real("cache_hit", 0.9)
            .between(0.0, 1.0)
            .help("probability that a turn finds the input of the one before in the cache")
            .or_word("no-cache", "every turn reads its whole input anew"),
    )?;
    let time_to_live = form.read(time("cache_time", 300.0).help("how long an input stays in the cache"))?;
    let of_file = base.organization().window().map(|window| window as u64);
    Ok(Context {
        window: window.map(u64::from).or(of_file),
        overflow: match overflow {
            OverflowKind::Fail => Overflow::Fail,
            OverflowKind::Truncate => Overflow::Truncate,
            OverflowKind::Summarize => Overflow::Summarize { tokens: u64::from(summary), fidelity },
        },
        cache: hit.map(|hit| Cache { hit, time_to_live }),
    })
}

#[derive(Clone, Copy, Debug)]
enum OverflowKind {
    Fail,
    Truncate,
    Summarize,
}

fn read_allowance(form: &mut Form) -> Result<Allowance, ParameterError> {
    Ok(Allowance {
        deadline: form.read(time("deadline", 60.0).help("time until the answer must be there; then the votes that are there decide").or_word("none", "no limit"))?,
        money: form.read(money("budget", 1.0).help("money of a run").or_word("unlimited", "no limit"))?,
        tokens: form.read(tokens("token_budget", 100_000).help("tokens of a run, input and output").or_word("unlimited", "no limit"))?.map(u64::from),
        money_per_agent: form.read(money("agent_budget", 0.1).help("money of every agent that makes calls, split off that of the run").or_word("unlimited", "no limit of its own"))?,
        reservation: form.read(real("reservation", 2.0).between(0.01, 1000.0).help("output that is reserved for a turn under a budget, as a multiple of its mean; a turn that reaches it is cut off"))?,
        events: u64::from(form.read(integer("event_limit", 10_000_000).between(1, u32::MAX).help("events after which a trial is broken off"))?),
    })
}

/// The rows of the table as choices; the first is the default.
fn language_model() -> Single<&'static LanguageModel> {
    static TABLE: std::sync::LazyLock<Vec<LanguageModel>> =
        std::sync::LazyLock::new(|| Catalog::builtin().map(|table| table.models).unwrap_or_default());
    let choices: Vec<(&'static str, &'static LanguageModel, &'static str)> =
        TABLE.iter().map(|row| (row.name.as_str(), row, "")).collect();
    choice("language_model", &choices).help("row of the table of prices and speeds")
}

fn seconds(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, 1e9).unit(Unit::Seconds)
}

fn time(key: &'static str, default: f64) -> Single<Duration> {
    seconds(key, default).try_map(Duration::from_seconds)
}

fn tokens(key: &'static str, default: u32) -> Single<u32> {
    integer(key, default).unit(Unit::Tokens)
}

fn dollars(key: &'static str, default: f64) -> Single<f64> {
    real(key, default).between(0.0, 1e9).unit(Unit::Dollars)
}

/// Whole nanodollars.
fn money(key: &'static str, default: f64) -> Single<u64> {
    dollars(key, default).try_map(|dollars| Ok::<_, ParameterError>((dollars * NANODOLLARS) as u64))
}

/// A price that a scenario may leave to the table.
fn price(key: &'static str) -> Price {
    Price(key)
}

struct Price(&'static str);

impl Price {
    fn help(self, help: &'static str) -> OrWord<Single<u64>> {
        real(self.0, 1.0)
            .between(0.0, 1e6)
            .unit(Unit::DollarsPerMillionTokens)
            .help(help)
            .try_map(|dollars| picodollars_per_token(dollars).ok_or(()))
            .or_word("listed", "as the table says")
    }
}
