//! What the oracle knows, as policies of the engine.

use super::{Batch, Oracle, State, Who};
use crate::workflow::View;
use crate::workflow::policy::{Decision, Policy};

/// A policy that decides as the oracle says, for runs on the engine.
#[derive(Debug)]
pub struct OraclePolicy<'o> {
    oracle: &'o mut Oracle,
    who: Who,
}

impl Oracle {
    /// The best policy.
    pub fn best_policy(&mut self) -> OraclePolicy<'_> {
        OraclePolicy { oracle: self, who: Who::Best }
    }

    /// The policy that launches what is best if a policy of the portfolio follows.
    pub fn rollout_policy(&mut self) -> OraclePolicy<'_> {
        OraclePolicy { oracle: self, who: Who::Rollout }
    }

    /// The state that a policy sees.
    fn state_of(&self, view: &View<'_>) -> State {
        let done = (0..self.problem.workflow().len()).filter(|&node| view.is_done(node));
        let mut running: Vec<Batch> = view
            .running()
            .map(|running| {
                let remaining = running.remaining.map_or(0, |time| time.as_nanoseconds());
                let cost = view.state.flights[running.node].cost;
                let duration = remaining + running.elapsed.as_nanoseconds();
                let known = self.outcomes.get(&(running.node, running.launch));
                let outcome = known.and_then(|outcomes| {
                    outcomes.iter().find(|outcome| outcome.cost == cost && outcome.duration == duration)
                });
                let passes = outcome.map_or(0.0, |outcome| outcome.passes);
                Batch { node: running.node, remaining, passes: passes.to_bits() }
            })
            .collect();
        running.sort_unstable_by_key(|batch| batch.node);
        State {
            done: done.fold(0, |bits, node| bits | 1 << node),
            budget: view.budget_left(),
            time: view.time_left().as_nanoseconds(),
            running,
        }
    }
}

impl Policy for OraclePolicy<'_> {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let state = self.oracle.state_of(view);
        if let Some(action) = self.oracle.action(self.who, &state) {
            decision.launches.extend(action.into_iter().filter_map(|(node, launch)| Some((node, launch?))));
            decision.score = Some(self.oracle.value(self.who, &state));
        }
    }
}
