//! Agent trees on lanes.
//!
//! The lower layers are evaluated [eagerly](eager): depth first, every node of 512 trials at once, in memory for one path. Where the layers
//! above are simple enough they are evaluated [on demand](streams): only the votes that a majority still needs are asked for. A deep
//! tree is cut as by the scalar evaluator: below the top layers a subtree is one vote with its exact bias.

mod eager;
mod layer;
mod streams;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::lanes::{self, Generator, Kernel, Lanes, Mask, Task, Thresholds, WORDS};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Entity, InvalidProbability, Stream, Streams};

use self::eager::Eager;
use self::layer::LaneLayer;
use self::streams::{StreamLayer, Streamed};
use super::block::UsedLanes;
use crate::organization::cut::TreeCut;
use crate::organization::scalar::CauseSampler;
use crate::organization::{AgentTree, Channel, Dependence, Layer, NotSampled, Sharing};
use crate::theory::layer::LayerMap;

/// Leaves under one vote of the lowest layer that is evaluated on demand.
const EAGER_LEAVES: f64 = 9.0;

/// Leaves of the smallest tree that is evaluated on demand.
const LEAST_STREAMED_LEAVES: f64 = 64.0;

/// An agent tree, prepared for sampling on lanes: 512 trials at once, one per bit.
///
/// ```
/// use sim_core::monte_carlo::{self, Control, Stop};
/// use sim_core::random::{Family, Purpose, Streams};
/// use sim_models::organization::{AgentTree, Bias, Channel, Fidelity, LaneTree, Layer, Leaf, Node};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let layer = Layer { node: Node::independent(3), channel: Channel::new(50.0, Fidelity::new(0.9)?) };
/// let tree = AgentTree::uniform(Leaf::Bias(Bias::new(0.2)?), layer, 6)?;
/// let lanes = LaneTree::new(&tree, None)?;
/// let streams = Streams::new(1, Purpose::World, Family::common());
/// let run = monte_carlo::run(&lanes, &streams, &Stop::after(50_000)?, &Control::default());
/// let bias = run.estimates[0];
/// assert!(bias.low < tree.root_bias() && tree.root_bias() < bias.high);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LaneTree {
    leaf: LaneLeaf,
    /// Layers that are evaluated eagerly, from the lowest.
    eager: Vec<LaneLayer>,
    /// Layers above them, evaluated on demand.
    streamed: Vec<StreamLayer>,
    cut: TreeCut,
    entity: Entity,
    kernel: Option<Kernel>,
}

/// Where the votes that enter the lowest sampled layer come from, as they are received or, if errors are shared before the channel, as
/// they are sent.
#[derive(Clone, Debug)]
enum LaneLeaf {
    /// The same probability in every trial.
    Fixed(Mask),
    /// The trial's common cause gives the leaves a bias, which the layers below the cut and the channel carry on.
    Caused { cause: CauseSampler, below: Vec<LayerMap>, fidelity: f64 },
}

/// Which layers are evaluated on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// The upper layers where that is possible and pays, else none.
    Automatic,
    /// None: every node is evaluated in every trial.
    Eager,
    /// All layers above the lowest `eager` ones, where that is possible.
    OnDemand {
        /// Layers that are evaluated eagerly.
        eager: usize,
    },
}

impl LaneTree {
    /// Prepares `tree`. `top_layers` says how many layers are sampled at most, as for the scalar evaluator.
    ///
    /// # Errors
    /// As for the scalar evaluator: too many leaves, or a common cause without a law.
    pub fn new(tree: &AgentTree, top_layers: Option<usize>) -> Result<Self, NotSampled> {
        Self::with_evaluation(tree, top_layers, Evaluation::Automatic)
    }

    /// Prepares `tree` for evaluation in a way of the caller's choice.
    ///
    /// # Errors
    /// As [`LaneTree::new`].
    pub fn with_evaluation(
        tree: &AgentTree,
        top_layers: Option<usize>,
        evaluation: Evaluation,
    ) -> Result<Self, NotSampled> {
        let cut = TreeCut::new(tree, top_layers)?;
        let layers = &tree.layers()[cut.below()..];
        // Noise of the lowest channels is part of the leaves' mask, unless errors are shared before it.
        let fused = layers.first().filter(|layer| is_after_channel(layer)).map(|layer| heard(&layer.channel));
        let fidelity = fused.unwrap_or(1.0);
        let leaf = match CauseSampler::of(tree)? {
            None => LaneLeaf::Fixed(Mask::of_bias(fidelity * cut.entry_bias())?),
            Some(cause) => LaneLeaf::Caused { cause, below: cut.layer_maps(tree), fidelity },
        };
        let eager = match evaluation {
            Evaluation::Eager => layers.len(),
            Evaluation::OnDemand { eager } => eager.min(layers.len()),
            Evaluation::Automatic => automatic_eager_layers(tree, layers),
        };
        // All layers above the first one on demand must be simple; below it anything goes.
        let caused = matches!(leaf, LaneLeaf::Caused { .. });
        let simple = layers.iter().rev().take_while(|layer| StreamLayer::suits(layer)).count();
        let eager = if caused { layers.len() } else { eager.max(layers.len() - simple) };
        let lane_layers = layers[..eager].iter().enumerate().map(|(l, layer)| {
            let fused = l == 0 && fused.is_some();
            LaneLayer::new(layer, cut.sampled_bias(l), fused)
        });
        let eager = lane_layers.collect::<Result<Vec<_>, _>>()?;
        let streamed = layers[eager.len()..].iter().enumerate().map(|(l, layer)| {
            let fused = eager.is_empty() && l == 0 && fused.is_some();
            StreamLayer::new(layer, fused)
        });
        let streamed = streamed.collect::<Result<Vec<_>, InvalidProbability>>()?;
        let streamed = streams::with_batches(streamed);
        Ok(Self { leaf, eager, streamed, cut, entity: Entity::named("tree"), kernel: None })
    }

