//! How good a checker's verdicts are (mechanisms B0.7).

use super::{Bootstrap, Clusters, Finding, Unit};

/// Per cluster: right answers, right and accepted, wrong answers, wrong and accepted.
pub(super) const WIDTH: usize = 4;

/// Rates of acceptance, and what retrying until acceptance brings: with accuracy `p`, rates `t` and `f`,
/// P(right | accepted) = `pt/(pt + (1-p)f)` after `1/(pt + (1-p)f)` tries on average.
pub(super) fn fit(clusters: &Clusters, bootstrap: &Bootstrap) -> Vec<Finding> {
    let names = [
        ("checker_true_positive_rate", "share of right answers that the checker accepts"),
        ("checker_false_positive_rate", "share of wrong answers that the checker accepts"),
        ("checker_precision", "share of accepted answers that are right"),
        ("checker_tries", "answers until one is accepted, on average over independent retries"),
    ];
    let statistic = |totals: &[f64]| {
        let [right, kept, wrong, slipped] = [totals[0], totals[1], totals[2], totals[3]];
        vec![kept / right, slipped / wrong, kept / (kept + slipped), (right + wrong) / (kept + slipped)]
    };
    let estimates = bootstrap.estimates(clusters, names.len(), statistic);
    let findings = names.into_iter().zip(estimates);
    findings.map(|((name, help), estimate)| Finding::new(name, help, Unit::One).with(estimate)).collect()
}
