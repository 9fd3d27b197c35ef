//! A model whose cells are compared with a baseline: the same cell with some parameters changed.

use std::collections::BTreeMap;

use sim_models::registry::{
    About, AnyModel, AnyPlan, CellMetric, CellPrediction, DIFFERENCE, Forecast, Identity, Metric, Paired,
    Parameter, ParameterError, PredictionInfo, Value, Values, difference, shared,
};

use crate::derived::permanent;
use crate::search::Studied;
use crate::several::hash_of_identity;

/// A model beside a baseline. Its cells have all metrics of the model, and the differences from the baseline, which draws the same numbers.
pub struct Against<'a> {
    model: Studied<'a>,
    parameters: Vec<Parameter>,
    /// What is different in the baseline.
    changes: BTreeMap<String, Value>,
}

impl<'a> Against<'a> {
    /// A model beside one whose parameters have these values.
    pub fn new(model: Studied<'a>, changes: BTreeMap<String, Value>) -> Self {
        let parameters = model.parameters();
        Self { model, parameters, changes }
    }

    /// What comes of the baseline of a cell.
    fn of_baseline<T>(
        &self,
        values: &Values,
        of: impl FnOnce(&Values) -> Result<T, ParameterError>,
    ) -> Result<T, ParameterError> {
        let mut given: BTreeMap<String, Value> =
            values.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        given.extend(self.changes.clone());
        let baseline = Values::resolve(&self.parameters, &given);
        baseline.and_then(|baseline| of(&baseline)).map_err(ParameterError::of_baseline)
    }

    fn own_metrics(&self, values: &Values) -> Result<Vec<CellMetric>, ParameterError> {
        let own = self.model.metrics_of(values)?;
        Ok(own.unwrap_or_else(|| self.model.metrics().into_iter().map(CellMetric::from).collect()))
    }
}

/// Metrics with the differences of those that both have.
fn with_differences(own: Vec<CellMetric>, baseline: &[CellMetric]) -> Vec<CellMetric> {
    let places = shared(&own, baseline);
    let differences: Vec<CellMetric> =
        places.into_iter().map(|(one, other)| difference(&own[one], &baseline[other])).collect();
    own.into_iter().chain(differences).collect()
}

impl AnyModel for Against<'_> {
    fn about(&self) -> About {
        self.model.about()
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn metrics(&self) -> Vec<Metric> {
        let own: Vec<CellMetric> = self.model.metrics().into_iter().map(CellMetric::from).collect();
        let all = with_differences(own.clone(), &own).into_iter();
        let metric = |CellMetric { name, help, unit, range }| Metric {
            name: permanent(&name),
            help: permanent(&help),
            unit,
            range,
        };
        all.map(metric).collect()
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        let metrics = self.model.metrics();
        let own = self.model.predictions();
        let is_metric = |info: &&PredictionInfo| metrics.iter().any(|metric| metric.name == info.name);
        let differences = own.iter().filter(is_metric).map(|info| PredictionInfo {
            name: permanent(&format!("{}{DIFFERENCE}", info.name)),
            help: permanent(&format!("{} of the cell minus that of its baseline", info.name)),
            unit: info.unit,
        });
        let differences: Vec<PredictionInfo> = differences.collect();
        own.into_iter().chain(differences).collect()
    }

    /// That of the cell, with what the baseline is.
    fn identity(&self, values: &Values) -> Result<Identity, ParameterError> {
        let mut own = self.model.identity(values)?;
        let baseline = self.of_baseline(values, |baseline| self.model.identity(baseline))?;
        own.values.insert("against".to_owned(), Value::Text(baseline.model.to_owned()));
        let of_baseline = baseline.values.into_iter().map(|(key, value)| (format!("against.{key}"), value));
        own.values.extend(of_baseline);
        Ok(own)
    }

    fn hash(&self, values: &Values) -> [u8; 32] {
        hash_of_identity(self, values)
    }

    fn metrics_of(&self, values: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError> {
        let own = self.own_metrics(values)?;
        let baseline = self.of_baseline(values, |baseline| self.own_metrics(baseline))?;
        Ok(Some(with_differences(own, &baseline)))
    }

    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError> {
        self.predict(values).map(Some)
    }

    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        let mut forecast = self.model.predict(values)?;
        let baseline = self.of_baseline(values, |baseline| self.model.predict(baseline))?;
        let metrics = self.own_metrics(values)?;
        let of = |own: &CellPrediction| {
            metrics.iter().find(|metric| metric.name == own.name)?;
            let other = baseline
                .predictions
                .iter()
                .find(|other| (&other.name, other.unit) == (&own.name, own.unit))?;
            Some(CellPrediction {
                name: format!("{}{DIFFERENCE}", own.name).into(),
                help: format!("{} of the cell minus that of its baseline", own.name).into(),
                unit: own.unit,
                value: own.value.zip(other.value).map(|(own, other)| own - other),
            })
        };
        let differences: Vec<CellPrediction> = forecast.predictions.iter().filter_map(of).collect();
        forecast.predictions.extend(differences);
        let changes = self.changes.iter().map(|(key, value)| format!("{key} = {value}"));
        let changes: Vec<String> = changes.collect();
        forecast.notes.push(format!("differences are those from a baseline with {}", changes.join(", ")));
        Ok(forecast)
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        let own = self.model.prepare(values)?;
        let baseline = self.of_baseline(values, |baseline| self.model.prepare(baseline))?;
        let identity = self.model.identity(values)?;
        let is_same = self.of_baseline(values, |baseline| Ok(self.model.identity(baseline)? == identity))?;
        Ok(Box::new(Paired::new(own, baseline, is_same)?))
    }
}
