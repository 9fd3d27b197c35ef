//! What an agent's rule has to remember of the inputs that it has heard.

use std::cmp::Ordering;

use sim_core::graph::Node;

use super::{Value, Votes, value_of};
use crate::organization::exact::graph::unavailable::Unavailable;
use crate::organization::graph::{
    Aggregator, Answers, Decision, Draws, IntegerWeights, Law, Organization, Tie, is_ahead, needed_weight,
};

const RIGHT: Value = 0;
const WRONG: Value = 1;

/// The rule of one agent.
pub(super) struct Deciding<'a> {
    decision: &'a Decision,
    answers: Answers,
    agent: &'a str,
    /// Weight of the inputs after each one.
    remaining: Vec<u64>,
}

/// What is remembered of the inputs heard so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum RuleState {
    /// Nothing was heard.
    Nothing,
    /// No further input can change the vote.
    Decided(Value),
    /// How much more right votes weigh than wrong ones; the first vote present, where a tie asks for it.
    Lead { lead: i64, first: Option<Value> },
    /// Weight of the votes by what they say.
    Weights(Vec<u64>),
    /// None of the votes present was accepted; one of them is held, each as likely.
    Held { present: u32, held: Value },
    /// The inputs themselves, for a rule of the user's own.
    Votes(Votes),
}

impl<'a> Deciding<'a> {
    /// The rule of an agent whose decision is this one.
    pub(super) fn new(organization: &'a Organization, agent: Node, decision: &'a Decision) -> Self {
        let remaining = match decision {
            Decision::Majority { weights, .. } => remaining(weights),
            _ => Vec::new(),
        };
        Self { decision, answers: organization.answers(), agent: organization.graph().name(agent), remaining }
    }

    fn missing(&self) -> Value {
        self.answers.count() as Value
    }

    /// Before the first input.
    pub(super) fn start(&self) -> RuleState {
        match self.decision {
            Decision::Majority { .. } => RuleState::Lead { lead: 0, first: None },
            // Of two answers only the difference counts, which has fewer states.
            Decision::Margin { .. } if self.answers.is_binary() => RuleState::Lead { lead: 0, first: None },
            Decision::Supermajority { .. } | Decision::Plurality { .. } | Decision::Margin { .. } => {
                RuleState::Weights(vec![0; self.answers.count()])
            }
            Decision::First => RuleState::Nothing,
            Decision::BestOf { .. } => RuleState::Held { present: 0, held: self.missing() },
            Decision::Custom(_) => RuleState::Votes(Votes::default()),
        }
    }

    /// Hears one input: the ways to go on, with their probabilities.
    pub(super) fn read(&self, state: &RuleState, input: usize, value: Value) -> Vec<(f64, RuleState)> {
        if let RuleState::Votes(votes) = state {
            return vec![(1.0, RuleState::Votes(votes.push(value, self.answers.count())))];
        }
        if value == self.missing() {
            return vec![(1.0, state.clone())];
        }
        let next = match (state, self.decision) {
            (&RuleState::Lead { lead, first }, Decision::Majority { weights, tie }) => {
                let weight = weights.of()[input] as i64;
                let lead = if value == RIGHT { lead + weight } else { lead - weight };
                if lead.unsigned_abs() > self.remaining[input] {
                    RuleState::Decided(if lead > 0 { RIGHT } else { WRONG })
                } else {
                    let asked = *tie == Tie::First;
                    RuleState::Lead { lead, first: asked.then(|| first.unwrap_or(value)) }
                }
            }
            (&RuleState::Lead { lead, .. }, Decision::Margin { margin }) => {
                let lead = if value == RIGHT { lead + 1 } else { lead - 1 };
                if lead.unsigned_abs() >= u64::from(*margin) {
                    RuleState::Decided(value)
                } else {
                    RuleState::Lead { lead, first: None }
                }
            }
            (RuleState::Weights(sums), Decision::Margin { margin }) => {
                let mut sums = sums.clone();
                sums[usize::from(value)] += 1;
                if is_ahead(&sums, usize::from(value), *margin) {
                    RuleState::Decided(value)
                } else {
                    RuleState::Weights(sums)
                }
            }
            (
                RuleState::Weights(sums),
                Decision::Supermajority { weights, .. } | Decision::Plurality { weights },
            ) => {
                let mut sums = sums.clone();
                sums[usize::from(value)] += weights.of()[input];
                RuleState::Weights(sums)
            }
            (&RuleState::Held { present, held }, &Decision::BestOf { true_positive, false_positive }) => {
                let accepted = if value == RIGHT { true_positive } else { false_positive };
                let rejected = 1.0 - accepted;
                let taken = 1.0 / f64::from(present + 1);
                let with = |held| RuleState::Held { present: present + 1, held };
                let ways = [
                    (accepted, RuleState::Decided(value)),
                    (rejected * taken, with(value)),
                    (rejected * (1.0 - taken), with(held)),
                ];
                return ways.into_iter().filter(|way| way.0 > 0.0).collect();
            }
            (RuleState::Nothing, _) => RuleState::Decided(value),
            _ => state.clone(),
        };
        vec![(1.0, next)]
    }

