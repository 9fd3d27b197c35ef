//! What can be wrong with a workflow's file, and where.

use thiserror::Error;

use crate::file::InvalidText;
use crate::law::InvalidLaw;
use crate::mechanism::part::NotAPart;
use crate::workflow::{InvalidSampleLaw, InvalidWfFormat, InvalidWorkflow};

/// Why a text is no workflow.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InvalidWorkflowFile {
    /// No text of the format, or no table with the right keys.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// What it describes is no workflow.
    #[error(transparent)]
    Workflow(#[from] InvalidWorkflow),
    /// What is said of a model at a subtask gives no law.
    #[error("subtask `{subtask}`, model `{model}`: {why}")]
    Option {
        /// The subtask.
        subtask: String,
        /// The model.
        model: String,
        /// What is wrong. Boxed, because a result carries room for its error also where there is none.
        why: Box<InvalidOption>,
    },
    /// It is no workflow of scientific tasks.
    #[error(transparent)]
    WfFormat(#[from] InvalidWfFormat),
}

impl InvalidWorkflowFile {
    /// What is wrong about a model at a subtask.
    pub(in crate::workflow) fn option(subtask: &str, model: &str, why: InvalidOption) -> Self {
        Self::Option { subtask: subtask.to_owned(), model: model.to_owned(), why: Box::new(why) }
    }
}

/// What is wrong about an option.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidOption {
    /// Records stand in another file, which nobody gave.
    #[error("its records stand in the file `{0}`, which was not read; give them as a list here")]
    OtherFile(String),
    /// A file of records that is none.
    #[error(transparent)]
    Records(InvalidText),
    /// A law of one quantity.
    #[error("`{key}`: {why}")]
    Law {
        /// Which.
        key: &'static str,
        /// What is wrong.
        why: InvalidLaw,
    },
    /// An exponential law whose deviation is not its mean.
    #[error("`{key}`: the deviation of an exponential law is its mean, {mean}; found {found}")]
    Exponential {
        /// Which.
        key: &'static str,
        /// The mean.
        mean: f64,
        /// The deviation that was given.
        found: f64,
    },
    /// A mechanism that is no sample.
    #[error(transparent)]
    Mechanism(#[from] NotAPart),
    /// Something that is no parameter of a mechanism.
    #[error("the parameter `{0}` of its mechanism is a number, a text, true or false")]
    Parameter(String),
    /// The law of a sample.
    #[error(transparent)]
    Sample(#[from] InvalidSampleLaw),
}
