//! Faults on a chain of steps that nobody notices, and which of them a run is lost to (mechanisms B1).
//!
//! All steps of a run must be right. Six modes of failure strike, alone or together: a run drifts off its track and is right less often
//! from there on; a step called again would give another answer; a full context takes its share; tools fail visibly, which costs a call,
//! or silently, which costs the step; versions of the model come and go; and a router turns to a cheap model when the budget runs low.
//! Every run is played beside itself without each of the modes, and without any, by the same draws: a mode is to blame for a run that is
//! wrong and would be right without it.
//!
//! Without new versions a step is right independently of the others given whether the run is on its track and which model answers, so
//! that the chain is a product of two-by-two matrices up to the step from which on the cheap model answers, whose law is that of a negative
//! binomial number of calls.

mod chain;
mod modes;
mod run;

pub use self::modes::Mode;
use self::modes::{Modes, Struck};
pub use self::run::FaultyRun;
use super::primitives::{Answering, Call, ExpectedAnswer, measures, nanodollars};
use super::trial::{Measure, Mechanism};
use crate::registry::{About, Form, ParameterError, Parameters, Unit, integer, real};

/// The model `faults`.
#[derive(Clone, Copy, Debug)]
pub struct Faults;

/// Parameters of [`Faults`].
#[derive(Clone, Debug)]
pub struct FaultParameters {
    steps: u32,
    accuracy: f64,
    /// First and last step that modes of failure can strike.
    target: (u32, u32),
    drift: Drift,
    /// Probability that a call gives the answer that it would not give as a rule.
    inconsistency: f64,
    context: Context,
    /// Probabilities that a call of a tool fails visibly, and silently.
    tools: (f64, f64),
    versions: Versions,
    collapse: Collapse,
    call: Call,
}

/// A run leaves its track for good, with this probability per step.
#[derive(Clone, Copy, Debug)]
struct Drift {
    hazard: f64,
    loss: f64,
}

/// What a full context costs.
#[derive(Clone, Copy, Debug)]
struct Context {
    window: f64,
    step_tokens: f64,
    threshold: f64,
    loss: f64,
}

/// Versions that come at exponential times and are better or worse.
#[derive(Clone, Copy, Debug)]
struct Versions {
    per_step: f64,
    sigma: f64,
}

/// A cheap model for all calls after so much was spent.
#[derive(Clone, Copy, Debug)]
struct Collapse {
    /// Calls of the dear model; `None`: there is no end to them.
    dear_calls: Option<u64>,
    accuracy: f64,
    call: Call,
}

impl Parameters for FaultParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let steps =
            form.read(integer("steps", 10).between(1, 1000).help("steps, all of which must be right"))?;
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let accuracy =
            probability("accuracy", 0.98, "probability that a step is right where nothing strikes")?;
        let drift = Drift {
            hazard: probability(
                "drift_hazard",
                0.02,
                "probability per step that a run leaves its track for good",
            )?,
            loss: probability("drift_loss", 0.3, "accuracy lost off the track")?,
        };
        let inconsistency = form.read(
            real("inconsistency", 0.01)
                .between(0.0, 0.5)
                .help("probability that a call gives the other answer than as a rule"),
        )?;
        let tools = (
            form.read(
                real("tool_failure", 0.05)
                    .between(0.0, 0.9)
                    .help("probability that a tool fails visibly, so that the step is called again"),
            )?,
            form.read(
                real("tool_error", 0.01)
                    .between(0.0, 1.0)
                    .help("probability that a tool's answer is wrong and looks right"),
            )?,
        );
        let tokens = |key, default| real(key, default).between(1.0, 1e9).unit(Unit::Tokens);
        let context = Context {
            window: form.read(tokens("window", 32_000.0).help("context window"))?,
            step_tokens: form
                .read(tokens("step_tokens", 3000.0).help("what each step leaves in the context"))?,
            threshold: form.read(
                real("full_from", 0.5)
                    .between(0.0, 1.0)
                    .help("share of the window from which on accuracy falls"),
            )?,
            loss: form.read(
                real("context_loss", 0.2)
                    .between(0.0, 2.0)
                    .help("share of the accuracy lost per share of the window above that"),
            )?,
        };
        let versions = Versions {
            per_step: form.read(
                real("version_rate", 0.0)
                    .between(0.0, 10.0)
                    .help("new versions of the model per step, at exponential times"),
            )?,
            sigma: form.read(
                real("version_sigma", 0.3)
                    .between(0.0, 10.0)
                    .help("standard deviation of what one changes, in logits of the accuracy"),
            )?,
        };
        let call = Call::read(form)?;
        let collapse = Collapse::read(form, &call)?;
        let first = form
            .read(integer("first_struck", 1).between(1, 1000).help("first step that anything can strike"))?;
        let last = form
            .read(integer("last_struck", 1000).between(1, 1000).help("last step that anything can strike"))?;
        let target = (first, last);
        Ok(Self { steps, accuracy, target, drift, inconsistency, context, tools, versions, collapse, call })
    }
}

