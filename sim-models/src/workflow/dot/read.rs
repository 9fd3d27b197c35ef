//! From a digraph to a workflow.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{LAWS, OF_A_MODEL, ONLY_MODEL, RECORDS};
use crate::file::dot::{Attributes, Digraph, list_of_names, number, stated};
use crate::file::{InvalidText, Table, did_you_mean, nearest, parse_json};
use crate::workflow::InvalidWorkflow;
use crate::workflow::file::{Draft, InvalidWorkflowFile, ModelDraft, Place, Subtask, option_of};

pub(super) fn draft(digraph: Digraph) -> Result<Draft, InvalidWorkflowFile> {
    let Digraph { graph, nodes, edges } = digraph;
    let models = models(&graph, &nodes)?;
    let mut needs = vec![Vec::new(); nodes.len()];
    for (from, to, _) in edges {
        needs[to].push(nodes[from].0.clone());
    }
    let mut subtasks = Vec::with_capacity(nodes.len());
    for ((id, attributes), needs) in nodes.iter().zip(needs) {
        let mut options = Vec::new();
        for model in models_of(id, attributes, &models)? {
            let table = option(id, &model, attributes)?;
            options.push((model.clone(), option_of(id, &model, &table)?));
        }
        subtasks.push(Subtask { id: id.clone(), needs, options });
    }
    let drafts = models.iter().map(|name| model(name, &graph));
    Ok(Draft { models: drafts.collect::<Result<_, InvalidText>>()?, subtasks })
}

/// The name before the last dot of an attribute of a model.
fn prefix(key: &str) -> Option<&str> {
    key.rsplit_once('.').map(|(model, _)| model)
}

/// The models, in order.
fn models(graph: &Attributes, nodes: &[(String, Attributes)]) -> Result<Vec<String>, InvalidText> {
    let of_graph = graph.keys().filter_map(|key| prefix(key));
    let Some(text) = stated(graph, "models") else {
        let of_nodes =
            nodes.iter().flat_map(|(_, attributes)| attributes.keys().filter_map(|key| prefix(key)));
        let named: BTreeSet<&str> = of_graph.chain(of_nodes).collect();
        let models: Vec<String> = named.into_iter().map(str::to_owned).collect();
        return Ok(if models.is_empty() { vec![ONLY_MODEL.to_owned()] } else { models });
    };
    let models = list_of_names("models", text)?;
    for model in of_graph {
        if !models.iter().any(|known| known == model) {
            let nearest = did_you_mean(&nearest(model, models.iter().map(String::as_str)));
            return Err(refused(format!(
                "the graph has attributes of `{model}`, which is no model{nearest}"
            )));
        }
    }
    Ok(models)
}

fn refused(reason: String) -> InvalidText {
    InvalidText::Syntax { format: "DOT of a workflow", reason }
}

/// A model with what the graph says of it or of all.
fn model(name: &str, graph: &Attributes) -> Result<ModelDraft, InvalidText> {
    let value =
        |key: &str| stated(graph, &format!("{name}.{key}")).or_else(|| stated(graph, key)).map(number);
    let entries: Map<String, Value> =
        OF_A_MODEL.into_iter().filter_map(|key| Some((key.to_owned(), value(key)?))).collect();
    ModelDraft::read(name, &Table { place: Place::Model(name), entries: &entries })
}

/// The models that can try a subtask: those that it names, or else all of which something is said there.
fn models_of(
    id: &str,
    attributes: &Attributes,
    models: &[String],
) -> Result<Vec<String>, InvalidWorkflowFile> {
    let of_one: BTreeSet<&str> =
        attributes.iter().filter(|(_, text)| !text.is_empty()).filter_map(|(key, _)| prefix(key)).collect();
    let named = match stated(attributes, "models") {
        Some(text) => Some(list_of_names("models", text)?),
        None => None,
    };
    let mentioned = named.iter().flatten().map(String::as_str).chain(of_one.iter().copied());
    for model in mentioned {
        if !models.iter().any(|known| known == model) {
            let nearest = nearest(model, models.iter().map(String::as_str));
            let (subtask, model) = (id.to_owned(), model.to_owned());
            return Err(InvalidWorkflow::UnknownModel { subtask, model, nearest }.into());
        }
    }
    Ok(named.unwrap_or_else(|| {
        let of_all = attributes.iter().any(|(key, text)| prefix(key).is_none() && !text.is_empty());
        models.iter().filter(|model| of_all || of_one.contains(model.as_str())).cloned().collect()
    }))
}

/// The table of an option as a file would have it. What is said of one model replaces what is said of all.
fn option(id: &str, model: &str, attributes: &Attributes) -> Result<Value, InvalidText> {
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    let mut own: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, text) in attributes.iter().filter(|(key, _)| *key != "models") {
        match key.rsplit_once('.') {
            None => said.insert(key, text),
            Some((of, key)) if of == model => own.insert(key, text),
            Some(_) => None,
        };
    }
    // Records are a whole law, and so replace one and are replaced by one.
    let is_stated = |key: &str| own.get(key).is_some_and(|text| !text.is_empty());
    if is_stated(RECORDS) {
        said.clear();
    } else if own.values().any(|text| !text.is_empty()) {
        said.remove(RECORDS);
    }
    said.extend(own);
    said.retain(|_, text| !text.is_empty());
    let mut table = Map::new();
    for (key, deviation, law) in LAWS {
        let (mean, deviation, law) = (said.remove(key), said.remove(deviation), said.remove(law));
        let quantity = match (mean, deviation, law) {
            (None, None, None) => continue,
            (Some(mean), None, None) => number(mean),
            (mean, deviation, law) => {
                let entries = [
                    ("mean", mean.map(number)),
                    ("deviation", deviation.map(number)),
                    ("law", law.map(Value::from)),
                ];
                let entries = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
                Value::Object(entries.collect())
            }
        };
        table.insert(key.to_owned(), quantity);
    }
    for (key, text) in said {
        let value = match key {
            RECORDS if text.trim_start().starts_with('[') => parse_json(text).map_err(|error| {
                refused(format!("in `{RECORDS}` of subtask `{id}`, model `{model}`, {error}"))
            })?,
            RECORDS => text.into(),
            _ => number(text),
        };
        table.insert(key.to_owned(), value);
    }
    Ok(Value::Object(table))
}
