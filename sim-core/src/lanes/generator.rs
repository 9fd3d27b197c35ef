//! Random vectors: eight generators side by side.

use rand_core::Rng;

use super::mask::{AliasTable, Digits, Kind};
use super::{Lanes, Mask, Outlined, WORDS};
use crate::random::Stream;

/// The state of a source of random vectors, independent of the instruction set: eight xoshiro256++ generators, one per word of a
/// vector, and one for single numbers. All are seeded from one keyed stream.
///
/// ```text
///    generator   0        1        …   7          the ninth
///    state s0    word 0   word 1   …   word 7     a Stream: single numbers, of
///          s1    word 0   word 1   …   word 7     which a vector needs few
///          s2    word 0   word 1   …   word 7
///          s3    word 0   word 1   …   word 7
/// ```
///
/// One step of all eight is a few operations on the rows of this table, which are four vectors, and gives one vector of 512 fair bits.
#[derive(Clone, Debug)]
pub struct Generator {
    state: [[u64; WORDS]; 4],
    stream: Stream,
}

impl Generator {
    /// A generator for the block whose stream this is.
    pub fn new(mut stream: Stream) -> Self {
        let state = std::array::from_fn(|_| std::array::from_fn(|_| stream.next_u64()));
        Self { state, stream }
    }

    /// Takes the state into registers. Once per generator: vectors drawn from the source do not move the generator on, so a second
    /// source would draw the same ones.
    #[inline(always)]
    pub fn load<L: Lanes>(&mut self) -> Source<'_, L> {
        Source { state: self.state.map(L::from_words), stream: &mut self.stream }
    }
}

/// A source of random vectors: a [`Generator`] while a task draws from it.
///
/// Functions that are inlined draw from `&mut Source`. Those that are compiled apart (`*_outlined`, `fill_below`, `common`) take the source and
/// give it back, so that its state stays in registers.
pub struct Source<'a, L> {
    state: [L; 4],
    stream: &'a mut Stream,
}

impl<L: Lanes> Source<'_, L> {
    /// 512 fair bits: one step of xoshiro256++ in each word (Blackman and Vigna, ACM TOMS 47(4), 2021).
    #[inline(always)]
    pub fn fair(&mut self) -> L {
        let [s0, s1, s2, s3] = self.state;
        let result = s0.add_words(s3).rotate_words_23().add_words(s0);
        let (s2, s3) = (s2.xor(s0), s3.xor(s1));
        self.state = [s0.xor(s3), s1.xor(s2), s2.xor(s1.shift_words_17()), s3.rotate_words_45()];
        result
    }

    /// Single numbers, from the ninth generator.
    #[inline(always)]
    pub fn stream(&mut self) -> &mut Stream {
        self.stream
    }

    /// 64 fair bits, from the ninth generator.
    #[inline(always)]
    pub fn word(&mut self) -> u64 {
        self.stream.next_u64()
    }

    /// Independent bits that are set with the mask's probability; see [`Mask`] for how.
    #[inline(always)]
    pub fn mask(&mut self, mask: &Mask) -> L {
        match mask.kind() {
            Kind::Alias(table) => self.joint(table, L::load(table)),
            _ => self.simple(mask),
        }
    }

    /// As [`Source::mask`], in a function of its own.
    #[inline(always)]
    pub fn mask_outlined(self, mask: &Mask) -> (L, Self) {
        L::outline(DrawMask { source: self, mask })
    }

    /// Fills every vector with bits that are set with the mask's probability.
    #[inline(always)]
    pub fn fill(&mut self, mask: &Mask, vectors: &mut [L]) {
        self.draw_all::<false>(mask, vectors);
    }

    /// Sends every vector through a noisy channel: its bits are flipped, each with the mask's probability.
    #[inline(always)]
    pub fn flip(&mut self, mask: &Mask, vectors: &mut [L]) {
        self.draw_all::<true>(mask, vectors);
    }

    /// A mask for every vector, the table staying in registers: flips its bits, or takes its place.
    #[inline(always)]
    fn draw_all<const FLIP: bool>(&mut self, mask: &Mask, vectors: &mut [L]) {
        match mask.kind() {
            Kind::Alias(table) => {
                let loaded = L::load(table);
                for vector in vectors {
                    let bits = self.joint(table, loaded);
                    *vector = if FLIP { vector.xor(bits) } else { bits };
                }
            }
            _ => {
                for vector in vectors {
                    let bits = self.simple(mask);
                    *vector = if FLIP { vector.xor(bits) } else { bits };
                }
            }
        }
    }

    /// A mask without a table.
    #[inline(always)]
    fn simple(&mut self, mask: &Mask) -> L {
        match mask.kind() {
            Kind::Certain(bit) => L::splat(*bit),
            Kind::Rare { digits, complement } => {
                let bits = self.rare(digits);
                if *complement { bits.not() } else { bits }
            }
            Kind::Fair | Kind::Alias(_) => self.fair(),
        }
    }

    /// Masks by joint alias tables: three fair vectors decide all 128 nibbles but those whose first digit equals its threshold. These
    /// take a word of the ninth generator each. There is about one such nibble in every second vector, so one word is always drawn and one
    /// nibble decided without a branch; the rest follow in a loop that is seldom entered.
    #[inline(always)]
    fn joint(&mut self, table: &AliasTable, loaded: L::Table) -> L {
        let (columns, low_digits, high_digits) = (self.fair(), self.fair(), self.fair());
        let (mut bits, [low, high]) = L::alias(loaded, columns, low_digits, high_digits);
        let drawn = self.stream.next_u64();
        let columns = columns.to_words();
        // The first undecided nibble. Without one, the change is nothing.
        let in_low = low != 0;
        let which = if in_low { low } else { high };
        let byte = which.trailing_zeros() & 63;
        let change = table.undecided(&columns, byte, !in_low, drawn);
        let change = std::hint::select_unpredictable(which == 0, 0, change);
        bits = bits.xor_word(byte as usize / 8, change);
        let rest = which & which.wrapping_sub(1);
        let (mut low, mut high) = if in_low { (rest, high) } else { (0, rest) };
        while low | high != 0 {
            let in_low = low != 0;
            let which = if in_low { &mut low } else { &mut high };
            let byte = which.trailing_zeros() & 63;
            *which &= which.wrapping_sub(1);
            let drawn = self.stream.next_u64();
            let change = table.undecided(&columns, byte, !in_low, drawn);
            bits = bits.xor_word(byte as usize / 8, change);
        }
        bits
    }

    /// Bits of a probability too small for a table: the binary digits of 512 uniform numbers, from the highest, until every number
    /// differs from the probability.
    #[inline(always)]
    fn rare(&mut self, digits: &Digits) -> L {
        let (mut below, mut undecided) = (L::splat(false), L::splat(true));
        for digit in digits.iter() {
            let random = self.fair();
            if digit {
                below = below.or(undecided.and_not(random));
                undecided = undecided.and(random);
            } else {
                undecided = undecided.and_not(random);
            }
            if undecided.is_zero() {
                break;
            }
        }
        below
    }
}

/// One mask, drawn in a function of its own.
struct DrawMask<'a, 'b, L> {
    source: Source<'a, L>,
    mask: &'b Mask,
}

impl<'a, L: Lanes> Outlined for DrawMask<'a, '_, L> {
    type Output = (L, Source<'a, L>);
    #[inline(always)]
    fn run(mut self) -> Self::Output {
        let bits = self.source.mask(self.mask);
        (bits, self.source)
    }
}
