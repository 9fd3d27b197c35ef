//! The interval of a difference between paired proportions.

use proptest::prelude::*;
use sim_core::estimate::{Confidence, Interval, PairedProportions, Tally};
use statrs::function::factorial::ln_factorial;

fn tally(only_first: u64, only_second: u64, trials: u64) -> PairedProportions {
    let mut tally = PairedProportions::default();
    tally.record_many(trials - only_first - only_second, only_first, only_second, 0);
    tally
}

#[test]
fn published_example() {
    // Airway hyper-responsiveness before and after transplantation: 1 and 7 discordant pairs of 21.
    // Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), 2850-2875.
    let interval = tally(1, 7, 21).tango(Confidence::DEFAULT);
    assert!((interval.low + 0.517).abs() < 5e-4 && (interval.high + 0.026).abs() < 5e-4, "{interval:?}");
}

#[test]
fn without_discordant_pairs_the_width_is_that_of_wilson_at_zero() {
    for n in [1, 50, 1000, 1_000_000_000] {
        let pairs = tally(0, 0, n);
        let interval = pairs.tango(Confidence::DEFAULT);
        let wilson = pairs.first().wilson(Confidence::DEFAULT);
        assert!((interval.high / (1.0 - wilson.low) - 1.0).abs() < 1e-7, "{n}: {interval:?}");
        assert!((interval.low + interval.high).abs() < 1e-15 * interval.high.abs().max(1e-3));
    }
}

/// Probability that the interval covers the difference, by summing over all discordant counts.
fn coverage(n: u64, first: f64, second: f64, intervals: &[Vec<Interval>]) -> f64 {
    let difference = first - second;
    let concordant = 1.0 - first - second;
    let mut covered = 0.0;
    for (b, row) in intervals.iter().enumerate() {
        for (c, interval) in row.iter().enumerate() {
            let (b, c) = (b as u64, c as u64);
            let ways = ln_factorial(n) - ln_factorial(b) - ln_factorial(c) - ln_factorial(n - b - c);
            if interval.low <= difference && difference <= interval.high {
                let logarithm = ways
                    + b as f64 * first.ln()
                    + c as f64 * second.ln()
                    + (n - b - c) as f64 * concordant.ln();
                covered += logarithm.exp();
            }
        }
    }
    covered
}

#[test]
fn coverage_is_near_the_stated_one_and_never_collapses() {
    let n = 40;
    let intervals: Vec<Vec<Interval>> =
        (0..=n).map(|b| (0..=n - b).map(|c| tally(b, c, n).tango(Confidence::DEFAULT)).collect()).collect();
    let (mut sum, mut worst, mut cells) = (0.0, 1.0_f64, 0);
    for i in 1..20 {
        for j in 1..20 {
            let (first, second) = (f64::from(i) / 41.3, f64::from(j) / 43.7);
            let found = coverage(n, first, second, &intervals);
            sum += found;
            worst = worst.min(found);
            cells += 1;
        }
    }
    let mean = sum / f64::from(cells);
    assert!((mean - 0.95).abs() < 0.006, "mean coverage {mean}");
    assert!(worst > 0.93, "worst coverage {worst}");
    // Few discordant pairs: the case in which the intervals of Wald and of Agresti and Min fail.
    for first in [0.001, 0.01, 0.03, 0.06, 0.09] {
        let found = coverage(n, first, 1e-6, &intervals);
        assert!(found > 0.83, "{first}: {found}");
    }
}

#[test]
fn large_differences_reach_the_ends_of_the_range() {
    let always = tally(30, 0, 30).tango(Confidence::DEFAULT);
    assert_eq!(always.high, 1.0);
    assert!(always.low < 1.0 && always.low > 0.7, "{always:?}");
    assert_eq!(PairedProportions::default().tango(Confidence::DEFAULT), Interval { low: -1.0, high: 1.0 });
    assert!(PairedProportions::default().value().is_nan());
}

proptest! {
    #[test]
    fn interval_holds_the_value_grows_and_mirrors(b in 0..400_u64, c in 0..400_u64, rest in 0..100_000_u64, level in 0.01..0.99) {
        let n = b + c + rest;
        prop_assume!(n > 0);
        let (low, high) = (Confidence::new(level)?, Confidence::new(level + 0.009)?);
        let pairs = tally(b, c, n);
        let (narrow, wide) = (pairs.tango(low), pairs.tango(high));
        prop_assert!(narrow.low < narrow.high && narrow.contains(pairs.value()));
        prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high, "{narrow:?} {wide:?}");
        prop_assert!(-1.0 <= wide.low && wide.high <= 1.0);
        let mirrored = tally(c, b, n).tango(low);
        prop_assert!((mirrored.low + narrow.high).abs() < 1e-9 && (mirrored.high + narrow.low).abs() < 1e-9);
    }

    #[test]
    fn merging_is_recording_and_margins_are_proportions(outcomes in prop::collection::vec(any::<(bool, bool)>(), 0..100)) {
        let record = |part: &[(bool, bool)]| {
            let mut tally = PairedProportions::default();
            part.iter().for_each(|&(first, second)| tally.record(first, second));
            tally
        };
        let (left, right) = outcomes.split_at(outcomes.len() / 3);
        let (mut merged, whole) = (record(left), record(&outcomes));
        merged.merge(&record(right));
        prop_assert_eq!(merged, whole);
        prop_assert_eq!(whole.first().successes(), outcomes.iter().filter(|o| o.0).count() as u64);
        prop_assert_eq!(whole.second().successes(), outcomes.iter().filter(|o| o.1).count() as u64);
        prop_assert!(whole.trials() == 0 || (whole.value() - (whole.first().value() - whole.second().value())).abs() < 1e-15);
        prop_assert_eq!(serde_json::from_str::<PairedProportions>(&serde_json::to_string(&whole)?)?, whole);
    }
}
