//! Voting to a margin: a long task step by step, each step decided by the first answer that is ahead by `k` (mechanisms B42).
//!
//! With one wrong answer and independent votes, right with probability `p`, a step is a gambler's ruin on `-k..k`. With
//! `r = (1 - p)/p` it is decided rightly with probability `1/(1 + r^k)` after `k/(2p - 1) (1 - r^k)/(1 + r^k)` answers in the mean (`k^2`
//! at `p = 1/2`). Several wrong answers share the wrong votes, which makes the race easier: the formula is a lower bound then.

use std::borrow::Borrow;
use std::sync::OnceLock;

use sim_core::random::Stream;

use super::primitives::{
    AnswerLaw, Answered, Answering, Call, ExpectedAnswer, MOST_WRONG_ANSWERS, Spending, measures,
};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, boolean, integer, real};
use crate::theory::numeric::power;
use crate::theory::ruin::{right_by_margin, votes_to_margin};

/// The smallest margin with which `steps` steps are all decided rightly with probability `target`; `None` unless `1/2 < p` and
/// `target < 1`.
///
/// ```
/// use sim_models::mechanism::margin_vote::smallest_margin;
/// // A million moves of the towers of Hanoi by a model that errs once in 450 (MAKER, table 1).
/// assert_eq!(smallest_margin(1.0 - 0.0022, 1_048_575, 0.95), Some(3));
/// assert_eq!(smallest_margin(0.5, 10, 0.95), None);
/// ```
pub fn smallest_margin(p: f64, steps: u32, target: f64) -> Option<u32> {
    if !(p > 0.5 && p <= 1.0 && target < 1.0) {
        return None;
    }
    let odds = libm::expm1(-libm::log(target) / f64::from(steps));
    let margin = libm::ceil(libm::log(odds) / libm::log((1.0 - p) / p)).max(1.0);
    (margin <= f64::from(u32::MAX)).then_some(margin as u32)
}

/// The model `margin-vote`.
#[derive(Clone, Copy, Debug)]
pub struct MarginVote;

/// Parameters of [`MarginVote`].
#[derive(Clone, Debug)]
pub struct MarginParameters {
    steps: u32,
    target: f64,
    /// `None`: the smallest that reaches the target.
    margin: Option<u32>,
    easy: AnswerLaw,
    hard: AnswerLaw,
    hard_share: f64,
    flags: RedFlags,
    call: Call,
    /// Worked out once, where it is first asked for.
    expected: OnceLock<Option<ExpectedAnswer>>,
}

/// Answers that look wrong: too long, or not in the format.
#[derive(Clone, Copy, Debug)]
struct RedFlags {
    share: f64,
    /// Accuracy of flagged and of other answers on easy steps.
    accuracies: (f64, f64),
    discarded: bool,
}

impl RedFlags {
    /// Accuracy of the answers that are counted.
    fn accuracy(&self) -> f64 {
        let (flagged, other) = self.accuracies;
        if self.discarded { other } else { self.share * flagged + (1.0 - self.share) * other }
    }

    /// Share of the calls whose answer is counted.
    fn counted(&self) -> f64 {
        if self.discarded { 1.0 - self.share } else { 1.0 }
    }
}

impl Parameters for MarginParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let steps = form.read(
            integer("steps", 1000)
                .between(1, 10_000_000)
                .help("steps of the task, all of which must be right"),
        )?;
        let target = form.read(
            real("target", 0.95)
                .inside(0.0, 1.0)
                .help("wanted probability of the whole task, margin = smallest"),
        )?;
        let margin = form.read(
            integer("margin", 3).between(1, 10_000).help("votes by which an answer must be ahead").or_word(
                "smallest",
                "the smallest margin that reaches the target, if there were easy steps only",
            ),
        )?;
        let probability = |key, default| real(key, default).between(0.0, 1.0);
        let accuracy =
            form.read(probability("accuracy", 0.98).help("probability that an answer is right"))?;
        let correlation = form.read(
            probability("correlation", 0.0)
                .help("pairwise correlation of being right on one step, beta-binomial"),
        )?;
        let wrong = form.read(
            integer("wrong_answers", 1)
                .between(1, MOST_WRONG_ANSWERS)
                .help("different wrong answers, equally likely; with several the race is easier"),
        )?;
        let hard_share =
            form.read(probability("hard_share", 0.0).help("share of steps on which answers are worse"))?;
        let hard_accuracy =
            form.read(probability("hard_accuracy", 0.3).help("probability that an answer is right on them"))?;
        let flags =
            RedFlags {
                discarded: form.read(boolean("red_flags", true).help("discard answers that look wrong"))?,
                share: form
                    .read(real("flagged", 0.0).between(0.0, 0.99).help("share of answers that look wrong"))?,
                accuracies: (
                    form.read(probability("flagged_accuracy", 0.5).help(
                        "probability that such an answer is right after all, on steps that are not hard",
                    ))?,
                    accuracy,
                ),
            };
        let law = |accuracy| AnswerLaw::new(accuracy, correlation, wrong, 0.0);
        let (easy, hard) = (law(flags.accuracy()), law(hard_accuracy));
        let call = Call::read(form)?;
        Ok(Self { steps, target, margin, easy, hard, hard_share, flags, call, expected: OnceLock::new() })
    }
}

