//! How the fidelity and the noise of a message depend on its length (spec 1.2).
//!
//! The paper treats the fidelity as a measured curve; these families are this project's examples.

use super::majority::majority;
use super::numeric::is_fraction;

/// Fidelity `gamma(m)` of a message of `m` tokens, in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FidelityCurve {
    /// The same for every length.
    Constant(f64),
    /// `1 - exp(-m/scale)` (G1); the scale in tokens.
    Exponential {
        /// Tokens over which the loss falls by `1/e`.
        scale: f64,
    },
    /// `m/(m + scale)` (G2, Michaelis); the scale in tokens.
    Saturating {
        /// Tokens for fidelity 1/2.
        scale: f64,
    },
    /// `1 - (1 + m/scale)^(-exponent)` (G3).
    Power {
        /// Tokens before the power law sets in.
        scale: f64,
        /// Exponent of the loss, positive.
        exponent: f64,
    },
    /// Majority over `m` independent repetitions (G4); an even length is worth one token less.
    Repetition {
        /// Fidelity of one token, in [0, 1].
        token_fidelity: f64,
    },
}

impl FidelityCurve {
    /// Fidelity of a message of `tokens` (rounded down to whole tokens for a repetition). NaN for a negative length or a
    /// parameter out of range.
    ///
    /// ```
    /// use sim_models::theory::channel::FidelityCurve;
    /// let curve = FidelityCurve::Exponential { scale: 20.0 };
    /// assert!((curve.fidelity(50.0) - 0.917915001376101).abs() < 1e-15);
    /// ```
    pub fn fidelity(&self, tokens: f64) -> f64 {
        let (valid, fidelity) = match *self {
            Self::Constant(fidelity) => (true, fidelity),
            Self::Exponential { scale } => (scale > 0.0, -libm::expm1(-tokens / scale)),
            Self::Saturating { scale } => (scale > 0.0, tokens / (tokens + scale)),
            Self::Power { scale, exponent } => {
                (scale > 0.0 && exponent > 0.0, -libm::expm1(-exponent * libm::log1p(tokens / scale)))
            }
            // The cast saturates; a vote of 2^32 tokens is certain anyway.
            Self::Repetition { token_fidelity } => {
                (is_fraction(token_fidelity), majority(tokens as u32, token_fidelity))
            }
        };
        if valid && tokens >= 0.0 && is_fraction(fidelity) { fidelity } else { f64::NAN }
    }
}

/// Variance `sigma_c^2(m)` that a message of `m` tokens adds to a real estimate (G5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoiseCurve {
    /// The same for every length.
    Constant(f64),
    /// `variance * 2^(-2m/dimensions)`: rate-distortion bound of a Gaussian source.
    RateDistortion {
        /// Variance of an empty message.
        variance: f64,
        /// Tokens per half bit of each coordinate.
        dimensions: f64,
    },
    /// `variance/m`.
    Inverse {
        /// Variance of a message of one token.
        variance: f64,
    },
}

impl NoiseCurve {
    /// Variance added by a message of `tokens`; NaN for a negative length, variance or dimension.
    pub fn variance(&self, tokens: f64) -> f64 {
        let variance = match *self {
            Self::Constant(variance) => variance,
            Self::RateDistortion { variance, dimensions } if dimensions > 0.0 => {
                variance * libm::exp2(-2.0 * tokens / dimensions)
            }
            Self::RateDistortion { .. } => f64::NAN,
            Self::Inverse { variance } => variance / tokens,
        };
        if tokens >= 0.0 && variance >= 0.0 { variance } else { f64::NAN }
    }
}

/// Fidelity `1 - 2 eps` of a binary symmetric channel with flip probability `eps` in [0, 1/2].
pub fn fidelity_of_flips(flip: f64) -> f64 {
    if (0.0..=0.5).contains(&flip) { 1.0 - 2.0 * flip } else { f64::NAN }
}

/// Fidelity `1 - e` of a channel that replaces a message by a fair coin with probability `e`: the law is
/// that of flips with probability `e/2` (derived).
pub fn fidelity_of_erasures(erasure: f64) -> f64 {
    if is_fraction(erasure) { 1.0 - erasure } else { f64::NAN }
}
