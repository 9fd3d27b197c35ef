//! Organizations as JSON.

use std::time::Instant;

use sim_models::organization::graph::{
    Cause, CauseLaw, Coupling, Decision, FileDefaults, Organization, Rule, Tie, Weights,
};
use sim_models::organization::{Bias, Correlation, Dependence, Erasure, Fidelity, Leaf};

/// The example of the specification.
const EXAMPLE: &str = r#"{ "agents": [
    { "id": "a1", "bias": 0.2, "family": "small" },
    { "id": "a2", "bias": 0.2, "family": "small" },
    { "id": "a3", "bias": 0.1 },
    { "id": "w",  "bias": 0.1, "own_weight": 1.0, "aggregator": "majority" },
    { "id": "v",  "aggregator": { "rule": "weighted-majority", "weights": { "a1": 1.5, "a2": 1.0, "w": 1.0 } } } ],
  "channels": [
    { "from": "a1", "to": "v", "fidelity": 0.9, "tokens": 200 },
    { "from": "a2", "to": "v", "erasure": 0.1, "detected": true },
    { "from": "a2", "to": "w" }, { "from": "a3", "to": "w" }, { "from": "w", "to": "v" } ],
  "dependence": [
    { "at": "v", "model": "mixture", "correlation": 0.1 },
    { "family": "small", "model": "shared-vote", "correlation": 0.2 } ],
  "window": 4000, "outputs": ["v"] }"#;

fn same(a: &Organization, b: &Organization) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

/// What is said about a text.
fn refused(text: &str) -> String {
    Organization::from_json(text).unwrap_err().to_string()
}

#[test]
fn the_example_is_read_as_it_is_meant() {
    let organization = Organization::from_json(EXAMPLE).unwrap();
    let graph = organization.graph();
    let [a1, a2, w, v] = ["a1", "a2", "w", "v"].map(|id| graph.find(id).unwrap());
    assert_eq!(organization.bias(a1), Some(Bias::new(0.2).unwrap()));
    assert_eq!(organization.bias(v), None);
    assert_eq!(graph.senders(v).collect::<Vec<_>>(), [a1, a2, w]);
    let into_v: Vec<_> = graph.incoming(v).iter().map(|&edge| *organization.channel(edge)).collect();
    assert_eq!(into_v.iter().map(|channel| channel.fidelity.get()).collect::<Vec<_>>(), [0.9, 1.0, 1.0]);
    assert_eq!(into_v.iter().map(|channel| channel.tokens).collect::<Vec<_>>(), [200.0, 0.0, 0.0]);
    assert_eq!(into_v.iter().map(|channel| channel.erasure.get()).collect::<Vec<_>>(), [0.0, 0.1, 0.0]);
    assert_eq!(into_v.iter().map(|channel| channel.detected).collect::<Vec<_>>(), [false, true, false]);
    let weights = |agent| match organization.decision(agent) {
        Some(Decision::Majority { weights, tie: Tie::Fair }) => weights.of().to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!((weights(v), weights(w)), (vec![3, 2, 2], vec![1, 1, 1]));
    assert!(matches!(
        organization.coupling(v),
        Some(Coupling::Model { dependence: Dependence::Mixture, correlation }) if correlation.get() == 0.1
    ));
    let shared = Cause::family("small", CauseLaw::SharedVote, Correlation::new(0.2).unwrap());
    assert_eq!(organization.causes(), [shared]);
    assert_eq!([a1, a2, w].map(|agent| organization.cause_of(agent)), [Some(0), Some(0), None]);
    assert_eq!((organization.outputs(), organization.window()), (&[v][..], Some(4000.0)));
}

#[test]
fn writing_and_reading_changes_nothing() {
    let organization = Organization::from_json(EXAMPLE).unwrap();
    let text = organization.to_json().unwrap();
    same(&organization, &Organization::from_json(&text).unwrap());
    // Nor do defaults: what they could change is written.
    let defaults = FileDefaults {
        bias: Some(Bias::new(0.7).unwrap()),
        fidelity: Some(Fidelity::new(0.3).unwrap()),
        erasure: Some(Erasure::new(0.3).unwrap()),
        correlation: Some(Correlation::new(0.3).unwrap()),
    };
    same(&organization, &Organization::from_json_with(&text, &defaults).unwrap());
    same(&organization, &Organization::from_json_value(&serde_json::from_str(&text).unwrap()).unwrap());
    assert!(text.contains("\n    {\"id\":\"a1\",\"bias\":0.2,\"family\":\"small\"},\n"), "{text}");
}

#[test]
fn what_a_file_leaves_open_is_filled_by_the_defaults() {
    let open = r#"{ "agents": [ { "id": "a" }, { "id": "b", "bias": 0.5 }, { "id": "v" } ],
        "channels": [ { "from": "a", "to": "v" }, { "from": "b", "to": "v", "fidelity": 0.5, "erasure": 0.0 } ],
        "dependence": [ { "at": "v", "model": "copying" } ] }"#;
    assert_eq!(refused(open), "dependence 1 has no `correlation`; it needs one");
    let correlation = Some(Correlation::new(0.25).unwrap());
    let defaults = FileDefaults { correlation, ..FileDefaults::default() };
    let error = Organization::from_json_with(open, &defaults).unwrap_err().to_string();
    assert!(error.starts_with("agent `a` has neither a bias nor an incoming channel"), "{error}");
    let defaults = FileDefaults {
        bias: Some(Bias::new(-0.125).unwrap()),
        fidelity: Some(Fidelity::new(0.75).unwrap()),
        erasure: Some(Erasure::new(0.0625).unwrap()),
        ..defaults
    };
    let organization = Organization::from_json_with(open, &defaults).unwrap();
    let biases = [0, 1, 2].map(|agent| organization.bias(agent).map(Bias::get));
    assert_eq!(biases, [Some(-0.125), Some(0.5), None]);
    let channels = [0, 1].map(|edge| organization.channel(edge));
    assert_eq!(channels.map(|channel| channel.fidelity.get()), [0.75, 0.5]);
    assert_eq!(channels.map(|channel| channel.erasure.get()), [0.0625, 0.0]);
    assert!(
        matches!(organization.coupling(2), Some(Coupling::Model { correlation, .. }) if correlation.get() == 0.25)
    );
}

