//! One trial as a discrete-event system: who waits, who works, what travels.

mod agent;
mod alternating;
mod endpoint;
mod fault;
mod message;
mod meter;
mod purse;
mod request;
mod settlement;
mod telling;

use sim_core::events::{Calendar, Ending, Handle, Limits, System, Time, run};
use sim_core::graph::Node;
use sim_core::random::{Entity, Stream, Streams, TrialStreams};

use self::endpoint::EndpointState;
use self::fault::FaultState;
use self::meter::Meter;
use self::purse::{Purse, Reserved};
use self::request::Request;
pub(super) use self::settlement::Settlement;
pub(super) use self::telling::Teller;
use super::build::{Faults, TimedOrganization};
use super::{Outcome, TrialResult, draws};
use crate::organization::graph::Answer;
use crate::organization::scalar::CauseDraw;

/// What happens at a point of time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A message arrives, for the first time or again.
    Message { edge: u32, again: bool },
    /// What a request does now comes to its end.
    Request { request: u32 },
    /// The generation of the request that ends next at an endpoint comes to its end.
    Endpoint { endpoint: u32 },
    /// A call has taken too long.
    Timeout { request: u32 },
    /// A call is not answered yet, and a second one is started.
    Hedge { agent: u32 },
    /// An agent crashes.
    Crash { agent: u32 },
    /// An agent is there again.
    Restart { agent: u32 },
    /// An agent does not wait any longer.
    Patience { agent: u32 },
}

/// What an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It waits for messages.
    Waiting,
    /// It has heard enough and makes its call.
    Calling,
    /// It has decided; its vote may be an abstention.
    Decided,
    /// It will never decide.
    Failed,
    /// Nobody waits for it any more.
    Dropped,
}

/// Why an agent failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// Something could not be paid.
    Budget,
    /// A fault, a timeout, a refusal, an overflow.
    Fault,
}

/// What changes about an agent during a trial.
#[derive(Clone, Copy, Debug)]
struct Agent {
    stage: Stage,
    /// Messages that may still come.
    expected: u32,
    /// Votes that are there.
    present: u32,
    /// Those who still wait for it.
    listeners: u32,
    /// Requests made, copies not counted.
    attempts: u32,
    crashes: u32,
    /// Why senders failed, if some did.
    failed: Option<Reason>,
    /// Tokens of messages that are there.
    heard_tokens: u64,
    vote: Option<Answer>,
    started: Time,
}

impl Agent {
    /// A message fills the context.
    fn hear(&mut self, tokens: u64) {
        self.heard_tokens = self.heard_tokens.saturating_add(tokens);
    }
}

/// Events of an agent that are cancelled when they are not needed any more.
#[derive(Clone, Copy, Debug, Default)]
struct Timers {
    hedge: Option<Handle>,
    patience: Option<Handle>,
    crash: Option<Handle>,
}

/// An input of an agent's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// It may still come.
    Open,
    /// It is known to be missing.
    Missing,
    /// It is there.
    Vote(Answer),
}

impl Input {
    #[inline]
    fn vote(self) -> Option<Answer> {
        match self {
            Self::Vote(answer) => Some(answer),
            Self::Open | Self::Missing => None,
        }
    }
}

/// The state of a trial; its memory is used again in the next one.
pub(super) struct World<'a> {
    plan: &'a TimedOrganization,
    faults: FaultState<'a>,
    streams: TrialStreams,
    causes: Vec<CauseDraw>,
    agents: Vec<Agent>,
    /// By agent; apart from the agents, because most timings have none.
    timers: Vec<Timers>,
    /// Of all agents, each in the order of its channels, its own vote last.
    inputs: Vec<Input>,
    /// By input: weight of the votes for each answer, where an agent waits until its vote is decided.
    sums: Vec<u64>,
    /// By channel: the vote on its way.
    messages: Vec<Option<Answer>>,
    /// By agent: the order in which its messages came, where the window may force some out.
    arrivals: Vec<Vec<u32>>,
    /// The calls of all agents, then copies of them, if calls are hedged.
    requests: Vec<Request>,
    /// By request: what is set aside for its turn.
    reserved: Vec<Reserved>,
    endpoints: Vec<EndpointState>,
    meter: Meter,
    purse: Purse,
    /// Whether anything can keep a turn from being served: an outage, a limit of an endpoint, a budget.
    hurdles: bool,
    /// Agents that decided or failed, in this order, since the last event; those from `told` on have not told their receivers.
    to_tell: Vec<u32>,
    told: usize,
    /// Agents that nobody waits for.
    to_drop: Vec<u32>,
    /// Whether any agent waits no longer than its patience.
    patient: bool,
    /// Events handled.
    events: u64,
    /// Outputs that have not decided.
    open_outputs: usize,
    /// The votes of one decision.
    votes: Vec<Option<Answer>>,
    /// One weight per answer.
    weights: Vec<u64>,
    teller: Option<Box<Teller>>,
}

