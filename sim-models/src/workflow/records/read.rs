//! From records to a workflow.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_json::Value;

use crate::file::{InvalidText, Outline, did_you_mean, nearest};
use crate::law::Law;
use crate::workflow::file::{InvalidOption, InvalidWorkflowFile, LAWS, LawKind, ModelDraft, samples};
use crate::workflow::{Record, SampleLaw, Workflow};

/// Where in a text of records.
#[derive(Clone, Copy)]
enum Place<'a> {
    Workflow,
    Model(&'a str),
    /// Position from 1, with the node and the model once they are known.
    Record(usize, Option<(&'a str, &'a str)>),
    /// A sample of a record, both from 1.
    Sample(usize, usize, &'a str, &'a str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workflow => f.write_str("the workflow"),
            Self::Model(name) => write!(f, "model `{name}`"),
            Self::Record(position, None) => write!(f, "record {position}"),
            Self::Record(position, Some((node, model))) => {
                write!(f, "record {position} (node `{node}`, model `{model}`)")
            }
            Self::Sample(sample, record, node, model) => {
                write!(f, "sample {sample} of record {record} (node `{node}`, model `{model}`)")
            }
        }
    }
}

type Table<'a> = crate::file::Table<'a, Place<'a>>;

/// What a cost counts.
#[derive(Clone, Copy, PartialEq)]
enum CostUnit {
    Tokens,
    Dollars,
}

const COST_UNITS: [(&str, CostUnit); 2] = [("tokens", CostUnit::Tokens), ("usd", CostUnit::Dollars)];

/// Samples of records have their latencies in seconds without saying so.
const SAMPLE_KEYS: &samples::Keys = &["success", "latency", "output_tokens", "weight"];

/// One record.
struct Measured<'a> {
    node: &'a str,
    model: &'a str,
    table: Table<'a>,
}

pub(super) fn workflow(outline: &Outline) -> Result<Workflow, InvalidWorkflowFile> {
    let file = Table::new(Place::Workflow, &outline.value)?;
    file.only(&["models", "nodes", "edges", "cost_unit", "records"])?;
    let unit = file.choice("cost_unit", &COST_UNITS)?.unwrap_or(CostUnit::Tokens);
    let list = file.needed("records", ", a list of them", file.list("records")?)?;
    let records = list.iter().enumerate().map(|(index, value)| measured(index + 1, value));
    let records: Vec<Measured<'_>> = records.collect::<Result<_, InvalidText>>()?;
    let models = models(&file, outline.keys_of("models"), &records)?;
    let nodes = nodes(&file, &records)?;
    let mut needs = needs(&file, &nodes)?;
    let prices: HashMap<&str, f64> = models.iter().map(|model| (model.name.as_str(), model.price)).collect();
    let mut options: HashMap<&str, Vec<(&str, SampleLaw)>> = HashMap::new();
    for record in &records {
        let price = prices.get(record.model).copied().unwrap_or(0.0);
        let law = law(record, unit, price)?;
        options.entry(record.node).or_default().push((record.model, law));
    }
    let mut builder = Workflow::builder();
    for model in models {
        builder = model.add_to(builder);
    }
    for node in nodes {
        builder = builder.subtask(node).needs(needs.remove(node).unwrap_or_default());
        for (model, law) in options.remove(node).unwrap_or_default() {
            builder = builder.option(model, law);
        }
    }
    Ok(builder.build()?)
}

fn measured(position: usize, value: &Value) -> Result<Measured<'_>, InvalidText> {
    let table = Table::new(Place::Record(position, None), value)?;
    let node = table.needed("node", "", table.text("node")?)?;
    let model = table.needed("model", "", table.text("model")?)?;
    let table = table.at(Place::Record(position, Some((node, model))));
    table.only(&[
        "node",
        "model",
        "success_prob",
        "lat_mean",
        "lat_std",
        "lat_law",
        "cost_mean",
        "samples",
    ])?;
    Ok(Measured { node, model, table })
}

fn models<'a>(
    file: &Table<'a>,
    order: &'a [String],
    records: &[Measured<'a>],
) -> Result<Vec<ModelDraft>, InvalidText> {
    let Some(value) = file.get("models") else {
        return Ok(each_once(records.iter().map(|record| record.model)).map(ModelDraft::free).collect());
    };
    let Value::Object(models) = value else {
        return Err(file.kind("models", "a table of models by name", value));
    };
    let read = |name: &'a String| {
        let model = Table::new(Place::Model(name), &models[name])?;
        ModelDraft::read(name, &model)
    };
    order.iter().map(read).collect()
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut seen = HashSet::new();
    names.filter(move |name| seen.insert(*name))
}

