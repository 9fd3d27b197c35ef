//! Sweeps: the same bytes however they come about, nothing lost, nothing overwritten by mistake.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;
use support::{Place, program, wait_until};

/// Two axes and 2 x 3 cells.
const SMALL: &str = "\
model = \"tree\"
seed = 7
[parameters]
fan_in = 3
[sweep]
correlation = { list = [0.0, 0.2] }
depth = { from = 1, to = 3, points = 3 }
[stop]
trials = 700
";

/// A heat map of 3 x 3 cells with a contour.
const MAP: &str = "\
model = \"tree\"
[sweep]
correlation = { from = 0.0, to = 0.5, points = 3 }
fidelity = { from = 0.4, to = 1.0, points = 3 }
[stop]
trials = 50
[figure]
kind = \"heat-map\"
x = \"fidelity\"
y = \"correlation\"
color = \"root_bias\"
contours = [{ prediction = \"alpha\", level = 1.0, label = \"α = 1\" }]
";

/// Long enough to be interrupted: some seconds of work in the test profile in 600 cells.
const LONG: &str = "\
model = \"tree\"
[sweep]
correlation = { from = 0.0, to = 1.0, points = 60 }
depth = { from = 1, to = 10, points = 10 }
[stop]
trials = 100000
";

/// What a data set of `Place::path(name)` holds.
fn table(place: &Place, name: &str) -> RecordBatch {
    let file = File::open(place.path(name).join("data.parquet")).unwrap();
    let mut batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batch = batches.next().unwrap().unwrap();
    assert!(batches.next().is_none(), "a small data set is one batch");
    batch
}

fn reals(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().iter().collect()
}

fn integers(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().iter().collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

/// The last line of `runs.jsonl`.
fn last_run(place: &Place, name: &str) -> serde_json::Value {
    let text = String::from_utf8(place.read(&format!("{name}/runs.jsonl"))).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn a_data_set_has_a_row_per_cell_in_the_order_of_the_sweep() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    let batch = table(&place, "out");
    assert_eq!(reals(&batch, "correlation"), [0.0, 0.0, 0.0, 0.2, 0.2, 0.2].map(Some));
    assert_eq!(integers(&batch, "depth"), [1, 2, 3, 1, 2, 3].map(Some));
    assert_eq!(integers(&batch, "fan_in"), [Some(3); 6]);
    assert_eq!(integers(&batch, "trials"), [Some(700); 6]);
    assert_eq!(reals(&batch, "confidence"), [Some(0.95); 6]);
    assert_eq!(texts(&batch, "ending"), vec![Some("complete".to_owned()); 6]);
    assert_eq!(texts(&batch, "error"), vec![None; 6]);
    // A word instead of a number is null.
    assert_eq!(reals(&batch, "window"), [None; 6]);
    let schema = batch.schema();
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let expected = [
        "cell",
        "fan_in",
        "depth",
        "leaf_bias",
        "fidelity",
        "correlation",
        "dependence",
        "sharing",
        "window",
        "message_tokens",
        "erasure",
        "erasure_detected",
        "tolerance",
        "top_layers",
        "root_bias",
        "root_bias_low",
        "root_bias_high",
        "root_accuracy",
        "root_accuracy_low",
        "root_accuracy_high",
        "confidence",
        "trials",
        "ending",
        "predicted_alpha",
        "predicted_gain",
        "predicted_organization_exponent",
        "predicted_fixed_point",
        "predicted_held_bias",
        "predicted_critical_correlation",
        "predicted_critical_fidelity",
        "predicted_amplification_depth",
        "predicted_mixing_depth",
        "predicted_cubic_coefficient",
        "predicted_critical_decay",
        "predicted_clipped_bias",
        "predicted_smooth_bias",
        "predicted_root_bias",
        "predicted_root_accuracy",
        "error",
        "tally",
    ];
    assert_eq!(names, expected);
    let (low, high) = (reals(&batch, "root_bias_low"), reals(&batch, "root_bias_high"));
    for (value, (low, high)) in reals(&batch, "root_bias").iter().zip(low.iter().zip(&high)) {
        assert!(low < value && value < high);
    }
    assert_eq!(place.names("out"), ["data.parquet", "manifest.json", "runs.jsonl"]);
}

#[test]
fn a_row_says_what_run_and_predict_say() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    let batch = table(&place, "out");
    let line =
        "run tree --set fan_in=3 --set correlation=0.2 --set depth=2 --seed 7 --trials 700 --format json";
    let answer = place.synergy(line).expect(0).json();
    assert_eq!(reals(&batch, "root_bias")[4], answer["estimates"]["root_bias"]["value"].as_f64());
    assert_eq!(reals(&batch, "root_bias_low")[4], answer["estimates"]["root_bias"]["low"].as_f64());
    assert_eq!(reals(&batch, "predicted_alpha")[4], answer["predictions"]["alpha"].as_f64());
}

#[test]
fn the_manifest_and_the_log_say_what_was_done() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out --threads 2").expect(0);
    let manifest = place.json("out/manifest.json");
    assert_eq!(manifest["counts"], json!({ "cells": 6, "done": 6, "failed": 0, "trials": 4200 }));
    assert_eq!(manifest["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["scenario"]["model"], "tree");
    assert_eq!(manifest["scenario"]["seed"], 7);
    let run = last_run(&place, "out");
    assert_eq!((&run["cells"], &run["trials"]), (&json!(6), &json!(4200)));
    assert_eq!((&run["threads"], &run["ending"]), (&json!(2), &json!("complete")));
}

#[test]
fn the_bytes_do_not_depend_on_threads_or_on_the_language_of_the_file() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    let scenario = json!({
        "model": "tree", "seed": 7, "parameters": { "fan_in": 3 },
        "sweep": { "correlation": { "list": [0, 0.2] }, "depth": { "from": 1, "to": 3, "points": 3 } },
        "stop": { "trials": 700 },
    });
    place.write("s.json", scenario.to_string());
    for (file, threads) in [("s.toml", 1), ("s.toml", 2), ("s.toml", 7), ("s.json", 2)] {
        let out = format!("{file}-{threads}");
        place.synergy(&format!("sweep {file} --threads {threads} --out {out}")).expect(0);
        assert!(place.read("s.toml-1/data.parquet") == place.read(&format!("{out}/data.parquet")), "{out}");
    }
}

/// Instruction sets that this machine lacks are refused; the others write the same bytes and are named in the log.
#[test]
fn the_bytes_do_not_depend_on_the_instruction_set() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out auto").expect(0);
    for kernel in sim_core::lanes::Kernel::ALL {
        let sweep = place.synergy(&format!("sweep s.toml --kernel {kernel} --out {kernel}"));
        if !kernel.is_available() {
            assert!(sweep.expect(2).err.contains(&format!("does not have the instructions of {kernel}")));
            continue;
        }
        sweep.expect(0);
        assert!(place.read("auto/data.parquet") == place.read(&format!("{kernel}/data.parquet")), "{kernel}");
        assert!(
            place.read("auto/manifest.json") == place.read(&format!("{kernel}/manifest.json")),
            "{kernel}"
        );
        assert_eq!(last_run(&place, &kernel.to_string())["kernel"], kernel.to_string());
    }
    // What one began, another goes on with.
    place.synergy("sweep s.toml --trials 2000 --kernel portable --out auto").expect(0);
    place.synergy("sweep s.toml --trials 2000 --out whole").expect(0);
    assert!(place.read("auto/data.parquet") == place.read("whole/data.parquet"));
}

#[test]
fn the_order_of_keys_in_json_is_the_order_of_the_axes() {
    let place = Place::new();
    place.write(
        "s.json",
        r#"{"model": "tree", "sweep": {"leaf_bias": {"list": [0.1, 0.2]}, "depth": {"list": [1, 2]}}}"#,
    );
    place.synergy("sweep s.json --trials 10 --out out").expect(0);
    assert_eq!(reals(&table(&place, "out"), "leaf_bias"), [0.1, 0.1, 0.2, 0.2].map(Some));
}

#[test]
fn another_value_of_an_axis_redraws_nothing() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    // In front and in the middle, so that common cells move.
    place.write("more.toml", SMALL.replace("[0.0, 0.2]", "[0.3, 0.0, 0.1, 0.2]"));
    place.synergy("sweep s.toml --out few").expect(0);
    place.synergy("sweep more.toml --out many").expect(0);
    let (few, many) = (table(&place, "few"), table(&place, "many"));
    let cells = texts(&many, "cell");
    for (row, cell) in texts(&few, "cell").iter().enumerate() {
        let there = cells.iter().position(|other| other == cell).unwrap();
        for (here, other) in few.columns().iter().zip(many.columns()) {
            assert_eq!(&here.slice(row, 1), &other.slice(there, 1));
        }
    }
    // The same directory goes on from the common cells, to the same bytes.
    place.synergy("sweep more.toml --out few").expect(0);
    assert_eq!(last_run(&place, "few")["cells"], 6);
    assert!(place.read("few/data.parquet") == place.read("many/data.parquet"));
}

