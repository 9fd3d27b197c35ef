//! Quantiles from the histogram, against sorted samples and known distributions.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use sim_core::estimate::{Confidence, Interval, Quantiles, Resolution, Tally, binomial_tails};

/// False-alarm rate of each statistical check in this file; the three share half of the crate's 1e-6.
const ALARM: f64 = 1.6e-7;

fn tally_of(values: &[f64]) -> Quantiles {
    let mut tally = Quantiles::default();
    values.iter().for_each(|&x| tally.record(x));
    tally
}

fn resolution(bits: u32) -> Resolution {
    Resolution::try_from(bits).unwrap()
}

#[test]
fn interval_covers_the_quantile_of_an_exponential() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(6);
    for (q, n) in [(0.5, 51), (0.9, 200), (0.99, 1000)] {
        let (runs, mut covered) = (4000, 0);
        for _ in 0..runs {
            let mut tally = Quantiles::with_resolution(resolution(16));
            for _ in 0..n {
                let uniform = ((random.next_u64() >> 11) as f64 + 0.5) / 2.0_f64.powi(53);
                tally.record(-uniform.ln());
            }
            let exact = -(1.0_f64 - q).ln();
            covered += u64::from(tally.order_statistics(q, Confidence::DEFAULT).contains(exact));
        }
        // At least the stated confidence, and not more than whole ranks make necessary.
        assert!(binomial_tails(covered, runs, 0.95).at_most > ALARM, "q = {q}: {covered} of {runs}");
        assert!(covered < runs * 98 / 100, "q = {q}: {covered} of {runs}");
    }
}

#[test]
fn ranks_are_those_of_the_published_table() {
    // H. A. David and H. N. Nagaraja, Order Statistics (3rd ed.), and any table of the sign test: the 95 %
    // interval of a median runs from rank 2 to 9 of 10, 6 to 15 of 20, and 40 to 61 of 100.
    for (n, low, high) in [(10, 2, 9), (20, 6, 15), (100, 40, 61)] {
        let mut tally = Quantiles::with_resolution(resolution(16));
        (1..=n).for_each(|rank| tally.record(f64::from(rank)));
        let interval = tally.order_statistics(0.5, Confidence::DEFAULT);
        assert_eq!(interval.low, f64::from(low), "n = {n}");
        assert!(interval.high > f64::from(high) && interval.high < f64::from(high) + 0.01, "n = {n}");
    }
}

#[test]
fn few_trials_leave_an_end_open() {
    let tally = tally_of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(tally.order_statistics(0.5, Confidence::DEFAULT), Interval::UNBOUNDED);
    let high = tally.order_statistics(0.01, Confidence::DEFAULT);
    assert!(high.low == f64::NEG_INFINITY && high.high < 2.1, "{high:?}");
    assert_eq!(Quantiles::default().order_statistics(0.5, Confidence::DEFAULT), Interval::UNBOUNDED);
    assert!(Quantiles::default().value(0.5).is_nan());
    assert!(tally.value(-0.1).is_nan() && tally.value(f64::NAN).is_nan());
}

#[test]
fn zero_signs_and_magnitudes_out_of_range_are_counted_honestly() {
    let mut tally = tally_of(&[-1e30, -2.0, -1e-30, -0.0, 0.0, 1e-30, 2.0, 1e30, f64::INFINITY]);
    assert_eq!((tally.trials(), tally.out_of_range()), (9, (1, 2)));
    assert_eq!(tally.value(0.0), f64::NEG_INFINITY);
    assert_eq!(tally.value(0.5), 0.0);
    assert!((tally.value(7.0 / 9.0) - 2.0).abs() < 0.01 && (tally.value(2.0 / 9.0) + 2.0).abs() < 0.01);
    assert!(tally.value(6.0 / 9.0) > 0.0 && tally.value(6.0 / 9.0) < 1e-19);
    assert_eq!(tally.value(1.0), f64::INFINITY);
    tally.record(f64::NAN);
    assert_eq!((tally.trials(), tally.not_a_number()), (10, 1));
    assert_eq!(tally.order_statistics(0.5, Confidence::DEFAULT), Interval::UNBOUNDED);
}

