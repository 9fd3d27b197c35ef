//! The sampled evaluator on lanes: 512 trials at once, one per bit.

mod coupling;
mod grid;
mod selector;
mod tree;

pub use grid::{InvalidGrid, TreeGrid};
pub use tree::{Evaluation, LaneTree};
