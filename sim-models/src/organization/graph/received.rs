//! How accurate a vote is where it arrives.

use sim_core::graph::{Edge, Node};
use thiserror::Error;

use super::Organization;
use crate::organization::exact::Work;
use crate::organization::{Bias, Unavailable};

/// Why the accuracy of a vote received is not known exactly.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum AccuracyUnknown {
    /// The sender decides on votes of others, and its exact law is not available.
    #[error("the accuracy of `{sender}`, which decides on votes of others, is not known exactly: {reason}")]
    Derived {
        /// The sender.
        sender: String,
        /// Why not.
        reason: Box<Unavailable>,
    },
}

/// Probability that the vote on a channel is right where it arrives, given that it is present; 1/2 where it never is.
///
/// Among `K` answers, a vote that is right with probability `p` arrives right with probability `s = gamma p + (1 - gamma)/K`;
/// if a share `e` is lost unnoticed, with probability `(1 - e) s + e/K` (derived). `p` is that of a leaf's fresh vote, or the exact one
/// of a decision, given that it is no abstention. Causes leave the `p` of a leaf as it is: they change how votes agree, not how often
/// one of them is right.
///
/// # Errors
/// The exact law of the sender's vote is not available.
pub fn received_accuracy(organization: &Organization, edge: Edge) -> Result<f64, AccuracyUnknown> {
    Ok(received_accuracies(organization, &[edge])?[0])
}

/// [`received_accuracy`] of several channels.
///
/// # Errors
/// As [`received_accuracy`].
pub fn received_accuracies(organization: &Organization, edges: &[Edge]) -> Result<Vec<f64>, AccuracyUnknown> {
    received_accuracies_within(organization, edges, &mut Work::new())
}

/// [`received_accuracies`] with what is left of some work.
pub(super) fn received_accuracies_within(
    organization: &Organization,
    edges: &[Edge],
    work: &mut Work,
) -> Result<Vec<f64>, AccuracyUnknown> {
    let graph = organization.graph();
    let decides = |sender: &Node| !graph.incoming(*sender).is_empty();
    let mut deciding: Vec<Node> = edges.iter().map(|&edge| graph.sender(edge)).filter(decides).collect();
    deciding.sort_unstable();
    deciding.dedup();
    let accuracies = exact_accuracies(organization, &deciding, work)?;
    let received = |&edge: &Edge| {
        let sender = graph.sender(edge);
        let sent = match deciding.binary_search(&sender) {
            Ok(position) => accuracies[position],
            Err(_) => organization.bias(sender).map_or(0.5, Bias::accuracy),
        };
        arriving(organization, edge, sent)
    };
    Ok(edges.iter().map(received).collect())
}

/// How often agents are right that decide on votes of others, given that they do not abstain.
fn exact_accuracies(
    organization: &Organization,
    agents: &[Node],
    work: &mut Work,
) -> Result<Vec<f64>, AccuracyUnknown> {
    // Most organizations ask about leaves only.
    if agents.is_empty() {
        return Ok(Vec::new());
    }
    let laws = organization.exact_votes_within(agents, work).map_err(|(agent, reason)| {
        AccuracyUnknown::Derived { sender: organization.agent(agent).id.clone(), reason: Box::new(reason) }
    })?;
    let accuracy = |law: &super::Law| {
        let present: f64 = law.answers.iter().sum();
        if present > 0.0 { (law.accuracy() / present).min(1.0) } else { 0.5 }
    };
    Ok(laws.iter().map(accuracy).collect())
}

fn arriving(organization: &Organization, edge: Edge, sent: f64) -> f64 {
    let (channel, any) = (organization.channel(edge), 1.0 / organization.answers().count() as f64);
    let fidelity = channel.fidelity.get();
    let delivered = fidelity * sent + (1.0 - fidelity) * any;
    let unnoticed = if channel.detected { 0.0 } else { channel.erasure.get() };
    (1.0 - unnoticed) * delivered + unnoticed * any
}
