//! Layers on demand: a node asks only for the votes that its majority still needs.
//!
//! The votes that enter a layer are a stream (of votes, not of random numbers): independent bits of one law, made by the layer below. A word
//! of 64 nodes takes 64 bits for their first children; where errors are shared these decide. The others take a bit each for their second
//! children, and only nodes that are still undecided take one for the next, put to their lanes by a deposit of bits. With 8 nodes
//! instead of 64, and three children each:
//!
//! ```text
//!    node               7 6 5 4 3 2 1 0
//!    first children     1 0 1 1 0 1 0 0     8 bits, a word from the back of the queue
//!    shared             0 0 0 1 0 0 0 0     node 4 takes its first child's vote
//!    asking             1 1 1 0 1 1 1 1
//!    second children    1 1 1 . 0 0 0 0     7 bits from the front, deposited where `asking` is set
//!    asking             0 1 0 . 0 1 0 0     the two children of nodes 6 and 2 differ
//!    third children     . 1 . . . 0 . .     2 bits decide
//!    votes              1 1 1 1 0 0 0 0     17 bits instead of 24
//! ```
//!
//! A bit that a layer takes does not belong to a place in the tree, nor to a trial: node `j` of a word takes whichever waits. That is sound
//! because the bits are independent and of one law and each is taken by one node, which asks before it sees it; so the votes
//! of the nodes are independent and have the exact law too. It is also why every layer on demand must be homogeneous, and why nothing
//! that belongs to a trial, such as a common cause, may be under it.
//!
//! A node asks for two and a bit of three children, at every layer: of a deep tree less and less is evaluated.

use sim_core::lanes::{BitQueue, LANES, Lanes, Mask, Source, Thresholds, WORDS};
use sim_core::random::InvalidProbability;

use super::eager::Eager;
use super::{LaneTree, heard};
use crate::organization::Layer;
use crate::organization::lanes::tree::is_mixture_as_received;

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
    /// Vectors of votes made at once for this layer, if it is the lowest.
    vectors: usize,
}

impl StreamLayer {
    /// Whether a layer can be evaluated on demand: children are independent or share one vote as received, no loss is noticed, and
    /// the votes of a majority can be counted.
    pub(super) fn suits(layer: &Layer) -> bool {
        let countable = layer.node.fan_in / 2 + 1 < 1 << COUNT_BITS;
        countable && is_mixture_as_received(layer)
    }

    /// `fused`: votes arrive with the noise of their channels.
    pub(super) fn new(layer: &Layer, fused: bool) -> Result<Self, InvalidProbability> {
        let flip = Mask::new(0.5 * (1.0 - heard(&layer.channel)))?;
        Ok(Self {
            fan_in: layer.node.fan_in,
            shared: Mask::new(layer.node.correlation.get())?,
            flip: (!fused && flip.certain() != Some(false)).then_some(flip),
            batch: BATCH,
            vectors: 1,
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
        let vectors = WASTE * words / WORDS as f64;
        layer.vectors = vectors.clamp(1.0, BATCH as f64) as usize;
    }
    layers
}

/// Bits of a mask, taken a few words at a time.
struct MaskWords {
    words: [u64; WORDS],
    used: usize,
}

impl MaskWords {
    const EMPTY: Self = Self { words: [0; WORDS], used: WORDS };

    /// The next `count` words, a number that divides [`WORDS`] and is the same in every call.
    #[inline(always)]
    fn next<'a, L: Lanes>(
        &mut self,
        count: usize,
        mask: &Mask,
        mut source: Source<'a, L>,
    ) -> (&[u64], Source<'a, L>) {
        if self.used == WORDS {
            self.words = source.mask(mask).to_words();
            self.used = 0;
        }
        self.used += count;
        (&self.words[self.used - count..self.used], source)
    }
}

/// The state of one layer: a batch of nodes that ask for one child after the other.
struct State {
    /// Votes that wait to enter.
    entering: BitQueue,
    shared: MaskWords,
    flips: MaskWords,
    /// Children that the nodes have been given: those of them that asked each time.
    given: u32,
    /// Votes that the nodes ask for together.
    wanted: usize,
    /// By word: the nodes that ask for another child.
    asking: [u64; BATCH],
    /// By word: the votes of nodes that are decided, and the first votes of the others.
    votes: [u64; BATCH],
    /// By word: bit-sliced numbers of right votes; unused for three children.
    right: [[u64; COUNT_BITS]; BATCH],
}

/// Bits of the number of votes of one node, which is not counted further than a majority.
const COUNT_BITS: usize = 14;

/// The layers on demand while a block is evaluated.
pub(super) struct Streamed<'a> {
    layers: &'a [StreamLayer],
    states: Vec<State>,
}

impl<'a> Streamed<'a> {
    #[inline(always)]
    pub(super) fn new(layers: &'a [StreamLayer]) -> Self {
        let mut states = Vec::with_capacity(layers.len());
        for layer in layers {
            let wanted = 64 * layer.batch;
            states.push(State {
                // Short of what is wanted, whole vectors are put in.
                entering: BitQueue::with_capacity(wanted + LANES * layer.vectors),
                shared: MaskWords::EMPTY,
                flips: MaskWords::EMPTY,
                given: 0,
                wanted,
                asking: [0; BATCH],
                votes: [0; BATCH],
                right: [[0; COUNT_BITS]; BATCH],
            });
        }
        Self { layers, states }
    }

