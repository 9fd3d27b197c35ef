//! Policies compared on the same draws.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, PairedProportions, Tally};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;

use super::policy::{Named, Policy, UnknownPolicy};
use super::{Problem, WorkflowTally};

/// Several policies on one problem. In every trial all of them meet the same world: the same attempt at the same subtask with the same
/// model comes to the same.
#[derive(Clone, Debug)]
pub struct Comparison {
    problem: Problem,
    policies: Vec<Named>,
}

/// What the policies came to, and in which trials they differed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ComparisonTally {
    policies: Vec<WorkflowTally>,
    /// Of the pairs (0, 1), (0, 2), …, (1, 2), …
    pairs: Vec<PairedProportions>,
}

impl Tally for ComparisonTally {
    fn merge(&mut self, other: &Self) {
        self.make_room(other.policies.len());
        for (own, other) in self.policies.iter_mut().zip(&other.policies) {
            own.merge(other);
        }
        for (own, other) in self.pairs.iter_mut().zip(&other.pairs) {
            own.merge(other);
        }
    }
}

impl ComparisonTally {
    fn make_room(&mut self, policies: usize) {
        if self.policies.len() < policies {
            self.policies.resize_with(policies, WorkflowTally::default);
            self.pairs.resize_with(policies * (policies - 1) / 2, PairedProportions::default);
        }
    }

    /// What each policy came to.
    pub fn policies(&self) -> &[WorkflowTally] {
        &self.policies
    }

    /// The differences of completion probabilities, `first - second`, of all pairs.
    pub fn differences(&self, confidence: Confidence) -> Vec<(usize, usize, Estimate)> {
        let count = self.policies.len();
        let pairs = (0..count).flat_map(|first| (first + 1..count).map(move |second| (first, second)));
        pairs
            .zip(&self.pairs)
            .map(|((first, second), pair)| (first, second, pair.estimate(confidence)))
            .collect()
    }
}

impl Comparison {
    /// A comparison.
    ///
    /// # Errors
    /// The workflow does not have a policy's model.
    pub fn new(problem: Problem, policies: Vec<Named>) -> Result<Self, UnknownPolicy> {
        for policy in &policies {
            policy.policy(problem.workflow())?;
        }
        Ok(Self { problem, policies })
    }
}

impl Simulation for Comparison {
    type Tally = ComparisonTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut ComparisonTally) {
        // Their models were looked for before.
        let policies = self.policies.iter().filter_map(|policy| policy.policy(self.problem.workflow()).ok());
        let mut policies: Vec<Box<dyn Policy>> = policies.collect();
        let mut runs = self.problem.runs();
        tally.make_room(policies.len());
        let mut done = vec![false; policies.len()];
        for trial in block.trials() {
            for (position, policy) in policies.iter_mut().enumerate() {
                let result = runs.run(policy.as_mut(), streams, trial);
                tally.policies[position].record(&self.problem, &result);
                done[position] = result.is_done();
            }
            let mut pair = tally.pairs.iter_mut();
            for first in 0..done.len() {
                for second in first + 1..done.len() {
                    if let Some(pair) = pair.next() {
                        pair.record(done[first], done[second]);
                    }
                }
            }
        }
    }

    fn estimates(&self, tally: &ComparisonTally, confidence: Confidence) -> Vec<Estimate> {
        tally.policies.iter().map(|policy| policy.completion().estimate(confidence)).collect()
    }
}
