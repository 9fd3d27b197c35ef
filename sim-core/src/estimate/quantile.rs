//! Quantiles in bounded memory.

mod bins;

pub use bins::{InvalidResolution, Resolution};

use super::{Confidence, Estimate, Interval, Tally, binomial_tails};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Histogram of whole numbers over bins of a stated relative width, from which quantiles are read.
///
/// Magnitudes from 2^-64 to 2^64 (5.4e-20 to 1.8e19) of either sign fall into bins whose relative width is
/// [`Resolution::relative_width`]; zero has its own bin. Smaller magnitudes share one bin per sign, and so
/// do larger ones and infinities. At the default resolution there are at most 32 773 bins, and only
/// those in use are stored. Merging is associative and commutative. NaN is counted apart and makes every
/// interval unbounded.
///
/// ```
/// # use sim_core::estimate::{Confidence, Quantiles};
/// let mut makespan = Quantiles::default();
/// for seconds in 1..=1000 {
///     makespan.record(f64::from(seconds));
/// }
/// let p95 = makespan.estimate(0.95, Confidence::DEFAULT);
/// assert!((p95.value / 950.0 - 1.0).abs() < 0.004);
/// assert!(p95.low <= 936.0 && p95.high >= 964.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Quantiles {
    resolution: Resolution,
    /// Number of values per bin, in increasing order of the values.
    counts: BTreeMap<i32, u64>,
    not_a_number: u64,
}

/// What is stored, before it is checked.
#[derive(Deserialize)]
struct Stored {
    resolution: Resolution,
    counts: BTreeMap<i32, u64>,
    not_a_number: u64,
}

/// A bin that no value falls into.
#[derive(Debug, Error)]
#[error("bin {bin} of a quantile's histogram lies outside -{last}..={last}")]
struct NoSuchBin {
    bin: i32,
    last: i32,
}

impl TryFrom<Stored> for Quantiles {
    type Error = NoSuchBin;
    fn try_from(Stored { resolution, counts, not_a_number }: Stored) -> Result<Self, NoSuchBin> {
        let last = resolution.last_bin();
        match counts.keys().find(|bin| !(-last..=last).contains(*bin)) {
            Some(&bin) => Err(NoSuchBin { bin, last }),
            None => Ok(Self { resolution, counts, not_a_number }),
        }
    }
}

impl Quantiles {
    /// An empty tally with bins of another width than the default.
    pub fn with_resolution(resolution: Resolution) -> Self {
        Self { resolution, ..Self::default() }
    }

    /// Records the value of one trial.
    pub fn record(&mut self, value: f64) {
        match self.resolution.bin_of(value) {
            Some(bin) => *self.counts.entry(bin).or_insert(0) += 1,
            None => self.not_a_number += 1,
        }
    }

    /// Width of the bins.
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Number of values recorded, NaN included.
    pub fn trials(&self) -> u64 {
        self.ordered() + self.not_a_number
    }

    /// Number of NaN recorded.
    pub fn not_a_number(&self) -> u64 {
        self.not_a_number
    }

    /// Number of values that have a place in the order.
    fn ordered(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Values of magnitude 2^64 and beyond, infinities included: `(negative, positive)`.
    pub fn out_of_range(&self) -> (u64, u64) {
        let last = self.resolution.last_bin();
        let count = |bin: i32| self.counts.get(&bin).copied().unwrap_or(0);
        (count(-last), count(last))
    }

    /// Bin of the order statistic of rank `rank`, from 1; none outside the ranks.
    fn bin_of_rank(&self, rank: u64) -> Option<i32> {
        if rank == 0 {
            return None;
        }
        let mut seen = 0;
        self.counts.iter().find_map(|(&bin, &count)| {
            seen += count;
            (seen >= rank).then_some(bin)
        })
    }

    /// The quantile at `q` in [0, 1]: the middle of the bin of the order statistic of rank `ceil(q n)`, at
    /// most half a relative width from it. Infinite if that value is out of range; NaN before the first
    /// value and outside [0, 1].
    pub fn value(&self, q: f64) -> f64 {
        if !(0.0..=1.0).contains(&q) {
            return f64::NAN;
        }
        let n = self.ordered();
        let rank = ((q * n as f64).ceil() as u64).clamp(1, n.max(1));
        self.bin_of_rank(rank).map_or(f64::NAN, |bin| self.resolution.middle(bin))
    }

    /// Interval of the quantile at `q` whatever the distribution: two order statistics whose ranks come
    /// from the binomial distribution, widened to the edges of their bins. It covers with at least the
    /// stated confidence. An end is infinite where the trials are too few to bound it.
    ///
    /// Source: H. A. David and H. N. Nagaraja, Order Statistics (3rd ed., 2003), section 7.1, with equal
    /// tails.
    pub fn order_statistics(&self, q: f64, confidence: Confidence) -> Interval {
        if !(0.0..=1.0).contains(&q) || self.not_a_number > 0 {
            return Interval::UNBOUNDED;
        }
        let (n, tail) = (self.ordered(), confidence.tail());
        // Number of values below the quantile: at least `low` and at most `high - 1` of them.
        let low = first_from(0, n + 1, |rank| rank > n || binomial_tails(rank, n, q).at_most > tail);
        let high = first_from(1, n + 1, |rank| rank > n || binomial_tails(rank, n, q).at_least <= tail);
        Interval {
            low: self.bin_of_rank(low).map_or(f64::NEG_INFINITY, |bin| self.resolution.edges(bin).low),
            high: self.bin_of_rank(high).map_or(f64::INFINITY, |bin| self.resolution.edges(bin).high),
        }
    }

    /// The quantile with its [interval](Self::order_statistics).
    pub fn estimate(&self, q: f64, confidence: Confidence) -> Estimate {
        Estimate::new(self.value(q), self.order_statistics(q, confidence), confidence, self.trials())
    }

    /// The same counts in the wider bins of `coarser`.
    fn coarsened(&self, coarser: Resolution) -> Self {
        let mut wide = Self { resolution: coarser, counts: BTreeMap::new(), not_a_number: self.not_a_number };
        for (&bin, &count) in &self.counts {
            *wide.counts.entry(self.resolution.coarser_bin(bin, coarser)).or_insert(0) += count;
        }
        wide
    }
}

/// The first number in `from..to` for which a condition holds that stays true once it is; `to` if none.
fn first_from(from: u64, to: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut from, mut to) = (from, to);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

impl Tally for Quantiles {
    const EXACT: bool = true;

    /// Tallies of unlike resolution are merged at the coarser one, exactly: its bins are unions of the
    /// finer bins. A tally without values has no say in the resolution.
    fn merge(&mut self, later: &Self) {
        self.not_a_number += later.not_a_number;
        if later.counts.is_empty() {
            return;
        }
        if self.counts.is_empty() {
            self.resolution = later.resolution;
        } else if self.resolution > later.resolution {
            *self = self.coarsened(later.resolution);
        }
        for (&bin, &count) in &later.counts {
            *self.counts.entry(later.resolution.coarser_bin(bin, self.resolution)).or_insert(0) += count;
        }
    }
}
