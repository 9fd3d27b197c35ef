//! Memory follows the votes that are alive, not the size of the tree. A process of its own: the peak is the process's.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use sim_core::random::{Family, Purpose, Streams};
use sim_models::organization::{
    AgentTree, Bias, Channel, Correlation, Evaluation, Fidelity, LaneTree, Layer, Leaf, Node,
};

/// Peak of resident memory so far, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// A ternary tree of depth 12 has 797 161 nodes; 512 votes of each of them alone would take 49 MiB. One of depth 9 is evaluated node by node too.
#[test]
fn a_ternary_tree_of_depth_12_stays_under_64_mib() {
    let node = Node { correlation: Correlation::new(0.1).unwrap(), ..Node::independent(3) };
    let layer = Layer { node, channel: Channel::new(0.0, Fidelity::new(0.9).unwrap()) };
    let streams = Streams::new(1, Purpose::World, Family::common());
    for (depth, evaluation) in [(12, Evaluation::Automatic), (9, Evaluation::Eager)] {
        let tree = AgentTree::uniform(Leaf::Bias(Bias::new(0.4).unwrap()), layer, depth).unwrap();
        let lanes = LaneTree::with_evaluation(&tree, Some(depth), evaluation).unwrap();
        let right: u32 = lanes.root_votes(0, &streams).iter().map(|word| word.count_ones()).sum();
        assert!((450..=512).contains(&right), "{right} of 512 roots are right");
        assert!(peak() < 64.0, "{} MiB at depth {depth}", peak());
    }
}
