//! Organizations of agents, and the ways to evaluate them: exact and sampled.

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
mod tree;

pub use exact::Unavailable;
pub use lanes::{Evaluation, InvalidGrid, LaneOrganization, LaneTree, TreeGrid};
pub use not_sampled::{NoLaw, NotSampled};
pub use quantity::{Bias, Correlation, Erasure, Fidelity, OutOfRange};
pub use scalar::{ScalarOrganization, ScalarTree};
pub use tally::OutputTally;
pub use tree::{AgentTree, Channel, CommonCause, Dependence, InvalidTree, Layer, Leaf, Node, Sharing};
