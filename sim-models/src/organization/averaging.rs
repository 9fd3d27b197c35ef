//! Organizations that average: agents estimate a number, channels add noise, aggregators take means (section 2).
//!
//! An agent reports the truth plus an error of variance `leaf_variance`; every message adds independent noise of variance
//! `channel_variance`. The risk is the mean squared error of the last aggregator.

mod sampled;

pub use sampled::{NotSampledAverage, SampledAverage};

use crate::theory::averaging::Averaging;

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

impl AveragingOrganization {
    fn theory(&self) -> Averaging {
        Averaging {
            variance: self.leaf_variance,
            correlation: self.correlation,
            noise: self.channel_variance,
        }
    }

    /// Exact risk (section 2).
    pub fn risk(&self) -> f64 {
        let theory = self.theory();
        match self.shape {
            Shape::Star { agents } => theory.star(agents),
            Shape::Tree { fan_in, depth } => theory.tree(fan_in, depth),
            Shape::LocalTree { fan_in, depth } => theory.tree_local(fan_in, depth),
            Shape::Relay { hops } => theory.relay(hops),
            Shape::RunningMean { agents } => theory.running_mean(agents),
            Shape::Kalman { agents } => theory.kalman(agents),
            Shape::ConstantWeight { agents, own_weight } => theory.constant_weight(agents, own_weight),
        }
    }

    /// Risk that is left with any number of agents; `None` where the risk grows without bound.
    pub fn floor(&self) -> Option<f64> {
        let theory = self.theory();
        match self.shape {
            Shape::Star { .. } => Some(theory.star_floor()),
            Shape::Tree { fan_in, .. } => Some(theory.tree_floor(fan_in)),
            Shape::LocalTree { fan_in, .. } => Some(theory.tree_local_floor(fan_in)),
            Shape::Kalman { .. } => Some(theory.kalman_floor()),
            Shape::ConstantWeight { own_weight, .. } => Some(theory.constant_weight_floor(own_weight)),
            Shape::Relay { .. } | Shape::RunningMean { .. } => None,
        }
    }

    /// Number of agents with the least risk, as a real number; `None` where more agents are always better or no
    /// agents are added.
    pub fn best_agents(&self) -> Option<f64> {
        matches!(self.shape, Shape::RunningMean { .. }).then(|| self.theory().best_chain_length())
    }

    /// Layers until the risk is within `tolerance` of its floor; a tree with correlated siblings only.
    pub fn mixing_depth(&self, tolerance: f64) -> Option<f64> {
        match self.shape {
            Shape::LocalTree { fan_in, .. } => Some(self.theory().mixing_depth(fan_in, tolerance)),
            _ => None,
        }
    }
}
