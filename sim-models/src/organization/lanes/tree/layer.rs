//! The nodes of one layer, on lanes: messages arrive through channels, share errors, and are voted on.

use sim_core::lanes::{Counter, Lanes, Mask, Outlined, Source, majority};
use sim_core::random::InvalidProbability;

use super::heard;
use super::is_after_channel;
use crate::organization::Layer;
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
    pub(super) fn decide<'a, L: Lanes>(
        &self,
        votes: &mut [L],
        room: &mut [L],
        mut source: Source<'a, L>,
    ) -> (L, Source<'a, L>) {
        if let (true, Some(flip)) = (self.after_channel, &self.flip) {
            source.flip(flip, votes);
        }
        match &self.coupling {
            LaneCoupling::Independent => {}
            LaneCoupling::Mixture { shared, choice: Choice::First } => {
                let shared = source.mask(shared);
                // Where all take the first vote the majority is the first vote, if nothing happens to the others on the way.
                if let ([first, second, third], None, true) = (&mut *votes, &self.lost, self.after_channel) {
                    let majority = L::majority(*first, *second, *third);
                    return (shared.select(*first, majority), source);
                }
                let first = votes[0];
                for vote in votes.iter_mut() {
                    *vote = shared.select(first, *vote);
                }
            }
            coupling => source = coupling.apply(votes, &[], room, source),
        }
        if self.is_plain_vote_of_three() {
            return (L::majority(votes[0], votes[1], votes[2]), source);
        }
        L::outline(Decide { layer: self, votes, source })
    }

    #[inline(always)]
    fn is_plain_vote_of_three(&self) -> bool {
        self.fan_in == 3 && self.lost.is_none() && (self.after_channel || self.flip.is_none())
    }
}

/// The decision on coupled votes, in a function of its own.
struct Decide<'a, 'b, L> {
    layer: &'b LaneLayer,
    votes: &'b mut [L],
    source: Source<'a, L>,
}

impl<'a, L: Lanes> Outlined for Decide<'a, '_, L> {
    type Output = (L, Source<'a, L>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { layer, votes, mut source } = self;
        if let (false, Some(flip)) = (layer.after_channel, &layer.flip) {
            source.flip(flip, votes);
        }
        let most = votes.len() as u64;
        let vote = match &layer.lost {
            None if most % 2 == 1 => majority(votes),
            None => {
                let mut counter = Counter::new(most);
                counter.add_all(votes);
                counter.equals(most / 2).select(source.fair(), counter.at_least(most / 2 + 1))
            }
            Some(lost) => {
                let (mut right, mut wrong) = (Counter::new(most), Counter::new(most));
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
