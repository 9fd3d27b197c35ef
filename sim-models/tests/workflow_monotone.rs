//! What the optimum and the published planner guarantee, on random tiny instances by dynamic programming (mechanisms A5, T1, T4, T5). An edge
//! less can lower the optimum: what is ready must be launched while nothing runs, and spends what another subtask needs.
#![allow(clippy::unwrap_used)]

use sim_core::events::Duration;
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::workflow::oracle::Oracle;
use sim_models::workflow::policy::{Decision, Policy};
use sim_models::workflow::{Budget, Idle, Launch, Problem, Rules, SampleLaw, Verifier, View, Workflow};

/// What an instance is drawn from, so that one number of it can be changed.
#[derive(Clone)]
struct Instance {
    /// By subtask: earlier ones that it needs.
    needs: Vec<Vec<usize>>,
    /// By subtask and model: success, tokens, seconds.
    options: Vec<[(f64, u64, u64); 2]>,
    budget: u64,
    seconds: u64,
}

impl Instance {
    fn draw(stream: &mut Stream) -> Self {
        let size = 1 + stream.below(3) as usize;
        let mut option = |low: f64| (low + 0.5 * stream.uniform(), 1 + stream.below(3), 1 + stream.below(3));
        let options: Vec<_> = (0..size).map(|_| [option(0.1), option(0.4)]).collect();
        let needs = (0..size).map(|node| (0..node).filter(|_| stream.fair()).collect()).collect();
        let (budget, seconds) =
            (size as u64 * (2 + stream.below(4)), size as u64 * (1 + stream.below(2)) + 2);
        Self { needs, options, budget, seconds }
    }

    fn problem(&self, idle: Idle) -> Problem {
        let mut builder = Workflow::builder().model("s", 0.0).model("l", 0.0);
        for (node, (needs, options)) in self.needs.iter().zip(&self.options).enumerate() {
            let parents = needs.iter().map(|parent| format!("v{parent}"));
            builder = builder.subtask(format!("v{node}")).needs(parents);
            for (model, &(success, tokens, seconds)) in ["s", "l"].into_iter().zip(options) {
                builder =
                    builder.option(model, SampleLaw::constant(success, seconds as f64, tokens).unwrap());
            }
        }
        let rules = Rules { idle, ..Rules::reference() };
        let deadline = Duration::from_nanoseconds(self.seconds * 1_000_000_000);
        Problem::new(builder.build().unwrap(), rules, Budget::Tokens(self.budget), deadline).unwrap()
    }

    fn best_with(&self, idle: Idle, counts: &[u32]) -> f64 {
        Oracle::new(&self.problem(idle), counts).unwrap().best()
    }

    fn best(&self) -> f64 {
        self.best_with(Idle::Forbidden, &[1, 2])
    }
}

/// Rounding of sums of probabilities.
const ROUNDING: f64 = 1e-9;

#[test]
fn more_of_anything_never_hurts_the_optimum() {
    let streams = Streams::new(21, Purpose::SamplingPlan, Family::common());
    let mut strictly = [0; 5];
    for number in 0..1000 {
        let instance = Instance::draw(&mut streams.open(Address::trial(number)));
        let best = instance.best();
        let richer = Instance { budget: instance.budget + 1, ..instance.clone() };
        let slower = Instance { seconds: instance.seconds + 1, ..instance.clone() };
        let mut smarter = instance.clone();
        smarter.options[0][0].0 += 0.1;
        let bound = instance.best_with(Idle::Allowed, &[1, 2]);
        let better = [
            ("money", richer.best()),
            ("time", slower.best()),
            ("skill", smarter.best()),
            ("a size more", instance.best_with(Idle::Forbidden, &[1, 2, 4])),
            ("waiting allowed", bound),
        ];
        for ((what, value), strictly) in better.into_iter().zip(&mut strictly) {
            assert!(value >= best - ROUNDING, "{what}, instance {number}: {value} after {best}");
            *strictly += usize::from(value > best + ROUNDING);
        }
    }
    // All but waiting are worth something somewhere, or the checks would check nothing.
    assert!(strictly[..4].iter().all(|&count| count > 20), "{strictly:?}");
}

