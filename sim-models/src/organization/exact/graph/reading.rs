//! How one agent's vote follows from the votes that are still to be read.

use std::collections::HashSet;

use sim_core::graph::Node;

use super::automaton::{Automaton, Value};
use super::channel::Transmission;
use super::factor::{Factor, Layout, Place};
use super::table::{Sums, Table, bits_for};
use super::unavailable::{MOST_STATES, Unavailable, Work};

/// What a reading takes besides, in steps.
const STEPS_PER_RUN: usize = 100;

/// Most bits of a joint state; the number of states is limited further.
const MOST_BITS: u32 = 40;

/// The steps from the law of the votes that an agent reads to that of its own vote.
#[derive(Debug)]
pub(super) struct Reading {
    ops: Vec<Op>,
    /// The votes that are still to be read afterwards, without the agent's own.
    pub(super) layout: Layout,
    /// The factors that it joins, as positions.
    pub(super) factors: Vec<usize>,
    /// The agents whose fresh votes it draws, in this order.
    pub(super) fresh: Vec<Node>,
}

#[derive(Debug)]
enum Op {
    /// Joins the factor at this place among [`Reading::factors`].
    Join { factor: usize, bits: u32 },
    /// Draws a fresh vote that will be read again.
    Draw { fresh: usize, bits: u32 },
    /// Reads an input that is drawn for this agent alone.
    ReadFresh { input: usize, fresh: usize },
    /// Reads an input, for the last time or not.
    Read { input: usize, place: Place, last: bool },
    /// Draws the agent's own fresh vote.
    Own { fresh: usize },
}

/// What is given in one combination of causes.
pub(super) struct Situation<'a> {
    pub(super) agent: &'a str,
    pub(super) automaton: &'a Automaton,
    /// By input received: its channel.
    pub(super) channels: &'a [Transmission],
    /// The laws of the factors that are joined.
    pub(super) tables: &'a [&'a Table],
    /// The laws of the fresh votes that are drawn.
    pub(super) fresh: &'a [Vec<f64>],
}

/// Collects the steps of a reading.
#[derive(Debug, Default)]
pub(super) struct Reader {
    ops: Vec<Op>,
    layout: Layout,
    factors: Vec<usize>,
    joined: HashSet<usize>,
    fresh: Vec<Node>,
}

impl Reader {
    /// Whether a vote stands among those that wait.
    pub(super) fn holds(&self, agent: Node) -> bool {
        self.layout.find(agent).is_some()
    }

    /// Joins a factor, if it was not joined before.
    pub(super) fn join(&mut self, position: usize, factor: &Factor) {
        if self.joined.insert(position) {
            self.ops.push(Op::Join { factor: self.factors.len(), bits: factor.layout.bits() });
            self.factors.push(position);
            self.layout.extend(&factor.layout);
        }
    }

    /// Draws a fresh vote that several channels carry, if it was not drawn before.
    pub(super) fn draw(&mut self, agent: Node, bits: u32) {
        if self.layout.find(agent).is_none() {
            self.ops.push(Op::Draw { fresh: self.fresh.len(), bits });
            self.fresh.push(agent);
            self.layout.push(agent, bits);
        }
    }

    /// Reads a fresh vote that nobody else reads.
    pub(super) fn read_fresh(&mut self, input: usize, agent: Node) {
        self.ops.push(Op::ReadFresh { input, fresh: self.fresh.len() });
        self.fresh.push(agent);
    }

    /// Reads a vote that stands in the layout.
    pub(super) fn read(&mut self, input: usize, agent: Node, last: bool) {
        if let Some(place) = self.layout.find(agent) {
            self.ops.push(Op::Read { input, place, last });
            if last {
                self.layout.remove(agent);
            }
        }
    }

    /// Draws the agent's own fresh vote, the last input.
    pub(super) fn own(&mut self, agent: Node) {
        self.ops.push(Op::Own { fresh: self.fresh.len() });
        self.fresh.push(agent);
    }

    pub(super) fn finish(self) -> Reading {
        Reading { ops: self.ops, layout: self.layout, factors: self.factors, fresh: self.fresh }
    }
}

