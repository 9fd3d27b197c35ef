//! Joint laws of votes that are still to be read.

use sim_core::graph::Node;

use super::automaton::Value;
use super::cause::CauseValues;
use super::table::{Sums, Table};

/// Where votes stand in a joint state, a number in which each has some bits.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    votes: Vec<(Node, u32)>,
}

/// Where one vote stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    shift: u32,
    bits: u32,
}

impl Place {
    /// Number of its bits.
    pub(super) fn bits(self) -> u32 {
        self.bits
    }

    /// The vote's value in a state.
    pub(super) fn value(self, state: u64) -> Value {
        ((state >> self.shift) & ((1 << self.bits) - 1)) as Value
    }

    /// The state without the vote.
    pub(super) fn without(self, state: u64) -> u64 {
        let low = state & ((1 << self.shift) - 1);
        low | (state >> (self.shift + self.bits)) << self.shift
    }
}

impl Layout {
    /// Number of bits of a state.
    pub(super) fn bits(&self) -> u32 {
        self.votes.iter().map(|vote| vote.1).sum()
    }

    /// Adds a vote of so many bits above the others.
    pub(super) fn push(&mut self, agent: Node, bits: u32) -> Place {
        let shift = self.bits();
        self.votes.push((agent, bits));
        Place { shift, bits }
    }

    /// Adds the votes of another layout above these.
    pub(super) fn extend(&mut self, other: &Self) {
        self.votes.extend(&other.votes);
    }

    /// Where an agent's vote stands.
    pub(super) fn find(&self, agent: Node) -> Option<Place> {
        let mut shift = 0;
        for &(known, bits) in &self.votes {
            if known == agent {
                return Some(Place { shift, bits });
            }
            shift += bits;
        }
        None
    }

    /// Takes an agent's vote out.
    pub(super) fn remove(&mut self, agent: Node) {
        self.votes.retain(|vote| vote.0 != agent);
    }

    /// The agents whose votes it holds.
    pub(super) fn agents(&self) -> impl Iterator<Item = Node> {
        self.votes.iter().map(|vote| vote.0)
    }
}

/// The joint law of some votes given the causes that they depend on. Factors are independent of each other, given the causes.
#[derive(Debug)]
pub(super) struct Factor {
    pub(super) layout: Layout,
    /// The causes, by increasing position.
    pub(super) causes: Vec<usize>,
    /// The law for every combination of values of the causes; the last cause changes fastest.
    pub(super) tables: Vec<Table>,
}

impl Factor {
    /// Number of states, over all values of the causes.
    pub(super) fn states(&self) -> usize {
        self.tables.iter().map(Vec::len).sum()
    }

    /// The same law, averaged over one of the causes.
    pub(super) fn averaged_over(self, cause: usize, causes: &[CauseValues]) -> Self {
        let Some(position) = self.causes.iter().position(|&known| known == cause) else { return self };
        let values = &causes[cause].values;
        let inner: usize = self.causes[position + 1..].iter().map(|&c| causes[c].values.len()).product();
        let outer = self.tables.len() / (inner * values.len());
        let bits = self.layout.bits();
        let mut tables = Vec::with_capacity(outer * inner);
        for outer in 0..outer {
            for inner_index in 0..inner {
                let table = |value: usize| &self.tables[(outer * values.len() + value) * inner + inner_index];
                let expected = (0..values.len()).map(|value| table(value).len()).sum();
                let mut sums = Sums::new(bits, expected);
                for (value, &(_, weight)) in values.iter().enumerate() {
                    table(value).iter().for_each(|&(state, p)| sums.add(state, weight * p));
                }
                tables.push(sums.finish());
            }
        }
        let causes = self.causes.into_iter().filter(|&known| known != cause).collect();
        Self { layout: self.layout, causes, tables }
    }
}

/// All combinations of the values of some causes, as indices into their values; the last cause changes fastest.
pub(super) fn combinations(counts: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let total: usize = counts.iter().product();
    (0..total).map(move |mut index| {
        let mut indices = vec![0; counts.len()];
        for (slot, &count) in indices.iter_mut().zip(counts).rev() {
            *slot = index % count;
            index /= count;
        }
        indices
    })
}
