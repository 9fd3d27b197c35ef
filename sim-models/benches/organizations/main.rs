//! Whole organizations: a ternary tree of depth 8 in every way of evaluation, beside scalar programs, and a general graph.
//! Throughput is in node-trials: logical nodes of the organization times trials, also for ways that skip work.

#![expect(clippy::unwrap_used, reason = "the organizations are valid")]

mod graph;
mod peers;

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use peers::Ternary;
use sim_core::estimate::Proportion;
use sim_core::lanes::Kernel;
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Family, Purpose, Streams};
use sim_models::organization::{
    AgentTree, Bias, Channel, Correlation, Evaluation, Fidelity, LaneOrganization, LaneTree, Layer, Leaf,
    Node, OutputTally, ScalarOrganization, ScalarTree,
};

const DEPTH: u32 = 8;
const NODES: u64 = (3u64.pow(DEPTH + 1) - 1) / 2;

fn streams() -> Streams {
    Streams::new(1, Purpose::World, Family::common())
}

fn tree() -> AgentTree {
    let node = Node { correlation: Correlation::new(0.1).unwrap(), ..Node::independent(3) };
    let layer = Layer { node, channel: Channel::new(0.0, Fidelity::new(0.9).unwrap()) };
    AgentTree::uniform(Leaf::Bias(Bias::new(0.4).unwrap()), layer, DEPTH as usize).unwrap()
}

fn trees(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ternary tree of depth 8");
    let tree = tree();
    let block = Block::cover(0..512).next().unwrap();

    group.throughput(Throughput::Elements(NODES));
    let coin = |p| Coin::new(p).unwrap();
    let peer = Ternary { leaf: coin(0.7), heard_leaf: coin(0.68), flip: coin(0.05), shared: coin(0.1) };
    let mut stream = streams().open(Address::trial(0));
    group.bench_function("natural recursion, one trial", |b| b.iter(|| peer.natural(DEPTH, &mut stream)));
    group.bench_function("lazy recursion, one trial", |b| b.iter(|| peer.lazy(DEPTH, &mut stream)));

    let scalar = ScalarTree::new(&tree, Some(DEPTH as usize)).unwrap();
    let one = Block::cover(0..1).next().unwrap();
    group.bench_function("scalar evaluator, one trial", |b| {
        b.iter(|| scalar.run(&one, &streams(), &mut Proportion::default()));
    });

    group.throughput(Throughput::Elements(512 * NODES));
    let ways = [
        ("eager", Evaluation::Eager, DEPTH as usize),
        ("on demand", Evaluation::Automatic, DEPTH as usize),
        ("4 layers collapsed", Evaluation::Eager, DEPTH as usize - 4),
    ];
    for kernel in Kernel::available() {
        for (name, evaluation, layers) in ways {
            let lanes = LaneTree::with_evaluation(&tree, Some(layers), evaluation).unwrap().on(kernel);
            group.bench_function(format!("{name}, {kernel}"), |b| {
                b.iter(|| lanes.run(&block, &streams(), &mut Proportion::default()));
            });
        }
    }
    group.finish();
}

fn graphs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("graph of 1 000 agents");
    let graph = graph::graph().unwrap();
    let block = Block::cover(0..512).next().unwrap();
    group.throughput(Throughput::Elements(512 * graph.graph().len() as u64));
    let scalar = ScalarOrganization::new(&graph).unwrap();
    group.bench_function("scalar evaluator", |b| {
        b.iter(|| scalar.run(&block, &streams(), &mut OutputTally::new(graph.outputs().len())));
    });
    for kernel in Kernel::available() {
        let lanes = LaneOrganization::new(&graph).unwrap().on(kernel);
        group.bench_function(format!("lanes, {kernel}"), |b| {
            b.iter(|| lanes.run(&block, &streams(), &mut OutputTally::new(graph.outputs().len())));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = trees, graphs
}
criterion_main!(benches);
