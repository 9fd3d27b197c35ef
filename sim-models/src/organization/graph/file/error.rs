//! What can be wrong with a file, and where.

use thiserror::Error;

use crate::organization::OutOfRange;
use crate::organization::graph::error::did_you_mean;
use crate::organization::graph::{InvalidAnswers, InvalidOrganization};

/// Why a text is no organization.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidFile {
    /// No text of the format at all.
    #[error("the text is no {format}: {reason}")]
    Syntax {
        /// The format.
        format: &'static str,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// Something else where a table is expected.
    #[error("{place} is a table of keys and values; found {found}")]
    NoTable {
        /// Where.
        place: String,
        /// What stands there.
        found: String,
    },
    /// A value of another kind.
    #[error("{place}: `{key}` is {expected}; found {found}")]
    Kind {
        /// Where.
        place: String,
        /// The key.
        key: String,
        /// What is allowed.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A key that does not exist there.
    #[error("{place} has no key `{key}`{} (keys: {})", did_you_mean(nearest), allowed.join(", "))]
    UnknownKey {
        /// Where.
        place: String,
        /// The key.
        key: String,
        /// The keys that exist.
        allowed: &'static [&'static str],
        /// The key that may be meant.
        nearest: Option<String>,
    },
    /// A key that is needed.
    #[error("{place} has no `{key}`; it needs one{why}")]
    Missing {
        /// Where.
        place: String,
        /// The key.
        key: &'static str,
        /// What it is needed for.
        why: &'static str,
    },
    /// Keys that exclude each other.
    #[error("{place} states both `{first}` and `{second}`; state one of them")]
    Both {
        /// Where.
        place: String,
        /// A key.
        first: &'static str,
        /// Another key.
        second: &'static str,
    },
    /// A name that is not among those allowed.
    #[error("{place}: `{key}` is `{found}`{}; allowed: {}", did_you_mean(nearest), allowed.join(", "))]
    Choice {
        /// Where.
        place: String,
        /// The key.
        key: String,
        /// The name.
        found: String,
        /// The names that exist.
        allowed: Vec<&'static str>,
        /// The name that may be meant.
        nearest: Option<String>,
    },
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
