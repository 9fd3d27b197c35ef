//! An organization as text. Everything that a default could change is said.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use sim_core::graph::{Edge, Node};

use super::NotExportable;
use super::names::{CAUSES, COUPLINGS, TIES, VOTES, name_of};
use crate::file::line;
use crate::organization::Leaf;
use crate::organization::graph::{Cause, Coupling, Group, Members, Organization, Rule, Tie, Weights};

/// An agent's table.
#[derive(Serialize)]
struct AgentEntry<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bias: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compute: Option<ComputeEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_weight: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregator: Option<Spelled<'a>>,
}

/// The table of a bias bought with compute.
#[derive(Serialize)]
struct ComputeEntry {
    tokens: f64,
    coefficient: f64,
    exponent: f64,
    cap: f64,
}

/// A rule, by its name where that says all.
#[derive(Serialize)]
#[serde(untagged)]
enum Spelled<'a> {
    Name(&'static str),
    Table(RuleEntry<'a>),
}

/// A rule's table.
#[derive(Default, Serialize)]
pub(in crate::organization::graph) struct RuleEntry<'a> {
    pub(in crate::organization::graph) rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organization::graph) weights: Option<BTreeMap<&'a str, f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organization::graph) tie: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organization::graph) threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organization::graph) margin: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organization::graph) true_positive: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organization::graph) false_positive: Option<f64>,
}

impl<'a> RuleEntry<'a> {
    /// The rule as files spell it; `None` for a rule of the user's own.
    pub(in crate::organization::graph) fn new(rule: &'a Rule) -> Option<Self> {
        // Unless a file says otherwise, ties are fair.
        let told = |tie: &Option<Tie>| (*tie != Some(Tie::Fair)).then(|| name_of(tie, &TIES));
        let named = |rule| Self { rule, ..Self::default() };
        Some(match rule {
            Rule::Majority { tie } => Self { tie: told(tie), ..named("majority") },
            Rule::WeightedMajority { weights, tie } => {
                let weights = match weights {
                    Weights::LogOdds => None,
                    Weights::Named(named) => {
                        Some(named.iter().map(|(id, weight)| (id.as_str(), *weight)).collect())
                    }
                };
                Self { weights, tie: told(tie), ..named("weighted-majority") }
            }
            Rule::Supermajority { threshold } => {
                Self { threshold: Some(*threshold), ..named("supermajority") }
            }
            Rule::First => named("first"),
            Rule::Plurality => named("plurality"),
            Rule::Margin { margin } => Self { margin: Some(*margin), ..named("margin") },
            Rule::BestOf { true_positive, false_positive } => Self {
                true_positive: Some(*true_positive),
                false_positive: Some(*false_positive),
                ..named("best-of")
            },
            Rule::Custom(_) => return None,
        })
    }

    fn spelled(self) -> Spelled<'a> {
        let numbers = [self.threshold, self.margin.map(f64::from), self.true_positive, self.false_positive];
        let is_name = self.weights.is_none() && self.tie.is_none() && numbers.iter().all(Option::is_none);
        if is_name { Spelled::Name(self.rule) } else { Spelled::Table(self) }
    }
}

/// A channel's table.
#[derive(Serialize)]
struct ChannelEntry<'a> {
    from: &'a str,
    to: &'a str,
    fidelity: f64,
    #[serde(skip_serializing_if = "is_zero")]
    tokens: f64,
    erasure: f64,
    #[serde(skip_serializing_if = "is_false")]
    detected: bool,
}

fn is_zero(x: &f64) -> bool {
    *x == 0.0
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// The table of a coupling or a cause.
#[derive(Serialize)]
pub(in crate::organization::graph) struct DependenceEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    everyone: bool,
    pub(in crate::organization::graph) model: &'static str,
    pub(in crate::organization::graph) correlation: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    votes: Option<&'static str>,
}

impl<'a> DependenceEntry<'a> {
    /// A coupling as files spell it; `None` for one of the user's own.
    pub(in crate::organization::graph) fn coupling(at: &'a str, coupling: &Coupling) -> Option<Self> {
        let Coupling::Model { dependence, correlation } = coupling else { return None };
        let model = name_of(dependence, &COUPLINGS);
        let correlation = correlation.get();
        Some(Self { at: Some(at), family: None, everyone: false, model, correlation, votes: None })
    }

