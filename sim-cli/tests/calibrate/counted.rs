//! What is left out, counted twice or wrong in a log.

use serde_json::{Value as Json, json};

use super::support::Place;
use super::{finding, lines, records, synthetic};

/// Questions without a difficulty class are in none of them.
#[test]
fn questions_without_a_class_are_left_out() {
    let place = Place::new();
    let mut log = synthetic("easy and hard questions");
    let value = |place: &Place| {
        let ended = place.synergy("calibrate log.jsonl --format json --replicates 200").expect(0);
        (finding(&ended.json(), "correlation_within_strata").clone(), ended.err)
    };
    place.write("log.jsonl", lines(&log));
    let (all, said) = value(&place);
    assert!(!said.contains("difficulty class"), "{said}");
    // Every second hard question loses its class: of 240 questions 60.
    for record in &mut log {
        let number: u32 = record["question"].as_str().unwrap()[1..].parse().unwrap();
        if number % 4 == 1 {
            record.as_object_mut().unwrap().remove("stratum");
        }
    }
    place.write("log.jsonl", lines(&log));
    let (some, said) = value(&place);
    assert!(said.contains("60 of 240 questions have no difficulty class"), "{said}");
    assert_eq!((&all["trials"], &some["trials"]), (&json!(240), &json!(180)));
    log.retain(|record| record.get("stratum").is_some());
    place.write("log.jsonl", lines(&log));
    assert_eq!(value(&place).0["value"], some["value"]);
}

/// A log that was copied into itself says what it said before; answers that differ are no copies.
#[test]
fn copies_do_not_vote_with_themselves() {
    let place = Place::new();
    let once: Vec<Json> = (0..60)
        .flat_map(|q| {
            let right = move |agent: usize| (q * 7 + agent * 5) % 11 < 7;
            (0..3).map(move |agent| json!({ "question": format!("q{q}"), "agent": format!("a{agent}"), "correct": right(agent) }))
        })
        .collect();
    let found = |log: &[Json]| {
        place.write("log.jsonl", lines(log));
        let ended = place.synergy("calibrate log.jsonl --format json --replicates 200").expect(0);
        (ended.json(), ended.err)
    };
    let (alone, said) = found(&once);
    assert!(!said.contains("another one says"), "{said}");
    let (twice, said) = found(&[once.clone(), once.clone()].concat());
    assert!(
        said.contains("180 records say what another one says") && said.contains("taken for copies"),
        "{said}"
    );
    for name in ["accuracy", "correlation", "correlation_cross_model", "effective_votes"] {
        assert_eq!(finding(&alone, name), finding(&twice, name), "{name}");
    }
    assert!(finding(&twice, "correlation_same_model")["reason"].is_string());
    // Two answers of every agent, of which some differ.
    let mut again = once.clone();
    for (number, record) in again.iter_mut().enumerate().filter(|(number, _)| number % 5 == 0) {
        record["correct"] = json!(number % 2 == 0);
    }
    let (further, said) = found(&[once, again].concat());
    assert!(said.contains("180 records say") && said.contains("taken for further answers"), "{said}");
    assert!(finding(&further, "correlation_same_model")["value"].is_number());
}

/// The number of questions is not that of the clusters that are resampled.
#[test]
fn as_many_questions_are_reported_as_there_are() {
    let place = Place::new();
    let log: Vec<Json> = (0..5000)
        .map(|q| json!({ "question": format!("q{q}"), "agent": "a", "correct": q % 3 != 0 }))
        .collect();
    place.write("log.jsonl", lines(&log));
    let answer = place.synergy("calibrate log.jsonl --format json --replicates 100").expect(0).json();
    assert_eq!(finding(&answer, "accuracy")["trials"], json!(5000));
    assert_eq!(answer["agents"][0]["trials"], json!(5000));
}

