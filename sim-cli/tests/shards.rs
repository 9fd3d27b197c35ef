//! A sweep in chunks comes to the bytes of one process, whoever runs which chunk when and how often.

mod support;

use std::fs;
use std::process::{Command, Stdio};

use support::{Place, program, wait_until};

/// 40 cells; a list gives a column another type in some chunks only, and what has eleven messages cannot run.
fn scenario(trials: u64) -> String {
    format!(
        "\
model = \"tree\"
[parameters]
depth = 2
window = 500
[sweep]
fan_in = {{ list = [3, 5, [3, 5], 11] }}
correlation = {{ from = 0.0, to = 0.9, points = 10 }}
[stop]
trials = {trials}
"
    )
}

/// A directory with the sweep's results by one process, and one with a plan of eight chunks of five cells.
fn planned(trials: u64) -> Place {
    let place = Place::new();
    place.write("s.toml", scenario(trials));
    place.synergy("sweep s.toml --out whole").expect(3);
    place.synergy("shards plan s.toml --out out").expect(0);
    let mut plan = place.json("out/shards.json");
    plan["cells_per_chunk"] = 5.into();
    plan["chunks"] = 8.into();
    place.write("out/shards.json", plan.to_string());
    place
}

fn is_whole(place: &Place) -> bool {
    place.read("whole/data.parquet") == place.read("out/data.parquet")
}

#[test]
fn shards_in_any_number_and_order_come_to_the_same_bytes() {
    for shards in [1, 2, 7] {
        let place = planned(300);
        for shard in (0..shards).rev() {
            let ended =
                place.synergy(&format!("shards run out/shards.json --shard {shard}/{shards} --quiet"));
            assert!([Some(0), Some(3)].contains(&ended.code), "{ended:?}");
        }
        place.synergy("shards merge out").expect(3);
        assert!(is_whole(&place), "{shards} shards");
        assert_eq!(place.names("out"), ["data.parquet", "manifest.json", "runs.jsonl", "shards.json"]);
    }
}

#[test]
fn a_chunk_that_is_run_twice_does_no_harm_and_is_not_run_again() {
    let place = planned(300);
    place.synergy("shards run out/shards.json --chunk 3").expect(0);
    let part = place.read("out/parts/chunk-000003.parquet");
    place.synergy("shards run out/shards.json --chunk 3").expect(0);
    assert!(place.read("out/parts/chunk-000003.parquet") == part);
    // A part that is cut off is run again.
    place.write("out/parts/chunk-000003.parquet", &part[..part.len() / 2]);
    place.synergy("shards run out/shards.json --chunk 3").expect(0);
    assert!(place.read("out/parts/chunk-000003.parquet") == part);
    let lines = String::from_utf8(place.read("out/runs.jsonl")).unwrap();
    assert_eq!(lines.matches("\"chunk\":3").count(), 2, "{lines}");
}

#[test]
fn missing_chunks_are_named() {
    let place = planned(300);
    for chunk in [0, 1, 2, 4, 5, 7] {
        place.synergy(&format!("shards run out/shards.json --chunk {chunk}"));
    }
    let ended = place.synergy("shards merge out").expect(2);
    assert!(ended.err.contains("2 of 8 chunks are missing: 3, 6"), "{}", ended.err);
    assert!(!place.path("out/data.parquet").exists());
    // A sweep in the same directory runs only what is missing.
    let ended = place.synergy("sweep s.toml --out out").expect(3);
    assert!(ended.out.contains("30 cells from an earlier run"), "{}", ended.out);
    assert!(is_whole(&place));
}

#[test]
fn a_killed_worker_is_replaced_when_the_job_is_submitted_again() {
    let place = planned(400_000);
    let mut worker = Command::new(program())
        .args(["shards", "run", "out/shards.json", "--shard", "0/1", "--threads", "1"])
        .current_dir(place.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| place.path("out/parts/chunk-000001.parquet").exists());
    worker.kill().unwrap();
    worker.wait().unwrap();
    assert!(!place.path("out/parts/chunk-000007.parquet").exists());
    place.synergy("shards submit s.toml --out out --engine local --workers 2 --quiet").expect(3);
    assert!(is_whole(&place));
    // Submitted once more, it finds everything done.
    let before = fs::metadata(place.path("out/runs.jsonl")).unwrap().len();
    place.synergy("shards submit s.toml --out out --quiet").expect(3);
    assert_eq!(fs::metadata(place.path("out/runs.jsonl")).unwrap().len(), before);
    assert!(is_whole(&place));
}

#[test]
fn more_trials_of_a_merged_sweep_go_on_in_chunks() {
    let place = planned(300);
    place.synergy("shards submit s.toml --out out --quiet").expect(3);
    place.synergy("shards submit s.toml --out out --trials 900 --quiet").expect(3);
    place.synergy("sweep s.toml --out whole --trials 900").expect(3);
    assert!(is_whole(&place));
}

#[test]
fn a_part_of_fewer_trials_is_not_taken_for_one_of_more() {
    let place = planned(300);
    place.synergy("shards run out/shards.json --chunk 3").expect(0);
    let mut plan = place.json("out/shards.json");
    plan["scenario"]["stop"]["trials"] = 900.into();
    place.write("out/shards.json", plan.to_string());
    place.synergy("shards run out/shards.json --chunk 3").expect(0);
    let lines = String::from_utf8(place.read("out/runs.jsonl")).unwrap();
    // Five cells go on from 300 trials.
    assert!(lines.lines().last().unwrap().contains("\"trials\":3000,"), "{lines}");
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let place = planned(300);
    let plan = String::from_utf8(place.read("out/shards.json")).unwrap();
    let refused = |command: &str, words: &str| {
        let ended = place.synergy(command).expect(2);
        assert!(ended.err.contains(words), "{command}: {}", ended.err);
    };
    refused("shards run out/shards.json --chunk 8", "the plan has the chunks 0 to 7; found 8");
    refused("shards run out/shards.json --shard 2/2", "a shard is i/n with i from 0 to n - 1");
    refused("shards run out/shards.json", "--chunk");
    refused("shards run none/shards.json --chunk 0", "there is no plan none/shards.json");
    refused("shards merge whole", "there is no plan whole/shards.json");
    refused("shards plan s.toml --out other --seconds 0", "a positive number of seconds");
    for (from, to, words) in [
        ("\"version\":\"0.", "\"version\":\"9.", "is a plan of version 9."),
        ("\"cells\":40", "\"cells\":41", "is damaged"),
        ("{", "", "is not a plan of this program"),
    ] {
        place.write("out/shards.json", plan.replacen(from, to, 1));
        refused("shards run out/shards.json --chunk 0", words);
    }
    place.write("out/shards.json", &plan);
    let missing = Command::new(program())
        .args(["shards", "submit", "s.toml", "--out", "out", "--engine", "slurm", "--quiet"])
        .current_dir(place.path(""))
        .env("PATH", "")
        .output()
        .unwrap();
    let err = String::from_utf8(missing.stderr).unwrap();
    assert!(err.contains("cannot start srun"), "{err}");
}
