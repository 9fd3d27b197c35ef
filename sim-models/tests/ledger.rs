//! Ledgers under study: the golden numbers of mechanisms B60, and what no ledger of the engine's own kind may do.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use sim_core::estimate::Confidence;
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::law::Law;
use sim_models::mechanism::ledger::{Fleet, Guard, LedgerResult};
use sim_models::theory::ledger::exceeds_reservation;

fn streams() -> Streams {
    Streams::new(1, Purpose::World, Family::common())
}

fn certain(amount: f64) -> Law {
    Law::constant(amount).unwrap()
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds).unwrap()
}

fn run(fleet: &Fleet) -> LedgerResult {
    fleet.simulation().unwrap().trial(&streams(), 0)
}

/// Golden numbers 1: three children at once, estimate 31, cost 23.
fn fanned(guard: Guard, cap: u64) -> Fleet {
    Fleet { guard, cap, cost: certain(23.0), duration: certain(1.0), ..Fleet::default() }
}

#[test]
fn three_children_race_for_one_budget() {
    let racy = run(&fanned(Guard::Racy, 60));
    assert_eq!((racy.spent, racy.overshoot, racy.admitted), (69, 9, 3));
    let locked = run(&fanned(Guard::Reserve, 60));
    assert_eq!((locked.spent, locked.overshoot, locked.admitted, locked.unspent), (23, 0, 1, 37));
    let split = run(&fanned(Guard::Split, 60));
    assert_eq!((split.spent, split.admitted, split.refused), (0, 0, 3));
    for (cap, overshoots) in [(50, true), (60, true), (69, false), (100, false)] {
        assert_eq!(run(&fanned(Guard::Racy, cap)).overshoot > 0, overshoots, "cap {cap}");
    }
}

/// Golden numbers 2: a call every second, cap 100, estimate and cost 10, debited with a lag.
#[test]
fn a_late_debit_lets_calls_through() {
    for (lag, spent) in [(0.0, 100), (0.5, 100), (1.0, 100), (1.5, 110), (5.0, 140)] {
        let fleet = Fleet {
            guard: Guard::Racy,
            cap: 100,
            children: 1,
            calls: 1000,
            interval: Some(seconds(1.0)),
            estimate: 10,
            cost: certain(10.0),
            duration: certain(lag),
            ..Fleet::default()
        };
        assert_eq!(run(&fleet).spent, spent, "lag {lag}");
    }
}

/// Golden numbers 4, and that reconciliation bounds the excess by the true cost of the calls between two of them.
#[test]
fn a_provider_that_reports_a_fifth() {
    let fleet = |under_report, reconcile_every| Fleet {
        guard: Guard::Racy,
        cap: 2000,
        children: 1,
        calls: 1000,
        estimate: 400,
        cost: certain(200.0),
        duration: certain(1.0),
        under_report,
        reconcile_every,
        ..Fleet::default()
    };
    for (under_report, admitted, spent) in [(1, 9, 1800), (5, 41, 8200)] {
        let result = run(&fleet(under_report, None));
        assert_eq!((result.admitted, result.spent), (admitted, spent));
    }
    for every in [1, 2, 5, 10] {
        let result = run(&fleet(10, Some(every)));
        assert!(result.overshoot <= every * 200, "{every}: {result:?}");
    }
    assert_eq!(run(&fleet(10, Some(1))).spent, 1800, "found out at once, nothing is hidden");
}

/// Golden numbers 3: calls that cost more than a margin times their mean, within an interval of confidence 1 - 1e-8.
#[test]
fn margins_are_exceeded_as_often_as_their_law_says() {
    let sigma: f64 = 0.8;
    let deviation = 1e6 * (sigma * sigma).exp_m1().sqrt();
    for margin in [1.0, 1.5, 2.0] {
        let fleet = Fleet {
            guard: Guard::Absent,
            cap: u64::MAX / 4,
            children: 10,
            calls: 10,
            estimate: (1e6 * margin) as u64,
            cost: Law::lognormal(1e6, deviation).unwrap(),
            ..Fleet::default()
        };
        let simulation = fleet.simulation().unwrap();
        let run =
            monte_carlo::run(&simulation, &streams(), &Stop::after(4_000).unwrap(), &Control::default());
        let found = run.tally.underestimated().estimate(Confidence::new(1.0 - 1e-8).unwrap());
        let exact = exceeds_reservation(margin, sigma);
        assert!(found.low <= exact && exact <= found.high, "margin {margin}: {exact}, {found:?}");
        assert!(found.half_width() < 0.01);
    }
}

