//! Why a workflow cannot be written in some format, and what is left out where it can.

use thiserror::Error;

/// A workflow as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The text.
    pub text: String,
    /// What the format cannot hold, in sentences; nothing if reading the text gives the same workflow.
    pub left_out: Vec<String>,
}

/// Why a workflow cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotExportable {
    /// TOML has no such number.
    #[error(
        "subtask `{subtask}`, model `{model}`: {found} tokens are more than TOML can say; its whole numbers end at 2^63 - 1"
    )]
    TooManyTokens {
        /// The subtask.
        subtask: String,
        /// The model.
        model: String,
        /// The number of tokens.
        found: u64,
    },
    /// Something else that TOML has no form for.
    #[error("the workflow cannot be written as TOML: {0}")]
    Toml(String),
    /// The law of an option has no form in the record format.
    #[error(
        "subtask `{subtask}`, model `{model}`: {what}; a record holds a mean cost, or samples, which can be drawn"
    )]
    Law {
        /// The subtask.
        subtask: String,
        /// The model.
        model: String,
        /// What is the matter with it.
        what: &'static str,
    },
    /// `WfFormat` knows one running time per task.
    #[error(
        "subtask `{subtask}` can be tried with {}; WfFormat knows one running time per task: choose a model",
        models.join(", ")
    )]
    SeveralModels {
        /// The subtask.
        subtask: String,
        /// The models.
        models: Vec<String>,
    },
    /// A model that was chosen and cannot try a subtask.
    #[error("subtask `{subtask}` cannot be tried with `{model}`, only with {}", models.join(", "))]
    NotAnOption {
        /// The subtask.
        subtask: String,
        /// The model that was chosen.
        model: String,
        /// The models that can.
        models: Vec<String>,
    },
    /// A name that is no identity of a task in `WfFormat`.
    #[error(
        "subtask `{subtask}`: in WfFormat a name has at least one of the letters a-z, A-Z, digits, `-`, `_` and `.`, and nothing else"
    )]
    Name {
        /// The subtask.
        subtask: String,
    },
}
