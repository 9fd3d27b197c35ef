//! When and where the program ran: the part of a data set that is not reproducible.

use std::time::{Instant, SystemTime};

use crate::dataset::{Attempt, Counts, RunRecord};

/// The record of a run that began at `started` and ends now.
pub fn record(
    started: SystemTime,
    clock: Instant,
    threads: usize,
    counts: Counts,
    cancelled: bool,
) -> RunRecord {
    RunRecord {
        started: humantime::format_rfc3339_seconds(started).to_string(),
        seconds: (clock.elapsed().as_secs_f64() * 1e3).round() / 1e3,
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        threads,
        kernel: sim_core::lanes::kernel().to_string(),
        cells: counts.done,
        trials: counts.trials,
        ending: if cancelled { "cancelled" } else { "complete" }.to_owned(),
        chunk: None,
    }
}

/// The record of an attempt that begins now, after so many others.
pub fn attempt(started: SystemTime, others: usize) -> Attempt {
    Attempt {
        attempt: others + 1,
        began: humantime::format_rfc3339_seconds(started).to_string(),
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        process: std::process::id(),
    }
}
