//! Several models as one, so that a sweep can compare them: which of them a cell is of is a parameter like any other.
//!
//! A cell is that of its own model, with the same hash as in a sweep of that model alone: it has the same draws and comes to the same numbers. Parameters that
//! a model does not have mean nothing in its cells.

use std::collections::BTreeMap;

use sim_models::registry::{
    About, AnyModel, AnyPlan, Bounds, CellMetric, Choice, Forecast, Identity, Kind, Metric, Parameter,
    ParameterError, PredictionInfo, Unit, Value, Values,
};

use crate::derived::permanent;

/// The parameter that says which model a cell is of.
pub const MODEL: &str = "model";

/// Models that are compared.
pub struct Several<'a> {
    models: Vec<&'a dyn AnyModel>,
    /// The parameters of each.
    own: Vec<Vec<Parameter>>,
    /// Those of all of them together.
    parameters: Vec<Parameter>,
    /// Parameters that are not the same thing in all models that have them, with the reason.
    unlike: BTreeMap<&'static str, String>,
}

impl<'a> Several<'a> {
    /// These models, of which there is one at least.
    pub fn new(models: Vec<&'a dyn AnyModel>) -> Self {
        let own: Vec<Vec<Parameter>> = models.iter().map(|model| model.parameters()).collect();
        let choices = models.iter().map(|model| {
            let About { name, summary, .. } = model.about();
            Choice { name, help: summary }
        });
        let first = models.first().map_or("", |model| model.about().name);
        let mut parameters = vec![Parameter {
            key: MODEL,
            help: "which of the models the cell is of",
            unit: Unit::One,
            kind: Kind::Choice(choices.collect()),
            word: None,
            per_layer: false,
            naming: None,
            default: Value::Text(first.to_owned()),
        }];
        let mut unlike = BTreeMap::new();
        for (model, own) in models.iter().zip(&own) {
            for parameter in own {
                let Some(known) = parameters.iter_mut().find(|known| known.key == parameter.key) else {
                    parameters.push(parameter.clone());
                    continue;
                };
                match together(known, parameter) {
                    Ok(both) => *known = both,
                    Err(()) => {
                        let what = |parameter: &Parameter| match parameter.unit {
                            Unit::One => parameter.allowed(),
                            unit => format!("{} ({})", parameter.allowed(), unit.name()),
                        };
                        let (name, here, there) = (model.about().name, what(parameter), what(known));
                        let sentence = format!(
                            "`{}` is {here} in {name} and {there} in another model, so that they cannot share a value",
                            parameter.key
                        );
                        unlike.entry(parameter.key).or_insert(sentence);
                    }
                }
            }
        }
        parameters.retain(|parameter| !unlike.contains_key(parameter.key));
        Self { models, own, parameters, unlike }
    }

    /// Why a parameter that some model has cannot be given; `None` for every other key.
    pub fn refuses(&self, key: &str) -> Option<&str> {
        self.unlike.get(key).map(String::as_str)
    }

    /// The model of a cell, with the values of its own parameters.
    fn cell(&self, values: &Values) -> Result<(&'a dyn AnyModel, Values), ParameterError> {
        let is_meant = |model: &&dyn AnyModel| matches!(values.get(MODEL), Some(Value::Text(name)) if name == model.about().name);
        let place = self.models.iter().position(is_meant).unwrap_or(0);
        let (model, own) = (self.models[place], &self.own[place]);
        let given = own.iter().filter_map(|parameter| {
            values.get(parameter.key).map(|value| (parameter.key.to_owned(), value.clone()))
        });
        Ok((model, Values::resolve(own, &given.collect())?))
    }
}

/// A parameter that allows what two of the same name allow, if they are of one kind and unit.
fn together(one: &Parameter, other: &Parameter) -> Result<Parameter, ()> {
    if one.unit != other.unit || one.naming.is_some() != other.naming.is_some() {
        return Err(());
    }
    let kind = match (&one.kind, &other.kind) {
        (Kind::Integer { low, high }, Kind::Integer { low: other_low, high: other_high }) => {
            Kind::Integer { low: *low.min(other_low), high: *high.max(other_high) }
        }
        (Kind::Real(one), Kind::Real(other)) => Kind::Real(hull(one, other)),
        (Kind::Choice(one), Kind::Choice(other)) => {
            let new = other.iter().filter(|choice| one.iter().all(|known| known.name != choice.name));
            Kind::Choice(one.iter().chain(new).copied().collect())
        }
        (one, other) if one == other => one.clone(),
        _ => return Err(()),
    };
    let word = match (one.word, other.word) {
        (Some(one), Some(other)) if one.name != other.name => return Err(()),
        (one, other) => one.or(other),
    };
    let per_layer = one.per_layer || other.per_layer;
    Ok(Parameter { kind, word, per_layer, ..one.clone() })
}

/// The smallest interval that holds two others.
fn hull(one: &Bounds, other: &Bounds) -> Bounds {
    let (low, open_low) = match one.low.total_cmp(&other.low) {
        std::cmp::Ordering::Less => (one.low, one.open_low),
        std::cmp::Ordering::Equal => (one.low, one.open_low && other.open_low),
        std::cmp::Ordering::Greater => (other.low, other.open_low),
    };
    let (high, open_high) = match one.high.total_cmp(&other.high) {
        std::cmp::Ordering::Greater => (one.high, one.open_high),
        std::cmp::Ordering::Equal => (one.high, one.open_high && other.open_high),
        std::cmp::Ordering::Less => (other.high, other.open_high),
    };
    Bounds { low, high, open_low, open_high }
}

/// The first of each name.
fn distinct<T>(items: impl Iterator<Item = T>, name: impl Fn(&T) -> &'static str) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    for item in items {
        if all.iter().all(|known| name(known) != name(&item)) {
            all.push(item);
        }
    }
    all
}

/// The hash of a cell by its identity. One that cannot run needs a name only.
pub fn hash_of_identity(model: &dyn AnyModel, values: &Values) -> [u8; 32] {
    model.identity(values).map_or_else(|_| values.hash(model.about().name), |identity| identity.hash())
}

/// How models that are compared are called together.
pub fn joint_name(names: &[String]) -> String {
    names.join(", ")
}

impl AnyModel for Several<'_> {
    fn about(&self) -> About {
        let names: Vec<String> = self.models.iter().map(|model| model.about().name.to_owned()).collect();
        About { name: permanent(&joint_name(&names)), summary: "models that are compared", references: &[] }
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn metrics(&self) -> Vec<Metric> {
        distinct(self.models.iter().flat_map(|model| model.metrics()), |metric| metric.name)
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        distinct(self.models.iter().flat_map(|model| model.predictions()), |info| info.name)
    }

    fn identity(&self, values: &Values) -> Result<Identity, ParameterError> {
        let (model, own) = self.cell(values)?;
        model.identity(&own)
    }

    fn hash(&self, values: &Values) -> [u8; 32] {
        hash_of_identity(self, values)
    }

    fn metrics_of(&self, values: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError> {
        let (model, own) = self.cell(values)?;
        let metrics = model.metrics_of(&own)?;
        Ok(Some(metrics.unwrap_or_else(|| model.metrics().into_iter().map(CellMetric::from).collect())))
    }

    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError> {
        self.predict(values).map(Some)
    }

    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        let (model, own) = self.cell(values)?;
        model.predict(&own)
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        let (model, own) = self.cell(values)?;
        model.prepare(&own)
    }
}
