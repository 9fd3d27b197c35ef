//! Tables that say every key once, from JSON and TOML. A second one would silently replace the first.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
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

/// A table whose order counts in one place: the keys of the tables right below it, in the order of the text.
pub(crate) struct Outline {
    pub(crate) value: Value,
    order: BTreeMap<String, Vec<String>>,
}

impl Outline {
    /// The keys of the table at `key`.
    pub(crate) fn keys_of(&self, key: &str) -> &[String] {
        self.order.get(key).map_or(&[], Vec::as_slice)
    }
}

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Values(&mut Vec::new()).deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Outermost)
    }
}

struct Outermost;

impl<'de> Visitor<'de> for Outermost {
    type Value = Outline;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table of keys and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Outline, A::Error> {
        let (mut values, mut order) = (Map::new(), BTreeMap::new());
        while let Some(key) = table.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format!("two keys `{key}` in one table")));
            }
            let mut keys = Vec::new();
            values.insert(key.clone(), table.next_value_seed(Values(&mut keys))?);
            order.insert(key, keys);
        }
        Ok(Outline { value: Value::Object(values), order })
    }
}

/// Reads a value. If it is a table, its keys are noted in the order of the text.
struct Values<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
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

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = table.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format!("two keys `{key}` in one table")));
            }
            let Unique(value) = table.next_value()?;
            values.insert(key.clone(), value);
            self.0.push(key);
        }
        Ok(Value::Object(values))
    }
}
