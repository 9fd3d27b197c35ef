//! Draws from the laws of dependence.

use sim_core::random::Stream;
use sim_core::special::{beta_quantile, normal_cdf, normal_quantile};

use crate::theory::dependence::Dependence;

/// A probability with mean `p` such that votes given it have the pairwise correlation `correlation`: Beta(p t, (1-p) t),
/// `t = (1 - correlation)/correlation`.
///
/// The one of this quantile: quantiles keep the order of difficulty between agents of different accuracy.
pub(super) fn beta(uniform: f64, p: f64, correlation: f64) -> f64 {
    if correlation <= 0.0 || p <= 0.0 || p >= 1.0 {
        return p;
    }
    let t = (1.0 - correlation) / correlation;
    beta_quantile(p * t, (1.0 - p) * t, uniform).clamp(0.0, 1.0)
}

/// The probability that a vote of this group is right, given what the group shares; its mean is `p` (spec 5: each law is a mixture of
/// independent votes).
pub(super) fn shared(stream: &mut Stream, law: Option<Dependence>, p: f64, correlation: f64) -> f64 {
    match law {
        None => p,
        Some(Dependence::Mixture) => {
            let (joined, common) = (stream.uniform() < correlation, stream.uniform() < p);
            if joined { f64::from(u8::from(common)) } else { p }
        }
        Some(Dependence::Copying) => {
            let copies = libm::sqrt(correlation);
            let common = f64::from(u8::from(stream.uniform() < p));
            copies * common + (1.0 - copies) * p
        }
        Some(Dependence::BetaBinomial) => beta(stream.uniform(), p, correlation),
        Some(Dependence::Gaussian) => {
            factor(stream.normal(), p, libm::sin(0.5 * std::f64::consts::PI * correlation))
        }
    }
}

/// Probability of a right vote given a Gaussian factor whose latent correlation is `r`.
pub(super) fn factor(factor: f64, p: f64, r: f64) -> f64 {
    normal_cdf((normal_quantile(p) + libm::sqrt(r) * factor) / libm::sqrt(1.0 - r))
}
