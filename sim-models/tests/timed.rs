//! Organizations in time against closed forms: how long they take, what they cost, and what goes wrong.
//!
//! Where a number is random, an interval of confidence 1 - 1e-8 must hold the exact one; with fewer than 100 such checks the suite has a
//! false-alarm rate of 1e-6.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use sim_core::estimate::{Confidence, Estimate};
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::law::Law;
use sim_models::organization::graph::shapes::{Chain, Shape, Star};
use sim_models::organization::graph::{Agent, Organization, Rule};
use sim_models::organization::timed::{
    Allowance, Cache, CallPolicy, CancelledBilling, Context, Delivery, Endpoint, EndpointLimits, Fault,
    FaultMode, InvalidTiming, LanguageModel, Outcome, Overflow, Service, TimedOrganization, TimedTally,
    Timing, Tool, TrialResult, Until, Waiting,
};
use sim_models::organization::{AgentTree, Bias, Channel, Fidelity, Layer, Leaf, Node};
use sim_models::theory::order_statistics::{mean_of_smallest, mean_of_tree};

fn sure() -> Confidence {
    Confidence::new(1.0 - 1e-8).unwrap()
}

fn streams() -> Streams {
    Streams::new(1, Purpose::World, Family::common())
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds).unwrap()
}

fn bias(bias: f64) -> Bias {
    Bias::new(bias).unwrap()
}

fn star(agents: usize) -> Organization {
    Star::new(agents, bias(0.4)).organization().unwrap()
}

/// Agents that answer make this call; judges decide at once.
fn timing(organization: &Organization, service: &Service) -> Timing {
    let agents = organization.graph().len();
    Timing::instant(agents).serving((0..agents).filter(|&agent| organization.bias(agent).is_some()), service)
}

fn run(organization: &Organization, timing: &Timing, trials: u64) -> TimedTally {
    let timed = TimedOrganization::new(organization, timing).unwrap();
    monte_carlo::run(&timed, &streams(), &Stop::after(trials).unwrap(), &Control::default()).tally
}

fn trial(organization: &Organization, timing: &Timing) -> TrialResult {
    TimedOrganization::new(organization, timing).unwrap().trial(&streams(), 0)
}

#[track_caller]
fn assert_holds(estimate: Estimate, exact: f64) {
    assert!(estimate.low <= exact && exact <= estimate.high, "{exact} is not in {estimate:?}");
    assert!(estimate.half_width() < 0.1 * exact.abs().max(0.1), "{estimate:?} is too wide to tell");
}

fn exponential(mean: f64) -> Service {
    Service::lasting(Law::exponential(mean).unwrap())
}

fn constant(length: f64) -> Service {
    Service::lasting(Law::constant(length).unwrap())
}

#[test]
fn a_star_waits_for_the_last_of_its_agents() {
    for agents in [1, 5, 25] {
        let star = star(agents);
        let tally = run(&star, &timing(&star, &exponential(3.0)), 40_000);
        let exact = 3.0 * mean_of_smallest(agents as u32, agents as u32);
        assert_holds(tally.makespan().estimate(sure()), exact);
    }
}

#[test]
fn the_first_few_are_an_order_statistic() {
    let star = star(9);
    for count in [1, 4, 9] {
        let waiting = Waiting { until: Until::First(count), cancel_rest: true, ..Waiting::default() };
        let tally = run(&star, &timing(&star, &exponential(3.0)).waiting(waiting), 40_000);
        assert_holds(tally.makespan().estimate(sure()), 3.0 * mean_of_smallest(count, 9));
    }
}

#[test]
fn a_tree_is_a_recursion_of_order_statistics() {
    let layer = Layer { node: Node::independent(4), channel: Channel::new(0.0, Fidelity::PERFECT) };
    let tree = AgentTree::uniform(Leaf::Bias(bias(0.4)), layer, 3).unwrap().organization().unwrap();
    for (until, count) in [(Until::All, 4), (Until::First(3), 3), (Until::First(1), 1)] {
        let waiting = Waiting { until, ..Waiting::default() };
        let tally = run(&tree, &timing(&tree, &exponential(2.0)).waiting(waiting), 20_000);
        assert_holds(tally.makespan().estimate(sure()), 2.0 * mean_of_tree(4, 3, count));
    }
}

