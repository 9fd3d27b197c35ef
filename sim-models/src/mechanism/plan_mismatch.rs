//! Plans that the executor cannot carry out: more complex ones gain, until what the executor does not know costs more (mechanisms B34).
//!
//! Of a plan's operations a share `c` is unknown to the executor. That lowers its success to `p (1 - mu c)`, and the plan itself helps with
//! a probability `g(c) = G (1 - e^(-s c))` that grows ever more slowly. At first success changes at the rate `G s - p mu`: any complexity
//! is a net loss where `mu > G s/p`; otherwise the best is where `g'(c) = p mu`.

use sim_core::random::Stream;

use super::primitives::{Answered, Answering, Call, ExpectedAnswer, Spending, measures};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, real};

/// The model `plan-mismatch`.
#[derive(Clone, Copy, Debug)]
pub struct PlanMismatch;

/// Parameters of [`PlanMismatch`].
#[derive(Clone, Debug)]
pub struct PlanParameters {
    complexity: f64,
    executor: f64,
    mismatch: f64,
    gain: f64,
    gain_rate: f64,
    call: Call,
    /// What a plan with unknown operations only costs and takes more.
    operations: f64,
}

impl Parameters for PlanParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let complexity =
            probability("complexity", 0.3, "share of a plan's operations that the executor does not know")?;
        let executor = probability("executor", 0.5, "success of the executor on a plan that it knows")?;
        let mismatch =
            probability("mismatch", 0.5, "success lost where the executor knows none of the operations")?;
        let gain = probability("gain", 0.3, "success that the most complex plans add")?;
        let gain_rate = form.read(
            real("gain_rate", 4.0)
                .between(0.0, 1000.0)
                .help("how soon a little complexity gives most of that gain"),
        )?;
        let call = Call::read(form)?;
        let operations = form.read(
            real("further_calls", 5.0)
                .between(0.0, 1000.0)
                .help("calls beyond the first one, of a plan whose operations are all unknown"),
        )?;
        if executor + gain > 1.0 {
            return Err(ParameterError::impossible(
                &["executor", "gain"],
                format!(
                    "the executor succeeds with probability {executor} and plans add up to {gain}, together more than 1"
                ),
            ));
        }
        Ok(Self { complexity, executor, mismatch, gain, gain_rate, call, operations })
    }
}

impl PlanParameters {
    /// Success of the executor, and what the plan adds.
    fn parts(&self, complexity: f64) -> (f64, f64) {
        let added = -self.gain * libm::expm1(-self.gain_rate * complexity);
        (self.executor * (1.0 - self.mismatch * complexity), added)
    }

    fn success(&self, complexity: f64) -> f64 {
        let (executed, added) = self.parts(complexity);
        executed + added
    }

    fn calls(&self) -> u64 {
        1 + libm::round(self.operations * self.complexity) as u64
    }

    /// The complexity with the highest success: where `G s e^(-s c) = p mu`, or an end.
    fn best_complexity(&self) -> f64 {
        let (at_first, loss) = (self.gain * self.gain_rate, self.executor * self.mismatch);
        if at_first <= loss {
            return 0.0;
        }
        (libm::log(at_first / loss) / self.gain_rate).min(1.0)
    }
}

impl Answering for PlanParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let calls = self.calls() as f64;
        Some(ExpectedAnswer {
            answered: 1.0,
            right: self.success(self.complexity),
            calls,
            tokens: calls * self.call.tokens as f64,
            dollars: calls * self.call.dollars(),
            seconds: calls * self.call.seconds,
        })
    }
}

/// What became of a task with the plan, and without one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedRun {
    planned: Answered,
    unplanned: bool,
}

impl std::borrow::Borrow<Answered> for PlannedRun {
    fn borrow(&self) -> &Answered {
        &self.planned
    }
}

impl Trial for PlanParameters {
    type Outcome = PlannedRun;

    /// By the same luck: the executor fails on the plan where it would fail without, and the plan adds from what fails.
    fn run(&self, draws: &mut Stream) -> PlannedRun {
        let luck = draws.uniform();
        let (executed, added) = self.parts(self.complexity);
        let mut spending = Spending::default();
        spending.add(&self.call, self.calls(), self.calls());
        let right = luck < executed || luck >= 1.0 - added;
        PlannedRun { planned: Answered { right: Some(right), spending }, unplanned: luck < self.executor }
    }
}

impl Mechanism for PlanMismatch {
    type Parameters = PlanParameters;
    type Trial = PlanParameters;

    fn about(&self) -> About {
        About {
            name: "plan-mismatch",
            summary: "Plans whose operations the executor does not all know: complexity gains until it loses",
            references: &[
                "JADE: planner and executor",
                "mechanisms B34: mismatch, and when a plan is a net loss",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<PlanParameters, PlannedRun>> {
        let mut all = measures();
        all.push(
            Measure::ratio(
                "relative_success",
                "success with the plan over that of the executor alone, on the same tasks",
                Unit::One,
                |o: &PlannedRun| {
                    (f64::from(u8::from(o.planned.right == Some(true))), f64::from(u8::from(o.unplanned)))
                },
            )
            .predicted("1 - mu c + g(c)/p", |p: &PlanParameters| Some(p.success(p.complexity) / p.executor)),
        );
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<PlanParameters>> {
        vec![
            Prediction::new(
                "largest_mismatch",
                "mismatch from which on any complexity is a net loss, G s/p",
                |p| Some(p.gain * p.gain_rate / p.executor),
            ),
            Prediction::new("best_complexity", "complexity with the highest success", |p| {
                Some(p.best_complexity())
            }),
            Prediction::new("best_success", "success there", |p| Some(p.success(p.best_complexity()))),
        ]
    }

    fn trial(&self, parameters: &PlanParameters) -> Result<PlanParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
