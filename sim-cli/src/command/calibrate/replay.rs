//! The log through the simulator: observed votes against votes of the calibrated fleet.

use std::collections::BTreeMap;

use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{Control, Stop};
use sim_models::calibration::{Calibration, DependenceFits};
use sim_models::registry::{Registry, Value, Values};
use sim_models::theory::dependence::Dependence;

use super::answer::law_name;
use crate::problem::{Outcome, Problem};
use crate::scenario::{Randomness, find_model};

/// Simulated votes of each size.
const TRIALS: u64 = 100_000;

/// A vote of some size in the log and in the simulator.
#[derive(Clone, Debug)]
pub(super) struct Replayed {
    pub(super) size: u32,
    /// Accuracy of majorities of so many siblings of the log.
    pub(super) observed: Result<Estimate, String>,
    /// Accuracy of simulated majorities of agents with the calibrated bias, correlation and dependence.
    pub(super) simulated: Estimate,
    /// The exact accuracy of the same.
    pub(super) exact: f64,
    /// The exact accuracy if votes were independent.
    pub(super) independent: f64,
}

/// What votes of the calibrated fleet depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fleet {
    pub(super) bias: f64,
    pub(super) correlation: f64,
    pub(super) law: Dependence,
}

/// The law of dependence that fits best, independence aside.
pub(super) fn best_law(dependence: Option<&DependenceFits>) -> Dependence {
    let fits = dependence.into_iter().flat_map(|dependence| &dependence.fits);
    fits.filter_map(|fit| fit.law).next().unwrap_or_default()
}

impl Fleet {
    /// As far as the log tells; independent votes where it does not tell the correlation.
    pub(super) fn of(calibration: &Calibration) -> Option<Self> {
        let accuracy = calibration.value("accuracy")?;
        let correlation = calibration.value("correlation").unwrap_or(0.0).clamp(0.0, 1.0);
        let law = best_law(calibration.dependence.as_ref());
        Some(Self { bias: (2.0 * accuracy - 1.0).clamp(-1.0, 1.0), correlation, law })
    }

    /// Probability that more than half of `size` votes are right, for odd sizes.
    pub(super) fn accuracy_of_vote(&self, size: u32, law: Option<Dependence>) -> f64 {
        let counts = match law {
            None => Dependence::Mixture.count_law(size, self.bias, 0.0),
            Some(law) => law.count_law(size, self.bias, self.correlation),
        };
        counts.iter().skip(size as usize / 2 + 1).sum()
    }
}

/// Simulates a vote of every size that the log has.
pub(super) fn replay(
    registry: &Registry,
    calibration: &Calibration,
    confidence: Confidence,
    seed: u64,
) -> Outcome<Vec<Replayed>> {
    let Some(fleet) = Fleet::of(calibration) else { return Ok(Vec::new()) };
    let votes = calibration.replay.iter();
    votes
        .map(|vote| {
            Ok(Replayed {
                size: vote.size,
                observed: vote.accuracy.clone(),
                simulated: simulated(registry, &fleet, vote.size, confidence, seed)?,
                exact: fleet.accuracy_of_vote(vote.size, Some(fleet.law)),
                independent: fleet.accuracy_of_vote(vote.size, None),
            })
        })
        .collect()
}

fn simulated(
    registry: &Registry,
    fleet: &Fleet,
    size: u32,
    confidence: Confidence,
    seed: u64,
) -> Outcome<Estimate> {
    let model = find_model(registry, "tree")?;
    let given: BTreeMap<String, Value> = [
        ("fan_in", Value::Integer(i64::from(size))),
        ("depth", Value::Integer(1)),
        ("leaf_bias", Value::Real(fleet.bias)),
        ("fidelity", Value::Real(1.0)),
        ("correlation", Value::Real(fleet.correlation)),
        ("dependence", Value::Text(law_name(Some(fleet.law)).to_owned())),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    let refused = |error: &dyn std::fmt::Display| {
        Problem::failure(format!("a vote of {size} cannot be simulated: {error}"))
    };
    let values = Values::resolve(&model.parameters(), &given).map_err(|error| refused(&error))?;
    let plan = model.prepare(&values).map_err(|error| refused(&error))?;
    let streams = Randomness { seed, common: false }.streams(values.hash("tree"));
    let stop = Stop::after(TRIALS).map_err(|error| refused(&error))?.with_confidence(confidence);
    let outcome = plan.run(&streams, &stop, &Control::default()).map_err(|error| refused(&error))?;
    let place = plan.metrics().iter().position(|metric| metric.name == "root_accuracy");
    place
        .and_then(|place| outcome.estimates.get(place).copied())
        .ok_or_else(|| refused(&"the model has no root_accuracy"))
}