impl<'a> World<'a> {
    pub(super) fn new(plan: &'a TimedOrganization, faults: &'a Faults, streams: &Streams) -> Self {
        let agents = plan.agents.len();
        let inputs = plan.agents.last().map_or(0, |last| last.inputs) + plan.organization.inputs(agents - 1);
        let answers = plan.steps.answers();
        let requests = agents * if plan.timing.calls.hedge_after.is_some() { 2 } else { 1 };
        let ordered = plan.timing.context.window.is_some();
        let (endpoints, purse) = (endpoints(plan, faults), Purse::new(plan));
        let faults = FaultState::new(plan, faults);
        Self {
            plan,
            hurdles: purse.is_open()
                || faults.touch_requests()
                || endpoints.iter().any(EndpointState::is_limited),
            faults,
            streams: streams.trial(0),
            causes: Vec::new(),
            agents: Vec::with_capacity(agents),
            timers: vec![Timers::default(); agents],
            inputs: vec![Input::Open; inputs],
            sums: vec![0; agents * answers],
            messages: vec![None; plan.channels.len()],
            arrivals: vec![Vec::new(); if ordered { agents } else { 0 }],
            requests: vec![Request::IDLE; requests],
            reserved: (0..requests).map(|_| Reserved::default()).collect(),
            endpoints,
            meter: Meter::new(agents),
            purse,
            to_tell: Vec::new(),
            told: 0,
            to_drop: Vec::new(),
            patient: plan.timing.waiting.iter().any(|waiting| waiting.patience.is_some()),
            events: 0,
            open_outputs: 0,
            votes: Vec::new(),
            weights: vec![0; answers],
            teller: None,
        }
    }

    /// Tells what happens from now on.
    pub(super) fn telling(mut self) -> Self {
        self.teller = Some(Box::new(Teller::new(self.plan)));
        self
    }

    /// What was told.
    pub(super) fn told(self) -> Option<Teller> {
        self.teller.map(|teller| *teller)
    }

    /// Runs a trial.
    pub(super) fn trial(
        &mut self,
        streams: &Streams,
        trial: u64,
        calendar: &mut Calendar<Event>,
    ) -> TrialResult {
        self.reset(streams, trial, calendar);
        for agent in 0..self.agents.len() {
            if self.plan.agents[agent].senders == 0 && self.agents[agent].stage == Stage::Waiting {
                self.begin(agent, calendar);
            }
        }
        self.settle(calendar);
        let allowance = &self.plan.timing.allowance;
        let limits = match allowance.deadline {
            Some(deadline) => Limits::until(deadline),
            None => Limits::NONE,
        };
        let (ending, events) = if self.open_outputs == 0 {
            (Ending::Stopped, 0)
        } else {
            let ending = run(self, calendar, &limits.events(allowance.events));
            (ending, self.events)
        };
        self.conclude(ending, events, calendar)
    }

    fn reset(&mut self, streams: &Streams, trial: u64, calendar: &mut Calendar<Event>) {
        calendar.clear();
        self.streams = streams.trial(trial);
        let plan = self.plan;
        if plan.steps.has_causes() {
            let mut stream = self.streams.open(plan.common, 0, draws::CAUSES);
            plan.steps.draw_causes(&mut stream, &mut self.causes);
        }
        self.agents.clear();
        self.agents.extend(plan.agents.iter().map(|agent| Agent {
            stage: Stage::Waiting,
            expected: agent.senders,
            present: 0,
            listeners: agent.listeners,
            attempts: 0,
            crashes: 0,
            failed: None,
            heard_tokens: 0,
            vote: None,
            started: Time::START,
        }));
        if self.uses_timers() {
            self.timers.fill(Timers::default());
        }
        self.inputs.fill(Input::Open);
        self.sums.fill(0);
        self.arrivals.iter_mut().for_each(Vec::clear);
        (self.told, self.events) = (0, 0);
        self.to_tell.clear();
        self.to_drop.clear();
        self.open_outputs = plan.organization.outputs().len();
        self.meter.reset();
        // A budget is not refilled: every trial has its own.
        self.purse = Purse::new(plan);
        self.endpoints.iter_mut().for_each(EndpointState::reset);
        self.faults.reset(&self.streams);
    }

