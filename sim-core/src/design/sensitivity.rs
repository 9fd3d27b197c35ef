//! Which input matters: Sobol indices by Saltelli's scheme.
//!
//! From two independent samples A and B of n points, and for every input i the sample A with its column i from B, called AB_i, with V the
//! variance of f over A and B:
//!
//! ```text
//! S_i  = mean of f(B) (f(AB_i) - f(A)) / V          first order: what input i explains alone
//! ST_i = mean of (f(A) - f(AB_i))^2 / (2 V)         total: what would be left if all others were known
//! ```
//!
//! Sources: Saltelli et al., "Variance based sensitivity analysis of model output", Comput. Phys. Commun. 181(2), 2010, table 2 (b) and (f); Jansen,
//! "Analysis of variance designs for model output", 1999. f is centered first: S_i does not depend on its mean, but its error does. Noise of
//! f that differs from cell to cell counts as interaction: it raises ST_i, so a noisy f wants common random numbers or an exact prediction.

use serde::{Deserialize, Serialize};

use crate::estimate::Confidence;
use crate::random::Stream;

/// Resamples behind an interval.
pub(super) const RESAMPLES: usize = 1000;

/// An index with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// The estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// How much one input matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indices {
    /// Share of the variance that the input explains alone.
    pub first_order: Index,
    /// Share of the variance in which it has a part, with others or alone.
    pub total: Index,
}

/// Values of a function at the points of Saltelli's scheme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saltelli {
    /// At the points of A.
    pub a: Vec<f64>,
    /// At the points of B.
    pub b: Vec<f64>,
    /// At the points of AB_i, per input.
    pub ab: Vec<Vec<f64>>,
}

impl Saltelli {
    /// Indices of all inputs. Their intervals are percentiles of resampled points (bootstrap). Not a number where the function is constant.
    pub fn indices(&self, confidence: Confidence, stream: &mut Stream) -> Vec<Indices> {
        let n = self.a.len();
        let all: Vec<usize> = (0..n).collect();
        let values = self.estimate(&all);
        let resamples: Vec<Vec<(f64, f64)>> = (0..RESAMPLES)
            .map(|_| {
                let chosen: Vec<usize> = (0..n).map(|_| stream.below(n as u64) as usize).collect();
                self.estimate(&chosen)
            })
            .collect();
        values
            .iter()
            .enumerate()
            .map(|(input, &(first, total))| {
                let column = |part: fn(&(f64, f64)) -> f64| {
                    resamples.iter().map(move |row| part(&row[input])).collect()
                };
                Indices {
                    first_order: index(first, column(|pair| pair.0), confidence),
                    total: index(total, column(|pair| pair.1), confidence),
                }
            })
            .collect()
    }

    /// Whether the function has one value everywhere. The variance says so only up to rounding.
    fn is_constant(&self, points: &[usize]) -> bool {
        let first = points.first().map(|&j| self.a[j]);
        points.iter().all(|&j| [Some(self.a[j]), Some(self.b[j])] == [first; 2])
    }

    /// First-order and total index of every input, from these points.
    fn estimate(&self, points: &[usize]) -> Vec<(f64, f64)> {
        if self.is_constant(points) {
            return vec![(f64::NAN, f64::NAN); self.ab.len()];
        }
        let n = points.len() as f64;
        let mean = points.iter().map(|&j| self.a[j] + self.b[j]).sum::<f64>() / (2.0 * n);
        let square = |x: f64| (x - mean) * (x - mean);
        let variance = points.iter().map(|&j| square(self.a[j]) + square(self.b[j])).sum::<f64>() / (2.0 * n);
        let of_input = |ab: &Vec<f64>| {
            let first: f64 = points.iter().map(|&j| (self.b[j] - mean) * (ab[j] - self.a[j])).sum();
            let total: f64 = points.iter().map(|&j| (self.a[j] - ab[j]) * (self.a[j] - ab[j])).sum();
            (first / n / variance, total / (2.0 * n) / variance)
        };
        self.ab.iter().map(of_input).collect()
    }
}

