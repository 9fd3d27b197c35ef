//! Layers on demand: a node asks only for the votes that its majority still needs.
//!
//! The votes that enter a layer are a stream of independent bits of one law, made by the layer below. A word of 64 nodes takes 64 bits for
//! their first children; where errors are shared these decide. The others take a bit each for their second children, and only nodes that are
//! still undecided take one for the next, put to their lanes by a deposit of bits. Every bit is taken by one node, so the
//! votes of the nodes are independent and have the exact law. Layers whose nodes see about two of three children do a
//! constant fraction of the work at every layer: deep trees cost less and less per node.

use sim_core::lanes::{BitQueue, LANES, Lanes, Mask, Source, Thresholds, WORDS};
use sim_core::random::InvalidProbability;

use super::eager::Eager;
use super::{LaneTree, heard};
use crate::organization::lanes::tree::is_after_channel;
use crate::organization::{Dependence, Layer};

/// Most words that a layer makes at once.
const BATCH: usize = WORDS;

/// Share of a block's votes that a layer may make in vain, because it makes whole batches.
const WASTE: f64 = 1.0 / 32.0;

/// A layer on demand.
#[derive(Clone, Debug)]
pub(super) struct StreamLayer {
    fan_in: u32,
    /// Whether the node takes its first child's vote.
    shared: Mask,
    /// Whether a vote on its way into this layer is changed.
    flip: Option<Mask>,
    /// Words made at once.
    batch: usize,
}

impl StreamLayer {
    /// Whether a layer can be evaluated on demand: children are independent or share one vote as received, and no loss
    /// is noticed.
    pub(super) fn suits(layer: &Layer) -> bool {
        let independent = layer.node.correlation.get() == 0.0;
        let simple = independent || layer.node.dependence == Dependence::Mixture;
        let lossless = !layer.channel.detected || layer.channel.erasure.get() == 0.0;
        simple && lossless && is_after_channel(layer)
    }

    /// `fused`: votes arrive with the noise of their channels.
    pub(super) fn new(layer: &Layer, fused: bool) -> Result<Self, InvalidProbability> {
        let flip = Mask::new(0.5 * (1.0 - heard(&layer.channel)))?;
        Ok(Self {
            fan_in: layer.node.fan_in,
            shared: Mask::new(layer.node.correlation.get())?,
            flip: (!fused && flip.certain() != Some(false)).then_some(flip),
            batch: BATCH,
        })
    }

    /// Least and about typical number of children that a node asks for.
    fn children_asked(&self) -> f64 {
        let majority = f64::from(self.fan_in / 2 + 1);
        let shared = self.shared.probability();
        shared + (1.0 - shared) * majority
    }
}

/// Chooses the batches: as large as possible, but such that a layer, which makes whole batches, makes few votes in vain in a block.
pub(super) fn with_batches(mut layers: Vec<StreamLayer>) -> Vec<StreamLayer> {
    let mut words = WORDS as f64;
    for (above, layer) in layers.iter_mut().rev().enumerate() {
        // The root's layer makes exactly what is wanted.
        let most = if above == 0 { BATCH as f64 } else { 2.0 * WASTE * words };
        layer.batch =
            (1..=BATCH).rev().find(|&batch| batch.is_power_of_two() && batch as f64 <= most).unwrap_or(1);
        words *= layer.children_asked();
    }
    layers
}

/// Votes as they enter a layer.
#[inline(always)]
fn with_noise<L: Lanes>(layer: &StreamLayer, votes: L, source: &mut Source<'_, L>) -> L {
    match &layer.flip {
        Some(flip) => votes.xor(source.mask(flip)),
        None => votes,
    }
}

/// Bits of a mask, taken word by word.
#[derive(Clone, Copy, Default)]
struct MaskWords {
    words: [u64; WORDS],
    used: usize,
}

impl MaskWords {
    const EMPTY: Self = Self { words: [0; WORDS], used: WORDS };

    #[inline(always)]
    fn next<L: Lanes>(&mut self, mask: &Mask, source: &mut Source<'_, L>) -> u64 {
        if self.used == WORDS {
            self.words = source.mask(mask).to_words();
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }
}

/// The state of one layer.
struct State {
    /// Votes that wait to enter.
    entering: BitQueue,
    shared: MaskWords,
    flips: MaskWords,
    /// The child that the current batch asks for, from 0.
    child: u32,
    /// Bits that it takes.
    wanted: u32,
    /// Nodes that ask for it.
    asking: [u64; BATCH],
    /// The votes of nodes that are decided.
    decided: [u64; BATCH],
    /// Bit-sliced numbers of right votes so far.
    right: [[u64; BATCH]; COUNT_BITS],
}

/// Bits of the number of votes of one node.
const COUNT_BITS: usize = 14;

/// The layers on demand while a block is evaluated.
pub(super) struct Streamed<'a> {
    layers: &'a [StreamLayer],
    states: Vec<State>,
}

impl<'a> Streamed<'a> {
    #[inline(always)]
    pub(super) fn new(layers: &'a [StreamLayer]) -> Self {
        let state = || State {
            entering: BitQueue::default(),
            shared: MaskWords::EMPTY,
            flips: MaskWords::EMPTY,
            child: 0,
            wanted: 0,
            asking: [0; BATCH],
            decided: [0; BATCH],
            right: [[0; BATCH]; COUNT_BITS],
        };
        let mut states: Vec<State> = layers.iter().map(|_| state()).collect();
        for (state, layer) in states.iter_mut().zip(layers) {
            state.begin(layer);
        }
        Self { layers, states }
    }

