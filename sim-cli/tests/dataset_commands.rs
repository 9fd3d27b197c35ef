//! What can be asked of a data set: how far it is, whether it is right, and in other formats.

mod support;

use std::process::{Command, Stdio};

use support::{Place, program};

/// Four cells; the last one cannot run, because its messages do not fit.
const SOME_FAIL: &str = "\
model = \"tree\"
seed = 3
[parameters]
window = 200
[sweep]
message_tokens = { list = [10, 20, 40, 80] }
[stop]
trials = 500
";

const LISTS: &str = "\
model = \"tree\"
[parameters]
depth = 2
[sweep]
fan_in = { list = [3, [3, 5]] }
[stop]
trials = 100
";

#[test]
fn status_counts_what_is_done_and_what_failed() {
    let place = Place::new();
    place.write("s.toml", SOME_FAIL);
    place.synergy("sweep s.toml --out out").expect(3);
    let status = place.synergy("status out --json").expect(0);
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    for (key, value) in
        [("cells", 4), ("done", 4), ("failed", 1), ("begun", 0), ("open", 0), ("trials", 1500), ("parts", 0)]
    {
        assert_eq!(status[key], value, "{key}");
    }
    assert_eq!(status["running"], false);
    assert_eq!(status["runs"][0]["trials"], 1500);
    let text = place.synergy("status out").expect(0).out;
    assert!(text.contains("4 of 4 cells done, 1 of them failed, 0 begun, 0 open"), "{text}");
    assert!(text.contains("complete"), "{text}");
}

#[test]
fn a_running_sweep_is_seen_to_run() {
    let place = Place::new();
    place.write("s.toml", SOME_FAIL.replace("500", "100000000"));
    let mut child = Command::new(program())
        .args(["sweep", "s.toml", "--out", "out"])
        .current_dir(place.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    support::wait_until(|| place.path("out/manifest.json").exists());
    let text = place.synergy("status out").expect(0).out;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(text.contains("a program is writing to it now"), "{text}");
    assert!(text.contains("of 4 cells done"), "{text}");
}

#[test]
fn failed_cells_are_tried_again_only_when_asked_for() {
    let place = Place::new();
    place.write("s.toml", SOME_FAIL);
    place.synergy("sweep s.toml --out out").expect(3);
    let before = place.read("out/data.parquet");
    for again in ["sweep s.toml --out out", "sweep s.toml --out out --retry-failed"] {
        let ended = place.synergy(again).expect(3);
        assert!(ended.out.contains("1 cells failed"), "{}", ended.out);
        assert!(place.read("out/data.parquet") == before);
    }
}

#[test]
fn verify_finds_the_same_cells_and_notices_another_seed() {
    let place = Place::new();
    place.write("s.toml", SOME_FAIL);
    place.synergy("sweep s.toml --out out").expect(3);
    let ended = place.synergy("verify out").expect(0);
    assert_eq!(ended.out, "4 of 4 cells are the same to the last bit\n");
    let ended = place.synergy("verify out --cells 2").expect(0);
    assert_eq!(ended.out, "2 of 2 cells are the same to the last bit\n");
    let manifest = String::from_utf8(place.read("out/manifest.json")).unwrap();
    place.write("out/manifest.json", manifest.replace("\"seed\": 3", "\"seed\": 4"));
    let ended = place.synergy("verify out").expect(1);
    assert!(ended.out.contains("root_bias, root_bias_low, root_bias_high"), "{}", ended.out);
    // The cell that cannot run fails in the same words whatever the seed.
    assert!(ended.out.ends_with("1 of 4 cells are the same to the last bit\n"), "{}", ended.out);
}

#[test]
fn cells_of_a_half_width_are_verified_after_the_trials_that_they_took() {
    let place = Place::new();
    place.write("s.toml", SOME_FAIL.replace("trials = 500", "half_width = 0.05"));
    place.synergy("sweep s.toml --out out").expect(3);
    assert_eq!(place.synergy("verify out").expect(0).out, "4 of 4 cells are the same to the last bit\n");
}

#[test]
fn exports_have_the_rows_of_the_data_set() {
    let place = Place::new();
    place.write("s.toml", LISTS);
    place.synergy("sweep s.toml --out out").expect(0);
    let csv = place.synergy("export out").expect(0).out;
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(&header[..3], ["cell", "fan_in", "depth"]);
    assert!(lines.next().unwrap().contains(",[3],2,"), "{csv}");
    assert!(lines.next().unwrap().contains(",\"[3, 5]\",2,"), "{csv}");
    assert_eq!(lines.next(), None);

    let rows = place.synergy("export out --format jsonl").expect(0).out;
    let rows: Vec<serde_json::Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["fan_in"], serde_json::json!([3, 5]));
    assert_eq!(rows[1]["trials"], 100);
    let one = place.synergy("run tree --set depth=2 --set fan_in=3 --trials 100 --format json").expect(0).out;
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(rows[0]["root_bias"], one["estimates"]["root_bias"]["value"]);

    place.synergy("export out --format arrow --out rows.arrow").expect(0);
    assert!(place.read("rows.arrow").starts_with(b"ARROW1"));
    let ended = place.synergy("export out --format arrow --out none/rows.arrow").expect(1);
    assert!(ended.err.contains("cannot write none/rows.arrow"), "{}", ended.err);
}

