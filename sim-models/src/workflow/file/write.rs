//! A workflow as text in JSON and TOML. Everything that a default could change is said.

use std::fmt::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ModelEntry;
use crate::file::line;
use crate::law::Law;
use crate::workflow::export::NotExportable;
use crate::workflow::sample::Kind;
use crate::workflow::{Record, SampleLaw, Workflow};

/// A number; a whole one is written without a point.
#[derive(Clone, Copy)]
pub(in crate::workflow) struct Plain(pub(in crate::workflow) f64);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here a float says which whole number is meant.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let Self(x) = *self;
        if x.trunc() == x && x.abs() <= EXACT {
            serializer.serialize_i64(x as i64)
        } else {
            serializer.serialize_f64(x)
        }
    }
}

/// A table with its entries in this order.
struct Entries<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Entries<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct FileEntry<'a> {
    models: Entries<'a, ModelEntry>,
    subtasks: Vec<SubtaskEntry<'a>>,
}

#[derive(serde::Serialize)]
struct SubtaskEntry<'a> {
    id: &'a str,
    needs: Vec<&'a str>,
    options: Entries<'a, OptionEntry>,
}

/// The table of an option.
#[derive(Default, serde::Serialize)]
pub(in crate::workflow) struct OptionEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) success: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) latency_seconds: Option<QuantityEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) output_tokens: Option<QuantityEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) tokens_per_second: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) overhead_seconds: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) length_coupling: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) token_limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::workflow) records: Option<Vec<RecordEntry>>,
}

/// A constant, or the table of a law.
#[derive(serde::Serialize)]
#[serde(untagged)]
pub(in crate::workflow) enum QuantityEntry {
    Constant(Plain),
    Law {
        law: &'static str,
        mean: Plain,
        #[serde(skip_serializing_if = "Option::is_none")]
        deviation: Option<Plain>,
    },
}

/// The table of a record.
#[derive(serde::Serialize)]
pub(in crate::workflow) struct RecordEntry {
    success: bool,
    latency_seconds: Plain,
    output_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<Plain>,
}

impl OptionEntry {
    pub(in crate::workflow) fn of(law: &SampleLaw) -> Self {
        let quantity = |law| Some(QuantityEntry::of(law));
        match &law.0 {
            Kind::Independent { success, latency, tokens } => Self {
                success: Some(Plain(*success)),
                latency_seconds: quantity(latency),
                output_tokens: quantity(tokens),
                ..Self::default()
            },
            Kind::Generated { success, tokens, coupling, cap, tokens_per_second, overhead } => Self {
                success: Some(Plain(*success)),
                output_tokens: quantity(tokens),
                tokens_per_second: Some(Plain(*tokens_per_second)),
                overhead_seconds: Some(Plain(*overhead)),
                length_coupling: Some(Plain(*coupling)),
                token_limit: (*cap < u64::MAX).then_some(*cap),
                ..Self::default()
            },
            Kind::Records { records, .. } => {
                Self { records: Some(records.iter().map(RecordEntry::of).collect()), ..Self::default() }
            }
        }
    }

    /// The largest number of tokens that it states as a whole number.
    fn most_tokens(&self) -> u64 {
        let records = self.records.iter().flatten().map(|record| record.output_tokens);
        records.chain(self.token_limit).max().unwrap_or(0)
    }
}

impl QuantityEntry {
    fn of(law: &Law) -> Self {
        let (name, deviation) = law_name(law);
        match name {
            Some(name) => Self::Law { law: name, mean: Plain(law.mean()), deviation: deviation.map(Plain) },
            None => Self::Constant(Plain(law.mean())),
        }
    }
}

/// The name of a law, unless it is a constant, and the deviation, unless the name says it.
pub(in crate::workflow) fn law_name(law: &Law) -> (Option<&'static str>, Option<f64>) {
    if law.deviation() == 0.0 {
        (None, None)
    } else if law.exponential_mean().is_some() {
        (Some("exponential"), None)
    } else if law.logarithm().is_some() {
        (Some("lognormal"), Some(law.deviation()))
    } else {
        (Some("gamma"), Some(law.deviation()))
    }
}

impl RecordEntry {
    pub(in crate::workflow) fn of(record: &Record) -> Self {
        Self {
            success: record.sample.right,
            latency_seconds: Plain(record.sample.latency),
            output_tokens: record.sample.tokens,
            weight: (record.weight != 1.0).then_some(Plain(record.weight)),
        }
    }
}

fn entry(workflow: &Workflow) -> FileEntry<'_> {
    let graph = workflow.graph();
    let models = workflow.models().iter().map(|model| (model.name.as_str(), ModelEntry::of(model)));
    let subtask = |node: usize| {
        let options = workflow.choices(node);
        let options =
            options.map(|(model, law)| (workflow.models()[model].name.as_str(), OptionEntry::of(law)));
        SubtaskEntry {
            id: graph.name(node),
            needs: graph.senders(node).map(|parent| graph.name(parent)).collect(),
            options: Entries(options.collect()),
        }
    };
    FileEntry { models: Entries(models.collect()), subtasks: (0..graph.len()).map(subtask).collect() }
}

/// One line per model, and per option.
pub(super) fn json(workflow: &Workflow) -> String {
    let FileEntry { models, subtasks } = entry(workflow);
    let mut text = String::from("{\n");
    table(&mut text, 2, "models", &models);
    text.push_str(",\n  \"subtasks\": [");
    for (position, subtask) in subtasks.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let (id, needs) = (line(&subtask.id), line(&subtask.needs));
        let _ = write!(text, "{comma}\n    {{ \"id\": {id}, \"needs\": {needs},\n");
        table(&mut text, 6, "options", &subtask.options);
        text.push_str(" }");
    }
    text.push_str(" ]\n}\n");
    text
}

/// A key with a table, one entry per line.
fn table<T: Serialize>(text: &mut String, indent: usize, key: &str, entries: &Entries<'_, T>) {
    let lines: Vec<String> = entries
        .0
        .iter()
        .map(|(name, entry)| format!("\n{:indent$}  {}: {}", "", line(name), line(entry)))
        .collect();
    let _ = write!(text, "{:indent$}\"{key}\": {{{} }}", "", lines.join(","));
}

pub(super) fn toml(workflow: &Workflow) -> Result<String, NotExportable> {
    let entry = entry(workflow);
    for subtask in &entry.subtasks {
        for (model, option) in &subtask.options.0 {
            let found = option.most_tokens();
            if i64::try_from(found).is_err() {
                let (subtask, model) = (subtask.id.to_owned(), (*model).to_owned());
                return Err(NotExportable::TooManyTokens { subtask, model, found });
            }
        }
    }
    toml_edit::ser::to_string_pretty(&entry).map_err(|error| NotExportable::Toml(error.to_string()))
}
