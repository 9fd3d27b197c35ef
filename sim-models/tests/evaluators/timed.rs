//! Organizations in time against the other evaluators: time alone changes no vote.
//!
//! Every check is an exact two-sided binomial tail; the suite has a false-alarm rate of 1e-6, as in `sampled`.

use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::law::Law;
use sim_models::organization::graph::{self, Organization};
use sim_models::organization::timed::{
    Delivery, Outcome, Service, TimedOrganization, TimedTally, Timing, Waiting,
};

use super::random::{Extent, organization};
use super::sampled::{Check, assert_all_pass, p_value};

const ORGANIZATIONS: u64 = 200;
const TRIALS: u64 = 5_000;
const EXTENT: Extent = Extent { leaves: 7, deciding: 6, fan_in: 5, continuous: true };

fn run(organization: &Organization, timing: &Timing, seed: u64) -> TimedTally {
    let timed = TimedOrganization::new(organization, timing).unwrap();
    let streams = Streams::new(seed, Purpose::World, Family::common());
    let run = monte_carlo::run(&timed, &streams, &Stop::after(TRIALS).unwrap(), &Control::default());
    assert_eq!(run.tally.outcome(Outcome::Done).value(), 1.0, "nothing keeps it from its end");
    run.tally
}

/// Calls and messages that take random times, so that votes arrive in any order.
fn lively(agents: usize) -> Timing {
    let mut timing = Timing::instant(agents)
        .serving(0..agents, &Service::lasting(Law::exponential(2.0).unwrap()))
        .waiting(Waiting { cancel_rest: true, ..Waiting::default() });
    timing.delivery = Delivery { latency: Law::lognormal(0.3, 0.5).unwrap(), ..Delivery::default() };
    timing
}

fn checks(name: &str, tally: &TimedTally, laws: &[graph::Law]) -> Vec<Check> {
    let mut checks = Vec::new();
    for (output, law) in laws.iter().enumerate() {
        let right = tally.accuracy(output).successes();
        let (accuracy, error) = (law.accuracy(), law.accuracy() - law.bias());
        let others = if accuracy < 1.0 - 1e-12 { error / (1.0 - accuracy) } else { 1.0 };
        let counts =
            [(right, TRIALS, accuracy, "right"), (tally.wrong(output), TRIALS - right, others, "wrong")];
        checks.extend(counts.map(|(count, trials, p, what)| Check {
            name: format!("{name}, output {output}: {count} of {trials} {what}, exact {p}"),
            p_value: p_value(count, trials, p),
            independent: output == 0,
        }));
    }
    checks
}

/// 200 random organizations, at once and in random order, against the exact evaluator, which the other sampled ones are held against too.
#[test]
fn time_alone_changes_no_vote() {
    let mut all = Vec::new();
    for seed in 0..ORGANIZATIONS {
        let organization = organization(90_000 + seed, EXTENT);
        let agents = organization.graph().len();
        let laws = organization.exact().unwrap();
        for (name, timing) in [("at once", Timing::instant(agents)), ("in time", lively(agents))] {
            let tally = run(&organization, &timing, 2 * seed + u64::from(name == "in time"));
            all.extend(checks(&format!("organization {seed} {name}"), &tally, &laws));
        }
    }
    assert_all_pass(&all);
}

/// The trials of one seed are the same whatever time does: only when things happen differs.
#[test]
fn the_same_draws_give_the_same_votes() {
    let organization = organization(90_001, EXTENT);
    let agents = organization.graph().len();
    let streams = Streams::new(5, Purpose::World, Family::common());
    let instant = TimedOrganization::new(&organization, &Timing::instant(agents)).unwrap();
    let lively = TimedOrganization::new(&organization, &lively(agents)).unwrap();
    for trial in 0..500 {
        let (a, b) = (instant.trial(&streams, trial), lively.trial(&streams, trial));
        assert_eq!(a.answers, b.answers);
        assert_eq!(a.makespan, 0.0);
        assert!(b.makespan > 0.0);
    }
}

/// A deadline at the very moment of the answer is met, one a nanosecond before is not.
#[test]
fn an_answer_at_the_deadline_is_in_time() {
    let organization = organization(90_001, EXTENT);
    let agents = organization.graph().len();
    let mut timing =
        Timing::instant(agents).serving(0..agents, &Service::lasting(Law::constant(1.0).unwrap()));
    let streams = Streams::new(5, Purpose::World, Family::common());
    let trial = |timing: &Timing| TimedOrganization::new(&organization, timing).unwrap().trial(&streams, 0);
    let needed = Duration::from_seconds(trial(&timing).makespan).unwrap();
    for (deadline, outcome) in
        [(needed, Outcome::Done), (needed - Duration::from_nanoseconds(1), Outcome::Deadline)]
    {
        timing.allowance.deadline = Some(deadline);
        assert_eq!(trial(&timing).outcome, outcome);
    }
}
