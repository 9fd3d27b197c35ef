//! How a model can try a subtask.

use serde_json::Value;

use super::{InvalidOption, InvalidWorkflowFile, Place, Table, samples};
use crate::file::InvalidText;
use crate::law::Law;
use crate::mechanism::part::{Ending, endings};
use crate::mechanism::primitives::Answered;
use crate::workflow::{Record, Sample, SampleLaw};

/// The law of a sample, the file in which samples stand, or the mechanism that is a sample.
pub(in crate::workflow) enum Tried {
    Law(SampleLaw),
    File(String),
    Mechanism(Vec<Ending>),
}

/// The keys of an option. All but the last two describe a law; those stand alone.
const KEYS: &[&str] = &[
    "success",
    "latency_seconds",
    "output_tokens",
    "tokens_per_second",
    "overhead_seconds",
    "length_coupling",
    "token_limit",
    "records",
    "mechanism",
];

/// The laws that files name.
pub(in crate::workflow) const LAWS: [(&str, LawKind); 3] =
    [("lognormal", LawKind::Lognormal), ("gamma", LawKind::Gamma), ("exponential", LawKind::Exponential)];

/// A law without its moments.
#[derive(Clone, Copy)]
pub(in crate::workflow) enum LawKind {
    Lognormal,
    Gamma,
    Exponential,
}

impl LawKind {
    /// The law with these moments; a constant without a deviation, unless the law has its own.
    pub(in crate::workflow) fn law(
        self,
        key: &'static str,
        mean: f64,
        deviation: Option<f64>,
    ) -> Result<Law, InvalidOption> {
        let law = match self {
            Self::Lognormal => Law::lognormal(mean, deviation.unwrap_or(0.0)),
            Self::Gamma => Law::gamma(mean, deviation.unwrap_or(0.0)),
            Self::Exponential => match deviation.filter(|&deviation| deviation != mean) {
                Some(found) => return Err(InvalidOption::Exponential { key, mean, found }),
                None => Law::exponential(mean),
            },
        };
        law.map_err(|why| InvalidOption::Law { key, why })
    }
}

/// The option of a subtask for a model.
pub(in crate::workflow) fn option_of(
    id: &str,
    model: &str,
    value: &Value,
) -> Result<Tried, InvalidWorkflowFile> {
    let table = Table::new(Place::Option(id, model), value)?;
    table.only(KEYS)?;
    let refuse = |why| InvalidWorkflowFile::option(id, model, why);
    for alone in ["records", "mechanism"].into_iter().filter(|alone| table.get(alone).is_some()) {
        for key in KEYS.iter().filter(|&&key| key != alone) {
            table.not_both(alone, key)?;
        }
    }
    if let Some(mechanism) = table.get("mechanism") {
        let Value::Object(entries) = mechanism else {
            return Err(table.kind("mechanism", "a table with `name` and parameters", mechanism).into());
        };
        return endings_of(entries).map(Tried::Mechanism).map_err(refuse);
    }
    if let Some(records) = table.get("records") {
        return match records {
            Value::String(name) => Ok(Tried::File(name.clone())),
            Value::Array(records) => {
                let records = samples::of_list(records, |position| Place::Record(position, id, model))?;
                SampleLaw::records(records).map(Tried::Law).map_err(|why| refuse(why.into()))
            }
            other => {
                let expected = "a list of records, or the name of a file of them";
                Err(table.kind("records", expected, other).into())
            }
        };
    }
    let success = table.needed("success", "", table.number("success")?)?;
    table.needed("output_tokens", "", table.get("output_tokens"))?;
    let tokens = quantity(&table, "output_tokens")?.map_err(refuse)?;
    let law = if let Some(rate) = table.number("tokens_per_second")? {
        table.not_both("latency_seconds", "tokens_per_second")?;
        SampleLaw::generated(
            success,
            tokens,
            table.number("length_coupling")?.unwrap_or(0.0),
            table.whole("token_limit")?.unwrap_or(u64::MAX),
            rate,
            table.number("overhead_seconds")?.unwrap_or(0.0),
        )
    } else {
        table.needed("latency_seconds", ", or `tokens_per_second`", table.get("latency_seconds"))?;
        for key in ["overhead_seconds", "length_coupling", "token_limit"] {
            table.not_both("latency_seconds", key)?;
        }
        SampleLaw::independent(success, quantity(&table, "latency_seconds")?.map_err(refuse)?, tokens)
    };
    law.map(Tried::Law).map_err(|why| refuse(why.into()))
}

/// The endings of a mechanism, which is described by its name and by parameters as in a scenario.
fn endings_of(entries: &serde_json::Map<String, Value>) -> Result<Vec<Ending>, InvalidOption> {
    let name = entries.get("name").and_then(Value::as_str).unwrap_or_default();
    let parameters = entries.iter().filter(|(key, _)| *key != "name");
    let parameter = |(key, value): (&String, &Value)| {
        let value =
            serde_json::from_value(value.clone()).map_err(|_| InvalidOption::Parameter(key.clone()))?;
        Ok((key.clone(), value))
    };
    let given = parameters.map(parameter).collect::<Result<_, InvalidOption>>()?;
    Ok(endings(name, &given)?)
}

/// What samples of a mechanism come to if they are paid at `price` picodollars per token: as many tokens as cost what it costs; its own ones
/// where nothing is paid.
pub(in crate::workflow) fn law_of_endings(
    endings: &[Ending],
    price: u64,
) -> Result<SampleLaw, InvalidOption> {
    let record = |ending: &Ending| {
        let Answered { right, spending } = ending.answer;
        let tokens = match u128::from(price) {
            0 => spending.tokens,
            price => (spending.nanodollars * 1000).div_ceil(price),
        };
        let tokens = u64::try_from(tokens).unwrap_or(u64::MAX);
        let sample = Sample { right: right == Some(true), tokens, latency: spending.seconds };
        Record { weight: ending.probability, sample }
    };
    Ok(SampleLaw::records(endings.iter().map(record).collect())?)
}

/// The law at a key that is there; the outer error is about the table, the inner one about its numbers.
fn quantity(table: &Table<'_>, key: &'static str) -> Result<Result<Law, InvalidOption>, InvalidText> {
    let Some(value) = table.get(key) else { return Ok(Ok(Law::ZERO)) };
    if let Some(constant) = value.as_f64() {
        return Ok(Law::constant(constant).map_err(|why| InvalidOption::Law { key, why }));
    }
    let place = match table.place {
        Place::Option(id, model) => Place::Law(key, id, model),
        other => other,
    };
    if !value.is_object() {
        return Err(table.kind(key, "a number, or a table with mean, deviation and law", value));
    }
    let law = Table::new(place, value)?;
    law.only(&["law", "mean", "deviation"])?;
    let mean = law.needed("mean", "", law.number("mean")?)?;
    let deviation = law.number("deviation")?;
    let kind = law.choice("law", &LAWS)?.unwrap_or(LawKind::Lognormal);
    Ok(kind.law(key, mean, deviation))
}
