//! `synergy calibrate`: the fleet that is written, logs in every format, and what is counted of them. Here: the logs that the tests read.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod counted;
mod fleet;
mod formats;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value as Json, json};
use sim_models::calibration::Observation;
use sim_models::calibration::synthetic::settings;

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
