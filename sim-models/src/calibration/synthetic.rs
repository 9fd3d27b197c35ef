//! Logs of fleets whose parameters are known, to see whether a calibration finds them again.
//!
//! [`settings`] lists fleets with what a calibration should say about them: the true value of a quantity, or that a log of this fleet cannot
//! determine it. [`Setting::recover`] draws logs and counts how often the intervals hold the truth.

mod draws;
mod fleets;
mod models;

pub use fleets::settings;

use sim_core::random::{Address, Entity, Family, Purpose, Stream, Streams};

use super::{Bootstrap, Calibration, Gathering, Limits, Observation};

/// Takes in the records of a synthetic log.
pub type Sink<'a> = dyn FnMut(&Observation<'_>) + 'a;

/// What a calibration should find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Truth {
    /// This value.
    Value(f64),
    /// That the log does not determine it.
    Unknown,
}

/// A fleet with known parameters.
pub struct Setting {
    /// What is special about it.
    pub name: &'static str,
    /// Quantities by the names of findings.
    pub truths: Vec<(&'static str, Truth)>,
    /// Draws a log.
    pub(super) draw: Draw,
}

/// Draws a log into a sink.
type Draw = Box<dyn Fn(&mut Stream, &mut Sink<'_>) + Send + Sync>;

/// How often a quantity was found again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recovery {
    /// The quantity.
    pub quantity: &'static str,
    /// What should be found.
    pub truth: Truth,
    /// Logs.
    pub logs: u32,
    /// Logs for which an interval was given.
    pub intervals: u32,
    /// Intervals that held the truth; where it is not in the log, logs that were said not to have it.
    pub found: u32,
    /// Mean of the estimates where there were any; NaN where there were none.
    pub mean: f64,
    /// Mean width of the intervals, NaN like the mean.
    pub width: f64,
}

impl Setting {
    /// The log number `log` of this setting, taken in.
    pub fn log(&self, log: u64) -> Gathering {
        let mut gathering = Gathering::new(Limits::default());
        self.write(log, &mut |observation| {
            // A synthetic log is far from every limit.
            let _ = gathering.observe(observation);
        });
        gathering
    }

    /// Writes the records of log number `log`.
    pub fn write(&self, log: u64, sink: &mut Sink<'_>) {
        let streams = Streams::new(1, Purpose::Pilot, Family::common());
        let mut stream = streams.open(Address::trial(log).entity(Entity::named(self.name)));
        (self.draw)(&mut stream, sink);
    }

    /// Calibrates `logs` logs.
    pub fn recover(&self, logs: u32, bootstrap: &Bootstrap) -> Vec<Recovery> {
        let calibrations: Vec<Calibration> = (0..u64::from(logs))
            .map(|log| Calibration::of(self.log(log), &Bootstrap { seed: log, ..*bootstrap }))
            .collect();
        self.truths.iter().map(|&(quantity, truth)| recovery(quantity, truth, &calibrations)).collect()
    }
}

fn recovery(quantity: &'static str, truth: Truth, calibrations: &[Calibration]) -> Recovery {
    let estimates =
        || calibrations.iter().filter_map(|calibration| calibration.finding(quantity)?.result.as_ref().ok());
    let found = match truth {
        Truth::Value(value) => estimates().filter(|e| e.low <= value && value <= e.high).count(),
        Truth::Unknown => calibrations.len() - estimates().count(),
    };
    let count = estimates().count() as f64;
    Recovery {
        quantity,
        truth,
        logs: calibrations.len() as u32,
        intervals: estimates().count() as u32,
        found: found as u32,
        mean: estimates().map(|e| e.value).sum::<f64>() / count,
        width: estimates().map(|e| e.high - e.low).sum::<f64>() / count,
    }
}
