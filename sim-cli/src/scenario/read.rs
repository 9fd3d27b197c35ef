//! From a parsed file to a scenario.

use std::collections::{BTreeMap, BTreeSet};

use sim_models::registry::{ParameterError, Registry, Value};

use super::axis::Axis;
use super::document::{Content, Document, Entry, Node, Table};
use super::{
    AreaSpec, BoundarySpec, DEFAULT_SEED, DerivedSpec, FigureSpec, Hypothesis, OptimumSpec, Plan, RefineSpec,
    Sample, Scenario, StopSpec, find_model, given,
};
use crate::problem::{Outcome, Problem};
use crate::search::Studied;
use crate::several::{MODEL, joint_name};

/// Keys of a scenario.
const KEYS: [&str; 20] = [
    "model",
    "models",
    "seed",
    "common",
    "parameters",
    "stop",
    "sweep",
    "zip",
    "cells",
    "sample",
    "sensitivity",
    "boundary",
    "optimize",
    "refine",
    "variables",
    "derived",
    "against",
    "figure",
    "test",
    "area",
];

/// The scenario of a parsed file.
pub(super) fn read_scenario(registry: &Registry, document: &Document) -> Outcome<Scenario> {
    let root = &document.root;
    root.allow(document, &KEYS)?;
    let (name, models) = read_model(registry, document)?;
    let plain = Studied::plain(registry, &name, &models)?;
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
    let derived = DerivedSpec::read(document, root, &plain.parameters())?;
    let parameters = Studied::plain(registry, &name, &models)?.derived(&derived).parameters();
    let boundary = BoundarySpec::read(document, root, &parameters)?;
    let optimize = OptimumSpec::read(document, root, &parameters)?;
    let find = |entry: &Entry| {
        let sought = boundary.as_ref().and_then(|boundary| boundary.refuses(&entry.key));
        let optimized = optimize.as_ref().and_then(|optimize| optimize.refuses(&entry.key));
        if let Some(sentence) = sought.or(optimized).or_else(|| derived.refuses(&entry.key)) {
            return Err(document.problem(&entry.span, sentence, "second place"));
        }
        if let Some(sentence) = plain.refuses(&entry.key) {
            return Err(document.problem(&entry.span, sentence, "two meanings"));
        }
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
    let mut against = BTreeMap::new();
    for entry in table(document, root, "against")?.iter().flat_map(|table| table.iter()) {
        let value = given::from_file(document, find(entry)?, &entry.node)?;
        against.insert(entry.key.clone(), value);
    }
    if let (true, Some(entry)) = (against.is_empty(), root.get("against")) {
        let sentence = "[against] says what is different in the baseline; it is empty";
        return Err(document.problem(&entry.span, sentence, "empty"));
    }
    let mut sweep: Vec<Axis> = Vec::new();
    for (name, axis) in axes_of(document, root)? {
        if values.contains_key(&axis.key) {
            let sentence = format!("`{}` stands in [parameters] and in [{name}]", axis.key);
            return Err(document.problem(&axis.span, sentence, "second time"));
        }
        // A variable that is a number is that where no axis gives it another.
        if name == "variables" && !matches!(axis.node.content, Content::Table(_)) {
            continue;
        }
        if sweep.iter().any(|other| other.key == axis.key) {
            let sentence = format!("`{}` is an axis in [sweep] and in [{name}]", axis.key);
            return Err(document.problem(&axis.span, sentence, "second time"));
        }
        sweep.push(Axis::read(document, axis, find(axis)?)?);
    }
    let plan = Plan::read(document, root, &find)?;
    if !models.is_empty() && !values.contains_key(MODEL) && plan.keys().all(|key| key != MODEL) {
        // The slowest axis, if nothing else says which cells are of which model.
        if sweep.iter().all(|axis| axis.key != MODEL) {
            let values = models.iter().cloned().map(Value::Text).collect();
            sweep.insert(0, Axis { key: MODEL.to_owned(), values });
        }
    }
    refuse_second_places(document, &values, &sweep, &plan)?;
    let stop = match table(document, root, "stop")? {
        Some(table) => StopSpec::read(document, table)?,
        None => StopSpec::default(),
    };
    let refine = RefineSpec::read(document, root, &parameters, &sweep)?;
    let axes = [&sweep[..], &plan.zip].concat();
    if let Some(boundary) = &boundary {
        boundary.check_vanishing(document, &axes)?;
    }
    let figure = match root.get("figure") {
        Some(entry) => {
            let mut names: Vec<&str> = axes.iter().map(|axis| axis.key.as_str()).chain(plan.keys()).collect();
            names.sort_unstable();
            names.dedup();
            let mut figure = FigureSpec::read(document, entry, &names)?;
            let compared = Studied::plain(registry, &name, &models)?.derived(&derived).against(&against);
            let (metrics, predictions) = (compared.metrics(), compared.predictions());
            let units = parameters.iter().map(|parameter| (parameter.key, parameter.unit));
            let units = units.chain(metrics.iter().map(|metric| (metric.name, metric.unit)));
            let units = units.chain(predictions.iter().map(|prediction| (prediction.name, prediction.unit)));
            figure.name_axes(&units.collect::<Vec<_>>());
            Some(figure)
        }
        None => None,
    };
    let test = match table(document, root, "test")? {
        Some(table) => Some(Hypothesis::read(document, table)?),
        None => None,
    };
    let area = AreaSpec::read(document, root)?;
    Ok(Scenario {
        model: name,
        models,
        seed,
        common,
        parameters: values,
        stop,
        derived,
        against,
        boundary,
        optimize,
        refine,
        sweep,
        plan,
        figure,
        test,
        area,
    })
}

/// The name of the model, or the joint name of several with theirs.
fn read_model(registry: &Registry, document: &Document) -> Outcome<(String, Vec<String>)> {
    let root = &document.root;
    let known = |node: &Node, what: &str| {
        let Content::Scalar(Value::Text(name)) = &node.content else {
            let sentence = format!("{what} is a name; found {}", node.describe());
            return Err(document.problem(&node.span, sentence, "not a name"));
        };
        find_model(registry, name)
            .map_err(|problem| problem.at(&document.source, node.span.clone(), "no such model"))?;
        Ok(name.clone())
    };
    match (root.get("model"), root.get("models")) {
        (Some(_), Some(entry)) => {
            let sentence = "a scenario has `model`, or `models` that are compared, not both";
            Err(document.problem(&entry.span, sentence, "the other one"))
        }
        (Some(entry), None) => Ok((known(&entry.node, "`model`")?, Vec::new())),
        (None, Some(entry)) => {
            let Content::List(items) = &entry.node.content else {
                let sentence = format!("`models` is a list of names; found {}", entry.node.describe());
                return Err(document.problem(&entry.node.span, sentence, "not a list"));
            };
            let models: Vec<String> =
                items.iter().map(|item| known(item, "a model")).collect::<Outcome<_>>()?;
            let is_again = |i: &usize| models[..*i].contains(&models[*i]);
            if let Some(again) = (0..models.len()).find(is_again) {
                let sentence = format!("`models` has {} twice", models[again]);
                return Err(document.problem(&items[again].span, sentence, "again"));
            }
            if models.len() < 2 {
                let sentence = "`models` are two or more; a single one is that of `model`";
                return Err(document.problem(&entry.node.span, sentence, "too few"));
            }
            Ok((joint_name(&models), models))
        }
        (None, None) => {
            let problem = document.problem(&(0..0), "the scenario names no model", "here");
            Err(problem.help(format!("write `model = \"{}\"`", registry.names().first().unwrap_or(&""))))
        }
    }
}

/// The entries that may be axes, with the tables that they stand in: all of [sweep], and the variables, which may also be numbers.
fn axes_of<'a>(document: &Document, root: &'a Table) -> Outcome<Vec<(&'static str, &'a Entry)>> {
    let mut entries = Vec::new();
    for name in ["sweep", "variables"] {
        let own = table(document, root, name)?.into_iter().flat_map(|table| table.iter());
        entries.extend(own.map(|entry| (name, entry)));
    }
    Ok(entries)
}

