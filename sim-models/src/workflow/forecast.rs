//! What a workflow may cost and how long it may take, before it is launched: distributions, and which subtasks and retries they come from.

mod course;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, Proportion, Quantiles, Tally};
use sim_core::events::Duration;
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;
use thiserror::Error;

use self::course::Course;
use super::policy::{Idle, Named, UnknownPolicy};
use super::{Attempt, Budget, Ending, InvalidProblem, Problem, Turns};

/// What is measured of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// What is spent, in units of the budget.
    Cost,
    /// Tokens generated and paid for.
    Tokens,
    /// Time until the run ends, in seconds.
    Time,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cost, Self::Tokens, Self::Time];
}

/// A number that a measure of a run may be above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// What is compared.
    pub measure: Measure,
    /// In the unit of the measure.
    pub amount: f64,
    /// Whether the number itself counts as above.
    pub inclusive: bool,
}

impl Threshold {
    fn is_passed_by(self, course: &Course) -> bool {
        let found = course.measures[self.measure as usize];
        found > self.amount || (self.inclusive && found == self.amount)
    }
}

/// Runs of problems, which take turns, under a policy, with what is counted of each.
#[derive(Clone, Debug)]
pub struct Forecasting {
    problems: Turns,
    /// What runs are measured against, by turn.
    limits: Vec<Limits>,
    policy: Idle,
    thresholds: Vec<Threshold>,
}

/// What a run may cost, in units of the budget, and how long it may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    budget: u64,
    deadline: Duration,
}

impl Limits {
    fn of(problem: &Problem) -> Self {
        Self { budget: problem.budget().amount(), deadline: problem.deadline() }
    }
}

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NoForecast {
    /// The policy is none of these problems.
    #[error(transparent)]
    Policy(#[from] UnknownPolicy),
    /// The limits are none.
    #[error(transparent)]
    Limits(#[from] InvalidProblem),
}

/// What the runs came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ForecastTally {
    endings: [Proportion; 5],
    means: [Mean; 3],
    quantiles: [Quantiles; 3],
    /// Costs more than the budget, or ends because it is spent.
    over_budget: Proportion,
    /// Takes longer than the deadline, or ends there.
    past_deadline: Proportion,
    /// One per threshold.
    above: Vec<Proportion>,
    /// Of one workflow only: by subtask.
    subtasks: Vec<SubtaskTally>,
}

/// What a subtask has to do with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SubtaskTally {
    /// By model: what is spent on it, in units of the budget.
    pub cost: Vec<Mean>,
    /// By model: tokens.
    pub tokens: Vec<Mean>,
    /// Whether it is on the critical path: what the end of the run waited for.
    pub critical: Proportion,
    /// Time that it adds to the critical path, in seconds; 0 where it is not on it.
    pub critical_time: Mean,
    /// Whether it is tried more than once.
    pub retried: Proportion,
    /// What is spent on all tries but the first, in units of the budget.
    pub retry_cost: Mean,
    /// Time that these add to the critical path, in seconds.
    pub retry_time: Mean,
}

impl Tally for SubtaskTally {
    fn merge(&mut self, later: &Self) {
        merge_all(&mut self.cost, &later.cost);
        merge_all(&mut self.tokens, &later.tokens);
        self.critical.merge(&later.critical);
        self.critical_time.merge(&later.critical_time);
        self.retried.merge(&later.retried);
        self.retry_cost.merge(&later.retry_cost);
        self.retry_time.merge(&later.retry_time);
    }
}

impl Tally for ForecastTally {
    fn merge(&mut self, later: &Self) {
        merge_all(&mut self.endings, &later.endings);
        merge_all(&mut self.means, &later.means);
        merge_all(&mut self.quantiles, &later.quantiles);
        self.over_budget.merge(&later.over_budget);
        self.past_deadline.merge(&later.past_deadline);
        if self.above.is_empty() {
            self.above.resize_with(later.above.len(), Proportion::default);
        }
        merge_all(&mut self.above, &later.above);
        if self.subtasks.is_empty() {
            self.subtasks.clone_from(&later.subtasks);
        } else {
            merge_all(&mut self.subtasks, &later.subtasks);
        }
    }
}

fn merge_all<T: Tally>(own: &mut [T], later: &[T]) {
    own.iter_mut().zip(later).for_each(|(own, later)| own.merge(later));
}

