//! Averaging, sampled: Gaussian errors and noises, added up as the organization does.

use sim_core::estimate::{Confidence, Estimate, Mean};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Entity, InvalidProbability, Stream, Streams};
use thiserror::Error;

use super::{AveragingOrganization, Shape};

/// Leaves of a tree that are drawn in each trial. A larger tree is cut: a lower subtree becomes one Gaussian estimate
/// with the subtree's exact variance, which leaves the risk unchanged.
const SAMPLED_LEAVES: f64 = 1024.0;

/// Agents of a star or a chain beyond which a trial would take longer than anybody waits.
const MOST_AGENTS: u32 = 10_000_000;

/// An averaging organization, prepared for sampling.
#[derive(Clone, Debug)]
pub struct SampledAverage {
    procedure: Procedure,
    /// Deviation of the part of the error that all agents share.
    common: f64,
    entity: Entity,
}

/// How one trial's independent part of the error comes about. All deviations are of independent Gaussians.
#[derive(Clone, Debug)]
enum Procedure {
    /// Mean of agents heard through noise.
    Star { agents: u32, own: f64, noise: f64 },
    /// Means of means, `layers` times, from estimates of deviation `own`. With the coin, all children of a node report the
    /// estimate of one of them.
    Tree { fan_in: usize, layers: usize, cut: u32, own: f64, noise: f64, shared: Coin },
    /// A chain: `weights[k]` is the weight that agent `k + 1` gives to its own estimate.
    Chain { weights: Vec<f64>, own: f64, noise: f64 },
}

/// Why an averaging organization cannot be sampled.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum NotSampledAverage {
    /// Too many agents for one trial.
    #[error("{agents} agents; at most {MOST_AGENTS} can be sampled in a trial")]
    TooManyAgents {
        /// The agents.
        agents: u32,
    },
    /// A correlation that is no probability.
    #[error("the correlation: {0}")]
    Correlation(#[from] InvalidProbability),
}

impl SampledAverage {
    /// Prepares an organization.
    ///
    /// # Errors
    /// It is too large, or its correlation is not in [0, 1].
    pub fn new(organization: &AveragingOrganization) -> Result<Self, NotSampledAverage> {
        let AveragingOrganization { shape, leaf_variance, channel_variance, correlation } = *organization;
        let shared = Coin::new(correlation)?;
        let noise = channel_variance.sqrt();
        let independent = (1.0 - correlation) * leaf_variance;
        let mut common = (correlation * leaf_variance).sqrt();
        let own = independent.sqrt();
        let chain = |weights: Vec<f64>| Procedure::Chain { weights, own, noise };
        if let Shape::Star { agents }
        | Shape::RunningMean { agents }
        | Shape::Kalman { agents }
        | Shape::ConstantWeight { agents, .. } = shape
            && agents > MOST_AGENTS
        {
            return Err(NotSampledAverage::TooManyAgents { agents });
        }
        let procedure = match shape {
            Shape::Star { agents } => Procedure::Star { agents, own, noise },
            Shape::Tree { fan_in, depth } => {
                let never = Coin::new(0.0)?;
                cut_tree(fan_in, depth, independent, channel_variance, 0.0, never)
            }
            Shape::LocalTree { fan_in, depth } => {
                common = 0.0;
                cut_tree(fan_in, depth, leaf_variance, channel_variance, correlation, shared)
            }
            // A relay adds noise and no estimate of its own.
            Shape::Relay { hops } => {
                common = leaf_variance.sqrt();
                Procedure::Chain { weights: vec![0.0; hops as usize], own: 0.0, noise }
            }
            Shape::RunningMean { agents } => chain((2..=agents).map(|k| 1.0 / f64::from(k)).collect()),
            Shape::Kalman { agents } => chain(kalman_weights(agents, independent, channel_variance)),
            Shape::ConstantWeight { agents, own_weight } => {
                chain(vec![own_weight; agents.saturating_sub(1) as usize])
            }
        };
        Ok(Self { procedure, common, entity: Entity::named("averaging") })
    }

