//! Numbers as arrays.

use super::Portable;
use crate::lanes::numbers::{NUMBERS, Numbers};

/// From here on every number in single precision is whole.
const ALL_WHOLE: f32 = (1u32 << 23) as f32;

impl Portable {
    #[inline(always)]
    fn shorts(self) -> [u32; NUMBERS] {
        std::array::from_fn(|i| (self.0[i / 2] >> (32 * (i % 2))) as u32)
    }

    #[inline(always)]
    fn of_shorts(shorts: [u32; NUMBERS]) -> Self {
        Self(std::array::from_fn(|i| u64::from(shorts[2 * i]) | u64::from(shorts[2 * i + 1]) << 32))
    }

    #[inline(always)]
    fn numbers(self) -> [f32; NUMBERS] {
        self.shorts().map(f32::from_bits)
    }

    #[inline(always)]
    fn of_numbers(numbers: [f32; NUMBERS]) -> Self {
        Self::of_shorts(numbers.map(f32::to_bits))
    }

    #[inline(always)]
    fn map_numbers(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let (a, b) = (self.numbers(), other.numbers());
        Self::of_numbers(std::array::from_fn(|i| f(a[i], b[i])))
    }

    #[inline(always)]
    fn where_numbers(self, other: Self, f: impl Fn(f32, f32) -> bool) -> u16 {
        let (a, b) = (self.numbers(), other.numbers());
        (0..NUMBERS).fold(0, |mask, i| mask | u16::from(f(a[i], b[i])) << i)
    }
}

impl Numbers for Portable {
    type Lookup = &'static [f32; 32];

    #[inline(always)]
    fn splat_number(number: f32) -> Self {
        Self::splat_short(number.to_bits())
    }

    #[inline(always)]
    fn splat_short(word: u32) -> Self {
        Self::of_shorts([word; NUMBERS])
    }

    #[inline(always)]
    fn load_numbers(numbers: &[f32; NUMBERS]) -> Self {
        Self::of_numbers(*numbers)
    }

    #[inline(always)]
    fn store_numbers(self, numbers: &mut [f32; NUMBERS]) {
        *numbers = self.numbers();
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.map_numbers(other, |a, b| a + b)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.map_numbers(other, |a, b| a - b)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.map_numbers(other, |a, b| a * b)
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        self.map_numbers(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        self.map_numbers(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn round_up(self) -> Self {
        let up = |x: f32| {
            if x.abs() >= ALL_WHOLE {
                return x;
            }
            let whole = x as i32 as f32;
            whole + f32::from(u8::from(whole < x))
        };
        Self::of_numbers(self.numbers().map(up))
    }

    #[inline(always)]
    fn round(self) -> Self {
        Self::of_numbers(self.numbers().map(f32::round_ties_even))
    }

    #[inline(always)]
    fn numbers_of_shorts(self) -> Self {
        Self::of_numbers(self.shorts().map(|word| word.cast_signed() as f32))
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        let (numbers, power) = (self.shorts(), power.numbers());
        let scaled = |i: usize| numbers[i].wrapping_add_signed((power[i] as i32) << 23);
        Self::of_shorts(std::array::from_fn(scaled))
    }

    #[inline(always)]
    fn plus_shorts(self, other: Self) -> Self {
        let (a, b) = (self.shorts(), other.shorts());
        Self::of_shorts(std::array::from_fn(|i| a[i].wrapping_add(b[i])))
    }

    #[inline(always)]
    fn rotate_shorts<const RIGHT: i32, const LEFT: i32>(self) -> Self {
        Self::of_shorts(self.shorts().map(|word| word.rotate_right(RIGHT as u32)))
    }

    #[inline(always)]
    fn shift_shorts_right_23(self) -> Self {
        Self::of_shorts(self.shorts().map(|word| word >> 23))
    }

    #[inline(always)]
    fn lookup(table: &'static [f32; 32]) -> Self::Lookup {
        table
    }

    #[inline(always)]
    fn look_up(self, table: Self::Lookup) -> Self {
        Self::of_numbers(self.shorts().map(|word| table[(word & 31) as usize]))
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u16 {
        self.where_numbers(other, |a, b| a == b)
    }

    #[inline(always)]
    fn at_most(self, other: Self) -> u16 {
        self.where_numbers(other, |a, b| a <= b)
    }

    #[inline(always)]
    fn shorts_below(self, other: Self) -> u16 {
        let (a, b) = (self.shorts(), other.shorts());
        (0..NUMBERS).fold(0, |mask, i| mask | u16::from(a[i] < b[i]) << i)
    }

    #[inline(always)]
    fn choose(mask: u16, yes: Self, no: Self) -> Self {
        let (yes, no) = (yes.shorts(), no.shorts());
        Self::of_shorts(std::array::from_fn(|i| if mask >> i & 1 == 1 { yes[i] } else { no[i] }))
    }

    #[inline(always)]
    fn pack(self, mask: u16) -> Self {
        let shorts = self.shorts();
        let (mut packed, mut count) = ([0; NUMBERS], 0);
        for (i, &word) in shorts.iter().enumerate() {
            packed[count & (NUMBERS - 1)] = word;
            count += usize::from(mask >> i & 1);
        }
        Self::of_shorts(packed)
    }
}
