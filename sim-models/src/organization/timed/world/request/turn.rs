//! One turn of a request: its input, its draws, its service, and the tool after it.

use sim_core::events::{Calendar, Duration, Time};

use super::Phase;
use crate::law::length_shift;
use crate::organization::graph::Answer;
use crate::organization::timed::world::{Event, Reason, World};
use crate::organization::timed::{Meters, Overflow, Service, draws};

impl<'a> World<'a> {
    /// Draws what a turn takes and sends it.
    #[inline]
    pub(super) fn start_turn(
        &mut self,
        request: usize,
        service: &'a Service,
        calendar: &mut Calendar<Event>,
    ) {
        if !self.fit_window(request, service) {
            self.faults.strike();
            self.request_fails(request, Reason::Fault, calendar);
            return;
        }
        self.draw_turn(request, service, calendar.now());
        self.submit(request, service, calendar);
    }

    /// Makes the input of a turn fit into the window, if it can.
    pub(super) fn fit_window(&mut self, request: usize, service: &Service) -> bool {
        let timing = &self.plan.timing;
        let Some(window) = timing.context.window else { return true };
        let largest = service.largest_output(timing.allowance.reservation);
        let state = &mut self.requests[request];
        state.summarizing = false;
        if state.context.saturating_add(largest) <= window {
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
                service.prompt_tokens.saturating_add(tokens).saturating_add(largest) <= window
            }
        }
    }

    #[inline]
    pub(super) fn draw_turn(&mut self, request: usize, service: &Service, now: Time) {
        let agent = self.agent_of(request);
        let plan = self.plan;
        let timing = &plan.timing;
        let limit = self.output_limit(service);
        let slowness = self.faults.slowness(agent, self.requests[request].index, &self.streams);
        let state = &mut self.requests[request];
        let mut stream = self.streams.open(plan.agents[agent].entity, state.stream(), draws::REQUEST);
        state.draws += 1;
        let wanted = match (timing.context.overflow, state.summarizing) {
            (Overflow::Summarize { tokens, .. }, true) => tokens,
            _ => {
                let accuracy = plan.agents[agent].accuracy;
                let shift = state
                    .own
                    .map_or(0.0, |own| length_shift(own == Answer::RIGHT, accuracy, service.length_coupling));
                let output = service.output_tokens.draw_shifted(shift, &mut stream);
                let thinking = service.thinking_tokens.draw(&mut stream);
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
                let mut hits = self.streams.open(plan.agents[agent].entity, index, draws::CACHE);
                let found = now.since(when) <= cache.time_to_live && hits.uniform() < cache.hit;
                let cache_read = if found { read_before.min(state.context) } else { 0 };
                Meters { input: 0, output, cache_write: state.context - cache_read, cache_read }
            }
        };
        (state.quiet, state.length) = match (&service.duration, timing.endpoints.get(service.endpoint)) {
            (Some(duration), _) => {
                let length = Duration::from_seconds_saturating(duration.draw(&mut stream));
                (Duration::ZERO, length)
            }
            (None, Some(endpoint)) => {
                let unread = state.meters.input + state.meters.cache_write;
                let reading = endpoint.prefill_tokens_per_second.map_or(0.0, |rate| unread as f64 / rate);
                let quiet = endpoint.time_to_first_token.draw(&mut stream) + reading;
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
    #[inline]
    pub(super) fn output_limit(&self, service: &Service) -> Option<u64> {
        let allowance = &self.plan.timing.allowance;
        let limited =
            allowance.money.is_some() || allowance.tokens.is_some() || allowance.money_per_agent.is_some();
        let reserved = limited.then(|| service.largest_output(allowance.reservation));
        service.output_limit.or(reserved)
    }

    /// A turn is served.
    #[inline]
    pub(super) fn serve(&mut self, request: usize, service: &Service, calendar: &mut Calendar<Event>) {
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

    /// A turn was served.
    #[inline]
    pub(super) fn turn_ends(&mut self, request: usize, service: &'a Service, calendar: &mut Calendar<Event>) {
        let agent = self.agent_of(request);
        let now = calendar.now();
        let meters = self.requests[request].meters;
        let cost = self.bill(request, service, &meters);
        self.tell_served(request, now, &meters);
        let state = &mut self.requests[request];
        state.paid = state.paid.saturating_add(cost);
        state.read_before = (state.context, now);
        if state.summarizing {
            if let Overflow::Summarize { tokens, .. } = self.plan.timing.context.overflow {
                state.context = service.prompt_tokens.saturating_add(tokens);
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
        let more = meters.output.saturating_add(service.tool.tokens);
        state.context = state.context.saturating_add(more);
        let mut stream = self.streams.open(self.plan.agents[agent].entity, use_index, draws::TOOL);
        let latency = (0..uses).map(|_| service.tool.latency.draw(&mut stream)).sum::<f64>();
        let after = Duration::from_seconds_saturating(latency);
        let price = service.tool.price.saturating_mul(u64::from(uses));
        state.paid = state.paid.saturating_add(price);
        (state.phase, state.since) = (Phase::Tool, now);
        state.event = Some(calendar.schedule(after, Event::Request { request: request as u32 }));
        self.meter.charge_tool(price);
        self.tell_tool(agent, now, after);
    }
}

/// Whole tokens, rounded up.
#[inline]
fn whole(tokens: f64) -> u64 {
    if tokens == 0.0 {
        return 0;
    }
    // A cast rounds down and takes what is not a number to 0.
    let down = tokens as u64;
    down + u64::from((down as f64) < tokens)
}
