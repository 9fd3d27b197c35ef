//! Votes that are signs of Gaussian variables with one common factor (spec 5, derived).
//!
//! `X_i = sign(t0 + sqrt(r) S + sqrt(1-r) e_i)` with `t0 = Phi^-1((1+v)/2)`: given the factor, and with
//! `x = t0 + sqrt(r) S`, the votes are independent with bias `V = erf(x / sqrt(2(1-r)))`.

use super::binomial;
use crate::theory::numeric::{is_bias, is_fraction};
use crate::theory::quadrature::{focused, trapezoid};
use sim_core::special::{normal_cdf, normal_pdf, normal_quantile};

/// Standard deviations beyond which a Gaussian factor is ignored: a probability of 1e-23.
const REACH: f64 = 10.0;

/// The common factor, by its share `r` of a latent variable's variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor {
    latent: f64,
    /// `1 - r`, kept apart because `r` rounds to 1 long before the votes are all equal.
    rest: f64,
}

/// One point of the quadrature over `x >= 0`; `-x` is meant too.
struct Node {
    /// Value of `t0 + sqrt(r) S`.
    x: f64,
    /// Weight of `x`.
    plus: f64,
    /// Weight of `-x`.
    minus: f64,
    /// `plus - minus`, without cancellation.
    difference: f64,
}

impl Factor {
    /// The factor for which two votes of zero bias have correlation `rho`: `r = sin(pi rho/2)`.
    pub fn from_sign_correlation(rho: f64) -> Self {
        if !is_fraction(rho) {
            return Self { latent: f64::NAN, rest: f64::NAN };
        }
        let half = libm::sin(std::f64::consts::FRAC_PI_4 * (1.0 - rho));
        Self { latent: libm::sin(std::f64::consts::FRAC_PI_2 * rho), rest: 2.0 * half * half }
    }

    /// The factor with latent correlation `r` in [0, 1].
    pub fn from_latent_correlation(r: f64) -> Self {
        if is_fraction(r) {
            Self { latent: r, rest: 1.0 - r }
        } else {
            Self { latent: f64::NAN, rest: f64::NAN }
        }
    }

    /// The latent correlation `r`.
    pub fn latent(&self) -> f64 {
        self.latent
    }

    /// `1 - r`, with all its digits.
    pub(crate) fn rest(&self) -> f64 {
        self.rest
    }

    /// Accuracy of a vote with threshold `t0 = Phi^-1(p)` given the factor: `Phi((t0 + sqrt(r) S)/sqrt(1-r))`; for r = 1 it is 0 or 1.
    pub(crate) fn conditional_accuracy(&self, threshold: f64, factor: f64) -> f64 {
        normal_cdf((threshold + self.latent.sqrt() * factor) / self.rest.sqrt())
    }

    /// Values of the factor and their weights, for means of functions of the conditional accuracies of `votes` votes with these
    /// thresholds. Finer steps are more accurate; points lie dense where a conditional accuracy is near 1/2.
    pub(crate) fn rule(&self, thresholds: &[f64], votes: usize, step: f64) -> Vec<(f64, f64)> {
        const MOST_FOCI: usize = 8;
        let deviation = self.latent.sqrt();
        let width = (self.rest.sqrt() / deviation / (votes.max(1) as f64).sqrt()).min(1.0);
        let mut centers: Vec<f64> = thresholds.iter().map(|threshold| -threshold / deviation).collect();
        centers.retain(|center| center.abs() < REACH);
        centers.sort_by(f64::total_cmp);
        centers.dedup();
        // Some of many are enough: steps that are too long for a function are shortened.
        let every = centers.len().div_ceil(MOST_FOCI).max(1);
        let foci: Vec<(f64, f64)> = [(0.0, 1.0)]
            .into_iter()
            .chain(centers.into_iter().step_by(every).map(|center| (center, width)))
            .collect();
        let mut points = focused(-REACH, REACH, &foci, step);
        points.iter_mut().for_each(|point| point.1 *= normal_pdf(point.0));
        let sum: f64 = points.iter().map(|point| point.1).sum();
        points.iter_mut().for_each(|point| point.1 /= sum);
        points
    }

