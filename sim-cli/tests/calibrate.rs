//! `synergy calibrate`: logs in every format, what is wrong with them, and the scenario that comes out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod support;

use serde_json::{Value as Json, json};
use sim_models::advice::{Fleet, Skill};
use sim_models::calibration::Observation;
use sim_models::calibration::synthetic::settings;
use sim_models::theory::channel::FidelityCurve;
use support::Place;

/// A synthetic log of a fleet with known parameters.
fn synthetic(name: &str) -> Vec<Json> {
    let settings = settings();
    let setting = settings.iter().find(|setting| setting.name == name).unwrap();
    let mut records = Vec::new();
    setting.write(0, &mut |it: &Observation<'_>| {
        let record = json!({
            "question": it.question, "agent": it.agent, "model": it.model, "family": it.family, "attempt": it.attempt,
            "stratum": it.stratum, "correct": it.correct, "budget": it.budget, "output_tokens": it.output_tokens,
            "latency": it.latency, "message_tokens": it.message_tokens, "sent": it.sent, "received": it.received,
        });
        let Json::Object(mut record) = record else { return };
        record.retain(|_, value| !value.is_null());
        records.push(Json::Object(record));
    });
    records
}

/// The fleet that is written for a log, as `synergy advise` reads it, with the text.
fn fleet_of(place: &Place, records: &[Json]) -> (Fleet, String) {
    place.write("log.jsonl", lines(records));
    place.synergy("calibrate log.jsonl --out fleet --replicates 200").expect(0);
    let text = String::from_utf8(place.read("fleet/fleet.toml")).unwrap();
    (Fleet::from_toml(&text).unwrap_or_else(|error| panic!("{error}: {text}")), text)
}

/// A log that a fleet of three agents with the same errors on every fourth question would write, with the labels at `key`.
fn records(key: &str) -> Vec<Json> {
    let mut records = Vec::new();
    for question in 0..40 {
        for (number, agent) in ["ann", "bob", "cid"].into_iter().enumerate() {
            // Beside the common errors everyone has some of his own.
            let right = question % 4 != 0 && (question + 3 * number) % 9 != 0;
            records.push(
                json!({ "question": format!("q{question}"), "agent": agent, "attempt": 1, key: right }),
            );
        }
    }
    records
}

fn lines(records: &[Json]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// A finding of the answer.
fn finding<'a>(answer: &'a Json, name: &str) -> &'a Json {
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["name"] == name).unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// Accuracy and correlation by the textbook: the mean over pairs of agents of covariance over the product of deviations, weighted by the
/// latter.
fn by_hand(records: &[Json], key: &str) -> (f64, f64) {
    let labels: Vec<Vec<f64>> = records
        .chunks(3)
        .map(|chunk| chunk.iter().map(|record| f64::from(u8::from(record[key] == true))).collect())
        .collect();
    let count = labels.len() as f64;
    let mean = |agent: usize| labels.iter().map(|row| row[agent]).sum::<f64>() / count;
    let covariance = |a: usize, b: usize| {
        labels.iter().map(|row| (row[a] - mean(a)) * (row[b] - mean(b))).sum::<f64>() / count
    };
    let (mut joint, mut alone) = (0.0, 0.0);
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        joint += covariance(a, b);
        alone += (covariance(a, a) * covariance(b, b)).sqrt();
    }
    ((mean(0) + mean(1) + mean(2)) / 3.0, joint / alone)
}

