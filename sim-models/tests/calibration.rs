//! Calibrations find again what logs were drawn with: the table of `docs/how-to-calibrate.md` on fewer logs.

use rayon::prelude::*;
use sim_models::calibration::Bootstrap;
use sim_models::calibration::synthetic::{Recovery, Setting, Truth, settings};
use statrs::distribution::{Binomial, DiscreteCDF};

const LOGS: u32 = 60;

/// Logs in which a quantity must be known if it can be, and unknown if it cannot.
const MOST_LOGS: u32 = LOGS - LOGS / 20;

/// Coverage of a 95 % interval that is still accepted.
const LEAST: f64 = 0.93;

/// False-alarm rate of the whole test, if every interval holds the truth with at least that probability.
const ALARM: f64 = 1e-6;

/// The quantities of all settings, each with where it comes from.
fn recovered() -> Vec<(&'static str, Recovery)> {
    let bootstrap = Bootstrap { replicates: 399, ..Bootstrap::default() };
    let settings = settings();
    let of = |setting: &Setting| {
        setting.recover(LOGS, &bootstrap).into_iter().map(|it| (setting.name, it)).collect::<Vec<_>>()
    };
    settings.par_iter().flat_map(of).collect()
}

/// Counts of one log are dependent, and those of one quantity over logs are not: each quantity has its own binomial test (Bonferroni).
#[test]
fn intervals_hold_what_logs_were_drawn_with() {
    let recovered = recovered();
    let values = recovered.iter().filter(|(_, it)| it.truth != Truth::Unknown).count();
    let alarm = ALARM / values as f64;
    let mut wrong = Vec::new();
    for (setting, it) in &recovered {
        match it.truth {
            Truth::Value(_) => {
                let held =
                    Binomial::new(LEAST, u64::from(it.intervals)).map(|law| law.cdf(u64::from(it.found)));
                let is_too_rare = held.is_ok_and(|probability| probability < alarm);
                if it.intervals < MOST_LOGS || is_too_rare {
                    wrong
                        .push(format!("{setting}: {} held in {} of {}", it.quantity, it.found, it.intervals));
                }
            }
            Truth::Unknown if it.found < MOST_LOGS => {
                wrong.push(format!("{setting}: {} is given in {} logs", it.quantity, it.intervals));
            }
            Truth::Unknown => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(recovered.len() > 50 && values > 40, "{values} of {}", recovered.len());
}
