//! Any organization, from a file, a table or a named shape.

use std::borrow::Cow;

use crate::file::dot;
use crate::organization::graph::shapes::{
    Architecture, Blackboard, Chain, Debate, Partners, Shape, Star, Team,
};
use crate::organization::graph::{Cause, CauseLaw, FileDefaults, Organization, OrganizationBuilder};
use crate::organization::{
    AgentTree, Bias, Channel, Correlation, Erasure, Fidelity, LaneOrganization, Layer, Leaf, Node,
};
use crate::registry::{
    About, CellMetric, CellPrediction, Document, Forecast, Form, Metric, Model, ParameterError, Parameters,
    Prediction, Single, Unit, Value, choice, document, integer, real, table,
};

/// The model `organization`: agents that vote on an acyclic graph.
#[derive(Clone, Copy, Debug)]
pub struct AnyOrganization;

/// Parameters of [`AnyOrganization`]: a valid organization.
#[derive(Clone, Debug)]
pub struct OrganizationParameters {
    organization: Organization,
    /// Fan-in and depth of a star or a tree.
    layers: Option<(u32, u32)>,
}

/// The organizations that have a name.
#[derive(Clone, Copy, Debug)]
enum Named {
    Star,
    Tree,
    Chain,
    Debate(Partners),
    Blackboard,
    Team(Architecture),
}

/// Bias of the agents of a named shape unless it is set.
const SHAPE_BIAS: f64 = 0.2;

impl Parameters for OrganizationParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let file = form.read(
            document("file")
                .help("JSON or DOT file that describes agents, channels and dependence")
                .or_word("none", "no file"),
        )?;
        let graph = form.read(
            table("graph").help("the same description as an inline table").or_word("none", "no table"),
        )?;
        let shape = form.read(shape())?;
        let agents = form.read(
            integer("agents", 5)
                .between(1, 100_000)
                .unit(Unit::Agents)
                .help("agents of a shape; hops of a chain"),
        )?;
        let fan_in = form.read(
            integer("fan_in", 3)
                .between(2, 10_000)
                .unit(Unit::Agents)
                .help("children of every node of a tree; its leaves are fan_in to the power of depth"),
        )?;
        let depth = form.read(
            integer("depth", 2).between(0, 16).unit(Unit::Layers).help("layers of a tree above its leaves"),
        )?;
        let rounds = form.read(
            integer("rounds", 2).between(1, 10_000).help("rounds of a debate, blackboard or architecture"),
        )?;
        let bias = form.read(
            real("leaf_bias", 0.0)
                .between(-1.0, 1.0)
                .help("bias of leaves whose description states none, and of the agents of a shape")
                .try_map(Bias::new)
                .or_word("unset", "leaves state their own; 0.2 in a shape"),
        )?;
        let fidelity = form.read(
            real("fidelity", 0.0)
                .between(0.0, 1.0)
                .help("fidelity of channels whose description states none, and of those of a shape")
                .try_map(Fidelity::new)
                .or_word("unset", "1"),
        )?;
        let erasure = form.read(
            real("erasure", 0.0)
                .between(0.0, 1.0)
                .help("probability that a message is lost on channels whose description states none, and on those of a shape")
                .try_map(Erasure::new)
                .or_word("unset", "0"),
        )?;
        let correlation = form.read(
            real("correlation", 0.0)
                .between(0.0, 1.0)
                .help(
                    "correlation of dependences that state none; in a shape, with this probability all agents share one vote",
                )
                .try_map(Correlation::new)
                .or_word("unset", "dependences state their own; 0 in a shape"),
        )?;
        let defaults = FileDefaults { bias, fidelity, erasure, correlation };
        let layers = match (&file, &graph, shape) {
            (None, None, Named::Star) => Some((agents, 1)),
            (None, None, Named::Tree) => Some((fan_in, depth)),
            _ => None,
        };
        let organization = match (file, graph) {
            (Some(_), Some(_)) => {
                return Err(ParameterError::impossible(
                    &["graph", "file"],
                    "an organization stands in `file` or in `graph`, not in both",
                ));
            }
            (Some(file), None) => of_file(&file, &defaults)?,
            (None, Some(graph)) => {
                let json = serde_json::to_value(Value::Table(graph)).unwrap_or_default();
                Organization::from_json_value_with(&json, &defaults)
                    .map_err(|error| ParameterError::impossible(&["graph"], error.to_string()))?
            }
            (None, None) => {
                let sizes = Sizes { agents: agents as usize, rounds: rounds as usize, fan_in, depth };
                of_shape(shape, sizes, &defaults)?
            }
        };
        Ok(Self { organization, layers })
    }
}