    /// The votes of 512 roots. The loop stands at one layer at a time: below it where votes are short, above it where a batch is done.
    #[inline(always)]
    pub(super) fn votes<L: Lanes>(
        mut self,
        tree: &LaneTree,
        mut eager: Eager<L>,
        thresholds: &Thresholds,
        mut source: Source<'_, L>,
    ) -> [u64; WORDS] {
        let mut lowest = vec![L::splat(false); self.layers[0].vectors];
        let mut roots = [0; WORDS];
        let mut done = 0;
        let top = self.layers.len() - 1;
        let mut at = top;
        loop {
            let (layer, state) = (&self.layers[at], &mut self.states[at]);
            if state.entering.len() < state.wanted {
                if at > 0 {
                    at -= 1;
                } else {
                    source = eager.votes(&mut lowest, tree, thresholds, layer.flip.as_ref(), source);
                    for votes in &lowest {
                        votes.to_words().into_iter().for_each(|word| state.entering.put(word));
                    }
                }
                continue;
            }
            source = state.give_child(layer, source);
            if state.wanted > 0 {
                continue;
            }
            state.begin(layer);
            if at == top {
                roots[done..done + layer.batch].copy_from_slice(&state.votes[..layer.batch]);
                done += layer.batch;
                if done == WORDS {
                    return roots;
                }
                continue;
            }
            let votes = state.votes;
            let votes = &votes[..layer.batch];
            at += 1;
            let (above, receiver) = (&self.layers[at], &mut self.states[at]);
            match &above.flip {
                Some(flip) => {
                    let noise;
                    (noise, source) = receiver.flips.next(votes.len(), flip, source);
                    for (vote, noise) in votes.iter().zip(noise) {
                        receiver.entering.put(vote ^ noise);
                    }
                }
                None => votes.iter().for_each(|&vote| receiver.entering.put(vote)),
            }
        }
    }
}

impl State {
    /// A new batch: every node asks for its first child.
    #[inline(always)]
    fn begin(&mut self, layer: &StreamLayer) {
        self.given = 0;
        self.wanted = 64 * layer.batch;
    }

    /// Gives every node that asks for it its next child, which must wait.
    #[inline(always)]
    fn give_child<'a, L: Lanes>(&mut self, layer: &StreamLayer, mut source: Source<'a, L>) -> Source<'a, L> {
        self.given += 1;
        match (self.given, layer.fan_in) {
            (1, _) => source = self.first_votes(layer, source),
            (2, 3) => self.second_of_three::<L>(layer.batch),
            (_, 3) => self.third_of_three::<L>(layer.batch),
            _ => self.next_of_many(layer, &mut source),
        }
        if self.given == layer.fan_in {
            self.wanted = 0;
        }
        source
    }

    /// First children: where errors are shared they decide.
    #[inline(always)]
    fn first_votes<'a, L: Lanes>(&mut self, layer: &StreamLayer, source: Source<'a, L>) -> Source<'a, L> {
        let (shared, source) = self.shared.next(layer.batch, &layer.shared, source);
        self.wanted = 0;
        for (word, shared) in shared.iter().enumerate() {
            self.votes[word] = self.entering.take_word();
            self.asking[word] = !shared;
            self.wanted += self.asking[word].count_ones() as usize;
        }
        if layer.fan_in != 3 {
            for word in 0..layer.batch {
                self.right[word] = [0; COUNT_BITS];
                self.right[word][0] = self.votes[word];
            }
        }
        source
    }

    /// The second of three decides where it agrees with the first.
    #[inline(always)]
    fn second_of_three<L: Lanes>(&mut self, batch: usize) {
        self.wanted = 0;
        for word in 0..batch {
            let asking = self.asking[word];
            let second = L::deposit(self.entering.take(asking.count_ones()), asking);
            let differ = (self.votes[word] ^ second) & asking;
            self.asking[word] = differ;
            self.wanted += differ.count_ones() as usize;
        }
    }

    /// The third of three decides where it is asked for.
    #[inline(always)]
    fn third_of_three<L: Lanes>(&mut self, batch: usize) {
        for word in 0..batch {
            let asking = self.asking[word];
            let third = L::deposit(self.entering.take(asking.count_ones()), asking);
            self.votes[word] = self.votes[word] & !asking | third;
        }
    }

    /// Any other child: nodes that have a majority, right or wrong, ask for no more; a fair coin decides an even vote.
    #[inline(always)]
    fn next_of_many<L: Lanes>(&mut self, layer: &StreamLayer, source: &mut Source<'_, L>) {
        let majority = layer.fan_in / 2 + 1;
        self.wanted = 0;
        for word in 0..layer.batch {
            let asking = self.asking[word];
            let mut carry = L::deposit(self.entering.take(asking.count_ones()), asking);
            let right = &mut self.right[word];
            let planes = 32 - self.given.leading_zeros() as usize;
            for plane in &mut right[..planes.min(COUNT_BITS)] {
                (*plane, carry) = (*plane ^ carry, *plane & carry);
            }
            if self.given >= majority {
                let won = asking & at_least(right, majority);
                // Wrong votes are a majority where right ones are at most the rest.
                let open = asking & !won & at_least(right, self.given + 1 - majority);
                let even = if self.given == layer.fan_in && open != 0 { open & source.word() } else { 0 };
                self.votes[word] = self.votes[word] & !asking | won | even;
                self.asking[word] = open;
            }
            self.wanted += self.asking[word].count_ones() as usize;
        }
    }
}

/// Where a bit-sliced number is at least `bound`.
#[inline(always)]
fn at_least(number: &[u64; COUNT_BITS], bound: u32) -> u64 {
    let mut result = u64::MAX;
    for (i, plane) in number.iter().enumerate() {
        result = if bound >> i & 1 == 1 { plane & result } else { plane | result };
    }
    result
}

const _: () = assert!(LANES == 64 * BATCH, "the lowest queue is filled by whole vectors");
