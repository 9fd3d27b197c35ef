//! How accurate a vote is where it arrives.

use sim_core::graph::Edge;
use thiserror::Error;

use super::Organization;

/// Why the accuracy of a vote received is not known exactly.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AccuracyUnknown {
    /// The sender decides on votes of others.
    #[error("the accuracy of `{sender}`, which decides on votes of others, is not known exactly")]
    Derived {
        /// The sender.
        sender: String,
    },
}

/// Probability that the vote on a channel is right where it arrives, given that it is present.
///
/// Among `K` answers, a vote that is right with probability `p` arrives right with probability `s = gamma p + (1 - gamma)/K`;
/// if a share `e` is lost unnoticed, with probability `(1 - e) s + e/K` (derived). Causes leave `p` as it is: they
/// change how votes agree, not how often one of them is right.
///
/// # Errors
/// The sender is no leaf.
pub fn received_accuracy(organization: &Organization, edge: Edge) -> Result<f64, AccuracyUnknown> {
    let sender = organization.graph().sender(edge);
    let sent = match organization.bias(sender) {
        Some(bias) if organization.graph().incoming(sender).is_empty() => bias.accuracy(),
        _ => return Err(AccuracyUnknown::Derived { sender: organization.agent(sender).id.clone() }),
    };
    let (channel, any) = (organization.channel(edge), 1.0 / organization.answers().count() as f64);
    let fidelity = channel.fidelity.get();
    let delivered = fidelity * sent + (1.0 - fidelity) * any;
    let unnoticed = if channel.detected { 0.0 } else { channel.erasure.get() };
    Ok((1.0 - unnoticed) * delivered + unnoticed * any)
}
