//! Several problems simulated in turn.

use sim_core::events::Duration;
use sim_core::monte_carlo::Block;

use super::{Budget, InvalidProblem, Problem};

/// Problems that take turns: trial `t` is one of the `t`-th problem, counted in circles.
#[derive(Clone, Debug)]
pub struct Turns(Vec<Problem>);

impl From<Problem> for Turns {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl Turns {
    /// Problems whose budgets are in one unit; `None` if there are none.
    pub fn new(problems: Vec<Problem>) -> Option<Self> {
        if problems.is_empty() { None } else { Some(Self(problems)) }
    }

    /// The same problems under the rules that the published program has for baselines.
    ///
    /// # Errors
    /// Never, for problems that are some.
    pub fn of_published_baselines(&self) -> Result<Self, InvalidProblem> {
        let under = |problem: &Problem| problem.under(problem.rules().of_published_baselines());
        Ok(Self(self.0.iter().map(under).collect::<Result<_, _>>()?))
    }

    /// The same problems with other limits.
    ///
    /// # Errors
    /// One of them is 0.
    pub fn within(&self, budget: Budget, deadline: Duration) -> Result<Self, InvalidProblem> {
        Ok(Self(self.0.iter().map(|problem| problem.within(budget, deadline)).collect::<Result<_, _>>()?))
    }

    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    /// The problem of a trial.
    pub fn of(&self, trial: u64) -> &Problem {
        &self.0[self.turn(trial)]
    }

    /// The position of the problem of a trial.
    pub fn turn(&self, trial: u64) -> usize {
        (trial % self.0.len() as u64) as usize
    }

    /// What the trials of a block come to, in their order. They are run problem by problem, so that what a planner compiles for one is
    /// used for all of its trials: `run` gets a problem, its trials, and what takes their results in.
    pub(super) fn run<T>(
        &self,
        block: &Block,
        mut run: impl FnMut(&Problem, &mut dyn Iterator<Item = u64>, &mut dyn FnMut(u64, T)),
    ) -> Vec<(u64, T)> {
        let turns = self.0.len() as u64;
        let mut results: Vec<(u64, T)> = Vec::with_capacity(block.len() as usize);
        for (turn, problem) in self.0.iter().enumerate() {
            let mut trials = block.trials().filter(|trial| trial % turns == turn as u64);
            run(problem, &mut trials, &mut |trial, result| results.push((trial, result)));
        }
        // Floats are summed in the order of the trials.
        results.sort_unstable_by_key(|&(trial, _)| trial);
        results
    }
}
