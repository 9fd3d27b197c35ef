//! Votes from a Polya urn: `P ~ Beta(p t, (1-p) t)`, `p = (1+v)/2`, `t = (1-rho)/rho` (spec 5, derived).
//!
//! `P(k) = C(b, k) (pt)_k (qt)_{b-k} / (t)_b` with rising factorials, so differences of digamma functions
//! become finite sums.

use super::binomial;
use crate::theory::numeric::{is_bias, is_fraction};

/// Probability of `k = 0, ..., b` correct votes.
pub fn law(b: u32, v: f64, rho: f64) -> Vec<f64> {
    let t = (1.0 - rho) / rho;
    if !is_bias(v) || !is_fraction(rho) {
        return vec![f64::NAN; b as usize + 1];
    }
    if t.is_infinite() {
        return binomial::law(b, v);
    }
    let (p, q) = (0.5 * (1.0 + v), 0.5 * (1.0 - v));
    if t == 0.0 || p == 0.0 || q == 0.0 {
        let mut ends = vec![0.0; b as usize + 1];
        ends[0] += q;
        ends[b as usize] += p;
        return ends;
    }
    let n = f64::from(b);
    binomial::from_ratios(b, n * p, |k| (n - k) / (k + 1.0) * (p * t + k) / (q * t + (n - k - 1.0)))
}

/// `P(k) - P(b-k)` for `k = b/2 rounded up, ..., b`, without cancellation when `v` is small.
pub(crate) fn differences(b: u32, v: f64, rho: f64) -> Vec<f64> {
    let law = law(b, v, rho);
    let t = (1.0 - rho) / rho;
    let wrong = 0.5 * (1.0 - v) * t;
    let last = b as usize;
    let first = last.div_ceil(2);
    // ln P(k)/P(b-k) = sum over i from b-k to k-1 of ln((pt+i)/(qt+i)); each step adds both ends.
    let step = |i: usize| {
        if t.is_infinite() {
            libm::log1p(v) - libm::log1p(-v)
        } else {
            libm::log1p(v * t / (wrong + i as f64))
        }
    };
    let mut log_ratio = 0.0;
    (first..=last)
        .map(|k| {
            let opposite = last - k;
            if k > opposite {
                log_ratio += step(opposite);
                if k - 1 > opposite {
                    log_ratio += step(k - 1);
                }
            }
            if log_ratio.abs() < 0.5 {
                law[opposite] * libm::expm1(log_ratio)
            } else {
                law[k] - law[opposite]
            }
        })
        .collect()
}

/// Derivative of [`law`] with respect to `v`.
pub fn slope(b: u32, v: f64, rho: f64) -> Vec<f64> {
    let t = (1.0 - rho) / rho;
    if !is_bias(v) || !is_fraction(rho) {
        return vec![f64::NAN; b as usize + 1];
    }
    if t.is_infinite() {
        return binomial::slope(b, v);
    }
    let last = b as usize;
    if t == 0.0 {
        let mut ends = vec![0.0; last + 1];
        ends[0] -= 0.5;
        ends[last] += 0.5;
        return ends;
    }
    if v.abs() == 1.0 {
        return slope_at_certainty(b, v, t);
    }
    let (right, wrong) = (0.5 * (1.0 + v) * t, 0.5 * (1.0 - v) * t);
    let sums = |start: f64| {
        let mut sum = 0.0;
        let mut sums = vec![0.0];
        for i in 0..last {
            sum += 0.5 * t / (start + i as f64);
            sums.push(sum);
        }
        sums
    };
    let (of_right, of_wrong) = (sums(right), sums(wrong));
    let law = law(b, v, rho);
    (0..=last).map(|k| law[k] * (of_right[k] - of_wrong[last - k])).collect()
}

/// At `v = 1` only `(qt)_n = qt (n-1)! + ...` moves: `P'(k) = -(t/2)/n prod_{i=k}^{b-1} (i+1)/(t+i)`,
/// `n = b - k >= 1`, and the last mass makes up for the rest. `v = -1` is its mirror image.
fn slope_at_certainty(b: u32, v: f64, t: f64) -> Vec<f64> {
    let last = b as usize;
    let mut slope = vec![0.0; last + 1];
    let (mut product, mut total) = (1.0, 0.0);
    for k in (0..last).rev() {
        product *= (k as f64 + 1.0) / (t + k as f64);
        slope[k] = -0.5 * t / (last - k) as f64 * product;
        total += slope[k];
    }
    slope[last] = -total;
    if v < 0.0 {
        slope.reverse();
        slope.iter_mut().for_each(|rate| *rate = -*rate);
    }
    slope
}
