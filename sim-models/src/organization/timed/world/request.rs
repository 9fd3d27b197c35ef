//! Calls: requests to endpoints, from the first turn to the vote.
//!
//! `turn` has one turn of a request, `trouble` its timeouts, refusals, copies and crashes, `billing` what is paid for it.

mod billing;
mod trouble;
mod turn;

use sim_core::events::{Calendar, Duration, Handle, Time};
use sim_core::graph::Node;

use super::fault::CallCourse;
use super::{Event, Reason, World};
use crate::organization::graph::Answer;
use crate::organization::timed::{Meters, Service, draws};

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// There is none.
    Idle,
    /// It waits before it is sent again; `anew` after a timeout, when all its turns are made again.
    Backoff { anew: bool },
    /// Its turn is served, all of it by the clock.
    Serving,
    /// It waits for its first token at an endpoint whose speed depends on its load.
    Reading,
    /// It waits for its place at an endpoint, or tokens are generated there.
    Generating,
    /// It will never be answered.
    Hanging,
    /// A tool is used.
    Tool,
    /// Its agent has crashed.
    Down,
}

/// One of the two requests that an agent can have at once: its call, and a copy of it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    phase: Phase,
    /// Of its streams: unique among all requests of the agent.
    index: u64,
    /// Turns drawn so far, summaries included.
    draws: u32,
    own: Option<Answer>,
    turn: u32,
    refusals: u32,
    /// Input of the turn, in tokens.
    context: u64,
    /// The part of it that the turn before had read, and when.
    read_before: (u64, Time),
    meters: Meters,
    /// Time of the turn before the first token, and all of it, alone at the endpoint.
    quiet: Duration,
    length: Duration,
    /// When the phase began.
    since: Time,
    /// Work on the turn that a crash left intact.
    saved: Duration,
    /// Factor of the price.
    price: f64,
    downgraded: bool,
    wrong: bool,
    summarizing: bool,
    /// Paid for turns that have ended, in nanodollars.
    paid: u64,
    event: Option<Handle>,
    timeout: Option<Handle>,
}

impl Request {
    /// No request.
    pub(super) const IDLE: Self = Self {
        phase: Phase::Idle,
        index: 0,
        draws: 0,
        own: None,
        turn: 0,
        refusals: 0,
        context: 0,
        read_before: (0, Time::START),
        meters: Meters::NONE,
        quiet: Duration::ZERO,
        length: Duration::ZERO,
        since: Time::START,
        saved: Duration::ZERO,
        price: 1.0,
        downgraded: false,
        wrong: false,
        summarizing: false,
        paid: 0,
        event: None,
        timeout: None,
    };

    pub(super) fn is_active(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// Number of the stream that the next turn draws from, among all of the agent.
    fn stream(&self) -> u64 {
        (self.index << 32) + u64::from(self.draws)
    }

    /// Input and output of the turn, in tokens.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.context, self.meters.output)
    }

    /// The largest turn that this one could be, as it is reserved.
    pub(super) fn largest(&self, service: &Service, reservation: f64) -> Meters {
        let output = service.largest_output(reservation).max(self.meters.output);
        Meters { output, ..self.meters }
    }

    /// Tokens are generated from now on; the time that takes alone.
    pub(super) fn generate(&mut self) -> Duration {
        (self.phase, self.event) = (Phase::Generating, None);
        self.work()
    }

    /// Time that generating the turn takes alone.
    pub(super) fn work(&self) -> Duration {
        self.length - self.quiet
    }
}

impl<'a> World<'a> {
    /// The agent of a request. The calls of all agents stand first, then their copies, if calls are hedged.
    #[inline]
    pub(super) fn agent_of(&self, request: usize) -> Node {
        let agents = self.plan.agents.len();
        if request < agents { request } else { request - agents }
    }

    /// Whether a request is the copy of a call.
    fn is_copy(&self, request: usize) -> bool {
        request >= self.plan.agents.len()
    }

    /// The requests that an agent may have.
    fn requests_of(&self, agent: Node) -> impl Iterator<Item = usize> + use<> {
        let agents = self.plan.agents.len();
        let copy = (self.requests.len() > agents).then_some(agent + agents);
        std::iter::once(agent).chain(copy)
    }

    /// An agent that has heard enough makes its call.
    pub(super) fn start_call(&mut self, agent: Node, service: &'a Service, calendar: &mut Calendar<Event>) {
        if let Some(after) = self.plan.timing.calls.hedge_after {
            let event = Event::Hedge { agent: agent as u32 };
            self.timers[agent].hedge = Some(calendar.schedule(after, event));
        }
        self.expect_crash(agent, calendar);
        self.start_request(agent, service, calendar);
    }

