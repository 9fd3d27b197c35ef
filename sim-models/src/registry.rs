//! Every model by name: its parameters with schema, its metrics, its predictions.
//!
//! A new model is one file with a [`Model`], and one line in [`Registry::builtin`]. Its parameters are asked for
//! once, in [`Parameters::read`]; schema, bounds, defaults, help and canonical form come from that.

mod document;
mod erased;
mod error;
mod form;
mod model;
mod paired;
mod parameter;
mod quantities;
mod schema;
mod unit;
mod value;

pub use document::{Document, NamedFile, Naming};
pub use erased::{AnyModel, AnyPlan, AnyTally, Counting, Failure, Outcome, PredictionInfo};
pub use error::ParameterError;
pub use form::{
    Field, Form, Layered, OrWord, Parameters, PerLayer, Single, boolean, choice, document, integer, real,
    table, text,
};
pub use model::{About, Metric, Model, Prediction, Replay};
pub use paired::{DIFFERENCE, Paired, difference, shared};
pub use parameter::{Bounds, Choice, Kind, Parameter};
pub use quantities::{CellMetric, CellPrediction, Forecast};
pub use schema::{parameter_schema, parameters_schema};
pub use unit::Unit;
pub use value::{Identity, Value, Values};

use std::sync::Arc;

use crate::{mechanism, models};

/// The models that an application knows.
#[derive(Clone, Default)]
pub struct Registry {
    models: Vec<Arc<dyn AnyModel>>,
}

impl Registry {
    /// No models.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The models of this crate.
    pub fn builtin() -> Self {
        Self::empty()
            .with(models::Tree)
            .with(models::Averaging)
            .with(models::Budget)
            .with(models::AnyOrganization)
            .with(models::OrganizationInTime)
            .with(models::AnyFleet)
            .with(models::ServerQueue)
            .with(models::BudgetLedger)
            .with(models::AnyWorkflow)
            .with(models::WorkflowComparison)
            .with(models::WorkflowRollouts)
            .with(mechanism::margin_vote::MarginVote)
            .with(mechanism::retry::Retry)
            .with(mechanism::vote::Vote)
            .with(mechanism::cascade::Cascade)
            .with(mechanism::routing::Routing)
            .with(mechanism::restart::Restart)
            .with(mechanism::value_tree::ValueTree)
            .with(mechanism::swiss::Swiss)
            .with(mechanism::deliberation::Deliberation)
            .with(mechanism::expert_dilution::ExpertDilution)
            .with(mechanism::log_reweighting::LogReweighting)
            .with(mechanism::price_reversal::PriceReversal)
            .with(mechanism::churn::Churn)
            .with(mechanism::architecture::Architecture)
            .with(mechanism::pipeline::Pipeline)
            .with(mechanism::tool_budget::ToolBudget)
            .with(mechanism::plan_mismatch::PlanMismatch)
            .with(mechanism::turn_limit::TurnLimit)
            .with(mechanism::faults::Faults)
            .with(mechanism::mitigation::Mitigation)
            .with(mechanism::plan_auction::PlanAuction)
            .with(mechanism::matched_budget::MatchedBudget)
    }

    /// Adds a model; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, model: impl AnyModel + 'static) -> Self {
        self.models.retain(|known| known.about().name != model.about().name);
        self.models.push(Arc::new(model));
        self
    }

    /// The model of this name.
    pub fn find(&self, name: &str) -> Option<&dyn AnyModel> {
        self.iter().find(|model| model.about().name == name)
    }

    /// All models, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &dyn AnyModel> {
        self.models.iter().map(AsRef::as_ref)
    }

    /// All names.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(|model| model.about().name).collect()
    }
}

/// The candidate that a person most likely meant, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = word.chars().count();
    let near = |candidate: &'a str| {
        let other = candidate.chars().count();
        let most = 1 + other.max(length) / 3;
        // The distance is at least the difference in length: a long word is not compared at all.
        let distance =
            (other.abs_diff(length) <= most).then(|| strsim::damerau_levenshtein(word, candidate))?;
        (distance <= most).then_some((distance, candidate))
    };
    candidates.into_iter().filter_map(near).min().map(|(_, candidate)| candidate.to_owned())
}

/// A number as people write it: the shortest digits that read back as the same number.
pub fn number(x: f64) -> String {
    if x == 0.0 || (1e-5..1e15).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn every_model_accepts_its_own_defaults() {
        for model in Registry::builtin().iter() {
            let name = model.about().name;
            let parameters = model.parameters();
            let values = Values::resolve(&parameters, &BTreeMap::new()).unwrap();
            for parameter in &parameters {
                assert_eq!(
                    parameter.normalize(&parameter.default).as_ref(),
                    Ok(&parameter.default),
                    "{name}"
                );
                assert!(!parameter.help.is_empty(), "{name}.{} has no help", parameter.key);
            }
            let forecast = model.predict(&values).unwrap();
            let plan = model.prepare(&values).unwrap();
            let same =
                plan.metrics().iter().map(|m| m.name.as_ref()).eq(model.metrics().iter().map(|m| m.name));
            if model.metrics_of(&values).unwrap().is_none() {
                assert!(same, "{name}");
            }
            if model.predictions_of(&values).unwrap().is_none() {
                assert_eq!(forecast.predictions.len(), model.predictions().len());
            }
        }
    }

    #[test]
    fn names_are_unique_within_a_model() {
        for model in Registry::builtin().iter() {
            let keys: Vec<_> = model.parameters().iter().map(|p| p.key).collect();
            let metrics: Vec<_> = model.metrics().iter().map(|m| m.name).collect();
            let predictions: Vec<_> = model.predictions().iter().map(|p| p.name).collect();
            for names in [keys.clone(), [keys.clone(), metrics].concat(), predictions] {
                assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
            }
        }
    }

    #[test]
    fn a_model_of_the_same_name_is_replaced() {
        let registry = Registry::builtin();
        assert_eq!(registry.names().len(), registry.clone().with(models::Tree).names().len());
        assert!(registry.find("tree").is_some() && registry.find("forest").is_none());
    }

    #[test]
    fn the_nearest_name_is_found() {
        assert_eq!(nearest("fanin", ["fan_in", "fidelity"]), Some("fan_in".into()));
        assert_eq!(nearest("corelation", ["fan_in", "correlation"]), Some("correlation".into()));
        assert_eq!(nearest("qwertyuiop", ["fan_in", "correlation"]), None);
    }
}
