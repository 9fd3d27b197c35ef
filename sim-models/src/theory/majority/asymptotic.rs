//! The majority map of many votes (spec 3.1): named approximations, to check the exact map against.

/// First terms of the gain, `sqrt(2b/pi) [1 + 1/(4b) + 1/(32 b^2) - 5/(128 b^3)]`, for an odd `b`.
///
/// ```
/// use sim_models::theory::majority::{asymptotic, majority_gain};
/// assert!((asymptotic::gain(101) / majority_gain(101) - 1.0).abs() < 1e-9);
/// ```
pub fn gain(b: u32) -> f64 {
    let b = f64::from(b);
    let series = 1.0 + (0.25 + (1.0 / 32.0 - 5.0 / (128.0 * b)) / b) / b;
    (2.0 * b / std::f64::consts::PI).sqrt() * series
}

/// `f_b(u) ~ erf(u sqrt(b/2))`, for `u` of the order of `b^(-1/2)`.
///
/// ```
/// use sim_models::theory::majority::{asymptotic, majority};
/// assert!((asymptotic::bias(10_001, 0.01) - majority(10_001, 0.01)).abs() < 1e-4);
/// ```
pub fn bias(b: u32, u: f64) -> f64 {
    libm::erf(u * (0.5 * f64::from(b)).sqrt())
}
