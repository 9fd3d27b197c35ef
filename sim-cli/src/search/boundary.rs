//! The search for a boundary as a model: its cells lack one parameter, and its metric is the value of that parameter at which a metric of
//! the model below crosses a level.

use sim_core::design::level_set::{Root, Search};
use sim_core::estimate::{Confidence, Estimate, Interval};
use sim_core::monte_carlo::{Control, Ending, Precision, Stop};
use sim_core::random::Streams;
use sim_models::registry::{
    About, AnyModel, AnyPlan, CellMetric, CellPrediction, Failure, Forecast, Identity, Metric, Outcome,
    Parameter, ParameterError, PredictionInfo, Unit, Values,
};

use super::Studied;
use super::looks::{Halt, Looks, Observer, Open};
use super::plan::{CellSearch, SearchPlan};
use crate::problem::{self, Problem};
use crate::scenario::BoundarySpec;

/// Halvings of the bracket of a predicted boundary: it is right to a rounding error.
const HALVINGS: usize = 60;

/// A model whose cells are searches along one parameter of another model.
pub struct Boundary<'a> {
    model: Studied<'a>,
    spec: BoundarySpec,
    /// All parameters of the model below.
    parameters: Vec<Parameter>,
    along: &'static str,
    unit: Unit,
}

impl<'a> Boundary<'a> {
    /// The search that `spec` describes.
    pub fn new(model: Studied<'a>, spec: BoundarySpec) -> problem::Outcome<Self> {
        let parameters = model.parameters();
        let Some(parameter) = parameters.iter().find(|parameter| parameter.key == spec.along) else {
            return Err(Problem::parameters(&ParameterError::unknown(&spec.along, &parameters)));
        };
        let (along, unit) = (parameter.key, parameter.unit);
        Ok(Self { model, spec, parameters, along, unit })
    }

    fn open<'b>(&'b self, fixed: &'b Values) -> Open<'b> {
        let keys = std::slice::from_ref(&self.along);
        Open { model: &*self.model, parameters: &self.parameters, fixed, keys }
    }

    /// How far the predicted quantity is above the level at `x`; `None` where there is no such prediction.
    fn predicted_excess(&self, open: &Open<'_>, x: f64) -> Result<Option<f64>, ParameterError> {
        let values = open.values(&[x])?;
        let predicted = self.model.predict(&values)?.get(&self.spec.quantity);
        Ok(predicted.zip(self.spec.level.at(&values)).map(|(value, level)| value - level))
    }

    /// Where the predicted quantity crosses the level, if it does between the ends.
    fn predicted(&self, open: &Open<'_>) -> Result<Option<f64>, ParameterError> {
        let (mut low, mut high) = (self.spec.from, self.spec.to);
        let Some(at_low) = self.predicted_excess(open, low)? else { return Ok(None) };
        let Some(at_high) = self.predicted_excess(open, high)? else { return Ok(None) };
        if (at_low > 0.0) == (at_high > 0.0) {
            return Ok(None);
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            let Some(excess) = self.predicted_excess(open, middle)? else { return Ok(None) };
            if (excess > 0.0) == (at_low > 0.0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(Some(0.5 * (low + high)))
    }

    fn own_metrics(&self) -> Vec<Metric> {
        let of = |name, unit, range, help| Metric { name, help, unit, range };
        vec![
            of(self.along, self.unit, (self.spec.from, self.spec.to), "where the quantity crosses the level"),
            of("points", Unit::One, (0.0, f64::INFINITY), "points that the search looked at"),
            of(
                "sign_at_from",
                Unit::One,
                (-1.0, 1.0),
                "sign of quantity minus level at the lower end; 0: open",
            ),
            of(
                "sign_at_to",
                Unit::One,
                (-1.0, 1.0),
                "sign of quantity minus level at the upper end; 0: open",
            ),
        ]
    }
}

impl AnyModel for Boundary<'_> {
    fn about(&self) -> About {
        self.model.about()
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.iter().filter(|parameter| parameter.key != self.along).cloned().collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        self.own_metrics()
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        vec![PredictionInfo {
            name: self.along,
            help: "where the prediction of the quantity crosses the level",
            unit: self.unit,
        }]
    }

    fn identity(&self, values: &Values) -> Result<Identity, ParameterError> {
        let mut identity = self.open(values).at(&[self.spec.from], |values| self.model.identity(values))?;
        identity.values.remove(self.along);
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

    /// Where the prediction of the quantity crosses the level, and the predictions that do not depend on the parameter that is looked along:
    /// those that are the same at both ends.
    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        let open = self.open(values);
        let constant = open.constant_predictions(&[self.spec.from], &[self.spec.to])?;
        let own = self.predictions().into_iter().map(|info| CellPrediction {
            name: info.name.into(),
            help: info.help.into(),
            unit: info.unit,
            value: None,
        });
        let mut predictions: Vec<CellPrediction> = own.chain(constant).collect();
        predictions[0].value = self.predicted(&open)?;
        Ok(Forecast { predictions, notes: Vec::new() })
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        // What cannot run at the ends is said before anything runs.
        for end in [self.spec.from, self.spec.to] {
            self.model.prepare(&self.open(values).values(&[end])?)?;
        }
        let search = BoundarySearch { boundary: self, values: values.clone() };
        Ok(Box::new(SearchPlan::new(search, self.own_metrics())))
    }
}

/// The search of one cell.
struct BoundarySearch<'a> {
    boundary: &'a Boundary<'a>,
    values: Values,
}

