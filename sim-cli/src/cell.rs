//! One cell: from parameters to a row.

use std::collections::HashMap;

use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::{AnyModel, AnyPlan, ParameterError, Values};

use crate::dataset::{Cell, Done, Row};

/// A cell whose parameters are checked, ready to run.
pub struct Prepared {
    cell: Cell,
    plan: Box<dyn AnyPlan>,
    streams: Streams,
    predictions: Vec<Option<f64>>,
}

impl Cell {
    /// The cell of these parameters.
    pub fn new(model: &dyn AnyModel, values: Values) -> Self {
        let hash = values.hash(model.about().name);
        Self { hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(), values }
    }
}

impl Prepared {
    /// Prepares the simulation and computes the predictions.
    pub fn new(model: &dyn AnyModel, values: Values, seed: u64) -> Result<Self, ParameterError> {
        let predictions = model.predict(&values)?;
        let plan = model.prepare(&values)?;
        let family = Family::of_cell(values.hash(model.about().name));
        let streams = Streams::new(seed, Purpose::World, family);
        Ok(Self { cell: Cell::new(model, values), plan, streams, predictions })
    }

    /// What a reader of the estimates must know.
    pub fn notes(&self) -> &[String] {
        self.plan.notes()
    }

    /// Runs the trials. A model that panics gives a failed cell.
    pub fn run(&self, stop: &Stop, control: &Control) -> Row {
        self.row(match self.plan.run(&self.streams, stop, control) {
            Ok(outcome) => Done {
                estimates: outcome.estimates,
                trials: outcome.trials,
                ending: outcome.ending,
                tally: outcome.tally,
                error: None,
            },
            Err(failure) => Done::failed(failure.to_string()),
        })
    }

    /// The row of an earlier run, from its tally; `None` if the cell had failed or the tally cannot be read.
    pub fn restore(&self, earlier: &Done, stop: &Stop) -> Option<Row> {
        let estimates = self.plan.estimates(&earlier.tally, stop.confidence()).ok()?;
        Some(self.row(Done { estimates, ..earlier.clone() }))
    }

    fn row(&self, done: Done) -> Row {
        Row { cell: self.cell.clone(), done, predictions: self.predictions.clone() }
    }
}

/// A row of a sweep, and whether trials were run for it.
pub struct Finished {
    /// The row.
    pub row: Row,
    /// False where it was restored from an earlier run.
    pub fresh: bool,
}

/// One cell of a sweep: restored from what `earlier` knows of it, or run. A cell that cannot run is a row with its error.
/// `None` when cancelled before it was complete.
pub fn finish(
    model: &dyn AnyModel,
    values: Values,
    seed: u64,
    earlier: &HashMap<String, Done>,
    stop: &Stop,
    control: &Control,
) -> Option<Finished> {
    if control.is_cancelled() && !earlier.contains_key(&Cell::new(model, values.clone()).hash) {
        return None;
    }
    let prepared = match Prepared::new(model, values.clone(), seed) {
        Ok(prepared) => prepared,
        Err(error) => {
            let (cell, done) = (Cell::new(model, values), Done::failed(error.to_string()));
            return Some(Finished { row: Row { cell, done, predictions: Vec::new() }, fresh: true });
        }
    };
    if let Some(row) = earlier.get(&prepared.cell.hash).and_then(|done| prepared.restore(done, stop)) {
        return Some(Finished { row, fresh: false });
    }
    if control.is_cancelled() {
        return None;
    }
    let row = prepared.run(stop, control);
    (row.done.ending != Ending::Cancelled).then_some(Finished { row, fresh: true })
}
