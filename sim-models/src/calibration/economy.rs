//! What answers cost: money and tokens of every kind.

use super::{Bootstrap, Clusters, Finding, Observation, Unit};

/// Per cluster, for each of the quantities below: records that have it, and its sum; at last cached tokens among records that have both
/// kinds of read tokens, and the read tokens of these.
pub(super) const WIDTH: usize = 10;

const QUANTITIES: [(&str, &str, Unit); 4] = [
    ("cost_mean", "mean cost of an answer", Unit::Dollars),
    ("input_tokens_mean", "mean tokens read for an answer", Unit::Tokens),
    ("output_tokens_mean", "mean tokens written for an answer", Unit::Tokens),
    ("thinking_tokens_mean", "mean tokens thought for an answer", Unit::Tokens),
];

pub(super) fn row(record: &Observation<'_>) -> [f64; WIDTH] {
    let mut row = [0.0; WIDTH];
    let numbers = [record.cost, record.input_tokens, record.output_tokens, record.thinking_tokens];
    for (slot, number) in row.chunks_exact_mut(2).zip(numbers) {
        if let Some(number) = number {
            slot.copy_from_slice(&[1.0, number]);
        }
    }
    if let (Some(cached), Some(read)) = (record.cached_tokens, record.input_tokens) {
        row[8..].copy_from_slice(&[cached, read]);
    }
    row
}

/// Means of what the records of a model have; nothing for what none of them has.
pub(super) fn fit(model: &str, clusters: &Clusters, bootstrap: &Bootstrap) -> Vec<Finding> {
    let totals = clusters.totals();
    let statistic = |totals: &[f64]| {
        let means = totals[..8].chunks_exact(2).map(|sums| sums[1] / sums[0]);
        means.chain([totals[8] / totals[9]]).collect()
    };
    let estimates = bootstrap.estimates(clusters, 5, statistic);
    let share = ("cached_share", "share of the tokens read that came from a cache", Unit::One);
    let known = |index: usize| if index < 4 { totals[2 * index] > 0.0 } else { totals[9] > 0.0 };
    QUANTITIES
        .into_iter()
        .chain([share])
        .zip(estimates)
        .enumerate()
        .filter(|(index, _)| known(*index))
        .map(|(_, ((name, help, unit), estimate))| Finding::new(name, help, unit).of(model).with(estimate))
        .collect()
}
