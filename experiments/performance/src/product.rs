//! synergy's side of the comparison: the one file to edit when the product gains a kernel.
//!
//! The names are those by which the rows of the table (`rows.rs`) refer to them. A row whose kernel is not
//! listed here is printed as skipped. A kernel computes on the calling thread alone: its time is that
//! thread's, and it must not start a thread pool, which would inherit the one core of the measurement.

#![expect(clippy::expect_used, reason = "the cases are ours and valid")]

use crate::{
    clock::thread_cpu_seconds,
    graph::{Graph, to_json},
    kernel::{GraphKernel, InProcess, Prepared, Timed, TreeKernel},
    tree::TreeCase,
};
use sim_core::{
    estimate::Proportion,
    lanes::Kernel,
    monte_carlo::{self, Block, Control, Simulation, Stop},
    random::{Family, Purpose, Streams},
};
use sim_models::organization::{
    AgentTree, Bias, Channel, Correlation, Dependence, Evaluation, Fidelity, LaneOrganization, LaneTree,
    Layer, Leaf, Node, OutputTally, Sharing, graph::Organization,
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
/// The same on AVX2.
pub const GRAPH_AVX2: &str = "synergy graph, AVX2";

/// The product's tree kernels. One that needs an instruction set says so where the set is missing.
pub fn tree_kernels() -> Vec<Box<TreeKernel>> {
    let tree = |name, kernel: Kernel, evaluation, collapsed: usize| {
        InProcess::boxed(name, missing(kernel), move |case: &TreeCase, trials, seed| {
            let layers = (case.depth as usize).saturating_sub(collapsed);
            right_roots(&prepare(case, layers, evaluation).on(kernel), trials, seed)
        })
    };
    let (eager, streams) = (Evaluation::Eager, Evaluation::Automatic);
    vec![
        tree(EAGER_AVX512, Kernel::Avx512, eager, 0),
        tree(EAGER_AVX2, Kernel::Avx2, eager, 0),
        tree(STREAMS_AVX512, Kernel::Avx512, streams, 0),
        tree(STREAMS_AVX2, Kernel::Avx2, streams, 0),
        tree(COLLAPSED_AVX512, Kernel::Avx512, eager, 4),
        tree(COLLAPSED_AVX2, Kernel::Avx2, eager, 4),
    ]
}

/// Why a kernel cannot run here, if it cannot.
fn missing(kernel: Kernel) -> Option<String> {
    (!kernel.is_available()).then(|| format!("this machine has no {kernel}"))
}

/// The case as the product's tree, of which the top `layers` are sampled.
fn prepare(case: &TreeCase, layers: usize, evaluation: Evaluation) -> LaneTree {
    let valid = "a case is a valid tree";
    let node = Node {
        fan_in: case.fan_in,
        dependence: Dependence::Mixture,
        correlation: Correlation::new(case.correlation).expect(valid),
        sharing: Sharing::AfterChannel,
    };
    let channel = Channel::new(0.0, Fidelity::new(case.fidelity).expect(valid));
    let leaf = Leaf::Bias(Bias::new(case.leaf_bias).expect(valid));
    let tree = AgentTree::uniform(leaf, Layer { node, channel }, case.depth as usize).expect(valid);
    LaneTree::with_evaluation(&tree, Some(layers), evaluation).expect(valid)
}

/// Trials in which the root is right. On the calling thread: not through the Monte Carlo runner, which has a pool.
fn right_roots(tree: &LaneTree, trials: u64, seed: u64) -> u64 {
    let streams = Streams::new(seed, Purpose::World, Family::common());
    let mut tally = Proportion::default();
    for block in Block::cover(0..trials) {
        tree.run(&block, &streams, &mut tally);
    }
    tally.successes()
}

/// The product's graph kernels. Compiling the graph is not part of the time, as it is not for the peers.
pub fn graph_kernels() -> Vec<Box<GraphKernel>> {
    let kernel = |name, kernel: Kernel| {
        let mut prepared: Option<(String, LaneOrganization)> = None;
        let warm = move |graph: &Graph, trials: u64, seed: u64| {
            let text = to_json(graph).to_string();
            if prepared.as_ref().is_none_or(|(known, _)| *known != text) {
                let organization = Organization::from_json(&text).expect("the graph is a valid organization");
                let lanes = LaneOrganization::new(&organization).expect("it can be sampled").on(kernel);
                prepared = Some((text, lanes));
            }
            let (_, lanes) = prepared.as_ref().expect("just prepared");
            let started = thread_cpu_seconds();
            let streams = Streams::new(seed, Purpose::World, Family::common());
            let mut tally = OutputTally::new(1);
            for block in Block::cover(0..trials) {
                lanes.run(&block, &streams, &mut tally);
            }
            Timed { correct: tally.right(0), seconds: thread_cpu_seconds() - started }
        };
        Prepared::boxed(name, missing(kernel), warm)
    };
    vec![kernel(GRAPH_AVX512, Kernel::Avx512), kernel(GRAPH_AVX2, Kernel::Avx2)]
}

/// A run on several threads: `(case, trials, seed, threads)` to the number of right roots. It is timed by the
/// clock on the wall, and the counts must be equal for any number of threads.
pub type Parallel = Box<dyn FnMut(&TreeCase, u64, u64, usize) -> u64>;

/// The product on several threads, in a pool of its own.
pub fn parallel() -> Option<Parallel> {
    Some(Box::new(|case, trials, seed, threads| {
        let valid = "some trials on some threads";
        let tree = prepare(case, case.depth as usize, Evaluation::Automatic);
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect(valid);
        let stop = Stop::after(trials).expect(valid);
        let run = pool.install(|| monte_carlo::run(&tree, &streams, &stop, &Control::default()));
        run.tally.successes()
    }))
}
