//! Tables that say every key once, from JSON and TOML. A second one would silently replace the first.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::InvalidText;

/// The value of a text in JSON.
pub(crate) fn parse_json(text: &str) -> Result<Value, InvalidText> {
    read_json::<Unique>(text).map(|Unique(value)| value)
}

/// What a text in JSON describes.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, InvalidText> {
    let syntax = |reason: String| InvalidText::Syntax { format: "JSON", reason };
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(syntax("it is empty".to_owned()));
    }
    serde_json::from_str(text).map_err(|error| syntax(error.to_string()))
}

/// What a text in TOML describes.
pub(crate) fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, InvalidText> {
    let syntax = |reason: String| InvalidText::Syntax { format: "TOML", reason };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(syntax("it is empty".to_owned()));
    }
    toml_edit::de::from_str(text).map_err(|error| {
        let place = error.span().map_or(String::new(), |span| {
            let before = text.get(..span.start).unwrap_or(text);
            let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
            format!("line {}, column {column}: ", before.matches('\n').count() + 1)
        });
        syntax(format!("{place}{}", error.message().trim().replace('\n', ", ")))
    })
}

/// A value in whose tables no key stands twice, and all of whose numbers are finite.
pub(crate) struct Unique(pub(crate) Value);

/// The entries of a table in the order of the file.
pub(crate) struct Ordered(pub(crate) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries).map(Self)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
        let mut seen = std::collections::HashSet::new();
        let mut entries = Vec::new();
        while let Some(key) = table.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("two keys `{key}` in one table")));
            }
            let Unique(value) = table.next_value()?;
            entries.push((key, value));
        }
        Ok(entries)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // TOML knows `nan` and `inf`.
        match serde_json::Number::from_f64(value) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(E::custom(format!("a number is finite; found {value}"))),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Value, A::Error> {
        Ok(Value::Object(Entries.visit_map(table)?.into_iter().collect::<Map<_, _>>()))
    }
}
