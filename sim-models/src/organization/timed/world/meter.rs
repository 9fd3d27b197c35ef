//! What a trial costs.

use sim_core::events::{Duration, Time};
use sim_core::graph::Node;

use crate::organization::timed::{Meters, Outcome, TrialResult};

/// Running totals of a trial.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    cost: u64,
    wasted: u64,
    input: u64,
    output: u64,
    requests: u64,
    refusals: u64,
    busy: Duration,
    energy: f64,
    by_agent: Vec<u64>,
}

impl Meter {
    pub(super) fn new(agents: usize) -> Self {
        Self { by_agent: vec![0; agents], ..Self::default() }
    }

    /// Begins again, keeping the memory.
    pub(super) fn reset(&mut self) {
        let mut by_agent = std::mem::take(&mut self.by_agent);
        by_agent.fill(0);
        *self = Self { by_agent, ..Self::default() };
    }

    /// Money spent so far, in nanodollars.
    pub(super) fn cost(&self) -> u64 {
        self.cost
    }

    /// A turn was served, whole or in part.
    pub(super) fn charge(&mut self, agent: Node, meters: &Meters, cost: u64, energy: f64) {
        add(&mut self.cost, cost);
        add(&mut self.input, meters.all_input());
        add(&mut self.output, meters.output);
        self.requests += 1;
        self.energy += energy;
        add(&mut self.by_agent[agent], meters.all());
    }

    /// A tool was used.
    pub(super) fn charge_tool(&mut self, cost: u64) {
        add(&mut self.cost, cost);
    }

    /// Something that was paid came to nothing.
    pub(super) fn waste(&mut self, cost: u64) {
        add(&mut self.wasted, cost);
    }

    pub(super) fn refuse(&mut self) {
        self.refusals += 1;
    }

    /// An agent worked.
    pub(super) fn work(&mut self, length: Duration) {
        self.busy += length;
    }

    pub(super) fn result(
        &self,
        outcome: Outcome,
        answers: Vec<Option<bool>>,
        makespan: Time,
        events: u64,
    ) -> TrialResult {
        TrialResult {
            outcome,
            answers,
            makespan: makespan.as_seconds(),
            cost: self.cost,
            wasted: self.wasted,
            input_tokens: self.input,
            output_tokens: self.output,
            requests: self.requests,
            refusals: self.refusals,
            busy: self.busy.as_seconds(),
            energy: self.energy,
            tokens_by_agent: self.by_agent.clone(),
            events,
        }
    }
}

/// What is beyond what can be counted counts as the most that can be.
fn add(sum: &mut u64, amount: u64) {
    *sum = sum.saturating_add(amount);
}
