//! How long answers take: moments, the law that fits, and how it follows from their tokens (mechanisms B0.5).

use super::comparison::{Standing, compare};
use super::{Bootstrap, Clusters, Finding, Unit};

/// Per cluster: answers, sums of latency, its square, its logarithm and the square of that; answers with tokens, and their sums of tokens,
/// squared tokens, latency, tokens times latency and squared latency.
pub(super) const WIDTH: usize = 11;

/// A law of latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyLaw {
    /// The logarithm is normal.
    Lognormal,
    /// Gamma with the same mean and deviation.
    Gamma,
    /// Exponential with the same mean.
    Exponential,
}

impl LatencyLaw {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lognormal, Self::Gamma, Self::Exponential];

    /// The name that workflow files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lognormal => "lognormal",
            Self::Gamma => "gamma",
            Self::Exponential => "exponential",
        }
    }
}

/// The latencies of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct TimingFit {
    /// The model.
    pub model: String,
    /// The laws, best first.
    pub laws: Vec<(LatencyLaw, Standing)>,
}

/// One latency in seconds, positive, with the tokens that were written, as a row of sums.
pub(super) fn row(latency: f64, tokens: Option<f64>) -> [f64; WIDTH] {
    let log = libm::log(latency);
    let mut row = [1.0, latency, latency * latency, log, log * log, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    if let Some(tokens) = tokens {
        let squares = [tokens * tokens, latency, tokens * latency, latency * latency];
        row[5..7].copy_from_slice(&[1.0, tokens]);
        row[7..].copy_from_slice(&squares);
    }
    row
}

pub(super) fn fit(model: &str, clusters: &Clusters, bootstrap: &Bootstrap) -> (TimingFit, Vec<Finding>) {
    let names = [
        ("latency_mean", "mean time from request to answer", Unit::Seconds),
        ("latency_deviation", "standard deviation of that time", Unit::Seconds),
        ("latency_base", "time of an answer of no tokens, by linear regression", Unit::Seconds),
        ("latency_per_token", "time per token that is written, by linear regression", Unit::Seconds),
        ("latency_beside_tokens", "standard deviation of the time around that line", Unit::Seconds),
    ];
    let statistic = |totals: &[f64]| {
        let moments = Moments::of(totals);
        let (base, per_token, beside) = line(totals);
        vec![moments.mean, moments.deviation(), base, per_token, beside]
    };
    let estimates = bootstrap.estimates(clusters, names.len(), statistic);
    let findings = names
        .into_iter()
        .zip(estimates)
        .map(|((name, help, unit), estimate)| Finding::new(name, help, unit).of(model).with(estimate));
    let findings = findings.collect();
    let whole = Moments::of(&clusters.totals());
    let terms: Vec<Vec<f64>> = LatencyLaw::ALL
        .iter()
        .map(|&law| clusters.rows().map(|row| whole.log_likelihood(law, row)).collect())
        .collect();
    let mut laws: Vec<(LatencyLaw, Standing)> = LatencyLaw::ALL.into_iter().zip(compare(&terms)).collect();
    laws.sort_by(|a, b| b.1.log_likelihood.total_cmp(&a.1.log_likelihood));
    (TimingFit { model: model.to_owned(), laws }, findings)
}

/// Moments of latencies and of their logarithms.
struct Moments {
    mean: f64,
    variance: f64,
    log_mean: f64,
    log_variance: f64,
}

impl Moments {
    fn of(totals: &[f64]) -> Self {
        let n = totals[0];
        let (mean, log_mean) = (totals[1] / n, totals[3] / n);
        Self {
            mean,
            variance: (totals[2] / n - mean * mean).max(0.0),
            log_mean,
            log_variance: (totals[4] / n - log_mean * log_mean).max(0.0),
        }
    }

    fn deviation(&self) -> f64 {
        libm::sqrt(self.variance)
    }

    /// Of the latencies whose sums a row has.
    fn log_likelihood(&self, law: LatencyLaw, row: &[f64]) -> f64 {
        let [n, sum, _, logs, log_squares] = [row[0], row[1], row[2], row[3], row[4]];
        match law {
            LatencyLaw::Lognormal => {
                let variance = self.log_variance.max(1e-12);
                let squares = log_squares - 2.0 * self.log_mean * logs + n * self.log_mean * self.log_mean;
                -logs - 0.5 * n * libm::log(2.0 * std::f64::consts::PI * variance) - 0.5 * squares / variance
            }
            LatencyLaw::Gamma => {
                let shape = self.mean * self.mean / self.variance.max(1e-12 * self.mean * self.mean);
                let scale = self.mean / shape;
                (shape - 1.0) * logs - sum / scale - n * (libm::lgamma(shape) + shape * libm::log(scale))
            }
            LatencyLaw::Exponential => -n * libm::log(self.mean) - sum / self.mean,
        }
    }
}

/// Intercept and slope of latency over tokens, and the deviation around the line; NaN where no tokens are known or all are the same.
fn line(totals: &[f64]) -> (f64, f64, f64) {
    let [n, tokens, squares, latency, products] = [totals[5], totals[6], totals[7], totals[8], totals[9]];
    let spread = squares - tokens * tokens / n;
    if n < 3.0 || spread.is_nan() || spread <= 1e-9 * squares {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    let joint = products - tokens * latency / n;
    let slope = joint / spread;
    let rest = (totals[10] - latency * latency / n - slope * joint).max(0.0);
    ((latency - slope * tokens) / n, slope, libm::sqrt(rest / (n - 2.0)))
}
