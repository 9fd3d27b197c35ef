//! Workflows as DOT, the language of Graphviz: a figure that says everything.

mod read;
mod write;

use super::Workflow;
use super::file::{Draft, InvalidWorkflowFile};
use crate::file::dot::{Dialect, parse};

const DIALECT: Dialect = Dialect {
    thing: "a workflow",
    direction: "one subtask waits for the other",
    graph: &["models", OF_A_MODEL[0], OF_A_MODEL[1], OF_A_MODEL[2]],
    node: &[
        "models",
        "success",
        "latency_seconds",
        "latency_deviation",
        "latency_law",
        "output_tokens",
        "tokens_deviation",
        "tokens_law",
        "tokens_per_second",
        "overhead_seconds",
        "length_coupling",
        "token_limit",
        RECORDS,
    ],
    edge: &[],
    prefixed: true,
};

/// The attributes of the graph that are of models.
const OF_A_MODEL: [&str; 3] = ["price_per_million_output_tokens", "concurrency", "tokens_per_minute"];
const RECORDS: &str = "records";

/// The quantities with a law: the key of a file, and the attributes of its deviation and its name.
const LAWS: [(&str, &str, &str); 2] = [
    ("latency_seconds", "latency_deviation", "latency_law"),
    ("output_tokens", "tokens_deviation", "tokens_law"),
];

/// The one model of a digraph that names none.
const ONLY_MODEL: &str = "model";

impl Draft {
    /// The draft of a digraph.
    pub(super) fn of_dot(text: &str) -> Result<Self, InvalidWorkflowFile> {
        read::draft(parse(text, &DIALECT)?)
    }
}

impl Workflow {
    /// The workflow as a digraph whose nodes are the subtasks with their options; an edge leads to what waits. `dot -Tsvg` draws it,
    /// [`Workflow::from_dot`] reads it back as the same workflow.
    pub fn to_dot(&self) -> String {
        write::dot(self)
    }

    /// Reads a workflow from a digraph in DOT: one that [`Workflow::to_dot`] wrote, or one that somebody wrote by hand.
    ///
    /// ```
    /// use sim_models::workflow::Workflow;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let workflow = Workflow::from_dot(
    ///     r#"digraph {
    ///         graph [models="small, large", "small.price_per_million_output_tokens"=0.42]
    ///         node [success=0.6, latency_seconds=20, latency_deviation=8, output_tokens=1200]  // of all models
    ///         parse; solve ["large.success"=0.9]                                               // of one
    ///         test [models=large]                                                              // tried with this one alone
    ///         parse -> {solve test}
    ///     }"#,
    /// )?;
    /// assert_eq!((workflow.len(), workflow.graph().edge_count()), (3, 2));
    /// assert_eq!(workflow.law(1, 1).map(|law| law.success()), Some(0.9));
    /// assert!(workflow.law(2, 0).is_none());
    /// assert_eq!(Workflow::from_dot(&workflow.to_dot())?, workflow);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// | of | attributes |
    /// |---|---|
    /// | the graph | `models`: their names in order, with commas between them or as a JSON list; without it they are those that attributes name, in alphabetical order, or else one, `model`. `price_per_million_output_tokens`, `concurrency`, `tokens_per_minute` |
    /// | a node | `success`, `latency_seconds`, `output_tokens`, `tokens_per_second`, `overhead_seconds`, `length_coupling`, `token_limit` as in a file ([`Workflow::from_json`]); `latency_deviation`, `latency_law`, `tokens_deviation`, `tokens_law`; `records`, a list in JSON or the name of a file; `models` that can try it, all for which something is said unless stated |
    ///
    /// An attribute with the name of a model and a dot before it (`"small.success"`) is of that model, otherwise of all. Attributes of
    /// Graphviz are left to Graphviz; others are refused.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn from_dot(text: &str) -> Result<Self, InvalidWorkflowFile> {
        Draft::of_dot(text)?.workflow(&|_| None)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_attribute_is_one_of_graphviz() {
        assert!(super::DIALECT.is_apart());
    }
}
