//! The exact law of a chain on which new versions play no part.

use sim_core::special::{beta_inc, beta_inc_upper};

use super::FaultParameters;
use super::modes::{Mode, Modes, Struck};
use crate::theory::numeric::power;

/// Probabilities of being on the track and off it.
#[derive(Clone, Copy, Debug)]
struct Track {
    on: f64,
    off: f64,
}

/// More visible failures have no probability that a number could show: a thousand steps with at most nine failures each in the mean.
const MOST_FAILURES: u64 = 1_000_000;

impl FaultParameters {
    /// Probability that all steps are right under some of the modes; `None` if versions are among them and change anything.
    ///
    /// The cheap model answers from some step on: summed over that step, of the chain up to it and the chain from it.
    pub(super) fn success(&self, modes: Modes) -> Option<f64> {
        if modes.has(Mode::Versions) && self.versions.per_step > 0.0 && self.versions.sigma > 0.0 {
            return None;
        }
        let mut cheap_from_here = vec![Track { on: 1.0, off: 1.0 }];
        for step in (0..self.steps).rev() {
            let (hazard, right) = self.step(step, true, modes);
            let Track { on, off } = cheap_from_here[cheap_from_here.len() - 1];
            let lost = right.off * off;
            cheap_from_here.push(Track { on: (1.0 - hazard) * right.on * on + hazard * lost, off: lost });
        }
        let (mut dear_so_far, mut dear_before) = (Track { on: 1.0, off: 0.0 }, 1.0);
        let mut success = 0.0;
        for (step, cheap) in (0..self.steps).zip(cheap_from_here.iter().rev()) {
            let dear = self.is_dear(step, modes);
            success += (dear_before - dear) * (dear_so_far.on * cheap.on + dear_so_far.off * cheap.off);
            let (hazard, right) = self.step(step, false, modes);
            let Track { on, off } = dear_so_far;
            dear_so_far = Track { on: on * (1.0 - hazard) * right.on, off: (off + on * hazard) * right.off };
            dear_before = dear;
        }
        Some(success + dear_before * (dear_so_far.on + dear_so_far.off))
    }

    /// Probability that a step leaves the track, and of being right on it and off it.
    fn step(&self, step: u32, downgraded: bool, modes: Modes) -> (f64, Track) {
        let right = |off_track| self.right(&Struck { step, off_track, skill: 0.0, downgraded }, modes);
        let hazard = if modes.has(Mode::Drift) && self.strikes(step) { self.drift.hazard } else { 0.0 };
        (hazard, Track { on: right(false), off: right(true) })
    }

    /// Probability that the dear model still answers a step: so many answers, and visible failures up to it, are not yet its last call.
    fn is_dear(&self, step: u32, modes: Modes) -> f64 {
        let Some(dear_calls) = self.collapse.dear_calls.filter(|_| modes.has(Mode::Cost)) else { return 1.0 };
        let Some(room) = dear_calls.checked_sub(u64::from(step) + 1) else { return 0.0 };
        let struck = self.struck_up_to(step + 1);
        if struck == 0 || self.tools.0 == 0.0 || !modes.has(Mode::Tools) {
            return 1.0;
        }
        // At most so many failures before the last of `struck` successes: a negative binomial law.
        beta_inc(f64::from(struck), room.min(MOST_FAILURES) as f64 + 1.0, 1.0 - self.tools.0)
    }

    /// How many of the first `steps` steps can be struck.
    fn struck_up_to(&self, steps: u32) -> u32 {
        (steps.min(self.target.1) + 1).saturating_sub(self.target.0)
    }

    /// Mean calls of the dear and of the cheap model.
    pub(super) fn expected_calls(&self) -> (f64, f64) {
        let (steps, struck, failure) = (u64::from(self.steps), self.struck_up_to(self.steps), self.tools.0);
        let calls = steps as f64 + f64::from(struck) * failure / (1.0 - failure);
        let Some(dear_calls) = self.collapse.dear_calls else { return (calls, 0.0) };
        if dear_calls <= steps {
            return (dear_calls as f64, calls - dear_calls as f64);
        }
        if struck == 0 || failure == 0.0 {
            return (calls, 0.0);
        }
        // The mean of the smaller of failures and room is the sum of the probabilities of more than 0, 1, ... failures.
        let more_than =
            |failures: u64| beta_inc_upper(f64::from(struck), failures as f64 + 1.0, 1.0 - failure);
        let room = (0..dear_calls - steps).map(more_than).take_while(|&tail| tail > 1e-17);
        let dear = steps as f64 + room.sum::<f64>();
        (dear, calls - dear)
    }

    /// Probability that a run never leaves its track.
    pub(super) fn on_track(&self) -> f64 {
        power(1.0 - self.drift.hazard, self.struck_up_to(self.steps))
    }

    /// Share of runs that are wrong, and right without a mode.
    pub(super) fn lost_to(&self, mode: Mode) -> Option<f64> {
        let with = self.success(Modes::ALL)?;
        self.success(Modes::ALL.without(mode))
            .map(|without| without - with)
            .filter(|_| self.modes_only_harm())
    }
}
