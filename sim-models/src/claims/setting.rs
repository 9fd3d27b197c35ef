//! Organizations and layers that several claims use, as the simulation and as the theory see them.

use super::measured::NotMeasured;
use crate::organization::{
    AgentTree, Bias, Channel, Correlation, Dependence, Fidelity, Layer, Leaf, Node, Sharing,
};
use crate::theory::layer;

/// The paper's layer: shared votes after the channel.
pub(super) fn layer(fan_in: u32, correlation: f64, fidelity: f64) -> Result<Layer, NotMeasured> {
    layer_with(Dependence::Mixture, fan_in, correlation, fidelity)
}

/// A layer with this dependence.
pub(super) fn layer_with(
    dependence: Dependence,
    fan_in: u32,
    correlation: f64,
    fidelity: f64,
) -> Result<Layer, NotMeasured> {
    let correlation = Correlation::new(correlation)?;
    let node = Node { fan_in, dependence, correlation, sharing: Sharing::AfterChannel };
    Ok(Layer { node, channel: Channel::new(0.0, Fidelity::new(fidelity)?) })
}

/// A tree of equal layers.
pub(super) fn tree(layer: Layer, leaf_bias: f64, depth: u32) -> Result<AgentTree, NotMeasured> {
    Ok(AgentTree::uniform(Leaf::Bias(Bias::new(leaf_bias)?), layer, depth as usize)?)
}

/// [`layer_with`] as the theory sees it.
pub(super) fn theory_with(dependence: Dependence, fan_in: u32, rho: f64, gamma: f64) -> layer::Layer {
    layer::Layer { dependence, ..layer::Layer::new(fan_in, rho, gamma) }
}
