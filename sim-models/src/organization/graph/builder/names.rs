//! From the names that people give to positions in the graph.

use std::collections::HashMap;

use sim_core::graph::{Graph, InvalidGraph, Node};

use super::super::{Agent, Answers, Coupling, InvalidOrganization, Link};
use crate::file::nearest;
use crate::theory::dependence::Dependence;

/// The agents' ids and where they stand.
pub(super) struct Names {
    ids: Vec<String>,
    positions: HashMap<String, Node>,
}

impl Names {
    pub(super) fn new(agents: &[Agent]) -> Result<Self, InvalidOrganization> {
        if agents.is_empty() {
            return Err(InvalidOrganization::NoAgents);
        }
        let mut positions = HashMap::with_capacity(agents.len());
        for (position, agent) in agents.iter().enumerate() {
            if agent.id.is_empty() {
                return Err(InvalidOrganization::EmptyId { number: position + 1 });
            }
            if positions.insert(agent.id.clone(), position).is_some() {
                return Err(InvalidOrganization::Duplicate { id: agent.id.clone() });
            }
        }
        Ok(Self { ids: agents.iter().map(|agent| agent.id.clone()).collect(), positions })
    }

    fn find(&self, id: &str, place: impl FnOnce() -> String) -> Result<Node, InvalidOrganization> {
        self.positions.get(id).copied().ok_or_else(|| InvalidOrganization::Unknown {
            place: place(),
            id: id.to_owned(),
            nearest: nearest(id, self.ids.iter().map(String::as_str)),
        })
    }

    pub(super) fn graph(&self, links: &[Link]) -> Result<Graph, InvalidOrganization> {
        let mut edges = Vec::with_capacity(links.len());
        for Link { from, to, .. } in links {
            let sender = self.find(from, || format!("the sender of the channel `{from}` -> `{to}`"))?;
            let receiver = self.find(to, || format!("the receiver of the channel `{from}` -> `{to}`"))?;
            edges.push((sender, receiver));
        }
        Graph::new(self.ids.iter().cloned(), edges).map_err(|error| match error {
            InvalidGraph::Cycle { path } => InvalidOrganization::Cycle { path },
            // Names and ends were checked above, so that only the size is left.
            _ => InvalidOrganization::TooLarge { found: self.ids.len().max(links.len()) },
        })
    }

    /// The outputs; unless stated, the only agent without outgoing channels.
    pub(super) fn outputs(
        &self,
        stated: Option<Vec<String>>,
        graph: &Graph,
    ) -> Result<Vec<Node>, InvalidOrganization> {
        let stated = stated.unwrap_or_default();
        if stated.is_empty() {
            let last: Vec<Node> = (0..graph.len()).filter(|&node| graph.outgoing(node).is_empty()).collect();
            if last.len() == 1 {
                return Ok(last);
            }
            let candidates = last.into_iter().map(|node| self.ids[node].clone()).collect();
            return Err(InvalidOrganization::NoOutput { candidates });
        }
        let mut taken = vec![false; graph.len()];
        let mut outputs = Vec::with_capacity(stated.len());
        for id in stated {
            let node = self.find(&id, || "the list of outputs".to_owned())?;
            if std::mem::replace(&mut taken[node], true) {
                return Err(InvalidOrganization::OutputTwice { agent: id });
            }
            outputs.push(node);
        }
        Ok(outputs)
    }

    /// By agent: its coupling.
    pub(super) fn couplings(
        &self,
        stated: Vec<(String, Coupling)>,
        graph: &Graph,
        answers: Answers,
    ) -> Result<Vec<Option<Coupling>>, InvalidOrganization> {
        let mut couplings = vec![None; graph.len()];
        for (id, coupling) in stated {
            let node = self.find(&id, || "a dependence".to_owned())?;
            if graph.incoming(node).is_empty() {
                return Err(InvalidOrganization::CoupledLeaf { agent: id });
            }
            let gaussian = matches!(coupling, Coupling::Model { dependence: Dependence::Gaussian, .. });
            if gaussian && !answers.is_binary() {
                return Err(InvalidOrganization::NotBinary {
                    agent: id,
                    what: "the dependence gaussian",
                    wrong: answers.count() - 1,
                    instead: "mixture, copying or beta-binomial",
                });
            }
            if couplings[node].replace(coupling).is_some() {
                return Err(InvalidOrganization::CoupledTwice { agent: id });
            }
        }
        Ok(couplings)
    }
}
