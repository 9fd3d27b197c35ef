//! The sampled evaluator on lanes: 512 trials at once, one per bit.

mod coupling;
mod selector;
mod tree;

pub use tree::{Evaluation, LaneTree};