/// A star of nine fair-minded agents that stops when the vote is decided: after `j` votes if the fifth equal one is the `j`-th. The makespan is
/// the mean of the order statistics under that law; the accuracy is that of the whole vote.
#[test]
fn an_early_decision_is_the_same_decision() {
    let star = star(9);
    let p: f64 = 0.7;
    let choose = |n: u32, k: u32| (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
    let ends_at = |j: u32| {
        let winner = |p: f64| choose(j - 1, 4) * p.powi(5) * (1.0 - p).powi(j as i32 - 5);
        winner(p) + winner(1.0 - p)
    };
    assert!(((5..=9).map(ends_at).sum::<f64>() - 1.0).abs() < 1e-12);
    let makespan: f64 = (5..=9).map(|j| ends_at(j) * mean_of_smallest(j, 9)).sum();
    let waiting = Waiting { until: Until::Decided, cancel_rest: true, ..Waiting::default() };
    let early = timing(&star, &exponential(1.0)).waiting(waiting);
    let tally = run(&star, &early, 40_000);
    assert_holds(tally.makespan().estimate(sure()), makespan);
    assert_holds(tally.accuracy(0).estimate(sure()), star.exact().unwrap()[0].accuracy());
    // Trial by trial the answer is that of waiting for all.
    let early = TimedOrganization::new(&star, &early).unwrap();
    let all = TimedOrganization::new(&star, &timing(&star, &exponential(1.0))).unwrap();
    for number in 0..300 {
        let (early, all) = (early.trial(&streams(), number), all.trial(&streams(), number));
        assert_eq!(early.answers, all.answers);
        assert!(early.makespan <= all.makespan && early.busy <= all.busy);
    }
}

/// Churn (mechanisms B52): work of 5 seconds that crashes at rate 0.1 and restarts after 0.5 takes 6.81157 seconds on average.
#[test]
fn crashes_cost_what_the_formula_says() {
    let star = star(1);
    let crash = |checkpoint| FaultMode::Crash { rate: 0.1, restart: Some(seconds(0.5)), checkpoint };
    let mut churning = timing(&star, &constant(5.0));
    churning.faults = vec![Fault { mode: crash(None), targets: vec![true; 2] }];
    let tally = run(&star, &churning, 100_000);
    let exact = (1.0 / 0.1 + 0.5) * (0.1f64 * 5.0).exp_m1();
    assert!((exact - 6.81157).abs() < 5e-6);
    assert_holds(tally.makespan().estimate(sure()), exact);
    // With checkpoints every second that cost 0.1: five pieces of 1.1, 1.1, 1.1, 1.1 and 1.
    churning.faults[0].mode = crash(Some((seconds(1.0), seconds(0.1))));
    let tally = run(&star, &churning, 100_000);
    let piece = |length: f64| (1.0 / 0.1 + 0.5) * (0.1 * length).exp_m1();
    assert_holds(tally.makespan().estimate(sure()), 4.0 * piece(1.1) + piece(1.0));
}

/// The best interval of checkpoints is about `sqrt(2 C / rate)` (Young and Daly): the overhead is least within one step of the grid.
#[test]
fn checkpoints_are_best_at_youngs_interval() {
    let star = star(1);
    let (rate, cost) = (0.05, 0.4);
    let young = (2.0f64 * cost / rate).sqrt();
    let grid = [0.25, 0.5, 1.0, 2.0, 4.0].map(|factor| factor * young);
    let makespan = |every: f64| {
        let mut churning = timing(&star, &constant(32.0));
        let checkpoint = Some((seconds(every), seconds(cost)));
        let mode = FaultMode::Crash { rate, restart: Some(seconds(0.5)), checkpoint };
        churning.faults = vec![Fault { mode, targets: vec![true; 2] }];
        run(&star, &churning, 20_000).makespan().value()
    };
    let times = grid.map(makespan);
    let best = (0..5).min_by(|&a, &b| times[a].total_cmp(&times[b])).unwrap();
    assert!((1..=3).contains(&best), "{times:?}");
}

#[test]
fn silent_errors_and_inconsistency_change_the_accuracy() {
    let star = star(1);
    let accuracy = |mode| {
        let mut faulty = timing(&star, &constant(1.0));
        // The judge of one agent only passes its vote on.
        faulty.faults = vec![Fault { mode, targets: vec![true, false] }];
        run(&star, &faulty, 100_000).accuracy(0).estimate(sure())
    };
    let p = 0.7;
    assert_holds(accuracy(FaultMode::SilentWrong { probability: 0.2 }), 0.8 * p);
    assert_holds(accuracy(FaultMode::Inconsistency { probability: 0.2 }), 0.8 * p + 0.2 * (1.0 - p));
    // Off the track with hazard 0.1 in one turn, and 0.3 less accurate there.
    assert_holds(accuracy(FaultMode::Drift { hazard: 0.1, loss: 0.3 }), 0.9 * p + 0.1 * (p - 0.3));
}

/// Drift over turns: on the track after `n` of them with probability `(1 - h)^n` (mechanisms B1).
#[test]
fn drift_grows_with_the_turns() {
    let star = star(1);
    let mut faulty = timing(&star, &Service { turns: 6, ..constant(1.0) });
    let mode = FaultMode::Drift { hazard: 0.1, loss: 1.0 };
    faulty.faults = vec![Fault { mode, targets: vec![true, false] }];
    assert_holds(run(&star, &faulty, 100_000).accuracy(0).estimate(sure()), 0.7 * 0.9f64.powi(6));
}

/// A version that jumps by a normal amount on the log-odds scale: at rate 0.5 and after 4 seconds there were Poisson(2) jumps. The mean
/// accuracy is that of the mixture, by quadrature over its normal laws.
#[test]
fn versions_drift() {
    let star = star(1);
    let mut faulty = timing(&star, &constant(4.0));
    let mode = FaultMode::VersionDrift { rate: 0.5, deviation: 1.0 };
    faulty.faults = vec![Fault { mode, targets: vec![true, false] }];
    let log_odds = (0.7f64 / 0.3).ln();
    let accuracy = |deviation: f64| -> f64 {
        let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = 0.01;
        let term = |i: i32| {
            let z = f64::from(i) * step;
            density(z) * step / (1.0 + (-(log_odds + deviation * z)).exp())
        };
        (-800..=800).map(term).sum()
    };
    let mut poisson = (-2.0f64).exp();
    let mut exact = 0.0;
    for jumps in 0..40u32 {
        exact += poisson * accuracy(f64::from(jumps).sqrt());
        poisson *= 2.0 / f64::from(jumps + 1);
    }
    assert_holds(run(&star, &faulty, 100_000).accuracy(0).estimate(sure()), exact);
}

#[test]
fn a_hanging_request_is_saved_by_a_timeout_or_by_a_copy() {
    let star = star(1);
    let hang = |probability| Fault { mode: FaultMode::Hang { probability }, targets: vec![true; 2] };
    let mut hanging = timing(&star, &constant(1.0));
    hanging.faults = vec![hang(0.5)];
    // Nothing saves it.
    let tally = run(&star, &hanging, 60_000);
    assert_holds(tally.outcome(Outcome::Fault).estimate(sure()), 0.5);
    // Two retries: it fails if all three hang.
    let policy = CallPolicy { timeout: Some(seconds(3.0)), retries: 2, ..CallPolicy::default() };
    hanging.calls = policy;
    let tally = run(&star, &hanging, 60_000);
    assert_holds(tally.outcome(Outcome::Fault).estimate(sure()), 0.125);
    // A copy: it fails if both hang; half of the time the copy answers a second after it was made.
    hanging.calls = CallPolicy { hedge_after: Some(seconds(2.0)), ..CallPolicy::default() };
    let tally = run(&star, &hanging, 60_000);
    assert_holds(tally.outcome(Outcome::Done).estimate(sure()), 0.75);
}

/// Copies win when they are faster: two calls of exponential length, the second from the beginning on, take the minimum of both.
#[test]
fn a_copy_from_the_beginning_halves_the_mean() {
    let star = star(1);
    let mut hedged = timing(&star, &exponential(2.0));
    hedged.calls.hedge_after = Some(Duration::ZERO);
    assert_holds(run(&star, &hedged, 60_000).makespan().estimate(sure()), 1.0);
}

#[test]
fn messages_are_sent_again() {
    let star = star(1);
    let burst = FaultMode::MessageLoss { rate: 0.0, length: seconds(1.0), in_burst: 1.0, outside: 0.4 };
    let mut lossy = timing(&star, &constant(1.0));
    lossy.faults = vec![Fault { mode: burst, targets: vec![true; 2] }];
    let tally = run(&star, &lossy, 20_000);
    assert_holds(tally.outcome(Outcome::Fault).estimate(sure()), 0.4);
    lossy.delivery = Delivery { retransmissions: 2, retransmit_after: seconds(5.0), ..Delivery::default() };
    let tally = run(&star, &lossy, 20_000);
    assert_holds(tally.outcome(Outcome::Done).estimate(sure()), 1.0 - 0.4f64.powi(3));
}

/// In a burst everything is lost: the share of time in bursts is that of the two-state process.
#[test]
fn bursts_last_their_share_of_time() {
    let star = star(1);
    let burst = FaultMode::MessageLoss { rate: 0.25, length: seconds(2.0), in_burst: 1.0, outside: 0.0 };
    let mut lossy = timing(&star, &constant(1.0));
    lossy.faults = vec![Fault { mode: burst, targets: vec![true; 2] }];
    assert_holds(run(&star, &lossy, 40_000).outcome(Outcome::Fault).estimate(sure()), 2.0 / (2.0 + 4.0));
}

#[test]
fn late_and_double_messages_are_heard_once() {
    let star = star(3);
    let mut disturbed = timing(&star, &constant(1.0));
    disturbed.faults = vec![
        Fault { mode: FaultMode::Duplicate { probability: 1.0 }, targets: vec![true; 4] },
        Fault {
            mode: FaultMode::Late { probability: 1.0, delay: Law::constant(7.0).unwrap() },
            targets: vec![true, false, false, false],
        },
    ];
    let result = trial(&star, &disturbed);
    assert_eq!((result.outcome, result.makespan), (Outcome::Done, 8.0));
    // Who waits for the first two takes a double for the second vote, unless it recognizes it.
    disturbed.delivery.latency = Law::constant(0.5).unwrap();
    disturbed.waiting.fill(Waiting { until: Until::First(2), ..Waiting::default() });
    disturbed.services[1] = Some(constant(3.0));
    disturbed.services[2] = Some(constant(4.0));
    assert_eq!(trial(&star, &disturbed).makespan, 4.5);
    disturbed.delivery.deduplicate = false;
    assert_eq!(trial(&star, &disturbed).makespan, 3.5);
}

fn haiku() -> Endpoint {
    let text = r#"{"name":"h","input":1,"output":5,"cache_write":1.25,"cache_read":0.1,"tokens_per_second":50,"time_to_first_token":0.5}"#;
    LanguageModel::from_json(text).unwrap().endpoint().unwrap()
}

fn writing(tokens: f64, turns: u32) -> Service {
    Service {
        duration: None,
        prompt_tokens: 1_000,
        output_tokens: Law::constant(tokens).unwrap(),
        turns,
        tool: Tool { latency: Law::constant(2.0).unwrap(), tokens: 50, price: 7 },
        ..constant(0.0)
    }
}

/// Three turns of 100 tokens: inputs 1000, 1150, 1300 (mechanisms B0.4: `a n + b n (n - 1) / 2`), and two uses of the tool.
#[test]
fn turns_read_what_came_before() {
    let star = star(1);
    let mut turning = timing(&star, &writing(100.0, 3));
    turning.endpoints = vec![haiku()];
    let result = trial(&star, &turning);
    assert_eq!((result.input_tokens, result.output_tokens, result.requests), (3_450, 300, 3));
    assert_eq!(result.makespan, 3.0 * (0.5 + 2.0) + 2.0 * 2.0);
    // 1 and 5 microdollars per token.
    assert_eq!(result.cost, 3_450 * 1_000 + 300 * 5_000 + 2 * 7);
    // A cache that always hits: 1000 written; 1000 read and 150 written; 1150 read and 150 written.
    turning.context.cache = Some(Cache { hit: 1.0, time_to_live: seconds(60.0) });
    assert_eq!(trial(&star, &turning).cost, 1_300 * 1_250 + 2_150 * 100 + 300 * 5_000 + 2 * 7);
    // One that forgets after a second: the tool takes two.
    turning.context.cache = Some(Cache { hit: 1.0, time_to_live: seconds(1.0) });
    assert_eq!(trial(&star, &turning).cost, 3_450 * 1_250 + 300 * 5_000 + 2 * 7);
}

#[test]
fn a_window_that_is_too_small_fails_truncates_or_summarizes() {
    let channel = Channel::new(400.0, Fidelity::PERFECT);
    let star = Star { channel, ..Star::new(5, bias(1.0)) }.organization().unwrap();
    let mut judged = timing(&star, &constant(0.0)).serving([5], &writing(100.0, 1));
    judged.endpoints = vec![haiku()];
    assert_eq!(trial(&star, &judged).input_tokens, 1_000 + 5 * 400);
    judged.context = Context { window: Some(2_000), ..Context::default() };
    assert_eq!(trial(&star, &judged).outcome, Outcome::Fault);
    // Room for two messages of five.
    judged.context.overflow = Overflow::Truncate;
    let result = trial(&star, &judged);
    assert_eq!((result.outcome, result.input_tokens), (Outcome::Done, 1_800));
    // A summary of 300 tokens is one more request: it reads everything, and the call reads the summary.
    judged.context.overflow = Overflow::Summarize { tokens: 300, fidelity: 1.0 };
    let result = trial(&star, &judged);
    assert_eq!((result.requests, result.input_tokens, result.output_tokens), (5 + 2, 3_000 + 1_300, 400));
    assert_eq!(result.answers, [Some(true)]);
}

/// Nine calls of at most 2 x 100 tokens reserve 1 000 + 200 tokens each; the budget pays for three at a time.
#[test]
fn what_is_not_paid_is_not_called() {
    let star = star(9);
    let mut poor = timing(&star, &writing(100.0, 1));
    poor.endpoints = vec![haiku()];
    let reserved = 1_000 * 1_000 + 200 * 5_000;
    poor.allowance = Allowance { money: Some(3 * reserved), ..Allowance::default() };
    let result = trial(&star, &poor);
    assert_eq!((result.requests, result.outcome), (3, Outcome::Done));
    assert_eq!(result.cost, 3 * (1_000 * 1_000 + 100 * 5_000));
    // Nothing at all: the judge has nothing to decide on.
    poor.allowance.money = Some(reserved - 1);
    let result = trial(&star, &poor);
    assert_eq!((result.outcome, result.cost, &result.answers[..]), (Outcome::Budget, 0, &[None][..]));
    // Every agent its own: none can borrow what another one has.
    poor.allowance = Allowance { money: None, money_per_agent: Some(reserved), ..Allowance::default() };
    assert_eq!(trial(&star, &poor).requests, 9);
    poor.allowance.money = Some(2 * reserved);
    assert_eq!(trial(&star, &poor).requests, 2);
    poor.allowance = Allowance { tokens: Some(4 * 1_200), ..Allowance::default() };
    assert_eq!(trial(&star, &poor).requests, 4);
}

/// Under random lengths, cancellation, hedging and crashes no run spends more than its budget.
#[test]
fn a_budget_is_never_overspent() {
    let star = star(9);
    let service = Service { output_tokens: Law::lognormal(300.0, 300.0).unwrap(), ..writing(0.0, 3) };
    let service = Service { tool: Tool::NONE, ..service };
    let waiting = Waiting { until: Until::Decided, cancel_rest: true, ..Waiting::default() };
    let mut wild = timing(&star, &service).waiting(waiting);
    wild.endpoints = vec![haiku()];
    wild.calls =
        CallPolicy { hedge_after: Some(seconds(4.0)), timeout: Some(seconds(30.0)), ..CallPolicy::default() };
    let crash = FaultMode::Crash { rate: 0.05, restart: Some(seconds(1.0)), checkpoint: None };
    wild.faults = vec![Fault { mode: crash, targets: vec![true; 10] }];
    let budget = 60_000_000;
    wild.allowance = Allowance { money: Some(budget), tokens: Some(40_000), ..Allowance::default() };
    for billing in [CancelledBilling::Generated, CancelledBilling::All, CancelledBilling::Nothing] {
        wild.calls.billing = billing;
        let timed = TimedOrganization::new(&star, &wild).unwrap();
        let mut most = 0;
        for number in 0..3_000 {
            let result = timed.trial(&streams(), number);
            assert!(
                result.cost <= budget && result.input_tokens + result.output_tokens <= 40_000,
                "{result:?}"
            );
            assert!(result.wasted <= result.cost);
            most = most.max(result.input_tokens + result.output_tokens);
        }
        assert!(most > 30_000, "the budget binds: {most}");
    }
}

#[test]
fn a_cancelled_call_costs_what_the_policy_says() {
    let star = star(1);
    let mut cut = timing(&star, &writing(100.0, 1));
    cut.endpoints = vec![haiku()];
    // After 1.5 seconds, one of two seconds of generation is over.
    cut.allowance.deadline = Some(seconds(1.5));
    for (billing, output, input) in [
        (CancelledBilling::Generated, 50, 1_000),
        (CancelledBilling::All, 100, 1_000),
        (CancelledBilling::Nothing, 0, 0),
    ] {
        cut.calls.billing = billing;
        let result = trial(&star, &cut);
        assert_eq!(
            (result.outcome, result.output_tokens, result.input_tokens),
            (Outcome::Deadline, output, input)
        );
        assert_eq!((result.cost, result.wasted), (input * 1_000 + output * 5_000, result.cost));
    }
}

#[test]
fn an_endpoint_serves_so_many_at_once() {
    let star = star(6);
    let mut crowded = timing(&star, &writing(100.0, 1));
    let limits = EndpointLimits { concurrency: Some(2), ..EndpointLimits::default() };
    crowded.endpoints = vec![Endpoint { limits, ..haiku() }];
    // Three pairs of two seconds after half a second to the first token.
    assert_eq!(trial(&star, &crowded).makespan, 0.5 + 3.0 * 2.0);
    // All six at 1 / (1 + 5/5) of the speed.
    let limits = EndpointLimits { half_speed: Some(5.0), ..EndpointLimits::default() };
    crowded.endpoints = vec![Endpoint { limits, ..haiku() }];
    let makespan = trial(&star, &crowded).makespan;
    assert!((makespan - (0.5 + 2.0 * 2.0)).abs() < 1e-6, "{makespan}");
}

/// Each request of 1 200 tokens of a minute's worth of 3 600: three are admitted, the others are refused until the bucket has filled again,
/// which takes 20 seconds for each.
#[test]
fn tokens_per_minute_make_a_fleet_wait() {
    let star = star(5);
    let mut limited = timing(&star, &writing(100.0, 1));
    let limits = EndpointLimits { tokens_per_minute: Some(3_600.0), ..EndpointLimits::default() };
    limited.endpoints = vec![Endpoint { limits, ..haiku() }];
    limited.calls.retries = 20;
    for number in 0..50 {
        let result = TimedOrganization::new(&star, &limited).unwrap().trial(&streams(), number);
        assert_eq!((result.outcome, result.requests), (Outcome::Done, 5));
        // 2 x 1 200 tokens more than the bucket holds, at 60 a second.
        assert!(result.makespan >= 40.0 + 2.5, "{result:?}");
        assert!(result.refusals > 2);
    }
    limited.calls.retries = 0;
    assert_eq!(trial(&star, &limited).requests, 3);
}

#[test]
fn an_outage_refuses_everybody() {
    let star = star(1);
    let outage = FaultMode::Outage { rate: 1.0, length: seconds(3.0) };
    let mut out = timing(&star, &constant(1.0));
    out.faults = vec![Fault { mode: outage, targets: vec![true; 2] }];
    out.calls.retries = 0;
    assert_holds(run(&star, &out, 40_000).outcome(Outcome::Fault).estimate(sure()), 0.75);
}

/// A visible failure of the tool is repeated: the number of uses is geometric. A silent one makes the vote wrong.
#[test]
fn tools_fail() {
    let star = star(1);
    let mut failing = timing(
        &star,
        &Service {
            tool: Tool { latency: Law::constant(1.0).unwrap(), ..Tool::NONE },
            turns: 2,
            ..constant(0.0)
        },
    );
    failing.faults =
        vec![Fault { mode: FaultMode::ToolError { visible: 0.3, silent: 0.2 }, targets: vec![true; 2] }];
    let tally = run(&star, &failing, 60_000);
    assert_holds(tally.makespan().estimate(sure()), 1.0 / 0.7);
    assert_holds(tally.accuracy(0).estimate(sure()), 0.7 * 0.8);
}

#[test]
fn spending_downgrades_the_model() {
    let chain = Chain::new(1, bias(1.0)).organization().unwrap();
    let agents = chain.graph().len();
    let mut spending = Timing::instant(agents).serving(0..agents, &writing(100.0, 1));
    spending.endpoints = vec![haiku()];
    spending.allowance = Allowance { money: Some(10_000_000), ..Allowance::default() };
    let mode = FaultMode::Downgrade { share: 0.1, loss: 1.0, price: 0.5 };
    spending.faults = vec![Fault { mode, targets: vec![true; agents] }];
    let result = trial(&chain, &spending);
    // The first call costs 1.5 million; the second one half of that, and is always wrong.
    assert_eq!((result.cost, &result.answers[..]), (1_500_000 + 750_000, &[Some(false)][..]));
}

#[test]
fn patience_decides_on_what_is_there() {
    let star = star(3);
    let mut slow = timing(&star, &constant(1.0));
    slow.services[2] = Some(constant(100.0));
    slow.waiting.fill(Waiting { patience: Some(seconds(4.0)), cancel_rest: true, ..Waiting::default() });
    let result = trial(&star, &slow);
    assert_eq!((result.outcome, result.makespan, result.busy), (Outcome::Done, 5.0, 1.0 + 1.0 + 5.0));
}

/// Paired runs attribute the loss: without the only fault everything succeeds, so that its loss is the share of failures.
#[test]
fn losses_are_attributed_to_their_faults() {
    let star = Star::new(3, bias(1.0)).organization().unwrap();
    let mut faulty = timing(&star, &constant(1.0));
    faulty.faults = vec![
        Fault { mode: FaultMode::SilentWrong { probability: 0.3 }, targets: vec![true, true, true, false] },
        Fault { mode: FaultMode::Straggler { probability: 0.5, factor: 3.0 }, targets: vec![true; 4] },
    ];
    let timed = TimedOrganization::new(&star, &faulty).unwrap().attributing();
    assert_eq!(timed.attributed().collect::<Vec<_>>(), ["silent-wrong", "straggler"]);
    let run = monte_carlo::run(&timed, &streams(), &Stop::after(40_000).unwrap(), &Control::default());
    // Two or three of three are wrong.
    assert_holds(run.tally.loss(0).estimate(sure()), 3.0 * 0.09 * 0.7 + 0.027);
    // Slow answers are answers: without a deadline nothing is lost by them, in no trial.
    assert_eq!(run.tally.loss(1).estimate(sure()).value, 0.0);
}

/// The bytes of a tally do not depend on the number of threads.
#[test]
fn threads_change_nothing() {
    let star = star(9);
    let mut lively = timing(&star, &exponential(1.0));
    lively.faults = vec![Fault { mode: FaultMode::Hang { probability: 0.05 }, targets: vec![true; 10] }];
    lively.calls.timeout = Some(seconds(5.0));
    let text = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        serde_json::to_string(&pool.install(|| run(&star, &lively, 3_000))).unwrap()
    };
    assert_eq!(text(1), text(2));
    assert_eq!(text(1), text(7));
}

