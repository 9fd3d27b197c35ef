//! How accurate votes of the log's own answers are.

use super::{Bootstrap, Clusters, Votes};
use sim_core::estimate::Estimate;

/// Largest vote that is replayed.
pub const LARGEST_VOTE: u32 = 15;

/// Accuracy of a majority of some siblings.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayedVote {
    /// Number of siblings that vote.
    pub size: u32,
    /// Probability that more than half of them are right, over all choices of the siblings.
    pub accuracy: Result<Estimate, String>,
}

/// Accuracy of votes of 1, 3, 5, ... siblings: in every group of at least so many, the mean over all subsets of that size.
pub(super) fn replay(votes: &Votes, bootstrap: &Bootstrap) -> Vec<ReplayedVote> {
    let largest = votes.questions.iter().flat_map(|question| question.groups()).map(|(size, _)| size).max();
    let sizes: Vec<u32> = (1..=largest.unwrap_or(0).min(LARGEST_VOTE)).step_by(2).collect();
    let mut clusters = Clusters::new(2 * sizes.len());
    for (index, question) in votes.answered() {
        let mut row = vec![0.0; 2 * sizes.len()];
        for (members, right) in question.groups() {
            for (slot, &size) in row.chunks_exact_mut(2).zip(&sizes) {
                if size <= members {
                    slot[0] += 1.0;
                    slot[1] += majority_of_subset(members, right, size);
                }
            }
        }
        clusters.add(index, &row);
    }
    let ratios = |totals: &[f64]| totals.chunks_exact(2).map(|sums| sums[1] / sums[0]).collect();
    let estimates = bootstrap.estimates(&clusters, sizes.len(), ratios);
    sizes.into_iter().zip(estimates).map(|(size, accuracy)| ReplayedVote { size, accuracy }).collect()
}

/// Probability that more than half of `size` siblings are right, drawn without replacement from `members` of which `right` are right:
/// a hypergeometric tail.
fn majority_of_subset(members: u32, right: u32, size: u32) -> f64 {
    // The mass of the least possible number of right ones, and ratios from there.
    let wrong = members - right;
    let least = size.saturating_sub(wrong);
    let most = size.min(right);
    let mut masses = vec![1.0];
    for k in least..most {
        let last = masses[masses.len() - 1];
        let up = f64::from(right - k) * f64::from(size - k);
        let down = f64::from(k + 1) * f64::from(wrong + k + 1 - size);
        masses.push(last * up / down);
    }
    let total: f64 = masses.iter().sum();
    let tail: f64 = (least..).zip(&masses).filter(|(k, _)| 2 * k > size).map(|(_, mass)| mass).sum();
    tail / total
}

#[cfg(test)]
mod tests {
    use super::majority_of_subset;

    /// Against counting all subsets.
    #[test]
    fn subsets_are_counted() {
        for members in 1..9u32 {
            for right in 0..=members {
                for size in (1..=members).step_by(2) {
                    let (mut all, mut majorities) = (0, 0);
                    for subset in 0u32..1 << members {
                        if subset.count_ones() == size {
                            all += 1;
                            let correct = (subset & ((1 << right) - 1)).count_ones();
                            majorities += u32::from(2 * correct > size);
                        }
                    }
                    let exact = f64::from(majorities) / f64::from(all);
                    assert!((majority_of_subset(members, right, size) - exact).abs() < 1e-12);
                }
            }
        }
    }
}
