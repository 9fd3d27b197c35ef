//! What a run came to.

use sim_core::events::Time;
use sim_core::graph::Node;

use super::Launch;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Every subtask is done, and right.
    Done,
    /// The budget did not cover what was to be launched.
    Budget,
    /// The deadline passed.
    Deadline,
    /// The policy launched nothing although nothing ran, or a thousand batches per subtask were not enough.
    Stalled,
    /// Every subtask passed, but one of them is wrong.
    Verifier,
}

impl Ending {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Done, Self::Budget, Self::Deadline, Self::Stalled, Self::Verifier];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Budget => "budget",
            Self::Deadline => "deadline",
            Self::Stalled => "stalled",
            Self::Verifier => "verifier",
        }
    }
}

/// A batch that has ended, or was running when the run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The subtask.
    pub node: Node,
    /// What was launched.
    pub launch: Launch,
    /// When.
    pub started: Time,
    /// When it ended.
    pub ended: Time,
    /// What it cost, in units of the budget.
    pub cost: u64,
    /// Tokens generated, as far as they are paid for.
    pub tokens: u64,
    /// Whether a sample passed the verifier; `None` if the run ended before.
    pub passed: Option<bool>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// How it ended.
    pub ending: Ending,
    /// What was spent, in units of the budget.
    pub cost: u64,
    /// The part of it that was generated after the first sample of its subtask that passed.
    pub wasted: u64,
    /// When the run ended.
    pub makespan: Time,
    /// Subtasks that were done.
    pub completed: usize,
    /// Batches launched.
    pub batches: u64,
    /// Samples launched.
    pub samples: u64,
    /// Decisions of the policy.
    pub decisions: u64,
    /// Simulations that it made for them.
    pub simulations: u64,
    /// Its own estimate of the completion probability at its first decision, if it made one.
    pub score: Option<f64>,
}

impl RunResult {
    /// Whether the workflow was completed.
    pub fn is_done(&self) -> bool {
        self.ending == Ending::Done
    }
}
