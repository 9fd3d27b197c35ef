//! Budgets of a trial.

use super::World;
use crate::organization::timed::{Meters, Service};

impl World<'_> {
    /// Reserves what a turn may cost at most; false where it cannot be paid.
    pub(super) fn reserve(&mut self, _request: usize, _service: &Service) -> bool {
        true
    }

    /// Pays what was reserved, and gets the rest back.
    pub(super) fn settle_reservation(&mut self, _request: usize, _cost: u64, _meters: &Meters) {}

    /// Gets back what was reserved.
    pub(super) fn release(&mut self, _request: usize) {}
}
