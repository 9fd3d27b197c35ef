//! The search for an optimum as a model: its cells lack some parameters, and its metrics are their best values and what is certain about them.

use sim_core::design::optimum::{Hunt, Seen};
use sim_core::estimate::{Estimate, Interval};
use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::{
    About, AnyModel, AnyPlan, CellMetric, Failure, Forecast, Identity, Metric, Outcome, Parameter,
    ParameterError, PredictionInfo, Unit, Value, Values,
};

use super::Studied;
use super::looks::{Halt, Looks, Observer, Open};
use super::plan::{CellSearch, SearchPlan};
use crate::problem::{self, Problem};
use crate::scenario::{Goal, OptimumSpec};

/// A model whose cells are searches over some parameters of another model.
pub struct Optimum<'a> {
    model: Studied<'a>,
    spec: OptimumSpec,
    /// All parameters of the model below.
    parameters: Vec<Parameter>,
    /// The parameters that are searched over, in the order of the ranges.
    keys: Vec<&'static str>,
}

impl<'a> Optimum<'a> {
    /// The search that `spec` describes.
    pub fn new(model: Studied<'a>, spec: OptimumSpec) -> problem::Outcome<Self> {
        let parameters = model.parameters();
        let key = |wanted: &String| {
            let parameter = parameters.iter().find(|parameter| parameter.key == wanted);
            let unknown = || Problem::parameters(&ParameterError::unknown(wanted, &parameters));
            Ok(parameter.ok_or_else(unknown)?.key)
        };
        let keys = spec.ranges.iter().map(|range| key(&range.key)).collect::<problem::Outcome<_>>()?;
        Ok(Self { model, spec, parameters, keys })
    }

    fn open<'b>(&'b self, fixed: &'b Values) -> Open<'b> {
        Open { model: &*self.model, parameters: &self.parameters, fixed, keys: &self.keys }
    }

    /// A place in the unit cube as values of the parameters.
    fn place(&self, cube: &[f64]) -> Vec<f64> {
        let value = |(range, share): (&crate::scenario::Range, &f64)| range.at(*share);
        let values = self.spec.ranges.iter().zip(cube).map(value);
        values.map(|value: Value| value.as_number().unwrap_or(f64::NAN)).collect()
    }

    fn corner(&self, share: f64) -> Vec<f64> {
        self.place(&vec![share; self.keys.len()])
    }

    fn own_metrics(&self) -> Vec<Metric> {
        let everything = (f64::NEG_INFINITY, f64::INFINITY);
        let of = |name, unit, help| Metric { name, help, unit, range: everything };
        let unit = |key: &str| self.parameters.iter().find(|p| p.key == key).map_or(Unit::One, |p| p.unit);
        let best = "best value that was tried; from and to around those that may be as good, with their neighborhoods";
        let mut metrics = vec![of("optimum", Unit::One, "the quantity at the best point")];
        metrics.extend(self.keys.iter().map(|key| of(key, unit(key), best)));
        metrics.push(of("behind", Unit::One, "most by which another point that was tried may be better"));
        metrics.push(of("points", Unit::One, "points that the search looked at"));
        metrics
    }
}

impl AnyModel for Optimum<'_> {
    fn about(&self) -> About {
        self.model.about()
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.iter().filter(|parameter| !self.keys.contains(&parameter.key)).cloned().collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        self.own_metrics()
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        Vec::new()
    }

    fn identity(&self, values: &Values) -> Result<Identity, ParameterError> {
        let mut identity = self.open(values).at(&self.corner(0.0), |values| self.model.identity(values))?;
        self.keys.iter().for_each(|key| drop(identity.values.remove(*key)));
        Ok(identity)
    }

    fn hash(&self, values: &Values) -> [u8; 32] {
        self.model.hash_of(self, values)
    }

    fn metrics_of(&self, _: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError> {
        Ok(None)
    }

    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError> {
        self.predict(values).map(Some)
    }

    /// The predictions that do not depend on what is searched over.
    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        let predictions = self.open(values).constant_predictions(&self.corner(0.0), &self.corner(1.0))?;
        Ok(Forecast { predictions, notes: Vec::new() })
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        // What cannot run in the middle is said before anything runs.
        self.open(values).at(&self.corner(0.5), |values| self.model.prepare(values))?;
        let search = OptimumSearch { optimum: self, values: values.clone() };
        Ok(Box::new(SearchPlan::new(search, self.own_metrics())))
    }
}

/// The search of one cell.
struct OptimumSearch<'a> {
    optimum: &'a Optimum<'a>,
    values: Values,
}

impl CellSearch for OptimumSearch<'_> {
    fn go_on(
        &self,
        known: &Looks,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let Optimum { spec, keys, .. } = self.optimum;
        let hunt = Hunt {
            dimensions: keys.len(),
            points: spec.points,
            first_look: spec.first_look,
            trials: stop.trials(),
            error_rate: 1.0 - stop.confidence().get(),
        };
        let sign = if spec.goal == Goal::Maximize { 1.0 } else { -1.0 };
        let mut observer =
            Observer::new(self.optimum.open(&self.values), &spec.quantity, streams, control, known);
        // Where points lie is no part of the world, and the same in all cells.
        let places = Streams::new(0, Purpose::SamplingPlan, Family::common());
        let place = |cube: &[f64]| self.optimum.place(cube);
        let found = hunt.run(&places, place, |place, trials, confidence| {
            let seen = observer.look(place, trials, confidence)?.affine(0.0, sign);
            Ok::<_, Halt>(Seen { value: seen.value, low: seen.low, high: seen.high })
        });
        let looks = observer.into_looks();
        let (trials, points, confidence) = (looks.trials(), looks.points() as f64, stop.confidence());
        let of = |value: f64, low: f64, high: f64| {
            Estimate::new(value, Interval { low, high }, confidence, trials)
        };
        let (estimates, ending) = match found {
            Ok(peak) => {
                let best = of(peak.seen.value, peak.seen.low, peak.seen.high).affine(0.0, sign);
                let mut estimates = vec![best];
                estimates
                    .extend(peak.place.iter().zip(&peak.region).map(|(x, (low, high))| of(*x, *low, *high)));
                estimates.push(of(peak.behind, 0.0, peak.behind));
                estimates.push(of(points, points, points));
                (estimates, Ending::Complete)
            }
            Err(Halt::Cancelled) => {
                let nothing = Estimate::new(f64::NAN, Interval::UNBOUNDED, confidence, 0);
                (vec![nothing; self.optimum.own_metrics().len()], Ending::Cancelled)
            }
            Err(Halt::Failed(failure)) => return Err(failure),
        };
        let tally = serde_json::to_string(&looks).map_err(|error| Failure::Tally(error.to_string()))?;
        Ok(Outcome { estimates, trials, ending, tally })
    }
}
