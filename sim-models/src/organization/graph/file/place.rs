//! Places in a file, as messages call them.

use std::fmt;

/// Where in a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Organization,
    Answers,
    /// Position from 1, and the id once it is known.
    Agent(usize, Option<&'a str>),
    Compute(&'a str),
    Aggregator(&'a str),
    Weights(&'a str),
    Channel(usize, Option<(&'a str, &'a str)>),
    Curve(&'a str, &'a str),
    Dependence(usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization => f.write_str("the organization"),
            Self::Answers => f.write_str("`answers`"),
            Self::Agent(position, None) => write!(f, "agent {position}"),
            Self::Agent(_, Some(id)) => write!(f, "agent `{id}`"),
            Self::Compute(id) => write!(f, "the compute of agent `{id}`"),
            Self::Aggregator(id) => write!(f, "the aggregator of agent `{id}`"),
            Self::Weights(id) => write!(f, "the weights of agent `{id}`"),
            Self::Channel(position, None) => write!(f, "channel {position}"),
            Self::Channel(position, Some((from, to))) => write!(f, "channel {position} (`{from}` -> `{to}`)"),
            Self::Curve(from, to) => write!(f, "the curve of the channel `{from}` -> `{to}`"),
            Self::Dependence(position) => write!(f, "dependence {position}"),
        }
    }
}
