//! Workflows as files: JSON and TOML.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{InvalidSampleLaw, InvalidWorkflow, ProviderLimits, Record, Sample, SampleLaw, Workflow};
use crate::law::{InvalidLaw, Law};

/// Why a text is no workflow.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InvalidWorkflowFile {
    /// It is no JSON of this form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is no TOML of this form.
    #[error("{0}")]
    Toml(#[from] toml_edit::de::Error),
    /// What it describes is no workflow.
    #[error(transparent)]
    Workflow(#[from] InvalidWorkflow),
    /// A number of an option is out of its range.
    #[error("subtask `{subtask}`, model `{model}`: {why}")]
    Option {
        /// The subtask.
        subtask: String,
        /// The model.
        model: String,
        /// What is wrong.
        why: InvalidOption,
    },
}

/// What is wrong about an option.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidOption {
    /// A key is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Two keys that exclude each other.
    #[error("`{0}` and `{1}` exclude each other")]
    Both(&'static str, &'static str),
    /// Records stand in another file.
    #[error(
        "its records stand in `{0}`, and only the command line reads other files; give them as a list here"
    )]
    OtherFile(String),
    /// A law of one quantity.
    #[error("`{key}`: {why}")]
    Law {
        /// Which.
        key: &'static str,
        /// What is wrong.
        why: InvalidLaw,
    },
    /// The law of a sample.
    #[error(transparent)]
    Sample(#[from] InvalidSampleLaw),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    models: BTreeMap<String, Model>,
    subtasks: Vec<Subtask>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    #[serde(default)]
    price_per_million_output_tokens: f64,
    /// Samples that its provider runs at a time, and tokens per minute; they count where the rules limit providers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    concurrency: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens_per_minute: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subtask {
    id: String,
    #[serde(default)]
    needs: Vec<String>,
    options: BTreeMap<String, Choice>,
}

/// How a model can try a subtask.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Choice {
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_seconds: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overhead_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_coupling: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<Records>,
}