impl ForecastTally {
    fn record(&mut self, course: &Course, thresholds: &[Threshold]) {
        for (ending, proportion) in Ending::ALL.into_iter().zip(&mut self.endings) {
            proportion.record(course.ending == ending);
        }
        for (at, &measure) in course.measures.iter().enumerate() {
            self.means[at].record(measure);
            self.quantiles[at].record(measure);
        }
        self.over_budget.record(course.over_budget);
        self.past_deadline.record(course.past_deadline);
        self.above.resize_with(thresholds.len(), Proportion::default);
        for (above, threshold) in self.above.iter_mut().zip(thresholds) {
            above.record(threshold.is_passed_by(course));
        }
        self.subtasks.resize_with(course.parts.len(), SubtaskTally::default);
        for (subtask, part) in self.subtasks.iter_mut().zip(&course.parts) {
            subtask.cost.resize_with(part.spent.len(), Mean::default);
            subtask.tokens.resize_with(part.spent.len(), Mean::default);
            for (model, &(cost, tokens)) in part.spent.iter().enumerate() {
                subtask.cost[model].record(cost as f64);
                subtask.tokens[model].record(tokens as f64);
            }
            subtask.critical.record(part.is_critical);
            subtask.critical_time.record(part.critical_time);
            subtask.retried.record(part.tries > 1);
            subtask.retry_cost.record(part.retry_cost as f64);
            subtask.retry_time.record(part.retry_time);
        }
    }

    /// How runs end.
    pub fn ending(&self, ending: Ending) -> &Proportion {
        &self.endings[ending as usize]
    }

    /// Mean of a measure, in its own unit.
    pub fn mean(&self, measure: Measure) -> &Mean {
        &self.means[measure as usize]
    }

    /// Distribution of a measure, in its own unit.
    pub fn quantiles(&self, measure: Measure) -> &Quantiles {
        &self.quantiles[measure as usize]
    }

    /// Runs that cost more than the budget, or end because it does not cover what they need.
    pub fn over_budget(&self) -> &Proportion {
        &self.over_budget
    }

    /// Runs that take longer than the deadline, or end there.
    pub fn past_deadline(&self) -> &Proportion {
        &self.past_deadline
    }

    /// Runs above each threshold, in their order.
    pub fn above(&self) -> &[Proportion] {
        &self.above
    }

    /// What each subtask has to do with it; empty where several workflows took turns.
    pub fn subtasks(&self) -> &[SubtaskTally] {
        &self.subtasks
    }
}

impl Forecasting {
    /// Runs of problems in turn under a policy.
    ///
    /// # Errors
    /// A workflow does not have the policy's model, or is too large for it.
    pub fn new(problems: Turns, policy: Named, thresholds: Vec<Threshold>) -> Result<Self, UnknownPolicy> {
        let policy = Idle::new(policy, &problems)?;
        let limits = problems.problems().iter().map(Limits::of).collect();
        Ok(Self { problems, limits, policy, thresholds })
    }

    /// The same, where runs go on beyond the limits of the problems up to other ones, and are measured against the former.
    ///
    /// # Errors
    /// As [`Forecasting::new`]; or the other limits are 0.
    pub fn beyond_limits(
        problems: &Turns,
        budget: Budget,
        deadline: Duration,
        policy: Named,
        thresholds: Vec<Threshold>,
    ) -> Result<Self, NoForecast> {
        let limits = problems.problems().iter().map(Limits::of).collect();
        let problems = problems.within(budget, deadline)?;
        Ok(Self { limits, ..Self::new(problems, policy, thresholds)? })
    }
}

impl Simulation for Forecasting {
    type Tally = ForecastTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut ForecastTally) {
        let in_parts = self.problems.problems().len() == 1;
        let courses = self.problems.run(block, |problem, trials, take| {
            let Some(mut policy) = self.policy.take(problem, streams) else { return };
            let mut runs = problem.runs();
            let mut history: Vec<Attempt> = Vec::new();
            for trial in trials {
                let result = runs.run_with_history(policy.as_mut(), streams, trial, &mut history);
                let limits = &self.limits[(trial % self.limits.len() as u64) as usize];
                take(trial, Course::of(problem, limits, &result, &history, in_parts));
            }
            self.policy.put_back(problem, streams, policy);
        });
        courses.iter().for_each(|(_, course)| tally.record(course, &self.thresholds));
    }

    fn estimates(&self, tally: &ForecastTally, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.ending(Ending::Done).estimate(confidence)]
    }
}
