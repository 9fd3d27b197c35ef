//! `synergy compare` and `synergy plan`: policies on workflows, as a person and as a program would use them.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};
use support::{Place, program};

const WORK: &str = r#"{
  "models": { "small": { "price_per_million_output_tokens": 0.42 }, "large": { "price_per_million_output_tokens": 2.4 } },
  "subtasks": [
    { "id": "parse", "options": {
        "small": { "success": 0.6, "latency_seconds": { "mean": 20, "deviation": 8 }, "output_tokens": 1200 },
        "large": { "success": 0.9, "latency_seconds": { "law": "gamma", "mean": 60, "deviation": 20 }, "output_tokens": { "mean": 5000, "deviation": 2000 } } } },
    { "id": "solve", "needs": ["parse"], "options": {
        "small": { "records": [ { "success": true, "latency_seconds": 15, "output_tokens": 900 },
                                { "success": false, "latency_seconds": 30, "output_tokens": 2000 } ] } } } ] }"#;

/// The keys are those that other programs read.
#[test]
fn a_comparison_is_paired() {
    let place = Place::new();
    place.write("work.json", WORK);
    let line = "compare work.json --policies reference,seq:small:4,cop-greedy --rules mcpp-ref --budget 0.005USD \
                --deadline 100s --trials 40 --seed 1 --format json -q";
    let report = place.synergy(line).expect(0).json();
    for policy in ["reference", "seq:small:4", "cop-greedy"] {
        let row = &report["policies"][policy];
        let completion = &row["completion_probability"];
        assert_eq!(completion["trials"], 40);
        let value = |key: &str| completion[key].as_f64().unwrap();
        assert!(value("low") <= value("value") && value("value") <= value("high"), "{row}");
        for key in ["cost", "makespan", "decisions", "simulations_per_decision"] {
            assert!(row[key]["value"].as_f64().unwrap() >= 0.0, "{key}");
        }
    }
    assert_eq!(report["policies"]["cop-greedy"]["simulations_per_decision"]["value"], 0.0);
    let differences = report["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 3);
    for difference in differences {
        let of = |key: &str| {
            report["policies"][difference[key].as_str().unwrap()]["completion_probability"]["value"]
                .as_f64()
                .unwrap()
        };
        assert!((difference["value"].as_f64().unwrap() - (of("a") - of("b"))).abs() < 1e-12);
    }
    // The same again, and as a table.
    assert_eq!(place.synergy(line).expect(0).json(), report);
    let table =
        place.synergy("compare work.json --policies cop-greedy,best-seq --trials 20 -q").expect(0).out;
    assert!(table.contains("cop-greedy - best-seq"), "{table}");
}

/// Eight samples of both subtasks cost more than the budget, which fails a run, or blocks the last samples of a published baseline. One
/// sample at a time is paid for, but seldom in time. So the order changes, while a planner and a bound stay what they are.
#[test]
fn an_asymmetric_comparison_lists_whose_order_changes() {
    let place = Place::new();
    place.write("work.json", WORK);
    let line = "compare work.json --policies price-table,seq:small:8,cop-greedy,perfect-information --rules mcpp-ref \
                --budget 0.003USD --deadline 60s --trials 2000 --asymmetric -q";
    let report = place.synergy(&format!("{line} --format json")).expect(0).json();
    let completed = |report: &Json, policy: &str| {
        report["policies"][policy]["completion_probability"]["value"].as_f64().unwrap()
    };
    let asymmetric = &report["asymmetric"];
    assert_eq!(completed(&report, "price-table"), completed(asymmetric, "price-table"));
    assert_eq!(completed(&report, "seq:small:8"), 0.0);
    assert!(completed(asymmetric, "seq:small:8") > completed(asymmetric, "cop-greedy"));
    for policy in ["price-table", "seq:small:8", "cop-greedy"] {
        assert!(completed(&report, policy) <= completed(&report, "perfect-information"), "{report}");
    }
    let changes = report["ranking_changes"].as_array().unwrap();
    let of_baselines = |change: &&Json| change["a"] == "seq:small:8" && change["b"] == "cop-greedy";
    let change = changes.iter().find(of_baselines).unwrap();
    assert!(change["symmetric"]["high"].as_f64().unwrap() < 0.0);
    assert!(change["asymmetric"]["low"].as_f64().unwrap() > 0.0);
    let table = place.synergy(line).expect(0).out;
    assert!(table.contains("the same rules for all:") && table.contains("ranking change"), "{table}");
    assert!(table.contains("seq:small:8 - cop-greedy"), "{table}");
    let rows = place.synergy(&format!("{line} --format csv")).expect(0).out;
    assert_eq!(rows.lines().filter(|row| row.starts_with("asymmetric,")).count(), 4, "{rows}");
}

#[test]
fn limits_that_do_not_count_are_told() {
    let place = Place::new();
    place
        .write("work.json", WORK.replace("\"small\": { \"price", "\"small\": { \"concurrency\": 1, \"price"));
    let line = "work.json --budget 0.01USD --trials 5 -q";
    let idle = "limits of `small` do not count: capacity is infinite";
    assert!(place.synergy(&format!("compare {line} --policies cop-greedy")).expect(0).err.contains(idle));
    assert!(
        place
            .synergy("run workflow --set file=work.json --set policy=cop-greedy --trials 5 -q")
            .expect(0)
            .out
            .contains(idle)
    );
    let limited =
        place.synergy(&format!("compare {line} --policies cop-greedy --set capacity=limited")).expect(0);
    assert!(!limited.err.contains("do not count"), "{limited:?}");
}

#[test]
fn amounts_and_sources_are_given_once() {
    let place = Place::new();
    place.write("work.json", WORK);
    for (line, expected) in [
        ("compare --budget 1USD --set budget_ratio=0.1", "are two amounts of the same"),
        ("compare --budget 1USD --set token_budget=100", "are two amounts of the same"),
        ("plan --deadline 60s --set deadline_ratio=2", "are two amounts of the same"),
        ("compare work.json --set instance=3", "the workflow comes from work.json, not from a family"),
        (
            "convert work.json --to dot --set family=tiny",
            "the workflow comes from work.json, not from a family",
        ),
    ] {
        let said = place.synergy(line).expect(2).err.replace('\n', " ").replace("  │ ", "");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&said).contains(expected), "{line}: {said}");
    }
}