impl MarginParameters {
    fn margin(&self) -> Option<u32> {
        self.margin.or_else(|| smallest_margin(self.easy.accuracy(), self.steps, self.target))
    }

    /// Whether the ruin formulas hold: votes on two answers, independent at the accuracy of the step.
    fn is_exact(&self) -> bool {
        self.easy.wrong().len() == 1
    }

    /// A mean over easy and hard steps, and over their accuracies.
    fn over_steps(&self, of: impl Fn(f64, u32) -> f64) -> Option<f64> {
        let margin = self.margin()?;
        let mean = |law: &AnswerLaw| law.mean_over_accuracies(|p| of(p, margin));
        let hard = if self.hard_share > 0.0 { mean(&self.hard) } else { 0.0 };
        Some((1.0 - self.hard_share) * mean(&self.easy) + self.hard_share * hard)
    }

    fn step_accuracy(&self) -> Option<f64> {
        self.over_steps(right_by_margin)
    }

    /// Calls of a step with red flags over those without, each with its smallest margin.
    fn cost_of_flags(&self) -> Option<f64> {
        let calls = |discarded| {
            let flags = RedFlags { discarded, ..self.flags };
            let margin = smallest_margin(flags.accuracy(), self.steps, self.target)?;
            Some(f64::from(margin) / (flags.counted() * (2.0 * flags.accuracy() - 1.0)))
        };
        Some(calls(true)? / calls(false)?)
    }
}

impl Answering for MarginParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        *self.expected.get_or_init(|| self.is_exact().then(|| self.work_out()).flatten())
    }
}

impl MarginParameters {
    fn work_out(&self) -> Option<ExpectedAnswer> {
        let right = power(self.step_accuracy()?, self.steps);
        let calls = f64::from(self.steps) * self.over_steps(votes_to_margin)? / self.flags.counted();
        Some(ExpectedAnswer {
            answered: 1.0,
            right,
            calls,
            tokens: calls * self.call.tokens as f64,
            dollars: calls * self.call.dollars(),
            seconds: calls * self.call.seconds,
        })
    }
}

/// One task, prepared.
#[derive(Clone, Debug)]
pub struct MarginTask {
    parameters: MarginParameters,
    margin: u32,
}

impl Answering for MarginTask {
    fn expected(&self) -> Option<ExpectedAnswer> {
        self.parameters.expected()
    }
}

/// What became of one task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskResult {
    task: Answered,
    steps: u32,
    right_steps: u32,
}

impl Borrow<Answered> for TaskResult {
    fn borrow(&self) -> &Answered {
        &self.task
    }
}

impl Trial for MarginTask {
    type Outcome = TaskResult;

    fn run(&self, draws: &mut Stream) -> TaskResult {
        let parameters = &self.parameters;
        let (mut calls, mut right_steps) = (0, 0);
        for _ in 0..parameters.steps {
            let hard = parameters.hard_share > 0.0 && draws.uniform() < parameters.hard_share;
            let law = if hard { &parameters.hard } else { &parameters.easy };
            let (right, made) = self.step(law, draws);
            calls += made;
            right_steps += u32::from(right);
        }
        let mut spending = Spending::default();
        spending.add(&parameters.call, calls, calls);
        let right = Some(right_steps == parameters.steps);
        TaskResult { task: Answered { right, spending }, steps: parameters.steps, right_steps }
    }
}