fn shape() -> Single<Named> {
    let shapes: [(&str, Named, &str); 11] = [
        ("star", Named::Star, "all agents report to one judge"),
        ("tree", Named::Tree, "votes of votes: every node takes the majority of its children"),
        ("chain", Named::Chain, "one agent's vote is relayed"),
        ("debate", Named::Debate(Partners::All), "in every round all agents hear all others"),
        (
            "debate-ring",
            Named::Debate(Partners::Ring),
            "in every round agents hear their neighbors on a ring",
        ),
        ("blackboard", Named::Blackboard, "in every round all agents write to a board and read it"),
        ("single", Named::Team(Architecture::Single), "one agent, several iterations"),
        ("independent", Named::Team(Architecture::Independent), "agents that do not talk, and one vote"),
        ("centralized", Named::Team(Architecture::Centralized), "an orchestrator directs the agents"),
        ("decentralized", Named::Team(Architecture::Decentralized), "agents debate in turn"),
        ("hybrid", Named::Team(Architecture::Hybrid), "an orchestrator, and exchange between peers"),
    ];
    choice("shape", &shapes).help("organization to build where neither file nor graph describes one")
}

/// JSON, or DOT where the text begins like a graph.
fn of_file(file: &Document, defaults: &FileDefaults) -> Result<Organization, ParameterError> {
    let text = file.text();
    let read = if dot::is_named(file.name()) || dot::is_begun(text) {
        Organization::from_dot_with(text, defaults).map_err(|error| error.to_string())
    } else {
        Organization::from_json_with(text, defaults).map_err(|error| error.to_string())
    };
    read.map_err(|sentence| ParameterError::impossible(&["file"], format!("{}: {sentence}", file.name())))
}

/// The sizes among which a shape chooses its own.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    agents: usize,
    rounds: usize,
    fan_in: u32,
    depth: u32,
}

fn of_shape(shape: Named, sizes: Sizes, defaults: &FileDefaults) -> Result<Organization, ParameterError> {
    let Sizes { agents, rounds, fan_in, depth } = sizes;
    let impossible = |sentence: String| {
        let keys = ["shape", "agents", "rounds", "fan_in", "depth", "leaf_bias", "correlation"];
        ParameterError::impossible(&keys, sentence)
    };
    let bias = match defaults.bias {
        Some(bias) => bias,
        None => Bias::new(SHAPE_BIAS).map_err(|error| impossible(error.to_string()))?,
    };
    let channel = Channel {
        erasure: defaults.erasure.unwrap_or(Erasure::NONE),
        ..Channel::new(0.0, defaults.fidelity.unwrap_or(Fidelity::PERFECT))
    };
    let builder = match shape {
        Named::Star => Star { channel, ..Star::new(agents, bias) }.builder(),
        Named::Tree => {
            let layer = Layer { node: Node::independent(fan_in), channel };
            AgentTree::uniform(Leaf::Bias(bias), layer, depth as usize)
                .map_err(|error| impossible(error.to_string()))?
                .builder()
        }
        Named::Chain => Chain { channel, ..Chain::new(agents, bias) }.builder(),
        Named::Debate(partners) => {
            Debate { partners, channel, ..Debate::new(agents, rounds, bias) }.builder()
        }
        Named::Blackboard => {
            Blackboard { writing: channel, reading: channel, ..Blackboard::new(agents, rounds, bias) }
                .builder()
        }
        Named::Team(architecture) => {
            let knowledge = Leaf::Bias(bias);
            Team { agents, rounds, knowledge, channel, ..Team::new(architecture, bias) }.builder()
        }
    };
    let builder = builder.map_err(|error| impossible(error.to_string()))?;
    with_shared_vote(builder, defaults.correlation).build().map_err(|error| impossible(error.to_string()))
}

fn with_shared_vote(builder: OrganizationBuilder, correlation: Option<Correlation>) -> OrganizationBuilder {
    match correlation {
        Some(rho) if rho != Correlation::NONE => {
            builder.cause(Cause::everyone(CauseLaw::SharedVote, rho).of_all_votes())
        }
        _ => builder,
    }
}

/// What is told of every output.
const QUANTITIES: [(&str, &str, f64); 3] = [
    ("accuracy", "probability that the output is right", 0.0),
    ("bias", "probability that the output is right less that it is wrong", -1.0),
    ("abstention", "probability that the output casts no vote", 0.0),
];

