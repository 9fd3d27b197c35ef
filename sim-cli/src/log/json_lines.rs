//! Logs as JSON: an object per line, a list of objects, or OpenTelemetry spans.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::column::{Column, Mapping};
use super::fields::{Cell, Fields, latency_in_seconds};
use super::{Reader, spans};
use crate::problem::{Outcome, Problem};

/// Longest line that is read, and largest JSON document that is not one record per line.
const LONGEST: u64 = 256 << 20;

/// An object per line.
pub(super) fn records(reader: &mut Reader<'_>) -> Outcome<()> {
    let file = File::open(reader.path).map_err(|error| reader.fail(&error))?;
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    let mut number = 0;
    let mut seen = Seen::default();
    loop {
        line.clear();
        let read = lines.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        let length = read.map_err(|error| reader.fail(&error))?;
        if length == 0 {
            return seen.check(reader);
        }
        number += 1;
        if length as u64 == LONGEST {
            let sentence =
                format!("{}:{number}: the line is longer than {LONGEST} bytes", reader.path.display());
            return Err(Problem::input(sentence).help("a log of JSON lines has one record per line"));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(value @ Value::Object(_)) => take(reader, &value, &mut seen)?,
            _ => reader.unread.malformed(reader.path, number),
        }
    }
}

/// A list of records or a document of spans; what is neither is read line by line.
pub(super) fn document(reader: &mut Reader<'_>) -> Outcome<()> {
    let file = File::open(reader.path).map_err(|error| reader.fail(&error))?;
    let length = file.metadata().map_err(|error| reader.fail(&error))?.len();
    if length > LONGEST {
        return records(reader);
    }
    let mut seen = Seen::default();
    match serde_json::from_reader::<_, Value>(BufReader::new(file)) {
        Ok(Value::Array(list)) => {
            for (index, value) in (1..).zip(&list) {
                if value.is_object() {
                    take(reader, value, &mut seen)?;
                } else {
                    reader.unread.malformed(reader.path, index);
                }
            }
            seen.check(reader)
        }
        Ok(value @ Value::Object(_)) => {
            take(reader, &value, &mut seen)?;
            seen.check(reader)
        }
        _ => records(reader),
    }
}

/// Whether any record named its question, and the keys of the first.
#[derive(Default)]
struct Seen {
    question: bool,
    mapped: Vec<String>,
    keys: Vec<String>,
}

impl Seen {
    fn check(&self, reader: &Reader<'_>) -> Outcome<()> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let names = |column| reader.options.mapping.given(column);
        if let Some(name) =
            Mapping::columns().filter_map(names).find(|name| !self.mapped.iter().any(|m| m == name))
        {
            let sentence = format!("{}: no record has `{name}`, which --map names", reader.path.display());
            let keys = crate::output::abridged(&self.keys.join(", "), 300);
            return Err(Problem::input(sentence).help(format!("the first record has {keys}")));
        }
        reader.need_question(&self.keys, self.question)
    }
}

fn take(reader: &mut Reader<'_>, value: &Value, seen: &mut Seen) -> Outcome<()> {
    let Value::Object(object) = value else { return Ok(()) };
    if !object.contains_key("resourceSpans") {
        return record(reader, object, seen);
    }
    for span in spans::records(object) {
        record(reader, &span, seen)?;
    }
    Ok(())
}

fn record(reader: &mut Reader<'_>, object: &Map<String, Value>, seen: &mut Seen) -> Outcome<()> {
    if seen.keys.is_empty() {
        seen.keys = object.keys().cloned().collect();
    }
    let mapping = &reader.options.mapping;
    let mut fields = Fields::default();
    for column in Mapping::columns() {
        let found = mapping.names(column).into_iter().find_map(|name| Some((name, at(object, name)?)));
        let Some((name, value)) = found else { continue };
        if mapping.given(column).is_some() && !seen.mapped.iter().any(|mapped| mapped == name) {
            seen.mapped.push(name.to_owned());
        }
        seen.question |= column == Column::Question;
        let cell = cell(value);
        fields.set(
            column,
            if column == Column::Latency { cell.map(|cell| latency_in_seconds(name, cell)) } else { cell },
        );
    }
    reader.take(&fields)
}

/// The value of a key, or of a path of keys with dots between them; null is none.
fn at<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let value = object.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        at(object.get(first)?.as_object()?, rest)
    })?;
    (!value.is_null()).then_some(value)
}

fn cell(value: &Value) -> Option<Cell<'_>> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(Cell::Flag(*flag)),
        Value::Number(number) => number.as_f64().map(Cell::Number),
        Value::String(text) => Some(Cell::Text(Cow::Borrowed(text))),
        Value::Array(_) | Value::Object(_) => Some(Cell::Text(Cow::Owned(value.to_string()))),
    }
}
