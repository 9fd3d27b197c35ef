//! Times of answers: lognormal, one after another or side by side.

use sim_core::special::{normal_cdf, normal_quantile};

/// The time of one answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Latency {
    mean: f64,
    /// Deviation of the logarithm.
    sigma: f64,
}

/// Mean and variance of a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

/// Points at which moments of the largest of several are taken.
const POINTS: usize = 48;

impl Latency {
    pub(super) fn new(mean: f64, variation: f64) -> Self {
        Self { mean, sigma: libm::sqrt(libm::log1p(variation * variation)) }
    }

    fn median(self) -> f64 {
        self.mean * libm::exp(-0.5 * self.sigma * self.sigma)
    }

    /// The time whose standard normal number is `z`.
    pub(super) fn at(self, z: f64) -> f64 {
        if self.sigma == 0.0 { self.mean } else { self.median() * libm::exp(self.sigma * z) }
    }

    /// Quantile of the largest of `count` times.
    pub(super) fn quantile_of_largest(self, count: f64, q: f64) -> f64 {
        if self.sigma == 0.0 { self.mean } else { self.at(normal_quantile(libm::pow(q, 1.0 / count))) }
    }

    /// Probability that all of `count` times are at most `t`.
    pub(super) fn largest_at_most(self, count: f64, t: f64) -> f64 {
        if self.mean <= t && self.sigma == 0.0 {
            return 1.0;
        }
        if self.sigma == 0.0 || t <= 0.0 {
            return 0.0;
        }
        libm::pow(normal_cdf(libm::log(t / self.median()) / self.sigma), count)
    }

    /// Moments of the largest of `count` times.
    pub(super) fn moments_of_largest(self, count: f64) -> Moments {
        if self.sigma == 0.0 {
            return Moments { mean: self.mean, variance: 0.0 };
        }
        if count <= 1.0 {
            let variance = self.mean * self.mean * libm::expm1(self.sigma * self.sigma);
            return Moments { mean: self.mean, variance };
        }
        let point = |at: usize| self.quantile_of_largest(count, (at as f64 + 0.5) / POINTS as f64);
        let mean = (0..POINTS).map(point).sum::<f64>() / POINTS as f64;
        let square = (0..POINTS).map(|at| libm::pow(point(at), 2.0)).sum::<f64>() / POINTS as f64;
        Moments { mean, variance: (square - mean * mean).max(0.0) }
    }
}

impl Moments {
    /// One after another.
    pub(super) fn then(self, next: Self) -> Self {
        Self { mean: self.mean + next.mean, variance: self.variance + next.variance }
    }

    /// So many independent ones, one after another.
    pub(super) fn times(self, count: f64) -> Self {
        Self { mean: count * self.mean, variance: count * self.variance }
    }

    /// A time that is always the same.
    pub(super) fn constant(mean: f64) -> Self {
        Self { mean, variance: 0.0 }
    }

    /// Probability that the lognormal law with these moments is above `t`.
    fn above(self, t: f64) -> f64 {
        if self.variance <= 0.0 || self.mean <= 0.0 {
            return f64::from(u8::from(self.mean > t));
        }
        1.0 - Latency::new(self.mean, libm::sqrt(self.variance) / self.mean).largest_at_most(1.0, t)
    }

    /// Quantile of a mixture of such laws, each with its probability.
    pub(super) fn quantile_of_mixture(parts: &[(f64, Self)], q: f64) -> f64 {
        let above = |t: f64| parts.iter().map(|(share, part)| share * part.above(t)).sum::<f64>();
        let most =
            parts.iter().map(|(_, part)| part.mean + 50.0 * libm::sqrt(part.variance)).fold(0.0, f64::max);
        let (mut low, mut high) = (0.0, most);
        for _ in 0..48 {
            let middle = 0.5 * (low + high);
            if above(middle) <= 1.0 - q {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// Quantile of the lognormal law with these moments, as Fenton and Wilkinson approximate sums.
    pub(super) fn quantile(self, q: f64) -> f64 {
        if self.variance <= 0.0 || self.mean <= 0.0 {
            return self.mean;
        }
        let variation = libm::sqrt(self.variance) / self.mean;
        Latency::new(self.mean, variation).at(normal_quantile(q))
    }
}
