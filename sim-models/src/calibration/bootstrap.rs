//! Intervals by resampling whole questions.
//!
//! Answers to one question are dependent, so questions are what is drawn again. Everything that is estimated here is a function of
//! sums over questions; a resample is a new total, and no record is read twice.

use sim_core::estimate::{Confidence, Estimate, Interval};
use sim_core::random::{Address, Entity, Family, Purpose, Streams};
use sim_core::special::{normal_cdf, normal_quantile};

use super::Clusters;

/// Fewest questions for which an interval is given.
pub const FEWEST_QUESTIONS: usize = 10;

/// Largest share of resamples in which a quantity may not exist.
const MOST_UNDEFINED: f64 = 0.05;

/// How intervals are made.
#[derive(Clone, Copy, Debug)]
pub struct Bootstrap {
    /// Resamples.
    pub replicates: u32,
    /// Confidence of the intervals.
    pub confidence: Confidence,
    /// Root of the randomness.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { replicates: 1999, confidence: Confidence::DEFAULT, seed: 1 }
    }
}

/// Why there is no estimate.
pub type Reason = String;

impl Bootstrap {
    /// Estimates of the `count` components of a statistic with bias-corrected and accelerated (BCa) intervals.
    ///
    /// The statistic is a function of the total sums; a component that does not exist is NaN. Trials are questions. Source: B. Efron, Better bootstrap
    /// confidence intervals, J. Am. Stat. Assoc. 82 (1987), with the acceleration from the jackknife over clusters.
    pub fn estimates(
        &self,
        clusters: &Clusters,
        count: usize,
        statistic: impl Fn(&[f64]) -> Vec<f64>,
    ) -> Vec<Result<Estimate, Reason>> {
        let totals = clusters.totals();
        let values = statistic(&totals);
        let rows: Vec<&[f64]> = clusters.rows().collect();
        if rows.len() < FEWEST_QUESTIONS {
            let reason = format!("{} questions; an interval needs at least {FEWEST_QUESTIONS}", rows.len());
            return vec![Err(reason); count];
        }
        let left_out: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| {
                let rest: Vec<f64> = totals.iter().zip(*row).map(|(total, sum)| total - sum).collect();
                statistic(&rest)
            })
            .collect();
        let drawn = self.replicates(&rows, &statistic);
        let column = |table: &[Vec<f64>], component: usize| -> Vec<f64> {
            table.iter().map(|row| row.get(component).copied().unwrap_or(f64::NAN)).collect()
        };
        (0..count)
            .map(|component| {
                let value = values.get(component).copied().unwrap_or(f64::NAN);
                self.interval(value, column(&drawn, component), &column(&left_out, component))
                    .map(|interval| Estimate::new(value, interval, self.confidence, clusters.questions()))
            })
            .collect()
    }

    /// The statistic on resamples of the clusters.
    fn replicates(&self, rows: &[&[f64]], statistic: &impl Fn(&[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
        let streams = Streams::new(self.seed, Purpose::ReEstimation, Family::common());
        let entity = Entity::named("bootstrap");
        let width = rows.first().map_or(0, |row| row.len());
        (0..u64::from(self.replicates))
            .map(|replicate| {
                let mut stream = streams.open(Address::trial(replicate).entity(entity));
                let mut totals = vec![0.0; width];
                for _ in 0..rows.len() {
                    let row = rows[stream.below(rows.len() as u64) as usize];
                    totals.iter_mut().zip(row).for_each(|(total, sum)| *total += sum);
                }
                statistic(&totals)
            })
            .collect()
    }

    fn interval(&self, value: f64, mut drawn: Vec<f64>, left_out: &[f64]) -> Result<Interval, Reason> {
        if !value.is_finite() {
            return Err("the records do not determine it".to_owned());
        }
        let all = drawn.len() as f64;
        drawn.retain(|value| value.is_finite());
        let undefined = 1.0 - drawn.len() as f64 / all;
        if undefined > MOST_UNDEFINED {
            return Err(format!(
                "too few questions: it does not exist in {:.0} % of the resamples",
                100.0 * undefined
            ));
        }
        drawn.sort_by(f64::total_cmp);
        let below = drawn.iter().filter(|&&other| other < value).count() as f64;
        let ties = drawn.iter().filter(|&&other| other == value).count() as f64;
        let share = (below + 0.5 * ties) / drawn.len() as f64;
        let least = 0.5 / drawn.len() as f64;
        let bias = normal_quantile(share.clamp(least, 1.0 - least));
        let acceleration = acceleration(left_out);
        let tail = normal_quantile(0.5 * (1.0 - self.confidence.get()));
        let level = |z: f64| {
            let moved = bias + z;
            normal_cdf(bias + moved / (1.0 - acceleration * moved).max(0.1))
        };
        let (low, high) = (quantile(&drawn, level(tail)), quantile(&drawn, level(-tail)));
        Ok(Interval { low: low.min(value), high: high.max(value) })
    }
}

/// `sum d^3 / (6 (sum d^2)^(3/2))` with `d` the jackknife's mean minus its values.
fn acceleration(left_out: &[f64]) -> f64 {
    let finite: Vec<f64> = left_out.iter().copied().filter(|value| value.is_finite()).collect();
    let mean = finite.iter().sum::<f64>() / finite.len() as f64;
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in finite {
        let d = mean - value;
        squares += d * d;
        cubes += d * d * d;
    }
    if squares > 0.0 { cubes / (6.0 * squares * libm::sqrt(squares)) } else { 0.0 }
}

/// Interpolated quantile of sorted values.
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = (level * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, last as f64);
    let (low, part) = (place as usize, place.fract());
    let next = sorted[(low + 1).min(last)];
    sorted[low] + part * (next - sorted[low])
}
