//! Rollouts of one action and one fixed continuation, many replications in turns.
//!
//! It gives what [`Rollouts::run`](super::rollout::Rollouts::run) gives, from the same draws, under the rules that the published planner
//! has: what is launched is known to be in time and within budget, samples are independent, the verifier is perfect. A run needs no events
//! then, only the next end of what is under way. The runs go on one step each in turn: a processor waits for the draws of one run while
//! it works on the next.

use std::fmt;

use sim_core::graph::Node;
use sim_core::random::{Entity, TrialStreams};

use super::laws::{BatchLaw, BatchLaws, Draw, KEPT};
use super::rollout::{LAUNCHED, Pair};
use crate::workflow::policy::Sequential;
use crate::workflow::state::State;
use crate::workflow::{
    Capacity, DeadlineRule, Dependence, Launch, Overspend, Problem, Replanning, Verifier, View,
};

/// Replications that go on together.
pub(super) const TOGETHER: usize = 64;

/// Subtasks that one word of bits is enough for.
const MOST_SUBTASKS: usize = 64;

/// Subtasks of whose sets there is a table.
const MOST_TABULATED: usize = 8;

/// Bits of the subtask in a number that says what ends when.
const NODE_BITS: u32 = 6;

/// Latest deadline: times are shifted by [`NODE_BITS`].
const LATEST: u64 = 1 << 56;

/// Nothing ends.
const NEVER: u64 = u64::MAX;

/// What is launched for a subtask.
struct Launched<'a> {
    /// Below it lie the upper 52 bits of a draw where the batch passes.
    passes: u64,
    /// Outcomes of batches that do not pass, and of those that do.
    draws: [&'a [Draw; KEPT]; 2],
    /// Where its draws come from.
    channel: u64,
}

impl<'a> Launched<'a> {
    fn new(problem: &Problem, laws: &'a BatchLaws, node: Node, launch: Launch) -> Option<Self> {
        let law: &BatchLaw = laws.of(problem, node, launch)?;
        let (passed, failed) = law.draws();
        Some(Self {
            // A uniform number is (b + 1/2) / 2^52 for its upper bits b; none of these steps rounds.
            passes: libm::ceil(law.passes * (1u64 << 52) as f64 - 0.5) as u64,
            draws: [failed.try_into().ok()?, passed.try_into().ok()?],
            channel: LAUNCHED + launch.model as u64,
        })
    }
}

/// One action, one continuation, and everything about the problem that a run asks for.
pub(super) struct Lockstep<'a> {
    now: u64,
    deadline: u64,
    most_batches: u64,
    first: Vec<(Node, Launched<'a>)>,
    /// By subtask.
    then: Vec<Launched<'a>>,
    shape: &'a Shape,
    /// Subtasks that are done already.
    done: u64,
}

/// What runs ask of the workflow, whatever is launched in them.
#[derive(Debug)]
pub(super) struct Shape {
    /// The problem that it belongs to.
    pub(super) problem: u64,
    entities: Vec<Entity>,
    /// By subtask: those that it needs.
    needs: Vec<u64>,
    /// By set of subtasks that are done: those that can be launched; empty where the sets are too many.
    launchable: Vec<u64>,
    /// All subtasks.
    all: u64,
}

impl Shape {
    /// The shape of a problem; `None` if it has too many subtasks.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let graph = problem.workflow().graph();
        let n = graph.len();
        if n > MOST_SUBTASKS {
            return None;
        }
        let needs: Vec<u64> =
            (0..n).map(|node| graph.senders(node).fold(0, |all, sender| all | 1 << sender)).collect();
        let sets = if n <= MOST_TABULATED { 1 << n } else { 0 };
        Some(Self {
            problem: problem.id(),
            entities: (0..n).map(|node| problem.entity(node)).collect(),
            launchable: (0..sets).map(|done| launchable(&needs, done)).collect(),
            needs,
            all: u64::MAX >> (MOST_SUBTASKS - n),
        })
    }
}

/// A run in progress. Bit `v` of a word is subtask `v`.
struct Progress {
    streams: TrialStreams,
    done: u64,
    /// What is launched next.
    ready: u64,
    /// Those under way, and those of them whose batch passes.
    running: u64,
    passes: u64,
    budget: u64,
    batches: u64,
    /// The present, what was launched last costs, and whether some of it is late.
    now: u64,
    cost: u64,
    late: bool,
}

