//! One table of a file, read key by key.

use std::fmt;

use serde_json::{Map, Value};

use super::{InvalidText, nearest};
use crate::registry::number;

/// A table and where it stands, as messages say it.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a, P> {
    pub(crate) place: P,
    pub(crate) entries: &'a Map<String, Value>,
}

impl<'a, P: Copy + fmt::Display> Table<'a, P> {
    pub(crate) fn new(place: P, value: &'a Value) -> Result<Self, InvalidText> {
        match value {
            Value::Object(entries) => Ok(Self { place, entries }),
            _ => Err(InvalidText::NoTable { place: place.to_string(), found: described(value) }),
        }
    }

    /// The same table, known by another name.
    pub(crate) fn at(self, place: P) -> Self {
        Self { place, ..self }
    }

    /// Refuses keys that are not among these.
    pub(crate) fn only(&self, allowed: &'static [&'static str]) -> Result<(), InvalidText> {
        let Some(key) = self.entries.keys().find(|key| !allowed.contains(&key.as_str())) else {
            return Ok(());
        };
        Err(InvalidText::UnknownKey {
            place: self.place.to_string(),
            key: shortened(key),
            allowed,
            nearest: nearest(key, allowed.iter().copied()),
        })
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// At most one of two keys.
    pub(crate) fn not_both(&self, first: &'static str, second: &'static str) -> Result<(), InvalidText> {
        if self.has(first) && self.has(second) {
            return Err(InvalidText::Both { place: self.place.to_string(), first, second });
        }
        Ok(())
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.entries.get(key)
    }

    /// What a key that must be there says; `why` follows "it needs one".
    pub(crate) fn needed<T>(
        &self,
        key: &'static str,
        why: &'static str,
        found: Option<T>,
    ) -> Result<T, InvalidText> {
        found.ok_or_else(|| InvalidText::Missing { place: self.place.to_string(), key, why })
    }

    pub(crate) fn kind(&self, key: &str, expected: &'static str, found: &Value) -> InvalidText {
        let (place, key) = (self.place.to_string(), shortened(key));
        InvalidText::Kind { place, key, expected, found: described(found) }
    }

    fn read<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, InvalidText> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.kind(key, expected, value))
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<f64>, InvalidText> {
        self.read(key, "a number", Value::as_f64)
    }

    pub(crate) fn whole(&self, key: &str) -> Result<Option<u64>, InvalidText> {
        self.read(key, "a whole number from 0", Value::as_u64)
    }

    pub(crate) fn positive(&self, key: &str) -> Result<Option<f64>, InvalidText> {
        self.read(key, "a positive number", |value| value.as_f64().filter(|&x| x > 0.0))
    }

    pub(crate) fn not_negative(&self, key: &str) -> Result<Option<f64>, InvalidText> {
        self.read(key, "a number from 0", |value| value.as_f64().filter(|&x| x >= 0.0))
    }

    pub(crate) fn fraction(&self, key: &str) -> Result<Option<f64>, InvalidText> {
        self.read(key, "a number in [0, 1]", |value| value.as_f64().filter(|x| (0.0..=1.0).contains(x)))
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, InvalidText> {
        self.read(key, "a text", Value::as_str)
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, InvalidText> {
        self.read(key, "true or false", Value::as_bool)
    }

    pub(crate) fn list(&self, key: &str) -> Result<Option<&'a [Value]>, InvalidText> {
        self.read(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    /// One of several names.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&'static str, T)],
    ) -> Result<Option<T>, InvalidText> {
        self.text(key)?.map(|text| self.chosen(key, text, choices)).transpose()
    }

    pub(crate) fn chosen<T: Copy>(
        &self,
        key: &str,
        text: &str,
        choices: &[(&'static str, T)],
    ) -> Result<T, InvalidText> {
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == text) {
            return Ok(*choice);
        }
        let allowed: Vec<&'static str> = choices.iter().map(|(name, _)| *name).collect();
        Err(InvalidText::Choice {
            place: self.place.to_string(),
            key: key.to_owned(),
            found: shortened(text),
            nearest: nearest(text, allowed.iter().copied()),
            allowed,
        })
    }
}

/// A value as a message shows it.
pub(crate) fn described(value: &Value) -> String {
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

/// The beginning of what is too long for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