impl Collapse {
    fn read(form: &mut Form, dear: &Call) -> Result<Self, ParameterError> {
        let cap = real("cap", 0.02).between(0.0, 1e6).unit(Unit::Dollars).help("budget of a run");
        let cap = nanodollars(form.read(cap)?);
        let share = form.read(
            real("downgrade_at", 0.5)
                .between(0.0, 1.0)
                .help("share of the budget from which on the cheap model answers"),
        )?;
        let accuracy = form.read(
            real("cheap_accuracy", 0.95)
                .between(0.0, 1.0)
                .help("probability that a step of the cheap model is right"),
        )?;
        let price = form.read(
            real("cheap_price", 0.2)
                .between(0.0, 1.0)
                .help("what a call of it costs, as a share of the other's cost"),
        )?;
        let limit = libm::ceil(share * cap as f64) as u64;
        let dear_calls = (dear.nanodollars > 0).then(|| limit.div_ceil(dear.nanodollars));
        let call = Call { nanodollars: libm::ceil(price * dear.nanodollars as f64) as u64, ..*dear };
        Ok(Self { dear_calls, accuracy, call })
    }
}

impl FaultParameters {
    /// Whether modes can strike a step, counted from 0.
    fn strikes(&self, step: u32) -> bool {
        (self.target.0..=self.target.1).contains(&(step + 1))
    }

    /// What each mode makes of the accuracy of a step.
    fn right(&self, struck: &Struck, modes: Modes) -> f64 {
        let downgraded = struck.downgraded && modes.has(Mode::Cost);
        let as_rule = if downgraded { self.collapse.accuracy } else { self.accuracy };
        let (versions, drift) = (modes.has(Mode::Versions), modes.has(Mode::Drift));
        let versioned =
            if versions && struck.skill != 0.0 { shifted(as_rule, struck.skill) } else { as_rule };
        let on_track =
            if drift && struck.off_track { (versioned - self.drift.loss).max(0.0) } else { versioned };
        if !self.strikes(struck.step) {
            return on_track;
        }
        let context = if modes.has(Mode::Context) { self.context.kept(struck.step) } else { 1.0 };
        let tool = if modes.has(Mode::Tools) { 1.0 - self.tools.1 } else { 1.0 };
        let known = on_track * context * tool;
        let q = if modes.has(Mode::Inconsistency) { self.inconsistency } else { 0.0 };
        known * (1.0 - q) + (1.0 - known) * q
    }

    /// Whether taking any mode away makes every step right at least as often: then the shares lost to modes are differences of successes.
    /// Another answer than the usual one helps where the usual one is mostly wrong.
    fn modes_only_harm(&self) -> bool {
        let least = (self.accuracy.min(self.collapse.accuracy) - self.drift.loss)
            * self.context.kept(self.steps)
            * (1.0 - self.tools.1);
        self.collapse.accuracy <= self.accuracy && (self.inconsistency == 0.0 || least >= 0.5)
    }
}

