//! The fleet that is written for a log.

use serde_json::{Value as Json, json};
use sim_models::advice::{Fleet, Skill};
use sim_models::theory::channel::FidelityCurve;

use super::support::Place;
use super::{lines, records, synthetic};

/// The fleet that is written for a log, as `synergy advise` reads it, with the text.
fn fleet_of(place: &Place, records: &[Json]) -> (Fleet, String) {
    place.write("log.jsonl", lines(records));
    place.synergy("calibrate log.jsonl --out fleet --replicates 200").expect(0);
    let text = String::from_utf8(place.read("fleet/fleet.toml")).unwrap();
    (Fleet::from_toml(&text).unwrap_or_else(|error| panic!("{error}: {text}")), text)
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
