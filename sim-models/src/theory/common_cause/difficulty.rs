//! Means over questions of unlike difficulty.

use crate::theory::quadrature::{focused, trapezoid};

/// Questions of unlike difficulty: the accuracy of all leaves is one draw from Beta(`a`, `b`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difficulty {
    /// First shape parameter, positive.
    pub a: f64,
    /// Second shape parameter, positive.
    pub b: f64,
}

/// A density is neglected where it is this far below its peak, in logarithms: a factor 1e-20.
const DEPTH: f64 = 46.0;

impl Difficulty {
    /// The difficulty with mean accuracy `(1 + leaf_bias)/2` and pooled pairwise correlation
    /// `1/(a + b + 1)`; the shapes are NaN outside -1 < leaf_bias < 1, 0 < correlation < 1.
    ///
    /// ```
    /// use sim_models::theory::common_cause::Difficulty;
    /// let questions = Difficulty::from_correlation(0.2, 1.0 / 11.0);
    /// assert!((questions.a - 6.0).abs() < 1e-12 && (questions.b - 4.0).abs() < 1e-12);
    /// ```
    pub fn from_correlation(leaf_bias: f64, correlation: f64) -> Self {
        let total = (1.0 - correlation) / correlation;
        let shapes = Self { a: 0.5 * (1.0 + leaf_bias) * total, b: 0.5 * (1.0 - leaf_bias) * total };
        if shapes.is_valid() { shapes } else { Self { a: f64::NAN, b: f64::NAN } }
    }

    /// Mean bias of a leaf, `(a - b)/(a + b)`.
    pub fn leaf_bias(&self) -> f64 {
        (self.a - self.b) / (self.a + self.b)
    }

    /// Correlation of two leaves over random questions, `1/(a + b + 1)`.
    pub fn correlation(&self) -> f64 {
        1.0 / (self.a + self.b + 1.0)
    }

    /// Mean over the difficulty of an odd function of the leaves' bias whose slope at 0 is about
    /// `sharpness`.
    ///
    /// In the logit `y` of the accuracy the density is proportional to `p^a q^b`, smooth and single-peaked
    /// for all shapes, also below 1 where the density of the accuracy is singular.
    pub(crate) fn mean(&self, sharpness: f64, odd: impl Fn(f64) -> f64) -> f64 {
        if !self.is_valid() {
            return f64::NAN;
        }
        let (peak, width) = (self.peak(), self.width());
        let sums = if self.log_density(0.0) < -DEPTH {
            // One sign only: follow the tails from the peak.
            let scale = width.min(1.0);
            trapezoid(-self.reach(-scale), self.reach(scale), 2, |tau, weight, sums| {
                let y = peak + scale * libm::sinh(tau);
                let mass = weight * libm::cosh(tau) * libm::exp(self.log_density(y));
                sums[0] += mass * odd(libm::tanh(0.5 * y));
                sums[1] += mass;
            })
        } else {
            // Folded about y = 0, where the function may be steep; everything is even in tau.
            let scale = width.min(1.0) / sharpness.max(1.0);
            trapezoid(0.0, libm::asinh(self.farthest() / scale), 2, |tau, weight, sums| {
                let y = scale * libm::sinh(tau);
                let mass = weight * libm::cosh(tau);
                let (right, wrong) = (libm::exp(self.log_density(y)), libm::exp(self.log_density(-y)));
                sums[0] += mass * (right - wrong) * odd(libm::tanh(0.5 * y));
                sums[1] += mass * (right + wrong);
            })
        };
        sums[0] / sums[1]
    }

    /// Accuracies and their weights, for means of functions of the accuracy of `votes` votes. Finer steps are more accurate;
    /// points lie dense near accuracy 1/2.
    pub(crate) fn rule(&self, votes: usize, step: f64) -> Vec<(f64, f64)> {
        let (peak, scale) = (self.peak(), self.width().min(1.0));
        let mut foci = vec![(peak, scale)];
        if self.log_density(0.0) > -DEPTH {
            foci.push((0.0, scale / (votes.max(1) as f64).sqrt()));
        }
        let low = peak - scale * libm::sinh(self.reach(-scale));
        let high = peak + scale * libm::sinh(self.reach(scale));
        let mut points = focused(low, high, &foci, step);
        let mut sum = 0.0;
        for (y, weight) in &mut points {
            *weight *= libm::exp(self.log_density(*y));
            *y = 1.0 / (1.0 + libm::exp(-*y));
            sum += *weight;
        }
        points.iter_mut().for_each(|point| point.1 /= sum);
        points
    }

    /// `2 P(p > 1/2) - 1`.
    pub(crate) fn mean_sign(&self) -> f64 {
        if !self.is_valid() {
            return f64::NAN;
        }
        if self.log_density(0.0) < -DEPTH {
            return self.peak().signum();
        }
        // y = exp(tau - exp(-tau)) goes to 0 so fast that the end of the range is smooth.
        let sums = trapezoid(-5.0, libm::log(self.farthest()) + 0.5, 2, |tau, weight, sums| {
            let decay = libm::exp(-tau);
            let y = libm::exp(tau - decay);
            let mass = weight * y * (1.0 + decay);
            sums[0] += mass * libm::exp(self.log_density(y));
            sums[1] += mass * libm::exp(self.log_density(-y));
        });
        (sums[0] - sums[1]) / (sums[0] + sums[1])
    }

    fn is_valid(&self) -> bool {
        let range = 1e-9..=1e9;
        range.contains(&self.a) && range.contains(&self.b)
    }

    /// Logit of the mean accuracy, where the density of the logit peaks.
    fn peak(&self) -> f64 {
        libm::log(self.a / self.b)
    }

    /// Standard deviation of the peak's Gaussian approximation.
    fn width(&self) -> f64 {
        ((self.a + self.b) / (self.a * self.b)).sqrt()
    }

    /// A logit beyond which the density is negligible on either side; its logarithm falls by `min(a, b)`
    /// per unit, or faster.
    fn farthest(&self) -> f64 {
        self.peak().abs() + 2.0 + (DEPTH + 10.0) / self.a.min(self.b) + 10.0 * self.width().min(1.0)
    }

    /// Logarithm of the density relative to its peak, from differences, so that large shapes do not cancel:
    /// `-a ln(P + Q e^d')` with `d' = -d` and `-b ln(Q + P e^d)`, `d = y - peak`, `P = a/(a+b)`.
    fn log_density(&self, y: f64) -> f64 {
        let (p, q) = (self.a / (self.a + self.b), self.b / (self.a + self.b));
        let distance = y - self.peak();
        -self.a * log_mixture(p, q, -distance) - self.b * log_mixture(q, p, distance)
    }

    /// How far in `tau` the density reaches from its peak, along `peak + scale sinh(tau)`.
    fn reach(&self, scale: f64) -> f64 {
        let mut tau = 1.0;
        while tau < 100.0 && self.log_density(self.peak() + scale * libm::sinh(tau)) > -DEPTH {
            tau += 0.25;
        }
        tau
    }
}

/// `ln(rest + share e^d)` for `rest + share = 1`, without cancellation or overflow.
fn log_mixture(rest: f64, share: f64, d: f64) -> f64 {
    if d > 1.0 {
        d + libm::log(share + rest * libm::exp(-d))
    } else if d > -1.0 {
        libm::log1p(share * libm::expm1(d))
    } else {
        libm::log(rest + share * libm::exp(d))
    }
}
