//! How one trial ended.

use serde::{Deserialize, Serialize};

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// Every output voted, in time and within the budget.
    Done,
    /// An output failed because something could not be paid.
    Budget,
    /// The deadline came first.
    Deadline,
    /// An output waits for messages that will not come, and no fault is to blame.
    Stalled,
    /// An output failed, or waits for messages that will not come, and a fault, a timeout or a refusal is to blame.
    Fault,
    /// The largest number of events was reached.
    EventLimit,
}

impl Outcome {
    /// All of them, in a fixed order.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Budget, Self::Deadline, Self::Stalled, Self::Fault, Self::EventLimit];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Budget => "budget",
            Self::Deadline => "deadline",
            Self::Stalled => "stalled",
            Self::Fault => "fault",
            Self::EventLimit => "event-limit",
        }
    }
}

/// What one trial came to.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// How it ended.
    pub outcome: Outcome,
    /// By output: its answer, at the deadline the best one so far; `None` where it has none. True if right.
    pub answers: Vec<Option<bool>>,
    /// Simulated time until the run ended, in seconds.
    pub makespan: f64,
    /// Money spent, in nanodollars.
    pub cost: u64,
    /// The part of it that was spent on calls whose answer nobody used.
    pub wasted: u64,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written, thinking included.
    pub output_tokens: u64,
    /// Requests that were sent to endpoints and served, at least in part.
    pub requests: u64,
    /// Requests that endpoints refused.
    pub refusals: u64,
    /// Time that agents worked, summed over agents, in seconds.
    pub busy: f64,
    /// Energy, in joules.
    pub energy: f64,
    /// By agent: tokens read and written.
    pub tokens_by_agent: Vec<u64>,
    /// Events that were handled.
    pub events: u64,
}

impl TrialResult {
    /// Whether the run was done and every output right.
    pub fn is_success(&self) -> bool {
        self.outcome == Outcome::Done && self.answers.iter().all(|&answer| answer == Some(true))
    }
}
