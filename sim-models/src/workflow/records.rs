//! The record format: what was measured per node and model, as the program of the published planner keeps it (mechanisms A1).

mod read;
mod write;

use super::Workflow;
use super::export::NotExportable;
use super::file::InvalidWorkflowFile;
use crate::file::read_json;

impl Workflow {
    /// Reads a workflow from records: per node and model either moments or the samples that were seen.
    ///
    /// ```
    /// use sim_models::workflow::Workflow;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let workflow = Workflow::from_records(
    ///     r#"{ "models": { "small": { "price_per_million_output_tokens": 0.42 } },
    ///          "nodes": ["parse", "solve"],
    ///          "edges": [["parse", "solve"]],
    ///          "records": [
    ///            { "node": "parse", "model": "small", "success_prob": 0.6, "lat_mean": 20, "lat_std": 8, "cost_mean": 1200 },
    ///            { "node": "solve", "model": "small", "samples": [
    ///                { "latency": 9.5, "success": true, "output_tokens": 800 },
    ///                { "latency": 20, "success": false, "output_tokens": 2100 } ] } ] }"#,
    /// )?;
    /// assert_eq!(workflow.law(0, 0).map(|law| law.mean_latency()), Some(20.0));
    /// assert_eq!(Workflow::from_records(&workflow.to_records()?)?, workflow);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// | of | key | |
    /// |---|---|---|
    /// | the workflow | `records` | list of records |
    /// | | `edges` | list of pairs: the node that must be done, the node that waits for it; none if not given |
    /// | | `nodes` | names of the nodes in order; those of the records if not given |
    /// | | `models` | table of the models with `price_per_million_output_tokens` in USD, `concurrency` and `tokens_per_minute`; those of the records, at no price, if not given |
    /// | | `cost_unit` | `tokens`, or `usd`: a cost is then divided by the model's price; tokens if not given |
    /// | a record | `node`, `model` | whose it is |
    /// | | `success_prob` | probability that a sample is right, whatever it costs |
    /// | | `lat_mean`, `lat_std` | mean and standard deviation of its latency in seconds; no deviation if not given |
    /// | | `lat_law` | `lognormal`, `gamma` or `exponential`, by these moments; lognormal if not given |
    /// | | `cost_mean` | what every sample costs |
    /// | | `samples` | instead of all this: list of samples, one of which is drawn each time |
    /// | a sample | `latency`, `success`, `output_tokens` | in seconds; true or false; a whole number |
    /// | | `weight` | how often it is drawn, relative to the others; 1 if not given |
    ///
    /// # Errors
    /// The text is no JSON, has a key that is not known, or describes no workflow; the record or the subtask is named.
    pub fn from_records(text: &str) -> Result<Self, InvalidWorkflowFile> {
        read::workflow(&read_json(text)?)
    }

    /// The workflow as records, one per line. Reading them gives the same workflow.
    ///
    /// # Errors
    /// The tokens of an option follow a law, or its latency follows from them: [`Estimates::PlugIn`](super::Estimates) draws samples, which a record
    /// holds.
    pub fn to_records(&self) -> Result<String, NotExportable> {
        write::records(self)
    }
}
