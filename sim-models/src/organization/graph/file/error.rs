//! What can be wrong with a file, and where.

use thiserror::Error;

use crate::file::InvalidText;
use crate::organization::OutOfRange;
use crate::organization::graph::{InvalidAnswers, InvalidOrganization};

/// Why a text is no organization.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidFile {
    /// No text of the format, or no table with the right keys.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// A number out of range.
    #[error("{place}: `{key}`: {reason}")]
    Range {
        /// Where.
        place: String,
        /// The key.
        key: String,
        /// The range.
        reason: OutOfRange,
    },
    /// Answers that no question has.
    #[error("answers: {0}")]
    Answers(#[from] InvalidAnswers),
    /// Well written, but no organization.
    #[error(transparent)]
    Organization(#[from] InvalidOrganization),
}

/// Why an organization cannot be written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotExportable {
    /// A rule of the user's own.
    #[error("agent `{agent}` decides by a rule of one's own, which no file can say")]
    Rule {
        /// The agent.
        agent: String,
    },
    /// A coupling of the user's own.
    #[error(
        "the votes received by agent `{agent}` are coupled by a rule of one's own, which no file can say"
    )]
    Coupling {
        /// The agent.
        agent: String,
    },
}
