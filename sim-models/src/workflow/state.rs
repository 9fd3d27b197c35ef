//! How far a workflow has come.

use sim_core::events::{Duration, Time};
use sim_core::graph::Node;

use super::capacity::Line;
use super::{Launch, Problem, Replanning, RunningInfo};

/// What a subtask does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It waits for others.
    Waiting,
    /// It can be launched.
    Ready,
    /// A batch of it runs.
    Running,
    /// A sample has passed.
    Done,
}

/// A batch that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) launch: Launch,
    pub(super) started: Time,
    pub(super) ends: Time,
    pub(super) cost: u64,
    pub(super) tokens: u64,
    pub(super) wasted: u64,
    pub(super) passed: bool,
    pub(super) right: bool,
    /// Set aside until it ends.
    pub(super) reserved: u64,
    /// Samples that have ended, where that is looked at.
    pub(super) ended: u32,
    /// Whether one of those has passed.
    pub(super) seen: bool,
    /// Whether those that had not ended were cancelled.
    pub(super) cancelled: bool,
}

impl Flight {
    pub(super) const NONE: Self = Self {
        launch: Launch { model: 0, count: 0 },
        started: Time::START,
        ends: Time::START,
        cost: 0,
        tokens: 0,
        wasted: 0,
        passed: false,
        right: false,
        reserved: 0,
        ended: 0,
        seen: false,
        cancelled: false,
    };
}

/// How far a workflow has come.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) status: Vec<Status>,
    /// By subtask: parents that are not done.
    pub(super) missing: Vec<u32>,
    /// By subtask: batches launched so far.
    pub(super) attempts: Vec<u32>,
    /// By subtask and model: samples that failed; empty where samples do not depend on each other.
    pub(super) failures: Vec<u32>,
    /// By subtask: the batch that runs.
    pub(super) flights: Vec<Flight>,
    /// In order of their positions, when a decision is due.
    pub(super) ready: Vec<Node>,
    /// In the order of their launches.
    pub(super) running: Vec<Node>,
    /// Subtasks that are not done.
    pub(super) left: usize,
    /// Units of the budget that are neither spent nor set aside.
    pub(super) budget: u64,
    /// Whether a wrong sample has passed.
    pub(super) wrong: bool,
    /// By model: samples that run and wait; empty where none waits.
    pub(super) lines: Vec<Line>,
    /// By subtask: what was launched first; empty where a policy is asked again.
    pub(super) kept: Vec<Option<Launch>>,
}

impl State {
    pub(super) fn begin(&mut self, problem: &Problem) {
        let graph = problem.workflow().graph();
        let n = graph.len();
        let dependent = problem.rules().dependence != super::Dependence::Independent;
        let cells = if dependent { n * problem.workflow().models().len() } else { 0 };
        self.missing.clear();
        self.missing.extend((0..n).map(|node| graph.incoming(node).len() as u32));
        self.status.clear();
        self.status.extend(
            self.missing.iter().map(|&count| if count == 0 { Status::Ready } else { Status::Waiting }),
        );
        refill(&mut self.attempts, n, 0);
        refill(&mut self.failures, cells, 0);
        refill(&mut self.flights, n, Flight::NONE);
        self.ready.clear();
        self.ready.extend((0..n).filter(|&node| self.missing[node] == 0));
        self.running.clear();
        (self.left, self.budget, self.wrong) = (n, problem.budget().amount(), false);
        self.lines = problem.lines();
        let is_open_loop = problem.rules().replanning == Replanning::Never;
        refill(&mut self.kept, if is_open_loop { n } else { 0 }, None);
    }

    /// Becomes another state, keeping the memory.
    pub(super) fn become_like(&mut self, other: &Self) {
        self.status.clone_from(&other.status);
        self.missing.clone_from(&other.missing);
        self.attempts.clone_from(&other.attempts);
        self.failures.clone_from(&other.failures);
        self.flights.clone_from(&other.flights);
        self.ready.clone_from(&other.ready);
        self.running.clone_from(&other.running);
        (self.left, self.budget, self.wrong) = (other.left, other.budget, other.wrong);
        self.lines.clone_from(&other.lines);
        self.kept.clone_from(&other.kept);
    }

    /// A subtask is done: those that needed nothing else are ready.
    pub(super) fn complete(&mut self, problem: &Problem, node: Node) {
        self.status[node] = Status::Done;
        self.left -= 1;
        for receiver in problem.workflow().graph().receivers(node) {
            self.missing[receiver] -= 1;
            if self.missing[receiver] == 0 {
                self.status[receiver] = Status::Ready;
                self.ready.push(receiver);
            }
        }
    }
}

fn refill<T: Copy>(list: &mut Vec<T>, length: usize, value: T) {
    list.clear();
    list.resize(length, value);
}

/// A batch that runs, as a policy sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// The subtask.
    pub node: Node,
    /// What was launched.
    pub launch: Launch,
    /// How long it has run.
    pub elapsed: Duration,
    /// Samples that have ended, where policies are asked then ([`Replanning::SampleEnd`]); 0 elsewhere.
    pub ended: u32,
    /// Whether one of those has passed.
    pub passed: bool,
    /// How long it will still run, where the rules let a policy know.
    pub remaining: Option<Duration>,
}

/// What a policy sees: everything but the results of what still runs.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub(super) problem: &'a Problem,
    pub(super) state: &'a State,
    pub(super) now: Time,
}

impl<'a> View<'a> {
    /// The workflow with its rules, budget and deadline.
    pub fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// The present.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Time left before the deadline.
    pub fn time_left(&self) -> Duration {
        let deadline = Time::START + self.problem.deadline();
        if deadline > self.now { deadline.since(self.now) } else { Duration::ZERO }
    }

    /// Units of the budget that are neither spent nor set aside for running batches.
    pub fn budget_left(&self) -> u64 {
        self.state.budget
    }

    /// Whether a subtask is done.
    pub fn is_done(&self, node: Node) -> bool {
        self.state.status[node] == Status::Done
    }

    /// Subtasks that can be launched, in order of their positions.
    pub fn ready(&self) -> &'a [Node] {
        &self.state.ready
    }

    /// Batches launched for a subtask so far.
    pub fn attempts(&self, node: Node) -> u32 {
        self.state.attempts[node]
    }

    /// Batches that run, in the order of their launches.
    pub fn running(&self) -> impl Iterator<Item = Running> + Clone + use<'a> {
        let (state, now, problem) = (self.state, self.now, self.problem);
        state.running.iter().map(move |&node| {
            let flight = &state.flights[node];
            let known = problem.rules().running == RunningInfo::Clairvoyant;
            Running {
                node,
                launch: flight.launch,
                elapsed: now.since(flight.started),
                ended: flight.ended,
                passed: flight.seen,
                remaining: known.then(|| flight.ends.since(now)),
            }
        })
    }

    /// Subtasks that are not done.
    pub fn left(&self) -> usize {
        self.state.left
    }
}
