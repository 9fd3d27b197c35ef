//! The rules of a workflow as parameters.

use sim_core::events::Duration;

use crate::registry::{Form, ParameterError, Unit, choice, integer, real};
use crate::workflow::{
    BatchEnd, Capacity, DeadlineRule, Dependence, Idle, Overspend, ProviderLimits, Replanning, Rules,
    RunningInfo, Verifier,
};

/// A preset, and what is otherwise.
pub(super) fn read(form: &mut Form) -> Result<Rules, ParameterError> {
    let presets = [
        (
            "realistic",
            Rules::realistic(),
            "first success ends a batch, money is set aside, the verifier errs, ends are hidden",
        ),
        (
            "mcpp-ref",
            Rules::reference(),
            "as in the published planner's program: barrier, clairvoyant, perfect verifier",
        ),
    ];
    let preset =
        form.read(choice("rules", &presets).help("the rules, unless a switch below says otherwise"))?;
    let batch_end = form.read(
        choice(
            "batch_end",
            &[
                ("preset", None, "as the rules say"),
                ("barrier", Some(BatchEnd::Barrier), "when all samples have ended"),
                (
                    "first-success",
                    Some(BatchEnd::FirstSuccess { refund: false }),
                    "when the first passes; all are paid",
                ),
                (
                    "first-success-refund",
                    Some(BatchEnd::FirstSuccess { refund: true }),
                    "when the first passes; the rest is paid back",
                ),
            ],
        )
        .help("when a batch ends"),
    )?;
    let overspend = form.read(
        choice(
            "overspend",
            &[
                ("preset", None, "as the rules say"),
                ("fail-run", Some(Overspend::FailRun), "the run fails"),
                (
                    "reserve",
                    Some(Overspend::Reserve { quantile: 0.95 }),
                    "95 % quantiles are set aside; samples are cut off there",
                ),
                ("reject-decision", Some(Overspend::RejectDecision), "nothing of the decision is launched"),
                (
                    "sample-by-sample",
                    Some(Overspend::SampleBySample),
                    "samples are launched one by one until the next costs more than is left",
                ),
                ("allow-bounded", Some(Overspend::AllowBounded), "launched while anything is left"),
            ],
        )
        .help("what happens to a launch that the budget does not cover"),
    )?;
    let deadline = form.read(
        choice(
            "deadline_rule",
            &[
                ("preset", None, "as the rules say"),
                ("at-launch", Some(DeadlineRule::AtLaunch), "a launch that would end late fails the run"),
                (
                    "at-deadline",
                    Some(DeadlineRule::AtDeadline),
                    "when the run is not complete at the deadline",
                ),
                ("afterwards", Some(DeadlineRule::Afterwards), "the same, but the run goes on to its end"),
            ],
        )
        .help("when the deadline is missed"),
    )?;
    let idle = form.read(
        choice(
            "idle",
            &[
                ("preset", None, "as the rules say"),
                ("forbidden", Some(Idle::Forbidden), "every ready subtask is launched at every decision"),
                ("allowed", Some(Idle::Allowed), "one may wait for a running batch"),
            ],
        )
        .help("whether a ready subtask may wait"),
    )?;
    let running = form.read(
        choice(
            "running_info",
            &[
                ("preset", None, "as the rules say"),
                ("clairvoyant", Some(RunningInfo::Clairvoyant), "when they end"),
                ("residual", Some(RunningInfo::Residual), "how long they have run"),
            ],
        )
        .help("what a policy knows about running batches"),
    )?;
    let verifier = form.read(
        choice(
            "verifier",
            &[
                ("preset", None, "as the rules say"),
                ("perfect", Some(Verifier::Perfect), "it is never wrong"),
                (
                    "noisy",
                    Some(Verifier::Noisy { true_positive: 0.98, false_positive: 0.01, cost: 0, latency: Duration::ZERO }),
                    "it passes right samples with verifier_true_positive, wrong ones with verifier_false_positive",
                ),
                ("none", Some(Verifier::None), "every sample passes; what is wrong shows at the end"),
            ],
        )
        .help("who says whether a sample is right"),
    )?;
    let true_positive = form.read(
        real("verifier_true_positive", 0.98)
            .between(0.0, 1.0)
            .help("probability that a right sample passes, noisy verifier only"),
    )?;
    let false_positive = form.read(
        real("verifier_false_positive", 0.01)
            .between(0.0, 1.0)
            .help("probability that a wrong sample passes, noisy verifier only"),
    )?;
    let check_time = form.read(
        real("verifier_time", 0.0)
            .between(0.0, 1e6)
            .unit(Unit::Seconds)
            .help("time that it takes to verify a sample, noisy verifier only")
            .try_map(Duration::from_seconds),
    )?;
    let within = form.read(
        real("correlation", 0.0)
            .between(0.0, 0.99)
            .help("correlation of the samples of a model at a subtask, which share a beta law")
            .or_word("preset", "as the rules say: 0.2 under realistic, 0 under mcpp-ref"),
    )?;
    let across = form.read(
        real("model_correlation", 0.3)
            .between(0.0, 1.0)
            .help("how alike models find a subtask, where samples are correlated"),
    )?;
    let capacity = form.read(
        choice(
            "capacity",
            &[
                ("infinite", false, "every sample begins when it is launched"),
                ("limited", true, "those of a model wait for its provider, first in, first out"),
            ],
        )
        .help("how many samples of a model run at a time; a model of a file can have its own limits"),
    )?;
    let concurrency = form.read(
        integer("concurrency", 16)
            .between(1, 100_000)
            .help("samples that the provider of each model runs at a time, limited capacity only"),
    )?;
    let tokens_per_minute = form.read(
        integer("tokens_per_minute", 100_000)
            .between(1, u32::MAX)
            .unit(Unit::Tokens)
            .help("tokens per minute of the provider of each model, limited capacity only")
            .or_word("none", "it does not count tokens"),
    )?;
    let asked = form.read(
        choice(
            "replanning",
            &[
                ("batch-end", Some(Replanning::BatchEnd), "at the beginning and when a batch has ended"),
                (
                    "sample-end",
                    Some(Replanning::SampleEnd),
                    "also when a sample has ended and something waits",
                ),
                ("timer", None, "at multiples of replanning_time"),
                ("never", Some(Replanning::Never), "once per subtask; what is launched first is repeated"),
            ],
        )
        .help("when the policy is asked"),
    )?;
    let every = form.read(
        real("replanning_time", 10.0)
            .between(1e-3, 1e6)
            .unit(Unit::Seconds)
            .help("time between two decisions, timer only")
            .try_map(Duration::from_seconds),
    )?;
    let thinking = form.read(
        real("time_per_simulation", 1e-6)
            .between(0.0, 1.0)
            .unit(Unit::Seconds)
            .help("time on the clock of a planner's simulation")
            .try_map(Duration::from_seconds)
            .or_word("preset", "as the rules say: a microsecond under realistic, none under mcpp-ref"),
    )?;
    let dependence = match within {
        Some(0.0) => Dependence::Independent,
        Some(within) => Dependence::BetaBinomial { within, across },
        None => match preset.dependence {
            Dependence::BetaBinomial { within, .. } => Dependence::BetaBinomial { within, across },
            Dependence::Independent => Dependence::Independent,
        },
    };
    let verifier = match verifier.unwrap_or(preset.verifier) {
        Verifier::Noisy { cost, .. } => {
            Verifier::Noisy { true_positive, false_positive, cost, latency: check_time }
        }
        other => other,
    };
    Ok(Rules {
        batch_end: batch_end.unwrap_or(preset.batch_end),
        overspend: overspend.unwrap_or(preset.overspend),
        deadline: deadline.unwrap_or(preset.deadline),
        idle: idle.unwrap_or(preset.idle),
        running: running.unwrap_or(preset.running),
        verifier,
        dependence,
        capacity: match capacity {
            true => Capacity::Limited(ProviderLimits { concurrency: Some(concurrency), tokens_per_minute }),
            false => Capacity::Infinite,
        },
        replanning: asked.unwrap_or(Replanning::Timer(every)),
        time_per_simulation: thinking.unwrap_or(preset.time_per_simulation),
    })
}