fn wild(guard: Guard, truncated: bool) -> Fleet {
    Fleet {
        guard,
        cap: 10_000,
        children: 6,
        random_children: true,
        calls: 8,
        estimate: 500,
        cost: Law::lognormal(400.0, 400.0).unwrap(),
        duration: Law::exponential(2.0).unwrap(),
        failure: 0.2,
        cancellation: 0.2,
        truncated,
        ..Fleet::default()
    }
}

/// 10^6 runs under random fan-out, cancellation and failure: no ledger that reserves, and ends calls at what it reserved, ever spends more
/// than its cap. Most caps bind: children want up to 19 200 of 10 000.
#[test]
fn nothing_that_was_reserved_is_overspent() {
    for guard in [Guard::Split, Guard::Reserve] {
        let simulation = wild(guard, true).simulation().unwrap();
        let run =
            monte_carlo::run(&simulation, &streams(), &Stop::after(500_000).unwrap(), &Control::default());
        assert_eq!(run.tally.overshoots().successes(), 0, "{guard:?}");
        assert!(run.estimates[5].value > 1.0, "the cap binds");
    }
}

/// Without an end to calls at their reservation the cap is only as good as the estimates; without reservations it is worse.
#[test]
fn other_ledgers_overspend() {
    let overshoots = |fleet: &Fleet| {
        let simulation = fleet.simulation().unwrap();
        let run =
            monte_carlo::run(&simulation, &streams(), &Stop::after(5_000).unwrap(), &Control::default());
        run.tally.overshoots().value()
    };
    let loose = overshoots(&wild(Guard::Reserve, false));
    let racy = overshoots(&wild(Guard::Racy, true));
    let cached = overshoots(&wild(Guard::Cached { every: seconds(10.0) }, true));
    let retries = overshoots(&wild(Guard::RetryLoop, true));
    let absent = overshoots(&wild(Guard::Absent, true));
    assert!(0.0 < loose && loose < racy, "{loose} {racy}");
    assert!(racy < cached && cached <= absent, "{racy} {cached} {absent}");
    assert!(racy < retries && retries < absent, "{racy} {retries} {absent}");
}

/// A cache that is synchronized all the time is no cache.
#[test]
fn a_cache_is_as_good_as_its_synchronization() {
    let spent = |every: f64| {
        let cached = Fleet { cost: certain(400.0), ..wild(Guard::Cached { every: seconds(every) }, true) };
        let simulation = cached.simulation().unwrap();
        (0..2_000).map(|trial| simulation.trial(&streams(), trial).spent).sum::<u64>()
    };
    let often = spent(1e-3);
    assert!(often < spent(3.0) && spent(3.0) < spent(30.0));
}

#[test]
fn what_cannot_be_is_refused() {
    let error = |fleet: Fleet| fleet.simulation().unwrap_err().to_string();
    assert_eq!(
        error(Fleet { children: 0, ..Fleet::default() }),
        "the number of children is at least 1; found 0"
    );
    assert!(error(Fleet { failure: f64::NAN, ..Fleet::default() }).contains("found NaN"));
    assert!(error(Fleet { interval: Some(Duration::ZERO), ..Fleet::default() }).contains("interval"));
    let cached = Guard::Cached { every: Duration::ZERO };
    assert!(error(Fleet { guard: cached, ..Fleet::default() }).contains("synchronizations"));
    let huge = Fleet { calls: 1_000, estimate: u64::MAX, ..Fleet::default() };
    assert!(error(huge).contains("beyond what is counted"));
    assert!(error(Fleet { calls: u32::MAX, ..Fleet::default() }).contains("calls would be tried"));
    let restless = Guard::Cached { every: Duration::from_nanoseconds(1) };
    let restless = Fleet { guard: restless, duration: certain(10.0), ..Fleet::default() };
    assert!(error(restless).contains("synchronized about 1e10 times"));
}
