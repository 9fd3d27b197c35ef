//! Fleets as files describe them.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use super::{Absent, AgentModel, Checker, Fleet, Interval, MessageLaw, Parameter, Part, SharedErrors, Skill};
use crate::file::{InvalidText, Table, Unique, parse_json, read_toml};
use crate::theory::channel::FidelityCurve;
use crate::theory::dependence::Dependence;
use crate::theory::leaf::LeafLaw;

/// Most models of a fleet.
pub const MOST_MODELS: usize = 32;

/// Why a text is no fleet.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidFleet {
    /// No text of the format, or no table with the right keys.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// No models, or too many.
    #[error("a fleet has 1 to {MOST_MODELS} models; found {0}")]
    Count(usize),
    /// Two models of one name.
    #[error("there are two models `{0}`")]
    Duplicate(String),
    /// A number out of its range.
    #[error("{place}: `{key}` {allowed}; found {found}")]
    Range {
        /// Where.
        place: String,
        /// The key.
        key: String,
        /// Its range, as a predicate.
        allowed: &'static str,
        /// The number.
        found: f64,
    },
    /// An interval where none is taken into account.
    #[error("{place}: `{key}` is a number without an interval, as it is not varied")]
    Interval {
        /// Where.
        place: String,
        /// The key.
        key: &'static str,
    },
    /// A deviation of times that are all 0.
    #[error("{place}: `latency_seconds` has a deviation of {deviation}, but a mean of 0")]
    Deviation {
        /// Where.
        place: String,
        /// The deviation.
        deviation: f64,
    },
}

/// Where in a file.
#[derive(Clone, Copy)]
enum Place<'a> {
    Fleet,
    Part(&'static str),
    /// From 1.
    Position(usize),
    Model(&'a str),
    /// A number with its interval.
    Number(&'a str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("the fleet"),
            Self::Part(name) => write!(f, "[{name}]"),
            Self::Position(position) => write!(f, "model {position}"),
            Self::Model(name) => write!(f, "model `{name}`"),
            Self::Number(key) => write!(f, "`{key}`"),
        }
    }
}

/// Ranges of numbers, each with the predicate that says it.
#[derive(Clone, Copy)]
enum Range {
    Fraction,
    Positive,
    NotNegative,
    /// Above 0 and at most 1.
    Cap,
}

impl Range {
    fn allowed(self) -> &'static str {
        match self {
            Self::Fraction => "is a number from 0 to 1",
            Self::Positive => "is a positive number up to 1e12",
            Self::NotNegative => "is a number from 0 to 1e12",
            Self::Cap => "is above 0 and at most 1",
        }
    }

    fn holds(self, x: f64) -> bool {
        match self {
            Self::Fraction => (0.0..=1.0).contains(&x),
            Self::Positive => x > 0.0 && x <= 1e12,
            Self::NotNegative => (0.0..=1e12).contains(&x),
            Self::Cap => x > 0.0 && x <= 1.0,
        }
    }
}

/// Reads numbers, and keeps the intervals of those that have one.
#[derive(Default)]
struct Reader {
    intervals: Vec<Interval>,
    absent: Vec<Absent>,
}

