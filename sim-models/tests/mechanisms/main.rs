//! Mechanisms of the literature: their golden numbers, and simulations against predictions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod answering;
mod auctions;
mod budgets;
mod chains;
mod composed;
mod documented;
mod faults;
mod groups;
mod reported;
mod spending;
mod teams;
mod turns;

use std::collections::BTreeMap;

use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::{AnyModel, Forecast, ParameterError, Registry, Value, Values};

/// Values as they are typed: `accuracy=0.7 voters=5`.
fn values(model: &dyn AnyModel, settings: &str) -> Result<Values, ParameterError> {
    let pair = |setting: &str| {
        let (key, value) = setting.split_once('=').unwrap();
        (key.to_owned(), Value::parse(value))
    };
    let given: BTreeMap<String, Value> = settings.split_whitespace().map(pair).collect();
    Values::resolve(&model.parameters(), &given)
}

fn predict(model: &str, settings: &str) -> Forecast {
    let registry = Registry::builtin();
    let model = registry.find(model).unwrap();
    model.predict(&values(model, settings).unwrap()).unwrap()
}

/// What a model predicts under a name.
fn predicted(model: &str, settings: &str, name: &str) -> f64 {
    predict(model, settings).get(name).unwrap_or(f64::NAN)
}

/// The estimates of a run, by metric. An interval misses with probability 1e-8, so that hundreds of them miss together with less than
/// 1e-5.
fn run(model: &str, settings: &str, trials: u64) -> BTreeMap<String, Estimate> {
    let registry = Registry::builtin();
    let model = registry.find(model).unwrap();
    let plan = model.prepare(&values(model, settings).unwrap()).unwrap();
    let streams = Streams::new(1, Purpose::World, Family::common());
    let stop = Stop::after(trials).unwrap().with_confidence(Confidence::new(1.0 - 1e-8).unwrap());
    let outcome = plan.run(&streams, &stop, &Control::default()).unwrap();
    plan.metrics().iter().map(|m| m.name.to_string()).zip(outcome.estimates).collect()
}

/// Runs a model and compares every metric that is predicted; there must be `compared` of them.
fn agree(model: &str, settings: &str, trials: u64, compared: usize) {
    let forecast = predict(model, settings);
    let mut found = 0;
    for (name, estimate) in run(model, settings, trials) {
        let Some(exact) = forecast.get(&name) else { continue };
        found += 1;
        let rounding = 1e-9 * exact.abs();
        assert!(
            estimate.low - rounding <= exact && exact <= estimate.high + rounding,
            "{model} {settings}: {name} is {exact}, found {estimate:?}"
        );
    }
    assert_eq!(found, compared, "{model} {settings}");
}

fn refused(model: &str, settings: &str) -> String {
    let registry = Registry::builtin();
    let model = registry.find(model).unwrap();
    match values(model, settings).and_then(|values| model.prepare(&values).map(|_| ())) {
        Err(error) => error.to_string(),
        Ok(()) => panic!("{settings} is accepted"),
    }
}

/// A number as it is printed: equal to the digits shown.
#[track_caller]
fn shows(found: f64, printed: f64, digits: i32) {
    assert!((found - printed).abs() <= 0.5001 * 10f64.powi(-digits), "found {found}, printed {printed}");
}
