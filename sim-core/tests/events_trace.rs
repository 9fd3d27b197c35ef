//! Traces as text: what is written can be read back, whatever names are in it.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use serde_json::Value;
use sim_core::events::{Record, Time, Trace};

fn at(nanoseconds: u64) -> Time {
    Time::from_nanoseconds(nanoseconds)
}

/// One record of every kind, with names that need care.
fn awkward() -> Trace {
    let mut trace = Trace::new();
    let (ann, bob) = (trace.track("ann \"the\" first\n"), trace.track("bob γ \u{1f600} \u{1}\\"));
    let details = vec![("tokens", "12".to_owned()), ("why", "\"quoted\"\t".to_owned())];
    trace.push(Record::Span {
        track: ann,
        name: "call\n".into(),
        kind: "work",
        start: at(1),
        end: at(2_500),
        details,
    });
    trace.push(Record::Flow { name: "vote".into(), from: ann, start: at(2_500), to: bob, end: at(2_501) });
    trace.push(Record::Mark { track: bob, name: "decides".into(), time: Time::END, details: Vec::new() });
    trace.push(Record::Level { name: "in line".into(), time: at(7), value: 0.5 });
    trace
}

#[test]
fn json_lines_are_read_back() {
    let text = awkward().to_json_lines();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["span", "flow", "mark", "level"]);
    assert_eq!(lines[0]["track"], "ann \"the\" first\n");
    assert_eq!((lines[0]["start"].as_u64(), lines[0]["end"].as_u64()), (Some(1), Some(2_500)));
    assert_eq!(lines[0]["details"]["why"], "\"quoted\"\t");
    assert_eq!((&lines[1]["from"], &lines[1]["to"]), (&lines[0]["track"], &lines[2]["track"]));
    assert_eq!(lines[2]["time"].as_u64(), Some(u64::MAX - 1), "no digit of a time is lost");
    assert_eq!(lines[3]["value"].as_f64(), Some(0.5));
    assert_eq!(Trace::new().to_json_lines(), "");
}

/// What the Trace Event Format asks of every phase that is used.
#[test]
fn chrome_json_has_the_form_of_trace_events() {
    let trace: Value = serde_json::from_str(&awkward().to_chrome_json()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let of = |phase: &str| -> Vec<&Value> { events.iter().filter(|event| event["ph"] == phase).collect() };
    for event in events {
        assert!(event["pid"].is_u64() && event["tid"].is_u64() && event["name"].is_string(), "{event}");
        assert!(event["ph"] == "M" || event["ts"].is_number(), "{event}");
    }
    let names: Vec<&Value> = of("M")
        .into_iter()
        .filter(|event| event["name"] == "thread_name")
        .map(|event| &event["args"]["name"])
        .collect();
    assert_eq!(names, ["ann \"the\" first\n", "bob γ \u{1f600} \u{1}\\"]);
    let span = of("X")[0];
    assert_eq!((span["ts"].as_f64(), span["dur"].as_f64()), (Some(0.001), Some(2.499)));
    assert_eq!((span["tid"].as_u64(), &span["args"]["tokens"]), (Some(1), &Value::from("12")));
    let (start, end) = (of("s")[0], of("f")[0]);
    assert_eq!((&start["id"], &start["cat"], &start["name"]), (&end["id"], &end["cat"], &end["name"]));
    assert_eq!(
        (start["tid"].as_u64(), end["tid"].as_u64(), end["bp"].as_str()),
        (Some(1), Some(2), Some("e"))
    );
    assert_eq!(of("i")[0]["s"], "t");
    assert_eq!(of("C")[0]["args"]["value"].as_f64(), Some(0.5));
    // As text, because a float would round it.
    assert!(awkward().to_chrome_json().contains("\"ts\":18446744073709551.614,"));
    let empty: Value = serde_json::from_str(&Trace::new().to_chrome_json()).unwrap();
    assert_eq!(empty["traceEvents"].as_array().unwrap().len(), 1);
}
