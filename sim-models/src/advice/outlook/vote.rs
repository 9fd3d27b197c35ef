//! Votes that a program counts.

use super::{Evaluator, Outlook, SLOW};
use crate::advice::{AgentModel, Profile};
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

    pub(super) fn mixed(&self, first: (usize, u32), second: (usize, u32)) -> Option<Outlook> {
        let (one, other) = (self.fleet.models.get(first.0)?, self.fleet.models.get(second.0)?);
        let (length, other_length) = (one.known_tokens()?, other.known_tokens()?);
        let (low, high) = (self.profile(first.0, length)?, self.profile(second.0, other_length)?);
        let mean_law = |profile: &Profile, votes: u32| {
            let mut law = vec![0.0; votes as usize + 1];
            for (width, p) in profile.steps() {
                law.iter_mut().zip(binomial(votes, p)).for_each(|(mass, more)| *mass += width * more);
            }
            law
        };
        let apart = majority_right(&mean_law(&low, first.1), &mean_law(&high, second.1));
        let together = low.together(&high).into_iter();
        let together: f64 = together
            .map(|(width, p, q)| width * majority_right(&binomial(first.1, p), &binomial(second.1, q)))
            .sum();
        let across = self.fleet.errors.across;
        let (count, other_count) = (f64::from(first.1), f64::from(second.1));
        let (latency, other_latency) = (one.latency_of(length), other.latency_of(other_length));
        let all_within =
            |t: f64| latency.largest_at_most(count, t) * other_latency.largest_at_most(other_count, t);
        let (a, b) = (latency.moments_of_largest(count), other_latency.moments_of_largest(other_count));
        let most = latency
            .quantile_of_largest(count, 0.999)
            .max(other_latency.quantile_of_largest(other_count, 0.999));
        Some(Outlook {
            accuracy: (1.0 - across) * apart + across * together,
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

/// Probabilities of 0, ..., n right answers.
fn binomial(n: u32, p: f64) -> Vec<f64> {
    let mut law = vec![0.0; n as usize + 1];
    law[0] = 1.0;
    for answers in 1..=n as usize {
        for right in (0..=answers).rev() {
            let one_less = if right > 0 { law[right - 1] * p } else { 0.0 };
            law[right] = law[right] * (1.0 - p) + one_less;
        }
    }
    law
}

/// Probability that more than half of all votes are right; half of them is decided by a coin.
fn majority_right(first: &[f64], second: &[f64]) -> f64 {
    let votes = first.len() + second.len() - 2;
    let mut right = 0.0;
    for (a, mass) in first.iter().enumerate() {
        for (b, other) in second.iter().enumerate() {
            right += match (2 * (a + b)).cmp(&votes) {
                std::cmp::Ordering::Greater => mass * other,
                std::cmp::Ordering::Equal => 0.5 * mass * other,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    right
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
