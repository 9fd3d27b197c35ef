//! Areas under a metric over some axes of a sweep: its mean over their ranges.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use sim_core::estimate::{Confidence, Estimate, Interval};
use sim_models::registry::Value;

use crate::dataset::Table;
use crate::output::{align, estimate_text};
use crate::pool::Pool;
use crate::scenario::{AreaSpec, Scenario};

/// Most lines that are printed; the file has them all.
const MOST_LINES: usize = 60;

/// What came of `[area]`.
#[derive(Clone, Debug, Serialize)]
pub struct Areas {
    #[serde(flatten)]
    spec: AreaSpec,
    confidence: Confidence,
    /// Per value of the other axes.
    surfaces: Vec<Surface>,
}

/// The cells that differ in nothing but the axes of the area.
#[derive(Clone, Debug, Serialize)]
struct Surface {
    /// Values of the other axes.
    cell: Vec<(String, Value)>,
    /// The area as a share of that under 1: the mean of the metric. `None` where a cell does not have it.
    area: Option<Estimate>,
    cells: usize,
    /// Cells that failed, or do not have the metric.
    missing: usize,
}

impl Areas {
    /// Where they are kept in the data set.
    pub const FILE: &str = "area.json";

    /// The areas that a scenario asks for, if it does, from its data set.
    pub fn of(scenario: &Scenario, table: &Table) -> Option<Self> {
        let spec = scenario.area.as_ref()?;
        let confidence = scenario.stop.confidence;
        let over = scenario.sweep.iter().filter(|axis| spec.over.contains(&axis.key));
        let shares: HashMap<&str, Vec<(Value, f64)>> =
            over.map(|axis| (axis.key.as_str(), spec.shares(axis))).collect();
        let mut surfaces: Vec<Surface> = Vec::new();
        let mut pools: Vec<Pool> = Vec::new();
        let mut places: HashMap<Vec<String>, usize> = HashMap::new();
        for row in 0..table.rows() {
            let (own, others): (Vec<_>, Vec<_>) =
                scenario.place(row).into_iter().partition(|(key, _)| shares.contains_key(key.as_str()));
            let share = |(key, value): &(String, Value)| {
                shares[key.as_str()].iter().find(|(known, _)| known == value).map_or(0.0, |(_, share)| *share)
            };
            let weight: f64 = own.iter().map(share).product();
            let texts = others.iter().map(|(_, value)| value.canonical()).collect();
            let at = *places.entry(texts).or_insert_with(|| {
                surfaces.push(Surface { cell: others, area: None, cells: 0, missing: 0 });
                pools.push(Pool::new(scenario.common));
                pools.len() - 1
            });
            surfaces[at].cells += 1;
            match estimate(table, &spec.metric, row, confidence) {
                Some(estimate) => pools[at].add(weight, &estimate),
                None => surfaces[at].missing += 1,
            }
        }
        for (surface, pool) in surfaces.iter_mut().zip(&pools).filter(|(surface, _)| surface.missing == 0) {
            surface.area = pool.estimate();
        }
        Some(Self { spec: spec.clone(), confidence, surfaces })
    }
}

/// A metric in a row of a data set.
fn estimate(table: &Table, metric: &str, row: usize, confidence: Confidence) -> Option<Estimate> {
    let number = |name: &str| table.numbers(name)?[row].filter(|x| x.is_finite());
    let interval =
        Interval { low: number(&format!("{metric}_low"))?, high: number(&format!("{metric}_high"))? };
    Some(Estimate::new(number(metric)?, interval, confidence, number("trials").unwrap_or(0.0) as u64))
}

impl fmt::Display for Areas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { spec, surfaces, .. } = self;
        writeln!(f, "mean over the ranges of {} ({} scale)", spec.over.join(" and "), spec.scale())?;
        let keys =
            surfaces.first().into_iter().flat_map(|surface| surface.cell.iter().map(|(key, _)| key.clone()));
        let heading = keys.chain([spec.metric.clone()]).collect();
        let line = |surface: &Surface| {
            let values = surface.cell.iter().map(|(_, value)| value.to_string());
            let area = match &surface.area {
                Some(area) => estimate_text(area),
                None => format!("{} of {} cells do not have it", surface.missing, surface.cells),
            };
            values.chain([area]).collect()
        };
        let rows: Vec<Vec<String>> =
            [heading].into_iter().chain(surfaces.iter().take(MOST_LINES).map(line)).collect();
        write!(f, "{}", align(&rows).trim_end())?;
        if surfaces.len() > MOST_LINES {
            write!(f, "\nand {} areas more", surfaces.len() - MOST_LINES)
        } else {
            Ok(())
        }
    }
}
