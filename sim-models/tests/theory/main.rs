//! The theory against the specification's numbers, independent sums, enumeration and its own symmetries.

mod allocation;
mod averaging;
mod channel;
mod common_cause;
mod critical;
mod dependence;
mod exponent;
mod fixed_point;
mod layer;
mod majority;
mod phase;
mod predictors;
mod properties;
mod recursion;
mod synergy_window;

/// Asserts that a value rounds to the digits shown: within 0.51 units of the last place written.
#[track_caller]
pub fn shows(actual: f64, digits: &str) {
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((digits, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len()) as i32;
    // A misprinted number becomes NaN and fails the comparison.
    let unit = 10_f64.powi(exponent.parse::<i32>().unwrap_or(i32::MIN / 2) - decimals);
    let expected: f64 = digits.parse().unwrap_or(f64::NAN);
    // What binary rounding cannot resolve is not asked for.
    let tolerance = (0.51 * unit).max(4e-15 * expected.abs());
    assert!((actual - expected).abs() <= tolerance, "{actual} does not show as {digits}");
}

/// Asserts a relative agreement, with the same number as absolute tolerance below 1e-3 of it.
#[track_caller]
pub fn agrees(actual: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1e-3);
    assert!((actual - expected).abs() <= tolerance * scale, "{actual} is not {expected}");
}
