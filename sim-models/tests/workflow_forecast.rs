//! Forecasts of workflows against closed forms. Seeds are fixed; each of the about 20 statistical checks allows five standard errors, so
//! that a right program fails one of them with probability below 2e-5.

#![expect(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use sim_core::estimate::{Confidence, Estimate, Mean, Proportion};
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::workflow::forecast::{ForecastTally, Forecasting, Measure, Threshold};
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Budget, Ending, Problem, Rules, SampleLaw, Workflow};

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds).unwrap()
}

fn streams() -> Streams {
    Streams::new(7, Purpose::World, Family::common())
}

fn tally(forecasting: &Forecasting, trials: u64) -> ForecastTally {
    monte_carlo::run(forecasting, &streams(), &Stop::after(trials).unwrap(), &Control::default()).tally
}

/// Two subtasks in a row, each right with probability 1/2 per try of 10 tokens and 1 second.
fn coins() -> Workflow {
    let law = || SampleLaw::constant(0.5, 1.0, 10).unwrap();
    let builder = Workflow::builder().model("small", 1.0);
    let builder = builder.subtask("a").option("small", law());
    builder.subtask("b").needs(["a"]).option("small", law()).build().unwrap()
}

#[track_caller]
fn near(estimate: Estimate, expected: f64) {
    // Five standard errors, where the interval is 1.96 of them wide on either side.
    let arm = estimate.half_width() * 5.0 / 1.96;
    assert!((estimate.value - expected).abs() <= arm, "{estimate:?} is not {expected}");
}

#[track_caller]
fn mean(mean: &Mean, expected: f64) {
    near(mean.estimate(Confidence::DEFAULT), expected);
}

#[track_caller]
fn share(share: &Proportion, expected: f64) {
    near(share.estimate(Confidence::DEFAULT), expected);
}

/// The number of tries is the sum of two geometric numbers: P(n) = (n - 1)/2^n, with mean 4, and more than 4 with probability 5/16.
#[test]
fn a_row_of_coins_has_the_law_of_two_geometric_numbers() {
    let problem = Problem::new(coins(), Rules::reference(), Budget::Tokens(40), seconds(3.5)).unwrap();
    let above = |amount, inclusive| Threshold { measure: Measure::Time, amount, inclusive };
    let tokens = Threshold { measure: Measure::Tokens, amount: 40.0, inclusive: false };
    let thresholds = vec![above(4.0, false), above(4.0, true), tokens];
    let policy = Named::parse("seq:small:1").unwrap();
    let beyond = Forecasting::beyond_limits(
        &problem.into(),
        Budget::Tokens(1 << 40),
        seconds(1e6),
        policy,
        thresholds,
    );
    let tally = tally(&beyond.unwrap(), 20_000);
    share(tally.ending(Ending::Done), 1.0);
    mean(tally.mean(Measure::Cost), 40.0);
    mean(tally.mean(Measure::Tokens), 40.0);
    mean(tally.mean(Measure::Time), 4.0);
    for (found, expected) in tally.above().iter().zip([5.0 / 16.0, 0.5, 5.0 / 16.0]) {
        share(found, expected);
    }
    // More than 40 tokens, and four tries or more are over 3.5 s.
    share(tally.over_budget(), 5.0 / 16.0);
    share(tally.past_deadline(), 0.5);
    // The median is 3 or 4 tries: P(n <= 3) = 1/2.
    let median = tally.quantiles(Measure::Time).estimate(0.5, Confidence::DEFAULT);
    assert!(median.low <= 4.0 && median.high >= 3.0, "{median:?}");
    for subtask in tally.subtasks() {
        mean(&subtask.cost[0], 20.0);
        share(&subtask.critical, 1.0);
        mean(&subtask.critical_time, 2.0);
        share(&subtask.retried, 0.5);
        mean(&subtask.retry_cost, 10.0);
        mean(&subtask.retry_time, 1.0);
    }
}

/// Within the limits a run ends where they do: 40 tokens pay for four tries, and a fifth one is not launched.
#[test]
fn limits_end_runs_and_are_counted() {
    let problem = Problem::new(coins(), Rules::reference(), Budget::Tokens(40), seconds(1e6)).unwrap();
    let runs = Forecasting::new(problem.into(), Named::parse("seq:small:1").unwrap(), Vec::new()).unwrap();
    let tally = tally(&runs, 20_000);
    share(tally.over_budget(), 5.0 / 16.0);
    share(tally.ending(Ending::Done), 11.0 / 16.0);
    let most = tally.quantiles(Measure::Cost).value(1.0);
    assert!((most / 40.0 - 1.0).abs() < 0.004, "{most}");
}

/// Of two branches the longer one is waited for; the pieces of the critical path add up to the time.
#[test]
fn the_longer_branch_is_critical() {
    let law = |latency: f64, tokens| SampleLaw::constant(1.0, latency, tokens).unwrap();
    let workflow = Workflow::builder()
        .model("cheap", 1.0)
        .model("dear", 10.0)
        .subtask("short")
        .option("cheap", law(1.0, 100))
        .subtask("long")
        .option("dear", law(5.0, 10))
        .subtask("join")
        .needs(["short", "long"])
        .option("cheap", law(2.0, 7))
        .build()
        .unwrap();
    let problem = Problem::new(workflow, Rules::reference(), Budget::Money(1_000_000_000), seconds(60.0));
    let policy = Named::parse("cheapest").unwrap();
    let tally = tally(&Forecasting::new(problem.unwrap().into(), policy, Vec::new()).unwrap(), 10);
    let [short, long, join] = tally.subtasks() else { unreachable!("three subtasks") };
    assert_eq!([short, long, join].map(|it| it.critical.value()), [0.0, 1.0, 1.0]);
    assert_eq!([short, long, join].map(|it| it.critical_time.value()), [0.0, 5.0, 2.0]);
    assert_eq!(tally.mean(Measure::Time).value(), 7.0);
    // A token of 1 USD per million costs 1000 nanodollars.
    assert_eq!(
        [&short.cost, &long.cost, &join.cost].map(|it| [it[0].value(), it[1].value()]),
        [[100_000.0, 0.0], [0.0, 100_000.0], [7_000.0, 0.0]]
    );
    assert_eq!(tally.mean(Measure::Tokens).value(), 117.0);
}

/// What the batches cost is what the run costs, also of those that are cut off by the deadline and partly paid back.
#[test]
fn the_costs_of_batches_add_up() {
    let law = SampleLaw::constant(0.3, 10.0, 1000).unwrap();
    let workflow = Workflow::builder().model("small", 1.0);
    let workflow = workflow.subtask("a").option("small", law.clone()).subtask("b").option("small", law);
    let budget = Budget::Money(20_000_000);
    let problem = Problem::new(workflow.build().unwrap(), Rules::realistic(), budget, seconds(25.0)).unwrap();
    let mut policy = Named::parse("seq:small:2").unwrap().policy(&problem).unwrap();
    let mut cut_off = 0;
    for trial in 0..200 {
        let (result, history) = problem.run_with_history(policy.as_mut(), &streams(), trial);
        assert_eq!(history.iter().map(|attempt| attempt.cost).sum::<u64>(), result.cost, "trial {trial}");
        cut_off += history.iter().filter(|attempt| attempt.passed.is_none()).count();
        for attempt in &history {
            // A token costs 1000 nanodollars, and a part of a sample is rounded down twice.
            let paid = attempt.tokens * 1000;
            assert!(attempt.cost.abs_diff(paid) <= 2000, "{attempt:?}");
        }
    }
    assert!(cut_off > 20, "{cut_off} batches were cut off");
}
