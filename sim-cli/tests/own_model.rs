//! A user's own model has the whole command line; one with a defect does not take a sweep with it.

mod support;

use serde_json::json;
use support::{Ended, Place, example};

fn own(place: &Place, line: &str) -> Ended {
    let arguments: Vec<_> = line.split_whitespace().collect();
    support::run(&example("own_model"), &place.path(""), &arguments)
}

#[test]
fn an_own_model_runs_and_predicts() {
    let place = Place::new();
    let answer = own(&place, "run committee --set members=2 --trials 20k --format json").expect(0).json();
    let estimate = &answer["estimates"]["agreement"];
    assert!(estimate["low"].as_f64() < Some(0.81) && Some(0.81) < estimate["high"].as_f64(), "{answer}");
    let answer = own(&place, "predict committee --set accuracy=0.5 --format json").expect(0).json();
    assert_eq!(answer["predictions"], json!({ "agreement": 0.125 }));
}

#[test]
fn an_own_model_is_described_and_its_parameters_are_checked() {
    let place = Place::new();
    let text = own(&place, "models committee").expect(0).out;
    for part in
        ["members", "an integer from 1 to 100", "agents", "agreement", "probability that one is right"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let schema = own(&place, "schema").expect(0).json();
    assert!(schema["properties"]["model"]["enum"].as_array().unwrap().contains(&json!("committee")));
    let said = own(&place, "run committee --set member=3").expect(2).err;
    assert!(said.contains("did you mean `members`?"), "{said}");
    let said = own(&place, "run comittee").expect(2).err;
    assert!(said.contains("did you mean `committee`?"), "{said}");
}

#[test]
fn an_own_model_is_swept_and_drawn() {
    let place = Place::new();
    place.write(
        "sweep.toml",
        "model = \"committee\"\n[sweep]\nmembers = { from = 1, to = 4, points = 4 }\n\
         [figure]\nkind = \"curves\"\nx = \"members\"\ny = \"agreement\"\n",
    );
    own(&place, "sweep sweep.toml --trials 1000 --out out").expect(0);
    for file in ["data.parquet", "figure.svg", "figure.pdf", "figure.png", "figure-wide.svg"] {
        assert!(place.names("out").contains(&file.to_owned()), "{file}");
    }
}

#[test]
fn a_panic_fails_its_cell_and_not_the_sweep() {
    let place = Place::new();
    place.write("sweep.toml", "model = \"faulty\"\n[sweep]\nx = { list = [1, 2, 3, 4] }\n");
    let faulty = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::new(example("faulty_model"));
        let output = command.current_dir(place.path("")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = faulty(&["sweep", "sweep.toml", "--trials", "10", "--out", "out"]);
    assert_eq!(code, Some(3), "{out}");
    assert!(out.contains("three is too much"), "{out}");
    let counts = &place.json("out/manifest.json")["counts"];
    assert_eq!(counts, &json!({ "cells": 4, "done": 4, "failed": 1, "trials": 30 }));
    // Alone, it is a failure of the program, not of the input.
    assert_eq!(faulty(&["run", "faulty", "--set", "x=3", "--trials", "10"]).0, Some(1));
}
