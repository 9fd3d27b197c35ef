//! What goes wrong with requests: timeouts, refusals, crashes; and the copies that help.

use sim_core::events::{Calendar, Duration, Time};
use sim_core::graph::Node;

use super::Phase;
use crate::organization::timed::draws;
use crate::organization::timed::world::{Event, Reason, Stage, World};

impl<'a> World<'a> {
    /// A call has taken too long.
    pub(in crate::organization::timed::world) fn time_out(
        &mut self,
        request: usize,
        calendar: &mut Calendar<Event>,
    ) {
        self.requests[request].timeout = None;
        let agent = self.agent_of(request);
        self.give_up(request, calendar);
        if self.agents[agent].attempts >= self.plan.timing.calls.retries {
            self.request_fails(request, Reason::Fault, calendar);
            return;
        }
        self.agents[agent].attempts += 1;
        let attempts = self.agents[agent].attempts;
        self.back_off(request, true, attempts, calendar);
    }

    /// An endpoint does not serve a turn now.
    pub(super) fn refused(&mut self, request: usize, calendar: &mut Calendar<Event>) {
        self.meter.refuse();
        let state = &mut self.requests[request];
        state.refusals += 1;
        let refusals = state.refusals;
        if refusals > self.plan.timing.calls.retries {
            self.request_fails(request, Reason::Fault, calendar);
            return;
        }
        self.back_off(request, false, refusals, calendar);
    }

    pub(super) fn back_off(
        &mut self,
        request: usize,
        anew: bool,
        attempt: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let agent = self.agent_of(request);
        let index = (u64::from(attempt) << 32) + self.requests[request].index * 2 + u64::from(anew);
        let mut stream = self.open(self.plan.agents[agent].entity, index, draws::BACKOFF);
        let after = self.plan.timing.calls.backoff.wait(attempt, &mut stream);
        let state = &mut self.requests[request];
        (state.phase, state.since) = (Phase::Backoff { anew }, calendar.now());
        state.event = Some(calendar.schedule(after, Event::Request { request: request as u32 }));
        if let Some(teller) = &mut self.teller {
            let name = if anew { "waits after a timeout" } else { "waits after a refusal" };
            teller.span(agent, "wait", name, (calendar.now(), calendar.now() + after), Vec::new());
        }
    }

    /// A request will not be answered. The agent fails, unless a copy of it may be.
    pub(in crate::organization::timed::world) fn request_fails(
        &mut self,
        request: usize,
        reason: Reason,
        calendar: &mut Calendar<Event>,
    ) {
        let agent = self.agent_of(request);
        self.give_up(request, calendar);
        if self.requests_of(agent).any(|other| self.requests[other].is_active()) {
            return;
        }
        self.end_call(agent, calendar);
        self.fail(agent, reason, calendar);
    }

    /// A call is not answered yet: the same one is made beside it.
    pub(in crate::organization::timed::world) fn hedge(
        &mut self,
        agent: Node,
        calendar: &mut Calendar<Event>,
    ) {
        self.timers[agent].hedge = None;
        let Some(service) = self.plan.service(agent) else { return };
        let copy = agent + self.plan.agents.len();
        if self.agents[agent].stage == Stage::Calling && !self.requests[copy].is_active() {
            if let Some(teller) = &mut self.teller {
                teller.mark(agent, calendar.now(), "hedges");
            }
            self.start_request(copy, service, calendar);
        }
    }

    pub(super) fn expect_crash(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        let crashes = self.agents[agent].crashes;
        if let Some(after) = self.faults.time_to_crash(agent, crashes, &self.streams) {
            let event = Event::Crash { agent: agent as u32 };
            self.timers[agent].crash = Some(calendar.schedule(after, event));
        }
    }

