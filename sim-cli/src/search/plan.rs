//! A search that is ready to run, as the plan of a cell: its tally is what it has seen.

use std::ops::Range;

use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::Streams;
use sim_models::registry::{AnyPlan, CellMetric, Failure, Metric, Outcome, Replay};

use super::looks::Looks;

/// A search over the values of some parameters.
pub trait CellSearch: Send + Sync {
    /// Searches from the beginning; what `known` has seen costs nothing.
    ///
    /// # Errors
    /// The model below failed, or the search is none.
    fn go_on(
        &self,
        known: &Looks,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure>;
}

/// The plan of a search.
pub struct SearchPlan<S> {
    search: S,
    metrics: Vec<CellMetric>,
}

impl<S> SearchPlan<S> {
    /// A search that estimates these metrics.
    pub fn new(search: S, metrics: Vec<Metric>) -> Self {
        Self { search, metrics: metrics.into_iter().map(CellMetric::from).collect() }
    }
}

impl<S: CellSearch> AnyPlan for SearchPlan<S> {
    fn run(&self, streams: &Streams, stop: &Stop, control: &Control) -> Result<Outcome, Failure> {
        self.search.go_on(&Looks::default(), streams, stop, control)
    }

    fn extend(
        &self,
        tally: &str,
        _: u64,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let known = serde_json::from_str(tally).map_err(|error| Failure::Tally(error.to_string()))?;
        self.search.go_on(&known, streams, stop, control)
    }

    /// None: trials of a search are at different points.
    fn single_trials(&self, _: Range<u64>, _: &Streams) -> Result<Vec<Vec<f64>>, Failure> {
        Ok(Vec::new())
    }

    fn replay(&self, _: u64, _: &Streams) -> Result<Option<Replay>, Failure> {
        Ok(None)
    }

    fn metrics(&self) -> &[CellMetric] {
        &self.metrics
    }

    fn notes(&self) -> &[String] {
        &[]
    }
}
