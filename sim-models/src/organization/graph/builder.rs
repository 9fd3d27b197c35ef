//! Building an organization agent by agent, and checking it.

mod causes;
mod decisions;
mod names;
mod ties;

use sim_core::graph::Graph;

use self::names::Names;
use super::error::told;
use super::{Agent, Answers, Cause, Coupling, InvalidOrganization, Link, Organization, Rule};
use crate::organization::{Bias, Channel};
use crate::registry::number;

/// Collects agents, channels and dependence, in any order; [`OrganizationBuilder::build`] checks them.
///
/// ```
/// use sim_models::organization::graph::{Agent, Coupling, Organization, Rule};
/// use sim_models::organization::{Bias, Channel, Correlation, Dependence, Fidelity};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let good = Channel::new(50.0, Fidelity::new(0.9)?);
/// let organization = Organization::builder()
///     .agent(Agent::leaf("a1", Bias::new(0.2)?).in_family("small"))
///     .agent(Agent::leaf("a2", Bias::new(0.2)?).in_family("small"))
///     .agent(Agent::worker("w", Bias::new(0.4)?, Rule::majority()))
///     .agent(Agent::aggregator("v", Rule::majority()))
///     .channels(["a1", "a2"], "w", good)
///     .channels(["a1", "a2", "w"], "v", good)
///     .couple("v", Coupling::model(Dependence::Mixture, Correlation::new(0.1)?))
///     .window(1000.0)
///     .build()?;
/// assert_eq!(organization.outputs(), [3]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct OrganizationBuilder {
    agents: Vec<Agent>,
    links: Vec<Link>,
    couplings: Vec<(String, Coupling)>,
    causes: Vec<Cause>,
    outputs: Option<Vec<String>>,
    window: Option<f64>,
    answers: Answers,
}

impl OrganizationBuilder {
    /// Nothing yet: a binary question, no window.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an agent.
    pub fn agent(self, agent: Agent) -> Self {
        self.agents([agent])
    }

    /// Adds agents.
    pub fn agents(mut self, agents: impl IntoIterator<Item = Agent>) -> Self {
        self.agents.extend(agents);
        self
    }

    /// Adds a channel. An agent's votes stand in the order in which the channels into it are added.
    pub fn channel(self, from: impl Into<String>, to: impl Into<String>, channel: Channel) -> Self {
        self.links([Link::new(from, to, channel)])
    }

    /// Adds equal channels from several agents to one.
    pub fn channels<Id: Into<String>>(
        self,
        from: impl IntoIterator<Item = Id>,
        to: impl Into<String>,
        channel: Channel,
    ) -> Self {
        let to = to.into();
        self.links(from.into_iter().map(|from| Link::new(from, to.clone(), channel)))
    }

    /// Adds channels.
    pub fn links(mut self, links: impl IntoIterator<Item = Link>) -> Self {
        self.links.extend(links);
        self
    }

    /// Couples the votes that an agent receives, as they are after their channels.
    pub fn couple(mut self, at: impl Into<String>, coupling: Coupling) -> Self {
        self.couplings.push((at.into(), coupling));
        self
    }

    /// Adds a cause of error that the fresh votes of a group share.
    pub fn cause(mut self, cause: Cause) -> Self {
        self.causes.push(cause);
        self
    }

    /// Limits the messages into every agent to this many tokens together.
    pub fn window(self, tokens: f64) -> Self {
        Self { window: Some(tokens), ..self }
    }

    /// The answers that the question has; one right and one wrong unless said.
    pub fn answers(self, answers: Answers) -> Self {
        Self { answers, ..self }
    }

    /// Adds an agent whose vote is an answer of the organization. Unless said, it is the only agent without outgoing channels.
    pub fn output(self, agent: impl Into<String>) -> Self {
        self.outputs([agent])
    }

    /// Adds agents whose votes are answers of the organization.
    pub fn outputs<Id: Into<String>>(mut self, agents: impl IntoIterator<Item = Id>) -> Self {
        self.outputs.get_or_insert_default().extend(agents.into_iter().map(Into::into));
        self
    }