impl OrganizationParameters {
    /// The shape that they name, with the number of votes that meet at each of its agents and the layers of votes; `None` for any other
    /// organization than a star or a tree.
    pub fn layers(&self) -> Option<(u32, u32)> {
        self.layers
    }

    /// The same, with messages of this length on channels whose description states none.
    #[must_use]
    pub fn with_message_tokens(mut self, tokens: f64) -> Self {
        self.organization = self.organization.with_message_tokens(tokens);
        self
    }

    /// The organization that these parameters describe.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// By output, then by quantity: its name, which has the output's name where there are several, and its place in [`QUANTITIES`].
    fn names(&self) -> Vec<(Cow<'static, str>, usize)> {
        let outputs = self.organization.outputs();
        let name = |output: usize, quantity: usize| match outputs.len() {
            1 => Cow::Borrowed(QUANTITIES[quantity].0),
            _ => format!("{}.{}", QUANTITIES[quantity].0, self.organization.graph().name(outputs[output]))
                .into(),
        };
        (0..outputs.len())
            .flat_map(|output| (0..3).map(move |q| (output, q)))
            .map(|(o, q)| (name(o, q), q))
            .collect()
    }
}

impl Model for AnyOrganization {
    type Parameters = OrganizationParameters;
    type Plan = LaneOrganization;

    fn about(&self) -> About {
        About {
            name: "organization",
            summary: "Any organization of agents that vote, as an acyclic graph: from a file, a table or a named shape",
            references: &[
                "B. Liu, L. Kong, J. Pei, Phase Transition for Budgeted Multi-Agent Synergy, arXiv 2601.17311 (2026)",
                "Y. Kim et al., Towards a Science of Scaling Agent Systems, arXiv 2512.08296 (2025)",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let metric = |&(name, help, low): &(&'static str, &'static str, f64)| Metric {
            name,
            help,
            unit: Unit::One,
            range: (low, 1.0),
        };
        QUANTITIES.iter().map(metric).collect()
    }

    fn predictions(&self) -> Vec<Prediction<OrganizationParameters>> {
        // Three numbers of the first output describe the model; a cell has its own list.
        vec![
            Prediction::new("accuracy", "exact, where an exact evaluation exists", |p| first_exact(p, 0)),
            Prediction::new("bias", "exact, where an exact evaluation exists", |p| first_exact(p, 1)),
            Prediction::new("abstention", "exact, where an exact evaluation exists", |p| first_exact(p, 2)),
        ]
    }

    fn metrics_of(&self, parameters: &OrganizationParameters) -> Option<Vec<CellMetric>> {
        let metric = |(name, quantity): (Cow<'static, str>, usize)| CellMetric {
            name,
            help: QUANTITIES[quantity].1.into(),
            unit: Unit::One,
            range: (QUANTITIES[quantity].2, 1.0),
        };
        Some(parameters.names().into_iter().map(metric).collect())
    }

    fn predictions_of(&self, parameters: &OrganizationParameters) -> Option<Forecast> {
        let exact = exact_numbers(parameters);
        let prediction = |(i, (name, quantity)): (usize, (Cow<'static, str>, usize))| CellPrediction {
            name,
            help: format!("{}, evaluated exactly", QUANTITIES[quantity].1).into(),
            unit: Unit::One,
            value: exact.as_ref().ok().map(|numbers| numbers[i]),
        };
        let predictions = parameters.names().into_iter().enumerate().map(prediction).collect();
        let notes = exact.err().map(|reason| format!("no exact value: {reason}")).into_iter().collect();
        Some(Forecast { predictions, notes })
    }

    fn prepare(&self, parameters: &OrganizationParameters) -> Result<LaneOrganization, ParameterError> {
        LaneOrganization::new(&parameters.organization)
            .map_err(|error| ParameterError::impossible(&["file", "graph", "shape"], error.to_string()))
    }

    fn notes(&self, plan: &LaneOrganization) -> Vec<String> {
        plan.note().into_iter().collect()
    }
}

/// The exact numbers in the order of [`OrganizationParameters::names`], or why there are none.
fn exact_numbers(parameters: &OrganizationParameters) -> Result<Vec<f64>, String> {
    let laws = parameters.organization.exact().map_err(|error| error.to_string())?;
    Ok(laws.iter().flat_map(|law| [law.accuracy(), law.bias(), law.abstention]).collect())
}

fn first_exact(parameters: &OrganizationParameters, quantity: usize) -> Option<f64> {
    exact_numbers(parameters).ok()?.get(quantity).copied()
}
