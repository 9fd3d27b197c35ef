//! How accurate the votes are that a Gaussian factor couples.

use std::collections::BTreeMap;

use sim_core::graph::{Edge, Node};

use super::NotSampled;
use super::effective::EffectiveCoupling;
use super::graph::{AccuracyUnknown, Organization, received_accuracies};

/// The exact accuracies of the votes that reach the agents whose coupling asks for them. They are found for all agents at once,
/// which is less work than one by one, and limits the work for all of them together.
#[derive(Clone, Debug)]
pub(super) struct CoupledAccuracies(BTreeMap<Node, Vec<f64>>);

impl CoupledAccuracies {
    /// The accuracies at all agents of an organization.
    pub(super) fn new(organization: &Organization) -> Result<Self, NotSampled> {
        let graph = organization.graph();
        let gaussian = |agent: &Node| {
            matches!(EffectiveCoupling::new(organization, *agent), EffectiveCoupling::Gaussian(_))
        };
        let agents: Vec<Node> = (0..graph.len()).filter(gaussian).collect();
        let edges: Vec<Edge> = agents.iter().flat_map(|&agent| graph.incoming(agent)).copied().collect();
        let mut accuracies = received_accuracies(organization, &edges)
            .map_err(|reason| NotSampled::NoAccuracy {
                agent: receiver(organization, &agents, &reason),
                reason,
            })?
            .into_iter();
        let of = |agent: Node| (agent, accuracies.by_ref().take(graph.incoming(agent).len()).collect());
        Ok(Self(agents.into_iter().map(of).collect()))
    }

    /// The accuracies of the votes that reach one agent, in the order of its channels; none where its coupling does not ask.
    pub(super) fn of(&self, agent: Node) -> &[f64] {
        self.0.get(&agent).map_or(&[], Vec::as_slice)
    }
}

/// The agent that asks for the accuracy that is not known.
fn receiver(organization: &Organization, agents: &[Node], reason: &AccuracyUnknown) -> String {
    let graph = organization.graph();
    let AccuracyUnknown::Derived { sender, .. } = reason;
    let asks = |agent: &&Node| graph.senders(**agent).any(|from| graph.name(from) == sender);
    agents.iter().find(asks).map_or_else(String::new, |&agent| graph.name(agent).to_owned())
}
