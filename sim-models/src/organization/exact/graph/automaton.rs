//! How an agent reads its inputs, as an automaton: one input after the other, remembering only what coupling and rule still
//! need. A majority remembers a difference of weights, not which vote was which, so that a thousand votes have about a thousand
//! states.

mod coupling;
mod rule;

use std::collections::HashMap;

use sim_core::graph::Node;

use self::coupling::{CouplingState, Read, Reading};
use self::rule::{Deciding, RuleState};
use super::table::bits_for;
use super::unavailable::{MOST_REMEMBERED, Unavailable, Work};
use crate::organization::effective::EffectiveCoupling;
use crate::organization::graph::{Answer, Organization};

/// Finding one move takes as long as this many steps along known ones; it also limits memory.
const STEPS_PER_MOVE: usize = 32;

/// A vote as a number: that of the answer, or the number of answers for a missing one.
pub(super) type Value = u8;

/// A vote of `answers` possible answers as a number.
pub(super) fn value_of(vote: Option<Answer>, answers: usize) -> Value {
    vote.map_or(answers as Value, |answer| answer.index() as Value)
}

/// The vote of this number.
pub(super) fn vote_of(value: Value, answers: usize) -> Option<Answer> {
    (usize::from(value) < answers).then(|| Answer::number(value))
}

/// Votes in their order, for rules of the user's own, packed into a number. Where all answers are possible, as they are taken to
/// be, more votes than it holds have more states than are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Votes {
    packed: u64,
    count: u8,
}

impl Votes {
    fn push(self, value: Value, answers: usize) -> Self {
        let packed = self.packed << bits_for(answers + 1) | u64::from(value);
        Self { packed, count: self.count + 1 }
    }

    fn list(self, answers: usize) -> Vec<Option<Answer>> {
        let bits = bits_for(answers + 1);
        let value = |i| (self.packed >> (bits * u32::from(i)) & ((1 << bits) - 1)) as Value;
        (0..self.count).rev().map(|i| vote_of(value(i), answers)).collect()
    }
}

/// The automaton of one agent. It does not depend on how likely any input is.
#[derive(Debug)]
pub(super) struct Automaton {
    /// States before the first input, with their weights.
    pub(super) start: Vec<(u32, f64)>,
    /// One step per input received, in the order of the channels, then one for the agent's own vote if it has one.
    pub(super) steps: Vec<Step>,
    /// By state after the last input: the law of the vote, as the values that are possible and their probabilities.
    pub(super) verdicts: Vec<Vec<(Value, f64)>>,
}

/// What one input does to the states.
#[derive(Debug)]
pub(super) struct Step {
    values: usize,
    /// By state and value, in this order: where its moves begin.
    starts: Vec<u32>,
    moves: Vec<(u32, f64)>,
    /// Number of states afterwards.
    pub(super) states: usize,
}

impl Step {
    /// The states that follow on a state and a value, with their weights.
    pub(super) fn moves(&self, state: u32, value: Value) -> &[(u32, f64)] {
        let index = state as usize * self.values + usize::from(value);
        &self.moves[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

/// What is remembered while the inputs are read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    coupling: CouplingState,
    rule: RuleState,
}

/// Numbers states in the order in which they are met.
#[derive(Default)]
struct Numbers {
    of: HashMap<State, u32>,
    states: Vec<State>,
}

impl Numbers {
    fn number(&mut self, state: State) -> u32 {
        let next = self.states.len() as u32;
        *self.of.entry(state).or_insert_with_key(|state| {
            self.states.push(state.clone());
            next
        })
    }
}

impl Automaton {
    /// The automaton of an agent that decides. `may_miss` says of each channel whether its vote can be missing.
    pub(super) fn new(
        organization: &Organization,
        agent: Node,
        may_miss: &[bool],
        work: &mut Work,
    ) -> Result<Self, Unavailable> {
        let name = organization.graph().name(agent);
        let answers = organization.answers();
        let (values, own) = (answers.count() + 1, organization.bias(agent).is_some());
        let reading = Reading::new(EffectiveCoupling::new(organization, agent), answers, name);
        let Some(decision) = organization.decision(agent) else {
            return Ok(Self { start: Vec::new(), steps: Vec::new(), verdicts: Vec::new() });
        };
        let rule = Deciding::new(organization, agent, decision);
        let fan_in = may_miss.len();

        let mut states = Numbers::default();
        let start = reading
            .start()
            .into_iter()
            .map(|(coupling, weight)| (states.number(State { coupling, rule: rule.start() }), weight));
        let start = start.collect();
        let mut before = states.states;
        let mut steps = Vec::with_capacity(fan_in + usize::from(own));
        for input in 0..fan_in + usize::from(own) {
            let mut after = Numbers::default();
            let (mut starts, mut moves) = (vec![0], Vec::new());
            for state in &before {
                if after.states.len() > MOST_REMEMBERED {
                    return Err(Unavailable::Remembered { agent: name.to_owned() });
                }
                for value in 0..values as Value {
                    if usize::from(value) < answers.count() || may_miss.get(input) == Some(&true) {
                        // An agent's own vote, which stands last, is not coupled.
                        let read = if input < fan_in {
                            reading.read(&state.coupling, value)
                        } else {
                            vec![(1.0, state.coupling.clone(), Some(value))]
                        };
                        for (weight, state) in heard(state, read, &rule, input) {
                            if input + 1 == fan_in {
                                let closed = reading.close(state, &rule)?;
                                moves.extend(closed.into_iter().map(|(w, s)| (after.number(s), weight * w)));
                            } else {
                                moves.push((after.number(state), weight));
                            }
                        }
                    }
                    starts.push(moves.len() as u32);
                }
            }
            work.take(STEPS_PER_MOVE * moves.len() + starts.len(), name)?;
            steps.push(Step { values, starts, moves, states: after.states.len() });
            before = after.states;
        }
        let verdicts = before.iter().map(|state| rule.verdict(&state.rule)).collect::<Result<_, _>>()?;
        Ok(Self { start, steps, verdicts })
    }
}

/// The states in which the rule has heard what one vote became.
fn heard(state: &State, read: Vec<Read>, rule: &Deciding<'_>, input: usize) -> Vec<(f64, State)> {
    let mut states = Vec::with_capacity(read.len());
    for (weight, coupling, heard) in read {
        match heard {
            None => states.push((weight, State { coupling, rule: state.rule.clone() })),
            Some(value) => {
                let next = rule.read(&state.rule, input, value).into_iter();
                states.extend(next.map(|(w, rule)| (weight * w, State { coupling: coupling.clone(), rule })));
            }
        }
    }
    states
}
