//! The execution of a workflow on the event engine.

mod launch;
mod revision;

use sim_core::events::{Calendar, Duration, Limits, System, Time, run};
use sim_core::graph::Node;

use self::revision::Revisable;
use super::batch::Verified;
use super::capacity::Line;
use super::policy::{Decision, Policy};
use super::state::{Flight, State, Status};
use super::{Attempt, Batch, BatchEnd, DeadlineRule, Ending, Launch, Problem, Replanning, RunResult, View};

/// Batches per subtask after which a run is given up: what has not come to an end by then goes on for nothing.
pub(super) const MOST_BATCHES: u64 = 1000;

/// What a launch meets.
pub(super) struct Admission<'a> {
    pub(super) state: &'a State,
    pub(super) now: Time,
    /// What its samples may cost, where they are launched one by one.
    pub(super) covered: u64,
    /// By model: the samples before it; empty where none waits.
    pub(super) lines: &'a mut [Line],
    /// Its samples, where their ends are looked at.
    pub(super) samples: &'a mut Vec<(Node, Verified)>,
}

/// Where the results of batches come from: the world's draws, or a planner's.
pub(super) trait Outcomes {
    /// What a batch comes to that is launched now, or as many of its samples as cost no more than is covered, one after the other.
    /// `None` if there is none.
    fn batch(&mut self, to: &mut Admission<'_>, node: Node, launch: Launch) -> Option<(Launch, Batch)>;

    /// The samples that come after those of a running batch, as many as are asked for. A planner imagines no batch that grows.
    fn more(&mut self, state: &State, node: Node, count: u32, samples: &mut Vec<Verified>) {
        let _ = (state, node, count, samples);
    }
}

/// What happens at a point of time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The batch of a subtask ends.
    End(Node),
    /// A sample of a batch ends, before its batch does.
    Sample(Node),
    /// It is time for a decision.
    Tick,
    /// What was decided is launched, after the time that the decision took.
    Launch,
}

/// The memory of a run, which is used again in the next one.
#[derive(Clone, Debug, Default)]
pub(super) struct Execution {
    pub(super) state: State,
    calendar: Calendar<Event>,
    decision: Decision,
    drawn: Drawn,
    /// What may still change, where policies are asked at the ends of samples.
    revisable: Revisable,
    /// Whether a tick is awaited, and how many there were.
    ticking: bool,
    ticks: u64,
    /// Whether a decision is being made, which takes time.
    planning: bool,
    /// Whether something became ready meanwhile.
    overtaken: bool,
    /// Batches after which the run is given up.
    pub(super) most_batches: u64,
}

/// What the launches of a decision come to.
#[derive(Clone, Debug, Default)]
struct Drawn {
    /// One per launch.
    batches: Vec<Batch>,
    /// The lines at the providers, with these samples in them.
    lines: Vec<Line>,
    /// Their samples, where it is looked at their ends.
    samples: Vec<(Node, Verified)>,
}

/// A run: its memory, and who decides what in it.
struct Run<'a, P: ?Sized, O> {
    problem: &'a Problem,
    memory: &'a mut Execution,
    policy: &'a mut P,
    outcomes: &'a mut O,
    result: RunResult,
    ended: Option<Ending>,
    history: Option<&'a mut Vec<Attempt>>,
}

impl Execution {
    /// Runs a workflow from its beginning.
    pub(super) fn run<P: Policy + ?Sized, O: Outcomes>(
        &mut self,
        problem: &Problem,
        policy: &mut P,
        outcomes: &mut O,
        history: Option<&mut Vec<Attempt>>,
    ) -> RunResult {
        self.most_batches = MOST_BATCHES * problem.workflow().len() as u64;
        self.state.begin(problem);
        self.calendar.clear();
        self.finish(problem, policy, outcomes, history, None)
    }

    /// Runs a workflow on from a state, in which `first` is decided now. Batches that run end when their flights say.
    pub(super) fn run_on<P: Policy + ?Sized, O: Outcomes>(
        &mut self,
        problem: &Problem,
        now: Time,
        first: &[(Node, Launch)],
        policy: &mut P,
        outcomes: &mut O,
    ) -> RunResult {
        self.calendar.clear_at(now);
        for position in 0..self.state.running.len() {
            let node = self.state.running[position];
            // Flights of a view end now or later.
            let _ = self.calendar.schedule_at(self.state.flights[node].ends.max(now), Event::End(node));
        }
        self.finish(problem, policy, outcomes, None, Some(first))
    }