#[test]
fn a_deadlocked_organization_stalls_and_says_so() {
    // The judge waits for both; one abstains, which it is told, so that nothing stalls. A crash is not told.
    let star = star(2);
    let mut crashing = timing(&star, &constant(1.0));
    let mode = FaultMode::Crash { rate: 1e9, restart: None, checkpoint: None };
    crashing.faults = vec![Fault { mode, targets: vec![true, false, false] }];
    let result = trial(&star, &crashing);
    assert_eq!(result.outcome, Outcome::Fault);
    assert!(result.answers[0].is_some(), "the vote that is there is the best answer so far");
}

#[test]
fn a_run_that_does_not_end_is_broken_off() {
    let star = star(3);
    let mut endless = timing(&star, &constant(10.0));
    let mode = FaultMode::Crash { rate: 0.5, restart: Some(seconds(0.1)), checkpoint: None };
    endless.faults = vec![Fault { mode, targets: vec![true; 4] }];
    endless.allowance.events = 20;
    assert_eq!(trial(&star, &endless).outcome, Outcome::EventLimit);
}

#[test]
fn what_can_never_be_is_refused_in_a_sentence() {
    let star = star(3);
    let refused = |change: &dyn Fn(&mut Timing)| {
        let mut wrong = timing(&star, &writing(100.0, 1));
        wrong.endpoints = vec![haiku()];
        change(&mut wrong);
        TimedOrganization::new(&star, &wrong).unwrap_err()
    };
    let fault =
        |mode| move |timing: &mut Timing| timing.faults = vec![Fault { mode, targets: vec![true; 4] }];
    let waiting = Waiting { until: Until::First(4), ..Waiting::default() };
    assert_eq!(
        refused(&|timing| timing.waiting.fill(waiting)).to_string(),
        "agent `root` waits for the first 4 votes, but has 3 senders"
    );
    assert!(matches!(refused(&|timing| timing.endpoints.clear()), InvalidTiming::NoEndpoint { .. }));
    assert!(matches!(
        refused(&|timing| timing.endpoints[0].limits.tokens_per_minute = Some(1_199.0)),
        InvalidTiming::NeverServed { tokens: 1_200, burst: 1_199, .. }
    ));
    assert!(matches!(
        refused(&|timing| timing.context.window = Some(1_199)),
        InvalidTiming::NoRoom { tokens: 1_200, window: 1_199, .. }
    ));
    let crash = FaultMode::Crash { rate: 10.0, restart: Some(Duration::ZERO), checkpoint: None };
    let error = refused(&fault(crash));
    assert!(error.to_string().contains("crashes") && matches!(error, InvalidTiming::NeverDone { .. }));
    for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let error = refused(&fault(FaultMode::SilentWrong { probability: number })).to_string();
        assert!(error.contains("lies in [0, 1]"), "{error}");
        refused(&|timing| timing.endpoints[0].tokens_per_second = -number.abs());
    }
    refused(&fault(FaultMode::ToolError { visible: 1.0, silent: 0.0 }));
    refused(&fault(FaultMode::Straggler { probability: 0.1, factor: 0.5 }));
    refused(&|timing| timing.allowance.events = 0);
    refused(&|timing| timing.services.truncate(2));
    let twice = |timing: &mut Timing| {
        let hang = Fault { mode: FaultMode::Hang { probability: 0.1 }, targets: vec![true; 4] };
        timing.faults = vec![hang.clone(), hang];
    };
    assert_eq!(refused(&twice), InvalidTiming::TwoFaults("hang"));
}

/// Several outputs: the run is done when all of them have decided.
#[test]
fn all_outputs_are_waited_for() {
    let organization = Organization::builder()
        .agents([Agent::leaf("fast", bias(1.0)), Agent::leaf("slow", bias(1.0))])
        .agent(Agent::aggregator("one", Rule::First))
        .agent(Agent::aggregator("two", Rule::First))
        .channel("fast", "one", Channel::PERFECT)
        .channel("slow", "two", Channel::PERFECT)
        .output("one")
        .output("two")
        .build()
        .unwrap();
    let mut timing = timing(&organization, &constant(1.0));
    timing.services[1] = Some(constant(9.0));
    let result = trial(&organization, &timing);
    assert_eq!((result.makespan, result.answers), (9.0, vec![Some(true), Some(true)]));
}
