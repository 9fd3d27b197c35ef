//! What several mechanisms share (mechanisms B0): answers and how their errors depend on each other, the checker, what a call costs, and
//! the measures of all that answer a question.
//!
//! Lengths are [laws](crate::law), prices those of [services](crate::organization::timed::Prices).

mod answered;
mod answers;
mod call;
mod checker;

pub use answered::{Answered, Answering, ExpectedAnswer, measures};
pub use answers::{AnswerLaw, Answers, MOST_WRONG_ANSWERS};
pub use call::{Call, CallKeys, CallTerms, Spending, nanodollars};
pub use checker::Checker;
