//! The result of one cell, as a table, JSON or CSV.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use sim_core::estimate::Estimate;
use sim_core::monte_carlo::{Ending, Stop};
use sim_models::registry::{AnyModel, Forecast, Value, Values, number};

use super::{Format, abridged, align, say, write_bytes};
use crate::dataset::Row;
use crate::problem::{Outcome, Problem};

/// What is known about one cell.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    model: &'static str,
    parameters: Values,
    /// `key=value` of the parameters that are not at their defaults.
    #[serde(skip)]
    changed: Vec<String>,
    seed: u64,
    /// 0 where nothing was simulated.
    trials: u64,
    version: &'static str,
    #[serde(serialize_with = "in_order")]
    estimates: Vec<(Cow<'static, str>, Estimate)>,
    /// `null` where the number does not exist.
    #[serde(serialize_with = "in_order")]
    predictions: Vec<(Cow<'static, str>, Option<f64>)>,
    /// What a reader of the numbers must know.
    notes: Vec<String>,
}

fn in_order<S: Serializer, T: Serialize>(
    pairs: &[(Cow<'static, str>, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, item)| (name, item)))
}

impl Report {
    /// The report of a simulation.
    pub fn of_run(model: &dyn AnyModel, row: &Row, seed: u64, notes: &[String], stop: &Stop) -> Self {
        let mut report = Self::of_forecast(model, row.cell.values.clone(), Forecast::default(), seed);
        report.trials = row.done.trials;
        report.estimates = row.metrics.iter().cloned().zip(row.done.estimates.iter().copied()).collect();
        report.predictions = row.predictions.clone();
        report.notes = notes.to_vec();
        match row.done.ending {
            Ending::Cancelled => report.notes.push(format!("cancelled after {} trials", row.done.trials)),
            Ending::Imprecise => report.notes.push(format!(
                "the half-width that was asked for is not reached after {} trials, the most allowed",
                stop.trials()
            )),
            Ending::Complete | Ending::Precise => {}
        }
        report
    }

    /// The report of predictions alone.
    pub fn of_forecast(model: &dyn AnyModel, values: Values, forecast: Forecast, seed: u64) -> Self {
        let defaults = model.parameters();
        let is_default = |key: &str, value: &Value| {
            defaults.iter().any(|parameter| parameter.key == key && parameter.default == *value)
        };
        let changed = values.iter().filter(|(key, value)| !is_default(key, value));
        Self {
            model: model.about().name,
            changed: changed.map(|(key, value)| format!("{key}={}", shown(value))).collect(),
            parameters: values,
            seed,
            trials: 0,
            version: env!("CARGO_PKG_VERSION"),
            estimates: Vec::new(),
            predictions: forecast.predictions.into_iter().map(|p| (p.name, p.value)).collect(),
            notes: forecast.notes,
        }
    }

    fn prediction(&self, name: &str) -> Option<f64> {
        self.predictions.iter().find(|(prediction, _)| *prediction == name)?.1
    }

    fn table(&self) -> String {
        let mut words = self.changed.clone();
        let others = if words.is_empty() {
            "(all parameters at their defaults)"
        } else {
            "(others at their defaults)"
        };
        if words.len() < self.parameters.iter().count() {
            words.push(others.to_owned());
        }
        let mut text = format!("{}  {}\n", self.model, wrap(&words, 100, "  "));
        if !self.estimates.is_empty() {
            let mut rows = vec![vec!["metric".to_owned(), "estimate".to_owned(), "predicted".to_owned()]];
            for (name, estimate) in &self.estimates {
                let predicted = self.prediction(name).map_or("-".to_owned(), |x| significant(x, DIGITS));
                rows.push(vec![name.to_string(), estimate_text(estimate), predicted]);
            }
            text.push_str(&format!("\n{}", align(&rows)));
        }
        let others = self
            .predictions
            .iter()
            .filter(|(name, _)| self.estimates.iter().all(|(metric, _)| metric != name));
        let mut rows = vec![vec!["prediction".to_owned(), "value".to_owned()]];
        rows.extend(others.map(|(name, value)| {
            vec![
                name.to_string(),
                value.map_or_else(|| "does not exist".to_owned(), |x| significant(x, DIGITS)),
            ]
        }));
        if rows.len() > 1 {
            text.push_str(&format!("\n{}", align(&rows)));
        }
        for note in &self.notes {
            text.push_str(&format!("\nnote: {note}"));
        }
        text.trim_end().to_owned()
    }

    /// A header and one line: parameters, estimates with their ends, trials, predictions.
    fn csv(&self) -> String {
        let mut columns: Vec<(String, String)> = vec![("model".into(), self.model.into())];
        columns.extend(self.parameters.iter().map(|(key, value)| (key.to_owned(), csv_value(value))));
        columns.push(("seed".into(), self.seed.to_string()));
        columns.push(("trials".into(), self.trials.to_string()));
        for (name, estimate) in &self.estimates {
            columns.push((name.to_string(), csv_number(estimate.value)));
            columns.push((format!("{name}_low"), csv_number(estimate.low)));
            columns.push((format!("{name}_high"), csv_number(estimate.high)));
        }
        columns.extend(
            self.predictions
                .iter()
                .map(|(name, x)| (format!("predicted_{name}"), x.map_or(String::new(), number))),
        );
        let columns = columns.into_iter().map(|(name, value)| (csv_text(name), value));
        let (names, values): (Vec<_>, Vec<_>) = columns.unzip();
        format!("{}\n{}", names.join(","), values.join(","))
    }
}

/// Prints a report.
pub fn print(report: &Report, format: Format) -> Outcome<()> {
    match format {
        Format::Table => say(format_args!("{}", report.table())),
        Format::Csv => say(format_args!("{}", report.csv())),
        Format::Json => {
            let json = serde_json::to_string_pretty(report);
            let json = json.map_err(|error| Problem::failure(format!("cannot write JSON: {error}")))?;
            write_bytes(format!("{json}\n").as_bytes())
        }
    }
}

/// A share in percent, without the digits that are rounding: `57` of 0.57.
pub fn percent(share: f64) -> String {
    number((1e11 * share).round() / 1e9)
}

/// `0.333 [0.332, 0.334] (95 %, n = 50 000)`, with as many digits as the interval supports.
pub fn estimate_text(estimate: &Estimate) -> String {
    if estimate.value.is_nan() {
        return format!("none (n = {})", grouped(estimate.trials));
    }
    let percent = percent(estimate.confidence.get());
    format!("{} ({percent} %, n = {})", brief_text(estimate), grouped(estimate.trials))
}

/// The same where the confidence and the number of trials stand elsewhere: `0.333 [0.332, 0.334]`.
pub fn brief_text(estimate: &Estimate) -> String {
    if estimate.value.is_nan() {
        return "none".to_owned();
    }
    interval_text(estimate.value, estimate.low, estimate.high)
}

/// `0.333 [0.332, 0.334]`, with two significant digits of the longer arm of the interval. An end that the trials do not bound is `-`.
pub fn interval_text(value: f64, low: f64, high: f64) -> String {
    let half_width = (high - value).max(value - low);
    let shown = |x: f64| {
        if !x.is_finite() {
            "-".to_owned()
        } else if half_width > 0.0 && half_width.is_finite() {
            let digits = (1.0 - half_width.log10().floor()).clamp(0.0, 17.0) as usize;
            format!("{x:.digits$}")
        } else {
            significant(x, DIGITS)
        }
    };
    format!("{} [{}, {}]", shown(value), shown(low), shown(high))
}

/// Significant digits of a number without an interval.
pub(super) const DIGITS: usize = 7;

/// So many significant digits, without zeros at the end.
pub fn significant(x: f64, digits: usize) -> String {
    let after_point = digits.saturating_sub(1);
    format!("{x:.after_point$e}").parse::<f64>().map_or_else(|_| x.to_string(), number)
}

/// `50 000`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Empty where there is no number, such as a share of no trials.
fn csv_number(x: f64) -> String {
    if x.is_nan() { String::new() } else { number(x) }
}

/// A parameter in a table for people: tables can be long.
fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => abridged(&value.to_string(), 60),
        other => other.to_string(),
    }
}

fn csv_value(value: &Value) -> String {
    match value {
        Value::List(_) => format!("\"{value}\""),
        other => csv_text(other.to_string()),
    }
}

/// What holds a separator is quoted, and a quote in it is doubled.
fn csv_text(text: String) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Words in lines of at most `width` characters.
fn wrap(words: &[String], width: usize, indent: &str) -> String {
    let mut text = String::new();
    let mut column = indent.len();
    for word in words {
        if column + word.len() > width {
            text.push_str(&format!("\n{indent}"));
            column = indent.len();
        } else if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        column += word.len() + 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::estimate::{Confidence, Interval};

    #[test]
    fn an_estimate_shows_the_digits_it_has() {
        let estimate =
            Estimate::new(0.333_079, Interval { low: 0.332_1, high: 0.334_2 }, Confidence::DEFAULT, 50_000);
        assert_eq!(estimate_text(&estimate), "0.3331 [0.3321, 0.3342] (95 %, n = 50 000)");
        let unbounded = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
        let estimate = Estimate::new(1.0, unbounded, Confidence::DEFAULT, 1);
        assert_eq!(estimate_text(&estimate), "1 [-, -] (95 %, n = 1)");
        let estimate = Estimate::new(f64::NAN, unbounded, Confidence::DEFAULT, 0);
        assert_eq!(estimate_text(&estimate), "none (n = 0)");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([grouped(7), grouped(1000), grouped(1_234_567)], ["7", "1 000", "1 234 567"]);
    }
}
