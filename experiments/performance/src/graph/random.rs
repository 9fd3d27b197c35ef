//! The random graph of the comparison, from a seed.

use super::{Family, Graph, Input, Node};
use rand::{
    RngExt, SeedableRng,
    seq::{IndexedRandom, SliceRandom},
};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;

const FAN_INS: [usize; 4] = [3, 5, 7, 9];
const FAMILIES: usize = 3;
/// Mean distance of an input in topological order: small against the graph, so that paths are long.
const MEAN_DISTANCE: f64 = 100.0;
/// In this last stretch there are only aggregators, and they prefer what nobody has heard yet.
const CLOSING: usize = 40;

/// A graph of `size` nodes (at least 100), a third of them leaves.
///
/// Fan-in 3, 5, 7 or 9; fidelity in [0.8, 1) per channel; correlation in [0, 0.2) per aggregator; three
/// families of leaves with a bias in [0.1, 0.5), which agree with probability 0.2. Inputs are earlier nodes,
/// recent ones preferred, each at most once per aggregator, and every node is heard by a later one: all are
/// ancestors of the output.
pub fn random_graph(size: usize, seed: u64) -> Graph {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let families =
        (0..FAMILIES).map(|_| Family { bias: rng.random_range(0.1..0.5), correlation: 0.2 }).collect();
    let leaf = leaf_places(size, &mut rng);
    let mut unheard = BTreeSet::new();
    let mut nodes = Vec::with_capacity(size);
    for (i, &is_leaf) in leaf.iter().enumerate() {
        nodes.push(if is_leaf {
            Node::Leaf { family: rng.random_range(0..FAMILIES) }
        } else {
            let fan_in = fan_in(i, size, &mut rng);
            // At least the oldest one that nobody has heard; near the end as many as fit.
            let closing = i + CLOSING >= size;
            let adopted = if closing { fan_in } else { 1 };
            let mut from: BTreeSet<usize> = unheard.iter().copied().take(adopted).collect();
            while from.len() < fan_in {
                from.insert(earlier(i, &mut rng));
            }
            from.iter().for_each(|node| {
                unheard.remove(node);
            });
            let channel = |from| Input { from, fidelity: rng.random_range(0.8..1.0) };
            let inputs = from.into_iter().map(channel).collect();
            Node::Aggregator { inputs, correlation: rng.random_range(0.0..0.2) }
        });
        unheard.insert(i);
    }
    Graph { nodes, families }
}

/// Which nodes are leaves: as many of the first as the widest aggregator needs, the rest spread evenly at
/// random.
fn leaf_places(size: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<bool> {
    let first = FAN_INS[FAN_INS.len() - 1];
    let mut leaf = vec![false; size];
    leaf[..first].fill(true);
    let middle = &mut leaf[first..size - CLOSING];
    middle[..size / 3 - first].fill(true);
    middle.shuffle(rng);
    leaf
}

/// The output takes the widest fan-in, so that it hears whoever is left.
fn fan_in(i: usize, size: usize, rng: &mut Xoshiro256PlusPlus) -> usize {
    let widest = FAN_INS[FAN_INS.len() - 1];
    if i + 1 == size { widest } else { FAN_INS.choose(rng).copied().unwrap_or(widest) }
}

/// A node before `i`, at an exponential distance.
fn earlier(i: usize, rng: &mut Xoshiro256PlusPlus) -> usize {
    loop {
        let distance = 1.0 - MEAN_DISTANCE * (1.0 - rng.random::<f64>()).ln();
        if distance < (i + 1) as f64 {
            return i - distance as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::random_graph;
    use crate::graph::Node;

    #[test]
    fn graphs_are_what_they_are_said_to_be() {
        for seed in 1..=50 {
            let graph = random_graph(1_000, seed);
            assert_eq!(graph.nodes.len(), 1_000);
            let leaves = graph.nodes.iter().filter(|node| matches!(node, Node::Leaf { .. })).count();
            assert_eq!(leaves, 333);
            assert_eq!(graph.families.len(), 3);
            let mut heard = vec![false; 1_000];
            for (i, node) in graph.nodes.iter().enumerate() {
                let Node::Aggregator { inputs, correlation } = node else { continue };
                assert!([3, 5, 7, 9].contains(&inputs.len()));
                assert!((0.0..0.2).contains(correlation));
                for input in inputs {
                    assert!(input.from < i && (0.8..1.0).contains(&input.fidelity));
                    heard[input.from] = true;
                }
                assert!(inputs.is_sorted_by(|a, b| a.from < b.from), "an input twice");
            }
            // Heard by a later node, all the way up: an ancestor of the output.
            assert!(heard[..999].iter().all(|&heard| heard), "seed {seed}");
            assert!(graph.depth() > 50, "seed {seed}: depth {}", graph.depth());
        }
    }

    #[test]
    fn fan_ins_are_spread() {
        let graph = random_graph(1_000, 1);
        for fan_in in [3, 5, 7, 9] {
            let same =
                |node: &&Node| matches!(node, Node::Aggregator { inputs, .. } if inputs.len() == fan_in);
            assert!(graph.nodes.iter().filter(same).count() > 100);
        }
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(random_graph(200, 4), random_graph(200, 4));
        assert_ne!(random_graph(200, 4), random_graph(200, 5));
    }
}
