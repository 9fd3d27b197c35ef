//! The graph as a researcher writes it down: every node of every trial, in order, one random number per
//! event.

use super::{Graph, Node};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// In how many of `trials` the output is right.
pub fn run(graph: &Graph, trials: u64, seed: u64) -> u64 {
    let agents: Vec<Agent> = graph.nodes.iter().map(Agent::new).collect();
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut votes = vec![false; agents.len()];
    let mut received = Vec::new();
    let mut correct = 0;
    for _ in 0..trials {
        // What each family agrees on in this trial, where it agrees.
        let common: Vec<Option<bool>> = graph
            .families
            .iter()
            .map(|family| {
                rng.random_bool(family.correlation).then(|| rng.random_bool((1.0 + family.bias) / 2.0))
            })
            .collect();
        for (i, agent) in agents.iter().enumerate() {
            votes[i] = match agent {
                Agent::Leaf { family } => common[*family]
                    .unwrap_or_else(|| rng.random_bool((1.0 + graph.families[*family].bias) / 2.0)),
                Agent::Aggregator { inputs, rho } => {
                    received.clear();
                    for &(from, flip) in inputs {
                        received.push(votes[from] ^ rng.random_bool(flip));
                    }
                    if rng.random_bool(*rho) {
                        received[rng.random_range(0..received.len())]
                    } else {
                        2 * received.iter().filter(|&&right| right).count() > received.len()
                    }
                }
            };
        }
        correct += u64::from(votes[agents.len() - 1]);
    }
    correct
}

enum Agent {
    Leaf { family: usize },
    Aggregator { inputs: Vec<(usize, f64)>, rho: f64 },
}

impl Agent {
    fn new(node: &Node) -> Self {
        match node {
            Node::Leaf { family } => Self::Leaf { family: *family },
            Node::Aggregator { inputs, correlation } => Self::Aggregator {
                inputs: inputs.iter().map(|input| (input.from, (1.0 - input.fidelity) / 2.0)).collect(),
                rho: *correlation,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::{
        graph::{Family, Graph, Input, Node},
        stats::z_score,
        tree::TreeCase,
    };

    /// A tree written as a graph. Copying a uniformly drawn child has the law of copying the first one.
    fn tree(case: &TreeCase, shared: f64) -> Graph {
        let mut nodes = Vec::new();
        let mut layer: Vec<usize> = (0..case.fan_in.pow(case.depth) as usize).collect();
        nodes.resize(layer.len(), Node::Leaf { family: 0 });
        while layer.len() > 1 {
            layer = layer
                .chunks(case.fan_in as usize)
                .map(|children| {
                    let inputs =
                        children.iter().map(|&from| Input { from, fidelity: case.fidelity }).collect();
                    nodes.push(Node::Aggregator { inputs, correlation: case.correlation });
                    nodes.len() - 1
                })
                .collect();
        }
        Graph { nodes, families: vec![Family { bias: case.leaf_bias, correlation: shared }] }
    }

    /// Three trees against the exact recursion: |z| < 5.2, one false alarm in 1.6 million.
    #[test]
    fn a_tree_follows_the_exact_recursion() {
        for (seed, (fan_in, depth)) in (1..).zip([(3, 4), (5, 2), (9, 1)]) {
            let case = TreeCase { fan_in, ..TreeCase::reference(depth) };
            let trials = 200_000;
            let z = z_score(run(&tree(&case, 0.0), trials, seed), trials, case.exact_accuracy());
            assert!(z.abs() < 5.2, "{case:?}: z = {z:.2}");
        }
    }

    /// Three unlike channels, by hand: `rho (p + q + r)/3 + (1 - rho)(pq + pr + qr - 2 pqr)`. |z| < 5.2.
    #[test]
    fn a_copied_input_is_drawn_uniformly() {
        let fidelities = [1.0, 0.5, 0.0];
        let inputs = (0..3).map(|from| Input { from, fidelity: fidelities[from] }).collect();
        let mut nodes = vec![Node::Leaf { family: 0 }; 3];
        nodes.push(Node::Aggregator { inputs, correlation: 0.6 });
        let graph = Graph { nodes, families: vec![Family { bias: 0.8, correlation: 0.0 }] };
        let [p, q, r] = fidelities.map(|fidelity| (1.0 + 0.8 * fidelity) / 2.0);
        let expected = 0.6 * (p + q + r) / 3.0 + 0.4 * (p * q + p * r + q * r - 2.0 * p * q * r);
        let trials = 400_000;
        let z = z_score(run(&graph, trials, 5), trials, expected);
        assert!(z.abs() < 5.2, "z = {z:.2}");
    }

    /// A family that always agrees is one leaf: over clean channels the tree passes its vote on. With
    /// probability s it agrees, so the accuracy is `s p + (1 - s) exact`.
    #[test]
    fn a_family_shares_its_vote() {
        let case = TreeCase { fidelity: 1.0, ..TreeCase::reference(3) };
        let shared = 0.2;
        let expected = shared * case.leaf_right() + (1.0 - shared) * case.exact_accuracy();
        let trials = 400_000;
        let z = z_score(run(&tree(&case, shared), trials, 9), trials, expected);
        assert!(z.abs() < 5.2, "z = {z:.2}");
        // The share must matter, or the test shows nothing.
        assert!((case.exact_accuracy() - expected).abs() > 0.01);
    }
}
