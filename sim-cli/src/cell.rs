//! One cell: from parameters to a row.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::Streams;
use sim_models::registry::{AnyModel, AnyPlan, Failure, ParameterError, Replay, Values};

use crate::dataset::{Cell, Done, Row};
use crate::scenario::Randomness;
use crate::trials::single_trials;

/// A cell whose parameters are checked, ready to run.
pub struct Prepared<'a> {
    cell: Cell,
    plan: Box<dyn AnyPlan + 'a>,
    streams: Streams,
    metrics: Vec<Cow<'static, str>>,
    predictions: Vec<(Cow<'static, str>, Option<f64>)>,
    notes: Vec<String>,
}

impl Cell {
    /// The cell of these parameters.
    pub fn new(model: &dyn AnyModel, values: Values) -> Self {
        let digest = model.hash(&values);
        let mut hash = String::with_capacity(2 * digest.len());
        for byte in digest {
            // Writing to a text does not fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Self { digest, hash, values }
    }
}

impl<'a> Prepared<'a> {
    /// Prepares the simulation and computes the predictions.
    pub fn new(
        model: &'a dyn AnyModel,
        values: Values,
        randomness: Randomness,
    ) -> Result<Self, ParameterError> {
        Self::of(model, &Cell::new(model, values), randomness)
    }

    fn of(model: &'a dyn AnyModel, cell: &Cell, randomness: Randomness) -> Result<Self, ParameterError> {
        let forecast = model.predict(&cell.values)?;
        let plan = model.prepare(&cell.values)?;
        let metrics = plan.metrics().iter().map(|metric| metric.name.clone()).collect();
        let notes = [plan.notes(), &forecast.notes].concat();
        let predictions = forecast.predictions.into_iter().map(|p| (p.name, p.value)).collect();
        let streams = randomness.streams(cell.digest);
        Ok(Self { cell: cell.clone(), plan, streams, metrics, predictions, notes })
    }

    /// Hash of the cell.
    pub fn hash(&self) -> &str {
        &self.cell.hash
    }

    /// What a reader of the estimates and predictions must know.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Runs one trial again and tells what happened in it.
    pub fn replay(&self, trial: u64) -> Result<Option<Replay>, Failure> {
        self.plan.replay(trial, &self.streams)
    }

    /// What a metric comes to in each of these trials; none if the cell does not have it, and `None` if it was cancelled.
    pub fn single_trials(
        &self,
        metric: &str,
        trials: Range<u64>,
        control: &Control,
    ) -> Result<Option<Vec<f64>>, Failure> {
        let Some(place) = self.metrics.iter().position(|known| known == metric) else {
            return Ok(Some(Vec::new()));
        };
        let of = |run: Vec<f64>| run.get(place).copied();
        let values = single_trials(&*self.plan, trials, &self.streams, control, of, |_| {})?;
        Ok(values.map(|values| values.into_iter().flatten().collect()))
    }

    /// Runs the trials that `earlier` does not have. A model that panics gives a failed cell.
    pub fn run(&self, earlier: Option<&Done>, stop: &Stop, control: &Control) -> Row {
        let outcome = match earlier.filter(|done| done.error.is_none()) {
            Some(done) => self.plan.extend(&done.tally, done.trials, &self.streams, stop, control),
            None => self.plan.run(&self.streams, stop, control),
        };
        let done = match outcome {
            Ok(outcome) => Done {
                estimates: outcome.estimates,
                trials: outcome.trials,
                ending: outcome.ending,
                tally: outcome.tally,
                error: None,
            },
            Err(failure) => Done::failed(failure.to_string()),
        };
        self.row(done)
    }

    fn row(&self, done: Done) -> Row {
        let (metrics, predictions) = (self.metrics.clone(), self.predictions.clone());
        Row { cell: self.cell.clone(), done, metrics, predictions }
    }
}

/// One cell of a sweep: what is known of it, with the trials that it lacks. A cell that cannot run is a row with its
/// error. `None` when cancelled before its first block.
pub fn finish(
    model: &dyn AnyModel,
    cell: Cell,
    randomness: Randomness,
    known: Option<&Done>,
    stop: &Stop,
    control: &Control,
) -> Option<Row> {
    let row = match Prepared::of(model, &cell, randomness) {
        Ok(prepared) => prepared.run(known, stop, control),
        Err(error) => without_columns(cell, Done::failed(error.to_string())),
    };
    let untouched = row.done.ending == Ending::Cancelled && row.done.trials == 0;
    (!untouched).then_some(row)
}

/// One cell of a sweep that failed before and is not tried again.
pub fn known_to_fail(model: &dyn AnyModel, cell: Cell, randomness: Randomness, failed: Done) -> Row {
    match Prepared::of(model, &cell, randomness) {
        Ok(prepared) => prepared.row(failed),
        // What is wrong with the parameters is found anew.
        Err(error) => without_columns(cell, Done::failed(error.to_string())),
    }
}

/// The row of a cell that has neither estimates nor predictions.
fn without_columns(cell: Cell, done: Done) -> Row {
    Row { cell, done, metrics: Vec::new(), predictions: Vec::new() }
}
