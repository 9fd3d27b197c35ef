//! Batches that are changed while they run: samples are added, or what runs is cancelled.

use sim_core::events::{Calendar, Duration, Handle, Time};
use sim_core::graph::Node;

use super::{Event, Outcomes, Run};
use crate::workflow::batch::Verified;
use crate::workflow::policy::{Policy, Revision};
use crate::workflow::state::Status;
use crate::workflow::{Batch, Capacity, DeadlineRule, Ending, Launch, Overspend, Problem, Replanning, View};

/// Most samples of a batch that was added to.
const MOST_SAMPLES: u32 = 65_536;

/// What is kept of batches that may change.
#[derive(Clone, Debug, Default)]
pub(super) struct Revisable {
    /// By subtask: the batch that runs; empty where policies are asked only at ends of batches.
    batches: Vec<Ongoing>,
    /// Batches of which a sample has ended now.
    due: Vec<Node>,
    /// How often batches were changed: a run in which that goes on for nothing must end.
    changes: u64,
}

#[derive(Clone, Debug, Default)]
struct Ongoing {
    samples: Vec<Verified>,
    end: Option<Handle>,
    /// Ends of samples that are awaited.
    awaited: Vec<Handle>,
}

impl Revisable {
    pub(super) fn begin(&mut self, problem: &Problem) {
        let is_asked = problem.rules().replanning == Replanning::SampleEnd;
        self.batches.resize_with(if is_asked { problem.workflow().len() } else { 0 }, Ongoing::default);
        for batch in &mut self.batches {
            batch.end = None;
        }
        self.due.clear();
        self.changes = 0;
    }

    /// A batch begins.
    pub(super) fn launched(&mut self, node: Node, samples: impl Iterator<Item = Verified>, end: Handle) {
        if let Some(batch) = self.batches.get_mut(node) {
            batch.samples.clear();
            batch.samples.extend(samples);
            batch.awaited.clear();
            batch.end = Some(end);
        }
    }
}

