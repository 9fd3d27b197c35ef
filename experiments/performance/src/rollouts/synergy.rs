//! synergy's rollouts, through the API that everybody has.

use super::{Engine, Moments, Outcome, Workers, Workload};
use crate::clock::thread_cpu_seconds;
use sim_core::{
    estimate::Mean,
    events::Duration,
    lanes::Kernel,
    monte_carlo::{Block, Simulation},
    random::{Family, Purpose, Streams},
};
use sim_models::{
    law::Law,
    workflow::{self, Budget, Launch, Problem, RolloutTally, Rollouts, Rules, SampleLaw, Workflow},
};
use std::error::Error;

/// The product on one instruction set.
pub struct Synergy {
    name: &'static str,
    kernel: Kernel,
}

/// The names of the product's sides.
pub const AVX512: &str = "synergy, AVX-512";
/// The same on AVX2.
pub const AVX2: &str = "synergy, AVX2";

impl Synergy {
    /// On AVX-512.
    pub fn avx512() -> Self {
        Self { name: AVX512, kernel: Kernel::Avx512 }
    }

    /// On AVX2.
    pub fn avx2() -> Self {
        Self { name: AVX2, kernel: Kernel::Avx2 }
    }
}

/// The workload as the product's workflow, and the plan.
fn problem(workload: &Workload) -> Result<(Problem, Vec<Launch>), Box<dyn Error>> {
    let mut builder = Workflow::builder().model("model", workload.price * 1e6);
    for (position, subtask) in workload.subtasks.iter().enumerate() {
        let tokens = Law::of_logarithm(subtask.log_mean, subtask.log_deviation)?;
        let speed = 1.0 / workload.seconds_per_token;
        let law = SampleLaw::generated(subtask.success, tokens, 0.0, u64::MAX, speed, 0.0)?;
        builder = builder
            .subtask(position.to_string())
            .needs(subtask.needs.iter().map(ToString::to_string))
            .option("model", law);
    }
    let plan = workload.subtasks.iter().map(|one| Launch { model: 0, count: one.samples }).collect();
    let budget = Budget::Money((workload.budget * 1e9).round() as u64);
    let deadline = Duration::from_seconds(workload.deadline)?;
    Ok((Problem::new(builder.build()?, Rules::reference(), budget, deadline)?, plan))
}

impl Engine for Synergy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(
        &mut self,
        workload: &Workload,
        workers: Workers,
        runs: u64,
        seed: u64,
    ) -> Result<Option<Outcome>, Box<dyn Error>> {
        if !self.kernel.is_available() {
            return Err(format!("this machine has no {}", self.kernel).into());
        }
        let workers = match workers {
            Workers::Unlimited => workflow::Workers::Unlimited,
            Workers::Limited(workers) => workflow::Workers::Limited(workers),
        };
        let (problem, plan) = problem(workload)?;
        let rollouts = Rollouts::new(&problem, &plan, workers)?.on(self.kernel);
        let streams = Streams::new(seed, Purpose::World, Family::common());
        // Whole blocks, on the calling thread: the Monte Carlo runner has a pool.
        let runs = runs.next_multiple_of(512);
        let mut tally = RolloutTally::default();
        let begin = thread_cpu_seconds();
        for block in Block::cover(0..runs) {
            rollouts.run(&block, &streams, &mut tally);
        }
        let seconds = thread_cpu_seconds() - begin;
        let completed = tally.completion().successes();
        let moments = |mean: &Mean, unit: f64| Moments {
            mean: mean.value() * unit,
            variance: mean.variance() * unit * unit,
        };
        let (makespan, cost) = (moments(tally.makespan(), 1.0), moments(tally.cost(), 1e-9));
        Ok(Some(Outcome { runs, seconds, completed, makespan, cost }))
    }
}
