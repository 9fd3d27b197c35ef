//! The model `organization-in-time`: what a scenario can say, and what it is told when it says something wrong.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::{AnyModel, ParameterError, Registry, Value, Values};

fn registry() -> Registry {
    Registry::builtin()
}

fn values(model: &dyn AnyModel, given: &Json) -> Result<Values, ParameterError> {
    let given: BTreeMap<String, Value> = serde_json::from_value(given.clone()).unwrap();
    Values::resolve(&model.parameters(), &given)
}

/// The estimates of a scenario by the names of their metrics.
fn run(given: &Json, trials: u64) -> BTreeMap<String, f64> {
    let registry = registry();
    let model = registry.find("organization-in-time").unwrap();
    let plan = model.prepare(&values(model, given).unwrap()).unwrap();
    let streams = Streams::new(1, Purpose::World, Family::common());
    let outcome = plan.run(&streams, &Stop::after(trials).unwrap(), &Control::default()).unwrap();
    let names = plan.metrics().iter().map(|metric| metric.name.to_string());
    names.zip(outcome.estimates.iter().map(|estimate| estimate.value)).collect()
}

/// The sentence about a scenario that cannot be.
fn refused(given: &Json) -> String {
    let registry = registry();
    let model = registry.find("organization-in-time").unwrap();
    let prepared = values(model, given).and_then(|values| model.prepare(&values).map(|_| ()));
    prepared.unwrap_err().to_string()
}

#[test]
fn agents_can_have_calls_of_their_own() {
    let given = json!({
        "agents": 3, "call": "constant", "call_time": "2 s",
        "services": { "root": { "call_time": 5.0 }, "a2": { "call_time": "9 s" }, "a3": { "call": "instant" } },
    });
    let found = run(&given, 10);
    assert_eq!((found["makespan"], found["requests"]), (9.0 + 5.0, 3.0));
    // Another language model is another endpoint, with its own prices: 1 000 and 500 tokens at 2.5 and 10 USD per million.
    let given = json!({
        "agents": 1, "output_deviation": 0, "message_tokens": 0, "input_price": 0, "output_price": 0,
        "services": { "root": { "language_model": "gpt-4o", "input_price": "listed", "output_price": "listed" } },
    });
    assert!((run(&given, 10)["cost"] - (1_000.0 * 2.5e-6 + 500.0 * 1e-5)).abs() < 1e-12);
    // A pattern selects many; waiting can be theirs too.
    let given = json!({
        "shape": "tree", "call": "constant", "call_time": 1, "services": { "n1.*": { "call_time": 3 }, "a9": { "call_time": 50 } },
    });
    assert_eq!(run(&given, 10)["makespan"], 50.0 + 3.0);
    let given = json!({
        "shape": "tree", "call": "constant", "call_time": 1, "services": { "a9": { "call_time": 50 }, "n1.3": { "call": "instant", "wait": "first", "wait_for": 2 } },
    });
    assert_eq!(run(&given, 10)["makespan"], 1.0);
}

#[test]
fn faults_are_lines_with_units() {
    let crash = json!({ "crash": { "rate": "6 per min", "restart": "500 ms" } });
    let given = json!({ "agents": 1, "call": "constant", "call_time": 5, "faults": crash });
    // Mechanisms B52: rate 0.1 per second.
    let makespan = run(&given, 40_000)["makespan"];
    assert!((makespan - 6.81157).abs() < 0.1, "{makespan}");
    let given = json!({
        "agents": 3, "leaf_bias": 1, "attribute": true,
        "faults": { "silent-wrong": 0.5, "late": { "probability": 1, "delay": 2, "target": "a1" } },
    });
    let found = run(&given, 20_000);
    assert!((found["loss.silent-wrong"] - 0.5).abs() < 0.02 && found["loss.late"] == 0.0, "{found:?}");
    // A scale sweeps all of them at once.
    let given = json!({ "agents": 1, "leaf_bias": 1, "fault_scale": 0.5, "faults": { "silent-wrong": 0.5 } });
    assert!((run(&given, 20_000)["accuracy"] - 0.75).abs() < 0.02);
}

