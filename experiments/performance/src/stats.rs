//! The few statistics that the comparison needs.

/// Standard deviations between a count of successes and its expectation `trials * p`.
pub fn z_score(correct: u64, trials: u64, p: f64) -> f64 {
    let n = trials as f64;
    (correct as f64 - n * p) / (n * p * (1.0 - p)).sqrt()
}

/// Standard deviations between two shares, with the pooled variance.
pub fn two_sample_z(a: (u64, u64), b: (u64, u64)) -> f64 {
    let share = |(correct, trials): (u64, u64)| correct as f64 / trials as f64;
    let pooled = (a.0 + b.0) as f64 / (a.1 + b.1) as f64;
    let spread = pooled * (1.0 - pooled) * (1.0 / a.1 as f64 + 1.0 / b.1 as f64);
    (share(a) - share(b)) / spread.sqrt()
}

/// The middle value; of an even number the upper one. NaN for none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{median, two_sample_z, z_score};

    #[test]
    fn z_scores_by_hand() {
        assert_eq!(z_score(60, 100, 0.5), 2.0);
        // Shares 0.6 and 0.4 of 100 each: 0.2 / sqrt(0.25 * 0.02).
        assert!((two_sample_z((60, 100), (40, 100)) - 2.828_427_124_746_19).abs() < 1e-12);
    }

    #[test]
    fn median_ignores_order() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert!(median(&[]).is_nan());
    }
}
