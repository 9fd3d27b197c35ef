//! Forms: a model asks for its parameters once, and that one question gives the definition and the typed value.
//!
//! ```
//! use sim_models::registry::{Form, ParameterError, Parameters, integer, real};
//!
//! struct Vote {
//!     agents: u32,
//!     accuracy: f64,
//! }
//!
//! impl Parameters for Vote {
//!     fn read(form: &mut Form) -> Result<Self, ParameterError> {
//!         Ok(Self {
//!             agents: form.read(integer("agents", 5).between(1, 999).help("agents that vote"))?,
//!             accuracy: form.read(real("accuracy", 0.6).between(0.0, 1.0).help("of one agent"))?,
//!         })
//!     }
//! }
//!
//! let keys: Vec<_> = Vote::definitions().iter().map(|p| p.key).collect();
//! assert_eq!(keys, ["agents", "accuracy"]);
//! ```

use std::collections::BTreeMap;

use super::{
    Bounds, Choice, Document, Kind, NamedFile, Naming, Parameter, ParameterError, Unit, Value, Values,
};

/// The parameters of a model as a type. [`Parameters::read`] is run in two ways: on defaults, to learn the
/// definitions, and on the values of a scenario.
pub trait Parameters: Sized {
    /// Reads every field from the form, in the order of the help text, then checks what fields must satisfy together.
    ///
    /// # Errors
    /// The values contradict each other, with the arithmetic in the message.
    fn read(form: &mut Form) -> Result<Self, ParameterError>;

    /// The definitions of all parameters, in reading order.
    fn definitions() -> Vec<Parameter> {
        let mut form = Form { values: None, seen: Vec::new() };
        // Defaults that contradict each other are found by the registry's tests; the definitions stand all the same.
        let _ = Self::read(&mut form);
        form.seen
    }

    /// The typed parameters of a checked set of values.
    ///
    /// # Errors
    /// As [`Parameters::read`].
    fn from_values(values: &Values) -> Result<Self, ParameterError> {
        Self::read(&mut Form { values: Some(values.clone()), seen: Vec::new() })
    }
}

/// What [`Parameters::read`] reads from.
#[derive(Debug)]
pub struct Form {
    /// `None` while the definitions are collected.
    values: Option<Values>,
    seen: Vec<Parameter>,
}

impl Form {
    /// The same form with some values of its own: what a part of a model, such as one agent, has otherwise than the rest. `definitions`
    /// are those of the parameters that may be given.
    ///
    /// # Errors
    /// A key is none of them, or its value is not allowed.
    pub fn with(
        &self,
        given: &BTreeMap<String, Value>,
        definitions: &[Parameter],
    ) -> Result<Self, ParameterError> {
        let own = Values::resolve(definitions, given)?;
        let mut values = self.values.clone().unwrap_or_default();
        for key in given.keys() {
            if let Some(value) = own.get(key) {
                values.set(key, value.clone());
            }
        }
        Ok(Self { values: Some(values), seen: Vec::new() })
    }

    /// The value of a field.
    ///
    /// # Errors
    /// The value does not fit the field.
    pub fn read<F: Field>(&mut self, field: F) -> Result<F::Output, ParameterError> {
        let parameter = field.parameter();
        let given = self.values.as_ref().and_then(|values| values.get(parameter.key)).cloned();
        let value = given.unwrap_or_else(|| parameter.default.clone());
        let output = field.convert(&value);
        if self.values.is_none() {
            self.seen.push(parameter);
        }
        output.ok_or(ParameterError::Mismatch { value: value.to_string() })
    }
}

/// One question of a form: a definition, and how its values become a Rust type.
pub trait Field {
    /// The type that a model works with.
    type Output;
    /// The definition.
    fn parameter(&self) -> Parameter;
    /// The typed value of a checked value; `None` where they do not fit.
    fn convert(&self, value: &Value) -> Option<Self::Output>;
}

/// A field that gives `T`.
pub struct Single<T> {
    parameter: Parameter,
    convert: Convert<T>,
}

type Convert<T> = Box<dyn Fn(&Value) -> Option<T>>;

