//! How an agent decides, in every lane at once.

use std::sync::Arc;

use sim_core::graph::Node;
use sim_core::lanes::{Lanes, Mask, Outlined, Source, WeightCounter, majority};

use super::run::{self, Ballot};
use crate::organization::NotSampled;
use crate::organization::accuracies::CoupledAccuracies;
use crate::organization::graph::{Aggregator, Decision, IntegerWeights, Organization, Tie, needed_weight};
use crate::organization::lanes::selector::Selector;
use crate::organization::scalar::OneTrialRules;

/// Sums of present weights that a supermajority is looked up for, at most.
const MOST_LOOKED_UP: u64 = 256;

/// A decision, prepared for lanes.
#[derive(Clone, Debug)]
pub(super) enum LaneRule {
    /// The only input.
    Only,
    /// More than half of an odd number of equal votes, none of them missing.
    PlainMajority,
    /// More than half of the weight.
    Majority { weights: IntegerWeights, tie: Tie },
    /// At least a share of the weight present.
    Supermajority { weights: IntegerWeights, threshold: f64 },
    /// The first answer ahead by so many votes, no more than there are; else more than half, with fair ties.
    Margin { margin: usize },
    /// The first input present.
    First,
    /// The first input that a verifier accepts, else a uniformly chosen one; no input is missing.
    BestOf { right: Mask, wrong: Mask, any: Selector },
    /// A user's rule that knows words of 64 trials.
    Words(Arc<dyn Aggregator>),
    /// Trial by trial.
    OneByOne(Box<OneTrialRules>),
}

impl LaneRule {
    /// `missing`: votes received may be.
    pub(super) fn new(
        organization: &Organization,
        agent: Node,
        accuracies: &CoupledAccuracies,
        missing: bool,
    ) -> Result<Self, NotSampled> {
        let Some(decision) = organization.decision(agent) else { return Ok(Self::Only) };
        let inputs = organization.inputs(agent);
        Ok(match decision {
            Decision::Majority { weights, .. }
                if !missing && inputs % 2 == 1 && weights.are_equal() && weights.total() > 0 =>
            {
                Self::PlainMajority
            }
            Decision::Majority { weights, tie } => Self::Majority { weights: weights.clone(), tie: *tie },
            // Two answers: the one with more weight, else a fair coin.
            Decision::Plurality { weights } => Self::Majority { weights: weights.clone(), tie: Tie::Fair },
            Decision::Supermajority { weights, threshold }
                if !missing || weights.total() <= MOST_LOOKED_UP =>
            {
                Self::Supermajority { weights: weights.clone(), threshold: *threshold }
            }
            // A margin that cannot be reached decides nothing before the end.
            Decision::Margin { margin } if *margin as usize > inputs => {
                Self::Majority { weights: IntegerWeights::equal(inputs), tie: Tie::Fair }
            }
            Decision::Margin { margin } => Self::Margin { margin: *margin as usize },
            Decision::First => Self::First,
            Decision::BestOf { true_positive, false_positive } if !missing => Self::BestOf {
                right: Mask::new(*true_positive)?,
                wrong: Mask::new(*false_positive)?,
                any: Selector::new(inputs)?,
            },
            Decision::Custom(rule) if rule.words().is_some() => Self::Words(Arc::clone(rule)),
            Decision::Custom(_) | Decision::Supermajority { .. } | Decision::BestOf { .. } => {
                Self::OneByOne(Box::new(OneTrialRules::new(organization, agent, accuracies)))
            }
        })
    }

    pub(super) fn is_one_by_one(&self) -> bool {
        matches!(self, Self::OneByOne(_))
    }

    /// Vectors of room that it needs.
    pub(super) fn room(&self, inputs: usize) -> usize {
        match self {
            Self::BestOf { .. } => inputs,
            Self::Margin { margin } => 2 * margin - 1,
            _ => 0,
        }
    }