/// A value between percentiles of its resampled values.
pub(super) fn index(value: f64, mut resampled: Vec<f64>, confidence: Confidence) -> Index {
    resampled.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (share * resampled.len() as f64) as usize;
        resampled.get(place.min(resampled.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    };
    let tail = (1.0 - confidence.get()) / 2.0;
    Index { value, low: at(tail), high: at(1.0 - tail) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::design::{Design, Filling};
    use crate::random::{Address, Entity, Family, Purpose, Streams};

    /// Indices of a function of the unit cube, from 2^12 scrambled Sobol points.
    fn indices(inputs: usize, f: impl Fn(&[f64]) -> f64) -> Vec<Indices> {
        let streams = Streams::new(1, Purpose::SamplingPlan, Family::common());
        let design = Design::new(Filling::Sobol, 0, &streams);
        let names: Vec<Entity> = (0..2 * inputs).map(|i| Entity::named(&i.to_string())).collect();
        let mut saltelli = Saltelli { ab: vec![Vec::new(); inputs], ..Saltelli::default() };
        for j in 0..1 << 12 {
            let point: Vec<f64> = (0..2 * inputs).map(|d| design.coordinate(j, d, names[d])).collect();
            let (a, b) = point.split_at(inputs);
            saltelli.a.push(f(a));
            saltelli.b.push(f(b));
            for (i, values) in saltelli.ab.iter_mut().enumerate() {
                let mut mixed = a.to_vec();
                mixed[i] = b[i];
                values.push(f(&mixed));
            }
        }
        saltelli.indices(Confidence::default(), &mut streams.open(Address::trial(0)))
    }

    fn assert_near(found: &[Indices], first: &[f64], total: &[f64]) {
        for ((found, first), total) in found.iter().zip(first).zip(total) {
            for (index, exact) in [(found.first_order, first), (found.total, total)] {
                assert!((index.value - exact).abs() < 0.01, "{index:?} for {exact}");
                assert!(index.low <= index.value && index.value <= index.high, "{index:?}");
                assert!(index.low - 0.01 < *exact && *exact < index.high + 0.01, "{index:?} for {exact}");
            }
        }
    }

    /// Ishigami's function with a = 7, b = 0.1 on (-pi, pi)^3. Its variance is a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2, with the parts
    /// V_1 = (1 + b pi^4/5)^2 / 2, V_2 = a^2/8, V_3 = 0, V_13 = b^2 pi^8 (1/18 - 1/50).
    #[test]
    fn ishigami_has_its_closed_form() {
        let (a, b) = (7.0, 0.1);
        let f = |x: &[f64]| {
            let x: Vec<f64> = x.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
            x[0].sin() + a * x[1].sin().powi(2) + b * x[2].powi(4) * x[0].sin()
        };
        let (one, two) = ((1.0 + b * PI.powi(4) / 5.0).powi(2) / 2.0, a * a / 8.0);
        let both = b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0);
        let v = one + two + both;
        assert_near(&indices(3, f), &[one / v, two / v, 0.0], &[(one + both) / v, two / v, both / v]);
    }

    /// Sobol's g-function: product of (|4 x - 2| + a_i) / (1 + a_i). V_i = 1 / (3 (1 + a_i)^2), V = product of (1 + V_i) less 1.
    #[test]
    fn g_function_has_its_closed_form() {
        let a = [0.0, 1.0, 4.5, 9.0];
        let f = |x: &[f64]| x.iter().zip(a).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product();
        let parts = a.map(|a: f64| 1.0 / (3.0 * (1.0 + a).powi(2)));
        let all: f64 = parts.iter().map(|v| 1.0 + v).product();
        let first = parts.map(|v| v / (all - 1.0));
        let total = parts.map(|v| v * all / (1.0 + v) / (all - 1.0));
        assert_near(&indices(4, f), &first, &total);
    }
}