    /// The same tree on one instruction set, instead of the process's; the results are the same.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Self { kernel: Some(kernel), ..self }
    }

    /// What a reader of the estimates must know: which part was not sampled.
    pub fn note(&self) -> Option<String> {
        self.cut.note(matches!(self.leaf, LaneLeaf::Caused { .. }))
    }

    /// How many layers are evaluated on demand.
    pub fn layers_on_demand(&self) -> usize {
        self.streamed.len()
    }

    /// Whether the root is right, in the 512 trials of a block.
    pub fn root_votes(&self, block: u64, streams: &Streams) -> [u64; WORDS] {
        let generator = Generator::new(streams.open(Address::block(block).entity(self.entity)));
        let kernel = self.kernel.unwrap_or_else(lanes::kernel);
        kernel.run(BlockTask { tree: self, generator })
    }
}

/// Layers to evaluate eagerly below those on demand.
fn automatic_eager_layers(tree: &AgentTree, layers: &[Layer]) -> usize {
    let leaves: f64 = layers.iter().map(|layer| f64::from(layer.node.fan_in)).product();
    if leaves < LEAST_STREAMED_LEAVES || tree.effective_cause().is_some() {
        return layers.len();
    }
    let mut under = 1.0;
    let small = |layer: &&Layer| {
        under *= f64::from(layer.node.fan_in);
        under <= EAGER_LEAVES
    };
    layers.iter().take_while(small).count()
}

/// What is left of a bias after the channel, if lost messages are not noticed; noticed ones are not part of it.
pub(super) fn heard(channel: &Channel) -> f64 {
    channel.fidelity.get() * if channel.detected { 1.0 } else { 1.0 - channel.erasure.get() }
}

/// Whether votes are independent or share one vote, as they are received, and no loss is noticed.
pub(super) fn is_mixture_as_received(layer: &Layer) -> bool {
    let mixture = layer.node.correlation.get() == 0.0 || layer.node.dependence == Dependence::Mixture;
    let lossless = !layer.channel.detected || layer.channel.erasure.get() == 0.0;
    mixture && lossless && is_after_channel(layer)
}

/// Whether the channel's noise may be drawn together with the votes sent: errors are shared after it, or not at all.
pub(super) fn is_after_channel(layer: &Layer) -> bool {
    layer.node.sharing == Sharing::AfterChannel || layer.node.correlation.get() == 0.0
}

/// One block of trials.
struct BlockTask<'a> {
    tree: &'a LaneTree,
    generator: Generator,
}

impl Task for BlockTask<'_> {
    type Output = [u64; WORDS];

    #[inline(always)]
    fn run<L: Lanes>(mut self) -> [u64; WORDS] {
        let tree = self.tree;
        let mut thresholds = Thresholds::default();
        let mut source = self.generator.load::<L>();
        if let LaneLeaf::Caused { cause, below, fidelity } = &tree.leaf {
            set_thresholds(&mut thresholds, cause, below, *fidelity, source.stream());
        }
        let mut eager = Eager::<L>::new(&tree.eager);
        match tree.streamed.as_slice() {
            [] => {
                let mut root = [L::splat(false)];
                eager.votes(&mut root, tree, &thresholds, None, source);
                root[0].to_words()
            }
            streamed => Streamed::new(streamed).votes(tree, eager, &thresholds, source),
        }
    }
}

/// The leaves' accuracy in every trial. Compiled once for all instruction sets.
#[inline(never)]
fn set_thresholds(
    thresholds: &mut Thresholds,
    cause: &CauseSampler,
    below: &[LayerMap],
    fidelity: f64,
    stream: &mut Stream,
) {
    thresholds.set(|_| {
        let bias = below.iter().fold(cause.leaf_bias(stream), |bias, layer| layer.map(bias));
        0.5 * (1.0 + fidelity * bias)
    });
}

impl LaneLeaf {
    /// Votes of leaves.
    #[inline(always)]
    fn fill<'a, L: Lanes>(
        &self,
        votes: &mut [L],
        thresholds: &Thresholds,
        mut source: lanes::Source<'a, L>,
    ) -> lanes::Source<'a, L> {
        match self {
            Self::Fixed(mask) => {
                source.fill(mask, votes);
                source
            }
            Self::Caused { .. } => source.fill_below(thresholds, votes),
        }
    }
}

impl Simulation for LaneTree {
    type Tally = Proportion;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
        let votes = self.root_votes(block.index(), streams);
        let right = UsedLanes::of(block).count(&votes);
        tally.record_many(right, block.len() - right);
    }

    /// Root bias, then root accuracy.
    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        let accuracy = tally.estimate(confidence);
        vec![accuracy.affine(-1.0, 2.0), accuracy]
    }
}
