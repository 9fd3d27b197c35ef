//! The frontier: the joint law of the votes that are still to be read, agent by agent.
//!
//! Votes that are independent given the causes are kept in separate factors, and a factor is joined to others only where an
//! agent reads from both. In a tree every factor holds one vote, and the evaluation is the recursion.

use sim_core::graph::{Edge, Graph, Node};

use super::automaton::Automaton;
use super::cause::{CauseValues, Given, fresh_vote};
use super::channel::Transmission;
use super::factor::{Factor, combinations};
use super::gaussian::{GaussianCoupling, Received};
use super::order::{order, readers};
use super::reading::{Reader, Reading, Situation};
use super::table::{Sums, Table, bits_for};
use super::unavailable::{MOST_COMBINATIONS, MOST_HELD, Unavailable, Work};
use crate::organization::effective::EffectiveCoupling;
use crate::organization::graph::{Coupling, Organization};

/// What is evaluated, and in which order.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    organization: &'a Organization,
    /// By agent: whether a target depends on it.
    pub(super) relevant: Vec<bool>,
    order: Vec<Node>,
    /// By agent: whether it can abstain.
    may_abstain: Vec<bool>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(organization: &'a Organization, targets: &[Node]) -> Self {
        let graph = organization.graph();
        let relevant = graph.leading_to(targets);
        let order = order(graph, &relevant, targets);
        // A coupling of the user's own can drop votes, which the organization does not foresee.
        let agents = 0..graph.len();
        let foreseen =
            agents.clone().all(|agent| !matches!(organization.coupling(agent), Some(Coupling::Custom(_))));
        let may_abstain =
            |agent: Node| !graph.incoming(agent).is_empty() && (!foreseen || organization.may_abstain(agent));
        Self { organization, relevant, order, may_abstain: agents.map(may_abstain).collect() }
    }

    fn graph(&self) -> &'a Graph {
        self.organization.graph()
    }

    fn may_miss(&self, edge: Edge) -> bool {
        let channel = self.organization.channel(edge);
        channel.detected && channel.erasure.get() > 0.0 || self.may_abstain[self.graph().sender(edge)]
    }

    /// Bits of an agent's vote.
    fn bits(&self, agent: Node) -> u32 {
        bits_for(self.organization.answers().count() + usize::from(self.may_abstain[agent]))
    }
}

/// An evaluation under way.
pub(super) struct Frontier<'a> {
    plan: &'a Plan<'a>,
    causes: &'a [CauseValues],
    work: &'a mut Work,
    factors: Vec<Option<Factor>>,
    /// By agent: the factor in which its vote waits to be read.
    factor_of: Vec<Option<usize>>,
    /// By agent: channels that have not carried its vote yet.
    unread: Vec<usize>,
    /// By cause: fresh votes that are still to be drawn.
    undrawn: Vec<usize>,
    /// By cause: factors that depend on it.
    dependent: Vec<usize>,
    /// States of all factors, over all values of their causes.
    held: usize,
    /// By agent: the law of its vote, one probability per value.
    laws: Vec<Option<Vec<f64>>>,
}

impl<'a> Frontier<'a> {
    pub(super) fn new(plan: &'a Plan<'a>, causes: &'a [CauseValues], work: &'a mut Work) -> Self {
        let (organization, agents) = (plan.organization, plan.relevant.len());
        let mut undrawn = vec![0; causes.len()];
        for agent in (0..agents).filter(|&agent| plan.relevant[agent]) {
            if let Some(cause) = organization.cause_of(agent) {
                undrawn[cause] += 1;
            }
        }
        Self {
            plan,
            causes,
            work,
            factors: Vec::new(),
            factor_of: vec![None; agents],
            unread: readers(plan.graph(), &plan.relevant),
            undrawn,
            dependent: vec![0; causes.len()],
            held: 0,
            laws: vec![None; agents],
        }
    }

    /// The laws of the votes of the targets, one probability per value, the last one that of an abstention.
    pub(super) fn laws(mut self, targets: &[Node]) -> Result<Vec<Vec<f64>>, Unavailable> {
        for &agent in &self.plan.order {
            self.evaluate(agent)?;
        }
        Ok(targets.iter().map(|&target| self.law(target)).collect())
    }

    /// The law of an agent's vote over all causes.
    fn law(&self, agent: Node) -> Vec<f64> {
        // Causes leave the law of one fresh vote as it is.
        self.laws[agent].clone().unwrap_or_else(|| {
            let mut law = fresh_vote(self.plan.organization, agent, Given::Independent);
            law.push(0.0);
            law
        })
    }

