//! One agent or a team, put together in one of five ways: what it costs in calls and messages, how errors breed, and on which tasks a
//! team is right more often (mechanisms B35).
//!
//! *Parallel* tasks are covered: one of the agents must find the answer. With `n_eff = 1 + (n-1)(1-rho)` independent attempts, each
//! right with the share `delta` of a single agent's accuracy `p` because it has a part of the tokens, and coordination that fails with
//! probability `f`, a team is right with probability `(1-f)(1 - (1 - delta p)^n_eff)`. That is above `p` where `p` is small and below where
//! `p` is near 1: coordination saturates. *Sequential* tasks are chains of steps; handing over costs each a share of its success.

mod errors;
mod published;

use std::borrow::Borrow;

use sim_core::random::Stream;

pub use errors::{ErrorCount, Errors};
pub use published::{coordination_efficiency, overhead};

use super::primitives::{Answered, Answering, Call, ExpectedAnswer, Spending, measures};
use super::trial::{Measure, Mechanism, Trial};
use crate::organization::graph::shapes::{Architecture as Shape, Counts, Effort};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};
use crate::theory::numeric::{bisect, power};

/// A team on a task that one of its agents must find the answer to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Agents that count as independent: `1 + (n-1)(1-rho)`.
    pub attempts: f64,
    /// Accuracy of an agent with its part of the tokens, over that of a single one with all.
    pub split: f64,
    /// Probability that coordination fails.
    pub failure: f64,
}

impl Coverage {
    /// Probability that the team is right where a single agent is with probability `p`.
    pub fn success(&self, p: f64) -> f64 {
        (1.0 - self.failure) * self.found(p)
    }

    /// Probability that one of the agents has the answer.
    fn found(&self, p: f64) -> f64 {
        1.0 - libm::pow(1.0 - self.split * p, self.attempts)
    }

    /// The accuracy of a single agent above which the team is worse; `None` if the team is always worse, or never.
    ///
    /// ```
    /// use sim_models::mechanism::architecture::Coverage;
    /// let team = Coverage { attempts: 2.0, split: 0.85, failure: 0.27 };
    /// // (2 delta - 1/(1-f))/delta^2 where there are two attempts (B35).
    /// assert!((team.saturation().unwrap() - 0.4569).abs() < 5e-5);
    /// ```
    pub fn saturation(&self) -> Option<f64> {
        let gains_at_first = (1.0 - self.failure) * self.attempts * self.split > 1.0;
        let loses_at_last = self.success(1.0) < 1.0;
        (gains_at_first && loses_at_last).then(|| bisect(0.0, 1.0, |p| self.success(p) > p))
    }
}

/// The model `architecture`.
#[derive(Clone, Copy, Debug)]
pub struct Architecture;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    Parallel { accuracy: f64, team: Coverage },
    Sequential { steps: u32, accuracy: f64, handover: f64 },
}

/// Parameters of [`Architecture`].
#[derive(Clone, Debug)]
pub struct ArchitectureParameters {
    shape: Shape,
    effort: Effort,
    task: Task,
    errors: Errors,
    call: Call,
}

impl Parameters for ArchitectureParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let shapes = [
            ("centralized", Shape::Centralized, "agents under an orchestrator"),
            ("single", Shape::Single, "one agent"),
            ("independent", Shape::Independent, "agents that know nothing of each other"),
            ("decentralized", Shape::Decentralized, "agents that debate"),
            ("hybrid", Shape::Hybrid, "an orchestrator, and agents that talk to each other"),
        ];
        let shape = form.read(choice("architecture", &shapes).help("how the agents are put together"))?;
        let mut count = |key, default, help| form.read(integer(key, default).between(1, 30).help(help));
        let effort = Effort {
            agents: count("agents", 3, "agents, the orchestrator not included; a single agent is alone")?,
            iterations: count("iterations", 3, "calls of an agent in a row")?,
            rounds: count("rounds", 3, "rounds of debate or of orchestration")?,
            peer_rounds: count("peer_rounds", 1, "rounds in which agents talk to each other, hybrid only")?,
        };
        let task = read_task(form, shape, effort.agents)?;
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let rate = probability("error_rate", 0.05, "probability that a call makes an error of its own")?;
        let spread = form.read(
            real("spread", 0.5)
                .between(0.0, 0.99)
                .help("errors to which one leads that is not caught, in the mean; from 1 on they would breed without end"),
        )?;
        let catch = real("catch", 0.5)
            .between(0.0, 1.0)
            .help("probability that an error is caught; a single agent catches none")
            .or_word(
                "published",
                "0 for independent agents, 0.547 in a debate, 0.744 centralized, 0.703 hybrid",
            );
        let catch = form.read(catch)?.unwrap_or(published::catch(shape));
        let catch = if shape == Shape::Single { 0.0 } else { catch };
        Ok(Self { shape, effort, task, errors: Errors { rate, spread, catch }, call: Call::read(form)? })
    }
}

