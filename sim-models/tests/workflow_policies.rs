//! Baselines: those with a closed or enumerated value, and all of them on all families.
#![allow(clippy::unwrap_used)]

use sim_core::events::Duration;
use sim_core::random::{Address, Family as Streaming, Purpose, Streams};
use sim_models::workflow::generate::Family;
use sim_models::workflow::oracle::Oracle;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{
    Budget, Ending, Problem, Rules, SampleLaw, Workflow, nominal_budget, nominal_deadline,
};

fn streams() -> Streams {
    Streams::new(5, Purpose::World, Streaming::common())
}

fn completed(problem: &Problem, name: &str, runs: u64) -> f64 {
    let mut policy = Named::parse(name).unwrap().policy(problem).unwrap();
    let mut engine = problem.runs();
    let done = (0..runs).filter(|&trial| engine.run(policy.as_mut(), &streams(), trial).is_done());
    done.count() as f64 / runs as f64
}

/// A chain of two subtasks with whole costs and latencies, and a budget for at most four samples of one.
fn pair(seed: u64) -> Problem {
    let mut stream = Streams::new(2, Purpose::SamplingPlan, Streaming::common()).open(Address::trial(seed));
    let mut builder = Workflow::builder().model("s", 0.0).model("l", 0.0);
    for node in 0..2 {
        builder = builder.subtask(format!("v{node}")).needs((node > 0).then(|| "v0".to_owned()));
        for (model, cost) in [("s", 1), ("l", 2)] {
            let (success, latency) = (0.3 + 0.6 * stream.uniform(), 1 + stream.below(2));
            builder = builder.option(model, SampleLaw::constant(success, latency as f64, cost).unwrap());
        }
    }
    let (budget, time) = (4 + stream.below(2), 2 + stream.below(3));
    let deadline = Duration::from_nanoseconds(time * 1_000_000_000);
    Problem::new(builder.build().unwrap(), Rules::reference(), Budget::Tokens(budget), deadline).unwrap()
}

/// Against the best static plan by enumeration: pooled over 40 chains of 1000 runs, within five standard errors, one being at most 0.0025.
#[test]
fn the_static_optimum_is_that_of_the_enumeration() {
    let (mut found, mut expected) = (0.0, 0.0);
    let chains = 40;
    for seed in 0..chains {
        let problem = pair(seed);
        found += completed(&problem, "static-optimum", 1000);
        expected += Oracle::new(&problem, &[1, 2, 3, 4]).unwrap().best_static();
    }
    let (found, expected) = (found / chains as f64, expected / chains as f64);
    assert!((found - expected).abs() < 5.0 * 0.0025, "{found}, expected {expected}");
}

/// Choosing again is never worse here than keeping the first plan, which never tries again; water that is spread by one price is worth as
/// much as the knapsack where time does not matter. Pooled over 40 chains of 500 runs; five standard errors of a paired difference are 0.025.
#[test]
fn choosing_again_is_worth_something() {
    let roomier = |seed| {
        let deadline = Duration::from_nanoseconds(8_000_000_000);
        pair(seed).within(Budget::Tokens(7), deadline).unwrap()
    };
    let pooled = |name: &str| (0..40).map(|seed| completed(&roomier(seed), name, 500)).sum::<f64>() / 40.0;
    let (once, again) = (pooled("static-optimum"), pooled("certainty-equivalent"));
    assert!(again > once + 0.025, "{again} again, {once} once");
    assert!(pooled("water-filling") > once - 0.025);
}

