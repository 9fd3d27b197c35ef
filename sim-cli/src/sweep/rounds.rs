//! Rounds of a refined sweep: cells are run until they were looked at as often as their question asks for.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use sim_core::design::refinement::{self, Answer, Question, Seen};
use sim_core::monte_carlo::{Ending, Precision};

use super::{Choice, End, Ends, Finished, Repeated, Sweep, Swept, WINDOW, Written, new_trials};
use crate::dataset::{Known, Parts, Row};
use crate::output::grouped;
use crate::problem::Outcome;
use crate::progress::Bar;
use crate::scenario::{Aim, Goal, RefineSpec};

/// What came of `[refine]`.
#[derive(Clone, Debug, Serialize)]
pub struct Refinement {
    /// What was asked.
    question: String,
    /// Cells of which it could be asked; those that are there again are not counted.
    cells: u64,
    /// Cells above the level for certain, or ahead of their group.
    ahead: u64,
    /// Cells below the level for certain, or behind another one of their group.
    behind: u64,
    /// Cells whose interval is as narrow as it need be, without an answer.
    narrow: u64,
    /// Cells for which there was no answer within the trials.
    open: u64,
    /// Trials of all cells.
    trials: u64,
    /// Trials of the cell with most of them.
    most_trials: u64,
    /// Largest half-width of an interval; null if one has none.
    widest: f64,
    #[serde(skip)]
    kind: Question,
}

impl Refinement {
    /// Where it is kept in the data set.
    pub const FILE: &str = "refine.json";
}

/// Cells on their way.
struct Rounds<'s, 'a> {
    sweep: Sweep<'a>,
    spec: &'s RefineSpec,
    plan: refinement::Refinement,
    first: usize,
    seen: Vec<Seen>,
    /// Cells whose interval is as narrow as it need be.
    narrow: Vec<bool>,
    /// The cell that runs for each: itself, or the first that is the same.
    first_of: Vec<usize>,
    /// Cells for which trials were run now.
    fresh: Vec<bool>,
    fresh_trials: u64,
    /// Trials of all cells.
    spent: u64,
    /// Cells that failed after they had been looked at.
    failed: Vec<bool>,
    cancelled: bool,
}

impl<'a> Sweep<'a> {
    /// Runs cells in rounds, and at last puts all rows together. What an earlier run has left is looked at as if it were run now, so that a sweep that was
    /// killed takes the same way again, at no cost.
    pub(super) fn rounds(
        &self,
        spec: &RefineSpec,
        cells: Range<usize>,
        known: &dyn Fn() -> Outcome<Known>,
        parts: &Parts,
    ) -> Outcome<(Swept, Written)> {
        let plan = refinement::Refinement {
            question: spec.question(self.scenario),
            looks: spec.looks(self.scenario)?,
        };
        let mut rounds = Rounds {
            sweep: self.clone(),
            spec,
            plan,
            first: cells.start,
            seen: vec![Seen::UNSEEN; cells.len()],
            narrow: vec![false; cells.len()],
            first_of: (0..cells.len()).collect(),
            fresh: vec![false; cells.len()],
            fresh_trials: 0,
            spent: 0,
            failed: vec![false; cells.len()],
            cancelled: false,
        };
        while rounds.take(known, parts)? {
            self.bar.again(cells.len() as u64);
        }
        rounds.put_together(cells, &known()?, parts)
    }
}

impl Rounds<'_, '_> {
    /// Takes the rounds from the first one on. Whether they must be taken once more: a cell that failed at a later look was a rival of others until then. Whoever
    /// repeats the sweep knows from the start that it fails, and takes the way without it; so does this sweep.
    fn take(&mut self, known: &dyn Fn() -> Outcome<Known>, parts: &Parts) -> Outcome<bool> {
        let failed = self.failed.clone();
        let able: Vec<usize> = (0..failed.len()).filter(|&cell| !failed[self.first_of[cell]]).collect();
        able.iter().for_each(|&cell| self.seen[cell] = Seen::UNSEEN);
        self.spent = 0;
        self.run(&able, &known()?, parts, &mut Repeated::of(self.sweep.scenario, self.sweep.model))?;
        // What was tried again and failed is not tried a third time.
        self.sweep.choice.retry_failed = false;
        while !self.cancelled && self.failed == failed {
            let chosen = self.chosen(self.spec.total.unwrap_or(u64::MAX).saturating_sub(self.spent));
            if chosen.is_empty() {
                return Ok(false);
            }
            for &cell in &chosen {
                self.seen[cell].look += 1;
            }
            self.sweep.bar.again(chosen.len() as u64);
            self.run(&chosen, &known()?, parts, &mut Repeated::none())?;
        }
        Ok(!self.cancelled)
    }

