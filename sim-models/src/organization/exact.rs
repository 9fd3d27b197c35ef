//! The exact evaluators: recursions, frontiers and quadrature instead of trials.

mod graph;
mod tree;

pub use graph::Unavailable;
pub(super) use graph::Work;
