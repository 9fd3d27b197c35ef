//! Rollouts: a run on from what a planner sees, with its own draws.

use std::ops::Range;

use sim_core::events::{Duration, Time};
use sim_core::graph::Node;
use sim_core::random::{Entity, Stream, Streams, TrialStreams};

use super::laws::{BatchLaw, BatchLaws, Draw};
use super::lockstep::{Lockstep, Memory, Shape, TOGETHER};
use crate::workflow::batch::Verified;
use crate::workflow::capacity::Line;
use crate::workflow::execution::{Admission, Execution, Outcomes};
use crate::workflow::policy::{Policy, Sequential};
use crate::workflow::state::State;
use crate::workflow::{Batch, BatchEnd, Launch, Problem, RunResult, RunningInfo, View};

/// Draws of batches are made on this channel plus the model; those of running ones on the first.
pub(super) const LAUNCHED: u64 = 1;
const RUNNING: u64 = 0;

/// Batches after which a rollout is given up, and counts as failed.
const MOST_BATCHES: u64 = 100;
const BATCHES_PER_SUBTASK: u64 = 20;

/// What a planner simulates: what is launched now, and what for every subtask from then on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) action: &'a [(Node, Launch)],
    pub(super) continuation: Launch,
}

/// Simulates runs on from a state.
#[derive(Debug)]
pub(super) struct Rollouts {
    memory: Execution,
    start: State,
    together: Memory,
    /// Of the problem that was planned last.
    shape: Option<Shape>,
}

/// The results of batches as a planner draws them.
struct Imagined<'a> {
    problem: &'a Problem,
    laws: &'a BatchLaws,
    streams: TrialStreams,
}

impl Rollouts {
    pub(super) fn new() -> Self {
        Self {
            memory: Execution::default(),
            start: State::default(),
            together: Memory::default(),
            shape: None,
        }
    }

    /// Runs on from what a policy sees, launching `first` now. Replications of one number have the same draws, whatever is launched.
    pub(super) fn run<P: Policy + ?Sized>(
        &mut self,
        view: &View<'_>,
        laws: &BatchLaws,
        streams: &Streams,
        replication: u64,
        first: &[(Node, Launch)],
        policy: &mut P,
    ) -> RunResult {
        let streams = streams.trial(replication);
        self.start.become_like(view.state);
        let mut imagined = Imagined { problem: view.problem, laws, streams };
        imagined.redraw(view, &mut self.start);
        std::mem::swap(&mut self.memory.state, &mut self.start);
        self.memory.most_batches = most_batches(view);
        self.memory.run_on(view.problem, view.now, first, policy, &mut imagined)
    }

    /// In how many of some replications the workflow is completed for a pair. `None` if
    /// they are certainly less than `least`: their runs are cut off when that shows.
    pub(super) fn completed(
        &mut self,
        view: &View<'_>,
        laws: &BatchLaws,
        streams: &Streams,
        replications: Range<u64>,
        pair: Pair<'_>,
        least: u64,
    ) -> Option<u64> {
        if self.shape.as_ref().is_none_or(|shape| shape.problem != view.problem.id()) {
            self.shape = Shape::new(view.problem);
        }
        let lockstep =
            self.shape.as_ref().and_then(|shape| Lockstep::new(view, laws, shape, pair, most_batches(view)));
        let Some(lockstep) = lockstep else {
            return Some(self.completed_one_by_one(view, laws, streams, replications, pair));
        };
        let (start, memory) = (&mut self.start, &mut self.together);
        let mut begin = |streams: TrialStreams, begin: &mut dyn FnMut(TrialStreams, &State)| {
            if view.state.running.is_empty() {
                begin(streams, view.state);
                return;
            }
            start.become_like(view.state);
            let imagined = Imagined { problem: view.problem, laws, streams };
            imagined.redraw(view, start);
            begin(imagined.streams, start);
        };
        let mut left = replications;
        let mut most_failed = (left.end - left.start).checked_sub(least)?;
        let mut completed = 0;
        while !left.is_empty() {
            let next = left.end.min(left.start + TOGETHER as u64);
            let trials = streams.trials(left.start..next);
            let done = lockstep.completed(memory, trials, most_failed, &mut begin)?;
            completed += done;
            most_failed -= next - left.start - done;
            left.start = next;
        }
        Some(completed)
    }

    /// The same by the general execution.
    pub(super) fn completed_one_by_one(
        &mut self,
        view: &View<'_>,
        laws: &BatchLaws,
        streams: &Streams,
        replications: Range<u64>,
        pair: Pair<'_>,
    ) -> u64 {
        let mut policy = Sequential(pair.continuation);
        let done = |replication: u64| {
            u64::from(self.run(view, laws, streams, replication, pair.action, &mut policy).is_done())
        };
        replications.map(done).sum()
    }
}

/// Batches after which a rollout from here is given up.
fn most_batches(view: &View<'_>) -> u64 {
    MOST_BATCHES + BATCHES_PER_SUBTASK * view.left() as u64
}

