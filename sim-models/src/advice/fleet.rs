//! What is known of a fleet, and what limits it.

use super::{Absent, Interval};
use crate::theory::channel::FidelityCurve;
use crate::theory::dependence::Dependence;
use crate::theory::leaf::LeafLaw;

/// Agents that can be organized.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// The models, at least one.
    pub models: Vec<AgentModel>,
    /// How errors are shared.
    pub errors: SharedErrors,
    /// What messages lose.
    pub channel: MessageLaw,
    /// What tells right answers from wrong ones, if there is anything.
    pub checker: Option<Checker>,
    /// Whether a program can count equal answers, at no cost. If not, an agent must read them.
    pub countable: bool,
    /// Parameters that are known only within an interval.
    pub intervals: Vec<Interval>,
    /// What the file does not say.
    pub absent: Vec<Absent>,
}

/// A language model as an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentModel {
    /// Its name.
    pub name: String,
    /// How often it is right.
    pub skill: Skill,
    /// Tokens that it reads before it answers, apart from messages.
    pub input_tokens: f64,
    /// USD per million tokens read.
    pub price_in: f64,
    /// USD per million tokens written.
    pub price_out: f64,
    /// Mean time of an answer in seconds, apart from that of its tokens.
    pub latency: f64,
    /// Seconds per token written.
    pub seconds_per_token: f64,
    /// Standard deviation of an answer's time over its mean; the law is lognormal.
    pub variation: f64,
}

/// How often an agent is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Skill {
    /// A known accuracy at a known length.
    Known {
        /// Probability of a right answer.
        accuracy: f64,
        /// Tokens that an answer takes.
        tokens: f64,
    },
    /// A bias that grows with the tokens spent (spec 1.1).
    Law(LeafLaw),
}

/// How answers to one question share their errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedErrors {
    /// Pairwise correlation of the answers of one model.
    pub correlation: f64,
    /// Probability that a question is equally hard for all models, rather than for each on its own: 0 makes models independent of each other.
    pub across: f64,
    /// The law.
    pub dependence: Dependence,
}

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessageLaw {
    /// Fidelity by length.
    pub curve: FidelityCurve,
    /// Tokens of a message; `None` lets it be chosen.
    pub tokens: Option<f64>,
}

/// Something that accepts or rejects an answer (mechanisms B0.7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checker {
    /// Probability that a right answer is accepted.
    pub true_positive: f64,
    /// Probability that a wrong answer is accepted.
    pub false_positive: f64,
    /// USD per check.
    pub dollars: f64,
    /// Tokens per check.
    pub tokens: f64,
    /// Seconds per check.
    pub seconds: f64,
}

/// What is counted against a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// US dollars.
    Dollars,
    /// Tokens, written or read.
    Tokens,
}

/// What an organization spends on a question, on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spend {
    /// US dollars.
    pub dollars: f64,
    /// Tokens, written or read.
    pub tokens: f64,
}

impl Spend {
    /// In one unit.
    pub fn in_unit(self, unit: Unit) -> f64 {
        match unit {
            Unit::Dollars => self.dollars,
            Unit::Tokens => self.tokens,
        }
    }

    /// Several times as much.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { dollars: factor * self.dollars, tokens: factor * self.tokens }
    }
}

impl std::ops::Add for Spend {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { dollars: self.dollars + other.dollars, tokens: self.tokens + other.tokens }
    }
}

/// What an organization must keep.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Most that a question may cost on average.
    pub budget: Option<(f64, Unit)>,
    /// Time in seconds in which 95 % of the questions must be answered.
    pub deadline: Option<f64>,
    /// Tokens of messages that one agent can read.
    pub window: Option<f64>,
    /// Accuracy that suffices: the cheapest organization that has it is wanted.
    pub accuracy: Option<f64>,
}

impl Limits {
    /// The unit in which costs are compared.
    pub fn unit(&self) -> Unit {
        self.budget.map_or(Unit::Dollars, |(_, unit)| unit)
    }

    /// The same with several times the budget.
    #[must_use]
    pub fn with_budget_times(self, factor: f64) -> Self {
        Self { budget: self.budget.map(|(amount, unit)| (factor * amount, unit)), ..self }
    }
}

impl Fleet {
    /// A budget in dollars.
    pub fn dollars(&self, amount: f64) -> (f64, Unit) {
        (amount, Unit::Dollars)
    }

    /// A budget in tokens.
    pub fn tokens(&self, amount: f64) -> (f64, Unit) {
        (amount, Unit::Tokens)
    }
}

impl AgentModel {
    /// Its name without what a terminal would obey.
    pub fn shown(&self) -> String {
        let mut shown = String::with_capacity(self.name.len());
        for c in self.name.chars() {
            if c.is_control() {
                shown.extend(c.escape_default());
            } else {
                shown.push(c);
            }
        }
        shown
    }

    /// Bias `2p - 1` of an answer of this length.
    pub fn bias(&self, tokens: f64) -> f64 {
        match self.skill {
            Skill::Known { accuracy, .. } => 2.0 * accuracy - 1.0,
            Skill::Law(law) => law.bias(tokens),
        }
    }

    /// The length of an answer, if it is known.
    pub fn known_tokens(&self) -> Option<f64> {
        match self.skill {
            Skill::Known { tokens, .. } => Some(tokens),
            Skill::Law(_) => None,
        }
    }

    /// What it costs to read and write so many tokens.
    pub fn spend(&self, read: f64, written: f64) -> Spend {
        Spend { dollars: 1e-6 * (self.price_in * read + self.price_out * written), tokens: read + written }
    }
}

impl MessageLaw {
    /// Fidelity of a message of this length.
    pub fn fidelity(&self, tokens: f64) -> f64 {
        self.curve.fidelity(tokens)
    }
}