    /// The law of the vote after the last input, as the values that are possible and their probabilities.
    pub(super) fn verdict(&self, state: &RuleState) -> Result<Vec<(Value, f64)>, Unavailable> {
        let certain = |value| vec![(value, 1.0)];
        let fair = || vec![(RIGHT, 0.5), (WRONG, 0.5)];
        Ok(match (state, self.decision) {
            (&RuleState::Decided(value), _) => certain(value),
            (RuleState::Nothing, _) => certain(self.missing()),
            (&RuleState::Held { held, .. }, _) => certain(held),
            (&RuleState::Lead { lead, first }, Decision::Majority { tie, .. }) => match lead.cmp(&0) {
                Ordering::Greater => certain(RIGHT),
                Ordering::Less => certain(WRONG),
                Ordering::Equal => match tie {
                    Tie::Fair => fair(),
                    Tie::Abstain => certain(self.missing()),
                    Tie::First => first.map_or_else(fair, certain),
                    Tie::Wrong => certain(WRONG),
                },
            },
            (&RuleState::Lead { lead, .. }, _) => match lead.cmp(&0) {
                Ordering::Greater => certain(RIGHT),
                Ordering::Less => certain(WRONG),
                Ordering::Equal => fair(),
            },
            (RuleState::Weights(sums), Decision::Supermajority { threshold, .. }) => {
                let needed = needed_weight(*threshold, sums.iter().sum());
                let leader = sums.iter().position(|&sum| sum >= needed);
                certain(leader.map_or(self.missing(), |leader| leader as Value))
            }
            (RuleState::Weights(sums), _) => {
                let most = sums.iter().copied().max().unwrap_or(0);
                let leading = || (0..self.missing()).filter(|&answer| sums[usize::from(answer)] == most);
                let share = 1.0 / leading().count() as f64;
                leading().map(|answer| (answer, share)).collect()
            }
            (&RuleState::Votes(votes), Decision::Custom(rule)) => self.custom(rule.as_ref(), votes)?,
            _ => Vec::new(),
        })
    }

    /// The law that a rule of the user's own states, or the vote that it casts without drawing.
    fn custom(&self, rule: &dyn Aggregator, votes: Votes) -> Result<Vec<(Value, f64)>, Unavailable> {
        let count = self.answers.count();
        let votes = votes.list(count);
        if let Some(law) = rule.law(&votes) {
            return self.stated(&law);
        }
        let mut draws = Draws::probe();
        let vote = rule.decide(&votes, &mut draws);
        if draws.drawn() {
            return Err(Unavailable::Draws {
                agent: self.agent.to_owned(),
                rule: "aggregator",
                hint: " and states no law",
            });
        }
        Ok(vec![(value_of(vote.map(|answer| self.answers.known(answer)), count), 1.0)])
    }

    fn stated(&self, law: &Law) -> Result<Vec<(Value, f64)>, Unavailable> {
        let count = self.answers.count();
        let chances = || law.answers.iter().copied().chain([law.abstention]);
        let sum: f64 = chances().sum();
        let is_law = chances().all(|p| p >= 0.0) && (sum - 1.0).abs() <= 1e-9;
        if law.answers.len() != count || !is_law {
            let (agent, found) = (self.agent.to_owned(), format!("{law:?}"));
            return Err(Unavailable::NoVoteLaw { agent, found, answers: count });
        }
        let values = (0..).zip(chances());
        Ok(values.filter(|&(_, p)| p > 0.0).map(|(value, p)| (value, p / sum)).collect())
    }
}

/// Weight of all inputs after each one.
fn remaining(weights: &IntegerWeights) -> Vec<u64> {
    let after = |left: &mut u64, weight: &u64| {
        *left -= weight;
        Some(*left)
    };
    weights.of().iter().scan(weights.total(), after).collect()
}
