//! What a sweep will cost, from a few of its cells.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use sim_core::monte_carlo::{Control, Ending, Precision, Stop};
use sim_models::registry::{AnyModel, Values};

use crate::cell;
use crate::dataset::{Cell, Row};
use crate::problem::{Outcome, Problem};
use crate::scenario::{OptimumSpec, Scenario};

/// Cells that are tried, one in each of as many stretches of the sweep.
const CELLS: usize = 16;

/// Time after which no more trials are added to a cell of the pilot.
const LONG_ENOUGH: Duration = Duration::from_millis(50);

/// What cells cost, in processor time of one thread.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Mean time of a cell, in seconds. With a half-width it is that of all trials that are allowed.
    pub seconds_per_cell: f64,
    /// Memory of a row, in bytes, estimated from what it holds.
    pub bytes_per_row: f64,
}

/// Runs a few trials of a few cells, in the draws of the sweep. Nothing is kept of them.
pub fn cost(scenario: &Scenario, model: &dyn AnyModel) -> Outcome<Cost> {
    let stop = scenario.stop.rule()?;
    let cells = scenario.cell_count()?;
    let tried = cells.clamp(1, CELLS);
    let places: Vec<usize> = (0..tried).map(|stretch| place(stretch, tried, cells)).collect();
    let tries: Vec<(f64, usize)> =
        places.par_iter().map(|&index| try_cell(scenario, model, index, &stop)).collect::<Outcome<_>>()?;
    let (seconds, bytes) = tries.iter().fold((0.0, 0), |(time, size), one| (time + one.0, size + one.1));
    Ok(Cost { seconds_per_cell: seconds / tried as f64, bytes_per_row: bytes as f64 / tried as f64 })
}

/// A cell of one of so many stretches of equal length, elsewhere in each: equal steps could meet the same value of a fast axis every time.
fn place(stretch: usize, stretches: usize, cells: usize) -> usize {
    /// The fractional part of the golden ratio, whose multiples fill an interval evenly.
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let (from, to) = (stretch * cells / stretches, (stretch + 1) * cells / stretches);
    from + ((to - from) as f64 * ((stretch as f64 + 0.5) * GOLDEN).fract()) as usize
}

/// Time of all trials of a cell, and memory of its row. The time is that of the largest try, in proportion to its trials.
fn try_cell(scenario: &Scenario, model: &dyn AnyModel, index: usize, stop: &Stop) -> Outcome<(f64, usize)> {
    if let (Some(_), Some(precision)) = (&scenario.boundary, stop.precision()) {
        return try_search(scenario, model, index, precision, stop);
    }
    let parameters = model.parameters();
    let mut trials = scenario.optimize.as_ref().map_or(64, OptimumSpec::least_trials);
    loop {
        let trials_now = stop.trials().min(trials);
        let clock = Instant::now();
        let values = Values::resolve(&parameters, &scenario.cell(index))
            .map_err(|error| Problem::parameters(&error))?;
        let few = Stop::after(trials_now).map_err(|error| Problem::failure(error.to_string()))?;
        let cell = Cell::new(model, values);
        let row = cell::finish(model, cell, scenario.randomness(), None, &few, &Control::default());
        let elapsed = clock.elapsed();
        let failed = row.as_ref().is_none_or(|row| row.done.error.is_some());
        if failed || trials_now == stop.trials() || elapsed > LONG_ENOUGH {
            let scale = if failed { 1.0 } else { stop.trials() as f64 / trials_now as f64 };
            return Ok((elapsed.as_secs_f64() * scale, row.as_ref().map_or(0, bytes)));
        }
        trials = trials.saturating_mul(4);
    }
}

/// Time of a search, and memory of its row, from one that ends at an interval so many times as wide. What it costs grows with the inverse
/// square of the width.
fn try_search(
    scenario: &Scenario,
    model: &dyn AnyModel,
    index: usize,
    precision: Precision,
    stop: &Stop,
) -> Outcome<(f64, usize)> {
    const WIDER: f64 = 8.0;
    let (wider, rough) = match precision {
        Precision::Absolute(half_width) => (WIDER, Precision::Absolute(WIDER * half_width)),
        // No boundary is known less precisely than this.
        Precision::Relative(share) => {
            let rough = (WIDER * share).min(0.9_f64.max(share));
            (rough / share, Precision::Relative(rough))
        }
    };
    let clock = Instant::now();
    let values = Values::resolve(&model.parameters(), &scenario.cell(index))
        .map_err(|error| Problem::parameters(&error))?;
    let rough = Stop::at_precision(rough, stop.trials())
        .map_err(|error| Problem::failure(error.to_string()))?
        .with_confidence(stop.confidence());
    let cell = Cell::new(model, values);
    let row = cell::finish(model, cell, scenario.randomness(), None, &rough, &Control::default());
    let found = row.as_ref().is_some_and(|row| row.done.ending == Ending::Precise);
    let scale = if found { wider * wider } else { 1.0 };
    Ok((clock.elapsed().as_secs_f64() * scale, row.as_ref().map_or(0, bytes)))
}

/// What a row takes in memory: its text, and a map entry or a number with its name for everything else.
fn bytes(row: &Row) -> usize {
    const PER_ITEM: usize = 96;
    let items = row.cell.values.iter().count() + row.done.estimates.len() + row.predictions.len();
    size_of::<Row>() + row.done.tally.len() + PER_ITEM * items
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 512 cells whose fastest axis has eight values: equal steps of 32 would try the first one only.
    #[test]
    fn the_pilot_meets_most_values_of_a_fast_axis() {
        let places: Vec<usize> = (0..16).map(|stretch| place(stretch, 16, 512)).collect();
        assert!(places.iter().enumerate().all(|(stretch, place)| place / 32 == stretch), "{places:?}");
        let mut values: Vec<usize> = places.iter().map(|place| place % 8).collect();
        values.sort_unstable();
        values.dedup();
        assert!(values.len() >= 6, "{values:?}");
    }

    #[test]
    fn few_cells_are_all_tried() {
        assert_eq!((0..3).map(|stretch| place(stretch, 3, 3)).collect::<Vec<_>>(), [0, 1, 2]);
    }
}