/// The nodes in order. Each record is of one of them, and no two are of the same node and model.
fn nodes<'a>(file: &Table<'a>, records: &[Measured<'a>]) -> Result<Vec<&'a str>, InvalidText> {
    let nodes: Vec<&str> = match file.list("nodes")? {
        None => each_once(records.iter().map(|record| record.node)).collect(),
        Some(list) => {
            let name = |value: &'a Value| {
                value.as_str().ok_or_else(|| file.kind("nodes", "a list of names of nodes", value))
            };
            list.iter().map(name).collect::<Result<_, _>>()?
        }
    };
    let mut known = HashSet::new();
    if let Some(twice) = nodes.iter().find(|name| !known.insert(**name)) {
        return Err(refused(format!("`nodes` names `{twice}` twice")));
    }
    let mut seen = HashMap::new();
    for (index, record) in records.iter().enumerate() {
        if !known.contains(record.node) {
            let hint = did_you_mean(&nearest(record.node, nodes.iter().copied()));
            return Err(refused(format!("{} is of no node of `nodes`{hint}", record.table.place)));
        }
        if let Some(first) = seen.insert((record.node, record.model), index + 1) {
            let reason =
                format!("{} is the second of its node and model; record {first} is, too", record.table.place);
            return Err(refused(reason));
        }
    }
    Ok(nodes)
}

fn refused(reason: String) -> InvalidText {
    InvalidText::Syntax { format: "workflow of records", reason }
}

/// By node: the nodes that must be done before.
fn needs<'a>(file: &Table<'a>, nodes: &[&'a str]) -> Result<HashMap<&'a str, Vec<&'a str>>, InvalidText> {
    let known: HashSet<&str> = nodes.iter().copied().collect();
    let mut needs: HashMap<&str, Vec<&str>> = HashMap::new();
    for (index, edge) in file.list("edges")?.unwrap_or_default().iter().enumerate() {
        let ends: Option<Vec<&str>> =
            edge.as_array().and_then(|ends| ends.iter().map(Value::as_str).collect());
        let Some(&[from, to]) = ends.as_deref() else {
            return Err(file.kind("edges", "a list of pairs of names of nodes", edge));
        };
        if let Some(stranger) = [from, to].into_iter().find(|end| !known.contains(end)) {
            let hint = did_you_mean(&nearest(stranger, nodes.iter().copied()));
            return Err(refused(format!("edge {} ends at `{stranger}`, which is no node{hint}", index + 1)));
        }
        needs.entry(to).or_default().push(from);
    }
    Ok(needs)
}

fn law(record: &Measured<'_>, unit: CostUnit, price: f64) -> Result<SampleLaw, InvalidWorkflowFile> {
    let table = &record.table;
    let refuse = |why| InvalidWorkflowFile::option(record.node, record.model, why);
    if let Some(samples) = table.list("samples")? {
        for key in ["success_prob", "lat_mean", "lat_std", "lat_law", "cost_mean"] {
            table.not_both("samples", key)?;
        }
        let samples = samples.iter().enumerate().map(|(index, value)| sample(index + 1, record, value));
        let samples = samples.collect::<Result<_, InvalidText>>()?;
        return SampleLaw::records(samples).map_err(|why| refuse(why.into()));
    }
    let success = table.needed("success_prob", ", or `samples`", table.number("success_prob")?)?;
    let mean = table.needed("lat_mean", "", table.number("lat_mean")?)?;
    let cost = table.needed("cost_mean", "", table.number("cost_mean")?)?;
    let kind = table.choice("lat_law", &LAWS)?.unwrap_or(LawKind::Lognormal);
    let latency = kind.law("lat_mean", mean, table.number("lat_std")?).map_err(refuse)?;
    let tokens = match unit {
        CostUnit::Tokens => cost,
        CostUnit::Dollars if price > 0.0 => whole_if_close(cost / price * 1e6),
        CostUnit::Dollars => {
            let reason = format!("{} has a cost in USD, and its model has no price", table.place);
            return Err(refused(reason).into());
        }
    };
    let tokens = Law::constant(tokens).map_err(|why| refuse(InvalidOption::Law { key: "cost_mean", why }))?;
    SampleLaw::independent(success, latency, tokens).map_err(|why| refuse(why.into()))
}

/// The whole number next to one that differs from it by rounding alone: tokens are rounded up.
fn whole_if_close(tokens: f64) -> f64 {
    let whole = tokens.round();
    if (tokens - whole).abs() <= 1e-9 * whole { whole } else { tokens }
}

fn sample(position: usize, record: &Measured<'_>, value: &Value) -> Result<Record, InvalidText> {
    let at = match record.table.place {
        Place::Record(at, _) => at,
        _ => 0,
    };
    let table = Table::new(Place::Sample(position, at, record.node, record.model), value)?;
    samples::record(&table, SAMPLE_KEYS)
}