    /// Correlation of two votes of bias `v`, `4 (Phi2(t0, t0; r) - p^2)/(1 - v^2)`; it falls with |v|, from
    /// `(2/pi) asin r` at zero. NaN at |v| = 1, where a vote has no variance.
    ///
    /// ```
    /// use sim_models::theory::dependence::gaussian::Factor;
    /// let factor = Factor::from_latent_correlation(0.3);
    /// assert!((factor.sign_correlation(0.4) - 0.181632444).abs() < 1e-9);
    /// ```
    pub fn sign_correlation(&self, v: f64) -> f64 {
        if !is_bias(v) || v.abs() == 1.0 || self.latent.is_nan() {
            return f64::NAN;
        }
        if self.is_negligible() {
            return self.latent * std::f64::consts::FRAC_2_PI;
        }
        if self.rest == 0.0 {
            return 1.0;
        }
        let variance = self.integrate(1.0, v.abs(), 1, |node, weight, sums| {
            let bias = self.conditional_bias(node.x);
            let (above, below) = (bias - v.abs(), bias + v.abs());
            sums[0] += weight * (node.plus * above * above + node.minus * below * below);
        });
        variance[0] / ((1.0 - v) * (1.0 + v))
    }

    /// Probability of `k = 0, ..., b` correct votes of bias `v`.
    pub fn count_law(&self, b: u32, v: f64) -> Vec<f64> {
        let last = b as usize;
        if !is_bias(v) || self.latent.is_nan() {
            return vec![f64::NAN; last + 1];
        }
        if self.is_negligible() || v.abs() == 1.0 {
            return binomial::law(b, v);
        }
        let mut law = vec![0.0; last + 1];
        if self.rest == 0.0 {
            law[0] += 0.5 * (1.0 - v);
            law[last] += 0.5 * (1.0 + v);
            return law;
        }
        law = self.integrate(f64::from(b), v.abs(), last + 1, |node, weight, sums| {
            let given = binomial::law(b, self.conditional_bias(node.x));
            for k in 0..=last {
                sums[k] += weight * (node.plus * given[k] + node.minus * given[last - k]);
            }
        });
        if v < 0.0 {
            law.reverse();
        }
        law
    }

    /// Derivative of [`count_law`](Self::count_law) with respect to `v` at `v = 0`.
    pub fn count_slope(&self, b: u32) -> Vec<f64> {
        let last = b as usize;
        if self.is_negligible() {
            return binomial::slope(b, 0.0);
        }
        if self.rest == 0.0 {
            let mut slope = vec![0.0; last + 1];
            slope[0] -= 0.5;
            slope[last] += 0.5;
            return slope;
        }
        self.integrate(f64::from(b), 0.0, last + 1, |node, weight, sums| {
            let bias = self.conditional_bias(node.x);
            let given = binomial::slope(b, bias);
            let moved = weight * node.plus * self.conditional_slope(node.x) / self.threshold_rate(0.0);
            for k in 0..=last {
                sums[k] += moved * (given[k] - given[last - k]);
            }
        })
    }

    /// Mean over the factor of an odd function of the conditional bias, for votes of bias `v`; the function
    /// may change as fast as the majority of `votes` votes.
    pub(crate) fn mean(&self, votes: f64, v: f64, odd: impl Fn(f64) -> f64) -> f64 {
        if !is_bias(v) || self.latent.is_nan() {
            return f64::NAN;
        }
        if self.is_negligible() || v.abs() == 1.0 {
            return odd(v);
        }
        if self.rest == 0.0 {
            return v * odd(1.0);
        }
        let mean = self.integrate(votes, v.abs(), 1, |node, weight, sums| {
            sums[0] += weight * node.difference * odd(self.conditional_bias(node.x));
        });
        if v < 0.0 { -mean[0] } else { mean[0] }
    }

