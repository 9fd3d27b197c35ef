//! What goes wrong: the catalogue of faults (mechanisms B1, B52 and the issue of agents that fail in time).

use sim_core::events::Duration;

use crate::law::Law;

/// A fault: what goes wrong, and with whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub mode: FaultMode,
    /// By agent: whether it can happen to it. Modes of an endpoint, of the messages or of the whole run ask it of those who call or send.
    pub targets: Vec<bool>,
}

/// What goes wrong. Probabilities lie in [0, 1], rates are per second of simulated time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultMode {
    /// An agent crashes while it works, at this rate. It restarts after a delay and does the work again, or never comes back and nobody is
    /// told (churn, B52).
    Crash {
        /// Crashes per second of work.
        rate: f64,
        /// Delay of a restart; `None`: never.
        restart: Option<Duration>,
        /// Work that is saved by checkpoints, and the time that each costs; `None`: all work is lost.
        checkpoint: Option<(Duration, Duration)>,
    },
    /// A vote is wrong without a sign.
    SilentWrong {
        /// Probability.
        probability: f64,
    },
    /// A request is never answered.
    Hang {
        /// Probability.
        probability: f64,
    },
    /// A request takes longer by a factor.
    Straggler {
        /// Probability.
        probability: f64,
        /// Factor, at least 1.
        factor: f64,
    },
    /// All endpoints refuse requests from time to time; both times are exponential, and the run begins at a random moment.
    Outage {
        /// Outages per second of the time between them.
        rate: f64,
        /// Mean length.
        length: Duration,
    },
    /// Endpoints serve only this share of their limits per minute.
    RateLimit {
        /// Share, in (0, 1].
        share: f64,
    },
    /// Messages get lost in bursts (Gilbert-Elliott): a channel to all receivers that is good or bad for exponential times. Nobody
    /// notices the loss but the sender, who sends again if it may.
    MessageLoss {
        /// Bursts per second of good time.
        rate: f64,
        /// Mean length of a burst.
        length: Duration,
        /// Probability that a message is lost in a burst.
        in_burst: f64,
        /// Probability that a message is lost outside.
        outside: f64,
    },
    /// A message arrives twice.
    Duplicate {
        /// Probability.
        probability: f64,
    },
    /// A message is late.
    Late {
        /// Probability.
        probability: f64,
        /// Delay in seconds.
        delay: Law,
    },
    /// A call goes off its track at every turn with this probability, and is then less accurate (multi-step reasoning drift, B1).
    Drift {
        /// Probability per turn.
        hazard: f64,
        /// Accuracy that is lost off the track, at most all of it.
        loss: f64,
    },
    /// A call gives another answer than it meant (latent inconsistency, B1): a right vote becomes wrong, a wrong one of a binary question
    /// right.
    Inconsistency {
        /// Probability.
        probability: f64,
    },
    /// A full context makes votes less accurate: the accuracy is multiplied by `max(0, 1 - slope max(0, u - free))`, `u` being the share
    /// of the window that is full (context-boundary degradation, B1).
    FullContext {
        /// Accuracy that is lost per share of the window.
        slope: f64,
        /// Share of the window that does no harm.
        free: f64,
    },
    /// A tool fails: visibly, then it is used again; or it returns something plausible that makes the vote wrong (B1).
    ToolError {
        /// Probability of a visible failure of one use.
        visible: f64,
        /// Probability of a silent one.
        silent: f64,
    },
    /// The skill of all models jumps from time to time, on the scale of log-odds (version drift, B1).
    VersionDrift {
        /// Jumps per second.
        rate: f64,
        /// Standard deviation of a jump.
        deviation: f64,
    },
    /// When spending passes a share of the budget, cheaper and less accurate models answer (cost-driven collapse, B1).
    Downgrade {
        /// Share of the budget, in [0, 1].
        share: f64,
        /// Accuracy that is lost, at most all of it.
        loss: f64,
        /// Factor of the price, in [0, 1].
        price: f64,
    },
}

impl FaultMode {
    /// Its name in scenarios and results.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Crash { .. } => "crash",
            Self::SilentWrong { .. } => "silent-wrong",
            Self::Hang { .. } => "hang",
            Self::Straggler { .. } => "straggler",
            Self::Outage { .. } => "outage",
            Self::RateLimit { .. } => "rate-limit",
            Self::MessageLoss { .. } => "message-loss",
            Self::Duplicate { .. } => "duplicate",
            Self::Late { .. } => "late",
            Self::Drift { .. } => "drift",
            Self::Inconsistency { .. } => "inconsistency",
            Self::FullContext { .. } => "full-context",
            Self::ToolError { .. } => "tool-error",
            Self::VersionDrift { .. } => "version-drift",
            Self::Downgrade { .. } => "downgrade",
        }
    }
}