#[test]
fn what_is_wrong_is_a_sentence() {
    let place = Place::new();
    place.write("work.json", WORK);
    place.write("cut.json", &WORK[..300]);
    place.write(
        "cycle.json",
        WORK.replace(r#""parse", "options""#, r#""parse", "needs": ["solve"], "options""#),
    );
    place.write("sure.json", WORK.replace("0.6", "1.6"));
    for (line, expected) in [
        ("compare work.json --policies seq:tiny:4", "has no model `tiny`"),
        ("compare work.json --policies plan", "did you mean `planner`?"),
        ("compare work.json --policies seq:small:0", "a whole number from 1"),
        ("compare work.json --policies cheapest,cheapest", "stands there twice"),
        ("compare work.json --budget -1USD", "budget"),
        ("compare work.json --deadline 0s", "deadline"),
        ("compare work.json --deadline inf", "deadline"),
        ("compare work.json --rules real", "allowed: one of realistic, mcpp-ref"),
        ("compare nowhere.json", "nowhere.json"),
        ("plan cut.json", "cut.json: the text is no JSON: EOF while parsing"),
        ("plan cycle.json", "the graph has a cycle: parse -> solve -> parse"),
        (
            "plan sure.json",
            "subtask `parse`, model `small`: a success probability lies between 0 and 1; found 1.6",
        ),
        ("plan work.json --policy perfect-information", "is a bound on policies and launches nothing"),
        ("compare work.json --policies planner:0", "from 1 to 1000000000; found `0`"),
        ("compare work.json --policies planner:ocba+racing", "`ocba` and `racing` exclude each other"),
        ("compare work.json --set capacity=limited --set concurrency=0", "concurrency"),
        ("compare work.json --set replanning=timer --set replanning_time=0s", "replanning_time"),
        ("plan work.json --policy nobody", "there is no policy `nobody`"),
        ("run workflow --set family=chain --set subtasks=300", "plans for at most 200 subtasks"),
    ] {
        let ended = place.synergy(line).expect(2);
        // Long lines are broken where they are shown.
        let said = ended.err.replace("\n  │ ", " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(expected), "{line}\n{}", ended.err);
    }
}

#[test]
fn a_plan_tells_what_comes_of_it() {
    let place = Place::new();
    place.write("work.json", WORK);
    let line = "plan work.json --budget 0.01USD --deadline 2min --policy price-table --trials 50 --json";
    let plan = place.synergy(line).expect(0).json();
    assert!(plan["launch"][0].as_str().unwrap().starts_with("parse: "), "{plan}");
    assert_eq!(plan["changes"].as_array().unwrap().len(), 5);
    assert!(plan["makespan_p90"]["value"].as_f64().unwrap() <= 120.1);
    let text = place.synergy("plan work.json --policy cop-greedy --trials 20").expect(0).out;
    for part in ["launch now: parse: ", "completion probability", "twice the budget"] {
        assert!(text.contains(part), "{text}");
    }
}

/// A line in, a line out; what cannot be read is answered, and the next line is awaited.
#[test]
fn the_service_survives_malformed_lines() {
    let place = Place::new();
    place.write("work.json", WORK);
    let mut child = Command::new(program())
        .current_dir(place.path("."))
        .args([
            "plan",
            "work.json",
            "--follow",
            "--policy",
            "price-table",
            "--budget",
            "0.01USD",
            "--deadline",
            "2min",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: [&[u8]; 9] = [
        b"{}",
        b"{\"time\": 30, \"done\": [\"parse\"], \"spent\": 0.001}",
        b"not json",
        b"\xff\xfe{",
        b"{\"done\": [\"pars\"]}",
        b"{\"done\": [\"solve\"]}",
        b"{\"time\": 1, \"running\": [{\"subtask\": \"parse\", \"model\": \"small\", \"samples\": 2, \"elapsed\": 5}]}",
        b"{\"time\": 1e999}",
        b"{\"time\": 10, \"running\": [{\"subtask\": \"parse\", \"model\": \"small\", \"samples\": 2, \"elapsed\": 5}]}",
    ];
    for line in lines {
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
    }
    drop(input);
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
    let answers: Vec<Json> = String::from_utf8(ended.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), lines.len());
    assert_eq!(answers[0]["launch"][0]["subtask"], "parse");
    assert_eq!(answers[1]["launch"][0]["subtask"], "solve");
    for (position, part) in [
        (2, "expected"),
        (3, "expected"),
        (4, "did you mean `parse`?"),
        (5, "before `parse` is done"),
        (6, "longer than the workflow"),
        (7, "number out of range"),
    ] {
        let error = answers[position]["error"].as_str().unwrap();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(answers[8]["launch"], json!([]));
}