impl Reading {
    /// The joint law of the votes that are still to be read and, above them in the state, of the agent's vote.
    pub(super) fn run(&self, situation: &Situation<'_>, work: &mut Work) -> Result<Table, Unavailable> {
        work.take(STEPS_PER_RUN + self.ops.len(), situation.agent)?;
        let mut progress = Progress::new(situation, work);
        for op in &self.ops {
            match *op {
                Op::Join { factor, bits } => progress.join(situation.tables[factor], bits)?,
                Op::Draw { fresh, bits } => {
                    let law = (0..).zip(situation.fresh[fresh].iter().copied());
                    progress.join(&law.filter(|vote| vote.1 > 0.0).collect(), bits)?;
                }
                Op::ReadFresh { input, fresh } => {
                    let law = situation.channels[input].received_of(&situation.fresh[fresh]);
                    progress.read(progress.bits, |live| (law.as_slice(), live))?;
                }
                Op::Read { input, place, last } => {
                    let channel = &situation.channels[input];
                    let bits = progress.bits - if last { place.bits() } else { 0 };
                    progress.read(bits, |live| {
                        let rest = if last { place.without(live) } else { live };
                        (channel.received(place.value(live)), rest)
                    })?;
                }
                Op::Own { fresh } => progress.read(progress.bits, |live| (&situation.fresh[fresh], live))?,
            }
        }
        progress.verdicts()
    }
}

/// A reading under way: joint states of the votes that are still to be read and, in the lowest bits, of the automaton.
struct Progress<'a> {
    situation: &'a Situation<'a>,
    work: &'a mut Work,
    table: Table,
    /// Bits of the votes.
    bits: u32,
    /// Bits of the automaton's state.
    automaton_bits: u32,
    inputs_read: usize,
}

impl<'a> Progress<'a> {
    fn new(situation: &'a Situation<'a>, work: &'a mut Work) -> Self {
        let start = &situation.automaton.start;
        let table = start.iter().map(|&(state, weight)| (u64::from(state), weight)).collect();
        Self { situation, work, table, bits: 0, automaton_bits: bits_for(start.len()), inputs_read: 0 }
    }

    fn too_many(&self) -> Unavailable {
        Unavailable::States { agent: self.situation.agent.to_owned() }
    }

    /// Adds independent votes of so many bits.
    fn join(&mut self, other: &Table, bits: u32) -> Result<(), Unavailable> {
        let count = self.table.len().saturating_mul(other.len());
        if count > MOST_STATES || self.bits + bits + self.automaton_bits > MOST_BITS {
            return Err(self.too_many());
        }
        self.work.take(count, self.situation.agent)?;
        let shift = self.bits + self.automaton_bits;
        let mut table = Vec::with_capacity(count);
        for &(votes, q) in other {
            table.extend(self.table.iter().map(|&(state, p)| (state | votes << shift, p * q)));
        }
        self.table = table;
        self.bits += bits;
        Ok(())
    }

    /// Reads the next input. `received` gives the law of what arrives, given the votes that are still to be read, and those
    /// that remain so; they then have `bits` bits.
    fn read<'b>(&mut self, bits: u32, received: impl Fn(u64) -> (&'b [f64], u64)) -> Result<(), Unavailable> {
        let step = &self.situation.automaton.steps[self.inputs_read];
        let automaton_bits = bits_for(step.states);
        if bits + automaton_bits > MOST_BITS {
            return Err(self.too_many());
        }
        let mut sums = Sums::new(bits + automaton_bits, 2 * self.table.len());
        let mask = (1 << self.automaton_bits) - 1;
        for &(state, p) in &self.table {
            let (law, votes) = received(state >> self.automaton_bits);
            for (value, &chance) in (0..).zip(law) {
                if chance > 0.0 {
                    for &(next, weight) in step.moves((state & mask) as u32, value) {
                        sums.add(votes << automaton_bits | u64::from(next), p * chance * weight);
                    }
                }
            }
        }
        self.finish(sums)?;
        self.bits = bits;
        self.automaton_bits = automaton_bits;
        self.inputs_read += 1;
        Ok(())
    }

    fn finish(&mut self, sums: Sums) -> Result<(), Unavailable> {
        self.work.take(self.table.len() + sums.steps(), self.situation.agent)?;
        self.table = sums.finish();
        if self.table.len() > MOST_STATES { Err(self.too_many()) } else { Ok(()) }
    }

    /// Puts the agent's vote in the place of the automaton's state, above the other votes.
    fn verdicts(mut self) -> Result<Table, Unavailable> {
        let mut sums = Sums::new(self.bits + Value::BITS, self.table.len());
        for &(state, p) in &self.table {
            let votes = state >> self.automaton_bits;
            let last = state & ((1 << self.automaton_bits) - 1);
            for &(value, chance) in &self.situation.automaton.verdicts[last as usize] {
                sums.add(votes | u64::from(value) << self.bits, p * chance);
            }
        }
        self.finish(sums)?;
        Ok(self.table)
    }
}