impl Reader {
    /// A number, or a table of its value and its interval; `None` if it is not given.
    fn number(
        &mut self,
        table: &Table<'_, Place<'_>>,
        key: &'static str,
        range: Range,
        parameter: Option<Parameter>,
    ) -> Result<Option<f64>, InvalidFleet> {
        let check = |found: f64| {
            let refuse = || InvalidFleet::Range {
                place: table.place.to_string(),
                key: key.to_owned(),
                allowed: range.allowed(),
                found,
            };
            if range.holds(found) { Ok(found) } else { Err(refuse()) }
        };
        let Some(Value::Object(_)) = table.get(key) else {
            return table.number(key)?.map(check).transpose();
        };
        let Some(parameter) = parameter else {
            return Err(InvalidFleet::Interval { place: table.place.to_string(), key });
        };
        let inner = Table::new(Place::Number(key), table.get(key).unwrap_or(&Value::Null))?;
        inner.only(&["value", "low", "high"])?;
        let part = |key: &'static str| {
            let found = inner.needed(key, ", as a number with its 95 % interval has", inner.number(key)?)?;
            check(found)
        };
        let (value, low, high) = (part("value")?, part("low")?, part("high")?);
        if !(low <= value && value <= high) {
            return Err(InvalidFleet::Range {
                place: table.place.to_string(),
                key: key.to_owned(),
                allowed: "lies between the ends of its interval, `low` and `high`",
                found: value,
            });
        }
        if high > low {
            self.intervals.push(Interval { parameter, low, high });
        }
        Ok(Some(value))
    }

    /// Takes down which keys a table does not have.
    fn note(&mut self, of: Part, table: &Table<'_, Place<'_>>, keys: &[&'static str]) {
        self.absent.extend(keys.iter().filter(|key| !table.has(key)).map(|&key| Absent { of, key }));
    }

    fn model(&mut self, position: usize, value: &Value) -> Result<AgentModel, InvalidFleet> {
        let table = Table::new(Place::Position(position + 1), value)?;
        let name = table.needed("name", "", table.text("name")?)?;
        let table = table.at(Place::Model(name));
        table.only(&[
            "name",
            "accuracy",
            "output_tokens",
            "scale",
            "exponent",
            "cap",
            "input_tokens",
            "price_per_million_input_tokens",
            "price_per_million_output_tokens",
            "latency_seconds",
            "seconds_per_token",
        ])?;
        self.note(
            Part::Model(position),
            &table,
            &["output_tokens", "price_per_million_output_tokens", "latency_seconds", "seconds_per_token"],
        );
        table.not_both("accuracy", "scale")?;
        let skill = if table.has("scale") {
            table.not_both("output_tokens", "scale")?;
            let exponent =
                self.number(&table, "exponent", Range::Positive, Some(Parameter::Exponent(position)))?;
            Skill::Law(LeafLaw {
                coefficient: self
                    .number(&table, "scale", Range::Positive, Some(Parameter::Scale(position)))?
                    .unwrap_or(1.0),
                exponent: table.needed(
                    "exponent",
                    ", with which its bias grows with its tokens",
                    exponent,
                )?,
                cap: self.number(&table, "cap", Range::Cap, Some(Parameter::Cap(position)))?.unwrap_or(1.0),
            })
        } else {
            let accuracy =
                self.number(&table, "accuracy", Range::Fraction, Some(Parameter::Accuracy(position)))?;
            Skill::Known {
                accuracy: table.needed("accuracy", ", or a `scale` and an `exponent`", accuracy)?,
                tokens: self
                    .number(&table, "output_tokens", Range::NotNegative, Some(Parameter::Tokens(position)))?
                    .unwrap_or(0.0),
            }
        };
        let (latency, variation) = self.latency(&table, position)?;
        let mut price = |key, parameter| {
            Ok::<_, InvalidFleet>(self.number(&table, key, Range::NotNegative, parameter)?.unwrap_or(0.0))
        };
        Ok(AgentModel {
            name: name.to_owned(),
            skill,
            input_tokens: price("input_tokens", None)?,
            price_in: price("price_per_million_input_tokens", None)?,
            price_out: price("price_per_million_output_tokens", Some(Parameter::Price(position)))?,
            latency,
            seconds_per_token: price("seconds_per_token", None)?,
            variation,
        })
    }

    /// Mean and coefficient of variation: of a number, or of a table of mean and deviation.
    fn latency(&mut self, table: &Table<'_, Place<'_>>, position: usize) -> Result<(f64, f64), InvalidFleet> {
        let Some(Value::Object(entries)) = table.get("latency_seconds") else {
            return Ok((table_number(table, "latency_seconds")?.unwrap_or(0.0), 0.0));
        };
        if entries.contains_key("value") {
            let parameter = Some(Parameter::Latency(position));
            let mean = self.number(table, "latency_seconds", Range::NotNegative, parameter)?;
            return Ok((mean.unwrap_or(0.0), 0.0));
        }
        let inner = Table::new(
            Place::Number("latency_seconds"),
            table.get("latency_seconds").unwrap_or(&Value::Null),
        )?;
        inner.only(&["mean", "deviation"])?;
        let mean = inner.needed("mean", "", table_number(&inner, "mean")?)?;
        let deviation = table_number(&inner, "deviation")?.unwrap_or(0.0);
        if mean == 0.0 && deviation > 0.0 {
            return Err(InvalidFleet::Deviation { place: table.place.to_string(), deviation });
        }
        Ok((mean, if mean > 0.0 { deviation / mean } else { 0.0 }))
    }

    fn errors(&mut self, fleet: &Table<'_, Place<'_>>) -> Result<(SharedErrors, bool), InvalidFleet> {
        let empty = Value::Object(serde_json::Map::new());
        let table = Table::new(Place::Part("question"), fleet.get("question").unwrap_or(&empty))?;
        table.only(&["correlation", "across", "dependence", "countable"])?;
        let laws = [
            ("mixture", Dependence::Mixture),
            ("copying", Dependence::Copying),
            ("beta-binomial", Dependence::BetaBinomial),
        ];
        let errors = SharedErrors {
            correlation: self
                .number(&table, "correlation", Range::Fraction, Some(Parameter::Correlation))?
                .unwrap_or(0.0),
            across: self.number(&table, "across", Range::Fraction, Some(Parameter::Across))?.unwrap_or(0.0),
            dependence: table.choice("dependence", &laws)?.unwrap_or(Dependence::BetaBinomial),
        };
        Ok((errors, table.flag("countable")?.unwrap_or(true)))
    }

    fn channel(&mut self, fleet: &Table<'_, Place<'_>>) -> Result<MessageLaw, InvalidFleet> {
        let empty = Value::Object(serde_json::Map::new());
        let table = Table::new(Place::Part("channel"), fleet.get("channel").unwrap_or(&empty))?;
        table.only(&["fidelity", "law", "scale", "exponent", "message_tokens"])?;
        self.note(Part::Channel, fleet, &["channel"]);
        if !table.has("law") {
            self.note(Part::Channel, &table, &["fidelity", "message_tokens"]);
        }
        table.not_both("fidelity", "law")?;
        let tokens = self.number(&table, "message_tokens", Range::NotNegative, None)?;
        let Some(law) = table.text("law")? else {
            let fidelity = self.number(&table, "fidelity", Range::Fraction, Some(Parameter::Fidelity))?;
            // What is lost does not depend on the length: a length that is not given costs as little as can be.
            let tokens = Some(tokens.unwrap_or(0.0));
            return Ok(MessageLaw { curve: FidelityCurve::Constant(fidelity.unwrap_or(1.0)), tokens });
        };
        let scale = self.number(&table, "scale", Range::Positive, Some(Parameter::MessageScale))?;
        let scale = table.needed("scale", ", a number of tokens", scale)?;
        let exponent = self.number(&table, "exponent", Range::Positive, None)?.unwrap_or(1.0);
        let laws = [
            ("exponential", FidelityCurve::Exponential { scale }),
            ("saturating", FidelityCurve::Saturating { scale }),
            ("power", FidelityCurve::Power { scale, exponent }),
        ];
        Ok(MessageLaw { curve: table.chosen("law", law, &laws)?, tokens })
    }

    fn checker(&mut self, fleet: &Table<'_, Place<'_>>) -> Result<Option<Checker>, InvalidFleet> {
        let Some(value) = fleet.get("checker") else { return Ok(None) };
        let table = Table::new(Place::Part("checker"), value)?;
        table.only(&["true_positive", "false_positive", "dollars", "tokens", "seconds"])?;
        self.note(Part::Checker, &table, &["dollars", "tokens", "seconds"]);
        let mut number = |key, range, parameter| self.number(&table, key, range, parameter);
        Ok(Some(Checker {
            true_positive: number("true_positive", Range::Fraction, Some(Parameter::TruePositive))?
                .unwrap_or(1.0),
            false_positive: number("false_positive", Range::Fraction, Some(Parameter::FalsePositive))?
                .unwrap_or(0.0),
            dollars: number("dollars", Range::NotNegative, None)?.unwrap_or(0.0),
            tokens: number("tokens", Range::NotNegative, None)?.unwrap_or(0.0),
            seconds: number("seconds", Range::NotNegative, None)?.unwrap_or(0.0),
        }))
    }
}