    /// The organization, if it is one.
    ///
    /// # Errors
    /// The first thing that is wrong, with the name of the agent.
    pub fn build(self) -> Result<Organization, InvalidOrganization> {
        let Self { mut agents, links, couplings, causes, outputs, window, answers } = self;
        let names = Names::new(&agents)?;
        let graph = names.graph(&links)?;
        for (node, agent) in agents.iter_mut().enumerate() {
            check_agent(agent, graph.incoming(node).is_empty(), answers)?;
        }
        let biases = agents.iter().map(bias_of).collect::<Result<Vec<_>, _>>()?;
        let outputs = names.outputs(outputs, &graph)?;
        if let Some(agent) = graph.leading_to(&outputs).iter().position(|leads| !leads) {
            let outputs = outputs.iter().map(|&output| graph.name(output).to_owned()).collect();
            return Err(InvalidOrganization::Unreached { agent: agents[agent].id.clone(), outputs });
        }
        check_lengths(&links)?;
        let channels: Vec<Channel> = links.into_iter().map(|link| link.channel).collect();
        if let Some(window) = window {
            check_window(&graph, &channels, window)?;
        }
        let couplings = names.couplings(couplings, &graph, answers)?;
        let cause_of = causes::assign(&causes, &agents, &biases, &graph)?;
        let count = agents.len();
        let mut organization = Organization {
            graph,
            agents,
            channels,
            answers,
            biases,
            decisions: vec![None; count],
            couplings,
            causes,
            cause_of,
            outputs,
            window,
            abstaining: vec![false; count],
        };
        decisions::resolve(&mut organization)?;
        Ok(organization)
    }
}

/// What is wrong with one agent alone. A leaf's rule has no effect, so that it says nothing either.
fn check_agent(agent: &mut Agent, is_leaf: bool, answers: Answers) -> Result<(), InvalidOrganization> {
    let id = || agent.id.clone();
    if agent.family.as_deref() == Some("") {
        return Err(InvalidOrganization::EmptyFamily { agent: id() });
    }
    if !(agent.own_weight.is_finite() && agent.own_weight >= 0.0) {
        return Err(InvalidOrganization::OwnWeight { agent: id(), found: agent.own_weight });
    }
    if is_leaf && agent.knowledge.is_none() {
        return Err(InvalidOrganization::Idle { agent: id() });
    }
    if is_leaf {
        agent.rule = Rule::of_habit(answers);
    }
    Ok(())
}

fn bias_of(agent: &Agent) -> Result<Option<Bias>, InvalidOrganization> {
    let bias = agent.knowledge.map(|knowledge| knowledge.bias()).transpose();
    bias.map_err(|reason| InvalidOrganization::Compute { agent: agent.id.clone(), reason })
}

fn check_lengths(links: &[Link]) -> Result<(), InvalidOrganization> {
    let wrong = |link: &&Link| !(link.channel.tokens.is_finite() && link.channel.tokens >= 0.0);
    links.iter().find(wrong).map_or(Ok(()), |link| {
        let (from, to) = (link.from.clone(), link.to.clone());
        Err(InvalidOrganization::Tokens { from, to, found: link.channel.tokens })
    })
}

/// All messages to an agent fit into its context window (theory section 1.3: `b m <= W`; unlike lengths: their sum).
fn check_window(graph: &Graph, channels: &[Channel], window: f64) -> Result<(), InvalidOrganization> {
    if !(window.is_finite() && window > 0.0) {
        return Err(InvalidOrganization::WindowSize { found: window });
    }
    for node in 0..graph.len() {
        let lengths: Vec<f64> = graph.incoming(node).iter().map(|&edge| channels[edge].tokens).collect();
        let Some(&first) = lengths.first() else { continue };
        let fan_in = lengths.len();
        let equal = lengths.iter().all(|&length| length == first);
        let needed = if equal { fan_in as f64 * first } else { lengths.iter().sum() };
        if needed > window {
            let arithmetic = if equal {
                format!("fan-in {fan_in} x {} tokens", number(first))
            } else {
                let terms: Vec<String> = lengths.iter().map(|&length| number(length)).collect();
                format!("fan-in {fan_in}, {} tokens", told(&terms, " + "))
            };
            let agent = graph.name(node).to_owned();
            return Err(InvalidOrganization::Window { agent, arithmetic, needed, window });
        }
    }
    Ok(())
}
