//! A pipeline of stages of which each needs the one before, with and without recovery of a stage that failed (mechanisms B6).
//!
//! Each stage succeeds with probability `q`, so that `n` stages are completed with probability `q^n`. With staged recovery a failed stage is
//! replaced by a right one that is paid for, so that every stage can be judged: it succeeds with probability `q`, not `q^i`. Where models
//! differ, `E[q^n] >= E[q]^n`: the completion of all models together falls more slowly than that of the average one.

use sim_core::random::Stream;

use super::primitives::{Call, Spending};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, boolean, integer, real};
use crate::theory::numeric::power;

/// The model `pipeline`.
#[derive(Clone, Copy, Debug)]
pub struct Pipeline;

/// Parameters of [`Pipeline`].
#[derive(Clone, Debug)]
pub struct PipelineParameters {
    stages: u32,
    strong_share: f64,
    /// Success of a stage by a strong and by a weak model.
    success: [f64; 2],
    recovery: bool,
    call: Call,
    repair: Call,
}

impl Parameters for PipelineParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let stages = form.read(integer("stages", 5).between(1, 1000).help("stages that can fail"))?;
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let strong_share = probability("strong_share", 0.5, "share of runs with a strong model")?;
        let success = [
            probability("strong_success", 0.7248, "probability that a stage succeeds with a strong model")?,
            probability("weak_success", 0.7248, "probability that a stage succeeds with a weak model")?,
        ];
        let recovery = form.read(
            boolean("recovery", false).help("replace a failed stage and go on; otherwise the run ends there"),
        )?;
        let call = Call::read(form)?;
        let time = ("repair_time", 60.0, "how long replacing it takes");
        let repair = Call::read_fee(form, ("repair_cost", 0.01, "what a replaced stage costs"), time)?;
        Ok(Self { stages, strong_share, success, recovery, call, repair })
    }
}

impl PipelineParameters {
    /// A mean over models.
    fn over_models(&self, of: impl Fn(f64) -> f64) -> f64 {
        let [strong, weak] = self.success.map(of);
        self.strong_share * strong + (1.0 - self.strong_share) * weak
    }

    fn completed(&self) -> f64 {
        self.over_models(|q| power(q, self.stages))
    }

    /// Mean number of stages tried, and of those that fail.
    fn tried_and_failed(&self) -> (f64, f64) {
        let n = f64::from(self.stages);
        if self.recovery {
            return (n, n * self.over_models(|q| 1.0 - q));
        }
        let tried = |q: f64| if q == 1.0 { n } else { (1.0 - power(q, self.stages)) / (1.0 - q) };
        (self.over_models(tried), self.over_models(|q| 1.0 - power(q, self.stages)))
    }

    fn repairs(&self) -> f64 {
        if self.recovery { self.tried_and_failed().1 } else { 0.0 }
    }

    /// Probability that the last stage is reached and succeeds.
    fn last(&self) -> f64 {
        if self.recovery { self.over_models(|q| q) } else { self.completed() }
    }
}

/// What became of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipelineRun {
    tried: u32,
    failed: u32,
    last: bool,
    spending: Spending,
}

impl Trial for PipelineParameters {
    type Outcome = PipelineRun;

    fn run(&self, draws: &mut Stream) -> PipelineRun {
        let q = self.success[usize::from(draws.uniform() >= self.strong_share)];
        let mut run = PipelineRun { tried: 0, failed: 0, last: false, spending: Spending::default() };
        for stage in 1..=self.stages {
            let succeeds = draws.uniform() < q;
            run.tried += 1;
            run.failed += u32::from(!succeeds);
            run.last = succeeds && stage == self.stages;
            if succeeds {
                continue;
            }
            if !self.recovery {
                break;
            }
            run.spending.pay(&self.repair);
        }
        run.spending.add(&self.call, u64::from(run.tried), u64::from(run.tried));
        run
    }
}

impl Mechanism for Pipeline {
    type Parameters = PipelineParameters;
    type Trial = PipelineParameters;

    fn about(&self) -> About {
        About {
            name: "pipeline",
            summary: "Stages of which each needs the one before, with or without recovery of one that failed",
            references: &["RAMP, arXiv 2605.27492", "mechanisms B6: constant hazard, staged recovery"],
        }
    }

    fn measures(&self) -> Vec<Measure<PipelineParameters, PipelineRun>> {
        vec![
            Measure::share("completed", "probability that no stage fails", |o: &PipelineRun| {
                Some(o.failed == 0)
            })
            .predicted("q^n, in the mean over models", |p: &PipelineParameters| Some(p.completed())),
            Measure::share(
                "last_stage",
                "probability that the last stage is reached and succeeds",
                |o: &PipelineRun| Some(o.last),
            )
            .predicted("q with recovery, q^n without", |p: &PipelineParameters| Some(p.last())),
            Measure::mean("tried", "stages tried", Unit::One, |o: &PipelineRun| Some(f64::from(o.tried)))
                .predicted("a geometric sum", |p: &PipelineParameters| Some(p.tried_and_failed().0)),
            Measure::mean("failed", "stages that fail", Unit::One, |o: &PipelineRun| {
                Some(f64::from(o.failed))
            })
            .predicted("n (1 - q) with recovery, 1 - q^n without", |p: &PipelineParameters| {
                Some(p.tried_and_failed().1)
            }),
            Measure::mean("tokens", "tokens of the stages", Unit::Tokens, |o: &PipelineRun| {
                Some(o.spending.tokens as f64)
            })
            .predicted("of the stages tried", |p: &PipelineParameters| {
                Some(p.tried_and_failed().0 * p.call.tokens as f64)
            }),
            Measure::mean("cost", "what stages and repairs cost", Unit::Dollars, |o: &PipelineRun| {
                Some(o.spending.dollars())
            })
            .predicted("of the stages tried and replaced", |p: &PipelineParameters| {
                Some(p.tried_and_failed().0 * p.call.dollars() + p.repairs() * p.repair.dollars())
            }),
            Measure::mean("time", "time until the end", Unit::Seconds, |o: &PipelineRun| {
                Some(o.spending.seconds)
            })
            .predicted("of the stages tried and replaced", |p: &PipelineParameters| {
                Some(p.tried_and_failed().0 * p.call.seconds + p.repairs() * p.repair.seconds)
            }),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<PipelineParameters>> {
        vec![Prediction::new("completed_of_average", "E[q]^n, which is no more than E[q^n]", |p| {
            Some(power(p.over_models(|q| q), p.stages))
        })]
    }

    fn trial(&self, parameters: &PipelineParameters) -> Result<PipelineParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