impl BoundarySearch<'_> {
    /// The search under a stopping rule: its half-width is that of the boundary, its trials are those at one point. On a logarithmic scale it goes
    /// from 0 to 1, shares of the way in ratios.
    fn search(&self, stop: &Stop) -> Search {
        let spec = &self.boundary.spec;
        let width = match stop.precision() {
            Some(Precision::Absolute(half_width)) => 2.0 * half_width,
            // An interval whose half is this share of its middle has ends of this ratio.
            Some(Precision::Relative(share)) => {
                libm::log((1.0 + share) / (1.0 - share)) / libm::log(spec.to / spec.from)
            }
            // As narrow as the trials allow.
            None => f64::MIN_POSITIVE,
        };
        let (from, to) = if spec.spacing.is_linear() { (spec.from, spec.to) } else { (0.0, 1.0) };
        let first_look = spec.first_look.min(stop.trials());
        let error_rate = 1.0 - stop.confidence().get();
        Search { from, to, width, first_look, most_trials: stop.trials(), error_rate }
    }

    /// The value of the parameter at a place of the search.
    fn x(&self, place: f64) -> f64 {
        let spec = &self.boundary.spec;
        match place {
            place if spec.spacing.is_linear() => place,
            // The ends exactly, whatever rounding says.
            0.0 => spec.from,
            1.0 => spec.to,
            place => spec.spacing.between(spec.from, spec.to, place),
        }
    }

    /// The interval of a root, if there is one.
    fn interval(&self, root: Root) -> Option<Interval> {
        match root {
            Root::Between { low, high } => Some(Interval { low: self.x(low), high: self.x(high) }),
            Root::NoCrossing { .. } | Root::UndecidedEnd(_) => None,
        }
    }
}

impl CellSearch for BoundarySearch<'_> {
    fn go_on(
        &self,
        known: &Looks,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let spec = &self.boundary.spec;
        let search = self.search(stop);
        let open = self.boundary.open(&self.values);
        let mut observer = Observer::new(open, &spec.quantity, streams, control, known);
        let mut signs = [0.0; 2];
        let found = search.run(|place, trials, confidence| {
            let x = self.x(place);
            let values = open.values(&[x])?;
            let level = spec.level.at(&values).ok_or_else(|| {
                Halt::Failed(Failure::Impossible(
                    "the level of the boundary is no number in this cell".into(),
                ))
            })?;
            let Estimate { low, high, .. } = observer.look(&[x], trials, confidence)?.affine(-level, 1.0);
            let sign = f64::from(u8::from(low > 0.0)) - f64::from(u8::from(high < 0.0));
            if let Some(end) = [spec.from, spec.to].iter().position(|end| *end == x) {
                signs[end] = sign;
            }
            Ok::<_, Halt>((low, high))
        });
        let looks = observer.into_looks();
        let (trials, points) = (looks.trials(), looks.points());
        let (interval, ending) = match found {
            Ok(found) => (self.interval(found.root), ending(found.root, &search, stop)),
            Err(Halt::Cancelled) => (None, Ending::Cancelled),
            Err(Halt::Failed(failure)) => return Err(failure),
        };
        let exactly = |x: f64| at(Some(Interval { low: x, high: x }), stop.confidence(), trials);
        let boundary = at(interval, stop.confidence(), trials);
        let estimates = vec![boundary, exactly(points as f64), exactly(signs[0]), exactly(signs[1])];
        let tally = serde_json::to_string(&looks).map_err(|error| Failure::Tally(error.to_string()))?;
        Ok(Outcome { estimates, trials, ending, tally })
    }
}

/// The middle of an interval. Without one there is no estimate, as of no trials.
fn at(interval: Option<Interval>, confidence: Confidence, trials: u64) -> Estimate {
    match interval {
        Some(interval) => Estimate::new(0.5 * (interval.low + interval.high), interval, confidence, trials),
        None => Estimate::new(f64::NAN, Interval::UNBOUNDED, confidence, 0),
    }
}

/// Why a search ended: that there is no crossing is known for certain enough, too.
fn ending(root: Root, search: &Search, stop: &Stop) -> Ending {
    let precise = match root {
        Root::Between { low, high } => high - low <= search.width,
        Root::NoCrossing { .. } => true,
        Root::UndecidedEnd(_) => false,
    };
    match (stop.precision(), precise) {
        (None, _) => Ending::Complete,
        (Some(_), true) => Ending::Precise,
        (Some(_), false) => Ending::Imprecise,
    }
}
