//! Votes of several models that a program counts.

use std::rc::Rc;

use super::{Evaluator, Law, Outlook, SLOW};
use crate::advice::{AgentModel, Plan, Profile, Spend, Team};
use crate::theory::counts::{binomial, convolved};

impl Evaluator<'_> {
    /// By convolution: of all models on questions of their own, and of the same questions, which are as hard for one as for the others.
    pub(super) fn accuracy_of_mixed(&self, plan: &Plan) -> Option<f64> {
        let Plan::Mixed { first, second, third } = *plan else { return None };
        let across = self.fleet.errors.across;
        let mut accuracy = 0.0;
        if across < 1.0 {
            let last = match third {
                Some(third) => Some(self.counts(third)?),
                None => None,
            };
            let last = last.as_ref().map(|law| &law[..]);
            accuracy += (1.0 - across) * majority_right(&self.counts(first)?, &self.counts(second)?, last);
        }
        if across > 0.0 {
            let law = |(_, votes): Team, p: f64| binomial(votes, p);
            accuracy += across
                * match third {
                    None => {
                        let right = |&(width, [p, q]): &(f64, [f64; 2])| {
                            width * majority_right(&law(first, p), &law(second, q), None)
                        };
                        self.together(first.0, second.0)?.iter().map(right).sum::<f64>()
                    }
                    Some(third) => {
                        let right = |&(width, [p, q, r]): &(f64, [f64; 3])| {
                            let last = law(third, r);
                            width * majority_right(&law(first, p), &law(second, q), Some(&last))
                        };
                        let [one, two, three] = [first, second, third].map(|(model, _)| self.of_known(model));
                        Profile::together([&*one?, &*two?, &*three?]).iter().map(right).sum::<f64>()
                    }
                };
        }
        Some(accuracy)
    }

    /// Probabilities of 0, ..., n right answers of a model of known length.
    fn counts(&self, (model, votes): Team) -> Option<Law> {
        if let Some(found) = self.counts.borrow().get(&(model, votes)) {
            return Some(Rc::clone(found));
        }
        let found = Rc::new(self.of_known(model)?.counts(votes));
        self.counts.borrow_mut().insert((model, votes), Rc::clone(&found));
        Some(found)
    }

    /// What a vote of several models costs and how long it takes; its accuracy is given as 0.
    pub(super) fn cost_of_mixed(&self, plan: &Plan) -> Option<Outlook> {
        let parts = plan.teams().into_iter().map(|(model, votes)| {
            let model: &AgentModel = self.fleet.models.get(model)?;
            let tokens = model.known_tokens()?;
            Some((model.latency_of(tokens), f64::from(votes), model.spend(model.input_tokens, tokens)))
        });
        let parts = parts.collect::<Option<Vec<_>>>()?;
        let all_within = |t: f64| {
            parts.iter().map(|(latency, count, _)| latency.largest_at_most(*count, t)).product::<f64>()
        };
        let largest = |of: &dyn Fn(&(_, f64, Spend)) -> f64| parts.iter().map(of).fold(0.0, f64::max);
        let most = largest(&|(latency, count, _)| latency.quantile_of_largest(*count, 0.999));
        Some(Outlook {
            accuracy: 0.0,
            spend: parts.iter().fold(Spend::default(), |sum, (_, count, one)| sum + one.times(*count)),
            mean_time: largest(&|(latency, count, _)| latency.moments_of_largest(*count).mean),
            slow_time: bisect(most, |t| all_within(t) >= SLOW),
            window: 0.0,
            calls: parts.iter().map(|(_, count, _)| count).sum(),
        })
    }
}

/// Probability that more than half of all votes are right, of two laws of right votes or three; half of them is decided by a coin.
fn majority_right(one: &[f64], other: &[f64], third: Option<&[f64]>) -> f64 {
    match third {
        None => majority_of_two(one, other),
        Some(third) => majority_of_two(&convolved(one, other), third),
    }
}

/// The same of two laws, without their convolution.
fn majority_of_two(first: &[f64], second: &[f64]) -> f64 {
    let votes = first.len() + second.len() - 2;
    // More than `b` right ones of the second team, and half of `b`: what decides where the first team has votes/2 - b.
    let mut above: f64 = 0.0;
    let mut decides = vec![0.0; second.len()];
    for (decides, mass) in decides.iter_mut().zip(second).rev() {
        *decides = above + if votes.is_multiple_of(2) { 0.5 * mass } else { 0.0 };
        above += mass;
    }
    let wins = |a: usize| match (votes / 2).checked_sub(a) {
        None => above,
        Some(b) => decides.get(b).copied().unwrap_or(0.0),
    };
    first.iter().enumerate().map(|(a, mass)| mass * wins(a)).sum()
}

/// The smallest number up to `most` from which on a condition holds, within one part in 10^6.
fn bisect(most: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
