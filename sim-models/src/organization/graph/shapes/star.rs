//! Stars and chains: the widest and the deepest organization of a given number of agents.

use super::{InvalidShape, Shape, check_size, check_some, fair_majority};
use crate::organization::graph::{Agent, Coupling, Organization, OrganizationBuilder, Rule};
use crate::organization::{Bias, Channel, Leaf};

/// Agents `a1`, `a2`, ... that answer on their own and report to one `root`.
///
/// ```
/// use sim_models::organization::Bias;
/// use sim_models::organization::graph::shapes::{Shape, Star};
///
/// let star = Star::new(3, Bias::new(0.4)?).organization()?;
/// assert_eq!((star.graph().len(), star.graph().edge_count()), (4, 3));
/// assert_eq!(star.graph().name(star.outputs()[0]), "root");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Star {
    /// Number of agents that report.
    pub agents: usize,
    /// What each of them knows.
    pub knowledge: Leaf,
    /// How they report.
    pub channel: Channel,
    /// How the root decides; a majority with fair ties unless changed.
    pub rule: Rule,
    /// How the votes received are coupled.
    pub coupling: Option<Coupling>,
}

impl Star {
    /// A star of agents with this bias and perfect channels.
    pub fn new(agents: usize, bias: Bias) -> Self {
        let (knowledge, channel) = (Leaf::Bias(bias), Channel::PERFECT);
        Self { agents, knowledge, channel, rule: fair_majority(), coupling: None }
    }
}

impl Shape for Star {
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        check_some("star", &[("agent", self.agents)])?;
        check_size("star", self.agents as f64 + 1.0, self.agents as f64)?;
        let ids = || (1..=self.agents).map(|i| format!("a{i}"));
        let mut builder = Organization::builder()
            .agents(ids().map(|id| Agent::knowing(id, self.knowledge)))
            .agent(Agent::aggregator("root", self.rule.clone()))
            .channels(ids(), "root", self.channel)
            .output("root");
        if let Some(coupling) = self.coupling.clone() {
            builder = builder.couple("root", coupling);
        }
        Ok(builder)
    }
}

/// An agent `a1` whose vote is handed on through `a2`, `a3`, ... to the last one.
///
/// ```
/// use sim_models::organization::graph::shapes::{Chain, Shape};
/// use sim_models::organization::{Bias, Channel, Fidelity};
///
/// let channel = Channel::new(20.0, Fidelity::new(0.9)?);
/// let chain = Chain { channel, ..Chain::new(3, Bias::new(0.4)?) }.organization()?;
/// assert_eq!(chain.graph().order().map(|node| chain.graph().name(node)).collect::<Vec<_>>(), ["a1", "a2", "a3", "a4"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chain {
    /// Number of channels; the chain has one agent more.
    pub hops: usize,
    /// What the first agent knows.
    pub knowledge: Leaf,
    /// What each of the others knows by itself; `None` for agents that only hand on.
    pub relay: Option<Leaf>,
    /// How votes are handed on.
    pub channel: Channel,
    /// How an agent decides on the vote received and on its own, if it has one; a majority with fair ties unless changed.
    pub rule: Rule,
}

impl Chain {
    /// A chain of perfect channels whose first agent has this bias and whose others only hand on.
    pub fn new(hops: usize, bias: Bias) -> Self {
        let (knowledge, channel) = (Leaf::Bias(bias), Channel::PERFECT);
        Self { hops, knowledge, relay: None, channel, rule: fair_majority() }
    }
}

impl Shape for Chain {
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        check_size("chain", self.hops as f64 + 1.0, self.hops as f64)?;
        let mut builder = Organization::builder().agent(Agent::knowing("a1", self.knowledge));
        for hop in 1..=self.hops {
            let (from, to) = (format!("a{hop}"), format!("a{}", hop + 1));
            let agent = Agent { knowledge: self.relay, ..Agent::aggregator(&to, self.rule.clone()) };
            builder = builder.agent(agent).channel(from, to, self.channel);
        }
        Ok(builder.output(format!("a{}", self.hops + 1)))
    }
}
