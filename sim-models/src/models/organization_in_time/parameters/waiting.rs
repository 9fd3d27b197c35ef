//! Whom agents wait for, and what happens to calls that take too long.

use sim_core::events::Duration;
use sim_core::events::resource::Backoff;

use super::quantities::{seconds, time};
use crate::organization::timed::{CallPolicy, CancelledBilling, Until, Waiting};
use crate::registry::{Form, ParameterError, boolean, choice, integer, real};

pub(super) fn read_waiting(form: &mut Form) -> Result<Waiting, ParameterError> {
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

pub(super) fn read_policy(form: &mut Form) -> Result<CallPolicy, ParameterError> {
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

pub(super) fn read_backoff(form: &mut Form) -> Result<Backoff, ParameterError> {
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
