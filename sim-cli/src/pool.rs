//! Weighted means of the estimates of several cells.

use sim_core::estimate::{Confidence, Estimate, Interval};

/// The mean of estimates, each with its weight.
#[derive(Default)]
pub struct Pool {
    /// Whether they have the same draws.
    common: bool,
    weight: f64,
    sum: f64,
    half_widths: f64,
    /// Of half-widths.
    squares: f64,
    trials: u64,
    confidence: Option<Confidence>,
}

impl Pool {
    /// Of nothing yet; `common` says whether all cells have the same draws.
    pub fn new(common: bool) -> Self {
        Self { common, ..Self::default() }
    }

    /// Adds an estimate, if it is a number.
    pub fn add(&mut self, weight: f64, estimate: &Estimate) {
        if !estimate.value.is_finite() {
            return;
        }
        let half_width = weight * estimate.half_width();
        self.weight += weight;
        self.sum += weight * estimate.value;
        self.half_widths += half_width;
        self.squares += half_width * half_width;
        self.trials += estimate.trials;
        self.confidence = Some(estimate.confidence);
    }

    /// The mean. Half-widths of independent cells add up as their squares; with the same draws at most as they are.
    pub fn estimate(&self) -> Option<Estimate> {
        let sum = if self.common { self.half_widths } else { self.squares.sqrt() };
        let (value, half_width) = (self.sum / self.weight, sum / self.weight);
        let interval = Interval { low: value - half_width, high: value + half_width };
        Some(Estimate::new(value, interval, self.confidence?, self.trials))
    }
}
