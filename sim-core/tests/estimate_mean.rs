//! Means, covariances, ratios and real-valued differences.

use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use sim_core::estimate::{
    Confidence, Covariance, Interval, Mean, PairedDifference, Ratio, Tally, binomial_tails,
};
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::statistics::Statistics;

/// False-alarm rate of each statistical check in this file; the four share half of the crate's 1e-6.
const ALARM: f64 = 1.25e-7;

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * (1.0 + expected.abs())
}

/// Standard normal numbers, by an inversion that is not the engine's own.
struct Normals(Xoshiro256PlusPlus, Normal);

impl Normals {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed), Normal::standard())
    }

    fn draw(&mut self) -> f64 {
        let uniform = ((self.0.next_u64() >> 11) as f64 + 0.5) / 2.0_f64.powi(53);
        self.1.inverse_cdf(uniform)
    }
}

/// Fails if `covered` of `trials` contradicts a coverage of 95 %.
fn assert_coverage_of_95(covered: u64, trials: u64) {
    let p_value = binomial_tails(covered, trials, 0.95).two_sided();
    assert!(p_value > ALARM, "covered {covered} of {trials}, p = {p_value:e}");
}

fn mean_of(values: &[f64]) -> Mean {
    let mut tally = Mean::default();
    values.iter().for_each(|&x| tally.record(x));
    tally
}

fn covariance_of(pairs: &[(f64, f64)]) -> Covariance {
    let mut tally = Covariance::default();
    pairs.iter().for_each(|&(x, y)| tally.record(x, y));
    tally
}

#[test]
fn student_interval_covers_small_normal_samples_exactly() {
    let mut normals = Normals::new(1);
    let (trials, mut covered) = (40_000, 0);
    for _ in 0..trials {
        let mut tally = Mean::default();
        (0..4).for_each(|_| tally.record(3.0 + 2.0 * normals.draw()));
        covered += u64::from(tally.student_t(Confidence::DEFAULT).contains(3.0));
    }
    assert_coverage_of_95(covered, trials);
}

#[test]
fn fisher_interval_covers_the_correlation_of_normal_pairs() {
    let mut normals = Normals::new(2);
    let (trials, mut covered) = (20_000, 0);
    for _ in 0..trials {
        let mut tally = Covariance::default();
        // Few pairs, so that the 3 in n - 3 matters; the approximation itself is good to 0.2 % here.
        for _ in 0..12 {
            let (x, noise) = (normals.draw(), normals.draw());
            tally.record(x, 0.28 * x + 0.96 * noise);
        }
        covered += u64::from(tally.fisher_z(Confidence::DEFAULT).contains(0.28));
    }
    assert_coverage_of_95(covered, trials);
}

#[test]
fn fieller_interval_covers_the_ratio_of_normal_means_exactly() {
    let mut normals = Normals::new(3);
    let (trials, mut covered, mut unbounded) = (40_000, 0, 0);
    for _ in 0..trials {
        let mut tally = Ratio::default();
        for _ in 0..8 {
            let (x, noise) = (normals.draw(), normals.draw());
            // The means are 6 and 2; the denominator is often not bounded away from zero.
            tally.record(6.0 + x + noise, 2.0 + 1.5 * x);
        }
        let interval = tally.fieller(Confidence::DEFAULT);
        if interval == Interval::UNBOUNDED {
            unbounded += 1;
        }
        covered += u64::from(interval.contains(3.0));
    }
    // Unbounded intervals always cover, where Fieller's set of two rays sometimes does not.
    let tails = binomial_tails(covered, trials, 0.95);
    assert!(tails.at_most > ALARM && covered < trials * 97 / 100, "covered {covered} of {trials}");
    assert!(unbounded > 0 && unbounded < trials / 4, "{unbounded}");
}

#[test]
fn paired_interval_is_valid_and_narrower_under_common_random_numbers() {
    let mut normals = Normals::new(4);
    let (trials, mut covered) = (20_000, 0);
    for _ in 0..trials {
        let (mut paired, mut first) = (PairedDifference::default(), Mean::default());
        for _ in 0..6 {
            let (common, noise) = (10.0 * normals.draw(), normals.draw());
            paired.record(common + noise + 0.5, common);
            first.record(common + noise + 0.5);
        }
        assert!(paired.differences().standard_error() < first.standard_error());
        covered += u64::from(paired.student_t(Confidence::DEFAULT).contains(0.5));
    }
    assert_coverage_of_95(covered, trials);
}

