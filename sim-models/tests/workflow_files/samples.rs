//! Samples in other files.

use sim_models::workflow::{Reading, SampleLaw, Workflow};

const WORK: &str = r#"{ "models": { "m": {}, "l": {} }, "subtasks": [
    { "id": "a", "options": { "m": { "records": "seen" }, "l": { "records": "seen" } } },
    { "id": "b", "needs": ["a"], "options": { "m": { "records": "ENDING" } } } ] }"#;

/// What the second subtask's law is if the file of this name has this text.
fn law(name: &str, text: &str) -> Result<SampleLaw, String> {
    let seen = r#"{"success": true, "latency_seconds": 1, "output_tokens": 2}"#;
    let work = WORK.replace("ENDING", name);
    let files = |wanted: &str| {
        [("seen", seen), (name, text)].into_iter().find(|(known, _)| *known == wanted).map(|(_, text)| text)
    };
    let reading = Reading { files: &files, ..Reading::default() };
    let workflow = Workflow::from_text("w.json", &work, &reading).map_err(|error| error.to_string())?;
    assert_eq!(workflow.law(0, 0).unwrap().mean_latency(), 1.0);
    Ok(workflow.law(1, 0).unwrap().clone())
}

#[test]
fn every_kind_of_file_says_the_same() {
    let lines = "{\"success\": true, \"latency_seconds\": 9.5, \"output_tokens\": 800}\n\n\
                 {\"success\": false, \"latency_seconds\": 20, \"output_tokens\": 2100, \"weight\": 0.5}\r\n";
    let expected = law("x.jsonl", lines).unwrap();
    assert_eq!(expected.success(), 1.0 / 1.5);
    let list = format!("[{}]", lines.trim().replace("\n\n", ","));
    assert_eq!(law("x.json", &list).unwrap(), expected);
    assert_eq!(law("x", &list).unwrap(), expected);
    assert_eq!(law("x", &format!("\u{feff}{lines}")).unwrap(), expected);
    let csv = "weight, success,output_tokens ,latency_seconds\n1,TRUE,800,9.5\n\n0.5,0,2100,20.0\n";
    assert_eq!(law("x.csv", csv).unwrap(), expected);
    let quoted = "\"weight\",\"success\",\"output_tokens\",\"latency_seconds\"\r\n1,true,800,9.5\r\n.5,False,2100,2e1\r\n";
    assert_eq!(law("x.csv", quoted).unwrap(), expected);
    // A field in quotes may have commas and ends of lines.
    let noted = "weight,success,output_tokens,latency_seconds\n1,\"TRUE\",\"800\",9.5\n0.5,0,2100,\"20\n\"\n";
    assert_eq!(law("x.csv", noted).unwrap(), expected);
}

#[test]
fn files_are_named_once_with_their_places() {
    let named = Workflow::files_named("w.json", &WORK.replace("ENDING", "x.csv"));
    let named: Vec<(&str, &str)> =
        named.iter().map(|file| (file.name.as_str(), file.place.as_str())).collect();
    assert_eq!(named, [("seen", "subtask `a`, model `l`"), ("x.csv", "subtask `b`, model `m`")]);
    let dot = "digraph { a [\"m.records\"=\"x.csv\"] }";
    assert_eq!(Workflow::files_named("w.dot", dot)[0].name, "x.csv");
    assert!(Workflow::files_named("w.json", "{").is_empty());
    let unread = Workflow::from_json(WORK).unwrap_err().to_string();
    assert_eq!(
        unread,
        "subtask `a`, model `l`: its records stand in the file `seen`, which was not read; give them as a list here"
    );
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let good = r#"{"success": true, "latency_seconds": 1, "output_tokens": 2}"#;
    for (name, text, expected) in [
        ("x.jsonl", " \n ", "the text is no file of records: x.jsonl is empty".to_owned()),
        (
            "x.jsonl",
            &format!("{good}\n\n{}", good.replace("true", "1")),
            "x.jsonl, line 3: `success` is true or false; found 1".to_owned(),
        ),
        (
            "x.jsonl",
            &format!("{good}\n{}", &good[..20]),
            "x.jsonl, line 2, column 20: EOF while parsing a string".to_owned(),
        ),
        (
            "x.jsonl",
            &good.replace("\"latency_seconds\": 1", "\"latency_seconds\": -1"),
            "x.jsonl, line 1: `latency_seconds` is a number from 0; found -1".to_owned(),
        ),
        (
            "x.jsonl",
            &good.replace("\"latency_seconds\": 1", "\"latency_seconds\": NaN"),
            "x.jsonl, line 1, column 38: expected value".to_owned(),
        ),
        (
            "x.jsonl",
            &good.replace("2}", "2.5}"),
            "x.jsonl, line 1: `output_tokens` is a whole number from 0; found 2.5".to_owned(),
        ),
        (
            "x.jsonl",
            &good.replace("success", "sucess"),
            "x.jsonl, line 1 has no key `sucess`; did you mean `success`? (keys: success, latency_seconds, output_tokens, weight)".to_owned(),
        ),
        ("x.jsonl", &format!("{good}{good}"), "x.jsonl, line 1, column 60: trailing characters".to_owned()),
        (
            "x.json",
            &format!("[{good}, {}]", good.replace("}", ", \"weight\": 0}")),
            "x.json, record 2: `weight` is a positive number; found 0".to_owned(),
        ),
        ("x.json", good, "x.json: `records` is a list of tables; found a table with 3 keys".to_owned()),
        ("x.json", "[]", "a law of records has at least one".to_owned()),
        (
            "x.csv",
            "success,latency_seconds,output_tokens\n1,2,3\n1,2\n",
            "the text is no CSV: x.csv, line 3 has 2 fields; the first line names 3".to_owned(),
        ),
        (
            "x.csv",
            "success,latency_seconds,output_tokens\nyes,2,3\n",
            "x.csv, line 2: `success` is true or false; found the text `yes`".to_owned(),
        ),
        (
            "x.csv",
            "success,latency_seconds,output_tokens\n1,nan,3\n",
            "x.csv, line 2: `latency_seconds` is a number from 0; found the text `nan`".to_owned(),
        ),
        ("x.csv", "success,latency_seconds\n1,2\n", "x.csv, line 2 has no `output_tokens`; it needs one".to_owned()),
        ("x.csv", "success,success\n1,2\n", "x.csv has two columns `success`".to_owned()),
        (
            "x.csv",
            "success,latency_seconds,output_tokens\n",
            "x.csv has a line of names and no records".to_owned(),
        ),
    ] {
        let said = law(name, text).unwrap_err();
        assert!(said.contains(&expected), "{said}\nexpected {expected}");
        assert!(said.starts_with("subtask `b`, model `m`: "), "{said}");
    }
}