impl MarginTask {
    /// A question that is decided by the first answer ahead by `margin`, with no answer that looks wrong.
    pub fn of_one_step(margin: u32, answers: AnswerLaw, call: Call) -> Self {
        let flags = RedFlags { share: 0.0, accuracies: (0.0, answers.accuracy()), discarded: false };
        let parameters = MarginParameters {
            steps: 1,
            target: 0.5,
            margin: Some(margin),
            hard: answers.clone(),
            easy: answers,
            hard_share: 0.0,
            flags,
            call,
            expected: OnceLock::new(),
        };
        Self { parameters, margin }
    }

    /// Votes on one step until an answer is ahead: whether it is right, and the calls made.
    fn step(&self, law: &AnswerLaw, draws: &mut Stream) -> (bool, u64) {
        let flags = &self.parameters.flags;
        let discarded = if flags.discarded { flags.share } else { 0.0 };
        let mut votes = [0u32; MOST_WRONG_ANSWERS as usize + 1];
        let mut answers = law.answers();
        let mut calls = 0;
        loop {
            calls += 1;
            while discarded > 0.0 && draws.uniform() < discarded {
                calls += 1;
            }
            let answer = answers.next(draws);
            votes[answer] += 1;
            let others = votes[..=law.wrong().len()].iter().enumerate();
            let next = others.filter(|(other, _)| *other != answer).map(|(_, &votes)| votes).max();
            if votes[answer] >= next.unwrap_or(0) + self.margin {
                return (answer == 0, calls);
            }
        }
    }
}

/// Most votes of a trial, in the mean.
const MOST_VOTES: f64 = 1e7;

impl Mechanism for MarginVote {
    type Parameters = MarginParameters;
    type Trial = MarginTask;

    fn about(&self) -> About {
        About {
            name: "margin-vote",
            summary: "A long task step by step, each decided by the first answer that is ahead by a margin of votes",
            references: &["MAKER, arXiv 2511.09030", "mechanisms B42: margins, red flags, hard steps"],
        }
    }

    fn measures(&self) -> Vec<Measure<MarginParameters, TaskResult>> {
        let mut all = measures();
        all.push(
            Measure::shares("step_accuracy", "share of steps that are decided rightly", |o: &TaskResult| {
                (u64::from(o.right_steps), u64::from(o.steps))
            })
            .predicted(
                "1/(1 + ((1-p)/p)^k), votes on two answers, in the mean over p",
                |p: &MarginParameters| p.step_accuracy().filter(|_| p.is_exact()),
            ),
        );
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<MarginParameters>> {
        vec![
            Prediction::new(
                "smallest_margin",
                "smallest margin that reaches the target, if there were easy steps only",
                |p| smallest_margin(p.easy.accuracy(), p.steps, p.target).map(f64::from),
            ),
            Prediction::new(
                "step_accuracy_at_least",
                "of independent votes, whatever the number of wrong answers",
                |p| p.step_accuracy().filter(|_| p.easy.correlation() == 0.0),
            ),
            Prediction::new(
                "calls_with_flags",
                "calls with red flags over calls without, about k_min/(v (2p - 1)); they pay below 1",
                MarginParameters::cost_of_flags,
            ),
        ]
    }

    fn trial(&self, parameters: &MarginParameters) -> Result<MarginTask, ParameterError> {
        let margin = parameters.margin().ok_or_else(|| {
            let accuracy = parameters.easy.accuracy();
            ParameterError::impossible(
                &["accuracy", "margin", "target"],
                format!("no margin reaches the target: answers are right with probability {accuracy}, which must be above 1/2"),
            )
        })?;
        // With dependent votes or several wrong answers a race may last about as long as a fair one on each of them.
        let worst = f64::from(margin) * f64::from(margin) * parameters.easy.wrong().len() as f64;
        let exact = parameters.over_steps(votes_to_margin).filter(|_| parameters.is_exact());
        let votes = f64::from(parameters.steps) * exact.unwrap_or(worst) / parameters.flags.counted();
        if votes > MOST_VOTES {
            return Err(ParameterError::impossible(
                &["steps", "margin"],
                format!("a trial would take about {votes:e} calls; at most {MOST_VOTES:e} are simulated"),
            ));
        }
        Ok(MarginTask { parameters: parameters.clone(), margin })
    }
}
