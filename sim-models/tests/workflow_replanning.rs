//! Batches that change while they run, by hand and against a recursion of the test's own.
#![allow(clippy::unwrap_used)]

use sim_core::estimate::{Confidence, Proportion};
use sim_core::events::Duration;
use sim_core::random::{Family, Purpose, Streams};
use sim_models::workflow::policy::{Decision, Named, Policy, Revision};
use sim_models::workflow::{
    BatchEnd, Budget, DeadlineRule, Ending, Launch, Overspend, Problem, Record, Replanning, Rules, RunResult,
    Running, Sample, SampleLaw, View, Workflow,
};

fn world() -> Streams {
    Streams::new(41, Purpose::World, Family::common())
}

/// One subtask whose samples are right or not and take a second per token, all kinds equally likely.
fn workflow(kinds: &[(bool, u64)]) -> Workflow {
    let record =
        |&(right, tokens)| Record { weight: 1.0, sample: Sample { right, tokens, latency: tokens as f64 } };
    let law = SampleLaw::records(kinds.iter().map(record).collect()).unwrap();
    Workflow::builder().model("m", 0.0).subtask("a").option("m", law).build().unwrap()
}

fn problem(kinds: &[(bool, u64)], rules: Rules, tokens: u64, deadline: f64) -> Problem {
    let deadline = Duration::from_seconds(deadline).unwrap();
    let rules = Rules { replanning: Replanning::SampleEnd, ..rules };
    Problem::new(workflow(kinds), rules, Budget::Tokens(tokens), deadline).unwrap()
}

/// One batch of some samples, which is changed once, when its first sample ends before it. Nothing is launched after it.
struct Once {
    count: u32,
    revision: Revision,
    launched: bool,
}

impl Policy for Once {
    fn begin(&mut self, _: &Problem, _: &Streams, _: u64) {
        self.launched = false;
    }

    fn decide(&mut self, _: &View<'_>, decision: &mut Decision) {
        if !std::mem::replace(&mut self.launched, true) {
            decision.launches.push((0, Launch { model: 0, count: self.count }));
        }
    }

    fn revise(&mut self, _: &View<'_>, _: &Running) -> Revision {
        std::mem::take(&mut self.revision)
    }
}

fn run(problem: &Problem, count: u32, revision: Revision, trial: u64) -> RunResult {
    problem.run(&mut Once { count, revision, launched: false }, &world(), trial)
}

/// What a run came to: its ending, cost, makespan in seconds and samples.
fn came_to(result: &RunResult) -> (Ending, u64, f64, u64) {
    (result.ending, result.cost, result.makespan.as_seconds(), result.samples)
}

const BOTH_RIGHT: [(bool, u64); 2] = [(true, 1), (true, 4)];
const SHORT_IS_WRONG: [(bool, u64); 2] = [(false, 1), (true, 4)];

/// A trial in which the first two samples have one and four tokens, and the third has so many: a batch has the first draws of its attempt.
fn trial_with(third: u64) -> u64 {
    let wide = problem(&BOTH_RIGHT, Rules::reference(), 1000, 1000.0);
    let cost = |count, trial| run(&wide, count, Revision::Keep, trial).cost;
    (0..1000).find(|&trial| cost(2, trial) == 5 && cost(3, trial) == 5 + third).unwrap()
}

/// Samples of one and four tokens, the third is added after a second: it ends after 2 or 5 seconds. A barrier waits for it, and all are
/// paid; where the first success ends the batch after 4 seconds, a third of four tokens has generated three of them.
#[test]
fn samples_are_added() {
    let barrier = problem(&BOTH_RIGHT, Rules::reference(), 1000, 1000.0);
    let add = Revision::Add(1);
    assert_eq!(came_to(&run(&barrier, 2, add, trial_with(1))), (Ending::Done, 6, 4.0, 3));
    assert_eq!(came_to(&run(&barrier, 2, add, trial_with(4))), (Ending::Done, 9, 5.0, 3));
    for (refund, cost) in [(true, 8), (false, 9)] {
        let rules = Rules { batch_end: BatchEnd::FirstSuccess { refund }, ..Rules::reference() };
        let first = problem(&SHORT_IS_WRONG, rules, 1000, 1000.0);
        assert_eq!(came_to(&run(&first, 2, add, trial_with(4))), (Ending::Done, cost, 4.0, 3), "{refund}");
    }
}

