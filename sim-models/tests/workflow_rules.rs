//! The rules of execution against closed forms. Each statistical check has a false-alarm rate of at most 5e-8, the suite of 1e-6.
#![allow(clippy::unwrap_used)]

use sim_core::estimate::{Confidence, Proportion};
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Address, Family, Purpose, Streams};
use sim_core::special::normal_cdf;
use sim_models::law::Law;
use sim_models::workflow::generate::Family as Generated;
use sim_models::workflow::policy::{CostOfPass, Named, NodePolicy, Policy, Sequential};
use sim_models::workflow::{
    BatchEnd, Budget, Comparison, DeadlineRule, Dependence, Ending, Launch, Overspend, Problem, Rules,
    RunResult, SampleLaw, Turns, Verifier, View, Workflow,
};

const RUNS: u64 = 20_000;

fn seconds(time: f64) -> Duration {
    Duration::from_seconds(time).unwrap()
}

fn streams(seed: u64) -> Streams {
    Streams::new(seed, Purpose::World, Family::common())
}

fn one(law: SampleLaw) -> Workflow {
    Workflow::builder().model("m", 0.0).subtask("a").option("m", law).build().unwrap()
}

fn constant(success: f64) -> Workflow {
    one(SampleLaw::constant(success, 1.0, 1).unwrap())
}

fn samples(count: u32) -> Sequential {
    Sequential(Launch { model: 0, count })
}

fn results(problem: &Problem, policy: &mut dyn Policy, seed: u64) -> Vec<RunResult> {
    let (streams, mut runs) = (streams(seed), problem.runs());
    (0..RUNS).map(|trial| runs.run(policy, &streams, trial)).collect()
}

#[track_caller]
fn agrees(results: &[RunResult], ending: Ending, exact: f64) {
    let mut share = Proportion::default();
    for result in results {
        share.record(result.ending == ending);
    }
    let interval = share.clopper_pearson(Confidence::new(1.0 - 5e-8).unwrap());
    assert!(interval.contains(exact), "{ending:?}: {exact} is not in {interval:?}");
}

/// `k` samples in each of `r` rounds: `1 - (1 - p)^(k r)` (mechanisms A10.2).
#[test]
fn rounds_of_samples() {
    for (count, rounds) in [(1, 3), (2, 2), (4, 1)] {
        let budget = Budget::Tokens(u64::from(count) * 100);
        let problem =
            Problem::new(constant(0.3), Rules::reference(), budget, seconds(f64::from(rounds))).unwrap();
        let exact = 1.0 - 0.7f64.powi((count * rounds) as i32);
        let results = results(&problem, &mut samples(count), 1);
        agrees(&results, Ending::Done, exact);
        agrees(&results, Ending::Deadline, 1.0 - exact);
    }
}

/// pass@4 at p = 0.4 under beta-binomial dependence (mechanisms A2): 0.870400, 0.769190, 0.625600.
#[test]
fn correlated_samples_fail_together() {
    for (seed, (within, exact)) in
        [(0.0, 0.870_400), (0.2, 0.769_190), (0.5, 0.625_600)].into_iter().enumerate()
    {
        let dependence = Dependence::BetaBinomial { within, across: 0.3 };
        let rules = Rules { dependence, ..Rules::reference() };
        let problem = Problem::new(constant(0.4), rules, Budget::Tokens(4), seconds(1.0)).unwrap();
        agrees(&results(&problem, &mut samples(4), seed as u64), Ending::Done, exact);
    }
}

/// Tried until something passes, the workflow is right with probability `p t / (p t + (1 - p) f)`.
#[test]
fn a_verifier_that_errs() {
    let verifier = |true_positive, false_positive| Verifier::Noisy {
        true_positive,
        false_positive,
        cost: 0,
        latency: Duration::ZERO,
    };
    for (verifier, right) in [
        (verifier(0.9, 0.2), 0.3 * 0.9 / (0.3 * 0.9 + 0.7 * 0.2)),
        (Verifier::None, 0.3),
        (Verifier::Perfect, 1.0),
    ] {
        let rules = Rules { verifier, ..Rules::reference() };
        let problem = Problem::new(constant(0.3), rules, Budget::Tokens(1_000_000), seconds(1e6)).unwrap();
        let results = results(&problem, &mut samples(1), 3);
        agrees(&results, Ending::Done, right);
        agrees(&results, Ending::Verifier, 1.0 - right);
    }
}