/// Asks for the task, and for what a team loses on it.
fn read_task(form: &mut Form, shape: Shape, agents: u32) -> Result<Task, ParameterError> {
    let kinds = [
        ("parallel", true, "one of the agents must find the answer"),
        ("sequential", false, "a chain of steps, all of which must succeed"),
    ];
    let parallel = form.read(choice("task", &kinds).help("what must be done"))?;
    let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
    let accuracy =
        probability("accuracy", 0.349, "probability that a single agent is right, task = parallel")?;
    let split = probability(
        "split",
        1.0,
        "accuracy of an agent of a team, with its part of the tokens, over that of a single one, task = parallel",
    )?;
    let correlation = probability(
        "correlation",
        0.3,
        "share of each further agent's attempt that repeats that of the first, task = parallel",
    )?;
    let failure = probability(
        "coordination_failure",
        0.018,
        "probability that a team comes to no answer, task = parallel",
    )?;
    let steps =
        form.read(integer("steps", 10).between(1, 1000).help("steps of the chain, task = sequential"))?;
    let step = form.read(
        real("step_accuracy", 0.945)
            .between(0.0, 1.0)
            .help("probability that a single agent's step succeeds, task = sequential"),
    )?;
    let handover = real("handover", 0.95)
        .between(0.0, 1.0)
        .help("success of a step in a team over that of a single agent, task = sequential")
        .or_word(
            "published",
            "0.8864 for independent agents, 0.9477 in a debate, 0.9324 centralized, 0.9517 hybrid",
        );
    let handover = form.read(handover)?.unwrap_or(published::handover(shape));
    let alone = shape == Shape::Single;
    if !parallel {
        return Ok(Task::Sequential { steps, accuracy: step, handover: if alone { 1.0 } else { handover } });
    }
    let team = if alone {
        Coverage { attempts: 1.0, split: 1.0, failure: 0.0 }
    } else {
        let attempts = 1.0 + f64::from(agents - 1) * (1.0 - correlation);
        Coverage { attempts, split, failure }
    };
    Ok(Task::Parallel { accuracy, team })
}

impl ArchitectureParameters {
    fn counts(&self) -> Counts {
        self.shape.counts(&self.effort)
    }

    /// What a single agent with as many iterations does.
    fn single(&self) -> Counts {
        Shape::Single.counts(&self.effort)
    }

    /// Errors of a single agent: nobody checks what it does.
    fn unchecked(&self) -> Errors {
        Errors { catch: 0.0, ..self.errors }
    }

    fn success(&self) -> f64 {
        match self.task {
            Task::Parallel { accuracy, team } => team.success(accuracy),
            Task::Sequential { steps, accuracy, handover } => power(accuracy * handover, steps),
        }
    }

    fn single_success(&self) -> f64 {
        match self.task {
            Task::Parallel { accuracy, .. } => accuracy,
            Task::Sequential { steps, accuracy, .. } => power(accuracy, steps),
        }
    }

    fn amplification(&self) -> Option<f64> {
        let single = self.unchecked().mean_uncaught(self.single().calls);
        (single > 0.0).then(|| self.errors.mean_uncaught(self.counts().calls) / single)
    }
}

impl Answering for ArchitectureParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let Counts { calls, depth, .. } = self.counts();
        let calls = calls as f64;
        let answered = match self.task {
            Task::Parallel { team, .. } => 1.0 - team.failure,
            Task::Sequential { .. } => 1.0,
        };
        Some(ExpectedAnswer {
            answered,
            right: self.success(),
            calls,
            tokens: calls * self.call.tokens as f64,
            dollars: calls * self.call.dollars(),
            seconds: depth as f64 * self.call.seconds,
        })
    }
}

/// What became of a task, and what would have become of it with a single agent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TeamRun {
    team: Answered,
    errors: ErrorCount,
    single_right: bool,
    single_errors: ErrorCount,
}

impl Borrow<Answered> for TeamRun {
    fn borrow(&self) -> &Answered {
        &self.team
    }
}

impl Trial for ArchitectureParameters {
    type Outcome = TeamRun;

