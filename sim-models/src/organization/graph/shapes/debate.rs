//! Debates: agents answer, hear each other, and answer again.

use super::{InvalidShape, Shape, check_size, check_some, fair_majority};
use crate::organization::graph::{Agent, Organization, OrganizationBuilder, Rule};
use crate::organization::{Bias, Channel, Leaf};

/// Whom an agent hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partners {
    /// All others.
    #[default]
    All,
    /// The agents before and after it, around a ring.
    Ring,
}

/// When agents speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turns {
    /// All at once: an agent hears the votes of the round before.
    #[default]
    Together,
    /// One after another: an agent hears the latest vote of each of its partners.
    OneByOne,
}

/// Rounds of debate, then a final decision by `judge`.
///
/// Agent 1 in round 2 is `a1@2`. In the first round agents answer on their own. In every later round an agent combines its own fresh
/// vote, which weighs `own_weight`, with the votes that it hears and, if it remembers, with its own vote of the round before, by
/// `rule`. The nodes of one agent are its family: a cause of family `a1` with all its votes says how an agent's errors persist.
///
/// ```
/// use sim_models::organization::Bias;
/// use sim_models::organization::graph::shapes::{Debate, Partners, Shape};
///
/// let debate = Debate::new(4, 3, Bias::new(0.2)?);
/// let organization = debate.organization()?;
/// let graph = organization.graph();
/// let heard: Vec<_> = graph.senders(graph.find("a2@3").unwrap()).map(|node| graph.name(node)).collect();
/// assert_eq!(heard, ["a1@2", "a3@2", "a4@2", "a2@2"]);
/// let ring = Debate { partners: Partners::Ring, remembers: false, ..debate }.organization()?;
/// assert_eq!(ring.graph().edge_count(), 2 * 4 * 2 + 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Debate {
    /// Number of agents.
    pub agents: usize,
    /// Number of rounds, the first one included.
    pub rounds: usize,
    /// Whom they hear.
    pub partners: Partners,
    /// When they speak.
    pub turns: Turns,
    /// What an agent knows: the law of each of its fresh votes.
    pub knowledge: Leaf,
    /// Weight of an agent's fresh vote beside those that it hears.
    pub own_weight: f64,
    /// Whether an agent also has its own vote of the round before, without loss.
    pub remembers: bool,
    /// How agents hear each other, and how the judge hears them.
    pub channel: Channel,
    /// How an agent decides; a majority with fair ties unless changed.
    pub rule: Rule,
    /// How the judge decides; a majority with fair ties unless changed.
    pub judge: Rule,
}

impl Debate {
    /// A debate of agents with this bias who hear all others, remember their own votes, and lose nothing.
    pub fn new(agents: usize, rounds: usize, bias: Bias) -> Self {
        Self {
            agents,
            rounds,
            partners: Partners::All,
            turns: Turns::Together,
            knowledge: Leaf::Bias(bias),
            own_weight: 1.0,
            remembers: true,
            channel: Channel::PERFECT,
            rule: fair_majority(),
            judge: fair_majority(),
        }
    }

    /// Whom agent `i` of `agents` (from 0) hears, in their order.
    fn partners_of(&self, agent: usize) -> Vec<usize> {
        match self.partners {
            Partners::All => (0..self.agents).filter(|&other| other != agent).collect(),
            Partners::Ring => {
                let mut pair = [(agent + self.agents - 1) % self.agents, (agent + 1) % self.agents];
                pair.sort_unstable();
                let heard = if pair[0] == pair[1] { &pair[..1] } else { &pair[..] };
                heard.iter().copied().filter(|&other| other != agent).collect()
            }
        }
    }

    /// The round whose vote an agent hears from another in a round; none where nothing has been said.
    pub(super) fn heard_round(&self, agent: usize, other: usize, round: usize) -> Option<usize> {
        let spoke = self.turns == Turns::OneByOne && other < agent;
        let heard = if spoke { round } else { round - 1 };
        (heard >= 1).then_some(heard)
    }
}

/// Name of an agent, from 0, in a round, from 1.
pub(super) fn at(agent: usize, round: usize) -> String {
    format!("a{}@{round}", agent + 1)
}

impl Shape for Debate {
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        check_some("debate", &[("agent", self.agents), ("round", self.rounds)])?;
        let (agents, rounds) = (self.agents as f64, self.rounds as f64);
        let partners = match self.partners {
            Partners::All => agents,
            Partners::Ring => 3.0,
        };
        check_size("debate", agents * rounds + 1.0, agents * rounds * partners)?;
        let mut builder = Organization::builder();
        for round in 1..=self.rounds {
            for agent in 0..self.agents {
                let id = at(agent, round);
                let node = Agent::knowing(&id, self.knowledge)
                    .deciding(self.rule.clone())
                    .own_weight(self.own_weight)
                    .in_family(format!("a{}", agent + 1));
                builder = builder.agent(node);
                for other in self.partners_of(agent) {
                    if let Some(heard) = self.heard_round(agent, other, round) {
                        builder = builder.channel(at(other, heard), &id, self.channel);
                    }
                }
                if self.remembers && round > 1 {
                    builder = builder.channel(at(agent, round - 1), &id, Channel::PERFECT);
                }
            }
        }
        let last = (0..self.agents).map(|agent| at(agent, self.rounds));
        Ok(builder
            .agent(Agent::aggregator("judge", self.judge.clone()))
            .channels(last, "judge", self.channel)
            .output("judge"))
    }
}