    /// The votes decided. Where an input is missing its bit in `votes` has no meaning; `present` is empty where none ever is.
    #[inline(always)]
    pub(super) fn decide<'a, L: Lanes>(
        &self,
        votes: &[L],
        present: &[L],
        room: &mut [L],
        source: Source<'a, L>,
    ) -> (Ballot<L>, Source<'a, L>) {
        match self {
            Self::Only => (Ballot::certain(votes[0]), source),
            Self::PlainMajority => match votes {
                [a, b, c] => (Ballot::certain(L::majority(*a, *b, *c)), source),
                votes => (Ballot::certain(L::outline(PlainMajority(votes))), source),
            },
            rule => L::outline(Decide { rule, votes, present, room, source }),
        }
    }

    #[inline(always)]
    fn decide_here<L: Lanes>(
        &self,
        votes: &[L],
        present: &[L],
        room: &mut [L],
        source: &mut Source<'_, L>,
    ) -> Ballot<L> {
        match self {
            Self::Only => Ballot::certain(votes[0]),
            Self::PlainMajority => Ballot::certain(majority(votes)),
            Self::Majority { weights, tie } => {
                let (more, even) = compare(weights, votes, present);
                resolve(*tie, more, even, votes, present, source)
            }
            Self::Supermajority { weights, threshold } => supermajority(weights, *threshold, votes, present),
            Self::Margin { margin } => {
                let (more, even) = race(*margin, votes, present, room);
                resolve(Tie::Fair, more, even, votes, present, source)
            }
            Self::First => first(votes, present),
            Self::BestOf { right, wrong, any } => {
                room[..votes.len()].copy_from_slice(votes);
                let mut result = any.choose(room, source);
                // From the last to the first: the first accepted one has the last word.
                for &vote in votes.iter().rev() {
                    let accepted = vote.select(source.mask(right), source.mask(wrong));
                    result = accepted.select(vote, result);
                }
                Ballot::certain(result)
            }
            Self::Words(rule) => run::decide_words(rule.as_ref(), votes, present, source),
            Self::OneByOne(rules) => run::decide_one_by_one(rules, votes, present, source),
        }
    }
}

/// The majority of an odd number of votes, in a function of its own.
struct PlainMajority<'a, L>(&'a [L]);

impl<L: Lanes> Outlined for PlainMajority<'_, L> {
    type Output = L;

    #[inline(always)]
    fn run(self) -> L {
        majority(self.0)
    }
}

/// A decision, in a function of its own.
struct Decide<'a, 'b, L> {
    rule: &'b LaneRule,
    votes: &'b [L],
    present: &'b [L],
    room: &'b mut [L],
    source: Source<'a, L>,
}

impl<'a, L: Lanes> Outlined for Decide<'a, '_, L> {
    type Output = (Ballot<L>, Source<'a, L>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { rule, votes, present, room, mut source } = self;
        let ballot = rule.decide_here(votes, present, room, &mut source);
        (ballot, source)
    }
}

/// Where right votes weigh more than wrong ones, and where they weigh the same.
#[inline(always)]
fn compare<L: Lanes>(weights: &IntegerWeights, votes: &[L], present: &[L]) -> (L, L) {
    let total = weights.total();
    let mut right = WeightCounter::new(total);
    if present.is_empty() {
        count(&mut right, weights, votes);
        let even = if total.is_multiple_of(2) { right.equals(total / 2) } else { L::splat(false) };
        return (right.at_least(total / 2 + 1), even);
    }
    let mut wrong = WeightCounter::new(total);
    for ((&vote, &here), &weight) in votes.iter().zip(present).zip(weights.of()) {
        right.add_weighted(vote.and(here), weight);
        wrong.add_weighted(here.and_not(vote), weight);
    }
    right.compare(&wrong)
}