    fn run(&self, draws: &mut Stream) -> TeamRun {
        let counts = self.counts();
        let (right, single_right) = self.task.attempt(draws);
        let mut spending = Spending::default();
        spending.add(&self.call, counts.calls, counts.depth);
        TeamRun {
            team: Answered { right, spending },
            errors: self.errors.draw(counts.calls, draws),
            single_right,
            single_errors: self.unchecked().draw(self.single().calls, draws),
        }
    }
}

impl Task {
    /// Whether the team is right, `None` if it comes to no answer, and whether a single agent is, by the same luck.
    fn attempt(&self, draws: &mut Stream) -> (Option<bool>, bool) {
        match *self {
            Self::Parallel { accuracy, team } => {
                let first = draws.uniform();
                let mut found = first < team.split * accuracy;
                let further = team.attempts - 1.0;
                for _ in 0..further as u32 {
                    found |= draws.uniform() < team.split * accuracy;
                }
                // What is left of an attempt finds the answer less often.
                let rest = Coverage { attempts: further - libm::floor(further), ..team };
                found |= draws.uniform() < rest.found(accuracy);
                let coordinated = draws.uniform() >= team.failure;
                (coordinated.then_some(found), first < accuracy)
            }
            Self::Sequential { steps, accuracy, handover } => {
                let (mut team, mut single) = (true, true);
                for _ in 0..steps {
                    let luck = draws.uniform();
                    team &= luck < accuracy * handover;
                    single &= luck < accuracy;
                }
                (Some(team), single)
            }
        }
    }
}

impl Mechanism for Architecture {
    type Parameters = ArchitectureParameters;
    type Trial = ArchitectureParameters;

    fn about(&self) -> About {
        About {
            name: "architecture",
            summary: "One agent or a team in one of four architectures: calls, messages, errors that breed, and tasks that a team gains or loses on",
            references: &[
                "Towards a Science of Scaling Agent Systems, arXiv 2512.08296",
                "mechanisms B35: counters, branching of errors, coverage and selection, chains that are handed over",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<ArchitectureParameters, TeamRun>> {
        let branching = "N/(1 - R (1 - v)), a branching process";
        let mut all = measures();
        all.extend([
            Measure::share("single_success", "probability that a single agent is right", |o: &TeamRun| {
                Some(o.single_right)
            })
            .predicted("p, or p^H for a chain", |p: &ArchitectureParameters| Some(p.single_success())),
            Measure::ratio(
                "relative_success",
                "success of the team over that of a single agent, on the same tasks",
                Unit::One,
                |o: &TeamRun| {
                    (f64::from(u8::from(o.team.right == Some(true))), f64::from(u8::from(o.single_right)))
                },
            )
            .predicted("of the two predictions", |p: &ArchitectureParameters| {
                Some(p.success() / p.single_success())
            }),
            Measure::mean("error_events", "errors made, caught or not", Unit::One, |o: &TeamRun| {
                Some(o.errors.events as f64)
            })
            .predicted(branching, |p: &ArchitectureParameters| Some(p.errors.mean_events(p.counts().calls))),
            Measure::mean("uncaught_errors", "errors that nobody caught", Unit::One, |o: &TeamRun| {
                Some(o.errors.uncaught as f64)
            })
            .predicted(branching, |p: &ArchitectureParameters| {
                Some(p.errors.mean_uncaught(p.counts().calls))
            }),
            Measure::ratio(
                "error_amplification",
                "errors that nobody caught over those of a single agent; by event, not by failed task",
                Unit::One,
                |o: &TeamRun| (o.errors.uncaught as f64, o.single_errors.uncaught as f64),
            )
            .predicted(branching, ArchitectureParameters::amplification),
        ]);
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<ArchitectureParameters>> {
        vec![
            Prediction::new("messages", "messages between agents", |p| Some(p.counts().messages as f64)),
            Prediction::new("depth", "calls, or rounds of them, one after the other", |p| {
                Some(p.counts().depth as f64)
            }),
            Prediction::new("width", "agents at work at the same time, at most", |p| {
                Some(p.counts().width as f64)
            }),
            Prediction::new("overhead", "calls beyond those of a single agent, in single agents", |p| {
                Some(overhead(p.counts().calls as f64, p.single().calls as f64))
            }),
            Prediction::new("coordination_efficiency", "success over calls in single agents", |p| {
                Some(coordination_efficiency(p.success(), p.counts().calls as f64, p.single().calls as f64))
            }),
            Prediction::new("saturation", "accuracy of a single agent above which the team is worse", |p| {
                match p.task {
                    Task::Parallel { team, .. } => team.saturation(),
                    Task::Sequential { .. } => None,
                }
            }),
        ]
    }

    fn trial(&self, parameters: &ArchitectureParameters) -> Result<ArchitectureParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
