//! Vectors of AVX2: two registers of 256 bits.
#![allow(unsafe_code, reason = "intrinsics; every block says why it is sound")]

use std::arch::x86_64::*;

use super::vector::{Lanes, Outlined, sealed::Sealed};
use super::{AliasTable, Task, WORDS};

/// Two registers of 256 bits. Values are made in tasks that [`enter`] runs, and nowhere else.
#[derive(Clone, Copy)]
pub(super) struct Avx2(__m256i, __m256i);

impl Sealed for Avx2 {}

/// Whether the processor has what this module uses.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("lzcnt")
}

/// Runs a task on this instruction set, or gives it back where the processor does not have it.
pub(super) fn run<T: Task>(task: T) -> Result<T::Output, T> {
    // SAFETY: the processor was asked.
    if is_available() { Ok(unsafe { enter(task) }) } else { Err(task) }
}

/// The task, compiled for this instruction set.
///
/// # Safety
/// [`is_available`] said yes.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
unsafe fn enter<T: Task>(task: T) -> T::Output {
    task.run::<Avx2>()
}

/// A part of a task as a function of its own.
///
/// # Safety
/// [`is_available`] said yes.
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
unsafe fn outlined<T: Outlined>(task: T) -> T::Output {
    task.run()
}

/// Calls an intrinsic of the instruction sets that [`enter`] enables.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: the methods of `Avx2` are reached only from tasks inside `enter`, whose caller has made sure that the processor has
        // these instructions. They take and give values; memory is touched only where the block that loads or stores says so.
        unsafe { $call }
    };
}

mod numbers;

/// Rotates every word by `LEFT` bits to the left, `RIGHT = 64 - LEFT` being the other way round.
#[inline(always)]
fn rotate<const LEFT: i32, const RIGHT: i32>(words: __m256i) -> __m256i {
    const { assert!(LEFT + RIGHT == 64) };
    intrinsic!(_mm256_or_si256(_mm256_slli_epi64::<LEFT>(words), _mm256_srli_epi64::<RIGHT>(words)))
}

/// One half of [`Lanes::alias`]: the nibbles, and where low and high digits equal thresholds. The tables are thresholds, changes and high
/// changes.
#[inline(always)]
fn alias_half(
    [thresholds, changes, high_changes]: [__m256i; 3],
    columns: __m256i,
    low_digits: __m256i,
    high_digits: __m256i,
) -> (__m256i, u64, u64) {
    intrinsic!({
        let nibble = _mm256_set1_epi8(15);
        let low = _mm256_and_si256(columns, nibble);
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(columns), nibble);
        let low_threshold = _mm256_shuffle_epi8(thresholds, low);
        let high_threshold = _mm256_shuffle_epi8(thresholds, high);
        // A digit is at least the threshold where the larger of the two is the digit.
        let low_replaced = _mm256_cmpeq_epi8(_mm256_max_epu8(low_digits, low_threshold), low_digits);
        let high_replaced = _mm256_cmpeq_epi8(_mm256_max_epu8(high_digits, high_threshold), high_digits);
        let low_change = _mm256_and_si256(low_replaced, _mm256_shuffle_epi8(changes, low));
        let high_change = _mm256_and_si256(high_replaced, _mm256_shuffle_epi8(high_changes, high));
        let result = _mm256_xor_si256(columns, _mm256_or_si256(low_change, high_change));
        let low_equal = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low_digits, low_threshold));
        let high_equal = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high_digits, high_threshold));
        (result, u64::from(low_equal as u32), u64::from(high_equal as u32))
    })
}

impl Lanes for Avx2 {
    /// Thresholds, changes and high changes, each twice.
    type Table = [__m256i; 3];

    #[inline(always)]
    fn splat(bit: bool) -> Self {
        let half = intrinsic!(_mm256_set1_epi64x(-i64::from(bit)));
        Self(half, half)
    }

    #[inline(always)]
    fn from_words(words: [u64; WORDS]) -> Self {
        let half: *const __m256i = words.as_ptr().cast();
        // SAFETY: as above; reads the two halves of the 64 bytes of `words`, unaligned.
        unsafe { Self(_mm256_loadu_si256(half), _mm256_loadu_si256(half.add(1))) }
    }

    #[inline(always)]
    fn to_words(self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        let half: *mut __m256i = words.as_mut_ptr().cast();
        // SAFETY: as above; writes the two halves of the 64 bytes of `words`, unaligned.
        unsafe {
            _mm256_storeu_si256(half, self.0);
            _mm256_storeu_si256(half.add(1), self.1);
        }
        words
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_and_si256(self.0, other.0), _mm256_and_si256(self.1, other.1)))
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_andnot_si256(other.0, self.0), _mm256_andnot_si256(other.1, self.1)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_or_si256(self.0, other.0), _mm256_or_si256(self.1, other.1)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_xor_si256(self.0, other.0), _mm256_xor_si256(self.1, other.1)))
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.xor(Self::splat(true))
    }

    #[inline(always)]
    fn xor3(a: Self, b: Self, c: Self) -> Self {
        a.xor(b).xor(c)
    }

    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        a.xor(b).select(c, a)
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        no.xor(self.and(yes.xor(no)))
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        let any = intrinsic!(_mm256_or_si256(self.0, self.1));
        intrinsic!(_mm256_testz_si256(any, any)) == 1
    }

    #[inline(always)]
    fn add_words(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_add_epi64(self.0, other.0), _mm256_add_epi64(self.1, other.1)))
    }

    #[inline(always)]
    fn rotate_words_23(self) -> Self {
        Self(rotate::<23, 41>(self.0), rotate::<23, 41>(self.1))
    }

    #[inline(always)]
    fn rotate_words_45(self) -> Self {
        Self(rotate::<45, 19>(self.0), rotate::<45, 19>(self.1))
    }

    #[inline(always)]
    fn shift_words_17(self) -> Self {
        intrinsic!(Self(_mm256_slli_epi64::<17>(self.0), _mm256_slli_epi64::<17>(self.1)))
    }

    #[inline(always)]
    fn xor_word(self, index: usize, bits: u64) -> Self {
        let (index, bits) = (index as i64, bits as i64);
        intrinsic!({
            let (index, bits) = (_mm256_set1_epi64x(index), _mm256_set1_epi64x(bits));
            let low = _mm256_cmpeq_epi64(_mm256_set_epi64x(3, 2, 1, 0), index);
            let high = _mm256_cmpeq_epi64(_mm256_set_epi64x(7, 6, 5, 4), index);
            self.xor(Self(_mm256_and_si256(low, bits), _mm256_and_si256(high, bits)))
        })
    }

    #[inline(always)]
    fn load(table: &AliasTable) -> Self::Table {
        let entries = [table.thresholds.as_ptr(), table.changes.as_ptr(), table.high_changes.as_ptr()];
        // SAFETY: as above; reads the 16 bytes of each table, unaligned.
        entries.map(|entries| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(entries.cast())) })
    }

    #[inline(always)]
    fn alias(table: Self::Table, columns: Self, low_digits: Self, high_digits: Self) -> (Self, [u64; 2]) {
        let first = alias_half(table, columns.0, low_digits.0, high_digits.0);
        let second = alias_half(table, columns.1, low_digits.1, high_digits.1);
        (Self(first.0, second.0), [first.1 | second.1 << 32, first.2 | second.2 << 32])
    }

    #[inline(always)]
    fn deposit(bits: u64, places: u64) -> u64 {
        intrinsic!(_pdep_u64(bits, places))
    }

    #[inline(always)]
    fn outline<T: Outlined>(task: T) -> T::Output {
        intrinsic!(outlined(task))
    }
}
