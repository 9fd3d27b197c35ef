//! What trials of an organization in time are counted into.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{
    Confidence, Estimate, Mean, PairedProportions, Proportion, Quantiles, Ratio, Tally,
};

use super::{Outcome, TrialResult};

/// Outcomes, answers, times, tokens and money of trials, in memory that does not grow with their number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimedTally {
    trials: u64,
    /// By outcome, in the order of [`Outcome::ALL`].
    outcomes: [u64; 6],
    successes: u64,
    /// By output: trials in which its answer was right.
    right: Vec<u64>,
    /// By output: trials in which its answer was wrong.
    wrong: Vec<u64>,
    makespan: Mean,
    makespans: Quantiles,
    cost: Mean,
    /// Money per success.
    cost_of_pass: Ratio,
    wasted: Ratio,
    input_tokens: Mean,
    output_tokens: Mean,
    requests: Mean,
    refusals: Mean,
    /// Working time over the time that all agents were there.
    busy: Ratio,
    energy: Mean,
    /// By agent.
    tokens: Vec<Mean>,
    /// By fault: success without it, and with it.
    without_fault: Vec<PairedProportions>,
}

const DOLLARS: f64 = 1e-9;

impl TimedTally {
    /// Counts a trial. `working` is the number of agents that make calls; `without` has the successes of the same trial without each of
    /// the faults that losses are attributed to. Tokens are counted agent by agent only if `by_agent`.
    pub fn record(&mut self, result: &TrialResult, working: usize, by_agent: bool, without: &[bool]) {
        let success = result.is_success();
        self.trials += 1;
        self.successes += u64::from(success);
        for (count, outcome) in self.outcomes.iter_mut().zip(Outcome::ALL) {
            *count += u64::from(outcome == result.outcome);
        }
        self.right.resize(result.answers.len(), 0);
        self.wrong.resize(result.answers.len(), 0);
        for (output, answer) in result.answers.iter().enumerate() {
            self.right[output] += u64::from(*answer == Some(true));
            self.wrong[output] += u64::from(*answer == Some(false));
        }
        let cost = result.cost as f64 * DOLLARS;
        self.makespan.record(result.makespan);
        self.makespans.record(result.makespan);
        self.cost.record(cost);
        self.cost_of_pass.record(cost, f64::from(u8::from(success)));
        self.wasted.record(result.wasted as f64 * DOLLARS, cost);
        self.input_tokens.record(result.input_tokens as f64);
        self.output_tokens.record(result.output_tokens as f64);
        self.requests.record(result.requests as f64);
        self.refusals.record(result.refusals as f64);
        // Rounding must not make more than all agents busy.
        let all = result.makespan * working as f64;
        self.busy.record(result.busy.min(all), all);
        self.energy.record(result.energy);
        if by_agent {
            self.tokens.resize(result.tokens_by_agent.len(), Mean::default());
            for (mean, tokens) in self.tokens.iter_mut().zip(&result.tokens_by_agent) {
                mean.record(*tokens as f64);
            }
        }
        self.without_fault.resize(without.len(), PairedProportions::default());
        for (pair, without) in self.without_fault.iter_mut().zip(without) {
            pair.record(*without, success);
        }
    }

