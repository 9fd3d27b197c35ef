//! The sampled evaluator on lanes: 512 trials at once, one per bit.

mod coupling;
mod graph;
mod grid;
mod selector;
mod tree;

pub use graph::LaneOrganization;
pub use grid::{InvalidGrid, TreeGrid};
use tree::count_lanes;
pub use tree::{Evaluation, LaneTree};