/// A field that allows a word instead of a value: `None` stands for the word.
pub struct OrWord<F>(F, Choice);

/// A field that allows one value for all layers or a list of one value per layer.
pub struct PerLayer<F>(F);

/// One value for all layers, or one value per layer from leaf to root.
#[derive(Clone, Debug, PartialEq)]
pub enum Layered<T> {
    /// The same in every layer.
    Uniform(T),
    /// From the leaves' parents to the root.
    Listed(Vec<T>),
}

impl<T: Clone> Layered<T> {
    /// One value for each of `depth` layers.
    ///
    /// # Errors
    /// A list of another length.
    pub fn for_layers(self, key: &'static str, depth: usize) -> Result<Vec<T>, ParameterError> {
        match self {
            Self::Uniform(value) => Ok(vec![value; depth]),
            Self::Listed(values) if values.len() == depth => Ok(values),
            Self::Listed(values) => Err(ParameterError::impossible(
                &[key, "depth"],
                format!("`{key}` lists {} layers, but depth is {depth}", values.len()),
            )),
        }
    }
}

fn single<T>(
    key: &'static str,
    kind: Kind,
    default: Value,
    convert: impl Fn(&Value) -> Option<T> + 'static,
) -> Single<T> {
    let (word, per_layer, naming) = (None, false, None);
    let parameter = Parameter { key, help: "", unit: Unit::One, kind, word, per_layer, naming, default };
    Single { parameter, convert: Box::new(convert) }
}

/// A real number; any finite one unless bounded.
pub fn real(key: &'static str, default: f64) -> Single<f64> {
    let bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY, open_low: true, open_high: true };
    single(key, Kind::Real(bounds), Value::Real(default), Value::as_number)
}

/// A whole number that is not negative; up to 2^32 - 1 unless bounded.
pub fn integer(key: &'static str, default: u32) -> Single<u32> {
    let kind = Kind::Integer { low: 0, high: i64::from(u32::MAX) };
    single(key, kind, Value::Integer(i64::from(default)), |value| match value {
        Value::Integer(n) => u32::try_from(*n).ok(),
        _ => None,
    })
}

/// `true` or `false`.
pub fn boolean(key: &'static str, default: bool) -> Single<bool> {
    single(key, Kind::Boolean, Value::Boolean(default), |value| match value {
        Value::Boolean(b) => Some(*b),
        _ => None,
    })
}

/// One of several names, each with its meaning; the first is the default.
pub fn choice<T: Copy + 'static>(
    key: &'static str,
    choices: &[(&'static str, T, &'static str)],
) -> Single<T> {
    let names = choices.iter().map(|&(name, _, help)| Choice { name, help }).collect();
    let default = choices.first().map_or("", |first| first.0).to_owned();
    let table: Vec<(&'static str, T)> = choices.iter().map(|&(name, item, _)| (name, item)).collect();
    single(key, Kind::Choice(names), Value::Text(default), move |value| match value {
        Value::Text(text) => table.iter().find(|(name, _)| name == text).map(|(_, item)| *item),
        _ => None,
    })
}

/// Any text. What it may say is for the model to check, so that it can say what is wrong.
pub fn text(key: &'static str, default: &str) -> Single<String> {
    single(key, Kind::Text, Value::Text(default.to_owned()), |value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    })
}

/// A file, which a scenario names and the model gets to read as text. Its default is an empty document; with
/// [`Single::or_word`] it is the word.
pub fn document(key: &'static str) -> Single<Document> {
    let default = Value::Document(Document::new("", ""));
    single(key, Kind::Document, default, |value| match value {
        Value::Document(document) => Some(document.clone()),
        _ => None,
    })
}

/// A table that stands in the scenario itself. Whole numbers in it are integers, however they were written. Its default is
/// an empty table; with [`Single::or_word`] it is the word.
pub fn table(key: &'static str) -> Single<BTreeMap<String, Value>> {
    single(key, Kind::Table, Value::Table(BTreeMap::new()), |value| match value {
        Value::Table(entries) => Some(entries.clone()),
        _ => None,
    })
}