    /// How many layers below the sampled ones are replaced by Gaussians of their exact variance.
    pub fn cut(&self) -> u32 {
        if let Procedure::Tree { cut, .. } = self.procedure { cut } else { 0 }
    }

    fn error(&self, stream: &mut Stream, reports: &mut [Vec<f64>]) -> f64 {
        let common = self.common * stream.normal();
        common
            + match &self.procedure {
                Procedure::Star { agents, own, noise } => {
                    let sum: f64 =
                        (0..*agents).map(|_| own * stream.normal() + noise * stream.normal()).sum();
                    sum / f64::from(*agents)
                }
                Procedure::Tree { fan_in, own, noise, shared, .. } => {
                    tree_error(stream, reports, *fan_in, *own, *noise, shared)
                }
                Procedure::Chain { weights, own, noise } => {
                    let first = own * stream.normal();
                    weights.iter().fold(first, |estimate, weight| {
                        let heard = estimate + noise * stream.normal();
                        (1.0 - weight) * heard + weight * own * stream.normal()
                    })
                }
            }
    }
}

/// The tree, cut so that at most [`SAMPLED_LEAVES`] are drawn.
fn cut_tree(fan_in: u32, depth: u32, leaf: f64, channel: f64, correlation: f64, shared: Coin) -> Procedure {
    let b = f64::from(fan_in);
    let mut layers = 0;
    let mut leaves = b;
    while layers < depth.min(1024) && (leaves <= SAMPLED_LEAVES || layers == 0) {
        layers += 1;
        leaves *= b;
    }
    let cut = depth - layers;
    // Mean of b equicorrelated estimates, each with channel noise.
    let shrink = correlation + (1.0 - correlation) / b;
    let variance = (0..cut).fold(leaf, |variance, _| shrink * variance + channel / b);
    Procedure::Tree {
        fan_in: fan_in as usize,
        layers: layers as usize,
        cut,
        own: variance.sqrt(),
        noise: channel.sqrt(),
        shared,
    }
}

/// One tree, depth first; `reports` holds the reports that the nodes on the current path have received so far.
fn tree_error(
    stream: &mut Stream,
    reports: &mut [Vec<f64>],
    fan_in: usize,
    own: f64,
    noise: f64,
    shared: &Coin,
) -> f64 {
    let mut estimate = own * stream.normal();
    let mut layer = 0;
    while layer < reports.len() {
        let received = &mut reports[layer];
        received.push(estimate);
        if received.len() < fan_in {
            estimate = own * stream.normal();
            layer = 0;
            continue;
        }
        if stream.toss(shared) {
            let one = received[stream.below(fan_in as u64) as usize];
            received.fill(one);
        }
        let sum: f64 = received.iter().map(|report| report + noise * stream.normal()).sum();
        estimate = sum / fan_in as f64;
        received.clear();
        layer += 1;
    }
    estimate
}

/// Weights of the agents' own estimates, from the second agent on: `q_k / se` with
/// `1/q_k = 1/se + 1/(q_{k-1} + c)` (section 2.3).
fn kalman_weights(agents: u32, independent: f64, channel: f64) -> Vec<f64> {
    let mut variance = independent;
    (2..=agents)
        .map(|_| {
            let heard = variance + channel;
            // Without any error of their own agents need nobody else.
            let weight = if independent == 0.0 { 1.0 } else { heard / (heard + independent) };
            variance = weight * independent;
            weight
        })
        .collect()
}

impl Simulation for SampledAverage {
    type Tally = Mean;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Mean) {
        let mut reports = match self.procedure {
            Procedure::Tree { fan_in, layers, .. } => vec![Vec::with_capacity(fan_in); layers],
            _ => Vec::new(),
        };
        for trial in block.trials() {
            let mut stream = streams.open(Address::trial(trial).entity(self.entity));
            let error = self.error(&mut stream, &mut reports);
            tally.record(error * error);
        }
    }

    fn estimates(&self, tally: &Mean, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.estimate(confidence)]
    }
}
