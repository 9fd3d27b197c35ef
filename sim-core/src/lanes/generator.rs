//! Random vectors: eight generators side by side.

use rand_core::Rng;

use super::mask::{AliasTable, Digits, Kind};
use super::{Lanes, Mask, WORDS};
use crate::random::Stream;

/// The state of a source of random vectors, independent of the instruction set: eight xoshiro256++ generators, one per word of a
/// vector, and one for single numbers. All are seeded from one keyed stream.
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

    /// Takes the state into registers. What is drawn from the source is not given back to the generator.
    #[inline(always)]
    pub fn load<L: Lanes>(&mut self) -> Source<'_, L> {
        Source { state: self.state.map(L::from_words), stream: &mut self.stream }
    }
}

/// A source of random vectors.
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

    /// Independent bits that are set with the mask's probability.
    #[inline(always)]
    pub fn mask(&mut self, mask: &Mask) -> L {
        match mask.kind() {
            Kind::Alias(table) => self.joint(table),
            Kind::Fair => self.fair(),
            Kind::Certain(bit) => L::splat(*bit),
            Kind::Rare { digits, complement } => {
                let bits = self.rare(digits);
                if *complement { bits.not() } else { bits }
            }
        }
    }

    /// Masks by joint alias tables. Digits that equal a threshold are decided by 64 further digits; there is about one such
    /// nibble in every second vector, so one is decided without a branch and the rest in a loop that is seldom entered.
    #[inline(always)]
    fn joint(&mut self, table: &AliasTable) -> L {
        let (columns, low_digits, high_digits) = (self.fair(), self.fair(), self.fair());
        let (mut bits, [mut low, mut high]) = L::alias(table, columns, low_digits, high_digits);
        let drawn = self.stream.next_u64();
        let columns = columns.to_words();
        // The first undecided nibble. Without one, the change is nothing.
        let in_low = low != 0;
        let which = if in_low { low } else { high };
        let byte = which.trailing_zeros() & 63;
        let change = table.undecided(&columns, byte, !in_low, drawn);
        let change = if which == 0 { 0 } else { change };
        bits = bits.xor_word(byte as usize / 8, change);
        let rest = which & which.wrapping_sub(1);
        (low, high) = if in_low { (rest, high) } else { (0, rest) };
        while low | high != 0 {
            let in_low = low != 0;
            let which = if in_low { &mut low } else { &mut high };
            let byte = which.trailing_zeros();
            *which &= *which - 1;
            let drawn = self.stream.next_u64();
            bits = bits.xor_word(byte as usize / 8, table.undecided(&columns, byte, !in_low, drawn));
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
