//! From a digraph to the tables of a file, which say the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::file::dot::{Attributes, Digraph, number, stated};
use crate::file::{InvalidText, parse_json};
use crate::organization::graph::{InvalidFile, InvalidOrganization};

/// The table of an organization.
pub(super) fn value(digraph: Digraph) -> Result<Value, InvalidFile> {
    let Digraph { graph, nodes, edges } = digraph;
    let weights = vote_weights(&nodes, &edges)?;
    let mut dependence = Vec::new();
    let mut agents = Vec::with_capacity(nodes.len());
    for ((id, attributes), weights) in nodes.iter().zip(weights) {
        agents.push(Value::Object(agent(id, attributes, weights)?));
        dependence.extend(coupling(id, attributes));
    }
    let channel = |(from, to, attributes): &(usize, usize, Attributes)| {
        let mut table = Map::new();
        table.insert("from".to_owned(), nodes[*from].0.as_str().into());
        table.insert("to".to_owned(), nodes[*to].0.as_str().into());
        copy(attributes, &mut table, &[("fidelity", "fidelity"), ("tokens", "tokens")], number);
        copy(attributes, &mut table, &[("erasure", "erasure")], number);
        copy(attributes, &mut table, &[("detected", "detected")], flag);
        Value::Object(table)
    };
    let mut file = Map::new();
    file.insert("channels".to_owned(), edges.iter().map(channel).collect());
    file.insert("agents".to_owned(), Value::Array(agents));
    copy(&graph, &mut file, &[("window", "window")], number);
    let mut answers = Map::new();
    copy(&graph, &mut answers, &[("wrong_answers", "wrong"), ("zipf", "zipf")], number);
    if !answers.is_empty() {
        file.insert("answers".to_owned(), Value::Object(answers));
    }
    if let Some(text) = stated(&graph, "causes") {
        match json("causes", text)? {
            Value::Array(causes) => dependence.extend(causes),
            _ => return Err(no_list("causes", text)),
        }
    }
    if !dependence.is_empty() {
        file.insert("dependence".to_owned(), Value::Array(dependence));
    }
    if let Some(text) = stated(&graph, "outputs") {
        let outputs = if text.trim_start().starts_with('[') {
            json("outputs", text)?
        } else {
            text.split(',').map(|id| Value::from(id.trim())).collect()
        };
        file.insert("outputs".to_owned(), outputs);
    }
    Ok(Value::Object(file))
}

fn json(key: &str, text: &str) -> Result<Value, InvalidFile> {
    parse_json(text).map_err(|error| refused(format!("in `{key}`, {error}")))
}

fn no_list(key: &str, text: &str) -> InvalidFile {
    refused(format!("`{key}` is a list of tables in JSON; found `{text}`"))
}

fn refused(reason: String) -> InvalidFile {
    InvalidText::Syntax { format: "DOT", reason }.into()
}

fn flag(text: &str) -> Value {
    text.parse::<bool>().map_or_else(|_| text.into(), Value::Bool)
}

fn text(text: &str) -> Value {
    text.into()
}

/// Copies attributes into a table, under the table's own keys.
fn copy(from: &Attributes, into: &mut Map<String, Value>, keys: &[(&str, &str)], read: fn(&str) -> Value) {
    for (key, name) in keys {
        if let Some(text) = stated(from, key) {
            into.insert((*name).to_owned(), read(text));
        }
    }
}

fn agent(
    id: &str,
    attributes: &Attributes,
    weights: BTreeMap<String, Value>,
) -> Result<Map<String, Value>, InvalidFile> {
    let mut table = Map::new();
    table.insert("id".to_owned(), id.into());
    copy(attributes, &mut table, &[("bias", "bias"), ("own_weight", "own_weight")], number);
    copy(attributes, &mut table, &[("family", "family")], text);
    let mut compute = Map::new();
    let keys = [("compute_tokens", "tokens"), ("compute_coefficient", "coefficient")];
    copy(attributes, &mut compute, &keys, number);
    copy(attributes, &mut compute, &[("compute_exponent", "exponent"), ("compute_cap", "cap")], number);
    if !compute.is_empty() {
        table.insert("compute".to_owned(), Value::Object(compute));
    }
    let mut rule = Map::new();
    copy(attributes, &mut rule, &[("aggregator", "rule"), ("tie", "tie"), ("weights", "weights")], text);
    let keys = [("true_positive", "true_positive"), ("false_positive", "false_positive")];
    copy(attributes, &mut rule, &keys, number);
    copy(attributes, &mut rule, &[("threshold", "threshold"), ("vote_margin", "margin")], number);
    let by_channel = rule.get("weights").is_some_and(|weights| weights == super::write::BY_CHANNEL);
    if by_channel || !weights.is_empty() {
        if let Some(text) = rule.get("weights").filter(|_| !by_channel) {
            let reason = format!(
                "node `{id}` has weights={text} and channels with a `vote_weight`; state one of them"
            );
            return Err(refused(reason));
        }
        rule.insert("weights".to_owned(), Value::Object(weights.into_iter().collect()));
    }
    if !rule.is_empty() {
        table.insert("aggregator".to_owned(), Value::Object(rule));
    }
    Ok(table)
}

fn coupling(id: &str, attributes: &Attributes) -> Option<Value> {
    let mut table = Map::new();
    copy(attributes, &mut table, &[("dependence", "model")], text);
    copy(attributes, &mut table, &[("correlation", "correlation")], number);
    (!table.is_empty()).then(|| {
        table.insert("at".to_owned(), id.into());
        Value::Object(table)
    })
}

/// By node: the weights of its senders that channels state.
fn vote_weights(
    nodes: &[(String, Attributes)],
    edges: &[(usize, usize, Attributes)],
) -> Result<Vec<BTreeMap<String, Value>>, InvalidFile> {
    let mut weights = vec![BTreeMap::new(); nodes.len()];
    for (from, to, attributes) in edges {
        if let Some(text) = stated(attributes, "vote_weight") {
            let (sender, weight) = (nodes[*from].0.clone(), number(text));
            let known: &mut Value = weights[*to].entry(sender.clone()).or_insert_with(|| weight.clone());
            if *known != weight {
                return Err(
                    InvalidOrganization::WeightTwice { agent: nodes[*to].0.clone(), named: sender }.into()
                );
            }
        }
    }
    Ok(weights)
}