    fn finish<P: Policy + ?Sized, O: Outcomes>(
        &mut self,
        problem: &Problem,
        policy: &mut P,
        outcomes: &mut O,
        history: Option<&mut Vec<Attempt>>,
        first: Option<&[(Node, Launch)]>,
    ) -> RunResult {
        (self.planning, self.overtaken) = (false, false);
        (self.ticking, self.ticks) = (false, 0);
        self.revisable.begin(problem);
        let mut calendar = std::mem::take(&mut self.calendar);
        let result = RunResult {
            ending: Ending::Stalled,
            cost: 0,
            wasted: 0,
            makespan: Time::START,
            completed: 0,
            batches: 0,
            samples: 0,
            decisions: 0,
            simulations: 0,
            score: None,
        };
        let mut run_state = Run { problem, memory: self, policy, outcomes, result, ended: None, history };
        match first {
            Some(first) => {
                run_state.memory.decision.launches.clear();
                run_state.memory.decision.launches.extend_from_slice(first);
                run_state.launch(&mut calendar);
            }
            None => run_state.decide(&mut calendar),
        }
        if run_state.ended.is_none() {
            let limits = match problem.rules().deadline {
                DeadlineRule::Afterwards => Limits::NONE,
                DeadlineRule::AtLaunch | DeadlineRule::AtDeadline => Limits::until(problem.deadline()),
            };
            run(&mut run_state, &mut calendar, &limits);
        }
        let result = run_state.conclude(&calendar);
        self.calendar = calendar;
        result
    }
}

