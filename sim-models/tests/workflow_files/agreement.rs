//! One workflow, written by hand in every format.

use sim_models::law::Law;
use sim_models::workflow::{Format, SampleLaw, Workflow};

fn expected() -> Workflow {
    let small =
        SampleLaw::independent(0.6, Law::lognormal(20.0, 8.0).unwrap(), Law::constant(1200.0).unwrap());
    let large = SampleLaw::independent(0.9, Law::gamma(60.0, 20.0).unwrap(), Law::constant(5000.0).unwrap());
    let (small, large) = (small.unwrap(), large.unwrap());
    let builder = Workflow::builder().model("small", 0.42).model("large", 2.4);
    let builder = builder.subtask("parse").option("small", small.clone()).option("large", large.clone());
    let builder =
        builder.subtask("solve").needs(["parse"]).option("small", small.clone()).option("large", large);
    builder.subtask("test").needs(["parse", "solve"]).option("small", small).build().unwrap()
}

#[test]
fn dot() {
    let by_hand = r#"
        // Somebody's pipeline.
        strict digraph pipeline {
            rankdir=LR; graph [models="small, large", "small.price_per_million_output_tokens"=0.42,
                               "large.price_per_million_output_tokens"="2.4"]
            node [shape=box, success=.6, latency_seconds=20, latency_deviation=8, output_tokens=1200]
            node ["large.success"=.9, "large.latency_seconds"=60, "large.latency_deviation"=20,
                  "large.latency_law"=gamma, "large.output_tokens"=5000]
            parse; solve; test [models=small]
            parse -> solve -> test [color=red, weight=3]
            subgraph cluster_0 { label="rest"; parse -> test; parse -> test }
        }"#;
    assert_eq!(Workflow::from_dot(by_hand).unwrap(), expected());
    // Models that are named in attributes alone stand in alphabetic order; an empty value unsets.
    let unlisted = r#"digraph { node ["b.success"=0.5, "b.latency_seconds"=1, "b.output_tokens"=1]
        x; node ["b.success"="", "b.latency_seconds"="", "b.output_tokens"="", "a.records"="[{\"success\": true,
        \"latency_seconds\": 1, \"output_tokens\": 2}]"] y; {x y} -> z }"#;
    let workflow = Workflow::from_dot(unlisted).unwrap();
    let models: Vec<&str> = workflow.models().iter().map(|model| model.name.as_str()).collect();
    assert_eq!(models, ["a", "b"]);
    assert!(workflow.law(0, 0).is_none() && workflow.law(0, 1).is_some() && workflow.law(1, 1).is_none());
    assert_eq!(workflow.graph().incoming(2).len(), 2);
    // Without a name there is one model. Its records stand beside moments of all.
    let one =
        Workflow::from_dot("digraph { node [success=1, latency_seconds=2, output_tokens=3] a }").unwrap();
    assert_eq!((one.models()[0].name.as_str(), one.models()[0].price), ("model", 0));
    assert_eq!(one.law(0, 0), Some(&SampleLaw::constant(1.0, 2.0, 3).unwrap()));
    let records = r#"digraph { node [success=1, latency_seconds=2, output_tokens=3]
        a ["m.records"="[{\"success\":false,\"latency_seconds\":1,\"output_tokens\":2}]"] }"#;
    assert_eq!(Workflow::from_dot(records).unwrap().law(0, 0).unwrap().success(), 0.0);
}