#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a number, or a table with mean, deviation and law (lognormal, gamma, exponential)"
)]
enum Quantity {
    Constant(f64),
    Law(Moments),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moments {
    #[serde(default)]
    law: LawName,
    mean: f64,
    #[serde(default)]
    deviation: f64,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LawName {
    #[default]
    Lognormal,
    Gamma,
    Exponential,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a list of records, or the name of a file of them")]
enum Records {
    Here(Vec<FileRecord>),
    File(String),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRecord {
    success: bool,
    latency_seconds: f64,
    output_tokens: u64,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    weight: f64,
}

fn one() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // what serde asks for
fn is_one(weight: &f64) -> bool {
    *weight == 1.0
}

impl Workflow {
    /// Reads a workflow from JSON.
    ///
    /// ```
    /// use sim_models::workflow::Workflow;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let workflow = Workflow::from_json(
    ///     r#"{ "models": { "small": { "price_per_million_output_tokens": 0.42 } },
    ///          "subtasks": [
    ///            { "id": "parse", "options": {
    ///                "small": { "success": 0.6, "latency_seconds": { "mean": 20, "deviation": 8 }, "output_tokens": 1200 } } },
    ///            { "id": "solve", "needs": ["parse"], "options": {
    ///                "small": { "records": [ { "success": true, "latency_seconds": 9.5, "output_tokens": 800 },
    ///                                        { "success": false, "latency_seconds": 20, "output_tokens": 2100 } ] } } } ] }"#,
    /// )?;
    /// assert_eq!(workflow.graph().name(1), "solve");
    /// assert_eq!(Workflow::from_json(&workflow.to_json()?)?, workflow);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// | of | key | |
    /// |---|---|---|
    /// | the workflow | `models` | table of models by name |
    /// | | `subtasks` | list of subtasks |
    /// | a model | `price_per_million_output_tokens` | in USD; 0 if not given |
    /// | a subtask | `id`, `needs` | its name; the subtasks that must be done before |
    /// | | `options` | table of the models that can try it |
    /// | an option | `success` | probability that a sample is right |
    /// | | `latency_seconds` | how long a sample takes: a number, or mean, deviation and law |
    /// | | `output_tokens` | what it generates: the same |
    /// | | `tokens_per_second`, `overhead_seconds` | instead of `latency_seconds`: time follows from tokens |
    /// | | `length_coupling`, `token_limit` | right answers are shorter by so many deviations; longer ones are cut off, and wrong |
    /// | | `records` | instead of all this: samples that were seen, with `success`, `latency_seconds`, `output_tokens` and `weight` |
    ///
    /// A law is `lognormal`, `gamma` or `exponential`; without one it is lognormal, and without a deviation it is a constant.
    ///
    /// # Errors
    /// The text is no JSON, has a key that is not known, or describes no workflow; the place or the subtask is named.
    pub fn from_json(text: &str) -> Result<Self, InvalidWorkflowFile> {
        serde_json::from_str::<File>(text)?.workflow()
    }

    /// Reads a workflow from TOML with the same keys.
    ///
    /// # Errors
    /// As [`Workflow::from_json`].
    pub fn from_toml(text: &str) -> Result<Self, InvalidWorkflowFile> {
        toml_edit::de::from_str::<File>(text)?.workflow()
    }

    /// The workflow as JSON, which reads back as the same workflow.
    ///
    /// # Errors
    /// None that a workflow can cause.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let models = self.models().iter().map(|model| {
            let price_per_million_output_tokens = model.price as f64 * 1e-6;
            let limits = model.limits.unwrap_or_default();
            let (concurrency, tokens_per_minute) = (limits.concurrency, limits.tokens_per_minute);
            let entry = Model { price_per_million_output_tokens, concurrency, tokens_per_minute };
            (model.name.clone(), entry)
        });
        let graph = self.graph();
        let subtask = |node: usize| Subtask {
            id: graph.name(node).to_owned(),
            needs: graph.senders(node).map(|parent| graph.name(parent).to_owned()).collect(),
            options: self
                .choices(node)
                .map(|(model, law)| (self.models()[model].name.clone(), Choice::of(law)))
                .collect(),
        };
        let file = File { models: models.collect(), subtasks: (0..graph.len()).map(subtask).collect() };
        serde_json::to_string_pretty(&file)
    }
}

impl File {
    fn workflow(self) -> Result<Workflow, InvalidWorkflowFile> {
        let mut builder = Workflow::builder();
        for (name, model) in self.models {
            let (concurrency, tokens_per_minute) = (model.concurrency, model.tokens_per_minute);
            builder = builder.model(name, model.price_per_million_output_tokens);
            if concurrency.is_some() || tokens_per_minute.is_some() {
                builder = builder.limits(ProviderLimits { concurrency, tokens_per_minute });
            }
        }
        for subtask in self.subtasks {
            builder = builder.subtask(subtask.id.clone()).needs(&subtask.needs);
            for (model, option) in subtask.options {
                let law = option.law().map_err(|why| InvalidWorkflowFile::Option {
                    subtask: subtask.id.clone(),
                    model: model.clone(),
                    why,
                })?;
                builder = builder.option(model, law);
            }
        }
        Ok(builder.build()?)
    }
}

impl Choice {
    fn law(self) -> Result<SampleLaw, InvalidOption> {
        if let Some(records) = self.records {
            if self.success.is_some() {
                return Err(InvalidOption::Both("records", "success"));
            }
            return match records {
                Records::Here(records) => {
                    Ok(SampleLaw::records(records.iter().map(FileRecord::record).collect())?)
                }
                Records::File(name) => Err(InvalidOption::OtherFile(name)),
            };
        }
        let success = self.success.ok_or(InvalidOption::Missing("success"))?;
        let tokens =
            self.output_tokens.ok_or(InvalidOption::Missing("output_tokens"))?.law("output_tokens")?;
        match (self.latency_seconds, self.tokens_per_second) {
            (Some(_), Some(_)) => Err(InvalidOption::Both("latency_seconds", "tokens_per_second")),
            (None, None) => Err(InvalidOption::Missing("latency_seconds")),
            (Some(latency), None) => {
                for (key, given) in [
                    ("overhead_seconds", self.overhead_seconds.is_some()),
                    ("length_coupling", self.length_coupling.is_some()),
                    ("token_limit", self.token_limit.is_some()),
                ] {
                    if given {
                        return Err(InvalidOption::Both("latency_seconds", key));
                    }
                }
                Ok(SampleLaw::independent(success, latency.law("latency_seconds")?, tokens)?)
            }
            (None, Some(rate)) => Ok(SampleLaw::generated(
                success,
                tokens,
                self.length_coupling.unwrap_or(0.0),
                self.token_limit.unwrap_or(u64::MAX),
                rate,
                self.overhead_seconds.unwrap_or(0.0),
            )?),
        }
    }

