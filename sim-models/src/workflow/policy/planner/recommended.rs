//! The recommended planner.
use crate::workflow::View;
use crate::workflow::policy::{Decision, Policy};

/// The recommended planner.
#[derive(Debug)]
pub struct Recommended;
impl Recommended {
    /// x
    pub fn new() -> Self {
        Self
    }
    /// x
    pub fn without_rollouts() -> Self {
        Self
    }
}
impl Policy for Recommended {
    fn decide(&mut self, _: &View<'_>, _: &mut Decision) {}
}