    /// Whether agents have events that may be cancelled.
    fn uses_timers(&self) -> bool {
        let timing = &self.plan.timing;
        timing.calls.hedge_after.is_some() || self.faults.crash.is_some() || self.patient
    }

    /// A stream of a named part of the trial.
    #[inline]
    fn open(&self, entity: Entity, index: u64, channel: u64) -> Stream {
        self.streams.open(entity, index, channel)
    }

    /// Lets what was decided have its consequences that take no time.
    fn settle(&mut self, calendar: &mut Calendar<Event>) {
        loop {
            if let Some(&agent) = self.to_tell.get(self.told) {
                self.told += 1;
                self.tell_receivers(agent as usize, calendar);
            } else if let Some(agent) = self.to_drop.pop() {
                self.drop_agent(agent as usize, calendar);
            } else {
                break;
            }
        }
        self.to_tell.clear();
        self.told = 0;
        if self.open_outputs == 0 {
            calendar.stop();
        }
    }

    /// Sums up a trial. What still runs is cancelled, so that it is paid for.
    fn conclude(&mut self, ending: Ending, events: u64, calendar: &mut Calendar<Event>) -> TrialResult {
        let plan = self.plan;
        let outputs = plan.organization.outputs();
        let state = |&output: &Node| &self.agents[output];
        let all_decided = outputs.iter().map(state).all(|agent| agent.stage == Stage::Decided);
        let reason = |reason| outputs.iter().map(state).any(|agent| agent.failed == Some(reason));
        let outcome = match ending {
            _ if all_decided => Outcome::Done,
            Ending::TimeLimit => Outcome::Deadline,
            Ending::EventLimit => Outcome::EventLimit,
            _ if reason(Reason::Budget) => Outcome::Budget,
            _ if reason(Reason::Fault) || self.faults.struck() => Outcome::Fault,
            _ => Outcome::Stalled,
        };
        let makespan = calendar.now();
        let answers = (0..outputs.len()).map(|output| self.answer(outputs[output])).collect();
        for request in 0..self.requests.len() {
            if self.requests[request].is_active() {
                self.give_up(request, calendar);
            }
        }
        if let Some(teller) = &mut self.teller {
            teller.end(makespan, outcome);
        }
        self.meter.result(outcome, answers, makespan, events)
    }

    /// The answer of an output, or its best one so far.
    fn answer(&mut self, output: Node) -> Option<bool> {
        let agent = self.agents[output];
        let vote = match agent.stage {
            Stage::Decided => agent.vote,
            Stage::Waiting if agent.present > 0 => {
                self.couple(output);
                self.decide(output, None)
            }
            Stage::Calling if self.plan.agents[output].senders > 0 => self.decide(output, None),
            _ => None,
        };
        vote.map(Answer::is_right)
    }
}

fn endpoints(plan: &TimedOrganization, faults: &Faults) -> Vec<EndpointState> {
    let share = faults.rate_share();
    let endpoints = plan.timing.endpoints.iter().enumerate();
    endpoints.map(|(position, endpoint)| EndpointState::new(endpoint, position, share)).collect()
}

impl System for World<'_> {
    type Event = Event;

    fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
        self.events += 1;
        match event {
            Event::Message { edge, again } => self.arrive(edge as usize, again, calendar),
            Event::Request { request } => self.advance(request as usize, calendar),
            Event::Endpoint { endpoint } => self.generated(endpoint as usize, calendar),
            Event::Timeout { request } => self.time_out(request as usize, calendar),
            Event::Hedge { agent } => self.hedge(agent as usize, calendar),
            Event::Crash { agent } => self.crash(agent as usize, calendar),
            Event::Restart { agent } => self.restart(agent as usize, calendar),
            Event::Patience { agent } => self.lose_patience(agent as usize, calendar),
        }
        // Most events decide nothing.
        if !(self.to_tell.is_empty() && self.to_drop.is_empty()) {
            self.settle(calendar);
        }
    }
}