#[test]
fn predictions_are_there_only_where_they_hold() {
    let registry = registry();
    let model = registry.find("organization-in-time").unwrap();
    let predicted = |given: Json| {
        let forecast = model.predict(&values(model, &given).unwrap()).unwrap();
        ["accuracy", "makespan", "cost"].map(|name| forecast.get(name).is_some())
    };
    assert_eq!(predicted(json!({})), [true, false, false]);
    assert_eq!(predicted(json!({ "call": "exponential" })), [true, true, false]);
    assert_eq!(predicted(json!({ "output_deviation": 0 })), [true, false, true]);
    for disturbance in [
        json!({ "deadline": 5 }),
        json!({ "budget": 1 }),
        json!({ "patience": 5 }),
        json!({ "faults": { "hang": 0.1 } }),
        json!({ "timeout": 5 }),
        json!({ "context_window": 5000 }),
        json!({ "tokens_per_minute": 50_000 }),
        json!({ "output_limit": 600 }),
    ] {
        assert_eq!(predicted(disturbance.clone()), [false; 3], "{disturbance}");
    }
    // What is predicted agrees with what is simulated: the cost exactly, as lengths are constant.
    let given = json!({ "shape": "tree", "judges_call": true, "output_deviation": 0, "turns": 3, "tool_price": "1 cents", "tool_tokens": 70 });
    let forecast = model.predict(&values(model, &given).unwrap()).unwrap();
    assert!((run(&given, 5)["cost"] - forecast.get("cost").unwrap()).abs() < 1e-12);
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    for (given, sentence) in [
        (json!({ "faults": { "crsh": 0.1 } }), "there is no fault `crsh`; did you mean `crash`?"),
        (json!({ "faults": { "crash": { "rat": 1 } } }), "fault `crash`: needs `rate`"),
        (
            json!({ "faults": { "hang": { "probability": 0.1, "rate": 1 } } }),
            "fault `hang`: has no field `rate`",
        ),
        (
            json!({ "faults": { "hang": { "probability": "often" } } }),
            "`probability` is a number; found `often`",
        ),
        (
            json!({ "faults": { "hang": 1.5 } }),
            "the probability that a request hangs lies in [0, 1]; found 1.5",
        ),
        (json!({ "faults": { "outage": { "rate": 1, "length": "-1 s" } } }), "fault `outage`: `length`"),
        (
            json!({ "faults": { "hang": { "probability": 0.1, "target": "b*" } } }),
            "no agent matches the target `b*`",
        ),
        (json!({ "faults": { "hang": true } }), "is a table of its numbers"),
        (json!({ "services": { "boss": {} } }), "services of `boss`: no agent has this name"),
        (json!({ "services": { "root": { "agents": 3 } } }), "`agents` is not a parameter"),
        (json!({ "services": { "root": { "call_time": -3 } } }), "`call_time` cannot be the integer `-3`"),
        (json!({ "services": { "root": 3 } }), "they are a table"),
        (json!({ "wait": "first", "wait_for": 9 }), "waits for the first 9 votes, but has 5 senders"),
        (json!({ "context_window": 1200 }), "the window has 1200"),
        (json!({ "tokens_per_minute": 1500 }), "serves at most 1500 tokens at once"),
        (json!({ "deadline": "-3 s" }), "`deadline` cannot be the real number `-3`"),
        (json!({ "budget": "3 min" }), "`budget` cannot be the text `3 min`"),
        (json!({ "requests_per_minute": 0.5 }), "`requests_per_minute` cannot be the real number `0.5`"),
        (json!({ "faults": { "crash": { "rate": 100, "restart": 0 } } }), "crashes"),
    ] {
        let said = refused(&given);
        assert!(said.contains(sentence), "{given}: {said}");
    }
}