#[test]
fn the_same_command_again_runs_no_cell() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    let before = place.read("out/data.parquet");
    let said = place.synergy("sweep s.toml --out out").expect(0).out;
    assert!(said.contains("6 cells from an earlier run"), "{said}");
    let run = last_run(&place, "out");
    assert_eq!((&run["cells"], &run["trials"]), (&json!(0), &json!(0)));
    assert!(before == place.read("out/data.parquet"));
}

#[test]
fn more_trials_go_on_in_the_same_directory_to_the_bytes_of_a_new_one() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    place.synergy("sweep s.toml --out out --trials 1500").expect(0);
    place.synergy("sweep s.toml --out new --trials 1500").expect(0);
    assert!(place.read("out/data.parquet") == place.read("new/data.parquet"));
}

/// Waits for something that comes within seconds, or not at all.
/// Starts a sweep and returns once its manifest stands, `delay` later.
fn started(place: &Place, scenario: &str, out: &str, delay: Duration) -> Child {
    let mut command = Command::new(program());
    command.args(["sweep", scenario, "--out", out, "--threads", "2"]).current_dir(place.path(""));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until(|| place.path(out).join("manifest.json").exists());
    sleep(delay);
    child
}

#[test]
fn a_killed_sweep_ends_with_the_bytes_of_an_undisturbed_one() {
    let place = Place::new();
    place.write("s.toml", LONG);
    let clock = Instant::now();
    place.synergy("sweep s.toml --out whole --threads 2").expect(0);
    let whole = clock.elapsed();
    // Three times at different moments of the same directory, then to the end.
    for share in [0.0, 0.3, 0.7] {
        let mut child = started(&place, "s.toml", "out", whole.mul_f64(share));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    place.synergy("sweep s.toml --out out").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("out/data.parquet"));
    assert_eq!(place.names("out"), ["data.parquet", "manifest.json", "runs.jsonl"]);
}

