//! What trials of a ledger are counted into.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, Proportion, Ratio, Tally};

use super::LedgerResult;

/// Overshoot, spending and calls of trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LedgerTally {
    overshoots: Proportion,
    overshoot: Mean,
    spend: Mean,
    utilization: Mean,
    admitted: Mean,
    refused: Mean,
    completed: Mean,
    underestimated: Ratio,
    reserved: Ratio,
}

const DOLLARS: f64 = 1e-9;

impl LedgerTally {
    /// Counts a trial.
    pub fn record(&mut self, result: &LedgerResult, cap: u64) {
        self.overshoots.record(result.overshoot > 0);
        self.overshoot.record(result.overshoot as f64 * DOLLARS);
        self.spend.record(result.spent as f64 * DOLLARS);
        self.utilization.record(result.spent as f64 / cap as f64);
        self.admitted.record(result.admitted as f64);
        self.refused.record(result.refused as f64);
        self.completed.record(result.completed as f64);
        self.underestimated.record(result.underestimated as f64, result.admitted as f64);
        self.reserved.record(result.reserved as f64, result.spent as f64);
    }

    /// Share of trials that spent more than the cap.
    pub fn overshoots(&self) -> &Proportion {
        &self.overshoots
    }

    /// Calls that cost more than their estimate, per call.
    pub fn underestimated(&self) -> &Ratio {
        &self.underestimated
    }

    /// What was reserved over what was spent.
    pub fn reserved(&self) -> &Ratio {
        &self.reserved
    }

    /// Overshoot probability, overshoot, spending, utilization, admitted, refused and completed calls, share of underestimated ones,
    /// over-reservation.
    pub(super) fn estimates(&self, confidence: Confidence) -> Vec<Estimate> {
        let means =
            [&self.overshoot, &self.spend, &self.utilization, &self.admitted, &self.refused, &self.completed];
        let mut estimates = vec![self.overshoots.estimate(confidence)];
        estimates.extend(means.map(|mean| mean.estimate(confidence)));
        estimates.extend([&self.underestimated, &self.reserved].map(|ratio| ratio.estimate(confidence)));
        estimates
    }
}

impl Tally for LedgerTally {
    fn merge(&mut self, later: &Self) {
        self.overshoots.merge(&later.overshoots);
        self.overshoot.merge(&later.overshoot);
        self.spend.merge(&later.spend);
        self.utilization.merge(&later.utilization);
        self.admitted.merge(&later.admitted);
        self.refused.merge(&later.refused);
        self.completed.merge(&later.completed);
        self.underestimated.merge(&later.underestimated);
        self.reserved.merge(&later.reserved);
    }
}
