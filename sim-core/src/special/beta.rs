//! The beta function, the beta distribution and its quantiles.
//!
//! Parameters up to 1e9 and beyond keep about twelve digits: the textbook expressions subtract numbers of
//! the order of `a ln a`, these do not.

mod quantile;
mod tails;

pub use quantile::{beta_quantile, beta_quantile_upper};
pub(crate) use tails::tails_of_pair;

use crate::special::stirling::stirling_error;

/// Natural logarithm of the beta function `B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b)`.
///
/// NaN unless both arguments are positive and finite.
///
/// ```
/// # use sim_core::special::ln_beta;
/// // B(2, 3) = 1! 2! / 4! = 1/12.
/// assert!((ln_beta(2.0, 3.0) + 12.0_f64.ln()).abs() < 1e-14);
/// ```
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if !is_shape(a, b) {
        return f64::NAN;
    }
    let n = a + b;
    let stirling = stirling_error(a) + stirling_error(b) - stirling_error(n);
    let leading = a * ln_share(a, b) + b * ln_share(b, a);
    leading + stirling + 0.5 * libm::log(core::f64::consts::TAU * (1.0 / a + 1.0 / b))
}

/// `ln(a / (a + b))`.
fn ln_share(a: f64, b: f64) -> f64 {
    if a > b { -libm::log1p(b / a) } else { libm::log(a / (a + b)) }
}

/// Regularized incomplete beta function `I_x(a, b)`: the probability that a beta variable with shapes `a`
/// and `b` is at most `x`.
///
/// 0 for `x <= 0`, 1 for `x >= 1`; NaN unless both shapes are positive and finite. The relative error is
/// about 1e-12 for shapes from 1/2 to 1e9.
///
/// ```
/// # use sim_core::special::beta_inc;
/// // At least 3 heads in 5 throws of a fair coin.
/// assert!((beta_inc(3.0, 3.0, 0.5) - 0.5).abs() < 1e-15);
/// // The smallest of 10 uniform numbers is at most x with probability 1 - (1 - x)^10.
/// assert!((beta_inc(1.0, 10.0, 0.2) - (1.0 - 0.8_f64.powi(10))).abs() < 1e-15);
/// ```
pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    tails::tails(a, b, x).lower
}

/// Complement `1 - I_x(a, b)`: the probability that a beta variable exceeds `x`, as accurate as
/// [`beta_inc`] where it is small.
///
/// ```
/// # use sim_core::special::beta_inc_upper;
/// let tail = beta_inc_upper(1.0, 100.0, 0.9);
/// assert!((tail / 1e-100 - 1.0).abs() < 1e-13);
/// ```
pub fn beta_inc_upper(a: f64, b: f64, x: f64) -> f64 {
    tails::tails(a, b, x).upper
}

/// Whether `a` and `b` are shapes of a beta distribution.
fn is_shape(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()
}
