//! Many tests with one false-alarm rate.

/// Which of several hypotheses are rejected when the probability of rejecting any true one shall be at most `error_rate`, by their
/// p-values, whatever their dependence. NaN is no evidence: it is never rejected.
///
/// Source: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979), 65-70.
///
/// ```
/// # use sim_core::estimate::holm;
/// // 0.01 is compared with 0.05 / 4, 0.013 with 0.05 / 3; 0.03 fails against 0.05 / 2, and so does all that is larger.
/// assert_eq!(holm(&[0.03, 0.01, 0.04, 0.013], 0.05), [false, true, false, true]);
/// ```
pub fn holm(p_values: &[f64], error_rate: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    // NaN comes last.
    order.sort_by(|&a, &b| p_values[a].abs().total_cmp(&p_values[b].abs()));
    let mut rejected = vec![false; p_values.len()];
    for (rank, &at) in order.iter().enumerate() {
        let left = (p_values.len() - rank) as f64;
        let is_small = p_values[at] <= error_rate / left;
        if !is_small {
            break;
        }
        rejected[at] = true;
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Holm's paper's procedure: one large p-value stops all later ones, and all small ones pass.
    #[test]
    fn it_steps_down_from_the_smallest() {
        assert_eq!(holm(&[0.001, 0.002, 0.003], 0.05), [true, true, true]);
        assert_eq!(holm(&[0.02, 0.03, 0.9], 0.05), [false, false, false]);
        // Bonferroni would reject the first only: 0.05 / 3 = 0.0167 < 0.02 <= 0.05 / 2.
        assert_eq!(holm(&[0.01, 0.02, 0.9], 0.05), [true, true, false]);
    }

    #[test]
    fn nothing_and_nan_reject_nothing() {
        assert!(holm(&[], 0.05).is_empty());
        assert_eq!(holm(&[f64::NAN, 0.01], 0.05), [false, true]);
    }

    /// Of 2000 families of ten true hypotheses with uniform p-values, a share of at most 5 % has a rejection: 100 +- 49 at five standard errors.
    #[test]
    fn the_family_wise_error_is_kept() {
        use crate::random::{Address, Family, Purpose, Streams};
        let streams = Streams::new(3, Purpose::World, Family::common());
        let any = |family| {
            let mut stream = streams.open(Address::trial(family));
            let p: Vec<f64> = (0..10).map(|_| stream.uniform()).collect();
            holm(&p, 0.05).contains(&true)
        };
        let found = (0..2000).filter(|&family| any(family)).count();
        assert!((51..=149).contains(&found), "{found}");
    }
}
