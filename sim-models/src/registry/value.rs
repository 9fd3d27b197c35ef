//! Values of parameters, and a full set of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Document, Parameter, ParameterError};

/// The value of a parameter, as it stands in a scenario file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A real number; never NaN.
    Real(f64),
    /// A name, or a quantity with its unit before it is read.
    Text(String),
    /// One value per layer, leaf to root; inside a table any list.
    List(Vec<Value>),
    /// A file.
    Document(Document),
    /// Keys with their values, which may be lists and tables themselves.
    Table(BTreeMap<String, Value>),
}

impl Value {
    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Real(_) => "real number",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Document(_) => "document",
            Self::Table(_) => "table",
        }
    }

    /// The text that identifies a checked value: its JSON form, without the name of a document.
    pub fn canonical(&self) -> String {
        match self {
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::canonical).collect();
                format!("[{}]", items.join(","))
            }
            Self::Document(document) => format!("{{\"blake3\":\"{}\"}}", document.digest()),
            // Checked values hold no NaN, and the keys of their maps are texts: they always have a JSON form.
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }

    /// What belongs into a table, in its canonical form: whole numbers are integers, however they were written. `None`
    /// where it is nested in more than `levels` levels, a number is not finite, or something is no value of a table.
    pub(super) fn plain(&self, levels: usize) -> Option<Self> {
        /// Up to here a float says which whole number is meant.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let inner = |item: &Self| item.plain(levels - 1);
        Some(match self {
            Self::Boolean(_) | Self::Integer(_) | Self::Text(_) => self.clone(),
            Self::Real(x) if x.trunc() == *x && x.abs() <= EXACT => Self::Integer(*x as i64),
            Self::Real(x) if x.is_finite() => Self::Real(*x),
            Self::List(items) if levels > 0 => Self::List(items.iter().map(inner).collect::<Option<_>>()?),
            Self::Table(entries) if levels > 0 => {
                let entries = entries.iter().map(|(key, item)| Some((key.clone(), inner(item)?)));
                Self::Table(entries.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    /// The value as a number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match *self {
            Self::Integer(n) => Some(n as f64),
            Self::Real(x) => Some(x),
            _ => None,
        }
    }

    /// Reads a value as a person types it on the command line: `true`, `5`, `0.3`, `[3, 5, 5]`, otherwise text. Lists are
    /// not nested: a bracket inside a list is text, so that no number of brackets exhausts the stack.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
            // A list holds no lists, so an item is never parsed as one: brackets cannot nest.
            return Self::List(items.map(Self::parse_single).collect());
        }
        Self::parse_single(text)
    }

    fn parse_single(text: &str) -> Self {
        let unquoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(text) = unquoted {
            return Self::Text(text.to_owned());
        }
        match text {
            "true" => Self::Boolean(true),
            "false" => Self::Boolean(false),
            _ => {
                let digits = text.replace('_', "");
                if let Ok(n) = digits.parse::<i64>() {
                    Self::Integer(n)
                } else if let Ok(x) = digits.parse::<f64>() {
                    Self::Real(x)
                } else {
                    Self::Text(text.to_owned())
                }
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(b) => write!(f, "{b}"),
            Self::Integer(n) => write!(f, "{n}"),
            Self::Real(x) => write!(f, "{}", crate::registry::number(*x)),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Document(document) => f.write_str(document.name()),
            Self::Table(_) => f.write_str(&self.canonical()),
        }
    }
}

/// A value for every parameter of a model: the given ones, read and checked, and the defaults of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    /// Checks the given values against the parameters of a model and adds the defaults.
    ///
    /// # Errors
    /// The first key that is not a parameter, or the first value that its parameter does not allow.
    pub fn resolve(
        parameters: &[Parameter],
        given: &BTreeMap<String, Value>,
    ) -> Result<Self, ParameterError> {
        if let Some(key) = given.keys().find(|key| parameters.iter().all(|p| p.key != key.as_str())) {
            return Err(ParameterError::unknown(key, parameters));
        }
        let mut values = BTreeMap::new();
        for parameter in parameters {
            let value = match given.get(parameter.key) {
                Some(value) => parameter.normalize(value)?,
                None => parameter.default.clone(),
            };
            values.insert(parameter.key.to_owned(), value);
        }
        Ok(Self(values))
    }

    /// The value of a parameter.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Puts a checked value in the place of another one.
    pub(super) fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    /// All keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Identifies (model, values): equal values give equal hashes, however they were written.
    ///
    /// BLAKE3 of the model's name, a zero byte, and the values as JSON with sorted keys; a document is its digest.
    pub fn hash(&self, model: &str) -> [u8; 32] {
        digest(model, &self.0)
    }
}

/// What a cell is of: a model, and the values that mean something to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The name of the model.
    pub model: &'static str,
    /// The values.
    pub values: BTreeMap<String, Value>,
}

impl Identity {
    /// As [`Values::hash`].
    pub fn hash(&self) -> [u8; 32] {
        digest(self.model, &self.values)
    }
}

fn digest(model: &str, values: &BTreeMap<String, Value>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(model.as_bytes());
    hasher.update(&[0]);
    for (key, value) in values {
        let key = serde_json::to_string(key).unwrap_or_default();
        hasher.update(format!("[{key},{}]", value.canonical()).as_bytes());
        hasher.update(&[0]);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_type_them() {
        assert_eq!(Value::parse("5"), Value::Integer(5));
        assert_eq!(Value::parse("50_000"), Value::Integer(50_000));
        assert_eq!(Value::parse(" 1e6 "), Value::Real(1e6));
        assert_eq!(Value::parse("true"), Value::Boolean(true));
        assert_eq!(Value::parse("beta-binomial"), Value::Text("beta-binomial".into()));
        assert_eq!(Value::parse("\"5\""), Value::Text("5".into()));
        assert_eq!(Value::parse("[3, 5]"), Value::List(vec![Value::Integer(3), Value::Integer(5)]));
        assert_eq!(Value::parse("[]"), Value::List(vec![]));
        assert_eq!(Value::parse("γ"), Value::Text("γ".into()));
        assert_eq!(Value::parse("[[3]]"), Value::List(vec![Value::Text("[3]".into())]));
    }
}
