//! Causes of error common to all leaves, drawn once per trial.

use sim_core::random::{Coin, Stream};
use sim_core::special::{beta_quantile, normal_cdf, normal_quantile};

use crate::organization::{AgentTree, Bias, CommonCause, NoLaw};
use crate::theory::common_cause::Difficulty;
use crate::theory::dependence::gaussian::Factor;

/// Draws the bias that all leaves of one trial have.
#[derive(Clone, Debug)]
pub(in crate::organization) enum CauseSampler {
    /// With the first coin one vote for all, drawn with the second coin; else the leaf bias.
    SharedVote { shared: Coin, vote: Coin, bias: f64 },
    /// Accuracy from a Beta law with these shapes.
    Difficulty { right: f64, wrong: f64 },
    /// Accuracy `Phi((threshold + sqrt(r) S) / sqrt(1 - r))` with one standard normal `S` per trial.
    GaussianFactor { threshold: f64, r: f64 },
}

impl CauseSampler {
    /// Samples the cause of a tree, if it has one.
    ///
    /// # Errors
    /// The cause has no law.
    pub(in crate::organization) fn of(tree: &AgentTree) -> Result<Option<Self>, NoLaw> {
        let Some(cause) = tree.effective_cause() else { return Ok(None) };
        let (correlation, bias) = (cause.correlation().get(), tree.leaf_bias().get());
        Self::new(cause, tree.leaf_bias()).ok_or(NoLaw { correlation, bias }).map(Some)
    }

    /// Samples a cause in its simplest form: see [`crate::organization::AgentTree::effective_cause`]. `None` where its law
    /// has no shape that floats can hold.
    fn new(cause: CommonCause, leaf: Bias) -> Option<Self> {
        let accuracy = leaf.accuracy();
        let rho = cause.correlation().get();
        // `Bias` and `Correlation` are checked types, so these are probabilities.
        let coin = |p: f64| Coin::new(p).unwrap_or(Coin::FAIR);
        let sampler = match cause {
            CommonCause::SharedVote(_) => {
                Self::SharedVote { shared: coin(rho), vote: coin(accuracy), bias: leaf.get() }
            }
            CommonCause::Difficulty(_) => {
                let law = Difficulty::from_correlation(leaf.get(), rho);
                if law.leaf_bias().is_nan() {
                    return None;
                }
                Self::Difficulty { right: law.a, wrong: law.b }
            }
            CommonCause::GaussianFactor(_) => Self::GaussianFactor {
                threshold: normal_quantile(accuracy),
                r: Factor::from_sign_correlation(rho).latent(),
            },
        };
        Some(sampler)
    }

    /// The leaves' bias in one trial.
    pub(in crate::organization) fn leaf_bias(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::SharedVote { shared, vote, bias } => match (stream.toss(shared), stream.toss(vote)) {
                (false, _) => *bias,
                (true, true) => 1.0,
                (true, false) => -1.0,
            },
            Self::Difficulty { right, wrong } => 2.0 * beta_quantile(*right, *wrong, stream.uniform()) - 1.0,
            Self::GaussianFactor { threshold, r } => {
                2.0 * normal_cdf((threshold + r.sqrt() * stream.normal()) / (1.0 - r).sqrt()) - 1.0
            }
        }
    }
}
