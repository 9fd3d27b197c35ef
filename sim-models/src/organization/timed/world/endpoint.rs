//! Endpoints with limits: who is served, who waits, who is refused.

use sim_core::events::resource::{ProcessorSharing, SpeedLaw, TokenBucket};
use sim_core::events::{Calendar, Duration, Time};

use super::{Event, World};
use crate::organization::timed::{Endpoint, Service};

/// What changes about an endpoint during a trial.
pub(super) struct EndpointState {
    /// Where requests slow each other down, or wait for each other.
    sharing: Option<ProcessorSharing<u32, Event>>,
    requests: Option<TokenBucket>,
    tokens: Option<TokenBucket>,
}

impl EndpointState {
    /// `share` of the limits per minute is left by a fault.
    pub(super) fn new(endpoint: &Endpoint, position: usize, share: f64) -> Self {
        let limits = &endpoint.limits;
        let law = match limits.half_speed {
            Some(half) => SpeedLaw::HalfSpeed(half),
            None => SpeedLaw::Alone,
        };
        let limit = limits.concurrency.map(|count| count as usize);
        let event = Event::Endpoint { endpoint: position as u32 };
        let shared = limits.half_speed.is_some() || limit.is_some();
        // The numbers were checked when the timing was.
        let bucket = |rate: Option<f64>| {
            let rate = rate? * share;
            TokenBucket::per_minute(rate, (rate as u64).max(1)).ok()
        };
        Self {
            sharing: if shared { ProcessorSharing::new(law, limit, event).ok() } else { None },
            requests: bucket(limits.requests_per_minute),
            tokens: bucket(limits.tokens_per_minute),
        }
    }

    pub(super) fn reset(&mut self) {
        if let Some(sharing) = &mut self.sharing {
            sharing.reset();
        }
        for bucket in [&mut self.requests, &mut self.tokens].into_iter().flatten() {
            bucket.reset();
        }
    }

    /// Whether it can refuse a request.
    pub(super) fn is_limited(&self) -> bool {
        self.requests.is_some() || self.tokens.is_some()
    }

    /// Admits a request of this many tokens, or takes nothing.
    fn admits(&mut self, tokens: u64, now: Time) -> bool {
        if self.requests.as_mut().is_some_and(|bucket| bucket.try_take(now, 1).is_err()) {
            return false;
        }
        let admitted = self.tokens.as_mut().is_none_or(|bucket| bucket.try_take(now, tokens).is_ok());
        if let Some(requests) = self.requests.as_mut().filter(|_| !admitted) {
            requests.put_back(1);
        }
        admitted
    }
}

impl World<'_> {
    /// Whether requests to an endpoint slow each other down or wait for each other.
    pub(super) fn is_shared(&self, endpoint: usize) -> bool {
        self.endpoints.get(endpoint).is_some_and(|state| state.sharing.is_some())
    }

    /// Whether an endpoint's limits per minute admit a request now: its input and its largest output.
    pub(super) fn admitted(&mut self, request: usize, service: &Service, now: Time) -> bool {
        let Some(state) = self.endpoints.get_mut(service.endpoint) else { return true };
        let (context, output) = self.requests[request].size();
        let largest = service.largest_output(self.plan.timing.allowance.reservation).max(output);
        state.admits(context.saturating_add(largest), now)
    }

    /// The tokens of a request are generated from now on, or as soon as there is a place.
    pub(super) fn join(&mut self, request: usize, service: &Service, calendar: &mut Calendar<Event>) {
        let work = self.requests[request].generate();
        if let Some(sharing) = &mut self.endpoints[service.endpoint].sharing {
            sharing.arrive(request as u32, work, calendar);
        }
    }

    /// A request leaves its endpoint before its end; the share of its output that was generated.
    pub(super) fn leave(&mut self, request: usize, service: &Service, calendar: &mut Calendar<Event>) -> f64 {
        let work = self.requests[request].work().as_seconds();
        let sharing = self.endpoints.get_mut(service.endpoint).and_then(|state| state.sharing.as_mut());
        let done = sharing.and_then(|sharing| sharing.cancel(request as u32, calendar));
        let done = done.unwrap_or(Duration::ZERO).as_seconds();
        if work > 0.0 { (done / work).min(1.0) } else { 1.0 }
    }

    /// The request that an endpoint serves next is done.
    pub(super) fn generated(&mut self, endpoint: usize, calendar: &mut Calendar<Event>) {
        let sharing = self.endpoints[endpoint].sharing.as_mut();
        if let Some(request) = sharing.and_then(|sharing| sharing.complete(calendar)) {
            self.advance(request as usize, calendar);
        }
    }
}
