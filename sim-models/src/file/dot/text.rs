//! Names and attributes as DOT spells them.

use std::fmt;

use super::lexer::KEYWORDS;
use crate::registry::number;

/// A list of attributes.
#[derive(Default)]
pub(crate) struct AttributeList(Vec<String>);

impl AttributeList {
    pub(crate) fn add(&mut self, key: &str, value: &str) {
        self.0.push(format!("{key}={}", spelled(value)));
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
    number((x * 1e4).round() / 1e4)
}
