//! Over which axes a metric is averaged, as it is written in a scenario.

use serde::{Deserialize, Serialize};
use sim_models::registry::Value;

use super::axis::{Axis, Spacing};
use super::document::{Document, Table};
use super::reader::Reader;
use crate::problem::{Outcome, Problem};

/// The area under a metric over some axes of the sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AreaSpec {
    /// The metric.
    pub metric: String,
    /// The axes.
    pub over: Vec<String>,
    /// What counts as equal along them: differences or ratios.
    scale: Spacing,
}

impl AreaSpec {
    pub(super) fn read(document: &Document, root: &Table) -> Outcome<Option<Self>> {
        let Some(reader) = Reader::open(document, root, "area", &["metric", "over", "scale"])? else {
            return Ok(None);
        };
        let scale = match reader.name("scale")?.as_deref() {
            None | Some("logarithmic") => Spacing::Logarithmic,
            Some("linear") => Spacing::Linear,
            Some(other) => {
                let sentence = format!("`scale` is linear or logarithmic; found the text `{other}`");
                return Err(reader.refuse("scale", sentence));
            }
        };
        Ok(Some(Self {
            metric: reader.name("metric")?.ok_or_else(|| reader.missing("metric"))?,
            over: reader.names("over")?.ok_or_else(|| reader.missing("over"))?,
            scale,
        }))
    }

    /// Checks that the axes are axes of numbers, each once, and of positive ones where ratios count.
    fn check_axes(&self, axes: &[Axis]) -> Outcome<()> {
        if self.over.is_empty() {
            return Err(
                Problem::input("the area is over no axis").help("write `over = [\"budget\", \"deadline\"]`")
            );
        }
        for (at, name) in self.over.iter().enumerate() {
            let Some(axis) = axes.iter().find(|axis| axis.key == *name) else {
                let known: Vec<&str> = axes.iter().map(|axis| axis.key.as_str()).collect();
                return Err(Problem::input(format!("`{name}` is no axis in [sweep]")).among(name, &known));
            };
            if self.over[..at].contains(name) {
                return Err(Problem::input(format!("`{name}` stands twice in `over`")));
            }
            let numbers = axis.values.iter().map(Value::as_number).collect::<Option<Vec<f64>>>();
            let numbers =
                numbers.filter(|numbers| numbers.len() > 1 && numbers.iter().all(|x| x.is_finite()));
            let Some(numbers) = numbers else {
                return Err(Problem::input(format!(
                    "an area over `{name}` needs an axis of two numbers or more"
                )));
            };
            if let (Spacing::Logarithmic, Some(x)) = (self.scale, numbers.iter().find(|&&x| x <= 0.0)) {
                let sentence =
                    format!("`{name}` has the value {x}, which has no place on a logarithmic scale");
                return Err(Problem::input(sentence).help("write `scale = \"linear\"`"));
            }
        }
        Ok(())
    }

    /// Checks that it is about one of these metrics, over some of these axes.
    pub(super) fn check(&self, metrics: &[&str], axes: &[Axis]) -> Outcome<()> {
        self.check_axes(axes)?;
        if metrics.contains(&self.metric.as_str()) {
            return Ok(());
        }
        Err(Problem::no_metric(&self.metric, metrics))
    }

    /// What counts as equal along the axes, in a word.
    pub fn scale(&self) -> &'static str {
        match self.scale {
            Spacing::Linear => "linear",
            Spacing::Logarithmic => "logarithmic",
        }
    }

    /// The share of every value of an axis in its whole range, by the trapezoid rule, in the order of the axis: half of the way to each
    /// neighbor.
    pub fn shares(&self, axis: &Axis) -> Vec<(Value, f64)> {
        let place = |value: &Value| {
            let x = value.as_number().unwrap_or(f64::NAN);
            if self.scale == Spacing::Logarithmic { libm::log(x) } else { x }
        };
        let mut sorted: Vec<f64> = axis.values.iter().map(place).collect();
        sorted.sort_by(f64::total_cmp);
        let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
        let share = |value: &Value| {
            let at = sorted.partition_point(|&x| x < place(value));
            let (before, after) = (sorted[at.saturating_sub(1)], sorted[(at + 1).min(sorted.len() - 1)]);
            (value.clone(), 0.5 * (after - before) / (last - first))
        };
        axis.values.iter().map(share).collect()
    }
}
