//! Votes of one model that a program counts.

use super::{Evaluator, Outlook, SLOW};
use crate::advice::AgentModel;
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
