//! Models of any type behind one interface, for the application.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sim_core::estimate::{Confidence, Estimate, Tally};
use sim_core::monte_carlo::{self, Block, Control, Ending, Simulation, Start, Stop};
use sim_core::random::Streams;
use thiserror::Error;

use super::quantities::{check_metrics, check_predictions};
use super::{
    About, CellMetric, Forecast, Identity, Metric, Model, Parameter, ParameterError, Parameters, Replay,
    Unit, Values,
};

/// Any model. Every [`Model`] is one.
pub trait AnyModel: Send + Sync {
    /// Name, meaning and sources.
    fn about(&self) -> About;
    /// Definitions of the parameters.
    fn parameters(&self) -> Vec<Parameter>;
    /// What it estimates, or an example of it.
    fn metrics(&self) -> Vec<Metric>;
    /// What theory says, without the numbers, or an example of it.
    fn predictions(&self) -> Vec<PredictionInfo>;
    /// The model that a cell of these values is of, and its own values; of models that are compared, one of them.
    ///
    /// # Errors
    /// The values contradict each other.
    fn identity(&self, values: &Values) -> Result<Identity, ParameterError> {
        let values = values.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        Ok(Identity { model: self.about().name, values })
    }
    /// Identifies a cell of these values among those of all models, by its [identity](AnyModel::identity).
    fn hash(&self, values: &Values) -> [u8; 32] {
        values.hash(self.about().name)
    }
    /// What it estimates with these values. `None`: [`AnyModel::metrics`], for these and all others.
    ///
    /// # Errors
    /// The values contradict each other, or give a metric a name that results cannot have.
    fn metrics_of(&self, values: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError>;
    /// What theory says about these values. `None`: [`AnyModel::predictions`], for these and all others.
    ///
    /// # Errors
    /// The values contradict each other, or give a prediction a name that results cannot have.
    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError>;
    /// What theory says about these values, in any case.
    ///
    /// # Errors
    /// As [`AnyModel::predictions_of`].
    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError>;
    /// Prepares a simulation.
    ///
    /// # Errors
    /// The values contradict each other, or cannot be simulated.
    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError>;
}

/// A prediction without its function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictionInfo {
    /// Its name in results.
    pub name: &'static str,
    /// What it means and where it comes from.
    pub help: &'static str,
    /// Its unit.
    pub unit: Unit,
}

/// A prepared simulation of any model.
pub trait AnyPlan: Send + Sync {
    /// Runs it on the threads of the current rayon pool.
    ///
    /// # Errors
    /// The model panicked.
    fn run(&self, streams: &Streams, stop: &Stop, control: &Control) -> Result<Outcome, Failure>;
    /// Goes on from the stored tally of the first `trials` trials, as [`monte_carlo::extend`] does.
    ///
    /// # Errors
    /// The text is not a tally of this model, or the model panicked.
    fn extend(
        &self,
        tally: &str,
        trials: u64,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure>;
    /// What the metrics come to in single trials, trial by trial: of a mean the value of the trial, of a proportion 0 or 1.
    ///
    /// # Errors
    /// The model panicked.
    fn single_trials(&self, trials: Range<u64>, streams: &Streams) -> Result<Vec<Vec<f64>>, Failure>;
    /// Runs one trial again and tells what happened in it. `None` for a model whose trials have no course that could be told.
    ///
    /// # Errors
    /// The model panicked.
    fn replay(&self, trial: u64, streams: &Streams) -> Result<Option<Replay>, Failure>;
    /// What it estimates.
    fn metrics(&self) -> &[CellMetric];
    /// What a reader of the estimates must know.
    fn notes(&self) -> &[String];
    /// It as something whose trials are counted one block after another; `None` for a search, whose trials depend on each other.
    fn counting(&self) -> Option<&dyn Counting> {
        None
    }
}

/// A prepared simulation of any model whose trials are counted block by block. A panic of the model is the caller's.
pub trait Counting: Sync {
    /// The tally of no trial.
    fn empty(&self) -> Box<dyn AnyTally>;
    /// Runs the trials of a block and counts them by themselves.
    fn count(&self, block: &Block, streams: &Streams) -> Box<dyn AnyTally>;
    /// One estimate per metric, of a tally of this simulation.
    fn estimates(&self, tally: &dyn AnyTally, confidence: Confidence) -> Vec<Estimate>;
    /// Reads a stored tally.
    ///
    /// # Errors
    /// The text is not a tally of this model.
    fn restore(&self, stored: &str) -> Result<Box<dyn AnyTally>, Failure>;
}

/// The tally of any model.
pub trait AnyTally: Send {
    /// Adds what `later`, of the same model, has counted.
    fn append(&mut self, later: &dyn AnyTally);
    /// A second one.
    fn copy(&self) -> Box<dyn AnyTally>;
    /// As JSON.
    fn stored(&self) -> String;
    /// As what it is.
    fn as_any(&self) -> &dyn Any;
}

impl Clone for Box<dyn AnyTally> {
    fn clone(&self) -> Self {
        self.copy()
    }
}

impl<T: Tally> AnyTally for T {
    fn append(&mut self, later: &dyn AnyTally) {
        if let Some(later) = later.as_any().downcast_ref::<T>() {
            self.merge(later);
        }
    }

