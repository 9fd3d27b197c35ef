//! Agent trees: leaves that vote, channels that lose, nodes that take the majority.

use thiserror::Error;

use super::{Bias, Correlation, Erasure, Fidelity};
use crate::theory::channel::FidelityCurve;
pub use crate::theory::dependence::Dependence;
use crate::theory::layer;
pub use crate::theory::layer::Sharing;
use crate::theory::leaf::LeafLaw;

/// The channel of every edge of one layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channel {
    /// Length of a message in tokens.
    pub tokens: f64,
    /// Factor by which the channel shrinks a bias: a binary symmetric channel that flips with probability
    /// `(1 - fidelity) / 2`.
    pub fidelity: Fidelity,
    /// Probability that a message is lost.
    pub erasure: Erasure,
    /// Whether a lost message is noticed. If so, the node votes over the others; if not, it reads a fair coin.
    pub detected: bool,
}

impl Channel {
    /// A channel that loses and changes nothing, at no cost.
    pub const PERFECT: Self =
        Self { tokens: 0.0, fidelity: Fidelity::PERFECT, erasure: Erasure::NONE, detected: false };

    /// A channel that loses no message.
    pub fn new(tokens: f64, fidelity: Fidelity) -> Self {
        Self { tokens, fidelity, erasure: Erasure::NONE, detected: false }
    }

    /// A channel whose fidelity follows from the length of its messages.
    ///
    /// # Errors
    /// The curve has no fidelity in [0, 1] at this length.
    pub fn with_curve(tokens: f64, curve: FidelityCurve) -> Result<Self, super::OutOfRange> {
        Ok(Self::new(tokens, Fidelity::new(curve.fidelity(tokens))?))
    }

    /// The same channel, which loses messages unnoticed: the receiver reads a uniformly drawn answer instead.
    pub fn losing(self, erasure: Erasure) -> Self {
        Self { erasure, detected: false, ..self }
    }

    /// The same channel, which loses messages so that the receiver notices.
    pub fn losing_noticeably(self, erasure: Erasure) -> Self {
        Self { erasure, detected: true, ..self }
    }
}

/// A node: an aggregator that takes the majority of its children's votes; a fair coin decides a tie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// Number of children, at least 1. A node with one child is a relay.
    pub fan_in: u32,
    /// How the children's votes are dependent.
    pub dependence: Dependence,
    /// Pairwise correlation of the children's votes.
    pub correlation: Correlation,
    /// Whether votes are shared before or after the channel.
    pub sharing: Sharing,
}

impl Node {
    /// A node whose children are independent.
    pub fn independent(fan_in: u32) -> Self {
        Self {
            fan_in,
            dependence: Dependence::Mixture,
            correlation: Correlation::NONE,
            sharing: Sharing::AfterChannel,
        }
    }
}

/// One layer of a tree: the nodes and the channels from their children.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// The nodes.
    pub node: Node,
    /// The channels into them.
    pub channel: Channel,
}

impl Layer {
    /// The layer as the theory sees it.
    pub fn theory(&self) -> layer::Layer {
        layer::Layer {
            fan_in: self.node.fan_in,
            fidelity: self.channel.fidelity.get(),
            correlation: self.node.correlation.get(),
            dependence: self.node.dependence,
            sharing: self.node.sharing,
            erasure: self.channel.erasure.get(),
            detected: self.channel.detected,
        }
    }
}

/// What an agent at a leaf knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf {
    /// A known bias.
    Bias(Bias),
    /// A bias bought with `tokens` of compute at `min(cap, scale * tokens^exponent)`.
    Compute {
        /// Compute per leaf, in tokens.
        tokens: f64,
        /// What compute buys.
        law: LeafLaw,
    },
}

impl Leaf {
    /// Its bias.
    ///
    /// # Errors
    /// The law gives no bias at this compute.
    pub fn bias(&self) -> Result<Bias, super::OutOfRange> {
        match self {
            Self::Bias(bias) => Ok(*bias),
            Self::Compute { tokens, law } => Bias::new(law.bias(*tokens)),
        }
    }
}

/// A cause of error common to all leaves of the tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CommonCause {
    /// With this probability all leaves cast one common vote.
    SharedVote(Correlation),
    /// The accuracy of all leaves is one draw from a Beta law with the leaves' mean and this pairwise correlation.
    Difficulty(Correlation),
    /// The leaves' errors share one Gaussian factor; the correlation is that of votes at zero bias.
    GaussianFactor(Correlation),
}

