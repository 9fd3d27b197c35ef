//! Mechanisms inside other models: races to a margin in organizations, and cascades as options of workflows.

use std::collections::BTreeMap;

use sim_models::mechanism::part::{Ending, endings};
use sim_models::registry::Value;
use sim_models::workflow::Workflow;

use super::{predict, predicted, run, shows};

/// Accuracy of a star or a tree of perfect channels.
fn accuracy(settings: &str) -> f64 {
    predicted("organization", settings, "accuracy")
}

/// Votes of accuracy .7 and .6, by enumeration of all of them in another program; with a margin out of reach it is a majority.
#[test]
fn the_first_answer_ahead_by_the_margin_wins() {
    for (agents, margin, bias, exact) in [
        (5, 2, 0.4, 0.8192800),
        (9, 3, 0.2, 0.7253591),
        (6, 2, 0.4, 0.8192800),
        (5, 1, 0.4, 0.7),
        (5, 9, 0.4, 0.83692),
    ] {
        let settings = format!("shape=star agents={agents} margin={margin} leaf_bias={bias}");
        shows(accuracy(&settings), exact, 7);
        let found = run("organization", &settings, 100_000)["accuracy"];
        assert!(found.low <= exact && exact <= found.high, "{settings}: {found:?}");
    }
    // With as many votes as it takes a race is a gambler's ruin: 1/(1 + (3/7)^2).
    shows(accuracy("shape=star agents=201 margin=2 leaf_bias=0.4"), 1.0 / (1.0 + 9.0 / 49.0), 12);
    shows(accuracy("shape=star agents=401 margin=3 leaf_bias=0.2"), 1.0 / (1.0 + 8.0 / 27.0), 9);
}

/// A margin at every node of a tree: the map of one node, twice.
#[test]
fn margins_compose_in_a_tree() {
    for (bias, exact) in [(0.2, 0.7798906), (0.4, 0.9418222)] {
        let settings = format!("shape=tree fan_in=5 depth=2 margin=2 leaf_bias={bias}");
        shows(accuracy(&settings), exact, 7);
        let found = run("organization", &settings, 100_000)["accuracy"];
        assert!(found.low <= exact && exact <= found.high, "{settings}: {found:?}");
    }
}

/// In time, votes arrive together here; whoever waits for the decision only does not wait for those that the race does not need.
#[test]
fn a_race_in_time_ends_when_it_is_decided() {
    let settings = "shape=star agents=9 margin=2 leaf_bias=0.4 call=exponential call_time=10";
    let (all, decided) = (
        run("organization-in-time", &format!("{settings} wait=all"), 20_000),
        run("organization-in-time", &format!("{settings} wait=decided"), 20_000),
    );
    assert!(decided["makespan"].high < 0.8 * all["makespan"].low);
    let exact = accuracy("shape=star agents=9 margin=2 leaf_bias=0.4");
    for found in [&all["accuracy"], &decided["accuracy"]] {
        assert!(found.low <= exact && exact <= found.high, "{exact} {found:?}");
    }
}

const CASCADE: &str = r#""name": "cascade", "votes": 3, "accuracy": 0.7, "wrong_answers": 3, "teacher_accuracy": 0.9,
    "prompt_tokens": 0, "answer_tokens": 1000, "output_price": 0.5, "call_time": 10,
    "teacher_prompt_tokens": 0, "teacher_answer_tokens": 1000, "teacher_output_price": 5, "teacher_call_time": 30"#;

fn workflow(option: &str, price: f64) -> Result<Workflow, String> {
    Workflow::from_json(&format!(
        r#"{{ "models": {{ "m": {{ "price_per_million_output_tokens": {price} }} }},
             "subtasks": [ {{ "id": "s", "options": {{ "m": {{ {option} }} }} }} ] }}"#
    ))
    .map_err(|error| error.to_string())
}

