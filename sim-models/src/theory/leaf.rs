//! What one agent makes of its tokens (spec 1.1).

/// Bias of one agent given `x` tokens: `mu0(x) = min(cap, k x^beta)` (form quoted; the cap is this
/// project's).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeafLaw {
    /// Bias `k > 0` of one token.
    pub coefficient: f64,
    /// Exponent `beta > 0`.
    pub exponent: f64,
    /// Largest bias, in (0, 1].
    pub cap: f64,
}

impl LeafLaw {
    /// The law with cap 1.
    pub const fn new(coefficient: f64, exponent: f64) -> Self {
        Self { coefficient, exponent, cap: 1.0 }
    }

    /// Whether the parameters are in range.
    pub fn is_valid(&self) -> bool {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        positive(self.coefficient) && positive(self.exponent) && self.cap > 0.0 && self.cap <= 1.0
    }

    /// Bias for `tokens >= 0`; NaN outside.
    ///
    /// ```
    /// use sim_models::theory::leaf::LeafLaw;
    /// assert!((LeafLaw::new(0.01, 0.2).bias(1e5) - 0.1).abs() < 1e-15);
    /// ```
    pub fn bias(&self, tokens: f64) -> f64 {
        if !self.is_valid() || tokens.is_nan() || tokens < 0.0 {
            return f64::NAN;
        }
        self.cap.min(self.coefficient * libm::pow(tokens, self.exponent))
    }

    /// Tokens for a bias in [0, cap], `(bias/k)^(1/beta)`; infinite if they overflow, NaN outside.
    pub fn tokens(&self, bias: f64) -> f64 {
        if !self.is_valid() || !(0.0..=self.cap).contains(&bias) {
            return f64::NAN;
        }
        libm::pow(bias / self.coefficient, 1.0 / self.exponent)
    }
}

/// Risk of one agent's real estimate, `v0(x) = v1 x^(-2 beta)`: its error falls like `x^(-beta)`.
pub fn leaf_risk(unit_risk: f64, exponent: f64, tokens: f64) -> f64 {
    if unit_risk >= 0.0 && tokens >= 0.0 { unit_risk * libm::pow(tokens, -2.0 * exponent) } else { f64::NAN }
}
