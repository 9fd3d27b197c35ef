//! The five architectures that are compared in "Towards a Science of Scaling Agent Systems" (mechanisms B35).

use super::debate::at;
use super::{
    Architecture, Counts, Debate, Effort, InvalidShape, Shape, Turns, check_size, check_some, fair_majority,
};
use crate::organization::graph::{Agent, Organization, OrganizationBuilder, Rule};
use crate::organization::{Bias, Channel, Leaf};

/// A team of one of the five architectures.
///
/// One node is one call of a language model. An agent thinks in `iterations` calls per round: drafts `a1@2.1`, `a1@2.2`, ..., which are
/// fresh votes, and its last call `a1@2`, which decides on the drafts, on its own fresh vote and on what it hears. Drafts reach it
/// without loss; everything between different nodes passes through `channel`. The orchestrator of round 2 is `orchestrator@2`, the
/// exchanges among peers in round 2 are `peers@2.1`, `peers@2.2`, ..., a final call is `judge`. The nodes of one agent are its family.
///
/// # Messages
/// As the source counts them, a message is one vote that an agent gives away on one occasion, counted once however many hear it: a
/// turn in a debate, a report to an orchestrator, a contribution to an exchange among peers. Drafts that stay with their agent are no
/// messages, nor is what an orchestrator or an exchange hands down. The answers of independent agents are collected once, as one
/// message. Hence the channels from agents to orchestrators and exchanges number `rn` (centralized) and `rnk + pn` (hybrid), and `dn`
/// nodes are heard by others (decentralized).
///
/// ```
/// use sim_models::organization::Bias;
/// use sim_models::organization::graph::shapes::{Architecture, Shape, Team};
///
/// let team = Team { agents: 3, iterations: 2, rounds: 4, ..Team::new(Architecture::Centralized, Bias::new(0.2)?) };
/// assert_eq!((team.counts().calls, team.counts().messages), (4 * 3 * 2 + 4, 4 * 3));
/// let organization = team.organization()?;
/// assert_eq!(organization.graph().len() as u64, team.counts().calls);
/// assert_eq!(organization.graph().name(organization.outputs()[0]), "orchestrator@4");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Team {
    /// Who works with whom.
    pub architecture: Architecture,
    /// Number of agents `n`; a single agent is one.
    pub agents: usize,
    /// Calls `k` of an agent per round.
    pub iterations: usize,
    /// Rounds of orchestration `r` or of debate `d`; single and independent agents have one.
    pub rounds: usize,
    /// Rounds `p` of exchange among peers, spread evenly over the rounds; hybrid only.
    pub peer_rounds: usize,
    /// What an agent knows: the law of each of its fresh votes.
    pub knowledge: Leaf,
    /// How votes are sent.
    pub channel: Channel,
    /// How every node decides; a majority with fair ties unless changed.
    pub rule: Rule,
}

impl Team {
    /// Three agents with this bias and perfect channels, three calls per round, three rounds and, in a hybrid team, three exchanges.
    pub fn new(architecture: Architecture, bias: Bias) -> Self {
        Self {
            architecture,
            agents: 3,
            iterations: 3,
            rounds: 3,
            peer_rounds: 3,
            knowledge: Leaf::Bias(bias),
            channel: Channel::PERFECT,
            rule: fair_majority(),
        }
    }

    /// What a run comes to (mechanisms B35): as many calls as nodes, and messages as above.
    pub fn counts(&self) -> Counts {
        let [agents, iterations, rounds, peer_rounds] =
            [self.agents, self.iterations, self.rounds, self.peer_rounds]
                .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        self.architecture.counts(&Effort { agents, iterations, rounds, peer_rounds })
    }

    fn check(&self) -> Result<(), InvalidShape> {
        let counts = [("agent", self.agents), ("iteration", self.iterations), ("round", self.rounds)];
        check_some("team", &counts)?;
        let [n, k, r, p] =
            [self.agents, self.iterations, self.rounds, self.peer_rounds].map(|count| count as f64);
        // At most: every call is heard by an orchestrator, every turn by all others, every exchange hears all.
        check_size("team", r * n * k + r + p, r * n * (2.0 * k + n + 2.0) + p * (n + 1.0))
    }

