//! Event engines: how many events per second synergy's handles beside those of its peers.
//!
//! Two models. *Hold*: so many events are pending, and each schedules another one a standard exponential time later. *M/M/1*: customers
//! come at rate 0.8 to one server of mean service 1, first come, first served; two events per customer. All Rust engines draw the same
//! exponential numbers from the same generator, and none has more of a model than that.

mod heap;
mod nexosim;
mod organization;
mod simcore;
mod simpy;
mod synergy;
mod table;

use std::{error::Error, path::Path};

pub use table::{rows, wrong};

/// What an engine simulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// So many events are pending.
    Hold(usize),
    /// A queue.
    Mm1,
    /// A star of so many agents, whose calls and messages take exponential times.
    Star(usize),
}

/// What one run came to.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Events that were handled.
    pub events: u64,
    /// Processor time, in seconds.
    pub seconds: f64,
    /// Mean wait of customers, in mean service times, and its standard error.
    pub wait: Option<(f64, f64)>,
}

/// An event engine. It handles about so many events of a case; `None` for a case that it does not simulate.
pub trait Engine {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Runs a case.
    ///
    /// # Errors
    /// It is not installed, or gave up.
    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>>;
}

/// One engine on one case.
#[derive(Debug)]
pub struct Measured {
    /// The engine.
    pub engine: &'static str,
    /// The case.
    pub case: Case,
    /// Per round.
    pub outcomes: Vec<Outcome>,
    /// Why there are none.
    pub failed: Option<String>,
}

/// All cases.
pub const CASES: [Case; 5] =
    [Case::Hold(10), Case::Hold(1_000), Case::Hold(100_000), Case::Mm1, Case::Star(999)];

fn engines(interpreter: &Path) -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(synergy::Synergy),
        Box::new(heap::HeapOfBoxes),
        Box::new(nexosim::Nexosim),
        Box::new(simcore::Simcore),
        Box::new(simpy::SimPy::new(interpreter)),
        Box::new(organization::InTime),
        Box::new(organization::SameEvents),
    ]
}

/// Runs every engine on every case, in turn, so many rounds; each run takes about `seconds`.
pub fn measure(interpreter: &Path, rounds: u32, seconds: f64, seed: u64) -> Vec<Measured> {
    let mut engines = engines(interpreter);
    let mut results = Vec::new();
    for case in CASES {
        for engine in &mut engines {
            eprintln!("{} on {}", engine.name(), table::name(case));
            if let Some(measured) = one(engine.as_mut(), case, rounds, seconds, seed) {
                results.push(measured);
            }
        }
    }
    results
}

fn one(engine: &mut dyn Engine, case: Case, rounds: u32, seconds: f64, seed: u64) -> Option<Measured> {
    let mut measured = Measured { engine: engine.name(), case, outcomes: Vec::new(), failed: None };
    // A first run, which warms up and tells how many events are a round.
    let mut events = 20_000;
    for round in 0..=u64::from(rounds) {
        match engine.run(case, events, seed + round) {
            Ok(None) => return None,
            Ok(Some(outcome)) => {
                if round == 0 {
                    let rate = outcome.events as f64 / outcome.seconds.max(1e-6);
                    events = (rate * seconds).clamp(20_000.0, 1e9) as u64;
                } else {
                    measured.outcomes.push(outcome);
                }
            }
            Err(error) => {
                measured.failed = Some(error.to_string());
                return Some(measured);
            }
        }
    }
    Some(measured)
}
