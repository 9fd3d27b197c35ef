//! What requests cost, whole or broken off.

use sim_core::events::{Calendar, Duration, Time};
use sim_core::graph::Node;

use super::Phase;
use crate::organization::timed::world::{Event, World};
use crate::organization::timed::{CancelledBilling, Meters, Service};

impl<'a> World<'a> {
    /// A request comes to nothing. It is paid for as the policy says.
    pub(in crate::organization::timed::world) fn give_up(
        &mut self,
        request: usize,
        calendar: &mut Calendar<Event>,
    ) {
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
    pub(super) fn interrupt(&mut self, request: usize, calendar: &mut Calendar<Event>) {
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

    /// Pays for a turn, or a part of it.
    #[inline]
    pub(super) fn bill(&mut self, request: usize, service: &Service, meters: &Meters) -> u64 {
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
    #[inline]
    pub(in crate::organization::timed::world) fn price(
        &self,
        request: usize,
        service: &Service,
        meters: &Meters,
    ) -> u64 {
        let factor = self.requests[request].price;
        let endpoint = self.plan.timing.endpoints.get(service.endpoint);
        let full = endpoint.map_or(0, |endpoint| endpoint.prices.cost(meters));
        if factor == 1.0 { full } else { libm::ceil(full as f64 * factor) as u64 }
    }

    #[inline]
    pub(super) fn tell_served(&mut self, request: usize, now: Time, meters: &Meters) {
        if self.teller.is_some() {
            self.tell_turn(request, now, meters);
        }
    }

    #[cold]
    fn tell_turn(&mut self, request: usize, now: Time, meters: &Meters) {
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

    pub(super) fn tell_tool(&mut self, agent: Node, now: Time, length: Duration) {
        if let Some(teller) = &mut self.teller {
            teller.span(agent, "tool", "tool", (now, now + length), Vec::new());
        }
    }
}

/// The share of the output that is there after some work.
fn share(work: Duration, quiet: Duration, length: Duration) -> f64 {
    let generating = (length - quiet).as_seconds();
    if generating > 0.0 { ((work - quiet).as_seconds() / generating).min(1.0) } else { 1.0 }
}
