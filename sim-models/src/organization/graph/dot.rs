//! Organizations as DOT, the language of Graphviz: a figure that says everything.

mod read;
mod write;

use super::{FileDefaults, InvalidFile, Organization};
use crate::file::dot::{Dialect, parse};

const DIALECT: Dialect = Dialect {
    thing: "an organization",
    direction: "messages have a direction",
    graph: &["window", "outputs", "wrong_answers", "zipf", "causes"],
    node: &[
        "bias",
        "compute_tokens",
        "compute_coefficient",
        "compute_exponent",
        "compute_cap",
        "family",
        "own_weight",
        "aggregator",
        "tie",
        "weights",
        "threshold",
        "vote_margin",
        "true_positive",
        "false_positive",
        "dependence",
        "correlation",
    ],
    edge: &["fidelity", "tokens", "erasure", "detected", "vote_weight"],
    prefixed: false,
};

impl Organization {
    /// The organization as a digraph: leaves are ellipses with their bias, agents that decide are boxes with their rule, channels are
    /// labeled with what they lose, families have colors, outputs a double line. It carries all that a file can say; a rule or a
    /// coupling of the user's own is only called `custom`. `dot -Tsvg` draws it, [`Organization::from_dot`] reads it back.
    pub fn to_dot(&self) -> String {
        write::dot(self)
    }

    /// Reads an organization from a digraph in DOT.
    ///
    /// It may be one that [`Organization::to_dot`] wrote, or one that somebody wrote by hand:
    ///
    /// ```
    /// use sim_models::organization::graph::Organization;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let organization = Organization::from_dot(
    ///     r#"digraph {
    ///         node [bias=0.2, family=small]  a; b; c;
    ///         node [bias="", family=""]      // an empty value unsets
    ///         v [aggregator=majority, dependence=mixture, correlation=0.1]
    ///         {a b c} -> v [fidelity=0.9, tokens=50]
    ///     }"#,
    /// )?;
    /// assert_eq!(organization.graph().edge_count(), 3);
    /// assert_eq!(Organization::from_dot(&organization.to_dot())?.to_json()?, organization.to_json()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// | of | attributes |
    /// |---|---|
    /// | a node | `bias`, or `compute_tokens`, `compute_coefficient`, `compute_exponent`, `compute_cap`; `family`, `own_weight`; `aggregator` with `tie`, `weights`, `threshold`, `vote_margin`, `true_positive`, `false_positive`; `dependence` with `correlation`, for the votes received there |
    /// | an edge | `fidelity`, `tokens`, `erasure`, `detected`, `vote_weight` (of the sender, for a weighted majority) |
    /// | the graph | `window`; `outputs`, names with commas between them or a JSON list; `wrong_answers`, `zipf`; `causes`, the dependence of groups as a JSON list as in files |
    ///
    /// They mean what they mean in a file; a curve has no attribute. Attributes of Graphviz are left to Graphviz; others are refused.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn from_dot(text: &str) -> Result<Self, InvalidFile> {
        Self::from_dot_with(text, &FileDefaults::default())
    }

    /// Reads an organization from a digraph that leaves something open.
    ///
    /// # Errors
    /// As [`Organization::from_dot`].
    pub fn from_dot_with(text: &str, defaults: &FileDefaults) -> Result<Self, InvalidFile> {
        Self::from_json_value_with(&read::value(parse(text, &DIALECT)?)?, defaults)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_attribute_is_one_of_graphviz() {
        assert!(super::DIALECT.is_apart());
    }
}
