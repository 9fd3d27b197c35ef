//! Which totals the votes of one agent can have.

use super::super::{Answers, IntegerWeights};

/// What is known beforehand of the inputs to one decision.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub(super) weights: &'a IntegerWeights,
    /// Whether each input can be missing.
    pub(super) missable: &'a [bool],
}

impl Inputs<'_> {
    /// Whether all inputs can be missing at once.
    pub(super) fn may_all_miss(&self) -> bool {
        self.missable.iter().all(|&missable| missable)
    }

    fn missable_count(&self) -> usize {
        self.missable.iter().filter(|&&missable| missable).count()
    }

    /// How right and wrong votes can weigh the same, if they can. Where the search would take too long, they are taken to.
    pub(super) fn may_be_even(&self) -> Option<String> {
        let (count, optional) = (self.missable.len(), self.missable_count());
        if self.weights.total() == 0 {
            return Some(format!("{count} votes without weight"));
        }
        if self.weights.are_equal() {
            return match optional {
                0 if count % 2 == 1 => None,
                0 => Some(format!("{count} votes of equal weight")),
                _ => Some(format!("{optional} of {count} votes can be missing")),
            };
        }
        let described = || match optional {
            0 => format!("weights of {count} votes that can sum to halves"),
            _ => format!("weights that can sum to halves where {optional} of {count} votes can be missing"),
        };
        self.may_balance().then(described)
    }

    /// Whether a sum of the weights with signs, 0 allowed for inputs that can be missing, is 0: the distances from 0 that can be
    /// reached, heaviest inputs first; one that the remaining inputs cannot take back is dropped.
    fn may_balance(&self) -> bool {
        const MOST_STEPS: usize = 1 << 16;
        let mut inputs: Vec<(u64, bool)> =
            self.weights.of().iter().copied().zip(self.missable.iter().copied()).collect();
        inputs.sort_unstable_by(|a, b| b.cmp(a));
        let mut remaining = self.weights.total();
        let mut reached = vec![0_u64];
        let mut steps = 0;
        for (weight, missable) in inputs {
            steps += reached.len();
            if steps > MOST_STEPS {
                return true;
            }
            remaining -= weight;
            let nexts = reached.iter().flat_map(|&at| {
                [Some(at + weight), Some(at.abs_diff(weight)), missable.then_some(at)].into_iter().flatten()
            });
            reached = nexts.filter(|&at| at <= remaining).collect();
            reached.sort_unstable();
            reached.dedup();
        }
        reached.first() == Some(&0)
    }

    /// Whether the heaviest answer can weigh less than `needed` of those present, or none be present. Unlike weights are taken to
    /// allow it.
    pub(super) fn may_lack(&self, needed: impl Fn(u64) -> u64, answers: Answers) -> bool {
        let (count, optional) = (self.missable.len() as u64, self.missable_count() as u64);
        if count == 1 && optional == 0 {
            return false;
        }
        let votes_of_leader = |present: u64| present.div_ceil(answers.count() as u64);
        let lacks = |present| present == 0 || votes_of_leader(present) < needed(present);
        !self.weights.are_equal() || (count - optional..=count).any(lacks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(weights: &[f64], missable: &[bool]) -> bool {
        let weights = IntegerWeights::new(weights);
        Inputs { weights: &weights, missable }.may_be_even().is_some()
    }

    /// All signs of all inputs, one by one.
    fn even_by_enumeration(weights: &[u64], missable: &[bool]) -> bool {
        let mut sums = vec![0_i64];
        for (&weight, &missable) in weights.iter().zip(missable) {
            let weight = weight as i64;
            let options = if missable { vec![-weight, 0, weight] } else { vec![-weight, weight] };
            sums = sums.iter().flat_map(|sum| options.iter().map(move |step| sum + step)).collect();
        }
        sums.contains(&0)
    }

    #[test]
    fn all_small_inputs_are_told_even_as_enumeration_does() {
        for code in 0..5_usize.pow(4) * 16 {
            let weights: Vec<u64> = (0..4).map(|i| (code / 16 / 5_usize.pow(i) % 5) as u64).collect();
            let missable: Vec<bool> = (0..4).map(|i| code >> i & 1 == 1).collect();
            if weights.iter().all(|&weight| weight == 0) {
                continue;
            }
            let real: Vec<f64> = weights.iter().map(|&weight| weight as f64).collect();
            assert_eq!(
                even(&real, &missable),
                even_by_enumeration(&weights, &missable),
                "{weights:?} {missable:?}"
            );
        }
    }

    #[test]
    fn many_inputs_are_judged_in_no_time() {
        // 1 + 2 + 4 + ... is never even; a hundred weights without a common measure are taken to be.
        let powers: Vec<f64> = (0..15).map(|i| f64::from(1 << i)).collect();
        assert!(!even(&powers, &[false; 15]));
        let roots: Vec<f64> = (2..102).map(|i| f64::from(i).sqrt()).collect();
        assert!(even(&roots, &[false; 100]));
    }
}
