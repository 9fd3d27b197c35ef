//! Quantiles of the beta distribution.

use super::is_shape;
use super::tails::{Point, Tails};
use crate::special::normal_quantile;

/// Quantile of the beta distribution: the `x` with `beta_inc(a, b, x) = p`, for `p` in [0, 1].
///
/// NaN outside [0, 1] and unless both shapes are positive and finite. The relative error is about 1e-12.
///
/// ```
/// # use sim_core::special::{beta_inc, beta_quantile};
/// let median = beta_quantile(2.0, 5.0, 0.5);
/// assert!((beta_inc(2.0, 5.0, median) - 0.5).abs() < 1e-14);
/// assert_eq!(beta_quantile(2.0, 5.0, 1.0), 1.0);
/// ```
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.5 { solve(a, b, Tail::Lower, p) } else { solve(a, b, Tail::Upper, 1.0 - p) }
}

/// The `x` that a beta variable exceeds with probability `q`, for `q` in [0, 1]; a small `q` keeps all its
/// digits, where `1 - q` would not.
///
/// NaN outside [0, 1] and unless both shapes are positive and finite.
///
/// ```
/// # use sim_core::special::beta_quantile_upper;
/// // The smallest of n uniform numbers exceeds x with probability (1 - x)^n.
/// let x = beta_quantile_upper(1.0, 1e9, 0.025);
/// assert!((x / 3.688879447309522e-9 - 1.0).abs() < 1e-12);
/// ```
pub fn beta_quantile_upper(a: f64, b: f64, q: f64) -> f64 {
    if q <= 0.5 { solve(a, b, Tail::Upper, q) } else { solve(a, b, Tail::Lower, 1.0 - q) }
}

/// The tail whose probability is prescribed.
#[derive(Clone, Copy, PartialEq)]
enum Tail {
    Lower,
    Upper,
}

impl Tail {
    fn of(self, tails: Tails) -> f64 {
        match self {
            Self::Lower => tails.lower,
            Self::Upper => tails.upper,
        }
    }
}

/// Newton's method for the logarithm of the tail as a function of `ln x`, where a power law is a straight
/// line; a step that leaves the bracket is replaced by a bisection.
fn solve(a: f64, b: f64, tail: Tail, probability: f64) -> f64 {
    const MAX_STEPS: u32 = 200;
    if !is_shape(a, b) || !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    if probability == 0.0 {
        return if tail == Tail::Lower { 0.0 } else { 1.0 };
    }
    let (mut low, mut high) = (f64::MIN_POSITIVE, 1.0);
    let mut x = start(a, b, tail, probability).clamp(low, 1.0 - f64::EPSILON);
    for _ in 0..MAX_STEPS {
        let point = Point::new(a, b, x);
        let found = tail.of(point.tails());
        if found == probability {
            return x;
        }
        if (found < probability) == (tail == Tail::Lower) {
            low = x;
        } else {
            high = x;
        }
        let slope = if tail == Tail::Lower { point.elasticity(found) } else { -point.elasticity(found) };
        let newton = x * libm::exp(-libm::log(found / probability) / slope);
        let next = if newton > low && newton < high { newton } else { middle(low, high) };
        if (next - x).abs() <= f64::EPSILON * x {
            return next;
        }
        x = next;
    }
    x
}

/// The geometric mean of a bracket over several orders of magnitude, else the arithmetic mean.
fn middle(low: f64, high: f64) -> f64 {
    if high > 4.0 * low { low.sqrt() * high.sqrt() } else { low + 0.5 * (high - low) }
}

/// The logit of a beta variable is roughly normal with mean `ln(a / b)` and variance `1/a + 1/b`.
fn start(a: f64, b: f64, tail: Tail, probability: f64) -> f64 {
    let z = match tail {
        Tail::Lower => normal_quantile(probability),
        Tail::Upper => -normal_quantile(probability),
    };
    let odds = a / b * libm::exp(z * (1.0 / a + 1.0 / b).sqrt());
    if odds.is_finite() { odds / (1.0 + odds) } else { 0.5 }
}
