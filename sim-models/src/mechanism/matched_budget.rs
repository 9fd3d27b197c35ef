//! Mechanisms that answer a question, each at the same expected spend: who is right most often (mechanisms B15, B17, B23, B42, B46 together).
//!
//! A weak and a strong model meet a question of difficulty `d` with accuracies `1/(1 + e^(d - skill))` (B0.1). Each mechanism has a ladder
//! of settings: one answer of the weak model, then more voters, a larger margin, more attempts, a larger panel before the strong model is
//! asked. It plays the two of them that answer best in such shares that its mean cost is the budget, or stays at one where more spending
//! does not help, so that budgets between two settings are not lost. Mixtures are exact: so are the predictions.

mod ladder;

use std::sync::OnceLock;

use sim_core::random::Stream;

use self::ladder::{Limits, Plan, best_within};
use super::cascade::CascadeParameters;
use super::margin_vote::MarginTask;
use super::primitives::{AnswerLaw, Answered, Call, CallKeys, Checker, ExpectedAnswer};
use super::retry::RetryParameters;
use super::trial::{Measure, Mechanism, Trial};
use super::vote::VoteParameters;
use crate::registry::{About, Form, ParameterError, Parameters, Unit, real};

/// The model `matched-budget`.
#[derive(Clone, Copy, Debug)]
pub struct MatchedBudget;

/// Mechanisms that are compared: vote, margin vote, retry, cascade, and the strong model now and then.
const CONTESTANTS: usize = 5;

/// Parameters of [`MatchedBudget`].
#[derive(Clone, Debug)]
pub struct MatchedParameters {
    limits: Limits,
    weak: AnswerLaw,
    strong_accuracy: f64,
    weak_call: Call,
    strong_call: Call,
    checker: Checker,
    check: Call,
    expected: OnceLock<[ExpectedAnswer; CONTESTANTS]>,
}

impl CallKeys {
    /// Calls of a strong model, beside those of a weak one.
    pub const STRONG: Self = Self {
        keys: [
            "strong_prompt_tokens",
            "strong_answer_tokens",
            "strong_input_price",
            "strong_output_price",
            "strong_call_time",
        ],
        defaults: [600.0, 500.0, 2.0, 8.0, 20.0],
    };
}

impl Parameters for MatchedParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let budget = form.read(
            real("budget", 0.0052)
                .between(0.0, 1e6)
                .unit(Unit::Dollars)
                .help("what each mechanism may spend on a question, in the mean"),
        )?;
        let deadline = form.read(
            real("deadline", 60.0)
                .between(0.0, 1e9)
                .unit(Unit::Seconds)
                .help("mean time that a setting may take")
                .or_word("none", "as long as it takes"),
        )?;
        let mut skill = |key, default, help| form.read(real(key, default).between(-20.0, 20.0).help(help));
        let difficulty = skill("difficulty", 0.0, "difficulty of the questions, in logits")?;
        let weak_skill =
            skill("skill", 0.5, "skill of the weak model: right with the logistic of skill - difficulty")?;
        let strong_skill = skill("strong_skill", 1.5, "skill of the strong model, the same way")?;
        let correlation = form.read(
            real("correlation", 0.2)
                .between(0.0, 1.0)
                .help("pairwise correlation of the weak model being right on one question, beta-binomial"),
        )?;
        let checker = Checker::read(form)?;
        let check = Call::read_check(form)?;
        let weak_call = Call::read(form)?;
        let strong_call = Call::read_as(form, &CallKeys::STRONG)?;
        let deadline = deadline.unwrap_or(f64::INFINITY);
        if budget < weak_call.dollars() {
            return Err(ParameterError::impossible(
                &["budget"],
                format!(
                    "a question may cost {budget} USD, but one answer of the weak model costs {} USD",
                    weak_call.dollars()
                ),
            ));
        }
        if deadline < weak_call.seconds {
            return Err(ParameterError::impossible(
                &["deadline", "call_time"],
                format!(
                    "a question may take {deadline} s, but one answer of the weak model takes {} s",
                    weak_call.seconds
                ),
            ));
        }
        let right = |skill: f64| 1.0 / (1.0 + libm::exp(difficulty - skill));
        Ok(Self {
            limits: Limits { dollars: budget, seconds: deadline },
            weak: AnswerLaw::new(right(weak_skill), correlation, 1, 0.0),
            strong_accuracy: right(strong_skill),
            weak_call,
            strong_call,
            checker,
            check,
            expected: OnceLock::new(),
        })
    }
}

