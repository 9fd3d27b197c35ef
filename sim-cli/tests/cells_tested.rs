//! `[test]` in a scenario: all cells of a sweep against a number.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod support;

use serde_json::Value as Json;
use sim_core::special::normal_cdf;
use support::Place;

/// A tree without layers is a leaf: its vote is right with probability (1 + bias) / 2.
const LEAVES: &str = "model = \"tree\"\nseed = 5\n[parameters]\ndepth = 0\n[sweep]\nleaf_bias = { list = [0.0, 0.02, 0.3] }\n[stop]\ntrials = 2000\n[test]\nmetric = \"root_accuracy\"\nnull = 0.5\n";

fn verdict(place: &Place, scenario: &str) -> (String, Json) {
    place.write("s.toml", scenario);
    let said = place.synergy("sweep s.toml -q --out r").expect(0).out;
    let text = std::fs::read_to_string(place.path("r/test.json")).unwrap();
    (said, serde_json::from_str(&text).unwrap())
}

/// Wilson's interval ends where the score test rejects, so that its p-value is `1 - Phi((p - p0) / sqrt(p0 (1 - p0) / n))`.
#[test]
fn p_values_are_those_of_the_test_behind_the_interval() {
    let (said, verdict) = verdict(&Place::new(), LEAVES);
    assert!(said.contains("1 above 0.5 and 0 below (Holm, 5 %)"), "{said}");
    let cells = verdict["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 3);
    for cell in cells {
        let z = (cell["value"].as_f64().unwrap() - 0.5) / (0.25f64 / 2000.0).sqrt();
        for (key, exact) in [("p_above", 1.0 - normal_cdf(z)), ("p_below", normal_cdf(z))] {
            let found = cell[key].as_f64().unwrap();
            // One-sided p-values above a half are not resolved, and tiny ones are given as 1e-12.
            let expected = if exact > 0.5 { 1.0 } else { exact.max(1e-12) };
            assert!((found / expected - 1.0).abs() < 0.02, "{key}: {found}, expected {expected}");
        }
    }
    let mean = cells.iter().map(|cell| cell["value"].as_f64().unwrap()).sum::<f64>() / 3.0;
    assert!((verdict["mean"]["value"].as_f64().unwrap() - mean).abs() < 1e-12);
}

/// Of a null that is true in two hundred cells, each p-value is below 0.025 on one of the two sides with probability 0.05: 10 cells, and 26
/// at most by five standard errors.
#[test]
fn true_nulls_have_small_p_values_as_often_as_they_should() {
    // A context window that nothing fills makes cells of the same leaf.
    let windows: Vec<String> = (0..200).map(|cell| format!("{}", 100_000 + cell)).collect();
    let axis = format!("window = {{ list = [{}] }}", windows.join(", "));
    let scenario = LEAVES
        .replace("leaf_bias = { list = [0.0, 0.02, 0.3] }", &axis)
        .replace("depth = 0", "depth = 0\nleaf_bias = 0");
    let verdict_of = |scenario: &str| verdict(&Place::new(), scenario);
    let (_, verdict) = verdict_of(&scenario);
    let p_value = |cell: &Json, key: &str| cell[key].as_f64().unwrap();
    let cells = verdict["cells"].as_array().unwrap();
    let small = cells.iter().filter(|cell| p_value(cell, "p_above").min(p_value(cell, "p_below")) < 0.025);
    let small = small.count();
    assert!((1..=26).contains(&small), "{small}");
    // Alone, a cell is called different if its smaller p-value is at most half of the error rate.
    let between =
        |cell: &&Json| (0.026..0.049).contains(&p_value(cell, "p_above").min(p_value(cell, "p_below")));
    let place = cells.iter().position(|cell| between(&cell)).unwrap();
    let alone = scenario.replace(&axis, &format!("window = {{ list = [{}] }}", windows[place]));
    let (said, _) = verdict_of(&alone);
    assert!(said.contains("0 above 0.5 and 0 below (Holm, 5 %)"), "{said}");
    let (said, _) = verdict_of(&alone.replace("null = 0.5", "null = 0.5\nerror_rate = 0.1"));
    assert!(!said.contains("0 above 0.5 and 0 below"), "{said}");
}

#[test]
fn what_is_wrong_with_a_test_is_said_before_anything_runs() {
    let place = Place::new();
    for (from, to, expected) in [
        ("root_accuracy", "root_acuracy", "did you mean `root_accuracy`?"),
        ("metric = \"root_accuracy\"\n", "", "the test has no `metric`"),
        ("null = 0.5", "null = \"a\"", "`null` is a number"),
        ("null = 0.5", "error_rate = 1", "`error_rate` is a number between 0 and 1"),
        ("null = 0.5", "nul = 0.5", "did you mean `null`?"),
    ] {
        place.write("s.toml", LEAVES.replace(from, to));
        let said = place.synergy("sweep s.toml -q --out wrong").expect(2).err;
        assert!(said.contains(expected), "{said}");
        assert!(!place.path("wrong").exists());
    }
}
