//! From a trace to its Gantt chart.

use sim_core::events::{Record, Time, Trace, TrackId};

use crate::figure::{Gantt, GanttBar, GanttFlow, GanttRow, MOST_ROWS};

/// The chart of a trace, and what is not in it.
pub fn chart(trace: &Trace) -> (Gantt, Vec<String>) {
    let (unit, seconds) = unit(trace);
    let at = |time: Time| time.as_seconds() / seconds;
    let shown = busiest(trace);
    let row_of = |track: TrackId| shown.iter().position(|&(id, _)| id == track);
    let mut gantt = Gantt { time_label: format!("time ({unit})"), ..Gantt::default() };
    gantt.rows =
        shown.iter().map(|(_, name)| GanttRow { name: (*name).to_owned(), ..GanttRow::default() }).collect();
    for record in trace.records() {
        match record {
            Record::Span { track, kind, start, end, .. } => {
                let kind = gantt.kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
                    gantt.kinds.push((*kind).to_owned());
                    gantt.kinds.len() - 1
                });
                if let Some(row) = row_of(*track) {
                    gantt.rows[row].bars.push(GanttBar { start: at(*start), end: at(*end), kind });
                }
            }
            Record::Mark { track, time, .. } => {
                if let Some(row) = row_of(*track) {
                    gantt.rows[row].marks.push(at(*time));
                }
            }
            Record::Flow { from, start, to, end, .. } => {
                if let (Some(from), Some(to)) = (row_of(*from), row_of(*to)) {
                    gantt.flows.push(GanttFlow { from: (from, at(*start)), to: (to, at(*end)) });
                }
            }
            Record::Level { .. } => {}
        }
    }
    let hidden = trace.tracks().len() - shown.len();
    let note = format!(
        "{hidden} tracks on which least happened are not in the figure; it has the other {MOST_ROWS}"
    );
    (gantt, if hidden > 0 { vec![note] } else { Vec::new() })
}

/// Tracks in their order; if they are too many, those with most records.
fn busiest(trace: &Trace) -> Vec<(TrackId, &str)> {
    let tracks: Vec<(TrackId, &str)> = trace.tracks().collect();
    if tracks.len() <= MOST_ROWS {
        return tracks;
    }
    let records = |track: TrackId| {
        let on = |record: &&Record| match record {
            Record::Span { track: on, .. } | Record::Mark { track: on, .. } => *on == track,
            Record::Flow { from, to, .. } => *from == track || *to == track,
            Record::Level { .. } => false,
        };
        trace.records().iter().filter(on).count()
    };
    let mut ranked: Vec<(usize, usize)> =
        tracks.iter().enumerate().map(|(position, &(id, _))| (records(id), position)).collect();
    ranked.sort_by_key(|&(count, position)| (std::cmp::Reverse(count), position));
    let mut kept: Vec<usize> = ranked[..MOST_ROWS].iter().map(|&(_, position)| position).collect();
    kept.sort_unstable();
    kept.into_iter().map(|position| tracks[position]).collect()
}

/// The unit in which the times of a trace have few digits, with its length in seconds.
fn unit(trace: &Trace) -> (&'static str, f64) {
    let end = |record: &Record| match record {
        Record::Span { end, .. } | Record::Flow { end, .. } => *end,
        Record::Mark { time, .. } | Record::Level { time, .. } => *time,
    };
    let last = trace.records().iter().map(end).max().unwrap_or(Time::START).as_seconds();
    let units = [
        ("ns", 1e-9, 2e-6),
        ("µs", 1e-6, 2e-3),
        ("ms", 1e-3, 2.0),
        ("s", 1.0, 1200.0),
        ("min", 60.0, 36_000.0),
    ];
    let found = units.into_iter().find(|&(.., most)| last < most && last > 0.0);
    match (found, last > 0.0) {
        (Some((name, seconds, _)), _) => (name, seconds),
        (None, true) => ("h", 3600.0),
        (None, false) => ("s", 1.0),
    }
}
