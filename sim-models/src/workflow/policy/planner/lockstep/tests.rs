use sim_core::events::{Duration, Time};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};

use super::super::laws::BatchLaws;
use super::super::rollout::Rollouts;
use super::*;
use crate::law::Law;
use crate::workflow::state::{Flight, Status};
use crate::workflow::{Budget, Rules, RunningInfo, SampleLaw, Workflow};

/// A workflow of up to six subtasks and two models, whose lengths are a few whole numbers, so that batches end together, or lognormal.
fn workflow(stream: &mut Stream) -> Workflow {
    let n = 1 + stream.below(6) as usize;
    let whole = stream.fair();
    let mut builder = Workflow::builder().model("small", 1.0).model("large", 3.0);
    for node in 0..n {
        let needs: Vec<String> =
            (0..node).filter(|_| stream.below(3) == 0).map(|needed| needed.to_string()).collect();
        builder = builder.subtask(node.to_string()).needs(needs);
        for (model, chance) in [("small", 0.3), ("large", 0.7)] {
            if model == "large" && stream.below(4) == 0 {
                continue;
            }
            let law = if whole {
                let seconds = stream.below(3) as f64;
                SampleLaw::constant(chance, seconds, 1 + stream.below(3)).unwrap()
            } else {
                let tokens = Law::of_logarithm(3.0, 0.7).unwrap();
                SampleLaw::generated(chance, tokens, 0.3, 100, 10.0, 0.5).unwrap()
            };
            builder = builder.option(model, law);
        }
    }
    builder.build().unwrap()
}

/// A state on the way: some done, some under way, some tried before.
fn on_the_way(problem: &Problem, now: Time, stream: &mut Stream) -> State {
    let mut state = State::default();
    state.begin(problem);
    let n = problem.workflow().len();
    for node in problem.workflow().graph().order().collect::<Vec<_>>() {
        if state.status[node] == Status::Ready && stream.below(3) == 0 && state.left > 1 {
            state.complete(problem, node);
        }
    }
    for node in 0..n {
        state.attempts[node] = stream.below(3) as u32;
        if state.status[node] == Status::Ready && stream.below(3) == 0 {
            state.status[node] = Status::Running;
            state.running.push(node);
            let ends = now + Duration::from_nanoseconds(stream.below(6) * 1_000_000_000);
            let launch = Launch { model: 0, count: 2 };
            state.flights[node] = Flight { launch, started: Time::START, ends, ..Flight::NONE };
        }
    }
    let status = &state.status;
    state.ready.retain(|&node| status[node] == Status::Ready);
    state.ready.sort_unstable();
    state.budget -= state.budget / 4;
    state
}

/// Replication by replication the same as the general execution, in states of all kinds, with limits that some runs keep.
#[test]
fn runs_end_as_in_the_general_execution() {
    let streams = Streams::new(21, Purpose::World, Family::common());
    let (mut compared, mut completed, mut with_running) = (0, 0, 0);
    for case in 0..300 {
        let mut stream = streams.open(Address::trial(case));
        let workflow = workflow(&mut stream);
        let running = if stream.fair() { RunningInfo::Residual } else { RunningInfo::Clairvoyant };
        let rules = Rules { running, ..Rules::reference() };
        let tokens = (10 + stream.below(400)) * workflow.len() as u64;
        let deadline = Duration::from_nanoseconds((2 + stream.below(15)) * 1_000_000_000);
        let problem = Problem::new(workflow, rules, Budget::Tokens(tokens), deadline).unwrap();
        let laws = BatchLaws::new(&problem, streams.aside(Purpose::Pilot, case));
        let now = Time::from_nanoseconds(stream.below(2) * 1_000_000_000);
        let state = on_the_way(&problem, now, &mut stream);
        if state.ready.is_empty() {
            continue;
        }
        let view = View { problem: &problem, state: &state, now };
        let action: Vec<(Node, Launch)> = state
            .ready
            .iter()
            .map(|&node| (node, Launch { model: 0, count: 1 + stream.below(3) as u32 }))
            .collect();
        let continuation = Launch { model: stream.below(2) as usize, count: 1 + stream.below(3) as u32 };
        let pair = Pair { action: &action, continuation };
        let mut rollouts = Rollouts::new();
        assert!(Lockstep::new(&view, &laws, &Shape::new(&problem).unwrap(), pair, 100).is_some());
        for replications in (0..100).map(|one| one..one + 1) {
            let fast = rollouts.completed(&view, &laws, &streams, replications.clone(), pair, 0);
            let slow = rollouts.completed_one_by_one(&view, &laws, &streams, replications, pair);
            assert_eq!(fast, Some(slow), "case {case}");
            completed += slow;
            compared += 1;
        }
        // More than go together.
        let slow = rollouts.completed_one_by_one(&view, &laws, &streams, 5..205, pair);
        for least in [0, slow, slow + 1, 200, 201] {
            let fast = rollouts.completed(&view, &laws, &streams, 5..205, pair, least);
            assert_eq!(fast, (slow >= least).then_some(slow), "case {case}");
        }
        with_running += usize::from(!state.running.is_empty());
    }
    // The cases are such that runs end in both ways.
    assert!(
        with_running > 50 && completed > compared / 5 && completed < compared * 4 / 5,
        "{completed} {compared}"
    );
}

#[test]
fn other_rules_take_the_general_execution() {
    let streams = Streams::new(22, Purpose::World, Family::common());
    let mut stream = streams.open(Address::trial(0));
    let problem = |rules| {
        let deadline = Duration::from_nanoseconds(9_000_000_000);
        Problem::new(workflow(&mut stream.clone()), rules, Budget::Tokens(100), deadline).unwrap()
    };
    let taken = |rules: Rules| {
        let problem = problem(rules);
        let mut state = State::default();
        state.begin(&problem);
        let laws = BatchLaws::new(&problem, streams.aside(Purpose::Pilot, 0));
        let view = View { problem: &problem, state: &state, now: Time::START };
        let launch = Launch { model: 0, count: 1 };
        let shape = Shape::new(&problem).unwrap();
        let action: Vec<(Node, Launch)> = state.ready.iter().map(|&node| (node, launch)).collect();
        let all = Lockstep::new(&view, &laws, &shape, Pair { action: &action, continuation: launch }, 100)
            .is_some();
        // An action that leaves something out.
        assert!(
            Lockstep::new(&view, &laws, &shape, Pair { action: &action[1..], continuation: launch }, 100)
                .is_none()
        );
        all
    };
    let reference = Rules::reference();
    assert!(taken(reference));
    assert!(!taken(Rules { overspend: Overspend::RejectDecision, ..reference }));
    assert!(!taken(Rules { deadline: DeadlineRule::AtDeadline, ..reference }));
    assert!(!taken(Rules { verifier: Verifier::None, ..reference }));
    assert!(!taken(Rules { dependence: Dependence::BetaBinomial { within: 0.1, across: 0.0 }, ..reference }));
    stream.uniform();
}