impl Imagined<'_> {
    fn stream(&self, entity: Entity, attempt: u32, channel: u64) -> Stream {
        self.streams.open(entity, u64::from(attempt), channel)
    }

    /// What is hidden about running batches is drawn.
    fn redraw(&self, view: &View<'_>, state: &mut State) {
        for position in 0..state.running.len() {
            let node = state.running[position];
            let flight = state.flights[node];
            let Some(law) = self.laws.of(self.problem, node, flight.launch) else { continue };
            let mut stream = self.stream(self.problem.entity(node), state.attempts[node], RUNNING);
            let passes = self.passes(law, state, node, flight.launch);
            let known = self.problem.rules().running == RunningInfo::Clairvoyant;
            let (passed, ends, cost) = if known {
                (stream.uniform() < passes, flight.ends, flight.cost)
            } else {
                let elapsed = view.now.since(flight.started);
                let (passed, draw) = still_running(law, passes, elapsed, &mut stream);
                let cost = draw.cost.min(flight.reserved);
                (passed, (flight.started + draw.duration).max(view.now), cost)
            };
            let right = passed && stream.uniform() < law.right;
            let flight = &mut state.flights[node];
            (flight.passed, flight.right, flight.ends, flight.cost) = (passed, right, ends, cost);
        }
        // Whoever knew when places become free would know when running samples end: they are taken to be in use until their batch ends.
        if !state.lines.is_empty() {
            state.lines = self.problem.lines();
            for &node in &state.running {
                let flight = state.flights[node];
                if let Some(line) = state.lines.get_mut(flight.launch.model) {
                    line.occupy(flight.launch.count, flight.ends);
                }
            }
        }
    }

    /// Probability that a batch passes, given what has failed before.
    fn passes(&self, law: &BatchLaw, state: &State, node: Node, launch: Launch) -> f64 {
        let Some((a, b)) = self.problem.rules().dependence.shapes(law.sample) else { return law.passes };
        let models = self.problem.workflow().models().len();
        let failures = state.failures.get(node * models + launch.model).copied().unwrap_or(0);
        // The posterior of the run's own probability is a beta law again; all of `count` samples fail with the product below.
        let b = b + f64::from(failures);
        let mut all_fail = 1.0;
        for sample in 0..launch.count {
            all_fail *= (b + f64::from(sample)) / (a + b + f64::from(sample));
        }
        1.0 - all_fail
    }
}

/// Whether a batch passes that has run for so long, and when it ends. Drawn from those that last longer; if none is known that does, it
/// ends now.
fn still_running(law: &BatchLaw, passes: f64, elapsed: Duration, stream: &mut Stream) -> (bool, Draw) {
    let (passed, failed) = law.draws();
    let longer = |draws: &[Draw]| draws.len() - draws.partition_point(|draw| draw.duration <= elapsed);
    let share = |draws: &[Draw]| longer(draws) as f64 / draws.len() as f64;
    let (win, lose) = (passes * share(passed), (1.0 - passes) * share(failed));
    let (chance, place) = (stream.uniform(), stream.uniform());
    if win + lose == 0.0 {
        let wins = chance < passes;
        let last = if wins { passed.last() } else { failed.last() };
        let cost = last.map_or(0, |draw| draw.cost);
        return (wins, Draw { duration: elapsed, cost });
    }
    let wins = chance * (win + lose) < win;
    let draws = if wins { passed } else { failed };
    let count = longer(draws);
    let at = draws.len() - count + ((place * count as f64) as usize).min(count - 1);
    (wins, draws[at])
}

impl Outcomes for Imagined<'_> {
    fn batch(&mut self, to: &mut Admission<'_>, node: Node, launch: Launch) -> Option<(Launch, Batch)> {
        let (entity, attempt) = (self.problem.entity(node), to.state.attempts[node]);
        let draw = |launch: Launch| {
            let law = self.laws.of(self.problem, node, launch)?;
            let mut stream = self.stream(entity, attempt, LAUNCHED + launch.model as u64);
            let passed = stream.uniform() < self.passes(law, to.state, node, launch);
            let draw = law.draw(passed, stream.uniform());
            let right = passed && stream.uniform() < law.right;
            let Draw { duration, cost } = draw;
            Some((launch, Batch { duration, cost, tokens: 0, wasted: 0, passed, right }))
        };
        let (mut launched, mut batch) = draw(launch)?;
        if batch.cost > to.covered {
            // As many samples as are covered if each costs what they do on average.
            let count = (f64::from(launch.count) * (to.covered as f64 / batch.cost as f64)) as u32;
            (launched, batch) = draw(Launch { count, ..launch })?;
            batch.cost = batch.cost.min(to.covered);
        }
        if let Some(line) = to.lines.get_mut(launch.model) {
            let wait = self.wait(line, to.now, node, launched, batch.passed);
            batch.duration += wait;
        }
        Some((launched, batch))
    }
}

impl Imagined<'_> {
    /// About how much longer a batch takes because its samples wait: all samples are taken to be as long as they are on average, and the
    /// one that passes first where the first success ends the batch to be the one that does on average.
    fn wait(&self, line: &mut Line, now: Time, node: Node, launch: Launch, passed: bool) -> Duration {
        let Some(law) = self.problem.beliefs().law(node, launch.model) else { return Duration::ZERO };
        let latency = law.mean_latency();
        let sample = Verified::of_length(latency, law.mean_tokens() as u64);
        let mut samples = vec![sample; launch.count as usize];
        let is_first_success = passed && self.problem.rules().batch_end != BatchEnd::Barrier;
        if is_first_success {
            let success = self.problem.success(node, launch.model).max(f64::MIN_POSITIVE);
            let place = (1.0 / success) as usize;
            let last = samples.len().saturating_sub(1);
            if let Some(sample) = samples.get_mut(place.saturating_sub(1).min(last)) {
                sample.passed = true;
            }
        }
        line.join(now, &mut samples, is_first_success);
        let waits = samples.iter().filter(|sample| sample.passed || !is_first_success);
        Duration::from_seconds_saturating(waits.map(|sample| sample.begins).fold(0.0, f64::max))
    }
}

/// The end of a rollout as the planner values it.
pub(super) fn value(result: &RunResult) -> f64 {
    f64::from(u8::from(result.is_done()))
}
