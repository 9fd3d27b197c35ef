//! One parameter at a time, from the middle of all ranges to both ends of its own.

use std::fmt;

use serde::Serialize;
use sim_models::registry::Value;

use super::Study;
use crate::dataset::Table;
use crate::figure::{self, Axis, TornadoEnd, TornadoRow};
use crate::output::{align, percent};
use crate::problem::{Outcome, Problem};

/// What the ends of every parameter's range do, the largest swing first.
#[derive(Clone, Debug, Serialize)]
pub struct Tornado {
    quantity: String,
    method: &'static str,
    confidence: f64,
    /// In the middle of all ranges.
    base: Seen,
    parameters: Vec<OfParameter>,
    /// The parameters in the order of the scenario.
    #[serde(skip)]
    order: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct OfParameter {
    parameter: String,
    /// At the ends of its range.
    ends: [End; 2],
    /// The difference that the ends make, in size; `None` if one has no value.
    swing: Option<f64>,
    /// Whether the intervals of both ends are apart.
    apart: bool,
}

#[derive(Clone, Debug, Serialize)]
struct End {
    /// The parameter there.
    at: Value,
    #[serde(flatten)]
    seen: Seen,
}

/// The quantity in a cell. A prediction has no interval.
#[derive(Clone, Copy, Debug, Serialize)]
struct Seen {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl Tornado {
    pub(super) fn of(study: &Study<'_>, table: &Table) -> Outcome<Self> {
        let quantity = study.quantity;
        let end =
            |suffix: &str, cell: usize| table.numbers(&format!("{quantity}{suffix}")).and_then(|c| c[cell]);
        let seen = |cell: usize| {
            let value = study.column[cell];
            Seen { value, low: end("_low", cell).or(value), high: end("_high", cell).or(value) }
        };
        let base = seen(0);
        if base.value.is_none() {
            return Err(Problem::input(format!("the middle of the ranges does not have `{quantity}`")));
        }
        let mut parameters = Vec::new();
        for (i, key) in study.sample.keys().enumerate() {
            let ends = [1 + 2 * i, 2 + 2 * i].map(|cell| {
                let at = study.scenario.cell(cell).remove(key).unwrap_or(Value::Boolean(false));
                End { at, seen: seen(cell) }
            });
            let [from, to] = [ends[0].seen, ends[1].seen];
            let swing = from.value.zip(to.value).map(|(from, to)| (to - from).abs());
            let apart =
                |one: Seen, other: Seen| one.high.zip(other.low).is_some_and(|(high, low)| high < low);
            let apart = apart(from, to) || apart(to, from);
            parameters.push(OfParameter { parameter: key.to_owned(), ends, swing, apart });
        }
        let order = study.sample.keys().map(str::to_owned).collect();
        let size = |of: &OfParameter| of.swing.unwrap_or(f64::NEG_INFINITY);
        parameters.sort_by(|a, b| size(b).total_cmp(&size(a)));
        let confidence = study.scenario.stop.confidence.get();
        Ok(Self { quantity: quantity.to_owned(), method: "tornado", confidence, base, parameters, order })
    }

    /// The quantity that is studied.
    pub fn quantity(&self) -> &str {
        &self.quantity
    }

    /// The figure of it, with the quantity on the axis `x`. `labels` name the parameters in the order of the scenario's ranges.
    pub fn figure(&self, x: Axis, labels: &[String]) -> figure::Tornado {
        let row = |of: &OfParameter| {
            let place = self.order.iter().position(|key| *key == of.parameter);
            let label = place.and_then(|place| labels.get(place)).filter(|label| !label.is_empty());
            let end = |end: &End| {
                let value = end.seen.value?;
                let interval = end.seen.low.zip(end.seen.high).filter(|(low, high)| low < high);
                Some(TornadoEnd { at: end.at.to_string(), value, interval })
            };
            TornadoRow {
                name: label.cloned().unwrap_or_else(|| of.parameter.replace('_', " ")),
                ends: [end(&of.ends[0]), end(&of.ends[1])],
            }
        };
        let base = self.base.value.unwrap_or(f64::NAN);
        figure::Tornado { x, base, rows: self.parameters.iter().map(row).collect() }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.value, self.low.zip(self.high)) {
            (Some(value), Some((low, high))) if low < high => write!(f, "{value:.4} [{low:.4}, {high:.4}]"),
            (Some(value), _) => write!(f, "{value:.4}"),
            (None, _) => f.write_str("none"),
        }
    }
}

impl fmt::Display for Tornado {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = percent(self.confidence);
        writeln!(
            f,
            "{} is {} in the middle of the ranges; intervals of {percent} % each, and a swing may be none where they overlap",
            self.quantity, self.base
        )?;
        let mut rows = vec![["parameter", "from", "", "to", "", "swing"].map(str::to_owned).to_vec()];
        for OfParameter { parameter, ends: [from, to], swing, apart } in &self.parameters {
            let swing = swing.map_or_else(|| "-".to_owned(), |swing| format!("{swing:.4}"));
            let doubt = if *apart { "" } else { " (may be none)" };
            let row = [from.at.to_string(), from.seen.to_string(), to.at.to_string(), to.seen.to_string()];
            rows.push([vec![parameter.clone()], row.to_vec(), vec![format!("{swing}{doubt}")]].concat());
        }
        write!(f, "{}", align(&rows).trim_end())
    }
}
