use super::*;
use crate::law::Law;
use crate::workflow::oracle::Oracle;
use crate::workflow::policy::{Recommended, RecommendedSettings};
use crate::workflow::{Budget, Rules, SampleLaw, Workflow};
use sim_core::random::{Address, Family, Purpose, Streams};

/// A chain whose costs and latencies are whole numbers, with a budget that buys at most four samples at once.
fn chain_of(length: usize, seed: u64) -> Problem {
    let streams = Streams::new(seed, Purpose::SamplingPlan, Family::common());
    let mut stream = streams.open(Address::trial(length as u64));
    let mut builder = Workflow::builder().model("s", 0.0).model("l", 0.0);
    for node in 0..length {
        builder = builder.subtask(format!("v{node}")).needs((node > 0).then(|| format!("v{}", node - 1)));
        for (model, most) in [("s", 1), ("l", 2)] {
            let mut whole = || 1 + stream.below(most);
            let (tokens, latency) = (whole(), whole() as f64);
            let success = 0.2 + 0.6 * stream.uniform();
            builder = builder.option(model, SampleLaw::constant(success, latency, tokens).unwrap());
        }
    }
    let deadline = Duration::from_nanoseconds(6_000_000_000);
    Problem::new(builder.build().unwrap(), Rules::reference(), Budget::Tokens(4), deadline).unwrap()
}

fn tail_value(problem: &Problem) -> f64 {
    let laws = BatchLaws::new(problem, Streams::new(1, Purpose::Pilot, Family::common()));
    let tails = Tails::new(problem, &laws).unwrap();
    let all = Far::of_beginning(problem);
    let (_, _, value) = tails.at(problem, &laws, &all).unwrap();
    let (_, _, best) = tails.best(problem, &laws, &all).unwrap();
    assert!((value - best).abs() < 0.02, "{value}, one step before {best}");
    value
}

/// Another programme, over all states instead of a grid.
#[test]
fn chains_of_whole_numbers_have_the_value_of_the_oracle() {
    for seed in 0..12 {
        for length in 1..=3 {
            let problem = chain_of(length, seed);
            let expected = Oracle::new(&problem, &[1, 2, 3, 4]).unwrap().best();
            let found = tail_value(&problem);
            assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
        }
    }
}

/// Where costs and latencies are continuous, values are interpolated; runs of the engine under the launches of the tails come to them
/// within a hundredth and four standard errors of 20 000 runs (false-alarm rate 6e-5 a check if they were exact, two checks).
#[test]
fn runs_come_to_the_value_that_is_interpolated() {
    let law = |success| {
        let tokens = Law::lognormal(1000.0, 500.0).unwrap();
        SampleLaw::generated(success, tokens, 0.3, 10_000, 50.0, 1.0).unwrap()
    };
    let workflow = Workflow::builder()
        .model("m", 0.0)
        .model("n", 0.0)
        .subtask("a")
        .option("m", law(0.4))
        .option("n", law(0.3))
        .subtask("b")
        .needs(["a"])
        .option("m", law(0.5))
        .build()
        .unwrap();
    let realistic = Rules { dependence: Dependence::Independent, ..Rules::realistic() };
    for rules in [Rules::reference(), realistic] {
        let deadline = Duration::from_nanoseconds(90_000_000_000);
        let problem = Problem::new(workflow.clone(), rules, Budget::Tokens(7000), deadline).unwrap();
        let expected = tail_value(&problem);
        let settings = RecommendedSettings { rollouts: false, ..RecommendedSettings::default() };
        let mut policy = Recommended::with(settings);
        let streams = Streams::new(1, Purpose::World, Family::common());
        let mut runs = problem.runs();
        let done = (0..20_000).filter(|&trial| runs.run(&mut policy, &streams, trial).is_done()).count();
        let found = done as f64 / 20_000.0;
        assert!((found - expected).abs() < 0.01 + 4.0 * 0.0035, "{found}, expected {expected}");
    }
}

/// A failure that costs nothing leads back to where it was: tried as often as it takes, anything succeeds.
#[test]
fn what_is_free_and_takes_no_time_is_tried_until_it_succeeds() {
    let workflow = Workflow::builder()
        .model("m", 0.0)
        .subtask("a")
        .option("m", SampleLaw::constant(0.001, 0.0, 0).unwrap())
        .build()
        .unwrap();
    let deadline = Duration::from_nanoseconds(4_000_000_000);
    let problem = Problem::new(workflow, Rules::reference(), Budget::Tokens(4), deadline).unwrap();
    let value = tail_value(&problem);
    assert!((value - 1.0).abs() < 1e-4, "{value}");
}

#[test]
fn only_chains_have_tails_and_only_without_dependence() {
    let fork = Workflow::builder()
        .model("m", 0.0)
        .subtask("a")
        .option("m", SampleLaw::constant(0.5, 1.0, 1).unwrap())
        .subtask("b")
        .option("m", SampleLaw::constant(0.5, 1.0, 1).unwrap())
        .build()
        .unwrap();
    let deadline = Duration::from_nanoseconds(4_000_000_000);
    let problem = |rules| Problem::new(fork.clone(), rules, Budget::Tokens(4), deadline).unwrap();
    let reference = problem(Rules::reference());
    let laws = BatchLaws::new(&reference, Streams::new(1, Purpose::Pilot, Family::common()));
    let tails = Tails::new(&reference, &laws).unwrap();
    let mut far = Far::of_beginning(&reference);
    assert!(tails.at(&reference, &laws, &far).is_none());
    far.done.insert(0);
    assert_eq!(tails.at(&reference, &laws, &far).map(|(node, ..)| node), Some(1));
    far.done.insert(1);
    assert!(tails.at(&reference, &laws, &far).is_none());
    let realistic = problem(Rules::realistic());
    let laws = BatchLaws::new(&realistic, Streams::new(1, Purpose::Pilot, Family::common()));
    assert!(Tails::new(&realistic, &laws).is_none());
}
