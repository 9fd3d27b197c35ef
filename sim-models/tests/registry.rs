//! The registry as a scenario file meets it: canonical values and their hashes, refusals as sentences, and nothing that
//! a person can type that makes it panic.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Control, Simulation, Stop};
use sim_core::random::{Address, Family, Purpose, Streams};
use sim_models::registry::{
    About, AnyModel, Failure, Form, Kind, Metric, Model, Parameter, ParameterError, Parameters, Prediction,
    Registry, Unit, Value, Values, boolean, integer, nearest, real,
};

fn resolve(model: &str, given: &[(&str, Value)]) -> Result<Values, ParameterError> {
    let registry = Registry::builtin();
    let given = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Values::resolve(&registry.find(model).unwrap().parameters(), &given)
}

fn hash(model: &str, given: &[(&str, Value)]) -> [u8; 32] {
    resolve(model, given).unwrap_or_else(|e| panic!("{given:?}: {e}")).hash(model)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(items: &[Value]) -> Value {
    Value::List(items.to_vec())
}

#[test]
fn equal_values_hash_equal_however_they_were_written() {
    use Value::{Integer, Real};
    let same: [(&str, &str, &[Value]); 8] = [
        ("tree", "leaf_bias", &[Integer(1), Real(1.0), Value::parse("1"), Value::parse("1e0")]),
        ("tree", "leaf_bias", &[Integer(0), Real(0.0), Real(-0.0), Value::parse("-0")]),
        ("tree", "fidelity", &[list(&[Integer(1), Real(0.0)]), list(&[Real(1.0), Real(-0.0)])]),
        ("tree", "fan_in", &[Integer(5), Real(5.0), text("5 agents"), Value::parse("5.0")]),
        (
            "tree",
            "fan_in",
            &[list(&[Integer(3), Real(5.0)]), Value::parse("[3, 5]"), Value::parse("[3,5 agents]")],
        ),
        (
            "tree",
            "window",
            &[
                Integer(2000),
                Real(2e3),
                text("2k tokens"),
                text("2k"),
                text("2000 tokens"),
                Value::parse("2_000"),
            ],
        ),
        (
            "budget",
            "budget",
            &[Integer(1_500_000), text("1.5M tokens"), text("1500k"), Value::parse("1.5e6")],
        ),
        ("averaging", "leaf_variance", &[Integer(2), text("2 squared error"), Real(2.0)]),
    ];
    for (model, key, ways) in same {
        for way in ways {
            assert_eq!(
                hash(model, &[(key, way.clone())]),
                hash(model, &[(key, ways[0].clone())]),
                "{key}: {way:?}"
            );
        }
    }
    // A default that is written out is the default.
    for model in Registry::builtin().iter() {
        let name = model.about().name;
        for parameter in model.parameters() {
            assert_eq!(
                hash(name, &[(parameter.key, parameter.default.clone())]),
                hash(name, &[]),
                "{}",
                parameter.key
            );
        }
    }
}

#[test]
fn different_values_and_models_hash_differently() {
    use Value::{Boolean, Integer, Real};
    let base = 0.1_f64;
    let scenarios: [&[(&str, Value)]; 16] = [
        &[],
        &[("fan_in", Integer(3))],
        &[("depth", Integer(3))],
        &[("fan_in", list(&[Integer(3)]))],
        &[("fan_in", list(&[Integer(3), Integer(5)]))],
        &[("fan_in", list(&[Integer(5), Integer(3)]))],
        &[("fan_in", list(&[Integer(35)]))],
        &[("leaf_bias", Real(f64::from_bits(base.to_bits() + 1)))],
        &[("leaf_bias", Real(-base))],
        &[("leaf_bias", Real(f64::MIN_POSITIVE))],
        &[("leaf_bias", Real(0.0))],
        &[("fidelity", Real(0.1)), ("correlation", Real(0.9))],
        &[("fidelity", Real(0.9)), ("correlation", Real(0.9))],
        &[("erasure_detected", Boolean(true))],
        &[("window", Integer(1))],
        &[("dependence", text("copying"))],
    ];
    let mut hashes: Vec<_> = scenarios.iter().map(|given| hash("tree", given)).collect();
    hashes.push(resolve("tree", &[]).unwrap().hash("forest"));
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

/// A hash that changes orphans every stored result. Computed by a script in Python: BLAKE3 of the model's name, a zero byte
/// and, by key, `json.dumps([key, value], separators=(",", ":"))` and a zero byte.
#[test]
fn hashes_stay_what_they_are() {
    let hex = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(
        hex(hash("averaging", &[])),
        "4a6072427e9aa63438d533b1405454aa69cc40ee906b2f54a21bc5543766339b"
    );
    let given = [
        ("fan_in", Value::parse("[3, 5]")),
        ("depth", Value::Integer(2)),
        ("leaf_bias", Value::Real(-0.25)),
        ("dependence", text("copying")),
        ("sharing", text("before-channel")),
        ("window", text("2k tokens")),
        ("erasure_detected", Value::Boolean(true)),
    ];
    assert_eq!(hex(hash("tree", &given)), "740495c25ce39b7287c38159f010e6884ed2af0d58db73b821daa16dcf78abe2");
}

#[test]
fn bounds_hold_at_their_ends() {
    for model in Registry::builtin().iter() {
        for parameter in model.parameters() {
            let accepts = |value: Value| parameter.normalize(&value).is_ok();
            let key = parameter.key;
            match &parameter.kind {
                Kind::Boolean | Kind::Choice(_) => {}
                Kind::Integer { low, high } => {
                    assert!(accepts(Value::Integer(*low)) && accepts(Value::Integer(*high)), "{key}");
                    assert!(!accepts(Value::Integer(low - 1)) && !accepts(Value::Integer(high + 1)), "{key}");
                    assert!(
                        accepts(Value::Real(*low as f64)) && !accepts(Value::Real(*low as f64 + 0.5)),
                        "{key}"
                    );
                }
                Kind::Real(bounds) => {
                    for (end, open, outward) in [
                        (bounds.low, bounds.open_low, f64::NEG_INFINITY),
                        (bounds.high, bounds.open_high, f64::INFINITY),
                    ] {
                        let step = |towards: f64| if towards > end { end.next_up() } else { end.next_down() };
                        if end.is_finite() {
                            assert_eq!(accepts(Value::Real(end)), !open, "{key} at {end}");
                            assert!(!accepts(Value::Real(step(outward))), "{key} beyond {end}");
                            assert!(accepts(Value::Real(step(-outward))), "{key} inside {end}");
                        } else {
                            assert!(accepts(Value::Real(f64::MAX.copysign(end))), "{key}");
                        }
                    }
                }
            }
            for refused in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert!(!accepts(Value::Real(refused)), "{key} = {refused}");
                assert!(!accepts(list(&[Value::Real(refused)])), "{key} = [{refused}]");
            }
        }
    }
}

#[test]
fn a_refusal_is_a_sentence_with_the_key_the_value_and_what_is_allowed() {
    let refused = |key: &str, value: Value| {
        let error = resolve("tree", &[(key, value)]).unwrap_err();
        assert_eq!(error.keys(), [key]);
        (error.to_string(), error.advice())
    };
    let sentences = [
        (
            refused("fan_in", Value::Integer(0)),
            "`fan_in` cannot be the integer `0`; allowed: an integer from 1 to 10001",
        ),
        (
            refused("fan_in", Value::Real(2.5)),
            "`fan_in` cannot be the real number `2.5`; allowed: an integer from 1 to 10001",
        ),
        (
            refused("fan_in", Value::Boolean(true)),
            "`fan_in` cannot be the boolean `true`; allowed: an integer from 1 to 10001",
        ),
        (
            refused("leaf_bias", text("high")),
            "`leaf_bias` cannot be the text `high`; allowed: a number in [-1, 1]",
        ),
        (
            refused("leaf_bias", list(&[Value::Real(0.1)])),
            "`leaf_bias` cannot be the list `[0.1]`; allowed: a number in [-1, 1]",
        ),
        (
            refused("fidelity", list(&[Value::Real(0.1), Value::Real(1.1)])),
            "`fidelity` cannot be the real number `1.1`; allowed: a number in [0, 1]",
        ),
        (
            refused("fidelity", list(&[])),
            "`fidelity` cannot be the list `[]`; allowed: at least one layer's value in the list",
        ),
        (
            refused("tolerance", Value::Integer(0)),
            "`tolerance` cannot be the integer `0`; allowed: a number in (0, 1)",
        ),
        (
            refused("window", Value::Real(-1.0)),
            "`window` cannot be the real number `-1`; allowed: a number in [0, ∞), or unlimited",
        ),
        (
            refused("top_layers", text("all")),
            "`top_layers` cannot be the text `all`; allowed: an integer from 0 to 100000, or auto",
        ),
        (
            refused("erasure_detected", Value::Integer(1)),
            "`erasure_detected` cannot be the integer `1`; allowed: true or false",
        ),
        (
            refused("sharing", text("")),
            "`sharing` cannot be the text ``; allowed: one of after-channel, before-channel",
        ),
    ];
    for ((sentence, _), expected) in sentences {
        assert_eq!(sentence, expected);
    }
    let (_, advice) = refused("dependence", text("beta_binomial"));
    assert_eq!(advice.as_deref(), Some("did you mean `beta-binomial`?"));
    let (_, advice) = refused("window", text("unlimitd"));
    assert_eq!(advice.as_deref(), Some("did you mean `unlimited`?"));
}

#[test]
fn an_unknown_key_is_told_the_nearest_one() {
    for (key, expected) in [
        ("fanin", "fan_in"),
        ("corelation", "correlation"),
        ("Depth", "depth"),
        ("message_token", "message_tokens"),
    ] {
        let error = resolve("tree", &[(key, Value::Integer(3))]).unwrap_err();
        assert_eq!(error.to_string(), format!("`{key}` is not a parameter of this model"));
        assert_eq!(error.advice(), Some(format!("did you mean `{expected}`?")));
    }
    let error = resolve("tree", &[("κ", Value::Integer(3))]).unwrap_err();
    assert!(
        error.advice().unwrap().starts_with("the parameters are fan_in, depth, "),
        "{:?}",
        error.advice()
    );
}

fn refusal(given: &[(&str, Value)]) -> ParameterError {
    let registry = Registry::builtin();
    let model = registry.find("tree").unwrap();
    let values = resolve("tree", given).unwrap();
    let error = model.predict(&values).unwrap_err();
    assert_eq!(model.prepare(&values).map(|_| ()), Err(error.clone()));
    error
}

#[test]
fn lists_are_as_long_as_the_tree_is_deep() {
    let three = list(&[Value::Integer(1), Value::Integer(1), Value::Integer(1)]);
    for key in ["fan_in", "fidelity", "correlation"] {
        for (depth, fits) in [(2, false), (3, true), (4, false), (0, false)] {
            let given = [(key, three.clone()), ("depth", Value::Integer(depth))];
            if fits {
                let registry = Registry::builtin();
                registry.find("tree").unwrap().predict(&resolve("tree", &given).unwrap()).unwrap();
            } else {
                let error = refusal(&given);
                assert_eq!(error.to_string(), format!("`{key}` lists 3 layers, but depth is {depth}"));
                assert_eq!(error.keys(), [key, "depth"]);
            }
        }
    }
    let cause = refusal(&[
        ("dependence", list(&[text("mixture"), text("difficulty")])),
        ("depth", Value::Integer(2)),
    ]);
    assert!(cause.to_string().contains("belong to the whole tree"), "{cause}");
    let many = [("dependence", text("difficulty")), ("correlation", three), ("depth", Value::Integer(3))];
    assert!(refusal(&many).to_string().contains("one correlation"), "{}", refusal(&many));
}

#[test]
fn messages_that_do_not_fit_the_window_are_refused_with_the_arithmetic() {
    let given = |tokens: f64| {
        [
            ("fan_in", Value::Integer(9)),
            ("message_tokens", Value::Real(tokens)),
            ("window", text("2k tokens")),
        ]
    };
    let error = refusal(&given(250.0));
    assert_eq!(error.to_string(), "fan-in 9 x 250 tokens = 2250 > window 2000");
    assert_eq!(error.keys(), ["fan_in", "message_tokens", "window"]);
    let registry = Registry::builtin();
    let fits = resolve("tree", &given(2000.0 / 9.0)).unwrap();
    registry.find("tree").unwrap().predict(&fits).unwrap();
    // The layer that does not fit is the one that is named.
    let listed = [
        ("fan_in", list(&[Value::Integer(3), Value::Integer(7)])),
        ("depth", Value::Integer(2)),
        ("window", Value::Integer(300)),
    ];
    assert_eq!(refusal(&listed).to_string(), "fan-in 7 x 50 tokens = 350 > window 300");
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
        Kind::Boolean => {}
    }
    values.extend(parameter.word.iter().map(|word| text(word.name)));
    values
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
    let (mut refused, mut ran) = (0, 0);
    for model in Registry::builtin().iter() {
        let name = model.about().name;
        let mut companions = others(name);
        companions.push(("nothing", Value::Boolean(true)));
        for parameter in model.parameters() {
            for value in hostile(&parameter, 10_001) {
                for (key, companion) in &companions {
                    let mut given = BTreeMap::from([(parameter.key.to_owned(), value.clone())]);
                    if *key != "nothing" {
                        given.entry((*key).to_owned()).or_insert_with(|| companion.clone());
                    }
                    match Values::resolve(&model.parameters(), &given) {
                        Ok(values) => {
                            ran += u32::from(runs(model, &values));
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
        }
    }
    assert!(refused > 300 && ran > 500, "{refused} refused, {ran} run");
}

/// The same with a hostile value for every parameter at once, 150 times per model, from those that each parameter allows.
#[test]
fn no_combination_of_values_makes_a_model_panic() {
    let mut draws = Streams::new(7, Purpose::SamplingPlan, Family::common()).open(Address::trial(0));
    for model in Registry::builtin().iter() {
        let parameters = model.parameters();
        let mut allowed: Vec<Vec<Value>> = Vec::new();
        for parameter in &parameters {
            let mut values = hostile(parameter, 12);
            values.retain(|value| parameter.normalize(value).is_ok() && !matches!(value, Value::List(_)));
            allowed.push(values);
        }
        let mut ran = 0;
        for _ in 0..150 {
            let given = parameters.iter().zip(&allowed).map(|(parameter, values)| {
                (parameter.key.to_owned(), values[draws.below(values.len() as u64) as usize].clone())
            });
            let values = Values::resolve(&parameters, &given.collect()).unwrap();
            ran += u32::from(runs(model, &values));
        }
        assert!(ran > 20, "{}: {ran}", model.about().name);
    }
}

/// Whether the scenario can be simulated; what it predicts and estimates must make sense in any case.
fn runs(model: &dyn AnyModel, values: &Values) -> bool {
    let sensible = |error: &ParameterError| matches!(error, ParameterError::Impossible { .. });
    match model.predict(values) {
        Ok(numbers) => assert!(numbers.iter().flatten().all(|x| x.is_finite()), "{values:?}"),
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
    for (estimate, metric) in outcome.estimates.iter().zip(model.metrics()) {
        let (low, high) = metric.range;
        assert!(estimate.trials == 0 || !(estimate.value < low || estimate.value > high), "{values:?}");
    }
    plan.estimates(&outcome.tally, Confidence::DEFAULT).unwrap_or_else(|e| panic!("{values:?}: {e}"));
    true
}

/// Brackets and words without end are refused, and soon.
#[test]
fn endless_text_is_refused() {
    let brackets = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let long = "correlation".repeat(100_000);
    for value in [Value::parse(&brackets), Value::parse(&long), Value::parse(&"[1,".repeat(100_000))] {
        assert!(resolve("tree", &[("fan_in", value.clone())]).is_err());
        assert!(resolve("tree", &[("dependence", value)]).is_err());
    }
    assert_eq!(nearest(&long, ["correlation"]), None);
    assert!(resolve("tree", &[(&long, Value::Integer(1))]).is_err());
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
        vec![tally.0.estimate(confidence)]
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
    let tally = run(0).unwrap().tally;
    let again = model.prepare(&values(5)).unwrap().estimates(&tally, Confidence::DEFAULT);
    assert_eq!(again, Err(Failure::Panicked("estimates".to_owned())));
    // The same process goes on.
    assert_eq!(run(0).unwrap().trials, 10_000);
}

#[test]
fn a_tally_that_is_none_is_an_error() {
    let registry = Registry::builtin();
    for model in registry.iter() {
        let values = Values::resolve(&model.parameters(), &BTreeMap::new()).unwrap();
        let plan = model.prepare(&values).unwrap();
        let impossible = r#"{"successes":3,"trials":2}"#;
        let nested = format!(r#"{{"tree":{impossible},"single":{impossible}}}"#);
        for tally in ["", "{}", "null", "[]", impossible, &nested, &"[".repeat(100_000)] {
            let found = plan.estimates(tally, Confidence::DEFAULT);
            assert!(matches!(found, Err(Failure::Tally(_))), "{}: {tally}: {found:?}", model.about().name);
        }
    }
}
