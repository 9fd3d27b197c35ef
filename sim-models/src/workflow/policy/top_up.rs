//! A policy that keeps batches at their size until a sample passes.

use std::collections::HashMap;

use sim_core::graph::Node;
use sim_core::random::Streams;

use super::{Decision, Policy, Revision};
use crate::workflow::{Problem, RunResult, Running, View};

/// Launches what another policy launches. Where policies are asked at the ends of samples, it replaces samples that have failed by as many
/// of the same model, if what is left covers their mean cost and mean latency, and cancels what runs when a sample has passed. Elsewhere it
/// is the other policy.
///
/// Source: the actions "add" and "cancel" of mechanisms A4; the rule that uses them is the project's own.
pub struct TopUp {
    inner: Box<dyn Policy + Send>,
    /// Samples of the last launch, by subtask.
    sizes: HashMap<Node, u32>,
}

impl TopUp {
    /// Tops up the batches of a policy.
    pub fn new(inner: Box<dyn Policy + Send>) -> Self {
        Self { inner, sizes: HashMap::new() }
    }
}

impl Policy for TopUp {
    fn begin(&mut self, problem: &Problem, streams: &Streams, trial: u64) {
        self.sizes.clear();
        self.inner.begin(problem, streams, trial);
    }

    fn bound(&mut self, problem: &Problem, streams: &Streams, trial: u64) -> Option<RunResult> {
        self.inner.bound(problem, streams, trial)
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        self.inner.decide(view, decision);
        self.sizes.extend(decision.launches.iter().map(|&(node, launch)| (node, launch.count)));
    }

    fn memory(&self) -> usize {
        self.inner.memory()
    }

    fn revise(&mut self, view: &View<'_>, batch: &Running) -> Revision {
        if batch.passed {
            return Revision::Cancel;
        }
        let (problem, node, model) = (view.problem(), batch.node, batch.launch.model);
        let size = self.sizes.get(&node).copied().unwrap_or(0);
        let missing = size.saturating_sub(batch.launch.count - batch.ended);
        let is_covered = problem.mean_cost(node, model) * f64::from(missing) <= view.budget_left() as f64;
        let is_in_time = problem.mean_latency(node, model) <= view.time_left().as_seconds();
        if is_covered && is_in_time { Revision::Add(missing) } else { Revision::Keep }
    }
}
