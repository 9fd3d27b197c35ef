//! Language models with their prices and speeds, as a dated table of facts.

use serde::Deserialize;
use thiserror::Error;

use super::{Endpoint, EndpointLimits, Prices, picodollars_per_token};
use crate::law::Law;

/// The table that comes with the program.
const TABLE: &str = include_str!("../../../data/language-models.json");

/// A table of language models.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// What it is.
    pub about: String,
    /// Where the prices are from.
    pub price_sources: String,
    /// Their date.
    pub price_date: String,
    /// Where the speeds are from.
    pub speed_sources: String,
    /// Their date.
    pub speed_date: String,
    /// The language models.
    pub models: Vec<LanguageModel>,
}

/// A language model with list prices and a speed. Also what a file of one's own holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageModel {
    /// Its name.
    pub name: String,
    /// USD per million input tokens.
    pub input: f64,
    /// USD per million output tokens.
    pub output: f64,
    /// USD per million input tokens that are written to the cache; `input` if not given.
    pub cache_write: Option<f64>,
    /// USD per million input tokens that are read from the cache; `input` if not given.
    pub cache_read: Option<f64>,
    /// Tokens per second of one answer.
    pub tokens_per_second: f64,
    /// Seconds until the first token of an answer.
    pub time_to_first_token: f64,
    /// Input tokens that are read per second; none, if not given: reading takes no time of its own.
    pub prefill_tokens_per_second: Option<f64>,
    /// What a reader must know about the speed.
    pub speed_note: Option<String>,
}

/// A language model that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidLanguageModel {
    /// Not JSON, or not of the right form.
    #[error("not a language model: {0}")]
    Form(String),
    /// A price that is negative or more than a dollar per token.
    #[error(
        "language model `{name}`: a price lies between 0 and 1000000 USD per million tokens; found {found}"
    )]
    Price {
        /// Its name.
        name: String,
        /// The price.
        found: f64,
    },
    /// A speed or time that is none.
    #[error("language model `{name}`: {quantity}; found {found}")]
    Speed {
        /// Its name.
        name: String,
        /// What it should be.
        quantity: &'static str,
        /// What was found.
        found: f64,
    },
}

impl Catalog {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// None, as the tests of the table assure.
    pub fn builtin() -> Result<Self, InvalidLanguageModel> {
        serde_json::from_str(TABLE).map_err(|error| InvalidLanguageModel::Form(error.to_string()))
    }

    /// The language model of this name.
    pub fn find(&self, name: &str) -> Option<&LanguageModel> {
        self.models.iter().find(|model| model.name == name)
    }
}

impl LanguageModel {
    /// Reads one from JSON.
    ///
    /// # Errors
    /// The text is not JSON, or lacks something, or has something more.
    pub fn from_json(text: &str) -> Result<Self, InvalidLanguageModel> {
        serde_json::from_str(text).map_err(|error| InvalidLanguageModel::Form(error.to_string()))
    }

    /// The endpoint that serves it, without limits and at no energy.
    ///
    /// # Errors
    /// A price or a speed is out of its range.
    pub fn endpoint(&self) -> Result<Endpoint, InvalidLanguageModel> {
        let price = |found: f64| {
            picodollars_per_token(found)
                .ok_or_else(|| InvalidLanguageModel::Price { name: self.name.clone(), found })
        };
        let speed =
            |quantity, found| InvalidLanguageModel::Speed { name: self.name.clone(), quantity, found };
        let above_zero = |found: f64| found > 0.0 && found.is_finite();
        if !above_zero(self.tokens_per_second) {
            return Err(speed("tokens per second are above 0", self.tokens_per_second));
        }
        if let Some(found) = self.prefill_tokens_per_second.filter(|&rate| !above_zero(rate)) {
            return Err(speed("input tokens per second are above 0", found));
        }
        let time_to_first_token = Law::constant(self.time_to_first_token)
            .map_err(|_| speed("the time to the first token is not negative", self.time_to_first_token))?;
        Ok(Endpoint {
            name: self.name.clone(),
            prices: Prices {
                input: price(self.input)?,
                output: price(self.output)?,
                cache_write: price(self.cache_write.unwrap_or(self.input))?,
                cache_read: price(self.cache_read.unwrap_or(self.input))?,
            },
            time_to_first_token,
            prefill_tokens_per_second: self.prefill_tokens_per_second,
            tokens_per_second: self.tokens_per_second,
            joules_per_output_token: 0.0,
            joules_per_input_token: 0.0,
            limits: EndpointLimits::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_an_endpoint_and_has_a_date() {
        let table = Catalog::builtin().unwrap();
        assert!(!table.price_date.is_empty() && !table.speed_date.is_empty());
        for model in &table.models {
            assert_eq!(model.endpoint().unwrap().name, model.name);
        }
        let haiku = table.find("claude-haiku-4.5").unwrap().endpoint().unwrap();
        assert_eq!(
            haiku.prices,
            Prices { input: 1_000_000, output: 5_000_000, cache_write: 1_250_000, cache_read: 100_000 }
        );
    }

    #[test]
    fn nonsense_is_refused_in_a_sentence() {
        let model = |change: &str| {
            let text = format!(
                r#"{{"name":"m","input":1,"output":1,"tokens_per_second":1,"time_to_first_token":1{change}}}"#
            );
            LanguageModel::from_json(&text).and_then(|model| model.endpoint()).unwrap_err().to_string()
        };
        assert!(model(r#","cache_read":-1"#).contains("a price lies between"));
        assert!(model(r#","prefill_tokens_per_second":0"#).contains("above 0; found 0"));
        assert!(model(r#","speed":3"#).contains("unknown field `speed`"));
    }
}
