//! One node: messages arrive through channels, share errors, and are voted on.

use sim_core::random::{Coin, InvalidProbability, Stream};
use sim_core::special::normal_quantile;

use crate::organization::Layer;
use crate::theory::dependence::{Dependence, gaussian::Factor};
use crate::theory::layer::Sharing;

#[cfg(test)]
mod tests;

/// A node of one layer, prepared for sampling.
#[derive(Clone, Debug)]
pub(super) struct NodeSampler {
    fan_in: usize,
    sharing: Sharing,
    coupling: Coupling,
    /// Whether the channel flips a vote.
    flip: Coin,
    /// Whether a message is lost; `None` where none ever is.
    erasure: Option<Coin>,
    detected: bool,
}

impl NodeSampler {
    /// A node of `layer` whose children have the exact bias `sent`; only Gaussian dependence uses it.
    pub(super) fn new(layer: &Layer, sent: f64) -> Result<Self, InvalidProbability> {
        let channel = &layer.channel;
        let (fidelity, erasure) = (channel.fidelity.get(), channel.erasure.get());
        let heard = if channel.detected { 1.0 } else { 1.0 - erasure };
        let coupled = match layer.node.sharing {
            Sharing::AfterChannel => fidelity * heard * sent,
            Sharing::BeforeChannel => sent,
        };
        Ok(Self {
            fan_in: layer.node.fan_in as usize,
            sharing: layer.node.sharing,
            coupling: Coupling::new(layer, coupled)?,
            flip: Coin::new(0.5 * (1.0 - fidelity))?,
            erasure: (erasure > 0.0).then(|| Coin::new(erasure)).transpose()?,
            detected: channel.detected,
        })
    }

    pub(super) fn fan_in(&self) -> usize {
        self.fan_in
    }

    /// The node's vote on the votes that its children sent.
    pub(super) fn decide(&self, votes: &mut Vec<bool>, stream: &mut Stream) -> bool {
        match self.sharing {
            Sharing::AfterChannel => {
                self.transmit(votes, stream);
                self.coupling.apply(votes, stream);
            }
            Sharing::BeforeChannel => {
                self.coupling.apply(votes, stream);
                self.transmit(votes, stream);
            }
        }
        if self.detected {
            self.lose(votes, stream);
        }
        let (right, all) = (votes.iter().filter(|&&vote| vote).count(), votes.len());
        if 2 * right == all { stream.fair() } else { 2 * right > all }
    }

    /// Sends the votes through the channel; a message whose loss is not noticed becomes a fair coin.
    fn transmit(&self, votes: &mut [bool], stream: &mut Stream) {
        for vote in votes {
            *vote ^= stream.toss(&self.flip);
            if let (Some(erasure), false) = (&self.erasure, self.detected)
                && stream.toss(erasure)
            {
                *vote = stream.fair();
            }
        }
    }

    /// Removes the messages whose loss is noticed.
    fn lose(&self, votes: &mut Vec<bool>, stream: &mut Stream) {
        if let Some(erasure) = &self.erasure {
            votes.retain(|_| !stream.toss(erasure));
        }
    }
}

/// How the votes at a node come to depend on each other. Each rule takes independent realized votes and keeps their bias;
/// the joint law is the one of section 5.
#[derive(Clone, Debug)]
enum Coupling {
    None,
    /// With this coin all inputs take the vote of one child drawn uniformly.
    Mixture(Coin),
    /// Each child copies with this coin; the copiers take the own vote of the first copier.
    Copying(Coin),
    /// Polya's urn: input `i` keeps its own vote with the `i`-th coin, else takes a uniformly chosen earlier one.
    BetaBinomial(Vec<Coin>),
    /// Votes are signs of `threshold + sqrt(r) S + sqrt(1 - r) e_i`. `accuracy` is the exact one: it places the latent
    /// `e_i` of a vote that is already realized.
    Gaussian {
        accuracy: f64,
        threshold: f64,
        r: f64,
    },
}

impl Coupling {
    fn new(layer: &Layer, bias: f64) -> Result<Self, InvalidProbability> {
        let rho = layer.node.correlation.get();
        if rho == 0.0 || layer.node.fan_in == 1 {
            return Ok(Self::None);
        }
        Ok(match layer.node.dependence {
            Dependence::Mixture => Self::Mixture(Coin::new(rho)?),
            Dependence::Copying => Self::Copying(Coin::new(rho.sqrt())?),
            Dependence::BetaBinomial => {
                // t / (t + i) with t = (1 - rho) / rho, which may be too large for a float.
                let keep = (1..layer.node.fan_in)
                    .map(|i| Coin::new((1.0 - rho) / ((1.0 - rho) + f64::from(i) * rho)));
                Self::BetaBinomial(keep.collect::<Result<_, _>>()?)
            }
            Dependence::Gaussian if rho == 1.0 => Self::Mixture(Coin::new(1.0)?),
            Dependence::Gaussian => {
                let accuracy = 0.5 * (1.0 + bias);
                Coin::new(accuracy)?;
                if accuracy == 0.0 || accuracy == 1.0 {
                    return Ok(Self::None);
                }
                Self::Gaussian {
                    accuracy,
                    threshold: normal_quantile(accuracy),
                    r: Factor::from_sign_correlation(rho).latent(),
                }
            }
        })
    }

    fn apply(&self, votes: &mut [bool], stream: &mut Stream) {
        match self {
            Self::None => {}
            Self::Mixture(shared) => {
                if stream.toss(shared) {
                    let vote = votes[stream.below(votes.len() as u64) as usize];
                    votes.fill(vote);
                }
            }
            Self::Copying(copies) => {
                let mut common = None;
                for vote in votes {
                    if stream.toss(copies) {
                        *vote = *common.get_or_insert(*vote);
                    }
                }
            }
            Self::BetaBinomial(keep) => {
                for (i, keep) in (1..).zip(keep) {
                    if !stream.toss(keep) {
                        votes[i] = votes[stream.below(i as u64) as usize];
                    }
                }
            }
            Self::Gaussian { accuracy, threshold, r } => {
                let common = threshold + r.sqrt() * stream.normal();
                for vote in votes {
                    // Uniform given the realized vote: on (0, p) if it is right, on (p, 1) if it is wrong.
                    let u = stream.uniform();
                    let level = if *vote { u * accuracy } else { accuracy + u * (1.0 - accuracy) };
                    *vote = common - (1.0 - r).sqrt() * normal_quantile(level) > 0.0;
                }
            }
        }
    }
}