#[test]
fn every_key_has_its_meaning() {
    let organization = Organization::from_json(
        r#"{ "agents": [
            { "id": "c", "compute": { "tokens": 16, "coefficient": 0.125, "exponent": 0.5 } },
            { "id": "capped", "compute": { "tokens": 16, "coefficient": 0.125, "exponent": 0.5, "cap": 0.25 } },
            { "id": "s", "aggregator": { "rule": "supermajority", "threshold": 0.75 } },
            { "id": "f", "aggregator": "first" },
            { "id": "b", "aggregator": { "rule": "best-of", "true_positive": 0.9, "false_positive": 0.2 } },
            { "id": "l", "aggregator": { "rule": "weighted-majority", "tie": "abstain" } },
            { "id": "m", "aggregator": { "rule": "majority", "tie": "impossible" } },
            { "id": "k", "aggregator": { "rule": "margin", "margin": 3 } },
            { "id": "o", "aggregator": { "rule": "majority", "tie": "wrong" } } ],
          "channels": [
            { "from": "c", "to": "s" }, { "from": "c", "to": "f" }, { "from": "c", "to": "b" },
            { "from": "c", "to": "l", "tokens": 30, "curve": { "law": "saturating", "scale": 10 } },
            { "from": "capped", "to": "l" }, { "from": "capped", "to": "m" }, { "from": "c", "to": "k" },
            { "from": "s", "to": "o" }, { "from": "f", "to": "o" } ],
          "dependence": [ { "everyone": true, "model": "gaussian", "correlation": 1, "votes": "all" } ],
          "outputs": ["o", "b", "l", "m", "k"] }"#,
    )
    .unwrap();
    assert_eq!([0, 1].map(|leaf| organization.bias(leaf).unwrap().get()), [0.5, 0.25]);
    assert!(matches!(organization.agent(0).knowledge, Some(Leaf::Compute { tokens: 16.0, .. })));
    assert!(matches!(organization.agent(2).rule, Rule::Supermajority { threshold: 0.75 }));
    assert!(matches!(organization.agent(3).rule, Rule::First));
    assert!(matches!(organization.agent(4).rule, Rule::BestOf { true_positive: 0.9, false_positive: 0.2 }));
    assert!(matches!(
        organization.agent(5).rule,
        Rule::WeightedMajority { weights: Weights::LogOdds, tie: Some(Tie::Abstain) }
    ));
    assert!(matches!(organization.agent(6).rule, Rule::Majority { tie: None }));
    assert!(matches!(organization.agent(7).rule, Rule::Margin { margin: 3 }));
    assert!(matches!(organization.agent(8).rule, Rule::Majority { tie: Some(Tie::Wrong) }));
    assert_eq!(organization.channel(3).fidelity.get(), 0.75);
    assert_eq!(
        organization.causes(),
        [Cause::everyone(CauseLaw::GaussianFactor, Correlation::new(1.0).unwrap()).of_all_votes()]
    );
    // Log-odds of 0.75 x 0.75 + 0.125 = 0.6875 and of 0.625: ln 2.2 and ln 5/3.
    let Some(Decision::Majority { weights, .. }) = organization.decision(5) else { panic!() };
    let ratio = weights.of()[0] as f64 / weights.of()[1] as f64;
    assert!((ratio - 2.2_f64.ln() / (5.0_f64 / 3.0).ln()).abs() < 1e-10, "{ratio}");
    same(&organization, &Organization::from_json(&organization.to_json().unwrap()).unwrap());
}