impl Context {
    /// Share of the accuracy that is left after so many steps.
    fn kept(&self, steps: u32) -> f64 {
        let fill = (f64::from(steps) * self.step_tokens / self.window).min(1.0);
        (1.0 - self.loss * (fill - self.threshold).max(0.0)).max(0.0)
    }
}

/// A probability whose logit is moved.
fn shifted(p: f64, logits: f64) -> f64 {
    p / (p + (1.0 - p) * libm::exp(-logits))
}

impl Answering for FaultParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let right = self.success(Modes::ALL)?;
        let (dear, cheap) = self.expected_calls();
        let calls = dear + cheap;
        Some(ExpectedAnswer {
            answered: 1.0,
            right,
            calls,
            tokens: calls * self.call.tokens as f64,
            dollars: dear * self.call.dollars() + cheap * self.collapse.call.dollars(),
            seconds: calls * self.call.seconds,
        })
    }
}

impl Mechanism for Faults {
    type Parameters = FaultParameters;
    type Trial = FaultParameters;

    fn about(&self) -> About {
        About {
            name: "faults",
            summary: "Six modes of failure strike a chain of steps, and runs are lost to each of them",
            references: &[
                "Failure Modes in LLM Systems",
                "mechanisms B1: injection, and attribution by paired runs",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<FaultParameters, FaultyRun>> {
        let mut all = measures();
        all.push(
            Measure::share(
                "success_without_faults",
                "success by the same luck if nothing strikes",
                |o: &FaultyRun| Some(o.right_without_any()),
            )
            .predicted("p^n", |p: &FaultParameters| p.success(Modes::NONE)),
        );
        all.push(
            Measure::share("on_track", "probability that a run never leaves its track", |o: &FaultyRun| {
                Some(o.on_track())
            })
            .predicted("(1 - h)^n", |p: &FaultParameters| Some(p.on_track())),
        );
        all.push(
            Measure::share(
                "agreement",
                "probability that two calls on the same input agree",
                |o: &FaultyRun| Some(o.calls_agree()),
            )
            .predicted("(1 - q)^2 + q^2", |p: &FaultParameters| {
                let q = p.inconsistency;
                Some((1.0 - q) * (1.0 - q) + q * q)
            }),
        );
        all.extend([
            lost(
                "lost_to_drift",
                "share of runs that are wrong, and right by the same luck without drift",
                |o| Some(o.lost_to(Mode::Drift)),
                |p| p.lost_to(Mode::Drift),
            ),
            lost(
                "lost_to_inconsistency",
                "the same without inconsistency",
                |o| Some(o.lost_to(Mode::Inconsistency)),
                |p| p.lost_to(Mode::Inconsistency),
            ),
            lost(
                "lost_to_context",
                "the same if the context cost nothing",
                |o| Some(o.lost_to(Mode::Context)),
                |p| p.lost_to(Mode::Context),
            ),
            lost(
                "lost_to_tools",
                "the same if tools never failed",
                |o| Some(o.lost_to(Mode::Tools)),
                |p| p.lost_to(Mode::Tools),
            ),
            lost(
                "lost_to_versions",
                "the same without new versions",
                |o| Some(o.lost_to(Mode::Versions)),
                |p| p.lost_to(Mode::Versions),
            ),
            lost(
                "lost_to_cost",
                "the same if the dear model always answered",
                |o| Some(o.lost_to(Mode::Cost)),
                |p| p.lost_to(Mode::Cost),
            ),
        ]);
        all
    }

    fn trial(&self, parameters: &FaultParameters) -> Result<FaultParameters, ParameterError> {
        Ok(parameters.clone())
    }
}

/// The share of runs lost to a mode.
fn lost(
    name: &'static str,
    help: &'static str,
    of: fn(&FaultyRun) -> Option<bool>,
    exact: fn(&FaultParameters) -> Option<f64>,
) -> Measure<FaultParameters, FaultyRun> {
    Measure::share(name, help, of).predicted("success without the mode, less that with it", exact)
}
