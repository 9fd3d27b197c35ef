//! Whether calibrations find again what logs were drawn with: the table of `docs/how-to-calibrate.md`.
//!
//! What is demonstrated:
//! - fleets with known parameters ([`sim_models::calibration::synthetic`]) and their logs,
//! - how often the 95 % intervals of a calibration hold the truth,
//! - that what a log cannot determine is said to be unknown.
//!
//! Run it: `cargo run --release -p sim-models --example calibration_recovery -- 200`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use rayon::prelude::*;
use sim_models::calibration::Bootstrap;
use sim_models::calibration::synthetic::{Truth, settings};

fn main() {
    let logs = std::env::args().nth(1).and_then(|logs| logs.parse().ok()).unwrap_or(200);
    let bootstrap = Bootstrap { replicates: 499, ..Bootstrap::default() };
    let settings = settings();
    let found: Vec<_> = settings.par_iter().map(|setting| setting.recover(logs, &bootstrap)).collect();
    println!(
        "| fleet | quantity | truth | mean estimate | mean width | intervals | hold the truth |\n|---|---|---|---|---|---|---|"
    );
    let (mut covered, mut given, mut quantities, mut outsiders, mut unlikely) = (0, 0, 0, 0, 0);
    for (setting, recoveries) in settings.iter().zip(found) {
        for r in recoveries {
            let of = if r.truth == Truth::Unknown { r.logs } else { r.intervals };
            let share = 100.0 * f64::from(r.found) / f64::from(of);
            // Standard error of a share of so many logs.
            let error = (share * (100.0 - share) / f64::from(of)).sqrt();
            let (name, logs, intervals) = (setting.name, r.logs, r.intervals);
            match r.truth {
                Truth::Value(value) => {
                    println!(
                        "| {name} | {} | {value:.4} | {:.4} | {:.4} | {intervals} of {logs} | {share:.1} ± {error:.1} % |",
                        r.quantity, r.mean, r.width
                    );
                    let outside = !(93.0..=97.0).contains(&share);
                    outsiders += u32::from(outside);
                    unlikely +=
                        u32::from(outside && !(93.0 - 2.0 * error..=97.0 + 2.0 * error).contains(&share));
                    quantities += 1;
                    covered += r.found;
                    given += r.intervals;
                }
                Truth::Unknown => {
                    println!(
                        "| {name} | {} | not in the log | - | - | {intervals} of {logs} | - |",
                        r.quantity
                    )
                }
            }
        }
    }
    let share = 100.0 * f64::from(covered) / f64::from(given);
    println!("\n{covered} of {given} intervals hold the truth: {share:.2} %.");
    println!(
        "Of {quantities} quantities in {} fleets, {outsiders} have a share outside of 93 to 97 %, {unlikely} by more than two standard errors.",
        settings.len()
    );
}
