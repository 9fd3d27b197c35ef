//! One run with all modes of failure, beside the same run without each of them.

use std::borrow::Borrow;

use sim_core::random::Stream;

use super::FaultParameters;
use super::modes::{Mode, Modes, Step};
use crate::mechanism::primitives::{Answered, Spending};
use crate::mechanism::trial::Trial;

/// What became of one run, and of the same run without modes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultyRun {
    run: Answered,
    without: [bool; Mode::ALL.len()],
    without_any: bool,
    on_track: bool,
    agree: bool,
}

impl Borrow<Answered> for FaultyRun {
    fn borrow(&self) -> &Answered {
        &self.run
    }
}

impl FaultyRun {
    /// Whether it was right.
    pub(super) fn right(&self) -> bool {
        self.run.right == Some(true)
    }

    pub(super) fn right_without_any(&self) -> bool {
        self.without_any
    }

    pub(super) fn on_track(&self) -> bool {
        self.on_track
    }

    /// Whether two calls on the same input gave the same answer.
    pub(super) fn calls_agree(&self) -> bool {
        self.agree
    }

    /// Whether it was wrong, and right without a mode.
    pub(super) fn lost_to(&self, mode: Mode) -> bool {
        !self.right() && self.without[mode as usize]
    }
}

/// One of the runs that are played beside each other.
#[derive(Clone, Copy, Debug)]
struct Beside {
    modes: Modes,
    right: bool,
    calls: u64,
}

impl Trial for FaultParameters {
    type Outcome = FaultyRun;

    fn run(&self, draws: &mut Stream) -> FaultyRun {
        let start = |modes| Beside { modes, right: true, calls: 0 };
        let mut all = start(Modes::ALL);
        let mut without = Mode::ALL.map(|mode| start(Modes::ALL.without(mode)));
        let mut without_any = start(Modes::NONE);
        let (mut off_track, mut skill, mut next_version) = (false, 0.0, f64::INFINITY);
        if self.versions.per_step > 0.0 {
            next_version = draws.exponential() / self.versions.per_step;
        }
        let mut dear_calls = 0;
        for step in 0..self.steps {
            let strikes = self.strikes(step);
            off_track |= draws.uniform() < self.drift.hazard && strikes;
            while next_version <= f64::from(step + 1) {
                skill += if strikes { self.versions.sigma * draws.normal() } else { 0.0 };
                next_version += draws.exponential() / self.versions.per_step;
            }
            let mut failures = 0;
            while strikes && draws.uniform() < self.tools.0 {
                failures += 1;
            }
            let luck = draws.uniform();
            let step = Step { step, off_track, skill, failures, luck };
            let before = all.calls;
            self.play(&mut all, &step);
            let dear = self.collapse.dear_calls.unwrap_or(u64::MAX);
            dear_calls += all.calls.min(dear) - before.min(dear);
            for beside in without.iter_mut().chain([&mut without_any]) {
                self.play(beside, &step);
            }
        }
        let mut spending = Spending::default();
        spending.add(&self.call, dear_calls, dear_calls);
        let cheap_calls = all.calls - dear_calls;
        spending.add(&self.collapse.call, cheap_calls, cheap_calls);
        let [first, second] = [0, 1].map(|_| draws.uniform() < self.inconsistency);
        FaultyRun {
            run: Answered { right: Some(all.right), spending },
            without: without.map(|beside| beside.right),
            without_any: without_any.right,
            on_track: !off_track,
            agree: first == second,
        }
    }
}

impl FaultParameters {
    /// One step of one of the runs.
    fn play(&self, run: &mut Beside, step: &Step) {
        if run.modes.has(Mode::Tools) {
            run.calls += step.failures;
        }
        let downgraded = self.collapse.dear_calls.is_some_and(|dear| run.calls >= dear);
        run.calls += 1;
        run.right &= step.luck < self.right(&step.struck(downgraded), run.modes);
    }
}
