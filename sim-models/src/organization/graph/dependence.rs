//! How votes come to share errors: at one agent, or by a cause common to a group.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Answer, Draws};
use crate::organization::Correlation;
use crate::theory::dependence::Dependence;

/// A rule of one's own by which the votes that reach one agent become dependent.
pub trait VoteCoupling: Debug + Send + Sync {
    /// Changes the votes received, `None` where one is missing, in the order of the agent's channels.
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

/// Whose votes share a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// All agents of one model family.
    Family(String),
    /// The whole organization.
    Everyone,
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
