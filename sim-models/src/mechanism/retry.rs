//! Retry until a checker accepts, and what a right answer costs then (mechanisms B0.7, B15).

use sim_core::random::Stream;

use super::part::{Ending, Endings};
use super::primitives::{AnswerLaw, Answered, Answering, Call, Checker, ExpectedAnswer, Spending, measures};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, boolean, integer, real};
use crate::theory::numeric::power;

/// Cost of a right answer if `samples` answers are taken at once and a perfect checker finds a right one among them, in calls:
/// `n/(1 - (1-p)^n)`. A sample at a time costs the least, `1/p` (cost-of-pass, B15).
pub fn parallel_cost_of_pass(p: f64, samples: u32) -> f64 {
    f64::from(samples) / (1.0 - power(1.0 - p, samples))
}

/// The model `retry`.
#[derive(Clone, Copy, Debug)]
pub struct Retry;

/// Parameters of [`Retry`].
#[derive(Clone, Debug)]
pub struct RetryParameters {
    answers: AnswerLaw,
    checker: Checker,
    attempts: u32,
    keep_last: bool,
    call: Call,
    check: Call,
}

impl Parameters for RetryParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let probability = |key, default| real(key, default).between(0.0, 1.0);
        let accuracy = form.read(probability("accuracy", 0.4).help("probability that an answer is right"))?;
        let correlation = form.read(
            probability("correlation", 0.0)
                .help("pairwise correlation of being right on one question, beta-binomial"),
        )?;
        let attempts = form.read(integer("attempts", 10).between(1, MOST_ATTEMPTS).help("most attempts"))?;
        let keep_last = form.read(
            boolean("keep_last", false)
                .help("give the last answer where none is accepted; otherwise there is none"),
        )?;
        let checker = Checker::read(form)?;
        let call = Call::read(form)?;
        let check = Call::read_check(form)?;
        let answers = AnswerLaw::new(accuracy, correlation, 1, 0.0);
        Ok(Self { answers, checker, attempts, keep_last, call, check })
    }
}

impl RetryParameters {
    /// At most so many attempts, of which the last one counts where none is accepted.
    pub fn new(attempts: u32, answers: AnswerLaw, checker: Checker, call: Call, check: Call) -> Self {
        Self { answers, checker, attempts, keep_last: true, call, check }
    }
}

const MOST_ATTEMPTS: u32 = 1000;

impl Endings for RetryParameters {
    /// A programme over the number of right ones among the answers rejected so far, which is all that the next answer depends on: a right or
    /// a wrong answer is accepted at each attempt, or none at any.
    fn endings(&self) -> Option<Vec<Ending>> {
        let mut endings = Vec::with_capacity(2 * self.attempts as usize + 1);
        let mut rejected = vec![1.0];
        let mut spending = Spending::default();
        for given in 0..self.attempts {
            spending.add(&self.call, 1, 1);
            spending.pay(&self.check);
            let (mut right, mut wrong) = (0.0, 0.0);
            let mut next = vec![0.0; rejected.len() + 1];
            for (count, &mass) in rejected.iter().enumerate() {
                let p = self.answers.next_is_right(count as u32, given);
                right += mass * p * self.checker.true_positive;
                wrong += mass * (1.0 - p) * self.checker.false_positive;
                let right_rejected = mass * p * (1.0 - self.checker.true_positive);
                let wrong_rejected = mass * (1.0 - p) * (1.0 - self.checker.false_positive);
                next[count + 1] += right_rejected;
                next[count] += wrong_rejected;
                if self.keep_last && given + 1 == self.attempts {
                    right += right_rejected;
                    wrong += wrong_rejected;
                }
            }
            rejected = next;
            for (probability, right) in [(right, true), (wrong, false)] {
                endings.push(Ending { probability, answer: Answered { right: Some(right), spending } });
            }
        }
        if !self.keep_last {
            let probability = rejected.iter().sum();
            endings.push(Ending { probability, answer: Answered { right: None, spending } });
        }
        Some(endings)
    }
}

impl Answering for RetryParameters {
    /// The means of the endings.
    fn expected(&self) -> Option<ExpectedAnswer> {
        let mut expected = ExpectedAnswer::default();
        for Ending { probability, answer } in self.endings()? {
            let spending = &answer.spending;
            expected.add(
                probability,
                &ExpectedAnswer {
                    answered: f64::from(u8::from(answer.right.is_some())),
                    right: f64::from(u8::from(answer.right == Some(true))),
                    calls: spending.calls as f64,
                    tokens: spending.tokens as f64,
                    dollars: spending.dollars(),
                    seconds: spending.seconds,
                },
            );
        }
        Some(expected)
    }
}

impl Trial for RetryParameters {
    type Outcome = Answered;

    fn run(&self, draws: &mut Stream) -> Answered {
        let mut answers = self.answers.answers();
        let mut spending = Spending::default();
        let mut last = None;
        for _ in 0..self.attempts {
            let right = answers.next(draws) == 0;
            spending.add(&self.call, 1, 1);
            spending.pay(&self.check);
            let accepts = if right { self.checker.true_positive } else { self.checker.false_positive };
            if draws.uniform() < accepts {
                return Answered { right: Some(right), spending };
            }
            last = self.keep_last.then_some(right);
        }
        Answered { right: last, spending }
    }
}

impl Mechanism for Retry {
    type Parameters = RetryParameters;
    type Trial = RetryParameters;

    fn about(&self) -> About {
        About {
            name: "retry",
            summary: "Answers are tried one after the other until a checker accepts one",
            references: &["Cost-of-Pass", "mechanisms B0.7 and B15: retries until accepted"],
        }
    }

    fn measures(&self) -> Vec<Measure<RetryParameters, Answered>> {
        measures()
    }

    fn further_predictions(&self) -> Vec<Prediction<RetryParameters>> {
        vec![Prediction::in_unit(
            "cost_of_pass_without_end",
            Unit::Dollars,
            "of independent attempts without end: cost of an attempt over p t",
            |p| {
                let cost = p.call.dollars() + p.check.dollars();
                let right = p.answers.accuracy() * p.checker.true_positive;
                (p.answers.correlation() == 0.0).then_some(cost / right)
            },
        )]
    }

    fn trial(&self, parameters: &RetryParameters) -> Result<RetryParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
