//! Several proportions of the same trials.

use sim_core::estimate::{Confidence, JointProportions, PairedProportions, Proportion, Tally};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};

fn values(stream: &mut Stream) -> [bool; 3] {
    let u = stream.uniform();
    [u < 0.3, u < 0.4, stream.fair()]
}

/// 5 000 trials recorded one by one and by their counts, whole and in two parts, against tallies of one and of two quantities.
#[test]
fn counts_are_those_of_single_and_paired_tallies() {
    let mut stream = Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0));
    let trials: Vec<[bool; 3]> = (0..5000).map(|_| values(&mut stream)).collect();
    let mut tally = JointProportions::default();
    trials.iter().for_each(|trial| tally.record(trial));
    assert_eq!((tally.trials(), tally.quantities()), (5000, 3));
    for i in 0..3 {
        let mut single = Proportion::default();
        trials.iter().for_each(|trial| single.record(trial[i]));
        assert_eq!(tally.proportion(i), single);
        for j in 0..3 {
            let mut paired = PairedProportions::default();
            trials.iter().for_each(|trial| paired.record(trial[i], trial[j]));
            assert_eq!(tally.difference(i, j, Confidence::DEFAULT), paired.estimate(Confidence::DEFAULT));
            let product = |trial: &[bool; 3]| f64::from(u8::from(trial[i] && trial[j]));
            let mean = |i: usize| trials.iter().filter(|trial| trial[i]).count() as f64 / 5000.0;
            let expected = trials.iter().map(product).sum::<f64>() / 5000.0 - mean(i) * mean(j);
            assert!((tally.covariance(i, j) - expected / 5000.0).abs() < 1e-18);
        }
    }
    let (mut first, mut second) = (JointProportions::new(3), JointProportions::new(3));
    trials[..1234].iter().for_each(|trial| first.record(trial));
    trials[1234..].iter().for_each(|trial| second.record(trial));
    first.merge(&second);
    assert_eq!(first, tally);
    let mut empty = JointProportions::default();
    empty.merge(&tally);
    tally.merge(&JointProportions::default());
    assert_eq!(empty, tally);
}

#[test]
fn a_stored_tally_comes_back_and_a_damaged_one_is_refused() {
    let mut tally = JointProportions::new(2);
    tally.record(&[true, false]);
    let text = serde_json::to_string(&tally).unwrap();
    assert_eq!(serde_json::from_str::<JointProportions>(&text).unwrap(), tally);
    for damaged in
        [r#"{"trials":1,"both":[1,0]}"#, r#"{"trials":1,"both":[2,0,0]}"#, r#"{"trials":5,"both":[2,3,4]}"#]
    {
        assert!(serde_json::from_str::<JointProportions>(damaged).is_err(), "{damaged}");
    }
}
