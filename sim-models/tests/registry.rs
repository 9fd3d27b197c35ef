//! The registry as a scenario file meets it: canonical values and their hashes, refusals as sentences.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use sim_models::registry::{Kind, ParameterError, Registry, Value, Values};

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
                Kind::Boolean | Kind::Choice(_) | Kind::Document | Kind::Table | Kind::Text => {}
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

/// A server that stands still as soon as two share it serves nobody any more, and everybody waits: the trial would not end.
#[test]
fn a_queue_whose_server_stands_still_is_refused() {
    let registry = Registry::builtin();
    let queue = registry.find("queue").unwrap();
    for capacity in [text("unlimited"), Value::Integer(10)] {
        let given = [
            ("discipline", text("sharing")),
            ("half_speed", Value::Real(f64::MIN_POSITIVE)),
            ("capacity", capacity),
            ("warm_up", Value::Integer(12)),
            ("customers", Value::Integer(1)),
        ];
        let error = queue.prepare(&resolve("queue", &given).unwrap()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("customers would come in a trial"), "{error}");
    }
}

/// A trial ends with its customers served: where nearly all are lost it would not end soon, however many could be served in a larger system.
#[test]
fn a_queue_that_loses_nearly_all_is_refused() {
    let registry = Registry::builtin();
    let queue = registry.find("queue").unwrap();
    for (key, value) in [("servers", Value::Integer(1_000_000)), ("half_speed", Value::Real(1e15))] {
        let discipline = if key == "servers" { "fifo" } else { "sharing" };
        let prepare = |rate: f64| {
            let given = [
                ("arrival_rate", Value::Real(rate)),
                ("capacity", Value::Integer(1)),
                ("discipline", text(discipline)),
                ("warm_up", Value::Integer(0)),
                ("customers", Value::Integer(10)),
                (key, value.clone()),
            ];
            queue.prepare(&resolve("queue", &given).unwrap()).map(|_| ())
        };
        let error = prepare(1e9).unwrap_err();
        assert_eq!(
            error.to_string(),
            "about 1e10 customers would come in a trial; at most 1e8 are simulated"
        );
        assert_eq!(prepare(1e5), Ok(()), "{discipline}");
        // All of them would come in the same nanosecond, and no time would pass.
        let error = prepare(1e15).unwrap_err().to_string();
        assert!(error.starts_with("1e15 customers come per second"), "{error}");
    }
}
