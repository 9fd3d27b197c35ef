//! What agents answer: the right answer, or one of several wrong ones.

use thiserror::Error;

/// One answer to the question: the right one, or a wrong one that agents can share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Answer(u8);

impl Answer {
    /// The right answer.
    pub const RIGHT: Self = Self(0);
    /// The most common wrong answer; the only one to a binary question.
    pub const WRONG: Self = Self(1);

    /// The answer of this number: 0 is the right one, 1 the most common wrong one.
    pub fn number(number: u8) -> Self {
        Self(number)
    }

    /// A right or wrong answer to a binary question.
    pub fn of(right: bool) -> Self {
        if right { Self::RIGHT } else { Self::WRONG }
    }

    /// Whether it is the right answer.
    pub fn is_right(self) -> bool {
        self == Self::RIGHT
    }

    /// Its number, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The answers that a question has. Wrong answers are common to all agents, so that wrong agents can agree
/// (mechanisms B0.2d): a wrong agent gives the `k`-th of them with a probability proportional to `k^(-exponent)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answers {
    wrong: u8,
    exponent: f64,
}

/// Answers that no question has.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidAnswers {
    /// No wrong answer, or too many.
    #[error("a question has 1 to {most} wrong answers; found {found}", most = Answers::MOST_WRONG)]
    Wrong {
        /// The number that was found.
        found: u64,
    },
    /// An exponent of Zipf's law that is negative or not a number.
    #[error("the exponent of Zipf's law is a number from 0; found {found}")]
    Exponent {
        /// The number that was found.
        found: f64,
    },
}

impl Default for Answers {
    fn default() -> Self {
        Self::BINARY
    }
}

impl Answers {
    /// A question with one right and one wrong answer.
    pub const BINARY: Self = Self { wrong: 1, exponent: 0.0 };

    /// Most wrong answers of one question.
    pub const MOST_WRONG: u8 = 63;

    /// `wrong` wrong answers under Zipf's law with this exponent; 0 makes them equally likely.
    ///
    /// # Errors
    /// `wrong` is 0 or above [`Answers::MOST_WRONG`], or the exponent is negative or not finite.
    pub fn new(wrong: u64, exponent: f64) -> Result<Self, InvalidAnswers> {
        if !(exponent.is_finite() && exponent >= 0.0) {
            return Err(InvalidAnswers::Exponent { found: exponent });
        }
        let count = u8::try_from(wrong).ok().filter(|count| (1..=Self::MOST_WRONG).contains(count));
        Ok(Self { wrong: count.ok_or(InvalidAnswers::Wrong { found: wrong })?, exponent })
    }

    /// Whether there is only one wrong answer.
    pub fn is_binary(&self) -> bool {
        self.wrong == 1
    }

    /// Number of answers, the right one included.
    pub fn count(&self) -> usize {
        usize::from(self.wrong) + 1
    }

    /// The answer, if the question has it; else the most common wrong one.
    pub(in crate::organization) fn known(&self, answer: Answer) -> Answer {
        if answer.index() < self.count() { answer } else { Answer::WRONG }
    }

    /// Exponent of Zipf's law.
    pub fn exponent(&self) -> f64 {
        self.exponent
    }

    /// Probability of each wrong answer given that the answer is wrong, the most common first; they sum to 1.
    pub fn wrong_law(&self) -> Vec<f64> {
        let weight = |k: u8| libm::pow(f64::from(k), -self.exponent);
        let total: f64 = (1..=self.wrong).map(weight).sum();
        (1..=self.wrong).map(|k| weight(k) / total).collect()
    }
}