impl CommonCause {
    /// Its correlation.
    pub fn correlation(&self) -> Correlation {
        match *self {
            Self::SharedVote(rho) | Self::Difficulty(rho) | Self::GaussianFactor(rho) => rho,
        }
    }
}

/// A tree of agents with layers from the leaves' parents to the root. A star has one layer; a chain has nodes with
/// one child.
///
/// ```
/// use sim_models::organization::{AgentTree, Bias, Channel, Fidelity, Layer, Leaf, Node};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let layer = Layer { node: Node::independent(3), channel: Channel::new(50.0, Fidelity::new(0.9)?) };
/// let tree = AgentTree::uniform(Leaf::Bias(Bias::new(0.4)?), layer, 4)?;
/// assert_eq!(tree.leaves(), 81.0);
/// assert_eq!(tree.edges(), 120.0);
/// assert!((tree.root_bias() - 0.876_537).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AgentTree {
    leaf: Leaf,
    leaf_bias: Bias,
    layers: Vec<Layer>,
    cause: Option<CommonCause>,
}

/// Why an agent tree cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidTree {
    /// A node without children.
    #[error("layer {layer} has fan-in 0: a node needs at least one child")]
    NoChildren {
        /// Number of the layer, from 1 at the leaves' parents.
        layer: usize,
    },
    /// Messages that do not fit into the context window.
    #[error("fan-in {fan_in} x {tokens} tokens = {needed} > window {window}")]
    Window {
        /// Number of children.
        fan_in: u32,
        /// Tokens per message.
        tokens: f64,
        /// Their product.
        needed: f64,
        /// The context window in tokens.
        window: f64,
    },
    /// A common cause together with dependence at a node: the exact recursion does not cover it.
    #[error(
        "a common cause of the whole tree excludes correlation {correlation} at the nodes of layer {layer}"
    )]
    TwoDependences {
        /// Number of the layer, from 1 at the leaves' parents.
        layer: usize,
        /// Its correlation.
        correlation: f64,
    },
    /// A leaf without a bias.
    #[error("the leaf's law gives no bias: {0}")]
    Leaf(#[from] super::OutOfRange),
}

impl AgentTree {
    /// A tree with these layers, from the leaves' parents to the root. No layers: a single agent.
    ///
    /// # Errors
    /// A layer has no children, or the leaf has no bias.
    pub fn new(leaf: Leaf, layers: Vec<Layer>) -> Result<Self, InvalidTree> {
        let leaf_bias = leaf.bias()?;
        match layers.iter().position(|layer| layer.node.fan_in == 0) {
            Some(index) => Err(InvalidTree::NoChildren { layer: index + 1 }),
            None => Ok(Self { leaf, leaf_bias, layers, cause: None }),
        }
    }

    /// A tree of equal layers.
    ///
    /// # Errors
    /// As [`AgentTree::new`].
    pub fn uniform(leaf: Leaf, layer: Layer, depth: usize) -> Result<Self, InvalidTree> {
        Self::new(leaf, vec![layer; depth])
    }

    /// A star: `agents` leaves report to one node, with the given channel and dependence.
    ///
    /// # Errors
    /// As [`AgentTree::new`].
    pub fn star(leaf: Leaf, layer: Layer) -> Result<Self, InvalidTree> {
        Self::uniform(leaf, layer, 1)
    }

    /// A chain: one leaf whose vote is relayed `hops` times.
    ///
    /// # Errors
    /// As [`AgentTree::new`].
    pub fn chain(leaf: Leaf, channel: Channel, hops: usize) -> Result<Self, InvalidTree> {
        Self::uniform(leaf, Layer { node: Node::independent(1), channel }, hops)
    }

    /// The same tree with a cause of error common to all its leaves.
    ///
    /// # Errors
    /// A layer has a correlation of its own.
    pub fn with_common_cause(self, cause: CommonCause) -> Result<Self, InvalidTree> {
        match self.layers.iter().position(|layer| layer.node.correlation != Correlation::NONE) {
            Some(index) => Err(InvalidTree::TwoDependences {
                layer: index + 1,
                correlation: self.layers[index].node.correlation.get(),
            }),
            None => Ok(Self { cause: Some(cause), ..self }),
        }
    }

