//! An organization as a figure that says everything.

use std::collections::HashMap;
use std::fmt::Write;

use sim_core::graph::{Edge, Node};

use crate::file::dot::{AttributeList, brief, names, spelled};
use crate::file::line;
use crate::organization::Leaf;
use crate::organization::graph::file::{DependenceEntry, RuleEntry};
use crate::organization::graph::{Coupling, Organization, Rule, Weights};
use crate::registry::number;

/// The value of `weights` where channels state them.
pub(super) const BY_CHANNEL: &str = "by-channel";

/// Light colors that are told apart without color vision too, after Okabe and Ito; families take them in turn.
const COLORS: [&str; 7] = ["#f6dfa4", "#b9dff5", "#a8dcc9", "#f8f3a6", "#a9c9e4", "#f2c1a3", "#ecc9dc"];

pub(super) fn dot(organization: &Organization) -> String {
    let graph = organization.graph();
    let families = families(organization);
    let mut text = String::from("digraph organization {\n");
    let mut top = AttributeList::default();
    let answers = organization.answers();
    let causes: Vec<DependenceEntry<'_>> = organization.causes().iter().map(DependenceEntry::cause).collect();
    top.add("rankdir", "BT");
    top.add("fontname", "Helvetica");
    top.add_if("window", organization.window().map(number));
    let outputs: Vec<&str> = organization.outputs().iter().map(|&output| graph.name(output)).collect();
    top.add("outputs", &names(&outputs));
    if !answers.is_binary() || answers.exponent() != 0.0 {
        top.add("wrong_answers", &(answers.count() - 1).to_string());
        top.add("zipf", &number(answers.exponent()));
    }
    if !causes.is_empty() {
        top.add("causes", &line(&causes));
        let told = organization
            .causes()
            .iter()
            .map(|cause| format!("{} {}", cause.told(), number(cause.correlation.get())));
        top.label(told);
    }
    let _ = writeln!(text, "  graph {top};");
    let _ = writeln!(text, "  node [style=filled, fillcolor=white, fontname=Helvetica];");
    let _ = writeln!(text, "  edge [fontname=Helvetica, fontsize=10];");
    let mut is_output = vec![false; graph.len()];
    organization.outputs().iter().for_each(|&output| is_output[output] = true);
    for (node, is_output) in is_output.into_iter().enumerate() {
        let mut attributes = agent(organization, node, &families);
        if is_output {
            attributes.add("peripheries", "2");
        }
        let _ = writeln!(text, "  {} {attributes};", spelled(graph.name(node)));
    }
    for edge in 0..graph.edge_count() {
        let [from, to] = [graph.sender(edge), graph.receiver(edge)].map(|node| spelled(graph.name(node)));
        let _ = writeln!(text, "  {from} -> {to} {};", channel(organization, edge));
    }
    text.push_str("}\n");
    text
}

/// The families in the order of their first members.
fn families(organization: &Organization) -> HashMap<&str, usize> {
    let mut families = HashMap::new();
    for node in 0..organization.graph().len() {
        if let Some(family) = organization.agent(node).family.as_deref() {
            let next = families.len();
            families.entry(family).or_insert(next);
        }
    }
    families
}

