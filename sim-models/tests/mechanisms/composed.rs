//! Mechanisms inside other models: races to a margin in organizations, and cascades as options of workflows.

use std::collections::BTreeMap;

use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::mechanism::part::{Ending, endings};
use sim_models::organization::graph::shapes::{Shape, Star};
use sim_models::organization::graph::{Organization, Rule, Tie};
use sim_models::organization::{AgentTree, Bias, Channel, Layer, Leaf, Node};
use sim_models::registry::{Document, Registry, Value, Values};
use sim_models::workflow::Workflow;

use super::{predict, shows};

/// A star of perfect channels whose root decides by this rule.
fn star(agents: usize, rule: Rule, bias: f64) -> Organization {
    Star { rule, ..Star::new(agents, Bias::new(bias).unwrap()) }.organization().unwrap()
}

/// The estimates of a model of organizations, `organization` or `organization-in-time`.
fn measured(model: &str, organization: &Organization, settings: &str) -> BTreeMap<String, Estimate> {
    let file = Value::Document(Document::new("organization.json", organization.to_json().unwrap()));
    run_with(model, BTreeMap::from([("file".to_owned(), file)]), settings)
}

/// The estimates of a run with values that cannot be typed. Intervals miss with probability 1e-8 each.
fn run_with(model: &str, mut given: BTreeMap<String, Value>, settings: &str) -> BTreeMap<String, Estimate> {
    let registry = Registry::builtin();
    let model = registry.find(model).unwrap();
    let pairs = settings.split_whitespace().filter_map(|setting| setting.split_once('='));
    given.extend(pairs.map(|(key, value)| (key.to_owned(), Value::parse(value))));
    let plan = model.prepare(&Values::resolve(&model.parameters(), &given).unwrap()).unwrap();
    let stop = Stop::after(20_000).unwrap().with_confidence(Confidence::new(1.0 - 1e-8).unwrap());
    let streams = Streams::new(1, Purpose::World, Family::common());
    let outcome = plan.run(&streams, &stop, &Control::default()).unwrap();
    plan.metrics().iter().map(|metric| metric.name.to_string()).zip(outcome.estimates).collect()
}

#[track_caller]
fn covers(found: Estimate, exact: f64) {
    assert!(found.low <= exact && exact <= found.high, "{exact}, found {found:?}");
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
        let organization = star(agents, Rule::margin(margin), bias);
        shows(organization.exact().unwrap()[0].accuracy(), exact, 7);
        covers(measured("organization", &organization, "")["accuracy"], exact);
    }
    // With as many votes as it takes a race is a gambler's ruin: 1/(1 + (3/7)^2), 1/(1 + (2/3)^3).
    for (agents, margin, bias, exact) in
        [(201, 2, 0.4, 1.0 / (1.0 + 9.0 / 49.0)), (401, 3, 0.2, 1.0 / (1.0 + 8.0 / 27.0))]
    {
        let organization = star(agents, Rule::margin(margin), bias);
        shows(organization.exact().unwrap()[0].accuracy(), exact, 9);
        covers(measured("organization", &organization, "")["accuracy"], exact);
    }
}

/// A margin at every node of a tree: the map of one node, twice.
#[test]
fn margins_compose_in_a_tree() {
    for (bias, exact) in [(0.2, 0.7798906), (0.4, 0.9418222)] {
        let layer = Layer { node: Node::independent(5), channel: Channel::PERFECT };
        let tree = AgentTree::uniform(Leaf::Bias(Bias::new(bias).unwrap()), layer, 2).unwrap();
        let organization = tree.builder_with(&Rule::margin(2)).unwrap().build().unwrap();
        shows(organization.exact().unwrap()[0].accuracy(), exact, 7);
        covers(measured("organization", &organization, "")["accuracy"], exact);
    }
}

/// In time, whoever waits for the decision only does not wait for votes that the race does not need.
#[test]
fn a_race_in_time_ends_when_it_is_decided() {
    let organization = star(9, Rule::margin(2), 0.4);
    let exact = organization.exact().unwrap()[0].accuracy();
    let times = ["all", "decided"].map(|wait| {
        let settings = format!("call=exponential call_time=10 wait={wait}");
        let found = measured("organization-in-time", &organization, &settings);
        covers(found["accuracy"], exact);
        found["makespan"]
    });
    assert!(times[1].high < 0.8 * times[0].low, "{times:?}");
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

/// The workflow of `experiments/cascade-in-a-workflow`, whose `exact.py` gives these numbers by sums over all endings.
#[test]
fn a_workflow_of_cascades_completes_as_all_its_endings_say() {
    let work = include_str!("../../../experiments/cascade-in-a-workflow/work.json");
    for (policy, budget, exact) in [
        ("seq:small:1", 0.004, 0.343),
        ("seq:large:1", 0.014, 0.0),
        ("seq:large:1", 0.015, 0.614125),
        ("seq:cascade:1", 0.008, 0.040354),
        ("seq:cascade:1", 0.012, 0.236557),
        ("seq:cascade:1", 0.014, 0.554543),
        ("seq:cascade:1", 0.018, 0.726330),
    ] {
        let file = Value::Document(Document::new("work.json", work));
        let settings = format!("rules=mcpp-ref verifier=none deadline=1000 policy={policy} budget={budget}");
        let found = run_with("workflow", BTreeMap::from([("file".to_owned(), file)]), &settings);
        covers(found["completion_probability"], exact);
    }
}

/// `experiments/faults-under-a-ledger`: a race among the votes that the ledger pays, each wrong by a silent fault once in ten (`exact.py`).
#[test]
fn a_race_under_faults_and_a_ledger_is_one_among_the_votes_that_are_paid() {
    for (rule, budget, votes, exact) in [
        (Rule::margin(1), 0.0028, 9.0, 0.63),
        (Rule::margin(3), 0.0016, 5.0, 0.732988),
        (Rule::margin(3), 0.0022, 7.0, 0.762625),
        (Rule::majority().with_tie(Tie::Fair), 0.0022, 7.0, 0.765918),
        (Rule::margin(3), 0.0028, 9.0, 0.783351),
    ] {
        let file = star(9, rule, 0.4).to_json().unwrap();
        let faults = BTreeMap::from([("silent-wrong".to_owned(), Value::Real(0.1))]);
        let given = BTreeMap::from([
            ("file".to_owned(), Value::Document(Document::new("star.json", file))),
            ("faults".to_owned(), Value::Table(faults)),
        ]);
        let settings = format!("output_deviation=0 length_coupling=0 reservation=1 budget={budget}");
        let found = run_with("organization-in-time", given, &settings);
        covers(found["success"], exact);
        assert_eq!(found["requests"].value, votes, "{budget}");
        assert!(found["cost"].value <= budget, "{:?}", found["cost"]);
    }
}
