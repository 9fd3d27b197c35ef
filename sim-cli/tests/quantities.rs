//! Metrics and predictions that depend on the parameters, through reports, data sets and figures.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value as Json, json};
use support::{Ended, Place, example};

fn panel(place: &Place, arguments: &[&str]) -> Ended {
    support::run(&example("file_model"), &place.path(""), arguments)
}

fn sweep(place: &Place, scenario: &str, out: &str) -> Ended {
    panel(place, &["sweep", scenario, "--trials", "200", "--out", out])
}

fn table(place: &Place, name: &str) -> RecordBatch {
    let file = File::open(place.path(name).join("data.parquet")).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap()
}

/// Names of columns of metrics, their lower ends, and predictions.
fn quantities(batch: &RecordBatch) -> Vec<String> {
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    let begins =
        |name: &String| ["agreement", "accuracy", "predicted"].iter().any(|start| name.starts_with(start));
    names.into_iter().filter(|name| begins(name) && !name.ends_with("_high")).collect()
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().iter().collect()
}

fn keys(value: &Json) -> Vec<&String> {
    value.as_object().unwrap().keys().collect()
}

/// Three panels: nobody in common between the second and the third, the first has one member.
const PANELS: &str = "model = \"panel\"\n[sweep]\n\
    members = { list = [{ zoe = 0.5 }, { bob = 0.25, ann = 0.5 }, { zoe = 2, \"φ 1\" = 0.125 }] }\n";

#[test]
fn reports_have_the_quantities_of_their_cell() {
    let place = Place::new();
    let run = |members: &str| {
        let set = format!("members={members}");
        let run = panel(&place, &["run", "panel", "--set", &set, "--trials", "500", "--format", "json"]);
        let predict = panel(&place, &["predict", "panel", "--set", &set, "--format", "json"]);
        let (run, predict) = (run.expect(0).json(), predict.expect(0).json());
        assert_eq!(run["predictions"], predict["predictions"]);
        assert_eq!(run["notes"], predict["notes"]);
        run
    };
    let one = run("{\"ann\": 0.5}");
    assert_eq!(keys(&one["estimates"]), ["agreement"]);
    assert_eq!(one["predictions"], json!({ "agreement": 0.5 }));
    let two = run("{\"ann\": 1, \"bob\": 0}");
    assert_eq!(keys(&two["estimates"]), ["accuracy.ann", "accuracy.bob", "agreement"]);
    assert_eq!(two["estimates"]["accuracy.ann"]["value"], 1.0);
    assert_eq!(two["estimates"]["accuracy.bob"]["value"], 0.0);
    assert_eq!(two["predictions"], json!({ "agreement": 0.0, "accuracy.ann": 1.0, "accuracy.bob": 0.0 }));
    assert_eq!(two["notes"], json!([]));
}

#[test]
fn a_prediction_that_does_not_exist_says_why() {
    let place = Place::new();
    let set = "members={\"ann\": 0.5, \"bob\": 1.5}";
    let note = "accuracy.bob is not predicted: 1.5 is no probability";
    for command in [&["predict", "panel"][..], &["run", "panel", "--trials", "10"]] {
        let arguments = [command, &["--set", set]].concat();
        let text = panel(&place, &arguments).expect(0).out;
        assert!(text.ends_with(&format!("\nnote: {note}\n")), "{text}");
        let json = panel(&place, &[&arguments[..], &["--format", "json"]].concat()).expect(0).json();
        assert_eq!(json["notes"], json!([note]));
        assert_eq!(json["predictions"]["accuracy.bob"], Json::Null);
    }
}

