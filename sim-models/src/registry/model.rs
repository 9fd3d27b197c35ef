//! The shape of a model.

use sim_core::events::Trace;
use sim_core::monte_carlo::Simulation;
use sim_core::random::Streams;

use super::{CellMetric, Forecast, ParameterError, Parameters, Unit};

/// A model: parameters, simulation and predictions. It is registered by one line and then has a scenario schema,
/// sweeps, figures and help.
pub trait Model: Send + Sync + 'static {
    /// Its parameters as a type.
    type Parameters: Parameters;
    /// A prepared simulation.
    type Plan: Simulation + Send;

    /// Name, meaning and sources.
    fn about(&self) -> About;

    /// What the simulation estimates, in the order of [`Simulation::estimates`].
    fn metrics(&self) -> Vec<Metric>;

    /// What theory says about these parameters.
    fn predictions(&self) -> Vec<Prediction<Self::Parameters>>;

    /// What the simulation of these parameters estimates, for a model in which that depends on them: then [`Model::metrics`]
    /// are an example, for the description of the model. `None` for all parameters: the metrics are always the same.
    fn metrics_of(&self, parameters: &Self::Parameters) -> Option<Vec<CellMetric>> {
        let _ = parameters;
        None
    }

    /// What theory says about these parameters, for a model whose predictions depend on them, or that has notes on them; it
    /// may begin with [`Forecast::of`] its [`Model::predictions`]. `None` for all parameters: the predictions are always
    /// those.
    fn predictions_of(&self, parameters: &Self::Parameters) -> Option<Forecast> {
        let _ = parameters;
        None
    }

    /// Builds what the trials need.
    ///
    /// # Errors
    /// These parameters cannot be simulated, with the reason.
    fn prepare(&self, parameters: &Self::Parameters) -> Result<Self::Plan, ParameterError>;

    /// Runs one trial again and tells what happened in it, with the same draws as in [`Simulation::run`]. `None` for a model whose trials
    /// have no course that could be told.
    fn replay(&self, plan: &Self::Plan, trial: u64, streams: &Streams) -> Option<Replay> {
        let _ = (plan, trial, streams);
        None
    }

    /// What a reader of the estimates must know, such as which part was not sampled. What a reader of the predictions must
    /// know is in [`Forecast::notes`].
    fn notes(&self, plan: &Self::Plan) -> Vec<String> {
        let _ = plan;
        Vec::new()
    }
}

/// One trial, told.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// How it ended, by name, such as `outcome` and `deadline`; trials can be looked for by these.
    pub facts: Vec<(&'static str, String)>,
    /// What happened when.
    pub trace: Trace,
}

/// Name, meaning and sources of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it is, in one sentence without a period.
    pub summary: &'static str,
    /// Where its formulas come from.
    pub references: &'static [&'static str],
}

/// A quantity that a simulation estimates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Its name in results.
    pub name: &'static str,
    /// What it means, in half a sentence.
    pub help: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Smallest and largest value it can take.
    pub range: (f64, f64),
}

/// A quantity that a closed form or an exact algorithm gives. A prediction with the name of a metric is what that metric
/// should come to.
pub struct Prediction<P> {
    /// Its name in results.
    pub name: &'static str,
    /// What it means and where the formula comes from, in half a sentence.
    pub help: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// The number; `None` where it does not exist, such as a fixed point below the transition.
    pub value: fn(&P) -> Option<f64>,
}

impl<P> Prediction<P> {
    /// A prediction that is a pure number.
    pub fn new(name: &'static str, help: &'static str, value: fn(&P) -> Option<f64>) -> Self {
        Self::in_unit(name, Unit::One, help, value)
    }

    /// A prediction in a unit.
    pub fn in_unit(name: &'static str, unit: Unit, help: &'static str, value: fn(&P) -> Option<f64>) -> Self {
        Self { name, help, unit, value }
    }
}