/// Where right votes are the first to be ahead by `margin`, or ahead at the end; and where nobody is ahead at the end.
///
/// `room` says of every lead from `1 - margin` to `margin - 1` in which lanes it holds; lanes that are decided are in none.
#[inline(always)]
fn race<L: Lanes>(margin: usize, votes: &[L], present: &[L], room: &mut [L]) -> (L, L) {
    let none = L::splat(false);
    let leads = &mut room[..2 * margin - 1];
    leads.fill(none);
    leads[margin - 1] = none.not();
    let mut won = none;
    for (input, &vote) in votes.iter().enumerate() {
        let here = present.get(input).copied().unwrap_or(none.not());
        let (up, down) = (here.and(vote), here.and_not(vote));
        won = won.or(leads[2 * margin - 2].and(up));
        let mut below = none;
        for lead in 0..leads.len() {
            let now = leads[lead];
            let above = leads.get(lead + 1).copied().unwrap_or(none);
            leads[lead] = now.and_not(here).or(below.and(up)).or(above.and(down));
            below = now;
        }
    }
    let ahead = leads[margin..].iter().fold(won, |ahead, &lead| ahead.or(lead));
    (ahead, leads[margin - 1])
}

#[inline(always)]
fn count<L: Lanes>(counter: &mut WeightCounter<L>, weights: &IntegerWeights, votes: &[L]) {
    if weights.are_equal() && weights.of().first() == Some(&1) {
        counter.add_all(votes);
    } else {
        for (&vote, &weight) in votes.iter().zip(weights.of()) {
            counter.add_weighted(vote, weight);
        }
    }
}

/// What a majority comes to where the votes are even.
#[inline(always)]
fn resolve<L: Lanes>(
    tie: Tie,
    more: L,
    even: L,
    votes: &[L],
    present: &[L],
    source: &mut Source<'_, L>,
) -> Ballot<L> {
    match tie {
        _ if even.is_zero() => Ballot::certain(more),
        Tie::Fair => Ballot::certain(even.select(source.fair(), more)),
        Tie::Wrong => Ballot::certain(more),
        Tie::Abstain => Ballot { right: more, present: even.not() },
        Tie::First => {
            let first = first(votes, present);
            let lead = first.present.select(first.right, source.fair());
            Ballot::certain(even.select(lead, more))
        }
    }
}

#[inline(always)]
fn first<L: Lanes>(votes: &[L], present: &[L]) -> Ballot<L> {
    if present.is_empty() {
        return Ballot::certain(votes[0]);
    }
    let (mut right, mut found) = (L::splat(false), L::splat(false));
    for (&vote, &here) in votes.iter().zip(present) {
        right = right.or(vote.and(here).and_not(found));
        found = found.or(here);
    }
    Ballot { right, present: found }
}

#[inline(always)]
fn supermajority<L: Lanes>(
    weights: &IntegerWeights,
    threshold: f64,
    votes: &[L],
    present: &[L],
) -> Ballot<L> {
    let total = weights.total();
    let mut right = WeightCounter::new(total);
    if present.is_empty() {
        count(&mut right, weights, votes);
        let needed = needed_weight(threshold, total);
        let won = right.at_least(needed);
        // Wrong votes weigh enough where right ones weigh at most the rest.
        let lost = right.at_least(total + 1 - needed).not();
        return agreed(won, lost, total);
    }
    let (mut wrong, mut all) = (WeightCounter::new(total), WeightCounter::new(total));
    for ((&vote, &here), &weight) in votes.iter().zip(present).zip(weights.of()) {
        right.add_weighted(vote.and(here), weight);
        wrong.add_weighted(here.and_not(vote), weight);
        all.add_weighted(here, weight);
    }
    let (mut won, mut lost) = (L::splat(false), L::splat(false));
    for here in 1..=total {
        let needed = needed_weight(threshold, here);
        let this = all.equals(here);
        won = won.or(this.and(right.at_least(needed)));
        lost = lost.or(this.and(wrong.at_least(needed)));
    }
    agreed(won, lost, total)
}

#[inline(always)]
fn agreed<L: Lanes>(won: L, lost: L, total: u64) -> Ballot<L> {
    // Votes without any weight agree on nothing.
    let present = if total == 0 { L::splat(false) } else { won.or(lost) };
    Ballot { right: won, present }
}
