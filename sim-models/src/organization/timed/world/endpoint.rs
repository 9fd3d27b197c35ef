//! Endpoints with limits: who is served, who waits, who is refused.

use sim_core::events::{Calendar, Time};
use sim_core::graph::Node;

use super::{Event, World};
use crate::organization::timed::Service;

impl<'a> World<'a> {
    /// Whether requests to an endpoint slow each other down or wait for each other.
    pub(super) fn is_shared(&self, _endpoint: usize) -> bool {
        false
    }

    /// Whether an endpoint's limits per minute admit a request now.
    pub(super) fn admitted(&mut self, _request: usize, _service: &Service, _now: Time) -> bool {
        true
    }

    /// A request is ready for its tokens to be generated.
    pub(super) fn join(&mut self, _request: usize, _service: &Service, _calendar: &mut Calendar<Event>) {}

    /// A request leaves its endpoint before its end; the share of its output that was generated.
    pub(super) fn leave(
        &mut self,
        _request: usize,
        _service: &Service,
        _calendar: &mut Calendar<Event>,
    ) -> f64 {
        0.0
    }

    /// The request that an endpoint serves next is done.
    pub(super) fn generated(&mut self, _endpoint: Node, _calendar: &mut Calendar<Event>) {}
}
