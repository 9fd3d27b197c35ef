//! Agent trees, one trial at a time. A trial walks the tree depth first. Deep trees are cut (section 6): below the top layers a whole subtree is replaced
//! by one vote with the subtree's exact bias. This changes nothing in the law of the root, because subtrees
//! are independent given the common cause.

mod cause;
mod node;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Entity, InvalidProbability, Stream, Streams};

pub(in crate::organization) use self::cause::CauseSampler;
use self::node::NodeSampler;
use crate::organization::cut::TreeCut;
use crate::organization::{AgentTree, NotSampled};
use crate::theory::layer;

/// An agent tree, prepared for sampling.
#[derive(Clone, Debug)]
pub struct ScalarTree {
    /// Votes that enter the sampled layers from below.
    entry: Entry,
    /// The sampled layers, from the lowest one to the root.
    nodes: Vec<NodeSampler>,
    cut: TreeCut,
    entity: Entity,
}

/// Where the lowest sampled votes come from.
#[derive(Clone, Debug)]
enum Entry {
    /// The same coin in every trial.
    Fixed(Coin),
    /// A coin that depends on the trial's common cause: the leaf bias it gives, carried through the layers below the cut.
    Caused { cause: CauseSampler, below: Vec<layer::LayerMap> },
}

impl ScalarTree {
    /// Prepares `tree`. `top_layers` says how many layers are sampled at most; `None` takes the whole tree where it has
    /// at most 1024 leaves, otherwise as many layers as stay below that, and at least one.
    ///
    /// # Errors
    /// The sampled layers have too many leaves, or the common cause has no law.
    pub fn new(tree: &AgentTree, top_layers: Option<usize>) -> Result<Self, NotSampled> {
        let cut = TreeCut::new(tree, top_layers)?;
        let entry = match CauseSampler::of(tree)? {
            None => Entry::Fixed(coin_of_bias(cut.entry_bias())?),
            Some(cause) => Entry::Caused { cause, below: cut.layer_maps(tree) },
        };
        let layers = &tree.layers()[cut.below()..];
        let nodes = layers.iter().enumerate().map(|(l, layer)| NodeSampler::new(layer, cut.sampled_bias(l)));
        Ok(Self { entry, nodes: nodes.collect::<Result<_, _>>()?, cut, entity: Entity::named("tree") })
    }

    /// How many layers below the sampled ones are replaced by their exact bias.
    pub fn cut(&self) -> usize {
        self.cut.below()
    }

    /// How many layers are sampled.
    pub fn sampled_layers(&self) -> usize {
        self.nodes.len()
    }

    /// What a reader of the estimates must know: which part was not sampled.
    pub fn note(&self) -> Option<String> {
        self.cut.note(matches!(self.entry, Entry::Caused { .. }))
    }

    /// One trial: whether the root is right. `received` holds, per sampled layer, the votes that the node on the
    /// current path has received so far; it is empty before and after.
    fn root_is_right(&self, stream: &mut Stream, received: &mut [Vec<bool>]) -> bool {
        let coin = match &self.entry {
            Entry::Fixed(coin) => *coin,
            Entry::Caused { cause, below } => {
                let bias = below.iter().fold(cause.leaf_bias(stream), |bias, layer| layer.map(bias));
                // The recursion maps [-1, 1] to itself; rounding may leave it by one step.
                Coin::new((0.5 * (1.0 + bias)).clamp(0.0, 1.0)).unwrap_or(Coin::FAIR)
            }
        };
        let mut vote = stream.toss(&coin);
        let mut layer = 0;
        while layer < self.nodes.len() {
            let (node, votes) = (&self.nodes[layer], &mut received[layer]);
            votes.push(vote);
            if votes.len() == node.fan_in() {
                vote = node.decide(votes, stream);
                votes.clear();
                layer += 1;
            } else {
                vote = stream.toss(&coin);
                layer = 0;
            }
        }
        vote
    }
}

impl Simulation for ScalarTree {
    type Tally = Proportion;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
        let mut received: Vec<Vec<bool>> =
            self.nodes.iter().map(|n| Vec::with_capacity(n.fan_in())).collect();
        for trial in block.trials() {
            let mut stream = streams.open(Address::trial(trial).entity(self.entity));
            tally.record(self.root_is_right(&mut stream, &mut received));
        }
    }

    /// Root bias, then root accuracy.
    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        let accuracy = tally.estimate(confidence);
        vec![accuracy.affine(-1.0, 2.0), accuracy]
    }
}

fn coin_of_bias(bias: f64) -> Result<Coin, InvalidProbability> {
    Coin::new(0.5 * (1.0 + bias))
}
