//! Intervals for the population that clusters of trials were drawn from.

use sim_core::estimate::{Clustered, Confidence, PairedProportions, Proportion, Tally};
use sim_core::random::{Address, Family, Purpose, Streams};

/// Trials of each of 20 clusters, in 2 000 populations.
const TRIALS: u64 = 10;
const CLUSTERS: u64 = 20;
const POPULATIONS: u64 = 2000;

/// Share of intervals that hold the mean of the population, of clusters and without them, over populations whose clusters come to 1 with
/// a probability uniform on [0, 1], and then to -1 otherwise, or not (`signed`).
fn coverage(signed: bool) -> (f64, f64) {
    let streams = Streams::new(5, Purpose::World, Family::common());
    let truth = if signed { 0.0 } else { 0.5 };
    let (mut clustered, mut plain) = (0, 0);
    for population in 0..POPULATIONS {
        let mut stream = streams.open(Address::trial(population).index(u64::from(signed)));
        let (mut tally, mut share, mut pairs) =
            (Clustered::default(), Proportion::default(), PairedProportions::default());
        for cluster in 0..CLUSTERS {
            let probability = stream.uniform();
            for _ in 0..TRIALS {
                let success = stream.uniform() < probability;
                share.record(success);
                pairs.record(success, !success);
                tally.record(cluster as usize, if success { 1 } else { -i8::from(signed) });
            }
        }
        let confidence = Confidence::DEFAULT;
        let (own, other) = if signed {
            (tally.difference(confidence), pairs.estimate(confidence))
        } else {
            (tally.proportion(confidence), share.estimate(confidence))
        };
        assert_eq!(own.value, other.value);
        clustered += u64::from(own.low <= truth && truth <= own.high);
        plain += u64::from(other.low <= truth && truth <= other.high);
    }
    (clustered as f64 / POPULATIONS as f64, plain as f64 / POPULATIONS as f64)
}

/// 95 % within five standard errors of a share of 2 000 (0.0049 each, false-alarm rate 6e-7), and one point for what is approximate.
/// Clusters that are taken for independent trials cover far less: the variance is 1 + 9/3 times theirs, so that 1.96 of their standard
/// errors are 0.98 of the right ones, which hold 67 %.
#[test]
fn the_mean_of_the_population_is_covered() {
    for signed in [false, true] {
        let (clustered, plain) = coverage(signed);
        assert!((clustered - 0.95).abs() < 0.0345, "{clustered}, signed: {signed}");
        assert!((plain - 0.67).abs() < 0.07, "{plain}, signed: {signed}");
    }
}

/// Clusters of one trial each are independent trials; Student's quantile for 199 degrees of freedom is 0.6 % above the normal one.
#[test]
fn clusters_of_one_trial_are_independent_trials() {
    let (mut clustered, mut share) = (Clustered::default(), Proportion::default());
    for trial in 0..200 {
        let success = trial % 4 == 0;
        clustered.record(trial, i8::from(success));
        share.record(success);
    }
    let (own, other) = (clustered.proportion(Confidence::DEFAULT), share.estimate(Confidence::DEFAULT));
    let ratio = (own.high - own.low) / (other.high - other.low);
    // The variance of a sample is that of its values times n / (n - 1).
    assert!((ratio - 1.0061 * (200.0f64 / 199.0).sqrt()).abs() < 1e-3, "{ratio}");
}

#[test]
fn trials_that_agree_count_once_per_cluster() {
    let mut clustered = Clustered::default();
    for trial in 0..10_000 {
        clustered.record(trial % 8, 1);
    }
    let estimate = clustered.proportion(Confidence::DEFAULT);
    // Wilson's bound of 8 of 8 with Student's 97.5 % quantile for 7 degrees of freedom, 2.3646.
    let least = 8.0 / (8.0 + 2.364_624_f64.powi(2));
    assert!((estimate.low - least).abs() < 1e-6 && estimate.high == 1.0, "{estimate:?}");
}

#[test]
fn one_cluster_says_nothing_of_others() {
    let mut clustered = Clustered::default();
    for trial in 0..100 {
        clustered.record(0, i8::from(trial % 2 == 0));
    }
    let share = clustered.proportion(Confidence::DEFAULT);
    assert_eq!((share.value, share.low, share.high), (0.5, 0.0, 1.0));
    let difference = clustered.difference(Confidence::DEFAULT);
    assert_eq!((difference.low, difference.high), (-1.0, 1.0));
    let nothing = Clustered::default().proportion(Confidence::DEFAULT);
    assert!(nothing.value.is_nan() && (nothing.low, nothing.high) == (0.0, 1.0));
}

#[test]
fn merged_tallies_are_one() {
    let outcomes: Vec<(usize, i8)> = (0..100).map(|trial| (trial * 7 % 13, (trial % 3) as i8 - 1)).collect();
    let of = |outcomes: &[(usize, i8)]| {
        let mut tally = Clustered::default();
        outcomes.iter().for_each(|&(cluster, outcome)| tally.record(cluster, outcome));
        tally
    };
    let mut merged = of(&outcomes[..3]);
    merged.merge(&of(&outcomes[3..]));
    assert_eq!(merged, of(&outcomes));
}
