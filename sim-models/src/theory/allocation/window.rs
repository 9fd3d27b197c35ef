//! The budgets between which the best tree beats one agent (spec 4.3 and 4.4, derived).
//!
//! For one depth, and while neither the agent nor the leaves are at their cap, the ratio of the tree's
//! bias to the agent's is the product of a rising factor (messages weigh less) and a falling one (the tree
//! saturates): it has one peak as a function of the leaf tokens, and crosses 1 at most once on either
//! side. When the agent is at its cap and the leaves are not, the ratio rises. The first budget that
//! favors a tree is the least over all depths, the last one the greatest. That the ratio has one peak is
//! checked against scans, not proved. Both ends take some 100 microseconds; for Gaussian
//! dependence, whose map is a quadrature, some 20 milliseconds.

use super::exact::{DEEPEST, TreeFamily};
use crate::theory::numeric::{bisect, smooth_zero};

/// Budgets at which the best tree and one agent change places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SynergyWindow {
    /// Smallest budget above which a tree is better.
    pub threshold: f64,
    /// Largest budget below which a tree is better; `None` if a tree stays better forever.
    pub upper: Option<f64>,
}

impl TreeFamily {
    /// First budget at which a tree of depth at least 1 is as good as one agent and then better; `None` if
    /// no tree ever is. Without a cap that is the case whenever `s <= beta`.
    ///
    /// ```
    /// use sim_models::theory::{allocation::exact::TreeFamily, layer::Layer, leaf::LeafLaw};
    /// let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), LeafLaw::new(0.01, 0.2), 125.0);
    /// assert!((family.threshold_budget().unwrap() - 934.082934599).abs() < 1e-8);
    /// assert!((family.upper_budget().unwrap() / 9.21967488e9 - 1.0).abs() < 1e-9);
    /// ```
    pub fn threshold_budget(&self) -> Option<f64> {
        self.synergy_window().map(|window| window.threshold)
    }

    /// Last budget at which the best tree is as good as one agent, above which the agent is better; `None`
    /// if a tree never is better, or stays better forever.
    pub fn upper_budget(&self) -> Option<f64> {
        self.synergy_window().and_then(|window| window.upper)
    }

    /// Both ends; `None` if a tree never is better.
    pub fn synergy_window(&self) -> Option<SynergyWindow> {
        if !self.is_valid() {
            return None;
        }
        let ends = self.below_cap();
        // A tree whose capped leaves exceed one capped agent wins at every large budget.
        let endless = self.map.map(self.leaf.cap) > self.leaf.cap * (1.0 + NOISE);
        let threshold = match ends {
            Some((threshold, _)) => threshold,
            None if endless => self.threshold_above_cap(),
            None => return None,
        };
        let upper = ends.map(|(_, upper)| upper).filter(|_| !endless);
        Some(SynergyWindow { threshold, upper })
    }

    /// First and last budget at which some tree beats an agent below its cap.
    fn below_cap(&self) -> Option<(f64, f64)> {
        // With a concave map no tree exceeds N^s times its leaf, so that s > beta is necessary.
        if self.map.is_concave() && self.map.gain() <= libm::pow(self.fan_in, self.leaf.exponent) {
            return None;
        }
        let contests = (1..=DEEPEST).map_while(|depth| Contest::new(self, depth));
        contests.fold(None, |ends, contest| contest.widen(ends))
    }

    /// First budget at which some tree beats an agent at its cap.
    fn threshold_above_cap(&self) -> f64 {
        let cap = self.leaf.cap;
        let mut least = f64::INFINITY;
        for depth in 1..=DEEPEST {
            let leaves = self.leaves(depth);
            let messages = self.overhead * (leaves - 1.0);
            if messages >= least || !leaves.is_finite() {
                break;
            }
            let enough = bisect(cap, 0.0, |bias| self.root_bias(depth, bias) > cap);
            least = least.min(leaves * self.leaf.tokens(enough) + messages);
        }
        least
    }
}

