//! The shape of what `run` and `predict` print.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use serde_json::{Value as Json, json};
use support::Place;

fn keys(value: &Json) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// `serde_json` sorts keys unless told otherwise; the order is not part of the shape.
fn sorted<const N: usize>(mut names: [&str; N]) -> [&str; N] {
    names.sort_unstable();
    names
}

#[test]
fn run_prints_estimates_beside_predictions() {
    let answer = Place::new().synergy("run tree --trials 600 --seed 3 --format json").expect(0).json();
    let shape = ["model", "parameters", "seed", "trials", "version", "estimates", "predictions", "notes"];
    assert_eq!(keys(&answer), sorted(shape));
    assert_eq!(
        (&answer["model"], &answer["seed"], &answer["trials"]),
        (&json!("tree"), &json!(3), &json!(600))
    );
    assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(keys(&answer["estimates"]), sorted(["root_bias", "root_accuracy"]));
    for (name, estimate) in answer["estimates"].as_object().unwrap() {
        assert_eq!(keys(estimate), sorted(["value", "low", "high", "confidence", "trials"]), "{name}");
        let number = |key: &str| estimate[key].as_f64().unwrap();
        assert!(number("low") < number("value") && number("value") < number("high"), "{name}");
        assert_eq!((number("confidence"), number("trials")), (0.95, 600.0));
    }
    for name in [
        "alpha",
        "organization_exponent",
        "fixed_point",
        "critical_correlation",
        "critical_fidelity",
        "mixing_depth",
        "root_bias",
    ] {
        assert!(answer["predictions"][name].is_f64(), "{name}: {answer}");
    }
    // Every parameter is there, also those with their defaults.
    assert_eq!(answer["parameters"].as_object().unwrap().len(), 13);
    assert_eq!(answer["parameters"]["window"], "unlimited");
}

#[test]
fn predict_simulates_nothing_and_predicts_the_same() {
    let place = Place::new();
    for model in ["tree", "averaging", "budget"] {
        let predicted = place.synergy(&format!("predict {model} --format json")).expect(0).json();
        let run = place.synergy(&format!("run {model} --trials 10 --format json")).expect(0).json();
        assert_eq!(predicted["predictions"], run["predictions"]);
        assert_eq!(predicted["parameters"], run["parameters"]);
        assert_eq!((&predicted["estimates"], &predicted["trials"]), (&json!({}), &json!(0)));
    }
}

#[test]
fn what_does_not_exist_is_null_and_never_nan() {
    let place = Place::new();
    for line in [
        "predict tree --set correlation=.9 --set fidelity=.5",
        "predict tree --set depth=0",
        "predict tree --set fan_in=1",
        "predict tree --set leaf_bias=0",
        "predict tree --set leaf_bias=-1 --set fidelity=0",
        "predict tree --set fidelity=1 --set correlation=1",
        "predict tree --set erasure=1 --set erasure_detected=true",
        "predict tree --set dependence=gaussian-factor --set correlation=1",
        "predict tree --set depth=100000",
        "predict averaging --set shape=relay",
        "predict averaging --set leaf_variance=0 --set channel_variance=0 --set shape=kalman",
        "predict averaging --set shape=running-mean --set channel_variance=0",
        "predict averaging --set shape=tree-local --set correlation=1",
        "predict budget --set budget=1e-300",
        "predict budget --set budget=1e300",
        "predict budget --set message_tokens=0",
        "predict budget --set leaf_exponent=1e300",
        "predict budget --set leaf_scale=1e300 --set fidelity=0",
        "run budget --set budget=1 --trials 10",
        "run tree --trials 1",
        "run averaging --trials 1",
        "run tree --trials 10 --set fidelity=1 --set leaf_bias=1",
        "run averaging --trials 2 --set leaf_variance=1e300 --set shape=relay",
    ] {
        let out = place.synergy(&format!("{line} --format json")).expect(0);
        out.json();
        let csv = place.synergy(&format!("{line} --format csv")).expect(0).out;
        for text in [&out.out, &csv] {
            let lower = text.to_lowercase();
            assert!(!lower.contains("nan"), "{line}: {text}");
        }
        let table = place.synergy(line).expect(0).out;
        assert!(!table.contains("NaN"), "{line}: {table}");
    }
    let below = place.synergy("predict tree --set correlation=.9 --set fidelity=.5 --format json").json();
    assert_eq!(below["predictions"]["fixed_point"], Json::Null);
    let none = place.synergy("run budget --set budget=1 --trials 10 --format json").json();
    assert_eq!(none["estimates"]["tree_bias"]["value"], Json::Null);
}

