//! Why an organization cannot be sampled.

use sim_core::random::InvalidProbability;
use thiserror::Error;

use super::graph::AccuracyUnknown;

/// Leaves per trial beyond which a tree is not sampled: a single trial would take about a second.
pub(super) const MOST_LEAVES: f64 = 1e8;

/// Why an organization cannot be sampled.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum NotSampled {
    /// The sampled layers of a tree have too many leaves.
    #[error("the top {layers} layers have {leaves:e} leaves; at most {most:e} can be sampled in a trial", most = MOST_LEAVES)]
    TooLarge {
        /// Sampled layers.
        layers: usize,
        /// Their leaves.
        leaves: f64,
    },
    /// The exact evaluator gives no bias to start from.
    #[error("the exact evaluator gives no bias for the layers below: {0}")]
    NoBias(#[from] InvalidProbability),
    /// A common cause has no law.
    #[error(transparent)]
    NoCause(#[from] NoLaw),
    /// Votes are coupled by a Gaussian factor, but how accurate they are is not known.
    #[error(
        "agent `{agent}` couples votes by a Gaussian factor, which asks for their exact accuracy: {reason}"
    )]
    NoAccuracy {
        /// The agent.
        agent: String,
        /// Why it is not known.
        reason: AccuracyUnknown,
    },
}

/// A common cause whose law floats cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error(
    "a common cause of correlation {correlation:e} at leaf bias {bias} is too near a certain one; use correlation 0 or 1, or leaf bias -1 or 1"
)]
pub struct NoLaw {
    /// Its correlation.
    pub correlation: f64,
    /// Bias of the leaves.
    pub bias: f64,
}