/// With exact values, launching what is best if a policy of the portfolio follows is at least as good as each of them (T1).
#[test]
fn exact_rollouts_are_no_worse_than_what_they_follow() {
    let streams = Streams::new(22, Purpose::SamplingPlan, Family::common());
    let mut strictly = 0;
    for number in 0..300 {
        let problem = Instance::draw(&mut streams.open(Address::trial(number))).problem(Idle::Forbidden);
        let mut oracle = Oracle::new(&problem, &[1, 2]).unwrap();
        let (rollout, best) = (oracle.rollout(), oracle.best());
        let fixed = (0..oracle.portfolio().len()).map(|policy| oracle.fixed(policy)).fold(0.0, f64::max);
        assert!(fixed <= rollout + ROUNDING && rollout <= best + ROUNDING, "{fixed}, {rollout}, {best}");
        strictly += usize::from(rollout > fixed + ROUNDING);
    }
    assert!(strictly > 20, "{strictly}");
}

/// Launches something at the beginning, and what the best policy does from then on.
struct First<P> {
    launch: Vec<(usize, Launch)>,
    then: P,
}

impl<P: Policy> Policy for First<P> {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        if view.now().as_nanoseconds() == 0 {
            decision.launches.clone_from(&self.launch);
        } else {
            self.then.decide(view, decision);
        }
    }
}

/// The planner's pruning bound (mechanisms A4.6) is never below the optimum, and often far from 1; after a first launch it is never below
/// what the best policy makes of that, in 400 runs, but for five standard errors.
#[test]
fn the_pruning_bound_is_one() {
    let streams = Streams::new(23, Purpose::SamplingPlan, Family::common());
    let world = Streams::new(24, Purpose::World, Family::common());
    let (mut tight, mut after) = (0, 0);
    for number in 0..300 {
        let problem = Instance::draw(&mut streams.open(Address::trial(number))).problem(Idle::Forbidden);
        let mut oracle = Oracle::new(&problem, &[1, 2, 4]).unwrap();
        let bound = problem.completion_bound(&[]).unwrap();
        assert!(oracle.best() <= bound + ROUNDING, "{number}: {bound} below {}", oracle.best());
        tight += u32::from(bound < 0.9);
        if number % 10 > 0 {
            continue;
        }
        for launch in [Launch { model: 0, count: 2 }, Launch { model: 1, count: 1 }] {
            let roots = (0..problem.workflow().len())
                .filter(|&node| problem.workflow().graph().incoming(node).is_empty());
            let launches: Vec<(usize, Launch)> = roots.map(|node| (node, launch)).collect();
            let bound = problem.completion_bound(&launches).unwrap();
            let mut policy = First { launch: launches, then: oracle.best_policy() };
            let done = (0..400).filter(|&trial| problem.run(&mut policy, &world, trial).is_done()).count();
            let value = done as f64 / 400.0;
            assert!(value <= bound + 5.0 * (bound * (1.0 - bound) / 400.0).sqrt(), "{value} above {bound}");
            after += u32::from(value > 0.5 * bound);
        }
    }
    assert!(tight > 100 && after > 20, "{tight} and {after}");
    // One subtask, one model: `1 - (1 - p)^budget`, and after a first batch the same.
    let law = SampleLaw::constant(0.3, 1.0, 1).unwrap();
    let workflow = Workflow::builder().model("m", 0.0).subtask("v").option("m", law).build().unwrap();
    let deadline = Duration::from_nanoseconds(2_000_000_000);
    let problem = |rules| Problem::new(workflow.clone(), rules, Budget::Tokens(5), deadline).unwrap();
    let exact = 1.0 - 0.7f64.powi(5);
    let launch = |count| [(0, Launch { model: 0, count })];
    assert!((problem(Rules::reference()).completion_bound(&[]).unwrap() - exact).abs() < 1e-12);
    assert!((problem(Rules::reference()).completion_bound(&launch(2)).unwrap() - exact).abs() < 1e-12);
    assert_eq!(problem(Rules::reference()).completion_bound(&launch(6)), Some(0.0));
    let noisy = Rules { verifier: Verifier::None, ..Rules::reference() };
    assert_eq!(
        (problem(noisy).completion_bound(&[]), problem(Rules::realistic()).completion_bound(&[])),
        (None, None)
    );
}