    /// Evaluates a batch of roots into `words`; the number of words.
    #[inline(always)]
    pub(super) fn run<L: Lanes>(
        &mut self,
        words: &mut [u64],
        tree: &LaneTree,
        eager: &mut Eager<L>,
        thresholds: &Thresholds,
        source: &mut Source<'_, L>,
    ) -> usize {
        let top = self.layers.len() - 1;
        let mut at = top;
        loop {
            let (layer, state) = (&self.layers[at], &mut self.states[at]);
            if state.entering.len() < state.wanted as usize {
                if at == 0 {
                    let votes = with_noise(layer, eager.vote(tree, thresholds, source), source);
                    for word in votes.to_words() {
                        state.entering.put(word);
                    }
                } else {
                    at -= 1;
                }
                continue;
            }
            if !state.take_child(layer, source) {
                continue;
            }
            let batch = state.decided;
            state.begin(layer);
            if at == top {
                words[..layer.batch].copy_from_slice(&batch[..layer.batch]);
                return layer.batch;
            }
            let made = layer.batch;
            at += 1;
            let (above, receiver) = (&self.layers[at], &mut self.states[at]);
            for word in &batch[..made] {
                let noise = above.flip.as_ref().map_or(0, |flip| receiver.flips.next(flip, source));
                receiver.entering.put(word ^ noise);
            }
        }
    }
}

impl State {
    /// A new batch: every node asks for its first child.
    #[inline(always)]
    fn begin(&mut self, layer: &StreamLayer) {
        self.child = 0;
        self.wanted = 64 * layer.batch as u32;
        self.asking = [u64::MAX; BATCH];
    }

    /// Gives every node that asks for it its next child. Whether all nodes are decided.
    #[inline(always)]
    fn take_child<L: Lanes>(&mut self, layer: &StreamLayer, source: &mut Source<'_, L>) -> bool {
        let child = self.child;
        self.child += 1;
        let mut wanted = 0;
        if child == 0 {
            for w in 0..layer.batch {
                let vote = self.entering.take(64);
                self.decided[w] = vote;
                self.asking[w] = match layer.fan_in {
                    1 => 0,
                    _ => !self.shared.next(&layer.shared, source),
                };
                wanted += self.asking[w].count_ones();
            }
            if layer.fan_in != 3 {
                self.right = [[0; BATCH]; COUNT_BITS];
                self.right[0] = self.decided;
            }
        } else if layer.fan_in == 3 {
            // The second child decides where it agrees with the first, the third where it is asked.
            for w in 0..layer.batch {
                let asking = self.asking[w];
                let votes = L::deposit(self.entering.take(asking.count_ones()), asking);
                let (decided, undecided) = if child == 1 {
                    (self.decided[w], (self.decided[w] ^ votes) & asking)
                } else {
                    (self.decided[w] & !asking | votes, 0)
                };
                self.decided[w] = decided;
                self.asking[w] = undecided;
                wanted += undecided.count_ones();
            }
        } else {
            for w in 0..layer.batch {
                let asking = self.asking[w];
                let votes = L::deposit(self.entering.take(asking.count_ones()), asking);
                self.count(w, votes, child + 1);
                self.settle(w, child + 1, layer, source);
                wanted += self.asking[w].count_ones();
            }
        }
        self.wanted = wanted;
        wanted == 0
    }

    /// Adds a vote to the numbers of right votes; there are `votes` in all.
    #[inline(always)]
    fn count(&mut self, word: usize, mut carry: u64, votes: u32) {
        let planes = 32 - votes.leading_zeros() as usize;
        for plane in &mut self.right[..planes.min(COUNT_BITS)] {
            (plane[word], carry) = (plane[word] ^ carry, plane[word] & carry);
        }
    }

    /// Where at least `bound` of the votes so far are right.
    #[inline(always)]
    fn at_least(&self, word: usize, bound: u32) -> u64 {
        let mut result = u64::MAX;
        for (i, plane) in self.right.iter().enumerate() {
            result = if bound >> i & 1 == 1 { plane[word] & result } else { plane[word] | result };
        }
        result
    }

    /// Decides the nodes that have a majority after `votes` votes, right or wrong; a fair coin decides an even vote.
    #[inline(always)]
    fn settle<L: Lanes>(&mut self, word: usize, votes: u32, layer: &StreamLayer, source: &mut Source<'_, L>) {
        let majority = layer.fan_in / 2 + 1;
        if votes < majority {
            return;
        }
        let asking = self.asking[word];
        let right = self.at_least(word, majority);
        // Wrong votes are at least a majority where right ones are at most the rest.
        let wrong = !self.at_least(word, votes - majority + 1);
        let mut decided = right;
        let mut undecided = asking & !right & !wrong;
        if votes == layer.fan_in && undecided != 0 {
            decided |= undecided & source.fair().to_words()[0];
            undecided = 0;
        }
        self.decided[word] = self.decided[word] & !asking | decided & asking;
        self.asking[word] = undecided;
    }
}

const _: () = assert!(LANES == 64 * BATCH, "the lowest queue is filled by whole vectors");