/// Every policy on every family, under both presets: all but static shares launch something, and do not stall, and on code with
/// ample budget and time each completes some.
#[test]
fn every_policy_runs_on_every_family() {
    let names = [
        "planner:300",
        "planner:300+no-tails+racing",
        "planner:300+ocba+no-common",
        "planner:300+uniform+no-table+no-test",
        "planner:300+bound",
        "planner:no-rollouts",
        "price-table",
        "reference:1+common",
        "best-seq",
        "cop-greedy:2",
        "best-model",
        "cheapest",
        "escalation:2",
        "certainty-equivalent",
        "water-filling",
        "replication",
        "myopic",
        "static-uniform",
        "static-random",
        "static-latency",
        "static-failure",
        "static-critical-path",
        "static-optimum",
        "static-relaxed",
    ];
    let mut draws = Streams::new(0, Purpose::SamplingPlan, Streaming::common()).open(Address::trial(3));
    for family in Family::ALL {
        let workflow = family.draw(4, &mut draws).unwrap();
        for rules in [Rules::reference(), Rules::realistic()] {
            let deadline = Duration::from_seconds(3600.0).unwrap();
            let budget = Budget::Money(2_000_000_000);
            let problem = Problem::new(workflow.clone(), rules, budget, deadline).unwrap();
            for name in names {
                let mut policy = Named::parse(name).unwrap().policy(&problem).unwrap();
                for trial in 0..2 {
                    let result = problem.run(policy.as_mut(), &streams(), trial);
                    // Static shares may cost more than the budget at once, and never try again.
                    let once = name.starts_with("static");
                    assert!(once || result.batches > 0, "{name} on {family:?}");
                    assert!(once || result.ending != Ending::Stalled, "{name} on {family:?}: {result:?}");
                }
            }
        }
    }
    let easy = |node: &str| (node.to_owned(), SampleLaw::constant(0.5, 1.0, 1).unwrap());
    let (name, law) = easy("a");
    let workflow = Workflow::builder().model("m", 0.0).subtask(name).option("m", law).build().unwrap();
    let deadline = Duration::from_seconds(60.0).unwrap();
    let problem = Problem::new(workflow, Rules::reference(), Budget::Tokens(60), deadline).unwrap();
    for name in names {
        assert!(completed(&problem, name, 40) > 0.3, "{name}");
    }
}

#[test]
fn unknown_names_and_switches_are_answered_with_those_that_there_are() {
    let sentence = |name: &str| Named::parse(name).unwrap_err().to_string();
    assert!(sentence("planer").contains("did you mean `planner`"));
    assert!(sentence("planner:no-tail").contains("`no-tail` is no switch; there are no-rollouts, no-table"));
    assert!(sentence("planner:0").contains("a whole number from 1 to 1000000000; found `0`"));
    assert!(sentence("reference:1e99").contains("found `1e99`"));
    assert!(sentence("planner:ocba+uniform").contains("`ocba` and `uniform` exclude each other"));
    assert!(sentence("planner:100+no-test+200").contains("`100` and `200` exclude each other"));
    assert!(sentence("reference:common+common").contains("exclude each other"));
    assert!(sentence("reference:common+x").contains("there are common, fresh, sizes=1/4/16/64, SIMULATIONS"));
    assert!(sentence("reference:sizes=1/65").contains("from 1 to 64, separated by slashes; found `65`"));
    assert!(sentence("reference:sizes=").contains("found ``"));
    assert!(sentence("best-seq:3").contains("there is no policy"));
}

/// The relaxed static plan is on average as good as the optimal one, in runs: 40 chains of 1000, five standard errors being 0.0125.
#[test]
fn the_relaxed_static_plan_is_nearly_optimal() {
    let pooled = |name: &str| (0..40).map(|seed| completed(&pair(seed), name, 1000)).sum::<f64>() / 40.0;
    let (relaxed, optimum) = (pooled("static-relaxed"), pooled("static-optimum"));
    assert!((relaxed - optimum).abs() < 0.0125, "{relaxed}, optimum {optimum}");
}

