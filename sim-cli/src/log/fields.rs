//! One record, column by column.

use std::borrow::Cow;

use sim_models::calibration::{Gathering, Observation, TooLarge};

use super::Unread;
use super::column::{COUNT, Column};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Flag(bool),
}

/// The cells of one record.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields<'a>([Option<Cell<'a>>; COUNT]);

impl<'a> Fields<'a> {
    /// Sets a cell; an empty text is none.
    pub(super) fn set(&mut self, column: Column, cell: Option<Cell<'a>>) {
        self.0[column as usize] =
            cell.filter(|cell| !matches!(cell, Cell::Text(text) if text.trim().is_empty()));
    }

    /// Hands the record over.
    pub(super) fn observe(
        &self,
        threshold: f64,
        gathering: &mut Gathering,
        unread: &mut Unread,
    ) -> Result<(), TooLarge> {
        let texts = [
            Column::Question,
            Column::Agent,
            Column::Model,
            Column::Family,
            Column::Parent,
            Column::Attempt,
            Column::Stratum,
            Column::Subtask,
        ]
        .map(|column| self.text(column));
        let text = |index: usize| texts[index].as_deref();
        let correct = match self.flag(Column::Correct, unread) {
            Some(correct) => Some(correct),
            None => self.number(Column::Score, unread).map(|score| {
                unread.graded += u64::from(score != 0.0 && score != 1.0);
                score >= threshold
            }),
        };
        gathering.observe(&Observation {
            question: text(0).unwrap_or_default(),
            agent: text(1),
            model: text(2),
            family: text(3),
            parent: text(4),
            attempt: text(5),
            stratum: text(6),
            subtask: text(7),
            correct,
            budget: self.number(Column::Budget, unread),
            input_tokens: self.number(Column::InputTokens, unread),
            cached_tokens: self.number(Column::CachedTokens, unread),
            output_tokens: self.number(Column::OutputTokens, unread),
            thinking_tokens: self.number(Column::ThinkingTokens, unread),
            latency: self.number(Column::Latency, unread),
            cost: self.number(Column::Cost, unread),
            time: self.time(unread),
            message_tokens: self.number(Column::MessageTokens, unread),
            sent: self.flag(Column::Sent, unread),
            received: self.flag(Column::Received, unread),
            accepted: self.flag(Column::Accepted, unread),
        })
    }

    fn cell(&self, column: Column) -> Option<&Cell<'a>> {
        self.0[column as usize].as_ref()
    }

    fn text(&self, column: Column) -> Option<Cow<'_, str>> {
        Some(match self.cell(column)? {
            Cell::Text(text) => Cow::Borrowed(text.trim()),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Flag(flag) => Cow::Owned(flag.to_string()),
        })
    }

    fn number(&self, column: Column, unread: &mut Unread) -> Option<f64> {
        let text = match self.cell(column)? {
            Cell::Number(number) if !number.is_nan() => return Some(*number),
            Cell::Number(_) => return None,
            Cell::Flag(flag) => return Some(f64::from(u8::from(*flag))),
            Cell::Text(text) => text.trim(),
        };
        match text.parse::<f64>() {
            Ok(number) if !number.is_nan() => Some(number),
            // How tables write what is missing.
            _ if is_missing(text) => None,
            _ => {
                unread.number(column, text);
                None
            }
        }
    }

    fn flag(&self, column: Column, unread: &mut Unread) -> Option<bool> {
        let text = match self.cell(column)? {
            Cell::Flag(flag) => return Some(*flag),
            Cell::Number(1.0) => return Some(true),
            // A bit may be written as a sign.
            Cell::Number(0.0 | -1.0) => return Some(false),
            Cell::Number(number) if number.is_nan() => return None,
            Cell::Number(number) => {
                unread.flag(column, &number.to_string());
                return None;
            }
            Cell::Text(text) => text.trim(),
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" | "pass" | "passed" | "correct" | "right" | "accept"
            | "accepted" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" | "-1" | "fail" | "failed" | "incorrect" | "wrong"
            | "reject" | "rejected" => Some(false),
            _ if is_missing(text) => None,
            _ => {
                unread.flag(column, text);
                None
            }
        }
    }

    /// Seconds since 1970.
    fn time(&self, unread: &mut Unread) -> Option<f64> {
        let text = match self.cell(Column::Time)? {
            Cell::Text(text) => text.trim(),
            _ => return self.number(Column::Time, unread).map(seconds),
        };
        if let Ok(time) = humantime::parse_rfc3339_weak(text) {
            let since = time.duration_since(std::time::UNIX_EPOCH);
            return since.ok().map(|since| since.as_secs_f64());
        }
        self.number(Column::Time, unread).map(seconds)
    }
}

fn is_missing(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "" | "nan" | "na" | "n/a" | "null" | "none" | "-")
}

/// Seconds from a number since 1970 in seconds, milliseconds, microseconds or nanoseconds: no log is of the year 5138.
fn seconds(number: f64) -> f64 {
    match number.abs() {
        size if size >= 1e17 => number / 1e9,
        size if size >= 1e14 => number / 1e6,
        size if size >= 1e11 => number / 1e3,
        _ => number,
    }
}

/// A latency in a column of this name as seconds.
pub(super) fn latency_in_seconds<'a>(name: &str, cell: Cell<'a>) -> Cell<'a> {
    if !name.ends_with("_ms") {
        return cell;
    }
    match &cell {
        Cell::Number(number) => Cell::Number(number / 1e3),
        Cell::Text(text) => match text.trim().parse::<f64>() {
            Ok(number) => Cell::Number(number / 1e3),
            Err(_) => cell,
        },
        Cell::Flag(_) => cell,
    }
}