    /// Checks that all messages to a node fit into its context window (section 1.3: `b m <= W`).
    ///
    /// # Errors
    /// The first layer whose messages do not fit, with the arithmetic.
    pub fn check_window(&self, window: f64) -> Result<(), InvalidTree> {
        for layer in &self.layers {
            let (fan_in, tokens) = (layer.node.fan_in, layer.channel.tokens);
            let needed = f64::from(fan_in) * tokens;
            if needed > window {
                return Err(InvalidTree::Window { fan_in, tokens, needed, window });
            }
        }
        Ok(())
    }

    /// What an agent at a leaf knows.
    pub fn leaf(&self) -> Leaf {
        self.leaf
    }

    /// Bias of the leaves.
    pub fn leaf_bias(&self) -> Bias {
        self.leaf_bias
    }

    /// Layers, from the leaves' parents to the root.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The cause common to all leaves.
    pub fn common_cause(&self) -> Option<CommonCause> {
        self.cause
    }

    /// The cause in its simplest form: none where the leaves are independent or never differ, one shared vote where the
    /// correlation is 1, as in every model.
    pub(crate) fn effective_cause(&self) -> Option<CommonCause> {
        let cause = self.cause?;
        let certain = self.leaf_bias.get().abs() == 1.0;
        match cause.correlation().get() {
            _ if certain => None,
            0.0 => None,
            1.0 => Some(CommonCause::SharedVote(cause.correlation())),
            _ => Some(cause),
        }
    }

    /// Number of leaves, `prod b_l`; a float, because it soon leaves the range of integers.
    pub fn leaves(&self) -> f64 {
        self.layers.iter().map(|layer| f64::from(layer.node.fan_in)).product()
    }

    /// Number of edges, which is the number of messages.
    pub fn edges(&self) -> f64 {
        // From the root down: a layer has as many edges as its nodes have children in all.
        let mut width = 1.0;
        let mut edges = 0.0;
        for layer in self.layers.iter().rev() {
            width *= f64::from(layer.node.fan_in);
            edges += width;
        }
        edges
    }

    /// Tokens spent by one run (section 1.4): leaf compute, every message written once and read once, and `node_tokens` of
    /// extra compute per aggregator, `c_a`, usually 0.
    pub fn cost(&self, node_tokens: f64) -> f64 {
        let mut width = 1.0;
        let mut spent = 0.0;
        for layer in self.layers.iter().rev() {
            spent += width * node_tokens;
            width *= f64::from(layer.node.fan_in);
            spent += 2.0 * width * layer.channel.tokens;
        }
        let compute = match self.leaf {
            Leaf::Bias(_) => 0.0,
            Leaf::Compute { tokens, .. } => tokens,
        };
        spent + width * compute
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::cost;

    fn leaf() -> Leaf {
        Leaf::Compute { tokens: 30.0, law: LeafLaw { coefficient: 0.01, exponent: 0.2, cap: 1.0 } }
    }

    fn channel() -> Channel {
        Channel::new(50.0, Fidelity::new(0.9).unwrap())
    }

    #[test]
    fn costs_are_those_of_the_closed_forms() {
        let layer = |fan_in| Layer { node: Node::independent(fan_in), channel: channel() };
        let tree = AgentTree::uniform(leaf(), layer(5), 3).unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b, "{a} {b}");
        close(tree.cost(7.0), cost::tree(125.0, 30.0, cost::overhead(5, 50.0, 7.0)));
        close(AgentTree::star(leaf(), layer(9)).unwrap().cost(0.0), cost::star(9.0, 30.0, 50.0));
        // Every agent of a chain of 6 computes as much as the first.
        close(AgentTree::chain(leaf(), channel(), 5).unwrap().cost(30.0), cost::chain(6.0, 30.0, 50.0));
    }

    #[test]
    fn edges_and_leaves_of_unlike_layers_are_counted() {
        let layers = [3, 5, 2].map(|fan_in| Layer { node: Node::independent(fan_in), channel: channel() });
        let tree = AgentTree::new(leaf(), layers.to_vec()).unwrap();
        // From the root: 2 nodes, 10 nodes, 30 leaves.
        assert_eq!((tree.leaves(), tree.edges()), (30.0, 42.0));
    }

    #[test]
    fn the_window_is_refused_with_the_arithmetic() {
        let channel = Channel::new(250.0, Fidelity::PERFECT);
        let star = AgentTree::star(leaf(), Layer { node: Node::independent(9), channel }).unwrap();
        let error = star.check_window(2000.0).unwrap_err();
        assert_eq!(error.to_string(), "fan-in 9 x 250 tokens = 2250 > window 2000");
        assert!(star.check_window(2250.0).is_ok());
    }
}
