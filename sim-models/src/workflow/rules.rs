//! The rules of an execution: what a launch costs, when a batch ends, what a policy knows.

use sim_core::events::Duration;
use thiserror::Error;

use super::{Capacity, ProviderLimits};

/// The rules under which a workflow is executed. All policies of one comparison run under the same ones.
///
/// Source: the switches of mechanisms A2; [`Rules::reference`] and [`Rules::realistic`] are its presets `mcpp-ref` and `realistic`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// When a batch ends.
    pub batch_end: BatchEnd,
    /// What happens to a launch that the budget does not cover.
    pub overspend: Overspend,
    /// When the deadline is missed.
    pub deadline: DeadlineRule,
    /// Whether a policy may let a ready subtask wait.
    pub idle: Idle,
    /// What a policy knows about running batches.
    pub running: RunningInfo,
    /// Who says whether a sample is right.
    pub verifier: Verifier,
    /// Whether samples of one subtask fail together.
    pub dependence: Dependence,
    /// How many samples of a model run at a time.
    pub capacity: Capacity,
    /// When a policy is asked.
    pub replanning: Replanning,
    /// Time on the clock per simulation of a planner; 0 plans for free.
    pub time_per_simulation: Duration,
}

/// When a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchEnd {
    /// When all of its samples have ended.
    Barrier,
    /// When the first sample passes the verifier; the others are cancelled.
    FirstSuccess {
        /// Whether what a cancelled sample had not generated yet is paid back.
        refund: bool,
    },
}

/// What happens to a launch that the budget does not cover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Overspend {
    /// What samples cost is known when they are launched; if all that a decision launches costs more than is left, the run fails.
    FailRun,
    /// As [`Overspend::FailRun`], but the launches of the decision are called off, and the run goes on without them.
    RejectDecision,
    /// A batch is launched only if this quantile of the cost of its samples can be set aside for each; a sample is cut off where its
    /// reservation ends, and is wrong then. What is not used goes back.
    Reserve {
        /// The quantile, in (0, 1).
        quantile: f64,
    },
    /// What samples cost is known when they are launched, and they are launched one by one until the next one costs more than is left: of
    /// a batch, those that come before.
    SampleBySample,
    /// A batch is launched if anything is left; the budget may be overspent by the batches of one decision.
    AllowBounded,
}

/// When the deadline is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadlineRule {
    /// How long samples take is known when they are launched; a launch that would end late fails the run.
    AtLaunch,
    /// When the run is not complete at the deadline.
    AtDeadline,
    /// When the run was not complete at the deadline; it goes on to its end all the same.
    Afterwards,
}

/// Whether a policy may let a ready subtask wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Every ready subtask is launched at every decision; a decision that does not fails the run.
    Forbidden,
    /// It may wait for a running batch.
    Allowed,
}

/// What a policy knows about running batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunningInfo {
    /// When they will end, but not whether they succeed.
    Clairvoyant,
    /// How long they have run.
    Residual,
}

/// Who says whether a sample is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verifier {
    /// It is never wrong, costs nothing and takes no time.
    Perfect,
    /// It errs. A wrong sample that passes makes the whole workflow wrong in the end.
    Noisy {
        /// Probability that a right sample passes.
        true_positive: f64,
        /// Probability that a wrong sample passes.
        false_positive: f64,
        /// Cost of verifying one sample, in units of the budget.
        cost: u64,
        /// Time that it takes.
        latency: Duration,
    },
    /// Every sample passes; whether it was right shows at the end.
    None,
}

/// Whether samples of one subtask fail together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dependence {
    /// They do not.
    Independent,
    /// The success probability of a subtask with a model is drawn once per run, from a beta law with the same mean.
    BetaBinomial {
        /// Correlation of two samples of one model, in [0, 1).
        within: f64,
        /// Correlation of the normal quantities behind the probabilities of two models on one subtask, in [0, 1].
        across: f64,
    },
}

impl Dependence {
    /// Shapes of the beta law from which the success probability of a run is drawn; `None` where it is the same in every run.
    pub(super) fn shapes(self, mean: f64) -> Option<(f64, f64)> {
        match self {
            Self::BetaBinomial { within, .. } if within > 0.0 && mean > 0.0 && mean < 1.0 => {
                let size = 1.0 / within - 1.0;
                Some((mean * size, (1.0 - mean) * size))
            }
            _ => None,
        }
    }
}

/// When a policy is asked about what is ready.
///
/// A decision launches what is ready. Where policies are asked at the ends of samples, they may also add samples to the batch or cancel
/// what runs of it ([`Revision`](super::policy::Revision)); batches at providers with limits stay as they were launched, because their
/// places in the line are taken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replanning {
    /// At the beginning, and when a batch has ended.
    BatchEnd,
    /// Also when one sample of a batch has ended: about that batch, and about what is ready, if something waits.
    SampleEnd,
    /// At the beginning, and then only at multiples of this time. What becomes ready waits until then.
    Timer(Duration),
    /// When a subtask is ready for the first time. What is launched for it then is launched again until it passes: an open loop.
    Never,
}

