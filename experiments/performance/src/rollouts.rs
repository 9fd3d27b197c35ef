//! Rollouts of a workflow: how many runs of a fixed plan per second synergy evaluates beside its peers.
//!
//! A subtask is tried with three parallel samples of lognormal length until one of them is right; an attempt lasts as long as its longest
//! sample and costs what all of them do. A run is complete when all subtasks are done within budget and deadline. All sides simulate the
//! same workflow, and what they say about completion, makespan and cost must agree.

mod heap;
mod simpy;
mod synergy;
mod table;
mod workload;

use std::{error::Error, path::Path};

pub use table::{about, rows, wrong};
pub use workload::Workload;

/// How many subtasks may be under way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// All that are ready.
    Unlimited,
    /// So many; a worker that is free takes the ready subtask of the lowest position.
    Limited(u32),
}

/// What some runs came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// How many there were.
    pub runs: u64,
    /// Processor time, in seconds.
    pub seconds: f64,
    /// Runs that were complete.
    pub completed: u64,
    /// Makespans, in seconds.
    pub makespan: Moments,
    /// Costs, in USD.
    pub cost: Moments,
}

/// Mean and variance of a number of the runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moments {
    /// The mean.
    pub mean: f64,
    /// The variance.
    pub variance: f64,
}

/// A sum in progress.
#[derive(Debug, Clone, Copy, Default)]
struct Sums(f64, f64);

impl Sums {
    fn add(&mut self, value: f64) {
        self.0 += value;
        self.1 += value * value;
    }

    fn moments(self, runs: u64) -> Moments {
        let mean = self.0 / runs as f64;
        Moments { mean, variance: self.1 / runs as f64 - mean * mean }
    }
}

/// One side.
pub trait Engine {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Runs the workload about so often; `None` for what it does not simulate.
    ///
    /// # Errors
    /// It is not there, with the reason, or gave up.
    fn run(
        &mut self,
        workload: &Workload,
        workers: Workers,
        runs: u64,
        seed: u64,
    ) -> Result<Option<Outcome>, Box<dyn Error>>;
}

/// One engine with so many workers.
#[derive(Debug)]
pub struct Measured {
    /// The engine.
    pub engine: &'static str,
    /// The workers.
    pub workers: Workers,
    /// Per round.
    pub outcomes: Vec<Outcome>,
    /// Why there are none.
    pub failed: Option<String>,
}

/// Everything that is measured.
pub const CASES: [Workers; 2] = [Workers::Unlimited, Workers::Limited(4)];

fn engines(interpreter: &Path) -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(heap::NaturalHeap),
        Box::new(simpy::SimPy::new(interpreter)),
        Box::new(synergy::Synergy::avx512()),
        Box::new(synergy::Synergy::avx2()),
    ]
}

/// Runs all engines in turn, so many rounds; a run takes about `seconds`.
pub fn measure(
    workload: &Workload,
    interpreter: &Path,
    rounds: u32,
    seconds: f64,
    seed: u64,
) -> Vec<Measured> {
    let mut engines = engines(interpreter);
    let mut results = Vec::new();
    for workers in CASES {
        let mut here: Vec<(usize, u64, Measured)> = Vec::new();
        // A first run of each, which warms up and tells how many are a round; then all in turn.
        for round in 0..=u64::from(rounds) {
            for (position, engine) in engines.iter_mut().enumerate() {
                if round == 0 {
                    eprintln!("rollouts, {}: {}", table::name(workers), engine.name());
                    here.extend(
                        first(engine.as_mut(), workload, workers, seconds, seed)
                            .map(|(runs, measured)| (position, runs, measured)),
                    );
                    continue;
                }
                let known = here
                    .iter_mut()
                    .find(|(known, _, measured)| *known == position && measured.failed.is_none());
                let Some((_, runs, measured)) = known else { continue };
                match engine.run(workload, workers, *runs, seed + round) {
                    Ok(outcome) => measured.outcomes.extend(outcome),
                    Err(error) => measured.failed = Some(error.to_string()),
                }
            }
        }
        results.extend(here.into_iter().map(|(_, _, measured)| measured));
    }
    results
}

/// How many runs take so many seconds.
fn first(
    engine: &mut dyn Engine,
    workload: &Workload,
    workers: Workers,
    seconds: f64,
    seed: u64,
) -> Option<(u64, Measured)> {
    let mut measured = Measured { engine: engine.name(), workers, outcomes: Vec::new(), failed: None };
    let runs = match engine.run(workload, workers, 512, seed) {
        Ok(outcome) => {
            let outcome = outcome?;
            let rate = outcome.runs as f64 / outcome.seconds.max(1e-6);
            (rate * seconds).clamp(512.0, 1e9) as u64
        }
        Err(error) => {
            measured.failed = Some(error.to_string());
            0
        }
    };
    Some((runs, measured))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::installed;

    /// Mean makespan and cost of workloads whose answer is known, within five standard errors; every peer, and the product.
    #[test]
    fn every_engine_agrees_with_closed_forms() {
        let constant = Workload::chain(3, 0.5, 3, 0.0);
        // Attempts per subtask: 1 / (1 - 0.5^3); 100 tokens each, 0.02 s and 2e-6 USD per token.
        let attempts = 3.0 / (1.0 - 0.125);
        for mut engine in engines(&installed()) {
            for workers in CASES {
                let outcome = match engine.run(&constant, workers, 20_000, 7) {
                    Ok(Some(outcome)) => outcome,
                    Ok(None) => continue,
                    Err(why) => {
                        eprintln!("skipped: {}: {why}", engine.name());
                        continue;
                    }
                };
                let near = |found: Moments, expected: f64| {
                    let error = (found.variance / outcome.runs as f64).sqrt();
                    assert!(
                        (found.mean - expected).abs() < 5.0 * error,
                        "{}: {found:?} {expected}",
                        engine.name()
                    );
                };
                near(outcome.makespan, attempts * 2.0);
                near(outcome.cost, attempts * 3.0 * 100.0 * 2e-6);
            }
        }
    }

    /// Two subtasks that need nothing and one worker: the makespan is their sum, with two workers their maximum.
    #[test]
    fn workers_limit_what_is_under_way() {
        let workload = Workload::independent(2, 1.0, 1, 0.0);
        for mut engine in engines(&installed()) {
            for (workers, expected) in [(Workers::Limited(1), 4.0), (Workers::Limited(2), 2.0)] {
                if let Ok(Some(outcome)) = engine.run(&workload, workers, 512, 1) {
                    assert!((outcome.makespan.mean - expected).abs() < 1e-6, "{}", engine.name());
                }
            }
        }
    }

    /// All engines on a drawn workload, with few workers too: |z| < 5 for completion, makespan and cost.
    #[test]
    fn engines_agree_with_each_other() {
        let workload = Workload::drawn(20, 3);
        let results = measure(&workload, &installed(), 2, 0.05, 1);
        assert!(wrong(&results).is_empty(), "{:?}", wrong(&results));
        let mut other = results;
        other.extend(measure(
            &Workload { deadline: workload.deadline * 0.9, ..workload },
            Path::new("/nowhere"),
            2,
            0.05,
            1,
        ));
        assert!(!wrong(&other).is_empty());
    }
}
