//! How hard questions are for a model: its accuracy as a step function over questions.
//!
//! All laws of dependence are mixtures of independent answers over a hidden accuracy (spec 5). Sorted from hard to easy questions this is a
//! function on [0, 1]. It has two or three steps for the discrete laws and [`STEPS`] equal ones for the continuous law.

use sim_core::special::beta_quantile;

use crate::theory::dependence::{Dependence, copied_biases};

/// Steps of a continuous law. Votes of 3 to 31 are then within 0.002 of the continuous law.
pub const STEPS: usize = 64;

/// A model's accuracy over questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile(Vec<Step>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    /// Where it ends, in (0, 1].
    until: f64,
    accuracy: f64,
}

impl Profile {
    /// Of answers with a bias and a pairwise correlation.
    pub fn new(dependence: Dependence, bias: f64, correlation: f64) -> Self {
        let p = 0.5 * (1.0 + bias);
        let parts: Vec<(f64, f64)> = match dependence {
            _ if correlation <= 0.0 || p <= 0.0 || p >= 1.0 => vec![(1.0, p)],
            _ if correlation >= 1.0 => vec![(1.0 - p, 0.0), (p, 1.0)],
            Dependence::Mixture => {
                vec![(correlation * (1.0 - p), 0.0), (1.0 - correlation, p), (correlation * p, 1.0)]
            }
            Dependence::Copying => {
                let (up, down) = copied_biases(bias, correlation);
                vec![(1.0 - p, 0.5 * (1.0 + down)), (p, 0.5 * (1.0 + up))]
            }
            // Votes under the Gaussian factor are almost those of the beta-binomial law (spec 5, table of gains).
            Dependence::BetaBinomial | Dependence::Gaussian => beta_steps(p, correlation),
        };
        let mut until = 0.0;
        let mut steps: Vec<Step> = parts
            .into_iter()
            .filter(|(width, _)| *width > 0.0)
            .map(|(width, accuracy)| {
                until += width;
                Step { until, accuracy }
            })
            .collect();
        if let Some(last) = steps.last_mut() {
            last.until = 1.0;
        }
        Self(steps)
    }

    /// Accuracy on the question at `u` in [0, 1).
    pub fn at(&self, u: f64) -> f64 {
        let position = self.0.partition_point(|step| step.until <= u);
        self.0.get(position).or(self.0.last()).map_or(0.5, |step| step.accuracy)
    }

    /// Widths and accuracies.
    pub fn steps(&self) -> impl Iterator<Item = (f64, f64)> {
        let starts = std::iter::once(0.0).chain(self.0.iter().map(|step| step.until));
        self.0.iter().zip(starts).map(|(step, start)| (step.until - start, step.accuracy))
    }

    /// Mean of a function of the accuracy over questions.
    pub fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.steps().map(|(width, accuracy)| width * of(accuracy)).sum()
    }

    /// Widths and accuracies of two models on the same questions, the hard ones for one being the hard ones for the other.
    pub fn together(&self, other: &Self) -> Vec<(f64, f64, f64)> {
        let mut ends: Vec<f64> = self.0.iter().chain(&other.0).map(|step| step.until).collect();
        ends.sort_unstable_by(f64::total_cmp);
        let mut start = 0.0;
        let mut parts = Vec::with_capacity(ends.len());
        for end in ends {
            if end > start {
                let middle = 0.5 * (start + end);
                parts.push((end - start, self.at(middle), other.at(middle)));
                start = end;
            }
        }
        parts
    }
}

/// Quantiles of Beta(p t, (1-p) t), t = (1-rho)/rho, in the middle of equal parts, moved so that their mean is `p`.
fn beta_steps(p: f64, rho: f64) -> Vec<(f64, f64)> {
    let t = (1.0 - rho) / rho;
    let width = 1.0 / STEPS as f64;
    let mut values: Vec<f64> = (0..STEPS)
        .map(|at| beta_quantile(p * t, (1.0 - p) * t, (at as f64 + 0.5) * width).clamp(0.0, 1.0))
        .collect();
    // What the clamp takes away is moved again.
    for _ in 0..3 {
        let missing = p - values.iter().sum::<f64>() * width;
        values.iter_mut().for_each(|value| *value = (*value + missing).clamp(0.0, 1.0));
    }
    values.into_iter().map(|value| (width, value)).collect()
}
