//! Messages, the window, and what may be spent.

use super::quantities::{money, seconds, time, tokens};
use crate::law::Law;
use crate::models::organization::OrganizationParameters;
use crate::organization::timed::{Allowance, Cache, Context, Delivery, Overflow};
use crate::registry::{Form, ParameterError, boolean, choice, integer, real};

pub(super) fn read_delivery(form: &mut Form) -> Result<(Delivery, u32), ParameterError> {
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

pub(super) fn read_context(
    form: &mut Form,
    base: &OrganizationParameters,
) -> Result<Context, ParameterError> {
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

pub(super) fn read_allowance(form: &mut Form) -> Result<Allowance, ParameterError> {
    Ok(Allowance {
        deadline: form.read(time("deadline", 60.0).help("time until the answer must be there; then the votes that are there decide").or_word("none", "no limit"))?,
        money: form.read(money("budget", 1.0).help("money of a run").or_word("unlimited", "no limit"))?,
        tokens: form.read(tokens("token_budget", 100_000).help("tokens of a run, input and output").or_word("unlimited", "no limit"))?.map(u64::from),
        money_per_agent: form.read(money("agent_budget", 0.1).help("money of every agent that makes calls, split off that of the run").or_word("unlimited", "no limit of its own"))?,
        reservation: form.read(real("reservation", 2.0).between(0.01, 1000.0).help("output that is reserved for a turn under a budget, as a multiple of its mean; a turn that reaches it is cut off"))?,
        events: u64::from(form.read(integer("event_limit", 10_000_000).between(1, u32::MAX).help("events after which a trial is broken off"))?),
    })
}
