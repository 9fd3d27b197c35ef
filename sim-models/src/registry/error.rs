//! What can be wrong with a scenario, as sentences.

use thiserror::Error;

use super::Parameter;

/// Why a set of values is not a scenario of the model.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// A key that the model does not have.
    #[error("`{key}` is not a parameter of this model")]
    Unknown {
        /// The key that was found.
        key: String,
        /// The nearest key that exists.
        nearest: Option<String>,
        /// All keys.
        keys: Vec<&'static str>,
    },
    /// A value of the wrong type, out of bounds, or not among the choices.
    #[error("`{key}` cannot be the {found}; allowed: {allowed}")]
    Invalid {
        /// The parameter.
        key: String,
        /// The value that was found, with its type.
        found: String,
        /// What is allowed, in words.
        allowed: String,
        /// The nearest allowed name.
        nearest: Option<String>,
    },
    /// Values that are allowed one by one but contradict each other.
    #[error("{sentence}")]
    Impossible {
        /// The parameters that are involved, the likely culprit first.
        keys: Vec<&'static str>,
        /// What is impossible, with the arithmetic.
        sentence: String,
    },
    /// A name that came from the values and that results cannot have.
    #[error("`{name}` cannot be the name of a {what}: {why}")]
    Name {
        /// The name.
        name: String,
        /// What it would name.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A checked value that the field it was checked for does not take: a mistake in the model.
    #[error("the model does not read its own value `{value}`; this is a defect of the model")]
    Mismatch {
        /// The value.
        value: String,
    },
    /// The model panicked while it read its parameters: a mistake in the model.
    #[error("the model panicked: {message}")]
    Panicked {
        /// What it said.
        message: String,
    },
}

impl ParameterError {
    /// A key that is none of `parameters`.
    pub fn unknown(key: &str, parameters: &[Parameter]) -> Self {
        let keys: Vec<_> = parameters.iter().map(|p| p.key).collect();
        Self::Unknown { key: key.to_owned(), nearest: super::nearest(key, keys.iter().copied()), keys }
    }

    /// Values that contradict each other.
    pub fn impossible(keys: &[&'static str], sentence: impl Into<String>) -> Self {
        Self::Impossible { keys: keys.to_vec(), sentence: sentence.into() }
    }

    /// The same error of a baseline, which is no fault of the cell's own values.
    #[must_use]
    pub fn of_baseline(self) -> Self {
        let keys = match &self {
            Self::Impossible { keys, .. } => keys.clone(),
            _ => Vec::new(),
        };
        Self::Impossible { sentence: format!("the baseline: {self}"), keys }
    }

    /// The parameters that are to blame, the likely culprit first.
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Self::Unknown { key, .. } | Self::Invalid { key, .. } => vec![key],
            Self::Impossible { keys, .. } => keys.clone(),
            Self::Name { .. } | Self::Mismatch { .. } | Self::Panicked { .. } => Vec::new(),
        }
    }

    /// What a person could do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest: Some(nearest), .. } | Self::Invalid { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            Self::Unknown { keys, .. } => Some(format!("the parameters are {}", keys.join(", "))),
            Self::Name { .. } => Some("give what it is named after another name".to_owned()),
            _ => None,
        }
    }
}