impl<P: Policy + ?Sized, O: Outcomes> Run<'_, P, O> {
    fn end(&mut self, ending: Ending, calendar: &mut Calendar<Event>) {
        self.ended = Some(ending);
        calendar.stop();
    }

    /// Something has happened: a decision is due, now or at the next tick, if something can be launched.
    fn due(&mut self, calendar: &mut Calendar<Event>) {
        match self.problem.rules().replanning {
            Replanning::Timer(every)
                if !calendar.now().as_nanoseconds().is_multiple_of(every.as_nanoseconds().max(1)) =>
            {
                self.tick(every, calendar);
            }
            _ => self.decide(calendar),
        }
    }

    /// A decision will be due at the next multiple of a time, unless nothing waits for one.
    fn tick(&mut self, every: Duration, calendar: &mut Calendar<Event>) {
        let memory = &mut *self.memory;
        if memory.ticking || memory.state.ready.is_empty() {
            return;
        }
        if memory.ticks >= memory.most_batches {
            self.end(Ending::Stalled, calendar);
            return;
        }
        let every = every.as_nanoseconds().max(1);
        let left = every - calendar.now().as_nanoseconds() % every;
        memory.ticking = true;
        memory.ticks += 1;
        calendar.schedule(Duration::from_nanoseconds(left), Event::Tick);
    }

    /// A decision is made, if something can be launched.
    fn decide(&mut self, calendar: &mut Calendar<Event>) {
        let memory = &mut *self.memory;
        if memory.planning {
            memory.overtaken = true;
            return;
        }
        if memory.state.ready.is_empty() {
            return;
        }
        memory.state.ready.sort_unstable();
        memory.decision.clear();
        let State { ready, kept, .. } = &memory.state;
        let again = |&node: &Node| Some((node, (*kept.get(node)?)?));
        let repeated = ready.iter().filter_map(again);
        if repeated.clone().count() == ready.len() {
            memory.decision.launches.extend(repeated);
            self.launch(calendar);
            return;
        }
        let view = View { problem: self.problem, state: &memory.state, now: calendar.now() };
        self.policy.decide(&view, &mut memory.decision);
        if self.result.decisions == 0 {
            self.result.score = memory.decision.score;
        }
        self.result.decisions += 1;
        self.result.simulations += memory.decision.simulations;
        let State { ready, kept, .. } = &memory.state;
        for (node, launch) in &mut memory.decision.launches {
            *launch = kept.get(*node).copied().flatten().unwrap_or(*launch);
        }
        for &node in ready {
            let Some(launch) = kept.get(node).copied().flatten() else { continue };
            if memory.decision.launches.iter().all(|&(other, _)| other != node) {
                memory.decision.launches.push((node, launch));
            }
        }
        let each = self.problem.rules().time_per_simulation.as_nanoseconds();
        let thinking = each.saturating_mul(memory.decision.simulations);
        if thinking > 0 {
            memory.planning = true;
            calendar.schedule(Duration::from_nanoseconds(thinking), Event::Launch);
        } else {
            self.launch(calendar);
        }
    }

    /// A batch has ended.
    fn batch_ends(&mut self, node: Node, calendar: &mut Calendar<Event>) {
        let state = &mut self.memory.state;
        let flight = state.flights[node];
        state.running.retain(|&running| running != node);
        state.budget += flight.reserved - flight.cost;
        self.result.cost = self.result.cost.saturating_add(flight.cost);
        self.result.wasted = self.result.wasted.saturating_add(flight.wasted);
        if let Some(history) = &mut self.history {
            history.push(attempt(node, &flight, flight.ends, Some(flight.passed)));
        }
        if flight.passed {
            state.wrong |= !flight.right;
            state.complete(self.problem, node);
        } else {
            state.status[node] = Status::Ready;
            state.ready.push(node);
            let models = self.problem.workflow().models().len();
            if let Some(failures) = state.failures.get_mut(node * models + flight.launch.model) {
                let failed = if flight.cancelled { flight.ended } else { flight.launch.count };
                *failures = failures.saturating_add(failed);
            }
        }
        if state.left == 0 {
            let is_late = calendar.now() > Time::START + self.problem.deadline();
            let ending = match (is_late, state.wrong) {
                (true, _) => Ending::Deadline,
                (false, true) => Ending::Verifier,
                (false, false) => Ending::Done,
            };
            self.end(ending, calendar);
        } else if self.result.batches >= self.memory.most_batches {
            self.end(Ending::Stalled, calendar);
        } else if calendar.next_time() != Some(calendar.now()) {
            // All that ends at one time is known before the next decision.
            self.revise_then(calendar, Self::due);
        }
    }

    fn conclude(mut self, calendar: &Calendar<Event>) -> RunResult {
        let state = &self.memory.state;
        let now = calendar.now();
        for &node in &state.running {
            let flight = state.flights[node];
            // What runs when the run ends is cancelled.
            let until = flight.ends.min(now);
            let whole = flight.ends.since(flight.started).as_seconds();
            let share = if whole > 0.0 { until.since(flight.started).as_seconds() / whole } else { 1.0 };
            let refunds = self.problem.rules().batch_end == BatchEnd::FirstSuccess { refund: true };
            let part = |whole: u64| if refunds { (whole as f64 * share) as u64 } else { whole };
            let cut = Flight { cost: part(flight.cost), tokens: part(flight.tokens), ..flight };
            self.result.cost = self.result.cost.saturating_add(cut.cost);
            if let Some(history) = &mut self.history {
                history.push(attempt(node, &cut, until, None));
            }
        }
        self.result.completed = state.status.len() - state.left;
        self.result.makespan = now;
        self.result.ending = self.ended.unwrap_or(Ending::Deadline);
        self.result
    }
}

fn attempt(node: Node, flight: &Flight, ended: Time, passed: Option<bool>) -> Attempt {
    let Flight { launch, started, cost, tokens, .. } = *flight;
    Attempt { node, launch, started, ended, cost, tokens, passed }
}

impl<P: Policy + ?Sized, O: Outcomes> System for Run<'_, P, O> {
    type Event = Event;

    fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
        match event {
            Event::End(node) => self.batch_ends(node, calendar),
            Event::Sample(node) => self.sample_ends(node, calendar),
            Event::Tick if calendar.next_time() == Some(calendar.now()) => {
                // After what ends at the same time.
                calendar.schedule(Duration::ZERO, Event::Tick);
            }
            Event::Tick => {
                self.memory.ticking = false;
                self.decide(calendar);
            }
            Event::Launch => {
                self.memory.planning = false;
                self.launch(calendar);
                if std::mem::take(&mut self.memory.overtaken) && self.ended.is_none() {
                    self.due(calendar);
                }
            }
        }
    }
}
