//! What a batch can come to, with probabilities: the law of samples convolved with itself.

use std::collections::BTreeMap;

use sim_core::events::Duration;

use crate::workflow::{Launch, Problem, Record};

/// A cost and duration of a batch, and what is known of its success then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) probability: f64,
    pub(super) cost: u64,
    /// In nanoseconds.
    pub(super) duration: u64,
    /// Probability that it passes, given cost and duration.
    pub(super) passes: f64,
}

/// The outcomes of a batch whose samples are these, each with its probability as weight.
pub(super) fn outcomes(problem: &Problem, launch: Launch, samples: &[Record]) -> Vec<Outcome> {
    // By total cost, longest latency, and whether one was right.
    let mut law: BTreeMap<(u64, u64, bool), f64> = BTreeMap::from([((0, 0, false), 1.0)]);
    for _ in 0..launch.count {
        let mut longer = BTreeMap::new();
        for (&(cost, duration, right), &probability) in &law {
            for Record { weight, sample } in samples {
                let cost = cost.saturating_add(problem.cost_of_tokens(launch.model, sample.tokens));
                let latency = Duration::from_seconds_saturating(sample.latency).as_nanoseconds();
                let key = (cost, duration.max(latency), right || sample.right);
                *longer.entry(key).or_insert(0.0) += probability * weight;
            }
        }
        law = longer;
    }
    let mut known: BTreeMap<(u64, u64), (f64, f64)> = BTreeMap::new();
    for ((cost, duration, right), probability) in law {
        let (all, passed) = known.entry((cost, duration)).or_insert((0.0, 0.0));
        *all += probability;
        *passed += if right { probability } else { 0.0 };
    }
    let outcome = |((cost, duration), (all, passed)): ((u64, u64), (f64, f64))| Outcome {
        probability: all,
        cost,
        duration,
        passes: passed / all,
    };
    known.into_iter().map(outcome).collect()
}
