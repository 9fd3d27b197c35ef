//! What the sampled evaluators of an organization count.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, PairedProportions, Proportion, Tally};
use thiserror::Error;

/// How often each output of an organization was right and how often it was wrong; in the other trials it abstained.
///
/// ```
/// use sim_core::estimate::{Confidence, Tally};
/// use sim_models::organization::OutputTally;
///
/// let mut tally = OutputTally::new(2);
/// tally.record_many(100, [(60, 40), (50, 30)]);
/// let estimates = tally.estimates(2, Confidence::DEFAULT);
/// // Accuracy, bias and abstention of the first output, then those of the second.
/// let values: Vec<f64> = estimates.iter().map(|estimate| estimate.value).collect();
/// assert_eq!(values, [0.6, 2.0 * 0.6 - 1.0, 0.0, 0.5, 0.2, 0.2]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Counts")]
pub struct OutputTally {
    trials: u64,
    right: Vec<u64>,
    wrong: Vec<u64>,
}

/// What is stored, before it is checked.
#[derive(Deserialize)]
struct Counts {
    trials: u64,
    right: Vec<u64>,
    wrong: Vec<u64>,
}

/// Counts that no trials leave.
#[derive(Debug, PartialEq, Error)]
enum Impossible {
    #[error("right votes of {right} outputs, but wrong ones of {wrong}")]
    Outputs { right: usize, wrong: usize },
    #[error("{trials} trials of no output")]
    NoOutputs { trials: u64 },
    #[error("output {output} has {right} right and {wrong} wrong votes in only {trials} trials")]
    TooMany { output: usize, right: u64, wrong: u64, trials: u64 },
}

impl TryFrom<Counts> for OutputTally {
    type Error = Impossible;

    fn try_from(Counts { trials, right, wrong }: Counts) -> Result<Self, Impossible> {
        if right.len() != wrong.len() {
            return Err(Impossible::Outputs { right: right.len(), wrong: wrong.len() });
        }
        if right.is_empty() && trials > 0 {
            return Err(Impossible::NoOutputs { trials });
        }
        for (output, (&right, &wrong)) in right.iter().zip(&wrong).enumerate() {
            if right.checked_add(wrong).is_none_or(|votes| votes > trials) {
                return Err(Impossible::TooMany { output, right, wrong, trials });
            }
        }
        Ok(Self { trials, right, wrong })
    }
}

impl OutputTally {
    /// No trials of this many outputs.
    pub fn new(outputs: usize) -> Self {
        Self { trials: 0, right: vec![0; outputs], wrong: vec![0; outputs] }
    }

    /// Number of outputs; 0 in a tally that has counted nothing.
    pub fn outputs(&self) -> usize {
        self.right.len()
    }

    /// Number of trials.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Trials in which an output was right.
    pub fn right(&self, output: usize) -> u64 {
        self.right[output]
    }

    /// Trials in which an output was wrong.
    pub fn wrong(&self, output: usize) -> u64 {
        self.wrong[output]
    }

    /// Trials in which an output abstained.
    pub fn abstained(&self, output: usize) -> u64 {
        self.trials - self.right[output] - self.wrong[output]
    }

    /// Counts trials: per output, in how many of them it was right and in how many wrong, together at most `trials`.
    pub fn record_many(&mut self, trials: u64, votes: impl IntoIterator<Item = (u64, u64)>) {
        self.trials += trials;
        for (output, (right, wrong)) in votes.into_iter().enumerate() {
            if output == self.outputs() {
                self.right.push(0);
                self.wrong.push(0);
            }
            debug_assert!(right + wrong <= trials);
            self.right[output] += right;
            self.wrong[output] += wrong;
        }
    }

    /// Per output accuracy, bias and abstention: the shares of trials in which it was right, right minus wrong, and without
    /// a vote. Intervals are Wilson's, and Tango's for the bias, which is a difference of two paired proportions; without any
    /// abstention that is Wilson's interval of the accuracy on the scale of biases.
    ///
    /// There are estimates of `outputs` outputs, also from a tally that has counted nothing.
    pub fn estimates(&self, outputs: usize, confidence: Confidence) -> Vec<Estimate> {
        let count = |counts: &[u64], output: usize| counts.get(output).copied().unwrap_or(0);
        let of = |output| {
            let (right, wrong) = (count(&self.right, output), count(&self.wrong, output));
            output_estimates(right, wrong, self.trials - right - wrong, confidence)
        };
        (0..outputs).flat_map(of).collect()
    }
}