    /// An agent crashes: what it was served is lost, apart from what checkpoints saved.
    pub(in crate::organization::timed::world) fn crash(
        &mut self,
        agent: Node,
        calendar: &mut Calendar<Event>,
    ) {
        self.timers[agent].crash = None;
        self.agents[agent].crashes += 1;
        let Some(rule) = self.faults.crash else { return };
        if self.agents[agent].stage != Stage::Calling {
            return;
        }
        self.faults.strike();
        if let Some(teller) = &mut self.teller {
            teller.mark(agent, calendar.now(), "crashes");
        }
        let Some(restart) = rule.restart else {
            // Nobody is told: receivers go on waiting.
            self.end_call(agent, calendar);
            self.agents[agent].stage = Stage::Failed;
            self.agents[agent].failed = Some(Reason::Fault);
            return;
        };
        for request in self.requests_of(agent) {
            if !self.requests[request].is_active() {
                continue;
            }
            if let Some(event) = self.requests[request].event.take() {
                calendar.cancel(event);
            }
            let state = &self.requests[request];
            let saved = match (state.phase, rule.checkpoint) {
                (Phase::Serving, Some((every, cost))) => {
                    state.saved + checkpointed(calendar.now().since(state.since), every, cost)
                }
                _ => Duration::ZERO,
            };
            self.interrupt(request, calendar);
            self.requests[request].saved = saved;
            self.requests[request].phase = Phase::Down;
        }
        calendar.schedule(restart, Event::Restart { agent: agent as u32 });
        if let Some(teller) = &mut self.teller {
            let span = (calendar.now(), calendar.now() + restart);
            teller.span(agent, "down", "restarts", span, Vec::new());
        }
    }

    /// An agent is there again, and asks again for what it was served when it crashed.
    pub(in crate::organization::timed::world) fn restart(
        &mut self,
        agent: Node,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(service) = self.plan.service(agent) else { return };
        if self.agents[agent].stage != Stage::Calling {
            return;
        }
        self.expect_crash(agent, calendar);
        for request in self.requests_of(agent) {
            if self.requests[request].phase == Phase::Down {
                self.submit(request, service, calendar);
            }
        }
    }

    /// Work done on the turn that is served by the clock, without the time that checkpoints took.
    pub(super) fn work_done(&self, request: usize, now: Time) -> Duration {
        let state = &self.requests[request];
        let elapsed = now.since(state.since);
        let rule = self.faults.crash.as_ref().and_then(|rule| rule.checkpoint);
        let work = match rule {
            Some((every, cost)) => without_checkpoints(elapsed, every, cost),
            None => elapsed,
        };
        state.saved + work
    }

    pub(super) fn with_checkpoints(&self, work: Duration) -> Duration {
        match self.faults.crash.as_ref().and_then(|rule| rule.checkpoint) {
            // No checkpoint is made at the very end.
            Some((every, cost)) if every > Duration::ZERO => {
                let count = work.as_nanoseconds().saturating_sub(1) / every.as_nanoseconds();
                work + Duration::from_nanoseconds(count.saturating_mul(cost.as_nanoseconds()))
            }
            _ => work,
        }
    }
}

/// Work in some time of which a checkpoint took a part after every piece of work.
fn without_checkpoints(elapsed: Duration, every: Duration, cost: Duration) -> Duration {
    let piece = (every + cost).as_nanoseconds();
    if every == Duration::ZERO {
        return elapsed;
    }
    let whole = elapsed.as_nanoseconds() / piece;
    let rest = (elapsed.as_nanoseconds() % piece).min(every.as_nanoseconds());
    Duration::from_nanoseconds(whole.saturating_mul(every.as_nanoseconds()).saturating_add(rest))
}

/// The work that checkpoints have saved after some time; one that was not finished saves nothing.
fn checkpointed(elapsed: Duration, every: Duration, cost: Duration) -> Duration {
    if every == Duration::ZERO {
        return elapsed;
    }
    let finished = elapsed.as_nanoseconds() / (every + cost).as_nanoseconds();
    Duration::from_nanoseconds(finished.saturating_mul(every.as_nanoseconds()))
}