#[test]
fn what_is_wrong_is_counted() {
    let place = Place::new();
    let mut text = lines(&records("correct"));
    let mut add = |record: Json| text.push_str(&format!("{record}\n"));
    // q0 of ann is wrong in the log.
    add(json!({ "question": "q0", "agent": "ann", "attempt": 1, "correct": false }));
    add(json!({ "question": "q0", "agent": "ann", "attempt": 1, "correct": true }));
    add(json!({ "question": "q1", "agent": "dan", "attempt": 1, "correct": true, "output_tokens": -4 }));
    add(json!({ "question": "q2", "agent": "dan", "attempt": 1, "correct": "perhaps", "time": 5e9 }));
    add(
        json!({ "question": "q3", "agent": "dan", "attempt": 1, "correct": true, "latency": "soon", "time": 10 }),
    );
    add(json!({ "agent": "dan", "correct": true }));
    text.push_str("{\"question\": \"q4\", \"ag");
    place.write("log.jsonl", text);
    let ended = place.synergy("calibrate log.jsonl --format json").expect(0);
    for sentence in [
        "1 records repeat an answer with the same label",
        "1 records repeat an answer with the other label",
        "1 numbers of tokens, seconds or dollars are negative",
        "1 records lie more than a minute before",
        "1 records name no question",
        "1 lines or rows are broken and left out; the first: log.jsonl:127",
        "1 cells hold neither yes nor no and count as missing; the first: correct is `perhaps`",
        "1 cells hold no number and count as missing; the first: latency is `soon`",
    ] {
        assert!(ended.err.contains(sentence), "{sentence}\n{}", ended.err);
    }
    assert_eq!(ended.json()["records"], json!(123));
}

/// Logs from which little can be had: honest answers, no crash.
#[test]
fn poor_logs_are_answered() {
    let place = Place::new();
    let record = |question: usize, agent: &str, right: bool| json!({ "question": format!("q{question}"), "agent": agent, "correct": right });
    let all_right: Vec<Json> = (0..20).flat_map(|q| [record(q, "a", true), record(q, "b", true)]).collect();
    let one_agent: Vec<Json> = (0..20).map(|q| record(q, "a", q % 2 == 0)).collect();
    let one_question = vec![record(0, "a", true), record(0, "b", false)];
    for (name, log) in [("right", all_right), ("agent", one_agent), ("question", one_question)] {
        place.write(&format!("{name}.jsonl"), lines(&log));
        let answer =
            place.synergy(&format!("calibrate {name}.jsonl --out {name} --format json")).expect(0).json();
        assert!(finding(&answer, "correlation")["reason"].is_string(), "{answer}");
        if name != "question" {
            place.synergy(&format!("run {name}/scenario.toml --trials 100 --quiet")).expect(0);
        }
    }
    let answer = place.json("right/calibration.json");
    let accuracy = finding(&answer, "accuracy");
    assert!(accuracy["value"] == 1.0 && accuracy["low"].as_f64().unwrap() < 0.9, "{accuracy}");
}

#[test]
fn wrong_input_is_refused_in_a_sentence() {
    let place = Place::new();
    place.write("log.jsonl", lines(&records("correct")));
    place.write("log.csv", "a,b\n1,2\n");
    place.write("empty.jsonl", "");
    place.write("log.txt", "");
    place.write("bad.parquet", "PAR1");
    for (line, code, sentence) in [
        ("calibrate log.jsonl --map correkt=x", 2, "did you mean `correct`?"),
        ("calibrate log.jsonl --map correct", 2, "--map takes column=name"),
        ("calibrate log.jsonl --map correct=is_right", 2, "no record has `is_right`"),
        ("calibrate log.csv", 2, "no column names the question; found a, b"),
        ("calibrate log.csv --map question=c", 2, "there is no column `c`"),
        ("calibrate empty.jsonl", 2, "no record that can be used"),
        ("calibrate log.txt", 2, "does not tell what kind of log"),
        ("calibrate log.jsonl --layout matrix", 2, "is a CSV file"),
        ("calibrate none.jsonl", 1, "cannot read none.jsonl"),
        ("calibrate bad.parquet", 1, "cannot read bad.parquet"),
        ("calibrate log.jsonl --out log.csv", 2, "is a file"),
    ] {
        let said = place.synergy(line).expect(code).err;
        assert!(said.contains(sentence), "{line}: {said}");
    }
}
