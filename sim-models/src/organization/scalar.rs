//! The sampled evaluators that take one trial at a time, vote by vote: the clear ones, against which faster ones are held.

mod graph;
mod tree;

pub use graph::ScalarOrganization;
pub(super) use graph::{CauseDraw, OneTrialRules, VotingSteps};
pub(super) use tree::CauseSampler;
pub use tree::ScalarTree;
