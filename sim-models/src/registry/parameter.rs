//! What a parameter is: one definition for its schema, bounds, default, help and canonical form.

use super::{Naming, ParameterError, Unit, Value};

/// A parameter of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in scenario files and on the command line.
    pub key: &'static str,
    /// What it means, in half a sentence.
    pub help: &'static str,
    /// Unit of a bare number.
    pub unit: Unit,
    /// Which values are allowed.
    pub kind: Kind,
    /// A word allowed instead of a value, with its meaning, such as `unlimited`.
    pub word: Option<Choice>,
    /// Whether a list with one value per layer (leaf to root) is allowed too.
    pub per_layer: bool,
    /// Which other files belong to a document.
    pub naming: Option<Naming>,
    /// The value of a scenario that does not name the parameter.
    pub default: Value,
}

/// Which values a parameter allows.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number between two bounds, both included.
    Integer {
        /// Smallest value.
        low: i64,
        /// Largest value.
        high: i64,
    },
    /// A finite real number in an interval.
    Real(Bounds),
    /// One of several names.
    Choice(Vec<Choice>),
    /// Any text.
    Text,
    /// A file, by its name.
    Document,
    /// A table, nested at most [`Kind::MOST_LEVELS`] deep.
    Table,
}

impl Kind {
    /// Levels of a table, itself counted.
    pub const MOST_LEVELS: usize = 64;
}

/// A name and what it means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The name, as it is typed.
    pub name: &'static str,
    /// What it means, in half a sentence.
    pub help: &'static str,
}

/// An interval of real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Lower end; may be minus infinity.
    pub low: f64,
    /// Upper end; may be infinity.
    pub high: f64,
    /// Whether the lower end itself is excluded.
    pub open_low: bool,
    /// Whether the upper end itself is excluded.
    pub open_high: bool,
}

impl Bounds {
    fn contain(&self, x: f64) -> bool {
        let above = if self.open_low { x > self.low } else { x >= self.low };
        let below = if self.open_high { x < self.high } else { x <= self.high };
        x.is_finite() && above && below
    }
}

impl Parameter {
    /// Checks a value and brings it to its canonical form: integers become reals where a real is asked for,
    /// quantities with units become numbers.
    ///
    /// # Errors
    /// The value has the wrong type, is out of bounds, or is a name that is not among the choices.
    pub fn normalize(&self, value: &Value) -> Result<Value, ParameterError> {
        match value {
            Value::List(items) if self.per_layer => {
                if items.is_empty() {
                    return Err(self.refuse(value, "at least one layer's value in the list"));
                }
                let items = items.iter().map(|item| self.normalize_one(item));
                Ok(Value::List(items.collect::<Result<_, _>>()?))
            }
            _ => self.normalize_one(value),
        }
    }

    fn normalize_one(&self, value: &Value) -> Result<Value, ParameterError> {
        if let (Some(word), Value::Text(text)) = (&self.word, value)
            && text == word.name
        {
            return Ok(value.clone());
        }
        let value = &self.unit.read(value).unwrap_or_else(|| value.clone());
        let canonical = match (&self.kind, value) {
            (Kind::Boolean, Value::Boolean(b)) => Some(Value::Boolean(*b)),
            (Kind::Integer { low, high }, Value::Integer(n)) if (low..=high).contains(&n) => {
                Some(Value::Integer(*n))
            }
            (Kind::Integer { low, high }, Value::Real(x)) => whole(*x, *low, *high).map(Value::Integer),
            (Kind::Real(bounds), Value::Integer(_) | Value::Real(_)) => {
                // `+ 0.0` turns -0 into 0, so that both have one hash.
                value.as_number().filter(|x| bounds.contain(*x)).map(|x| Value::Real(x + 0.0))
            }
            (Kind::Choice(choices), Value::Text(text)) if choices.iter().any(|c| c.name == text) => {
                Some(value.clone())
            }
            (Kind::Text, Value::Text(_)) | (Kind::Document, Value::Document(_)) => Some(value.clone()),
            (Kind::Table, Value::Table(_)) => {
                let levels = Kind::MOST_LEVELS;
                let allowed = format!("a table of finite numbers, at most {levels} levels deep");
                return value.plain(levels).ok_or_else(|| self.refuse(value, &allowed));
            }
            _ => None,
        };
        canonical.ok_or_else(|| self.refuse(value, &self.allowed()))
    }

    fn refuse(&self, found: &Value, allowed: &str) -> ParameterError {
        let nearest = match found {
            Value::Text(text) => super::nearest(text, self.names()),
            _ => None,
        };
        ParameterError::Invalid {
            key: self.key.to_owned(),
            found: match found {
                // Pages of it would say no more.
                Value::Table(_) => found.kind().to_owned(),
                _ => format!("{} `{found}`", found.kind()),
            },
            allowed: allowed.to_owned(),
            nearest,
        }
    }

    /// The names among the allowed values.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let choices = match &self.kind {
            Kind::Choice(choices) => choices.as_slice(),
            _ => &[],
        };
        choices.iter().chain(&self.word).map(|choice| choice.name)
    }

    /// The allowed values in words, such as `an integer from 1 to 10001, or unlimited`.
    pub fn allowed(&self) -> String {
        let mut text = match &self.kind {
            Kind::Boolean => "true or false".to_owned(),
            Kind::Integer { low, high: i64::MAX } => format!("an integer from {low}"),
            Kind::Integer { low, high } => format!("an integer from {low} to {high}"),
            Kind::Real(bounds) => format!("a number in {bounds}"),
            Kind::Choice(choices) => {
                let names: Vec<_> = choices.iter().map(|c| c.name).collect();
                format!("one of {}", names.join(", "))
            }
            Kind::Text => "a text".to_owned(),
            Kind::Document => "the name of a file".to_owned(),
            Kind::Table => "a table".to_owned(),
        };
        if let Some(word) = &self.word {
            text.push_str(&format!(", or {}", word.name));
        }
        text
    }
}

/// A real number that is a whole one between the bounds.
fn whole(x: f64, low: i64, high: i64) -> Option<i64> {
    // Beyond 2^53 a float does not say which whole number was meant.
    let exact = x.trunc() == x && x.abs() <= 9_007_199_254_740_992.0;
    exact.then_some(x as i64).filter(|n| (low..=high).contains(n))
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open = if self.open_low || self.low.is_infinite() { '(' } else { '[' };
        let close = if self.open_high || self.high.is_infinite() { ')' } else { ']' };
        let end = |x: f64| if x.is_infinite() { "∞".to_owned() } else { super::number(x) };
        let low = if self.low.is_infinite() { "-∞".to_owned() } else { end(self.low) };
        write!(f, "{open}{low}, {}{close}", end(self.high))
    }
}
