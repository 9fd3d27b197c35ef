//! Traces as JSON lines.

use serde_json::{Value, json};

use super::{Record, Trace};

impl Trace {
    /// The trace as JSON lines: one object per record, in the order in which they were made. Times are whole nanoseconds.
    ///
    /// | `type` | other keys |
    /// |---|---|
    /// | `span` | `track`, `name`, `kind`, `start`, `end`, `details` |
    /// | `mark` | `track`, `name`, `time`, `details` |
    /// | `flow` | `name`, `from`, `start`, `to`, `end` |
    /// | `level` | `name`, `time`, `value` |
    ///
    /// ```
    /// use sim_core::events::{Record, Time, Trace};
    ///
    /// let mut trace = Trace::new();
    /// let ann = trace.track("ann");
    /// trace.push(Record::Mark { track: ann, name: "votes".into(), time: Time::from_nanoseconds(5), details: vec![] });
    /// assert_eq!(
    ///     trace.to_json_lines(),
    ///     "{\"details\":{},\"name\":\"votes\",\"time\":5,\"track\":\"ann\",\"type\":\"mark\"}\n"
    /// );
    /// ```
    pub fn to_json_lines(&self) -> String {
        let line = |record: &Record| format!("{}\n", self.json(record));
        self.records().iter().map(line).collect()
    }

    fn json(&self, record: &Record) -> Value {
        let details = |details: &[(&'static str, String)]| -> Value {
            details.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
        };
        let track = |id| self.name(id);
        match record {
            Record::Span { track: on, name, kind, start, end, details: more } => json!({
                "type": "span", "track": track(*on), "name": name, "kind": kind,
                "start": start.as_nanoseconds(), "end": end.as_nanoseconds(), "details": details(more),
            }),
            Record::Mark { track: on, name, time, details: more } => json!({
                "type": "mark", "track": track(*on), "name": name, "time": time.as_nanoseconds(), "details": details(more),
            }),
            Record::Flow { name, from, start, to, end } => json!({
                "type": "flow", "name": name, "from": track(*from), "start": start.as_nanoseconds(),
                "to": track(*to), "end": end.as_nanoseconds(),
            }),
            Record::Level { name, time, value } => json!({
                "type": "level", "name": name, "time": time.as_nanoseconds(), "value": value,
            }),
        }
    }
}
