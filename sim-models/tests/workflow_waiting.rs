//! What waits: samples for providers with limits, and ready subtasks for the next decision.
#![allow(clippy::unwrap_used)]

use sim_core::events::Duration;
use sim_core::random::{Address, Family as Streaming, Purpose, Streams};
use sim_models::workflow::generate::Family;
use sim_models::workflow::policy::{Decision, Named, Policy, Sequential};
use sim_models::workflow::{
    Attempt, BatchEnd, Budget, Capacity, DeadlineRule, Ending, Idle, Launch, Problem, ProviderLimits,
    Replanning, Rollouts, Rules, RunResult, SampleLaw, Situation, View, Workers, Workflow,
};

fn seconds(time: f64) -> Duration {
    Duration::from_seconds(time).unwrap()
}

fn world() -> Streams {
    Streams::new(23, Purpose::World, Streaming::common())
}

fn limited(concurrency: Option<u32>, tokens_per_minute: Option<u32>) -> Capacity {
    Capacity::Limited(ProviderLimits { concurrency, tokens_per_minute })
}

/// Subtasks that need nothing or the one before, with samples of a second and ten tokens.
fn workflow(size: usize, is_chain: bool, success: f64) -> Workflow {
    let mut builder = Workflow::builder().model("m", 0.0);
    for node in 0..size {
        let needs = (is_chain && node > 0).then(|| format!("v{}", node - 1));
        builder = builder.subtask(format!("v{node}")).needs(needs);
        builder = builder.option("m", SampleLaw::constant(success, 1.0, 10).unwrap());
    }
    builder.build().unwrap()
}

fn run(workflow: Workflow, rules: Rules, count: u32, trial: u64) -> (RunResult, Vec<Attempt>) {
    let problem = Problem::new(workflow, rules, Budget::Tokens(1_000_000), seconds(1e6)).unwrap();
    problem.run_with_history(&mut Sequential(Launch { model: 0, count }), &world(), trial)
}

fn ends(history: &[Attempt]) -> Vec<f64> {
    history.iter().map(|attempt| attempt.ended.as_seconds()).collect()
}

/// Three subtasks side by side with two samples each. One place: they end after 2, 4 and 6 seconds. Three places: after 1, 2 and 2. No
/// limit: after 1. With 60 tokens a minute the first six samples have their tokens; of four subtasks the eighth has them after 20 seconds.
#[test]
fn samples_wait_in_line() {
    let ends_under = |capacity, size| {
        ends(&run(workflow(size, false, 1.0), Rules { capacity, ..Rules::reference() }, 2, 0).1)
    };
    assert_eq!(ends_under(Capacity::Infinite, 3), [1.0, 1.0, 1.0]);
    assert_eq!(ends_under(limited(Some(1), None), 3), [2.0, 4.0, 6.0]);
    assert_eq!(ends_under(limited(Some(3), None), 3), [1.0, 2.0, 2.0]);
    assert_eq!(ends_under(limited(None, Some(60)), 4), [1.0, 1.0, 1.0, 21.0]);
}

/// A model with limits of its own has those, if the rules limit providers at all.
#[test]
fn a_model_can_have_limits_of_its_own() {
    let text = r#"{ "models": { "m": { "concurrency": 1 } }, "subtasks": [
        { "id": "a", "options": { "m": { "success": 1, "latency_seconds": 1, "output_tokens": 1 } } } ] }"#;
    let workflow = Workflow::from_json(text).unwrap();
    let ends_under =
        |capacity| ends(&run(workflow.clone(), Rules { capacity, ..Rules::reference() }, 3, 0).1);
    assert_eq!(ends_under(Capacity::Infinite), [1.0]);
    assert_eq!(ends_under(limited(Some(3), None)), [3.0]);
    let none = text.replace("\"concurrency\": 1", "\"tokens_per_minute\": 0");
    let sentence = Workflow::from_json(&none).unwrap_err().to_string();
    assert_eq!(sentence, "model `m`: the number of tokens per minute of a provider is at least 1; found 0");
    for limits in [(Some(0), None), (None, Some(0))] {
        let rules = Rules { capacity: limited(limits.0, limits.1), ..Rules::reference() };
        assert!(Problem::new(workflow.clone(), rules, Budget::Tokens(1), seconds(1.0)).is_err());
    }
}