#[test]
fn fieller_interval_is_the_set_of_ratios_that_a_t_test_accepts() {
    let mut normals = Normals::new(5);
    for _ in 0..100 {
        let pairs: Vec<(f64, f64)> =
            (0..12).map(|_| (40.0 + 9.0 * normals.draw(), 10.0 + 3.0 * normals.draw())).collect();
        let mut ratio = Ratio::default();
        pairs.iter().for_each(|&(y, x)| ratio.record(y, x));
        let interval = ratio.fieller(Confidence::DEFAULT);
        for end in [interval.low, interval.high] {
            let residuals: Vec<f64> = pairs.iter().map(|(y, x)| y - end * x).collect();
            let test = mean_of(&residuals).student_t(Confidence::DEFAULT);
            let margin = test.low.abs().min(test.high.abs());
            assert!(margin < 1e-10, "{interval:?}: the t interval at {end} is {test:?}");
        }
    }
}

#[test]
fn intervals_are_as_wide_as_can_be_where_the_data_say_nothing() {
    let pairs = [(1.0, 2.0), (2.0, 2.5), (3.0, 5.0)];
    let all = Interval { low: -1.0, high: 1.0 };
    assert_eq!(Mean::default().student_t(Confidence::DEFAULT), Interval::UNBOUNDED);
    assert!(Mean::default().value().is_nan());
    assert_eq!(mean_of(&[3.0]).student_t(Confidence::DEFAULT), Interval::UNBOUNDED);
    assert_eq!(mean_of(&[3.0]).value(), 3.0);
    assert_eq!(covariance_of(&pairs).fisher_z(Confidence::DEFAULT), all);
    assert_eq!(covariance_of(&[(1.0, 5.0); 9]).fisher_z(Confidence::DEFAULT), all);
    assert_eq!(Ratio::default().fieller(Confidence::DEFAULT), Interval::UNBOUNDED);
}

#[test]
fn a_value_that_is_not_finite_is_counted_and_unbounds_the_interval() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let tally = mean_of(&[1.0, 2.0, bad, 3.0]);
        assert_eq!((tally.value(), tally.trials(), tally.not_finite()), (2.0, 4, 1));
        assert_eq!(tally.student_t(Confidence::DEFAULT), Interval::UNBOUNDED);
        let mut merged = mean_of(&[1.0, 2.0, 3.0]);
        merged.merge(&mean_of(&[bad]));
        assert_eq!((merged.value(), merged.not_finite()), (2.0, 1));
        let pairs = covariance_of(&[(1.0, 1.0), (2.0, bad), (2.0, 3.0)]);
        assert_eq!((pairs.means(), pairs.not_finite()), ((1.5, 2.0), 1));
    }
    assert_eq!(mean_of(&[1e300, -1e300]).student_t(Confidence::DEFAULT), Interval::UNBOUNDED);
}

#[test]
fn deviations_survive_a_large_offset() {
    let tally = mean_of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
    assert_eq!((tally.value(), tally.variance()), (1e9 + 10.0, 30.0));
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1e6..1e6_f64, 2..60)
}

