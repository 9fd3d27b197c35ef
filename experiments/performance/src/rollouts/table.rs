//! The tables of rollouts.

use super::{Measured, Moments, Workers, Workload, synergy};
use crate::stats::{median, two_sample_z};

/// A row: our side, theirs, and the least ratio of times, theirs over ours.
struct Row {
    workers: Workers,
    ours: &'static str,
    against: &'static str,
    target: f64,
}

const HEAP: &str = "natural heap";
const SIMPY: &str = "SimPy 4.1";

const fn row(workers: Workers, ours: &'static str, against: &'static str, target: f64) -> Row {
    Row { workers, ours, against, target }
}

const ROWS: [Row; 6] = [
    row(Workers::Unlimited, synergy::AVX512, HEAP, 25.0),
    row(Workers::Unlimited, synergy::AVX512, SIMPY, 3_000.0),
    row(Workers::Limited(4), synergy::AVX512, HEAP, 7.0),
    row(Workers::Unlimited, synergy::AVX2, HEAP, 5.0),
    row(Workers::Unlimited, synergy::AVX2, SIMPY, 600.0),
    row(Workers::Limited(4), synergy::AVX2, HEAP, 3.5),
];

/// Beyond this many standard errors two sides disagree. With eighteen comparisons the false-alarm rate of a run is 1e-5.
const MOST_DEVIATIONS: f64 = 5.0;

/// Workers by their name.
pub fn name(workers: Workers) -> String {
    match workers {
        Workers::Unlimited => "unlimited workers".to_owned(),
        Workers::Limited(workers) => format!("{workers} workers"),
    }
}

/// What is simulated.
pub fn about(workload: &Workload) -> String {
    let needs: usize = workload.subtasks.iter().map(|subtask| subtask.needs.len()).sum();
    format!(
        "Rollouts: {} subtasks, {needs} dependencies, 3 samples, lognormal tokens; deadline {:.0} s, budget {:.4} USD.",
        workload.subtasks.len(),
        workload.deadline,
        workload.budget,
    )
}

fn find<'a>(results: &'a [Measured], engine: &str, workers: Workers) -> Option<&'a Measured> {
    results.iter().find(|result| result.engine == engine && result.workers == workers)
}

/// Microseconds per run, or why there are none.
fn time(results: &[Measured], engine: &str, workers: Workers) -> Result<f64, String> {
    let measured = find(results, engine, workers).ok_or_else(|| format!("{engine} was not measured"))?;
    match &measured.failed {
        Some(why) => Err(why.clone()),
        None => {
            let times: Vec<f64> =
                measured.outcomes.iter().map(|one| one.seconds * 1e6 / one.runs as f64).collect();
            Ok(median(&times))
        }
    }
}

/// All rounds of an engine together.
struct Pooled {
    runs: u64,
    completed: u64,
    makespan: Moments,
    cost: Moments,
}

fn pooled(measured: &Measured) -> Option<Pooled> {
    if measured.failed.is_some() {
        return None;
    }
    let runs: u64 = measured.outcomes.iter().map(|one| one.runs).sum();
    let completed = measured.outcomes.iter().map(|one| one.completed).sum();
    let mean = |of: fn(&super::Outcome) -> f64| {
        measured.outcomes.iter().map(|one| of(one) * one.runs as f64).sum::<f64>() / runs as f64
    };
    Some(Pooled {
        runs,
        completed,
        makespan: Moments {
            mean: mean(|one| one.makespan.mean),
            variance: mean(|one| one.makespan.variance),
        },
        cost: Moments { mean: mean(|one| one.cost.mean), variance: mean(|one| one.cost.variance) },
    })
}

/// Standard errors between an engine and the natural heap: completion, makespan, cost.
fn deviations(results: &[Measured], measured: &Measured) -> Option<[f64; 3]> {
    let (ours, theirs) = (pooled(measured)?, pooled(find(results, HEAP, measured.workers)?)?);
    let z = |a: Moments, b: Moments| {
        (a.mean - b.mean) / (a.variance / ours.runs as f64 + b.variance / theirs.runs as f64).sqrt()
    };
    Some([
        two_sample_z((ours.completed, ours.runs), (theirs.completed, theirs.runs)),
        z(ours.makespan, theirs.makespan),
        z(ours.cost, theirs.cost),
    ])
}

/// All rows, in markdown, and what the sides say.
pub fn rows(results: &[Measured]) -> String {
    let mut lines = vec![
        "| rollouts | against | ours, us per run | theirs | ratio | at least | |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    for Row { workers, ours, against, target } in &ROWS {
        let set = ours.rsplit(", ").next().unwrap_or_default();
        let head = format!("| {}, {set} | {against}", name(*workers));
        lines.push(match (time(results, ours, *workers), time(results, against, *workers)) {
            (Ok(our), Ok(their)) => {
                let ratio = their / our;
                let verdict = if ratio >= *target { "met" } else { "missed" };
                format!("{head} | {our:.4} | {their:.3} | {ratio:.1} | {target} | {verdict} |")
            }
            (Err(why), _) | (_, Err(why)) => format!("{head} | | | | {target} | skipped: {why} |"),
        });
    }
    lines.extend([
        String::new(),
        "| rollouts | engine | runs | completion | makespan, s | cost, USD | z of completion, makespan, cost |"
            .to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ]);
    for measured in results {
        let Some(Pooled { runs, completed, makespan, cost }) = pooled(measured) else { continue };
        let z = match deviations(results, measured) {
            Some([a, b, c]) if measured.engine != HEAP => format!("{a:+.2}, {b:+.2}, {c:+.2}"),
            _ => "the reference".to_owned(),
        };
        lines.push(format!(
            "| {} | {} | {:.1e} | {:.4} | {:.3} | {:.5} | {z} |",
            name(measured.workers),
            measured.engine,
            runs as f64,
            completed as f64 / runs as f64,
            makespan.mean,
            cost.mean,
        ));
    }
    lines.join("\n")
}

/// Engines that disagree with the natural heap, as sentences.
pub fn wrong(results: &[Measured]) -> Vec<String> {
    let off = |measured: &Measured| {
        if measured.engine == HEAP {
            return None;
        }
        let deviations = deviations(results, measured)?;
        // Negated, so that a NaN is wrong too.
        let right = deviations.iter().all(|z| z.abs() <= MOST_DEVIATIONS);
        (!right).then(|| {
            format!(
                "rollouts, {}: {} is off the natural heap by {deviations:.2?} standard errors in completion, makespan and cost",
                name(measured.workers),
                measured.engine,
            )
        })
    };
    results.iter().filter_map(off).collect()
}
