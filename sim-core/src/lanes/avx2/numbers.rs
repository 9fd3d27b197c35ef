//! Numbers in two registers of AVX2.

use std::arch::x86_64::*;

use super::Avx2;
use crate::lanes::numbers::{NUMBERS, Numbers};

impl Avx2 {
    #[inline(always)]
    fn numbers(self) -> (__m256, __m256) {
        intrinsic!((_mm256_castsi256_ps(self.0), _mm256_castsi256_ps(self.1)))
    }

    #[inline(always)]
    fn of_numbers(low: __m256, high: __m256) -> Self {
        intrinsic!(Self(_mm256_castps_si256(low), _mm256_castps_si256(high)))
    }
}

/// Sign bits of both halves.
#[inline(always)]
fn signs(low: __m256, high: __m256) -> u16 {
    intrinsic!((_mm256_movemask_ps(low) | _mm256_movemask_ps(high) << 8) as u16)
}

/// All bits set where a mask is.
#[inline(always)]
fn spread(mask: u16) -> __m256i {
    intrinsic!({
        let places = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
        _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(i32::from(mask)), places), places)
    })
}

/// Rounding without exceptions: to the nearest, and up.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
const UP: i32 = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;

/// An operation on both halves of two vectors of numbers.
macro_rules! halves {
    ($operation:ident, $a:expr, $b:expr) => {{
        let (a, b) = ($a.numbers(), $b.numbers());
        Self::of_numbers(intrinsic!($operation(a.0, b.0)), intrinsic!($operation(a.1, b.1)))
    }};
}

impl Numbers for Avx2 {
    type Lookup = &'static [f32; 32];

    #[inline(always)]
    fn splat_number(number: f32) -> Self {
        Self::splat_short(number.to_bits())
    }

    #[inline(always)]
    fn splat_short(word: u32) -> Self {
        let half = intrinsic!(_mm256_set1_epi32(word.cast_signed()));
        Self(half, half)
    }

    #[inline(always)]
    fn load_numbers(numbers: &[f32; NUMBERS]) -> Self {
        let half = numbers.as_ptr();
        // SAFETY: as above; reads the two halves of the 64 bytes of `numbers`, unaligned.
        unsafe { Self::of_numbers(_mm256_loadu_ps(half), _mm256_loadu_ps(half.add(NUMBERS / 2))) }
    }

    #[inline(always)]
    fn store_numbers(self, numbers: &mut [f32; NUMBERS]) {
        let (half, (low, high)) = (numbers.as_mut_ptr(), self.numbers());
        // SAFETY: as above; writes the two halves of the 64 bytes of `numbers`, unaligned.
        unsafe {
            _mm256_storeu_ps(half, low);
            _mm256_storeu_ps(half.add(NUMBERS / 2), high);
        }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        halves!(_mm256_add_ps, self, other)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        halves!(_mm256_sub_ps, self, other)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        halves!(_mm256_mul_ps, self, other)
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        halves!(_mm256_max_ps, self, other)
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        halves!(_mm256_min_ps, self, other)
    }

    #[inline(always)]
    fn round_up(self) -> Self {
        let (low, high) = self.numbers();
        intrinsic!(Self::of_numbers(_mm256_round_ps::<UP>(low), _mm256_round_ps::<UP>(high)))
    }

    #[inline(always)]
    fn round(self) -> Self {
        let (low, high) = self.numbers();
        intrinsic!(Self::of_numbers(_mm256_round_ps::<NEAREST>(low), _mm256_round_ps::<NEAREST>(high)))
    }

    #[inline(always)]
    fn numbers_of_shorts(self) -> Self {
        intrinsic!(Self::of_numbers(_mm256_cvtepi32_ps(self.0), _mm256_cvtepi32_ps(self.1)))
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        let (low, high) = power.numbers();
        let scale = |numbers, power| {
            intrinsic!(_mm256_add_epi32(numbers, _mm256_slli_epi32::<23>(_mm256_cvtps_epi32(power))))
        };
        Self(scale(self.0, low), scale(self.1, high))
    }

    #[inline(always)]
    fn plus_shorts(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_add_epi32(self.0, other.0), _mm256_add_epi32(self.1, other.1)))
    }

    #[inline(always)]
    fn rotate_shorts<const RIGHT: i32, const LEFT: i32>(self) -> Self {
        let rotate = |half| {
            intrinsic!(_mm256_or_si256(_mm256_srli_epi32::<RIGHT>(half), _mm256_slli_epi32::<LEFT>(half)))
        };
        Self(rotate(self.0), rotate(self.1))
    }

    #[inline(always)]
    fn shift_shorts_right_23(self) -> Self {
        intrinsic!(Self(_mm256_srli_epi32::<23>(self.0), _mm256_srli_epi32::<23>(self.1)))
    }

    #[inline(always)]
    fn lookup(table: &'static [f32; 32]) -> Self::Lookup {
        table
    }

    #[inline(always)]
    fn look_up(self, table: Self::Lookup) -> Self {
        let places = intrinsic!(_mm256_set1_epi32(31));
        // SAFETY: as above; reads numbers of `table` at places from 0 to 31.
        unsafe {
            let low = _mm256_i32gather_ps::<4>(table.as_ptr(), _mm256_and_si256(self.0, places));
            let high = _mm256_i32gather_ps::<4>(table.as_ptr(), _mm256_and_si256(self.1, places));
            Self::of_numbers(low, high)
        }
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u16 {
        let (a, b) = (self.numbers(), other.numbers());
        intrinsic!(signs(_mm256_cmp_ps::<_CMP_EQ_OQ>(a.0, b.0), _mm256_cmp_ps::<_CMP_EQ_OQ>(a.1, b.1)))
    }

    #[inline(always)]
    fn at_most(self, other: Self) -> u16 {
        let (a, b) = (self.numbers(), other.numbers());
        intrinsic!(signs(_mm256_cmp_ps::<_CMP_LE_OQ>(a.0, b.0), _mm256_cmp_ps::<_CMP_LE_OQ>(a.1, b.1)))
    }

    #[inline(always)]
    fn shorts_below(self, other: Self) -> u16 {
        intrinsic!({
            // The comparison is signed: both sides are moved by half of the range.
            let half = _mm256_set1_epi32(i32::MIN);
            let below = |a, b| {
                _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_xor_si256(b, half), _mm256_xor_si256(a, half)))
            };
            signs(below(self.0, other.0), below(self.1, other.1))
        })
    }

    #[inline(always)]
    fn choose(mask: u16, yes: Self, no: Self) -> Self {
        intrinsic!(Self(
            _mm256_blendv_epi8(no.0, yes.0, spread(mask & 0xff)),
            _mm256_blendv_epi8(no.1, yes.1, spread(mask >> 8)),
        ))
    }

    #[inline(always)]
    fn pack(self, mask: u16) -> Self {
        let (mut numbers, mut packed, mut count) = ([0.0; NUMBERS], [0.0; NUMBERS], 0);
        self.store_numbers(&mut numbers);
        for (i, &number) in numbers.iter().enumerate() {
            packed[count & (NUMBERS - 1)] = number;
            count += usize::from(mask >> i & 1);
        }
        Self::load_numbers(&packed)
    }
}