    fn copy(&self) -> Box<dyn AnyTally> {
        Box::new(self.clone())
    }

    fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a simulation found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// One estimate per metric.
    pub estimates: Vec<Estimate>,
    /// Number of trials.
    pub trials: u64,
    /// Why there were no more trials.
    pub ending: Ending,
    /// The tally as JSON, so that the run can be extended or combined later.
    pub tally: String,
}

/// A simulation that did not come to its end.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Failure {
    /// The model panicked.
    #[error("the model panicked: {0}")]
    Panicked(String),
    /// The model does not estimate what it says.
    #[error("the model gives {estimates} estimates of {metrics} metrics; this is a defect of the model")]
    Estimates {
        /// Number of its estimates.
        estimates: usize,
        /// Number of its metrics.
        metrics: usize,
    },
    /// The simulation cannot be run, with the reason.
    #[error("{0}")]
    Impossible(String),
    /// The tally has no stored form.
    #[error("the tally cannot be stored: {0}")]
    Tally(String),
}

impl<M: Model> AnyModel for M {
    fn about(&self) -> About {
        Model::about(self)
    }

    fn parameters(&self) -> Vec<Parameter> {
        M::Parameters::definitions()
    }

    fn metrics(&self) -> Vec<Metric> {
        Model::metrics(self)
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        let info = |p: super::Prediction<_>| PredictionInfo { name: p.name, help: p.help, unit: p.unit };
        Model::predictions(self).into_iter().map(info).collect()
    }

    fn metrics_of(&self, values: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError> {
        with_parameters(values, |parameters| own_metrics(self, parameters))
    }

    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError> {
        with_parameters(values, |parameters| own_predictions(self, parameters))
    }

    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        with_parameters(values, |parameters| {
            let own = own_predictions(self, parameters)?;
            Ok(own.unwrap_or_else(|| Forecast::of(&Model::predictions(self), parameters)))
        })
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        let prepared = with_parameters(values, |parameters| {
            let metrics = match own_metrics(self, parameters)? {
                Some(metrics) => metrics,
                None => Model::metrics(self).into_iter().map(CellMetric::from).collect(),
            };
            let plan = Model::prepare(self, parameters)?;
            let notes = Model::notes(self, &plan);
            Ok(Prepared { model: self, plan, metrics, notes })
        });
        Ok(Box::new(prepared?))
    }
}

/// Reads the parameters and does something with them; a panic is an error.
fn with_parameters<P: Parameters, T>(
    values: &Values,
    part: impl FnOnce(&P) -> Result<T, ParameterError>,
) -> Result<T, ParameterError> {
    guarded(|| part(&P::from_values(values)?))
        .unwrap_or_else(|message| Err(ParameterError::Panicked { message }))
}

fn own_metrics<M: Model>(
    model: &M,
    parameters: &M::Parameters,
) -> Result<Option<Vec<CellMetric>>, ParameterError> {
    let metrics = model.metrics_of(parameters);
    if let Some(metrics) = &metrics {
        check_metrics(metrics, &M::Parameters::definitions())?;
    }
    Ok(metrics)
}

