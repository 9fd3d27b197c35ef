//! Trials of an organization in time.

use sim_core::estimate::{Confidence, Estimate};
use sim_core::events::{Calendar, Trace};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;

use super::world::World;
use super::{TimedOrganization, TimedTally, TrialResult};

impl TimedOrganization {
    /// What one trial came to.
    pub fn trial(&self, streams: &Streams, trial: u64) -> TrialResult {
        World::new(self, &self.faults[0], streams).trial(streams, trial, &mut Calendar::new())
    }

    /// Trials one after the other, in memory that is used again.
    pub fn trials<'a>(&'a self, streams: &'a Streams) -> Trials<'a> {
        Trials { world: World::new(self, &self.faults[0], streams), streams, calendar: Calendar::new() }
    }

    /// What one trial came to, and what happened in it.
    pub fn trace(&self, streams: &Streams, trial: u64) -> (TrialResult, Trace) {
        let mut world = World::new(self, &self.faults[0], streams).telling();
        let result = world.trial(streams, trial, &mut Calendar::new());
        let trace = world.told().map(super::world::Teller::into_trace).unwrap_or_default();
        (result, trace)
    }

    /// Number of agents that make calls.
    pub(super) fn working(&self) -> usize {
        self.timing.services.iter().flatten().count()
    }

    /// Agents whose tokens are estimated one by one.
    fn told_agents(&self) -> Vec<usize> {
        let calls = |agent: &usize| self.by_agent && self.timing.services[*agent].is_some();
        (0..self.agents.len()).filter(calls).collect()
    }
}

/// Trials of an organization in time, one after the other.
pub struct Trials<'a> {
    world: World<'a>,
    streams: &'a Streams,
    calendar: Calendar<super::world::Event>,
}

impl Trials<'_> {
    /// What one trial comes to.
    pub fn run(&mut self, trial: u64) -> TrialResult {
        self.world.trial(self.streams, trial, &mut self.calendar)
    }
}

impl Simulation for TimedOrganization {
    type Tally = TimedTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut TimedTally) {
        let mut calendar = Calendar::new();
        let mut worlds: Vec<World<'_>> =
            self.faults.iter().map(|faults| World::new(self, faults, streams)).collect();
        let working = self.working();
        for trial in block.trials() {
            let mut results = worlds.iter_mut().map(|world| world.trial(streams, trial, &mut calendar));
            let Some(result) = results.next() else { return };
            let without: Vec<bool> = results.map(|result| result.is_success()).collect();
            tally.record(&result, working, self.by_agent, &without);
        }
    }

    fn estimates(&self, tally: &TimedTally, confidence: Confidence) -> Vec<Estimate> {
        let agents = self.told_agents();
        tally.estimates(self.organization.outputs().len(), &agents, self.attributed().len(), confidence)
    }
}
