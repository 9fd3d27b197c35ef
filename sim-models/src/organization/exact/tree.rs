//! Agent trees: the finite-depth recursion (section 3.2), with quadrature over common causes (section 5).

use crate::organization::{AgentTree, CommonCause, Layer};
use crate::theory::common_cause::Difficulty;
use crate::theory::dependence::gaussian::Factor;
use crate::theory::{layer, recursion};

/// Quadrature is told how steep the integrand is at most; beyond this only its sign is left.
const STEEPEST: f64 = 1e12;

impl AgentTree {
    /// The layers as the theory sees them.
    pub fn theory_layers(&self) -> Vec<layer::Layer> {
        self.layers().iter().map(Layer::theory).collect()
    }

    /// Exact bias of the root's vote.
    ///
    /// Subtrees are independent given the common cause, so this is the recursion `mu_{l+1} = T(mu_l)`, averaged over
    /// the common cause where there is one; it holds at every depth.
    pub fn root_bias(&self) -> f64 {
        let layers = self.theory_layers();
        let leaf = self.leaf_bias().get();
        let conditional = |bias: f64| recursion::root_bias(&layers, bias);
        let steepness = recursion::gain(&layers).clamp(1.0, STEEPEST);
        match self.effective_cause() {
            None => conditional(leaf),
            Some(CommonCause::SharedVote(rho)) => {
                rho.get() * leaf * conditional(1.0) + (1.0 - rho.get()) * conditional(leaf)
            }
            Some(CommonCause::Difficulty(rho)) => {
                Difficulty::from_correlation(leaf, rho.get()).mean(steepness, conditional)
            }
            Some(CommonCause::GaussianFactor(rho)) => {
                // A majority of that slope at zero has about its square of votes.
                Factor::from_sign_correlation(rho.get()).mean(steepness * steepness, leaf, conditional)
            }
        }
    }
}
