//! A workflow as a figure that says everything.

use std::fmt::Write;

use serde_json::Value;
use sim_core::graph::Node;

use super::{LAWS, OF_A_MODEL};
use crate::file::dot::{AttributeList, brief, names, spelled};
use crate::file::line;
use crate::workflow::file::{ModelEntry, OptionEntry};
use crate::workflow::{SampleLaw, Workflow};

pub(super) fn dot(workflow: &Workflow) -> String {
    let graph = workflow.graph();
    let mut text = String::from("digraph workflow {\n");
    let mut top = AttributeList::default();
    top.add("rankdir", "LR");
    top.add("fontname", "Helvetica");
    let models: Vec<&str> = workflow.models().iter().map(|model| model.name.as_str()).collect();
    top.add("models", &names(&models));
    for model in workflow.models() {
        let Ok(Value::Object(table)) = serde_json::to_value(ModelEntry::of(model)) else { continue };
        for key in OF_A_MODEL {
            top.add_if(&format!("{}.{key}", model.name), table.get(key).map(plain));
        }
    }
    let _ = writeln!(text, "  graph {top};");
    let _ = writeln!(text, "  node [shape=box, fontname=Helvetica];");
    for node in 0..graph.len() {
        let _ = writeln!(text, "  {} {};", spelled(graph.name(node)), subtask(workflow, node));
    }
    for node in 0..graph.len() {
        for parent in graph.senders(node) {
            let _ = writeln!(text, "  {} -> {};", spelled(graph.name(parent)), spelled(graph.name(node)));
        }
    }
    text.push_str("}\n");
    text
}

fn subtask(workflow: &Workflow, node: Node) -> AttributeList {
    let mut attributes = AttributeList::default();
    let mut label = vec![workflow.graph().name(node).to_owned()];
    for (model, law) in workflow.choices(node) {
        let model = &workflow.models()[model].name;
        for (key, value) in option(law) {
            attributes.add(&format!("{model}.{key}"), &value);
        }
        label.push(told(model, law));
    }
    attributes.label(label);
    attributes
}

/// An option in a line of a figure.
fn told(model: &str, law: &SampleLaw) -> String {
    let percent = brief(100.0 * law.success());
    let (latency, tokens) = (brief(law.mean_latency()), brief(law.mean_tokens()));
    format!("{model}: {percent} %, {latency} s, {tokens} tokens")
}

/// The attributes of an option, without the model's name.
fn option(law: &SampleLaw) -> Vec<(&'static str, String)> {
    let Ok(Value::Object(table)) = serde_json::to_value(OptionEntry::of(law)) else { return Vec::new() };
    let mut attributes = Vec::new();
    for key in super::DIALECT.node {
        let Some(value) = table.get(*key) else { continue };
        match (value, LAWS.iter().find(|(known, ..)| known == key)) {
            (Value::Object(law), Some((_, deviation, name))) => {
                let parts =
                    [(*key, law.get("mean")), (*deviation, law.get("deviation")), (*name, law.get("law"))];
                let parts = parts.into_iter().filter_map(|(key, value)| Some((key, plain(value?))));
                attributes.extend(parts);
            }
            _ => attributes.push((*key, plain(value))),
        }
    }
    attributes
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => line(other),
    }
}
