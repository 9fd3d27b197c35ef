//! The model `organization` from the command line: files, tables in scenarios, shapes.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod support;

use serde_json::{Value, json};
use support::Place;

/// The example of the specification.
const BOARD: &str = r#"{ "agents": [
    { "id": "a1", "bias": 0.2, "family": "small" },
    { "id": "a2", "bias": 0.2, "family": "small" },
    { "id": "a3", "bias": 0.1 },
    { "id": "w", "bias": 0.1, "own_weight": 1.0, "aggregator": "majority" },
    { "id": "v", "aggregator": { "rule": "weighted-majority", "weights": { "a1": 1.5, "a2": 1.0, "w": 1.0 } } } ],
  "channels": [
    { "from": "a1", "to": "v", "fidelity": 0.9, "tokens": 200 },
    { "from": "a2", "to": "v", "erasure": 0.1, "detected": true },
    { "from": "a2", "to": "w" }, { "from": "a3", "to": "w" }, { "from": "w", "to": "v" } ],
  "dependence": [
    { "at": "v", "model": "mixture", "correlation": 0.1 },
    { "family": "small", "model": "shared-vote", "correlation": 0.2 } ],
  "window": 4000, "outputs": ["v"] }"#;

/// Accuracy of the example: `sim-models/tests/independent/exact.py`, an enumeration in another language.
const ACCURACY: f64 = 0.612_709_05;

fn value(answer: &Value, group: &str, name: &str) -> f64 {
    let number = &answer[group][name];
    number.as_f64().or_else(|| number["value"].as_f64()).unwrap()
}

#[test]
fn the_example_of_the_specification_has_the_enumerated_accuracy() {
    let place = Place::new();
    place.write("board.json", BOARD);
    let answer =
        place.synergy("run organization --set file=board.json --trials 1M --format json").expect(0).json();
    assert!((value(&answer, "predictions", "accuracy") - ACCURACY).abs() < 1e-9, "{answer}");
    assert!((value(&answer, "predictions", "bias") - (2.0 * ACCURACY - 1.0)).abs() < 1e-9);
    // Five standard errors: false-alarm rate 6e-7.
    assert!((value(&answer, "estimates", "accuracy") - ACCURACY).abs() < 5.0 * 0.000_487, "{answer}");
    assert_eq!(value(&answer, "estimates", "abstention"), 0.0);
}

#[test]
fn several_outputs_have_metrics_of_their_own() {
    let place = Place::new();
    let two = json!({ "agents": [{ "id": "left", "bias": 0.5 }, { "id": "right", "bias": -0.5 }],
        "outputs": ["left", "right"] });
    place.write("two.json", two.to_string());
    let answer = place.synergy("predict organization --set file=two.json --format json").expect(0).json();
    assert_eq!(value(&answer, "predictions", "accuracy.left"), 0.75);
    assert_eq!(value(&answer, "predictions", "bias.right"), -0.5);
}

/// The same organization in a file, in a table of a TOML scenario, and as DOT is the same: not the same draws, for the cells differ, but the
/// same exact numbers.
#[test]
fn a_table_and_a_file_are_the_same_organization() {
    let place = Place::new();
    place.write("board.json", BOARD);
    let graph: Value = serde_json::from_str(BOARD).unwrap();
    let scenario = json!({ "model": "organization", "parameters": { "graph": graph } });
    place.write("inline.json", scenario.to_string());
    place.write(
        "inline.toml",
        r#"
model = "organization"
[parameters.graph]
agents = [{ id = "a", bias = 0.5 }, { id = "b", bias = 0.5 }, { id = "c", bias = 0.5 }, { id = "v" }]
channels = [{ from = "a", to = "v" }, { from = "b", to = "v" }, { from = "c", to = "v" }]
"#,
    );
    let answer = place.synergy("predict ./inline.json --format json").expect(0).json();
    assert!((value(&answer, "predictions", "accuracy") - ACCURACY).abs() < 1e-9);
    let answer = place.synergy("run inline.toml --format json --trials 1000").expect(0).json();
    // f_3(1/2) = (3/2 - 1/8) / 2
    assert!((value(&answer, "predictions", "bias") - 0.6875).abs() < 1e-12, "{answer}");
}

/// What a file leaves open is a parameter, and can be swept.
#[test]
fn what_a_file_leaves_open_is_swept() {
    let place = Place::new();
    let star = json!({ "agents": [{ "id": "a" }, { "id": "b" }, { "id": "c" }, { "id": "v" }],
        "channels": [{ "from": "a", "to": "v" }, { "from": "b", "to": "v" }, { "from": "c", "to": "v" }] });
    place.write("star.json", star.to_string());
    let line =
        "predict organization --set file=star.json --set leaf_bias=0.5 --set fidelity=0.8 --format json";
    let answer = place.synergy(line).expect(0).json();
    // f_3(0.4) = (1.2 - 0.064) / 2
    assert!((value(&answer, "predictions", "bias") - 0.568).abs() < 1e-12, "{answer}");
    let refused = place.synergy("predict organization --set file=star.json").expect(2).err;
    assert!(refused.contains('a') && refused.contains("bias"), "{refused}");
    place.write(
        "s.toml",
        "model = \"organization\"\n[parameters]\nfile = \"star.json\"\nleaf_bias = 0.5\n[sweep]\n\
         fidelity = { list = [0.0, 0.5, 1.0] }\n",
    );
    place.synergy("sweep s.toml --trials 1000 --out out").expect(0);
}

/// Every shape runs; a star of five voters of accuracy 0.7 is right with 0.83692 (mechanisms B0.2).
#[test]
fn shapes_have_names() {
    let place = Place::new();
    let line = "predict organization --set agents=5 --set leaf_bias=0.4 --format json";
    let answer = place.synergy(line).expect(0).json();
    assert!((value(&answer, "predictions", "accuracy") - 0.83692).abs() < 1e-9, "{answer}");
    for shape in [
        "star",
        "chain",
        "debate",
        "debate-ring",
        "blackboard",
        "single",
        "independent",
        "centralized",
        "decentralized",
        "hybrid",
    ] {
        let line = format!(
            "run organization --set shape={shape} --set agents=3 --set fidelity=0.9 --set correlation=0.1 --trials 2000 \
             --format json"
        );
        let answer = place.synergy(&line).expect(0).json();
        let accuracy = value(&answer, "estimates", "accuracy");
        assert!((0.5..0.8).contains(&accuracy), "{shape}: {accuracy}");
    }
}

#[test]
fn a_wrong_organization_is_told_with_the_agent() {
    let place = Place::new();
    place.write("bad.json", BOARD.replace(r#""to": "w" }"#, r#""to": "x" }"#));
    let said = place.synergy("run organization --set file=bad.json").expect(2).err;
    assert!(said.contains("bad.json") && said.contains("`x`"), "{said}");
    place.write("board.json", BOARD);
    let both =
        json!({ "model": "organization", "parameters": { "file": "board.json", "graph": { "agents": [] } } });
    place.write("both.json", both.to_string());
    let said = place.synergy("run both.json").expect(2).err;
    assert!(said.contains("not in both"), "{said}");
}