/// Where the first success ends a batch, samples that have not begun leave the line and are not paid: with one place and certain success
/// every batch costs one sample, and the next subtask does not wait.
#[test]
fn who_has_not_begun_leaves_at_success() {
    let rules = Rules {
        batch_end: BatchEnd::FirstSuccess { refund: false },
        capacity: limited(Some(1), None),
        ..Rules::reference()
    };
    let (result, history) = run(workflow(3, false, 1.0), rules, 5, 0);
    assert_eq!((ends(&history), result.cost), (vec![1.0, 2.0, 3.0], 30));
}

/// Limits that bind nobody change nothing, to the last bit; tighter ones delay, and under them planners and baselines run to an end.
#[test]
fn loose_limits_change_nothing_and_tight_ones_delay() {
    let mut draws = Streams::new(6, Purpose::SamplingPlan, Streaming::common()).open(Address::trial(2));
    let names = ["planner:300", "reference:1+common", "cop-greedy:8", "water-filling"];
    let (mut free, mut tight) = (0.0, 0.0);
    for family in [Family::Proofflow, Family::CodeflowA] {
        let workflow = family.draw(4, &mut draws).unwrap();
        for rules in [Rules::reference(), Rules::realistic()] {
            let of = |capacity| {
                let rules = Rules { capacity, deadline: DeadlineRule::AtDeadline, ..rules };
                let budget = Budget::Money(2_000_000_000);
                Problem::new(workflow.clone(), rules, budget, seconds(3600.0)).unwrap()
            };
            let problems = [
                of(Capacity::Infinite),
                of(limited(Some(100_000), None)),
                of(limited(Some(2), Some(100_000))),
            ];
            for name in names {
                for trial in 0..3 {
                    let [infinite, loose, scarce] = [0, 1, 2].map(|at: usize| {
                        let problem = &problems[at];
                        let mut policy = Named::parse(name).unwrap().policy(problem).unwrap();
                        problem.run(policy.as_mut(), &world(), trial)
                    });
                    // Planners simulate lines only approximately, and decide otherwise where there are any.
                    assert!(infinite == loose || !name.starts_with("cop"), "{name} on {family:?}");
                    assert_ne!(scarce.ending, Ending::Stalled, "{name} on {family:?}");
                    free += infinite.makespan.as_seconds();
                    tight += scarce.makespan.as_seconds();
                }
            }
        }
    }
    assert!(tight > 1.2 * free, "{tight} and {free}");
}

/// A chain of two, samples of a second: asked every 1.5 seconds, the second subtask begins at 1.5. What fails is tried again at the next
/// multiple as well.
#[test]
fn a_timer_makes_ready_subtasks_wait() {
    let every = |time| Rules { replanning: Replanning::Timer(seconds(time)), ..Rules::reference() };
    let (_, history) = run(workflow(2, true, 1.0), every(1.5), 1, 0);
    assert_eq!(ends(&history), [1.0, 2.5]);
    let (_, history) = run(workflow(2, true, 1.0), every(0.5), 1, 0);
    assert_eq!(ends(&history), [1.0, 2.0]);
    let (result, history) = run(workflow(1, true, 0.2), every(10.0), 1, 3);
    assert!(result.is_done() && history.len() > 1);
    let begins = history.iter().enumerate();
    assert!(begins.clone().all(|(at, attempt)| attempt.started.as_seconds() == 10.0 * at as f64));
    let rules = Rules { replanning: Replanning::Timer(Duration::ZERO), ..Rules::reference() };
    let problem = Problem::new(workflow(1, true, 1.0), rules, Budget::Tokens(1), seconds(1.0));
    assert!(problem.unwrap_err().to_string().contains("the time between two decisions is positive"));
}

/// Larger at every attempt.
struct Growing;

impl Policy for Growing {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let launch = |&node: &usize| (node, Launch { model: 0, count: 1 + view.attempts(node) });
        decision.launches.extend(view.ready().iter().map(launch));
    }
}

/// In an open loop the policy is asked once per subtask of a chain, and the first launch is repeated.
#[test]
fn an_open_loop_keeps_its_first_decisions() {
    let of = |replanning| {
        let rules = Rules { replanning, ..Rules::reference() };
        let problem =
            Problem::new(workflow(3, true, 0.2), rules, Budget::Tokens(1_000_000), seconds(1e6)).unwrap();
        problem.run_with_history(&mut Growing, &world(), 1)
    };
    let (result, history) = of(Replanning::Never);
    assert!(result.is_done() && history.len() > 3);
    assert_eq!(result.decisions, 3);
    assert!(history.iter().all(|attempt| attempt.launch.count == 1));
    let (result, history) = of(Replanning::BatchEnd);
    assert_eq!(result.decisions, history.len() as u64);
    assert!(history.iter().any(|attempt| attempt.launch.count > 1));
}

