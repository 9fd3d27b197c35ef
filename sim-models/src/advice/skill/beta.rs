//! The beta law of a hidden accuracy, Beta(p t, (1-p) t) with t = (1-rho)/rho (spec 5): its means by quadrature, and its quantiles.
//!
//! Everything is done in y = ln(x/(1-x)), where the density x^a (1-x)^b is smooth and falls at least exponentially on both sides, however
//! close to 0 and 1 the accuracies are.

use sim_core::special::{beta_inc, beta_inc_upper};

use crate::theory::quadrature::focused;

/// Steps of the trapezoidal rule.
const STEP: f64 = 0.25;
/// Steps of the table of quantiles.
const TABLE_STEP: f64 = 0.3;
/// Width of the focus at one half, where votes and trees switch from wrong to right.
const SWITCH: f64 = 1e-3;
/// Logarithm of what the density falls by to the ends.
const FALL: f64 = 34.0;

/// Where the density is, and how it falls.
struct Shape {
    a: f64,
    b: f64,
    low: f64,
    high: f64,
    /// The mode, and a width near it.
    focus: (f64, f64),
}

impl Shape {
    fn new(p: f64, rho: f64) -> Self {
        let t = (1.0 - rho) / rho;
        let (a, b) = (p * t, (1.0 - p) * t);
        let mode = libm::log(p / (1.0 - p));
        let width = (1.0 / (t * p * (1.0 - p)).sqrt()).min(1.0);
        let log_density = |y: f64| -a * softplus(-y) - b * softplus(y);
        let top = log_density(mode);
        let end = |sign: f64| {
            let mut reach = width;
            while reach < 1e12 && top - log_density(mode + sign * reach) < FALL {
                reach *= 1.3;
            }
            mode + sign * reach
        };
        Self { a, b, low: end(-1.0), high: end(1.0), focus: (mode, width) }
    }

    fn log_density(&self, y: f64) -> f64 {
        -self.a * softplus(-y) - self.b * softplus(y)
    }
}

/// ln(1 + e^y).
fn softplus(y: f64) -> f64 {
    y.max(0.0) + libm::log1p(libm::exp(-y.abs()))
}

fn logistic(y: f64) -> f64 {
    if y < 0.0 { libm::exp(y) / (1.0 + libm::exp(y)) } else { 1.0 / (1.0 + libm::exp(-y)) }
}

/// Weights and accuracies, from low to high, over which means are those of the law: within 1e-9 for votes, retries and trees.
pub(super) fn points(p: f64, rho: f64) -> Vec<(f64, f64)> {
    let shape = Shape::new(p, rho);
    let top = shape.log_density(shape.focus.0);
    let mut points: Vec<(f64, f64)> = focused(shape.low, shape.high, &[(0.0, SWITCH), shape.focus], STEP)
        .into_iter()
        .map(|(y, weight)| (weight * libm::exp(shape.log_density(y) - top), logistic(y)))
        .collect();
    let total: f64 = points.iter().map(|point| point.0).sum();
    points.iter_mut().for_each(|point| point.0 /= total);
    points.retain(|point| point.0 > 0.0);
    points
}

/// Quantiles of the law, interpolated in y between points of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantiles(Vec<(f64, f64)>);

impl Quantiles {
    pub(super) fn new(p: f64, rho: f64) -> Self {
        let shape = Shape::new(p, rho);
        let mut table: Vec<(f64, f64)> = Vec::new();
        for (y, _) in focused(shape.low, shape.high, &[(0.0, 1.0), shape.focus], TABLE_STEP) {
            let below = if y < 0.0 {
                beta_inc(shape.a, shape.b, logistic(y))
            } else {
                beta_inc_upper(shape.b, shape.a, logistic(-y))
            };
            if table.last().is_none_or(|last| below > last.0) {
                table.push((below, y));
            }
        }
        Self(table)
    }

    /// The accuracy that a share `u` of all questions is below.
    pub(super) fn at(&self, u: f64) -> f64 {
        let position = self.0.partition_point(|entry| entry.0 <= u);
        let entry = |at: usize| self.0.get(at).copied().unwrap_or((0.5, 0.0));
        if position == 0 || position == self.0.len() {
            return logistic(entry(position.min(self.0.len().saturating_sub(1))).1);
        }
        let ((before, low), (after, high)) = (entry(position - 1), entry(position));
        logistic(low + (high - low) * (u - before) / (after - before))
    }

    /// Shares at which the table has points.
    pub(super) fn shares(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|entry| entry.0)
    }
}
