//! What can be wrong with an organization, in sentences that name the agent.

use thiserror::Error;

use super::AccuracyUnknown;
use crate::file::did_you_mean;
use crate::organization::OutOfRange;
use crate::registry::number;

/// Why agents, channels and dependence are no organization.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidOrganization {
    /// Nobody there.
    #[error("an organization needs at least one agent; found none")]
    NoAgents,
    /// An agent without a name.
    #[error("agent {number} has an empty id; an id has at least one character")]
    EmptyId {
        /// Which agent, from 1.
        number: usize,
    },
    /// A family without a name.
    #[error("agent `{agent}` is in a family without a name; leave the family out, or give it one")]
    EmptyFamily {
        /// The agent.
        agent: String,
    },
    /// Two agents of one name.
    #[error("there are two agents `{id}`; an id is unique")]
    Duplicate {
        /// Their id.
        id: String,
    },
    /// A name that no agent has.
    #[error("{place} names `{id}`, which is no agent{}", did_you_mean(nearest))]
    Unknown {
        /// Where the name stands.
        place: String,
        /// The name.
        id: String,
        /// The agent that may be meant.
        nearest: Option<String>,
    },
    /// Channels that lead back to where they began.
    #[error(
        "the channels form a cycle: {}; an organization is acyclic, with one agent per round",
        told(path, " -> ")
    )]
    Cycle {
        /// The agents on it, the first one also as the last.
        path: Vec<String>,
    },
    /// More agents or channels than can be numbered.
    #[error("an organization has at most {most} agents and channels; found {found}", most = u32::MAX)]
    TooLarge {
        /// How many were found.
        found: usize,
    },
    /// An agent that has nothing to answer.
    #[error(
        "agent `{agent}` has neither a bias nor an incoming channel; a leaf has a bias, and any other agent a channel into it"
    )]
    Idle {
        /// The agent.
        agent: String,
    },
    /// An agent whose compute buys no bias.
    #[error("the compute of agent `{agent}` buys no bias: {reason}")]
    Compute {
        /// The agent.
        agent: String,
        /// What is wrong with the bias.
        reason: OutOfRange,
    },
    /// An amount of compute that is none.
    #[error("the compute of agent `{agent}` is {} tokens; an amount is a finite number from 0", number(*found))]
    ComputeTokens {
        /// The agent.
        agent: String,
        /// The amount.
        found: f64,
    },
    /// A weight of an agent's own vote that is none.
    #[error("agent `{agent}` gives its own vote the weight {}; a weight is a number from 0", number(*found))]
    OwnWeight {
        /// The agent.
        agent: String,
        /// The weight.
        found: f64,
    },
    /// No output was stated, and it is not clear which is meant.
    #[error(
        "no output is stated, and {} agents have no outgoing channel: {}; name those that give the answer",
        candidates.len(), told(candidates, ", ")
    )]
    NoOutput {
        /// The agents without outgoing channels.
        candidates: Vec<String>,
    },
    /// An output that is named twice.
    #[error("`{agent}` is named twice among the outputs")]
    OutputTwice {
        /// The agent.
        agent: String,
    },
    /// An agent that has no influence.
    #[error(
        "no output can be reached from agent `{agent}`; remove it, give it a channel, or make it an output ({})",
        told(outputs, ", ")
    )]
    Unreached {
        /// The agent.
        agent: String,
        /// The outputs.
        outputs: Vec<String>,
    },
    /// A message length that is none.
    #[error("the channel from `{from}` to `{to}` has {} tokens; a length is a number from 0", number(*found))]
    Tokens {
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// The length.
        found: f64,
    },
    /// A context window that is none.
    #[error("the window has {} tokens; a window is a positive number", number(*found))]
    WindowSize {
        /// The size.
        found: f64,
    },
    /// Messages that do not fit into an agent's context window.
    #[error("the messages to agent `{agent}` do not fit: {arithmetic} = {} > window {}", number(*needed), number(*window))]
    Window {
        /// The agent.
        agent: String,
        /// How the sum comes about.
        arithmetic: String,
        /// The sum in tokens.
        needed: f64,
        /// The window in tokens.
        window: f64,
    },
    /// Something for binary questions where there are more answers.
    #[error("agent `{agent}` has {what}, which is for one wrong answer; with {wrong} of them use {instead}")]
    NotBinary {
        /// The agent.
        agent: String,
        /// Its rule or its coupling.
        what: &'static str,
        /// Wrong answers that the question has.
        wrong: usize,
        /// What is allowed.
        instead: &'static str,
    },
    /// A majority that can be even.
    #[error(
        "the votes of agent `{agent}` can be even ({why}), and its {rule} does not say what happens then; \
         state the tie: fair, abstain, first or wrong"
    )]
    Even {
        /// The agent.
        agent: String,
        /// The rule.
        rule: &'static str,
        /// How that comes about.
        why: String,
    },
    /// A weight for an agent that does not send.
    #[error(
        "agent `{agent}` has a weight for `{named}`, from which it receives no vote{}",
        did_you_mean(nearest)
    )]
    WeightOfNobody {
        /// The agent.
        agent: String,
        /// The name.
        named: String,
        /// The sender that may be meant.
        nearest: Option<String>,
    },
    /// Two weights for one sender.
    #[error("agent `{agent}` has two weights for `{named}`")]
    WeightTwice {
        /// The agent.
        agent: String,
        /// The sender.
        named: String,
    },
    /// A weight that is none.
    #[error("agent `{agent}` gives the vote of `{sender}` the weight {}; a weight is a number from 0", number(*found))]
    Weight {
        /// The agent.
        agent: String,
        /// The sender.
        sender: String,
        /// The weight.
        found: f64,
    },
    /// Weights that decide nothing.
    #[error("all votes of agent `{agent}` have weight 0; at least one weight is positive")]
    Weightless {
        /// The agent.
        agent: String,
    },
    /// Log-odds of an accuracy that is not known.
    #[error("agent `{agent}` weighs votes by their log-odds, but {reason}; give the weights by name")]
    LogOddsUnknown {
        /// The agent.
        agent: String,
        /// Why it is not known.
        reason: AccuracyUnknown,
    },
    /// Log-odds that are no weight.
    #[error(
        "agent `{agent}` weighs votes by their log-odds, but the vote of `{sender}` arrives right with probability {}, which {}; \
         give the weights by name", number(*accuracy),
        if *accuracy < 0.5 { "gives a negative weight (allowed: from 0.5)" } else { "gives an infinite weight (allowed: below 1)" }
    )]
    LogOdds {
        /// The agent.
        agent: String,
        /// The sender.
        sender: String,
        /// Accuracy of its vote where it arrives.
        accuracy: f64,
    },
    /// A share that is no supermajority.
    #[error("agent `{agent}` has the threshold {}; a supermajority's threshold lies in (0.5, 1]", number(*found))]
    Threshold {
        /// The agent.
        agent: String,
        /// The share.
        found: f64,
    },
    /// A margin that the first vote does not reach because it is there before it.
    #[error("agent `{agent}` has the margin 0; a margin is at least 1")]
    Margin {
        /// The agent.
        agent: String,
    },
    /// A probability that is none.
    #[error("agent `{agent}` has the {what} {}; a probability lies in [0, 1]", number(*found))]
    Probability {
        /// The agent.
        agent: String,
        /// Which probability.
        what: &'static str,
        /// The number.
        found: f64,
    },
    /// A coupling where no votes are received.
    #[error("agent `{agent}` is a leaf: it receives no votes that a dependence could couple")]
    CoupledLeaf {
        /// The agent.
        agent: String,
    },
    /// Two couplings at one agent.
    #[error("there are two dependences at agent `{agent}`; there is at most one")]
    CoupledTwice {
        /// The agent.
        agent: String,
    },
    /// A group without members.
    #[error("{group} has no fresh votes to share a cause: {why}{}", did_you_mean(nearest))]
    NoMembers {
        /// The group.
        group: String,
        /// Why it is empty.
        why: &'static str,
        /// The family that may be meant.
        nearest: Option<String>,
    },
    /// Two causes of one vote.
    #[error("the fresh vote of agent `{agent}` has two causes, {first} and {second}; it has at most one")]
    TwoCauses {
        /// The agent.
        agent: String,
        /// The first cause.
        first: String,
        /// The second one.
        second: String,
    },
    /// Members that are not alike.
    #[error(
        "{group} shares the cause {law}, which asks for equal biases, but `{first}` has bias {} and `{second}` has bias {}; \
         allowed for unlike biases: gaussian-factor", number(biases.0), number(biases.1)
    )]
    Unlike {
        /// The group.
        group: String,
        /// The law.
        law: &'static str,
        /// A member.
        first: String,
        /// A member with another bias.
        second: String,
        /// Their biases.
        biases: (f64, f64),
    },
}

/// Names one after another; of many, only the first ones and the last.
pub(super) fn told(names: &[String], between: &str) -> String {
    const MOST: usize = 12;
    match names {
        [first @ .., last] if names.len() > MOST => {
            let shown = first[..MOST - 2].join(between);
            format!("{shown}{between}({} more){between}{last}", names.len() + 1 - MOST)
        }
        _ => names.join(between),
    }
}
