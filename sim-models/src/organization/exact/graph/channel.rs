//! What a vote becomes on its way.

use super::automaton::Value;
use crate::organization::Channel;

/// Probability of every value received, by the value sent. The last value is a missing vote.
#[derive(Debug)]
pub(super) struct Transmission {
    values: usize,
    rows: Vec<f64>,
}

impl Transmission {
    /// A channel for votes of `answers` possible answers.
    pub(super) fn new(channel: &Channel, answers: usize) -> Self {
        let (fidelity, erasure) = (channel.fidelity.get(), channel.erasure.get());
        let values = answers + 1;
        let (missing, unnoticed) = if channel.detected { (erasure, 0.0) } else { (0.0, erasure) };
        // Any answer, in place of one that is garbled or lost unnoticed.
        let any = ((1.0 - erasure) * (1.0 - fidelity) + unnoticed) / answers as f64;
        let mut rows = vec![any; values * values];
        for sent in 0..answers {
            rows[sent * values + sent] += (1.0 - erasure) * fidelity;
            rows[sent * values + answers] = missing;
        }
        rows[answers * values..].fill(0.0);
        rows[values * values - 1] = 1.0;
        Self { values, rows }
    }

    /// The law of the value received, given the one sent.
    pub(super) fn received(&self, sent: Value) -> &[f64] {
        let start = usize::from(sent) * self.values;
        &self.rows[start..start + self.values]
    }

    /// The law of the value received, given that of the one sent; a missing vote may be left out.
    pub(super) fn received_of(&self, sent: &[f64]) -> Vec<f64> {
        let mut law = vec![0.0; self.values];
        for (value, p) in (0..).zip(sent) {
            for (sum, chance) in law.iter_mut().zip(self.received(value)) {
                *sum += p * chance;
            }
        }
        law
    }

    /// The same channel, followed by what happens to each value received on its own: `after` gives the law of what it
    /// becomes, as pairs of value and probability.
    pub(super) fn then(&self, after: impl Fn(Value) -> Vec<(Value, f64)>) -> Self {
        let mut rows = vec![0.0; self.rows.len()];
        for value in 0..self.values {
            for (next, chance) in after(value as Value) {
                for sent in 0..self.values {
                    rows[sent * self.values + usize::from(next)] +=
                        chance * self.rows[sent * self.values + value];
                }
            }
        }
        Self { values: self.values, rows }
    }
}
