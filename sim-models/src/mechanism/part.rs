//! Mechanisms as parts of something larger: all ways in which a question can end, each with its probability.
//!
//! A workflow tries a subtask with a mechanism as it does with a language model; what it needs is the joint law of success, cost and time,
//! not their means. `cascade`, `retry` and `vote` have finitely many endings.
//!
//! ```
//! use std::collections::BTreeMap;
//! use sim_models::mechanism::part::endings;
//! use sim_models::registry::Value;
//!
//! let three = BTreeMap::from([("attempts".to_owned(), Value::Integer(3))]);
//! let endings = endings("retry", &three)?;
//! let probabilities: f64 = endings.iter().map(|ending| ending.probability).sum();
//! assert!((probabilities - 1.0).abs() < 1e-15);
//! // Accepted at the first, second or third attempt, rightly or wrongly; or never.
//! assert_eq!(endings.len(), 7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;

use thiserror::Error;

use super::cascade::CascadeParameters;
use super::primitives::Answered;
use super::retry::RetryParameters;
use super::vote::VoteParameters;
use crate::registry::{ParameterError, Parameters, Value, Values, nearest};

/// One way in which a question can end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ending {
    /// Its probability, positive.
    pub probability: f64,
    /// What becomes of the question, and what is spent.
    pub answer: Answered,
}

/// A mechanism with finitely many endings.
pub trait Endings {
    /// All of them, with probabilities that sum to 1 but for rounding; `None` where they are not worked out.
    fn endings(&self) -> Option<Vec<Ending>>;
}

/// Why a mechanism is no part of anything.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum NotAPart {
    /// There is no mechanism of this name whose endings are finitely many.
    #[error("`{found}` is none of the mechanisms {}{}", PARTS.map(|(name, _)| format!("`{name}`")).join(", "), suggestion(.found))]
    Unknown {
        /// The name.
        found: String,
    },
    /// Parameters that it does not take.
    #[error("mechanism `{name}`: {why}")]
    Parameters {
        /// The mechanism.
        name: &'static str,
        /// What is wrong.
        why: Box<ParameterError>,
    },
    /// Its law is not worked out for these parameters.
    #[error("mechanism `{name}`: the exact law of these parameters is not known")]
    NoLaw {
        /// The mechanism.
        name: &'static str,
    },
}

fn suggestion(found: &str) -> String {
    nearest(found, PARTS.map(|(name, _)| name))
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

type Given = BTreeMap<String, Value>;
type Found = Result<Option<Vec<Ending>>, ParameterError>;
type Find = fn(&Given) -> Found;

/// The mechanisms that can be parts, and how their endings are found.
const PARTS: [(&str, Find); 3] =
    [("cascade", of::<CascadeParameters>), ("retry", of::<RetryParameters>), ("vote", of::<VoteParameters>)];

fn of<P: Parameters + Endings>(given: &Given) -> Found {
    let values = Values::resolve(&P::definitions(), given)?;
    Ok(P::from_values(&values)?.endings())
}

/// The endings of a mechanism by its name, with parameters as in a scenario and the defaults of all others.
///
/// # Errors
/// It is not known, or does not take the parameters.
pub fn endings(name: &str, given: &BTreeMap<String, Value>) -> Result<Vec<Ending>, NotAPart> {
    let known = PARTS.iter().find(|(known, _)| *known == name);
    let &(name, endings) = known.ok_or_else(|| NotAPart::Unknown { found: name.to_owned() })?;
    let found = endings(given).map_err(|why| NotAPart::Parameters { name, why: Box::new(why) })?;
    let mut endings = found.ok_or(NotAPart::NoLaw { name })?;
    endings.retain(|ending| ending.probability > 0.0);
    Ok(endings)
}
