//! SimPy, in a process of its own.

use super::{Engine, Moments, Outcome, Workers, Workload};
use crate::python;
use std::{
    error::Error,
    path::{Path, PathBuf},
};

/// The peer.
pub struct SimPy {
    interpreter: PathBuf,
}

impl SimPy {
    /// SimPy under this interpreter.
    pub fn new(interpreter: &Path) -> Self {
        Self { interpreter: interpreter.to_owned() }
    }
}

impl Engine for SimPy {
    fn name(&self) -> &'static str {
        "SimPy 4.1"
    }

    fn run(
        &mut self,
        workload: &Workload,
        workers: Workers,
        runs: u64,
        seed: u64,
    ) -> Result<Option<Outcome>, Box<dyn Error>> {
        let workers = match workers {
            Workers::Unlimited => 0,
            Workers::Limited(workers) => workers,
        };
        let words = [workers.to_string(), runs.to_string(), seed.to_string()];
        let numbers =
            python::numbers(&self.interpreter, "rollouts_peer.py", &words, &workload.to_json().to_string())?;
        let [seconds, completed, makespan, makespan_variance, cost, cost_variance] = numbers[..] else {
            return Err(format!("rollouts_peer.py answered {} numbers instead of 6", numbers.len()).into());
        };
        Ok(Some(Outcome {
            runs,
            seconds,
            completed: completed as u64,
            makespan: Moments { mean: makespan, variance: makespan_variance },
            cost: Moments { mean: cost, variance: cost_variance },
        }))
    }
}
