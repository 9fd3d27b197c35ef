//! Several trees from the same random numbers: a grid of parameters under common random numbers.

use sim_core::estimate::{Confidence, Estimate, JointProportions};
use sim_core::lanes::{self, CommonMasks, Generator, Kernel, Lanes, Outlined, Source, Task, WORDS, majority};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Entity, InvalidProbability, Streams};
use thiserror::Error;

use super::block::UsedLanes;
use super::tree::{heard, is_mixture_as_received};
use crate::organization::AgentTree;

/// Votes alive per trial and tree, at most: a node's votes of every layer.
const MOST_VOTES: usize = 1 << 20;

/// Trees of one shape with different numbers, evaluated from the same random numbers.
///
/// Every uniform number is compared with the probabilities of all trees, so each tree has its own exact law, and trees that are nearly
/// alike are right in nearly the same trials: their difference is known much better than each of them. The estimates of
/// the trees are therefore *correlated*: [`JointProportions::covariance`] of the tally says how much, and
/// [`JointProportions::difference`] gives the interval of a difference.
///
/// ```
/// use sim_core::estimate::Confidence;
/// use sim_core::monte_carlo::{self, Control, Stop};
/// use sim_core::random::{Family, Purpose, Streams};
/// use sim_models::organization::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tree = |fidelity| -> Result<AgentTree, Box<dyn std::error::Error>> {
///     let channel = Channel::new(50.0, Fidelity::new(fidelity)?);
///     let layer = Layer { node: Node::independent(3), channel };
///     Ok(AgentTree::uniform(Leaf::Bias(Bias::new(0.1)?), layer, 4)?)
/// };
/// let grid = TreeGrid::new(&[tree(0.80)?, tree(0.81)?])?;
/// let streams = Streams::new(1, Purpose::World, Family::common());
/// let run = monte_carlo::run(&grid, &streams, &Stop::after(50_000)?, &Control::default());
/// let difference = run.tally.difference(1, 0, Confidence::DEFAULT);
/// let exact = 0.5 * (tree(0.81)?.root_bias() - tree(0.80)?.root_bias());
/// assert!(difference.low < exact && exact < difference.high);
/// // Independent samples of that size would leave the sign open.
/// assert!(difference.low > 0.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TreeGrid {
    trees: usize,
    leaf: CommonMasks,
    layers: Vec<GridLayer>,
    entity: Entity,
    kernel: Option<Kernel>,
}

#[derive(Clone, Debug)]
struct GridLayer {
    fan_in: usize,
    /// Whether a node takes its first child's vote.
    shared: CommonMasks,
    /// Whether a vote on its way into the layer is changed.
    flip: CommonMasks,
}

/// Why trees are no grid.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidGrid {
    /// No trees.
    #[error("a grid has at least one tree")]
    Empty,
    /// Trees of different shapes.
    #[error("tree {tree} has layers of {found:?} children, the first tree of {wanted:?}")]
    Shape {
        /// Its number, from 0.
        tree: usize,
        /// Its fan-ins, leaf to root.
        found: Vec<u32>,
        /// Those of the first tree.
        wanted: Vec<u32>,
    },
    /// Dependence or losses that are not simple enough.
    #[error(
        "layer {layer} of tree {tree} is not a mixture after the channel without noticed losses, or the tree has a common cause"
    )]
    NotSimple {
        /// Number of the tree, from 0.
        tree: usize,
        /// Number of the layer, from 1 at the leaves' parents; 0 for a common cause.
        layer: usize,
    },
    /// Too many votes to keep at once.
    #[error("the nodes of one path have {found} votes in all trees; at most {most} are kept", most = MOST_VOTES)]
    TooLarge {
        /// The number.
        found: usize,
    },
    /// A number that is no probability.
    #[error(transparent)]
    Probability(#[from] InvalidProbability),
}

impl TreeGrid {
    /// Prepares trees that differ in biases, fidelities, erasures and correlations only.
    ///
    /// # Errors
    /// The trees have different shapes, or rules that are not independent votes or mixtures after the channel.
    pub fn new(trees: &[AgentTree]) -> Result<Self, InvalidGrid> {
        let first = trees.first().ok_or(InvalidGrid::Empty)?;
        let shape =
            |tree: &AgentTree| tree.layers().iter().map(|layer| layer.node.fan_in).collect::<Vec<_>>();
        for (number, tree) in trees.iter().enumerate() {
            if shape(tree) != shape(first) {
                return Err(InvalidGrid::Shape { tree: number, found: shape(tree), wanted: shape(first) });
            }
            if tree.effective_cause().is_some() {
                return Err(InvalidGrid::NotSimple { tree: number, layer: 0 });
            }
            if let Some(layer) = tree.layers().iter().position(|layer| !is_mixture_as_received(layer)) {
                return Err(InvalidGrid::NotSimple { tree: number, layer: layer + 1 });
            }
        }
        let votes: usize = first.layers().iter().map(|layer| layer.node.fan_in as usize).sum();
        if votes * trees.len() > MOST_VOTES {
            return Err(InvalidGrid::TooLarge { found: votes * trees.len() });
        }
        let masks = |probability: &dyn Fn(&AgentTree) -> f64| {
            CommonMasks::new(&trees.iter().map(probability).collect::<Vec<_>>())
        };
        // The noise of the lowest channels is part of the leaves' masks.
        let fused = |tree: &AgentTree| tree.layers().first().map_or(1.0, |layer| heard(&layer.channel));
        let layers = (0..first.layers().len()).map(|l| {
            Ok(GridLayer {
                fan_in: first.layers()[l].node.fan_in as usize,
                shared: masks(&|tree| tree.layers()[l].node.correlation.get())?,
                flip: masks(&|tree| 0.5 * (1.0 - heard(&tree.layers()[l].channel)))?,
            })
        });
        Ok(Self {
            trees: trees.len(),
            leaf: masks(&|tree| 0.5 * (1.0 + fused(tree) * tree.leaf_bias().get()))?,
            layers: layers.collect::<Result<_, InvalidProbability>>()?,
            entity: Entity::named("tree grid"),
            kernel: None,
        })
    }

