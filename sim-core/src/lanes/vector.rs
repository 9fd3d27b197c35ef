//! The operations on vectors of 512 bits that algorithms are written in.

use super::{AliasTable, Numbers, WORDS};

/// 512 bits, one per trial. Implemented for plain words and for instruction sets; algorithms are generic over it and must be
/// `#[inline(always)]`, so that they are compiled with the instructions of the [`Task`](super::Task) that calls them.
///
/// Most operations are logic, lane by lane. Those on words, nibbles and places are what drawing and sorting bits needs. All
/// implementations give equal results, bit for bit. The same bits can be sixteen [`Numbers`].
pub trait Lanes: Numbers + sealed::Sealed {
    /// An alias table in registers, loaded once for many draws.
    type Table: Copy;

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
    /// `yes` where the lane of `self` is set, else `no`: the `if` of code on lanes.
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

    /// One draw of Walker's alias method for each of the 128 nibbles; [`Mask`](super::Mask) has a picture. The nibbles of `columns` choose
    /// columns of the table. Their first digits are bytes: those of the low nibbles of all 64 bytes stand in `low_digits`, those of the
    /// high ones in `high_digits`. A column is kept where its digit is below its threshold, else replaced by its alias.
    ///
    /// The second result says where the digit equals the threshold, so that further digits decide: bit `i` is byte `i` of the vector, in the
    /// first number for low nibbles, in the second for high ones. These nibbles hold their alias.
    fn alias(table: Self::Table, columns: Self, low_digits: Self, high_digits: Self) -> (Self, [u64; 2]);
    /// Loads a table for [`Lanes::alias`].
    fn load(table: &AliasTable) -> Self::Table;

    /// Puts the low bits of `bits` to the places that are set in `places`, from the lowest up: of `bits = 0b110` and `places =
    /// 0b10101`, `0b10100`.
    fn deposit(bits: u64, places: u64) -> u64;

    /// Runs a task as a function of its own, compiled with the instructions of this implementation. What is rarely run, or long,
    /// is kept out of the way of loops that need the registers for themselves. The
    /// [module's documentation](super#rules-for-code-on-lanes) says when.
    fn outline<T: Outlined>(task: T) -> T::Output;

    /// Number of lanes set.
    #[inline(always)]
    fn count(self) -> u32 {
        self.to_words().iter().map(|word| word.count_ones()).sum()
    }
}

/// A part of an algorithm that is compiled as a function of its own; see [`Lanes::outline`]. It owns what it works on, the source of random
/// numbers included, and gives it back.
pub trait Outlined {
    /// What it gives.
    type Output;
    /// Runs it; `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

pub(super) mod sealed {
    /// Vectors of an instruction set may exist only where the processor has it, so no other crate makes any.
    pub trait Sealed {}
}
