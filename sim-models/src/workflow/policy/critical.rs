//! The critical path.

use sim_core::graph::{Graph, Node};

/// How long the longest path takes, and the path from its end to its beginning; of several that end together the last.
pub(in crate::workflow) fn critical_path(graph: &Graph, times: &[f64]) -> (f64, Vec<Node>) {
    let mut ends = vec![0.0f64; times.len()];
    let latest = |nodes: &mut dyn Iterator<Item = Node>, ends: &[f64]| {
        nodes.max_by(|&a, &b| ends[a].total_cmp(&ends[b]))
    };
    for node in graph.order() {
        let begin = latest(&mut graph.senders(node), &ends).map_or(0.0, |parent| ends[parent]);
        ends[node] = begin + times[node];
    }
    let mut at = latest(&mut (0..times.len()), &ends);
    let length = at.map_or(0.0, |node| ends[node]);
    let mut path = Vec::new();
    while let Some(node) = at {
        path.push(node);
        at = latest(&mut graph.senders(node), &ends);
    }
    (length, path)
}