/// After a second the sample of four tokens is cancelled. A barrier pays nothing back, and the batch has passed by its first sample; where
/// the first success would have ended it, it has failed, one of four tokens was generated, and nothing is launched any more.
#[test]
fn what_runs_is_cancelled() {
    let trial = trial_with(1);
    let barrier = problem(&BOTH_RIGHT, Rules::reference(), 1000, 1000.0);
    assert_eq!(came_to(&run(&barrier, 2, Revision::Cancel, trial)), (Ending::Done, 5, 1.0, 2));
    for (refund, cost) in [(true, 2), (false, 5)] {
        let rules = Rules { batch_end: BatchEnd::FirstSuccess { refund }, ..Rules::reference() };
        let first = problem(&SHORT_IS_WRONG, rules, 1000, 1000.0);
        let found = came_to(&run(&first, 2, Revision::Cancel, trial));
        assert_eq!(found, (Ending::Stalled, cost, 1.0, 2), "{refund}");
    }
}

/// A third sample of four tokens makes nine of them. A budget of eight fails the run, calls the sample off, or has no reservation left for
/// it; it may be overspent if anything is left.
#[test]
fn what_is_added_is_held_against_the_budget() {
    let trial = trial_with(4);
    let of = |overspend, tokens| {
        let rules = Rules { overspend, ..Rules::reference() };
        came_to(&run(&problem(&BOTH_RIGHT, rules, tokens, 1000.0), 2, Revision::Add(1), trial))
    };
    let (added, not_added) = ((Ending::Done, 9, 5.0, 3), (Ending::Done, 5, 4.0, 2));
    assert_eq!(of(Overspend::FailRun, 8), (Ending::Budget, 5, 1.0, 2));
    assert_eq!(of(Overspend::FailRun, 9), added);
    assert_eq!(of(Overspend::RejectDecision, 8), not_added);
    assert_eq!(of(Overspend::RejectDecision, 9), added);
    assert_eq!(of(Overspend::SampleBySample, 8), not_added);
    assert_eq!(of(Overspend::SampleBySample, 9), added);
    // Four tokens are set aside for each sample.
    assert_eq!(of(Overspend::Reserve { quantile: 0.9 }, 11), not_added);
    assert_eq!(of(Overspend::Reserve { quantile: 0.9 }, 12), added);
    assert_eq!(of(Overspend::AllowBounded, 6), added);
    assert_eq!(of(Overspend::AllowBounded, 5), not_added);
}

/// The third sample of four tokens ends after 5 seconds, and a deadline of 4.5 is missed: at once where lengths are known, else when it
/// comes. A barrier of 4 seconds meets a deadline of 2 if the rest is cancelled when the first sample has passed.
#[test]
fn what_changes_is_held_against_the_deadline() {
    let of = |deadline_rule, deadline, revision, third| {
        let rules = Rules { deadline: deadline_rule, ..Rules::reference() };
        let result = run(&problem(&BOTH_RIGHT, rules, 1000, deadline), 2, revision, trial_with(third));
        (result.ending, result.makespan.as_seconds())
    };
    assert_eq!(of(DeadlineRule::AtLaunch, 4.5, Revision::Add(1), 4), (Ending::Deadline, 1.0));
    assert_eq!(of(DeadlineRule::AtLaunch, 4.5, Revision::Add(1), 1), (Ending::Done, 4.0));
    assert_eq!(of(DeadlineRule::AtDeadline, 4.5, Revision::Add(1), 4), (Ending::Deadline, 4.5));
    assert_eq!(of(DeadlineRule::AtDeadline, 2.0, Revision::Keep, 1), (Ending::Deadline, 2.0));
    assert_eq!(of(DeadlineRule::AtDeadline, 2.0, Revision::Cancel, 1), (Ending::Done, 1.0));
}

/// Adds and cancels in turn, and notes what is left at every decision, when nothing runs.
#[derive(Default)]
struct Restless {
    left: Vec<u64>,
    turn: u32,
}

impl Policy for Restless {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        self.left.push(view.budget_left());
        decision.launches.push((0, Launch { model: 0, count: 3 }));
    }

    fn revise(&mut self, view: &View<'_>, _: &Running) -> Revision {
        assert!(view.budget_left() <= view.problem().budget().amount());
        self.turn += 1;
        match self.turn % 4 {
            0 => Revision::Cancel,
            1 => Revision::Keep,
            count => Revision::Add(count),
        }
    }
}

