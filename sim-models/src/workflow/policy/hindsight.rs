//! The best of the fixed policies, which a person finds out by trying.

use sim_core::random::{Purpose, Streams};

use super::{Decision, Policy, Sequential};
use crate::workflow::{Launch, Problem, View};

/// Sizes of batches among which the best fixed policy is looked for (mechanisms A6.1).
const COUNTS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// The fixed policy that completes most pilot trials; of several, the one with the fewest samples of the model declared first. Give it
/// streams of another purpose than those that it is compared on.
pub fn best_sequential(problem: &Problem, pilots: &Streams, trials: u64) -> Launch {
    let mut best = (Launch { model: 0, count: 1 }, 0);
    let mut runs = problem.runs();
    for model in 0..problem.workflow().models().len() {
        for count in COUNTS {
            let launch = Launch { model, count };
            let mut policy = Sequential(launch);
            let done = (0..trials).filter(|&trial| runs.run(&mut policy, pilots, trial).is_done()).count();
            if done > best.1 {
                best = (launch, done);
            }
        }
    }
    best.0
}

/// The fixed policy that completes most of 200 pilot trials of the problem, as policies believe it to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct BestSequential {
    /// By the problem for which it was chosen.
    chosen: Option<(u64, Sequential)>,
}

/// Pilot trials of every fixed policy.
const PILOTS: u64 = 200;

impl Policy for BestSequential {
    fn begin(&mut self, problem: &Problem, streams: &Streams, _: u64) {
        if self.chosen.is_none_or(|(known, _)| known != problem.id()) {
            let launch = best_sequential(&problem.as_believed(), &streams.aside(Purpose::Pilot, 2), PILOTS);
            self.chosen = Some((problem.id(), Sequential(launch)));
        }
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        if let Some((_, mut policy)) = self.chosen {
            policy.decide(view, decision);
        }
    }
}
