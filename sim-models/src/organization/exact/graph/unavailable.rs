//! Why the exact law of a vote is not available, and how much work is done for it at most.

use thiserror::Error;

use crate::organization::NoLaw;

/// Most joint states of votes that are still to be read, or of one agent's reading: as many as 20 binary votes have.
pub(super) const MOST_STATES: usize = 1 << 20;

/// Most combinations of the values of causes that the votes at one agent depend on.
pub(super) const MOST_COMBINATIONS: usize = 1 << 20;

/// Most steps from one state to another.
const MOST_STEPS: u64 = 1 << 28;

/// Why the exact law of a vote is not available. Nothing is approximated instead.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// Too many votes are dependent and still to be read.
    #[error(
        "the exact law of the votes read by agent `{agent}` has more than {most} joint states, as many as 20 binary votes that are still \
         to be read",
        most = MOST_STATES
    )]
    States {
        /// The agent.
        agent: String,
    },
    /// Too many combinations of causes.
    #[error(
        "the votes at agent `{agent}` depend on {causes}, whose values have {combinations} combinations (allowed: {most})",
        most = MOST_COMBINATIONS
    )]
    Causes {
        /// The agent.
        agent: String,
        /// The causes.
        causes: String,
        /// Combinations of their values.
        combinations: u128,
    },
    /// Too much work in all.
    #[error("the exact law takes more than {most} steps; they were used up at agent `{agent}`", most = MOST_STEPS)]
    Work {
        /// Where it ended.
        agent: String,
    },
    /// A rule of the user's own draws random numbers.
    #[error("the {rule} of agent `{agent}` draws random numbers{hint}")]
    Draws {
        /// The agent.
        agent: String,
        /// Which rule: aggregator or coupling.
        rule: &'static str,
        /// What could be done.
        hint: &'static str,
    },
    /// A rule of the user's own states a law that is none.
    #[error(
        "the aggregator of agent `{agent}` states a law that is none: {found}; probabilities of {answers} answers and of an abstention sum to 1"
    )]
    NoVoteLaw {
        /// The agent.
        agent: String,
        /// The law.
        found: String,
        /// Number of answers.
        answers: usize,
    },
    /// A common cause has no law.
    #[error(transparent)]
    NoCause(#[from] NoLaw),
    /// An integral that does not become accurate.
    #[error("the mean over {what} does not become accurate with {points} points")]
    Inaccurate {
        /// Over what.
        what: String,
        /// Points that were tried.
        points: usize,
    },
}

/// Counts steps, so that nothing takes forever.
#[derive(Debug)]
pub(super) struct Work {
    left: u64,
}

impl Work {
    pub(super) fn new() -> Self {
        Self { left: MOST_STEPS }
    }

    /// Takes `steps` more steps for an agent.
    pub(super) fn take(&mut self, steps: usize, agent: &str) -> Result<(), Unavailable> {
        self.left = self
            .left
            .checked_sub(steps as u64)
            .ok_or_else(|| Unavailable::Work { agent: agent.to_owned() })?;
        Ok(())
    }
}
