//! One table of a file, read key by key.

use std::fmt;

use serde_json::{Map, Value};

use super::InvalidFile;
use crate::organization::OutOfRange;
use crate::organization::graph::error::nearest;
use crate::registry::number;

/// Where in a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Organization,
    Answers,
    /// Position from 1, and the id once it is known.
    Agent(usize, Option<&'a str>),
    Compute(&'a str),
    Aggregator(&'a str),
    Weights(&'a str),
    Channel(usize, Option<(&'a str, &'a str)>),
    Curve(&'a str, &'a str),
    Dependence(usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization => f.write_str("the organization"),
            Self::Answers => f.write_str("`answers`"),
            Self::Agent(position, None) => write!(f, "agent {position}"),
            Self::Agent(_, Some(id)) => write!(f, "agent `{id}`"),
            Self::Compute(id) => write!(f, "the compute of agent `{id}`"),
            Self::Aggregator(id) => write!(f, "the aggregator of agent `{id}`"),
            Self::Weights(id) => write!(f, "the weights of agent `{id}`"),
            Self::Channel(position, None) => write!(f, "channel {position}"),
            Self::Channel(position, Some((from, to))) => write!(f, "channel {position} (`{from}` -> `{to}`)"),
            Self::Curve(from, to) => write!(f, "the curve of the channel `{from}` -> `{to}`"),
            Self::Dependence(position) => write!(f, "dependence {position}"),
        }
    }
}

/// A table and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) place: Place<'a>,
    pub(super) entries: &'a Map<String, Value>,
}

impl<'a> Table<'a> {
    pub(super) fn new(place: Place<'a>, value: &'a Value) -> Result<Self, InvalidFile> {
        match value {
            Value::Object(entries) => Ok(Self { place, entries }),
            _ => Err(InvalidFile::NoTable { place: place.to_string(), found: described(value) }),
        }
    }

    /// The same table, known by another name.
    pub(super) fn at(self, place: Place<'a>) -> Self {
        Self { place, ..self }
    }

    /// Refuses keys that are not among these.
    pub(super) fn only(&self, allowed: &'static [&'static str]) -> Result<(), InvalidFile> {
        let Some(key) = self.entries.keys().find(|key| !allowed.contains(&key.as_str())) else {
            return Ok(());
        };
        Err(InvalidFile::UnknownKey {
            place: self.place.to_string(),
            key: shortened(key),
            allowed,
            nearest: nearest(key, allowed.iter().copied()),
        })
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// At most one of two keys.
    pub(super) fn not_both(&self, first: &'static str, second: &'static str) -> Result<(), InvalidFile> {
        if self.has(first) && self.has(second) {
            return Err(InvalidFile::Both { place: self.place.to_string(), first, second });
        }
        Ok(())
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.entries.get(key)
    }

    /// What a key that must be there says; `why` follows "it needs one".
    pub(super) fn needed<T>(
        &self,
        key: &'static str,
        why: &'static str,
        found: Option<T>,
    ) -> Result<T, InvalidFile> {
        found.ok_or_else(|| InvalidFile::Missing { place: self.place.to_string(), key, why })
    }

    pub(super) fn kind(&self, key: &str, expected: &'static str, found: &Value) -> InvalidFile {
        let (place, key) = (self.place.to_string(), shortened(key));
        InvalidFile::Kind { place, key, expected, found: described(found) }
    }

    fn read<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, InvalidFile> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.kind(key, expected, value))
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, InvalidFile> {
        self.read(key, "a number", Value::as_f64)
    }

    pub(super) fn whole(&self, key: &str) -> Result<Option<u64>, InvalidFile> {
        self.read(key, "a whole number from 0", Value::as_u64)
    }

    pub(super) fn positive(&self, key: &str) -> Result<Option<f64>, InvalidFile> {
        self.read(key, "a positive number", |value| value.as_f64().filter(|&x| x > 0.0))
    }

    pub(super) fn not_negative(&self, key: &str) -> Result<Option<f64>, InvalidFile> {
        self.read(key, "a number from 0", |value| value.as_f64().filter(|&x| x >= 0.0))
    }

    pub(super) fn fraction(&self, key: &str) -> Result<Option<f64>, InvalidFile> {
        self.read(key, "a number in [0, 1]", |value| value.as_f64().filter(|x| (0.0..=1.0).contains(x)))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, InvalidFile> {
        self.read(key, "a text", Value::as_str)
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, InvalidFile> {
        self.read(key, "true or false", Value::as_bool)
    }

    pub(super) fn list(&self, key: &str) -> Result<Option<&'a [Value]>, InvalidFile> {
        self.read(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    pub(super) fn quantity<T: TryFrom<f64, Error = OutOfRange>>(
        &self,
        key: &str,
    ) -> Result<Option<T>, InvalidFile> {
        let range =
            |reason| InvalidFile::Range { place: self.place.to_string(), key: key.to_owned(), reason };
        self.number(key)?.map(T::try_from).transpose().map_err(range)
    }

    /// One of several names.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&'static str, T)],
    ) -> Result<Option<T>, InvalidFile> {
        self.text(key)?.map(|text| self.chosen(key, text, choices)).transpose()
    }

    pub(super) fn chosen<T: Copy>(
        &self,
        key: &str,
        text: &str,
        choices: &[(&'static str, T)],
    ) -> Result<T, InvalidFile> {
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == text) {
            return Ok(*choice);
        }
        let allowed: Vec<&'static str> = choices.iter().map(|(name, _)| *name).collect();
        Err(InvalidFile::Choice {
            place: self.place.to_string(),
            key: key.to_owned(),
            found: shortened(text),
            nearest: nearest(text, allowed.iter().copied()),
            allowed,
        })
    }
}

/// A value as a message shows it.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(found) => found.as_f64().map_or_else(|| found.to_string(), number),
        Value::String(text) => format!("the text `{}`", shortened(text)),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(table) => {
            let keys: Vec<&str> = table.keys().take(4).map(String::as_str).collect();
            format!("a table with {} keys ({})", table.len(), shortened(&keys.join(", ")))
        }
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
