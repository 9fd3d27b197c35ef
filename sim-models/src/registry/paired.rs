//! A simulation beside a baseline, trial by trial with the same draws.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{BatchMeans, Confidence, Estimate, Interval, Tally};
use sim_core::monte_carlo::{Block, Control, Simulation, Start, Stop, TRIALS_PER_BLOCK};
use sim_core::random::Streams;

use super::erased::{AnyPlan, AnyTally, Counting, Failure, Outcome, go_on};
use super::{CellMetric, ParameterError, Replay};

/// What the name of a difference adds to that of its metric.
pub const DIFFERENCE: &str = "_difference";

/// Trials whose differences come from short batches, so that a run of few trials has batches enough.
const TRIALS_IN_SHORT: u64 = 8 * TRIALS_PER_BLOCK;

/// Trials of a short batch; later ones are whole blocks, which cost no more than without a baseline.
const SHORT: u64 = 64;

/// A plan and that of a baseline. It estimates all metrics of the plan, and of those that the baseline has, too, the difference.
///
/// *Intervals.* The value of a difference is that of the two estimates. Its interval comes from batches of trials (of 64 trials up to trial 4096, of 512 from
/// there on): the difference of a batch holds what both simulations owe to the same draws, so the spread of these differences, weighted by their
/// trials, is that of the paired difference, whatever the dependence (the method of batch means). Student's t
/// has one degree of freedom fewer than there are batches. Batches in which one of the two has no value are left out. Where n trials showed no difference, one
/// that occurs in a share `1 - (1 - c)^(1/n)` of all trials is not excluded; a metric with bounds has at least the interval that follows.
pub struct Paired<'a> {
    own: Box<dyn AnyPlan + 'a>,
    baseline: Box<dyn AnyPlan + 'a>,
    shared: Vec<Shared>,
    identical: bool,
    metrics: Vec<CellMetric>,
    notes: Vec<String>,
}

/// A metric that both have.
struct Shared {
    /// Its place in the plan.
    own: usize,
    /// Its place in the baseline.
    baseline: usize,
    /// Least and greatest difference.
    range: (f64, f64),
}

impl Shared {
    /// Half the width of the interval of the difference.
    fn reach(&self, batches: &BatchMeans, confidence: Confidence) -> f64 {
        let seen = batches.student_t(confidence).high - batches.value();
        let unseen = 1.0 - (1.0 - confidence.get()).powf(1.0 / batches.trials() as f64);
        let largest = self.range.0.abs().max(self.range.1.abs());
        match (batches.batches() < 2, largest.is_finite()) {
            (true, _) => f64::INFINITY,
            (false, true) => seen.max(largest * unseen),
            (false, false) => seen,
        }
    }
}

/// The difference of a metric, as a metric.
pub fn difference(own: &CellMetric, baseline: &CellMetric) -> CellMetric {
    CellMetric {
        name: format!("{}{DIFFERENCE}", own.name).into(),
        help: format!("{} of the cell minus that of its baseline, with the same draws", own.name).into(),
        unit: own.unit,
        range: (own.range.0 - baseline.range.1, own.range.1 - baseline.range.0),
    }
}

/// The metrics of one model that the other one has in the same unit, by their places in both.
pub fn shared(own: &[CellMetric], baseline: &[CellMetric]) -> Vec<(usize, usize)> {
    let is_same = |one: &CellMetric, other: &CellMetric| one.name == other.name && one.unit == other.unit;
    let of = |(place, metric): (usize, &CellMetric)| {
        Some((place, baseline.iter().position(|other| is_same(metric, other))?))
    };
    own.iter().enumerate().filter_map(of).collect()
}

