//! Metrics and predictions of one set of parameters, where their names or their number depend on it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Metric, Parameter, ParameterError, Prediction, Unit};

/// A metric of one set of parameters. Its name may come from them, such as `accuracy.NAME` of an output.
#[derive(Clone, Debug, PartialEq)]
pub struct CellMetric {
    /// Its name in results.
    pub name: Cow<'static, str>,
    /// What it means, in half a sentence.
    pub help: Cow<'static, str>,
    /// Its unit.
    pub unit: Unit,
    /// Smallest and largest value it can take.
    pub range: (f64, f64),
}

/// A prediction for one set of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct CellPrediction {
    /// Its name in results.
    pub name: Cow<'static, str>,
    /// What it means and where it comes from, in half a sentence.
    pub help: Cow<'static, str>,
    /// Its unit.
    pub unit: Unit,
    /// The number; `None` where it does not exist.
    pub value: Option<f64>,
}

/// What theory says about one set of parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// The predictions, in the order of results.
    pub predictions: Vec<CellPrediction>,
    /// What a reader of them must know, such as why one does not exist.
    pub notes: Vec<String>,
}

impl From<Metric> for CellMetric {
    fn from(Metric { name, help, unit, range }: Metric) -> Self {
        Self { name: name.into(), help: help.into(), unit, range }
    }
}

impl Forecast {
    /// The numbers of these predictions. NaN is how a formula says that it does not apply.
    pub fn of<P>(predictions: &[Prediction<P>], parameters: &P) -> Self {
        let number = |p: &Prediction<P>| CellPrediction {
            name: p.name.into(),
            help: p.help.into(),
            unit: p.unit,
            value: (p.value)(parameters).filter(|x| x.is_finite()),
        };
        Self { predictions: predictions.iter().map(number).collect(), notes: Vec::new() }
    }

    /// The number of this name; `None` also where there is no such prediction.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.predictions.iter().find(|prediction| prediction.name == name)?.value
    }
}

/// Names of columns and fields that are in all results.
const TAKEN: [&str; 8] = ["cell", "model", "seed", "confidence", "trials", "ending", "error", "tally"];

/// Checks names that came from parameters: a data set has one column of each name, whatever its other cells are.
pub(super) fn check_metrics(metrics: &[CellMetric], parameters: &[Parameter]) -> Result<(), ParameterError> {
    let taken = |name: &str| TAKEN.contains(&name) || parameters.iter().any(|p| p.key == name);
    check(metrics.iter().map(|metric| metric.name.as_ref()), "metric", |name| {
        if name.ends_with("_low") || name.ends_with("_high") {
            Some("`_low` and `_high` end the names of intervals")
        } else if name.starts_with("predicted_") {
            Some("`predicted_` begins the names of predictions")
        } else {
            taken(name).then_some("results have another column of that name")
        }
    })
}

/// The same for predictions.
pub(super) fn check_predictions(predictions: &[CellPrediction]) -> Result<(), ParameterError> {
    check(predictions.iter().map(|prediction| prediction.name.as_ref()), "prediction", |_| None)
}

fn check<'a>(
    names: impl Iterator<Item = &'a str>,
    what: &'static str,
    fault: impl Fn(&str) -> Option<&'static str>,
) -> Result<(), ParameterError> {
    let mut seen = BTreeSet::new();
    for name in names {
        let why = if name.is_empty() {
            Some("it is empty")
        } else if name.contains(char::is_control) {
            Some("it has a control character")
        } else if !seen.insert(name) {
            Some("it is given twice")
        } else {
            fault(name)
        };
        if let Some(why) = why {
            return Err(ParameterError::Name { name: name.escape_debug().to_string(), what, why });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Field as _;
    use crate::registry::integer;

    fn fault(names: &[&'static str]) -> Option<(String, &'static str)> {
        let metric = |name: &&'static str| CellMetric {
            name: (*name).into(),
            help: "".into(),
            unit: Unit::One,
            range: (0.0, 1.0),
        };
        let metrics: Vec<_> = names.iter().map(metric).collect();
        match check_metrics(&metrics, &[integer("depth", 1).parameter()]) {
            Err(ParameterError::Name { name, why, .. }) => Some((name, why)),
            other => {
                assert_eq!(other, Ok(()));
                None
            }
        }
    }

    #[test]
    fn names_that_would_share_a_column_are_refused() {
        assert_eq!(
            fault(&["accuracy.a", "accuracy.b", "low", "accuracy_lower", "predicted", "φ (1), \"x\""]),
            None
        );
        for names in [
            &["a", "a_low"][..],
            &["a_high"],
            &["predicted_a"],
            &["a", "b", "a"],
            &["depth"],
            &["cell"],
            &["tally"],
            &["seed"],
            &[""],
            &["a\nb"],
            &["a\u{1b}[2J"],
        ] {
            assert!(fault(names).is_some(), "{names:?}");
        }
        assert_eq!(fault(&["a\nb"]).map(|fault| fault.0), Some("a\\nb".to_owned()));
    }
}
