//! The simulation that everybody writes first: a heap of events, lists that are made anew for every run, distributions of `rand_distr`.

use super::{Engine, Outcome, Sums, Workers, Workload};
use crate::clock::thread_cpu_seconds;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use rand_distr::{Distribution, LogNormal};
use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    error::Error,
};

/// Events on a heap, one run at a time.
pub struct NaturalHeap;

/// The end of an attempt.
#[derive(PartialEq)]
struct End {
    time: f64,
    subtask: usize,
    success: bool,
}

impl Eq for End {}

impl PartialOrd for End {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for End {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.total_cmp(&other.time).then(self.subtask.cmp(&other.subtask))
    }
}

struct Simulation<'a> {
    workload: &'a Workload,
    receivers: Vec<Vec<usize>>,
    tokens: Vec<LogNormal<f64>>,
    rng: SmallRng,
}

impl<'a> Simulation<'a> {
    fn new(workload: &'a Workload, seed: u64) -> Result<Self, Box<dyn Error>> {
        let mut receivers = vec![Vec::new(); workload.subtasks.len()];
        for (position, subtask) in workload.subtasks.iter().enumerate() {
            for &needed in &subtask.needs {
                receivers[needed].push(position);
            }
        }
        let tokens = workload
            .subtasks
            .iter()
            .map(|one| LogNormal::new(one.log_mean, one.log_deviation).map_err(|error| error.to_string()))
            .collect::<Result<_, String>>()?;
        Ok(Self { workload, receivers, tokens, rng: SmallRng::seed_from_u64(seed) })
    }

    /// Draws an attempt: its end and what it costs.
    fn attempt(&mut self, subtask: usize, now: f64) -> (End, f64) {
        let (mut longest, mut sum, mut success) = (0.0f64, 0.0, false);
        for _ in 0..self.workload.subtasks[subtask].samples {
            let tokens = self.tokens[subtask].sample(&mut self.rng).ceil();
            longest = longest.max(tokens);
            sum += tokens;
            success |= self.rng.random_bool(self.workload.subtasks[subtask].success);
        }
        let time = now + longest * self.workload.seconds_per_token;
        (End { time, subtask, success }, sum * self.workload.price)
    }

    /// One run: its makespan and cost.
    fn run(&mut self, workers: usize) -> (f64, f64) {
        let mut missing: Vec<usize> = self.workload.subtasks.iter().map(|one| one.needs.len()).collect();
        let mut ready: BinaryHeap<Reverse<usize>> =
            (0..missing.len()).filter(|&subtask| missing[subtask] == 0).map(Reverse).collect();
        let mut events: BinaryHeap<Reverse<End>> = BinaryHeap::new();
        let (mut now, mut cost, mut idle) = (0.0, 0.0, workers);
        loop {
            while idle > 0
                && let Some(Reverse(subtask)) = ready.pop()
            {
                let (end, price) = self.attempt(subtask, now);
                events.push(Reverse(end));
                cost += price;
                idle -= 1;
            }
            let Some(Reverse(end)) = events.pop() else { return (now, cost) };
            now = end.time;
            if end.success {
                idle += 1;
                for &receiver in &self.receivers[end.subtask] {
                    missing[receiver] -= 1;
                    if missing[receiver] == 0 {
                        ready.push(Reverse(receiver));
                    }
                }
            } else {
                let (end, price) = self.attempt(end.subtask, now);
                events.push(Reverse(end));
                cost += price;
            }
        }
    }
}

impl Engine for NaturalHeap {
    fn name(&self) -> &'static str {
        "natural heap"
    }

    fn run(
        &mut self,
        workload: &Workload,
        workers: Workers,
        runs: u64,
        seed: u64,
    ) -> Result<Option<Outcome>, Box<dyn Error>> {
        let workers = match workers {
            Workers::Unlimited => usize::MAX,
            Workers::Limited(workers) => workers as usize,
        };
        let mut simulation = Simulation::new(workload, seed)?;
        let (mut completed, mut makespans, mut costs) = (0, Sums::default(), Sums::default());
        let begin = thread_cpu_seconds();
        for _ in 0..runs {
            let (makespan, cost) = simulation.run(workers);
            completed += u64::from(makespan <= workload.deadline && cost <= workload.budget);
            makespans.add(makespan);
            costs.add(cost);
        }
        let seconds = thread_cpu_seconds() - begin;
        let (makespan, cost) = (makespans.moments(runs), costs.moments(runs));
        Ok(Some(Outcome { runs, seconds, completed, makespan, cost }))
    }
}