/// A batch of two seconds before a deadline of one fails the run when it is launched, or when time is up.
#[test]
fn late_batches_are_found_out_early_or_in_time() {
    let workflow = one(SampleLaw::constant(1.0, 2.0, 1).unwrap());
    for (deadline, end) in [(DeadlineRule::AtLaunch, 0.0), (DeadlineRule::AtDeadline, 1.0)] {
        let rules = Rules { deadline, ..Rules::reference() };
        let problem = Problem::new(workflow.clone(), rules, Budget::Tokens(9), seconds(1.0)).unwrap();
        let result = problem.run(&mut samples(1), &streams(1), 0);
        assert_eq!((result.ending, result.makespan.as_seconds()), (Ending::Deadline, end));
    }
}

/// What never succeeds and could be tried for ever is given up after a thousand batches.
#[test]
fn hopeless_runs_are_given_up() {
    let problem =
        Problem::new(constant(0.0), Rules::reference(), Budget::Tokens(1 << 40), seconds(1e9)).unwrap();
    let result = problem.run(&mut samples(1), &streams(1), 0);
    assert_eq!((result.ending, result.batches), (Ending::Stalled, 1000));
}

/// Verifying takes time and money: a batch of 2 tokens and 1 second each costs 2 (2 + 3) and takes 1.5 seconds.
#[test]
fn verifying_is_charged() {
    let verifier =
        Verifier::Noisy { true_positive: 1.0, false_positive: 0.0, cost: 3, latency: seconds(0.5) };
    let rules = Rules { verifier, ..Rules::reference() };
    let workflow = one(SampleLaw::constant(1.0, 1.0, 2).unwrap());
    let problem = Problem::new(workflow, rules, Budget::Tokens(10), seconds(1.5)).unwrap();
    let result = problem.run(&mut samples(2), &streams(4), 0);
    assert_eq!((result.ending, result.cost, result.makespan.as_seconds()), (Ending::Done, 10, 1.5));
}

/// Of two samples that take exponential times, the first that ends ends the batch: after half the mean. The other has then generated
/// what it had time for; only that is paid where the rest is refunded.
#[test]
fn the_first_success_ends_a_batch() {
    let law = SampleLaw::independent(1.0, Law::exponential(2.0).unwrap(), Law::constant(1000.0).unwrap());
    let workflow = one(law.unwrap());
    let run = |batch_end| {
        let rules = Rules { batch_end, deadline: DeadlineRule::AtDeadline, ..Rules::reference() };
        let problem = Problem::new(workflow.clone(), rules, Budget::Tokens(2000), seconds(1e6)).unwrap();
        results(&problem, &mut samples(2), 5)
    };
    let mean = |results: &[RunResult], of: fn(&RunResult) -> f64| {
        results.iter().map(of).sum::<f64>() / results.len() as f64
    };
    let barrier = run(BatchEnd::Barrier);
    let paid = run(BatchEnd::FirstSuccess { refund: false });
    let refunded = run(BatchEnd::FirstSuccess { refund: true });
    let time = |result: &RunResult| result.makespan.as_seconds();
    // The smaller and the larger of two exponential times have means 1 and 3, and deviations 1 and sqrt(5).
    let error = 5.5 / (RUNS as f64).sqrt();
    assert!((mean(&paid, time) - 1.0).abs() < error && (mean(&refunded, time) - 1.0).abs() < error);
    assert!((mean(&barrier, time) - 3.0).abs() < 5f64.sqrt() * error);
    assert!(barrier.iter().chain(&paid).all(|result| result.cost == 2000));
    // The ratio r of the smaller time to the larger is at most x with probability 2 x / (1 + x): its mean is 2 ln 2 - 1.
    let ratio = mean(&refunded, |result| (result.cost as f64 - 1000.0) / 1000.0);
    assert!((ratio - (2.0 * 2f64.ln() - 1.0)).abs() < 0.3 * error + 0.001, "{ratio}");
    // What is wasted is what was paid after the first success.
    assert!(refunded.iter().all(|result| result.wasted == 0));
    let wasted = mean(&paid, |result| result.wasted as f64 / 1000.0);
    assert!((wasted - (2.0 - 2.0 * 2f64.ln())).abs() < 0.3 * error + 0.001, "{wasted}");
}