/// Refuses parameters that two parts of the plan set, or a part of it and `[parameters]`, which only single `cells` may override.
fn refuse_second_places(
    document: &Document,
    values: &BTreeMap<String, Value>,
    sweep: &[Axis],
    plan: &Plan,
) -> Outcome<()> {
    let listed: BTreeSet<&str> = plan.cells.iter().flat_map(|cell| cell.keys().map(String::as_str)).collect();
    let zipped = plan.zip.iter().map(|axis| axis.key.as_str()).collect();
    let sampled = plan.sample.iter().flat_map(Sample::keys).collect();
    let mut taken: BTreeSet<&str> = sweep.iter().map(|axis| axis.key.as_str()).collect();
    for (name, keys, beside) in [("zip", zipped, true), ("cells", listed, false), ("sample", sampled, true)]
        as [(_, BTreeSet<&str>, _); 3]
    {
        for key in keys {
            if taken.contains(key) || beside && values.contains_key(key) {
                let span = document.root.get(name).map_or(0..0, |entry| entry.span.clone());
                let sentence = format!("`{key}` of `{name}` stands in another part of the scenario, too");
                return Err(document.problem(&span, sentence, "second time"));
            }
            taken.insert(key);
        }
    }
    Ok(())
}

pub(super) fn table<'a>(document: &Document, root: &'a Table, key: &str) -> Outcome<Option<&'a Table>> {
    match root.get(key).map(|entry| &entry.node) {
        None => Ok(None),
        Some(Node { content: Content::Table(table), .. }) => Ok(Some(table)),
        Some(node) => {
            let sentence = format!("`{key}` is a table; found {}", node.describe());
            Err(document.problem(&node.span, sentence, "not a table"))
        }
    }
}
