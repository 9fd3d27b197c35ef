//! synergy's side of the comparison: the one file to edit when the product gains a kernel.
//!
//! The names are those by which the rows of the table (`rows.rs`) refer to them. A row whose kernel is not
//! listed here is printed as skipped. A kernel computes on the calling thread alone: its time is that
//! thread's, and it must not start a thread pool, which would inherit the one core of the measurement.

use crate::{
    kernel::{GraphKernel, TreeKernel},
    tree::TreeCase,
};

/// Every node of every trial, in lanes.
pub const EAGER_AVX512: &str = "synergy eager, AVX-512";
/// The same on AVX2.
pub const EAGER_AVX2: &str = "synergy eager, AVX2";
/// Demand-driven streams above eager bottom levels.
pub const STREAMS_AVX512: &str = "synergy streams, AVX-512";
/// The same on AVX2.
pub const STREAMS_AVX2: &str = "synergy streams, AVX2";
/// Eager, with the bottom four levels replaced by their exact bias.
pub const COLLAPSED_AVX512: &str = "synergy eager, 4 levels collapsed, AVX-512";
/// The same on AVX2.
pub const COLLAPSED_AVX2: &str = "synergy eager, 4 levels collapsed, AVX2";
/// A general graph in lanes.
pub const GRAPH_AVX512: &str = "synergy graph, AVX-512";

/// The product's tree kernels. One that needs an instruction set says so where the set is missing:
///
/// ```text
/// let missing = (!machine::has_avx2()).then(|| "this machine has no AVX2".to_owned());
/// vec![InProcess::boxed(EAGER_AVX2, missing, |case, trials, seed| ...)]
/// ```
pub fn tree_kernels() -> Vec<Box<TreeKernel>> {
    Vec::new()
}

/// The product's graph kernels. [`crate::graph::to_json`] gives the organization file of the graph.
pub fn graph_kernels() -> Vec<Box<GraphKernel>> {
    Vec::new()
}

/// A run on several threads: `(case, trials, seed, threads)` to the number of right roots. It is timed by the
/// clock on the wall, and the counts must be equal for any number of threads.
pub type Parallel = Box<dyn FnMut(&TreeCase, u64, u64, usize) -> u64>;

/// The product on several threads, in a pool of its own.
pub fn parallel() -> Option<Parallel> {
    None
}
