//! Nothing that a person can type makes a model panic, and a model that panics fails alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Control, Simulation, Stop};
use sim_core::random::{Address, Family, Purpose, Streams};
use sim_models::registry::{
    About, AnyModel, Document, Failure, Form, Kind, Metric, Model, Parameter, ParameterError, Parameters,
    Prediction, Registry, Unit, Value, Values, boolean, integer, nearest, real,
};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(items: &[Value]) -> Value {
    Value::List(items.to_vec())
}

/// Values that nobody means and somebody types. Integers stay below `most`: trees of 100 000 layers and chains of 10^9 agents
/// are sound but slow.
fn hostile(parameter: &Parameter, most: i64) -> Vec<Value> {
    let mut values = vec![
        Value::Boolean(true),
        Value::Integer(i64::MIN),
        Value::Integer(-1),
        Value::Integer(0),
        Value::Integer(1),
        Value::Integer(i64::MAX),
        list(&[]),
        list(&[list(&[Value::Integer(1)])]),
        list(&[Value::Integer(3), text("three"), Value::Boolean(false)]),
        list(&vec![Value::Integer(1); 1000]),
        text(""),
        text("0"),
        text("k"),
        text("-k tokens"),
        text("1e"),
        text("9".repeat(400).as_str()),
        text(&format!("{}G tokens", "9".repeat(400))),
        text("５ tokens"),
        text("3 läyers"),
        text("5kγ"),
        text("\u{0}\u{202e}🌲"),
        text(&"é".repeat(100_000)),
        Value::Document(Document::new("a.json", "{}")),
        Value::Table(BTreeMap::new()),
        list(&[Value::Table(BTreeMap::from([("a".to_owned(), Value::Integer(1))]))]),
    ];
    let reals = [
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        -f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        0.5,
        1.0 - f64::EPSILON,
        1e15,
        1e100,
        -0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    values.extend(reals.map(Value::Real));
    match &parameter.kind {
        Kind::Integer { low, high } => values.extend([*low, (*high).min(most)].map(Value::Integer)),
        Kind::Choice(choices) => values.extend(choices.iter().map(|choice| text(choice.name))),
        Kind::Real(bounds) => values.extend([bounds.low, bounds.high].map(Value::Real)),
        // What a text may say is for the model to check: most others are refused.
        Kind::Text => values.extend(vec![usual(parameter, "planner:100"); 24]),
        Kind::Boolean | Kind::Document | Kind::Table => {}
    }
    values.extend(parameter.word.iter().map(|word| text(word.name)));
    values
}

/// What a text says otherwise: instead of a planner that simulates much another policy, so that the tests end soon.
fn usual(parameter: &Parameter, policy: &str) -> Value {
    if parameter.default == text("planner") { text(policy) } else { parameter.default.clone() }
}

/// Each hostile value of each parameter alone, and together with each kind of dependence or shape: refused, or predicted
/// and run. A panic would come back as [`ParameterError::Panicked`] or [`Failure::Panicked`].
#[test]
fn no_value_makes_a_model_panic() {
    let others = |model: &str| -> Vec<(&'static str, Value)> {
        let key = if model == "tree" { "dependence" } else { "shape" };
        let registry = Registry::builtin();
        let parameter = registry.find(model).unwrap().parameters().into_iter().find(|p| p.key == key);
        parameter.iter().flat_map(|p| p.names().map(|name| (p.key, text(name))).collect::<Vec<_>>()).collect()
    };
    let registry = Registry::builtin();
    let all: Vec<(&dyn AnyModel, Parameter)> = registry
        .iter()
        .flat_map(|model| model.parameters().into_iter().map(move |parameter| (model, parameter)))
        .collect();
    let (refused, ran) = all
        .par_iter()
        .map(|(model, parameter)| {
            let (mut refused, mut ran) = (0, 0);
            let name = model.about().name;
            let mut companions = others(name);
            companions.push(("nothing", Value::Boolean(true)));
            for value in hostile(parameter, 10_001) {
                for (key, companion) in &companions {
                    let mut given = BTreeMap::from([(parameter.key.to_owned(), value.clone())]);
                    if let Some(policy) = model.parameters().iter().find(|other| other.key == "policy") {
                        // The models about workflows share their parameters: one of them plans.
                        let usually = if name == "workflow" { "planner:100" } else { "cop-greedy" };
                        given.entry("policy".to_owned()).or_insert_with(|| usual(policy, usually));
                    }
                    if *key != "nothing" {
                        given.entry((*key).to_owned()).or_insert_with(|| companion.clone());
                    }
                    match Values::resolve(&model.parameters(), &given) {
                        Ok(values) => {
                            ran += u32::from(runs(*model, &values));
                        }
                        Err(error) => {
                            refused += 1;
                            assert!(matches!(error, ParameterError::Invalid { .. }), "{error}");
                            assert_eq!(error.keys(), [parameter.key]);
                            break;
                        }
                    }
                }
            }
            (refused, ran)
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(refused > 300 && ran > 500, "{refused} refused, {ran} run");
}

/// The same with a hostile value for every parameter at once, at least 60 times per model, from those that each parameter allows.
#[test]
fn no_combination_of_values_makes_a_model_panic() {
    for model in Registry::builtin().iter() {
        // Each model has its own, so that a new model or parameter changes the combinations of no other.
        let family = Family::of_cell(Values::default().hash(model.about().name));
        let mut draws = Streams::new(7, Purpose::SamplingPlan, family).open(Address::trial(0));
        let parameters = model.parameters();
        let mut allowed: Vec<Vec<Value>> = Vec::new();
        for parameter in &parameters {
            let mut values = hostile(parameter, 12);
            values.retain(|value| parameter.normalize(value).is_ok() && !matches!(value, Value::List(_)));
            allowed.push(values);
        }
        let (mut tried, mut ran) = (0, 0);
        // Of models with many parameters few combinations can be run.
        while tried < 60 || (ran <= 5 && tried < 600) {
            tried += 1;
            let given = parameters.iter().zip(&allowed).map(|(parameter, values)| {
                (parameter.key.to_owned(), values[draws.below(values.len() as u64) as usize].clone())
            });
            let values = Values::resolve(&parameters, &given.collect()).unwrap();
            ran += u32::from(runs(model, &values));
        }
        assert!(ran > 5, "{}: {ran}", model.about().name);
    }
}

/// Whether the scenario can be simulated; what it predicts and estimates must make sense in any case.
fn runs(model: &dyn AnyModel, values: &Values) -> bool {
    let sensible = |error: &ParameterError| matches!(error, ParameterError::Impossible { .. });
    match model.predict(values) {
        Ok(forecast) => {
            let mut numbers = forecast.predictions.iter().filter_map(|prediction| prediction.value);
            assert!(numbers.all(f64::is_finite), "{values:?}");
        }
        Err(error) => assert!(sensible(&error), "{values:?}: {error}"),
    }
    let plan = match model.prepare(values) {
        Ok(plan) => plan,
        Err(error) => {
            assert!(sensible(&error), "{values:?}: {error}");
            return false;
        }
    };
    let streams = Streams::new(1, Purpose::World, Family::of_cell(values.hash(model.about().name)));
    let outcome = plan.run(&streams, &Stop::after(2).unwrap(), &Control::default());
    let outcome = outcome.unwrap_or_else(|e| panic!("{values:?}: {e}"));
    for (estimate, metric) in outcome.estimates.iter().zip(plan.metrics()) {
        let (low, high) = metric.range;
        let inside = !(estimate.value < low || estimate.value > high);
        assert!(estimate.trials == 0 || inside, "{} is {}: {values:?}", metric.name, estimate.value);
    }
    let again = plan.extend(&outcome.tally, 2, &streams, &Stop::after(2).unwrap(), &Control::default());
    assert_eq!(again.map(|again| again.tally), Ok(outcome.tally), "{values:?}");
    true
}

/// Brackets and words without end are refused, and soon.
#[test]
fn endless_text_is_refused() {
    let registry = Registry::builtin();
    let parameters = registry.find("tree").unwrap().parameters();
    let resolve = |key: &str, value| Values::resolve(&parameters, &BTreeMap::from([(key.to_owned(), value)]));
    let brackets = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let long = "correlation".repeat(100_000);
    for value in [Value::parse(&brackets), Value::parse(&long), Value::parse(&"[1,".repeat(100_000))] {
        assert!(resolve("fan_in", value.clone()).is_err());
        assert!(resolve("dependence", value).is_err());
    }
    assert_eq!(nearest(&long, ["correlation"]), None);
    assert!(resolve(&long, Value::Integer(1)).is_err());
}

/// A model that panics where it is told to.
struct Fragile;

struct FragileParameters {
    at: u32,
}

impl Parameters for FragileParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let at = form.read(integer("at", 0).help("where it panics"))?;
        form.read(boolean("spare", false).help("not used"))?;
        form.read(real("scale", 1.0).help("not used"))?;
        assert!(at != 1, "read: {at}");
        Ok(Self { at })
    }
}

struct FragilePlan(u32);

#[derive(Clone, Default, Serialize, Deserialize)]
struct FragileTally(Proportion);

impl sim_core::estimate::Tally for FragileTally {
    fn merge(&mut self, later: &Self) {
        self.0.merge(&later.0);
    }
}

impl Simulation for FragilePlan {
    type Tally = FragileTally;

    fn run(&self, block: &Block, _: &Streams, tally: &mut FragileTally) {
        assert!(self.0 != 4 || block.index() != 3, "run: block {}", block.index());
        tally.0.record_many(block.len(), 0);
    }

    fn estimates(&self, tally: &FragileTally, confidence: Confidence) -> Vec<Estimate> {
        assert!(self.0 != 5, "estimates");
        vec![tally.0.estimate(confidence); if self.0 == 6 { 2 } else { 1 }]
    }
}

impl Model for Fragile {
    type Parameters = FragileParameters;
    type Plan = FragilePlan;

    fn about(&self) -> About {
        About { name: "fragile", summary: "Panics", references: &[] }
    }

    fn metrics(&self) -> Vec<Metric> {
        vec![Metric { name: "share", help: "a share", unit: Unit::One, range: (0.0, 1.0) }]
    }

    fn predictions(&self) -> Vec<Prediction<FragileParameters>> {
        vec![Prediction::new("share", "a share", |p| {
            assert!(p.at != 2, "predict");
            Some(1.0)
        })]
    }

    fn prepare(&self, parameters: &FragileParameters) -> Result<FragilePlan, ParameterError> {
        assert!(parameters.at != 3, "prepare");
        Ok(FragilePlan(parameters.at))
    }
}

#[test]
fn a_model_that_panics_fails_alone() {
    let registry = Registry::builtin().with(Fragile);
    let model = registry.find("fragile").unwrap();
    let values = |at| {
        let given = BTreeMap::from([("at".to_owned(), Value::Integer(at))]);
        Values::resolve(&model.parameters(), &given).unwrap()
    };
    let panicked = |message: &str| ParameterError::Panicked { message: message.to_owned() };
    assert_eq!(model.predict(&values(1)), Err(panicked("read: 1")));
    assert_eq!(model.prepare(&values(1)).map(|_| ()), Err(panicked("read: 1")));
    assert_eq!(model.predict(&values(2)), Err(panicked("predict")));
    assert_eq!(model.prepare(&values(3)).map(|_| ()), Err(panicked("prepare")));

    let streams = Streams::new(1, Purpose::World, Family::common());
    let stop = Stop::after(10_000).unwrap();
    let run = |at| model.prepare(&values(at)).unwrap().run(&streams, &stop, &Control::default());
    assert_eq!(run(4).map(|_| ()), Err(Failure::Panicked("run: block 3".to_owned())));
    assert_eq!(run(5).map(|_| ()), Err(Failure::Panicked("estimates".to_owned())));
    assert_eq!(run(6).map(|_| ()), Err(Failure::Estimates { estimates: 2, metrics: 1 }));
    let tally = run(0).unwrap().tally;
    let again =
        model.prepare(&values(5)).unwrap().extend(&tally, 10_000, &streams, &stop, &Control::default());
    assert_eq!(again.map(|_| ()), Err(Failure::Panicked("estimates".to_owned())));
    // The same process goes on.
    assert_eq!(run(0).unwrap().trials, 10_000);
}

#[test]
fn a_tally_that_is_none_is_an_error() {
    let registry = Registry::builtin();
    let streams = Streams::new(1, Purpose::World, Family::common());
    let (stop, control) = (Stop::after(4).unwrap(), Control::default());
    for model in registry.iter() {
        let values = Values::resolve(&model.parameters(), &BTreeMap::new()).unwrap();
        let plan = model.prepare(&values).unwrap();
        let impossible = r#"{"successes":3,"trials":2}"#;
        let nested = format!(r#"{{"tree":{impossible},"single":{impossible}}}"#);
        for tally in ["", "{}", "null", "[]", impossible, &nested, &"[".repeat(100_000)] {
            let found = plan.extend(tally, 2, &streams, &stop, &control);
            assert!(matches!(found, Err(Failure::Tally(_))), "{}: {tally}: {found:?}", model.about().name);
        }
    }
}
