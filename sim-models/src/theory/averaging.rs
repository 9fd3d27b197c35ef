//! The continuous warm-up: mean squared error of averaged estimates (spec 2; derived, only the per-node
//! floor is quoted from the paper's equation 13).
//!
//! Leaves estimate the same number without bias, with equal variance `s2` and pairwise correlation `rho`
//! of their errors; each message adds noise of variance `c = sigma_c^2(m)`, on the edges from the leaves
//! too. Every scheme whose leaf weights sum to 1 passes the common part of the errors through:
//! `risk = rho s2 + risk of independent leaves of variance (1-rho) s2`.

mod chain;
mod tree;

use super::numeric::is_fraction;

/// Leaves and channels of an averaging organization. Every result is NaN if a field is out of range.
///
/// ```
/// use sim_models::theory::averaging::Averaging;
/// let setting = Averaging { variance: 1.0, correlation: 0.2, noise: 0.05 };
/// assert!((setting.star(9) - 0.294444444444444).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averaging {
    /// Variance `s2 >= 0` of one leaf's error.
    pub variance: f64,
    /// Correlation `rho` in [0, 1] of two leaves' errors.
    pub correlation: f64,
    /// Variance `c >= 0` added by one message.
    pub noise: f64,
}

impl Averaging {
    /// Whether every field is in its range.
    pub fn is_valid(&self) -> bool {
        let variance = |value: f64| value >= 0.0 && value.is_finite();
        variance(self.variance) && is_fraction(self.correlation) && variance(self.noise)
    }

    /// Risk of a star of `n >= 1` agents: `s2 [rho + (1-rho)/n] + c/n` (spec 2.1).
    pub fn star(&self, agents: u32) -> f64 {
        let n = f64::from(agents);
        self.checked(agents >= 1, self.common() + (self.own() + self.noise) / n)
    }

    /// Limit of a large star, `rho s2`.
    pub fn star_floor(&self) -> f64 {
        self.checked(true, self.common())
    }

    /// Risk of the largest star that a window of `W` tokens holds at `m` tokens per message, with `n = W/m`
    /// not rounded: `s2 [rho + (1-rho) m/W] + c m/W`.
    pub fn star_at_window(&self, window: f64, message_tokens: f64) -> f64 {
        let share = message_tokens / window;
        self.checked(share > 0.0, self.common() + (self.own() + self.noise) * share)
    }

    /// Variance of the errors' common part, `rho s2`.
    fn common(&self) -> f64 {
        self.correlation * self.variance
    }

    /// Variance of a leaf's own error, `(1-rho) s2`.
    fn own(&self) -> f64 {
        (1.0 - self.correlation) * self.variance
    }

    fn checked(&self, valid: bool, risk: f64) -> f64 {
        if valid && self.is_valid() { risk } else { f64::NAN }
    }
}
