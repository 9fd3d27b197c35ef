//! The modes of failure, and what of them strikes at one step.

/// A mode of failure; the public names of "Failure Modes in LLM Systems".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Multi-step reasoning drift: a run leaves its track for good.
    Drift,
    /// Latent inconsistency: the same input is answered in another way.
    Inconsistency,
    /// Context-boundary degradation: a full context costs accuracy.
    Context,
    /// Incorrect tool invocation, seen or not.
    Tools,
    /// Version drift: the model behind an interface changes.
    Versions,
    /// Cost-driven performance collapse: a cheap model takes over.
    Cost,
}

impl Mode {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Drift, Self::Inconsistency, Self::Context, Self::Tools, Self::Versions, Self::Cost];
}

/// Some of the modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Modes(u8);

impl Modes {
    pub(super) const ALL: Self = Self((1 << Mode::ALL.len()) - 1);
    pub(super) const NONE: Self = Self(0);

    pub(super) fn without(self, mode: Mode) -> Self {
        Self(self.0 & !(1 << mode as u8))
    }

    pub(super) fn has(self, mode: Mode) -> bool {
        self.0 & (1 << mode as u8) != 0
    }
}

/// What strikes a run at a step, whether its modes let it or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Struck {
    /// The step, from 0.
    pub(super) step: u32,
    pub(super) off_track: bool,
    /// What the versions so far have changed, in logits.
    pub(super) skill: f64,
    pub(super) downgraded: bool,
}

/// The draws of a step, the same for all runs that are played beside each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) step: u32,
    pub(super) off_track: bool,
    pub(super) skill: f64,
    /// Visible failures of its tool.
    pub(super) failures: u64,
    /// The step is right where this is below the accuracy.
    pub(super) luck: f64,
}

impl Step {
    /// What it is for a run that the cheap model answers, or not.
    pub(super) fn struck(&self, downgraded: bool) -> Struck {
        Struck { step: self.step, off_track: self.off_track, skill: self.skill, downgraded }
    }
}