    /// The same grid on one instruction set, instead of the process's; the results are the same.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Self { kernel: Some(kernel), ..self }
    }

    /// Whether the root of each tree is right, in the 512 trials of a block.
    pub fn root_votes(&self, block: u64, streams: &Streams) -> Vec<[u64; WORDS]> {
        let generator = Generator::new(streams.open(Address::block(block).entity(self.entity)));
        self.kernel.unwrap_or_else(lanes::kernel).run(GridTask { grid: self, generator })
    }
}

/// One block of trials.
struct GridTask<'a> {
    grid: &'a TreeGrid,
    generator: Generator,
}

impl Task for GridTask<'_> {
    type Output = Vec<[u64; WORDS]>;

    #[inline(always)]
    fn run<L: Lanes>(mut self) -> Self::Output {
        L::outline(Roots { grid: self.grid, source: self.generator.load::<L>() })
    }
}

struct Roots<'a, 'b, L> {
    grid: &'b TreeGrid,
    source: Source<'a, L>,
}

impl<L: Lanes> Outlined for Roots<'_, '_, L> {
    type Output = Vec<[u64; WORDS]>;

    /// Depth first, as one tree is evaluated; a vote is one vector per tree.
    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { grid, mut source } = self;
        let (trees, zero) = (grid.trees, L::splat(false));
        // The votes received by the current node of each layer: those of the first tree, then those of the next.
        let mut received: Vec<Vec<L>> = Vec::with_capacity(grid.layers.len());
        for layer in &grid.layers {
            received.push(vec![zero; trees * layer.fan_in]);
        }
        let mut counts = vec![0; grid.layers.len()];
        let (mut vote, mut mask, mut room) = (vec![zero; trees], vec![zero; trees], vec![zero; trees]);
        loop {
            source = source.common(&grid.leaf, &mut vote, &mut room);
            let mut at = 0;
            loop {
                let Some(layer) = grid.layers.get(at) else {
                    let mut roots = Vec::with_capacity(trees);
                    for root in &vote {
                        roots.push(root.to_words());
                    }
                    return roots;
                };
                if at > 0 {
                    source = source.common(&layer.flip, &mut mask, &mut room);
                    for (vote, flip) in vote.iter_mut().zip(&mask) {
                        *vote = vote.xor(*flip);
                    }
                }
                for (tree, vote) in vote.iter().enumerate() {
                    received[at][tree * layer.fan_in + counts[at]] = *vote;
                }
                counts[at] += 1;
                if counts[at] < layer.fan_in {
                    break;
                }
                counts[at] = 0;
                source = source.common(&layer.shared, &mut mask, &mut room);
                let ties = if layer.fan_in % 2 == 0 { source.fair() } else { zero };
                for (tree, vote) in vote.iter_mut().enumerate() {
                    let votes = &received[at][tree * layer.fan_in..][..layer.fan_in];
                    *vote = mask[tree].select(votes[0], voted(votes, ties));
                }
                at += 1;
            }
        }
    }
}

/// The majority; `ties` decides an even vote.
#[inline(always)]
fn voted<L: Lanes>(votes: &[L], ties: L) -> L {
    if votes.len() % 2 == 1 {
        return majority(votes);
    }
    let half = votes.len() as u64 / 2;
    let mut counter = lanes::VoteCounter::new(votes.len() as u64);
    counter.add_all(votes);
    counter.equals(half).select(ties, counter.at_least(half + 1))
}

impl Simulation for TreeGrid {
    type Tally = JointProportions;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut JointProportions) {
        let votes = self.root_votes(block.index(), streams);
        let used = UsedLanes::of(block);
        let both = |i: usize, j: usize| used.count_both(&votes[i], &votes[j]);
        tally.record_many(block.len(), both, self.trees);
    }

    /// Root bias of every tree.
    fn estimates(&self, tally: &JointProportions, confidence: Confidence) -> Vec<Estimate> {
        (0..self.trees).map(|i| tally.proportion(i).estimate(confidence).affine(-1.0, 2.0)).collect()
    }
}
