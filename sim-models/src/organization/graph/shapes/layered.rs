//! Layers of agents, each of which reads the layer before.

use super::{InvalidShape, Shape, check_size, check_some, fair_majority};
use crate::organization::graph::{Agent, Coupling, Organization, OrganizationBuilder, Rule};
use crate::organization::{Bias, Channel, Leaf};

/// Layers of agents; those of the first answer on their own, all others decide on votes of the layer before. The agents of layer 2
/// are `l2.1`, `l2.2`, ...; those of the last layer are the outputs.
///
/// ```
/// use sim_models::organization::Bias;
/// use sim_models::organization::graph::shapes::{Layered, Shape};
///
/// let full = Layered::new([4, 3, 1], Bias::new(0.2)?).organization()?;
/// assert_eq!(full.graph().edge_count(), 4 * 3 + 3 * 1);
/// // Agent 2 of the second layer reads two agents after those that agent 1 reads, around the layer.
/// let sparse = Layered { fan_in: Some(2), ..Layered::new([4, 3], Bias::new(0.2)?) }.organization()?;
/// let graph = sparse.graph();
/// assert_eq!(graph.senders(graph.find("l2.2").unwrap()).map(|node| graph.name(node)).collect::<Vec<_>>(), ["l1.3", "l1.4"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Layered {
    /// Number of agents in each layer, the first one first.
    pub widths: Vec<usize>,
    /// Number of agents of the layer before that an agent reads: agent `j` (from 0) those at `j fan_in`, `j fan_in + 1`, ... around
    /// the layer. `None`: all of them.
    pub fan_in: Option<usize>,
    /// What the agents of the first layer know.
    pub knowledge: Leaf,
    /// What the agents of the other layers know by themselves; `None` for agents that only decide.
    pub workers: Option<Leaf>,
    /// How votes are sent.
    pub channel: Channel,
    /// How an agent decides; a majority with fair ties unless changed.
    pub rule: Rule,
    /// How the votes that one agent receives are coupled.
    pub coupling: Option<Coupling>,
}

impl Layered {
    /// Fully connected layers over agents with this bias, with perfect channels.
    pub fn new(widths: impl Into<Vec<usize>>, bias: Bias) -> Self {
        Self {
            widths: widths.into(),
            fan_in: None,
            knowledge: Leaf::Bias(bias),
            workers: None,
            channel: Channel::PERFECT,
            rule: fair_majority(),
            coupling: None,
        }
    }
}

impl Shape for Layered {
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        let shape = "layered organization";
        check_some(shape, &[("layer", self.widths.len())])?;
        check_some(shape, &self.widths.iter().map(|&width| ("agent per layer", width)).collect::<Vec<_>>())?;
        for (layer, &width) in (2..).zip(&self.widths[..self.widths.len() - 1]) {
            if let Some(fan_in) = self.fan_in.filter(|fan_in| !(1..=width).contains(fan_in)) {
                return Err(InvalidShape::FanIn { layer, fan_in, width });
            }
        }
        let agents = self.widths.iter().map(|&width| width as f64).sum();
        let pairs = self.widths.windows(2);
        let channels = pairs.map(|pair| pair[1] as f64 * self.fan_in.unwrap_or(pair[0]) as f64).sum();
        check_size(shape, agents, channels)?;
        let id = |layer: usize, position: usize| format!("l{}.{}", layer + 1, position + 1);
        let first = (0..self.widths[0]).map(|position| Agent::knowing(id(0, position), self.knowledge));
        let mut builder = Organization::builder().agents(first);
        for (layer, pair) in (1..).zip(self.widths.windows(2)) {
            let (before, width) = (pair[0], pair[1]);
            let fan_in = self.fan_in.unwrap_or(before);
            for position in 0..width {
                let own = id(layer, position);
                // Where all are read, every agent reads them in the same order.
                let start = if fan_in == before { 0 } else { position * fan_in };
                let senders = (start..start + fan_in).map(|sender| id(layer - 1, sender % before));
                let agent = Agent { knowledge: self.workers, ..Agent::aggregator(&own, self.rule.clone()) };
                builder = builder.agent(agent).channels(senders, &own, self.channel);
                if let Some(coupling) = self.coupling.clone() {
                    builder = builder.couple(own, coupling);
                }
            }
        }
        let last = self.widths.len() - 1;
        Ok(builder.outputs((0..self.widths[last]).map(|position| id(last, position))))
    }
}