    pub(in crate::organization::graph) fn cause(cause: &'a Cause) -> Self {
        let (family, everyone) = match &cause.group {
            Group::Family(family) => (Some(family.as_str()), false),
            Group::Everyone => (None, true),
        };
        let votes = (cause.votes != Members::default()).then(|| name_of(&cause.votes, &VOTES));
        let (model, correlation) = (name_of(&cause.law, &CAUSES), cause.correlation.get());
        Self { at: None, family, everyone, model, correlation, votes }
    }
}

/// The answers' table.
#[derive(Serialize)]
struct AnswersEntry {
    wrong: usize,
    zipf: f64,
}

fn agent(organization: &Organization, node: Node) -> Result<AgentEntry<'_>, NotExportable> {
    let agent = organization.agent(node);
    let (bias, compute) = match agent.knowledge {
        None => (None, None),
        Some(Leaf::Bias(bias)) => (Some(bias.get()), None),
        Some(Leaf::Compute { tokens, law }) => {
            let (coefficient, exponent, cap) = (law.coefficient, law.exponent, law.cap);
            (None, Some(ComputeEntry { tokens, coefficient, exponent, cap }))
        }
    };
    let aggregator = match organization.decision(node) {
        None => None,
        Some(_) => match RuleEntry::new(&agent.rule) {
            Some(entry) => Some(entry.spelled()),
            None => return Err(NotExportable::Rule { agent: agent.id.clone() }),
        },
    };
    let own_weight = (agent.own_weight != 1.0).then_some(agent.own_weight);
    let family = agent.family.as_deref();
    Ok(AgentEntry { id: &agent.id, bias, compute, family, own_weight, aggregator })
}

fn channel(organization: &Organization, edge: Edge) -> ChannelEntry<'_> {
    let (graph, channel) = (organization.graph(), organization.channel(edge));
    ChannelEntry {
        from: graph.name(graph.sender(edge)),
        to: graph.name(graph.receiver(edge)),
        fidelity: channel.fidelity.get(),
        tokens: channel.tokens,
        erasure: channel.erasure.get(),
        detected: channel.detected,
    }
}

fn dependence(organization: &Organization) -> Result<Vec<DependenceEntry<'_>>, NotExportable> {
    let graph = organization.graph();
    let couplings =
        (0..graph.len()).filter_map(|node| Some((graph.name(node), organization.coupling(node)?)));
    let couplings = couplings.map(|(at, coupling)| {
        DependenceEntry::coupling(at, coupling)
            .ok_or_else(|| NotExportable::Coupling { agent: at.to_owned() })
    });
    couplings.chain(organization.causes().iter().map(|cause| Ok(DependenceEntry::cause(cause)))).collect()
}

/// One line per agent, channel and dependence.
pub(super) fn json(organization: &Organization) -> Result<String, NotExportable> {
    let graph = organization.graph();
    let agents = (0..graph.len()).map(|node| agent(organization, node)).collect::<Result<Vec<_>, _>>()?;
    let channels: Vec<_> = (0..graph.edge_count()).map(|edge| channel(organization, edge)).collect();
    let mut text = String::from("{\n");
    list(&mut text, "agents", &agents);
    list(&mut text, "channels", &channels);
    list(&mut text, "dependence", &dependence(organization)?);
    if !organization.answers().is_binary() || organization.answers().exponent() != 0.0 {
        let (wrong, zipf) = (organization.answers().count() - 1, organization.answers().exponent());
        let _ = writeln!(text, "  \"answers\": {},", line(&AnswersEntry { wrong, zipf }));
    }
    if let Some(window) = organization.window() {
        let _ = writeln!(text, "  \"window\": {},", line(&window));
    }
    let outputs: Vec<&str> = organization.outputs().iter().map(|&output| graph.name(output)).collect();
    let _ = writeln!(text, "  \"outputs\": {}\n}}", line(&outputs));
    Ok(text)
}

fn list(text: &mut String, key: &str, entries: &[impl Serialize]) {
    if !entries.is_empty() {
        let lines: Vec<String> = entries.iter().map(|entry| format!("    {}", line(entry))).collect();
        let _ = writeln!(text, "  \"{key}\": [\n{}\n  ],", lines.join(",\n"));
    }
}
