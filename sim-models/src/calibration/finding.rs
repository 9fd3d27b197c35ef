//! One number that a log determines, or why it does not.

use sim_core::estimate::Estimate;

/// What a finding counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A pure number.
    One,
    /// Votes.
    Votes,
    /// Tokens.
    Tokens,
    /// Seconds.
    Seconds,
    /// Dollars.
    Dollars,
}

impl Unit {
    /// The unit after a number; empty for a pure number.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Votes => "votes",
            Self::Tokens => "tokens",
            Self::Seconds => "s",
            Self::Dollars => "USD",
        }
    }
}

/// A quantity with its estimate, or the reason why the log does not determine it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its name, as in scenarios where they have it.
    pub name: &'static str,
    /// The agent, model or subtask that it is of; `None` for the whole log.
    pub of: Option<String>,
    /// What it means.
    pub help: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// The estimate, whose trials are questions, or a sentence.
    pub result: Result<Estimate, String>,
}

impl Finding {
    /// A quantity that is not estimated yet.
    pub(super) fn new(name: &'static str, help: &'static str, unit: Unit) -> Self {
        Self { name, of: None, help, unit, result: Err("not estimated".to_owned()) }
    }

    /// The same of one agent, model or subtask.
    pub(super) fn of(self, name: &str) -> Self {
        Self { of: Some(name.to_owned()), ..self }
    }

    pub(super) fn with(self, result: Result<Estimate, String>) -> Self {
        Self { result, ..self }
    }

    pub(super) fn unknown(self, reason: &str) -> Self {
        self.with(Err(reason.to_owned()))
    }

    /// The value where there is one.
    pub fn value(&self) -> Option<f64> {
        self.result.as_ref().ok().map(|estimate| estimate.value)
    }
}
