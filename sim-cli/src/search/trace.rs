//! A boundary as a whole: a line per search, and where it goes as a signal vanishes.

use std::fmt;

use serde::Serialize;
use sim_core::design::level_set::vanishing_signal;
use sim_core::estimate::{Confidence, Estimate, Interval};
use sim_models::registry::Value;

use crate::dataset::Table;
use crate::output::{align, estimate_text, grouped, percent};
use crate::scenario::{BoundarySpec, Scenario};

/// Most lines that are printed; the data set has them all.
const MOST_LINES: usize = 60;

/// What came of `[boundary]`.
#[derive(Clone, Debug, Serialize)]
pub struct Trace {
    #[serde(flatten)]
    spec: BoundarySpec,
    confidence: Confidence,
    /// Trials of all searches together.
    trials: u64,
    searches: Vec<Search>,
    /// Where the boundary goes as the axis `vanishing` goes to zero, per value of the other axes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<Limit>,
}

/// What one search found.
#[derive(Clone, Debug, Serialize)]
struct Search {
    /// Values of the axes.
    cell: Vec<(String, Value)>,
    /// Where the boundary is; `None` where there is none, or it remained open.
    boundary: Option<Interval>,
    /// Why there is no boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
    points: u64,
    trials: u64,
}

/// Where a boundary goes as a signal vanishes.
#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    /// Values of the other axes.
    pub cell: Vec<(String, Value)>,
    /// The boundary without signal.
    pub boundary: Interval,
    /// Its confidence: all intervals that it was extrapolated from hold their boundaries.
    pub confidence: f64,
    /// What it should come to.
    pub predicted: Option<f64>,
}

impl Trace {
    /// Where it is kept in the data set.
    pub const FILE: &str = "boundary.json";

    /// The boundary that a scenario looks for, if it does, from its data set.
    pub fn of(scenario: &Scenario, table: &Table) -> Option<Self> {
        let spec = scenario.boundary.as_ref()?;
        let number = |name: &str, row: usize| table.numbers(name).and_then(|column| column[row]);
        let count = |name, row| number(name, row).unwrap_or(0.0) as u64;
        let searches: Vec<Search> = (0..table.rows())
            .map(|row| {
                let (low, high) = (format!("{}_low", spec.along), format!("{}_high", spec.along));
                let ends = number(&low, row).zip(number(&high, row));
                let boundary = ends.map(|(low, high)| Interval { low, high });
                let error = table.texts("error").and_then(|column| column[row].clone());
                let signs = (number("sign_at_from", row), number("sign_at_to", row));
                let missing = boundary.is_none().then(|| error.unwrap_or_else(|| spec.missing(signs)));
                let (points, trials) = (count("points", row), count("trials", row));
                Search { cell: scenario.place(row), boundary, missing, points, trials }
            })
            .collect();
        let limits = spec.vanishing.as_ref().map_or_else(Vec::new, |key| {
            let predicted = |row| number(&format!("predicted_{}", spec.limit.as_ref()?), row);
            limits(&searches, key, scenario.stop.confidence, &predicted)
        });
        let trials = searches.iter().map(|search| search.trials).sum();
        Some(Self { spec: spec.clone(), confidence: scenario.stop.confidence, trials, searches, limits })
    }

    /// The parameter of which it is a value.
    pub fn along(&self) -> &str {
        &self.spec.along
    }

    /// The axis whose values go to zero.
    pub fn vanishing(&self) -> Option<&str> {
        self.spec.vanishing.as_deref()
    }

    /// Where the boundary goes as the signal vanishes.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }
}

impl BoundarySpec {
    /// Why there is no boundary between ends of these signs.
    fn missing(&self, signs: (Option<f64>, Option<f64>)) -> String {
        match signs {
            (Some(low), Some(high)) if low > 0.0 && high > 0.0 => "above the level at both ends".to_owned(),
            (Some(low), Some(high)) if low < 0.0 && high < 0.0 => "below the level at both ends".to_owned(),
            (Some(low), _) if low != 0.0 => "open at the upper end".to_owned(),
            _ => "open at the lower end".to_owned(),
        }
    }
}

