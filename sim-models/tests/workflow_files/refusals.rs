//! What is wrong with a text, and where.

use sim_models::workflow::{Reading, Workflow};

fn said(name: &str, text: &str) -> String {
    match Workflow::from_text(name, text, &Reading::default()) {
        Ok(_) => panic!("{text} is a workflow"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn refused(name: &str, text: &str, expected: &str) {
    let said = said(name, text);
    assert!(said.contains(expected), "{said}\nexpected {expected}");
}

/// A workflow of one subtask with one option.
fn option(option: &str) -> String {
    format!(
        r#"{{ "models": {{ "m": {{}} }}, "subtasks": [ {{ "id": "größe", "options": {{ "m": {option} }} }} ] }}"#
    )
}

#[test]
fn options_in_json() {
    for (text, expected) in [
        ("{}", "subtask `größe`, model `m` has no `success`; it needs one"),
        ("3", "subtask `größe`, model `m` is a table of keys and values; found 3"),
        (
            r#"{ "success": 1.5, "latency_seconds": 1, "output_tokens": 1 }"#,
            "subtask `größe`, model `m`: a success probability lies between 0 and 1; found 1.5",
        ),
        (
            r#"{ "success": "high", "latency_seconds": 1, "output_tokens": 1 }"#,
            "subtask `größe`, model `m`: `success` is a number; found the text `high`",
        ),
        (
            r#"{ "success": 0.5, "latency_seconds": -1, "output_tokens": 1 }"#,
            "subtask `größe`, model `m`: `latency_seconds`: the mean of a quantity is a finite number from 0; found -1",
        ),
        (
            r#"{ "success": 0.5, "latency_seconds": { "mean": 1, "law": "gama" }, "output_tokens": 1 }"#,
            "`latency_seconds` of subtask `größe`, model `m`: `law` is `gama`; did you mean `gamma`?; allowed: lognormal, gamma, exponential",
        ),
        (
            r#"{ "success": 0.5, "latency_seconds": { "mean": 2, "law": "exponential", "deviation": 3 }, "output_tokens": 1 }"#,
            "`latency_seconds`: the deviation of an exponential law is its mean, 2; found 3",
        ),
        (
            r#"{ "success": 0.5, "latency_seconds": { "deviation": 3 }, "output_tokens": 1 }"#,
            "`latency_seconds` of subtask `größe`, model `m` has no `mean`; it needs one",
        ),
        (
            r#"{ "success": 0.5, "output_tokens": 1 }"#,
            "subtask `größe`, model `m` has no `latency_seconds`; it needs one, or `tokens_per_second`",
        ),
        (
            r#"{ "success": 0.5, "latency_seconds": 1 }"#,
            "subtask `größe`, model `m` has no `output_tokens`; it needs one",
        ),
        (
            r#"{ "success": 0.5, "output_tokens": 1, "tokens_per_second": 0 }"#,
            "the speed in tokens per second is a positive number; found 0",
        ),
        (
            r#"{ "success": 1, "latency_seconds": 1, "output_tokens": 1, "token_limit": 5 }"#,
            "subtask `größe`, model `m` states both `latency_seconds` and `token_limit`; state one of them",
        ),
        (
            r#"{ "success": 1, "tokens_per_second": 1, "output_tokens": 1, "token_limit": -5 }"#,
            "`token_limit` is a whole number from 0; found -5",
        ),
        (r#"{ "sucess": 1 }"#, "model `m` has no key `sucess`; did you mean `success`? (keys: success, "),
        (r#"{ "records": [] }"#, "subtask `größe`, model `m`: a law of records has at least one"),
        (r#"{ "records": 3 }"#, "`records` is a list of records, or the name of a file of them; found 3"),
        (r#"{ "records": [], "success": 1 }"#, "states both `records` and `success`"),
        (
            r#"{ "records": [ { "success": true, "latency_seconds": 1, "output_tokens": 1, "weight": -1 } ] }"#,
            "record 1 of subtask `größe`, model `m`: `weight` is a positive number; found -1",
        ),
    ] {
        refused("w.json", &option(text), expected);
    }
}

#[test]
fn graphs_and_models_in_json_and_toml() {
    let law = r#"{ "success": 1, "latency_seconds": 1, "output_tokens": 1 }"#;
    let whole = |models: &str, subtasks: &str| {
        format!(r#"{{ "models": {{ {models} }}, "subtasks": [ {subtasks} ] }}"#).replace("LAW", law)
    };
    let subtask = |id: &str, needs: &str| {
        format!(r#"{{ "id": "{id}", "needs": [{needs}], "options": {{ "m": LAW }} }}"#)
    };
    for (text, expected) in [
        (whole(r#""m": {}"#, ""), "a workflow has at least one subtask"),
        (
            whole(r#""m": {}"#, &[subtask("a", r#""b""#), subtask("b", r#""a""#)].join(",")),
            "the graph has a cycle: a -> b -> a",
        ),
        (whole(r#""m": {}"#, &subtask("a", r#""a""#)), "the graph has a cycle: a -> a"),
        (
            whole(r#""m": {}"#, &[subtask("größe", ""), subtask("b", r#""grösse""#)].join(",")),
            "subtask `b` needs `grösse`, which is no subtask; did you mean `größe`?",
        ),
        (whole(r#""m": {}"#, &[subtask("a", ""), subtask("a", "")].join(",")), "there are two nodes `a`"),
        (
            whole(r#""m": {}"#, &subtask("a", "3")),
            "subtask `a`: `needs` is a list of names of subtasks; found 3",
        ),
        (
            whole(r#""n": {}"#, &subtask("a", "")),
            "subtask `a` can be tried with `m`, which is no model; did you mean `n`?",
        ),
        (
            whole(r#""m": { "price_per_million_output_tokens": -0.42 }"#, &subtask("a", "")),
            "the price of model `m` is a number of USD per million tokens from 0 to 1 000 000; found -0.42",
        ),
        (whole(r#""m": { "price": 1 }"#, &subtask("a", "")), "model `m` has no key `price`"),
        (whole(r#""m": {}, "m": {}"#, &subtask("a", "")), "two keys `m` in one table at line 1"),
        (whole(r#""m": {}"#, r#"{ "options": {} }"#), "subtask 1 has no `id`; it needs one"),
        (whole(r#""m": {}"#, r#"{ "id": "a", "options": {} }"#), "subtask `a` has no model to try it with"),
        (whole(r#""m": {}"#, r#"{ "id": "a" }"#), "subtask `a` has no `options`; it needs one, a table of"),
        (
            r#"{ "models": [], "subtasks": [] }"#.to_owned(),
            "the workflow: `models` is a table of models by name",
        ),
        (r#"{ "models": {} }"#.to_owned(), "the workflow has no `subtasks`; it needs one"),
        (r#"{ "subtask": [] }"#.to_owned(), "the workflow has no key `subtask`; did you mean `subtasks`?"),
        ("[]".to_owned(), "the text is no JSON: invalid type: sequence, expected a table"),
        (String::new(), "the text is no JSON: it is empty"),
        (
            r#"{ "models": { "m": { "price_per_million_output_tokens": NaN"#.to_owned(),
            "the text is no JSON: expected value at line 1",
        ),
        (format!("{{ \"models\": {}", "[".repeat(1000)), "recursion limit"),
    ] {
        refused("w.json", &text, expected);
    }
    for (text, expected) in [
        ("models = 3\nsubtasks = []", "`models` is a table of models by name; found 3"),
        (
            "[models.m]\nprice_per_million_output_tokens = nan",
            "the text is no TOML: line 2, column 35: a number is finite; found NaN",
        ),
        ("[models.m]\n[models.m]", "the text is no TOML: line 2"),
        ("[models.m\n", "the text is no TOML: line 1"),
        ("models.m = 2026-01-01\nsubtasks = []", "model `m`"),
    ] {
        refused("w.toml", text, expected);
    }
}

#[test]
fn digraphs() {
    let law = "success=1, latency_seconds=1, output_tokens=1";
    for (text, expected) in [
        ("digraph { }", "a workflow has at least one subtask"),
        ("", "line 1, column 1: expected `digraph`; found the end of the text"),
        (
            "graph { a -- b }",
            "a workflow is a `digraph`, because one subtask waits for the other; found `graph`",
        ),
        ("digraph { a -- b }", "expected `->`, because one subtask waits for the other; found `--`"),
        ("digraph { node [LAW] a -> b -> a }", "the graph has a cycle: a -> b -> a"),
        ("digraph { a -> b }", "subtask `a` has no model to try it with"),
        ("digraph { a [LAW]; subgraph { b } }", "subtask `b` has no model to try it with"),
        (
            "digraph {\n a [sucess=1] }",
            "line 2, column 5: a node has no key `sucess`; did you mean `success`?",
        ),
        ("digraph { a -> b [success=1] }", "an edge has no key `success`"),
        (
            "digraph { a [success=high, latency_seconds=1, output_tokens=1] }",
            "subtask `a`, model `model`: `success` is a number; found the text `high`",
        ),
        (
            "digraph { \"é\" [success=nan, latency_seconds=1, output_tokens=1] }",
            "subtask `é`, model `model`: `success` is a number; found the text `nan`",
        ),
        (
            "digraph { a [success=2, latency_seconds=1, output_tokens=1] }",
            "a success probability lies between 0 and 1; found 2",
        ),
        (
            "digraph { a [success=1, latency_deviation=1, output_tokens=1] }",
            "`latency_seconds` of subtask `a`, model `model` has no `mean`",
        ),
        ("digraph { graph [models=\"m,m\"] a [LAW] }", "there are two models `m`"),
        (
            "digraph { graph [models=m, price_per_million_output_tokens=-1] a [LAW] }",
            "the price of model `m`",
        ),
        ("digraph { graph [models=m, price_per_million_output_tokens=NaN] a [LAW] }", "found the text `NaN`"),
        (
            "digraph { graph [models=m, price_per_million_output_tokens=x] a [LAW] }",
            "model `m`: `price_per_million_output_tokens` is a number; found the text `x`",
        ),
        (
            "digraph { graph [models=small] a [\"smal.success\"=1] }",
            "subtask `a` can be tried with `smal`, which is no model; did you mean `small`?",
        ),
        (
            "digraph { graph [models=small, \"smal.price_per_million_output_tokens\"=1] a [LAW] }",
            "the graph has attributes of `smal`, which is no model; did you mean `small`?",
        ),
        ("digraph { a [LAW, models=\"x\"] }", "subtask `a` can be tried with `x`, which is no model"),
        (
            "digraph { a [records=\"[1\"] }",
            "in `records` of subtask `a`, model `model`, the text is no JSON: EOF",
        ),
        ("digraph { a [records=\"[1]\"] }", "record 1 of subtask `a`, model `model` is a table"),
        ("digraph { a [records=\"x.csv\"] }", "its records stand in the file `x.csv`, which was not read"),
        ("digraph { graph [models=\"[3]\"] a }", "`models` is a list of names; found `[3]`"),
    ] {
        refused("w.dot", &text.replace("LAW", law), expected);
    }
}

#[test]
fn records() {
    let moments = r#""success_prob": 0.5, "lat_mean": 1, "cost_mean": 2"#;
    for (text, expected) in [
        (r#"{ "records": [] }"#, "a workflow has at least one subtask"),
        (r#"{ "records": {} }"#, "the workflow: `records` is a list; found a table"),
        (r#"{ "records": [ { "node": "a" } ] }"#, "record 1 has no `model`; it needs one"),
        (
            r#"{ "records": [ { "node": "é", "model": "m" } ] }"#,
            "record 1 (node `é`, model `m`) has no `success_prob`; it needs one, or `samples`",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", MOMENTS }, { "node": "a", "model": "m", MOMENTS } ] }"#,
            "record 2 (node `a`, model `m`) is the second of its node and model; record 1 is, too",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", MOMENTS, "samples": [] } ] }"#,
            "states both `samples` and `success_prob`",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", "samples": [] } ] }"#,
            "subtask `a`, model `m`: a law of records has at least one",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", "samples": [ { "latency": 1, "success": 1, "output_tokens": 1 } ] } ] }"#,
            "sample 1 of record 1 (node `a`, model `m`): `success` is true or false; found 1",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", MOMENTS, "lat_law": "gaussian" } ] }"#,
            "record 1 (node `a`, model `m`): `lat_law` is `gaussian`; allowed: lognormal, gamma, exponential",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", MOMENTS, "lat_std": -1 } ] }"#,
            "subtask `a`, model `m`: `lat_mean`: the standard deviation of a quantity is a finite number from 0; found -1",
        ),
        (
            r#"{ "records": [ { "node": "a", "model": "m", "success_prob": 0.5, "lat_mean": 1, "cost_mean": -2 } ] }"#,
            "subtask `a`, model `m`: `cost_mean`: the mean",
        ),
        (
            r#"{ "cost_unit": "usd", "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "record 1 (node `a`, model `m`) has a cost in USD, and its model has no price",
        ),
        (r#"{ "cost_unit": "eur", "records": [] }"#, "`cost_unit` is `eur`"),
        (
            r#"{ "nodes": ["b"], "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "record 1 (node `a`, model `m`) is of no node of `nodes`",
        ),
        (
            r#"{ "nodes": ["a", "b"], "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "subtask `b` has no model to try it with",
        ),
        (
            r#"{ "nodes": ["a", "a"], "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "`nodes` names `a` twice",
        ),
        (
            r#"{ "edges": [["a", "b"]], "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "edge 1 ends at `b`, which is no node; did you mean `a`?",
        ),
        (
            r#"{ "edges": [["a"]], "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "`edges` is a list of pairs of names of nodes; found a list of 1",
        ),
        (
            r#"{ "edges": [["a", "a"]], "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "the graph has a cycle: a -> a",
        ),
        (
            r#"{ "models": { "n": {} }, "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "subtask `a` can be tried with `m`, which is no model; did you mean `n`?",
        ),
        (
            r#"{ "models": { "m": { "price_per_million_output_tokens": -1 } }, "records": [ { "node": "a", "model": "m", MOMENTS } ] }"#,
            "the price of model `m`",
        ),
    ] {
        refused("r.json", &text.replace("MOMENTS", moments), expected);
    }
}

/// Whatever is missing at the end of a text, it is refused or read; nothing panics. No sentence is empty.
#[test]
fn texts_that_are_cut_off() {
    let workflow = Workflow::from_json(&option(
        r#"{ "records": [ { "success": true, "latency_seconds": 1, "output_tokens": 1 } ] }"#,
    ))
    .unwrap();
    let wfformat = r#"{ "name": "é", "schemaVersion": "1.4", "workflow": { "tasks": [
        { "name": "a", "runtimeInSeconds": 1, "parents": [], "children": ["b"] }, { "name": "b", "runtimeInSeconds": 2 } ] } }"#;
    for (name, text) in [
        ("w.json", workflow.to_json()),
        ("w.toml", workflow.to_toml().unwrap()),
        ("w.dot", workflow.to_dot()),
        ("r.json", workflow.to_records().unwrap()),
        ("s.json", wfformat.to_owned()),
    ] {
        let whole = text.trim_end().len();
        for end in (0..whole).filter(|&end| text.is_char_boundary(end)) {
            match Workflow::from_text(name, &text[..end], &Reading::default()) {
                // What is left of TOML may be a whole workflow with a shorter number.
                Ok(_) => assert_eq!(name, "w.toml", "{}", &text[..end]),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        assert!(Workflow::from_text(name, &text, &Reading::default()).is_ok());
    }
}