#[test]
fn json_and_toml() {
    let json = r#"{
        "models": { "small": { "price_per_million_output_tokens": 0.42 }, "large": { "price_per_million_output_tokens": 2.4 } },
        "subtasks": [
            { "id": "parse", "options": {
                "large": { "success": 0.9, "latency_seconds": { "law": "gamma", "mean": 60, "deviation": 20 }, "output_tokens": 5e3 },
                "small": { "success": 0.6, "latency_seconds": { "mean": 20, "deviation": 8.0 }, "output_tokens": 1200 } } },
            { "id": "solve", "needs": ["parse"], "options": {
                "large": { "success": 0.9, "latency_seconds": { "law": "gamma", "mean": 60, "deviation": 20 }, "output_tokens": 5000 },
                "small": { "success": 0.6, "latency_seconds": { "law": "lognormal", "mean": 20, "deviation": 8 }, "output_tokens": 1200 } } },
            { "id": "test", "needs": ["parse", "solve", "parse"], "options": {
                "small": { "success": 0.6, "latency_seconds": { "mean": 20, "deviation": 8 }, "output_tokens": 1200 } } } ] }"#;
    // The order of the models is that of the text: it decides on which channel their samples are drawn.
    assert_eq!(Workflow::from_json(&format!("\u{feff}{json}")).unwrap(), expected());
    let toml = r#"
        models.small.price_per_million_output_tokens = 0.42
        models.large.price_per_million_output_tokens = 2.4
        [[subtasks]]
        id = "parse"
        options.small = { success = 0.6, latency_seconds = { mean = 20, deviation = 8 }, output_tokens = 1200 }
        options.large = { success = 0.9, latency_seconds = { law = "gamma", mean = 60, deviation = 20 }, output_tokens = 5000 }
        [[subtasks]]
        id = "solve"
        needs = ["parse"]
        options.small = { success = 0.6, latency_seconds = { mean = 20, deviation = 8 }, output_tokens = 1200 }
        options.large = { success = 0.9, latency_seconds = { law = "gamma", mean = 60, deviation = 20 }, output_tokens = 5000 }
        [[subtasks]]
        id = "test"
        needs = ["parse", "solve"]
        options.small = { success = 0.6, latency_seconds = { mean = 20, deviation = 8 }, output_tokens = 1200 }
    "#;
    assert_eq!(Workflow::from_toml(toml).unwrap(), expected());
}

#[test]
fn records() {
    let record = |node: &str, model: &str| match model {
        "small" => format!(
            r#"{{"node": "{node}", "model": "small", "success_prob": 0.6, "lat_mean": 20, "lat_std": 8, "cost_mean": 1200}}"#
        ),
        _ => format!(
            r#"{{"node": "{node}", "model": "large", "success_prob": 0.9, "lat_mean": 60, "lat_std": 20, "lat_law": "gamma", "cost_mean": 5000}}"#
        ),
    };
    let list =
        [("solve", "large"), ("parse", "small"), ("parse", "large"), ("solve", "small"), ("test", "small")];
    let list: Vec<String> = list.map(|(node, model)| record(node, model)).to_vec();
    let text = format!(
        r#"{{ "models": {{ "small": {{ "price_per_million_output_tokens": 0.42 }}, "large": {{ "price_per_million_output_tokens": 2.4 }} }},
             "nodes": ["parse", "solve", "test"], "edges": [["parse", "test"], ["solve", "test"], ["parse", "solve"]],
             "records": [{}] }}"#,
        list.join(",")
    );
    assert_eq!(Workflow::from_records(&text).unwrap(), expected());
    // Without lists, nodes and models are in the order of the records and cost nothing.
    let bare = Workflow::from_records(&format!(r#"{{ "records": [{}] }}"#, list.join(","))).unwrap();
    let models: Vec<&str> = bare.models().iter().map(|model| model.name.as_str()).collect();
    assert_eq!(
        (models, bare.graph().name(0), bare.graph().edge_count()),
        (vec!["large", "small"], "solve", 0)
    );
    assert!(bare.models().iter().all(|model| model.price == 0));
    // 1200 tokens at 0.42 USD per million are 0.000504 USD.
    let dollars = text.replace(r#""nodes""#, r#""cost_unit": "usd", "nodes""#);
    let dollars = dollars.replace("\"cost_mean\": 1200", "\"cost_mean\": 0.000504");
    let workflow = Workflow::from_records(&dollars).unwrap();
    assert!((workflow.law(0, 0).unwrap().mean_tokens() - 1200.0).abs() <= 1.0);
}

#[test]
fn a_text_tells_its_format() {
    for (name, text, expected) in [
        ("a.toml", "{", Format::Toml),
        ("a.dot", "", Format::Dot),
        ("a.gv", "{}", Format::Dot),
        ("a", "  STRICT digraph {}", Format::Dot),
        ("a", "graph_name = 3", Format::Toml),
        ("a", "\u{feff}{}", Format::Json),
        ("a.json", "digraph", Format::Json),
        ("a.json", "", Format::Json),
        ("a.json", r#"{ "workflow": { "records": 1 }, "schemaVersion": "9" }"#, Format::WfFormat),
        ("a", r#"{ "subtasks": [ { "records": [] } ] }"#, Format::Json),
        ("a", r#"{ "records": [ "#, Format::Records),
        ("a", "models = {}", Format::Toml),
    ] {
        assert_eq!(Format::of(name, text), expected, "{name} {text}");
    }
}
