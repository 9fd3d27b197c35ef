//! `synergy models` and `synergy schema`: what can be simulated.

use clap::{Args, ValueEnum};
use sim_models::registry::Registry;

use crate::output::{models_json, models_markdown, models_text, say, scenario_markdown, schema};
use crate::problem::{Exit, Outcome};
use crate::scenario::find_model;

/// List the models, or describe one: parameters with units, bounds and defaults, metrics, predictions, references
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Name of a model
    name: Option<String>,
    /// How to print the description
    #[arg(long, value_enum, default_value_t)]
    format: CatalogFormat,
}

/// How models are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum CatalogFormat {
    /// For people: a line per model, or all about one
    #[default]
    Table,
    /// For programs
    Json,
    /// All about each, as a page
    Markdown,
}

/// Print the JSON Schema of scenario files
#[derive(Args, Debug)]
pub(super) struct SchemaArguments {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: SchemaFormat,
}

/// How the keys of scenario files are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum SchemaFormat {
    /// JSON Schema, for editors and programs
    #[default]
    Json,
    /// A page, without the models' parameters
    Markdown,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let models = match &self.name {
            Some(name) => vec![find_model(registry, name)?],
            None => registry.iter().collect(),
        };
        match self.format {
            CatalogFormat::Table => say(format_args!("{}", models_text(&models, self.name.is_some())))?,
            CatalogFormat::Json => say(format_args!("{}", models_json(&models)))?,
            CatalogFormat::Markdown => say(format_args!("{}", models_markdown(&models).trim_end()))?,
        }
        Ok(Exit::Success)
    }
}

impl SchemaArguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        match self.format {
            SchemaFormat::Json => say(format_args!("{}", schema(registry)))?,
            SchemaFormat::Markdown => say(format_args!("{}", scenario_markdown(registry).trim_end()))?,
        }
        Ok(Exit::Success)
    }
}