    /// Looks at some cells, at the look that each of them has come to.
    fn run(&mut self, cells: &[usize], known: &Known, parts: &Parts, repeated: &mut Repeated) -> Outcome<()> {
        // Until the last round is over, a cell is one that was begun.
        let ends = self.ends(|_| Ending::Cancelled);
        for window in cells.chunks(WINDOW) {
            let ends = Ends::Each { first: self.first, ends: &ends };
            let indices: Vec<usize> = window.iter().map(|cell| self.first + cell).collect();
            let (rows, early_parts) = self.sweep.window(&indices, known, parts, repeated, ends)?;
            let is_new =
                |finished: &&Finished| !finished.again && finished.new_trials().is_none_or(|new| new > 0);
            let new = rows.iter().filter(is_new).filter_map(|finished| finished.row.clone());
            let new: Vec<Row> = new.collect();
            if !new.is_empty() {
                parts.add(&self.sweep.layout, &new)?;
            }
            parts.remove(&early_parts)?;
            for (&cell, finished) in window.iter().zip(&rows) {
                self.look(cell, finished);
            }
            if self.cancelled {
                break;
            }
        }
        Ok(())
    }

    /// The cells of the next round. Where it is asked who leads a group, a cell that is another one again shows what that one shows, and the other
    /// one runs for it. Elsewhere it has nothing to say beside it.
    fn chosen(&mut self, left: u64) -> Vec<usize> {
        if matches!(self.plan.question, Question::Leader { .. }) {
            for (cell, &first) in self.first_of.iter().enumerate() {
                (self.seen[cell], self.narrow[cell]) = (self.seen[first], self.narrow[first]);
            }
        }
        let chosen = self.plan.round(&self.seen, left).into_iter();
        let mut cells: Vec<usize> = chosen.map(|cell| self.first_of[cell]).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// Takes down what a cell showed.
    fn look(&mut self, cell: usize, finished: &Finished) {
        let look = self.seen[cell].look;
        let Some(row) = &finished.row else {
            self.cancelled = true;
            return;
        };
        if finished.again {
            self.seen[cell] = Seen { look, ..Seen::NOTHING };
            self.first_of[cell] = finished.index - self.first;
            return;
        }
        let new = finished.new_trials();
        self.fresh[cell] |= new != Some(0);
        self.fresh_trials += new.unwrap_or(0);
        if row.done.error.is_none() {
            let trials = self.plan.looks.trials(look);
            let before = look.checked_sub(1).map_or(0, |before| self.plan.looks.trials(before));
            self.spent = self.spent.saturating_add(trials - before);
            // One that was interrupted has not come as far as it should.
            self.cancelled |= row.done.trials < trials;
        } else {
            self.failed[cell] = look > 0;
        }
        let precision = self.sweep.stop.precision();
        (self.seen[cell], self.narrow[cell]) = seen(self.spec, row, precision)
            .map_or((Seen { look, ..Seen::NOTHING }, false), |(seen, narrow)| {
                (Seen { look, ..seen }, narrow)
            });
    }

    /// Where the trials of all cells end, and what is said of it.
    fn ends(&self, ending: impl Fn(usize) -> Ending) -> Vec<End> {
        let end =
            |cell: usize| End { trials: self.plan.looks.trials(self.seen[cell].look), ending: ending(cell) };
        (0..self.seen.len()).map(end).collect()
    }

    fn ending(&self, cell: usize, answer: Answer) -> Ending {
        let is_wanted = self.plan.question != Question::Width || self.sweep.stop.precision().is_some();
        match (self.seen[cell].is_asked() && is_wanted, self.narrow[cell] || answer != Answer::Open) {
            (false, _) => Ending::Complete,
            (true, true) => Ending::Precise,
            (true, false) => Ending::Imprecise,
        }
    }

    /// Puts the rows together, without a trial. Where the rounds were interrupted, every cell keeps all it has.
    fn put_together(self, cells: Range<usize>, known: &Known, parts: &Parts) -> Outcome<(Swept, Written)> {
        let most = self.plan.looks.most();
        let answers = self.plan.answers(&self.seen);
        let ends = match self.cancelled {
            true => vec![End { trials: most, ending: Ending::Complete }; cells.len()],
            false => self.ends(|cell| self.ending(cell, answers[cell])),
        };
        let bar = Bar::cells(cells.len() as u64, true);
        let choice = Choice { retry_failed: false, ..self.sweep.choice };
        let last = Sweep { bar: &bar, choice, ..self.sweep.clone() };
        let (mut swept, written) =
            last.windows(cells.clone(), known, parts, Ends::Each { first: cells.start, ends: &ends })?;
        swept.fresh = self.fresh.iter().filter(|fresh| **fresh).count();
        swept.fresh_trials = self.fresh_trials;
        // What remained open is told with the answers.
        swept.imprecise = 0;
        swept.refined = (!self.cancelled).then(|| self.summary(&answers, swept.counts.trials));
        Ok((swept, written))
    }

    fn summary(&self, answers: &[Answer], trials: u64) -> Refinement {
        let mut summary = Refinement {
            question: self.spec.to_string(),
            cells: 0,
            ahead: 0,
            behind: 0,
            narrow: 0,
            open: 0,
            trials,
            most_trials: 0,
            widest: 0.0,
            kind: self.plan.question,
        };
        let counts = |&(cell, seen): &(usize, &Seen)| seen.is_asked() && self.first_of[cell] == cell;
        for (cell, seen) in self.seen.iter().enumerate().filter(counts) {
            summary.cells += 1;
            summary.most_trials = summary.most_trials.max(self.plan.looks.trials(seen.look));
            summary.widest = summary.widest.max(0.5 * (seen.high - seen.low));
            let count = match (answers[cell], self.narrow[cell]) {
                (Answer::Ahead, _) => &mut summary.ahead,
                (Answer::Behind, _) => &mut summary.behind,
                (Answer::Open, true) => &mut summary.narrow,
                (Answer::Open, false) => &mut summary.open,
            };
            *count += 1;
        }
        summary
    }
}

impl Finished {
    /// How many trials were run now; `None` for a cell that failed now.
    fn new_trials(&self) -> Option<u64> {
        self.row.as_ref().map_or(Some(0), |row| new_trials(row, self.before.as_ref(), true))
    }
}

/// What a row shows of its question, and whether its interval is as narrow as it need be; `None` where it cannot be asked.
fn seen(spec: &RefineSpec, row: &Row, precision: Option<Precision>) -> Option<(Seen, bool)> {
    let place = row.metrics.iter().position(|metric| *metric == spec.quantity)?;
    let estimate = row.done.estimates.get(place)?;
    // Without trials of its own, such as a mean of something that never happened so far, it may be anything.
    let known = estimate.trials > 0 && !estimate.low.is_nan() && !estimate.high.is_nan();
    let (low, high) = if known { (estimate.low, estimate.high) } else { (f64::NEG_INFINITY, f64::INFINITY) };
    let (low, high) = match &spec.aim {
        Aim::Level(level) => {
            let level = level.at(&row.cell.values)?;
            (low - level, high - level)
        }
        Aim::Between { goal: Goal::Minimize, .. } => (-high, -low),
        Aim::Between { goal: Goal::Maximize, .. } | Aim::Width {} => (low, high),
    };
    let narrow = known && precision.is_some_and(|precision| precision.reached_by(estimate));
    Some((Seen { low, high, look: 0, closed: narrow }, narrow))
}

impl fmt::Display for Refinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cells, ahead, behind, narrow, open, .. } = self;
        let number = |count: &u64| grouped(*count);
        write!(f, "{}: ", self.question)?;
        match self.kind {
            Question::Width => write!(f, "all half-widths are at most {}", short(self.widest)),
            Question::Side => {
                write!(f, "{} cells above, {} below, {} open", number(ahead), number(behind), number(open))
            }
            Question::Leader { .. } => {
                write!(f, "{} cells ahead, {} behind, {} open", number(ahead), number(behind), number(open))
            }
        }?;
        if *narrow > 0 && self.kind != Question::Width {
            write!(f, ", {} too close to tell", number(narrow))?;
        }
        let equal = self.most_trials.saturating_mul(*cells);
        write!(
            f,
            "\n{} trials in all, at most {} in a cell; so many in every cell are {:.1} times as many in all",
            number(&self.trials),
            number(&self.most_trials),
            equal as f64 / self.trials.max(1) as f64
        )
    }
}

/// A number in three digits.
fn short(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}