/// A model whose name has a colon, with and without a number of samples; `a` with two samples comes first.
#[test]
fn models_with_colons_can_be_named() {
    let law = || SampleLaw::constant(1.0, 1.0, 1).unwrap();
    let workflow = |names: &[&str]| {
        let mut builder = Workflow::builder();
        for name in names {
            builder = builder.model(*name, 0.0);
        }
        builder = builder.subtask("v");
        for name in names {
            builder = builder.option(*name, law());
        }
        builder.build().unwrap()
    };
    let samples = |names: &[&str], policy: &str| {
        let workflow = workflow(names);
        let deadline = Duration::from_seconds(60.0).unwrap();
        let problem = Problem::new(workflow, Rules::reference(), Budget::Tokens(60), deadline).unwrap();
        let mut policy = Named::parse(policy).unwrap().policy(&problem).map_err(|error| error.to_string())?;
        let (_, history) = problem.run_with_history(policy.as_mut(), &streams(), 0);
        Ok::<_, String>((history[0].launch.model, history[0].launch.count))
    };
    assert_eq!(samples(&["b", "a:2"], "seq:a:2"), Ok((1, 1)));
    assert_eq!(samples(&["b", "a:2"], "seq:a:2:3"), Ok((1, 3)));
    assert_eq!(samples(&["a", "a:2"], "seq:a:2"), Ok((0, 2)));
    assert_eq!(samples(&["b", "a:x"], "seq:a:x"), Ok((1, 1)));
    assert!(samples(&["b"], "seq:a:2").unwrap_err().contains("no model `a`; it has `b`"));
}

/// A free model that is never right costs nothing per sample, and everything per success.
#[test]
fn a_model_that_is_never_right_is_no_bargain() {
    let workflow = Workflow::builder()
        .model("free", 0.0)
        .model("paid", 1.0)
        .subtask("v")
        .option("free", SampleLaw::constant(0.0, 1.0, 10).unwrap())
        .option("paid", SampleLaw::constant(1.0, 1.0, 10).unwrap())
        .build()
        .unwrap();
    // One sample of 10 tokens at a millionth of a dollar, and one second.
    assert_eq!((nominal_budget(&workflow), nominal_deadline(&workflow)), (10_000.0, 1.0));
    let deadline = Duration::from_seconds(10.0).unwrap();
    let problem = Problem::new(workflow, Rules::reference(), Budget::Money(20_000), deadline).unwrap();
    for policy in ["cop-greedy", "static-uniform", "planner:100"] {
        assert_eq!(completed(&problem, policy, 20), 1.0, "{policy}");
    }
}

/// What is believed decides which fixed policy seems best, also where it is the wrong one.
#[test]
fn the_best_fixed_policy_is_looked_for_in_what_is_believed() {
    let workflow = |small, large| {
        let law = |success| SampleLaw::constant(success, 1.0, 1).unwrap();
        let builder = Workflow::builder().model("small", 0.0).model("large", 0.0).subtask("v");
        builder.option("small", law(small)).option("large", law(large)).build().unwrap()
    };
    let deadline = Duration::from_seconds(1.5).unwrap();
    let truth = Problem::new(workflow(0.1, 1.0), Rules::reference(), Budget::Tokens(1), deadline).unwrap();
    assert_eq!(completed(&truth, "best-seq", 20), 1.0);
    let mistaken = truth.believing(workflow(1.0, 0.1)).unwrap();
    let found = completed(&mistaken, "best-seq", 400);
    // 0.1 by the small model, within five standard errors.
    assert!((found - 0.1).abs() < 0.075, "{found}");
}

/// The optimum is computed depth first: what could go on for ever, or for long, is refused.
#[test]
fn an_optimum_that_is_far_away_is_refused() {
    let refused = |success: f64, latency: f64, tokens: u64, seconds: f64| {
        let law = SampleLaw::constant(success, latency, tokens).unwrap();
        let workflow = Workflow::builder().model("m", 0.0).subtask("v").option("m", law).build().unwrap();
        let deadline = Duration::from_seconds(seconds).unwrap();
        let problem =
            Problem::new(workflow, Rules::reference(), Budget::Tokens(1_000_000), deadline).unwrap();
        Named::parse("optimum").unwrap().policy(&problem).err().map(|error| error.to_string())
    };
    assert_eq!(refused(0.5, 1.0, 1, 500.0), None);
    assert!(refused(0.5, 1.0, 1, 5000.0).unwrap().contains("at most 600 decisions"));
    assert!(refused(0.5, 0.0, 0, 10.0).unwrap().contains("at most 600 decisions"));
}