impl MatchedParameters {
    /// What each mechanism does.
    fn plans(&self) -> [Plan; CONTESTANTS] {
        let (weak, call, limits) = (&self.weak, self.weak_call, self.limits);
        let one = || VoteParameters::new(1, weak.clone(), call);
        let above_one = 2..=MOST_RUNGS;
        let votes = (1..=MOST_RUNGS).map(|i| VoteParameters::new(2 * i + 1, weak.clone(), call));
        let margins = above_one.clone().map(|margin| MarginTask::of_one_step(margin, weak.clone(), call));
        let attempts = above_one
            .clone()
            .map(|most| RetryParameters::new(most, weak.clone(), self.checker, call, self.check));
        let panels = above_one.map(|votes| {
            CascadeParameters::new(votes, weak.clone(), self.strong_accuracy, call, self.strong_call)
        });
        let strong =
            VoteParameters::new(1, AnswerLaw::new(self.strong_accuracy, 0.0, 1, 0.0), self.strong_call);
        [
            best_within(limits, one(), votes),
            best_within(limits, one(), margins),
            best_within(limits, one(), attempts),
            best_within(limits, one(), panels),
            best_within(limits, one(), std::iter::once(strong)),
        ]
    }

    fn expected(&self) -> &[ExpectedAnswer; CONTESTANTS] {
        self.expected.get_or_init(|| self.plans().map(|plan| plan.expected()))
    }
}

/// Largest margin, number of attempts and panel that are tried; votes go up to twice as many and one.
const MOST_RUNGS: u32 = 100;

/// The mechanisms, prepared.
#[derive(Debug)]
pub struct Contest([Plan; CONTESTANTS]);

impl Trial for Contest {
    type Outcome = [Answered; CONTESTANTS];

    /// All mechanisms begin with the same draws.
    fn run(&self, draws: &mut Stream) -> [Answered; CONTESTANTS] {
        std::array::from_fn(|contestant| self.0[contestant].answer(&mut draws.clone()))
    }
}

type ContestMeasure = Measure<MatchedParameters, [Answered; CONTESTANTS]>;

/// The measures of contestant `I`, by their names: success, cost, time.
fn contestant<const I: usize>(names: [&'static str; 3], success: &'static str) -> [ContestMeasure; 3] {
    let exact = "exact: a mixture of two settings";
    [
        Measure::share(names[0], success, |o: &[Answered; CONTESTANTS]| Some(o[I].right == Some(true)))
            .predicted(exact, |p: &MatchedParameters| Some(p.expected()[I].right)),
        Measure::mean(names[1], "what that costs", Unit::Dollars, |o: &[Answered; CONTESTANTS]| {
            Some(o[I].spending.dollars())
        })
        .predicted(exact, |p: &MatchedParameters| Some(p.expected()[I].dollars)),
        Measure::mean(names[2], "time that it takes", Unit::Seconds, |o: &[Answered; CONTESTANTS]| {
            Some(o[I].spending.seconds)
        })
        .predicted(exact, |p: &MatchedParameters| Some(p.expected()[I].seconds)),
    ]
}

impl Mechanism for MatchedBudget {
    type Parameters = MatchedParameters;
    type Trial = Contest;

    fn about(&self) -> About {
        About {
            name: "matched-budget",
            summary: "A vote, a margin vote, retries, a cascade and a strong model, each at the same expected spend on a question",
            references: &[
                "mechanisms B0.1, B0.2, B0.7, B17, B42, B46: the mechanisms; equal spend by mixtures is derived",
            ],
        }
    }

    fn measures(&self) -> Vec<ContestMeasure> {
        let mut all = Vec::new();
        all.extend(contestant::<0>(
            ["vote", "vote_cost", "vote_time"],
            "success of a vote of the weak model",
        ));
        all.extend(contestant::<1>(
            ["margin_vote", "margin_vote_cost", "margin_vote_time"],
            "success of answers of the weak model until one is ahead by a margin",
        ));
        all.extend(contestant::<2>(
            ["retry", "retry_cost", "retry_time"],
            "success of answers of the weak model until the checker accepts one; otherwise the last one counts",
        ));
        all.extend(contestant::<3>(
            ["cascade", "cascade_cost", "cascade_time"],
            "success of the weak model where its answers agree, and of the strong one otherwise",
        ));
        all.extend(contestant::<4>(
            ["strong", "strong_cost", "strong_time"],
            "success of the strong model on as many questions as can be paid, and of the weak one on the others",
        ));
        all
    }

    fn trial(&self, parameters: &MatchedParameters) -> Result<Contest, ParameterError> {
        Ok(Contest(parameters.plans()))
    }
}
