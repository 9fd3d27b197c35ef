//! Running a sweep: cells over threads, rows in order, nothing lost on the way.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_models::registry::{AnyModel, Values};

use crate::cell::{self, Finished};
use crate::dataset::{Counts, Directory, Layout, Manifest, Row};
use crate::problem::{Outcome, Problem};
use crate::progress::Bar;
use crate::scenario::Scenario;

/// Cells handed to the threads at once.
const BATCH: usize = 256;

/// Rows are put on disk about this often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// What came of a sweep.
#[derive(Clone, Debug)]
pub struct Swept {
    /// Rows of the complete cells, in the order of the sweep.
    pub rows: Vec<Row>,
    /// Counts for the manifest.
    pub counts: Counts,
    /// Cells for which trials were run now.
    pub fresh: usize,
    /// Their trials.
    pub fresh_trials: u64,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// Runs all cells of `scenario` that `directory` does not hold yet, and leaves the directory compacted.
pub fn run(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &mut Directory,
    control: &Control,
    bar: &Bar,
) -> Outcome<Swept> {
    let stop = scenario.stop.rule()?;
    let layout = Layout::new(model, stop.confidence().get());
    let earlier = directory.done(scenario)?;
    let cells = scenario.cell_count()?;
    let parameters = model.parameters();
    let mut swept = Swept {
        rows: Vec::new(),
        counts: Counts { cells, ..Counts::default() },
        fresh: 0,
        fresh_trials: 0,
        cancelled: false,
    };
    // From here on a killed sweep is recognized and goes on.
    directory.write_manifest(&Manifest::new(scenario.clone(), swept.counts))?;
    let mut unsaved: Vec<Row> = Vec::new();
    let mut saved = Instant::now();
    for start in (0..cells).step_by(BATCH) {
        let batch: Vec<Option<Finished>> = (start..cells.min(start + BATCH))
            .into_par_iter()
            .map(|index| {
                let values = Values::resolve(&parameters, &scenario.cell(index))
                    .map_err(|error| Problem::parameters(&error))?;
                let finished = cell::finish(model, values, scenario.seed, &earlier, &stop, control);
                bar.step();
                Ok(finished)
            })
            .collect::<Outcome<_>>()?;
        for finished in batch {
            match finished {
                Some(finished) => swept.take(finished, &mut unsaved),
                None => swept.cancelled = true,
            }
        }
        // A cancelled sweep goes on to its end without running anything: cells of an earlier run may stand there.
        bar.failures(swept.counts.failed);
        if saved.elapsed() > SAVE_EVERY && !unsaved.is_empty() {
            directory.add_part(&layout, &unsaved, &scenario.stop)?;
            unsaved.clear();
            saved = Instant::now();
        }
    }
    directory.compact(&layout, &swept.rows, &Manifest::new(scenario.clone(), swept.counts))?;
    Ok(swept)
}

impl Swept {
    fn take(&mut self, finished: Finished, unsaved: &mut Vec<Row>) {
        let row = finished.row;
        self.counts.done += 1;
        self.counts.failed += usize::from(row.done.error.is_some());
        self.counts.trials += row.done.trials;
        if finished.fresh {
            self.fresh += 1;
            self.fresh_trials += row.done.trials;
            unsaved.push(row.clone());
        }
        self.rows.push(row);
    }
}