#[test]
fn rows_of_a_shorter_run_are_not_taken_for_those_of_a_longer_one_that_was_killed() {
    let place = Place::new();
    place.write("short.toml", LONG.replace("trials = 100000", "trials = 10"));
    place.write("long.toml", LONG);
    place.synergy("sweep short.toml --out out").expect(0);
    let manifest = place.read("out/manifest.json");
    let mut child = started(&place, "long.toml", "out", Duration::ZERO);
    wait_until(|| place.read("out/manifest.json") != manifest);
    child.kill().unwrap();
    child.wait().unwrap();
    place.synergy("sweep long.toml --out out").expect(0);
    assert_eq!(integers(&table(&place, "out"), "trials"), [Some(100_000); 600]);
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_complete_rows_and_goes_on_to_the_same_bytes() {
    let place = Place::new();
    place.write("s.toml", LONG);
    let clock = Instant::now();
    place.synergy("sweep s.toml --out whole --threads 2").expect(0);
    let mut child = started(&place, "s.toml", "out", clock.elapsed().mul_f64(0.4));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // A row that was begun is kept with the trials that it has, and says so.
    let endings = texts(&table(&place, "out"), "ending");
    let done = endings.iter().filter(|ending| ending.as_deref() == Some("complete")).count();
    assert!(0 < done && done < 600, "{done} rows");
    assert!(endings.iter().flatten().all(|ending| ending == "complete" || ending == "cancelled"));
    assert_eq!(place.json("out/manifest.json")["counts"]["done"], done);
    assert_eq!(last_run(&place, "out")["ending"], "cancelled");
    place.synergy("sweep s.toml --out out").expect(0);
    assert_eq!(last_run(&place, "out")["cells"], 600 - done);
    assert!(place.read("whole/data.parquet") == place.read("out/data.parquet"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_rows_that_stand_behind_the_interruption() {
    let place = Place::new();
    // The earlier cells are the last ones of the larger sweep.
    let axis = "correlation = { from = 0.0, to = 1.0, points = 60 }";
    let values = |range: std::ops::Range<u32>| {
        let list: Vec<_> = range.rev().map(|i| format!("{:.3}", f64::from(i) / 1000.0)).collect();
        LONG.replace(axis, &format!("correlation = {{ list = [{}] }}", list.join(", ")))
    };
    place.write("few.toml", values(0..10));
    place.write("many.toml", values(0..100));
    place.synergy("sweep few.toml --out out").expect(0);
    let manifest = place.read("out/manifest.json");
    let child = &mut started(&place, "many.toml", "out", Duration::ZERO);
    wait_until(|| place.read("out/manifest.json") != manifest);
    interrupt(child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let counts = table(&place, "out");
    assert!((100..1000).contains(&counts.num_rows()), "{} rows", counts.num_rows());
    assert_eq!(reals(&counts, "correlation").last(), Some(&Some(0.0)));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_can_be_repeated_in_its_directory() {
    let place = Place::new();
    for _ in 0..2 {
        let mut command = Command::new(program());
        command.args(["run", "tree", "--trials", "1G", "--out", "out"]).current_dir(place.path(""));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_until(|| place.path("out/manifest.json").exists());
        sleep(Duration::from_millis(500));
        interrupt(&child);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(last_run(&place, "out")["ending"], "cancelled");
    }
}

#[test]
fn impossible_cells_are_rows_with_an_error() {
    let place = Place::new();
    place.write(
        "s.toml",
        "model = \"tree\"\n[parameters]\nwindow = 2000\nmessage_tokens = 250\n[sweep]\nfan_in = { list = [7, 9] }\n",
    );
    let said = place.synergy("sweep s.toml --trials 100 --out out").expect(3).out;
    assert!(said.contains("fan-in 9 x 250 tokens = 2250 > window 2000"), "{said}");
    let batch = table(&place, "out");
    let error = "fan-in 9 x 250 tokens = 2250 > window 2000".to_owned();
    assert_eq!(texts(&batch, "error"), [None, Some(error)]);
    assert!(reals(&batch, "root_bias")[0].is_some() && reals(&batch, "root_bias")[1].is_none());
    assert_eq!(integers(&batch, "trials"), [Some(100), Some(0)]);
    assert_eq!(place.json("out/manifest.json")["counts"]["failed"], 1);
    // And so again, from the earlier run.
    let before = place.read("out/data.parquet");
    place.synergy("sweep s.toml --trials 100 --out out").expect(3);
    assert!(before == place.read("out/data.parquet"));
}

#[test]
fn a_sweep_that_cannot_run_at_all_is_wrong_input() {
    let place = Place::new();
    place.write(
        "s.toml",
        "model = \"tree\"\n[parameters]\nwindow = 10\n[sweep]\nfan_in = { list = [7, 9] }\n",
    );
    let said = place.synergy("sweep s.toml --out out").expect(2).err;
    assert!(
        said.contains("s.toml:3: fan-in 7 x 50 tokens = 350 > window 10")
            || said.contains("s.toml:5: fan-in 7"),
        "{said}"
    );
    assert!(!place.path("out").exists());
}

/// All files below a directory with their bytes.
fn snapshot(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    files.sort();
    files
}

#[test]
fn a_directory_of_another_scenario_is_refused_with_the_differences_and_not_touched() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    let before = snapshot(&place.path("out"));
    for (from, to, difference) in [
        ("seed = 7", "seed = 8", "the seed is 7 there and 8 here"),
        ("fan_in = 3", "fan_in = 5", "`fan_in` is 3 there and 5 here"),
        ("fan_in = 3", "fan_in = 3\nleaf_bias = 0.3", "`leaf_bias` is 0.1 there and 0.3 here"),
        ("points = 3", "points = 2", "1 values of the axis `depth` there are missing here"),
        ("[0.0, 0.2]", "[0.0, 0.1]", "1 values of the axis `correlation` there are missing here"),
        ("correlation =", "fidelity =", "`correlation` is an axis there and none here"),
        ("trials = 700", "trials = 600", "700 trials there and only 600 here"),
        ("trials = 700", "half_width = 0.1", "the number of trials is fixed there and not here"),
    ] {
        place.write("other.toml", SMALL.replace(from, to));
        let said = place.synergy("sweep other.toml --out out").expect(2).err;
        assert!(said.contains(difference), "expected {difference:?} in {said}");
        assert!(before == snapshot(&place.path("out")), "{to}: touched");
    }
    place.write("other.toml", "model = \"averaging\"\n[sweep]\nagents = { list = [2] }\n");
    let said = place.synergy("sweep other.toml --out out").expect(2).err;
    assert!(said.contains("the model is tree there and averaging here"), "{said}");
    assert!(before == snapshot(&place.path("out")));
}

#[test]
fn a_directory_with_other_files_is_refused_and_not_touched() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.write("out/thesis.tex", "years of work");
    let said = place.synergy("sweep s.toml --out out").expect(2).err;
    assert!(said.contains("thesis.tex"), "{said}");
    assert_eq!(place.names("out"), ["thesis.tex"]);
    // A file is no directory.
    let said = place.synergy("sweep s.toml --out out/thesis.tex").expect(2).err;
    assert!(said.contains("is a file"), "{said}");
    assert_eq!(place.read("out/thesis.tex"), b"years of work");
}

const FIGURES: [&str; 7] = [
    "figure-wide.pdf",
    "figure-wide.png",
    "figure-wide.svg",
    "figure.csv",
    "figure.pdf",
    "figure.png",
    "figure.svg",
];

#[test]
fn figures_are_written_in_three_types_and_two_widths() {
    let place = Place::new();
    let curves = "[figure]\nkind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"correlation\"\n";
    place.write("curves.toml", format!("{SMALL}{curves}"));
    place.write("map.toml", MAP);
    for name in ["curves", "map"] {
        let said = place.synergy(&format!("sweep {name}.toml --out {name}")).expect(0).out;
        for file in FIGURES {
            let bytes = place.read(&format!("{name}/{file}"));
            let begins: &[u8] = match file.rsplit('.').next().unwrap() {
                "svg" => b"<svg",
                "csv" if name == "map" => b"x,y,value,",
                "csv" => b"panel,series,what,x,y,low,high\n",
                "pdf" => b"%PDF",
                _ => b"\x89PNG",
            };
            assert!(bytes.starts_with(begins), "{name}/{file}");
            assert!(said.contains(file), "{said}");
        }
    }
    let svg = String::from_utf8(place.read("map/figure.svg")).unwrap();
    assert!(svg.contains("3.35in") && svg.contains("α"), "one column, Greek letters as text");
    assert!(String::from_utf8(place.read("map/figure-wide.svg")).unwrap().contains("6.9in"));
}

#[test]
fn plot_draws_again_what_is_asked_for() {
    let place = Place::new();
    place.write("map.toml", MAP);
    place.synergy("sweep map.toml --out out").expect(0);
    let drawn: Vec<_> = FIGURES.iter().map(|file| place.read(&format!("out/{file}"))).collect();
    for file in FIGURES {
        std::fs::remove_file(place.path("out").join(file)).unwrap();
    }
    place.synergy("plot out --format svg,png --width single --dpi 100 --out elsewhere").expect(0);
    assert_eq!(place.names("elsewhere"), ["figure.png", "figure.svg"]);
    // The width in the header of a PNG: 3.35 inches of 100 dots.
    assert_eq!(place.read("elsewhere/figure.png")[16..20], 335u32.to_be_bytes());
    place.synergy("plot out").expect(0);
    for (file, before) in FIGURES.iter().zip(drawn) {
        let again = place.read(&format!("out/{file}"));
        // The PDF names its fonts and glyphs in an order that changes from run to run.
        assert!(before == again || file.ends_with("pdf"), "{file}");
    }
    place.synergy("plot elsewhere").expect(2);
    place.synergy("plot nowhere").expect(2);
    place.synergy("plot out --dpi 0").expect(2);
    place.synergy("plot out --width 4").expect(2);
    place.synergy("plot out --format gif").expect(2);
}

#[test]
fn broken_data_sets_are_refused_in_words() {
    let place = Place::new();
    place.write("map.toml", MAP);
    place.synergy("sweep map.toml --out good").expect(0);
    let (data, manifest) = (place.read("good/data.parquet"), place.read("good/manifest.json"));
    // Every part of the file, damaged.
    for step in 0..60 {
        let mut damaged = data.clone();
        let position = step * (data.len() - 1) / 59;
        damaged[position] ^= 0xff;
        place.write("bad/data.parquet", &damaged);
        place.write("bad/manifest.json", &manifest);
        let code = place.synergy("plot bad --format svg --width single").code;
        assert!(matches!(code, Some(0..=2)), "byte {position}: {code:?}");
    }
    for length in [0, 3, data.len() / 2, data.len() - 1] {
        place.write("bad/data.parquet", &data[..length]);
        let said = place.synergy("plot bad").expect(1).err;
        assert!(said.contains("data.parquet"), "{said}");
    }
    let text = String::from_utf8(manifest).unwrap();
    for broken in
        ["", "{", "[]", "{\"format\": 1}", &text.replace("\"x\": \"fidelity\"", "\"x\": \"nothing\"")]
    {
        place.write("good/manifest.json", broken);
        place.synergy("plot good").expect(2);
    }
}

#[test]
fn more_trials_and_a_higher_confidence_run_only_what_is_missing() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    place.synergy("sweep s.toml --out out --trials 1900").expect(0);
    assert_eq!(last_run(&place, "out")["trials"], 6 * 1200);
    place.synergy("sweep s.toml --out whole --trials 1900").expect(0);
    assert!(place.read("out/data.parquet") == place.read("whole/data.parquet"));
    place.synergy("sweep s.toml --out out --trials 1900 --confidence 0.99").expect(0);
    assert_eq!(last_run(&place, "out")["trials"], 0);
    place.synergy("sweep s.toml --out sure --trials 1900 --confidence 0.99").expect(0);
    assert!(place.read("out/data.parquet") == place.read("sure/data.parquet"));
}

#[test]
fn a_tighter_half_width_goes_on_and_a_wider_one_is_refused() {
    let place = Place::new();
    place.write("s.toml", SMALL.replace("trials = 700", "half_width = 0.1"));
    place.synergy("sweep s.toml --out out").expect(0);
    place.synergy("sweep s.toml --out out --half-width 0.02").expect(0);
    place.synergy("sweep s.toml --out whole --half-width 0.02").expect(0);
    assert!(place.read("out/data.parquet") == place.read("whole/data.parquet"));
    for wider in
        ["--half-width 0.05", "--half-width 5%", "--half-width 0.02 --confidence 0.5", "--trials 700"]
    {
        let said = place.synergy(&format!("sweep s.toml --out out {wider}")).expect(2).err;
        assert!(said.contains("holds results of another scenario"), "{wider}: {said}");
    }
    assert!(place.read("out/data.parquet") == place.read("whole/data.parquet"));
}

#[test]
fn a_parameter_written_with_its_default_is_the_same_scenario() {
    let place = Place::new();
    place.write("s.toml", SMALL);
    place.synergy("sweep s.toml --out out").expect(0);
    place.write("t.toml", SMALL.replace("fan_in = 3", "fan_in = 3\nleaf_bias = 0.1"));
    place.synergy("sweep t.toml --out out").expect(0);
    assert_eq!(last_run(&place, "out")["cells"], 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_extension_keeps_the_rows_that_there_were() {
    let place = Place::new();
    place.write("s.toml", LONG);
    place.synergy("sweep s.toml --out out --threads 2").expect(0);
    let manifest = place.read("out/manifest.json");
    place.write("more.toml", LONG.replace("trials = 100000", "trials = 10000000"));
    let child = &mut started(&place, "more.toml", "out", Duration::ZERO);
    wait_until(|| place.read("out/manifest.json") != manifest);
    interrupt(child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let trials = integers(&table(&place, "out"), "trials");
    assert_eq!(trials.len(), 600);
    assert!(trials.iter().all(|trials| trials.is_some_and(|trials| trials >= 100_000)));
}

#[test]
fn few_long_cells_are_saved_while_the_sweep_runs() {
    let place = Place::new();
    place.write(
        "s.toml",
        LONG.replace("trials = 100000", "trials = 20000000").replace("points = 60", "points = 2"),
    );
    let mut child = started(&place, "s.toml", "out", Duration::ZERO);
    let saved = || place.path("out/parts").is_dir() && !place.names("out/parts").is_empty();
    wait_until(saved);
    let running = child.try_wait().unwrap().is_none();
    assert!(running && saved(), "running: {running}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn two_programs_do_not_write_to_one_directory() {
    let place = Place::new();
    place.write("s.toml", LONG.replace("trials = 100000", "trials = 100000000"));
    let mut child = started(&place, "s.toml", "out", Duration::ZERO);
    wait_until(|| place.path("out/manifest.json").exists());
    let said = place.synergy("sweep s.toml --out out").expect(2).err;
    assert!(said.contains("another synergy is writing to out"), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn curves_of_nearby_values_are_told_apart() {
    let place = Place::new();
    let text = SMALL.replace("[0.0, 0.2]", "[0.1001, 0.1002, 0.3]");
    let figure = "[figure]\nkind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"correlation\"\n";
    place.write("s.toml", format!("{text}{figure}"));
    place.synergy("sweep s.toml --out out").expect(0);
    let svg = String::from_utf8(place.read("out/figure.svg")).unwrap();
    assert!(svg.contains("0.1001") && svg.contains("0.1002") && svg.contains("= 0.3"));
}