    /// Mean of the sign of the conditional bias, for votes of bias `v`: `erf(t0/sqrt(2r))`.
    pub(crate) fn mean_sign(&self, v: f64) -> f64 {
        if !is_bias(v) {
            return f64::NAN;
        }
        if v == 0.0 { 0.0 } else { libm::erf(threshold(v.abs()) / (2.0 * self.latent).sqrt()).copysign(v) }
    }

    /// Derivative with respect to `v` of [`mean`](Self::mean), given the derivative of the odd function
    /// (an even one). At |v| = 1 it is 0: all votes are then right, much surer than one.
    pub(crate) fn mean_slope(&self, votes: f64, v: f64, at_certainty: f64, even: impl Fn(f64) -> f64) -> f64 {
        if !is_bias(v) || self.latent.is_nan() {
            return f64::NAN;
        }
        if self.is_negligible() {
            return even(v);
        }
        if self.rest == 0.0 {
            return at_certainty;
        }
        if v.abs() == 1.0 {
            return 0.0;
        }
        let slope = self.integrate(votes, v.abs(), 1, |node, weight, sums| {
            let moved = even(self.conditional_bias(node.x)) * self.conditional_slope(node.x);
            sums[0] += weight * (node.plus + node.minus) * moved;
        });
        slope[0] / self.threshold_rate(v)
    }

    /// Below this the votes are independent to the last bit.
    fn is_negligible(&self) -> bool {
        self.latent < 1e-20
    }

    fn conditional_bias(&self, x: f64) -> f64 {
        libm::erf(x / (2.0 * self.rest).sqrt())
    }

    fn conditional_slope(&self, x: f64) -> f64 {
        let deviation = self.rest.sqrt();
        2.0 * normal_pdf(x / deviation) / deviation
    }

    /// `dv/dt0 = 2 phi(t0)`.
    fn threshold_rate(&self, v: f64) -> f64 {
        2.0 * normal_pdf(threshold(v))
    }

    /// Integrals over the factor for votes of bias `v >= 0`, folded to `x >= 0`.
    fn integrate(
        &self,
        votes: f64,
        v: f64,
        count: usize,
        mut add: impl FnMut(&Node, f64, &mut [f64]),
    ) -> Vec<f64> {
        let (t0, deviation) = (threshold(v), self.latent.sqrt());
        if t0 > REACH * deviation {
            // Negative x do not occur, and the center is where the weight is.
            return trapezoid(-REACH, REACH, count, |s, weight, sums| {
                let plus = normal_pdf(s);
                let node = Node { x: t0 + deviation * s, plus, minus: 0.0, difference: plus };
                add(&node, weight, sums);
            });
        }
        // x = scale sinh(tau) resolves both the factor and the step of the conditional vote, however
        // sharp; everything is even in tau, so the half line does.
        let scale = deviation.min((self.rest / votes.max(1.0)).sqrt());
        let end = libm::asinh((t0 + REACH * deviation) / scale);
        trapezoid(0.0, end, count, |tau, weight, sums| {
            let x = scale * libm::sinh(tau);
            let jacobian = scale * libm::cosh(tau) / deviation;
            let plus = jacobian * normal_pdf((x - t0) / deviation);
            // minus/plus = exp(-2 x t0/r)
            let exponent = -2.0 * (x / deviation) * (t0 / deviation);
            let node = Node {
                x,
                plus,
                minus: plus * libm::exp(exponent),
                difference: -plus * libm::expm1(exponent),
            };
            add(&node, weight, sums);
        })
    }
}

/// `Phi^-1((1+v)/2)`, to full relative accuracy also for a small `v >= 0` and for `v` near 1.
pub(crate) fn threshold(v: f64) -> f64 {
    if v > 0.5 {
        return -normal_quantile(0.5 * (1.0 - v));
    }
    let guess = normal_quantile(0.5 + 0.5 * v);
    // One Newton step on erf(t/sqrt 2) = v undoes the rounding of 1 + v.
    guess - (libm::erf(guess * std::f64::consts::FRAC_1_SQRT_2) - v) / (2.0 * normal_pdf(guess))
}
