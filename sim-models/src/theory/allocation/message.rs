//! The best length of a message (spec 4.5, derived): longer messages are more faithful, but fewer fit the
//! window, and each costs more.

use super::exact::TreeFamily;
use crate::theory::channel::FidelityCurve;
use crate::theory::cost;
use crate::theory::exponent::exponent;
use crate::theory::layer::Layer;
use crate::theory::leaf::LeafLaw;
use crate::theory::window::odd_fan_in;

/// A message length with the tree it allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessagePlan {
    /// Tokens per message.
    pub tokens: u32,
    /// The layer: the template with the largest odd fan-in that the window holds, and the fidelity of the
    /// length.
    pub layer: Layer,
    /// What was maximized.
    pub score: f64,
}

/// The length from 1 to a third of the window with the greatest score; of equals the shortest. `None` if
/// no length has a score (NaN is none).
///
/// The fan-in and fidelity of `template` are replaced by what the window and the curve give.
pub fn best_message(
    window: u32,
    curve: &FidelityCurve,
    template: &Layer,
    score: impl Fn(&Layer, u32) -> f64,
) -> Option<MessagePlan> {
    let mut best: Option<MessagePlan> = None;
    for tokens in 1..=window / 3 {
        let Some(fan_in) = odd_fan_in(u64::from(window), 0, u64::from(tokens)) else { continue };
        let layer = Layer { fan_in, fidelity: curve.fidelity(f64::from(tokens)), ..*template };
        let score = score(&layer, tokens);
        if best.map_or(!score.is_nan(), |best| score > best.score) {
            best = Some(MessagePlan { tokens, layer, score });
        }
    }
    best
}

/// The length with the greatest exponent `s`, best for deep trees.
///
/// ```
/// use sim_models::theory::allocation::message::best_message_for_growth;
/// use sim_models::theory::{channel::FidelityCurve, layer::Layer};
/// let curve = FidelityCurve::Exponential { scale: 40.0 };
/// let best = best_message_for_growth(2000, &curve, &Layer::new(3, 0.1, 1.0)).unwrap();
/// assert_eq!((best.tokens, best.layer.fan_in), (153, 13));
/// ```
pub fn best_message_for_growth(window: u32, curve: &FidelityCurve, template: &Layer) -> Option<MessagePlan> {
    best_message(window, curve, template, |layer, _| exponent(layer))
}

/// The length whose best tree at the budget has the greatest bias, with `node_tokens` spent at each node.
pub fn best_message_for_budget(
    window: u32,
    curve: &FidelityCurve,
    template: &Layer,
    leaf: LeafLaw,
    node_tokens: f64,
    budget: f64,
) -> Option<MessagePlan> {
    best_message(window, curve, template, |layer, tokens| {
        let overhead = cost::overhead(layer.fan_in, f64::from(tokens), node_tokens);
        TreeFamily::new(layer, leaf, overhead).best_tree(budget).map_or(f64::NAN, |tree| tree.bias)
    })
}
