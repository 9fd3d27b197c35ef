//! Running a sweep: cells over threads, rows in order, nothing lost on the way.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use sim_core::monte_carlo::{Control, Ending};
use sim_models::registry::{AnyModel, Values};

use crate::cell;
use crate::dataset::{Counts, Directory, Done, Layout, Manifest, Row};
use crate::problem::{Outcome, Problem};
use crate::progress::Bar;
use crate::scenario::Scenario;

/// Rows are put on disk about this often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// What came of a sweep.
#[derive(Clone, Debug)]
pub struct Swept {
    /// The rows that there are, in the order of the sweep. After a cancellation some may be unfinished.
    pub rows: Vec<Row>,
    /// Counts for the manifest.
    pub counts: Counts,
    /// Cells for which trials were run now.
    pub fresh: usize,
    /// Those trials.
    pub fresh_trials: u64,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// Runs the trials of `scenario` that `directory` does not hold yet, and leaves the directory compacted.
///
/// Every row has its tally, so a cell goes on where an earlier run left it, whatever rule that run had. Until the end,
/// new rows are added to the directory and none is taken away.
pub fn run(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &mut Directory,
    control: &Control,
    bar: &Bar,
) -> Outcome<Swept> {
    let stop = scenario.stop.rule()?;
    let layout = Layout::new(model, stop.confidence().get());
    let earlier = directory.rows()?;
    let cells = scenario.cell_count()?;
    let parameters = model.parameters();
    // From here on a killed sweep is recognized and goes on.
    let counts = Counts { cells, ..Counts::default() };
    directory.write_manifest(&Manifest::new(scenario.clone(), counts))?;
    let saver = Mutex::new(Saver { directory, layout: &layout, unsaved: Vec::new(), saved: Instant::now() });
    let rows: Vec<Option<Row>> = (0..cells)
        .into_par_iter()
        .map(|index| {
            let values = Values::resolve(&parameters, &scenario.cell(index))
                .map_err(|error| Problem::parameters(&error))?;
            let row = cell::finish(model, values, scenario.randomness(), &earlier, &stop, control);
            if let Some(row) = row.as_ref().filter(|row| new_trials(row, &earlier) != Some(0)) {
                saver.lock().unwrap_or_else(PoisonError::into_inner).add(row)?;
            }
            bar.step(row.as_ref().is_some_and(|row| row.done.error.is_some()));
            Ok(row)
        })
        .collect::<Outcome<_>>()?;
    let directory = saver.into_inner().unwrap_or_else(PoisonError::into_inner).directory;
    let swept = Swept::of(rows, &earlier);
    directory.compact(&layout, &swept.rows, &Manifest::new(scenario.clone(), swept.counts))?;
    Ok(swept)
}

/// How many trials of a row were run now; `None` for a cell that failed now.
fn new_trials(row: &Row, earlier: &HashMap<String, Done>) -> Option<u64> {
    let before = earlier.get(&row.cell.hash);
    match &row.done.error {
        Some(error) if before.is_none_or(|before| before.error.as_ref() != Some(error)) => None,
        Some(_) => Some(0),
        None => Some(row.done.trials.abs_diff(before.map_or(0, |before| before.trials))),
    }
}

impl Swept {
    fn of(rows: Vec<Option<Row>>, earlier: &HashMap<String, Done>) -> Self {
        let mut swept = Self {
            counts: Counts { cells: rows.len(), ..Counts::default() },
            cancelled: rows.iter().any(Option::is_none),
            rows: rows.into_iter().flatten().collect(),
            fresh: 0,
            fresh_trials: 0,
        };
        for row in &swept.rows {
            let unfinished = row.done.ending == Ending::Cancelled;
            swept.cancelled |= unfinished;
            swept.counts.done += usize::from(!unfinished);
            swept.counts.failed += usize::from(row.done.error.is_some());
            swept.counts.trials += row.done.trials;
            let new = new_trials(row, earlier);
            swept.fresh += usize::from(new != Some(0));
            swept.fresh_trials += new.unwrap_or(0);
        }
        swept
    }
}

/// Puts finished rows on disk while others are still running.
struct Saver<'a> {
    directory: &'a mut Directory,
    layout: &'a Layout,
    unsaved: Vec<Row>,
    saved: Instant,
}

impl Saver<'_> {
    fn add(&mut self, row: &Row) -> Outcome<()> {
        self.unsaved.push(row.clone());
        if self.saved.elapsed() > SAVE_EVERY {
            self.directory.add_part(self.layout, &self.unsaved)?;
            self.unsaved.clear();
            self.saved = Instant::now();
        }
        Ok(())
    }
}
