//! Policies compared on the same draws.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Clustered, Confidence, Estimate, PairedDifference, PairedProportions, Tally};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;

use super::policy::{Idle, Named, UnknownPolicy};
use super::{InvalidProblem, Problem, RunResult, Turns, WorkflowTally};

/// Several policies on the same problems, which take turns. In every trial all policies meet the same world: the same attempt at the same
/// subtask with the same model comes to the same.
#[derive(Clone, Debug)]
pub struct Comparison {
    problems: Turns,
    /// The same for all but planners, if they have rules of their own.
    baselines: Option<Turns>,
    policies: Vec<Idle>,
}

/// What the policies came to, and in which trials they differed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ComparisonTally {
    policies: Vec<WorkflowTally>,
    /// Of the pairs (0, 1), (0, 2), …, (1, 2), …
    pairs: Vec<PairTally>,
}

/// How two policies differ.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PairTally {
    /// Completed runs.
    pub completion: PairedProportions,
    /// The same by problem.
    pub by_problem: Clustered,
    /// What is spent, in units of the budget.
    pub cost: PairedDifference,
    /// Time until a run ends, in seconds.
    pub makespan: PairedDifference,
}

impl PairTally {
    fn record(&mut self, turn: usize, first: &RunResult, second: &RunResult) {
        self.completion.record(first.is_done(), second.is_done());
        self.by_problem.record(turn, i8::from(first.is_done()) - i8::from(second.is_done()));
        self.cost.record(first.cost as f64, second.cost as f64);
        self.makespan.record(first.makespan.as_seconds(), second.makespan.as_seconds());
    }
}

impl Tally for PairTally {
    fn merge(&mut self, later: &Self) {
        self.completion.merge(&later.completion);
        self.by_problem.merge(&later.by_problem);
        self.cost.merge(&later.cost);
        self.makespan.merge(&later.makespan);
    }
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
            self.pairs.resize_with(policies * (policies - 1) / 2, PairTally::default);
        }
    }

    /// What each policy came to.
    pub fn policies(&self) -> &[WorkflowTally] {
        &self.policies
    }

    /// How all pairs of policies differ, by their positions: the first minus the second.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, &PairTally)> {
        let count = self.policies.len();
        let pairs = (0..count).flat_map(move |first| (first + 1..count).map(move |second| (first, second)));
        pairs.zip(&self.pairs).map(|((first, second), pair)| (first, second, pair))
    }

    /// The differences of completion probabilities, `first - second`, of all pairs.
    pub fn differences(&self, confidence: Confidence) -> Vec<(usize, usize, Estimate)> {
        self.pairs()
            .map(|(first, second, pair)| (first, second, pair.completion.estimate(confidence)))
            .collect()
    }
}

impl Comparison {
    /// A comparison.
    ///
    /// # Errors
    /// A workflow does not have a policy's model, or is too large for a policy.
    pub fn new(problems: Turns, policies: Vec<Named>) -> Result<Self, UnknownPolicy> {
        let policies = policies.into_iter().map(|policy| Idle::new(policy, &problems));
        Ok(Self { policies: policies.collect::<Result<_, _>>()?, problems, baselines: None })
    }

    /// The same comparison where all but planners have the rules of the published program's baselines, with the same draws.
    ///
    /// # Errors
    /// Never, for problems that are some.
    pub fn asymmetric(&self) -> Result<Self, InvalidProblem> {
        Ok(Self { baselines: Some(self.problems.of_published_baselines()?), ..self.clone() })
    }

    /// What a policy meets in a trial.
    fn problem(&self, policy: &Named, trial: u64) -> &Problem {
        match &self.baselines {
            Some(baselines) if !policy.is_planner() => baselines.of(trial),
            _ => self.problems.of(trial),
        }
    }
}

impl Simulation for Comparison {
    type Tally = ComparisonTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut ComparisonTally) {
        tally.make_room(self.policies.len());
        let trials = self.problems.run(block, |_, trials, take| {
            let mut trials = trials.peekable();
            let Some(&first) = trials.peek() else { return };
            let members = self.policies.iter().filter_map(|policy| {
                let problem = self.problem(policy.named(), first);
                Some((problem, policy.take(problem, streams)?, problem.runs()))
            });
            let mut members: Vec<_> = members.collect();
            for trial in trials {
                let results =
                    members.iter_mut().map(|(_, policy, runs)| runs.run(policy.as_mut(), streams, trial));
                take(trial, results.collect::<Vec<RunResult>>());
            }
            for (idle, (problem, policy, _)) in self.policies.iter().zip(members) {
                idle.put_back(problem, streams, policy);
            }
        });
        for (trial, results) in &trials {
            let turn = self.problems.turn(*trial);
            for (policy, result) in tally.policies.iter_mut().zip(results) {
                policy.record(turn, self.problems.of(*trial), result);
            }
            let firsts = results.iter().enumerate();
            let pairs =
                firsts.flat_map(|(at, first)| results[at + 1..].iter().map(move |second| (first, second)));
            for (pair, (first, second)) in tally.pairs.iter_mut().zip(pairs) {
                pair.record(turn, first, second);
            }
        }
    }

    fn estimates(&self, tally: &ComparisonTally, confidence: Confidence) -> Vec<Estimate> {
        tally.policies.iter().map(|policy| policy.completion().estimate(confidence)).collect()
    }
}