/// Launches the second subtask when two samples of the first have ended.
struct Watching;

impl Policy for Watching {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let ended: u32 = view.running().map(|running| running.ended).sum();
        for &node in view.ready() {
            if node == 0 || ended >= 2 {
                decision.launches.push((node, Launch { model: 0, count: 4 }));
            }
        }
    }
}

/// With one place samples end after 1, 2, 3 and 4 seconds: whoever is asked at the end of samples launches after 2, otherwise after the
/// batch, which is never if nothing else runs.
#[test]
fn samples_that_end_are_seen() {
    let of = |replanning| {
        let rules =
            Rules { replanning, idle: Idle::Allowed, capacity: limited(Some(1), None), ..Rules::reference() };
        let problem =
            Problem::new(workflow(2, false, 1.0), rules, Budget::Tokens(1_000_000), seconds(1e6)).unwrap();
        problem.run_with_history(&mut Watching, &world(), 1)
    };
    let (result, history) = of(Replanning::SampleEnd);
    let begins: Vec<f64> = history.iter().map(|attempt| attempt.started.as_seconds()).collect();
    assert_eq!((result.ending, begins, ends(&history)), (Ending::Done, vec![0.0, 2.0], vec![4.0, 8.0]));
    assert_eq!(of(Replanning::BatchEnd).0.ending, Ending::Stalled);
}

/// Every trigger with planners and baselines on a family: runs end, and a slow timer completes less.
#[test]
fn every_trigger_runs() {
    let mut draws = Streams::new(6, Purpose::SamplingPlan, Streaming::common()).open(Address::trial(4));
    let workflow = Family::Proofflow.draw(0, &mut draws).unwrap();
    let completed = |replanning, name: &str| {
        let rules = Rules { replanning, ..Rules::realistic() };
        let budget = Budget::Money(500_000_000);
        let problem = Problem::new(workflow.clone(), rules, budget, seconds(900.0)).unwrap();
        let mut policy = Named::parse(name).unwrap().policy(&problem).unwrap();
        let done = (0..20).filter(|&trial| {
            let result = problem.run(policy.as_mut(), &world(), trial);
            assert_ne!(result.ending, Ending::Stalled, "{name} under {replanning:?}");
            result.is_done()
        });
        done.count()
    };
    for name in ["planner:300", "reference:1+common", "cop-greedy:4"] {
        let all = completed(Replanning::BatchEnd, name);
        completed(Replanning::SampleEnd, name);
        completed(Replanning::Never, name);
        let slow = completed(Replanning::Timer(seconds(400.0)), name);
        assert!(slow < all, "{name}: {slow} and {all}");
    }
}

/// A sample passes with probability 0.1 after a second, and there are two. With one place a planner sees that of larger batches only two
/// samples end in time: it expects 1 - 0.9^2 at most, where any number of places makes success nearly sure.
#[test]
fn rollouts_know_of_lines() {
    let score = |capacity, name: &str| {
        let rules = Rules { capacity, ..Rules::reference() };
        let budget = Budget::Tokens(1_000_000);
        let problem = Problem::new(workflow(1, true, 0.1), rules, budget, seconds(2.0)).unwrap();
        let mut policy = Named::parse(name).unwrap().policy(&problem).unwrap();
        policy.begin(&problem, &world(), 0);
        problem.decide(policy.as_mut(), &Situation::default()).unwrap().score.unwrap()
    };
    let (free, scarce) = (score(Capacity::Infinite, "reference"), score(limited(Some(1), None), "reference"));
    assert!(free > 0.95 && scarce < 0.45, "{free} and {scarce}");
}

/// Rollouts of a fixed plan in lanes know neither lines nor timers, and say so.
#[test]
fn rollouts_in_lanes_refuse_what_waits() {
    let sentence = |rules| {
        let budget = Budget::Tokens(100);
        let problem = Problem::new(workflow(1, true, 0.5), rules, budget, seconds(2.0)).unwrap();
        let plan = [Launch { model: 0, count: 1 }];
        Rollouts::new(&problem, &plan, Workers::Unlimited).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(sentence(Rules::reference()), Ok(()));
    let lines = sentence(Rules { capacity: limited(Some(1), None), ..Rules::reference() });
    assert!(lines.unwrap_err().contains("need providers without limits"));
    let timer = sentence(Rules { replanning: Replanning::Timer(seconds(1.0)), ..Rules::reference() });
    assert!(timer.unwrap_err().contains("need launches as soon as something is ready"));
}
