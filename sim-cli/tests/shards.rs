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

/// Workers that start from the scenario, and at the same moment, agree on one plan.
#[test]
fn shards_of_a_scenario_without_a_plan_make_one_for_all() {
    let place = planned(2000);
    let start = |shard: usize| {
        let mut command = Command::new(program());
        let shard = format!("{shard}/3");
        command.args([
            "shards",
            "run",
            "s.toml",
            "--shard",
            &shard,
            "--out",
            "together",
            "--seconds",
            "0.001",
            "--quiet",
        ]);
        command.current_dir(place.path("")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let workers: Vec<_> = (0..3).map(start).collect();
    for mut worker in workers {
        assert!([Some(0), Some(3)].contains(&worker.wait().unwrap().code()));
    }
    assert!(place.json("together/shards.json")["chunks"].as_u64() > Some(1));
    place.synergy("shards merge together").expect(3);
    assert!(place.read("whole/data.parquet") == place.read("together/data.parquet"));
}

/// A stand-in for the client of HyperQueue that runs what it is given, and says what it was asked for.
const FAKE_HQ: &str = r#"#!/bin/sh
echo "$*" >> asked
case "$2" in
    submit)
        while [ "$1" != --each-line ]; do shift; done
        list=$2; shift 3
        sed 's/^/HQ_ENTRY=/' "$list" | while read entry; do env "$entry" "$@" > /dev/null; done
        echo 7 ;;
    *) exit 0 ;;
esac
"#;

#[cfg(unix)]
#[test]
fn hq_is_given_every_chunk_once_also_in_a_folder_with_spaces() {
    use std::os::unix::fs::PermissionsExt;
    let place = planned(300);
    fs::rename(place.path("out"), place.path("it's out")).unwrap();
    let hq = place.write("bin/hq", FAKE_HQ);
    fs::set_permissions(&hq, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", place.path("bin").display(), std::env::var("PATH").unwrap());
    let ended = Command::new(program())
        .args(["shards", "submit", "s.toml", "--out", "it's out", "--engine", "hyperqueue", "--quiet"])
        .current_dir(place.path(""))
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    assert!(place.read("whole/data.parquet") == place.read("it's out/data.parquet"));
    let asked = String::from_utf8(place.read("asked")).unwrap();
    assert!(asked.ends_with("\njob wait 7\n") && asked.matches("submit").count() == 1, "{asked}");
    let runs = String::from_utf8(place.read("it's out/runs.jsonl")).unwrap();
    assert_eq!(runs.lines().count(), 8, "{runs}");
}

/// `submit` passes an interruption on to its workers, keeps what they have done, and goes on from there.
#[cfg(unix)]
#[test]
fn an_interrupted_job_leaves_nothing_running_and_goes_on() {
    use nix::sys::signal::{Signal, kill};
    let place = planned(400_000);
    let mut job = Command::new(program())
        .args([
            "shards",
            "submit",
            "s.toml",
            "--out",
            "out",
            "--workers",
            "2",
            "--trials",
            "400001",
            "--quiet",
        ])
        .current_dir(place.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| place.path("out/parts/.chunk-000000.lock").exists());
    kill(nix::unistd::Pid::from_raw(job.id() as i32), Signal::SIGTERM).unwrap();
    assert_eq!(job.wait().unwrap().code(), Some(130));
    // Nobody holds the directory any more: a sweep may have it.
    place.synergy("sweep s.toml --out out --trials 400001").expect(3);
    place.synergy("sweep s.toml --out whole --trials 400001").expect(3);
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
    refused("shards run out/shards.json --chunk 0 --trials 5", "has its parameters and trials already");
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
