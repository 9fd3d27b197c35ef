//! A planning decision: the published planner (mechanisms A3) of synergy beside plain Python.
//!
//! A workflow of six subtasks that four models can try, one of them ready: 16 actions with 16 continuations each, every pair simulated 64
//! times, 16 384 simulations.

mod case;

use crate::{python, stats::median};
use std::{error::Error, path::Path};

pub use case::PlanningCase;

/// One decision.
#[derive(Debug, Clone, Copy)]
pub struct Decided {
    /// Processor time, in seconds.
    pub seconds: f64,
    /// Simulations that were made.
    pub simulations: u64,
    /// Mean of the simulations of the pair that was chosen.
    pub score: f64,
}

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// The product's decisions, what it believes about batches being compiled.
    pub ours: Vec<Decided>,
    /// Seconds of first decisions, which compile it.
    pub first: Vec<f64>,
    /// Python's, or why there are none.
    pub theirs: Result<Vec<Decided>, String>,
    /// Mean latency of the fastest call that the planner can make, in seconds.
    pub call: f64,
}

/// The least ratio.
const TARGET: f64 = 500.0;
/// Decisions of ours in a round: each with draws of its own, on beliefs of its own.
const DECISIONS: u64 = 20;
/// Beyond this many standard errors the scores disagree.
const MOST_DEVIATIONS: f64 = 5.0;

/// So many rounds of decisions.
///
/// # Errors
/// The case is none.
pub fn measure(interpreter: &Path, rounds: u32, seed: u64) -> Result<Measured, Box<dyn Error>> {
    let case = PlanningCase::reference()?;
    let input = case.to_json().to_string();
    let (mut ours, mut first, mut theirs) = (Vec::new(), Vec::new(), Ok(Vec::new()));
    for round in 0..u64::from(rounds) {
        eprintln!("planning, round {}", round + 1);
        for decision in 0..DECISIONS {
            let (compiling, decided) = case.decide(seed + 1000 * round + decision)?;
            first.push(compiling);
            ours.push(decided);
        }
        if let Ok(known) = &mut theirs {
            match python(interpreter, &input, seed + round) {
                Ok(decided) => known.push(decided),
                Err(error) => theirs = Err(error.to_string()),
            }
        }
    }
    Ok(Measured { ours, first, theirs, call: case.shortest_call() })
}

fn python(interpreter: &Path, input: &str, seed: u64) -> Result<Decided, Box<dyn Error>> {
    let numbers = python::numbers(interpreter, "planner_peer.py", &[seed.to_string()], input)?;
    let [seconds, simulations, score] = numbers[..] else {
        return Err(format!("planner_peer.py answered {} numbers instead of 3", numbers.len()).into());
    };
    Ok(Decided { seconds, simulations: simulations as u64, score })
}