/// The fleet that is written is one that `synergy advise` reads, with the accuracies and intervals of the log.
#[test]
fn the_fleet_can_be_advised() {
    let place = Place::new();
    let log: Vec<Json> = records("correct")
        .into_iter()
        .map(|mut record| {
            let extra = json!({ "output_tokens": 100, "latency": 2.0, "cost": 0.0001 });
            record.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            record
        })
        .collect();
    place.write("log.jsonl", lines(&log));
    place.synergy("calibrate log.jsonl --out f --replicates 200").expect(0);
    let line = "advise f/fleet.toml --budget 0.0001USD --draws 200 --trials 1024 -q --format json";
    let advice = place.synergy(line).expect(0).json();
    let right = |agent: &str| {
        let of = log.iter().filter(|record| record["agent"] == agent);
        of.filter(|record| record["correct"] == true).count() as f64 / 40.0
    };
    let best = ["ann", "bob", "cid"].map(right).into_iter().fold(0.0, f64::max);
    // One answer is paid for: the best agent.
    assert_eq!(advice["recommendation"]["organization"], "single", "{advice}");
    assert!((advice["recommendation"]["accuracy"].as_f64().unwrap() - best).abs() < 1e-6, "{advice}");
    assert!(advice["confidence"]["measurements"].as_array().unwrap().len() >= 3, "{advice}");
}

/// Agents of one model are as many of it as are wanted: the fleet has the model once, with what its answers cost and take.
#[test]
fn agents_of_one_model_are_one_model_of_the_fleet() {
    let place = Place::new();
    let mut log = records("correct");
    for record in &mut log {
        let extra = json!({ "model": "m", "output_tokens": 100, "latency": 2.0, "cost": 0.0001 });
        record.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    }
    place.write("log.jsonl", lines(&log));
    place.synergy("calibrate log.jsonl --out f --replicates 200").expect(0);
    let fleet = String::from_utf8(place.read("f/fleet.toml")).unwrap();
    assert_eq!(fleet.matches("[[models]]").count(), 1, "{fleet}");
    let right = log.iter().filter(|record| record["correct"] == true).count() as f64 / log.len() as f64;
    for part in [
        "name = \"m\"",
        &format!("accuracy = {{ value = {right:.7}"),
        "output_tokens = { value = 100.0",
        "price_per_million_output_tokens = 1.0",
        "latency_seconds = { mean = 2.0",
    ] {
        assert!(fleet.contains(part), "no {part} in {fleet}");
    }
}

/// Answers of one model share their errors in another measure than those of two models; what a log does not show is assumed, and said.
#[test]
fn errors_are_shared_within_and_across_models() {
    let place = Place::new();
    for (name, correlation, across, said) in [
        ("models with difficulties of their own", 0.5, 0.0, "of one model to one question"),
        ("models that share half of their difficulties", 0.5, 0.5, "of one model to one question"),
        (
            "models that answer once",
            1.0,
            0.4,
            "assumed, errors of one model are all the same: no model answered a question twice",
        ),
    ] {
        let (fleet, text) = fleet_of(&place, &synthetic(name));
        assert!((fleet.errors.correlation - correlation).abs() < 0.1, "{name}: {text}");
        assert!((fleet.errors.across - across).abs() < 0.15, "{name}: {text}");
        assert!(text.contains(said) && fleet.intervals.len() >= 5, "{name}: {text}");
    }
    // The first two again, each model in a log of its own: no question is common.
    let mut log = synthetic("models with difficulties of their own");
    for record in &mut log {
        let apart = format!("{}{}", record["model"], record["question"]);
        record["question"] = Json::String(apart);
    }
    let (fleet, text) = fleet_of(&place, &log);
    assert!((fleet.errors.correlation - 0.5).abs() < 0.1 && fleet.errors.across == 1.0, "{text}");
    assert!(text.contains("across: assumed, all of it, as no question was answered by two models"), "{text}");
    // The log has no costs, so nothing can be held against money.
    let said =
        place.synergy("advise fleet/fleet.toml --budget 1USD --draws 100 --trials 1024 -q").expect(2).err;
    assert!(said.contains("`A` is left out: it has no `price_per_million_output_tokens`"), "{said}");
}

