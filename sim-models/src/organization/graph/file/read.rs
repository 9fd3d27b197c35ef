//! From the tables of a file to a builder.

use std::collections::HashSet;

use serde_json::Value;

use super::names::{CAUSES, COUPLINGS, VOTES};
use super::place::Place;
use super::{FileDefaults, InvalidFile, Table, rule};
use crate::organization::graph::{
    Agent, Answers, Cause, Coupling, Group, Link, Organization, OrganizationBuilder, Rule,
};
use crate::organization::{Channel, Correlation, Erasure, Fidelity, Leaf, OutOfRange};
use crate::theory::channel::FidelityCurve;
use crate::theory::leaf::LeafLaw;

/// Everything that a file says, not yet checked as a whole.
pub(super) fn builder(value: &Value, defaults: &FileDefaults) -> Result<OrganizationBuilder, InvalidFile> {
    let file = Table::new(Place::Organization, value)?;
    file.only(&["agents", "channels", "dependence", "window", "outputs", "answers"])?;
    let answers = answers(&file)?;
    let mut builder = Organization::builder().answers(answers);
    let channels = file.list("channels")?.unwrap_or_default();
    let links: Vec<Link> =
        numbered(channels).map(|(i, value)| link(i, value, defaults)).collect::<Result<_, _>>()?;
    let receivers: HashSet<&str> = links.iter().map(|link| link.to.as_str()).collect();
    for (position, value) in numbered(file.needed("agents", "", file.list("agents")?)?) {
        let mut agent = agent(position, value, answers)?;
        if agent.knowledge.is_none() && !receivers.contains(agent.id.as_str()) {
            agent.knowledge = defaults.bias.map(Leaf::Bias);
        }
        builder = builder.agent(agent);
    }
    builder = builder.links(links);
    for (position, value) in numbered(file.list("dependence")?.unwrap_or_default()) {
        builder = dependence(builder, position, value, defaults)?;
    }
    if let Some(window) = file.number("window")? {
        builder = builder.window(window);
    }
    if let Some(outputs) = file.list("outputs")? {
        let id = |output: &Value| match output.as_str() {
            Some(id) => Ok(id.to_owned()),
            None => Err(file.kind("outputs", "a list of ids", output)),
        };
        if outputs.is_empty() {
            return Err(file.kind("outputs", "a list of at least one id", &Value::Array(Vec::new())).into());
        }
        builder = builder.outputs(outputs.iter().map(id).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(builder)
}

/// A number with a range of its own.
fn quantity<T: TryFrom<f64, Error = OutOfRange>>(
    table: &Table<'_>,
    key: &str,
) -> Result<Option<T>, InvalidFile> {
    let range = |reason| InvalidFile::Range { place: table.place.to_string(), key: key.to_owned(), reason };
    table.number(key)?.map(T::try_from).transpose().map_err(range)
}

fn numbered(list: &[Value]) -> impl Iterator<Item = (usize, &Value)> {
    list.iter().enumerate().map(|(index, value)| (index + 1, value))
}

fn answers(file: &Table<'_>) -> Result<Answers, InvalidFile> {
    let Some(value) = file.get("answers") else { return Ok(Answers::BINARY) };
    let table = Table::new(Place::Answers, value)?;
    table.only(&["wrong", "zipf"])?;
    Ok(Answers::new(table.whole("wrong")?.unwrap_or(1), table.number("zipf")?.unwrap_or(0.0))?)
}

fn agent(position: usize, value: &Value, answers: Answers) -> Result<Agent, InvalidFile> {
    let table = Table::new(Place::Agent(position, None), value)?;
    let id = table.needed("id", "", table.text("id")?)?;
    let table = table.at(Place::Agent(position, Some(id)));
    table.only(&["id", "bias", "compute", "family", "own_weight", "aggregator"])?;
    table.not_both("bias", "compute")?;
    let knowledge = match (quantity(&table, "bias")?, table.get("compute")) {
        (Some(bias), _) => Some(Leaf::Bias(bias)),
        (None, Some(value)) => Some(compute(Table::new(Place::Compute(id), value)?)?),
        (None, None) => None,
    };
    Ok(Agent {
        id: id.to_owned(),
        knowledge,
        own_weight: table.not_negative("own_weight")?.unwrap_or(1.0),
        family: table.text("family")?.map(str::to_owned),
        rule: rule::read(table, id)?.unwrap_or_else(|| Rule::of_habit(answers)),
    })
}

/// A bias bought with compute (theory section 1.1).
fn compute(table: Table<'_>) -> Result<Leaf, InvalidFile> {
    table.only(&["tokens", "coefficient", "exponent", "cap"])?;
    let positive = |key| table.needed(key, "", table.positive(key)?);
    let cap = table.fraction("cap")?.unwrap_or(1.0);
    let law = LeafLaw { coefficient: positive("coefficient")?, exponent: positive("exponent")?, cap };
    Ok(Leaf::Compute { tokens: table.needed("tokens", "", table.not_negative("tokens")?)?, law })
}

fn link(position: usize, value: &Value, defaults: &FileDefaults) -> Result<Link, InvalidFile> {
    let table = Table::new(Place::Channel(position, None), value)?;
    let from = table.needed("from", "", table.text("from")?)?;
    let to = table.needed("to", "", table.text("to")?)?;
    let table = table.at(Place::Channel(position, Some((from, to))));
    table.only(&["from", "to", "fidelity", "curve", "tokens", "erasure", "detected"])?;
    table.not_both("fidelity", "curve")?;
    let length = table.not_negative("tokens")?;
    let fidelity = match (quantity::<Fidelity>(&table, "fidelity")?, table.get("curve")) {
        (Some(fidelity), _) => fidelity,
        (None, None) => defaults.fidelity.unwrap_or(Fidelity::PERFECT),
        (None, Some(value)) => {
            let tokens = table.needed("tokens", " because its fidelity follows from its length", length)?;
            let curve = curve(Table::new(Place::Curve(from, to), value)?)?;
            Fidelity::new(curve.fidelity(tokens)).map_err(|reason| InvalidFile::Range {
                place: table.place.to_string(),
                key: "curve".to_owned(),
                reason,
            })?
        }
    };
    let erasure = quantity::<Erasure>(&table, "erasure")?.or(defaults.erasure).unwrap_or(Erasure::NONE);
    let detected = table.flag("detected")?.unwrap_or(false);
    Ok(Link::new(from, to, Channel { tokens: length.unwrap_or(0.0), fidelity, erasure, detected }))
}

/// How fidelity depends on length (theory section 1.2).
fn curve(table: Table<'_>) -> Result<FidelityCurve, InvalidFile> {
    type Read = fn(&Table<'_>) -> Result<FidelityCurve, InvalidFile>;
    let laws: [(&'static str, (&'static [&'static str], Read)); 5] = [
        (
            "constant",
            (&["law", "fidelity"], |table| {
                let fidelity = table.needed("fidelity", "", table.fraction("fidelity")?)?;
                Ok(FidelityCurve::Constant(fidelity))
            }),
        ),
        (
            "exponential",
            (&["law", "scale"], |table| {
                Ok(FidelityCurve::Exponential { scale: table.needed("scale", "", table.positive("scale")?)? })
            }),
        ),
        (
            "saturating",
            (&["law", "scale"], |table| {
                Ok(FidelityCurve::Saturating { scale: table.needed("scale", "", table.positive("scale")?)? })
            }),
        ),
        (
            "power",
            (&["law", "scale", "exponent"], |table| {
                let positive = |key| table.needed(key, "", table.positive(key)?);
                Ok(FidelityCurve::Power { scale: positive("scale")?, exponent: positive("exponent")? })
            }),
        ),
        (
            "repetition",
            (&["law", "token_fidelity"], |table| {
                let key = "token_fidelity";
                Ok(FidelityCurve::Repetition { token_fidelity: table.needed(key, "", table.fraction(key)?)? })
            }),
        ),
    ];
    let (keys, read) = table.needed("law", "", table.choice("law", &laws)?)?;
    table.only(keys)?;
    read(&table)
}

/// A coupling at an agent, or a cause of a group.
fn dependence(
    builder: OrganizationBuilder,
    position: usize,
    value: &Value,
    defaults: &FileDefaults,
) -> Result<OrganizationBuilder, InvalidFile> {
    let table = Table::new(Place::Dependence(position), value)?;
    table.only(&["at", "family", "everyone", "model", "correlation", "votes"])?;
    for (first, second) in [("at", "family"), ("at", "everyone"), ("family", "everyone")] {
        table.not_both(first, second)?;
    }
    let stated = quantity::<Correlation>(&table, "correlation")?.or(defaults.correlation);
    let correlation = table.needed("correlation", "", stated)?;
    if let Some(at) = table.text("at")? {
        table.only(&["at", "model", "correlation"])?;
        let dependence = table.needed("model", "", table.choice("model", &COUPLINGS)?)?;
        return Ok(builder.couple(at, Coupling::model(dependence, correlation)));
    }
    let group = match (table.text("family")?, table.flag("everyone")?) {
        (Some(family), _) => Group::Family(family.to_owned()),
        (None, Some(true)) => Group::Everyone,
        (None, Some(false)) => {
            return Err(table.kind("everyone", "true, or left out", &Value::Bool(false)).into());
        }
        (None, None) => table.needed("at", ", or a `family`, or `everyone`", None)?,
    };
    let law = table.needed("model", "", table.choice("model", &CAUSES)?)?;
    let votes = table.choice("votes", &VOTES)?.unwrap_or_default();
    Ok(builder.cause(Cause { group, votes, law, correlation }))
}
