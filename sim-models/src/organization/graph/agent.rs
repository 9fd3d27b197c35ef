//! Agents and the channels between them, as they are given to the builder.

use super::Rule;
use crate::organization::{Bias, Channel, Leaf};
use crate::theory::leaf::LeafLaw;

/// An agent: it answers by itself, decides on what others answered, or both.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Its name, unique in the organization.
    pub id: String,
    /// What it knows by itself: the law of its fresh vote. `None` for an agent that only decides.
    pub knowledge: Option<Leaf>,
    /// Weight of its own fresh vote beside those it receives.
    pub own_weight: f64,
    /// The model family that it belongs to.
    pub family: Option<String>,
    /// How it decides on votes received. A leaf receives none: its rule has no effect and is set to the default one.
    pub rule: Rule,
}

impl Agent {
    /// An agent that answers by itself.
    pub fn leaf(id: impl Into<String>, bias: Bias) -> Self {
        Self::knowing(id, Leaf::Bias(bias))
    }

    /// An agent that answers by itself, with the bias that `tokens` of compute buy.
    pub fn computing(id: impl Into<String>, tokens: f64, law: LeafLaw) -> Self {
        Self::knowing(id, Leaf::Compute { tokens, law })
    }

    /// An agent that answers by itself, from a bias or from compute.
    pub fn knowing(id: impl Into<String>, knowledge: Leaf) -> Self {
        Self { knowledge: Some(knowledge), ..Self::aggregator(id, Rule::majority()) }
    }

    /// An agent that answers by itself, and decides on its own fresh vote beside those that it receives.
    pub fn worker(id: impl Into<String>, bias: Bias, rule: Rule) -> Self {
        Self { rule, ..Self::leaf(id, bias) }
    }

    /// An agent that only decides on votes that it receives.
    pub fn aggregator(id: impl Into<String>, rule: Rule) -> Self {
        Self { id: id.into(), knowledge: None, own_weight: 1.0, family: None, rule }
    }

    /// The same agent as a member of a model family.
    pub fn in_family(self, family: impl Into<String>) -> Self {
        Self { family: Some(family.into()), ..self }
    }

    /// The same agent, whose own fresh vote has this weight beside those that it receives; 1 unless said.
    pub fn own_weight(self, weight: f64) -> Self {
        Self { own_weight: weight, ..self }
    }

    /// The same agent with another rule.
    pub fn deciding(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }
}

/// A channel from one agent to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Who sends.
    pub from: String,
    /// Who receives.
    pub to: String,
    /// What happens to the message.
    pub channel: Channel,
}

impl Link {
    /// A channel between two agents.
    pub fn new(from: impl Into<String>, to: impl Into<String>, channel: Channel) -> Self {
        Self { from: from.into(), to: to.into(), channel }
    }
}
