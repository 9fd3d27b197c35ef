//! Organizations of agents, and three ways to evaluate them.
//!
//! | organization | exact | scalar | lanes |
//! |---|---|---|---|
//! | any graph: [`Organization`](graph::Organization) | [`Organization::exact`](graph::Organization::exact) | [`ScalarOrganization`] | [`LaneOrganization`] |
//! | a tree of layers: [`AgentTree`] | [`AgentTree::root_bias`] | [`ScalarTree`] | [`LaneTree`], [`TreeGrid`] |
//! | any graph, in time: [`timed`] | | [`TimedOrganization`](timed::TimedOrganization) | |
//! | agents that average: [`averaging`] | `risk` | `SampledAverage` | |
//!
//! The scalar evaluators take one trial at a time and are written to be believed; lanes take 512 and are written to be fast. All
//! sampled ones are a [`Simulation`](sim_core::monte_carlo::Simulation), which [`sim_core::monte_carlo`] runs.

mod accuracies;
pub mod averaging;
mod cut;
mod effective;
mod exact;
pub mod graph;
mod lanes;
mod not_sampled;
mod quantity;
mod scalar;
mod tally;
pub mod timed;
mod tree;

pub use exact::Unavailable;
pub use lanes::{Evaluation, InvalidGrid, LaneOrganization, LaneTree, TreeGrid};
pub use not_sampled::{NoLaw, NotSampled};
pub use quantity::{Bias, Correlation, Erasure, Fidelity, OutOfRange};
pub use scalar::{ScalarOrganization, ScalarTree};
pub use tally::OutputTally;
pub use tree::{AgentTree, Channel, CommonCause, Dependence, InvalidTree, Layer, Leaf, Node, Sharing};
