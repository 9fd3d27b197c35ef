//! Vectors of AVX-512.
#![allow(unsafe_code, reason = "intrinsics; every block says why it is sound")]

use std::arch::x86_64::*;

use super::vector::{Lanes, Outlined, sealed::Sealed};
use super::{AliasTable, Task, WORDS};

/// One register of 512 bits. Values are made in tasks that [`enter`] runs, and nowhere else.
#[derive(Clone, Copy)]
pub(super) struct Avx512(__m512i);

impl Sealed for Avx512 {}

/// Whether the processor has what this module uses.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
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
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt,lzcnt")]
unsafe fn enter<T: Task>(task: T) -> T::Output {
    task.run::<Avx512>()
}

/// A part of a task as a function of its own.
///
/// # Safety
/// [`is_available`] said yes.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt,lzcnt")]
unsafe fn outlined<T: Outlined>(task: T) -> T::Output {
    task.run()
}

/// Calls an intrinsic of the instruction sets that [`enter`] enables.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: the methods of `Avx512` are reached only from tasks inside `enter`, whose caller has made sure that the processor has
        // these instructions. They take and give values; memory is touched only where the block that loads or stores says so.
        unsafe { $call }
    };
}

mod numbers;

/// The three inputs of a ternary operation, as the columns of its truth table.
const A: i32 = 0xf0;
const B: i32 = 0xcc;
const C: i32 = 0xaa;

impl Lanes for Avx512 {
    /// Thresholds, changes and high changes, each four times.
    type Table = [__m512i; 3];

    #[inline(always)]
    fn splat(bit: bool) -> Self {
        Self(intrinsic!(_mm512_set1_epi64(-i64::from(bit))))
    }

    #[inline(always)]
    fn from_words(words: [u64; WORDS]) -> Self {
        // SAFETY: as above; reads the 64 bytes of `words`, unaligned.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn to_words(self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        // SAFETY: as above; writes the 64 bytes of `words`, unaligned.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0) };
        words
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_and_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_andnot_si512(other.0, self.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_or_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_xor_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn not(self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi64::<{ A ^ 0xff }>(self.0, self.0, self.0)))
    }

    #[inline(always)]
    fn xor3(a: Self, b: Self, c: Self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi64::<{ A ^ B ^ C }>(a.0, b.0, c.0)))
    }

    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi64::<{ (A & B) | (B & C) | (A & C) }>(a.0, b.0, c.0)))
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi64::<{ (A & B) | (!A & 0xff & C) }>(self.0, yes.0, no.0)))
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        intrinsic!(_mm512_test_epi64_mask(self.0, self.0)) == 0
    }

    #[inline(always)]
    fn add_words(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn rotate_words_23(self) -> Self {
        Self(intrinsic!(_mm512_rol_epi64::<23>(self.0)))
    }

    #[inline(always)]
    fn rotate_words_45(self) -> Self {
        Self(intrinsic!(_mm512_rol_epi64::<45>(self.0)))
    }

    #[inline(always)]
    fn shift_words_17(self) -> Self {
        Self(intrinsic!(_mm512_slli_epi64::<17>(self.0)))
    }

    #[inline(always)]
    fn xor_word(self, index: usize, bits: u64) -> Self {
        Self(intrinsic!(_mm512_xor_si512(self.0, _mm512_maskz_set1_epi64(1 << index, bits as i64))))
    }

    #[inline(always)]
    fn load(table: &AliasTable) -> Self::Table {
        let entries = [table.thresholds.as_ptr(), table.changes.as_ptr(), table.high_changes.as_ptr()];
        // SAFETY: as above; reads the 16 bytes of each table, unaligned.
        entries.map(|entries| unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(entries.cast())) })
    }

    #[inline(always)]
    fn alias(
        [thresholds, changes, high_changes]: Self::Table,
        columns: Self,
        low_digits: Self,
        high_digits: Self,
    ) -> (Self, [u64; 2]) {
        intrinsic!({
            let nibble = _mm512_set1_epi8(15);
            let low = _mm512_and_si512(columns.0, nibble);
            let high = _mm512_and_si512(_mm512_srli_epi16::<4>(columns.0), nibble);
            let low_threshold = _mm512_shuffle_epi8(thresholds, low);
            let high_threshold = _mm512_shuffle_epi8(thresholds, high);
            let low_replaced = _mm512_cmpge_epu8_mask(low_digits.0, low_threshold);
            let high_replaced = _mm512_cmpge_epu8_mask(high_digits.0, high_threshold);
            let low_equal = _mm512_cmpeq_epi8_mask(low_digits.0, low_threshold);
            let high_equal = _mm512_cmpeq_epi8_mask(high_digits.0, high_threshold);
            let low_change = _mm512_maskz_shuffle_epi8(low_replaced, changes, low);
            let high_change = _mm512_maskz_shuffle_epi8(high_replaced, high_changes, high);
            let result = _mm512_ternarylogic_epi64::<{ A ^ B ^ C }>(columns.0, low_change, high_change);
            (Self(result), [low_equal, high_equal])
        })
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
