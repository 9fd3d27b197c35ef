//! Trials that come in clusters, such as runs of the same workflow.

use super::paired_proportions::tango;
use super::proportion::wilson;
use super::{Confidence, Estimate, Interval, Tally};
use serde::{Deserialize, Serialize};

/// Trials in clusters that were drawn from a population, each of which comes to 1, 0 or -1: completed or not, or completed by one of two
/// policies alone. The estimates are for the population, of which the clusters are a sample; that of the same trials without their
/// clusters ([`Proportion`](super::Proportion), [`PairedProportions`](super::PairedProportions)) is for these clusters alone.
///
/// With `x_c` the sum and `n_c` the trials of cluster `c` of `C`, and `m` the mean of all `N` trials, the variance of the mean is
///
/// ```text
/// C / (C - 1) sum (x_c - n_c m)^2 / N^2.
/// ```
///
/// Independent trials would have it if they were fewer: the interval is the one of as many trials, with Student's quantile for `C - 1`
/// degrees of freedom. Where all trials agree, there are as many as clusters. Of one cluster nothing follows.
///
/// Source: E. L. Korn, B. I. Graubard, "Confidence Intervals for Proportions With Small Expected Number of Positive Counts Estimated From
/// Survey Data", Survey Methodology 24 (1998), 193-201, with the score intervals of Wilson and of Tango.
///
/// ```
/// # use sim_core::estimate::{Clustered, Confidence, Proportion};
/// let mut runs = Clustered::default();
/// for trial in 0..1000 {
///     // Of ten workflows three are always completed.
///     runs.record(trial % 10, i8::from(trial % 10 < 3));
/// }
/// let estimate = runs.proportion(Confidence::DEFAULT);
/// assert_eq!(estimate.value, 0.3);
/// assert!(estimate.low < 0.11 && estimate.high > 0.60, "of ten workflows, not of a thousand");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clustered {
    clusters: Vec<Cluster>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cluster {
    trials: u64,
    plus: u64,
    minus: u64,
}

impl Clustered {
    /// Records a trial of a cluster, by its position: whether it comes to something above 0, to 0, or to something below.
    pub fn record(&mut self, cluster: usize, outcome: i8) {
        if self.clusters.len() <= cluster {
            self.clusters.resize(cluster + 1, Cluster::default());
        }
        let cluster = &mut self.clusters[cluster];
        cluster.trials += 1;
        cluster.plus += u64::from(outcome > 0);
        cluster.minus += u64::from(outcome < 0);
    }

    /// The share of trials that come to 1 in the population.
    pub fn proportion(&self, confidence: Confidence) -> Estimate {
        let sums = self.sums();
        let interval = sums.effective().map(|(effective, degrees)| {
            let share = effective / sums.trials;
            wilson(sums.plus * share, sums.trials * share, confidence.student_multiplier(degrees))
        });
        sums.estimate(sums.plus, interval.unwrap_or(Interval { low: 0.0, high: 1.0 }), confidence)
    }

    /// The mean of the trials in the population.
    pub fn difference(&self, confidence: Confidence) -> Estimate {
        let sums = self.sums();
        let interval = sums.effective().map(|(effective, degrees)| {
            let share = effective / sums.trials;
            let multiplier = confidence.student_multiplier(degrees);
            tango(sums.plus * share, sums.minus * share, sums.trials * share, multiplier)
        });
        let value = sums.plus - sums.minus;
        sums.estimate(value, interval.unwrap_or(Interval { low: -1.0, high: 1.0 }), confidence)
    }

    fn sums(&self) -> Sums {
        let seen = || self.clusters.iter().filter(|cluster| cluster.trials > 0);
        let sum = |of: fn(&Cluster) -> u64| seen().map(of).sum::<u64>() as f64;
        let (trials, plus, minus) =
            (sum(|cluster| cluster.trials), sum(|cluster| cluster.plus), sum(|cluster| cluster.minus));
        let mean = (plus - minus) / trials;
        let off = |cluster: &Cluster| {
            let off = cluster.plus as f64 - cluster.minus as f64 - cluster.trials as f64 * mean;
            off * off
        };
        Sums { clusters: seen().count() as f64, trials, plus, minus, squares: seen().map(off).sum() }
    }
}

/// Sums over clusters.
struct Sums {
    clusters: f64,
    trials: f64,
    plus: f64,
    minus: f64,
    /// Squared distances of the clusters' sums from what they would be if all clusters were alike.
    squares: f64,
}

impl Sums {
    /// Independent trials that would tell as much, and degrees of freedom of that; nothing of one cluster.
    fn effective(&self) -> Option<(f64, f64)> {
        if self.clusters < 2.0 {
            return None;
        }
        let mean = (self.plus - self.minus) / self.trials;
        let independent = (self.plus + self.minus - self.trials * mean * mean) / (self.trials * self.trials);
        let clustered = self.clusters / (self.clusters - 1.0) * self.squares / (self.trials * self.trials);
        // By rounding alone it is not quite 0 where all trials agree.
        let agree = self.plus.max(self.minus) == self.trials || self.plus + self.minus == 0.0;
        let effective = if agree { self.clusters } else { self.trials * independent / clustered };
        Some((effective.clamp(1.0, self.trials), self.clusters - 1.0))
    }

    fn estimate(&self, sum: f64, interval: Interval, confidence: Confidence) -> Estimate {
        let value = sum / self.trials;
        Estimate::new(value, interval.with(value), confidence, self.trials as u64)
    }
}

impl Tally for Clustered {
    const EXACT: bool = true;

    fn merge(&mut self, later: &Self) {
        if self.clusters.len() < later.clusters.len() {
            self.clusters.resize(later.clusters.len(), Cluster::default());
        }
        for (own, later) in self.clusters.iter_mut().zip(&later.clusters) {
            own.trials += later.trials;
            own.plus += later.plus;
            own.minus += later.minus;
        }
    }
}
