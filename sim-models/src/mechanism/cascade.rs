//! A cascade: a cheap student answers several times, a dear teacher only where it is not of one mind (mechanisms B46).

use sim_core::random::Stream;

use super::part::{Ending, Endings};
use super::primitives::{AnswerLaw, Answered, Answering, Call, CallKeys, ExpectedAnswer, Spending, measures};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, integer, real};

/// The model `cascade`.
#[derive(Clone, Copy, Debug)]
pub struct Cascade;

/// Parameters of [`Cascade`].
#[derive(Clone, Debug)]
pub struct CascadeParameters {
    votes: u32,
    student: AnswerLaw,
    teacher_accuracy: f64,
    student_call: Call,
    teacher_call: Call,
    /// What the student's examples cost once, in USD.
    examples: f64,
}

impl CallKeys {
    const TEACHER: Self = Self {
        keys: [
            "teacher_prompt_tokens",
            "teacher_answer_tokens",
            "teacher_input_price",
            "teacher_output_price",
            "teacher_call_time",
        ],
        defaults: [600.0, 500.0, 2.0, 8.0, 20.0],
    };
}

impl Parameters for CascadeParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let votes = form.read(
            integer("votes", 3).between(1, 1000).help("answers of the student, which must all be the same"),
        )?;
        let student = AnswerLaw::read(form, 0.7)?;
        let teacher_accuracy = form.read(
            real("teacher_accuracy", 0.95).between(0.0, 1.0).help("probability that the teacher is right"),
        )?;
        let student_call = Call::read(form)?;
        let teacher_call = Call::read_as(form, &CallKeys::TEACHER)?;
        let examples = form.read(
            real("example_cost", 0.0)
                .between(0.0, 1e9)
                .unit(Unit::Dollars)
                .help("what the student's examples cost once, before the first question"),
        )?;
        Ok(Self { votes, student, teacher_accuracy, student_call, teacher_call, examples })
    }
}

impl CascadeParameters {
    /// A student that answers `votes` times, and a teacher who is right with probability `teacher_accuracy`; examples cost nothing.
    pub fn new(
        votes: u32,
        student: AnswerLaw,
        teacher_accuracy: f64,
        student_call: Call,
        teacher_call: Call,
    ) -> Self {
        Self { votes, student, teacher_accuracy, student_call, teacher_call, examples: 0.0 }
    }

    /// Probabilities that the student is unanimous, and unanimous and right.
    fn accepted(&self) -> (f64, f64) {
        let counts = self.student.count_law(self.votes);
        let (wrong, right) = (counts[0], counts[self.votes as usize]);
        (right + wrong * self.student.same_wrong(self.votes), right)
    }

    /// What is spent on a question, with the teacher or without.
    fn spending(&self, asked: bool) -> Spending {
        let mut spending = Spending::default();
        spending.add(&self.student_call, u64::from(self.votes), 1);
        if asked {
            spending.add(&self.teacher_call, 1, 1);
        }
        spending
    }

    /// What a question costs less than if the teacher always answered, in USD.
    fn saving(&self) -> f64 {
        let (accepted, _) = self.accepted();
        self.teacher_call.dollars() * accepted - f64::from(self.votes) * self.student_call.dollars()
    }
}

/// Questions after which what was paid once has come back; `None` if it never does.
///
/// ```
/// use sim_models::mechanism::cascade::break_even;
/// // In-context distillation: .059 against .024 per episode, examples for 500 episodes of the teacher.
/// assert_eq!(break_even(500.0 * 0.059, 0.059 - 0.024), Some(843.0));
/// ```
pub fn break_even(paid_once: f64, saving: f64) -> Option<f64> {
    (saving > 0.0).then(|| libm::ceil(paid_once / saving))
}

impl Answering for CascadeParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let (accepted, right) = self.accepted();
        let (votes, asked) = (f64::from(self.votes), 1.0 - accepted);
        let (student, teacher) = (&self.student_call, &self.teacher_call);
        Some(ExpectedAnswer {
            answered: 1.0,
            right: right + asked * self.teacher_accuracy,
            calls: votes + asked,
            tokens: votes * student.tokens as f64 + asked * teacher.tokens as f64,
            dollars: votes * student.dollars() + asked * teacher.dollars(),
            seconds: student.seconds + asked * teacher.seconds,
        })
    }
}

impl Endings for CascadeParameters {
    /// The student is unanimous, or the teacher is asked; either is right or wrong.
    fn endings(&self) -> Option<Vec<Ending>> {
        let (accepted, right) = self.accepted();
        let by_teacher = |share: f64| (1.0 - accepted) * share;
        let ending = |probability, asked, right| Ending {
            probability,
            answer: Answered { right: Some(right), spending: self.spending(asked) },
        };
        Some(vec![
            ending(right, false, true),
            ending(accepted - right, false, false),
            ending(by_teacher(self.teacher_accuracy), true, true),
            ending(by_teacher(1.0 - self.teacher_accuracy), true, false),
        ])
    }
}

/// What became of one question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CascadeResult {
    answer: Answered,
    unanimous: bool,
}

impl std::borrow::Borrow<Answered> for CascadeResult {
    fn borrow(&self) -> &Answered {
        &self.answer
    }
}

impl Trial for CascadeParameters {
    type Outcome = CascadeResult;

    fn run(&self, draws: &mut Stream) -> CascadeResult {
        let mut answers = self.student.answers();
        let first = answers.next(draws);
        let mut unanimous = true;
        for _ in 1..self.votes {
            unanimous &= answers.next(draws) == first;
        }
        let right = if unanimous { first == 0 } else { draws.uniform() < self.teacher_accuracy };
        let spending = self.spending(!unanimous);
        CascadeResult { answer: Answered { right: Some(right), spending }, unanimous }
    }
}

impl Mechanism for Cascade {
    type Parameters = CascadeParameters;
    type Trial = CascadeParameters;

    fn about(&self) -> About {
        About {
            name: "cascade",
            summary: "A cheap student answers several times, and a dear teacher where the answers differ",
            references: &["In-Context Distillation and cascades", "mechanisms B46: unanimity and break-even"],
        }
    }

    fn measures(&self) -> Vec<Measure<CascadeParameters, CascadeResult>> {
        let mut all = measures();
        all.push(
            Measure::share("accepted", "probability that the student is unanimous", |o: &CascadeResult| {
                Some(o.unanimous)
            })
            .predicted("all right, or all wrong alike", |p: &CascadeParameters| Some(p.accepted().0)),
        );
        all.push(
            Measure::share(
                "accepted_accuracy",
                "probability that a unanimous answer is right",
                |o: &CascadeResult| o.unanimous.then_some(o.answer.right == Some(true)),
            )
            .predicted("all right over unanimous", |p: &CascadeParameters| {
                let (accepted, right) = p.accepted();
                Some(right / accepted)
            }),
        );
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<CascadeParameters>> {
        vec![
            Prediction::in_unit(
                "saving",
                Unit::Dollars,
                "what a question costs less than with the teacher alone",
                |p| Some(p.saving()),
            ),
            Prediction::new("break_even", "questions after which the examples are paid for", |p| {
                break_even(p.examples, p.saving())
            }),
        ]
    }

    fn trial(&self, parameters: &CascadeParameters) -> Result<CascadeParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
