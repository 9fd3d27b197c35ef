//! The five architectures, and how many calls each makes, how long they wait for each other, how many messages are sent.

/// Who works with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// One agent alone.
    Single,
    /// Agents that do not hear each other, and one call that decides on their answers.
    Independent,
    /// Rounds in which agents report to an orchestrator and go on from what it decides.
    Centralized,
    /// Rounds of debate, one agent after another, and one call that decides at the end.
    Decentralized,
    /// As centralized, with a report after every iteration and rounds of exchange among peers.
    Hybrid,
}

/// How much work there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Agents, the orchestrator not included; a single agent is one.
    pub agents: u32,
    /// Calls of an agent in a row, in each round.
    pub iterations: u32,
    /// Rounds of debate or of orchestration; single and independent agents have one.
    pub rounds: u32,
    /// Rounds in which agents talk to each other, under an orchestrator.
    pub peer_rounds: u32,
}

/// What is counted in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Calls of a language model.
    pub calls: u64,
    /// Calls, or rounds of them, that wait for the one before.
    pub depth: u64,
    /// Messages between agents.
    pub messages: u64,
    /// Agents at work at the same time, at most.
    pub width: u64,
}

impl Architecture {
    /// The five.
    pub const ALL: [Self; 5] =
        [Self::Single, Self::Independent, Self::Centralized, Self::Decentralized, Self::Hybrid];

    /// What a run comes to (arXiv 2512.08296, as quoted in mechanisms B35).
    ///
    /// ```
    /// use sim_models::organization::graph::shapes::{Architecture, Effort};
    /// let effort = Effort { agents: 3, iterations: 3, rounds: 2, peer_rounds: 1 };
    /// let counts = Architecture::Centralized.counts(&effort);
    /// assert_eq!((counts.calls, counts.depth, counts.messages, counts.width), (20, 2, 6, 3));
    /// ```
    pub fn counts(self, effort: &Effort) -> Counts {
        let [n, k, r, p] =
            [effort.agents, effort.iterations, effort.rounds, effort.peer_rounds].map(u64::from);
        let (calls, depth, messages, width) = match self {
            Self::Single => (k, k, 0, 1),
            Self::Independent => (n * k + 1, k, 1, n),
            Self::Decentralized => (r * n * k + 1, r * n, r * n, n),
            Self::Centralized => (r * n * k + r, r, r * n, n),
            Self::Hybrid => (r * n * k + r + p, r, r * n * k + p * n, n),
        };
        Counts { calls, depth, messages, width }
    }
}
