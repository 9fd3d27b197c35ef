//! The majority map: the bias of a majority of independent votes (spec 3.1).
//!
//! With `p = (1 + u)/2` the probability that one vote is correct, and `b` odd,
//! `f_b(u) = 2 P(Bin(b, p) > b/2) - 1`. An even number of votes with ties decided by a fair coin gives
//! exactly `f_{b-1}` (spec 5, derived), and no vote at all gives 0.

pub mod asymptotic;
pub mod mixed;

use super::numeric::{is_bias, one_minus_square_to};

/// Up to this many votes the finite sum of positive terms is both the fastest and the most accurate.
const SHORT_SUM: u32 = 63;

/// The odd number of votes that decides like `b` votes with fair ties; `None` for no vote.
fn decisive(b: u32) -> Option<u32> {
    if b % 2 == 1 { Some(b) } else { b.checked_sub(1) }
}

/// Bias `f_b(u)` of the majority of `b` independent votes of bias `u` in [-1, 1]; ties are fair.
///
/// Relative accuracy about 1e-14 for every `b` and `u`, also where the result is tiny. Three forms share
/// the work (all derived): for few votes the sum of positive terms
///
/// `f_b(u) = u sum_{j=0..h} C(2j, j) ((1-u^2)/4)^j`, with `h = (b-1)/2`;
///
/// for many votes and a small bias the expansion of the incomplete beta function `I_{u^2}(1/2, h+1)`, and
/// otherwise the binomial tail, which decreases faster than geometrically.
///
/// ```
/// use sim_models::theory::majority::majority;
/// assert!((majority(5, 0.3) - 0.52966125).abs() < 1e-15);
/// assert_eq!(majority(6, 0.3), majority(5, 0.3)); // an even vote with fair ties
/// assert!(majority(5, 1.5).is_nan());
/// ```
pub fn majority(b: u32, u: f64) -> f64 {
    if !is_bias(u) {
        return f64::NAN;
    }
    let Some(b) = decisive(b) else { return 0.0 };
    if u.abs() == 1.0 {
        u
    } else if b <= SHORT_SUM {
        short_sum(b, u)
    } else if f64::from(b / 2) * u * u < 1.5 {
        small_bias(b, u)
    } else {
        (1.0 - 2.0 * wrong_tail(b, u.abs())).copysign(u)
    }
}

/// Probability that the majority of `b` independent votes of bias `u` is wrong, `(1 - f_b(u))/2`.
///
/// Keeps its relative accuracy where it is tiny, which `majority` cannot. Derived (spec 3.1).
///
/// ```
/// let wrong = sim_models::theory::majority::majority_error(101, 0.9);
/// assert!((wrong / 7.19055638623342e-39 - 1.0).abs() < 1e-13);
/// ```
pub fn majority_error(b: u32, u: f64) -> f64 {
    if !is_bias(u) {
        return f64::NAN;
    }
    match decisive(b) {
        None => 0.5,
        Some(_) if u <= 0.0 => 0.5 * (1.0 + majority(b, -u)),
        Some(odd) => wrong_tail(odd, u),
    }
}

/// Derivative `f_b'(u) = f_b'(0) (1-u^2)^h`, `h = (b-1)/2` (spec 3.1); for an even `b` that of `b - 1`.
pub fn majority_slope(b: u32, u: f64) -> f64 {
    if !is_bias(u) {
        return f64::NAN;
    }
    decisive(b).map_or(0.0, |odd| majority_gain(odd) * one_minus_square_to(u, odd / 2))
}

/// Gain `f_b'(0) = b C(b-1, h) / 2^(b-1)`, `h = (b-1)/2`: the factor by which a majority of `b`
/// independent votes amplifies a small bias (spec 3.1; quoted from the paper). 1 for `b` of 1 and 2,
/// 0 for no vote; grows like `sqrt(2b/pi)`.
///
/// ```
/// use sim_models::theory::majority::majority_gain;
/// assert_eq!(majority_gain(3), 1.5);
/// assert_eq!(majority_gain(5), 1.875);
/// ```
pub fn majority_gain(b: u32) -> f64 {
    let Some(b) = decisive(b) else { return 0.0 };
    if b > SHORT_SUM {
        return gain_series(b);
    }
    let mut gain = 1.0;
    for odd in (1..b).step_by(2) {
        gain *= f64::from(odd + 2) / f64::from(odd + 1);
    }
    gain
}

/// `2 Gamma(b/2 + 1)/(sqrt(pi) Gamma((b+1)/2))` by the expansion of a ratio of gamma functions whose
/// arguments differ by 1/2, in powers of `1/(256 y^2)`, `y = (2b+1)/4`; its error is below 1e-17 here.
fn gain_series(b: u32) -> f64 {
    const POWERS: [f64; 6] = [4.0, -152.0, 20_192.0, -5_578_144.0, 2_622_948_224.0, -1_877_709_285_120.0];
    let y = 0.5 * f64::from(b) + 0.25;
    let x = 1.0 / (256.0 * y * y);
    let correction = POWERS.iter().rev().fold(0.0, |sum, term| (sum + term) * x);
    // 2 sqrt(y/pi) (1 + correction)
    std::f64::consts::FRAC_2_SQRT_PI * y.sqrt() * (1.0 + correction)
}

fn short_sum(b: u32, u: f64) -> f64 {
    let w = (1.0 - u) * (1.0 + u);
    // Horner's rule; the ratio of C(2j, j)/4^j to its predecessor is (2j-1)/(2j).
    let mut sum = 1.0;
    for j in (1..=b / 2).rev() {
        let j = f64::from(j);
        sum = 1.0 + sum * w * (2.0 * j - 1.0) / (2.0 * j);
    }
    u * sum
}

/// `f_b'(0) u (1-u^2)^(h+1) sum_n [(h+3/2)_n / (3/2)_n] u^(2n)`: all terms positive.
fn small_bias(b: u32, u: f64) -> f64 {
    let h = b / 2;
    let square = u * u;
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    // The ratio of terms falls below 1/2 soon after n = 2 h u^2 <= 3.
    while term > sum * 1e-17 {
        term *= square * (f64::from(h) + 1.5 + n) / (1.5 + n);
        sum += term;
        n += 1.0;
    }
    majority_gain(b) * u * one_minus_square_to(u, h + 1) * sum
}

/// `P(Bin(b, (1+u)/2) <= h)` for 0 <= u <= 1, summed downward from its largest term.
fn wrong_tail(b: u32, u: f64) -> f64 {
    let h = b / 2;
    let odds = (1.0 - u) / (1.0 + u);
    let (mut term, mut sum) = (1.0, 1.0);
    for j in (1..=h).rev() {
        // C(b, j-1)/C(b, j) = j/(b-j+1)
        term *= odds * f64::from(j) / f64::from(b - j + 1);
        sum += term;
        if term <= sum * 1e-17 {
            break;
        }
    }
    majority_gain(b) / (f64::from(b) + 1.0) * one_minus_square_to(u, h) * (1.0 - u) * sum
}
