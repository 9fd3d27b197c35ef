//! Workflows as files: JSON and TOML.

mod error;
mod model;
mod option;
mod place;
mod read;
pub(super) mod samples;
mod write;

pub use error::{InvalidOption, InvalidWorkflowFile};
pub(super) use model::{ModelDraft, ModelEntry};
pub(super) use option::{LAWS, LawKind, option_of};
pub(super) use place::Place;
pub(super) use read::{Draft, Files, Subtask};
pub(super) use write::{OptionEntry, Plain, law_name};

use super::Workflow;
use super::export::NotExportable;
use crate::file::{read_json, read_toml};

/// A table of a workflow's file.
type Table<'a> = crate::file::Table<'a, Place<'a>>;

impl Workflow {
    /// Reads a workflow from JSON.
    ///
    /// ```
    /// use sim_models::workflow::Workflow;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let workflow = Workflow::from_json(
    ///     r#"{ "models": { "small": { "price_per_million_output_tokens": 0.42 } },
    ///          "subtasks": [
    ///            { "id": "parse", "options": {
    ///                "small": { "success": 0.6, "latency_seconds": { "mean": 20, "deviation": 8 }, "output_tokens": 1200 } } },
    ///            { "id": "solve", "needs": ["parse"], "options": {
    ///                "small": { "records": [ { "success": true, "latency_seconds": 9.5, "output_tokens": 800 },
    ///                                        { "success": false, "latency_seconds": 20, "output_tokens": 2100 } ] } } } ] }"#,
    /// )?;
    /// assert_eq!(workflow.graph().name(1), "solve");
    /// assert_eq!(Workflow::from_json(&workflow.to_json())?, workflow);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// | of | key | |
    /// |---|---|---|
    /// | the workflow | `models` | table of models by name; their order is that of the text |
    /// | | `subtasks` | list of subtasks |
    /// | a model | `price_per_million_output_tokens` | in USD; 0 if not given |
    /// | | `concurrency`, `tokens_per_minute` | what its provider allows, where the rules limit providers; any number if not given |
    /// | a subtask | `id`, `needs` | its name; the subtasks that must be done before |
    /// | | `options` | table of the models that can try it |
    /// | an option | `success` | probability that a sample is right |
    /// | | `latency_seconds` | how long a sample takes: a number, or mean, deviation and law |
    /// | | `output_tokens` | what it generates: the same |
    /// | | `tokens_per_second`, `overhead_seconds` | instead of `latency_seconds`: time follows from tokens |
    /// | | `length_coupling`, `token_limit` | right answers are shorter by so many deviations; longer ones are cut off, and wrong |
    /// | | `records` | instead of all this: samples that were seen, with `success`, `latency_seconds`, `output_tokens` and `weight`; or the name of a file of them, which [`Workflow::from_text`] reads |
    /// | | `mechanism` | instead of all this: a table with `name`, `cascade`, `retry` or `vote`, and its parameters; a sample is a question to it, whose tokens cost at the model's price what it costs |
    ///
    /// A law is `lognormal`, `gamma` or `exponential`; without one it is lognormal, and without a deviation it is a constant.
    ///
    /// # Errors
    /// The text is no JSON, has a key that is not known, or describes no workflow; the place or the subtask is named.
    pub fn from_json(text: &str) -> Result<Self, InvalidWorkflowFile> {
        Draft::of_outline(&read_json(text)?)?.workflow(&|_| None)
    }

    /// Reads a workflow from TOML with the same keys.
    ///
    /// # Errors
    /// As [`Workflow::from_json`].
    pub fn from_toml(text: &str) -> Result<Self, InvalidWorkflowFile> {
        Draft::of_outline(&read_toml(text)?)?.workflow(&|_| None)
    }

    /// The workflow as JSON, one line per model and per option. Reading it gives the same workflow.
    pub fn to_json(&self) -> String {
        write::json(self)
    }

    /// The workflow as TOML with the same keys. Reading it gives the same workflow.
    ///
    /// # Errors
    /// A number of tokens is above 2^63 - 1, the largest that TOML has.
    pub fn to_toml(&self) -> Result<String, NotExportable> {
        write::toml(self)
    }
}
