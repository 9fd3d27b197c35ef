//! A model looked at in many places, each after more and more trials.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sim_core::design::level_set::InvalidSearch;
use sim_core::design::optimum::InvalidHunt;
use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::Streams;
use sim_models::registry::{
    AnyModel, AnyPlan, CellPrediction, Failure, Parameter, ParameterError, Value, Values, number,
};

/// What a search has seen: a tally per look, so that it can be repeated, also under another rule, without a trial.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Looks {
    points: Vec<Point>,
}

/// A place and what was seen there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    /// Values of the parameters that are searched over.
    at: Vec<f64>,
    /// Tallies by the number of their trials.
    looks: BTreeMap<u64, String>,
}

impl Looks {
    fn point(&self, at: &[f64]) -> Option<usize> {
        self.points.iter().position(|point| point.at == at)
    }

    /// Number of places.
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// Trials in all places together.
    pub fn trials(&self) -> u64 {
        self.points.iter().filter_map(|point| point.looks.keys().next_back()).sum()
    }
}

/// Why a look was not taken.
#[derive(Debug)]
pub enum Halt {
    /// Somebody cancelled.
    Cancelled,
    /// The model or the search failed.
    Failed(Failure),
}

impl From<InvalidSearch> for Halt {
    fn from(error: InvalidSearch) -> Self {
        Self::Failed(Failure::Impossible(error.to_string()))
    }
}

impl From<InvalidHunt> for Halt {
    fn from(error: InvalidHunt) -> Self {
        Self::Failed(Failure::Impossible(error.to_string()))
    }
}

impl From<ParameterError> for Halt {
    fn from(error: ParameterError) -> Self {
        Self::Failed(Failure::Impossible(error.to_string()))
    }
}

/// A model with some of its parameters open.
#[derive(Clone, Copy)]
pub struct Open<'a> {
    /// The model.
    pub model: &'a dyn AnyModel,
    /// Its parameters.
    pub parameters: &'a [Parameter],
    /// Values of all parameters but the open ones.
    pub fixed: &'a Values,
    /// The open parameters.
    pub keys: &'a [&'static str],
}

impl Open<'_> {
    /// All values, with these for the open parameters.
    pub fn values(&self, at: &[f64]) -> Result<Values, ParameterError> {
        let mut given: BTreeMap<String, Value> =
            self.fixed.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        given.extend(self.keys.iter().zip(at).map(|(key, x)| ((*key).to_owned(), Value::Real(*x))));
        Values::resolve(self.parameters, &given)
    }

    /// What comes of all values, with these for the open parameters. An error says which these are.
    pub fn at<T>(
        &self,
        at: &[f64],
        of: impl FnOnce(&Values) -> Result<T, ParameterError>,
    ) -> Result<T, ParameterError> {
        self.values(at).and_then(|values| of(&values)).map_err(|error| {
            let place = self.keys.iter().zip(at).map(|(key, x)| format!("{key} = {}", number(*x)));
            let place: Vec<String> = place.collect();
            ParameterError::impossible(self.keys, format!("at {}: {error}", place.join(", ")))
        })
    }

    /// The predictions that do not depend on the open parameters: those that are the same in two places far apart.
    pub fn constant_predictions(
        &self,
        one: &[f64],
        other: &[f64],
    ) -> Result<Vec<CellPrediction>, ParameterError> {
        let [here, there] = [one, other].map(|at| self.at(at, |values| self.model.predict(values)));
        let (here, there) = (here?, there?);
        let same = |prediction: &CellPrediction| {
            let is_open = self.keys.iter().any(|key| prediction.name == *key);
            !is_open && prediction.value.is_some() && prediction.value == there.get(&prediction.name)
        };
        Ok(here.predictions.into_iter().filter(same).collect())
    }
}

/// Looks at a model for a search. All places have the same draws: neighbors differ by their parameters and little else.
pub struct Observer<'a> {
    open: Open<'a>,
    quantity: &'a str,
    streams: &'a Streams,
    control: Control,
    /// What an earlier search saw.
    known: &'a Looks,
    /// What this one has seen.
    seen: Looks,
    /// The simulations of its places, and where in them the quantity is.
    plans: Vec<(Box<dyn AnyPlan + 'a>, usize)>,
}

impl<'a> Observer<'a> {
    /// Nothing seen yet, but what an earlier search knows.
    pub fn new(
        open: Open<'a>,
        quantity: &'a str,
        streams: &'a Streams,
        control: &Control,
        known: &'a Looks,
    ) -> Self {
        let control = control.unwatched();
        Self { open, quantity, streams, control, known, seen: Looks::default(), plans: Vec::new() }
    }

    /// The estimate of the quantity after so many trials in all.
    pub fn look(&mut self, at: &[f64], trials: u64, confidence: f64) -> Result<Estimate, Halt> {
        let place = self.place(at)?;
        let (plan, metric) = &self.plans[place];
        let impossible = |error: &dyn std::fmt::Display| Halt::Failed(Failure::Impossible(error.to_string()));
        let confidence = Confidence::new(confidence).map_err(|error| impossible(&error))?;
        let stop = Stop::after(trials).map_err(|error| impossible(&error))?.with_confidence(confidence);
        let before = |looks: &Looks| {
            let point = &looks.points[looks.point(at)?];
            point.looks.range(..=trials).next_back().map(|(trials, tally)| (*trials, tally.clone()))
        };
        let earlier = [before(&self.seen), before(self.known)].into_iter().flatten().max();
        let outcome = match earlier {
            Some((trials, tally)) => plan.extend(&tally, trials, self.streams, &stop, &self.control),
            None => plan.run(self.streams, &stop, &self.control),
        };
        let outcome = outcome.map_err(Halt::Failed)?;
        if outcome.ending == Ending::Cancelled {
            return Err(Halt::Cancelled);
        }
        self.seen.points[place].looks.insert(trials, outcome.tally);
        Ok(outcome.estimates[*metric])
    }

    /// Number of a place, with its simulation prepared.
    fn place(&mut self, at: &[f64]) -> Result<usize, Halt> {
        if let Some(place) = self.seen.point(at) {
            return Ok(place);
        }
        let plan = self.open.at(at, |values| self.open.model.prepare(values))?;
        let metric = plan.metrics().iter().position(|metric| metric.name == self.quantity);
        let Some(metric) = metric else {
            let sentence = format!("`{}` is no metric of this cell", self.quantity);
            return Err(Halt::Failed(Failure::Impossible(sentence)));
        };
        self.plans.push((plan, metric));
        self.seen.points.push(Point { at: at.to_vec(), looks: BTreeMap::new() });
        Ok(self.plans.len() - 1)
    }

    /// What this search has seen.
    pub fn into_looks(self) -> Looks {
        self.seen
    }
}