/// Runs of the generated families: the budget is kept under every rule but the one that allows to overspend, and nothing ends after the
/// deadline.
#[test]
fn budgets_and_deadlines_are_kept() {
    let drawing = Streams::new(3, Purpose::SamplingPlan, Family::common());
    let rules = [
        Overspend::FailRun,
        Overspend::RejectDecision,
        Overspend::Reserve { quantile: 0.9 },
        Overspend::AllowBounded,
    ];
    let mut overspent = [0; 4];
    for instance in 0..40 {
        for (position, overspend) in rules.into_iter().enumerate() {
            let workflow = Generated::Proofflow.draw(0, &mut drawing.open(Address::trial(instance))).unwrap();
            let rules = Rules { overspend, ..Rules::realistic() };
            let problem = Problem::new(workflow, rules, Budget::Money(50_000_000), seconds(400.0)).unwrap();
            for policy in ["cop-greedy:8", "seq:goedel32b:16", "static-uniform"] {
                let mut policy = Named::parse(policy).unwrap().policy(&problem).unwrap();
                for trial in 0..20 {
                    let result = problem.run(policy.as_mut(), &streams(instance), trial);
                    overspent[position] += u32::from(result.cost > 50_000_000);
                    assert!(result.makespan.as_seconds() <= 400.0);
                    assert_eq!(
                        result.completed == problem.workflow().len(),
                        matches!(result.ending, Ending::Done | Ending::Verifier)
                    );
                }
            }
        }
    }
    assert_eq!(overspent[..3], [0, 0, 0]);
    assert!(overspent[3] > 0, "what is allowed happens");
}

/// What a policy meets does not depend on who else ran before: the draws of the world belong to the subtask, the attempt and the model.
/// One sample, and never another.
struct Once;

impl NodePolicy for Once {
    fn launch(&self, view: &View<'_>, node: usize) -> Option<Launch> {
        (view.attempts(node) == 0).then_some(Launch { model: 0, count: 1 })
    }
}

/// A sample that is cut off at the median of a lognormal length, or a little above, fails as often whether samples depend on each other or
/// not: `p P(L <= cap)`, where `ln L` is normal with variance `s^2 = ln 1.25`, and the cap lies `s / 2` above its mean.
#[test]
fn cut_off_samples_count_once_under_dependence() {
    let tokens = Law::lognormal(1000.0, 500.0).unwrap();
    let law = SampleLaw::generated(0.8, tokens, 0.0, 1000, 50.0, 1.0).unwrap();
    let exact = 0.8 * normal_cdf(0.5 * 1.25f64.ln().sqrt());
    for dependence in [Dependence::Independent, Dependence::BetaBinomial { within: 0.2, across: 0.3 }] {
        let rules = Rules { dependence, ..Rules::reference() };
        let problem = Problem::new(one(law.clone()), rules, Budget::Tokens(100_000), seconds(1e5)).unwrap();
        agrees(&results(&problem, &mut Once, 31), Ending::Done, exact);
    }
}

#[test]
fn draws_do_not_depend_on_order() {
    let drawing = Streams::new(3, Purpose::SamplingPlan, Family::common());
    let workflow = Generated::CodeflowA.draw(0, &mut drawing.open(Address::trial(1))).unwrap();
    let problem = Problem::new(workflow, Rules::realistic(), Budget::Money(1 << 28), seconds(600.0)).unwrap();
    let mut runs = problem.runs();
    let streams = streams(9);
    let alone: Vec<RunResult> =
        (0..50).map(|trial| problem.run(&mut CostOfPass { count: 2 }, &streams, trial)).collect();
    let mixed: Vec<RunResult> = (0..50)
        .rev()
        .map(|trial| {
            runs.run(&mut samples(7), &streams, trial);
            runs.run(&mut CostOfPass { count: 2 }, &streams, trial)
        })
        .collect();
    assert!(alone.iter().eq(mixed.iter().rev()));
}

/// A history has every batch, and its costs add up.
#[test]
fn histories_add_up() {
    let drawing = Streams::new(3, Purpose::SamplingPlan, Family::common());
    let workflow = Generated::Proofflow.draw(0, &mut drawing.open(Address::trial(5))).unwrap();
    let problem = Problem::new(workflow, Rules::reference(), Budget::Money(1 << 30), seconds(1e5)).unwrap();
    for trial in 0..50 {
        let (result, history) = problem.run_with_history(&mut CostOfPass { count: 4 }, &streams(2), trial);
        assert_eq!(result.batches, history.len() as u64);
        assert_eq!(result.samples, 4 * history.len() as u64);
        assert_eq!(result.cost, history.iter().map(|attempt| attempt.cost).sum::<u64>());
    }
}

