//! Traces for Perfetto (<https://ui.perfetto.dev>) and `chrome://tracing`.

use serde_json::json;

use super::{Record, Time, Trace};

impl Trace {
    /// The trace as JSON of the Trace Event Format, which Perfetto and Chrome open: tracks are threads in their order, spans complete events
    /// (`X`), marks instants (`i`), flows pairs of `s` and `f`, levels counters (`C`). Times are microseconds with three decimals, which are
    /// exact.
    ///
    /// Source: "Trace Event Format", the document of the Chromium project.
    ///
    /// ```
    /// use sim_core::events::{Record, Time, Trace};
    ///
    /// let mut trace = Trace::new();
    /// let track = trace.track("ann");
    /// let (start, end) = (Time::from_nanoseconds(1_500), Time::from_nanoseconds(4_000));
    /// trace.push(Record::Span { track, name: "call".into(), kind: "work", start, end, details: vec![] });
    /// assert!(trace.to_chrome_json().contains(r#""ph":"X","pid":1,"tid":1,"ts":1.500,"dur":2.500"#));
    /// ```
    pub fn to_chrome_json(&self) -> String {
        let mut events = vec![event("M", 0, None, r#""name":"process_name","args":{"name":"simulation"}"#)];
        for (id, name) in self.tracks() {
            let thread = id.0 as usize + 1;
            let named = format!(r#""name":"thread_name","args":{{"name":{}}}"#, json!(name));
            events.push(event("M", thread, None, &named));
            let sorted = format!(r#""name":"thread_sort_index","args":{{"sort_index":{thread}}}"#);
            events.push(event("M", thread, None, &sorted));
        }
        for (number, record) in self.records().iter().enumerate() {
            self.add(number, record, &mut events);
        }
        format!("{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{}\n]}}\n", events.join(",\n"))
    }

    fn add(&self, number: usize, record: &Record, events: &mut Vec<String>) {
        let arguments = |details: &[(&'static str, String)]| {
            let pairs = details.iter().map(|(key, value)| ((*key).to_owned(), json!(value)));
            serde_json::Value::from_iter(pairs)
        };
        match record {
            Record::Span { track, name, kind, start, end, details } => {
                let length = microseconds(end.since(*start).as_nanoseconds());
                let rest = format!(
                    r#""dur":{length},"name":{},"cat":{},"args":{}"#,
                    json!(name),
                    json!(kind),
                    arguments(details)
                );
                events.push(event("X", track.0 as usize + 1, Some(*start), &rest));
            }
            Record::Mark { track, name, time, details } => {
                let rest =
                    format!(r#""s":"t","name":{},"cat":"mark","args":{}"#, json!(name), arguments(details));
                events.push(event("i", track.0 as usize + 1, Some(*time), &rest));
            }
            Record::Flow { name, from, start, to, end } => {
                let rest = format!(r#""id":{number},"name":{},"cat":"flow""#, json!(name));
                events.push(event("s", from.0 as usize + 1, Some(*start), &rest));
                let rest = format!(r#"{rest},"bp":"e""#);
                events.push(event("f", to.0 as usize + 1, Some(*end), &rest));
            }
            Record::Level { name, time, value } => {
                let rest = format!(r#""name":{},"args":{{"value":{}}}"#, json!(name), json!(value));
                events.push(event("C", 0, Some(*time), &rest));
            }
        }
    }
}

fn event(phase: &str, thread: usize, time: Option<Time>, rest: &str) -> String {
    let time = time.map_or(String::new(), |time| format!(r#""ts":{},"#, microseconds(time.as_nanoseconds())));
    format!(r#"{{"ph":"{phase}","pid":1,"tid":{thread},{time}{rest}}}"#)
}

/// Nanoseconds as a decimal number of microseconds, exactly.
fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000)
}
