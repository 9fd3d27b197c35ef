//! What each architecture does: how many calls it makes, how long they wait for each other, how many messages are sent.

/// How agents are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One agent.
    Single,
    /// Agents that know nothing of each other, and one call that merges what they say.
    Independent,
    /// Agents that debate, one after the other.
    Decentralized,
    /// Agents under an orchestrator, which asks all of them in every round.
    Centralized,
    /// Agents under an orchestrator that talk to each other, too.
    Hybrid,
}

/// How much work there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Agents, the orchestrator not included.
    pub agents: u32,
    /// Calls of an agent in a row.
    pub iterations: u32,
    /// Rounds of debate or of orchestration.
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

impl Shape {
    /// What a run comes to (arXiv 2512.08296, as quoted in mechanisms B35).
    ///
    /// ```
    /// use sim_models::mechanism::architecture::{Effort, Shape};
    /// let effort = Effort { agents: 3, iterations: 3, rounds: 2, peer_rounds: 1 };
    /// let counts = Shape::Centralized.counts(&effort);
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

    /// Share of the errors that checks of each other's work catch: calibrated by the published amplifications, if all architectures make as
    /// many errors (mechanisms B35: 1 less the amplification over 17.2).
    pub fn published_catch(self) -> f64 {
        match self {
            Self::Single | Self::Independent => 0.0,
            Self::Decentralized => 0.547,
            Self::Centralized => 0.744,
            Self::Hybrid => 0.703,
        }
    }

    /// Success of a step of a chain that agents hand over to each other, over that of a single agent: calibrated by the four published
    /// values on PlanCraft with chains of ten steps (mechanisms B35).
    pub fn published_handover(self) -> f64 {
        match self {
            Self::Single => 1.0,
            Self::Independent => 0.8864,
            Self::Decentralized => 0.9477,
            Self::Centralized => 0.9324,
            Self::Hybrid => 0.9517,
        }
    }
}

/// Turns beyond those of a single agent, in single agents.
///
/// ```
/// // 27.7 turns against 7.2: 285 % (B35).
/// let overhead = sim_models::mechanism::architecture::overhead(27.7, 7.2);
/// assert!((overhead - 2.85).abs() < 0.005);
/// ```
pub fn overhead(turns: f64, single: f64) -> f64 {
    turns / single - 1.0
}

/// Success per turn, where the turns of a single agent are 1.
pub fn coordination_efficiency(success: f64, turns: f64, single: f64) -> f64 {
    success * single / turns
}
