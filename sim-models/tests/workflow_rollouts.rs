//! Rollouts of fixed plans against dynamic programming, closed forms and the general execution.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use sim_core::estimate::Proportion;
use sim_core::events::Duration;
use sim_core::lanes::Kernel;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Address, Family, Purpose, Streams};
use sim_models::law::Law;
use sim_models::registry::{Registry, Value, Values};
use sim_models::workflow::generate::Family as Drawn;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{
    Budget, Launch, Problem, Record, RolloutTally, Rollouts, Rules, Sample, SampleLaw, SampledWorkflow,
    Verifier, Workers, Workflow,
};

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds).unwrap()
}

fn streams() -> Streams {
    Streams::new(5, Purpose::World, Family::common())
}

fn run(rollouts: &Rollouts, trials: u64) -> RolloutTally {
    let stop = Stop::after(trials).unwrap();
    monte_carlo::run(rollouts, &streams(), &stop, &Control::default()).tally
}

/// Subtasks alike; `needs` by subtask.
fn workflow(needs: &[&[usize]], law: &SampleLaw) -> Workflow {
    let mut builder = Workflow::builder().model("small", 1.0);
    for (node, needs) in needs.iter().enumerate() {
        builder = builder
            .subtask(node.to_string())
            .needs(needs.iter().map(ToString::to_string))
            .option("small", law.clone());
    }
    builder.build().unwrap()
}

/// Standard deviations between a proportion and its exact value.
fn z(found: &Proportion, exact: f64) -> f64 {
    (found.value() - exact) / (exact * (1.0 - exact) / found.trials() as f64).sqrt()
}

/// Values of fixed policies by dynamic programming (mechanisms A7): limits that are kept exactly count as kept. |z| < 5: one false alarm in
/// 1.7 million checks.
#[test]
fn limits_are_those_of_the_golden_instances() {
    let small = SampleLaw::constant(0.4, 1.0, 1).unwrap();
    let diamond: &[&[usize]] = &[&[], &[0], &[0], &[1, 2]];
    let chain: &[&[usize]] = &[&[], &[0]];
    // G1: 1 - 0.6^8; G2a; G4a to G4c with two samples of the small model.
    for (needs, budget, deadline, exact) in [
        (&[&[][..]][..], 8, 4.0, 1.0 - 0.6f64.powi(8)),
        (chain, 8, 4.0, 0.863764),
        (diamond, 12, 6.0, 0.626797),
        (diamond, 16, 6.0, 0.811528),
        (diamond, 16, 8.0, 0.881976),
    ] {
        let workflow = workflow(needs, &small);
        let plan = vec![Launch { model: 0, count: 2 }; workflow.len()];
        let problem =
            Problem::new(workflow, Rules::reference(), Budget::Tokens(budget), seconds(deadline)).unwrap();
        let tally = run(&Rollouts::new(&problem, &plan, Workers::Unlimited).unwrap(), 400_000);
        let z = z(tally.completion(), exact);
        assert!(z.abs() < 5.0, "{budget} {deadline}: {} instead of {exact}", tally.completion().value());
    }
}

/// Completion under limits, and moments without them, as in the general execution: |z| < 5.
fn agree(workflow: &Workflow, launch: Launch) {
    let n = workflow.len();
    let free =
        Problem::new(workflow.clone(), Rules::reference(), Budget::Money(1 << 50), seconds(1e8)).unwrap();
    let name = workflow.models()[launch.model].name.clone();
    let policy = Named::parse(&format!("seq:{name}:{}", launch.count)).unwrap();
    let plan = policy.plan(&free).unwrap().unwrap();
    assert_eq!(plan.len(), n);
    let general = |problem: &Problem| {
        let sampled = SampledWorkflow::new(problem.clone(), policy.clone()).unwrap();
        let stop = Stop::after(20_000).unwrap();
        let streams = Streams::new(6, Purpose::World, Family::common());
        monte_carlo::run(&sampled, &streams, &stop, &Control::default()).tally
    };
    let (slow, fast) =
        (general(&free), run(&Rollouts::new(&free, &plan, Workers::Unlimited).unwrap(), 100_000));
    assert_eq!(slow.completion().successes(), 20_000);
    for (slow, fast) in [(slow.cost(), fast.cost()), (slow.makespan(), fast.makespan())] {
        let error = slow.standard_error().hypot(fast.standard_error());
        // Rounding to nanoseconds and nanodollars, and the errors of single precision, are below 1e-4.
        let off = (slow.value() - fast.value()).abs() - 1e-4 * slow.value();
        assert!(off < 5.0 * error, "{name}: {} {}", slow.value(), fast.value());
    }
    // Limits at the means: some runs keep both.
    let budget = Budget::Money(slow.cost().value() as u64);
    let tight = free.within(budget, seconds(slow.makespan().value())).unwrap();
    let (slow, fast) =
        (general(&tight), run(&Rollouts::new(&tight, &plan, Workers::Unlimited).unwrap(), 100_000));
    let share = slow.completion().value();
    let error = (share * (1.0 - share) * (1.0 / 20_000.0 + 1.0 / 100_000.0)).sqrt();
    assert!((share - fast.completion().value()).abs() < 5.0 * error, "{share} {}", fast.completion().value());
    assert!(share > 0.1 && share < 0.9, "{share}");
}

/// Workflows of the generators, with lengths coupled to success and caps; 12 comparisons.
#[test]
fn drawn_workflows_agree_with_the_general_execution() {
    for number in [3, 8] {
        let mut stream =
            Streams::new(0, Purpose::SamplingPlan, Family::common()).open(Address::trial(number));
        let workflow = Drawn::Proofflow.draw(6, &mut stream).unwrap();
        agree(&workflow, Launch { model: 1, count: 3 });
    }
}