#[test]
fn several_answers_are_decided_by_plurality_unless_said() {
    let organization = Organization::from_json(
        r#"{ "agents": [ { "id": "a", "bias": 0.0 }, { "id": "v" } ], "channels": [ { "from": "a", "to": "v" } ],
             "answers": { "wrong": 5, "zipf": 1.0 } }"#,
    )
    .unwrap();
    assert!(matches!(organization.decision(1), Some(Decision::Plurality { .. })));
    assert_eq!((organization.answers().count(), organization.answers().exponent()), (6, 1.0));
    same(&organization, &Organization::from_json(&organization.to_json().unwrap()).unwrap());
}

#[test]
fn texts_that_are_no_json_are_refused() {
    for end in (1..EXAMPLE.len()).filter(|&end| EXAMPLE.is_char_boundary(end)) {
        let error = refused(&EXAMPLE[..end]);
        assert!(error.starts_with("the text is no JSON: "), "{end}: {error}");
    }
    for (text, reason) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        (r#"{ "agents": [ { "id": "a", "bias": NaN } ] }"#, "expected value at line 1 column"),
        (r#"{ "agents": [ { "id": "a", "bias": 1e999 } ] }"#, "number out of range"),
        (r#"{ "agents": [], "agents": [] }"#, "two keys `agents` in one table at line 1"),
        (r#"{ "agents": [ { "id": "a", "bias": 0, "bias": 1 } ] }"#, "two keys `bias`"),
        (&"[".repeat(1_000_000), "recursion limit"),
        (&r#"{"a":"#.repeat(1_000_000), "recursion limit"),
    ] {
        let error = refused(text);
        assert!(error.starts_with("the text is no JSON: ") && error.contains(reason), "{error}");
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let agents = |agents: &str| refused(&format!(r#"{{ "agents": [ {agents} ] }}"#));
    let tail = |tail: &str| {
        refused(&format!(
            r#"{{ "agents": [ {{ "id": "a", "bias": 0.5 }}, {{ "id": "v" }} ], "channels": [ {{ "from": "a", "to": "v" }} ], {tail} }}"#
        ))
    };
    let channel = |keys: &str| {
        refused(&format!(
            r#"{{ "agents": [ {{ "id": "a", "bias": 0.5 }}, {{ "id": "v" }} ], "channels": [ {{ "from": "a", "to": "v", {keys} }} ] }}"#
        ))
    };
    for (said, expected) in [
        (refused("[1, 2]"), "the organization is a table of keys and values; found a list of 2"),
        (refused("{}"), "the organization has no `agents`; it needs one"),
        (
            refused(r#"{ "agents": {} }"#),
            "the organization: `agents` is a list; found a table with 0 keys ()",
        ),
        (refused(r#"{ "agents": [] }"#), "an organization needs at least one agent; found none"),
        (refused(r#"{ "agents": [], "channel": [] }"#), "did you mean `channels`?"),
        (agents("5"), "agent 1 is a table of keys and values; found 5"),
        (agents(r#"{ "bias": 0.5 }"#), "agent 1 has no `id`; it needs one"),
        (agents(r#"{ "id": 5 }"#), "agent 1: `id` is a text; found 5"),
        (agents(r#"{ "id": "" }"#), "agent 1 has an empty id"),
        (agents(r#"{ "id": "ä€𝄞", "bias": "x" }"#), "agent `ä€𝄞`: `bias` is a number; found the text `x`"),
        (agents(r#"{ "id": "a", "bias": null }"#), "agent `a`: `bias` is a number; found null"),
        (agents(r#"{ "id": "a", "bias": 1e300 }"#), "agent `a`: `bias`: a bias lies in [-1, 1]; found 1"),
        (agents(r#"{ "id": "a", "bias": 0, "compute": {} }"#), "agent `a` states both `bias` and `compute`"),
        (
            agents(r#"{ "id": "a", "compute": { "tokens": 1 } }"#),
            "the compute of agent `a` has no `coefficient`",
        ),
        (
            agents(r#"{ "id": "a", "compute": { "token": 1 } }"#),
            "the compute of agent `a` has no key `token`; did you mean `tokens`?",
        ),
        (
            agents(r#"{ "id": "a", "own_weight": -1 }"#),
            "agent `a`: `own_weight` is a number from 0; found -1",
        ),
        (
            agents(r#"{ "id": "a", "aggregator": "majorty" }"#),
            "agent `a`: `aggregator` is `majorty`; did you mean `majority`?",
        ),
        (agents(r#"{ "id": "a", "aggregator": {} }"#), "the aggregator of agent `a` has no `rule`"),
        (
            agents(r#"{ "id": "a", "aggregator": [] }"#),
            "agent `a`: `aggregator` is the name of a rule or a table with a `rule`; found a list of 0",
        ),
        (
            agents(r#"{ "id": "a", "aggregator": "supermajority" }"#),
            "the aggregator of agent `a` has no `threshold`; it needs one for a supermajority",
        ),
        (
            agents(r#"{ "id": "a", "aggregator": { "rule": "first", "tie": "fair" } }"#),
            "the aggregator of agent `a` has no key `tie` (keys: rule)",
        ),
        (
            agents(r#"{ "id": "a", "aggregator": { "rule": "majority", "tie": "fiar" } }"#),
            "the aggregator of agent `a`: `tie` is `fiar`; did you mean `fair`?",
        ),
        (
            agents(
                r#"{ "id": "a", "aggregator": { "rule": "weighted-majority", "weights": { "x": "1" } } }"#,
            ),
            "the weights of agent `a`: `x` is a number; found the text `1`",
        ),
        (
            agents(r#"{ "id": "a", "aggregator": { "rule": "weighted-majority", "weights": 3 } }"#),
            "`weights` is `log-odds` or a table of weights by sender; found 3",
        ),
        (channel(r#""fidelty": 1"#), "channel 1 (`a` -> `v`) has no key `fidelty`; did you mean `fidelity`?"),
        (
            channel(r#""fidelity": 1.5"#),
            "channel 1 (`a` -> `v`): `fidelity`: a fidelity lies in [0, 1]; found 1.5",
        ),
        (
            channel(r#""erasure": -1"#),
            "channel 1 (`a` -> `v`): `erasure`: an erasure probability lies in [0, 1]; found -1",
        ),
        (channel(r#""tokens": -1"#), "channel 1 (`a` -> `v`): `tokens` is a number from 0; found -1"),
        (channel(r#""detected": 1"#), "channel 1 (`a` -> `v`): `detected` is true or false; found 1"),
        (
            channel(r#""fidelity": 1, "curve": {}"#),
            "channel 1 (`a` -> `v`) states both `fidelity` and `curve`",
        ),
        (
            channel(r#""curve": { "law": "exponential", "scale": 3 }"#),
            "channel 1 (`a` -> `v`) has no `tokens`; it needs one because",
        ),
        (channel(r#""tokens": 1, "curve": { "law": "exponental" }"#), "did you mean `exponential`?"),
        (
            channel(r#""tokens": 1, "curve": { "law": "power", "scale": 0, "exponent": 1 }"#),
            "the curve of the channel `a` -> `v`: `scale` is a positive number; found 0",
        ),
        (
            channel(r#""tokens": 1, "curve": { "law": "constant", "scale": 0 }"#),
            "the curve of the channel `a` -> `v` has no key `scale` (keys: law, fidelity)",
        ),
        (
            tail(r#""dependence": [ { "model": "mixture", "correlation": 0 } ]"#),
            "dependence 1 has no `at`; it needs one, or a `family`, or `everyone`",
        ),
        (
            tail(r#""dependence": [ { "at": "v", "everyone": true } ]"#),
            "dependence 1 states both `at` and `everyone`",
        ),
        (
            tail(r#""dependence": [ { "at": "v", "model": "shared-vote", "correlation": 0 } ]"#),
            "dependence 1: `model` is `shared-vote`; allowed: mixture, copying, beta-binomial, gaussian",
        ),
        (
            tail(r#""dependence": [ { "at": "v", "model": "mixture", "correlation": 2 } ]"#),
            "dependence 1: `correlation`: a correlation lies in [0, 1]; found 2",
        ),
        (
            tail(r#""dependence": [ { "at": "v", "model": "mixture", "correlation": 0, "votes": "all" } ]"#),
            "dependence 1 has no key `votes`",
        ),
        (
            tail(r#""dependence": [ { "everyone": false, "model": "mixture", "correlation": 0 } ]"#),
            "dependence 1: `everyone` is true, or left out; found false",
        ),
        (
            tail(r#""dependence": [ { "everyone": true, "model": "mixtur", "correlation": 0 } ]"#),
            "did you mean `mixture`?",
        ),
        (
            tail(r#""outputs": []"#),
            "the organization: `outputs` is a list of at least one id; found a list of 0",
        ),
        (tail(r#""outputs": [1]"#), "the organization: `outputs` is a list of ids; found 1"),
        (tail(r#""window": "big""#), "the organization: `window` is a number; found the text `big`"),
        (tail(r#""answers": { "wrong": 0 }"#), "answers: a question has 1 to 63 wrong answers; found 0"),
        (tail(r#""answers": { "wrong": 1.5 }"#), "`answers`: `wrong` is a whole number from 0; found 1.5"),
        (
            tail(r#""answers": { "zipf": -1 }"#),
            "answers: the exponent of Zipf's law is a number from 0; found -1",
        ),
    ] {
        assert!(said.contains(expected), "said: {said}\nexpected: {expected}");
    }
}

#[test]
fn a_hundred_thousand_agents_are_read_in_seconds() {
    let agents: Vec<String> =
        (0..100_000).map(|i| format!(r#"{{"id":"a{i}","bias":0.1,"family":"f"}}"#)).collect();
    let channels: Vec<String> = (0..100_000).map(|i| format!(r#"{{"from":"a{i}","to":"v"}}"#)).collect();
    let weights: Vec<String> = (0..100_000).map(|i| format!(r#""a{i}":{}"#, i % 7)).collect();
    let text = format!(
        r#"{{"agents":[{},{{"id":"v","aggregator":{{"rule":"weighted-majority","tie":"abstain","weights":{{{}}}}}}}],"channels":[{}],
            "dependence":[{{"family":"f","model":"copying","correlation":0.1}}]}}"#,
        agents.join(","),
        weights.join(","),
        channels.join(",")
    );
    let start = Instant::now();
    let organization = Organization::from_json(&text).unwrap();
    same(&organization, &Organization::from_json(&organization.to_json().unwrap()).unwrap());
    // A quadratic search would take minutes.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    let cycle: Vec<String> =
        (0..100_000).map(|i| format!(r#"{{"from":"a{i}","to":"a{}"}}"#, (i + 1) % 100_000)).collect();
    let error = refused(&format!(r#"{{"agents":[{}],"channels":[{}]}}"#, agents.join(","), cycle.join(",")));
    assert!(error.starts_with("the channels form a cycle: a0 -> a1 -> ") && error.len() < 500, "{error}");
    let error = refused(&text.replace(r#""from":"a99999""#, r#""from":"a9999x""#));
    assert!(error.contains("`a9999x`, which is no agent; did you mean `a"), "{error}");
}