/// The limits at each value of the axes other than `key`, in the order in which they first appear. Where a search has no boundary there is no limit.
fn limits(
    searches: &[Search],
    key: &str,
    confidence: Confidence,
    predicted: &dyn Fn(usize) -> Option<f64>,
) -> Vec<Limit> {
    type Group = (Vec<(String, Value)>, Vec<(f64, Option<Interval>)>, Option<f64>);
    let mut groups: Vec<Group> = Vec::new();
    for (row, search) in searches.iter().enumerate() {
        let (own, others): (Vec<_>, Vec<_>) = search.cell.iter().cloned().partition(|(name, _)| name == key);
        let Some(signal) = own.first().and_then(|(_, value)| value.as_number()) else { continue };
        match groups.iter_mut().find(|(cell, ..)| *cell == others) {
            Some((_, roots, _)) => roots.push((signal, search.boundary)),
            None => groups.push((others, vec![(signal, search.boundary)], predicted(row))),
        }
    }
    let limit = |(cell, roots, predicted): Group| {
        let roots = roots.into_iter().map(|(signal, root)| Some((signal, (root?.low, root?.high))));
        let roots = roots.collect::<Option<Vec<_>>>()?;
        let (low, high) = vanishing_signal(&roots)?;
        let confidence = (1.0 - roots.len() as f64 * (1.0 - confidence.get())).max(0.0);
        Some(Limit { cell, boundary: Interval { low, high }, confidence, predicted })
    };
    groups.into_iter().filter_map(limit).collect()
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "boundary {}: {} trials in all", self.spec, grouped(self.trials))?;
        let heading = |cell: Option<&Vec<(String, Value)>>, rest: &[&str]| {
            let keys = cell.into_iter().flatten().map(|(key, _)| key.clone());
            keys.chain(rest.iter().map(|&word| word.to_owned())).collect::<Vec<_>>()
        };
        let cells =
            |cell: &[(String, Value)]| cell.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>();
        let mut rows =
            vec![heading(self.searches.first().map(|search| &search.cell), &[&self.spec.along, "points"])];
        for search in self.searches.iter().take(MOST_LINES) {
            let text = |interval: Interval| text(interval, self.confidence, search.trials);
            let found = search.boundary.map(text).or(search.missing.clone()).unwrap_or_default();
            rows.push([cells(&search.cell), vec![found, search.points.to_string()]].concat());
        }
        write!(f, "{}", align(&rows).trim_end())?;
        if self.searches.len() > MOST_LINES {
            write!(f, "\nand {} searches more", self.searches.len() - MOST_LINES)?;
        }
        let Some(vanishing) = self.spec.vanishing.as_ref().filter(|_| !self.limits.is_empty()) else {
            return Ok(());
        };
        writeln!(f, "\nas {vanishing} goes to 0 ({} %)", percent(self.limits[0].confidence))?;
        let mut rows =
            vec![heading(self.limits.first().map(|limit| &limit.cell), &[&self.spec.along, "predicted"])];
        for limit in self.limits.iter().take(MOST_LINES) {
            let Interval { low, high } = limit.boundary;
            let found = format!("{:.4} [{low:.4}, {high:.4}]", 0.5 * (low + high));
            let predicted = limit.predicted.map_or_else(|| "-".to_owned(), |x| format!("{x:.4}"));
            rows.push([cells(&limit.cell), vec![found, predicted]].concat());
        }
        write!(f, "{}", align(&rows).trim_end())
    }
}

/// A boundary as estimates are printed.
fn text(interval: Interval, confidence: Confidence, trials: u64) -> String {
    estimate_text(&Estimate::new(0.5 * (interval.low + interval.high), interval, confidence, trials))
}