    /// Finds the law of an agent's vote, and joins it to the votes that are still to be read.
    fn evaluate(&mut self, agent: Node) -> Result<(), Unavailable> {
        let reader = self.reader(agent)?;
        let joined = self.take(&reader.reading.factors);
        let causes = self.causes_of(&reader.reading, &joined);
        let tables = self.tables(&reader, &joined, &causes)?;
        for &fresh in &reader.reading.fresh {
            if let Some(cause) = self.plan.organization.cause_of(fresh) {
                self.undrawn[cause] -= 1;
            }
        }
        let mut layout = reader.reading.layout;
        if self.unread[agent] > 0 {
            layout.push(agent, self.plan.bits(agent));
        }
        if layout.bits() > 0 {
            self.keep(Factor { layout, causes, tables });
        }
        Ok(())
    }

    /// How an agent reads its inputs, which are counted as read.
    fn reader(&mut self, agent: Node) -> Result<AgentReader<'a>, Unavailable> {
        let (organization, graph) = (self.plan.organization, self.plan.graph());
        let incoming = graph.incoming(agent);
        let may_miss: Vec<bool> = incoming.iter().map(|&edge| self.plan.may_miss(edge)).collect();
        let answers = organization.answers().count();
        let channels: Vec<Transmission> =
            incoming.iter().map(|&edge| Transmission::new(organization.channel(edge), answers)).collect();
        Ok(AgentReader {
            agent,
            name: graph.name(agent),
            automaton: Automaton::new(organization, agent, &may_miss, self.work)?,
            coupling: self.gaussian_coupling(agent, &channels),
            channels,
            reading: self.reading(agent),
        })
    }

    /// Takes factors out of the frontier.
    fn take(&mut self, positions: &[usize]) -> Vec<Factor> {
        let factors: Vec<Factor> =
            positions.iter().filter_map(|&position| self.factors[position].take()).collect();
        for factor in &factors {
            self.held -= factor.states();
            factor.causes.iter().for_each(|&cause| self.dependent[cause] -= 1);
        }
        factors
    }

    /// The joint laws of an agent's vote and of those that are still to be read, for every combination of values of the causes. The
    /// mean law of the agent's vote alone is remembered.
    fn tables(
        &mut self,
        reader: &AgentReader<'_>,
        joined: &[Factor],
        causes: &[usize],
    ) -> Result<Vec<Table>, Unavailable> {
        let organization = self.plan.organization;
        let counts: Vec<usize> = causes.iter().map(|&cause| self.causes[cause].values.len()).collect();
        self.check_combinations(reader.agent, causes, &counts)?;
        let waits = self.unread[reader.agent] > 0;
        let other_bits = reader.reading.layout.bits();
        let mut law = vec![0.0; organization.answers().count() + 1];
        let (mut tables, mut held) = (Vec::new(), self.held);
        for combination in combinations(&counts) {
            let value_of = |cause: usize| causes.binary_search(&cause).map_or(0, |i| combination[i]);
            let given = |&fresh: &Node| {
                let cause = organization.cause_of(fresh);
                let value = |cause: usize| self.causes[cause].values[value_of(cause)].0;
                fresh_vote(organization, fresh, cause.map_or(Given::Independent, value))
            };
            let fresh: Vec<Vec<f64>> = reader.reading.fresh.iter().map(given).collect();
            let others: Vec<&Table> = joined.iter().map(|f| &f.tables[self.index(f, value_of)]).collect();
            let table = reader.run(&others, &fresh, self.work)?;
            let weights = causes.iter().map(|&cause| self.causes[cause].values[value_of(cause)].1);
            let weight: f64 = weights.product();
            for &(state, p) in &table {
                law[(state >> other_bits) as usize] += weight * p;
            }
            if waits || other_bits > 0 {
                held += table.len();
                if held > MOST_HELD {
                    return Err(Unavailable::Held { agent: reader.name.to_owned() });
                }
                tables.push(if waits { table } else { without_own(&table, other_bits) });
            }
        }
        self.laws[reader.agent] = Some(law);
        Ok(tables)
    }

    /// The steps of an agent's reading. Counts its inputs as read.
    fn reading(&mut self, agent: Node) -> Reading {
        let graph = self.plan.graph();
        let mut reader = Reader::default();
        for (input, sender) in graph.senders(agent).enumerate() {
            self.unread[sender] -= 1;
            let last = self.unread[sender] == 0;
            match self.factor_of[sender] {
                Some(position) => {
                    if let Some(factor) = &self.factors[position] {
                        reader.join(position, factor);
                    }
                    reader.read(input, sender, last);
                }
                None if last && !reader.holds(sender) => reader.read_fresh(input, sender),
                None => {
                    reader.draw(sender, self.plan.bits(sender));
                    reader.read(input, sender, last);
                }
            }
        }
        if self.plan.organization.bias(agent).is_some() {
            reader.own(agent);
        }
        reader.finish()
    }

    /// The causes on which a reading depends.
    fn causes_of(&self, reading: &Reading, joined: &[Factor]) -> Vec<usize> {
        let organization = self.plan.organization;
        let drawn = reading.fresh.iter().filter_map(|&fresh| organization.cause_of(fresh));
        // A cause of one value is none.
        let drawn = drawn.filter(|&cause| self.causes[cause].values.len() > 1);
        let mut causes: Vec<usize> =
            joined.iter().flat_map(|factor| factor.causes.iter().copied()).chain(drawn).collect();
        causes.sort_unstable();
        causes.dedup();
        causes
    }

    fn check_combinations(&self, agent: Node, causes: &[usize], counts: &[usize]) -> Result<(), Unavailable> {
        let combinations = counts.iter().fold(1, |all: u128, &count| all.saturating_mul(count as u128));
        if combinations <= MOST_COMBINATIONS as u128 {
            return Ok(());
        }
        let organization = self.plan.organization;
        let told: Vec<String> = causes.iter().map(|&cause| organization.causes()[cause].told()).collect();
        let agent = self.plan.graph().name(agent).to_owned();
        Err(Unavailable::Causes { agent, causes: told.join(" and "), combinations })
    }

    /// Which of a factor's tables belongs to the given values of its causes.
    fn index(&self, factor: &Factor, value_of: impl Fn(usize) -> usize) -> usize {
        factor
            .causes
            .iter()
            .fold(0, |index, &cause| index * self.causes[cause].values.len() + value_of(cause))
    }

    fn gaussian_coupling(&self, agent: Node, channels: &[Transmission]) -> Option<GaussianCoupling> {
        let EffectiveCoupling::Gaussian(factor) = EffectiveCoupling::new(self.plan.organization, agent)
        else {
            return None;
        };
        let senders = self.plan.graph().senders(agent);
        let received = |(sender, channel): (Node, &Transmission)| Received::new(channel, &self.law(sender));
        Some(GaussianCoupling::new(factor, senders.zip(channels).map(received).collect()))
    }

    /// Keeps a factor, averaged over the causes on which nothing else depends any more.
    fn keep(&mut self, factor: Factor) {
        let over = |&cause: &usize| self.undrawn[cause] == 0 && self.dependent[cause] == 0;
        let settled: Vec<usize> = factor.causes.iter().copied().filter(over).collect();
        let factor = settled.into_iter().fold(factor, |f, cause| f.averaged_over(cause, self.causes));
        self.held += factor.states();
        factor.causes.iter().for_each(|&cause| self.dependent[cause] += 1);
        for vote in factor.layout.agents() {
            self.factor_of[vote] = Some(self.factors.len());
        }
        self.factors.push(Some(factor));
    }
}

/// How one agent reads its inputs.
struct AgentReader<'a> {
    agent: Node,
    name: &'a str,
    automaton: Automaton,
    coupling: Option<GaussianCoupling>,
    /// By input received.
    channels: Vec<Transmission>,
    reading: Reading,
}

impl AgentReader<'_> {
    /// The joint law of the agent's vote and of those that are still to be read, given those of the factors that it joins and
    /// of the fresh votes that it draws.
    fn run(&self, others: &[&Table], fresh: &[Vec<f64>], work: &mut Work) -> Result<Table, Unavailable> {
        let situation = Situation {
            agent: self.name,
            automaton: &self.automaton,
            channels: &self.channels,
            tables: others,
            fresh,
        };
        match &self.coupling {
            None => self.reading.run(&situation, work),
            Some(coupling) => coupling.mean(&self.reading, &situation, work),
        }
    }
}

/// The law of the other votes alone.
fn without_own(table: &Table, other_bits: u32) -> Table {
    let mut sums = Sums::new(other_bits, table.len());
    table.iter().for_each(|&(state, p)| sums.add(state & ((1 << other_bits) - 1), p));
    sums.finish()
}
