//! Bins of equal relative width, up to a factor of two, whose edges are exact.
//!
//! Each power of two is divided into 2^bits bins of equal width, so that the bin is read from the leading
//! bits of the number: no logarithm, and no value that rounding puts on the wrong side of an edge.

use crate::estimate::Interval;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Exponent of the smallest magnitude with a bin of its own, and minus that of the first out of range.
const SMALLEST_EXPONENT: i64 = -64;

/// Number of powers of two in range.
const OCTAVES: i32 = 128;

/// Number of explicit bits in the mantissa of a 64-bit floating-point number.
const MANTISSA_BITS: u32 = 52;

/// Width of the bins: each power of two is divided into 2^bits of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Resolution(u32);

/// Bins that are too wide to be of use, or too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the number of bits of a quantile's bins lies between 1 and 16; found {0}")]
pub struct InvalidResolution(pub u32);

impl Default for Resolution {
    /// 7 bits: no bin is wider than 0.8 %.
    fn default() -> Self {
        Self(7)
    }
}

impl TryFrom<u32> for Resolution {
    type Error = InvalidResolution;
    fn try_from(bits: u32) -> Result<Self, InvalidResolution> {
        if (1..=16).contains(&bits) { Ok(Self(bits)) } else { Err(InvalidResolution(bits)) }
    }
}

impl From<Resolution> for u32 {
    fn from(resolution: Resolution) -> u32 {
        resolution.0
    }
}

/// Leading bits of a number from which the bins in range are counted.
fn first_in_range(shift: u32) -> i64 {
    (SMALLEST_EXPONENT + 1023) << (MANTISSA_BITS - shift)
}

impl Resolution {
    /// Largest width of a bin, relative to its lower edge: `2^-bits`.
    pub fn relative_width(self) -> f64 {
        1.0 / f64::from(1_u32 << self.0)
    }

    fn shift(self) -> u32 {
        MANTISSA_BITS - self.0
    }

    /// The bin of values out of range; its negative is that of negative values.
    pub(super) fn last_bin(self) -> i32 {
        (OCTAVES << self.0) + 2
    }

    /// Bin of a value: 0 for zero, 1 for positive values too small for a bin of their own, 2 and on for
    /// those in range, negative for negative values. None for NaN.
    pub(super) fn bin_of(self, value: f64) -> Option<i32> {
        if value.is_nan() {
            return None;
        }
        let magnitude = value.abs();
        if magnitude == 0.0 {
            return Some(0);
        }
        // The bits of positive numbers are in the order of the numbers.
        let leading = (magnitude.to_bits() >> self.shift()) as i64;
        let above = leading - first_in_range(self.shift());
        let bin = (above.clamp(-1, i64::from(self.last_bin() - 2)) + 2) as i32;
        Some(if value < 0.0 { -bin } else { bin })
    }

    /// Edges of a bin: it holds the values from the edge nearer to zero to just before the other.
    pub(super) fn edges(self, bin: i32) -> Interval {
        if bin < 0 {
            let mirrored = self.edges(-bin);
            return Interval { low: -mirrored.high, high: -mirrored.low };
        }
        let edge = |bin: i32| {
            let leading = first_in_range(self.shift()) + i64::from(bin) - 2;
            f64::from_bits((leading as u64) << self.shift())
        };
        match bin {
            0 => Interval { low: 0.0, high: 0.0 },
            1 => Interval { low: 0.0, high: edge(2) },
            _ if bin >= self.last_bin() => Interval { low: edge(self.last_bin()), high: f64::INFINITY },
            _ => Interval { low: edge(bin), high: edge(bin + 1) },
        }
    }

    /// What stands for the values of a bin: its middle, infinite for values out of range.
    pub(super) fn middle(self, bin: i32) -> f64 {
        let Interval { low, high } = self.edges(bin);
        0.5 * (low + high)
    }

    /// The bin of `coarser` that holds `bin`; the same bin if `coarser` is not coarser.
    pub(super) fn coarser_bin(self, bin: i32, coarser: Self) -> i32 {
        let magnitude = bin.abs();
        if magnitude < 2 {
            return bin;
        }
        let wide = ((magnitude - 2) >> self.0.saturating_sub(coarser.0)) + 2;
        if bin < 0 { -wide } else { wide }
    }
}
