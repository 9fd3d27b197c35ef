//! Running a sweep: cells over threads, rows in order, nothing lost on the way, and memory that does not grow with the number of cells.
//!
//! Cells are run in windows of so many, in the order of the sweep. The rows of a window become a part of the data set while the next window runs; at the end
//! all parts become one file. What takes long is saved within its window, too.
//!
//! With `[refine]` cells are run in rounds first, each of which follows from what the one before it found; when these are over, it is known where the trials of every cell
//! end, and the windows only put together what there is.

mod rounds;
mod saving;

pub use rounds::Refinement;
use saving::{Saver, Written};

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use rayon::prelude::*;
use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_models::registry::{AnyModel, Parameter, Values};

use crate::cell;
use crate::dataset::{
    Cell, Chunk, Counts, Directory, Done, Known, Layout, Manifest, Parts, Row, Shape, key_of,
};
use crate::problem::{Outcome, Problem};
use crate::progress::Bar;
use crate::scenario::Scenario;

/// Cells of a window: their rows are in memory at once. Also the rows of one batch of the data set, so that another number gives other bytes.
pub const WINDOW: usize = 2048;

/// Most reasons for failed cells that are remembered.
const MOST_REASONS: usize = 100;

/// What came of a sweep.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// The rows, in the order of the sweep, where they were asked for.
    pub rows: Vec<Row>,
    /// Counts for the manifest.
    pub counts: Counts,
    /// Rows that there are; after a cancellation some may be unfinished, or missing.
    pub there: usize,
    /// Cells that are the same as others of their window.
    pub repeated: usize,
    /// Cells for which trials were run now.
    pub fresh: usize,
    /// Those trials.
    pub fresh_trials: u64,
    /// Cells that ran all trials they may without reaching the half-width.
    pub imprecise: usize,
    /// Why cells failed; not all reasons if there are very many.
    pub reasons: BTreeSet<String>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// What came of `[refine]`.
    pub refined: Option<Refinement>,
}

/// Which cells are run, and what is kept of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// Whether cells that failed in an earlier run are tried again.
    pub retry_failed: bool,
    /// Whether all rows are given back.
    pub keep_rows: bool,
}

/// Runs the trials of `scenario` that `directory` does not hold yet, and leaves the directory compacted.
///
/// Every row has its tally, so a cell goes on where an earlier run left it, whatever rule that run had. Until the end,
/// new rows are added to the directory and none is taken away.
pub fn run(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &Directory,
    choice: Choice,
    control: &Control,
    bar: &Bar,
) -> Outcome<Swept> {
    let cells = scenario.cell_count()?;
    // Should it be killed, the directory says how far the scenario was to reach.
    directory.write_manifest(&Manifest::new(scenario.clone(), Counts { cells, ..Counts::default() }))?;
    let sweep = Sweep::new(scenario, model, choice, control, bar)?;
    let (swept, written) = sweep.all(0..cells, &|| directory.known(), directory.parts())?;
    let manifest = Manifest::new(scenario.clone(), swept.counts);
    directory.compact(&sweep.layout, &written.shape, &written.parts, &manifest)?;
    Ok(swept)
}

/// Runs the trials of some cells that a chunk does not hold yet, and leaves the chunk whole. One that is cancelled stays as it is.
pub fn run_chunk(
    scenario: &Scenario,
    model: &dyn AnyModel,
    chunk: &Chunk,
    cells: Range<usize>,
    stamp: &str,
    control: &Control,
    bar: &Bar,
) -> Outcome<Swept> {
    let sweep = Sweep::new(scenario, model, Choice::default(), control, bar)?;
    let (swept, written) = sweep.all(cells, &|| chunk.known(), chunk.parts())?;
    if !swept.cancelled {
        chunk.finish(&sweep.layout, &written.shape, &written.parts, stamp)?;
    }
    Ok(swept)
}

/// A row, unless it was cancelled before its first block, and what was known of its cell.
#[derive(Clone)]
struct Finished {
    row: Option<Row>,
    before: Option<Done>,
    /// The cell that ran.
    index: usize,
    /// Whether it is another one, which is the same.
    again: bool,
}

/// Cells that are there more than once: the first of each is run, and its row is kept for the others.
struct Repeated {
    keys: HashSet<u128>,
    first: HashMap<u128, Finished>,
}

impl Repeated {
    /// Those of a scenario, none of which has been run.
    fn of(scenario: &Scenario, model: &dyn AnyModel) -> Self {
        Self { keys: scenario.repeated_cells(model), first: HashMap::new() }
    }

    /// Those of a scenario whose cells are all different.
    fn none() -> Self {
        Self { keys: HashSet::new(), first: HashMap::new() }
    }
}

