//! Places in a workflow's file, as messages call them.

use std::fmt;

/// Where in a file.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) enum Place<'a> {
    Workflow,
    Model(&'a str),
    /// Position from 1, and the name once it is known.
    Subtask(usize, Option<&'a str>),
    /// Of a subtask, for a model.
    Option(&'a str, &'a str),
    /// The law of a quantity of an option.
    Law(&'static str, &'a str, &'a str),
    /// One of the records of an option, from 1.
    Record(usize, &'a str, &'a str),
    /// A line of a file of records, from 1.
    Line(&'a str, usize),
    /// An entry of a list in a file of records, from 1.
    Entry(&'a str, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workflow => f.write_str("the workflow"),
            Self::Model(name) => write!(f, "model `{name}`"),
            Self::Subtask(position, None) => write!(f, "subtask {position}"),
            Self::Subtask(_, Some(id)) => write!(f, "subtask `{id}`"),
            Self::Option(id, model) => write!(f, "subtask `{id}`, model `{model}`"),
            Self::Law(key, id, model) => write!(f, "`{key}` of subtask `{id}`, model `{model}`"),
            Self::Record(position, id, model) => {
                write!(f, "record {position} of subtask `{id}`, model `{model}`")
            }
            Self::Line(file, number) => write!(f, "{file}, line {number}"),
            Self::Entry(file, number) => write!(f, "{file}, record {number}"),
        }
    }
}