    /// The drafts of an agent in a round.
    fn drafts(&self, agent: usize, round: usize) -> impl Iterator<Item = String> {
        (1..self.iterations).map(move |draft| format!("{}.{draft}", at(agent, round)))
    }

    /// Adds the drafts of an agent in a round, and their way to its last call.
    fn with_drafts(&self, builder: OrganizationBuilder, agent: usize, round: usize) -> OrganizationBuilder {
        let family = format!("a{}", agent + 1);
        builder
            .agents(self.drafts(agent, round).map(|id| Agent::knowing(id, self.knowledge).in_family(&family)))
            .channels(self.drafts(agent, round), at(agent, round), Channel::PERFECT)
    }

    /// Adds all calls of an agent in a round.
    fn with_turn(&self, builder: OrganizationBuilder, agent: usize, round: usize) -> OrganizationBuilder {
        let last = Agent::knowing(at(agent, round), self.knowledge)
            .deciding(self.rule.clone())
            .in_family(format!("a{}", agent + 1));
        self.with_drafts(builder.agent(last), agent, round)
    }

    fn decider(&self, id: impl Into<String>) -> Agent {
        Agent::aggregator(id, self.rule.clone())
    }

    fn independent(&self) -> OrganizationBuilder {
        let turns = (0..self.agents)
            .fold(Organization::builder(), |builder, agent| self.with_turn(builder, agent, 1))
            .agent(self.decider("judge"));
        turns.channels((0..self.agents).map(|agent| at(agent, 1)), "judge", self.channel).output("judge")
    }

    fn debate(&self) -> Result<OrganizationBuilder, InvalidShape> {
        let debate = Debate {
            turns: Turns::OneByOne,
            knowledge: self.knowledge,
            channel: self.channel,
            rule: self.rule.clone(),
            judge: self.rule.clone(),
            ..Debate::new(self.agents, self.rounds, Bias::ZERO)
        };
        let mut builder = debate.builder()?;
        for round in 1..=self.rounds {
            builder =
                (0..self.agents).fold(builder, |builder, agent| self.with_drafts(builder, agent, round));
        }
        Ok(builder)
    }

    /// Exchanges among peers in a round: `p` are spread over the rounds as evenly as whole numbers can be.
    fn exchanges(&self, round: usize) -> usize {
        match self.architecture {
            Architecture::Hybrid => {
                round * self.peer_rounds / self.rounds - (round - 1) * self.peer_rounds / self.rounds
            }
            _ => 0,
        }
    }

    fn orchestrated(&self) -> OrganizationBuilder {
        let mut builder = Organization::builder();
        for round in 1..=self.rounds {
            let orchestrator = format!("orchestrator@{round}");
            let exchange = |round: usize, number: usize| format!("peers@{round}.{number}");
            builder = builder.agent(self.decider(&orchestrator));
            for agent in 0..self.agents {
                builder = self.with_turn(builder, agent, round);
                if round > 1 {
                    // What the round before has come to; of its exchanges, the last one.
                    let before = round - 1;
                    let last = Some(self.exchanges(before)).filter(|&count| count > 0);
                    let heard = std::iter::once(format!("orchestrator@{before}"))
                        .chain(last.map(|last| exchange(before, last)));
                    builder = builder.channels(heard, at(agent, round), self.channel);
                }
                if self.architecture == Architecture::Hybrid {
                    builder = builder.channels(self.drafts(agent, round), &orchestrator, self.channel);
                }
                builder = builder.channel(at(agent, round), &orchestrator, self.channel);
            }
            for number in 1..=self.exchanges(round) {
                let id = exchange(round, number);
                builder = builder
                    .agent(self.decider(&id))
                    .channels((0..self.agents).map(|agent| at(agent, round)), &id, self.channel)
                    .channel(id, &orchestrator, self.channel);
            }
        }
        builder.output(format!("orchestrator@{}", self.rounds))
    }
}

impl Shape for Team {
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        self.check()?;
        match self.architecture {
            Architecture::Single => Ok(self.with_turn(Organization::builder(), 0, 1).output(at(0, 1))),
            Architecture::Independent => Ok(self.independent()),
            Architecture::Decentralized => self.debate(),
            Architecture::Centralized | Architecture::Hybrid => Ok(self.orchestrated()),
        }
    }
}
