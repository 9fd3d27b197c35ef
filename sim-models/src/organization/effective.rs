//! Causes and couplings in their simplest form, as every evaluator of a graph applies them.

use std::sync::Arc;

use sim_core::graph::Node;

use super::graph::{Answers, Cause, CauseLaw, Coupling, Organization, VoteCoupling};
use super::{Bias, NoLaw};
use crate::theory::common_cause::Difficulty;
use crate::theory::dependence::{Dependence, gaussian::Factor};

/// How the fresh votes of a group are dependent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum EffectiveCause {
    /// Not at all.
    Independent,
    /// With probability `shared` all cast one common answer, right with `accuracy`.
    SharedVote { shared: f64, accuracy: f64 },
    /// Each casts one common answer, right with `accuracy`, with probability `copies`.
    Copying { copies: f64, accuracy: f64 },
    /// The accuracy of all is one draw from a Beta law.
    Difficulty(Difficulty),
    /// Each is right where `Phi^-1(p_i) + sqrt(r) S + sqrt(1 - r) e_i > 0`.
    Factor(Factor),
    /// Each is right where one level, uniform on (0, 1), lies below its own accuracy: what difficulty and a Gaussian
    /// factor become at correlation 1. Wrong answers remain independent draws.
    Level,
}

impl EffectiveCause {
    /// The causes of an organization, by position.
    pub(super) fn all(organization: &Organization) -> Result<Vec<Self>, NoLaw> {
        let mut members: Vec<Vec<Bias>> = vec![Vec::new(); organization.causes().len()];
        for agent in 0..organization.graph().len() {
            if let (Some(cause), Some(bias)) = (organization.cause_of(agent), organization.bias(agent)) {
                members[cause].push(bias);
            }
        }
        organization
            .causes()
            .iter()
            .zip(members)
            .map(|(cause, members)| Self::new(cause, &members, organization.answers()))
            .collect()
    }

    /// A cause shared by votes of these biases, which are equal unless its law is the Gaussian factor.
    fn new(cause: &Cause, members: &[Bias], answers: Answers) -> Result<Self, NoLaw> {
        let rho = cause.correlation.get();
        let &[first, _, ..] = members else { return Ok(Self::Independent) };
        // Votes that are certain share nothing, but certainly wrong ones can still agree on one of several wrong answers.
        let certain = match cause.law {
            CauseLaw::SharedVote | CauseLaw::Copying => {
                first.get() == 1.0 || first.get() == -1.0 && answers.is_binary()
            }
            CauseLaw::Difficulty => first.get().abs() == 1.0,
            CauseLaw::GaussianFactor => false,
        };
        if rho == 0.0 || certain {
            return Ok(Self::Independent);
        }
        let accuracy = first.accuracy();
        Ok(match cause.law {
            CauseLaw::SharedVote => Self::SharedVote { shared: rho, accuracy },
            CauseLaw::Copying => Self::Copying { copies: rho.sqrt(), accuracy },
            CauseLaw::Difficulty | CauseLaw::GaussianFactor if rho == 1.0 => Self::Level,
            CauseLaw::Difficulty => {
                let law = Difficulty::from_correlation(first.get(), rho);
                if law.leaf_bias().is_nan() {
                    return Err(NoLaw { correlation: rho, bias: first.get() });
                }
                Self::Difficulty(law)
            }
            CauseLaw::GaussianFactor => Self::Factor(Factor::from_sign_correlation(rho)),
        })
    }
}

/// How the votes received by one agent are coupled.
#[derive(Clone, Debug)]
pub(super) enum EffectiveCoupling {
    /// Not at all.
    None,
    /// With probability `shared` all take the vote of one drawn uniformly.
    Mixture { shared: f64 },
    /// Each copies with probability `copies`; copiers take the own vote of the first of them.
    Copying { copies: f64 },
    /// A Polya urn: a vote takes a uniformly drawn earlier one, or keeps itself; see [`keeping`].
    Urn { correlation: f64 },
    /// Votes are signs of Gaussian variables with a common factor.
    Gaussian(Factor),
    /// A rule of the user's own.
    Custom(Arc<dyn VoteCoupling>),
}

impl EffectiveCoupling {
    /// The coupling of the votes that an agent receives.
    pub(super) fn new(organization: &Organization, agent: Node) -> Self {
        match organization.coupling(agent) {
            None => Self::None,
            Some(Coupling::Custom(rule)) => Self::Custom(rule.clone()),
            Some(Coupling::Model { dependence, correlation }) => {
                Self::of(*dependence, correlation.get(), organization.graph().incoming(agent).len())
            }
        }
    }

    /// The coupling of a number of votes by one of the models of section 5.
    pub(super) fn of(dependence: Dependence, rho: f64, votes: usize) -> Self {
        if rho == 0.0 || votes <= 1 {
            return Self::None;
        }
        match dependence {
            Dependence::Mixture => Self::Mixture { shared: rho },
            Dependence::Copying => Self::Copying { copies: rho.sqrt() },
            Dependence::BetaBinomial => Self::Urn { correlation: rho },
            Dependence::Gaussian => Self::Gaussian(Factor::from_sign_correlation(rho)),
        }
    }
}

/// Probability that a vote before which there are `earlier` ones keeps itself in a Polya urn: `t / (t + i)` with
/// `t = (1 - rho) / rho`, which may be too large for a float.
pub(super) fn keeping(correlation: f64, earlier: usize) -> f64 {
    // The first has nobody to copy; at correlation 1 all others take its vote.
    if earlier == 0 {
        return 1.0;
    }
    let own = 1.0 - correlation;
    own / (own + earlier as f64 * correlation)
}
