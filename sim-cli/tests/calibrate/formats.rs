//! Every format of a log, and every file that is written.

use serde_json::{Value as Json, json};

use super::support::Place;
use super::{finding, lines, records};

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
