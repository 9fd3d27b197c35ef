//! Organizations as files: JSON, and any table with the same keys.
//!
//! ```
//! use sim_models::organization::graph::Organization;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let organization = Organization::from_json(
//!     r#"{ "agents": [ { "id": "a", "bias": 0.2 }, { "id": "b", "bias": 0.2 }, { "id": "v" } ],
//!          "channels": [ { "from": "a", "to": "v", "fidelity": 0.9 }, { "from": "b", "to": "v" } ] }"#,
//! )?;
//! assert_eq!(organization.graph().name(organization.outputs()[0]), "v");
//! assert_eq!(Organization::from_json(&organization.to_json()?)?.to_json()?, organization.to_json()?);
//!
//! let error = Organization::from_json(r#"{ "agents": [ { "id": "a", "bais": 0.2 } ] }"#).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "agent `a` has no key `bais`; did you mean `bias`? (keys: id, bias, compute, family, own_weight, aggregator)"
//! );
//! # Ok(())
//! # }
//! ```

mod error;
mod names;
mod read;
mod rule;
mod table;
mod unique;
mod write;

use serde_json::Value;

pub use error::{InvalidFile, NotExportable};
pub(super) use unique::parse as parse_json;
pub(super) use write::{DependenceEntry, RuleEntry, line};

use super::Organization;
use crate::organization::{Bias, Correlation, Erasure, Fidelity};

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
        Self::from_json_value_with(&unique::parse(text)?, defaults)
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
