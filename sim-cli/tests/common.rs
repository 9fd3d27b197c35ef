//! `common` in a scenario: cells on the same draws.

#![expect(clippy::expect_used, reason = "a test ends where something is missing")]

mod support;

use serde_json::Value as Json;
use support::Place;

/// Ten cells of the same leaf, by context windows that nothing fills, tested against a number that says what each found.
fn found(common: &str) -> Vec<f64> {
    let place = Place::new();
    let windows: Vec<String> = (0..10).map(|cell| format!("{}", 100_000 + cell)).collect();
    let scenario = format!(
        "model = \"tree\"\n{common}\n[parameters]\ndepth = 0\nleaf_bias = 0.2\n[sweep]\nwindow = {{ list = [{}] }}\n\
         [stop]\ntrials = 500\n[test]\nmetric = \"root_accuracy\"\n",
        windows.join(", ")
    );
    place.write("s.toml", scenario);
    place.synergy("sweep s.toml -q --out r").expect(0);
    let run = place.synergy("run s.toml --set window=100003 -q --format json").expect(0).json();
    let text = std::fs::read_to_string(place.path("r/test.json")).expect("a verdict");
    let verdict: Json = serde_json::from_str(&text).expect("JSON");
    let cells = verdict["cells"].as_array().expect("cells");
    let values: Vec<f64> = cells.iter().filter_map(|cell| cell["value"].as_f64()).collect();
    // One cell alone has the draws that it has in the sweep.
    assert!(run.to_string().contains(&values[3].to_string()), "{run}");
    values
}

#[test]
fn cells_share_their_draws_if_they_shall() {
    let same = |values: &[f64]| values.iter().all(|value| *value == values[0]);
    let (own, common) = (found(""), found("common = true"));
    assert_eq!((own.len(), common.len()), (10, 10));
    assert!(same(&common) && !same(&own), "{own:?} and {common:?}");
}

#[test]
fn data_on_other_draws_are_not_gone_on_with() {
    let place = Place::new();
    let scenario = "model = \"tree\"\n[sweep]\ndepth = { list = [1, 2] }\n[stop]\ntrials = 10\n";
    place.write("s.toml", scenario);
    place.synergy("sweep s.toml -q --out r").expect(0);
    place.write("s.toml", format!("common = true\n{scenario}"));
    let said = place.synergy("sweep s.toml -q --out r").expect(2).err;
    assert!(said.contains("`common` is false there and true here"), "{said}");
    place.write("s.toml", format!("common = 1\n{scenario}"));
    let said = place.synergy("sweep s.toml -q --out other").expect(2).err;
    assert!(said.contains("`common` is true or false"), "{said}");
}