/// Mean and variance.
fn scores(decided: &[Decided]) -> (f64, f64) {
    let n = decided.len() as f64;
    let mean = decided.iter().map(|one| one.score).sum::<f64>() / n;
    (mean, decided.iter().map(|one| (one.score - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

/// Standard errors between the mean scores, by the variance of our scores: Python's are too few to have one.
fn deviation(ours: &[Decided], theirs: &[Decided]) -> f64 {
    let ((our, variance), (their, _)) = (scores(ours), scores(theirs));
    (our - their) / (variance * (1.0 / ours.len() as f64 + 1.0 / theirs.len() as f64)).sqrt()
}

/// The row and what is to be said beside, in markdown.
pub fn rows(measured: &Measured) -> String {
    let milliseconds =
        |decided: &[Decided]| median(&decided.iter().map(|one| one.seconds * 1e3).collect::<Vec<_>>());
    let our = milliseconds(&measured.ours);
    let simulations = measured.ours.first().map_or(0, |one| one.simulations);
    let head = format!("| one decision, {simulations} simulations | plain Python");
    let row = match &measured.theirs {
        Ok(theirs) => {
            let their = milliseconds(theirs);
            let ratio = their / our;
            let verdict = if ratio >= TARGET { "met" } else { "missed" };
            format!("{head} | {our:.2} | {their:.0} | {ratio:.0} | {TARGET} | {verdict} |")
        }
        Err(why) => format!("{head} | {our:.2} | | | {TARGET} | skipped: {why} |"),
    };
    let mut lines = vec![
        "| planning | against | ours, ms | theirs | ratio | at least | |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
        row,
    ];
    let compiling = median(&measured.first) * 1e3;
    lines.push(format!(
        "\nA decision takes {our:.2} ms; the first one about a workflow {compiling:.2} ms, because batches are drawn beforehand. The fastest \
         call that it can decide on takes {:.0} ms on average: planning is {:.1} % of it.",
        measured.call * 1e3,
        our / (measured.call * 10.0),
    ));
    let (mean, variance) = scores(&measured.ours);
    let error = (variance / measured.ours.len() as f64).sqrt();
    let mut line = format!("\nScore of the chosen action: {mean:.4} +- {error:.4}");
    if let Ok(theirs) = &measured.theirs {
        let z = deviation(&measured.ours, theirs);
        line += &format!("; plain Python: {:.4}, z = {z:+.2}", scores(theirs).0);
    }
    lines.push(line + ".");
    lines.join("\n")
}

/// What is wrong, as sentences: scores that disagree, or not as many simulations.
pub fn wrong(measured: &Measured) -> Vec<String> {
    let Ok(theirs) = &measured.theirs else { return Vec::new() };
    let mut wrong = Vec::new();
    let z = deviation(&measured.ours, theirs);
    // Negated, so that a NaN is wrong too.
    let agrees = z.abs() <= MOST_DEVIATIONS;
    if !agrees {
        wrong
            .push(format!("planning: the scores of plain Python and ours are {z:+.2} standard errors apart"));
    }
    let all = measured.ours.iter().chain(theirs);
    let counts: std::collections::BTreeSet<u64> = all.map(|one| one.simulations).collect();
    if counts.len() != 1 {
        wrong.push(format!("planning: numbers of simulations {counts:?} instead of one"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::installed;

    /// One subtask and one action: the score is 1 - (1 - p)^k where limits do not matter, 0 where they do. 64 simulations of 16 pairs.
    #[test]
    fn python_plans_a_single_subtask() {
        if !installed().exists() {
            eprintln!("skipped: no {}", installed().display());
            return;
        }
        let law = r#"{"success": 0.3, "log_mean": 4.0, "log_deviation": 0.0, "speed": 10.0, "price": 1e-3}"#;
        let ask = |budget: f64, deadline: f64| {
            let input = format!(
                r#"{{"needs": [[]], "laws": [[{law}]], "counts": [1], "simulations": 20000, "budget": {budget}, "deadline": {deadline}}}"#
            );
            python(&installed(), &input, 1).unwrap()
        };
        // 55 tokens: 5.5 seconds and 0.055 dollars an attempt, so two attempts are possible.
        let error = 5.0 * (0.51f64 * 0.49 / 20_000.0).sqrt();
        for decided in [ask(0.12, 1e3), ask(1e3, 12.0)] {
            assert_eq!(decided.simulations, 20_000);
            assert!((decided.score - 0.51).abs() < error, "{decided:?}");
        }
        assert_eq!(ask(0.05, 1e3).score, 0.0);
    }

    #[test]
    fn scores_that_are_apart_are_wrong() {
        let decided = |score| Decided { seconds: 1.0, simulations: 4, score };
        let ours: Vec<Decided> = [0.70, 0.72, 0.74, 0.72].map(decided).to_vec();
        let with = |score| {
            let theirs = Ok(vec![decided(score)]);
            wrong(&Measured { ours: ours.clone(), first: vec![1.0], theirs, call: 1.0 }).len()
        };
        assert_eq!([with(0.73), with(0.9), with(f64::NAN)], [0, 1, 1]);
    }
}
