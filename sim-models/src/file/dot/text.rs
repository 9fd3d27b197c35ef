//! Names and attributes as DOT spells them.

use std::fmt;

use serde_json::Value;

use super::lexer::KEYWORDS;
use crate::file::{InvalidText, line, parse_json};
use crate::registry;

/// A list of attributes.
#[derive(Default)]
pub(crate) struct AttributeList(Vec<String>);

impl AttributeList {
    pub(crate) fn add(&mut self, key: &str, value: &str) {
        self.0.push(format!("{}={}", spelled(key), spelled(value)));
    }

    pub(crate) fn add_if(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.add(key, &value);
        }
    }

    /// What a figure shows, line by line.
    pub(crate) fn label(&mut self, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = lines.into_iter().map(|line| escaped(&line)).collect();
        self.0.push(format!("label=\"{}\"", lines.join("\\n")));
    }
}

impl fmt::Display for AttributeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0.join(", "))
    }
}

/// A name or a value, in quotes unless it is a plain word or a plain number.
pub(crate) fn spelled(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(text));
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.matches('.').count() <= 1;
    if is_word || is_number { text.to_owned() } else { format!("\"{}\"", escaped(text)) }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A number with as many digits as a figure needs.
pub(crate) fn brief(x: f64) -> String {
    registry::number((x * 1e4).round() / 1e4)
}

/// A number where the text is one. A text that is none is refused where the table is read, with its place.
pub(crate) fn number(text: &str) -> Value {
    if let Ok(whole) = text.trim().parse::<u64>() {
        return whole.into();
    }
    let real = text.trim().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    real.map_or_else(|| text.into(), Value::Number)
}

/// Names in one attribute: with commas between them, or a list in JSON where one is not plain.
pub(crate) fn names(names: &[&str]) -> String {
    let plain = |name: &&str| {
        !name.is_empty() && name.trim() == *name && !name.contains(',') && !name.starts_with('[')
    };
    if names.iter().all(plain) { names.join(",") } else { line(&names) }
}

/// The names in an attribute, as [`names`] writes them.
pub(crate) fn list_of_names(key: &str, text: &str) -> Result<Vec<String>, InvalidText> {
    if !text.trim_start().starts_with('[') {
        return Ok(text.split(',').map(|name| name.trim().to_owned()).collect());
    }
    let refused = |reason: String| InvalidText::Syntax { format: "DOT", reason };
    let list = parse_json(text).map_err(|error| refused(format!("in `{key}`, {error}")))?;
    let name = |value: &Value| value.as_str().map(str::to_owned);
    let names = list.as_array().and_then(|list| list.iter().map(name).collect());
    names.ok_or_else(|| refused(format!("`{key}` is a list of names; found `{text}`")))
}
