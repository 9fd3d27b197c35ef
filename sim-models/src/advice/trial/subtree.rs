//! Times of subtrees that are too large to be simulated, as a table of their law.

use crate::advice::latency::Latency;

/// Points of a table.
const POINTS: usize = 1024;
/// The table ends where a subtree is later with about this probability.
const LATER: f64 = 1e-9;

/// The law of the time when the root of a subtree is there: of `b` children the last one, then a decision, layer by layer.
#[derive(Clone, Debug)]
pub(super) struct SubtreeTimes {
    step: f64,
    /// Probability to be there at each multiple of the step.
    there: Vec<f64>,
}

impl SubtreeTimes {
    /// Of a subtree with so many layers above its leaves.
    pub(super) fn new(leaf: Latency, decision: Latency, fan_in: u32, layers: u32) -> Self {
        let nodes = |layer: u32| libm::pow(f64::from(fan_in), f64::from(layers - layer));
        let latest = |latency: Latency, count: f64| latency.quantile_of_largest(count, 1.0 - LATER);
        let most =
            (1..=layers).map(|layer| latest(decision, nodes(layer))).sum::<f64>() + latest(leaf, nodes(0));
        let step = most.max(f64::MIN_POSITIVE) / (POINTS - 1) as f64;
        let at = |point: usize| step * point as f64;
        let mut there: Vec<f64> = (0..POINTS).map(|point| leaf.largest_at_most(1.0, at(point))).collect();
        // A decision takes each multiple of the step with the probability of the times nearest to it.
        let until = |point: usize| decision.largest_at_most(1.0, at(point) + 0.5 * step);
        let takes: Vec<f64> =
            (0..POINTS).map(|point| until(point) - if point == 0 { 0.0 } else { until(point - 1) }).collect();
        for _ in 0..layers {
            let last: Vec<f64> = there.iter().map(|p| libm::pow(*p, f64::from(fan_in))).collect();
            there = (0..POINTS)
                .map(|point| (0..=point).map(|taken| takes[taken] * last[point - taken]).sum())
                .collect();
        }
        Self { step, there }
    }

    /// The time that a share `u` of all subtrees keep.
    pub(super) fn at(&self, u: f64) -> f64 {
        let after = self.there.partition_point(|p| *p <= u);
        if after == 0 || after == self.there.len() {
            return self.step * after.min(self.there.len() - 1) as f64;
        }
        let (low, high) = (self.there[after - 1], self.there[after]);
        self.step * ((after - 1) as f64 + (u - low) / (high - low))
    }
}