/// Where the trials of a cell end, if that is not as for all others.
#[derive(Clone, Copy, Debug)]
struct End {
    trials: u64,
    /// What is said of the end.
    ending: Ending,
}

/// Where the trials of cells end.
#[derive(Clone, Copy)]
enum Ends<'a> {
    /// For all cells where the rule of the scenario says.
    ByRule,
    /// For each cell of a range by itself.
    Each { first: usize, ends: &'a [End] },
}

impl Ends<'_> {
    fn of(self, cell: usize) -> Option<End> {
        match self {
            Self::ByRule => None,
            Self::Each { first, ends } => Some(ends[cell - first]),
        }
    }
}

/// What is the same for all windows.
#[derive(Clone)]
struct Sweep<'a> {
    scenario: &'a Scenario,
    model: &'a dyn AnyModel,
    parameters: Vec<Parameter>,
    layout: Layout,
    stop: Stop,
    choice: Choice,
    control: &'a Control,
    bar: &'a Bar,
}

impl<'a> Sweep<'a> {
    fn new(
        scenario: &'a Scenario,
        model: &'a dyn AnyModel,
        choice: Choice,
        control: &'a Control,
        bar: &'a Bar,
    ) -> Outcome<Self> {
        let stop = scenario.stop.rule()?;
        let layout = Layout::new(model, stop.confidence().get());
        Ok(Self { scenario, model, parameters: model.parameters(), layout, stop, choice, control, bar })
    }

    /// Runs cells, in rounds where the scenario says so. `known` says what is known by now.
    fn all(
        &self,
        cells: Range<usize>,
        known: &dyn Fn() -> Outcome<Known>,
        parts: &Parts,
    ) -> Outcome<(Swept, Written)> {
        match &self.scenario.refine {
            None => self.windows(cells, &known()?, parts, Ends::ByRule),
            Some(spec) => self.rounds(spec, cells, known, parts),
        }
    }

    /// Runs cells window by window. Gives what came of them, and the parts with their rows.
    fn windows(
        &self,
        cells: Range<usize>,
        known: &Known,
        parts: &Parts,
        ends: Ends<'_>,
    ) -> Outcome<(Swept, Written)> {
        let counts = Counts { cells: cells.len(), ..Counts::default() };
        // The first of equal cells is run for all, whichever windows they are in.
        let mut repeated = Repeated::of(self.scenario, self.model);
        let (mut swept, mut written) = (Swept { counts, ..Swept::default() }, Written::default());
        thread::scope(|scope| {
            let mut writing: Option<ScopedJoinHandle<'_, Outcome<(PathBuf, Shape)>>> = None;
            for start in cells.clone().step_by(WINDOW) {
                if self.control.is_cancelled() && known.is_empty() {
                    swept.cancelled = true;
                    break;
                }
                let window: Vec<usize> = (start..cells.end.min(start + WINDOW)).collect();
                let (rows, early_parts) = self.window(&window, known, parts, &mut repeated, ends)?;
                swept.add(&rows, self.choice.keep_rows);
                let rows: Vec<Row> = rows.into_iter().filter_map(|finished| finished.row).collect();
                written.wait_for(writing.take())?;
                let layout = &self.layout;
                writing = Some(scope.spawn(move || {
                    let part = parts.add(layout, &rows)?;
                    parts.remove(&early_parts)?;
                    Ok((part, layout.shape(&rows)))
                }));
            }
            written.wait_for(writing)
        })?;
        Ok((swept, written))
    }

