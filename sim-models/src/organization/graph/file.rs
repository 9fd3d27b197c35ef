//! Organizations as files: JSON, and any table with the same keys.

mod error;
mod names;
mod place;
mod read;
mod rule;
mod write;

use serde_json::Value;

pub use error::{InvalidFile, NotExportable};
pub(super) use write::{DependenceEntry, RuleEntry};

use super::Organization;
use crate::file::parse_json;
use crate::organization::{Bias, Correlation, Erasure, Fidelity};

/// A table of an organization's file.
type Table<'a> = crate::file::Table<'a, place::Place<'a>>;

/// What holds where a file leaves something open, so that one graph can be looked at for many values of it. Without a default, a
/// leaf and a dependence must say their number themselves, and a channel is perfect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FileDefaults {
    /// Bias of an agent without incoming channels that states neither bias nor compute.
    pub bias: Option<Bias>,
    /// Fidelity of a channel that states neither fidelity nor curve.
    pub fidelity: Option<Fidelity>,
    /// Erasure probability of a channel that states none.
    pub erasure: Option<Erasure>,
    /// Correlation of a dependence that states none.
    pub correlation: Option<Correlation>,
}

impl Organization {
    /// Reads an organization from JSON.
    ///
    /// ```
    /// use sim_models::organization::graph::Organization;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let organization = Organization::from_json(
    ///     r#"{ "agents": [ { "id": "a", "bias": 0.2 }, { "id": "b", "bias": 0.2 }, { "id": "v" } ],
    ///          "channels": [ { "from": "a", "to": "v", "fidelity": 0.9 }, { "from": "b", "to": "v" } ] }"#,
    /// )?;
    /// assert_eq!(organization.graph().name(organization.outputs()[0]), "v");
    /// assert_eq!(Organization::from_json(&organization.to_json()?)?.to_json()?, organization.to_json()?);
    ///
    /// let error = Organization::from_json(r#"{ "agents": [ { "id": "a", "bais": 0.2 } ] }"#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "agent `a` has no key `bais`; did you mean `bias`? (keys: id, bias, compute, family, own_weight, aggregator)"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// | of | key | |
    /// |---|---|---|
    /// | the organization | `agents` | list of agents |
    /// | | `channels`, `dependence` | lists of channels and of dependences |
    /// | | `outputs` | list of ids; unless stated, the only agent without outgoing channels |
    /// | | `window` | most tokens that the messages to one agent have together |
    /// | | `answers` | `{ "wrong": 5, "zipf": 1.0 }`: number of wrong answers, and exponent of Zipf's law; one wrong answer unless stated |
    /// | an agent | `id` | its name |
    /// | | `bias` or `compute` | what it knows: a bias in [-1, 1], or `{ "tokens": 100, "coefficient": 0.01, "exponent": 0.2, "cap": 1 }` |
    /// | | `family` | its model family |
    /// | | `own_weight` | weight of its own fresh vote beside those that it receives; 1 |
    /// | | `aggregator` | the name of a rule, or a table with `rule`; `majority`, and with several wrong answers `plurality` |
    /// | a rule | `rule` | `majority`, `weighted-majority`, `supermajority`, `first`, `plurality`, `margin`, `best-of` |
    /// | | `tie` | `fair`, `abstain`, `first`, `wrong`, or `impossible` (refused if there can be one); fair. Of majorities |
    /// | | `weights` | `log-odds`, or a table of weights by sender, 1 for others; log-odds. Of a weighted majority |
    /// | | `threshold` | share in (0.5, 1]. Of a supermajority |
    /// | | `margin` | votes by which an answer must be ahead, at least 1. Of a margin |
    /// | | `true_positive`, `false_positive` | how often a right and a wrong vote is accepted. Of best-of |
    /// | a channel | `from`, `to` | ids |
    /// | | `fidelity` or `curve` | fidelity in [0, 1], 1; or `{ "law": "exponential", "scale": 20 }` by length: `constant`, `exponential`, `saturating`, `power`, `repetition` of [`FidelityCurve`](crate::theory::channel::FidelityCurve) |
    /// | | `tokens` | length of a message; 0 |
    /// | | `erasure`, `detected` | probability that a message is lost, 0; whether the loss is noticed, false |
    /// | a dependence | `at`, `family` or `everyone` | an agent whose received votes are coupled; a group whose fresh votes share a cause (`"everyone": true`) |
    /// | | `model` | at an agent: `mixture`, `copying`, `beta-binomial`, `gaussian`; of a group: `shared-vote` (or `mixture`), `copying`, `difficulty` (or `beta-binomial`), `gaussian-factor` (or `gaussian`) |
    /// | | `correlation` | pairwise correlation in [0, 1] |
    /// | | `votes` | of a group: `leaves`, or `all` for those of workers too; leaves |
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn from_json(text: &str) -> Result<Self, InvalidFile> {
        Self::from_json_with(text, &FileDefaults::default())
    }

    /// Reads an organization from JSON that leaves something open.
    ///
    /// # Errors
    /// As [`Organization::from_json`].
    pub fn from_json_with(text: &str, defaults: &FileDefaults) -> Result<Self, InvalidFile> {
        Self::from_json_value_with(&parse_json(text)?, defaults)
    }

    /// Reads an organization from a table with the keys of a file.
    ///
    /// # Errors
    /// As [`Organization::from_json`].
    pub fn from_json_value(value: &Value) -> Result<Self, InvalidFile> {
        Self::from_json_value_with(value, &FileDefaults::default())
    }

    /// Reads an organization from a table that leaves something open.
    ///
    /// # Errors
    /// As [`Organization::from_json`].
    pub fn from_json_value_with(value: &Value, defaults: &FileDefaults) -> Result<Self, InvalidFile> {
        Ok(read::builder(value, defaults)?.build()?)
    }

    /// The organization as JSON, one agent, channel and dependence per line. Reading it gives the same organization, whatever the
    /// defaults. Curves are written as the fidelity that they give.
    ///
    /// # Errors
    /// An agent has a rule or a coupling of the user's own, which no file can say.
    pub fn to_json(&self) -> Result<String, NotExportable> {
        write::json(self)
    }
}
