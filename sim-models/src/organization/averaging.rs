//! Organizations that average: agents estimate a number, channels add noise, aggregators take means (section 2).
//!
//! An agent reports the truth plus an error of variance `leaf_variance`; every message adds independent noise of variance
//! `channel_variance`. The risk is the mean squared error of the last aggregator.

mod sampled;

pub use sampled::{NotSampledAverage, SampledAverage};

use crate::theory::averaging as theory;

/// Who averages what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// All agents report to one aggregator.
    Star {
        /// Number of agents.
        agents: u32,
    },
    /// A tree; the errors of all its leaves have the same pairwise correlation.
    Tree {
        /// Children of a node.
        fan_in: u32,
        /// Layers above the leaves.
        depth: u32,
    },
    /// A tree in which the estimates of siblings have the given correlation, at every node.
    LocalTree {
        /// Children of a node.
        fan_in: u32,
        /// Layers above the leaves.
        depth: u32,
    },
    /// One agent's report, passed on.
    Relay {
        /// How often it is passed on.
        hops: u32,
    },
    /// A chain; every agent adds its own estimate to the mean of those before it.
    RunningMean {
        /// Number of agents.
        agents: u32,
    },
    /// A chain with inverse-variance weights.
    Kalman {
        /// Number of agents.
        agents: u32,
    },
    /// A chain in which every agent gives its own estimate the same weight.
    ConstantWeight {
        /// Number of agents.
        agents: u32,
        /// Weight of the agent's own estimate, in [0, 1].
        own_weight: f64,
    },
}

/// An organization that averages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AveragingOrganization {
    /// Who averages what.
    pub shape: Shape,
    /// Variance of an agent's error.
    pub leaf_variance: f64,
    /// Variance of the noise that a message adds.
    pub channel_variance: f64,
    /// Correlation of errors, among all agents or among siblings, as the shape says; in [0, 1].
    pub correlation: f64,
}
