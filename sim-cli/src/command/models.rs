//! `synergy models` and `synergy schema`: what can be simulated.

use clap::Args;
use sim_models::registry::Registry;

use crate::output::{Format, models_json, models_text, say, schema};
use crate::problem::{Exit, Outcome, Problem};
use crate::scenario::find_model;

/// List the models, or describe one: parameters with units, bounds and defaults, metrics, predictions, references
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Name of a model
    name: Option<String>,
    /// How to print the description
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Print the JSON Schema of scenario files
#[derive(Args, Debug)]
pub(super) struct SchemaArguments {}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let models = match &self.name {
            Some(name) => vec![find_model(registry, name)?],
            None => registry.iter().collect(),
        };
        match self.format {
            Format::Table => say(format_args!("{}", models_text(&models, self.name.is_some())))?,
            Format::Json => say(format_args!("{}", models_json(&models)))?,
            Format::Csv => return Err(Problem::input("models are printed as table or json, not as csv")),
        }
        Ok(Exit::Success)
    }
}

impl SchemaArguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        say(format_args!("{}", schema(registry)))?;
        Ok(Exit::Success)
    }
}
