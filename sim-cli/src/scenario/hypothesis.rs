//! What all cells of a sweep are tested for, as it is written in a scenario.

use serde::{Deserialize, Serialize};
use sim_models::registry::Value;

use super::document::{Content, Document, Table};
use crate::problem::{Outcome, Problem};

/// That a metric is a number in every cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// The metric.
    pub metric: String,
    /// The number.
    pub null: f64,
    /// Probability that any cell is called different that is not, in (0, 1).
    pub error_rate: f64,
}

impl Hypothesis {
    pub(super) fn read(document: &Document, table: &Table) -> Outcome<Self> {
        table.allow(document, &["metric", "null", "error_rate"])?;
        let mut hypothesis = Self { metric: String::new(), null: 0.0, error_rate: 0.05 };
        for entry in table.iter() {
            let node = &entry.node;
            let refuse = |allowed: &str| {
                let sentence = format!("`{}` is {allowed}; found {}", entry.key, node.describe());
                document.problem(&node.span, sentence, "found here")
            };
            let number = node.value().as_number().filter(|number| number.is_finite());
            match (entry.key.as_str(), &node.content) {
                ("metric", Content::Scalar(Value::Text(metric))) => hypothesis.metric.clone_from(metric),
                ("metric", _) => return Err(refuse("the name of a metric")),
                ("null", _) => hypothesis.null = number.ok_or_else(|| refuse("a number"))?,
                _ => {
                    let rate = number.filter(|&rate| rate > 0.0 && rate < 1.0);
                    hypothesis.error_rate = rate.ok_or_else(|| refuse("a number between 0 and 1"))?;
                }
            }
        }
        Ok(hypothesis)
    }

    /// Checks that it is about one of these metrics.
    pub(super) fn check(&self, metrics: &[&str]) -> Outcome<()> {
        if metrics.contains(&self.metric.as_str()) {
            return Ok(());
        }
        let problem = match self.metric.as_str() {
            "" => Problem::input("the test has no `metric`"),
            metric => Problem::input(format!("the test is about `{metric}`, which is no metric")),
        };
        Err(problem.among(&self.metric, metrics))
    }
}
