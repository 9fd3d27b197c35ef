//! What all mechanisms that answer a question have in common: how often they are right, and what they spend.

use std::borrow::Borrow;

use super::Spending;
use crate::mechanism::trial::Measure;
use crate::registry::Unit;

/// What became of one question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answered {
    /// Whether there is an answer; `None` is none, otherwise whether it is right.
    pub right: Option<bool>,
    /// What was spent.
    pub spending: Spending,
}

/// What theory says about a mechanism that answers a question: means over questions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExpectedAnswer {
    /// Probability that there is an answer.
    pub answered: f64,
    /// Probability that there is an answer and it is right.
    pub right: f64,
    /// Mean number of calls.
    pub calls: f64,
    /// Mean number of tokens.
    pub tokens: f64,
    /// Mean cost, in USD.
    pub dollars: f64,
    /// Mean time, in seconds.
    pub seconds: f64,
}

impl ExpectedAnswer {
    /// Adds a part that is played on this share of the questions.
    pub fn add(&mut self, share: f64, part: &Self) {
        self.answered += share * part.answered;
        self.right += share * part.right;
        self.calls += share * part.calls;
        self.tokens += share * part.tokens;
        self.dollars += share * part.dollars;
        self.seconds += share * part.seconds;
    }
}

/// Parameters of a mechanism that answers a question, for which theory may know the means.
pub trait Answering {
    /// The means; `None` where there is no closed form and no exact programme.
    fn expected(&self) -> Option<ExpectedAnswer>;
}

/// The measures of a mechanism that answers a question, by which mechanisms are compared.
pub fn measures<P: Answering, O: Borrow<Answered>>() -> Vec<Measure<P, O>> {
    const EXACT: &str = "exact, where there is a closed form or a programme";
    vec![
        Measure::share("success", "probability that there is an answer and it is right", |o: &O| {
            Some(o.borrow().right == Some(true))
        })
        .predicted(EXACT, |p: &P| Some(p.expected()?.right)),
        Measure::share("answered", "probability of an answer", |o: &O| Some(o.borrow().right.is_some()))
            .predicted(EXACT, |p: &P| Some(p.expected()?.answered)),
        Measure::share("answered_accuracy", "probability that an answer is right", |o: &O| o.borrow().right)
            .predicted(EXACT, |p: &P| p.expected().map(|e| e.right / e.answered)),
        Measure::mean("calls", "calls made", Unit::One, |o: &O| Some(o.borrow().spending.calls as f64))
            .predicted(EXACT, |p: &P| Some(p.expected()?.calls)),
        Measure::mean("tokens", "tokens read and written", Unit::Tokens, |o: &O| {
            Some(o.borrow().spending.tokens as f64)
        })
        .predicted(EXACT, |p: &P| Some(p.expected()?.tokens)),
        Measure::mean("cost", "what is spent", Unit::Dollars, |o: &O| Some(o.borrow().spending.dollars()))
            .predicted(EXACT, |p: &P| Some(p.expected()?.dollars)),
        Measure::mean("time", "time to the answer", Unit::Seconds, |o: &O| Some(o.borrow().spending.seconds))
            .predicted(EXACT, |p: &P| Some(p.expected()?.seconds)),
        Measure::ratio("cost_of_pass", "what is spent per right answer", Unit::Dollars, |o: &O| {
            let answer = o.borrow();
            (answer.spending.dollars(), f64::from(u8::from(answer.right == Some(true))))
        })
        .predicted(EXACT, |p: &P| p.expected().map(|e| e.dollars / e.right)),
    ]
}
