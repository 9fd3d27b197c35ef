//! What runs of several workflows say of their family, and what a policy says of itself.

#![expect(clippy::unwrap_used, reason = "helpers fail the test, too")]

use sim_core::estimate::{Confidence, Estimate};
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Simulation, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::models::AnyWorkflow;
use sim_models::registry::Model;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Budget, Comparison, Problem, Rules, SampleLaw, SampledWorkflow, Turns, Workflow};

/// One subtask, which `m` completes with this probability in a second, and `late` never before the deadline; one token is all that there is.
fn problem(success: f64) -> Problem {
    let workflow = Workflow::builder()
        .model("m", 0.0)
        .model("late", 0.0)
        .subtask("a")
        .option("m", SampleLaw::constant(success, 1.0, 1).unwrap())
        .option("late", SampleLaw::constant(1.0, 9.0, 1).unwrap())
        .build()
        .unwrap();
    let deadline = Duration::from_seconds(2.0).unwrap();
    Problem::new(workflow, Rules::reference(), Budget::Tokens(1), deadline).unwrap()
}

fn tally<S: Simulation>(simulation: &S, trials: u64) -> S::Tally {
    let streams = Streams::new(3, Purpose::World, Family::common());
    monte_carlo::run(simulation, &streams, &Stop::after(trials).unwrap(), &Control::default()).tally
}

fn metric(problems: Vec<Problem>, policy: &str, trials: u64, name: &str) -> Estimate {
    let turns = Turns::new(problems).unwrap();
    let sampled = SampledWorkflow::in_turn(turns, Named::parse(policy).unwrap()).unwrap();
    let estimates = sampled.estimates(&tally(&sampled, trials), Confidence::DEFAULT);
    estimates[AnyWorkflow.metrics().iter().position(|metric| metric.name == name).unwrap()]
}

/// Two workflows, of which one is always completed and the other never: of these two the share is known well, of others like them nothing is.
/// Two clusters that agree within themselves are one trial, and Student's quantile for one degree of freedom is 12.7: Wilson's ends are 0.0015
/// and 0.9985.
#[test]
fn two_workflows_say_little_of_their_family() {
    let both = || vec![problem(1.0), problem(0.0)];
    let these = metric(both(), "seq:m:1", 400, "completion_probability");
    assert!(these.value == 0.5 && these.low > 0.44 && these.high < 0.56, "{these:?}");
    let family = metric(both(), "seq:m:1", 400, "family_completion");
    assert_eq!(family.value, 0.5);
    assert!((family.low - 0.0015).abs() < 1e-4 && (family.high - 0.9985).abs() < 1e-4, "{family:?}");
}

/// The same of a difference: in the first workflow one policy is always ahead, in the second never.
#[test]
fn a_difference_in_one_of_two_workflows_says_little_of_their_family() {
    let policies = ["seq:m:1", "seq:late:1"].map(|name| Named::parse(name).unwrap());
    let turns = Turns::new(vec![problem(1.0), problem(0.0)]).unwrap();
    let comparison = Comparison::new(turns, policies.to_vec()).unwrap();
    let tally = tally(&comparison, 400);
    let (_, _, pair) = tally.pairs().next().unwrap();
    let (these, family) =
        (pair.completion.estimate(Confidence::DEFAULT), pair.by_problem.difference(Confidence::DEFAULT));
    assert_eq!((these.value, family.value), (0.5, 0.5));
    assert!(these.low > 0.44, "{these:?}");
    assert!(family.low < -0.4 && family.high > 0.99, "{family:?}");
}

/// The planner knows the value of a chain of one subtask with one token exactly, 1/2: what it expects is off by 1/2 in every run.
#[test]
fn a_policy_that_is_right_about_itself_is_not_optimistic() {
    let of = |name| metric(vec![problem(0.5)], "planner", 2000, name);
    let done = of("completion_probability").value;
    assert!((of("optimism").value - (0.5 - done)).abs() < 1e-6, "{}", of("optimism").value);
    assert!((of("brier").value - 0.25).abs() < 1e-6, "{}", of("brier").value);
    // A fixed policy says nothing of itself.
    assert!(metric(vec![problem(0.5)], "seq:m:1", 100, "optimism").value.is_nan());
}
