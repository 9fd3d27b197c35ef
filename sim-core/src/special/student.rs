//! Student's t distribution.

use super::beta::{beta_quantile, beta_quantile_upper, tails_of_pair};
use super::normal::{normal_cdf, normal_quantile};

/// Distribution function of Student's t with `df > 0` degrees of freedom, not necessarily an integer:
/// the probability of a value of at most `t`. Infinite `df` gives the normal distribution.
///
/// NaN unless `df` is positive. The lower tail is accurate to about 1e-12; for an upper tail use
/// `student_cdf(-t, df)`.
///
/// Source: Abramowitz and Stegun 26.7.1, `P(|T| > t) = I_x(df/2, 1/2)` with `x = df / (df + t^2)`.
///
/// ```
/// # use sim_core::special::student_cdf;
/// // One degree of freedom is the Cauchy distribution: 1/2 + arctan(t) / pi.
/// assert!((student_cdf(1.0, 1.0) - 0.75).abs() < 1e-15);
/// assert_eq!(student_cdf(0.0, 7.0), 0.5);
/// ```
pub fn student_cdf(t: f64, df: f64) -> f64 {
    if df == f64::INFINITY {
        return normal_cdf(t);
    }
    // The ratio is formed first: t^2 would overflow.
    let ratio = t / df.sqrt();
    let square = ratio * ratio;
    let (outer, inner) = if square.is_finite() {
        (1.0 / (1.0 + square), square / (1.0 + square))
    } else {
        (1.0 / ratio / ratio, 1.0)
    };
    let tail = 0.5 * tails_of_pair(0.5 * df, 0.5, outer, inner).lower;
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Quantile of Student's t with `df > 0` degrees of freedom: the `t` with `student_cdf(t, df) = p`.
///
/// Minus infinity at 0, infinity at 1; NaN outside [0, 1] and unless `df` is positive. The relative error
/// is about 1e-12.
///
/// ```
/// # use sim_core::special::student_quantile;
/// assert!((student_quantile(0.975, 9.0) - 2.262157162798205).abs() < 1e-12);
/// ```
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if df == f64::INFINITY {
        return normal_quantile(p);
    }
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    // Both tails together; exact, because doubling is.
    let both = 2.0 * p.min(1.0 - p);
    // t^2 / df is the odds of a beta variable. The smaller of it and its complement has all the digits.
    let inner = beta_quantile_upper(0.5, 0.5 * df, both);
    let magnitude = if inner <= 0.5 {
        (df * (inner / (1.0 - inner))).sqrt()
    } else {
        let outer = beta_quantile(0.5 * df, 0.5, both);
        (df * ((1.0 - outer) / outer)).sqrt()
    };
    magnitude.copysign(p - 0.5)
}
