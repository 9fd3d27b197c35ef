//! How an agent decides on the votes that it has.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Answer, Answers, Draws};

/// A rule of one's own by which an agent decides.
///
/// `votes` are those that arrived, in the order of the agent's channels, `None` for one whose loss is noticed or whose sender
/// abstained; the agent's own fresh vote, if it has one, stands last.
pub trait Aggregator: Debug + Send + Sync {
    /// The agent's vote; `None` abstains. An answer that the question does not have counts as the most common wrong one.
    fn decide(&self, votes: &[Option<Answer>], draws: &mut Draws<'_>) -> Option<Answer>;

    /// The law of the vote given `votes`, for the exact evaluator. Not needed by a rule that draws nothing: its law is found by
    /// calling [`Aggregator::decide`].
    fn law(&self, votes: &[Option<Answer>]) -> Option<Law> {
        let _ = votes;
        None
    }

    /// Whether the vote cannot change any more, whatever arrives for the inputs that are still open. `inputs` are as `votes` in
    /// [`Aggregator::decide`], those that have not arrived being `None`, and missing ones `Some(None)`. An organization in time asks it
    /// where an agent stops to wait as soon as its vote is decided.
    fn is_decided(&self, inputs: &[Option<Option<Answer>>]) -> bool {
        inputs.iter().all(Option::is_some)
    }

    /// The same rule for 64 trials of a binary question at once; without it, trials are decided one by one.
    fn words(&self) -> Option<&dyn WordAggregator> {
        None
    }
}

/// A rule for 64 trials at once, one per bit. Binary questions only.
pub trait WordAggregator {
    /// The agent's votes.
    fn decide(&self, votes: &[WordVotes], draws: &mut Draws<'_>) -> WordVotes;
}

/// The votes of one agent in 64 trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordVotes {
    /// Whether the vote is right; 0 where there is none.
    pub right: u64,
    /// Whether there is a vote.
    pub present: u64,
}

/// The law of one vote.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Probability of each answer, the right one first.
    pub answers: Vec<f64>,
    /// Probability of an abstention.
    pub abstention: f64,
}

impl Law {
    /// Probability of a right vote.
    pub fn accuracy(&self) -> f64 {
        self.answers.first().copied().unwrap_or(0.0)
    }

    /// Probability of a right vote less that of a wrong one.
    pub fn bias(&self) -> f64 {
        self.accuracy() - self.answers.iter().skip(1).sum::<f64>()
    }
}

/// How an agent decides on the votes that it has.
#[derive(Clone, Debug)]
pub enum Rule {
    /// The answer with more than half of the votes; binary questions. The agent's own vote counts `own_weight`, others 1.
    Majority {
        /// What happens when the votes are even; `None` is allowed where that cannot be.
        tie: Option<Tie>,
    },
    /// As [`Rule::Majority`], with weights.
    WeightedMajority {
        /// The weights of the votes received.
        weights: Weights,
        /// What happens when the sums are equal; `None` is allowed where that cannot be.
        tie: Option<Tie>,
    },
    /// The answer that has at least this share of the votes present, in (1/2, 1]; without one the agent abstains.
    Supermajority {
        /// The share.
        threshold: f64,
    },
    /// The first vote present, in the order of the channels; the agent's own vote is the last. Abstains without any.
    First,
    /// The answer with the most votes; one of the leading ones, drawn uniformly, if several lead. Without any vote, any
    /// answer is drawn.
    Plurality,
    /// The first answer that is ahead of every other by this many votes, heard in the order of the channels, each of which counts 1; the
    /// agent's own vote is the last. Without one, as [`Rule::Plurality`]. (MAKER, arXiv 2511.09030; mechanisms B42.)
    Margin {
        /// The margin, at least 1.
        margin: u32,
    },
    /// The first vote that an imperfect verifier accepts; a uniformly drawn one if it accepts none. Abstains without any.
    BestOf {
        /// Probability that a right vote is accepted.
        true_positive: f64,
        /// Probability that a wrong vote is accepted.
        false_positive: f64,
    },
    /// A rule of one's own.
    Custom(Arc<dyn Aggregator>),
}

impl Rule {
    /// The majority of an odd number of votes; see [`Rule::with_tie`] for others.
    pub fn majority() -> Self {
        Self::Majority { tie: None }
    }

    /// The majority with these weights by sender.
    pub fn weighted<Id: Into<String>>(weights: impl IntoIterator<Item = (Id, f64)>) -> Self {
        let named = weights.into_iter().map(|(id, weight)| (id.into(), weight)).collect();
        Self::WeightedMajority { weights: Weights::Named(named), tie: None }
    }

    /// The majority with the log-odds of each vote as its weight, which is optimal for independent votes.
    pub fn log_odds() -> Self {
        Self::WeightedMajority { weights: Weights::LogOdds, tie: None }
    }

    /// The answer with at least this share of the votes present, in (1/2, 1]; else an abstention.
    pub fn supermajority(threshold: f64) -> Self {
        Self::Supermajority { threshold }
    }

    /// The first answer that is ahead of every other by `margin` votes, at least 1; without one, that with the most votes.
    pub fn margin(margin: u32) -> Self {
        Self::Margin { margin }
    }

    /// The first vote that a verifier accepts, which accepts right and wrong ones with these probabilities.
    pub fn best_of(true_positive: f64, false_positive: f64) -> Self {
        Self::BestOf { true_positive, false_positive }
    }

    /// A rule of one's own.
    pub fn custom(aggregator: impl Aggregator + 'static) -> Self {
        Self::Custom(Arc::new(aggregator))
    }

    /// The same rule, with a word on even votes. Only majorities can be even; other rules stay as they are.
    pub fn with_tie(self, tie: Tie) -> Self {
        match self {
            Self::Majority { .. } => Self::Majority { tie: Some(tie) },
            Self::WeightedMajority { weights, .. } => Self::WeightedMajority { weights, tie: Some(tie) },
            other => other,
        }
    }

    /// What an agent does that is not told how to decide: a majority with fair ties, a plurality if there are several wrong
    /// answers.
    pub(super) fn of_habit(answers: Answers) -> Self {
        if answers.is_binary() { Self::majority().with_tie(Tie::Fair) } else { Self::Plurality }
    }
}

/// What an agent does when its votes are even.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// A fair coin decides.
    Fair,
    /// The agent abstains.
    Abstain,
    /// The first vote present decides, in the order of the channels; a fair coin if there is none.
    First,
    /// The tie counts as wrong.
    Wrong,
}

/// Weights of the votes that an agent receives; its own vote has its `own_weight`.
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// The log-odds `ln(p / (1 - p))` of each vote as received, which are optimal for independent votes (theory section 5).
    /// The accuracies `p` are the exact ones.
    LogOdds,
    /// Weight by the sender's id, not negative; 1 for a sender that is not named.
    Named(Vec<(String, f64)>),
}