/// The memory of the runs, which is used again.
#[derive(Default)]
pub(super) struct Memory {
    runs: Vec<Progress>,
    /// By run and subtask.
    cells: Vec<Cell>,
    /// Runs that go on.
    going: Vec<usize>,
    /// Runs and subtasks that are launched next.
    launches: Vec<(usize, Node)>,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

/// A subtask in a run.
#[derive(Clone, Copy, Default)]
struct Cell {
    /// When it ends, shifted by [`NODE_BITS`], and which it is.
    ends: u64,
    /// Batches so far.
    attempts: u32,
}

impl<'a> Lockstep<'a> {
    /// What is prepared for a pair of action and continuation; `None` where runs of it need the general execution.
    pub(super) fn new(
        view: &View<'a>,
        laws: &'a BatchLaws,
        shape: &'a Shape,
        Pair { action: first, continuation }: Pair<'_>,
        most_batches: u64,
    ) -> Option<Self> {
        let problem = view.problem;
        let rules = problem.rules();
        let n = problem.workflow().len();
        let (now, deadline) = (view.now.as_nanoseconds(), problem.deadline().as_nanoseconds());
        let simple = rules.overspend == Overspend::FailRun
            && rules.deadline == DeadlineRule::AtLaunch
            && rules.verifier == Verifier::Perfect
            && rules.dependence == Dependence::Independent
            && rules.capacity == Capacity::Infinite
            && rules.replanning == Replanning::BatchEnd;
        // An action that leaves something out, or names something twice, is not a simple one.
        let all = first.len() == view.ready().len()
            && first.iter().zip(view.ready()).all(|((node, _), ready)| node == ready);
        if !(simple && all && now.max(deadline) < LATEST) {
            return None;
        }
        let launched = |node: Node, launch: Launch| Launched::new(problem, laws, node, launch);
        let first: Option<Vec<_>> =
            first.iter().map(|&(node, launch)| Some((node, launched(node, launch)?))).collect();
        let then: Option<Vec<_>> = (0..n)
            .map(|node| launched(node, Sequential(continuation).launch_at(problem.workflow(), node)?))
            .collect();
        let done = (0..n).filter(|&node| view.is_done(node)).fold(0, |done, node| done | 1 << node);
        Some(Self { now, deadline, most_batches, first: first?, then: then?, shape, done })
    }

    /// How many of at most [`TOGETHER`] replications, whose streams are given, are completed. `start` gives the state that one starts
    /// from, in which what is hidden has been drawn. `None` as soon as more than `most_failed` have failed.
    pub(super) fn completed(
        &self,
        memory: &mut Memory,
        replications: Vec<TrialStreams>,
        most_failed: u64,
        mut start: impl FnMut(TrialStreams, &mut dyn FnMut(TrialStreams, &State)),
    ) -> Option<u64> {
        let Memory { runs, cells, going, launches } = memory;
        runs.clear();
        // What an earlier pair left in the cells is written over before it is read.
        cells.resize(self.shape.needs.len() * TOGETHER, Cell::default());
        for replication in replications.into_iter().take(TOGETHER) {
            start(replication, &mut |streams, state| {
                let place = runs.len() * self.shape.needs.len();
                runs.push(self.begin(streams, state, &mut cells[place..place + self.shape.needs.len()]));
            });
        }
        going.clear();
        going.extend(0..runs.len());
        for (node, launched) in &self.first {
            for (run, progress) in runs.iter_mut().enumerate() {
                self.launch(progress, &mut cells[run * self.shape.needs.len() + node], *node, launched);
            }
        }
        let (mut completed, mut failed) = (0, 0);
        while !going.is_empty() {
            going.retain(|&run| {
                let place = run * self.shape.needs.len();
                let ended = self.advance(&mut runs[run], &cells[place..place + self.shape.needs.len()]);
                completed += u64::from(ended == Some(true));
                let mut ready = std::mem::take(&mut runs[run].ready);
                if ended.is_some() {
                    failed += u64::from(ended == Some(false));
                    return false;
                }
                // Something is ready in a run that goes on, mostly one subtask.
                loop {
                    launches.push((run, ready.trailing_zeros() as usize));
                    ready &= ready - 1;
                    if ready == 0 {
                        return true;
                    }
                }
            });
            if failed > most_failed {
                launches.clear();
                return None;
            }
            for (run, node) in launches.drain(..) {
                let cell = &mut cells[run * self.shape.needs.len() + node];
                self.launch(&mut runs[run], cell, node, &self.then[node]);
            }
        }
        Some(completed)
    }

