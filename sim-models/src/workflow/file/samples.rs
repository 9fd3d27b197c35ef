//! Samples that were seen: lists in a workflow, and files of them as JSON lines, JSON and CSV.

use std::fmt::Display;

use serde_json::{Map, Value};

use super::Place;
use crate::file::{InvalidText, Table, Unique, parse_json};
use crate::workflow::{Record, Sample};

/// How a table of a sample calls whether it is right, its latency in seconds, its tokens, and its weight.
pub(in crate::workflow) type Keys = [&'static str; 4];

const KEYS: &Keys = &["success", "latency_seconds", "output_tokens", "weight"];

/// A sample of a table. A weight that is not given is 1.
pub(in crate::workflow) fn record<P: Copy + Display>(
    table: &Table<'_, P>,
    keys: &'static Keys,
) -> Result<Record, InvalidText> {
    table.only(keys)?;
    let [success, latency, tokens, weight] = *keys;
    let right = table.needed(success, "", table.flag(success)?)?;
    let latency = table.needed(latency, "", table.not_negative(latency)?)?;
    let tokens = table.needed(tokens, "", table.whole(tokens)?)?;
    let weight = table.positive(weight)?.unwrap_or(1.0);
    Ok(Record { weight, sample: Sample { right, tokens, latency } })
}

/// The records of a list; `place` says where each of them stands, from 1.
pub(super) fn of_list<P: Copy + Display>(
    list: &[Value],
    place: impl Fn(usize) -> P,
) -> Result<Vec<Record>, InvalidText> {
    let read = |(index, value)| record(&Table::new(place(index + 1), value)?, KEYS);
    list.iter().enumerate().map(read).collect()
}

/// The records of a file: a list in JSON, comma-separated values with a line of names first, or else one table in JSON per line.
pub(in crate::workflow) fn of_file(name: &str, text: &str) -> Result<Vec<Record>, InvalidText> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(InvalidText::Syntax { format: "file of records", reason: format!("{name} is empty") });
    }
    if name.ends_with(".csv") {
        of_csv(name, text)
    } else if name.ends_with(".json") || text.trim_start().starts_with('[') {
        match parse_json(text).map_err(|error| within(name, error))? {
            Value::Array(list) => of_list(&list, |position| Place::Entry(name, position)),
            other => Err(InvalidText::Kind {
                place: name.to_owned(),
                key: "records".to_owned(),
                expected: "a list of tables",
                found: crate::file::described(&other),
            }),
        }
    } else {
        lines(text).map(|(number, line)| of_line(name, number, line)).collect()
    }
}

/// Lines that are not blank, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim().is_empty())
}

fn of_line(file: &str, number: usize, line: &str) -> Result<Record, InvalidText> {
    let Unique(value) = serde_json::from_str(line).map_err(|error| {
        // The line is known; what the parser counts are columns of it.
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        let reason = format!("{file}, line {number}, column {}: {said}", error.column());
        InvalidText::Syntax { format: "file of records, a table in JSON per line", reason }
    })?;
    record(&Table::new(Place::Line(file, number), &value)?, KEYS)
}

fn within(file: &str, error: InvalidText) -> InvalidText {
    match error {
        InvalidText::Syntax { format, reason } => {
            InvalidText::Syntax { format, reason: format!("{file}: {reason}") }
        }
        other => other,
    }
}

fn of_csv(file: &str, text: &str) -> Result<Vec<Record>, InvalidText> {
    let refuse = |reason: String| InvalidText::Syntax { format: "CSV", reason };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| refuse(format!("{file}: {error}")))?.clone();
    let names: Vec<&str> = names.iter().collect();
    if let Some(twice) = (1..names.len()).find(|&at| names[..at].contains(&names[at])) {
        return Err(refuse(format!("{file} has two columns `{}`", names[twice])));
    }
    let read = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.map_err(|error| refuse(format!("{file}: {error}")))?;
        let line = row.position().map_or(0, csv::Position::line) as usize;
        let place = Place::Line(file, line);
        if row.len() != names.len() {
            let (found, needed) = (row.len(), names.len());
            return Err(refuse(format!("{place} has {found} fields; the first line names {needed}")));
        }
        let entry = |(name, field): (&&str, &str)| ((*name).to_owned(), typed(name, field));
        let entries: Map<String, Value> = names.iter().zip(&row).map(entry).collect();
        record(&Table { place, entries: &entries }, KEYS)
    };
    let records = reader.records().map(read).collect::<Result<Vec<_>, _>>()?;
    if records.is_empty() {
        return Err(refuse(format!("{file} has a line of names and no records")));
    }
    Ok(records)
}

/// A field as what it looks like.
fn typed(column: &str, field: &str) -> Value {
    let is = |words: [&str; 2]| words.iter().any(|word| field.eq_ignore_ascii_case(word));
    if column == "success" && is(["true", "1"]) {
        Value::Bool(true)
    } else if column == "success" && is(["false", "0"]) {
        Value::Bool(false)
    } else if let Ok(whole) = field.parse::<u64>() {
        whole.into()
    } else {
        let real = field.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
        real.map_or_else(|| field.into(), Value::Number)
    }
}
