//! Cutting a deep tree: below the top layers a whole subtree is replaced by one vote with the subtree's exact bias
//! (section 6). This changes nothing in the law of the root, because subtrees are independent given the common cause.

use super::AgentTree;
use super::NotSampled;
use super::not_sampled::MOST_LEAVES;
use crate::theory::layer::LayerMap;
use crate::theory::{layer, recursion};

/// Leaves per trial up to which a tree is sampled whole unless the caller says otherwise.
const AUTOMATIC_LEAVES: f64 = 1024.0;

/// Chains have one leaf at any length; this bounds their work per trial too.
const MOST_AUTOMATIC_LAYERS: usize = 1024;

/// Where a tree is cut.
#[derive(Clone, Debug)]
pub(super) struct TreeCut {
    /// Layers below the cut.
    below: usize,
    /// Exact bias of the votes that each layer sends, from the leaves to the root, without a common cause.
    trajectory: Vec<f64>,
}

impl TreeCut {
    /// Cuts `tree` below its top layers; `None` takes the whole tree where it has at most 1024 leaves, otherwise as many
    /// layers as stay below that, and at least one.
    pub(super) fn new(tree: &AgentTree, top_layers: Option<usize>) -> Result<Self, NotSampled> {
        let depth = tree.layers().len();
        let sampled = top_layers.unwrap_or_else(|| automatic_layers(tree)).min(depth);
        let below = depth - sampled;
        let leaves: f64 = tree.layers()[below..].iter().map(|layer| f64::from(layer.node.fan_in)).product();
        if leaves > MOST_LEAVES {
            return Err(NotSampled::TooLarge { layers: sampled, leaves });
        }
        let trajectory = recursion::trajectory(&tree.theory_layers(), tree.leaf_bias().get());
        Ok(Self { below, trajectory })
    }

    /// How many layers are below the cut.
    pub(super) fn below(&self) -> usize {
        self.below
    }

    /// How many layers are sampled.
    pub(super) fn sampled(&self) -> usize {
        self.trajectory.len() - 1 - self.below
    }

    /// Exact bias of the votes that enter the sampled layers.
    pub(super) fn entry_bias(&self) -> f64 {
        self.trajectory[self.below]
    }

    /// Exact bias of the votes that enter the sampled layer of this number, from 0.
    pub(super) fn sampled_bias(&self, layer: usize) -> f64 {
        self.trajectory[self.below + layer]
    }

    /// The maps of the layers below the cut.
    pub(super) fn layer_maps(&self, tree: &AgentTree) -> Vec<LayerMap> {
        tree.theory_layers()[..self.below].iter().map(layer::Layer::prepare).collect()
    }

    /// What a reader of the estimates must know: which part was not sampled.
    pub(super) fn note(&self, caused: bool) -> Option<String> {
        let (below, sampled) = (self.below, self.sampled());
        (below > 0).then(|| {
            format!(
                "sampled the top {sampled} of {} layers; each subtree below them is one vote with its exact bias{}",
                below + sampled,
                if caused { " given the common cause" } else { "" }
            )
        })
    }
}

/// The top layers that have at most [`AUTOMATIC_LEAVES`] leaves, at least one.
fn automatic_layers(tree: &AgentTree) -> usize {
    let mut leaves = 1.0;
    let fits = |layer: &&super::Layer| {
        leaves *= f64::from(layer.node.fan_in);
        leaves <= AUTOMATIC_LEAVES
    };
    let layers = tree.layers().iter().rev().take_while(fits).count();
    layers.clamp(usize::from(!tree.layers().is_empty()), MOST_AUTOMATIC_LAYERS)
}
