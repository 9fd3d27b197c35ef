//! Both tails of the beta distribution at once.
//!
//! Everything is expressed in `excess = (a + b) x - a`, the distance of `x` from the mean: `excess` is
//! computed with one rounding, and no other quantity suffers from cancellation.

use super::is_shape;
use crate::special::stirling::{log1p_gap, stirling_error};

/// Probabilities on either side of a point; they sum to one, and the smaller one is accurate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Tails {
    const NAN: Self = Self { lower: f64::NAN, upper: f64::NAN };

    fn from_lower(lower: f64) -> Self {
        let lower = lower.clamp(0.0, 1.0);
        Self { lower, upper: 1.0 - lower }
    }

    fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}

/// Tails of the beta distribution with shapes `a` and `b` at `x`.
pub(super) fn tails(a: f64, b: f64, x: f64) -> Tails {
    if !is_shape(a, b) || x.is_nan() {
        return Tails::NAN;
    }
    Point::new(a, b, x).tails()
}

/// The same where `x` and its complement `y` are both known, each with full relative accuracy.
pub(crate) fn tails_of_pair(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if !is_shape(a, b) || x.is_nan() || y.is_nan() {
        return Tails::NAN;
    }
    Point { a, b, x, y, excess: excess(a, b, x, y, 0.0) }.tails()
}

/// A place `x` in the support of a beta distribution.
#[derive(Clone, Copy)]
pub(super) struct Point {
    a: f64,
    b: f64,
    x: f64,
    /// `1 - x`.
    y: f64,
    /// `(a + b) x - a`: negative below the mean.
    excess: f64,
}

/// `(a + b) x - a` where `x + y + rest = 1`.
fn excess(a: f64, b: f64, x: f64, y: f64, rest: f64) -> f64 {
    let (bx, ay) = (b * x, a * y);
    (bx - ay) + ((libm::fma(b, x, -bx) - libm::fma(a, y, -ay)) - a * rest)
}

impl Point {
    pub(super) fn new(a: f64, b: f64, x: f64) -> Self {
        let y = 1.0 - x;
        // What 1 - x lost in rounding, exactly.
        let rest = (1.0 - y) - x;
        Self { a, b, x, y, excess: excess(a, b, x, y, rest) }
    }

    fn mirrored(self) -> Self {
        Self { a: self.b, b: self.a, x: self.y, y: self.x, excess: -self.excess }
    }

    pub(super) fn tails(self) -> Tails {
        if self.x <= 0.0 {
            return Tails { lower: 0.0, upper: 1.0 };
        }
        if self.y <= 0.0 {
            return Tails { lower: 1.0, upper: 0.0 };
        }
        if self.excess > 0.0 {
            return self.mirrored().tails_below_mean().swapped();
        }
        self.tails_below_mean()
    }

    fn tails_below_mean(self) -> Tails {
        // The continued fraction needs of the order of sqrt(min(a, b)) terms near the mean.
        let lower = if self.a.min(self.b) < 1000.0 {
            self.kernel() / self.continued_fraction()
        } else {
            self.lower_by_quadrature()
        };
        Tails::from_lower(lower)
    }

    /// `d ln(lower tail) / d ln x`, given that tail; the same for the upper tail up to the sign.
    pub(super) fn elasticity(self, tail: f64) -> f64 {
        self.kernel() / (self.y * tail)
    }

    /// `x^a y^b / B(a, b)`.
    fn kernel(self) -> f64 {
        self.scale() * libm::exp(-self.deviance())
    }

    /// Kernel at the mean, where the deviance is zero.
    fn scale(self) -> f64 {
        let Self { a, b, .. } = self;
        let n = a + b;
        let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
        (a / n * b / core::f64::consts::TAU).sqrt() * libm::exp(stirling)
    }

    /// `a ln(a / ((a + b) x)) + b ln(b / ((a + b) y))`: zero at the mean, positive elsewhere.
    fn deviance(self) -> f64 {
        let Self { a, b, x, y, excess } = self;
        let part = |shape: f64, share: f64, ratio: f64| {
            if ratio < -0.5 {
                // 1 + ratio would have lost the digits of a small x.
                shape * (ratio - libm::log((a + b) / shape * share))
            } else {
                shape * log1p_gap(ratio)
            }
        };
        part(a, x, excess / a) + part(b, y, -excess / b)
    }

    /// Kernel over lower tail.
    ///
    /// Source: A. R. DiDonato and A. H. Morris, "Algorithm 708: Significant Digit Computation of the
    /// Incomplete Beta Function Ratios", ACM TOMS 18 (1992), 360-373, equation 9; evaluated by the
    /// modified Lentz method.
    fn continued_fraction(self) -> f64 {
        const TINY: f64 = 1e-300;
        const MAX_TERMS: u32 = 10_000;
        let Self { a, b, x, excess, .. } = self;
        let mut value = a * (1.0 - excess) / (a + 1.0);
        let (mut c, mut d) = (value, 0.0);
        for index in 1..=MAX_TERMS {
            let m = f64::from(index);
            let odd = a + 2.0 * m - 1.0;
            let numerator = (a + m - 1.0) / odd * ((a + b + m - 1.0) / odd) * m * (b - m) * x * x;
            let denominator =
                m + m * (b - m) * x / odd + (a + m) * (1.0 - excess + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
            d = denominator + numerator * d;
            c = denominator + numerator / c;
            d = 1.0 / if d == 0.0 { TINY } else { d };
            if c == 0.0 {
                c = TINY;
            }
            let step = c * d;
            value *= step;
            if (step - 1.0).abs() < 2.0 * f64::EPSILON {
                break;
            }
        }
        value
    }

    /// Lower tail as the integral of the kernel over the logit of `x`, for large shapes.
    ///
    /// With `x(s) / y(s) = (x / y) exp(-s)` the tail is the integral of the kernel over `s > 0`, a smooth
    /// function that falls at least exponentially: the double-exponential rule of H. Takahasi and M. Mori
    /// (Publ. RIMS 9 (1974), 721-741), `s = exp(q - exp(-q))`, with equidistant `q`, has full accuracy.
    fn lower_by_quadrature(self) -> f64 {
        const STEP: f64 = 1.0 / 16.0;
        let Self { a, b, x, y, excess } = self;
        let n = a + b;
        let length = 1.0 / ((n * x * y).sqrt() - excess);
        let mut sum = 0.0;
        for node in -64..=80 {
            let q = f64::from(node) * STEP;
            let fade = libm::exp(-q);
            let s = libm::exp(q - fade);
            // How far x has moved, as a negative number.
            let fall = libm::expm1(-s * length);
            let moved = x * y * fall / (1.0 + x * fall);
            let point = Self { x: x + moved, y: y - moved, excess: excess + n * moved, ..self };
            let weight = (1.0 + fade) * s;
            sum += weight * libm::exp(-point.deviance());
        }
        self.scale() * length * STEP * sum
    }
}
