//! Calls: requests to endpoints, turn by turn, with their retries, copies, crashes and bills.

use sim_core::events::{Calendar, Duration, Handle, Time};
use sim_core::graph::Node;
use sim_core::random::Stream;

use super::fault::CallCourse;
use super::{Event, Reason, Stage, World};
use crate::organization::graph::Answer;
use crate::organization::timed::{CancelledBilling, Meters, Overflow, Service, draws};

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
    stream: Stream,
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
    /// No request; it has a stream until it gets its own.
    pub(super) fn idle(stream: Stream) -> Self {
        Self {
            phase: Phase::Idle,
            index: 0,
            stream,
            own: None,
            turn: 0,
            refusals: 0,
            context: 0,
            read_before: (0, Time::START),
            meters: Meters::default(),
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
        }
    }

    fn is_active(&self) -> bool {
        self.phase != Phase::Idle
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
    fn start_request(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let copy = u64::from(self.is_copy(request));
        let index = 2 * u64::from(self.agents[agent].attempts) + copy;
        let own = self.fresh_vote(agent, index);
        let stream = self.open(self.plan.agents[agent].entity, index, draws::REQUEST);
        let calls = &self.plan.timing.calls;
        let timeout =
            calls.timeout.map(|limit| calendar.schedule(limit, Event::Timeout { request: request as u32 }));
        let context = service.prompt_tokens + self.agents[agent].heard_tokens;
        self.requests[request] = Request { index, own, context, timeout, ..Request::idle(stream) };
        self.start_turn(request, service, calendar);
    }

    /// Draws what a turn takes and sends it.
    fn start_turn(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        if !self.fit_window(request, service) {
            self.faults.strike();
            self.request_fails(request, Reason::Fault, calendar);
            return;
        }
        self.draw_turn(request, service, calendar.now());
        self.submit(request, service, calendar);
    }

    /// Makes the input of a turn fit into the window, if it can.
    fn fit_window(&mut self, request: usize, service: &Service) -> bool {
        let timing = &self.plan.timing;
        let Some(window) = timing.context.window else { return true };
        let largest = service.largest_output(timing.allowance.reservation);
        let state = &mut self.requests[request];
        state.summarizing = false;
        if state.context + largest <= window {
            return true;
        }
        match timing.context.overflow {
            Overflow::Fail => false,
            Overflow::Truncate => {
                state.context = window - largest;
                true
            }
            Overflow::Summarize { tokens, .. } => {
                state.summarizing = true;
                service.prompt_tokens + tokens + largest <= window
            }
        }
    }

    fn draw_turn(&mut self, request: usize, service: &Service, now: Time) {
        let agent = self.agent_of(request);
        let plan = self.plan;
        let timing = &plan.timing;
        let limit = self.output_limit(service);
        let slowness = self.faults.slowness(agent, self.requests[request].index, &self.streams);
        let state = &mut self.requests[request];
        let wanted = match (timing.context.overflow, state.summarizing) {
            (Overflow::Summarize { tokens, .. }, true) => tokens,
            _ => {
                let shift = length_shift(service.length_coupling, state.own, plan.agents[agent].accuracy);
                let output = service.output_tokens.draw_shifted(shift, &mut state.stream);
                let thinking = service.thinking_tokens.draw(&mut state.stream);
                whole(output).saturating_add(whole(thinking))
            }
        };
        let output = limit.map_or(wanted, |limit| wanted.min(limit));
        state.wrong |= output < wanted;
        state.meters = match &timing.context.cache {
            None => Meters { input: state.context, output, ..Meters::default() },
            Some(cache) => {
                let (read_before, when) = state.read_before;
                let index = (state.index << 32) + u64::from(state.turn);
                let mut stream = self.streams.open(plan.agents[agent].entity, index, draws::CACHE);
                let found = now.since(when) <= cache.time_to_live && stream.uniform() < cache.hit;
                let cache_read = if found { read_before.min(state.context) } else { 0 };
                Meters { input: 0, output, cache_write: state.context - cache_read, cache_read }
            }
        };
        (state.quiet, state.length) = match (&service.duration, timing.endpoints.get(service.endpoint)) {
            (Some(duration), _) => {
                let length = Duration::from_seconds_saturating(duration.draw(&mut state.stream));
                (Duration::ZERO, length)
            }
            (None, Some(endpoint)) => {
                let unread = state.meters.input + state.meters.cache_write;
                let reading = endpoint.prefill_tokens_per_second.map_or(0.0, |rate| unread as f64 / rate);
                let quiet = endpoint.time_to_first_token.draw(&mut state.stream) + reading;
                let generating = output as f64 / endpoint.tokens_per_second;
                (
                    Duration::from_seconds_saturating(quiet),
                    Duration::from_seconds_saturating(quiet + generating),
                )
            }
            (None, None) => (Duration::ZERO, Duration::ZERO),
        };
        if slowness > 1.0 {
            let slower = |length: Duration| Duration::from_seconds_saturating(length.as_seconds() * slowness);
            (state.quiet, state.length) = (slower(state.quiet), slower(state.length));
        }
        (state.saved, state.refusals) = (Duration::ZERO, 0);
    }

    /// Most output of a turn: the service's own limit, or what is reserved where something is limited.
    fn output_limit(&self, service: &Service) -> Option<u64> {
        let allowance = &self.plan.timing.allowance;
        let limited =
            allowance.money.is_some() || allowance.tokens.is_some() || allowance.money_per_agent.is_some();
        let reserved = limited.then(|| service.largest_output(allowance.reservation));
        service.output_limit.or(reserved)
    }

    /// Asks an endpoint to serve a turn.
    fn submit(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let now = calendar.now();
        if self.faults.is_out(agent, now) {
            self.faults.strike();
            self.refused(request, calendar);
            return;
        }
        let state = &mut self.requests[request];
        let budget = self.plan.timing.allowance.money;
        let cheaper = self.faults.downgrade(agent, self.meter.cost(), budget);
        state.price = cheaper.unwrap_or(1.0);
        state.downgraded |= cheaper.is_some();
        if !self.admitted(request, service, now) {
            self.refused(request, calendar);
            return;
        }
        if !self.reserve(request, service) {
            self.request_fails(request, Reason::Budget, calendar);
            return;
        }
        self.serve(request, service, calendar);
    }

    /// A turn is served.
    fn serve(&mut self, request: usize, service: &Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let now = calendar.now();
        let hangs = self.faults.hangs(agent, self.requests[request].index, &self.streams);
        let shared = service.duration.is_none() && self.is_shared(service.endpoint);
        let (saved, length) = (self.requests[request].saved, self.requests[request].length);
        let left = self.with_checkpoints(length - saved);
        let state = &mut self.requests[request];
        state.since = now;
        if hangs {
            state.phase = Phase::Hanging;
            self.faults.strike();
            return;
        }
        let (phase, after) = if shared { (Phase::Reading, state.quiet) } else { (Phase::Serving, left) };
        state.phase = phase;
        state.event = Some(calendar.schedule(after, Event::Request { request: request as u32 }));
    }

    /// What a request did comes to its end.
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

    /// A turn was served.
    fn turn_ends(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let now = calendar.now();
        let meters = self.requests[request].meters;
        let cost = self.bill(request, service, &meters);
        self.tell_served(request, now, &meters);
        let state = &mut self.requests[request];
        state.paid += cost;
        state.read_before = (state.context, now);
        if state.summarizing {
            if let Overflow::Summarize { tokens, .. } = self.plan.timing.context.overflow {
                state.context = service.prompt_tokens + tokens;
            }
            self.start_turn(request, service, calendar);
            return;
        }
        state.turn += 1;
        if state.turn >= service.turns {
            self.call_ends(request, service, calendar);
            return;
        }
        let use_index = (state.index << 32) + u64::from(state.turn);
        let (uses, misled) = self.faults.tool_uses(agent, use_index, &self.streams);
        let state = &mut self.requests[request];
        state.wrong |= misled;
        state.context += meters.output + service.tool.tokens;
        let latency = |stream: &mut Stream| {
            let uses = 0..uses;
            uses.map(|_| service.tool.latency.draw(stream)).sum::<f64>()
        };
        let after = Duration::from_seconds_saturating(latency(&mut state.stream));
        let price = service.tool.price.saturating_mul(u64::from(uses));
        state.paid += price;
        (state.phase, state.since) = (Phase::Tool, now);
        state.event = Some(calendar.schedule(after, Event::Request { request: request as u32 }));
        self.meter.charge_tool(price);
        self.tell_tool(agent, now, after);
    }

    /// A call is answered: the agent decides.
    fn call_ends(&mut self, request: usize, service: &Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let state = &self.requests[request];
        let fill = self.plan.timing.context.window.map_or(0.0, |window| state.context as f64 / window as f64);
        let course = CallCourse {
            index: state.index,
            turns: service.turns,
            fill,
            downgraded: state.downgraded,
            wrong: state.wrong,
        };
        let vote = self.decide(agent, state.own);
        self.end_call(agent, Some(request), calendar);
        let vote = self.troubled(agent, vote, &course, calendar.now());
        self.decided(agent, vote, calendar);
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

    /// A call is over: what belongs to it is cancelled, apart from the request that was answered.
    pub(super) fn end_call(&mut self, agent: Node, answered: Option<usize>, calendar: &mut Calendar<Event>) {
        if self.uses_timers() {
            let timers = &mut self.timers[agent];
            for event in [timers.hedge.take(), timers.crash.take()].into_iter().flatten() {
                calendar.cancel(event);
            }
        }
        self.meter.work(calendar.now().since(self.agents[agent].started));
        for request in self.requests_of(agent) {
            if Some(request) == answered {
                if let Some(timeout) = self.requests[request].timeout.take() {
                    calendar.cancel(timeout);
                }
                self.requests[request].phase = Phase::Idle;
            } else {
                self.give_up(request, calendar);
            }
        }
    }

    /// A request comes to nothing. It is paid for as the policy says.
    pub(super) fn give_up(&mut self, request: usize, calendar: &mut Calendar<Event>) {
        if !self.requests[request].is_active() {
            return;
        }
        let agent = self.agent_of(request);
        let now = calendar.now();
        let state = &mut self.requests[request];
        for event in [state.event.take(), state.timeout.take()].into_iter().flatten() {
            calendar.cancel(event);
        }
        self.interrupt(request, calendar);
        self.requests[request].phase = Phase::Idle;
        let paid = std::mem::take(&mut self.requests[request].paid);
        self.meter.waste(paid);
        if let Some(teller) = &mut self.teller {
            teller.mark(agent, now, "request given up");
        }
    }

    /// The turn of a request is broken off, and paid for as the policy says.
    fn interrupt(&mut self, request: usize, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let Some(service) = self.plan.service(agent) else { return };
        let state = &self.requests[request];
        let (whole, length, quiet) = (state.meters, state.length, state.quiet);
        let done = match state.phase {
            Phase::Serving => share(self.work_done(request, calendar.now()), quiet, length),
            Phase::Hanging | Phase::Reading => 0.0,
            Phase::Generating => self.leave(request, service, calendar),
            Phase::Idle | Phase::Backoff { .. } | Phase::Tool | Phase::Down => {
                debug_assert!(!self.holds_reservation(request), "only a turn that is served is reserved");
                return;
            }
        };
        let meters = match self.plan.timing.calls.billing {
            CancelledBilling::All => whole,
            CancelledBilling::Generated => {
                let output = (whole.output as f64 * done) as u64;
                Meters { output, ..whole }
            }
            CancelledBilling::Nothing => Meters::default(),
        };
        let cost = self.bill(request, service, &meters);
        self.meter.waste(cost);
        self.tell_served(request, calendar.now(), &meters);
    }

    /// Work done on the turn that is served by the clock, without the time that checkpoints took.
    fn work_done(&self, request: usize, now: Time) -> Duration {
        let state = &self.requests[request];
        let elapsed = now.since(state.since);
        let rule = self.faults.crash.as_ref().and_then(|rule| rule.checkpoint);
        let work = match rule {
            Some((every, cost)) => without_checkpoints(elapsed, every, cost),
            None => elapsed,
        };
        state.saved + work
    }

    fn with_checkpoints(&self, work: Duration) -> Duration {
        match self.faults.crash.as_ref().and_then(|rule| rule.checkpoint) {
            // No checkpoint is made at the very end.
            Some((every, cost)) if every > Duration::ZERO => {
                let count = work.as_nanoseconds().saturating_sub(1) / every.as_nanoseconds();
                work + Duration::from_nanoseconds(count.saturating_mul(cost.as_nanoseconds()))
            }
            _ => work,
        }
    }

    /// A call has taken too long.
    pub(super) fn time_out(&mut self, request: usize, calendar: &mut Calendar<Event>) {
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
    fn refused(&mut self, request: usize, calendar: &mut Calendar<Event>) {
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

    fn back_off(&mut self, request: usize, anew: bool, attempt: u32, calendar: &mut Calendar<Event>) {
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
    fn request_fails(&mut self, request: usize, reason: Reason, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        self.give_up(request, calendar);
        if self.requests_of(agent).any(|other| self.requests[other].is_active()) {
            return;
        }
        self.end_call(agent, None, calendar);
        self.fail(agent, reason, calendar);
    }

    /// A call is not answered yet: the same one is made beside it.
    pub(super) fn hedge(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
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

    fn expect_crash(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
        let crashes = self.agents[agent].crashes;
        if let Some(after) = self.faults.time_to_crash(agent, crashes, &self.streams) {
            let event = Event::Crash { agent: agent as u32 };
            self.timers[agent].crash = Some(calendar.schedule(after, event));
        }
    }

    /// An agent crashes: what it was served is lost, apart from what checkpoints saved.
    pub(super) fn crash(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
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
            self.end_call(agent, None, calendar);
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
    pub(super) fn restart(&mut self, agent: Node, calendar: &mut Calendar<Event>) {
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

    /// Pays for a turn, or a part of it.
    fn bill(&mut self, request: usize, service: &Service, meters: &Meters) -> u64 {
        let agent = self.agent_of(request);
        let endpoint = self.plan.timing.endpoints.get(service.endpoint);
        let cost = self.price(request, service, meters);
        let energy = endpoint.map_or(0.0, |endpoint| {
            endpoint.joules_per_output_token * meters.output as f64
                + endpoint.joules_per_input_token * (meters.input + meters.cache_write) as f64
        });
        self.meter.charge(agent, meters, cost, energy);
        self.settle_reservation(request, cost, meters);
        cost
    }

    /// The price of a turn, in nanodollars.
    pub(super) fn price(&self, request: usize, service: &Service, meters: &Meters) -> u64 {
        let factor = self.requests[request].price;
        let endpoint = self.plan.timing.endpoints.get(service.endpoint);
        let full = endpoint.map_or(0, |endpoint| endpoint.prices.cost(meters));
        if factor == 1.0 { full } else { libm::ceil(full as f64 * factor) as u64 }
    }

    fn tell_served(&mut self, request: usize, now: Time, meters: &Meters) {
        let (agent, copy) = (self.agent_of(request), self.is_copy(request));
        let Some(teller) = &mut self.teller else { return };
        let state = &self.requests[request];
        let name = if state.summarizing { "summary" } else { "turn" };
        let details = vec![
            ("turn", (state.turn + 1).to_string()),
            ("input", meters.all_input().to_string()),
            ("output", meters.output.to_string()),
        ];
        let kind = if copy { "copy" } else { "call" };
        teller.span(agent, kind, name, (state.since, now), details);
    }

    fn tell_tool(&mut self, agent: Node, now: Time, length: Duration) {
        if let Some(teller) = &mut self.teller {
            teller.span(agent, "tool", "tool", (now, now + length), Vec::new());
        }
    }
}

/// Whole tokens, rounded up.
#[inline]
fn whole(tokens: f64) -> u64 {
    // A cast rounds down and takes what is not a number to 0.
    let down = tokens as u64;
    down + u64::from((down as f64) < tokens)
}

/// The shift of the log-length of an answer in its deviations (mechanisms B0.3).
fn length_shift(kappa: f64, own: Option<Answer>, accuracy: f64) -> f64 {
    match own {
        Some(Answer::RIGHT) => -kappa,
        Some(_) if accuracy < 1.0 => kappa * accuracy / (1.0 - accuracy),
        _ => 0.0,
    }
}

/// The share of the output that is there after some work.
fn share(work: Duration, quiet: Duration, length: Duration) -> f64 {
    let generating = (length - quiet).as_seconds();
    if generating > 0.0 { ((work - quiet).as_seconds() / generating).min(1.0) } else { 1.0 }
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
