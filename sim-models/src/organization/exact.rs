//! The exact evaluator: the finite-depth recursion (section 3.2), with quadrature over common causes (section 5).

use super::tree::{AgentTree, CommonCause};
use crate::theory::{layer, recursion};

impl AgentTree {
    /// The layers as the theory sees them.
    pub fn theory_layers(&self) -> Vec<layer::Layer> {
        self.layers().iter().map(super::Layer::theory).collect()
    }

    /// Exact bias of the root's vote.
    ///
    /// Subtrees are independent given the common cause, so this is the recursion `mu_{l+1} = T(mu_l)`, averaged over
    /// the common cause where there is one; it holds at every depth.
    pub fn root_bias(&self) -> f64 {
        let layers = self.theory_layers();
        let leaf = self.leaf_bias().get();
        let recursion = |bias: f64| recursion::root_bias(&layers, bias);
        match self.common_cause() {
            None => recursion(leaf),
            Some(CommonCause::SharedVote(rho)) => theory::shared_vote(leaf, rho.get(), recursion),
            Some(CommonCause::Difficulty(rho)) => theory::difficulty(leaf, rho.get(), recursion),
            Some(CommonCause::GaussianFactor(rho)) => theory::gaussian_factor(leaf, rho.get(), recursion),
        }
    }
}
