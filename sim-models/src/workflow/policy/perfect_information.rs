//! A bound in the place of a policy.

use sim_core::random::Streams;

use super::{Decision, Policy};
use crate::workflow::{Problem, RunResult, View};

/// The perfect-information bound: a run is completed if anybody who knew its draws could complete it (mechanisms A6.17). No policy: it
/// launches nothing, and no policy completes more, whatever the rules are. The cost of a completed run is that of the plan that was
/// found, and its makespan that plan's critical path; nothing counts as completed in the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerfectInformation;

impl Policy for PerfectInformation {
    fn bound(&mut self, problem: &Problem, streams: &Streams, trial: u64) -> Option<RunResult> {
        Some(problem.with_perfect_information(streams, trial))
    }

    fn decide(&mut self, _: &View<'_>, _: &mut Decision) {}
}
