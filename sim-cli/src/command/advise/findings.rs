//! Everything that an advice says.

use sim_models::advice::contest::{Contender, Contest};
use sim_models::advice::sensitivity::{Confidence, Flip};
use sim_models::advice::{Choice, Fleet, Scored, Unit};

/// The choice, with what supports it.
pub(super) struct Findings {
    pub(super) fleet: Fleet,
    pub(super) choice: Choice,
    pub(super) reasons: Vec<String>,
    /// What is taken for granted or left out, because the fleet's file does not say it.
    pub(super) warnings: Vec<String>,
    /// The plans that were simulated, the recommended one first.
    pub(super) contenders: Vec<Scored>,
    pub(super) contest: Contest,
    /// `None` where plans were left out that are too slow: the exact evaluation would choose one of them.
    pub(super) flips: Option<Vec<Flip>>,
    /// Where parameters have intervals.
    pub(super) confidence: Option<Confidence>,
}

impl Findings {
    /// The name of the unit of costs.
    pub(super) fn unit(&self) -> &'static str {
        match self.choice.limits.unit() {
            Unit::Dollars => "USD",
            Unit::Tokens => "tokens",
        }
    }

    /// The contenders with what their simulation came to.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Scored, &Contender)> {
        self.contenders.iter().zip(&self.contest.contenders)
    }

    /// Trials of all plans that keep the limits, each simulated as long as the best, over those that were used.
    pub(super) fn saving(&self) -> f64 {
        let brute = self.choice.ranking.len() as f64 * self.contest.rounds as f64;
        brute / (self.contest.trials.max(1)) as f64
    }
}
