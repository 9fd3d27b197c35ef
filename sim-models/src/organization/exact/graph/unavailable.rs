//! Why the exact law of a vote is not available, and how much work is done for it at most.

use thiserror::Error;

use crate::organization::NoLaw;

/// Most joint states of votes that are still to be read and of what an agent remembers of those that it has read: twice as many as
/// 20 binary votes have.
pub(super) const MOST_STATES: usize = 1 << 21;

/// Most states that an agent tells apart while it reads: as many as 20 binary votes have.
pub(super) const MOST_REMEMBERED: usize = 1 << 20;

/// Most combinations of the values of causes that the votes at one agent depend on.
pub(super) const MOST_COMBINATIONS: usize = 1 << 20;

/// Most combinations of states and values of causes that are held at one time.
pub(super) const MOST_HELD: usize = 1 << 24;

/// Most steps of about 10 nanoseconds.
const MOST_STEPS: u64 = 1 << 29;

/// Why the exact law of a vote is not available. Nothing is approximated instead.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// Too many votes are dependent and still to be read.
    #[error(
        "the votes at agent `{agent}` have more than {most} joint states; about 20 binary votes can wait to be read at a time",
        most = MOST_STATES
    )]
    States {
        /// The agent.
        agent: String,
    },
    /// An agent has to remember too much of the votes that it has read.
    #[error(
        "while it reads its votes, agent `{agent}` has to tell more than {most} states apart; a rule that is no count can read 20 binary votes",
        most = MOST_REMEMBERED
    )]
    Remembered {
        /// The agent.
        agent: String,
    },
    /// Too many states together with the values of causes.
    #[error(
        "the votes still to be read after agent `{agent}` have more than {most} combinations of joint states and values of causes",
        most = MOST_HELD
    )]
    Held {
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
    #[error("the exact law takes more than {most} steps, some seconds; they were used up at agent `{agent}`", most = MOST_STEPS)]
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
pub(in crate::organization) struct Work {
    left: u64,
}

impl Work {
    pub(in crate::organization) fn new() -> Self {
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

    /// Half of what is left, for an attempt that may fail.
    pub(super) fn half(&mut self) -> Self {
        let left = self.left / 2;
        self.left -= left;
        Self { left }
    }

    /// Gives back what an attempt has left.
    pub(super) fn give_back(&mut self, rest: Self) {
        self.left += rest.left;
    }
}
