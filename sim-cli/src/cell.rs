//! One cell: from parameters to a row.

use std::borrow::Cow;
use std::collections::HashMap;

use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::Streams;
use sim_models::registry::{AnyModel, AnyPlan, Failure, ParameterError, Replay, Values};

use crate::dataset::{Cell, Done, Row};
use crate::scenario::Randomness;

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
        let hash = values.hash(model.about().name);
        Self { hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(), values }
    }
}

impl<'a> Prepared<'a> {
    /// Prepares the simulation and computes the predictions.
    pub fn new(
        model: &'a dyn AnyModel,
        values: Values,
        randomness: Randomness,
    ) -> Result<Self, ParameterError> {
        let forecast = model.predict(&values)?;
        let plan = model.prepare(&values)?;
        let metrics = plan.metrics().iter().map(|metric| metric.name.clone()).collect();
        let notes = [plan.notes(), &forecast.notes].concat();
        let predictions = forecast.predictions.into_iter().map(|p| (p.name, p.value)).collect();
        let streams = randomness.streams(model.about().name, &values);
        Ok(Self { cell: Cell::new(model, values), plan, streams, metrics, predictions, notes })
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
        let (metrics, predictions) = (self.metrics.clone(), self.predictions.clone());
        Row { cell: self.cell.clone(), done, metrics, predictions }
    }
}

/// One cell of a sweep: what `earlier` knows of it, with the trials that it lacks. A cell that cannot run is a row with its
/// error. `None` when cancelled before its first block.
pub fn finish(
    model: &dyn AnyModel,
    values: Values,
    randomness: Randomness,
    earlier: &HashMap<String, Done>,
    stop: &Stop,
    control: &Control,
) -> Option<Row> {
    let prepared = match Prepared::new(model, values.clone(), randomness) {
        Ok(prepared) => prepared,
        Err(error) => {
            let (cell, done) = (Cell::new(model, values), Done::failed(error.to_string()));
            return Some(Row { cell, done, metrics: Vec::new(), predictions: Vec::new() });
        }
    };
    let row = prepared.run(earlier.get(&prepared.cell.hash), stop, control);
    let untouched = row.done.ending == Ending::Cancelled && row.done.trials == 0;
    (!untouched).then_some(row)
}