/// Laws of leaves, of messages and of times, where the log has them.
#[test]
fn the_fleet_has_the_laws_of_the_log() {
    let place = Place::new();
    let log: Vec<Json> = ["leaf law with a ceiling", "relayed bits", "latencies"]
        .iter()
        .flat_map(|name| synthetic(name))
        .collect();
    let (fleet, text) = fleet_of(&place, &log);
    let [model] = &fleet.models[..] else { panic!("{text}") };
    let Skill::Law(law) = model.skill else { panic!("{text}") };
    assert!((law.coefficient - 0.05).abs() < 0.02 && (law.exponent - 0.4).abs() < 0.06, "{text}");
    assert!((law.cap - 0.6).abs() < 0.03, "{text}");
    let FidelityCurve::Exponential { scale } = fleet.channel.curve else { panic!("{text}") };
    assert!((scale - 40.0).abs() < 15.0, "{text}");
    assert!((model.latency - 2.0).abs() < 0.05 && (model.seconds_per_token - 0.01).abs() < 2e-4, "{text}");
    // 0.3 s around the line, of a mean of 2 s + 0.01 s x exp(6 + 1/8).
    assert!((model.variation - 0.3 / 6.57).abs() < 0.01, "{text}");
    assert!(fleet.intervals.len() >= 3, "{text}");
    // One agent with seven budgets is one agent.
    let said = place.synergy("calibrate log.jsonl --replicates 100").expect(0).err;
    assert!(!said.contains("several agents"), "{said}");
}

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
fn formats_say_the_same() {
    let place = Place::new();
    let records = records("is_right");
    place.write("log.jsonl", lines(&records));
    let text = |value: &Json| value.to_string().trim_matches('"').to_owned();
    let rows = records.iter().map(|r| {
        format!("{},{},{},{}\n", text(&r["question"]), text(&r["agent"]), r["attempt"], r["is_right"])
    });
    place.write("log.csv", format!("question,agent,attempt,is_right\n{}", rows.collect::<String>()));
    place.write("log.json", Json::Array(records.clone()).to_string());
    let answers: Vec<Json> = ["log.jsonl", "log.csv", "log.json"]
        .iter()
        .map(|log| {
            let line = format!("calibrate {log} --map correct=is_right --format json");
            let mut answer = place.synergy(&line).expect(0).json();
            answer["logs"] = Json::Null;
            answer
        })
        .collect();
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let (accuracy, correlation) = by_hand(&records, "is_right");
    let value = |name| finding(&answers[0], name)["value"].as_f64().unwrap();
    assert!((value("accuracy") - accuracy).abs() < 1e-12);
    assert!((value("correlation") - correlation).abs() < 1e-9, "{} and {correlation}", value("correlation"));
    // Three votes of correlation rho are worth 3/(1 + 2 rho).
    assert!((value("effective_votes") - 3.0 / (1.0 + 2.0 * correlation)).abs() < 1e-9);
    assert!(finding(&answers[0], "fidelity")["reason"].is_string());
}

#[test]
fn the_scenario_runs_and_the_report_is_whole() {
    let place = Place::new();
    place.write("log.jsonl", lines(&records("correct")));
    let answer = place.synergy("calibrate log.jsonl --out fleet --format json").expect(0).json();
    let names = ["calibration.json", "fleet.toml", "report.html", "report.md", "scenario.toml", "votes.svg"];
    assert_eq!(place.names("fleet"), names);
    assert_eq!(place.json("fleet/calibration.json"), answer);
    let run = place.synergy("run fleet/scenario.toml --trials 1000 --quiet --format json").expect(0).json();
    let accuracy = finding(&answer, "accuracy")["value"].as_f64().unwrap();
    let bias = run["parameters"]["leaf_bias"].as_f64().unwrap();
    assert!((bias - (2.0 * accuracy - 1.0)).abs() < 1e-6);
    assert_eq!(run["parameters"]["fan_in"], 3);
    let scenario = String::from_utf8(place.read("fleet/scenario.toml")).unwrap();
    assert!(scenario.contains("accuracy 0.") && scenario.contains("95 %"), "{scenario}");
    let html = String::from_utf8(place.read("fleet/report.html")).unwrap();
    assert!(
        html.contains("<svg") && !html.contains("src=") && !html.contains("href="),
        "it needs nothing else"
    );
    // Once more into the same directory, but not into another one's.
    place.synergy("calibrate log.jsonl --out fleet").expect(0);
    place.write("other/notes.txt", "mine");
    let said = place.synergy("calibrate log.jsonl --out other").expect(2).err;
    assert!(said.contains("no calibration"), "{said}");
}

