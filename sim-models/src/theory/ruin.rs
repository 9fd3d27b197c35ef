//! The gambler's ruin: a race of votes that ends when one of two answers is ahead by a margin (Feller, volume 1, chapter XIV).

use super::numeric::power;

/// Probability that the right one of two answers is the first to be ahead by `margin`, if each vote is right with probability `p` on its
/// own: `1/(1 + r^k)` with `r = (1 - p)/p`.
pub fn right_by_margin(p: f64, margin: u32) -> f64 {
    1.0 / (1.0 + power((1.0 - p) / p, margin))
}

/// Mean number of votes until one of two answers is ahead by `margin`: `k/(2p-1) (1 - r^k)/(1 + r^k)`, and `k^2` at `p = 1/2`.
///
/// ```
/// use sim_models::theory::ruin::votes_to_margin;
/// // A fair coin, and next to one: k^2 less (k^4 - k^2)/3 (2p-1)^2.
/// assert_eq!(votes_to_margin(0.5, 7), 49.0);
/// assert!((votes_to_margin(0.505, 7) - (49.0 - 0.0784)).abs() < 1e-3);
/// assert!((votes_to_margin(1.0, 7) - 7.0).abs() < 1e-12);
/// ```
pub fn votes_to_margin(p: f64, margin: u32) -> f64 {
    let k = f64::from(margin);
    let bias = 2.0 * p - 1.0;
    if bias == 0.0 {
        return k * k;
    }
    // (1 - r^k)/(1 + r^k), without the cancellation next to a fair coin.
    k / bias * libm::tanh(k * libm::atanh(bias))
}
