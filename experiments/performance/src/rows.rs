//! The rows of the table: what is compared with what, and the least ratio that counts as met.

use crate::product::{
    COLLAPSED_AVX2, COLLAPSED_AVX512, EAGER_AVX2, EAGER_AVX512, GRAPH_AVX2, GRAPH_AVX512, STREAMS_AVX2,
    STREAMS_AVX512,
};

/// What a kernel simulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// The tree at the reference point, of this depth.
    Tree(u32),
    /// The random graph.
    Graph,
}

/// Time of `theirs` over time of `ours`, per logical node and trial of the same case.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is claimed.
    pub what: &'static str,
    /// The case of both sides.
    pub case: Case,
    /// Name of the product's kernel.
    pub ours: &'static str,
    /// Name of the peer's kernel.
    pub theirs: &'static str,
    /// The least ratio that meets the claim.
    pub target: f64,
}

const NATURAL: &str = "natural scalar";
const NUMPY: &str = "numpy natural";
const LAZY: &str = "lazy scalar";
const LAZY_TUNED: &str = "lazy scalar, branch-free bottom";
const TREE: Case = Case::Tree(8);
const DEEP: Case = Case::Tree(12);

const fn row(what: &'static str, case: Case, ours: &'static str, theirs: &'static str, target: f64) -> Row {
    Row { what, case, ours, theirs, target }
}

/// All rows of ratios. Collapsing leaves the law of the root as it is, so that its gain in variance per
/// second is its ratio of times.
pub const ROWS: &[Row] = &[
    row("eager", TREE, EAGER_AVX512, NATURAL, 150.0),
    row("eager", TREE, EAGER_AVX2, NATURAL, 100.0),
    row("eager", TREE, EAGER_AVX512, NUMPY, 250.0),
    row("eager", TREE, EAGER_AVX2, NUMPY, 150.0),
    row("streams", TREE, STREAMS_AVX512, NATURAL, 1_000.0),
    row("streams", TREE, STREAMS_AVX2, NATURAL, 650.0),
    row("streams", TREE, STREAMS_AVX512, NUMPY, 1_500.0),
    row("streams", TREE, STREAMS_AVX2, NUMPY, 1_000.0),
    row("streams", TREE, STREAMS_AVX512, LAZY, 50.0),
    row("streams", TREE, STREAMS_AVX2, LAZY, 50.0),
    row("streams", DEEP, STREAMS_AVX512, LAZY, 50.0),
    row("streams", DEEP, STREAMS_AVX2, LAZY, 50.0),
    row("streams", TREE, STREAMS_AVX512, LAZY_TUNED, 50.0),
    row("streams", DEEP, STREAMS_AVX512, LAZY_TUNED, 50.0),
    row("collapse of 4 levels, variance per second", TREE, COLLAPSED_AVX512, EAGER_AVX512, 60.0),
    row("collapse of 4 levels, variance per second", TREE, COLLAPSED_AVX2, EAGER_AVX2, 60.0),
    row("eager", Case::Graph, GRAPH_AVX512, NATURAL, 60.0),
    row("eager", Case::Graph, GRAPH_AVX2, NATURAL, 60.0),
];

/// Two threads against one, by the clock on the wall.
pub const TWO_THREADS_TARGET: f64 = 1.8;