    fn of(law: &SampleLaw) -> Self {
        law.describe()
    }
}

impl SampleLaw {
    fn describe(&self) -> Choice {
        use super::sample::Kind;
        match &self.0 {
            Kind::Independent { success, latency, tokens } => Choice {
                success: Some(*success),
                latency_seconds: Some(Quantity::of(latency)),
                output_tokens: Some(Quantity::of(tokens)),
                ..Choice::default()
            },
            Kind::Generated { success, tokens, coupling, cap, tokens_per_second, overhead } => Choice {
                success: Some(*success),
                output_tokens: Some(Quantity::of(tokens)),
                tokens_per_second: Some(*tokens_per_second),
                overhead_seconds: Some(*overhead),
                length_coupling: Some(*coupling),
                token_limit: (*cap < u64::MAX).then_some(*cap),
                ..Choice::default()
            },
            Kind::Records { records, .. } => {
                let of = |record: &Record| FileRecord {
                    success: record.sample.right,
                    latency_seconds: record.sample.latency,
                    output_tokens: record.sample.tokens,
                    weight: record.weight,
                };
                Choice { records: Some(Records::Here(records.iter().map(of).collect())), ..Choice::default() }
            }
        }
    }
}

impl Quantity {
    fn law(self, key: &'static str) -> Result<Law, InvalidOption> {
        let law = match self {
            Self::Constant(value) => Law::constant(value),
            Self::Law(Moments { law, mean, deviation }) => match law {
                LawName::Lognormal => Law::lognormal(mean, deviation),
                LawName::Gamma => Law::gamma(mean, deviation),
                LawName::Exponential => Law::exponential(mean),
            },
        };
        law.map_err(|why| InvalidOption::Law { key, why })
    }

    fn of(law: &Law) -> Self {
        let moments = |name, deviation| Self::Law(Moments { law: name, mean: law.mean(), deviation });
        if law.deviation() == 0.0 {
            Self::Constant(law.mean())
        } else if law.exponential_mean().is_some() {
            moments(LawName::Exponential, 0.0)
        } else if law.logarithm().is_some() {
            moments(LawName::Lognormal, law.deviation())
        } else {
            moments(LawName::Gamma, law.deviation())
        }
    }
}

impl FileRecord {
    fn record(&self) -> Record {
        Record {
            weight: self.weight,
            sample: Sample { right: self.success, tokens: self.output_tokens, latency: self.latency_seconds },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(options: &str) -> String {
        let text = format!(
            r#"{{ "models": {{ "m": {{}} }}, "subtasks": [ {{ "id": "a", "options": {{ "m": {options} }} }} ] }}"#
        );
        Workflow::from_json(&text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let place = "subtask `a`, model `m`: ";
        for (options, expected) in [
            ("{}", format!("{place}`success` is missing")),
            (
                r#"{ "success": 1.5, "latency_seconds": 1, "output_tokens": 1 }"#,
                format!("{place}a success probability lies between 0 and 1; found 1.5"),
            ),
            (
                r#"{ "success": 0.5, "latency_seconds": -1, "output_tokens": 1 }"#,
                format!(
                    "{place}`latency_seconds`: the mean of a quantity is a finite number from 0; found -1"
                ),
            ),
            (r#"{ "success": 0.5, "output_tokens": 1 }"#, format!("{place}`latency_seconds` is missing")),
            (r#"{ "records": [] }"#, format!("{place}a law of records has at least one")),
            (
                r#"{ "records": [], "success": 1 }"#,
                format!("{place}`records` and `success` exclude each other"),
            ),
            (
                r#"{ "success": 1, "latency_seconds": 1, "output_tokens": 1, "token_limit": 5 }"#,
                format!("{place}`latency_seconds` and `token_limit` exclude each other"),
            ),
        ] {
            assert_eq!(sentence(options), expected);
        }
        assert!(
            sentence(r#"{ "sucess": 1 }"#).starts_with("unknown field `sucess`, expected one of `success`")
        );
        assert!(Workflow::from_json(r#"{ "models": {"#).unwrap_err().to_string().contains("line 1"));
        assert!(Workflow::from_json("").is_err() && Workflow::from_json("[]").is_err());
    }

    #[test]
    fn toml_has_the_same_keys() {
        let toml = r#"
            [models.m]
            price_per_million_output_tokens = 2.4
            concurrency = 8
            tokens_per_minute = 90000
            [[subtasks]]
            id = "a"
            options.m = { success = 0.5, output_tokens = { mean = 900, deviation = 300 }, tokens_per_second = 80, token_limit = 4000, length_coupling = 0.3 }
            [[subtasks]]
            id = "b"
            needs = ["a"]
            options.m = { success = 0.5, latency_seconds = { law = "gamma", mean = 60, deviation = 20 }, output_tokens = 7 }
        "#;
        let workflow = Workflow::from_toml(toml).unwrap();
        assert_eq!(Workflow::from_json(&workflow.to_json().unwrap()).unwrap(), workflow);
        assert!(Workflow::from_toml("models = 3").is_err());
    }
}
