//! The workflow that all sides simulate.

use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// A subtask with the plan for it.
#[derive(Debug, Clone)]
pub struct Subtask {
    /// Positions of those that it needs, all of them lower.
    pub needs: Vec<usize>,
    /// Parallel samples of an attempt.
    pub samples: u32,
    /// Probability that a sample is right.
    pub success: f64,
    /// Mean and standard deviation of the logarithm of a sample's tokens, which are rounded up.
    pub log_mean: f64,
    /// See above.
    pub log_deviation: f64,
}

/// A workflow, its limits and what tokens take.
#[derive(Debug, Clone)]
pub struct Workload {
    /// In topological order.
    pub subtasks: Vec<Subtask>,
    /// Seconds per token.
    pub seconds_per_token: f64,
    /// USD per token.
    pub price: f64,
    /// In seconds.
    pub deadline: f64,
    /// In USD.
    pub budget: f64,
}

const SECONDS_PER_TOKEN: f64 = 0.02;
const PRICE: f64 = 2e-6;

impl Workload {
    /// A workload of so many subtasks, each of which needs one to three of the eight before it; probabilities in [0.4, 0.7), deviations of
    /// log-tokens in [0.5, 1).
    pub fn drawn(subtasks: usize, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut draw = |position: usize| {
            let mut needs: Vec<usize> = Vec::new();
            if position > 0 {
                for _ in 0..rng.random_range(1..=3) {
                    let needed = rng.random_range(position.saturating_sub(8)..position);
                    if !needs.contains(&needed) {
                        needs.push(needed);
                    }
                }
            }
            Subtask {
                needs,
                samples: 3,
                success: rng.random_range(0.4..0.7),
                log_mean: rng.random_range(5.0..6.5),
                log_deviation: rng.random_range(0.5..1.0),
            }
        };
        let subtasks: Vec<Subtask> = (0..subtasks).map(&mut draw).collect();
        // Limits that most runs keep, in means of what all subtasks cost and of a typical makespan.
        let tokens = |subtask: &Subtask| {
            let attempts = 1.0 / (1.0 - (1.0 - subtask.success).powi(subtask.samples as i32));
            attempts * (subtask.log_mean + 0.5 * subtask.log_deviation * subtask.log_deviation).exp()
        };
        let mut ends: Vec<f64> = Vec::new();
        for subtask in &subtasks {
            let start = subtask.needs.iter().map(|&needed| ends[needed]).fold(0.0, f64::max);
            ends.push(start + 1.7 * tokens(subtask) * SECONDS_PER_TOKEN);
        }
        let budget = 1.1 * PRICE * subtasks.iter().map(|one| 3.0 * tokens(one)).sum::<f64>();
        let deadline = 1.3 * ends.into_iter().fold(0.0, f64::max);
        Self { subtasks, seconds_per_token: SECONDS_PER_TOKEN, price: PRICE, deadline, budget }
    }

    /// Subtasks alike, one after the other, of 100 tokens at the median.
    #[cfg(test)]
    pub fn chain(length: usize, success: f64, samples: u32, log_deviation: f64) -> Self {
        let mut workload = Self::independent(length, success, samples, log_deviation);
        for (position, subtask) in workload.subtasks.iter_mut().enumerate().skip(1) {
            subtask.needs.push(position - 1);
        }
        workload
    }

    /// Subtasks alike that need nothing.
    #[cfg(test)]
    pub fn independent(width: usize, success: f64, samples: u32, log_deviation: f64) -> Self {
        // A little less than 100, which is rounded up.
        let log_mean = 99.9f64.ln();
        let subtask = Subtask { needs: Vec::new(), samples, success, log_mean, log_deviation };
        let subtasks = vec![subtask; width];
        Self { subtasks, seconds_per_token: SECONDS_PER_TOKEN, price: PRICE, deadline: 1e6, budget: 1e3 }
    }

    /// As JSON, for Python.
    pub fn to_json(&self) -> serde_json::Value {
        let subtask = |one: &Subtask| {
            serde_json::json!({
                "needs": one.needs, "samples": one.samples, "success": one.success,
                "log_mean": one.log_mean, "log_deviation": one.log_deviation,
            })
        };
        serde_json::json!({
            "subtasks": self.subtasks.iter().map(subtask).collect::<Vec<_>>(),
            "seconds_per_token": self.seconds_per_token, "price": self.price,
            "deadline": self.deadline, "budget": self.budget,
        })
    }
}