fn output_estimates(right: u64, wrong: u64, abstained: u64, confidence: Confidence) -> [Estimate; 3] {
    let share = |hits: u64, others: u64| {
        let mut share = Proportion::default();
        share.record_many(hits, others);
        share.estimate(confidence)
    };
    let accuracy = share(right, wrong + abstained);
    let bias = if abstained == 0 {
        accuracy.affine(-1.0, 2.0)
    } else {
        let mut votes = PairedProportions::default();
        votes.record_many(0, right, wrong, abstained);
        votes.estimate(confidence)
    };
    [accuracy, bias, share(abstained, right + wrong)]
}

impl Tally for OutputTally {
    const EXACT: bool = true;

    fn merge(&mut self, later: &Self) {
        self.record_many(later.trials, later.right.iter().copied().zip(later.wrong.iter().copied()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(trials: u64, votes: &[(u64, u64)]) -> OutputTally {
        let mut tally = OutputTally::default();
        tally.record_many(trials, votes.iter().copied());
        tally
    }

    #[test]
    fn an_empty_tally_merges_with_any() {
        let some = tally(10, &[(6, 4), (3, 3)]);
        for mut empty in [OutputTally::default(), OutputTally::new(2)] {
            let mut other = some.clone();
            other.merge(&empty);
            assert_eq!(other, some);
            empty.merge(&some);
            assert_eq!(empty, some);
        }
        let mut sum = some.clone();
        sum.merge(&tally(5, &[(0, 5), (1, 1)]));
        assert_eq!(sum, tally(15, &[(6, 9), (4, 4)]));
        assert_eq!((sum.right(1), sum.wrong(1), sum.abstained(1)), (4, 4, 7));
    }

    #[test]
    fn without_abstentions_the_bias_is_the_accuracy_on_another_scale() {
        let found = tally(1000, &[(700, 300)]).estimates(1, Confidence::DEFAULT);
        assert_eq!(found[1], found[0].affine(-1.0, 2.0));
        assert_eq!(found[2].value, 0.0);
        // Tango's interval is the same one there, so that nothing jumps with the first abstention.
        let mut paired = PairedProportions::default();
        paired.record_many(0, 700, 300, 0);
        let tango = paired.estimate(Confidence::DEFAULT);
        assert!((tango.low - found[1].low).abs() < 1e-12 && (tango.high - found[1].high).abs() < 1e-12);
    }

    #[test]
    fn abstentions_are_neither_right_nor_wrong() {
        let found = tally(100, &[(50, 30)]).estimates(1, Confidence::DEFAULT);
        let values: Vec<f64> = found.iter().map(|estimate| estimate.value).collect();
        assert_eq!(values, [0.5, 0.2, 0.2]);
        assert!(found.iter().all(|e| e.low < e.value && e.value < e.high && e.trials == 100));
        // Fewer discordant trials than 100 make the difference surer.
        assert!(found[1].high - found[1].low < 2.0 * (found[0].high - found[0].low));
    }

    #[test]
    fn nothing_counted_says_nothing() {
        let found = OutputTally::default().estimates(2, Confidence::DEFAULT);
        assert_eq!(found.len(), 6);
        assert!(found.iter().all(|estimate| estimate.value.is_nan()));
        assert_eq!((found[1].low, found[1].high), (-1.0, 1.0));
    }

    #[test]
    fn a_damaged_store_is_refused() {
        let some = tally(10, &[(6, 4), (3, 3)]);
        let text = serde_json::to_string(&some).unwrap();
        assert_eq!(serde_json::from_str::<OutputTally>(&text).unwrap(), some);
        for (text, message) in [
            (
                r#"{"trials":10,"right":[6],"wrong":[5]}"#,
                "output 0 has 6 right and 5 wrong votes in only 10 trials",
            ),
            (r#"{"trials":10,"right":[6],"wrong":[]}"#, "right votes of 1 outputs, but wrong ones of 0"),
            (r#"{"trials":1,"right":[],"wrong":[]}"#, "1 trials of no output"),
            (
                r#"{"trials":1,"right":[18446744073709551615],"wrong":[2]}"#,
                "output 0 has 18446744073709551615 right",
            ),
            (r#"{"trials":-1,"right":[],"wrong":[]}"#, "invalid value"),
        ] {
            let error = serde_json::from_str::<OutputTally>(text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
