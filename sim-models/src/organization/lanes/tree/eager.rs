//! Every node in every trial, depth first: what is kept is the votes that the nodes on one path have received so far.

use sim_core::lanes::{Lanes, Source, Thresholds};

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

    /// The vote of a node of the highest eager layer; of a leaf where there is no such layer.
    #[inline(always)]
    pub(super) fn vote(&mut self, tree: &LaneTree, thresholds: &Thresholds, source: &mut Source<'_, L>) -> L {
        let Some((lowest, above)) = tree.eager.split_first() else {
            return tree.leaf.vote(thresholds, source);
        };
        loop {
            let votes = &mut self.votes[..lowest.fan_in];
            for vote in votes.iter_mut() {
                *vote = tree.leaf.vote(thresholds, source);
            }
            let mut vote = lowest.decide(votes, &mut self.room, source);
            // The vote goes up as long as it is the last one that a node waited for.
            let mut layers = above.iter().zip(&mut self.received[1..]);
            loop {
                let Some((layer, (start, count))) = layers.next() else { return vote };
                self.votes[*start + *count] = vote;
                *count += 1;
                if *count < layer.fan_in {
                    break;
                }
                *count = 0;
                let votes = &mut self.votes[*start..*start + layer.fan_in];
                vote = layer.decide(votes, &mut self.room, source);
            }
        }
    }
}