impl<T> Single<T> {
    /// What the parameter means, in half a sentence.
    #[must_use]
    pub fn help(mut self, help: &'static str) -> Self {
        self.parameter.help = help;
        self
    }

    /// The unit of a bare number.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.parameter.unit = unit;
        self
    }

    /// The same field as another type.
    pub fn try_map<U, E>(self, convert: impl Fn(T) -> Result<U, E> + 'static) -> Single<U>
    where
        T: 'static,
    {
        let inner = self.convert;
        Single { parameter: self.parameter, convert: Box::new(move |value| convert(inner(value)?).ok()) }
    }

    /// Allows a word instead of a value, which is also the default.
    pub fn or_word(self, name: &'static str, help: &'static str) -> OrWord<Self> {
        OrWord(self, Choice { name, help })
    }

    /// Allows a list of one value per layer, leaf to root.
    pub fn per_layer(self) -> PerLayer<Self> {
        PerLayer(self)
    }
}

impl Single<Document> {
    /// The document may name other files, which are read with it: `files` says which, by its name and its text. They are relative to its
    /// folder, and their content counts as its own.
    #[must_use]
    pub fn naming(mut self, files: fn(name: &str, text: &str) -> Vec<NamedFile>) -> Self {
        self.parameter.naming = Some(Naming(files));
        self
    }
}

impl Single<f64> {
    /// Bounds, both included.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.parameter.kind = Kind::Real(Bounds { low, high, open_low: false, open_high: false });
        self
    }

    /// Positive: above 0, finite.
    #[must_use]
    pub fn positive(mut self) -> Self {
        self.parameter.kind =
            Kind::Real(Bounds { low: 0.0, high: f64::INFINITY, open_low: true, open_high: true });
        self
    }

    /// At least 0, finite.
    #[must_use]
    pub fn not_negative(mut self) -> Self {
        self.parameter.kind =
            Kind::Real(Bounds { low: 0.0, high: f64::INFINITY, open_low: false, open_high: true });
        self
    }

    /// Bounds, both excluded.
    #[must_use]
    pub fn inside(mut self, low: f64, high: f64) -> Self {
        self.parameter.kind = Kind::Real(Bounds { low, high, open_low: true, open_high: true });
        self
    }

    /// Bounds, the lower one excluded and the upper one included.
    #[must_use]
    pub fn above_up_to(mut self, low: f64, high: f64) -> Self {
        self.parameter.kind = Kind::Real(Bounds { low, high, open_low: true, open_high: false });
        self
    }
}

impl Single<u32> {
    /// Bounds, both included.
    #[must_use]
    pub fn between(mut self, low: u32, high: u32) -> Self {
        self.parameter.kind = Kind::Integer { low: i64::from(low), high: i64::from(high) };
        self
    }
}

impl<T> Field for Single<T> {
    type Output = T;
    fn parameter(&self) -> Parameter {
        self.parameter.clone()
    }
    fn convert(&self, value: &Value) -> Option<T> {
        (self.convert)(value)
    }
}

impl<F: Field> Field for OrWord<F> {
    type Output = Option<F::Output>;
    fn parameter(&self) -> Parameter {
        let default = Value::Text(self.1.name.to_owned());
        Parameter { word: Some(self.1), default, ..self.0.parameter() }
    }
    fn convert(&self, value: &Value) -> Option<Self::Output> {
        match value {
            Value::Text(text) if text == self.1.name => Some(None),
            _ => self.0.convert(value).map(Some),
        }
    }
}

impl<F: Field> Field for PerLayer<F> {
    type Output = Layered<F::Output>;
    fn parameter(&self) -> Parameter {
        Parameter { per_layer: true, ..self.0.parameter() }
    }
    fn convert(&self, value: &Value) -> Option<Self::Output> {
        match value {
            Value::List(items) => {
                items.iter().map(|item| self.0.convert(item)).collect::<Option<_>>().map(Layered::Listed)
            }
            _ => self.0.convert(value).map(Layered::Uniform),
        }
    }
}