/// What is left and what the batches have cost is the budget, whatever is added and cancelled.
#[test]
fn money_is_conserved() {
    let kinds = [(false, 1), (false, 2), (false, 5), (false, 9), (true, 7)];
    let (mut checked, budget) = (0, 150);
    for batch_end in [BatchEnd::Barrier, BatchEnd::FirstSuccess { refund: true }] {
        for overspend in [
            Overspend::FailRun,
            Overspend::RejectDecision,
            Overspend::SampleBySample,
            Overspend::Reserve { quantile: 0.7 },
        ] {
            let rules = Rules { batch_end, overspend, ..Rules::reference() };
            let problem = problem(&kinds, rules, budget, 1000.0);
            for trial in 0..100 {
                let mut policy = Restless::default();
                let (result, history) = problem.run_with_history(&mut policy, &world(), trial);
                let mut left = budget;
                for (attempt, &found) in history.iter().zip(&policy.left) {
                    assert_eq!(found, left, "{batch_end:?} {overspend:?} {trial}");
                    left = left.checked_sub(attempt.cost).unwrap();
                    checked += 1;
                }
                assert!(result.cost <= budget && result.wasted <= result.cost);
                assert!(result.ending != Ending::Done || result.cost == budget - left);
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}

const KINDS: [(bool, u64); 3] = [(false, 1), (true, 2), (false, 4)];
const DEADLINE: u64 = 5;

/// Completion probability of a batch in its course, `None` for a place that is empty. Written for the test.
fn goes_on(time: u64, places: [Option<(bool, u64)>; 2], tops_up: bool) -> f64 {
    let Some(step) = places.iter().flatten().map(|&(_, left)| left).min() else {
        let pairs = KINDS.iter().flat_map(|&a| KINDS.map(|b| [Some(a), Some(b)]));
        return pairs.map(|pair| goes_on(time, pair, tops_up)).sum::<f64>() / 9.0;
    };
    let now = time + step;
    if now > DEADLINE {
        return 0.0;
    }
    let ended = places.map(|place| place.is_some_and(|(_, left)| left == step));
    if (0..2).any(|i| ended[i] && places[i].is_some_and(|(right, _)| right)) {
        return 1.0;
    }
    let rest: [_; 2] =
        std::array::from_fn(|i| places[i].filter(|_| !ended[i]).map(|(right, left)| (right, left - step)));
    // Mean latency: 7/3 seconds.
    let adds = tops_up && 3 * (DEADLINE - now) >= 7 && rest.iter().any(Option::is_some);
    match rest.iter().position(Option::is_none).filter(|_| adds) {
        Some(empty) => {
            let with = |kind| {
                let mut places = rest;
                places[empty] = Some(kind);
                goes_on(now, places, tops_up)
            };
            KINDS.into_iter().map(with).sum::<f64>() / 3.0
        }
        None => goes_on(now, rest, tops_up),
    }
}

/// Two samples at a time until one passes, with and without replacement of those that fail, against the recursion. Two checks of 20 000
/// runs, false-alarm rate 1e-7.
#[test]
fn topping_up_completes_more() {
    let rules = Rules {
        batch_end: BatchEnd::FirstSuccess { refund: true },
        deadline: DeadlineRule::AtDeadline,
        ..Rules::reference()
    };
    let problem = problem(&KINDS, rules, 1_000_000, DEADLINE as f64 + 0.25);
    let exact = [false, true].map(|tops_up| goes_on(0, [None, None], tops_up));
    for (name, exact) in ["seq:m:2", "top-up:seq:m:2"].into_iter().zip(exact) {
        let (mut policy, mut runs) = (Named::parse(name).unwrap().policy(&problem).unwrap(), problem.runs());
        let mut done = Proportion::default();
        for trial in 0..20_000 {
            done.record(runs.run(policy.as_mut(), &world(), trial).is_done());
        }
        let interval = done.clopper_pearson(Confidence::new(1.0 - 5e-8).unwrap());
        assert!(interval.contains(exact), "{name}: {exact} is not in {interval:?}");
    }
    assert!(exact[1] > exact[0] + 0.01, "{exact:?}");
}

/// Where nobody is asked at the ends of samples, topping up is the policy below it, and who is asked and keeps has the same runs.
#[test]
fn who_does_not_know_of_it_is_unaffected() {
    let asked = problem(&KINDS, Rules::reference(), 60, 40.0);
    let rules = Rules { replanning: Replanning::BatchEnd, ..*asked.rules() };
    let not_asked = asked.under(rules).unwrap();
    let result = |problem: &Problem, name: &str, trial| {
        problem.run(Named::parse(name).unwrap().policy(problem).unwrap().as_mut(), &world(), trial)
    };
    for trial in 0..200 {
        let expected = result(&not_asked, "seq:m:3", trial);
        assert_eq!(result(&asked, "seq:m:3", trial), expected);
        assert_eq!(result(&not_asked, "top-up:seq:m:3", trial), expected);
    }
    for name in ["top-up:top-up:seq:m:3", "top-up:perfect-information", "top-up", "top-up:nobody"] {
        assert!(Named::parse(name).is_err(), "{name}");
    }
}
