//! From a parsed file to a scenario.

use std::collections::BTreeMap;

use sim_models::registry::{ParameterError, Registry, Value};

use super::axis::Axis;
use super::document::{Content, Document, Entry, Node, Table};
use super::{DEFAULT_SEED, FigureSpec, Hypothesis, Scenario, StopSpec, find_model, given};
use crate::problem::{Outcome, Problem};

/// The scenario of a parsed file.
pub(super) fn read_scenario(registry: &Registry, document: &Document) -> Outcome<Scenario> {
    let root = &document.root;
    root.allow(document, &["model", "seed", "common", "parameters", "stop", "sweep", "figure", "test"])?;
    let Some(entry) = root.get("model") else {
        let problem = document.problem(&(0..0), "the scenario names no model", "here");
        return Err(problem.help(format!("write `model = \"{}\"`", registry.names().first().unwrap_or(&""))));
    };
    let Content::Scalar(Value::Text(name)) = &entry.node.content else {
        let sentence = format!("`model` is a name; found {}", entry.node.describe());
        return Err(document.problem(&entry.node.span, sentence, "not a name"));
    };
    let model = find_model(registry, name)
        .map_err(|problem| problem.at(&document.source, entry.node.span.clone(), "no such model"))?;
    let seed = match root.get("seed").map(|entry| &entry.node) {
        None => DEFAULT_SEED,
        Some(node) => match node.content {
            Content::Scalar(Value::Integer(seed)) if seed >= 0 => seed as u64,
            _ => {
                let sentence =
                    format!("`seed` is a whole number that is not negative; found {}", node.describe());
                return Err(document.problem(&node.span, sentence, "not a seed"));
            }
        },
    };
    let common = match root.get("common").map(|entry| &entry.node) {
        None => false,
        Some(Node { content: Content::Scalar(Value::Boolean(common)), .. }) => *common,
        Some(node) => {
            let sentence = format!("`common` is true or false; found {}", node.describe());
            return Err(document.problem(&node.span, sentence, "neither"));
        }
    };
    let parameters = model.parameters();
    let find = |entry: &Entry| {
        parameters.iter().find(|parameter| parameter.key == entry.key).ok_or_else(|| {
            let error = ParameterError::unknown(&entry.key, &parameters);
            Problem::parameters(&error).at(&document.source, entry.span.clone(), "unknown parameter")
        })
    };
    let mut values = BTreeMap::new();
    for entry in table(document, root, "parameters")?.iter().flat_map(|table| table.iter()) {
        let value = given::from_file(document, find(entry)?, &entry.node)?;
        values.insert(entry.key.clone(), value);
    }
    let mut sweep = Vec::new();
    for entry in table(document, root, "sweep")?.iter().flat_map(|table| table.iter()) {
        if values.contains_key(&entry.key) {
            let sentence = format!("`{}` stands in [parameters] and in [sweep]", entry.key);
            return Err(document.problem(&entry.span, sentence, "second time"));
        }
        sweep.push(Axis::read(document, entry, find(entry)?)?);
    }
    let stop = match table(document, root, "stop")? {
        Some(table) => StopSpec::read(document, table)?,
        None => StopSpec::default(),
    };
    let figure = match root.get("figure") {
        Some(entry) => Some(FigureSpec::read(document, entry, &sweep)?),
        None => None,
    };
    let test = match table(document, root, "test")? {
        Some(table) => Some(Hypothesis::read(document, table)?),
        None => None,
    };
    Ok(Scenario { model: name.clone(), seed, common, parameters: values, stop, sweep, figure, test })
}

fn table<'a>(document: &Document, root: &'a Table, key: &str) -> Outcome<Option<&'a Table>> {
    match root.get(key).map(|entry| &entry.node) {
        None => Ok(None),
        Some(Node { content: Content::Table(table), .. }) => Ok(Some(table)),
        Some(node) => {
            let sentence = format!("`{key}` is a table; found {}", node.describe());
            Err(document.problem(&node.span, sentence, "not a table"))
        }
    }
}
