//! The relaxed optimum: maximize `k x^beta N^s` subject to `N (x + c0) = B` (spec 4.1 and 4.3; the best
//! leaf is quoted from the paper's theorem 9, the rest is derived).
//!
//! For averaging of real estimates the same holds with 1/2 for the exponent `s` and the star's `2m` for
//! the overhead (spec 2.4).

/// Growth exponents and overhead of a way to organize agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Exponent `s` of the signal's growth with the number of leaves.
    pub exponent: f64,
    /// Exponent `beta > 0` of a leaf's signal in its tokens.
    pub leaf_exponent: f64,
    /// Overhead `c0 > 0` in tokens per leaf.
    pub overhead: f64,
}

impl Growth {
    /// `s - beta`, if many leaves can beat one agent at all.
    fn advantage(&self) -> Option<f64> {
        let advantage = self.exponent - self.leaf_exponent;
        let valid = self.leaf_exponent > 0.0 && self.overhead >= 0.0 && self.overhead.is_finite();
        (valid && advantage > 0.0 && advantage.is_finite()).then_some(advantage)
    }

    /// Best tokens per leaf, `x* = beta c0/(s - beta)`, whatever the budget. `None` if `s <= beta`: spend
    /// everything on one agent.
    ///
    /// ```
    /// use sim_models::theory::allocation::relaxed::Growth;
    /// let averaging = Growth { exponent: 0.5, leaf_exponent: 0.2, overhead: 100.0 };
    /// assert!((averaging.best_leaf_tokens().unwrap() - 66.6666666666667).abs() < 1e-12);
    /// assert!((averaging.threshold_budget().unwrap() - 307.002624886699).abs() < 1e-10);
    /// ```
    pub fn best_leaf_tokens(&self) -> Option<f64> {
        self.advantage().map(|advantage| self.leaf_exponent * self.overhead / advantage)
    }

    /// Best number of leaves, `N* = B (s - beta)/(s c0)`; below the fan-in it is only a lower estimate.
    pub fn best_leaves(&self, budget: f64) -> Option<f64> {
        self.advantage().map(|advantage| budget * advantage / (self.exponent * self.overhead))
    }

    /// Best ratio of overhead to leaf tokens, `c0/x* = (s - beta)/beta`; at most `(1/2 - beta)/beta` for
    /// a majority tree.
    pub fn overhead_ratio(&self) -> Option<f64> {
        self.advantage().map(|advantage| advantage / self.leaf_exponent)
    }

    /// Signal of the best relaxed tree,
    /// `k B^s beta^beta (s-beta)^(s-beta)/(s^s c0^(s-beta))`, `k` the leaf's coefficient.
    pub fn best_signal(&self, coefficient: f64, budget: f64) -> Option<f64> {
        let advantage = self.advantage()?;
        let logarithm = self.exponent * libm::log(budget / self.exponent)
            + self.leaf_exponent * libm::log(self.leaf_exponent)
            + advantage * libm::log(advantage / self.overhead);
        Some(coefficient * libm::exp(logarithm))
    }

    /// Budget above which the relaxed tree beats one agent,
    /// `B_min = [c0/(s-beta)] (s^s/beta^beta)^(1/(s-beta))`, whatever the leaf's coefficient. `None` if
    /// `s <= beta`.
    pub fn threshold_budget(&self) -> Option<f64> {
        self.threshold_budget_with_prefactor(1.0)
    }

    /// The threshold if the signal grows like `a mu0 N^s`: `B_min a^(-1/(s-beta))`.
    pub fn threshold_budget_with_prefactor(&self, prefactor: f64) -> Option<f64> {
        let advantage = self.advantage()?;
        let logarithm = self.exponent * libm::log(self.exponent)
            - self.leaf_exponent * libm::log(self.leaf_exponent)
            - libm::log(prefactor);
        Some(self.overhead / advantage * libm::exp(logarithm / advantage))
    }
}

/// Budget above which one agent is better than a tree that saturates at `limit = mu*`:
/// `B_max ~ (mu*/k)^(1/beta)` (spec 4.4, derived). `None` if the agent's bias never gets there.
///
/// ```
/// use sim_models::theory::{allocation::relaxed::upper_budget, leaf::LeafLaw};
/// let budget = upper_budget(&LeafLaw::new(0.01, 0.2), 0.985753939278518).unwrap();
/// assert!((budget / 9.30770e9 - 1.0).abs() < 1e-5);
/// ```
pub fn upper_budget(leaf: &crate::theory::leaf::LeafLaw, limit: f64) -> Option<f64> {
    let budget = leaf.tokens(limit);
    (!budget.is_nan() && budget.is_finite()).then_some(budget)
}