fn own_predictions<M: Model>(
    model: &M,
    parameters: &M::Parameters,
) -> Result<Option<Forecast>, ParameterError> {
    let mut forecast = model.predictions_of(parameters);
    if let Some(forecast) = &mut forecast {
        check_predictions(&forecast.predictions)?;
        for prediction in &mut forecast.predictions {
            prediction.value = prediction.value.filter(|x| x.is_finite());
        }
    }
    Ok(forecast)
}

struct Prepared<'a, M: Model> {
    model: &'a M,
    plan: M::Plan,
    metrics: Vec<CellMetric>,
    notes: Vec<String>,
}

/// Goes on with a simulation of so many metrics. A panic of the model is an error.
pub(super) fn go_on<S: Simulation>(
    simulation: &S,
    metrics: usize,
    start: Start<S::Tally>,
    streams: &Streams,
    stop: &Stop,
    control: &Control,
) -> Result<Outcome, Failure> {
    let run = guarded(|| monte_carlo::extend(simulation, streams, stop, control, start))
        .map_err(Failure::Panicked)?;
    let estimates = run.estimates.len();
    if estimates != metrics {
        return Err(Failure::Estimates { estimates, metrics });
    }
    let tally = serde_json::to_string(&run.tally).map_err(|error| Failure::Tally(error.to_string()))?;
    Ok(Outcome { estimates: run.estimates, trials: run.trials, ending: run.ending, tally })
}

impl<M: Model> Counting for Prepared<'_, M> {
    fn empty(&self) -> Box<dyn AnyTally> {
        Box::new(<M::Plan as Simulation>::Tally::default())
    }

    fn count(&self, block: &Block, streams: &Streams) -> Box<dyn AnyTally> {
        let mut tally = <M::Plan as Simulation>::Tally::default();
        self.plan.run(block, streams, &mut tally);
        Box::new(tally)
    }

    fn estimates(&self, tally: &dyn AnyTally, confidence: Confidence) -> Vec<Estimate> {
        let tally = tally.as_any().downcast_ref::<<M::Plan as Simulation>::Tally>();
        tally.map(|tally| self.plan.estimates(tally, confidence)).unwrap_or_default()
    }

    fn restore(&self, stored: &str) -> Result<Box<dyn AnyTally>, Failure> {
        let tally: <M::Plan as Simulation>::Tally =
            serde_json::from_str(stored).map_err(|error| Failure::Tally(error.to_string()))?;
        Ok(Box::new(tally))
    }
}

impl<M: Model> AnyPlan for Prepared<'_, M> {
    fn run(&self, streams: &Streams, stop: &Stop, control: &Control) -> Result<Outcome, Failure> {
        go_on(&self.plan, self.metrics.len(), Start::default(), streams, stop, control)
    }

    fn extend(
        &self,
        tally: &str,
        trials: u64,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let tally = serde_json::from_str(tally).map_err(|error| Failure::Tally(error.to_string()))?;
        go_on(&self.plan, self.metrics.len(), Start { tally, trials }, streams, stop, control)
    }

    fn single_trials(&self, trials: Range<u64>, streams: &Streams) -> Result<Vec<Vec<f64>>, Failure> {
        let metrics = self.metrics.len();
        let of_trial = |trial: u64| {
            let mut tally = <M::Plan as Simulation>::Tally::default();
            Block::cover(trial..trial + 1).for_each(|block| self.plan.run(&block, streams, &mut tally));
            let estimates = self.plan.estimates(&tally, Confidence::DEFAULT);
            if estimates.len() != metrics {
                return Err(Failure::Estimates { estimates: estimates.len(), metrics });
            }
            Ok(estimates.iter().map(|estimate| estimate.value).collect())
        };
        guarded(|| trials.map(of_trial).collect()).map_err(Failure::Panicked)?
    }

    fn replay(&self, trial: u64, streams: &Streams) -> Result<Option<Replay>, Failure> {
        guarded(|| self.model.replay(&self.plan, trial, streams)).map_err(Failure::Panicked)
    }

    fn metrics(&self) -> &[CellMetric] {
        &self.metrics
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn counting(&self) -> Option<&dyn Counting> {
        Some(self)
    }
}

/// Runs a part of a model. A panic in one model must not take a sweep with it; its message is the error. Models are only
/// read, so what a panic left behind is never seen.
fn guarded<T>(part: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(part)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "without a message".to_owned())
    })
}