/// Three students at .7 with three wrong answers agree with probability .346, rightly with .343 (B46). A sample of the workflow ends as a
/// question to the cascade does: 3 x 500 microdollars and 10 s, and 5000 microdollars and 30 s more where the teacher is asked.
#[test]
fn a_cascade_is_an_option_of_a_workflow() {
    let workflow = workflow(&format!(r#""mechanism": {{ {CASCADE} }}"#), 2.0).unwrap();
    let law = workflow.law(0, 0).unwrap();
    let asked = 1.0 - 0.346;
    shows(law.success(), 0.343 + asked * 0.9, 12);
    shows(law.mean_latency(), 10.0 + asked * 30.0, 12);
    // At 2 microdollars a token: 750 tokens without the teacher, 3250 with.
    shows(law.mean_tokens(), 750.0 + asked * 2500.0, 9);
    shows(law.success_within(749), 0.0, 12);
    shows(law.success_within(750), 0.343, 12);
    // The same by the mechanism itself.
    let settings = "votes=3 accuracy=0.7 wrong_answers=3 teacher_accuracy=0.9 prompt_tokens=0 answer_tokens=1000 output_price=0.5 \
                    teacher_prompt_tokens=0 teacher_answer_tokens=1000 teacher_output_price=5 teacher_call_time=30";
    let forecast = predict("cascade", settings);
    shows(law.success(), forecast.get("success").unwrap(), 12);
    shows(law.mean_latency(), forecast.get("time").unwrap(), 12);
    shows(2e-6 * law.mean_tokens(), forecast.get("cost").unwrap(), 12);
    // What is written and read again is the same law, as records.
    assert_eq!(Workflow::from_json(&workflow.to_json()).unwrap(), workflow);
}

/// Without a price a sample has the tokens that the mechanism uses.
#[test]
fn an_option_that_costs_nothing_has_its_own_tokens() {
    let workflow = workflow(&format!(r#""mechanism": {{ {CASCADE} }}"#), 0.0).unwrap();
    shows(workflow.law(0, 0).unwrap().mean_tokens(), 3000.0 + 0.654 * 1000.0, 9);
}

/// All endings of a mechanism have the means that it predicts.
#[test]
fn endings_have_the_means_of_the_mechanism() {
    let given = |settings: &str| -> BTreeMap<String, Value> {
        let pairs = settings.split_whitespace().filter_map(|setting| setting.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), Value::parse(value))).collect()
    };
    for (name, settings) in [
        ("cascade", "votes=4 correlation=0.3 wrong_answers=2"),
        ("retry", "attempts=4 correlation=0.3 false_positive=0.2 check_cost=0.001 keep_last=true"),
        ("retry", "attempts=3"),
        ("vote", "voters=7 sybils=2 wrong_answers=3"),
    ] {
        let endings = endings(name, &given(settings)).unwrap();
        let mean = |of: fn(&Ending) -> f64| {
            endings.iter().map(|ending| ending.probability * of(ending)).sum::<f64>()
        };
        let forecast = predict(name, settings);
        shows(mean(|_| 1.0), 1.0, 12);
        shows(
            mean(|e| f64::from(u8::from(e.answer.right == Some(true)))),
            forecast.get("success").unwrap(),
            12,
        );
        shows(mean(|e| f64::from(u8::from(e.answer.right.is_some()))), forecast.get("answered").unwrap(), 12);
        shows(mean(|e| e.answer.spending.dollars()), forecast.get("cost").unwrap(), 12);
        shows(mean(|e| e.answer.spending.seconds), forecast.get("time").unwrap(), 9);
    }
    // Three attempts at .4 under a checker of .95 and .05: .41 of them are accepted each, .38 rightly.
    let three = endings("retry", &given("attempts=3")).unwrap();
    for (attempt, pair) in three.chunks(2).take(3).enumerate() {
        let reached = 0.59f64.powi(attempt as i32);
        shows(pair[0].probability, reached * 0.38, 12);
        shows(pair[1].probability, reached * 0.03, 12);
    }
    shows(three[6].probability, 0.59f64.powi(3), 12);
}

#[test]
fn a_wrong_mechanism_is_refused_with_the_reason() {
    for (option, reason) in [
        (
            r#""mechanism": { "name": "cascde" }"#,
            "subtask `s`, model `m`: `cascde` is none of the mechanisms `cascade`, `retry`, `vote`; did you mean `cascade`?",
        ),
        (r#""mechanism": { "votes": 3 }"#, "subtask `s`, model `m`: `` is none of the mechanisms"),
        (r#""mechanism": { "name": "cascade", "vote": 3 }"#, "mechanism `cascade`: "),
        (r#""mechanism": { "name": "vote", "accuracy": 1.5 }"#, "mechanism `vote`: "),
        (r#""mechanism": { "name": "vote", "accuracy": null }"#, "the parameter `accuracy` of its mechanism"),
        (
            r#""mechanism": { "name": "vote", "voters": 65, "wrong_answers": 2 }"#,
            "the exact law of these parameters is not known",
        ),
        (r#""mechanism": "cascade""#, "a table with `name` and parameters"),
        (r#""mechanism": { "name": "vote" }, "success": 0.5"#, "mechanism"),
        (r#""mechanism": { "name": "vote" }, "records": []"#, "records"),
    ] {
        let error = workflow(option, 1.0).unwrap_err();
        assert!(error.contains(reason), "{option}: {error}");
    }
}
