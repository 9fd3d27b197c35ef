//! What can be wrong with a text of tables, and where.

use thiserror::Error;

/// Why a text is no file of its kind, before anything is said of what it describes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidText {
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
    #[error("{place} has no key `{key}`{}{}", did_you_mean(nearest), keys(allowed))]
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
}

fn keys(allowed: &[&str]) -> String {
    if allowed.is_empty() { String::new() } else { format!(" (keys: {})", allowed.join(", ")) }
}

/// A question that offers the nearest name; nothing without one.
pub(crate) fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The name that may be meant. Nobody means a long name by another one, and comparing them takes long.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const LONGEST: usize = 100;
    let short = candidates.into_iter().filter(|candidate| candidate.len() <= LONGEST);
    (word.len() <= LONGEST).then(|| crate::registry::nearest(word, short)).flatten()
}
