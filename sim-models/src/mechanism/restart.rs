//! Reflect, then retry: a chain of steps that goes on from where it failed instead of from the start (mechanisms B28).
//!
//! A step fails with probability `h`. After a failure the diagnosis finds the failed step with probability `lambda`, and the chain goes on
//! there; otherwise it goes back, one checkpoint or to the start. With `F_i` the mean number of steps from `i` done to `i + 1` done, and
//! `b(i)` where a wrong diagnosis goes back to (derived),
//!
//! `F_i = (1 + h (1 - lambda) (F_b(i) + ... + F_(i-1))) / (1 - h)`.
//!
//! From scratch that sums to `(1 - s)/(h s)`, `s = (1-h)^H`, and for a perfect diagnosis to `H/(1 - h)`.

use std::sync::OnceLock;

use sim_core::random::Stream;

use super::primitives::{Call, Spending};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, integer, real};

/// The model `restart`.
#[derive(Clone, Copy, Debug)]
pub struct Restart;

/// Parameters of [`Restart`].
#[derive(Clone, Debug)]
pub struct RestartParameters {
    steps: u32,
    hazard: f64,
    localization: f64,
    /// Steps between checkpoints; `None`: a wrong diagnosis goes back to the start.
    checkpoint: Option<u32>,
    most_steps: u32,
    call: Call,
    diagnosis: Call,
    /// Worked out once, where it is first asked for.
    expected: OnceLock<Option<Expected>>,
}

/// What the programme gives: probability of success, and mean numbers of steps tried and of failures.
#[derive(Clone, Copy, Debug)]
struct Expected {
    success: f64,
    tried: f64,
    failures: f64,
}

impl Parameters for RestartParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let steps = form.read(integer("steps", 20).between(1, 1000).help("steps of the chain"))?;
        let probability = |key, default| real(key, default).between(0.0, 1.0);
        let hazard =
            form.read(real("hazard", 0.05).between(0.0, 0.99).help("probability that a step fails"))?;
        let localization = form.read(probability("localization", 0.7).help(
            "probability that the diagnosis finds the failed step; 0: none is made, and none is paid",
        ))?;
        let checkpoint = form.read(
            integer("checkpoint_every", 5)
                .between(1, 1000)
                .help("steps between checkpoints: after a wrong diagnosis, back to the one before the last")
                .or_word("never", "back to the start"),
        )?;
        let most_steps = form.read(
            integer("most_steps", 1000)
                .between(1, 100_000)
                .help("budget of the run: steps tried, failed ones included"),
        )?;
        let call = Call::read(form)?;
        let time = ("diagnosis_time", 10.0, "how long it takes");
        let diagnosis = Call::read_fee(form, ("diagnosis_cost", 0.002, "what a diagnosis costs"), time)?;
        let diagnosis = if localization > 0.0 { diagnosis } else { Call::default() };
        Ok(Self {
            steps,
            hazard,
            localization,
            checkpoint,
            most_steps,
            call,
            diagnosis,
            expected: OnceLock::new(),
        })
    }
}

impl RestartParameters {
    /// Where a wrong diagnosis goes back to, with `done` steps done.
    fn back_to(&self, done: u32) -> u32 {
        self.checkpoint.map_or(0, |every| (done / every).saturating_sub(1) * every)
    }

    /// Mean number of steps tried until the chain is done, without a budget.
    fn steps_to_finish(&self) -> f64 {
        let astray = self.hazard * (1.0 - self.localization);
        // Sums of F up to each step.
        let mut sums = vec![0.0];
        for done in 0..self.steps {
            let again = sums[done as usize] - sums[self.back_to(done) as usize];
            sums.push(sums[done as usize] + (1.0 + astray * again) / (1.0 - self.hazard));
        }
        sums[self.steps as usize]
    }

    /// What happens within the budget; `None` where the programme would be too large.
    fn within_budget(&self) -> Option<Expected> {
        *self.expected.get_or_init(|| self.programme())
    }