    /// Number of trials.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    fn share(&self, count: u64) -> Proportion {
        let mut share = Proportion::default();
        share.record_many(count, self.trials - count);
        share
    }

    /// Share of trials that ended like this.
    pub fn outcome(&self, outcome: Outcome) -> Proportion {
        let position = Outcome::ALL.iter().position(|known| *known == outcome).unwrap_or_default();
        self.share(self.outcomes[position])
    }

    /// Share of trials that were done, in time and within the budget, with right answers only.
    pub fn success(&self) -> Proportion {
        self.share(self.successes)
    }

    /// Share of trials in which an output was right; at a deadline with its best answer so far.
    pub fn accuracy(&self, output: usize) -> Proportion {
        self.share(self.right.get(output).copied().unwrap_or(0))
    }

    /// Trials in which an output was wrong; in those in which it was neither right nor wrong it had no answer.
    pub fn wrong(&self, output: usize) -> u64 {
        self.wrong.get(output).copied().unwrap_or(0)
    }

    /// Simulated time until a trial ended, in seconds.
    pub fn makespan(&self) -> &Mean {
        &self.makespan
    }

    /// Its quantiles.
    pub fn makespans(&self) -> &Quantiles {
        &self.makespans
    }

    /// Money per trial, in USD.
    pub fn cost(&self) -> &Mean {
        &self.cost
    }

    /// Money per success, in USD.
    pub fn cost_of_pass(&self) -> &Ratio {
        &self.cost_of_pass
    }

    /// The share of the money that was spent on calls whose answer nobody used.
    pub fn wasted(&self) -> &Ratio {
        &self.wasted
    }

    /// Tokens that an agent read and wrote in a trial.
    pub fn tokens(&self, agent: usize) -> Mean {
        self.tokens.get(agent).copied().unwrap_or_default()
    }

    /// Success without a fault less success with it, in the same trials.
    pub fn loss(&self, fault: usize) -> PairedProportions {
        self.without_fault.get(fault).copied().unwrap_or_default()
    }

    /// The estimates of [`TimedOrganization`](super::TimedOrganization), in its order: of an organization with this many outputs
    /// and faults, and by agent for these.
    pub(super) fn estimates(
        &self,
        outputs: usize,
        agents: &[usize],
        faults: usize,
        confidence: Confidence,
    ) -> Vec<Estimate> {
        let mut estimates: Vec<Estimate> =
            (0..outputs).map(|output| self.accuracy(output).estimate(confidence)).collect();
        estimates.push(self.success().estimate(confidence));
        estimates.extend(Outcome::ALL.map(|outcome| self.outcome(outcome).estimate(confidence)));
        estimates.push(self.makespan.estimate(confidence));
        estimates.extend([0.5, 0.9, 0.99].map(|level| self.makespans.estimate(level, confidence)));
        estimates.push(self.cost.estimate(confidence));
        estimates.push(self.cost_of_pass.estimate(confidence));
        estimates.push(self.wasted.estimate(confidence));
        for mean in [&self.input_tokens, &self.output_tokens, &self.requests, &self.refusals] {
            estimates.push(mean.estimate(confidence));
        }
        estimates.push(self.busy.estimate(confidence));
        estimates.push(self.energy.estimate(confidence));
        estimates.extend(agents.iter().map(|&agent| self.tokens(agent).estimate(confidence)));
        estimates.extend((0..faults).map(|fault| self.loss(fault).estimate(confidence)));
        estimates
    }
}

impl Tally for TimedTally {
    fn merge(&mut self, later: &Self) {
        self.trials += later.trials;
        self.successes += later.successes;
        add(&mut self.outcomes, &later.outcomes);
        merge_all(&mut self.right, &later.right, |own, other| *own += other);
        merge_all(&mut self.wrong, &later.wrong, |own, other| *own += other);
        self.makespan.merge(&later.makespan);
        self.makespans.merge(&later.makespans);
        self.cost.merge(&later.cost);
        self.cost_of_pass.merge(&later.cost_of_pass);
        self.wasted.merge(&later.wasted);
        self.input_tokens.merge(&later.input_tokens);
        self.output_tokens.merge(&later.output_tokens);
        self.requests.merge(&later.requests);
        self.refusals.merge(&later.refusals);
        self.busy.merge(&later.busy);
        self.energy.merge(&later.energy);
        merge_all(&mut self.tokens, &later.tokens, Tally::merge);
        merge_all(&mut self.without_fault, &later.without_fault, Tally::merge);
    }
}

fn add(own: &mut [u64], other: &[u64]) {
    own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
}

/// An empty tally has no parts yet.
fn merge_all<T: Clone + Default>(own: &mut Vec<T>, other: &[T], merge: impl Fn(&mut T, &T)) {
    if own.len() < other.len() {
        own.resize(other.len(), T::default());
    }
    own.iter_mut().zip(other).for_each(|(own, other)| merge(own, other));
}
