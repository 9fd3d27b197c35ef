//! The mean of a dependent sequence, with an interval.

use crate::estimate::{Confidence, Estimate, Interval, Mean};

/// The mean of values that come one after the other in one run and depend on each other, with an interval from batch means.
///
/// Values are put together in batches of consecutive ones; if batches are long compared with the dependence, their means are nearly
/// independent and nearly normal, and Student's interval of them holds. Batches have one length, which doubles whenever there are
/// [`BatchMeans::BATCHES`] of them: two neighbors become one. Memory does not grow, and in a long run there are always 32 to 63 whole
/// batches. [`BatchMeans::correlation`] tells whether batches are long enough: neighbors should hardly be correlated.
///
/// Source: L. W. Schmeiser, "Batch Size Effects in the Analysis of Simulation Output", Operations Research 30 (1982), 556-568.
///
/// ```
/// use sim_core::estimate::Confidence;
/// use sim_core::events::statistics::BatchMeans;
///
/// let mut waits = BatchMeans::new(100);
/// for i in 0..10_100 {
///     waits.record(if i < 100 { 1e6 } else { f64::from(i % 2) });
/// }
/// // The first hundred values were the warm-up.
/// assert_eq!(waits.mean(), 0.5);
/// assert!(waits.estimate(Confidence::DEFAULT).high < 0.51);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeans {
    warm_up: u64,
    count: u64,
    sum: f64,
    /// Values of a whole batch.
    length: u64,
    /// Sums of whole batches.
    batches: Vec<f64>,
    /// The batch that is not whole yet.
    open: (u64, f64),
}

impl BatchMeans {
    /// Whole batches at which neighbors are put together.
    pub const BATCHES: usize = 64;

    /// Nothing recorded. The first `warm_up` values will be left out.
    pub fn new(warm_up: u64) -> Self {
        Self {
            warm_up,
            count: 0,
            sum: 0.0,
            length: 1,
            batches: Vec::with_capacity(Self::BATCHES),
            open: (0, 0.0),
        }
    }

    /// Records the next value.
    pub fn record(&mut self, value: f64) {
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return;
        }
        self.count += 1;
        self.sum += value;
        self.open = (self.open.0 + 1, self.open.1 + value);
        if self.open.0 < self.length {
            return;
        }
        self.batches.push(self.open.1);
        self.open = (0, 0.0);
        if self.batches.len() == Self::BATCHES {
            self.length *= 2;
            for i in 0..Self::BATCHES / 2 {
                self.batches[i] = self.batches[2 * i] + self.batches[2 * i + 1];
            }
            self.batches.truncate(Self::BATCHES / 2);
        }
    }

    /// Number of values after the warm-up.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean of the values after the warm-up; NaN before the first.
    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Number of whole batches and values in each.
    pub fn batches(&self) -> (usize, u64) {
        (self.batches.len(), self.length)
    }

    fn means(&self) -> impl Iterator<Item = f64> + Clone {
        self.batches.iter().map(|sum| sum / self.length as f64)
    }

    /// Correlation of neighboring batches; NaN below three.
    pub fn correlation(&self) -> f64 {
        let n = self.batches.len() as f64;
        let mean = self.means().sum::<f64>() / n;
        let product: f64 = self.means().zip(self.means().skip(1)).map(|(a, b)| (a - mean) * (b - mean)).sum();
        let square: f64 = self.means().map(|a| (a - mean) * (a - mean)).sum();
        if self.batches.len() < 3 { f64::NAN } else { product / square }
    }

    /// The mean with Student's interval of the batch means; unbounded below 10 batches.
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        let mut tally = Mean::default();
        self.means().for_each(|mean| tally.record(mean));
        let batches = tally.student_t(confidence);
        let half = 0.5 * (batches.high - batches.low);
        let interval = if self.batches.len() < 10 || !half.is_finite() {
            Interval::UNBOUNDED
        } else {
            Interval { low: self.mean() - half, high: self.mean() + half }
        };
        Estimate::new(self.mean(), interval, confidence, self.count)
    }
}
