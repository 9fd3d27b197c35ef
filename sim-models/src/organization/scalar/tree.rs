//! Agent trees, one trial at a time. A trial walks the tree depth first. Deep trees are cut (section 6): below the top layers a whole subtree is replaced
//! by one vote with the subtree's exact bias. This changes nothing in the law of the root, because subtrees
//! are independent given the common cause.

mod cause;
mod node;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Entity, InvalidProbability, Stream, Streams};

use self::cause::CauseSampler;
use self::node::NodeSampler;
use crate::organization::not_sampled::MOST_LEAVES;
use crate::organization::{AgentTree, Layer, NoLaw, NotSampled};
use crate::theory::{layer, recursion};

/// Leaves per trial up to which a tree is sampled whole unless the caller says otherwise.
const AUTOMATIC_LEAVES: f64 = 1024.0;

/// Chains have one leaf at any length; this bounds their work per trial too.
const MOST_AUTOMATIC_LAYERS: usize = 1024;

/// An agent tree, prepared for sampling.
#[derive(Clone, Debug)]
pub struct ScalarTree {
    /// Votes that enter the sampled layers from below.
    entry: Entry,
    /// The sampled layers, from the lowest one to the root.
    nodes: Vec<NodeSampler>,
    /// Layers below the sampled ones.
    cut: usize,
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
        let depth = tree.layers().len();
        let sampled = top_layers.unwrap_or_else(|| automatic_layers(tree)).min(depth);
        let cut = depth - sampled;
        let leaves: f64 = tree.layers()[cut..].iter().map(|layer| f64::from(layer.node.fan_in)).product();
        if leaves > MOST_LEAVES {
            return Err(NotSampled::TooLarge { layers: sampled, leaves });
        }
        let layers = tree.theory_layers();
        let trajectory = recursion::trajectory(&layers, tree.leaf_bias().get());
        let entry = match tree.effective_cause() {
            None => Entry::Fixed(coin_of_bias(trajectory[cut])?),
            Some(cause) => Entry::Caused {
                cause: CauseSampler::new(cause, tree.leaf_bias())
                    .ok_or(NoLaw { correlation: cause.correlation().get(), bias: tree.leaf_bias().get() })?,
                below: layers[..cut].iter().map(layer::Layer::prepare).collect(),
            },
        };
        let nodes = (cut..depth).map(|l| NodeSampler::new(&tree.layers()[l], trajectory[l]));
        Ok(Self { entry, nodes: nodes.collect::<Result<_, _>>()?, cut, entity: Entity::named("tree") })
    }

    /// How many layers below the sampled ones are replaced by their exact bias.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// How many layers are sampled.
    pub fn sampled_layers(&self) -> usize {
        self.nodes.len()
    }

    /// What a reader of the estimates must know: which part was not sampled.
    pub fn note(&self) -> Option<String> {
        let (cut, sampled) = (self.cut, self.nodes.len());
        (cut > 0).then(|| {
            format!(
                "sampled the top {sampled} of {} layers; each subtree below them is one vote with its exact bias{}",
                cut + sampled,
                if matches!(self.entry, Entry::Caused { .. }) { " given the common cause" } else { "" }
            )
        })
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

/// The top layers that have at most [`AUTOMATIC_LEAVES`] leaves, at least one.
fn automatic_layers(tree: &AgentTree) -> usize {
    let mut leaves = 1.0;
    let fits = |layer: &&Layer| {
        leaves *= f64::from(layer.node.fan_in);
        leaves <= AUTOMATIC_LEAVES
    };
    let layers = tree.layers().iter().rev().take_while(fits).count();
    layers.clamp(usize::from(!tree.layers().is_empty()), MOST_AUTOMATIC_LAYERS)
}
