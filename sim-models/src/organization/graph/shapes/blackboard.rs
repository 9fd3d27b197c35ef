//! A board that all write to and all read.

use super::debate::at;
use super::{InvalidShape, Shape, check_size, check_some, fair_majority};
use crate::organization::graph::{Agent, Organization, OrganizationBuilder, Rule};
use crate::organization::{Bias, Channel, Leaf};

/// Rounds in which all agents write to a board, which sums up what is written, and then read it.
///
/// Agent 1 in round 2 is `a1@2`, the board after round 2 is `board@2`; the last board is the output. In the first round agents answer
/// on their own. In every later round an agent combines its own fresh vote, which weighs `own_weight`, with what it reads and, if it
/// remembers, with its own vote of the round before. The nodes of one agent are its family, as in a
/// [`Debate`](super::Debate).
///
/// ```
/// use sim_models::organization::Bias;
/// use sim_models::organization::graph::shapes::{Blackboard, Shape};
///
/// let organization = Blackboard::new(4, 3, Bias::new(0.2)?).organization()?;
/// let graph = organization.graph();
/// let read: Vec<_> = graph.senders(graph.find("a2@3").unwrap()).map(|node| graph.name(node)).collect();
/// assert_eq!(read, ["board@2", "a2@2"]);
/// assert_eq!(graph.name(organization.outputs()[0]), "board@3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Blackboard {
    /// Number of agents.
    pub agents: usize,
    /// Number of rounds.
    pub rounds: usize,
    /// What an agent knows: the law of each of its fresh votes.
    pub knowledge: Leaf,
    /// Weight of an agent's fresh vote beside what it reads.
    pub own_weight: f64,
    /// Whether an agent also has its own vote of the round before, without loss.
    pub remembers: bool,
    /// How agents write.
    pub writing: Channel,
    /// How agents read.
    pub reading: Channel,
    /// How an agent decides; a majority with fair ties unless changed.
    pub rule: Rule,
    /// How the board sums up; a majority with fair ties unless changed.
    pub board: Rule,
}

impl Blackboard {
    /// A board for agents with this bias who remember their own votes and lose nothing.
    pub fn new(agents: usize, rounds: usize, bias: Bias) -> Self {
        Self {
            agents,
            rounds,
            knowledge: Leaf::Bias(bias),
            own_weight: 1.0,
            remembers: true,
            writing: Channel::PERFECT,
            reading: Channel::PERFECT,
            rule: fair_majority(),
            board: fair_majority(),
        }
    }
}

impl Shape for Blackboard {
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        check_some("blackboard", &[("agent", self.agents), ("round", self.rounds)])?;
        let (agents, rounds) = (self.agents as f64, self.rounds as f64);
        check_size("blackboard", (agents + 1.0) * rounds, 3.0 * agents * rounds)?;
        let mut builder = Organization::builder();
        for round in 1..=self.rounds {
            for agent in 0..self.agents {
                let id = at(agent, round);
                let node = Agent::knowing(&id, self.knowledge)
                    .deciding(self.rule.clone())
                    .own_weight(self.own_weight)
                    .in_family(format!("a{}", agent + 1));
                builder = builder.agent(node);
                if round > 1 {
                    builder = builder.channel(format!("board@{}", round - 1), &id, self.reading);
                    if self.remembers {
                        builder = builder.channel(at(agent, round - 1), &id, Channel::PERFECT);
                    }
                }
            }
            let board = format!("board@{round}");
            builder = builder.agent(Agent::aggregator(&board, self.board.clone())).channels(
                (0..self.agents).map(|agent| at(agent, round)),
                board,
                self.writing,
            );
        }
        Ok(builder.output(format!("board@{}", self.rounds)))
    }
}