    /// Runs the cells of a window. Gives their rows, and the parts in which some of them were saved meanwhile.
    fn window(
        &self,
        window: &[usize],
        known: &Known,
        parts: &Parts,
        repeated: &mut Repeated,
        ends: Ends<'_>,
    ) -> Outcome<(Vec<Finished>, Vec<PathBuf>)> {
        let layout = &self.layout;
        let cells: Vec<Cell> = window.par_iter().map(|&index| self.cell(index)).collect::<Outcome<_>>()?;
        let earlier = match known.is_empty() {
            true => HashMap::new(),
            false => known.rows(cells.iter().map(|cell| cell.hash.as_str()))?,
        };
        let saver = Mutex::new(Saver::new(parts, layout));
        let keys: Vec<u128> = cells.iter().map(|cell| key_of(&cell.digest)).collect();
        let mut new = HashSet::new();
        let mut is_first = |key: &u128| {
            !repeated.keys.contains(key) || !repeated.first.contains_key(key) && new.insert(*key)
        };
        let first: Vec<bool> = keys.iter().map(&mut is_first).collect();
        let (mut run, mut again) = (Vec::with_capacity(cells.len()), VecDeque::new());
        for ((cell, &index), &first) in cells.into_iter().zip(window).zip(&first) {
            if first {
                run.push((cell, index));
            } else {
                again.push_back(cell);
            }
        }
        let rows = run.into_par_iter().map(|(cell, index)| {
            let before = earlier.get(&cell.hash).cloned();
            let end = ends.of(index);
            let stop = self.stop_at(end)?;
            let mut row = match &before {
                Some(failed) if failed.error.is_some() && !self.choice.retry_failed => {
                    Some(cell::known_to_fail(self.model, cell, self.scenario.randomness(), failed.clone()))
                }
                _ => cell::finish(
                    self.model,
                    cell,
                    self.scenario.randomness(),
                    before.as_ref(),
                    &stop,
                    self.control,
                ),
            };
            if let (Some(row), Some(end)) = (&mut row, end)
                && row.done.ending == Ending::Complete
            {
                row.done.ending = end.ending;
            }
            if let Some(row) = &row {
                let new = new_trials(row, before.as_ref(), end.is_some());
                let failed = row.done.error.is_some();
                self.bar.cell(failed, (new != Some(0)).then_some(new.unwrap_or(0)));
                if new != Some(0) {
                    saver.lock().unwrap_or_else(PoisonError::into_inner).add(row)?;
                }
            }
            Ok(Finished { row, before, index, again: false })
        });
        let mut rows: VecDeque<Finished> = rows.collect::<Outcome<Vec<_>>>()?.into();
        let mut all: Vec<Finished> = Vec::with_capacity(keys.len());
        for (key, first) in keys.into_iter().zip(first) {
            if first {
                let finished = rows.pop_front();
                if let (true, Some(finished)) = (repeated.keys.contains(&key), &finished) {
                    repeated.first.insert(key, finished.clone());
                }
                all.extend(finished);
            } else {
                self.bar.cell(false, None);
                let same = repeated.first.get(&key);
                all.extend(same.zip(again.pop_front()).map(|(same, cell)| same.again(cell)));
            }
        }
        Ok((all, saver.into_inner().unwrap_or_else(PoisonError::into_inner).into_parts()))
    }

    fn stop_at(&self, end: Option<End>) -> Outcome<Stop> {
        let Some(end) = end else { return Ok(self.stop) };
        let stop = Stop::after(end.trials).map_err(|error| Problem::failure(error.to_string()))?;
        Ok(stop.with_confidence(self.stop.confidence()))
    }

    fn cell(&self, index: usize) -> Outcome<Cell> {
        let values = Values::resolve(&self.parameters, &self.scenario.cell(index));
        Ok(Cell::new(self.model, values.map_err(|error| Problem::parameters(&error))?))
    }
}

impl Finished {
    /// The row of an equal cell, for which nothing was run. Its place in the sweep is another one.
    fn again(&self, cell: Cell) -> Self {
        let row = self.row.clone().map(|row| Row { cell, ..row });
        Self { again: true, row, ..self.clone() }
    }
}

/// How many trials of a row were run now; `None` for a cell that failed now. A row that is `looked` at again on the way to what is known has fewer than that.
fn new_trials(row: &Row, before: Option<&Done>, looked: bool) -> Option<u64> {
    let known = before.map_or(0, |before| before.trials);
    match &row.done.error {
        Some(error) if before.is_none_or(|before| before.error.as_ref() != Some(error)) => None,
        Some(_) => Some(0),
        None if looked => Some(row.done.trials.saturating_sub(known)),
        None => Some(row.done.trials.abs_diff(known)),
    }
}

impl Swept {
    /// Counts the rows of a window.
    fn add(&mut self, rows: &[Finished], keep: bool) {
        for Finished { row, before, again, .. } in rows {
            let Some(row) = row else {
                self.cancelled = true;
                continue;
            };
            let unfinished = row.done.ending == Ending::Cancelled;
            self.cancelled |= unfinished;
            self.there += 1;
            self.counts.done += usize::from(!unfinished);
            if !*again {
                self.counts.trials += row.done.trials;
            }
            self.imprecise += usize::from(row.done.ending == Ending::Imprecise);
            if let Some(error) = &row.done.error {
                self.counts.failed += 1;
                if self.reasons.len() < MOST_REASONS {
                    self.reasons.insert(error.clone());
                }
            }
            self.repeated += usize::from(*again);
            let new = if *again { Some(0) } else { new_trials(row, before.as_ref(), false) };
            self.fresh += usize::from(new != Some(0));
            self.fresh_trials += new.unwrap_or(0);
            if keep {
                self.rows.push(row.clone());
            }
        }
    }
}