/// Ratios this close to 1 are rounding.
const NOISE: f64 = 1e-13;

/// Trees of one depth against one agent, by the logarithm `z` of the leaf tokens, up to the budget at
/// which the agent is at its cap.
struct Contest<'a> {
    family: &'a TreeFamily,
    depth: u32,
    leaves: f64,
    messages: f64,
    low: f64,
    high: f64,
}

impl<'a> Contest<'a> {
    /// `None` if an agent is at its cap before it could pay for the messages.
    fn new(family: &'a TreeFamily, depth: u32) -> Option<Self> {
        let leaves = family.leaves(depth);
        let messages = family.overhead * (leaves - 1.0);
        let most = family.leaf.tokens(family.leaf.cap).min(1e300);
        let high = libm::log((most - messages) / leaves);
        if !(high.is_finite() && leaves < 1e300) {
            return None;
        }
        // So few tokens that even linear growth cannot make up for the messages.
        let growth = f64::from(depth) * libm::log(family.map.gain().max(1.0));
        let low = libm::log(messages) - growth / family.leaf.exponent - 1.0;
        // Without messages the ratio does not depend on the tokens at small bias.
        let low = if messages > 0.0 { low.min(high) } else { high - 100.0 / family.leaf.exponent };
        Some(Self { family, depth, leaves, messages, low, high })
    }

    fn budget(&self, z: f64) -> f64 {
        self.leaves * libm::exp(z) + self.messages
    }

    /// Logarithm of the ratio of the tree's bias to the agent's.
    fn lead(&self, z: f64) -> f64 {
        let law = &self.family.leaf;
        let agent = libm::log(law.coefficient) + law.exponent * libm::log(self.budget(z));
        let leaf = libm::exp(libm::log(law.coefficient) + law.exponent * z).min(law.cap);
        libm::log(self.family.root_bias(self.depth, leaf)) - agent
    }

    fn wins(&self, z: f64) -> bool {
        self.lead(z) > NOISE
    }

    /// The (first, last) winning budgets of all depths so far and this one.
    fn widen(&self, ends: Option<(f64, f64)>) -> Option<(f64, f64)> {
        let (first, last) = ends.unwrap_or((f64::INFINITY, 0.0));
        let lower = self.messages < first;
        let upper = !self.is_past(last);
        if !(lower || upper) {
            return ends;
        }
        let Some(winner) = self.winner() else { return ends };
        let at = |end: f64| {
            let last = if self.wins(end) { end } else { smooth_zero(winner, end, |z| self.lead(z) - NOISE) };
            self.budget(last)
        };
        let first = if lower { first.min(at(self.low)) } else { first };
        let last = if upper { last.max(at(self.high)) } else { last };
        Some((first, last))
    }

    /// Whether this depth is losing, and falling further behind, from the given budget on.
    fn is_past(&self, budget: f64) -> bool {
        let z = libm::log((budget - self.messages) / self.leaves);
        z.is_finite() && z < self.high && !self.wins(z) && self.lead(z + 1e-4) < self.lead(z)
    }

    /// Some point where the tree wins, by a golden-section search for the peak of the lead.
    fn winner(&self) -> Option<f64> {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let (mut low, mut high) = (self.low, self.high);
        if self.wins(high) {
            return Some(high);
        }
        let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        let (mut at_left, mut at_right) = (self.lead(left), self.lead(right));
        while high - low > 1e-7 * (1.0 + low.abs()) {
            if at_left > NOISE {
                return Some(left);
            }
            if at_right > NOISE {
                return Some(right);
            }
            if at_left < at_right {
                (low, left, at_left) = (left, right, at_right);
                right = low + GOLDEN * (high - low);
                at_right = self.lead(right);
            } else {
                (high, right, at_right) = (right, left, at_left);
                left = high - GOLDEN * (high - low);
                at_left = self.lead(left);
            }
        }
        None
    }
}
