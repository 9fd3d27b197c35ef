//! Every node in every trial.
//!
//! Small subtrees at the bottom are evaluated layer by layer, so that masks of one probability are drawn in a row; above them the tree is
//! walked depth first. What is kept is the votes of one small subtree, and those that the nodes on one path have received so far:
//!
//! ```text
//!    root        ▓ ▓ ░         received by the current node of each upper layer: like the digits
//!    layer 4     ▓ ░ ░         of a counter to the base of the fan-in; a node with all its votes
//!    layer 3     ▓ ▓ ▓         decides, is cleared, and carries one vote to the layer above
//!                    ▲
//!    layers 1-2  one small subtree after the other
//! ```

use sim_core::lanes::{Lanes, Mask, Outlined, Source, Thresholds};

use super::{LaneLayer, LaneTree};

/// Leaves of a subtree that is evaluated layer by layer, at most.
const SUBTREE_LEAVES: usize = 81;

/// Room for the votes that are alive.
pub(super) struct Eager<L> {
    /// Layers of a small subtree.
    low_layers: usize,
    /// The votes of one layer of a small subtree.
    low: Vec<L>,
    /// Masks of one layer of a small subtree.
    masks: Vec<L>,
    /// By layer above: the votes that its current node has received.
    received: Vec<Vec<L>>,
    room: Vec<L>,
}

impl<L: Lanes> Eager<L> {
    #[inline(always)]
    pub(super) fn new(layers: &[LaneLayer]) -> Self {
        let mut leaves = 1;
        let mut low_layers = 0;
        for layer in layers {
            if leaves * layer.fan_in > SUBTREE_LEAVES && low_layers > 0 {
                break;
            }
            leaves *= layer.fan_in;
            low_layers += 1;
        }
        let mut received = Vec::with_capacity(layers.len() - low_layers);
        for layer in &layers[low_layers..] {
            received.push(Vec::with_capacity(layer.fan_in));
        }
        let mut room = 0;
        for layer in layers {
            room = layer.room().max(room);
        }
        let zero = L::splat(false);
        Self {
            low_layers,
            low: vec![zero; leaves],
            masks: vec![zero; leaves],
            received,
            room: vec![zero; room],
        }
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
        let Self { out, room, tree, thresholds, noise, mut source } = self;
        let Eager { low_layers, low, masks, received, room } = room;
        let (lower, upper) = tree.eager.split_at(*low_layers);
        let mut done = 0;
        while done < out.len() {
            let mut votes = low.len();
            source = tree.leaf.fill(low, thresholds, source);
            for layer in lower {
                let nodes = votes / layer.fan_in;
                source = layer.decide_all(&mut low[..votes], &mut masks[..nodes], room, source);
                votes = nodes;
            }
            // The vote goes up as long as it is the last one that a node waited for.
            let mut vote = low[0];
            let mut at = 0;
            loop {
                let Some(layer) = upper.get(at) else {
                    out[done] = vote;
                    done += 1;
                    break;
                };
                let waiting = &mut received[at];
                waiting.push(vote);
                if waiting.len() < layer.fan_in {
                    break;
                }
                (vote, source) = layer.decide(waiting, room, source);
                waiting.clear();
                at += 1;
            }
        }
        if let Some(noise) = noise {
            source.flip(noise, out);
        }
        source
    }
}