/// The same matrix by model and by instance.
#[test]
fn leaderboards_are_matrices() {
    let place = Place::new();
    let right = |model: usize, instance: usize| u8::from(!(instance * (model + 2)).is_multiple_of(5));
    let instances: Vec<String> = (0..30).map(|instance| format!("i{instance}")).collect();
    let mut by_model = format!("model,{}\n", instances.join(","));
    for model in 0..4 {
        let cells: Vec<String> = (0..30).map(|instance| right(model, instance).to_string()).collect();
        by_model.push_str(&format!("m{model},{}\n", cells.join(",")));
    }
    let mut by_instance = "instance,m0,m1,m2,m3\n".to_owned();
    for instance in 0..30 {
        let cells: Vec<String> = (0..4).map(|model| right(model, instance).to_string()).collect();
        by_instance.push_str(&format!("i{instance},{}\n", cells.join(",")));
    }
    place.write("a.csv", by_model);
    place.write("b.csv", by_instance);
    let a = place.synergy("calibrate a.csv --layout matrix --format json").expect(0).json();
    let b = place.synergy("calibrate b.csv --layout matrix-by-instance --format json").expect(0).json();
    assert_eq!(finding(&a, "accuracy"), finding(&b, "accuracy"));
    assert_eq!(finding(&a, "correlation"), finding(&b, "correlation"));
    assert_eq!((&a["questions"], &a["records"]), (&json!(30), &json!(120)));
}

#[test]
fn spans_are_read() {
    let place = Place::new();
    let attribute = |key: &str, value: Json| json!({ "key": key, "value": value });
    let span = |trace: usize, agent: &str, right: bool| {
        json!({
            "traceId": format!("t{trace}"), "spanId": format!("{trace}-{agent}"), "parentSpanId": "root",
            "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000002500000000",
            "attributes": [
                attribute("gen_ai.agent.name", json!({ "stringValue": agent })),
                attribute("gen_ai.request.model", json!({ "stringValue": "small" })),
                attribute("gen_ai.usage.output_tokens", json!({ "intValue": "120" })),
            ],
            "events": [{ "name": "gen_ai.evaluation.result", "attributes": [
                attribute("gen_ai.evaluation.score.value", json!({ "doubleValue": f64::from(u8::from(right)) })),
            ] }],
        })
    };
    let mut spans: Vec<Json> =
        (0..12).flat_map(|t| [span(t, "ann", t % 3 != 0), span(t, "bob", t % 4 != 0)]).collect();
    // A span of something else, and one that was exported twice.
    spans.push(json!({ "traceId": "t0", "spanId": "db", "attributes": [] }));
    spans.push(span(0, "ann", false));
    place.write(
        "spans.json",
        json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": spans }] }] }).to_string(),
    );
    let ended = place.synergy("calibrate spans.json --format json").expect(0);
    let answer = ended.json();
    assert_eq!((&answer["questions"], &answer["records"]), (&json!(12), &json!(24)));
    assert!((finding(&answer, "latency_mean")["value"].as_f64().unwrap() - 2.5).abs() < 1e-9);
    assert!((finding(&answer, "accuracy")["value"].as_f64().unwrap() - 17.0 / 24.0).abs() < 1e-12);
    assert!(ended.err.contains("1 records repeat an answer with the same label"), "{}", ended.err);
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