#[test]
fn a_constant_has_itself_in_its_interval() {
    for x in [0.0, 1.0, -7.25, 1e-10, 3e18] {
        let estimate = tally_of(&[x; 100]).estimate(0.3, Confidence::DEFAULT);
        assert!(estimate.low <= x && x <= estimate.high, "{x}: {estimate:?}");
        assert!(estimate.high - estimate.low <= 0.0079 * x.abs(), "{x}: {estimate:?}");
    }
}

#[test]
fn memory_is_bounded() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut tally = Quantiles::default();
    for _ in 0..400_000 {
        tally.record(f64::from_bits(random.next_u64()));
    }
    let stored = serde_json::to_value(&tally).unwrap();
    assert!(stored["counts"].as_object().unwrap().len() <= 32_773);
    assert_eq!(serde_json::from_value::<Quantiles>(stored).unwrap(), tally);
}

#[test]
fn storage_is_checked() {
    let error =
        serde_json::from_str::<Quantiles>(r#"{"resolution":7,"counts":{"-2147483648":1},"not_a_number":0}"#);
    assert!(error.unwrap_err().to_string().contains("lies outside -16386..=16386"));
    let error = serde_json::from_str::<Quantiles>(r#"{"resolution":60,"counts":{},"not_a_number":0}"#);
    assert!(error.unwrap_err().to_string().contains("between 1 and 16; found 60"));
}

/// Values of either sign over forty orders of magnitude.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        1 => Just(0.0),
        8 => (-19.0..19.0, any::<bool>()).prop_map(|(exponent, negative)| {
            let magnitude = 10.0_f64.powf(exponent);
            if negative { -magnitude } else { magnitude }
        }),
    ]
}

proptest! {
    #[test]
    fn quantiles_are_those_of_the_sorted_sample(mut x in prop::collection::vec(value(), 1..80), q in 0.0..=1.0, bits in 1..=16_u32) {
        let mut tally = Quantiles::with_resolution(resolution(bits));
        x.iter().for_each(|&x| tally.record(x));
        x.sort_by(f64::total_cmp);
        let rank = (f64::ceil(q * x.len() as f64) as usize).clamp(1, x.len());
        let (found, exact) = (tally.value(q), x[rank - 1]);
        let width = tally.resolution().relative_width();
        prop_assert!((found - exact).abs() <= 0.5 * width * exact.abs(), "{found} for {exact}");
    }

    #[test]
    fn interval_holds_the_value_and_grows(x in prop::collection::vec(value(), 1..80), q in 0.0..=1.0, level in 0.01..0.99) {
        let tally = tally_of(&x);
        let (narrow, wide) = (tally.order_statistics(q, Confidence::new(level)?), tally.order_statistics(q, Confidence::new(level + 0.009)?));
        prop_assert!(narrow.contains(tally.value(q)), "{narrow:?} {}", tally.value(q));
        prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
    }

    #[test]
    fn merging_is_recording_in_any_order_and_grouping(x in prop::collection::vec(value(), 0..60), y in prop::collection::vec(value(), 0..60)) {
        let both: Vec<f64> = x.iter().chain(&y).copied().collect();
        let (mut forward, mut backward) = (tally_of(&x), tally_of(&y));
        forward.merge(&tally_of(&y));
        backward.merge(&tally_of(&x));
        prop_assert_eq!(&forward, &tally_of(&both));
        prop_assert_eq!(&forward, &backward);
        prop_assert_eq!(serde_json::from_str::<Quantiles>(&serde_json::to_string(&forward)?)?, forward);
    }

    #[test]
    fn unlike_resolutions_merge_at_the_coarser_one(x in prop::collection::vec(value(), 1..60), fine in 5..=16_u32, coarse in 1..5_u32) {
        let at = |bits: u32| {
            let mut tally = Quantiles::with_resolution(resolution(bits));
            x.iter().for_each(|&x| tally.record(x));
            tally
        };
        let mut twice = at(coarse);
        twice.merge(&at(coarse));
        let (mut first, mut second) = (at(fine), at(coarse));
        first.merge(&at(coarse));
        second.merge(&at(fine));
        prop_assert_eq!(&first, &twice);
        prop_assert_eq!(&second, &twice);
        let mut untouched = at(fine);
        untouched.merge(&Quantiles::default());
        prop_assert_eq!(untouched, at(fine));
    }
}
