//! The operations on vectors of 512 bits that algorithms are written in.

use super::{AliasTable, WORDS};

/// 512 bits, one per trial. Implemented for plain words and for instruction sets; algorithms are generic over it and must be
/// `#[inline(always)]`, so that they are compiled with the instructions of the [`Task`](super::Task) that calls them.
///
/// All implementations give equal results, bit for bit.
pub trait Lanes: Copy + sealed::Sealed {
    /// The same bit in every lane.
    fn splat(bit: bool) -> Self;
    /// Lane `j` is bit `j % 64` of word `j / 64`.
    fn from_words(words: [u64; WORDS]) -> Self;
    /// The words of the vector.
    fn to_words(self) -> [u64; WORDS];
    /// `self & other`.
    fn and(self, other: Self) -> Self;
    /// `self & !other`.
    fn and_not(self, other: Self) -> Self;
    /// `self | other`.
    fn or(self, other: Self) -> Self;
    /// `self ^ other`.
    fn xor(self, other: Self) -> Self;
    /// `!self`.
    fn not(self) -> Self;
    /// `a ^ b ^ c`: the sum bit of a full adder.
    fn xor3(a: Self, b: Self, c: Self) -> Self;
    /// Set where at least two of three are: the carry bit of a full adder.
    fn majority(a: Self, b: Self, c: Self) -> Self;
    /// `yes` where the lane is set, else `no`.
    fn select(self, yes: Self, no: Self) -> Self;
    /// Whether no lane is set.
    fn is_zero(self) -> bool;

    /// Sum of words, modulo 2^64.
    fn add_words(self, other: Self) -> Self;
    /// Rotates every word by 23 bits to the left.
    fn rotate_words_23(self) -> Self;
    /// Rotates every word by 45 bits to the left.
    fn rotate_words_45(self) -> Self;
    /// Shifts every word by 17 bits to the left.
    fn shift_words_17(self) -> Self;
    /// The same vector with `bits` exclusive-ored into the word at `index`.
    fn xor_word(self, index: usize, bits: u64) -> Self;

    /// One draw of Walker's alias method for each of the 128 nibbles (see [`Mask`](super::Mask)). The nibbles of `columns` choose
    /// columns of the table. A column is kept where its digit (`low_digits` for the low nibbles of bytes, `high_digits` for
    /// the high ones) is below its threshold, else replaced by its alias. The second result has a bit for each byte of the vector
    /// where the low digit equals the threshold, then the same for the high digits: these nibbles hold their alias
    /// and are still to be decided.
    fn alias(table: &AliasTable, columns: Self, low_digits: Self, high_digits: Self) -> (Self, [u64; 2]);

    /// Puts the low bits of `bits` to the places that are set in `places`, from the lowest up.
    fn deposit(bits: u64, places: u64) -> u64;

    /// Number of lanes set.
    #[inline(always)]
    fn count(self) -> u32 {
        self.to_words().iter().map(|word| word.count_ones()).sum()
    }
}

pub(super) mod sealed {
    /// Vectors of an instruction set may exist only where the processor has it, so no other crate makes any.
    pub trait Sealed {}
}