    fn begin(&self, streams: TrialStreams, state: &State, cells: &mut [Cell]) -> Progress {
        let mut progress = Progress {
            streams,
            done: self.done,
            ready: 0,
            running: 0,
            passes: 0,
            budget: state.budget,
            batches: 0,
            now: self.now,
            cost: 0,
            late: false,
        };
        for (cell, &attempts) in cells.iter_mut().zip(&state.attempts) {
            cell.attempts = attempts;
        }
        for &node in &state.running {
            let flight = &state.flights[node];
            let ends = flight.ends.as_nanoseconds().clamp(self.now, LATEST);
            cells[node].ends = ends << NODE_BITS | node as u64;
            progress.running |= 1 << node;
            progress.passes |= u64::from(flight.passed) << node;
        }
        progress
    }

    /// Launches a batch. Whether it is late or too dear shows at the next step.
    #[inline(always)]
    fn launch(&self, progress: &mut Progress, cell: &mut Cell, node: Node, launched: &Launched<'_>) {
        let attempt = u64::from(cell.attempts);
        let mut stream = progress.streams.open(self.shape.entities[node], attempt, launched.channel);
        let passes = stream.bits() >> 12 < launched.passes;
        // A uniform number times the number of draws, rounded down.
        let draw = launched.draws[usize::from(passes)][(stream.bits() >> (64 - KEPT.ilog2())) as usize];
        let ends = progress.now.saturating_add(draw.duration.as_nanoseconds());
        *cell = Cell { ends: ends << NODE_BITS | node as u64, attempts: cell.attempts + 1 };
        progress.late |= ends > self.deadline;
        progress.cost = progress.cost.saturating_add(draw.cost);
        progress.running |= 1 << node;
        progress.passes = progress.passes & !(1 << node) | u64::from(passes) << node;
        progress.batches += 1;
    }

    /// Goes on to the next end, if what was launched is covered, and finds what is ready then. Tells whether the workflow was completed if
    /// the run is at its end.
    #[inline(always)]
    fn advance(&self, progress: &mut Progress, cells: &[Cell]) -> Option<bool> {
        if progress.late || progress.cost > progress.budget {
            return Some(false);
        }
        progress.budget -= std::mem::take(&mut progress.cost);
        loop {
            let (next, after) = earliest(cells, progress.running);
            let (now, node) = (next >> NODE_BITS, (next & ((1 << NODE_BITS) - 1)) as usize);
            // What was under way at the beginning may end late.
            if next == NEVER || now > self.deadline {
                return Some(false);
            }
            progress.now = now;
            progress.running ^= 1 << node;
            progress.done |= progress.passes & 1 << node;
            if progress.done == self.shape.all {
                return Some(true);
            }
            // Without a branch: whether a batch has passed is what cannot be predicted.
            let launchable = match self.shape.launchable.get(progress.done as usize) {
                Some(&known) => known,
                None => launchable(&self.shape.needs, progress.done),
            };
            progress.ready = launchable & !progress.running;
            if progress.batches >= self.most_batches {
                return Some(false);
            }
            // All that ends at one time is known before the next decision, and without anything ready there is none.
            if after >> NODE_BITS != now && progress.ready != 0 {
                return None;
            }
        }
    }
}

/// Subtasks that are not done, but all that they need.
fn launchable(needs: &[u64], done: u64) -> u64 {
    needs.iter().enumerate().fold(0, |all, (node, needs)| all | u64::from(needs & !done == 0) << node) & !done
}

/// The least of the numbers that are chosen, and the least of the others.
#[inline(always)]
fn earliest(cells: &[Cell], chosen: u64) -> (u64, u64) {
    let (mut first, mut second, mut left) = (NEVER, NEVER, chosen);
    while left != 0 {
        let end = cells[left.trailing_zeros() as usize].ends;
        left &= left - 1;
        (first, second) = (first.min(end), second.min(first.max(end)));
    }
    (first, second)
}

#[cfg(test)]
mod tests;