fn table_number(table: &Table<'_, Place<'_>>, key: &'static str) -> Result<Option<f64>, InvalidFleet> {
    Reader::default().number(table, key, Range::NotNegative, None)
}

impl Fleet {
    /// Reads a fleet from TOML, or from JSON if the text begins with a brace.
    ///
    /// Tables: `question` (`correlation`, `across`, `dependence`, `countable`), `channel` (`fidelity`, or `law` and `scale`;
    /// `message_tokens`), `checker` (`true_positive`, `false_positive`, `dollars`, `tokens`, `seconds`), and the list `models` (`name`;
    /// `accuracy` and `output_tokens`, or `scale`, `exponent` and `cap`; `input_tokens`, prices, `latency_seconds`, `seconds_per_token`).
    /// A number may be a table of its `value` and the ends `low` and `high` of its 95 % interval.
    ///
    /// # Errors
    /// It is no such text, has other keys, or a number is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, InvalidFleet> {
        Self::from_texts(text, None)
    }

    /// The same, with the models of another file in place of its own.
    ///
    /// # Errors
    /// As [`Fleet::from_toml`].
    pub fn from_texts(text: &str, models: Option<&str>) -> Result<Self, InvalidFleet> {
        let value = parse(text)?;
        let fleet = Table::new(Place::Fleet, &value)?;
        fleet.only(&["question", "channel", "checker", "models"])?;
        let other = models.map(parse).transpose()?;
        let source = match &other {
            Some(value) => {
                let table = Table::new(Place::Fleet, value)?;
                table.only(&["models"])?;
                table
            }
            None => fleet,
        };
        let list = source.needed("models", ", the list of them", source.list("models")?)?;
        if list.is_empty() || list.len() > MOST_MODELS {
            return Err(InvalidFleet::Count(list.len()));
        }
        let mut reader = Reader::default();
        let models: Vec<AgentModel> =
            list.iter().enumerate().map(|(at, value)| reader.model(at, value)).collect::<Result<_, _>>()?;
        for (at, model) in models.iter().enumerate() {
            if models[..at].iter().any(|other| other.name == model.name) {
                return Err(InvalidFleet::Duplicate(model.name.clone()));
            }
        }
        let (errors, countable) = reader.errors(&fleet)?;
        let channel = reader.channel(&fleet)?;
        let checker = reader.checker(&fleet)?;
        let Reader { intervals, absent } = reader;
        Ok(Self { models, errors, channel, checker, countable, intervals, absent })
    }
}

fn parse(text: &str) -> Result<Value, InvalidText> {
    if text.trim_start().starts_with('{') {
        return parse_json(text);
    }
    read_toml::<Unique>(text).map(|Unique(value)| value)
}