    /// Sends a request for the first time, or all of it again.
    #[inline]
    fn start_request(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let copy = u64::from(self.is_copy(request));
        let index = 2 * u64::from(self.agents[agent].attempts) + copy;
        let own = self.fresh_vote(agent, index);
        let calls = &self.plan.timing.calls;
        let timeout =
            calls.timeout.map(|limit| calendar.schedule(limit, Event::Timeout { request: request as u32 }));
        let context = service.prompt_tokens.saturating_add(self.agents[agent].heard_tokens);
        self.requests[request] = Request { index, own, context, timeout, ..Request::IDLE };
        self.start_turn(request, service, calendar);
    }

    /// Asks an endpoint to serve a turn.
    #[inline]
    fn submit(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        if !self.hurdles || self.passes(request, service, calendar) {
            self.serve(request, service, calendar);
        }
    }

    /// Whether an endpoint takes a turn and it can be paid. If not, the request is refused or fails.
    fn passes(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) -> bool {
        let agent = self.agent_of(request);
        let now = calendar.now();
        if self.faults.is_out(agent, now) {
            self.faults.strike();
            self.refused(request, calendar);
            return false;
        }
        let state = &mut self.requests[request];
        let budget = self.plan.timing.allowance.money;
        let cheaper = self.faults.downgrade(agent, self.meter.cost(), budget);
        state.price = cheaper.unwrap_or(1.0);
        state.downgraded |= cheaper.is_some();
        if !self.admitted(request, service, now) {
            self.refused(request, calendar);
            return false;
        }
        if !self.reserve(request, service) {
            self.request_fails(request, Reason::Budget, calendar);
            return false;
        }
        true
    }

    /// What a request did comes to its end.
    #[inline]
    pub(super) fn advance(&mut self, request: usize, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let Some(service) = self.plan.service(agent) else { return };
        self.requests[request].event = None;
        match self.requests[request].phase {
            Phase::Backoff { anew: true } => self.start_request(request, service, calendar),
            Phase::Backoff { anew: false } => self.submit(request, service, calendar),
            Phase::Reading => self.join(request, service, calendar),
            Phase::Serving | Phase::Generating => self.turn_ends(request, service, calendar),
            Phase::Tool => self.start_turn(request, service, calendar),
            Phase::Idle | Phase::Hanging | Phase::Down => {}
        }
    }

    /// A call is answered: the agent decides.
    #[inline]
    fn call_ends(&mut self, request: usize, service: &Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let state = &mut self.requests[request];
        state.phase = Phase::Idle;
        if let Some(timeout) = state.timeout.take() {
            calendar.cancel(timeout);
        }
        let (own, touched) = (state.own, state.wrong || self.faults.touch_votes());
        let vote = self.decide(agent, own);
        self.end_call(agent, calendar);
        let vote = if touched {
            let course = self.course(request, service);
            self.troubled(agent, vote, &course, calendar.now())
        } else {
            vote
        };
        self.decided(agent, vote, calendar);
    }

    /// What about an answered request bears on its vote.
    fn course(&self, request: usize, service: &Service) -> CallCourse {
        let state = &self.requests[request];
        let fill = self.plan.timing.context.window.map_or(0.0, |window| state.context as f64 / window as f64);
        CallCourse {
            index: state.index,
            turns: service.turns,
            fill,
            downgraded: state.downgraded,
            wrong: state.wrong,
        }
    }

    /// What faults make of a vote.
    pub(super) fn troubled(
        &mut self,
        agent: Node,
        vote: Option<Answer>,
        course: &CallCourse,
        now: Time,
    ) -> Option<Answer> {
        let vote = vote?;
        if !course.wrong && !self.faults.touch_votes() {
            return Some(vote);
        }
        if !self.faults.corrupts(agent, vote.is_right(), course, now, &self.streams) {
            return Some(vote);
        }
        if vote.is_right() {
            let mut stream = self.open(self.plan.agents[agent].entity, course.index, draws::WRONG);
            Some(self.plan.steps.wrong(&mut stream))
        } else if self.weights.len() == 2 {
            Some(Answer::RIGHT)
        } else {
            Some(vote)
        }
    }

    /// A call is over: what still belongs to it is cancelled.
    #[inline]
    pub(super) fn end_call(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        if self.uses_timers() {
            let timers = &mut self.timers[agent];
            for event in [timers.hedge.take(), timers.crash.take()].into_iter().flatten() {
                calendar.cancel(event);
            }
        }
        self.meter.work(calendar.now().since(self.agents[agent].started));
        for request in self.requests_of(agent) {
            if self.requests[request].is_active() {
                self.give_up(request, calendar);
            }
        }
    }
}
