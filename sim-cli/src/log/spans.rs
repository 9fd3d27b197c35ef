//! OpenTelemetry spans of language models, as OTLP JSON with the GenAI semantic conventions.

use serde_json::{Map, Value, json};

/// Event in which an evaluation of the answer is reported.
const EVALUATION: &str = "gen_ai.evaluation.result";

/// The spans of a `resourceSpans` document that belong to a language model, as flat records: their attributes, those of their evaluation,
/// `traceId`, `spanId`, `parentSpanId`, and `latency` and `time` in seconds. Without a mapping, a trace is a question.
pub(super) fn records(document: &Map<String, Value>) -> impl Iterator<Item = Map<String, Value>> {
    let lists = |value: &'static str| move |object: &Value| list(object.get(value)).to_vec();
    list(document.get("resourceSpans"))
        .iter()
        .flat_map(lists("scopeSpans"))
        .flat_map(|scope| list(scope.get("spans")).to_vec())
        .filter_map(|span| record(&span))
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn record(span: &Value) -> Option<Map<String, Value>> {
    let mut record = Map::new();
    attributes(span, &mut record);
    if !record.keys().any(|key| key.starts_with("gen_ai.")) {
        return None;
    }
    let is_evaluation = |event: &&Value| event.get("name").and_then(Value::as_str) == Some(EVALUATION);
    list(span.get("events")).iter().filter(is_evaluation).for_each(|event| attributes(event, &mut record));
    for key in ["traceId", "spanId", "parentSpanId"] {
        if let Some(value) = span.get(key).filter(|value| value.as_str() != Some("")) {
            record.insert(key.to_owned(), value.clone());
        }
    }
    let nanoseconds = |key| span.get(key).and_then(whole);
    if let Some(start) = nanoseconds("startTimeUnixNano") {
        record.entry("time").or_insert(json!(start as f64 / 1e9));
        if let Some(end) = nanoseconds("endTimeUnixNano") {
            // Negative where the clock jumped; that is counted later.
            record.entry("latency").or_insert(json!((end - start) as f64 / 1e9));
        }
    }
    Some(record)
}

/// A 64-bit number, which OTLP writes as a text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn attributes(of: &Value, record: &mut Map<String, Value>) {
    for attribute in list(of.get("attributes")) {
        let Some(key) = attribute.get("key").and_then(Value::as_str) else { continue };
        let Some(value) = attribute.get("value").and_then(Value::as_object) else { continue };
        let value = value.iter().next().map(|(kind, value)| match kind.as_str() {
            "intValue" => whole(value).map_or(Value::Null, |number| json!(number)),
            _ => value.clone(),
        });
        record.insert(key.to_owned(), value.unwrap_or(Value::Null));
    }
}
