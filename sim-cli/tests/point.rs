//! Ask and tell: a point goes in, its estimates come out.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use support::{Place, program};

const POINT: &str = r#"{ "model": "tree", "seed": 7, "parameters": { "fan_in": 5, "depth": 2 }, "stop": { "trials": 1000 } }"#;

fn tell(point: &str) -> Output {
    let mut child = Command::new(program())
        .args(["run", "--point", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(point.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_point_gives_one_object_and_the_same_one_again() {
    let place = Place::new();
    place.write("point.json", POINT);
    let asked = place.synergy("run --point point.json --format json").expect(0);
    let given = asked.json();
    let by_hand =
        place.synergy("run tree --set fan_in=5 --set depth=2 --seed 7 --trials 1000 --format json").expect(0);
    assert_eq!(given, by_hand.json());
    let piped = tell(POINT);
    assert_eq!(serde_json::from_slice::<Json>(&piped.stdout).unwrap(), given);
    assert_eq!(tell(POINT).stdout, piped.stdout);
    // It leaves nothing behind.
    assert_eq!(place.names(""), ["point.json"]);
}

#[test]
fn what_is_wrong_with_a_point_is_an_exit_code_and_a_sentence() {
    for (point, code, sentence) in [
        ("", 2, "names no model"),
        ("{", 2, "standard input"),
        (r#"{ "model": "tre" }"#, 2, "there is no model `tre`"),
        (r#"{ "model": "tree", "parameters": { "depht": 2 } }"#, 2, "depht"),
        (r#"{ "model": "tree", "sweep": { "depth": [1, 2] } }"#, 2, "sweep"),
    ] {
        let ended = tell(point);
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{point}: {said}");
        assert!(said.contains(sentence) && ended.stdout.is_empty(), "{point}: {said}");
    }
    let place = Place::new();
    let ended = place.synergy("run --point none.json").expect(2);
    assert!(ended.err.contains("cannot read none.json"), "{}", ended.err);
    place.synergy("run").expect(2);
    place.synergy("run tree --point none.json").expect(2);
}