/// Rules that are none.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{quantity} {allowed}; found {found}")]
pub struct InvalidRules {
    /// Which number.
    pub quantity: &'static str,
    /// Its range, as a predicate.
    pub allowed: &'static str,
    /// What was found.
    pub found: f64,
}

impl Rules {
    /// The rules of the published planner's program, `mcpp-ref`: barrier, money and time known at launch, clairvoyant, a perfect verifier.
    pub fn reference() -> Self {
        Self {
            batch_end: BatchEnd::Barrier,
            overspend: Overspend::FailRun,
            deadline: DeadlineRule::AtLaunch,
            idle: Idle::Forbidden,
            running: RunningInfo::Clairvoyant,
            verifier: Verifier::Perfect,
            dependence: Dependence::Independent,
            capacity: Capacity::Infinite,
            replanning: Replanning::BatchEnd,
            time_per_simulation: Duration::ZERO,
        }
    }

    /// What a fleet meets: the first success ends a batch and the rest is paid back, money is reserved, the deadline counts when it comes,
    /// running batches hide their ends, the verifier errs, samples of one subtask fail together, and planning takes time.
    pub fn realistic() -> Self {
        Self {
            batch_end: BatchEnd::FirstSuccess { refund: true },
            overspend: Overspend::Reserve { quantile: 0.95 },
            deadline: DeadlineRule::AtDeadline,
            idle: Idle::Allowed,
            running: RunningInfo::Residual,
            verifier: Verifier::Noisy {
                true_positive: 0.98,
                false_positive: 0.01,
                cost: 0,
                latency: Duration::ZERO,
            },
            dependence: Dependence::BetaBinomial { within: 0.2, across: 0.3 },
            capacity: Capacity::Infinite,
            replanning: Replanning::BatchEnd,
            time_per_simulation: Duration::from_nanoseconds(1000),
        }
    }

    /// These rules as the published planner's program has them for baselines: samples are launched one by one until the budget blocks,
    /// nothing fails for money or time at its launch, and runs are scored afterwards (mechanisms A1, the rows of the baseline path). No
    /// fair comparison: it shows what the asymmetry is worth.
    #[must_use]
    pub fn of_published_baselines(self) -> Self {
        Self { overspend: Overspend::SampleBySample, deadline: DeadlineRule::Afterwards, ..self }
    }

    /// Checks all numbers.
    ///
    /// # Errors
    /// One is out of its range.
    pub fn check(&self) -> Result<(), InvalidRules> {
        let refuse = |quantity, allowed, found| Err(InvalidRules { quantity, allowed, found });
        if let Overspend::Reserve { quantile } = self.overspend
            && !(quantile > 0.0 && quantile < 1.0)
        {
            return refuse("the quantile of a reservation", "lies between 0 and 1, both excluded", quantile);
        }
        if let Verifier::Noisy { true_positive, false_positive, .. } = self.verifier {
            for (quantity, found) in [
                ("the probability that a right sample passes", true_positive),
                ("the probability that a wrong sample passes", false_positive),
            ] {
                if !(0.0..=1.0).contains(&found) {
                    return refuse(quantity, "lies between 0 and 1", found);
                }
            }
        }
        if let Capacity::Limited(limits) = self.capacity {
            limits.check()?;
        }
        if self.replanning == Replanning::Timer(Duration::ZERO) {
            return refuse("the time between two decisions", "is positive", 0.0);
        }
        if let Dependence::BetaBinomial { within, across } = self.dependence {
            if !(0.0..1.0).contains(&within) {
                return refuse("the correlation of samples", "lies from 0 to 1, 1 excluded", within);
            }
            if !(0.0..=1.0).contains(&across) {
                return refuse("the correlation across models", "lies between 0 and 1", across);
            }
        }
        Ok(())
    }

    /// Probabilities that a right and that a wrong sample pass.
    pub(super) fn passes(&self) -> (f64, f64) {
        match self.verifier {
            Verifier::Perfect => (1.0, 0.0),
            Verifier::None => (1.0, 1.0),
            Verifier::Noisy { true_positive, false_positive, .. } => (true_positive, false_positive),
        }
    }
}

impl Replanning {
    /// Whether what is ready can be launched at the end of every batch.
    pub(super) fn is_at_batch_ends(self) -> bool {
        matches!(self, Self::BatchEnd | Self::SampleEnd)
    }
}

impl ProviderLimits {
    /// Checks the numbers.
    pub(super) fn check(self) -> Result<(), InvalidRules> {
        let allowed = "is at least 1";
        for (quantity, found) in [
            ("the number of samples that a provider runs at a time", self.concurrency),
            ("the number of tokens per minute of a provider", self.tokens_per_minute),
        ] {
            if found == Some(0) {
                return Err(InvalidRules { quantity, allowed, found: 0.0 });
            }
        }
        Ok(())
    }
}
