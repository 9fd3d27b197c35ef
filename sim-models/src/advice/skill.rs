//! How hard questions are for a model: its accuracy over questions.
//!
//! All laws of dependence are mixtures of independent answers over a hidden accuracy (spec 5). Sorted from hard to easy questions this is an
//! increasing function on [0, 1]. It has two or three steps for the discrete laws; for the continuous law means are taken by quadrature.

mod beta;

use std::sync::OnceLock;

use crate::theory::counts::binomial;
use crate::theory::dependence::{Dependence, copied_biases};

/// A model's accuracy over questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Points from low to high accuracies, over which means are taken.
    points: Vec<Point>,
    /// Where the law is continuous: its mean accuracy, its correlation, and its quantiles once they are asked for.
    beta: Option<(f64, f64, OnceLock<beta::Quantiles>)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    /// Where it ends, in (0, 1].
    until: f64,
    width: f64,
    accuracy: f64,
}

impl Profile {
    /// Of answers with a bias and a pairwise correlation.
    pub fn new(dependence: Dependence, bias: f64, correlation: f64) -> Self {
        let p = 0.5 * (1.0 + bias);
        let mut beta = None;
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
            Dependence::BetaBinomial | Dependence::Gaussian => {
                beta = Some((p, correlation, OnceLock::new()));
                beta::points(p, correlation)
            }
        };
        let mut until = 0.0;
        let mut points: Vec<Point> = parts
            .into_iter()
            .filter(|(width, _)| *width > 0.0)
            .map(|(width, accuracy)| {
                until += width;
                Point { until, width, accuracy }
            })
            .collect();
        if let Some(last) = points.last_mut() {
            last.until = 1.0;
        }
        Self { points, beta }
    }

    fn quantiles(&self) -> Option<&beta::Quantiles> {
        let (p, rho, quantiles) = self.beta.as_ref()?;
        Some(quantiles.get_or_init(|| beta::Quantiles::new(*p, *rho)))
    }

    /// Accuracy on the question at `u` in [0, 1).
    pub fn at(&self, u: f64) -> f64 {
        if let Some(quantiles) = self.quantiles() {
            return quantiles.at(u);
        }
        let position = self.points.partition_point(|point| point.until <= u);
        self.points.get(position).or(self.points.last()).map_or(0.5, |point| point.accuracy)
    }

    /// Weights and accuracies, from low to high accuracies.
    pub fn steps(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().map(|point| (point.width, point.accuracy))
    }

    /// At most about so many parts of the questions, each with its weight and its mean accuracy.
    pub fn coarse(&self, parts: usize) -> Vec<(f64, f64)> {
        let mut coarse = Vec::with_capacity(parts + 1);
        let (mut width, mut sum) = (0.0, 0.0);
        for (at, point) in self.points.iter().enumerate() {
            width += point.width;
            sum += point.width * point.accuracy;
            // A step of a discrete law is a part of its own.
            if self.beta.is_none() || width * parts as f64 >= 1.0 || at + 1 == self.points.len() {
                coarse.push((width, sum / width));
                (width, sum) = (0.0, 0.0);
            }
        }
        coarse
    }

    /// Probabilities of 0, ..., n right answers of `n` to one question.
    pub fn counts(&self, n: u32) -> Vec<f64> {
        let mut law = vec![0.0; n as usize + 1];
        for (width, accuracy) in self.steps() {
            law.iter_mut().zip(binomial(n, accuracy)).for_each(|(mass, more)| *mass += width * more);
        }
        law
    }

    /// Mean of a function of the accuracy over questions.
    pub fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.steps().map(|(width, accuracy)| width * of(accuracy)).sum()
    }

    /// Widths and accuracies of several models on the same questions, the hard ones for one being the hard ones for the others. Exact for discrete
    /// laws, and within about 0.001 for the continuous one.
    pub fn together<const MODELS: usize>(profiles: [&Self; MODELS]) -> Vec<(f64, [f64; MODELS])> {
        let ends = |profile: &Self| -> Vec<f64> {
            match profile.quantiles() {
                Some(quantiles) => quantiles.shares().collect(),
                None => profile.points.iter().map(|point| point.until).collect(),
            }
        };
        let mut ends: Vec<f64> = profiles.into_iter().flat_map(ends).chain([1.0]).collect();
        ends.sort_unstable_by(f64::total_cmp);
        let mut start = 0.0;
        let mut parts = Vec::with_capacity(ends.len());
        for end in ends {
            if end > start {
                let middle = 0.5 * (start + end);
                parts.push((end - start, profiles.map(|profile| profile.at(middle))));
                start = end;
            }
        }
        parts
    }
}
