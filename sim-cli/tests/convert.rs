//! Workflows in other formats, and files that workflows name, as a person would use them.

mod support;

use serde_json::Value as Json;
use support::{Ended, Place};

const WORK: &str = r#"{
  "models": { "small": { "price_per_million_output_tokens": 0.42 }, "large": { "price_per_million_output_tokens": 2.4 } },
  "subtasks": [
    { "id": "parse", "options": {
        "small": { "success": 0.6, "latency_seconds": { "mean": 20, "deviation": 8 }, "output_tokens": 1200 },
        "large": { "success": 0.9, "latency_seconds": { "law": "gamma", "mean": 60, "deviation": 20 }, "output_tokens": 5000 } } },
    { "id": "solve", "needs": ["parse"], "options": { "small": { "records": "solve-small.jsonl" } } } ] }"#;

const RECORDS: &str = "{\"success\": true, \"latency_seconds\": 15, \"output_tokens\": 900}\n\
                       {\"success\": false, \"latency_seconds\": 30, \"output_tokens\": 2000}\n";

/// A folder `in` with a workflow and its records.
fn place() -> Place {
    let place = Place::new();
    place.write("in/work.json", WORK);
    place.write("in/solve-small.jsonl", RECORDS);
    place
}

/// What a person reads, without the breaks of lines.
fn sentence(ended: &Ended) -> String {
    ended.err.replace("\n  │ ", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_format_leads_back() {
    let place = place();
    let first = place.synergy("convert in/work.json --to json").expect(0).out;
    assert!(
        first.contains(r#""records":[{"success":true,"latency_seconds":15,"output_tokens":900}"#),
        "{first}"
    );
    place.synergy("convert in/work.json --out a.toml").expect(0);
    place.synergy("convert a.toml --out b.dot").expect(0);
    let said = place.synergy("convert b.dot --to records --out c.json").expect(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("2 subtasks: c.json\n", ""));
    place.synergy("convert c.json --out d.gv").expect(0);
    assert_eq!(place.synergy("convert d.gv --to json").expect(0).out, first);
    // All commands read all of them.
    for file in ["a.toml", "b.dot", "c.json"] {
        let policies = format!("compare {file} --policies cop-greedy,best-seq --trials 20 --format json -q");
        let expected = place.synergy(&policies.replace(file, "in/work.json")).expect(0).json();
        assert_eq!(place.synergy(&policies).expect(0).json(), expected, "{file}");
        place.synergy(&format!("plan {file} --policy cop-greedy --trials 10")).expect(0);
        place
            .synergy(&format!("run workflow --set file={file} --set policy=cop-greedy --trials 20 -q"))
            .expect(0);
    }
}

#[test]
fn families_are_written_and_samples_of_them() {
    let place = Place::new();
    let family = "convert --set family=codeflow-a --set instance=2";
    let text = place.synergy(&format!("{family} --to dot")).expect(0).out;
    place.write("family.dot", &text);
    let compare = "--policies cop-greedy --trials 50 --format json -q";
    let of_file = place.synergy(&format!("compare family.dot {compare}")).expect(0).json();
    let drawn = format!("compare --set family=codeflow-a --set instance=2 {compare}");
    assert_eq!(place.synergy(&drawn).expect(0).json(), of_file);
    let sampled = place.synergy(&format!("{family} --to records --samples 8")).expect(0).out;
    let records: Json = serde_json::from_str(&sampled).unwrap();
    assert_eq!(records["records"][0]["samples"].as_array().unwrap().len(), 8);
    assert_eq!(place.synergy(&format!("{family} --to records --samples 8 --seed 1")).expect(0).out, sampled);
    assert_ne!(place.synergy(&format!("{family} --to records --samples 8 --seed 2")).expect(0).out, sampled);
}

#[test]
fn what_a_format_cannot_hold_is_said() {
    let place = place();
    let said = place.synergy("convert in/work.json --to wfformat --model small --out wf.json").expect(0);
    let sentences = sentence(&said);
    assert!(
        sentences.contains("success probabilities, tokens, prices and limits are left out"),
        "{sentences}"
    );
    assert!(sentences.contains("of the models only `small` is written"), "{sentences}");
    let written = place.json("wf.json");
    assert_eq!(written["schemaVersion"], "1.5");
    assert_eq!(written["workflow"]["execution"]["tasks"][1]["runtimeInSeconds"], 22.5);
    // What came from WfFormat says only how it was read, and comes back.
    let said = place.synergy("convert wf.json --to wfformat --set task_success=0.7").expect(0);
    assert!(sentence(&said).contains("read it with task_success 0.7 and task_variation 0.2"), "{}", said.err);
    place.write("again.json", &said.out);
    let json = |file: &str| place.synergy(&format!("convert {file} --to json")).expect(0).out;
    assert_eq!(json("again.json"), json("wf.json"));
}

#[test]
fn an_edited_file_of_records_makes_new_cells() {
    let place = place();
    place.write(
        "in/s.toml",
        "model = \"workflow\"\n[parameters]\nfile = \"work.json\"\npolicy = \"cop-greedy\"\n[sweep]\ndeadline = { list = [60.0, 90.0] }\n",
    );
    let digest = || {
        let run = "run workflow --set file=in/work.json --set policy=cop-greedy --trials 10 --format json -q";
        place.synergy(run).expect(0).json()["parameters"]["file"].clone()
    };
    let first = digest();
    assert_eq!(first["document"], "in/work.json");
    // In a scenario the file is relative to its folder, and the records to that of the file.
    place.synergy("sweep in/s.toml --trials 100 --out out -q").expect(0);
    place.synergy("sweep in/s.toml --trials 100 --out out -q").expect(0);
    place.write("in/solve-small.jsonl", RECORDS.replace("900", "901"));
    assert_ne!(digest(), first);
    let said = place.synergy("sweep in/s.toml --trials 100 --out out -q").expect(2);
    assert!(sentence(&said).contains("work.json (blake3 "), "{}", said.err);
    // A renamed file of the same content is the same, if the workflow names it.
    place.write("in/solve-small.jsonl", RECORDS);
    assert_eq!(digest(), first);
}

#[test]
fn what_is_wrong_is_a_sentence() {
    let place = place();
    place.write("in/lost.json", WORK.replace("solve-small.jsonl", "solve-smal.jsonl"));
    place.write("in/folder.json", WORK.replace("solve-small.jsonl", "."));
    place.write("in/far.json", WORK.replace("solve-small.jsonl", "/nowhere/at/all.csv"));
    place.write("in/endless.json", WORK.replace("solve-small.jsonl", "/dev/zero"));
    place.write("in/bad.json", WORK.replace("solve-small.jsonl", "bad.csv"));
    place.write("in/bad.csv", "success,latency_seconds,output_tokens\n1,2,3\n1,-2,3\n");
    place.write("in/empty.json", WORK.replace("solve-small.jsonl", "empty.jsonl"));
    place.write("in/empty.jsonl", "");
    place.write("in/plain.json", WORK.replace("\"solve-small.jsonl\"", "[]"));
    place.write("in/cut.dot", "digraph { a [success=");
    place.write("in/undirected.dot", "graph { a -- b }");
    place.write("in/toml.toml", "[models.m]\nprice_per_million_output_tokens = nan\n");
    place.write("in/old.json", r#"{ "schemaVersion": "1.3", "workflow": {} }"#);
    for (line, parts) in [
        (
            "convert in/lost.json --to json",
            &[
                "in/lost.json: subtask `solve`, model `small` names the file `solve-smal.jsonl`",
                "did you mean `solve-small.jsonl`?",
            ][..],
        ),
        ("plan in/folder.json", &["names the file `.`", "it is a folder"]),
        (
            "compare in/far.json",
            &["cannot read /nowhere/at/all.csv", "relative to the folder of in/far.json"],
        ),
        ("convert in/endless.json --to dot", &["/dev/zero is too long to be read"]),
        (
            "run workflow --set file=in/bad.json",
            &[
                "in/bad.json: subtask `solve`, model `small`: bad.csv, line 3: `latency_seconds` is a number from 0; found -2",
            ],
        ),
        ("convert in/empty.json --to json", &["empty.jsonl is empty"]),
        (
            "convert in/plain.json --to json",
            &["subtask `solve`, model `small`: a law of records has at least one"],
        ),
        (
            "convert in/cut.dot --to json",
            &["the text is no DOT: line 1, column 22: expected a value; found the end of the text"],
        ),
        (
            "convert in/undirected.dot --to json",
            &["a workflow is a `digraph`, because one subtask waits for the other"],
        ),
        ("convert in/toml.toml --to json", &["line 2, column 35: a number is finite; found NaN"]),
        ("convert in/old.json --to json", &["WfFormat 1.4 and 1.5 are read; found version 1.3"]),
        (
            "convert in/work.json",
            &["the format to write is not said", "--to json, toml, dot, wfformat or records"],
        ),
        ("convert in/work.json --out a.txt", &["the format to write is not said"]),
        ("convert in/work.json --to yaml", &["invalid value 'yaml'"]),
        (
            "convert in/work.json --to wfformat",
            &["subtask `parse` can be tried with small, large", "add --model NAME"],
        ),
        (
            "convert in/work.json --to wfformat --model large",
            &["subtask `solve` cannot be tried with `large`, only with small"],
        ),
        (
            "convert in/work.json --to json --model small",
            &["--model small: only WfFormat asks for one model"],
        ),
        (
            "convert --set family=codeflow-a --to records",
            &["its latency follows from its tokens", "add --samples 8"],
        ),
        ("convert --set instances=2 --to json", &["a file holds one workflow; found 2", "--set instance"]),
        (
            "convert in/work.json --to json --set budget=1USD",
            &["--set budget=1USD: it does not say where the workflow comes from"],
        ),
        ("convert in/work.json --to json --samples 0", &["0 is not in 1..=100000"]),
        ("convert in/work.json --to json --seed 3", &["--samples"]),
        ("convert nowhere.json --to json", &["nowhere.json"]),
    ] {
        let ended = place.synergy(line).expect(2);
        let said = sentence(&ended);
        for part in parts {
            assert!(said.contains(part), "{line}\n{said}\nexpected {part}");
        }
        assert!(ended.out.is_empty(), "{line}: {}", ended.out);
    }
}
