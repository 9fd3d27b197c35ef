//! Success, latency and tokens of every subtask of a workflow with every model.

use sim_core::estimate::{Confidence, Estimate, Interval, Proportion};

use super::{Bootstrap, Clusters};

/// Per cluster: attempts, successes, attempts with latency, sums of latency and its square, attempts with tokens, sums of tokens and their
/// square.
pub(super) const WIDTH: usize = 8;

/// One subtask tried by one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The subtask.
    pub subtask: String,
    /// The model that tried it.
    pub model: String,
    /// Attempts.
    pub attempts: u64,
    /// Probability that an attempt succeeds, over all attempts, those that were given up too.
    pub success: Estimate,
    /// Mean and standard deviation of the latency in seconds.
    pub latency: Option<(f64, f64)>,
    /// Mean and standard deviation of the tokens that were written.
    pub tokens: Option<(f64, f64)>,
}

/// One attempt as a row of sums.
pub(super) fn row(right: bool, latency: Option<f64>, tokens: Option<f64>) -> [f64; WIDTH] {
    let mut row = [0.0; WIDTH];
    row[0] = 1.0;
    row[1] = f64::from(u8::from(right));
    if let Some(x) = latency {
        row[2..5].copy_from_slice(&[1.0, x, x * x]);
    }
    if let Some(x) = tokens {
        row[5..].copy_from_slice(&[1.0, x, x * x]);
    }
    row
}

pub(super) fn fit(subtask: &str, model: &str, clusters: &Clusters, bootstrap: &Bootstrap) -> Step {
    let totals = clusters.totals();
    let share = |totals: &[f64]| vec![totals[1] / totals[0]];
    let resampled = bootstrap.estimates(clusters, 1, share).into_iter().next();
    let success = match resampled {
        // Where all attempts end alike, no resample differs.
        Some(Ok(estimate)) if estimate.high > estimate.low => estimate,
        _ => alike(&totals, bootstrap.confidence),
    };
    Step {
        subtask: subtask.to_owned(),
        model: model.to_owned(),
        attempts: totals[0] as u64,
        success,
        latency: moments(&totals[2..5]),
        tokens: moments(&totals[5..]),
    }
}

/// Wilson's interval, as if attempts were independent.
fn alike(totals: &[f64], confidence: Confidence) -> Estimate {
    let mut tally = Proportion::default();
    tally.record_many(totals[1] as u64, (totals[0] - totals[1]) as u64);
    let interval = tally.wilson(confidence);
    let interval = Interval { low: interval.low, high: interval.high };
    Estimate::new(tally.value(), interval, confidence, tally.trials())
}

fn moments(sums: &[f64]) -> Option<(f64, f64)> {
    let [n, sum, squares] = *sums else { return None };
    let mean = sum / n;
    let variance = if n > 1.0 { (squares - n * mean * mean) / (n - 1.0) } else { 0.0 };
    (n > 0.0).then(|| (mean, libm::sqrt(variance.max(0.0))))
}