impl<P: Policy + ?Sized, O: Outcomes> Run<'_, P, O> {
    /// Awaits the ends of samples that come before the end of their batch: of those from a position on, which are new, and of those before
    /// that have not ended.
    pub(super) fn await_samples(&mut self, node: Node, new: usize, calendar: &mut Calendar<Event>) {
        let Some(batch) = self.memory.revisable.batches.get_mut(node) else { return };
        for handle in batch.awaited.drain(..) {
            calendar.cancel(handle);
        }
        let flight = &self.memory.state.flights[node];
        let (duration, elapsed) = (flight.ends.since(flight.started), calendar.now().since(flight.started));
        for (position, sample) in batch.samples.iter().enumerate() {
            let end = Duration::from_seconds_saturating(sample.ends());
            if end < duration && (position >= new || end > elapsed) {
                batch.awaited.push(calendar.schedule(end - elapsed, Event::Sample(node)));
            }
        }
    }

    /// A sample has ended before its batch.
    pub(super) fn sample_ends(&mut self, node: Node, calendar: &mut Calendar<Event>) {
        let flight = &mut self.memory.state.flights[node];
        flight.ended += 1;
        let elapsed = calendar.now().since(flight.started);
        let revisable = &mut self.memory.revisable;
        if let Some(batch) = revisable.batches.get(node) {
            flight.seen = batch.samples.iter().any(|sample| sample.passed && sample.has_ended(elapsed));
        }
        if !revisable.due.contains(&node) {
            revisable.due.push(node);
        }
        if calendar.next_time() != Some(calendar.now()) {
            self.revise_then(calendar, Self::decide);
        }
    }

    /// Asks about batches of which a sample has ended, and then decides about what is ready, unless a batch ends by what was said.
    pub(super) fn revise_then(
        &mut self,
        calendar: &mut Calendar<Event>,
        decide: fn(&mut Self, &mut Calendar<Event>),
    ) {
        let mut due = std::mem::take(&mut self.memory.revisable.due);
        for node in due.drain(..) {
            if self.ended.is_none() && self.may_change(node) {
                self.revise(node, calendar);
            }
        }
        self.memory.revisable.due = due;
        if self.ended.is_none() && calendar.next_time() != Some(calendar.now()) {
            decide(self, calendar);
        }
    }

    fn may_change(&self, node: Node) -> bool {
        let revisable = &self.memory.revisable;
        self.memory.state.status[node] == Status::Running
            && revisable.batches.get(node).is_some_and(|batch| batch.end.is_some())
            && self.problem.rules().capacity == Capacity::Infinite
            && revisable.changes < self.memory.most_batches
    }

    fn revise(&mut self, node: Node, calendar: &mut Calendar<Event>) {
        let view = View { problem: self.problem, state: &self.memory.state, now: calendar.now() };
        let Some(running) = view.running().find(|running| running.node == node) else { return };
        match self.policy.revise(&view, &running) {
            Revision::Keep => {}
            Revision::Add(count) => self.add(node, count, calendar),
            Revision::Cancel => self.cancel(node, calendar),
        }
    }

    /// Adds samples to a batch, as far as the rules of launches allow: they cost what a launch of them would cost.
    fn add(&mut self, node: Node, count: u32, calendar: &mut Calendar<Event>) {
        let (rules, state) = (self.problem.rules(), &self.memory.state);
        let flight = state.flights[node];
        let elapsed = calendar.now().since(flight.started);
        let count = count.min(MOST_SAMPLES.saturating_sub(flight.launch.count));
        let set_aside = self.reserved(node, Launch { count, ..flight.launch });
        let is_refused = match rules.overspend {
            Overspend::Reserve { .. } => set_aside > state.budget,
            Overspend::AllowBounded => state.budget == 0,
            Overspend::FailRun | Overspend::RejectDecision | Overspend::SampleBySample => false,
        };
        if is_refused || count == 0 {
            return;
        }
        let mut added = Vec::new();
        self.outcomes.more(state, node, count, &mut added);
        if rules.overspend == Overspend::SampleBySample {
            let mut left = Some(state.budget);
            added.retain(|sample| {
                left = left.and_then(|left| left.checked_sub(sample.cost));
                left.is_some()
            });
        }
        if added.is_empty() {
            return;
        }
        let mut samples = self.memory.revisable.batches[node].samples.clone();
        let begins = elapsed.as_seconds();
        samples.extend(added.iter().map(|sample| Verified { begins, ..*sample }));
        let batch = self.problem.batch_of(&samples);
        let dearer = batch.cost.saturating_sub(flight.cost);
        if dearer > state.budget && rules.overspend == Overspend::RejectDecision {
            return;
        }
        if dearer > state.budget && rules.overspend == Overspend::FailRun {
            self.end(Ending::Budget, calendar);
            return;
        }
        if rules.deadline == DeadlineRule::AtLaunch
            && flight.started + batch.duration > Time::START + self.problem.deadline()
        {
            self.end(Ending::Deadline, calendar);
            return;
        }
        self.memory.revisable.batches[node].samples = samples;
        let flight = &mut self.memory.state.flights[node];
        flight.launch.count += added.len() as u32;
        flight.reserved = match rules.overspend {
            Overspend::Reserve { .. } => flight.reserved.saturating_add(set_aside).max(batch.cost),
            _ => batch.cost,
        };
        self.result.samples += added.len() as u64;
        let new = self.memory.revisable.batches[node].samples.len() - added.len();
        self.becomes(node, &batch, new, calendar);
    }

    /// Cancels what runs of a batch.
    fn cancel(&mut self, node: Node, calendar: &mut Calendar<Event>) {
        let reserves = matches!(self.problem.rules().overspend, Overspend::Reserve { .. });
        let flight = &mut self.memory.state.flights[node];
        let elapsed = calendar.now().since(flight.started);
        let batch = self.problem.batch_until(&self.memory.revisable.batches[node].samples, elapsed);
        flight.cancelled = true;
        if !reserves {
            flight.reserved = batch.cost;
        }
        let known = self.memory.revisable.batches[node].samples.len();
        self.becomes(node, &Batch { duration: elapsed, ..batch }, known, calendar);
    }

    /// A batch that runs comes to something else: its end and the budget follow.
    fn becomes(&mut self, node: Node, batch: &Batch, new: usize, calendar: &mut Calendar<Event>) {
        let now = calendar.now();
        let state = &mut self.memory.state;
        let flight = &mut state.flights[node];
        flight.ends = (flight.started + batch.duration).max(now);
        (flight.cost, flight.tokens, flight.wasted) = (batch.cost, batch.tokens, batch.wasted);
        (flight.passed, flight.right) = (batch.passed, batch.right);
        let wait = flight.ends.since(now);
        let held = state.running.iter().map(|&node| state.flights[node].reserved);
        let taken = held.fold(self.result.cost, u64::saturating_add);
        state.budget = self.problem.budget().amount().saturating_sub(taken);
        self.memory.revisable.changes += 1;
        if let Some(end) = self.memory.revisable.batches[node].end {
            calendar.reschedule(end, wait);
        }
        self.await_samples(node, new, calendar);
    }
}
