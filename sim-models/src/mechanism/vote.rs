//! One vote each, the most frequent answer wins; a block of voters may belong to one adversary (mechanisms B17).

use std::sync::OnceLock;

use sim_core::random::Stream;

use super::part::{Ending, Endings};
use super::primitives::{
    AnswerLaw, Answered, Answering, Call, ExpectedAnswer, MOST_WRONG_ANSWERS, Spending, measures,
};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Unit, integer};
use crate::theory::dependence::binomial;

/// The model `vote`.
#[derive(Clone, Copy, Debug)]
pub struct Vote;

/// Parameters of [`Vote`].
#[derive(Clone, Debug)]
pub struct VoteParameters {
    voters: u32,
    sybils: u32,
    answers: AnswerLaw,
    call: Call,
    /// Worked out once, where it is first asked for.
    expected: OnceLock<Option<ExpectedAnswer>>,
}

impl Parameters for VoteParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let voters =
            form.read(integer("voters", 5).between(1, 10_001).unit(Unit::Agents).help("all who vote"))?;
        let sybils = form.read(integer("sybils", 0).between(0, 10_001).unit(Unit::Agents).help(
            "those among them that belong to one adversary and all give the most likely wrong answer, at no cost",
        ))?;
        let answers = AnswerLaw::read(form, 0.7)?;
        let call = Call::read(form)?;
        if sybils > voters {
            return Err(ParameterError::impossible(
                &["sybils", "voters"],
                format!("{sybils} of the voters belong to the adversary, but there are {voters} voters"),
            ));
        }
        Ok(Self { voters, sybils, answers, call, expected: OnceLock::new() })
    }
}

impl VoteParameters {
    /// Voters of whom none belongs to an adversary.
    pub fn new(voters: u32, answers: AnswerLaw, call: Call) -> Self {
        Self { voters, sybils: 0, answers, call, expected: OnceLock::new() }
    }

    fn honest(&self) -> u32 {
        self.voters - self.sybils
    }

    /// What a question takes.
    fn spending(&self) -> Spending {
        let mut spending = Spending::default();
        spending.add(&self.call, u64::from(self.honest()), u64::from(self.honest() > 0));
        spending
    }

    fn expected_with(&self, right: f64) -> ExpectedAnswer {
        let calls = f64::from(self.honest());
        ExpectedAnswer {
            answered: 1.0,
            right,
            calls,
            tokens: calls * self.call.tokens as f64,
            dollars: calls * self.call.dollars(),
            seconds: if self.honest() > 0 { self.call.seconds } else { 0.0 },
        }
    }
}

/// Voters up to which the law of several wrong answers is worked out.
const MOST_EXACT: u32 = 64;

impl Answering for VoteParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        *self.expected.get_or_init(|| self.right().map(|right| self.expected_with(right)))
    }
}

impl VoteParameters {
    /// Probability that the right answer wins, where it is worked out.
    fn right(&self) -> Option<f64> {
        let several = self.answers.wrong().len() > 1;
        if several && self.voters > MOST_EXACT {
            return None;
        }
        let counts = self.answers.count_law(self.honest());
        let wins = counts.iter().enumerate().map(|(right, mass)| {
            let wrong = self.honest() - right as u32;
            if *mass > 0.0 {
                mass * wins(right as u32, wrong, self.sybils, self.answers.wrong())
            } else {
                0.0
            }
        });
        Some(wins.sum())
    }
}

/// Probability that the right answer, with `right` votes, wins against `wrong` honest votes spread over the wrong answers, the first of
/// which has `block` votes more. Ties are decided by lot.
///
/// A programme over the wrong answers: how many of the wrong votes are left for the later ones, and how many answers are level with the
/// right one so far. An answer gets a binomial share of what is left.
fn wins(right: u32, wrong: u32, block: u32, shares: &[f64]) -> f64 {
    if shares.len() == 1 {
        let margin = i64::from(right) - i64::from(wrong) - i64::from(block);
        return 0.5 * (1.0 + margin.signum() as f64);
    }
    let width = shares.len() + 1;
    let mut masses = vec![0.0; (wrong as usize + 1) * width];
    masses[wrong as usize * width] = 1.0;
    let mut rest: f64 = 1.0;
    for (j, share) in shares.iter().enumerate() {
        let head_start = if j == 0 { block } else { 0 };
        // The last answer gets all that is left.
        let p = if j + 1 == shares.len() { 1.0 } else { (share / rest).min(1.0) };
        rest -= share;
        let mut next = vec![0.0; masses.len()];
        for left in 0..=wrong as usize {
            let row = &masses[left * width..(left + 1) * width];
            if row.iter().all(|mass| *mass == 0.0) {
                continue;
            }
            for (votes, chance) in binomial::law(left as u32, 2.0 * p - 1.0).iter().enumerate() {
                let total = votes as u32 + head_start;
                if *chance == 0.0 || total > right {
                    continue;
                }
                let level = usize::from(total == right);
                for ties in 0..width - level {
                    next[(left - votes) * width + ties + level] += row[ties] * chance;
                }
            }
        }
        masses = next;
    }
    masses[..width].iter().enumerate().map(|(ties, mass)| mass / (1.0 + ties as f64)).sum()
}

impl Endings for VoteParameters {
    /// All votes are cast, whoever wins.
    fn endings(&self) -> Option<Vec<Ending>> {
        let right = self.right()?;
        let spending = self.spending();
        let ending =
            |probability, right| Ending { probability, answer: Answered { right: Some(right), spending } };
        Some(vec![ending(right, true), ending(1.0 - right, false)])
    }
}

impl Trial for VoteParameters {
    type Outcome = Answered;

    fn run(&self, draws: &mut Stream) -> Answered {
        let mut votes = [0u32; MOST_WRONG_ANSWERS as usize + 1];
        votes[1] = self.sybils;
        let mut answers = self.answers.answers();
        for _ in 0..self.honest() {
            votes[answers.next(draws)] += 1;
        }
        let most = votes.iter().copied().max().unwrap_or(0);
        let level = votes.iter().filter(|&&votes| votes == most).count();
        let right = votes[0] == most && (level == 1 || draws.below(level as u64) == 0);
        Answered { right: Some(right), spending: self.spending() }
    }
}

impl Mechanism for Vote {
    type Parameters = VoteParameters;
    type Trial = VoteParameters;

    fn about(&self) -> About {
        About {
            name: "vote",
            summary: "Agents vote once each and the most frequent answer wins; some may belong to an adversary",
            references: &[
                "Agent Bazaar: Sybil sellers, here as a block of voters",
                "mechanisms B17 and B0.2: a block of voters, and answers that agree in being wrong",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<VoteParameters, Answered>> {
        measures()
    }

    fn trial(&self, parameters: &VoteParameters) -> Result<VoteParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
