//! Intervals of a proportion against published tables, defining equations and exact coverage.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use proptest::prelude::*;
use sim_core::estimate::{Confidence, Interval, Proportion, Tally, binomial_tails};
use statrs::distribution::{Binomial, Discrete, DiscreteCDF};

fn tally(successes: u64, trials: u64) -> Proportion {
    let mut tally = Proportion::default();
    tally.record_many(successes, trials - successes);
    tally
}

fn level(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

#[test]
fn published_examples() {
    // R. G. Newcombe, "Two-Sided Confidence Intervals for the Single Proportion", Statistics in Medicine
    // 17 (1998), 857-872, table I, methods 3 (Wilson) and 5 (Clopper-Pearson), 95 %.
    let rows = [
        (81, 263, [0.2553, 0.3662], [0.2527, 0.3676]),
        (15, 148, [0.0624, 0.1605], [0.0578, 0.1617]),
        (0, 20, [0.0, 0.1611], [0.0, 0.1684]),
        (1, 29, [0.0061, 0.1718], [0.0009, 0.1776]),
    ];
    for (k, n, wilson, exact) in rows {
        for (found, printed) in [
            (tally(k, n).wilson(Confidence::DEFAULT), wilson),
            (tally(k, n).clopper_pearson(Confidence::DEFAULT), exact),
        ] {
            assert!((found.low - printed[0]).abs() <= 5.1e-5, "{k}/{n}: {found:?}, printed {printed:?}");
            assert!((found.high - printed[1]).abs() <= 5.1e-5, "{k}/{n}: {found:?}, printed {printed:?}");
        }
    }
}

#[test]
fn intervals_have_a_width_at_zero_and_at_one() {
    for n in [1, 2, 100, 1_000_000_000] {
        for interval in
            [tally(0, n).wilson(Confidence::DEFAULT), tally(0, n).clopper_pearson(Confidence::DEFAULT)]
        {
            // No success in n trials has probability 2.5 % at 1 - 0.025^(1/n), about 3.69 / n.
            let exact = -((0.025_f64).ln() / n as f64).exp_m1();
            assert_eq!(interval.low, 0.0);
            assert!(interval.high > 0.75 * exact && interval.high < 1.1 * exact, "{n}: {interval:?}");
        }
        assert_eq!(tally(n, n).wilson(Confidence::DEFAULT).high, 1.0);
        assert!(tally(n, n).wilson(Confidence::DEFAULT).low < 1.0);
        assert_eq!(tally(n, n).clopper_pearson(Confidence::DEFAULT).high, 1.0);
    }
}

#[test]
fn before_the_first_trial_everything_is_possible() {
    let empty = Proportion::default();
    let all = Interval { low: 0.0, high: 1.0 };
    assert!(empty.value().is_nan());
    assert_eq!(empty.wilson(Confidence::DEFAULT), all);
    assert_eq!(empty.clopper_pearson(Confidence::DEFAULT), all);
    assert_eq!(empty.estimate(Confidence::DEFAULT).trials, 0);
}

/// Probability that the interval of `n` trials covers `p`, by summing over all outcomes.
fn coverage(n: u64, p: f64, interval: impl Fn(&Proportion) -> Interval) -> f64 {
    let law = Binomial::new(p, n).unwrap();
    (0..=n).filter(|&k| interval(&tally(k, n)).contains(p)).map(|k| law.pmf(k)).sum()
}

#[test]
fn clopper_pearson_covers_at_every_probability() {
    for n in [1, 5, 20, 50] {
        for step in 1..200 {
            let p = f64::from(step) / 200.0;
            let found = coverage(n, p, |tally| tally.clopper_pearson(Confidence::DEFAULT));
            assert!(found >= 0.95 - 1e-9, "n = {n}, p = {p}: {found}");
        }
    }
}

#[test]
fn wilson_covers_on_average_and_never_collapses() {
    for n in [10, 50, 200] {
        let covers: Vec<f64> = (0..500)
            .map(|step| (f64::from(step) + 0.5) / 500.0)
            .map(|p| coverage(n, p, |tally| tally.wilson(Confidence::DEFAULT)))
            .collect();
        let mean = covers.iter().sum::<f64>() / 500.0;
        // L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16 (2001), 101-133: the mean is near
        // nominal, and the worst is about 0.84 near 0 and 1.
        assert!((mean - 0.95).abs() < 0.006, "n = {n}: mean coverage {mean}");
        assert!(covers.iter().all(|&c| c > 0.83), "n = {n}");
    }
}

#[test]
fn binomial_tails_of_a_fair_coin_are_exact() {
    let choose = |n: u64, k: u64| (0..k).fold(1_u128, |c, i| c * u128::from(n - i) / u128::from(i + 1));
    for n in [1, 7, 30, 60] {
        for k in 0..=n {
            let scale = 0.5_f64.powi(n as i32);
            let lower = (0..=k).map(|i| choose(n, i)).sum::<u128>() as f64 * scale;
            let upper = (k..=n).map(|i| choose(n, i)).sum::<u128>() as f64 * scale;
            let tails = binomial_tails(k, n, 0.5);
            assert!((tails.at_most / lower - 1.0).abs() < 1e-13, "{k} of {n}");
            assert!((tails.at_least / upper - 1.0).abs() < 1e-13, "{k} of {n}");
        }
    }
}

#[test]
fn binomial_test_keeps_its_size() {
    for p in [0.003, 0.2, 0.5, 0.9] {
        let law = Binomial::new(p, 100).unwrap();
        for alpha in [0.05, 0.01, 1e-4] {
            let rejected: f64 = (0..=100)
                .filter(|&k| binomial_tails(k, 100, p).two_sided() <= alpha)
                .map(|k| law.pmf(k))
                .sum();
            assert!(rejected <= alpha * (1.0 + 1e-9), "p = {p}, alpha = {alpha}: {rejected}");
        }
    }
}

#[test]
fn binomial_tails_at_certainty_and_beyond() {
    assert_eq!(binomial_tails(0, 10, 0.0).two_sided(), 1.0);
    assert_eq!(binomial_tails(1, 10, 0.0).two_sided(), 0.0);
    assert_eq!(binomial_tails(10, 10, 1.0).two_sided(), 1.0);
    assert_eq!(binomial_tails(11, 10, 0.5).at_least, 0.0);
    assert_eq!(binomial_tails(0, 0, 0.5).two_sided(), 1.0);
    assert!(binomial_tails(1, 2, f64::NAN).at_most.is_nan());
}

#[test]
fn storage_is_checked() {
    let text = serde_json::to_string(&tally(3, 7)).unwrap();
    assert_eq!(serde_json::from_str::<Proportion>(&text).unwrap(), tally(3, 7));
    let error = serde_json::from_str::<Proportion>(r#"{"successes":8,"trials":7}"#).unwrap_err();
    assert!(error.to_string().contains("8 successes in only 7 trials"), "{error}");
}

/// Trials over nine orders of magnitude, and a number of successes.
fn counts() -> impl Strategy<Value = (u64, u64)> {
    (0.0..9.0, 0.0..=1.0).prop_map(|(exponent, share)| {
        let n = 10.0_f64.powf(exponent) as u64;
        (f64::round(share * n as f64) as u64, n)
    })
}

proptest! {
    #[test]
    fn ends_solve_the_equations_that_define_them((k, n) in counts(), c in 0.5..0.999) {
        let tail = 0.5 * (1.0 - c);
        let (share, n_real) = (k as f64 / n as f64, n as f64);
        let z = -sim_core::special::normal_quantile(tail);
        let wilson = tally(k, n).wilson(level(c));
        for end in [wilson.low, wilson.high].into_iter().filter(|end| *end > 0.0 && *end < 1.0) {
            let score = (share - end).abs() / (end * (1.0 - end) / n_real).sqrt();
            prop_assert!((score / z - 1.0).abs() < 1e-5, "{k}/{n}: score {score} at {end}");
        }
        if n < 5000 {
            let exact = tally(k, n).clopper_pearson(level(c));
            if k > 0 {
                let as_many = Binomial::new(exact.low, n).unwrap().sf(k - 1);
                prop_assert!((as_many / tail - 1.0).abs() < 1e-8, "{k}/{n} low: {as_many}");
            }
            if k < n {
                let as_few = Binomial::new(exact.high, n).unwrap().cdf(k);
                prop_assert!((as_few / tail - 1.0).abs() < 1e-8, "{k}/{n} high: {as_few}");
            }
        }
    }

    #[test]
    fn intervals_hold_the_value_and_grow_with_confidence((k, n) in counts(), c in 0.01..0.99) {
        let tally = tally(k, n);
        for interval in [Proportion::wilson, Proportion::clopper_pearson] {
            let (narrow, wide) = (interval(&tally, level(c)), interval(&tally, level(c + 0.009)));
            prop_assert!(narrow.contains(tally.value()), "{tally:?} {narrow:?}");
            prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high, "{narrow:?} {wide:?}");
            prop_assert!(0.0 <= wide.low && wide.high <= 1.0);
        }
    }

    #[test]
    fn merging_is_recording(outcomes in prop::collection::vec(any::<bool>(), 0..100), cut in 0..100_usize) {
        let record = |part: &[bool]| {
            let mut tally = Proportion::default();
            part.iter().for_each(|&outcome| tally.record(outcome));
            tally
        };
        let (first, second) = outcomes.split_at(cut.min(outcomes.len()));
        let mut merged = record(first);
        merged.merge(&record(second));
        prop_assert_eq!(merged, record(&outcomes));
    }
}
