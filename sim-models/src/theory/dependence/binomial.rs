//! The number of correct votes among independent ones.

use crate::theory::numeric::is_bias;

/// Probability of `k = 0, ..., b` correct votes among `b` independent votes of bias `v`.
///
/// Built outward from the most likely count, so that nothing under- or overflows where it matters.
pub fn law(b: u32, v: f64) -> Vec<f64> {
    if !is_bias(v) {
        return vec![f64::NAN; b as usize + 1];
    }
    let (p, q) = (0.5 * (1.0 + v), 0.5 * (1.0 - v));
    let n = f64::from(b);
    from_ratios(b, n * p, |k| (n - k) * p / ((k + 1.0) * q))
}

/// Derivative of [`law`] with respect to `v`, -1 < v < 1 or `b = 0`.
///
/// `d P(k)/dv = b/2 [P_{b-1}(k-1) - P_{b-1}(k)]`, which also holds at |v| = 1.
pub fn slope(b: u32, v: f64) -> Vec<f64> {
    let Some(rest) = b.checked_sub(1) else { return vec![0.0] };
    let fewer = law(rest, v);
    let half = 0.5 * f64::from(b);
    let at = |k: usize| fewer.get(k).copied().unwrap_or(0.0);
    (0..=b as usize).map(|k| half * (if k == 0 { 0.0 } else { at(k - 1) } - at(k))).collect()
}

/// A law on `0, ..., b` from the ratios `P(k+1)/P(k)`, started at the integer next to `center`.
pub(crate) fn from_ratios(b: u32, center: f64, ratio: impl Fn(f64) -> f64) -> Vec<f64> {
    let last = b as usize;
    let start = (center.round().max(0.0) as usize).min(last);
    let mut law = vec![0.0; last + 1];
    law[start] = 1.0;
    for k in start..last {
        law[k + 1] = law[k] * ratio(k as f64);
    }
    for k in (0..start).rev() {
        law[k] = law[k + 1] / ratio(k as f64);
    }
    let total: f64 = law.iter().sum();
    law.iter_mut().for_each(|mass| *mass /= total);
    law
}