impl<'a> Paired<'a> {
    /// A plan beside its baseline, which may be `identical`: then all differences are 0 for certain.
    ///
    /// # Errors
    /// They have no metric in common, or trials of one of them are no parts of a whole.
    pub fn new(
        own: Box<dyn AnyPlan + 'a>,
        baseline: Box<dyn AnyPlan + 'a>,
        identical: bool,
    ) -> Result<Self, ParameterError> {
        if own.counting().is_none() || baseline.counting().is_none() {
            return Err(ParameterError::impossible(&[], "a search has no baseline".to_owned()));
        }
        let places = shared(own.metrics(), baseline.metrics());
        if places.is_empty() {
            let sentence = "the cell and its baseline have no metric in common".to_owned();
            return Err(ParameterError::impossible(&[], sentence));
        }
        let differences =
            places.iter().map(|&(one, other)| difference(&own.metrics()[one], &baseline.metrics()[other]));
        let metrics: Vec<CellMetric> = own.metrics().iter().cloned().chain(differences).collect();
        let ranges = metrics[own.metrics().len()..].iter().map(|metric| metric.range);
        let shared = places.iter().zip(ranges);
        let shared = shared.map(|(&(own, baseline), range)| Shared { own, baseline, range }).collect();
        let of_baseline = baseline.notes().iter().filter(|note| !own.notes().contains(note));
        let of_baseline = of_baseline.map(|note| format!("baseline: {note}"));
        let notes = own.notes().iter().cloned().chain(of_baseline).collect();
        Ok(Self { own, baseline, shared, identical, metrics, notes })
    }

    fn both(&self) -> Option<(&dyn Counting, &dyn Counting)> {
        self.own.counting().zip(self.baseline.counting())
    }
}

/// The batches of a block: which trials are in one depends on their numbers alone, so that more trials extend a run.
fn batches(block: &Block) -> impl Iterator<Item = Block> {
    let Range { start, end } = block.trials();
    let step = if start < TRIALS_IN_SHORT { SHORT } else { TRIALS_PER_BLOCK };
    let ends = (start / step + 1..).map(move |batch| (batch * step).min(end));
    let mut from = start;
    let ranges = ends.map_while(move |to| (from < end).then(|| std::mem::replace(&mut from, to)..to));
    ranges.flat_map(Block::cover)
}

/// What the trials of both were counted into.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PairedTally {
    own: Side,
    baseline: Side,
    differences: Vec<BatchMeans>,
}

/// The tally of one of the two.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
enum Side {
    /// No trial yet.
    #[default]
    Empty,
    /// Some trials.
    Counted(Box<dyn AnyTally>),
    /// Some trials as text, before it is known of which model they are.
    Stored(String),
}

impl From<Option<String>> for Side {
    fn from(stored: Option<String>) -> Self {
        stored.map_or(Self::Empty, Self::Stored)
    }
}

impl From<Side> for Option<String> {
    fn from(side: Side) -> Self {
        match side {
            Side::Empty => None,
            Side::Counted(tally) => Some(tally.stored()),
            Side::Stored(text) => Some(text),
        }
    }
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Side").field(&Option::<String>::from(self.clone())).finish()
    }
}

impl Side {
    /// Counted, where it was stored.
    fn counted(self, plan: &dyn AnyPlan) -> Result<Self, Failure> {
        match (self, plan.counting()) {
            (Self::Stored(text), Some(plan)) => Ok(Self::Counted(plan.restore(&text)?)),
            (other, _) => Ok(other),
        }
    }

    fn merge(&mut self, later: &Self) {
        match (&mut *self, later) {
            (Self::Counted(own), Self::Counted(later)) => own.append(&**later),
            (Self::Empty, later) => *self = later.clone(),
            // Stored ones are counted before anything is added to them.
            _ => {}
        }
    }

    fn estimates(&self, plan: &dyn Counting, confidence: Confidence) -> Vec<Estimate> {
        match self {
            Self::Counted(tally) => plan.estimates(&**tally, confidence),
            Self::Empty | Self::Stored(_) => plan.estimates(&*plan.empty(), confidence),
        }
    }
}

