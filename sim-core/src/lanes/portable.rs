//! Vectors of plain words: the reference for the instruction sets, and what runs where there are none.

mod numbers;

use super::vector::{Lanes, Outlined, sealed::Sealed};
use super::{AliasTable, WORDS};

/// Eight words; the compiler makes what vectors it can of them.
#[derive(Clone, Copy)]
pub(super) struct Portable([u64; WORDS]);

impl Sealed for Portable {}

impl Portable {
    #[inline(always)]
    fn map(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl Lanes for Portable {
    /// Thresholds, changes and high changes.
    type Table = [[u8; 16]; 3];

    #[inline(always)]
    fn splat(bit: bool) -> Self {
        Self([if bit { u64::MAX } else { 0 }; WORDS])
    }

    #[inline(always)]
    fn from_words(words: [u64; WORDS]) -> Self {
        Self(words)
    }

    #[inline(always)]
    fn to_words(self) -> [u64; WORDS] {
        self.0
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.map(other, |a, b| a & b)
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        self.map(other, |a, b| a & !b)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.map(other, |a, b| a | b)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.map(other, |a, b| a ^ b)
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.map(self, |a, _| !a)
    }

    #[inline(always)]
    fn xor3(a: Self, b: Self, c: Self) -> Self {
        a.xor(b).xor(c)
    }

    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        // Where a and b agree they decide, else c does.
        a.xor(b).select(c, a)
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        no.xor(self.and(yes.xor(no)))
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) == 0
    }

    #[inline(always)]
    fn add_words(self, other: Self) -> Self {
        self.map(other, u64::wrapping_add)
    }

    #[inline(always)]
    fn rotate_words_23(self) -> Self {
        self.map(self, |a, _| a.rotate_left(23))
    }

    #[inline(always)]
    fn rotate_words_45(self) -> Self {
        self.map(self, |a, _| a.rotate_left(45))
    }

    #[inline(always)]
    fn shift_words_17(self) -> Self {
        self.map(self, |a, _| a << 17)
    }

    #[inline(always)]
    fn xor_word(mut self, index: usize, bits: u64) -> Self {
        self.0[index] ^= bits;
        self
    }

    #[inline(always)]
    fn load(table: &AliasTable) -> Self::Table {
        [table.thresholds, table.changes, table.high_changes]
    }

    #[inline(always)]
    fn alias(
        [thresholds, changes, high_changes]: Self::Table,
        columns: Self,
        low_digits: Self,
        high_digits: Self,
    ) -> (Self, [u64; 2]) {
        let mut result = columns.0;
        let mut equal = [0; 2];
        for (i, word) in result.iter_mut().enumerate() {
            let [low_digits, high_digits] = [low_digits.0[i].to_le_bytes(), high_digits.0[i].to_le_bytes()];
            let column = columns.0[i].to_le_bytes();
            let (mut change, mut undecided) = ([0; 8], [0u64; 2]);
            for j in 0..8 {
                let (low, high) = (usize::from(column[j] & 15), usize::from(column[j] >> 4));
                // Without a branch: which way it goes is chance. All ones where the digit is not below the threshold.
                let replaced = |digit: u8, at: usize| u8::from(digit < thresholds[at]).wrapping_sub(1);
                change[j] = (replaced(low_digits[j], low) & changes[low])
                    | (replaced(high_digits[j], high) & high_changes[high]);
                undecided[0] |= u64::from(low_digits[j] == thresholds[low]) << j;
                undecided[1] |= u64::from(high_digits[j] == thresholds[high]) << j;
            }
            *word ^= u64::from_le_bytes(change);
            equal[0] |= undecided[0] << (8 * i);
            equal[1] |= undecided[1] << (8 * i);
        }
        (Self(result), equal)
    }

    #[inline(always)]
    fn deposit(bits: u64, mut places: u64) -> u64 {
        let (mut bits, mut result) = (bits, 0);
        while places != 0 {
            // The lowest place, if the lowest bit is set.
            result |= (places & places.wrapping_neg()) & (bits & 1).wrapping_neg();
            bits >>= 1;
            places &= places - 1;
        }
        result
    }

    #[inline(never)]
    fn outline<T: Outlined>(task: T) -> T::Output {
        task.run()
    }
}
