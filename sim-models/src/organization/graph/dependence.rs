//! How votes come to share errors: at one agent, or by a cause common to a group.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Answer, Draws};
use crate::organization::Correlation;
use crate::theory::dependence::Dependence;

/// A rule of one's own by which the votes that reach one agent become dependent.
pub trait VoteCoupling: Debug + Send + Sync {
    /// Changes the votes received, `None` where one is missing, in the order of the agent's channels. An answer that the
    /// question does not have counts as the most common wrong one.
    fn couple(&self, votes: &mut [Option<Answer>], draws: &mut Draws<'_>);
}

/// How the votes received by one agent, after their channels, are dependent. Missing votes take no part.
#[derive(Clone, Debug)]
pub enum Coupling {
    /// One of the models of section 5. Unlike senders: with `mixture` all take the vote of one drawn uniformly; with `copying`
    /// the copiers take the own vote of the first copier; with `beta-binomial` each vote but the first keeps itself or
    /// takes a uniformly drawn earlier one; with `gaussian` each sender has its own threshold.
    Model {
        /// The model.
        dependence: Dependence,
        /// Pairwise correlation of the votes; for `gaussian` at zero bias.
        correlation: Correlation,
    },
    /// A rule of one's own.
    Custom(Arc<dyn VoteCoupling>),
}

impl Coupling {
    /// One of the models of section 5.
    pub fn model(dependence: Dependence, correlation: Correlation) -> Self {
        Self::Model { dependence, correlation }
    }

    /// A rule of one's own.
    pub fn custom(coupling: impl VoteCoupling + 'static) -> Self {
        Self::Custom(Arc::new(coupling))
    }
}

/// A cause of error common to the fresh votes of a group of agents, drawn once per trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Whose votes share it.
    pub group: Group,
    /// Which of their votes share it.
    pub votes: Members,
    /// How they share it.
    pub law: CauseLaw,
    /// Pairwise correlation of the votes.
    pub correlation: Correlation,
}

impl Cause {
    /// A cause common to the leaves of one model family.
    pub fn family(family: impl Into<String>, law: CauseLaw, correlation: Correlation) -> Self {
        Self { group: Group::Family(family.into()), votes: Members::Leaves, law, correlation }
    }

    /// A cause common to all leaves.
    pub fn everyone(law: CauseLaw, correlation: Correlation) -> Self {
        Self { group: Group::Everyone, votes: Members::Leaves, law, correlation }
    }

    /// How messages call it.
    pub(in crate::organization) fn told(&self) -> String {
        format!("{} of {}", self.law.name(), self.group.told())
    }

    /// The same cause, common also to the fresh votes of workers in the group.
    pub fn of_all_votes(self) -> Self {
        Self { votes: Members::All, ..self }
    }
}

/// Whose votes share a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// All agents of one model family.
    Family(String),
    /// The whole organization.
    Everyone,
}

impl Group {
    /// How messages call it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Family(family) => format!("family `{family}`"),
            Self::Everyone => "everyone".to_owned(),
        }
    }
}

/// Which fresh votes of a group share a cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Members {
    /// Those of leaves.
    #[default]
    Leaves,
    /// Those of leaves and of workers, which receive votes beside their own.
    All,
}

/// How the votes of a group share a cause (section 5). All but [`CauseLaw::GaussianFactor`] ask for equal biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseLaw {
    /// With probability `rho` all cast one common vote.
    SharedVote,
    /// Each casts one common vote with probability `sqrt(rho)`.
    Copying,
    /// Their accuracy is one draw from a Beta law.
    Difficulty,
    /// Their errors share one Gaussian factor; `rho` is the correlation of votes of zero bias.
    GaussianFactor,
}

impl CauseLaw {
    /// Its name in files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::SharedVote => "shared-vote",
            Self::Copying => "copying",
            Self::Difficulty => "difficulty",
            Self::GaussianFactor => "gaussian-factor",
        }
    }
}