/// Fields of a line of CSV with quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

#[test]
fn csv_is_a_header_and_one_row_with_equally_many_fields() {
    let place = Place::new();
    for line in [
        "run tree --trials 100",
        "run tree --trials 100 --set depth=2 --set fan_in=[3,5]",
        "predict averaging",
        "run budget --trials 100 --set budget=1",
    ] {
        let text = place.synergy(&format!("{line} --format csv")).expect(0).out;
        let rows: Vec<_> = text.lines().map(fields).collect();
        assert_eq!(rows.len(), 2, "{text}");
        assert_eq!(rows[0].len(), rows[1].len(), "{text}");
        let mut names = rows[0].clone();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), rows[0].len(), "a name stands twice: {text}");
    }
}

#[test]
fn csv_and_json_hold_the_same_numbers() {
    let place = Place::new();
    let json = place.synergy("run tree --trials 900 --format json").expect(0).json();
    let csv = place.synergy("run tree --trials 900 --format csv").expect(0).out;
    let rows: Vec<_> = csv.lines().map(fields).collect();
    let number = |name: &str| {
        let place = rows[0].iter().position(|other| other == name).unwrap();
        rows[1][place].parse::<f64>().unwrap()
    };
    let estimate = &json["estimates"]["root_bias"];
    assert_eq!(Some(number("root_bias")), estimate["value"].as_f64());
    assert_eq!(Some(number("root_bias_low")), estimate["low"].as_f64());
    assert_eq!(Some(number("root_bias_high")), estimate["high"].as_f64());
    assert_eq!(Some(number("predicted_alpha")), json["predictions"]["alpha"].as_f64());
}

#[test]
fn a_table_shows_intervals_with_confidence_and_trials() {
    let place = Place::new();
    let line = "run tree --set fidelity=.6 --set leaf_bias=.05 --set depth=30";
    let text = place.synergy(line).expect(0).out;
    let row = text.lines().find(|line| line.starts_with("root_bias")).unwrap();
    let words: Vec<_> = row.split_whitespace().collect();
    let ["root_bias", value, low, high, "(95", "%,", "n", "=", "50", "000)", "0.3330794"] = words[..] else {
        panic!("{row}");
    };
    let (low, high) = (low.trim_matches(['[', ',']), high.trim_matches(']'));
    let [value, low, high] = [value, low, high].map(|text| text.parse::<f64>().unwrap());
    assert!(low < value && value < high && high - low < 0.02, "{row}");
    let text = place.synergy(&format!("{line} --trials 1M --confidence 99.9%")).expect(0).out;
    assert!(text.contains("(99.9 %, n = 1 000 000)"), "{text}");
}

#[test]
fn a_run_is_the_same_for_any_threads_and_differs_between_seeds() {
    let place = Place::new();
    let run =
        |rest: &str| place.synergy(&format!("run tree --format json --trials 3000 {rest}")).expect(0).out;
    assert_eq!(run("--threads 1"), run("--threads 7"));
    assert_ne!(run("--seed 1"), run("--seed 2"));
    assert_eq!(run("--seed 18446744073709551615"), run("--seed 18446744073709551615"));
}

#[test]
fn a_half_width_is_reached_or_said_not_to_be() {
    let place = Place::new();
    let answer = place.synergy("run tree --half-width 0.02 --format json").expect(0).json();
    for estimate in answer["estimates"].as_object().unwrap().values() {
        let width = estimate["high"].as_f64().unwrap() - estimate["low"].as_f64().unwrap();
        assert!(width <= 0.04, "{answer}");
    }
    let answer = place.synergy("run tree --half-width 1% --trials 2000 --format json").expect(0).json();
    assert_eq!(answer["trials"], 2000);
    assert!(answer["notes"][0].as_str().unwrap().contains("not reached after 2000 trials"), "{answer}");
}
