//! The natural logarithm, for draws: one per event of a simulation.

/// Natural logarithm of a normal positive number, within two units in the last place.
///
/// For anything else (zero, subnormal or negative numbers, infinities, NaN) the result has no meaning.
///
/// `x = 2^k z` with `z` in `[11/16, 11/8)`, and `ln x = k ln 2 + ln c + ln(1 + (z - c) / c)`, `c` being the midpoint of the one of 128
/// intervals in which `z` lies. The last term is its Taylor polynomial of degree 7, which leaves less than 2^-54 of it.
/// Source: P. T. P. Tang, "Table-driven implementation of the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16(4), 1990.
///
/// ```
/// use sim_core::special::ln_normal;
///
/// assert_eq!(ln_normal(1.0), 0.0);
/// assert!((ln_normal(10.0) - std::f64::consts::LN_10).abs() < 1e-15);
/// ```
#[inline]
pub fn ln_normal(x: f64) -> f64 {
    let bits = x.to_bits();
    let above = bits.wrapping_sub(FIRST);
    let exponent = above.cast_signed() >> 52;
    let z = f64::from_bits(bits.wrapping_sub(exponent.cast_unsigned() << 52));
    let Interval { center, inverse, ln } = INTERVALS[(above >> 45) as usize % INTERVALS.len()];
    let r = (z - center) * inverse;
    let (r2, k) = (r * r, exponent as f64);
    let third = (1.0 / 3.0) - 0.25 * r;
    let fifth = (0.2 - (1.0 / 6.0) * r) + (1.0 / 7.0) * r2;
    let after_linear = r2 * ((r * third - 0.5) + (r2 * r) * fifth);
    (k * LN_2_HIGH + ln) + (r + (k * LN_2_LOW + after_linear))
}

/// Bits of 11/16.
const FIRST: u64 = 0x3FE6_0000_0000_0000;
/// The leading bits of ln 2; 11 zeros at the end make its product with an exponent exact.
const LN_2_HIGH: f64 = 0.693_147_180_559_890_3;
/// The rest of it.
const LN_2_LOW: f64 = 5.497_923_018_708_371e-14;

#[derive(Clone, Copy)]
struct Interval {
    center: f64,
    /// 1 over the center.
    inverse: f64,
    /// The center's logarithm.
    ln: f64,
}

static INTERVALS: [Interval; 128] = intervals();

const fn intervals() -> [Interval; 128] {
    let mut intervals = [Interval { center: 1.0, inverse: 1.0, ln: 0.0 }; 128];
    let mut index = 0;
    while index < intervals.len() {
        let center = f64::from_bits(FIRST + ((2 * index as u64 + 1) << 44));
        // The two intervals beside 1 are taken from there, so that nothing cancels.
        if center < 1.0 - 1.0 / 256.0 || center > 1.0 + 1.0 / 128.0 {
            intervals[index] = Interval { center, inverse: 1.0 / center, ln: ln_of_center(center) };
        }
        index += 1;
    }
    intervals
}

/// `ln c = 2 artanh((c - 1) / (c + 1))`, by its series.
const fn ln_of_center(center: f64) -> f64 {
    let z = (center - 1.0) / (center + 1.0);
    let mut sum = 0.0;
    let mut power = 41;
    while power > 0 {
        sum = sum * z * z + 1.0 / power as f64;
        power -= 2;
    }
    2.0 * z * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the logarithm of the `libm` crate, itself within one unit: on a grid of [2^-60, 2^60], and beside 1, where the logarithm
    /// is small.
    #[test]
    fn agrees_with_the_standard_algorithm() {
        let spread = (0..2_000_000).map(|i| libm::exp2(-60.0 + f64::from(i) * 6e-5));
        let beside_one = (1..2_000_000).map(|i| f64::from(i) * 1e-6);
        let close = (1..52).flat_map(|bit| {
            let distance = libm::exp2(-f64::from(bit));
            [1.0 - distance, 1.0 + distance]
        });
        for x in spread.chain(beside_one).chain(close) {
            let (found, expected) = (ln_normal(x), libm::log(x));
            let unit = expected.abs().max(f64::MIN_POSITIVE) * f64::EPSILON;
            assert!((found - expected).abs() <= 2.0 * unit, "ln {x:e}: {found:e}, expected {expected:e}");
        }
    }

    #[test]
    fn ends_of_the_uniform_grid() {
        let step = libm::exp2(-53.0);
        assert_eq!(ln_normal(1.0 - step), -step);
        assert_eq!(ln_normal(step), libm::log(step));
    }
}
