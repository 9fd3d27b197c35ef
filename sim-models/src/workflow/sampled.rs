//! Runs of a problem under a policy, as a simulation with metrics (mechanisms A8).

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Clustered, Confidence, Estimate, Mean, Proportion, Quantiles, Ratio, Tally};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;

use super::policy::{Idle, Named, UnknownPolicy};
use super::{Attempt, Ending, Problem, RunResult, Turns};

/// Problems that take turns, trial by trial, and a policy.
#[derive(Clone, Debug)]
pub struct SampledWorkflow {
    problems: Turns,
    policy: Idle,
}

/// What runs came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WorkflowTally {
    endings: [Proportion; 5],
    /// Completed runs, by problem.
    by_problem: Clustered,
    /// Spent, over completed runs.
    cost_of_pass: Ratio,
    cost: Mean,
    budget_share: Mean,
    makespan: Mean,
    makespans: Quantiles,
    deadline_share: Mean,
    wasted: Ratio,
    completed: Mean,
    batches: Mean,
    samples: Mean,
    decisions: Mean,
    simulations: Ratio,
    /// Of runs whose policy said how likely it was to complete them: that, less whether they were completed; and the square.
    optimism: Mean,
    brier: Mean,
}

impl Tally for WorkflowTally {
    fn merge(&mut self, other: &Self) {
        for (own, other) in self.endings.iter_mut().zip(&other.endings) {
            own.merge(other);
        }
        self.by_problem.merge(&other.by_problem);
        self.cost_of_pass.merge(&other.cost_of_pass);
        self.cost.merge(&other.cost);
        self.budget_share.merge(&other.budget_share);
        self.makespan.merge(&other.makespan);
        self.makespans.merge(&other.makespans);
        self.deadline_share.merge(&other.deadline_share);
        self.wasted.merge(&other.wasted);
        self.completed.merge(&other.completed);
        self.batches.merge(&other.batches);
        self.samples.merge(&other.samples);
        self.decisions.merge(&other.decisions);
        self.simulations.merge(&other.simulations);
        self.optimism.merge(&other.optimism);
        self.brier.merge(&other.brier);
    }
}

impl WorkflowTally {
    /// Records a run of a problem, which has this position among those that take turns.
    pub fn record(&mut self, turn: usize, problem: &Problem, result: &RunResult) {
        for (ending, proportion) in Ending::ALL.into_iter().zip(&mut self.endings) {
            proportion.record(result.ending == ending);
        }
        let done = u8::from(result.is_done());
        self.by_problem.record(turn, i8::from(result.is_done()));
        let cost = result.cost as f64;
        let makespan = result.makespan.as_seconds();
        self.cost_of_pass.record(cost, f64::from(done));
        self.cost.record(cost);
        self.budget_share.record(cost / problem.budget().amount() as f64);
        self.makespan.record(makespan);
        self.makespans.record(makespan);
        self.deadline_share.record(makespan / problem.deadline().as_seconds());
        self.wasted.record(result.wasted as f64, cost);
        self.completed.record(result.completed as f64 / problem.workflow().len() as f64);
        self.batches.record(result.batches as f64);
        self.samples.record(result.samples as f64);
        self.decisions.record(result.decisions as f64);
        self.simulations.record(result.simulations as f64, result.decisions as f64);
        if let Some(score) = result.score {
            let off = score - f64::from(done);
            self.optimism.record(off);
            self.brier.record(off * off);
        }
    }

    /// Completion probability.
    pub fn completion(&self) -> &Proportion {
        &self.endings[0]
    }

    /// Mean cost, in units of the budget.
    pub fn cost(&self) -> &Mean {
        &self.cost
    }

    /// Mean makespan, in seconds.
    pub fn makespan(&self) -> &Mean {
        &self.makespan
    }

    /// Makespans, in seconds.
    pub fn makespans(&self) -> &Quantiles {
        &self.makespans
    }

    /// Decisions per run.
    pub fn decisions(&self) -> &Mean {
        &self.decisions
    }

    /// Simulations per decision.
    pub fn simulations(&self) -> &Ratio {
        &self.simulations
    }
}

impl SampledWorkflow {
    /// Runs of a problem under a policy.
    ///
    /// # Errors
    /// The workflow does not have the policy's model, or is too large for it.
    pub fn new(problem: Problem, policy: Named) -> Result<Self, UnknownPolicy> {
        Self::in_turn(problem.into(), policy)
    }

    /// Runs of several problems in turn.
    ///
    /// # Errors
    /// A workflow does not have the policy's model, or is too large for it.
    pub fn in_turn(problems: Turns, policy: Named) -> Result<Self, UnknownPolicy> {
        let policy = Idle::new(policy, &problems)?;
        Ok(Self { problems, policy })
    }

    /// The problem of a trial.
    pub fn problem(&self, trial: u64) -> &Problem {
        self.problems.of(trial)
    }

    /// One run again, with the batches launched in it.
    pub fn replay(&self, streams: &Streams, trial: u64) -> Option<(RunResult, Vec<Attempt>)> {
        let problem = self.problem(trial);
        let mut policy = self.policy.take(problem, streams)?;
        Some(problem.run_with_history(policy.as_mut(), streams, trial))
    }
}

impl Simulation for SampledWorkflow {
    type Tally = WorkflowTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut WorkflowTally) {
        let results = self.problems.run(block, |problem, trials, take| {
            let Some(mut policy) = self.policy.take(problem, streams) else { return };
            let mut runs = problem.runs();
            for trial in trials {
                take(trial, runs.run(policy.as_mut(), streams, trial));
            }
            self.policy.put_back(problem, streams, policy);
        });
        for (trial, result) in &results {
            tally.record(self.problems.turn(*trial), self.problem(*trial), result);
        }
    }

    fn estimates(&self, tally: &WorkflowTally, confidence: Confidence) -> Vec<Estimate> {
        // Money in dollars, tokens as they are.
        let unit = self.problem(0).budget().unit();
        let endings = tally.endings.iter().map(|ending| ending.estimate(confidence));
        endings
            .chain([
                tally.cost.estimate(confidence).affine(0.0, unit),
                tally.cost_of_pass.estimate(confidence).affine(0.0, unit),
                tally.budget_share.estimate(confidence),
                tally.makespan.estimate(confidence),
                tally.makespans.estimate(0.5, confidence),
                tally.makespans.estimate(0.95, confidence),
                tally.deadline_share.estimate(confidence),
                tally.wasted.estimate(confidence),
                tally.completed.estimate(confidence),
                tally.batches.estimate(confidence),
                tally.samples.estimate(confidence),
                tally.decisions.estimate(confidence),
                tally.simulations.estimate(confidence),
                tally.by_problem.proportion(confidence),
                tally.optimism.estimate(confidence),
                tally.brier.estimate(confidence),
            ])
            .collect()
    }
}