/// Laws of all kinds: gamma and exponential lengths, latencies of their own, and records.
#[test]
fn all_laws_agree_with_the_general_execution() {
    let record =
        |weight, right, tokens, latency| Record { weight, sample: Sample { right, tokens, latency } };
    let laws = [
        SampleLaw::independent(0.4, Law::gamma(5.0, 2.0).unwrap(), Law::exponential(100.0).unwrap()).unwrap(),
        SampleLaw::independent(0.5, Law::lognormal(3.0, 2.0).unwrap(), Law::lognormal(90.0, 50.0).unwrap())
            .unwrap(),
        SampleLaw::records(vec![
            record(1.0, true, 100, 1.0),
            record(2.0, false, 300, 4.5),
            record(0.5, true, 50, 7.0),
        ])
        .unwrap(),
        SampleLaw::generated(0.4, Law::gamma(100.0, 40.0).unwrap(), 0.3, 140, 20.0, 0.5).unwrap(),
    ];
    for law in laws {
        agree(&workflow(&[&[], &[0], &[], &[1, 2], &[2]], &law), Launch { model: 0, count: 2 });
    }
}

/// One worker takes the sum of all subtasks, two workers and two subtasks the larger.
#[test]
fn workers_are_limited() {
    let law = SampleLaw::constant(1.0, 2.0, 1).unwrap();
    let problem =
        Problem::new(workflow(&[&[], &[], &[]], &law), Rules::reference(), Budget::Tokens(3), seconds(4.0))
            .unwrap();
    let makespan = |workers| {
        let plan = [Launch { model: 0, count: 1 }; 3];
        let tally = run(&Rollouts::new(&problem, &plan, workers).unwrap(), 1000);
        (tally.makespan().value(), tally.completion().value(), tally.late().value())
    };
    assert_eq!(makespan(Workers::Limited(1)), (6.0, 0.0, 1.0));
    assert_eq!(makespan(Workers::Limited(2)), (4.0, 1.0, 0.0));
    assert_eq!(makespan(Workers::Unlimited), (2.0, 1.0, 0.0));
}

#[test]
fn results_are_the_same_on_every_instruction_set() {
    let mut stream = Streams::new(0, Purpose::SamplingPlan, Family::common()).open(Address::trial(3));
    let workflow = Drawn::Proofflow.draw(6, &mut stream).unwrap();
    let plan = vec![Launch { model: 0, count: 4 }; workflow.len()];
    let problem =
        Problem::new(workflow, Rules::reference(), Budget::Money(500_000_000), seconds(600.0)).unwrap();
    for workers in [Workers::Unlimited, Workers::Limited(2)] {
        let on = |kernel| {
            let tally = run(&Rollouts::new(&problem, &plan, workers).unwrap().on(kernel), 3000);
            (
                tally.completion().successes(),
                tally.makespan().value().to_bits(),
                tally.cost().value().to_bits(),
            )
        };
        for kernel in Kernel::available() {
            assert_eq!(on(kernel), on(Kernel::Portable), "{kernel}");
        }
    }
}

#[test]
fn what_cannot_be_rolled_out_is_refused() {
    let law = SampleLaw::constant(0.4, 1.0, 1).unwrap();
    let problem =
        |rules| Problem::new(workflow(&[&[], &[0]], &law), rules, Budget::Tokens(8), seconds(4.0)).unwrap();
    let launch = Launch { model: 0, count: 2 };
    let refused = |rules: Rules, plan: &[Launch]| {
        Rollouts::new(&problem(rules), plan, Workers::Unlimited).unwrap_err().to_string()
    };
    let reference = Rules::reference();
    assert_eq!(refused(reference, &[launch]), "a plan has one launch for each of the 2 subtasks; found 1");
    assert_eq!(
        refused(reference, &[launch, Launch { model: 7, count: 1 }]),
        "subtask `1` cannot be tried with a model that the workflow does not have"
    );
    assert!(
        refused(reference, &[launch, Launch { count: 0, ..launch }]).contains("samples of `1` is from 1 to")
    );
    assert!(
        refused(Rules { verifier: Verifier::None, ..reference }, &[launch; 2]).contains("a perfect verifier")
    );
    assert!(refused(Rules::realistic(), &[launch; 2]).contains("end with their last sample"));
    assert!(Rollouts::new(&problem(reference), &[launch; 2], Workers::Limited(0)).is_err());
    // Plans are fixed only where the policy always launches the same.
    let problem = problem(reference);
    let plan = |name: &str| Named::parse(name).unwrap().plan(&problem).unwrap();
    assert_eq!(plan("seq:small:4"), Some(vec![Launch { model: 0, count: 4 }; 2]));
    assert_eq!(plan("cop-greedy"), Some(vec![Launch { model: 0, count: 1 }; 2]));
    assert_eq!(plan("escalation"), None);
    assert!(Named::parse("seq:large:4").unwrap().plan(&problem).is_err());
}

/// The registered model runs, and says what is wrong with a policy that decides.
#[test]
fn the_model_is_registered() {
    let registry = Registry::builtin();
    let model = registry.find("workflow-rollouts").unwrap();
    let values = |pairs: &[(&str, &str)]| {
        let given = pairs.iter().map(|&(key, value)| (key.to_owned(), Value::parse(value))).collect();
        Values::resolve(&model.parameters(), &given).unwrap()
    };
    assert!(model.prepare(&values(&[])).is_ok());
    let error = model.prepare(&values(&[("policy", "planner")])).err().unwrap().to_string();
    assert!(error.contains("the model `workflow` runs it"), "{error}");
}
