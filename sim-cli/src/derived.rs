//! A model some of whose parameters are computed from others, and from variables that a scenario adds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sim_models::registry::{
    About, AnyModel, AnyPlan, Bounds, CellMetric, CellPrediction, Forecast, Identity, Kind, Metric,
    Parameter, ParameterError, PredictionInfo, Unit, Value, Values,
};

use crate::expression::Expression;
use crate::scenario::DerivedSpec;
use crate::search::Studied;

/// A model behind formulas: it has variables in the place of the parameters that are derived from them. What was derived is among the
/// predictions, under the parameter's name.
pub struct Derived<'a> {
    model: Studied<'a>,
    /// All parameters of the model.
    below: Vec<Parameter>,
    /// Parameters and variables of this one.
    parameters: Vec<Parameter>,
    formulas: Vec<Formula>,
}

/// A parameter and what gives its value.
struct Formula {
    key: &'static str,
    unit: Unit,
    text: String,
    expression: Expression,
}

impl<'a> Derived<'a> {
    /// The model with the parameters that `spec` describes.
    pub fn new(model: Studied<'a>, spec: &DerivedSpec) -> Self {
        let below = model.parameters();
        let of = |parameter: &Parameter| {
            let text = spec.formulas.get(parameter.key)?;
            // What cannot be read was refused with its scenario.
            let expression = Expression::parse(text).ok()?;
            Some(Formula { key: parameter.key, unit: parameter.unit, text: text.clone(), expression })
        };
        let formulas: Vec<Formula> = below.iter().filter_map(of).collect();
        let own = below.iter().filter(|parameter| !spec.formulas.contains_key(parameter.key)).cloned();
        let parameters = own.chain(spec.variables.iter().map(variable)).collect();
        Self { model, below, parameters, formulas }
    }

    /// The model behind the formulas.
    pub fn below(&self) -> &Studied<'a> {
        &self.model
    }

    /// The values of the model's own parameters.
    fn values(&self, values: &Values) -> Result<Values, ParameterError> {
        let of = |name: &str| values.get(name).and_then(Value::as_number);
        let is_own = |key: &str| self.below.iter().any(|parameter| parameter.key == key);
        let mut given: BTreeMap<String, Value> = values
            .iter()
            .filter(|(key, _)| is_own(key))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect();
        for Formula { key, text, expression, .. } in &self.formulas {
            let number = expression.value(&of);
            if !number.is_finite() {
                let why = expression.names().into_iter().find(|name| of(name).is_none());
                let why =
                    why.map_or_else(|| format!("is {number}"), |name| format!("needs `{name}` as a number"));
                return Err(ParameterError::impossible(&[*key], format!("`{key}` = {text} {why}")));
            }
            given.insert((*key).to_owned(), Value::Real(number));
        }
        Values::resolve(&self.below, &given)
    }

    /// What the formulas give.
    fn derived(&self, values: &Values) -> impl Iterator<Item = CellPrediction> {
        self.formulas.iter().map(|formula| CellPrediction {
            name: formula.key.into(),
            help: format!("derived: {}", formula.text).into(),
            unit: formula.unit,
            value: values.get(formula.key).and_then(Value::as_number),
        })
    }
}

/// A variable as a parameter.
fn variable((key, value): (&String, &f64)) -> Parameter {
    let everything = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY, open_low: true, open_high: true };
    Parameter {
        key: permanent(key),
        help: "variable of the scenario",
        unit: Unit::One,
        kind: Kind::Real(everything),
        word: None,
        per_layer: false,
        naming: None,
        default: Value::Real(*value),
    }
}

/// A name that lives as long as the program, as those of models do. Each is kept once.
pub fn permanent(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.get(name).copied().unwrap_or_else(|| {
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        names.insert(name);
        name
    })
}

impl AnyModel for Derived<'_> {
    fn about(&self) -> About {
        self.model.about()
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn metrics(&self) -> Vec<Metric> {
        self.model.metrics()
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        self.model.predictions()
    }

    fn identity(&self, values: &Values) -> Result<Identity, ParameterError> {
        let mut identity = self.model.identity(&self.values(values)?)?;
        for Formula { key, expression, .. } in &self.formulas {
            // What is derived follows from what it is derived from.
            if identity.values.remove(*key).is_some() {
                let names =
                    expression.names().into_iter().filter_map(|name| values.get(name).map(|v| (name, v)));
                identity.values.extend(names.map(|(name, value)| (name.to_owned(), value.clone())));
            }
        }
        Ok(identity)
    }

    fn hash(&self, values: &Values) -> [u8; 32] {
        self.model.hash_of(self, values)
    }

    fn metrics_of(&self, values: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError> {
        self.model.metrics_of(&self.values(values)?)
    }

    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError> {
        self.predict(values).map(Some)
    }

    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        let below = self.values(values)?;
        let mut forecast = self.model.predict(&below)?;
        let derived: Vec<CellPrediction> = self.derived(&below).collect();
        forecast.predictions.retain(|own| derived.iter().all(|other| other.name != own.name));
        forecast.predictions.splice(0..0, derived);
        Ok(forecast)
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        self.model.prepare(&self.values(values)?)
    }
}
