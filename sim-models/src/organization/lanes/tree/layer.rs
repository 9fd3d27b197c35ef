//! The nodes of one layer, on lanes: messages arrive through channels, share errors, and are voted on.

use sim_core::lanes::{Counter, Lanes, Mask, Source, majority};
use sim_core::random::InvalidProbability;

use super::heard;
use super::is_after_channel;
use crate::organization::Layer;
use crate::organization::lanes::coupling::LaneCoupling;

/// The nodes of one layer, prepared for sampling.
#[derive(Clone, Debug)]
pub(super) struct LaneLayer {
    pub(super) fan_in: usize,
    /// Whether votes are coupled as received, after the noise, or as sent, before it.
    after_channel: bool,
    coupling: LaneCoupling,
    /// Whether the channel changes a vote; `None` where it never does, or where the votes come with the noise.
    flip: Option<Mask>,
    /// Whether a message is lost and its loss noticed; `None` where none ever is.
    lost: Option<Mask>,
}

impl LaneLayer {
    /// Nodes whose children have the exact bias `sent`; only Gaussian dependence uses it. `fused`: votes arrive with the noise of
    /// their channels.
    pub(super) fn new(layer: &Layer, sent: f64, fused: bool) -> Result<Self, InvalidProbability> {
        let channel = &layer.channel;
        let after_channel = is_after_channel(layer);
        let heard = heard(channel);
        let coupled = if after_channel { heard * sent } else { sent };
        let (dependence, rho) = (layer.node.dependence, layer.node.correlation.get());
        let accuracies = vec![0.5 * (1.0 + coupled); layer.node.fan_in as usize];
        let flip = Mask::new(0.5 * (1.0 - heard))?;
        let erasure = channel.erasure.get();
        Ok(Self {
            fan_in: layer.node.fan_in as usize,
            after_channel,
            coupling: LaneCoupling::new(dependence, rho, &accuracies, true)?,
            flip: (!fused && flip.certain() != Some(false)).then_some(flip),
            lost: (channel.detected && erasure > 0.0).then(|| Mask::new(erasure)).transpose()?,
        })
    }

    /// Vectors of room that a decision needs.
    pub(super) fn room(&self) -> usize {
        self.coupling.room(self.fan_in)
    }

    /// The node's vote on the votes that its children sent, which are overwritten.
    #[inline(always)]
    pub(super) fn decide<L: Lanes>(&self, votes: &mut [L], room: &mut [L], source: &mut Source<'_, L>) -> L {
        if self.after_channel {
            self.transmit(votes, source);
        }
        self.coupling.apply(votes, room, source);
        if !self.after_channel {
            self.transmit(votes, source);
        }
        match &self.lost {
            None if votes.len() % 2 == 1 => majority(votes),
            None => {
                let half = votes.len() as u64 / 2;
                let mut counter = Counter::new(votes.len() as u64);
                counter.add_all(votes);
                counter.equals(half).select(source.fair(), counter.at_least(half + 1))
            }
            Some(lost) => {
                let most = votes.len() as u64;
                let (mut right, mut wrong) = (Counter::new(most), Counter::new(most));
                for &vote in votes.iter() {
                    let lost = source.mask(lost);
                    right.add(vote.and_not(lost));
                    wrong.add(vote.or(lost).not());
                }
                let (more, even) = right.compare(&wrong);
                even.select(source.fair(), more)
            }
        }
    }

    #[inline(always)]
    fn transmit<L: Lanes>(&self, votes: &mut [L], source: &mut Source<'_, L>) {
        if let Some(flip) = &self.flip {
            for vote in votes {
                *vote = vote.xor(source.mask(flip));
            }
        }
    }
}
