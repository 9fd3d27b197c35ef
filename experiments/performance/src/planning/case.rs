//! The workflow that is planned.

use super::Decided;
use crate::clock::thread_cpu_seconds;
use sim_core::{
    events::Duration,
    random::{Family, Purpose, Streams},
};
use sim_models::{
    law::Law,
    workflow::{
        Budget, Problem, Rules, SampleLaw, Situation, Workflow,
        policy::{Policy, Reference, ReferenceSettings},
    },
};
use std::error::Error;

/// By subtask: those that it needs.
const NEEDS: [&[usize]; 6] = [&[], &[0], &[0], &[1, 2], &[2], &[3, 4]];

/// A model: USD per million tokens, tokens per second, mean and deviation of log-tokens, success probability at the easiest subtask.
struct Model {
    price: f64,
    speed: f64,
    log_mean: f64,
    log_deviation: f64,
    success: f64,
}

const MODELS: [Model; 4] = [
    Model { price: 0.42, speed: 88.0, log_mean: 7.2, log_deviation: 0.7, success: 0.03 },
    Model { price: 0.80, speed: 75.0, log_mean: 7.3, log_deviation: 0.7, success: 0.06 },
    Model { price: 1.26, speed: 88.0, log_mean: 8.5, log_deviation: 0.4, success: 0.11 },
    Model { price: 2.40, speed: 75.0, log_mean: 8.6, log_deviation: 0.4, success: 0.18 },
];

const BUDGET: f64 = 1.0;
const DEADLINE: f64 = 600.0;

/// The case, with what the product made of it.
pub struct PlanningCase {
    problem: Problem,
    settings: ReferenceSettings,
}

/// Later subtasks are harder.
fn success(node: usize, model: &Model) -> f64 {
    model.success * (1.0 - 0.05 * node as f64)
}

impl PlanningCase {
    /// The case of the comparison.
    ///
    /// # Errors
    /// A number of it is out of range.
    pub fn reference() -> Result<Self, Box<dyn Error>> {
        let mut builder = Workflow::builder();
        for (position, model) in MODELS.iter().enumerate() {
            builder = builder.model(position.to_string(), model.price);
        }
        for (node, needs) in NEEDS.iter().enumerate() {
            builder = builder.subtask(node.to_string()).needs(needs.iter().map(ToString::to_string));
            for (position, model) in MODELS.iter().enumerate() {
                let tokens = Law::of_logarithm(model.log_mean, model.log_deviation)?;
                let success = success(node, model);
                let law = SampleLaw::generated(success, tokens, 0.0, u64::MAX, model.speed, 0.0)?;
                builder = builder.option(position.to_string(), law);
            }
        }
        let budget = Budget::Money((BUDGET * 1e9) as u64);
        let deadline = Duration::from_seconds(DEADLINE)?;
        let problem = Problem::new(builder.build()?, Rules::reference(), budget, deadline)?;
        Ok(Self { problem, settings: ReferenceSettings::default() })
    }

    /// Two decisions at the beginning: the seconds of the first one, which compiles what is believed about batches, and the second.
    ///
    /// # Errors
    /// The planner decided nothing.
    pub fn decide(&self, seed: u64) -> Result<(f64, Decided), Box<dyn Error>> {
        let mut planner = Reference::with(self.settings.clone());
        planner.begin(&self.problem, &Streams::new(seed, Purpose::World, Family::common()), 0);
        let mut once = || -> Result<Decided, Box<dyn Error>> {
            let begin = thread_cpu_seconds();
            let decision = self.problem.decide(&mut planner, &Situation::default())?;
            let seconds = thread_cpu_seconds() - begin;
            let score = decision.score.ok_or("the planner decided nothing")?;
            Ok(Decided { seconds, simulations: decision.simulations, score })
        };
        Ok((once()?.seconds, once()?))
    }

    /// Mean latency of the fastest model at any subtask, in seconds.
    pub fn shortest_call(&self) -> f64 {
        let models = 0..MODELS.len();
        models.map(|model| self.problem.mean_latency(0, model)).fold(f64::INFINITY, f64::min)
    }

    /// The problem and the planner's numbers, for Python.
    pub fn to_json(&self) -> serde_json::Value {
        let law = |node: usize, model: &Model| {
            serde_json::json!({
                "success": success(node, model), "log_mean": model.log_mean,
                "log_deviation": model.log_deviation, "speed": model.speed, "price": model.price * 1e-6,
            })
        };
        let laws = |node| MODELS.iter().map(|model| law(node, model)).collect::<Vec<_>>();
        serde_json::json!({
            "needs": NEEDS,
            "laws": (0..NEEDS.len()).map(laws).collect::<Vec<_>>(),
            "counts": self.settings.counts,
            "simulations": self.settings.simulations,
            "budget": BUDGET,
            "deadline": DEADLINE,
        })
    }
}
