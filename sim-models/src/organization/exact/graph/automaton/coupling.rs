//! What the coupling of an agent's votes has to remember of those that it has read.

use super::rule::{Deciding, RuleState};
use super::{State, Value, Votes, value_of};
use crate::organization::effective::{EffectiveCoupling, keeping};
use crate::organization::exact::graph::unavailable::Unavailable;
use crate::organization::graph::{Answers, Draws};

/// Reads votes as they are received and says what they become.
pub(super) struct Reading<'a> {
    coupling: EffectiveCoupling,
    answers: Answers,
    agent: &'a str,
}

/// What is remembered of the votes received so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum CouplingState {
    /// Votes stay as they are. All couplings end here.
    Free,
    /// All votes become `common`, which is guessed before the first one is read. Of those present so far one is held, each
    /// as likely, which at the end must be the guess.
    Shared { common: Value, present: u32, held: bool },
    /// The own vote of the first copier, if there was one.
    Copying(Option<Value>),
    /// How many votes there are of each answer, after coupling.
    Urn(Vec<u32>),
    /// The votes themselves, for a rule of the user's own.
    Votes(Votes),
}

/// A way to go on: its weight, what is remembered, and what the vote becomes; `None` where that shows only at the end.
pub(super) type Read = (f64, CouplingState, Option<Value>);

impl<'a> Reading<'a> {
    pub(super) fn new(coupling: EffectiveCoupling, answers: Answers, agent: &'a str) -> Self {
        Self { coupling, answers, agent }
    }

    fn missing(&self) -> Value {
        self.answers.count() as Value
    }

    /// Before the first vote. With a guess, the weights sum to more than 1 until wrong guesses are dropped.
    pub(super) fn start(&self) -> Vec<(CouplingState, f64)> {
        match &self.coupling {
            // Gaussian coupling acts on each vote by itself, given the common factor: see `gaussian`.
            EffectiveCoupling::None | EffectiveCoupling::Gaussian(_) => vec![(CouplingState::Free, 1.0)],
            EffectiveCoupling::Mixture { shared } => {
                let guess = |common| CouplingState::Shared { common, present: 0, held: false };
                let guesses = (0..self.missing()).map(|common| (guess(common), *shared));
                [(CouplingState::Free, 1.0 - shared)].into_iter().chain(guesses).collect()
            }
            EffectiveCoupling::Copying { .. } => vec![(CouplingState::Copying(None), 1.0)],
            EffectiveCoupling::Urn { .. } => vec![(CouplingState::Urn(vec![0; self.answers.count()]), 1.0)],
            EffectiveCoupling::Custom(_) => vec![(CouplingState::Votes(Votes::default()), 1.0)],
        }
    }

    /// Reads one vote.
    pub(super) fn read(&self, state: &CouplingState, value: Value) -> Vec<Read> {
        if let CouplingState::Votes(votes) = state {
            let votes = votes.push(value, self.answers.count());
            return vec![(1.0, CouplingState::Votes(votes), None)];
        }
        if value == self.missing() {
            return vec![(1.0, state.clone(), Some(value))];
        }
        match (state, &self.coupling) {
            (&CouplingState::Shared { common, present, held }, _) => {
                let with = |held| CouplingState::Shared { common, present: present + 1, held };
                let taken = 1.0 / f64::from(present + 1);
                let read =
                    [(taken, with(value == common), Some(common)), (1.0 - taken, with(held), Some(common))];
                read.into_iter().filter(|read| read.0 > 0.0).collect()
            }
            (CouplingState::Copying(first), EffectiveCoupling::Copying { copies }) => {
                let common = first.unwrap_or(value);
                vec![
                    (1.0 - copies, state.clone(), Some(value)),
                    (*copies, CouplingState::Copying(Some(common)), Some(common)),
                ]
            }
            (CouplingState::Urn(counts), EffectiveCoupling::Urn { correlation }) => {
                let earlier: u32 = counts.iter().sum();
                let keep = keeping(*correlation, earlier as usize);
                let takes = |(answer, &count): (usize, &u32)| {
                    let own = if answer == usize::from(value) { keep } else { 0.0 };
                    let taken = (1.0 - keep) * f64::from(count) / f64::from(earlier.max(1));
                    let mut counts = counts.clone();
                    counts[answer] += 1;
                    (own + taken, CouplingState::Urn(counts), Some(answer as Value))
                };
                counts.iter().enumerate().map(takes).filter(|read| read.0 > 0.0).collect()
            }
            _ => vec![(1.0, CouplingState::Free, Some(value))],
        }
    }

    /// After the last vote: what the rule remembers then. Wrong guesses have no way to go on.
    pub(super) fn close(&self, state: State, rule: &Deciding<'_>) -> Result<Vec<(f64, State)>, Unavailable> {
        let free = |(weight, rule)| (weight, State { coupling: CouplingState::Free, rule });
        Ok(match state.coupling {
            // Where no vote was present, one of the guesses stands for all.
            CouplingState::Shared { common, present: 0, .. } if common > 0 => Vec::new(),
            CouplingState::Shared { present, held: false, .. } if present > 0 => Vec::new(),
            CouplingState::Votes(votes) => self.coupled(votes, rule)?.into_iter().map(free).collect(),
            _ => vec![free((1.0, state.rule))],
        })
    }

    /// What the rule remembers of votes that are coupled by a rule of the user's own.
    fn coupled(&self, votes: Votes, rule: &Deciding<'_>) -> Result<Vec<(f64, RuleState)>, Unavailable> {
        let EffectiveCoupling::Custom(coupling) = &self.coupling else { return Ok(Vec::new()) };
        let count = self.answers.count();
        let mut votes = votes.list(count);
        let mut draws = Draws::probe();
        coupling.couple(&mut votes, &mut draws);
        if draws.drawn() {
            return Err(Unavailable::Draws { agent: self.agent.to_owned(), rule: "coupling", hint: "" });
        }
        let mut states = vec![(1.0, rule.start())];
        for (input, vote) in votes.into_iter().enumerate() {
            let value = value_of(vote.map(|answer| self.answers.known(answer)), count);
            let mut next: Vec<(f64, RuleState)> = Vec::new();
            for (weight, state) in &states {
                for (chance, state) in rule.read(state, input, value) {
                    match next.iter_mut().find(|(_, known)| *known == state) {
                        Some((known, _)) => *known += weight * chance,
                        None => next.push((weight * chance, state)),
                    }
                }
            }
            states = next;
        }
        Ok(states)
    }
}