fn agent(organization: &Organization, node: Node, families: &HashMap<&str, usize>) -> AttributeList {
    let agent = organization.agent(node);
    let mut attributes = AttributeList::default();
    let mut label = vec![agent.id.clone()];
    attributes.add("shape", if organization.decision(node).is_some() { "box" } else { "ellipse" });
    match agent.knowledge {
        None => {}
        Some(Leaf::Bias(bias)) => attributes.add("bias", &number(bias.get())),
        Some(Leaf::Compute { tokens, law }) => {
            attributes.add("compute_tokens", &number(tokens));
            attributes.add("compute_coefficient", &number(law.coefficient));
            attributes.add("compute_exponent", &number(law.exponent));
            attributes.add("compute_cap", &number(law.cap));
        }
    }
    if let Some(bias) = organization.bias(node) {
        label.push(format!("bias {}", brief(bias.get())));
    }
    if let Some(family) = agent.family.as_deref() {
        attributes.add("family", family);
        attributes.add_if(
            "fillcolor",
            families.get(family).map(|&family| COLORS[family % COLORS.len()].to_owned()),
        );
        label.push(family.to_owned());
    }
    if agent.own_weight != 1.0 {
        attributes.add("own_weight", &number(agent.own_weight));
    }
    if organization.decision(node).is_some() {
        label.push(rule(organization, node, &mut attributes));
    }
    if let Some(coupling) = organization.coupling(node) {
        label.push(dependence(&agent.id, coupling, &mut attributes));
    }
    attributes.label(label);
    attributes
}

/// Adds how an agent decides; returns how the label says it.
fn rule(organization: &Organization, node: Node, attributes: &mut AttributeList) -> String {
    let Some(entry) = RuleEntry::new(&organization.agent(node).rule) else {
        attributes.add("aggregator", "custom");
        return "custom".to_owned();
    };
    attributes.add("aggregator", entry.rule);
    attributes.add_if("weights", entry.weights.is_some().then(|| BY_CHANNEL.to_owned()));
    attributes.add_if("tie", entry.tie.map(str::to_owned));
    let mut told = entry.rule.to_owned();
    for (key, value) in [
        ("threshold", entry.threshold),
        ("vote_margin", entry.margin.map(f64::from)),
        ("true_positive", entry.true_positive),
        ("false_positive", entry.false_positive),
    ] {
        attributes.add_if(key, value.map(number));
        if let Some(value) = value {
            let _ = write!(told, " {}", brief(value));
        }
    }
    told
}

/// Adds how the votes received are coupled; returns how the label says it.
fn dependence(at: &str, coupling: &Coupling, attributes: &mut AttributeList) -> String {
    let Some(entry) = DependenceEntry::coupling(at, coupling) else {
        attributes.add("dependence", "custom");
        return "custom dependence".to_owned();
    };
    attributes.add("dependence", entry.model);
    attributes.add("correlation", &number(entry.correlation));
    format!("{} {}", entry.model, brief(entry.correlation))
}

fn channel(organization: &Organization, edge: Edge) -> AttributeList {
    let channel = organization.channel(edge);
    let mut attributes = AttributeList::default();
    let mut label = Vec::new();
    attributes.add("fidelity", &number(channel.fidelity.get()));
    attributes.add("erasure", &number(channel.erasure.get()));
    if channel.fidelity.get() != 1.0 {
        label.push(brief(channel.fidelity.get()));
    }
    if channel.tokens != 0.0 {
        attributes.add("tokens", &number(channel.tokens));
    }
    if channel.erasure.get() > 0.0 {
        label.push(format!("lost {}", brief(channel.erasure.get())));
        attributes.add("style", if channel.detected { "dashed" } else { "dotted" });
    }
    if channel.detected {
        attributes.add("detected", "true");
    }
    if let Some(weight) = vote_weight(organization, edge) {
        attributes.add("vote_weight", &number(weight));
        label.push(format!("weight {}", brief(weight)));
    }
    if !label.is_empty() {
        attributes.label(label);
    }
    attributes
}

/// The weight that the receiver gives to the channel's sender by name.
fn vote_weight(organization: &Organization, edge: Edge) -> Option<f64> {
    let graph = organization.graph();
    let (sender, receiver) = (graph.name(graph.sender(edge)), organization.agent(graph.receiver(edge)));
    let Rule::WeightedMajority { weights: Weights::Named(named), .. } = &receiver.rule else { return None };
    // A valid organization has them in the order of their names.
    let position = named.binary_search_by(|(name, _)| name.as_str().cmp(sender)).ok()?;
    Some(named[position].1)
}
