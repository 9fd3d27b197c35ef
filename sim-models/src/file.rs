//! What files of all kinds share: tables read key by key with sentences that name the place, and the language DOT.

pub(crate) mod dot;
mod error;
mod table;
mod unique;

pub use error::InvalidText;
pub(crate) use error::{did_you_mean, nearest};
pub(crate) use table::{Table, described};
pub(crate) use unique::{Outline, Unique, parse_json, read_json, read_toml};

/// A value on one line.
pub(crate) fn line(value: &impl serde::Serialize) -> String {
    // Texts, finite numbers and tables of them have a form in JSON; what could fail has not entered a model.
    serde_json::to_string(value).unwrap_or_default()
}