impl Tally for PairedTally {
    fn merge(&mut self, later: &Self) {
        self.own.merge(&later.own);
        self.baseline.merge(&later.baseline);
        let metrics = self.differences.len().max(later.differences.len());
        self.differences.resize(metrics, BatchMeans::default());
        self.differences.iter_mut().zip(&later.differences).for_each(|(own, later)| own.merge(later));
    }
}

impl Simulation for Paired<'_> {
    type Tally = PairedTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut PairedTally) {
        let Some((own, baseline)) = self.both() else { return };
        for batch in batches(block) {
            let [one, other] = [own, baseline].map(|plan| plan.count(&batch, streams));
            let values = own.estimates(&*one, Confidence::DEFAULT);
            let others = baseline.estimates(&*other, Confidence::DEFAULT);
            let of = |shared: &Shared| {
                let value =
                    |estimates: &[Estimate], place: usize| estimates.get(place).map_or(f64::NAN, |e| e.value);
                let mut difference = BatchMeans::default();
                difference.record(batch.len(), value(&values, shared.own) - value(&others, shared.baseline));
                difference
            };
            let differences = self.shared.iter().map(of).collect();
            let counted =
                PairedTally { own: Side::Counted(one), baseline: Side::Counted(other), differences };
            Tally::merge(tally, &counted);
        }
    }

    fn estimates(&self, tally: &PairedTally, confidence: Confidence) -> Vec<Estimate> {
        let Some((own, baseline)) = self.both() else { return Vec::new() };
        let mut estimates = tally.own.estimates(own, confidence);
        let others = tally.baseline.estimates(baseline, confidence);
        let of = |(place, shared): (usize, &Shared)| {
            let (one, other) = (estimates.get(shared.own)?, others.get(shared.baseline)?);
            let (value, trials) = (one.value - other.value, one.trials.min(other.trials));
            let batches = tally.differences.get(place).copied().unwrap_or_default();
            let reach = if self.identical { 0.0 } else { shared.reach(&batches, confidence) };
            let (least, most) = shared.range;
            let interval = match value.is_nan() {
                true => Interval { low: least, high: most },
                false => Interval { low: (value - reach).max(least), high: (value + reach).min(most) },
            };
            Some(Estimate::new(value, interval, confidence, trials))
        };
        let differences: Vec<Estimate> = self.shared.iter().enumerate().filter_map(of).collect();
        estimates.extend(differences);
        estimates
    }
}

impl AnyPlan for Paired<'_> {
    fn run(&self, streams: &Streams, stop: &Stop, control: &Control) -> Result<Outcome, Failure> {
        go_on(self, self.metrics.len(), Start::default(), streams, stop, control)
    }

    fn extend(
        &self,
        tally: &str,
        trials: u64,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let stored: PairedTally =
            serde_json::from_str(tally).map_err(|error| Failure::Tally(error.to_string()))?;
        let own = stored.own.counted(&*self.own)?;
        let baseline = stored.baseline.counted(&*self.baseline)?;
        let tally = PairedTally { own, baseline, ..stored };
        go_on(self, self.metrics.len(), Start { tally, trials }, streams, stop, control)
    }

    fn single_trials(&self, trials: Range<u64>, streams: &Streams) -> Result<Vec<Vec<f64>>, Failure> {
        let mut own = self.own.single_trials(trials.clone(), streams)?;
        let others = self.baseline.single_trials(trials, streams)?;
        for (values, others) in own.iter_mut().zip(others) {
            let differences = self.shared.iter().map(|shared| values[shared.own] - others[shared.baseline]);
            let differences: Vec<f64> = differences.collect();
            values.extend(differences);
        }
        Ok(own)
    }

    fn replay(&self, trial: u64, streams: &Streams) -> Result<Option<Replay>, Failure> {
        self.own.replay(trial, streams)
    }

    fn metrics(&self) -> &[CellMetric] {
        &self.metrics
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

#[cfg(test)]
mod tests;
