//! Numbers in a register of AVX-512.

use std::arch::x86_64::*;

use super::Avx512;
use crate::lanes::numbers::{NUMBERS, Numbers};

impl Avx512 {
    #[inline(always)]
    fn numbers(self) -> __m512 {
        intrinsic!(_mm512_castsi512_ps(self.0))
    }

    #[inline(always)]
    fn of_numbers(numbers: __m512) -> Self {
        Self(intrinsic!(_mm512_castps_si512(numbers)))
    }
}

/// Rounding without exceptions: to the nearest, and up.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
const UP: i32 = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;

impl Numbers for Avx512 {
    /// Both halves of the table.
    type Lookup = [__m512; 2];

    #[inline(always)]
    fn splat_number(number: f32) -> Self {
        Self::of_numbers(intrinsic!(_mm512_set1_ps(number)))
    }

    #[inline(always)]
    fn splat_short(word: u32) -> Self {
        Self(intrinsic!(_mm512_set1_epi32(word.cast_signed())))
    }

    #[inline(always)]
    fn load_numbers(numbers: &[f32; NUMBERS]) -> Self {
        // SAFETY: as above; reads the 64 bytes of `numbers`, unaligned.
        Self::of_numbers(unsafe { _mm512_loadu_ps(numbers.as_ptr()) })
    }

    #[inline(always)]
    fn store_numbers(self, numbers: &mut [f32; NUMBERS]) {
        // SAFETY: as above; writes the 64 bytes of `numbers`, unaligned.
        unsafe { _mm512_storeu_ps(numbers.as_mut_ptr(), self.numbers()) };
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_add_ps(self.numbers(), other.numbers())))
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_sub_ps(self.numbers(), other.numbers())))
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_mul_ps(self.numbers(), other.numbers())))
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_max_ps(self.numbers(), other.numbers())))
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_min_ps(self.numbers(), other.numbers())))
    }

    #[inline(always)]
    fn round_up(self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_roundscale_ps::<UP>(self.numbers())))
    }

    #[inline(always)]
    fn round(self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_roundscale_ps::<NEAREST>(self.numbers())))
    }

    #[inline(always)]
    fn numbers_of_shorts(self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_cvtepi32_ps(self.0)))
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        Self::of_numbers(intrinsic!(_mm512_scalef_ps(self.numbers(), power.numbers())))
    }

    #[inline(always)]
    fn plus_shorts(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn rotate_shorts<const RIGHT: i32, const LEFT: i32>(self) -> Self {
        Self(intrinsic!(_mm512_ror_epi32::<RIGHT>(self.0)))
    }

    #[inline(always)]
    fn shift_shorts_right_23(self) -> Self {
        Self(intrinsic!(_mm512_srli_epi32::<23>(self.0)))
    }

    #[inline(always)]
    fn lookup(table: &'static [f32; 32]) -> Self::Lookup {
        // SAFETY: as above; reads the two halves of the 128 bytes of `table`, unaligned.
        unsafe { [_mm512_loadu_ps(table.as_ptr()), _mm512_loadu_ps(table.as_ptr().add(NUMBERS))] }
    }

    #[inline(always)]
    fn look_up(self, [low, high]: Self::Lookup) -> Self {
        Self::of_numbers(intrinsic!(_mm512_permutex2var_ps(low, self.0, high)))
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u16 {
        intrinsic!(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(self.numbers(), other.numbers()))
    }

    #[inline(always)]
    fn at_most(self, other: Self) -> u16 {
        intrinsic!(_mm512_cmp_ps_mask::<_CMP_LE_OQ>(self.numbers(), other.numbers()))
    }

    #[inline(always)]
    fn shorts_below(self, other: Self) -> u16 {
        intrinsic!(_mm512_cmplt_epu32_mask(self.0, other.0))
    }

    #[inline(always)]
    fn choose(mask: u16, yes: Self, no: Self) -> Self {
        Self(intrinsic!(_mm512_mask_blend_epi32(mask, no.0, yes.0)))
    }

    #[inline(always)]
    fn pack(self, mask: u16) -> Self {
        Self(intrinsic!(_mm512_maskz_compress_epi32(mask, self.0)))
    }
}
