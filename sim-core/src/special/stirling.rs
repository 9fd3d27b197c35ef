//! Two small differences that must be computed without subtracting large numbers.
//!
//! Source: C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000), which splits a
//! binomial probability into Stirling errors and deviances.

/// `ln sqrt(2 pi)`.
const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// What Stirling's formula leaves out: `ln Gamma(m + 1) - (m + 1/2) ln m + m - ln sqrt(2 pi)`, for `m > 0`.
pub(super) fn stirling_error(m: f64) -> f64 {
    if m < 16.0 {
        return libm::lgamma(m + 1.0) - (m + 0.5) * libm::log(m) + m - LN_SQRT_TAU;
    }
    // Abramowitz and Stegun 6.1.41; the first omitted term is below 2e-16 of the sum.
    let square = 1.0 / (m * m);
    let series = 1.0 / 1188.0;
    let series = -1.0 / 1680.0 + square * series;
    let series = 1.0 / 1260.0 + square * series;
    let series = -1.0 / 360.0 + square * series;
    (1.0 / 12.0 + square * series) / m
}

/// `u - ln(1 + u)` for `u >= -1`: zero at zero, positive elsewhere, with full relative accuracy.
pub(super) fn log1p_gap(u: f64) -> f64 {
    if !(-0.4..=0.6).contains(&u) {
        return u - libm::log1p(u);
    }
    // ln(1 + u) = 2 artanh(s) with s = u / (2 + u), and u - 2 s = u s.
    let s = u / (2.0 + u);
    let square = s * s;
    let mut power = 1.0;
    let mut series = 0.0;
    let mut odd = 3.0;
    while power > 1e-17 {
        series += power / odd;
        power *= square;
        odd += 2.0;
    }
    s * (u - 2.0 * square * series)
}