proptest! {
    #[test]
    fn moments_agree_with_two_passes(x in values(), y in values()) {
        let pairs: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let (mean, both) = (mean_of(&x), covariance_of(&pairs));
        prop_assert!(close(mean.value(), x.clone().mean(), 1e-12));
        prop_assert!(close(mean.variance(), x.clone().variance(), 1e-12));
        prop_assert!(close(both.variances().1, y.clone().variance(), 1e-12));
        let scale = (both.variances().0 * both.variances().1).sqrt();
        prop_assert!((both.covariance() - x.clone().covariance(y.clone())).abs() <= 1e-11 * (1.0 + scale));
        prop_assert!(both.correlation().is_nan() || both.correlation().abs() <= 1.0);
    }

    #[test]
    fn merging_is_recording(x in values(), cut in 0..60_usize) {
        let pairs: Vec<(f64, f64)> = x.iter().map(|&x| (x, x * x / 1e6)).collect();
        let cut = cut.min(x.len());
        let mut mean = mean_of(&x[..cut]);
        mean.merge(&mean_of(&x[cut..]));
        prop_assert_eq!(mean.trials(), x.len() as u64);
        prop_assert!(close(mean.value(), mean_of(&x).value(), 1e-12));
        prop_assert!(close(mean.variance(), mean_of(&x).variance(), 1e-12));
        let mut both = covariance_of(&pairs[..cut]);
        both.merge(&covariance_of(&pairs[cut..]));
        let whole = covariance_of(&pairs);
        prop_assert!(close(both.means().1, whole.means().1, 1e-12));
        prop_assert!(close(both.variances().0, whole.variances().0, 1e-12));
        prop_assert!(close(both.variances().1, whole.variances().1, 1e-12));
        let scale = (whole.variances().0 * whole.variances().1).sqrt();
        prop_assert!((both.covariance() - whole.covariance()).abs() <= 1e-11 * (1.0 + scale));
    }

    #[test]
    fn merging_with_nothing_changes_no_bit(x in values()) {
        let (mean, ratio) = (mean_of(&x), covariance_of(&[(x[0], x[1])]));
        for (mut left, right) in [(mean, Mean::default()), (Mean::default(), mean)] {
            left.merge(&right);
            prop_assert_eq!(left, mean);
        }
        for (mut left, right) in [(ratio, Covariance::default()), (Covariance::default(), ratio)] {
            left.merge(&right);
            prop_assert_eq!(left, ratio);
        }
    }

    #[test]
    fn storage_is_exact(x in values()) {
        let mut paired = PairedDifference::default();
        x.iter().for_each(|&x| paired.record(x, 0.1 * x));
        let mut ratio = Ratio::default();
        x.iter().for_each(|&x| ratio.record(x, 0.3 + x));
        prop_assert_eq!(serde_json::from_str::<PairedDifference>(&serde_json::to_string(&paired)?)?, paired);
        prop_assert_eq!(serde_json::from_str::<Ratio>(&serde_json::to_string(&ratio)?)?, ratio);
    }

    #[test]
    fn intervals_hold_the_value_and_grow_with_confidence(x in values(), c in 0.01..0.99) {
        let (low, high) = (Confidence::new(c)?, Confidence::new(c + 0.009)?);
        let mut ratio = Ratio::default();
        x.iter().for_each(|&x| ratio.record(x, 1e6 + x));
        let mean = mean_of(&x);
        for (value, narrow, wide) in [
            (mean.value(), mean.student_t(low), mean.student_t(high)),
            (ratio.value(), ratio.fieller(low), ratio.fieller(high)),
        ] {
            prop_assert!(narrow.contains(value), "{value} {narrow:?}");
            prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high, "{narrow:?} {wide:?}");
        }
    }
}

/// JSON has neither infinities nor NaN; what overflowed must come back all the same, or a stored run is lost.
#[test]
fn moments_that_overflowed_survive_being_stored() {
    for values in [vec![1e200, -1e200], vec![1e308, -1e308, 1e308], vec![0.1, 1e160, 3.0], vec![0.1, 0.2]] {
        let mean = mean_of(&values);
        let stored = serde_json::to_string(&mean).unwrap();
        let again: Mean = serde_json::from_str(&stored).unwrap();
        // Not `==`, because a NaN is not equal to itself.
        assert_eq!(format!("{again:?}"), format!("{mean:?}"), "{stored}");
        let pairs = covariance_of(&values.iter().map(|&x| (x, -2.0 * x)).collect::<Vec<_>>());
        let stored = serde_json::to_string(&pairs).unwrap();
        let again: Covariance = serde_json::from_str(&stored).unwrap();
        assert_eq!(format!("{again:?}"), format!("{pairs:?}"), "{stored}");
    }
    for wrong in ["null", "\"many\"", "[]"] {
        let stored = format!(r#"{{"count":2,"mean":{wrong},"squares":1.0,"not_finite":0}}"#);
        assert!(serde_json::from_str::<Mean>(&stored).is_err(), "{stored}");
    }
}

/// Values recorded together give the moments of values recorded one by one; those that are not finite are counted apart.
#[test]
fn values_can_be_recorded_together() {
    let values: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 97) + 1e6).collect();
    let (mut together, mut singly) = (Mean::default(), Mean::default());
    together.record_all(&values[..300]);
    together.record_all(&[]);
    together.record_all(&values[300..]);
    values.iter().for_each(|&value| singly.record(value));
    assert_eq!(together.trials(), 1000);
    assert!((together.value() / singly.value() - 1.0).abs() < 1e-14);
    assert!((together.variance() / singly.variance() - 1.0).abs() < 1e-9);
    together.record_all(&[1.0, f64::NAN, f64::INFINITY]);
    assert_eq!((together.trials(), together.not_finite()), (1003, 2));
}
