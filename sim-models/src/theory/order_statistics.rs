//! Times at which the first, or the last, of several exponential times are over, and the same for times that wait for others in layers.
//!
//! All times are independent and exponential with one mean, which is the unit of time here.

use super::quadrature::trapezoid;

/// Mean of the `k`-th smallest of `n` times: `H_n - H_(n - k)`, with `H_n` the sum of `1/i` to `n` (Rényi's representation: A. Rényi,
/// "On the Theory of Order Statistics", Acta Math. Hung. 4 (1953)). NaN unless `1 <= k <= n`.
///
/// ```
/// use sim_models::theory::order_statistics::mean_of_smallest;
/// assert_eq!(mean_of_smallest(1, 4), 0.25);
/// assert!((mean_of_smallest(4, 4) - 25.0 / 12.0).abs() < 1e-15);
/// ```
pub fn mean_of_smallest(k: u32, n: u32) -> f64 {
    if k == 0 || k > n {
        return f64::NAN;
    }
    ((n - k + 1)..=n).map(|i| 1.0 / f64::from(i)).sum()
}

/// Mean time until the root of a tree has heard enough: leaves take exponential times, a node is ready when `k` of its `fan_in` children
/// are, and messages and decisions take no time.
///
/// With `F_0(t) = 1 - exp(-t)`, the probability that a node of layer `l + 1` is ready at `t` is `F_(l+1) = P(Binomial(fan_in, F_l) >= k)`,
/// and the mean is the integral of `1 - F_depth` (derived). NaN unless `1 <= k <= fan_in`.
///
/// ```
/// use sim_models::theory::order_statistics::{mean_of_smallest, mean_of_tree};
/// // Who waits for all waits for the last of all leaves.
/// assert!((mean_of_tree(3, 2, 3) - mean_of_smallest(9, 9)).abs() < 1e-10);
/// ```
pub fn mean_of_tree(fan_in: u32, depth: u32, k: u32) -> f64 {
    if k == 0 || k > fan_in {
        return f64::NAN;
    }
    // `q` is the probability that a node is not ready; small ones keep their digits.
    let not_ready = |t: f64| (0..depth).fold(libm::exp(-t), |q, _| at_most_ready(fan_in, q, k - 1));
    // In the logarithm of time the integrand vanishes at both ends, faster than exponentially at the upper one.
    let integral = trapezoid(-40.0, 7.0, 1, |y, weight, sums| {
        let t = libm::exp(y);
        sums[0] += weight * t * not_ready(t);
    });
    integral[0]
}

/// Probability that at most `most` of `n` children are ready, each not with probability `q`.
fn at_most_ready(n: u32, q: f64, most: u32) -> f64 {
    let p = 1.0 - q;
    if q <= 0.0 || p <= 0.0 {
        return if q <= 0.0 && most < n { 0.0 } else { 1.0 };
    }
    let ln_choose = |j: u32| {
        libm::lgamma(f64::from(n) + 1.0)
            - libm::lgamma(f64::from(j) + 1.0)
            - libm::lgamma(f64::from(n - j) + 1.0)
    };
    let term =
        |j: u32| libm::exp(ln_choose(j) + f64::from(j) * libm::log(p) + f64::from(n - j) * libm::log(q));
    (0..=most).map(term).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_layer_is_an_order_statistic() {
        for (n, k) in [(1, 1), (5, 1), (5, 3), (9, 5), (100, 60)] {
            let (tree, exact) = (mean_of_tree(n, 1, k), mean_of_smallest(k, n));
            assert!((tree - exact).abs() < 1e-9, "{k} of {n}: {tree}, {exact}");
        }
        assert!((mean_of_tree(7, 0, 1) - 1.0).abs() < 1e-10);
    }

    /// The first of nine leaves opens both layers.
    #[test]
    fn the_first_of_the_first_is_the_first() {
        assert!((mean_of_tree(3, 2, 1) - 1.0 / 9.0).abs() < 1e-10);
    }

    /// Two of three of two of three: `1 - F_1 = 3 q^2 - 2 q^3` with `q = exp(-t)` and once more; expanded in powers of `q`, whose
    /// integrals are `1/n`: `3 (3q^2 - 2q^3)^2 - 2 (3q^2 - 2q^3)^3`.
    #[test]
    fn majorities_of_majorities() {
        let squares = 27.0 / 4.0 - 36.0 / 5.0 + 12.0 / 6.0;
        let cubes = 27.0 / 6.0 - 54.0 / 7.0 + 36.0 / 8.0 - 8.0 / 9.0;
        assert!((mean_of_tree(3, 2, 2) - (squares - 2.0 * cubes)).abs() < 1e-10);
    }

    #[test]
    fn nonsense_has_no_mean() {
        assert!(mean_of_smallest(0, 3).is_nan() && mean_of_smallest(4, 3).is_nan());
        assert!(mean_of_tree(3, 2, 0).is_nan() && mean_of_tree(3, 2, 4).is_nan());
    }
}
