//! The perfect-information bound: closed forms, and no policy completes a run that it does not.
#![allow(clippy::unwrap_used)]

use sim_core::estimate::{Confidence, Proportion};
use sim_core::events::Duration;
use sim_core::random::{Address, Family as Streaming, Purpose, Stream, Streams};
use sim_models::workflow::generate::Family;
use sim_models::workflow::oracle::Oracle;
use sim_models::workflow::policy::{Named, PerfectInformation};
use sim_models::workflow::{
    BatchEnd, Budget, Capacity, DeadlineRule, Idle, Overspend, Problem, ProviderLimits, Rules, SampleLaw,
    Verifier, Workflow,
};

fn seconds(time: f64) -> Duration {
    Duration::from_seconds(time).unwrap()
}

fn world() -> Streams {
    Streams::new(17, Purpose::World, Streaming::common())
}

fn problem(needs: &[&[usize]], success: f64, (tokens, time): (u64, f64)) -> Problem {
    let mut builder = Workflow::builder().model("m", 0.0);
    for (node, needs) in needs.iter().enumerate() {
        builder = builder.subtask(format!("v{node}")).needs(needs.iter().map(|parent| format!("v{parent}")));
        builder = builder.option("m", SampleLaw::constant(success, 1.0, 1).unwrap());
    }
    let budget = Budget::Tokens(tokens);
    Problem::new(builder.build().unwrap(), Rules::reference(), budget, seconds(time)).unwrap()
}

/// Samples of one token and one second, right with probability `p = 1 - q`. Whoever knows the draws launches as many as are needed.
///
/// - One subtask, two tokens, time for two attempts: the first or second sample of the first attempt, or the first of the second: `1 - q^3`.
/// - The same with time for one: `1 - q^2`.
/// - A chain of two with three tokens and two seconds: both at once, or one of them with its second sample: `p^2 + 2 p^2 q`.
/// - Two side by side with three tokens and one second: the same.
///
/// Confidence 1 - 1e-7 each.
#[test]
fn closed_forms() {
    let (p, q) = (0.3, 0.7);
    let chain: &[&[usize]] = &[&[], &[0]];
    for (needs, limits, exact) in [
        (&[&[][..]][..], (2, 2.0), 1.0 - q * q * q),
        (&[&[]], (2, 1.0), 1.0 - q * q),
        (chain, (3, 2.0), p * p * (1.0 + 2.0 * q)),
        (&[&[], &[]], (3, 1.0), p * p * (1.0 + 2.0 * q)),
        (chain, (100, 1.5), 0.0),
    ] {
        let problem = problem(needs, p, limits);
        let mut share = Proportion::default();
        for trial in 0..20_000 {
            share.record(problem.run(&mut PerfectInformation, &world(), trial).is_done());
        }
        let interval = share.clopper_pearson(Confidence::new(1.0 - 1e-7).unwrap());
        assert!(interval.contains(exact), "{limits:?}: {exact} is not in {interval:?}");
    }
}

/// Up to four subtasks and two models with costs and latencies of 1 to 3.
fn tiny(stream: &mut Stream, idle: Idle) -> Problem {
    let size = 1 + stream.below(4) as usize;
    let mut builder = Workflow::builder().model("s", 0.0).model("l", 0.0);
    for node in 0..size {
        let needs: Vec<String> = (0..node).filter(|_| stream.fair()).map(|v| format!("v{v}")).collect();
        builder = builder.subtask(format!("v{node}")).needs(needs);
        for (model, low) in [("s", 0.1), ("l", 0.4)] {
            let (cost, latency) = (1 + stream.below(3), 1 + stream.below(3));
            let success = low + 0.5 * stream.uniform();
            builder = builder.option(model, SampleLaw::constant(success, latency as f64, cost).unwrap());
        }
    }
    let budget = Budget::Tokens(size as u64 * (2 + stream.below(4)));
    let deadline = seconds((size as u64 * (1 + stream.below(2)) + 2) as f64);
    let rules = Rules { idle, ..Rules::reference() };
    Problem::new(builder.build().unwrap(), rules, budget, deadline).unwrap()
}

/// The optimum of the oracle completes no run that the bound does not, and so its value is no larger; run by run, 100 instances of 200.
#[test]
fn the_optimum_stays_below() {
    let streams = Streams::new(31, Purpose::SamplingPlan, Streaming::common());
    let (mut bound, mut best) = (0, 0);
    for number in 0..100 {
        let idle = if number % 2 == 0 { Idle::Forbidden } else { Idle::Allowed };
        let problem = tiny(&mut streams.open(Address::trial(number)), idle);
        let mut oracle = Oracle::new(&problem, &[1, 2, 4]).unwrap();
        for trial in 0..200 {
            let most = problem.run(&mut PerfectInformation, &world(), trial).is_done();
            let found = problem.run(&mut oracle.best_policy(), &world(), trial).is_done();
            assert!(most || !found, "instance {number}, trial {trial}");
            bound += u32::from(most);
            best += u32::from(found);
        }
    }
    assert!(best > 8_000 && bound > best + 1000 && bound < 19_000, "{bound} and {best}");
}

/// The same for policies on families, under the presets and under every single switch, where budgets and deadlines bind.
#[test]
fn no_policy_completes_more() {
    let mut rules = vec![Rules::reference(), Rules::realistic()];
    for batch_end in [BatchEnd::FirstSuccess { refund: false }, BatchEnd::FirstSuccess { refund: true }] {
        rules.push(Rules { batch_end, ..Rules::reference() });
    }
    for overspend in [Overspend::RejectDecision, Overspend::AllowBounded] {
        rules.push(Rules { overspend, deadline: DeadlineRule::AtDeadline, ..Rules::reference() });
    }
    rules.push(Rules { verifier: Verifier::None, ..Rules::realistic() });
    for preset in [Rules::reference(), Rules::realistic()] {
        let limits = ProviderLimits { concurrency: Some(3), tokens_per_minute: Some(50_000) };
        rules.push(Rules { capacity: Capacity::Limited(limits), ..preset });
        rules.push(preset.of_published_baselines());
    }
    let names =
        ["price-table", "cop-greedy:4", "best-model", "escalation", "water-filling", "static-optimum"];
    let mut draws = Streams::new(4, Purpose::SamplingPlan, Streaming::common()).open(Address::trial(1));
    let (mut bound, mut most, mut runs) = (0, 0, 0);
    for family in [Family::CodeflowA, Family::Proofflow, Family::ForkJoin] {
        for _ in 0..2 {
            let workflow = family.draw(4, &mut draws).unwrap();
            for &rules in &rules {
                let budget = Budget::Money(60_000_000);
                let problem = Problem::new(workflow.clone(), rules, budget, seconds(400.0)).unwrap();
                let mut policies: Vec<_> =
                    names.iter().map(|name| Named::parse(name).unwrap().policy(&problem).unwrap()).collect();
                for trial in 0..20 {
                    let possible = problem.run(&mut PerfectInformation, &world(), trial);
                    assert!(!possible.is_done() || possible.makespan.as_seconds() <= 400.0);
                    let mut is_done_by_any = false;
                    for (policy, name) in policies.iter_mut().zip(names) {
                        let is_done = problem.run(policy.as_mut(), &world(), trial).is_done();
                        assert!(possible.is_done() || !is_done, "{name} on {family:?} under {rules:?}");
                        is_done_by_any |= is_done;
                    }
                    most += u32::from(is_done_by_any);
                    bound += u32::from(possible.is_done());
                    runs += 1;
                }
            }
        }
    }
    assert!(most > runs / 10 && bound < runs, "{most} and {bound} of {runs}");
}
