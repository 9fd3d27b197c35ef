//! Distributions of quantities over runs, and how they are printed.

use serde_json::{Map, Value, json};
use sim_core::estimate::{Confidence, Estimate, Quantiles};
use sim_models::registry::Unit;

use super::condition::{Condition, Judged, Subject, Verdict, unknown, without_quantiles};
use crate::output::{Format, align, brief_text, say, warn};
use crate::problem::{Exit, Outcome};

/// Quantiles that are shown.
const LEVELS: [f64; 5] = [0.05, 0.5, 0.9, 0.95, 0.99];

/// A quantity over runs.
pub(super) struct Distribution {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) mean: Estimate,
    /// Empty for a share.
    pub(super) quantiles: Option<Quantiles>,
    /// One of what `quantiles` counts, in the unit.
    pub(super) scale: f64,
}

impl Distribution {
    fn quantile(&self, level: f64) -> Option<Estimate> {
        let quantiles = self.quantiles.as_ref()?;
        Some(quantiles.estimate(level, Confidence::DEFAULT).affine(0.0, self.scale))
    }

    fn title(&self) -> String {
        match self.unit.name() {
            "" => self.name.clone(),
            unit if unit == self.name => self.name.clone(),
            unit => format!("{} ({unit})", self.name),
        }
    }

    pub(super) fn json(&self) -> Value {
        let levels =
            LEVELS.iter().filter_map(|&level| Some((level.to_string(), json!(self.quantile(level)?))));
        let mut value = json!({ "unit": self.unit.name(), "mean": self.mean });
        if let (Value::Object(value), true) = (&mut value, self.quantiles.is_some()) {
            value.insert("quantiles".to_owned(), Value::Object(levels.collect::<Map<_, _>>()));
        }
        value
    }
}

/// Prints distributions, a column each, and shares below.
pub(super) fn table(distributions: &[Distribution]) -> String {
    let (spread, shares): (Vec<&Distribution>, Vec<_>) =
        distributions.iter().partition(|distribution| distribution.quantiles.is_some());
    let mut text = String::new();
    // As many columns as fit on a page.
    for part in spread.chunks(3) {
        let mut rows = vec![vec![String::new()]];
        rows[0].extend(part.iter().map(|distribution| distribution.title()));
        let mut mean = vec!["mean".to_owned()];
        mean.extend(part.iter().map(|distribution| brief_text(&distribution.mean)));
        rows.push(mean);
        for level in LEVELS {
            let mut row = vec![format!("{:.0} % of runs", 100.0 * level)];
            row.extend(part.iter().filter_map(|one| Some(brief_text(&one.quantile(level)?))));
            rows.push(row);
        }
        text.push_str(&align(&rows));
        text.push('\n');
    }
    let rows = shares.iter().map(|share| vec![share.title(), brief_text(&share.mean)]);
    text.push_str(&align(&rows.collect::<Vec<_>>()));
    text.trim_end().to_owned()
}

/// One line per number.
pub(super) fn print_csv(distributions: &[Distribution]) -> Outcome<()> {
    say(format_args!("quantity,unit,statistic,value,low,high"))?;
    for distribution in distributions {
        let quantiles =
            LEVELS.iter().filter_map(|&level| Some((level.to_string(), distribution.quantile(level)?)));
        for (statistic, estimate) in [("mean".to_owned(), distribution.mean)].into_iter().chain(quantiles) {
            let name = &distribution.name;
            let name = if name.contains([',', '"']) {
                format!("\"{}\"", name.replace('"', "\"\""))
            } else {
                name.clone()
            };
            // What the trials do not bound is an empty cell.
            let cell = |x: f64| if x.is_finite() { x.to_string() } else { String::new() };
            let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(cell);
            say(format_args!("{name},{},{statistic},{value},{low},{high}", distribution.unit.name()))?;
        }
    }
    Ok(())
}

/// Judges a condition, where `probability` answers what lies beyond the histograms.
pub(super) fn judge(
    condition: &Condition,
    distributions: &[Distribution],
    probability: Option<Estimate>,
) -> Outcome<Judged> {
    let find = |name: &String| {
        let found = distributions.iter().find(|distribution| distribution.name == *name);
        found.ok_or_else(|| {
            let names: Vec<&str> = distributions.iter().map(|it| it.name.as_str()).collect();
            unknown(name, &names)
        })
    };
    let (estimate, unit) = match &condition.subject {
        Subject::Probability { quantity, .. } => {
            let distribution = find(quantity)?;
            (probability.unwrap_or(distribution.mean), Unit::One)
        }
        Subject::Quantile { quantity, level } => {
            let distribution = find(quantity)?;
            let quantile = distribution.quantile(*level).ok_or_else(|| without_quantiles(quantity))?;
            (quantile, distribution.unit)
        }
        Subject::Mean { quantity } | Subject::Itself(quantity) => {
            let distribution = find(quantity)?;
            (distribution.mean, distribution.unit)
        }
    };
    condition.judge(estimate, unit)
}

/// Says what came of the condition, and which exit code that is.
pub(super) fn conclude(judged: Option<&Judged>, strict: bool, format: Format) -> Outcome<Exit> {
    let Some(judged) = judged else { return Ok(Exit::Success) };
    match format {
        Format::Table => say(format_args!("\n{}", judged.sentence()))?,
        _ if judged.verdict == Verdict::Undecided => warn(&judged.sentence()),
        _ => {}
    }
    let fails = judged.verdict == Verdict::Holds || (strict && judged.verdict == Verdict::Undecided);
    Ok(if fails { Exit::Fails } else { Exit::Success })
}