#[test]
fn nonsense_is_refused() {
    let problem = |rules, budget, deadline| Problem::new(constant(0.5), rules, budget, deadline);
    let second = Duration::SECOND;
    assert!(problem(Rules::reference(), Budget::Money(0), second).is_err());
    assert!(problem(Rules::reference(), Budget::Money(1), Duration::ZERO).is_err());
    for rules in [
        Rules { overspend: Overspend::Reserve { quantile: 1.0 }, ..Rules::reference() },
        Rules { overspend: Overspend::Reserve { quantile: f64::NAN }, ..Rules::reference() },
        Rules { dependence: Dependence::BetaBinomial { within: 1.0, across: 0.0 }, ..Rules::reference() },
        Rules {
            verifier: Verifier::Noisy { true_positive: 1.1, false_positive: 0.0, cost: 0, latency: second },
            ..Rules::reference()
        },
    ] {
        assert!(problem(rules, Budget::Money(1), second).is_err(), "{rules:?}");
    }
}

/// Of the last four samples the budget covers two, which are launched. Batches go on after the deadline, and what is complete then counts
/// as late.
#[test]
fn published_baselines_are_blocked_and_scored_afterwards() {
    let rules = Rules::reference().of_published_baselines();
    let problem = Problem::new(constant(0.0), rules, Budget::Tokens(42), seconds(2.0)).unwrap();
    let (result, history) = problem.run_with_history(&mut samples(4), &streams(1), 0);
    assert_eq!((result.ending, result.cost, result.samples), (Ending::Budget, 42, 42));
    assert_eq!(history.iter().map(|attempt| attempt.launch.count).collect::<Vec<_>>()[8..], [4, 4, 2]);
    assert_eq!(result.makespan.as_seconds(), 11.0);
    // One sample at a time: done in time with probability 1 - 0.7^2, and late afterwards, as long as the budget lasts.
    let problem = Problem::new(constant(0.3), rules, Budget::Tokens(5), seconds(2.0)).unwrap();
    let results = results(&problem, &mut samples(1), 6);
    agrees(&results, Ending::Done, 1.0 - 0.7f64.powi(2));
    agrees(&results, Ending::Deadline, 0.7f64.powi(2) - 0.7f64.powi(5));
    agrees(&results, Ending::Budget, 0.7f64.powi(5));
    assert!(results.iter().any(|result| result.makespan.as_seconds() > 2.0));
}

/// Under the rules of the published baselines a fixed policy that overspends at its first launch is cut instead: of four samples for two
/// tokens it launches two, and completes `1 - 0.7^2` instead of nothing. A planner's rules stay the same.
#[test]
fn asymmetric_rules_are_those_of_baselines() {
    let problem = Problem::new(constant(0.3), Rules::reference(), Budget::Tokens(2), seconds(1.0)).unwrap();
    let is_planner = |name: &str| Named::parse(name).unwrap().is_planner();
    assert!(["planner:no-test", "reference", "price-table", "optimum"].into_iter().all(is_planner));
    assert!(!["seq:m:4", "best-seq", "certainty-equivalent"].into_iter().any(is_planner));
    let turns = Turns::from(problem.clone());
    let baseline = turns.of_published_baselines().unwrap().of(0).clone();
    assert_eq!(*baseline.rules(), Rules::reference().of_published_baselines());
    agrees(&results(&problem, &mut samples(4), 7), Ending::Budget, 1.0);
    agrees(&results(&baseline, &mut samples(4), 7), Ending::Done, 1.0 - 0.7f64.powi(2));
    // In a comparison the planner keeps its runs, and the baseline completes some.
    let policies = ["price-table", "seq:m:4"].map(|name| Named::parse(name).unwrap());
    let symmetric = Comparison::new(turns, policies.to_vec()).unwrap();
    let completed = |comparison: &Comparison| {
        let stop = Stop::after(1000).unwrap();
        let tally = monte_carlo::run(comparison, &streams(7), &stop, &Control::default()).tally;
        [0, 1].map(|at| tally.policies()[at].completion().successes())
    };
    let [planner, baseline] = completed(&symmetric);
    let [same, more] = completed(&symmetric.asymmetric().unwrap());
    assert_eq!((planner, baseline), (same, 0));
    assert!(more > 400, "{more}");
}

/// A sample of two tokens and one second, where one token and half a second are left: it fails for money, since it is not launched, and not for time.
#[test]
fn what_is_called_off_is_not_late() {
    let dear = one(SampleLaw::constant(1.0, 1.0, 2).unwrap());
    let rules = Rules { overspend: Overspend::RejectDecision, ..Rules::reference() };
    assert_eq!(rules.deadline, DeadlineRule::AtLaunch);
    let problem = Problem::new(dear, rules, Budget::Tokens(1), seconds(0.5)).unwrap();
    assert_eq!(problem.run(&mut samples(1), &streams(1), 0).ending, Ending::Budget);
    let patient = problem.within(Budget::Tokens(2), seconds(0.5)).unwrap();
    assert_eq!(patient.run(&mut samples(1), &streams(1), 0).ending, Ending::Deadline);
}
