//! A general organization: any acyclic graph of voters with noisy channels and families of leaves that err
//! together.

mod file;
pub mod natural;
mod random;

pub use file::to_json;
pub use random::random_graph;

/// An organization in topological order; the last node is its output.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Every input comes from an earlier node.
    pub nodes: Vec<Node>,
    /// Families of leaves.
    pub families: Vec<Family>,
}

/// One agent.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Casts its own vote; the number is its family.
    Leaf {
        /// Index into [`Graph::families`].
        family: usize,
    },
    /// Decides by what it receives.
    Aggregator {
        /// Its channels, an odd number.
        inputs: Vec<Input>,
        /// Mixture: with this probability it takes the received vote of one input drawn uniformly, else the
        /// majority.
        correlation: f64,
    },
}

/// A channel into an aggregator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// The node that sends.
    pub from: usize,
    /// The message is flipped with probability `(1 - fidelity)/2`.
    pub fidelity: f64,
}

/// Leaves of one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    /// Bias of every leaf: right with probability `(1 + bias)/2`.
    pub bias: f64,
    /// Shared vote: with this probability, once per trial, all leaves of the family cast one common draw.
    pub correlation: f64,
}

impl Node {
    /// Channels that end here.
    pub fn fan_in(&self) -> usize {
        match self {
            Self::Leaf { .. } => 0,
            Self::Aggregator { inputs, .. } => inputs.len(),
        }
    }
}

impl Graph {
    /// All agents, leaves included.
    pub fn nodes(&self) -> u64 {
        self.nodes.len() as u64
    }

    /// Longest path to each node, in channels, the largest of all.
    pub fn depth(&self) -> usize {
        let mut depths: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            depths.push(match node {
                Node::Leaf { .. } => 0,
                Node::Aggregator { inputs, .. } => {
                    inputs.iter().map(|input| depths[input.from] + 1).max().unwrap_or(0)
                }
            });
        }
        depths.into_iter().max().unwrap_or(0)
    }
}
