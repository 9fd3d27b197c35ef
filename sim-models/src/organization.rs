//! Organizations of agents, and the ways to evaluate them: exact and sampled.

pub mod averaging;
mod cut;
mod exact;
pub mod graph;
mod lanes;
mod quantity;
mod sampled;
mod tree;

pub use lanes::{Evaluation, LaneTree};
pub use quantity::{Bias, Correlation, Erasure, Fidelity, OutOfRange};
pub use sampled::{NotSampled, SampledTree};
pub use tree::{AgentTree, Channel, CommonCause, Dependence, InvalidTree, Layer, Leaf, Node, Sharing};