#[test]
fn what_an_interrupted_sweep_left_is_compacted_and_goes_on() {
    let place = Place::new();
    place.write("s.toml", SOME_FAIL.replace("[10, 20, 40, 80]", "[10, 20, 30, 40]"));
    place.synergy("sweep s.toml --out whole").expect(0);
    let parts = place.path("out/parts");
    place.synergy("sweep s.toml --out out --trials 100").expect(0);
    // As a killed run leaves it: rows in a part, and a file that was being written.
    std::fs::create_dir(&parts).unwrap();
    std::fs::rename(place.path("out/data.parquet"), parts.join("000007.parquet")).unwrap();
    place.write("out/.writing-data", "half");
    assert!(place.synergy("status out").expect(0).out.contains("interrupted, with 1 parts"));
    let ended = place.synergy("export out").expect(2);
    assert!(ended.err.contains("synergy compact"), "{}", ended.err);
    let ended = place.synergy("compact out").expect(0);
    assert!(ended.out.starts_with("4 of 4 cells\n"), "{}", ended.out);
    assert_eq!(place.names("out"), ["data.parquet", "manifest.json", "runs.jsonl"]);
    place.synergy("sweep s.toml --out out").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("out/data.parquet"));
}

/// 4 500 cells are more than are in memory at once. Lists come only with the last third of them, and make the column one of lists for all.
#[test]
fn more_cells_than_fit_a_window_are_rows_in_order_with_the_same_columns() {
    let place = Place::new();
    place.write(
        "s.toml",
        "model = \"tree\"\n[parameters]\ndepth = 2\n[sweep]\nfan_in = { list = [3, 5, [3, 5]] }\n\
         leaf_bias = { from = 0.0, to = 0.9, points = 1500 }\n[stop]\ntrials = 20\n",
    );
    place.synergy("sweep s.toml --out out").expect(0);
    let rows = place.synergy("export out --format jsonl").expect(0).out;
    let rows: Vec<serde_json::Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), 4500);
    for (index, row) in rows.iter().enumerate() {
        let fan_in = [serde_json::json!([3]), serde_json::json!([5]), serde_json::json!([3, 5])];
        assert_eq!(row["fan_in"], fan_in[index / 1500], "row {index}");
        let bias = row["leaf_bias"].as_f64().unwrap();
        assert!((bias - 0.9 * (index % 1500) as f64 / 1499.0).abs() < 1e-9, "row {index}: {bias}");
    }
    let verified = place.synergy("verify out --cells 60 --quiet").expect(0).out;
    assert_eq!(verified, "60 of 60 cells are the same to the last bit\n");
    // The same in chunks, and once more from what there is.
    place.synergy("shards submit s.toml --out chunks --seconds 0.2 --quiet").expect(0);
    let bytes = place.read("out/data.parquet");
    assert!(place.read("chunks/data.parquet") == bytes);
    let again = place.synergy("sweep s.toml --out out").expect(0).out;
    assert!(again.contains("4500 cells from an earlier run"), "{again}");
    assert!(place.read("out/data.parquet") == bytes);
}

#[test]
fn no_data_set_is_said_in_words() {
    let place = Place::new();
    std::fs::create_dir(place.path("empty")).unwrap();
    for command in ["status empty", "compact empty", "export empty", "verify empty", "status nowhere"] {
        let ended = place.synergy(command).expect(2);
        assert!(ended.err.contains("holds no data set"), "{command}: {}", ended.err);
    }
}
