//! The exact optimum of a finite budget (spec 4.4, derived).

use crate::theory::cost;
use crate::theory::layer::{Layer, LayerMap};
use crate::theory::leaf::LeafLaw;

/// A family of trees of one kind of layer and leaf, ready for many budgets.
///
/// ```
/// use sim_models::theory::{allocation::exact::TreeFamily, layer::Layer, leaf::LeafLaw};
/// let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), LeafLaw::new(0.01, 0.2), 125.0);
/// let best = family.best_tree(1e6).unwrap();
/// assert_eq!(best.depth, 5);
/// assert!((best.leaf_tokens - 195.04).abs() < 1e-9);
/// assert!((best.bias - 0.300230083246844).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct TreeFamily {
    pub(super) map: LayerMap,
    pub(super) fan_in: f64,
    pub(super) leaf: LeafLaw,
    pub(super) overhead: f64,
}

/// One way to spend a budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allocation {
    /// Depth `L`; 0 is a single agent.
    pub depth: u32,
    /// Number of leaves `b^L`.
    pub leaves: f64,
    /// Tokens per leaf.
    pub leaf_tokens: f64,
    /// Bias of the root.
    pub bias: f64,
}

impl TreeFamily {
    /// Trees of the given layer over leaves of the given law, with `overhead` tokens `c0` per leaf (see
    /// [`cost::overhead`]).
    pub fn new(layer: &Layer, leaf: LeafLaw, overhead: f64) -> Self {
        Self { map: layer.prepare(), fan_in: f64::from(layer.fan_in), leaf, overhead }
    }

    /// Bias of one agent with the whole budget.
    pub fn single_agent_bias(&self, budget: f64) -> f64 {
        self.leaf.bias(budget)
    }

    /// The tree of a given depth at a budget: `x = B/N - c0 (1 - 1/N)`. `None` if the budget does not pay
    /// its messages, or a parameter is out of range.
    pub fn tree(&self, budget: f64, depth: u32) -> Option<Allocation> {
        let leaves = self.leaves(depth);
        let leaf_tokens = cost::leaf_tokens(budget, leaves, self.overhead);
        if !(self.is_valid() && budget.is_finite() && leaf_tokens > 0.0) {
            return None;
        }
        let bias = self.root_bias(depth, self.leaf.bias(leaf_tokens));
        Some(Allocation { depth, leaves, leaf_tokens, bias })
    }

    /// The best tree of depth at least 1 at a budget; `None` if the budget does not pay one.
    pub fn best_tree(&self, budget: f64) -> Option<Allocation> {
        // Without overhead any depth is affordable; 2^DEEPEST leaves are enough for every purpose.
        let affordable = (1..=DEEPEST).map_while(|depth| self.tree(budget, depth));
        affordable.fold(None, |best: Option<Allocation>, tree| match best {
            Some(best) if best.bias >= tree.bias => Some(best),
            _ => Some(tree),
        })
    }

    /// The best of one agent and all trees at a budget; of equals the shallowest. `None` if the budget is
    /// not positive or a parameter is out of range.
    pub fn best(&self, budget: f64) -> Option<Allocation> {
        let single = self.tree(budget, 0)?;
        let tree = self.best_tree(budget).filter(|tree| tree.bias > single.bias);
        Some(tree.unwrap_or(single))
    }

    /// Whether all parameters are in range; a tree needs a fan-in of at least 2.
    pub(super) fn is_valid(&self) -> bool {
        let overhead = self.overhead >= 0.0 && self.overhead.is_finite();
        self.fan_in >= 2.0 && self.leaf.is_valid() && overhead && !self.map.gain().is_nan()
    }

    pub(super) fn leaves(&self, depth: u32) -> f64 {
        libm::pow(self.fan_in, f64::from(depth))
    }

    pub(super) fn root_bias(&self, depth: u32, leaf_bias: f64) -> f64 {
        (0..depth).fold(leaf_bias, |bias, _| self.map.map(bias))
    }
}

/// Depth beyond which no tree is considered.
pub(super) const DEEPEST: u32 = 400;
