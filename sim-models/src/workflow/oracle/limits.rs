//! What the oracle takes, and why it refuses.

use thiserror::Error;

/// Most subtasks.
pub const MOST_SUBTASKS: usize = 6;
/// Most models.
pub const MOST_MODELS: usize = 3;
/// Most sizes of a batch.
pub const MOST_COUNTS: usize = 4;
/// Most different samples of a model at a subtask.
pub const MOST_SAMPLES: usize = 6;
/// Most outcomes of launches that are averaged: some seconds of work.
pub(super) const MOST_WORK: u64 = 10_000_000;
/// Most decisions after each other: values are computed depth first.
pub(super) const MOST_DECISIONS: u64 = 600;

/// Why an instance has no exact value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotExact {
    /// Too large.
    #[error("the exact oracle takes at most {most} {what}; found {found}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        most: usize,
        /// What was found.
        found: usize,
    },
    /// A law with infinitely many outcomes.
    #[error("the exact oracle needs constants or records; subtask `{subtask}` has a continuous law")]
    Continuous {
        /// The subtask.
        subtask: String,
    },
    /// Rules that it does not know.
    #[error(
        "the exact oracle knows the rules `mcpp-ref` only, with waiting allowed or not: barrier batches, money and time known at launch, perfect verifier, independent samples, providers without limits, decisions when batches end"
    )]
    Rules,
    /// Money and time do not run out soon enough, or never.
    #[error(
        "the exact oracle takes at most {MOST_DECISIONS} decisions after each other; here budget and deadline leave room for more"
    )]
    TooManyDecisions,
    /// Too many states, launches and outcomes.
    #[error(
        "the exact oracle gives up after {MOST_WORK} outcomes of launches; a smaller budget or deadline has fewer"
    )]
    TooMuchWork,
    /// A number of samples that is none.
    #[error("a batch has at least one sample")]
    NoSamples,
}
