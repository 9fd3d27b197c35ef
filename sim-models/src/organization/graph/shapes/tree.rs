//! Agent trees as graphs, so that the recursion and the graph's evaluators can be held against each other.

use super::{InvalidShape, Shape, check_size, fair_majority};
use crate::organization::graph::{Agent, Cause, CauseLaw, Coupling, Organization, OrganizationBuilder, Rule};
use crate::organization::{AgentTree, CommonCause, Correlation, Sharing};

impl Shape for AgentTree {
    /// As [`AgentTree::builder_with`], every node taking the majority with fair ties.
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape> {
        self.builder_with(&fair_majority())
    }
}

impl AgentTree {
    /// Leaves are `a1`, `a2`, ...; the nodes of layer `l` above them are `n<l>.1`, `n<l>.2`, ...; the last one is `root`. The children
    /// of a node stand next to each other. A single agent is `root` itself. Every other agent decides by `rule`.
    ///
    /// # Errors
    /// There are too many agents for a graph, or votes are shared before the channel.
    pub fn builder_with(&self, rule: &Rule) -> Result<OrganizationBuilder, InvalidShape> {
        check_size("tree", self.edges() + 1.0, self.edges())?;
        if let Some((below, layer)) = self.layers().iter().enumerate().find(|(_, layer)| {
            layer.node.sharing == Sharing::BeforeChannel && layer.node.correlation != Correlation::NONE
        }) {
            let correlation = layer.node.correlation.get();
            return Err(InvalidShape::BeforeChannel { layer: below + 1, correlation });
        }
        let depth = self.layers().len();
        let id = |layer: usize, position: usize| match layer {
            _ if layer == depth => "root".to_owned(),
            0 => format!("a{}", position + 1),
            _ => format!("n{layer}.{}", position + 1),
        };
        // The leaves are at most `MOST_AGENTS`.
        let mut width = self.leaves() as usize;
        let leaves = (0..width).map(|position| Agent::knowing(id(0, position), self.leaf()));
        let mut builder = Organization::builder().agents(leaves).output("root");
        for (layer, options) in (1..).zip(self.layers()) {
            let fan_in = options.node.fan_in as usize;
            width /= fan_in;
            for position in 0..width {
                let node = id(layer, position);
                let children = (position * fan_in..(position + 1) * fan_in).map(|child| id(layer - 1, child));
                builder = builder.agent(Agent::aggregator(&node, rule.clone())).channels(
                    children,
                    &node,
                    options.channel,
                );
                if options.node.correlation != Correlation::NONE {
                    let coupling = Coupling::model(options.node.dependence, options.node.correlation);
                    builder = builder.couple(node, coupling);
                }
            }
        }
        Ok(match self.common_cause() {
            None => builder,
            Some(cause) => {
                let law = match cause {
                    CommonCause::SharedVote(_) => CauseLaw::SharedVote,
                    CommonCause::Difficulty(_) => CauseLaw::Difficulty,
                    CommonCause::GaussianFactor(_) => CauseLaw::GaussianFactor,
                };
                builder.cause(Cause::everyone(law, cause.correlation()))
            }
        })
    }
}

impl AgentTree {
    /// The tree as a graph, agent by agent.
    ///
    /// ```
    /// use sim_models::organization::{AgentTree, Bias, Channel, Fidelity, Layer, Leaf, Node};
    ///
    /// let layer = Layer { node: Node::independent(3), channel: Channel::new(50.0, Fidelity::new(0.9)?) };
    /// let tree = AgentTree::uniform(Leaf::Bias(Bias::new(0.4)?), layer, 2)?;
    /// let organization = tree.organization()?;
    /// let graph = organization.graph();
    /// assert_eq!(graph.senders(graph.find("n1.2").unwrap()).map(|node| graph.name(node)).collect::<Vec<_>>(), ["a4", "a5", "a6"]);
    /// assert_eq!(graph.name(organization.outputs()[0]), "root");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The tree has more than [`MOST_AGENTS`](crate::organization::graph::shapes::MOST_AGENTS) agents, or votes that are dependent before their channels.
    pub fn organization(&self) -> Result<Organization, InvalidShape> {
        Shape::organization(self)
    }
}
