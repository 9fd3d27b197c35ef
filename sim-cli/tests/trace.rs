//! `synergy trace`: one trial in all its forms, found by how it ended.

mod support;

use serde_json::Value as Json;
use support::{Place, example, run};

#[test]
fn a_trial_is_told_in_order_of_time() {
    let place = Place::new();
    let text = place.synergy("trace organization-in-time --set agents=3 --replication 4").expect(0).out;
    assert!(text.starts_with("trial 4  outcome=done"), "{text}");
    let times: Vec<f64> =
        text.lines().skip(2).map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect();
    assert!(times.len() > 6 && times.is_sorted(), "{text}");
    // The same trial is the same text.
    let again = place.synergy("trace organization-in-time --set agents=3 --replication 4").expect(0).out;
    assert_eq!(text, again);
    let other = place.synergy("trace organization-in-time --set agents=3 --replication 5").expect(0).out;
    assert_ne!(text, other);
}

/// The makespan and the cost of a replayed trial are those of the same trial in a run of one.
#[test]
fn a_replay_is_the_trial_of_the_run() {
    let place = Place::new();
    let set = "organization-in-time --set agents=5 --set message_time=0.2 --seed 9";
    let answer = place.synergy(&format!("run {set} --trials 1 --format json")).expect(0).json();
    let makespan = answer["estimates"]["makespan"]["value"].as_f64().unwrap();
    let text = place.synergy(&format!("trace {set}")).expect(0).out;
    assert!(text.contains(&format!("makespan={makespan} s")), "{makespan}\n{text}");
}

#[test]
fn every_form_is_written_and_can_be_read() {
    let place = Place::new();
    let set = "trace organization-in-time --set shape=tree --set message_time=0.5";
    let lines = place.synergy(&format!("{set} --format jsonl")).expect(0).out;
    let records: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(records.iter().any(|record| record["type"] == "flow" && record["to"] == "root"), "{lines}");
    for name in ["run.json", "run.jsonl", "run.txt", "run.svg", "run.pdf", "run.png"] {
        let said = place.synergy(&format!("{set} --out {name}")).expect(0).out;
        assert_eq!(said.trim(), format!("trial 0: {name}"));
    }
    assert_eq!(place.read("run.jsonl"), lines.as_bytes());
    assert!(place.json("run.json")["traceEvents"].as_array().unwrap().len() > 20);
    let svg = String::from_utf8(place.read("run.svg")).unwrap();
    for part in ["n1.3", "root", "call", "time (s)"] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(place.read("run.pdf").starts_with(b"%PDF") && place.read("run.png").starts_with(b"\x89PNG"));
}

#[test]
fn a_trial_is_found_by_how_it_ended() {
    let place = Place::new();
    let set = "trace organization-in-time --set agents=5 --set deadline=4s --quiet";
    let text = place.synergy(&format!("{set} --where outcome=deadline --where answer=wrong")).expect(0).out;
    assert!(text.contains("outcome=deadline  answer=wrong"), "{text}");
    let trial: u64 = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    // None before it has both.
    for earlier in 0..trial.min(5) {
        let text = place.synergy(&format!("{set} --replication {earlier}")).expect(0).out;
        assert!(!text.contains("outcome=deadline  answer=wrong"), "{text}");
    }
    let said = place.synergy(&format!("{set} --where outcome=stalled --within 50")).expect(2).err;
    assert!(said.contains("none of 50 trials has outcome=stalled"), "{said}");
    let said = place.synergy(&format!("{set} --where outcom=done")).expect(2).err;
    assert!(said.contains("has no `outcom`") && said.contains("did you mean `outcome`?"), "{said}");
    let said = place.synergy(&format!("{set} --where outcome")).expect(2).err;
    assert!(said.contains("KEY=VALUE"), "{said}");
}

#[test]
fn wrong_input_is_a_sentence() {
    let place = Place::new();
    for (line, sentence) in [
        ("trace tree", "no course in time"),
        ("trace queue --replication -1", "invalid"),
        ("trace queue --replication 99999999999999999999", "invalid"),
        ("trace queue --format gantt", ".svg, .pdf or .png"),
        ("trace queue --out run.doc", "cannot be written as .doc"),
        ("trace queue --format html", "invalid value"),
        ("trace queu", "did you mean `queue`?"),
        ("trace queue --set service_time=-1", "service_time"),
    ] {
        let ended = place.synergy(line);
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        assert!(ended.err.contains(sentence), "{line}: {}", ended.err);
    }
    let ended = place.synergy("trace queue --out nowhere/run.svg").expect(1);
    assert!(ended.err.contains("cannot write"), "{}", ended.err);
    assert_eq!(place.names("").len(), 0, "nothing half-written is left");
}

#[test]
fn a_sweep_has_no_one_trial() {
    let place = Place::new();
    place.write("s.toml", "model = \"queue\"\n[sweep]\nservers = { list = [1, 2] }\n");
    let said = place.synergy("trace s.toml").expect(2).err;
    assert!(said.contains("describes a sweep of 2 cells"), "{said}");
    place.synergy("trace s.toml --set servers=2 --set customers=5").expect(0);
}

#[test]
fn an_own_timed_model_is_traced() {
    let place = Place::new();
    let desk = example("own_timed_model");
    let arguments = ["trace", "help-desk", "--where", "outcome=late", "--quiet"];
    let text = run(&desk, &place.path(""), &arguments).expect(0).out;
    assert!(text.contains("outcome=late") && text.contains("answered"), "{text}");
    let arguments = ["run", "help-desk", "--trials", "200", "--format", "json"];
    let answer = run(&desk, &place.path(""), &arguments).expect(0).json();
    let good = answer["estimates"]["good_day"]["value"].as_f64().unwrap();
    assert!(0.0 < good && good < 1.0, "{answer}");
}
