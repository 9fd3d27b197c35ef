//! Every node in every trial, depth first: what is kept is the votes that the nodes on one path have received so far.

use sim_core::lanes::{Lanes, Mask, Outlined, Source, Thresholds};

use super::{LaneLayer, LaneTree};

/// Room for the votes of one path.
pub(super) struct Eager<L> {
    /// The votes received by the current node of each layer, layer after layer.
    votes: Vec<L>,
    /// By layer: where its votes begin, and how many there are.
    received: Vec<(usize, usize)>,
    room: Vec<L>,
}

impl<L: Lanes> Eager<L> {
    #[inline(always)]
    pub(super) fn new(layers: &[LaneLayer]) -> Self {
        let mut all = 0;
        let mut received = Vec::with_capacity(layers.len());
        for layer in layers {
            received.push((all, 0));
            all += layer.fan_in;
        }
        let room = layers.iter().map(LaneLayer::room).max().unwrap_or(0);
        Self { votes: vec![L::splat(false); all], received, room: vec![L::splat(false); room] }
    }

    /// Votes of nodes of the highest eager layer, or of leaves where there is no such layer, with noise on their way up.
    #[inline(always)]
    pub(super) fn votes<'a>(
        &mut self,
        votes: &mut [L],
        tree: &LaneTree,
        thresholds: &Thresholds,
        noise: Option<&Mask>,
        source: Source<'a, L>,
    ) -> Source<'a, L> {
        L::outline(Votes { out: votes, room: self, tree, thresholds, noise, source })
    }
}

/// Votes, evaluated in a function of its own: the generator stays in registers.
struct Votes<'a, 'b, L> {
    out: &'b mut [L],
    room: &'b mut Eager<L>,
    tree: &'b LaneTree,
    thresholds: &'b Thresholds,
    noise: Option<&'b Mask>,
    source: Source<'a, L>,
}

impl<'a, L: Lanes> Outlined for Votes<'a, '_, L> {
    type Output = Source<'a, L>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { out, room: Eager { votes, received, room }, tree, thresholds, noise, mut source } = self;
        let layers = tree.eager.as_slice();
        if layers.is_empty() {
            source = tree.leaf.fill(out, thresholds, source);
        } else {
            let mut at = 0;
            let mut done = 0;
            while done < out.len() {
                let layer = &layers[at];
                let (start, count) = &mut received[at];
                let here = &mut votes[*start..*start + layer.fan_in];
                if at == 0 {
                    source = tree.leaf.fill(here, thresholds, source);
                }
                *count = 0;
                let vote;
                (vote, source) = layer.decide(here, room, source);
                // The vote goes up; its receiver decides if it was the last one that it waited for.
                at += 1;
                if let Some((start, count)) = received.get_mut(at) {
                    votes[*start + *count] = vote;
                    *count += 1;
                    if *count < layers[at].fan_in {
                        at = 0;
                    }
                } else {
                    out[done] = vote;
                    done += 1;
                    at = 0;
                }
            }
        }
        if let Some(noise) = noise {
            source.flip(noise, out);
        }
        source
    }
}