#[test]
fn a_data_set_has_the_quantities_of_all_cells_in_their_order() {
    let place = Place::new();
    place.write("s.toml", PANELS);
    sweep(&place, "s.toml", "out").expect(0);
    let batch = table(&place, "out");
    let expected = [
        "agreement",
        "agreement_low",
        "accuracy.ann",
        "accuracy.ann_low",
        "accuracy.bob",
        "accuracy.bob_low",
        "accuracy.zoe",
        "accuracy.zoe_low",
        "accuracy.φ 1",
        "accuracy.φ 1_low",
        "predicted_agreement",
        "predicted_accuracy.ann",
        "predicted_accuracy.bob",
        "predicted_accuracy.zoe",
        "predicted_accuracy.φ 1",
    ];
    assert_eq!(quantities(&batch), expected);
    let there = |name: &str| numbers(&batch, name).iter().map(Option::is_some).collect::<Vec<_>>();
    assert_eq!(there("agreement"), [true, true, true]);
    assert_eq!(there("accuracy.ann_low"), [false, true, false]);
    assert_eq!(there("accuracy.zoe"), [false, false, true]);
    assert_eq!(numbers(&batch, "predicted_accuracy.bob"), [None, Some(0.25), None]);
    assert_eq!(numbers(&batch, "predicted_accuracy.φ 1"), [None, None, Some(0.125)]);
    assert_eq!(numbers(&batch, "predicted_accuracy.zoe"), [None; 3]);
    // Where the same column stands elsewhere in another cell, it holds the same numbers as alone.
    let alone = panel(
        &place,
        &[
            "run",
            "panel",
            "--set",
            "members={\"zoe\": 2, \"φ 1\": 0.125}",
            "--trials",
            "200",
            "--format",
            "json",
        ],
    );
    let alone = alone.expect(0).json();
    for name in ["accuracy.zoe", "accuracy.φ 1"] {
        assert_eq!(numbers(&batch, name)[2], alone["estimates"][name]["value"].as_f64(), "{name}");
    }
    // The same bytes for any threads, and again.
    let again = [("1", "one"), ("7", "seven"), ("2", "out")];
    for (threads, out) in again {
        let line = ["sweep", "s.toml", "--trials", "200", "--threads", threads, "--out", out];
        panel(&place, &line).expect(0);
        assert!(place.read("out/data.parquet") == place.read(&format!("{out}/data.parquet")), "{out}");
    }
    // More trials go on from the tallies.
    panel(&place, &["sweep", "s.toml", "--trials", "900", "--out", "out"]).expect(0);
    panel(&place, &["sweep", "s.toml", "--trials", "900", "--out", "whole"]).expect(0);
    assert!(place.read("out/data.parquet") == place.read("whole/data.parquet"));
}

#[test]
fn a_cell_that_fails_has_no_quantities_and_takes_none_away() {
    let place = Place::new();
    let cells = "[{ ann = \"x\" }, { ann = 0.5, bob = 0.5 }, { ann = 0.5, bob_low = 0.5 }]";
    place.write("s.toml", format!("model = \"panel\"\n[sweep]\nmembers = {{ list = {cells} }}\n"));
    let said = sweep(&place, "s.toml", "out").expect(3).out;
    let name =
        "`accuracy.bob_low` cannot be the name of a metric: `_low` and `_high` end the names of intervals";
    assert!(said.contains(name) && said.contains("found the text `x`"), "{said}");
    let batch = table(&place, "out");
    assert!(numbers(&batch, "accuracy.bob")[0].is_none() && numbers(&batch, "accuracy.bob")[1].is_some());
    let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
}

#[test]
fn a_figure_draws_what_any_cell_has() {
    let place = Place::new();
    place.write("a.json", "{ \"zoe\": 0.5 }");
    place.write("b.json", "{ \"bob\": 0.25, \"ann\": 0.5 }");
    let files = "model = \"panel\"\n[sweep]\nfile = { list = [\"a.json\", \"b.json\"] }\nscale = { list = [0.5, 1.0] }\n";
    let figure =
        |lines: &str| format!("[figure]\nkind = \"curves\"\nx = \"scale\"\nseries = \"file\"\n{lines}\n");
    place.write("s.toml", format!("{files}{}", figure("y = [\"agreement\", \"accuracy.bob\"]")));
    sweep(&place, "s.toml", "out").expect(0);
    let svg = String::from_utf8(place.read("out/figure.svg")).unwrap();
    assert!(svg.contains("accuracy.bob, file = b.json") && !svg.contains("accuracy.bob, file = a.json"));
    assert!(svg.contains("agreement, file = a.json"));
    // Names are checked before anything runs, against all cells.
    for (lines, parts) in [
        (
            "y = \"accuracy.bbo\"",
            &["s.toml:9: `y` is a metric; found `accuracy.bbo`", "did you mean `accuracy.bob`?"][..],
        ),
        ("y = [\"agreement\", \"accuracy.zoe\"]", &["s.toml:9: `y` is a metric; found `accuracy.zoe`"]),
        (
            "y = \"agreement\"\nmarks = [{ prediction = \"accuracy.an\" }]",
            &["s.toml:10: `prediction` is a prediction; found `accuracy.an`", "did you mean `accuracy.ann`?"],
        ),
    ] {
        place.write("s.toml", format!("{files}{}", figure(lines)));
        let said = sweep(&place, "s.toml", "wrong").expect(2).err;
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        assert!(!place.path("wrong").exists());
    }
    // The cells count that there are after `--set`.
    place.write("s.toml", format!("{files}{}", figure("y = \"accuracy.bob\"")));
    let one = ["sweep", "s.toml", "--set", "file=a.json", "--out", "wrong"];
    let said = panel(&place, &one).expect(2).err;
    assert!(said.contains("`y` is a metric; found `accuracy.bob`"), "{said}");
    // Alone, such a cell runs: nothing is drawn.
    panel(&place, &["run", "s.toml", "--set", "file=a.json", "--set", "scale=1", "--trials", "10"]).expect(0);
    // Cells that cannot run are passed over.
    place.write("a.json", "{ \"zoe\": ");
    sweep(&place, "s.toml", "failed").expect(3);
    assert!(place.path("failed/figure.svg").exists());
}
