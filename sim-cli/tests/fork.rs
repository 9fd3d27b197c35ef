//! A data set that goes on beside another one, with the rows that still hold.

mod support;

use serde_json::Value as Json;
use support::Place;

const SCENARIO: &str = "\
model = \"tree\"
seed = 3
[parameters]
depth = 2
[sweep]
fidelity = { list = [0.5, 0.6, 0.7, 0.8] }
[stop]
trials = 500
";

/// How many cells the last run simulated.
fn run_now(place: &Place, directory: &str) -> u64 {
    let log = String::from_utf8(place.read(&format!("{directory}/runs.jsonl"))).unwrap_or_default();
    let last: Json = serde_json::from_str(log.lines().last().unwrap_or_default()).unwrap_or_default();
    last["cells"].as_u64().unwrap_or(u64::MAX)
}

fn sweep_of(place: &Place, scenario: &str, arguments: &str) -> support::Ended {
    place.write("s.toml", scenario);
    place.synergy(&format!("sweep s.toml {arguments}"))
}

#[test]
fn fewer_cells_are_a_fork_that_runs_none_of_them_again() {
    let place = Place::new();
    sweep_of(&place, SCENARIO, "--out out").expect(0);
    let before = place.read("out/data.parquet");
    let fewer = SCENARIO.replace(", 0.7, 0.8", ", 0.9");
    let refused = sweep_of(&place, &fewer, "--out out").expect(2);
    assert!(
        refused.err.contains("2 values of the axis `fidelity` there are missing here"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("--fork"), "{}", refused.err);
    let forked = sweep_of(&place, &fewer, "--out out --fork").expect(0);
    assert!(
        forked.out.starts_with("out-2 begins with the rows of out that hold: 2 values"),
        "{}",
        forked.out
    );
    assert_eq!(run_now(&place, "out-2"), 1);
    // The same bytes as without a past, and the other data set is what it was.
    sweep_of(&place, &fewer, "--out new").expect(0);
    assert!(place.read("new/data.parquet") == place.read("out-2/data.parquet"));
    assert!(place.read("out/data.parquet") == before);
    assert_eq!(place.names(""), ["new", "out", "out-2", "s.toml"]);
}

#[test]
fn the_same_fork_again_goes_on_and_another_one_has_its_own_directory() {
    let place = Place::new();
    sweep_of(&place, SCENARIO, "--out out --fork").expect(0);
    let seed = SCENARIO.replace("seed = 3", "seed = 4");
    let forked = sweep_of(&place, &seed, "--out out --fork").expect(0);
    let expected =
        "out-2 begins with none of the rows of out, which do not hold: the seed is 3 there and 4 here";
    assert!(forked.out.starts_with(expected), "{}", forked.out);
    assert_eq!(run_now(&place, "out-2"), 4);
    sweep_of(&place, &seed, "--out out --fork").expect(0);
    assert_eq!(run_now(&place, "out-2"), 0);
    sweep_of(&place, &seed.replace("seed = 4", "seed = 5"), "--out out --fork").expect(0);
    assert_eq!(place.names(""), ["out", "out-2", "out-3", "s.toml"]);
    // What goes on needs no fork.
    sweep_of(&place, SCENARIO, "--out out --fork").expect(0);
    assert_eq!(run_now(&place, "out"), 0);
}

#[test]
fn a_dry_run_names_the_fork_and_makes_none() {
    let place = Place::new();
    sweep_of(&place, SCENARIO, "--out out").expect(0);
    let dry = sweep_of(&place, &SCENARIO.replace("500", "400"), "--out out --fork --dry-run").expect(0);
    assert!(dry.out.contains("out-2"), "{}", dry.out);
    assert_eq!(place.names(""), ["out", "s.toml"]);
}

/// What a killed program left of a fork is removed by the next one that makes a fork there. One that was just begun may be somebody's.
#[test]
fn abandoned_forks_are_removed() {
    let place = Place::new();
    sweep_of(&place, SCENARIO, "-q --out out").expect(0);
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    for name in [".writing-old", ".writing-new"] {
        place.write(&format!("{name}/parts/000000.parquet"), "cut off");
        if name == ".writing-old" {
            let directory = std::fs::File::open(place.path(name)).unwrap();
            directory.set_modified(hour_ago).unwrap();
        }
    }
    sweep_of(&place, &SCENARIO.replace("seed = 3", "seed = 4"), "-q --out out --fork").expect(0);
    assert!(!place.path(".writing-old").exists() && place.path(".writing-new").exists());
}
