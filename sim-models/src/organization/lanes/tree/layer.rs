//! The nodes of one layer, on lanes: messages arrive through channels, share errors, and are voted on.

use sim_core::lanes::{Lanes, Mask, Outlined, Source, VoteCounter, majority};
use sim_core::random::InvalidProbability;

use super::heard;
use super::is_after_channel;
use crate::organization::Layer;
use crate::organization::effective::EffectiveCoupling;
use crate::organization::lanes::coupling::{Choice, LaneCoupling};

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
        let coupling = EffectiveCoupling::of(dependence, rho, layer.node.fan_in as usize);
        let accuracies = vec![0.5 * (1.0 + coupled); layer.node.fan_in as usize];
        let flip = Mask::new(0.5 * (1.0 - heard))?;
        let erasure = channel.erasure.get();
        Ok(Self {
            fan_in: layer.node.fan_in as usize,
            after_channel,
            // Models of section 5 all have a form for lanes.
            coupling: LaneCoupling::new(&coupling, &accuracies, true)?.unwrap_or(LaneCoupling::Independent),
            flip: (!fused && flip.certain() != Some(false)).then_some(flip),
            lost: (channel.detected && erasure > 0.0).then(|| Mask::new(erasure)).transpose()?,
        })
    }

    /// Vectors of room that a decision needs.
    pub(super) fn room(&self) -> usize {
        self.coupling.room(self.fan_in)
    }

    /// The votes of several nodes, into the first places of `votes`, which holds what their children sent, one node after another.
    /// There is a vector of `masks` for every node.
    #[inline(always)]
    pub(super) fn decide_all<'a, L: Lanes>(
        &self,
        votes: &mut [L],
        masks: &mut [L],
        room: &mut [L],
        mut source: Source<'a, L>,
    ) -> Source<'a, L> {
        let shared = match &self.coupling {
            LaneCoupling::Independent => None,
            LaneCoupling::Mixture { shared, choice: Choice::First } => Some(shared),
            _ => return L::outline(DecideOneByOne { layer: self, votes, nodes: masks.len(), room, source }),
        };
        if self.fan_in != 3 || self.lost.is_some() || !self.after_channel {
            return L::outline(DecideOneByOne { layer: self, votes, nodes: masks.len(), room, source });
        }
        if let Some(flip) = &self.flip {
            source.flip(flip, votes);
        }
        if let Some(shared) = shared {
            source.fill(shared, masks);
        }
        for (node, mask) in masks.iter().enumerate() {
            let [first, second, third] = [votes[3 * node], votes[3 * node + 1], votes[3 * node + 2]];
            let majority = L::majority(first, second, third);
            votes[node] = if shared.is_some() { mask.select(first, majority) } else { majority };
        }
        source
    }

    /// The node's vote on the votes that its children sent, which are overwritten.
    #[inline(always)]
    pub(super) fn decide<'a, L: Lanes>(
        &self,
        votes: &mut [L],
        room: &mut [L],
        source: Source<'a, L>,
    ) -> (L, Source<'a, L>) {
        L::outline(Decide { layer: self, votes, room, source })
    }

    #[inline(always)]
    fn decide_here<'a, L: Lanes>(
        &self,
        votes: &mut [L],
        room: &mut [L],
        mut source: Source<'a, L>,
    ) -> (L, Source<'a, L>) {
        if let (true, Some(flip)) = (self.after_channel, &self.flip) {
            source.flip(flip, votes);
        }
        source = self.coupling.apply(votes, &[], room, source);
        if let (false, Some(flip)) = (self.after_channel, &self.flip) {
            source.flip(flip, votes);
        }
        let most = votes.len() as u64;
        let vote = match &self.lost {
            None if most % 2 == 1 => majority(votes),
            None => {
                let mut counter = VoteCounter::new(most);
                counter.add_all(votes);
                counter.equals(most / 2).select(source.fair(), counter.at_least(most / 2 + 1))
            }
            Some(lost) => {
                let (mut right, mut wrong) = (VoteCounter::new(most), VoteCounter::new(most));
                for &vote in votes.iter() {
                    let lost = source.mask(lost);
                    right.add(vote.and_not(lost));
                    wrong.add(vote.or(lost).not());
                }
                let (more, even) = right.compare(&wrong);
                even.select(source.fair(), more)
            }
        };
        (vote, source)
    }
}

/// The decision of one node, in a function of its own.
struct Decide<'a, 'b, L> {
    layer: &'b LaneLayer,
    votes: &'b mut [L],
    room: &'b mut [L],
    source: Source<'a, L>,
}

impl<'a, L: Lanes> Outlined for Decide<'a, '_, L> {
    type Output = (L, Source<'a, L>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.layer.decide_here(self.votes, self.room, self.source)
    }
}

/// The decisions of several nodes, one after another.
struct DecideOneByOne<'a, 'b, L> {
    layer: &'b LaneLayer,
    votes: &'b mut [L],
    nodes: usize,
    room: &'b mut [L],
    source: Source<'a, L>,
}

impl<'a, L: Lanes> Outlined for DecideOneByOne<'a, '_, L> {
    type Output = Source<'a, L>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { layer, votes, nodes, room, mut source } = self;
        for node in 0..nodes {
            let vote;
            (vote, source) =
                layer.decide_here(&mut votes[node * layer.fan_in..][..layer.fan_in], room, source);
            votes[node] = vote;
        }
        source
    }
}
