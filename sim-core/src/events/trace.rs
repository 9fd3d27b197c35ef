//! What happened in one run, for a person to look at.

mod chrome;
mod json_lines;

use super::Time;

/// A row of a trace: an agent, a resource, a message channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId(u32);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// Something that took time on one track, such as a call or a wait.
    Span {
        /// Where.
        track: TrackId,
        /// What.
        name: String,
        /// Its kind, such as `work` or `wait`; spans of one kind are drawn in one color.
        kind: &'static str,
        /// Its beginning.
        start: Time,
        /// Its end.
        end: Time,
        /// More about it, such as numbers of tokens.
        details: Vec<(&'static str, String)>,
    },
    /// Something that happened at once.
    Mark {
        /// Where.
        track: TrackId,
        /// What.
        name: String,
        /// When.
        time: Time,
        /// More about it.
        details: Vec<(&'static str, String)>,
    },
    /// Something that went from one track to another, such as a message.
    Flow {
        /// What.
        name: String,
        /// Where it began.
        from: TrackId,
        /// When it began.
        start: Time,
        /// Where it ended.
        to: TrackId,
        /// When it ended.
        end: Time,
    },
    /// The value of a quantity from a point of time on.
    Level {
        /// Which quantity.
        name: String,
        /// When it changed.
        time: Time,
        /// Its value.
        value: f64,
    },
}

/// The records of one run, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    tracks: Vec<String>,
    records: Vec<Record>,
}

impl Trace {
    /// A trace without records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a track. Tracks are shown in the order in which they were added.
    pub fn track(&mut self, name: impl Into<String>) -> TrackId {
        self.tracks.push(name.into());
        TrackId(self.tracks.len() as u32 - 1)
    }

    /// Adds a record.
    pub fn push(&mut self, record: Record) {
        self.records.push(record);
    }

    /// All tracks with their names, in the order in which they were added.
    pub fn tracks(&self) -> impl ExactSizeIterator<Item = (TrackId, &str)> {
        self.tracks.iter().enumerate().map(|(i, name)| (TrackId(i as u32), name.as_str()))
    }

    /// Name of a track; empty for one of another trace.
    pub fn name(&self, track: TrackId) -> &str {
        self.tracks.get(track.0 as usize).map_or("", String::as_str)
    }

    /// All records, in the order in which they were made.
    pub fn records(&self) -> &[Record] {
        &self.records
    }
}
