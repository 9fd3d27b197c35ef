//! The tables of event engines.

use super::{Case, Measured};
use crate::stats::median;

/// A row: our side, theirs, and the least ratio of times, theirs over ours.
struct Row {
    case: Case,
    ours: &'static str,
    against: &'static str,
    target: f64,
}

const SYNERGY: &str = "synergy";
const IN_TIME: &str = "synergy, organization in time";
const SAME_EVENTS: &str = "synergy, the same events and draws";

const fn row(case: Case, ours: &'static str, theirs: &'static str, target: f64) -> Row {
    Row { case, ours, against: theirs, target }
}

const ROWS: [Row; 13] = [
    row(Case::Hold(10), SYNERGY, "heap of boxed events", 1.5),
    row(Case::Hold(1_000), SYNERGY, "heap of boxed events", 1.5),
    row(Case::Hold(100_000), SYNERGY, "heap of boxed events", 1.5),
    row(Case::Hold(10), SYNERGY, "nexosim 1.0", 7.0),
    row(Case::Hold(1_000), SYNERGY, "nexosim 1.0", 7.0),
    row(Case::Hold(100_000), SYNERGY, "nexosim 1.0", 7.0),
    row(Case::Hold(10), SYNERGY, "SimPy 4.1", 35.0),
    row(Case::Hold(1_000), SYNERGY, "SimPy 4.1", 35.0),
    row(Case::Hold(100_000), SYNERGY, "SimPy 4.1", 35.0),
    row(Case::Mm1, SYNERGY, "simcore 0.1", 1.5),
    row(Case::Mm1, SYNERGY, "SimPy 4.1", 100.0),
    row(Case::Hold(1_000), SYNERGY, "simcore 0.1", 1.0),
    // Within a factor of two of the bare engine.
    row(Case::Star(999), IN_TIME, SAME_EVENTS, 0.5),
];

/// A case by its name.
pub fn name(case: Case) -> String {
    match case {
        Case::Hold(pending) => format!("hold, {pending} pending"),
        Case::Mm1 => "M/M/1, load 0.8".to_owned(),
        Case::Star(agents) => format!("star of {agents}"),
    }
}

/// Nanoseconds per event, or why there are none.
fn time(results: &[Measured], engine: &str, case: Case) -> Result<f64, String> {
    let measured = results.iter().find(|result| result.engine == engine && result.case == case);
    let measured = measured.ok_or_else(|| format!("{engine} was not measured"))?;
    match &measured.failed {
        Some(why) => Err(why.clone()),
        None => {
            let times: Vec<f64> =
                measured.outcomes.iter().map(|one| one.seconds * 1e9 / one.events as f64).collect();
            Ok(median(&times))
        }
    }
}

/// All rows, in markdown.
pub fn rows(results: &[Measured]) -> String {
    let mut lines = vec![
        "| events | against | ours, ns per event | theirs | ratio | at least | |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    for Row { case, ours, against: theirs, target } in &ROWS {
        let whose = if ours == &IN_TIME { ", organization in time" } else { "" };
        let head = format!("| {}{whose} | {theirs}", name(*case));
        lines.push(match (time(results, ours, *case), time(results, theirs, *case)) {
            (Ok(our), Ok(their)) => {
                let ratio = their / our;
                let verdict = if ratio >= *target { "met" } else { "missed" };
                format!("{head} | {our:.1} | {their:.1} | {ratio:.2} | {target} | {verdict} |")
            }
            (Err(why), _) | (_, Err(why)) => format!("{head} | | | | {target} | skipped: {why} |"),
        });
    }
    for result in results.iter().filter(|result| result.case == Case::Mm1) {
        if let Some((wait, error)) = mean_wait(result) {
            let engine = result.engine;
            lines.push(format!(
                "\nM/M/1, {engine}: mean wait {wait:.3} +- {error:.3} service times; 4 is exact."
            ));
        }
    }
    lines.join("\n")
}

/// Mean over rounds, with its standard error.
fn mean_wait(result: &Measured) -> Option<(f64, f64)> {
    let waits: Vec<(f64, f64)> = result.outcomes.iter().filter_map(|outcome| outcome.wait).collect();
    let n = waits.len() as f64;
    let finite = waits.iter().all(|(wait, error)| wait.is_finite() && error.is_finite());
    let variance: f64 = waits.iter().map(|(_, error)| error * error).sum();
    (n > 0.0 && finite).then(|| (waits.iter().map(|(wait, _)| wait).sum::<f64>() / n, variance.sqrt() / n))
}

/// Engines whose mean wait is not 4 service times, by more than six standard errors: these come from batch means, which are a little too
/// narrow in short runs.
pub fn wrong(results: &[Measured]) -> Vec<String> {
    let off = |result: &Measured| {
        let (wait, error) = mean_wait(result)?;
        ((wait - 4.0).abs() > 6.0 * error)
            .then(|| format!("{} on M/M/1: mean wait {wait:.3} +- {error:.3} instead of 4", result.engine))
    };
    results.iter().filter(|result| result.case == Case::Mm1).filter_map(off).collect()
}