    /// Forward over the steps tried.
    fn programme(&self) -> Option<Expected> {
        if f64::from(self.steps) * f64::from(self.most_steps) > MOST_STATES {
            return None;
        }
        let last = self.steps as usize;
        let (mut masses, mut next) = (vec![0.0; last + 1], vec![0.0; last + 1]);
        masses[0] = 1.0;
        let mut tried = 0.0;
        for _ in 0..self.most_steps {
            next.fill(0.0);
            next[last] = masses[last];
            for (done, &mass) in masses.iter().enumerate().take(last) {
                let failed = mass * self.hazard;
                tried += mass;
                next[done + 1] += mass - failed;
                next[done] += failed * self.localization;
                next[self.back_to(done as u32) as usize] += failed * (1.0 - self.localization);
            }
            std::mem::swap(&mut masses, &mut next);
        }
        Some(Expected { success: masses[last], tried, failures: tried * self.hazard })
    }
}

/// States of the programme over budget and steps.
const MOST_STATES: f64 = 1e7;

/// What became of one chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestartResult {
    success: bool,
    tried: u32,
    failures: u32,
    spending: Spending,
}

impl Trial for RestartParameters {
    type Outcome = RestartResult;

    fn run(&self, draws: &mut Stream) -> RestartResult {
        let (mut done, mut failures, mut tried) = (0, 0, 0);
        let mut spending = Spending::default();
        while done < self.steps && tried < self.most_steps {
            tried += 1;
            if draws.uniform() >= self.hazard {
                done += 1;
                continue;
            }
            failures += 1;
            spending.pay(&self.diagnosis);
            if draws.uniform() >= self.localization {
                done = self.back_to(done);
            }
        }
        spending.add(&self.call, u64::from(tried), u64::from(tried));
        RestartResult { success: done == self.steps, tried, failures, spending }
    }
}

impl Mechanism for Restart {
    type Parameters = RestartParameters;
    type Trial = RestartParameters;

    fn about(&self) -> About {
        About {
            name: "restart",
            summary: "A chain of steps that after a failure goes on where it failed, if the diagnosis finds that",
            references: &[
                "R^3L: reflect, then retry",
                "mechanisms B28: restarts from scratch and from the failure",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<RestartParameters, RestartResult>> {
        let programme = "programme over (steps tried, steps done)";
        vec![
            Measure::share(
                "success",
                "probability that the chain is done within the budget",
                |o: &RestartResult| Some(o.success),
            )
            .predicted(programme, |p: &RestartParameters| Some(p.within_budget()?.success)),
            Measure::mean("tried", "steps tried", Unit::One, |o: &RestartResult| Some(f64::from(o.tried)))
                .predicted(programme, |p: &RestartParameters| Some(p.within_budget()?.tried)),
            Measure::mean("failures", "steps that failed", Unit::One, |o: &RestartResult| {
                Some(f64::from(o.failures))
            })
            .predicted(programme, |p: &RestartParameters| Some(p.within_budget()?.failures)),
            Measure::mean("tokens", "tokens of the steps", Unit::Tokens, |o: &RestartResult| {
                Some(o.spending.tokens as f64)
            })
            .predicted(programme, |p: &RestartParameters| {
                Some(p.within_budget()?.tried * p.call.tokens as f64)
            }),
            Measure::mean("cost", "what steps and diagnoses cost", Unit::Dollars, |o: &RestartResult| {
                Some(o.spending.dollars())
            })
            .predicted(programme, |p: &RestartParameters| {
                let Expected { tried, failures, .. } = p.within_budget()?;
                Some(tried * p.call.dollars() + failures * p.diagnosis.dollars())
            }),
            Measure::mean("time", "time until the end", Unit::Seconds, |o: &RestartResult| {
                Some(o.spending.seconds)
            })
            .predicted(programme, |p: &RestartParameters| {
                let Expected { tried, failures, .. } = p.within_budget()?;
                Some(tried * p.call.seconds + failures * p.diagnosis.seconds)
            }),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<RestartParameters>> {
        vec![
            Prediction::new("tried_to_finish", "mean steps tried until done, if there were no budget", |p| {
                Some(p.steps_to_finish())
            }),
            Prediction::new("tried_from_scratch", "the same from scratch, (1 - s)/(h s)", |p| {
                let scratch = RestartParameters { localization: 0.0, checkpoint: None, ..p.clone() };
                Some(scratch.steps_to_finish())
            }),
        ]
    }

    fn trial(&self, parameters: &RestartParameters) -> Result<RestartParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
