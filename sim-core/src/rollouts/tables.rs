//! Normal quantities and powers of two, sixteen at once.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::lanes::Lanes;
use crate::special::normal_quantile;

/// Coefficients, the constant first.
struct Tables {
    /// By coefficient and octave.
    normal: [[f32; OCTAVES]; 5],
    power: [f32; 6],
}

/// Octaves of the tail probability, from 2^-32 to 1/2.
const OCTAVES: usize = 32;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

impl Tables {
    fn new() -> Self {
        let mut normal = [[0.0; OCTAVES]; 5];
        // The last octave is one number, 1/2, whose quantile is 0.
        for octave in 0..OCTAVES - 1 {
            let scale = libm::ldexp(1.0, octave as i32 - 32);
            let fitted: [f32; 5] = fit(1.0, 2.0, |mantissa| -normal_quantile(mantissa * scale));
            for (table, coefficient) in normal.iter_mut().zip(fitted) {
                // Where the exponent, which is stored with 127 added, points to.
                table[(octave + 127) % OCTAVES] = coefficient;
            }
        }
        Self { normal, power: fit(-0.5, 0.5, libm::exp2) }
    }
}

/// The polynomial through a function at Chebyshev's points, of which there are as many as coefficients.
fn fit<const N: usize>(low: f64, high: f64, function: impl Fn(f64) -> f64) -> [f32; N] {
    let points: [f64; N] = std::array::from_fn(|i| {
        let angle = PI * (2 * i + 1) as f64 / (2 * N) as f64;
        f64::midpoint(low, high) + 0.5 * (high - low) * libm::cos(angle)
    });
    // Newton's divided differences, then multiplied out from the innermost bracket.
    let mut differences = points.map(function);
    for order in 1..N {
        for i in (order..N).rev() {
            differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - order]);
        }
    }
    let mut coefficients = [0.0; N];
    for i in (0..N).rev() {
        for degree in (0..N).rev() {
            let lower = if degree > 0 { coefficients[degree - 1] } else { differences[i] };
            coefficients[degree] = lower - points[i] * coefficients[degree];
        }
    }
    coefficients.map(|coefficient| coefficient as f32)
}

/// The tables in registers.
#[derive(Clone, Copy)]
pub(super) struct Loaded<L: Lanes> {
    normal: [L::Lookup; 5],
    power: [L; 6],
}

impl<L: Lanes> Loaded<L> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let tables: &'static Tables = &TABLES;
        let [a, b, c, d, e] = &tables.normal;
        let normal = [L::lookup(a), L::lookup(b), L::lookup(c), L::lookup(d), L::lookup(e)];
        Self { normal, power: tables.power.map(L::splat_number) }
    }

    /// Standard normal numbers, by inversion. The highest bit of a word is the sign; the others are the tail probability, the middle of one
    /// of 2^30 intervals of (0, 1/2). Its binary exponent says which polynomial gives the quantile for its mantissa.
    #[inline(always)]
    pub(super) fn normal(&self, words: L) -> L {
        let tail = words.and(L::splat_short(0x7fff_ffff)).or(L::splat_short(1)).numbers_of_shorts();
        let octave = tail.shift_shorts_right_23();
        let mantissa = tail.and(L::splat_short(0x007f_ffff)).or(L::splat_short(0x3f80_0000));
        let [a, b, c, d, e] = self.normal;
        let quantile = octave.look_up(e).times(mantissa).plus(octave.look_up(d));
        let quantile = quantile.times(mantissa).plus(octave.look_up(c));
        let quantile = quantile.times(mantissa).plus(octave.look_up(b));
        let quantile = quantile.times(mantissa).plus(octave.look_up(a));
        quantile.xor(words.and(L::splat_short(0x8000_0000)))
    }

    /// Two to the power of numbers between -100 and 100.
    #[inline(always)]
    pub(super) fn power_of_two(&self, numbers: L) -> L {
        let whole = numbers.round();
        let rest = numbers.minus(whole);
        let [a, b, c, d, e, f] = self.power;
        let power = f.times(rest).plus(e).times(rest).plus(d).times(rest).plus(c);
        power.times(rest).plus(b).times(rest).plus(a).times_power_of_two(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Kernel, NUMBERS, Task, WORDS};

    /// Normal numbers and powers of two of sixteen words and numbers.
    #[derive(Clone, Copy)]
    struct Both([u32; NUMBERS], [f32; NUMBERS]);

    impl Task for Both {
        type Output = ([f32; NUMBERS], [f32; NUMBERS]);
        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            let tables = Loaded::<L>::new();
            let words: [u64; WORDS] =
                std::array::from_fn(|i| u64::from(self.0[2 * i]) | u64::from(self.0[2 * i + 1]) << 32);
            let (mut normal, mut power) = ([0.0; NUMBERS], [0.0; NUMBERS]);
            tables.normal(L::from_words(words)).store_numbers(&mut normal);
            tables.power_of_two(L::load_numbers(&self.1)).store_numbers(&mut power);
            (normal, power)
        }
    }

    /// Words of all magnitudes and both signs, and their neighbors; numbers from -100 to 100.
    fn cases() -> Vec<Both> {
        let mut word = 1u32;
        (0..4096u32)
            .map(|case| {
                let words = std::array::from_fn(|_| {
                    word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (word >> (case % 31)) | (word << 31)
                });
                Both(words, std::array::from_fn(|i| (case * 16 + i as u32) as f32 / 327.68 - 100.0))
            })
            .chain([Both(
                [0, 1, 2, 3, 0x7fff_ffff, 0x7fff_ff80, 0x8000_0000, u32::MAX, 5, 6, 7, 8, 9, 10, 11, 12],
                [0.5; 16],
            )])
            .collect()
    }

    #[test]
    fn quantiles_and_powers_are_within_the_stated_errors() {
        for case in cases() {
            let (normal, power) = Kernel::Portable.run(case);
            for (&word, normal) in case.0.iter().zip(normal) {
                let tail = f64::from(word & 0x7fff_ffff | 1) / 4_294_967_296.0;
                let exact = if word >> 31 == 1 { normal_quantile(tail) } else { -normal_quantile(tail) };
                assert!((f64::from(normal) - exact).abs() < 4e-5, "{word:#x}: {normal} {exact}");
            }
            for (&number, power) in case.1.iter().zip(power) {
                let exact = libm::exp2(f64::from(number));
                assert!((f64::from(power) / exact - 1.0).abs() < 1e-6, "{number}: {power} {exact}");
            }
        }
    }

    #[test]
    fn they_are_the_same_on_every_instruction_set() {
        for kernel in Kernel::available() {
            for case in cases() {
                let bits =
                    |(a, b): ([f32; NUMBERS], [f32; NUMBERS])| (a.map(f32::to_bits), b.map(f32::to_bits));
                assert_eq!(bits(kernel.run(case)), bits(Kernel::Portable.run(case)), "{kernel}");
            }
        }
    }
}
