//! A workflow in progress somewhere else, about which a policy is asked.

use sim_core::events::{Duration, Time};
use sim_core::graph::Node;
use thiserror::Error;

use super::policy::{Decision, Policy};
use super::state::{Flight, State, Status};
use super::{Launch, Problem, View};

/// What is known about a workflow in progress.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Time since the beginning.
    pub time: Duration,
    /// Spent so far and set aside for what runs, in units of the budget.
    pub spent: u64,
    /// Subtasks that are done.
    pub done: Vec<Node>,
    /// Batches that run, and how long they have.
    pub running: Vec<(Node, Launch, Duration)>,
    /// Batches that failed: subtask and what was launched.
    pub failed: Vec<(Node, Launch)>,
}

/// A situation that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidSituation {
    /// A subtask that is done or runs although a parent is not done.
    #[error("subtask `{subtask}` cannot have begun before `{parent}` is done")]
    TooEarly {
        /// The subtask.
        subtask: String,
        /// What it needs.
        parent: String,
    },
    /// A subtask that is there twice.
    #[error("subtask `{0}` is done or running twice")]
    Twice(String),
    /// A batch that runs for longer than the workflow.
    #[error("the batch of subtask `{0}` has run for longer than the workflow")]
    TooLong(String),
    /// A batch of a model that cannot try the subtask.
    #[error("subtask `{0}` cannot be tried with that model")]
    Model(String),
}

impl Problem {
    /// What a policy decides in a situation; nothing where nothing is ready. Whether and when running batches end is hidden from it,
    /// whatever the rules say about that. Give a policy that has begun with [`Policy::begin`].
    ///
    /// # Errors
    /// The situation cannot be.
    pub fn decide(
        &self,
        policy: &mut (impl Policy + ?Sized),
        situation: &Situation,
    ) -> Result<Decision, InvalidSituation> {
        let state = self.state_of(situation)?;
        let mut decision = Decision::default();
        if !state.ready.is_empty() {
            let hidden = self.with_hidden_ends();
            let now = Time::START + situation.time;
            policy.decide(&View { problem: &hidden, state: &state, now }, &mut decision);
        }
        Ok(decision)
    }

    fn state_of(&self, situation: &Situation) -> Result<State, InvalidSituation> {
        let graph = self.workflow().graph();
        let name = |node: Node| graph.name(node).to_owned();
        let mut state = State::default();
        state.begin(self);
        state.budget = state.budget.saturating_sub(situation.spent);
        let mut begun = vec![false; graph.len()];
        for &node in situation.done.iter().chain(situation.running.iter().map(|(node, ..)| node)) {
            if std::mem::replace(&mut begun[node], true) {
                return Err(InvalidSituation::Twice(name(node)));
            }
        }
        let mut done = vec![false; graph.len()];
        for &node in &situation.done {
            done[node] = true;
        }
        for node in (0..graph.len()).filter(|&node| begun[node]) {
            if let Some(parent) = graph.senders(node).find(|&parent| !done[parent]) {
                return Err(InvalidSituation::TooEarly { subtask: name(node), parent: name(parent) });
            }
        }
        for node in graph.order().filter(|&node| done[node]) {
            state.complete(self, node);
        }
        let now = Time::START + situation.time;
        let models = self.workflow().models().len();
        for &(node, launch, elapsed) in &situation.running {
            if elapsed > situation.time {
                return Err(InvalidSituation::TooLong(name(node)));
            }
            if self.workflow().law(node, launch.model).is_none() {
                return Err(InvalidSituation::Model(name(node)));
            }
            let since_start = situation.time.as_nanoseconds() - elapsed.as_nanoseconds();
            let started = Time::START + Duration::from_nanoseconds(since_start);
            state.status[node] = Status::Running;
            state.attempts[node] += 1;
            state.running.push(node);
            state.flights[node] = Flight { launch, started, ends: now, ..Flight::NONE };
        }
        for &(node, launch) in &situation.failed {
            state.attempts[node] += 1;
            if let Some(failures) = state.failures.get_mut(node * models + launch.model) {
                *failures = failures.saturating_add(launch.count);
            }
        }
        let status = &state.status;
        state.ready.retain(|&node| status[node] == Status::Ready);
        state.ready.sort_unstable();
        Ok(state)
    }
}
