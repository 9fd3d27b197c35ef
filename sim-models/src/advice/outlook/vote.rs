//! Votes that a program counts.

use std::rc::Rc;

use super::{Evaluator, Law, Outlook, SLOW};
use crate::advice::AgentModel;
use crate::theory::debate::binomial;
use crate::theory::layer::Layer;

impl Evaluator<'_> {
    pub(super) fn vote(&self, model: &AgentModel, tokens: f64, votes: u32) -> Outlook {
        let layer = Layer {
            dependence: self.fleet.errors.dependence,
            ..Layer::new(votes, self.fleet.errors.correlation, 1.0)
        };
        let bias = model.bias(tokens);
        let bias = if votes == 1 { bias } else { layer.map(bias) };
        Outlook { accuracy: 0.5 * (1.0 + bias), ..cost_of_vote(model, tokens, votes) }
    }

    pub(super) fn accuracy_of_mixed(&self, first: (usize, u32), second: (usize, u32)) -> Option<f64> {
        let across = self.fleet.errors.across;
        let mut accuracy = 0.0;
        if across < 1.0 {
            let (one, other) = (self.counts(first.0, first.1)?, self.counts(second.0, second.1)?);
            accuracy += (1.0 - across) * majority_right(&one, &other);
        }
        if across > 0.0 {
            let right = |&(width, p, q): &(f64, f64, f64)| {
                width * majority_right(&binomial(first.1, p), &binomial(second.1, q))
            };
            accuracy += across * self.together(first.0, second.0)?.iter().map(right).sum::<f64>();
        }
        Some(accuracy)
    }

    /// Probabilities of 0, ..., n right answers of a model of known length.
    fn counts(&self, model: usize, votes: u32) -> Option<Law> {
        if let Some(found) = self.counts.borrow().get(&(model, votes)) {
            return Some(Rc::clone(found));
        }
        let profile = self.profile(model, self.fleet.models.get(model)?.known_tokens()?)?;
        let mut law = vec![0.0; votes as usize + 1];
        for (width, p) in profile.steps() {
            law.iter_mut().zip(binomial(votes, p)).for_each(|(mass, more)| *mass += width * more);
        }
        let found = Rc::new(law);
        self.counts.borrow_mut().insert((model, votes), Rc::clone(&found));
        Some(found)
    }

    /// What a vote of two models costs and how long it takes; its accuracy is given as 0.
    pub(super) fn cost_of_mixed(&self, first: (usize, u32), second: (usize, u32)) -> Option<Outlook> {
        let (one, other) = (self.fleet.models.get(first.0)?, self.fleet.models.get(second.0)?);
        let (length, other_length) = (one.known_tokens()?, other.known_tokens()?);
        let (count, other_count) = (f64::from(first.1), f64::from(second.1));
        let (latency, other_latency) = (one.latency_of(length), other.latency_of(other_length));
        let all_within =
            |t: f64| latency.largest_at_most(count, t) * other_latency.largest_at_most(other_count, t);
        let (a, b) = (latency.moments_of_largest(count), other_latency.moments_of_largest(other_count));
        let most = latency
            .quantile_of_largest(count, 0.999)
            .max(other_latency.quantile_of_largest(other_count, 0.999));
        Some(Outlook {
            accuracy: 0.0,
            spend: one.spend(one.input_tokens, length).times(count)
                + other.spend(other.input_tokens, other_length).times(other_count),
            mean_time: a.mean.max(b.mean),
            slow_time: bisect(most, |t| all_within(t) >= SLOW),
            window: 0.0,
            calls: count + other_count,
        })
    }
}

/// What a vote costs and how long it takes; its accuracy is given as 0.
pub(super) fn cost_of_vote(model: &AgentModel, tokens: f64, votes: u32) -> Outlook {
    let count = f64::from(votes);
    let latency = model.latency_of(tokens);
    Outlook {
        accuracy: 0.0,
        spend: model.spend(model.input_tokens, tokens).times(count),
        mean_time: latency.moments_of_largest(count).mean,
        slow_time: latency.quantile_of_largest(count, SLOW),
        window: 0.0,
        calls: count,
    }
}

/// Probability that more than half of all votes are right; half of them is decided by a coin.
fn majority_right(first: &[f64], second: &[f64]) -> f64 {
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
