//! A workflow as records.

use std::fmt::Write;

use crate::file::line;
use crate::workflow::export::NotExportable;
use crate::workflow::file::{ModelEntry, Plain, law_name};
use crate::workflow::sample::Kind;
use crate::workflow::{Record, SampleLaw, Workflow};

/// The table of a record.
#[derive(Default, serde::Serialize)]
struct RecordEntry<'a> {
    node: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_prob: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat_mean: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat_std: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat_law: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_mean: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<Vec<SampleEntry>>,
}

/// The table of a sample.
#[derive(serde::Serialize)]
struct SampleEntry {
    latency: Plain,
    success: bool,
    output_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<Plain>,
}

pub(super) fn records(workflow: &Workflow) -> Result<String, NotExportable> {
    let graph = workflow.graph();
    let mut records = Vec::new();
    for node in 0..graph.len() {
        for (model, law) in workflow.choices(node) {
            let entry = entry(graph.name(node), &workflow.models()[model].name, law)?;
            records.push(format!("\n    {}", line(&entry)));
        }
    }
    let models = workflow.models().iter();
    let models: Vec<String> = models
        .map(|model| {
            format!(
                "
    {}: {}",
                line(&model.name),
                line(&ModelEntry::of(model))
            )
        })
        .collect();
    let nodes: Vec<&str> = (0..graph.len()).map(|node| graph.name(node)).collect();
    let edges: Vec<[&str; 2]> = (0..graph.len())
        .flat_map(|node| graph.senders(node).map(move |parent| [graph.name(parent), graph.name(node)]))
        .collect();
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"models\": {{{} }},", models.join(","));
    let _ = writeln!(text, "  \"nodes\": {},\n  \"edges\": {},", line(&nodes), line(&edges));
    let _ = writeln!(text, "  \"cost_unit\": \"tokens\",\n  \"records\": [{} ]\n}}", records.join(","));
    Ok(text)
}

fn entry<'a>(node: &'a str, model: &'a str, law: &SampleLaw) -> Result<RecordEntry<'a>, NotExportable> {
    let refuse = |what| Err(NotExportable::Law { subtask: node.to_owned(), model: model.to_owned(), what });
    let entry = RecordEntry { node, model, ..RecordEntry::default() };
    match &law.0 {
        Kind::Generated { .. } => refuse("its latency follows from its tokens, and they follow a law"),
        Kind::Independent { tokens, .. } if tokens.deviation() > 0.0 => refuse("its tokens follow a law"),
        Kind::Independent { success, latency, tokens } => {
            let (name, deviation) = law_name(latency);
            Ok(RecordEntry {
                success_prob: Some(Plain(*success)),
                lat_mean: Some(Plain(latency.mean())),
                lat_std: deviation.map(Plain),
                lat_law: name,
                cost_mean: Some(Plain(tokens.mean())),
                ..entry
            })
        }
        Kind::Records { records, .. } => {
            Ok(RecordEntry { samples: Some(records.iter().map(sample).collect()), ..entry })
        }
    }
}

fn sample(record: &Record) -> SampleEntry {
    SampleEntry {
        latency: Plain(record.sample.latency),
        success: record.sample.right,
        output_tokens: record.sample.tokens,
        weight: (record.weight != 1.0).then_some(Plain(record.weight)),
    }
}
