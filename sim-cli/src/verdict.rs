//! Tests over the cells of a sweep: their mean, and which of them differ from a number.

use std::fmt;

use serde::Serialize;
use sim_core::estimate::{Confidence, Estimate, holm};
use sim_core::monte_carlo::{Control, Stop};
use sim_models::registry::AnyModel;

use crate::cell::Prepared;
use crate::dataset::Row;
use crate::output::estimate_text;
use crate::pool::Pool;
use crate::problem::{Outcome, Problem};
use crate::scenario::{Hypothesis, Randomness};

/// What came of a test.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    #[serde(flatten)]
    hypothesis: Hypothesis,
    /// Mean over the cells, each with the same weight.
    mean: Estimate,
    /// Cells that failed, or do not have the metric.
    left_out: usize,
    cells: Vec<CellVerdict>,
}

/// What is said of a cell.
#[derive(Clone, Debug, Serialize)]
struct CellVerdict {
    cell: String,
    value: f64,
    /// One-sided p-values: of a metric that is lower than found, and of one that is higher.
    p_above: f64,
    p_below: f64,
    is_above: bool,
    is_below: bool,
}

impl Verdict {
    /// Where it is kept in the data set.
    pub const FILE: &str = "test.json";
}

/// Digits to which p-values are computed: a p-value below is given as it.
const SMALLEST: f64 = 1e-12;

/// Tests the cells. The p-value of a cell is one minus the confidence at which its interval would just end at the null, halved: the test
/// that belongs to the metric's interval, such as the score test of a paired difference. Each side has half of the
/// error rate.
pub fn judge(
    hypothesis: &Hypothesis,
    model: &dyn AnyModel,
    rows: &[Row],
    randomness: Randomness,
) -> Outcome<Verdict> {
    let mut cells = Vec::with_capacity(rows.len());
    let mut mean = Pool::new(randomness.common);
    for row in rows {
        let Some(place) = row.metrics.iter().position(|metric| *metric == hypothesis.metric) else {
            continue;
        };
        let Some(found) = row.done.estimates.get(place) else { continue };
        mean.add(1.0, found);
        let prepared =
            Prepared::new(model, row.cell.values.clone(), randomness).map_err(|error| unable(&error))?;
        let at = |confidence| again(&prepared, row, confidence).map(|all| all.get(place).copied());
        let p_value = |above| p_value(hypothesis.null, found, above, &at);
        let (p_above, p_below) = (p_value(true)?, p_value(false)?);
        let (cell, value) = (row.cell.hash.clone(), found.value);
        cells.push(CellVerdict { cell, value, p_above, p_below, is_above: false, is_below: false });
    }
    let Some(mean) = mean.estimate() else {
        return Err(Problem::input(format!("no cell has the metric `{}` to test", hypothesis.metric)));
    };
    let side = |p: fn(&CellVerdict) -> f64| {
        holm(&cells.iter().map(p).collect::<Vec<_>>(), hypothesis.error_rate / 2.0)
    };
    let (above, below) = (side(|cell| cell.p_above), side(|cell| cell.p_below));
    for (cell, (above, below)) in cells.iter_mut().zip(above.into_iter().zip(below)) {
        (cell.is_above, cell.is_below) = (above, below);
    }
    Ok(Verdict { hypothesis: hypothesis.clone(), mean, left_out: rows.len() - cells.len(), cells })
}

/// The estimates of a row at another confidence.
fn again(prepared: &Prepared<'_>, row: &Row, confidence: Confidence) -> Outcome<Vec<Estimate>> {
    let stop = Stop::after(row.done.trials).map_err(|error| unable(&error))?.with_confidence(confidence);
    Ok(prepared.run(Some(&row.done), &stop, &Control::default()).done.estimates)
}

fn unable(error: &dyn fmt::Display) -> Problem {
    Problem::failure(format!("cannot test a cell: {error}"))
}

/// The one-sided p-value of the null against a metric above, or below it.
fn p_value(
    null: f64,
    found: &Estimate,
    above: bool,
    at: &impl Fn(Confidence) -> Outcome<Option<Estimate>>,
) -> Outcome<f64> {
    let against = if above { found.value > null } else { found.value < null };
    if !against {
        return Ok(1.0);
    }
    let excludes = |p: f64| -> Outcome<bool> {
        let Ok(confidence) = Confidence::new(1.0 - 2.0 * p) else { return Ok(false) };
        Ok(at(confidence)?.is_some_and(|found| if above { found.low > null } else { found.high < null }))
    };
    let (mut excluded, mut included) = (0.5, SMALLEST);
    if found.low == found.high {
        // Equal trials say that differences are rare, not that they cannot be.
        return Ok(1.0);
    }
    if excludes(included)? {
        return Ok(SMALLEST);
    }
    // To a hundredth of the p-value.
    while excluded > included * 1.01 {
        let middle = (excluded * included).sqrt();
        if excludes(middle)? {
            excluded = middle;
        } else {
            included = middle;
        }
    }
    Ok(excluded)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hypothesis { metric, null, error_rate } = &self.hypothesis;
        let count = |is: fn(&CellVerdict) -> bool| self.cells.iter().filter(|cell| is(cell)).count();
        write!(
            f,
            "{metric}: mean of {} cells {}; {} above {null} and {} below (Holm, {} %)",
            self.cells.len(),
            estimate_text(&self.mean),
            count(|cell| cell.is_above),
            count(|cell| cell.is_below),
            error_rate * 100.0,
        )?;
        if self.left_out > 0 { write!(f, "; {} cells without it", self.left_out) } else { Ok(()) }
    }
}
