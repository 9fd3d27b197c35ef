//! Budgets: nothing is spent twice, nothing appears, nothing disappears.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use sim_core::budget::{Budget, Ledger, NanoDollars, Reservation, Tokens, Totals};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};

/// What all hands hold, counted by hand.
fn count(budgets: &[Budget<NanoDollars>], reservations: &[Reservation<NanoDollars>]) -> (u64, u64) {
    (budgets.iter().map(Budget::amount).sum(), reservations.iter().map(Reservation::amount).sum())
}

/// 10^6 random operations on random trees of budgets. What hands hold, what was paid and what was dropped is counted apart and must be what
/// the ledger says.
#[test]
fn nothing_appears_and_nothing_disappears() {
    let streams = Streams::new(1, Purpose::World, Family::common());
    for run in 0..1000 {
        let mut stream = streams.open(Address::trial(run));
        let ledger = Ledger::new();
        let mut budgets = vec![ledger.grant(1_000_000)];
        let mut reservations = Vec::new();
        let (mut spent, mut forfeited) = (0, 0);
        for _ in 0..1000 {
            operate(&mut stream, &mut budgets, &mut reservations, &mut spent, &mut forfeited);
            let (held, reserved) = count(&budgets, &reservations);
            let expected = Totals { granted: 1_000_000, held, reserved, spent, forfeited };
            assert_eq!(ledger.totals(), expected);
            assert!(ledger.is_conserved());
        }
    }
}

fn operate(
    stream: &mut Stream,
    budgets: &mut Vec<Budget<NanoDollars>>,
    reservations: &mut Vec<Reservation<NanoDollars>>,
    spent: &mut u64,
    forfeited: &mut u64,
) {
    let mut below = |bound: usize| stream.below(bound as u64) as usize;
    let at = below(budgets.len());
    let amount = below(budgets[at].amount() as usize + 10) as u64;
    let kind = below(7);
    match kind {
        0 => match budgets[at].split(amount) {
            Ok(child) => budgets.push(child),
            Err(error) => assert!(error.asked > error.available),
        },
        1 | 2 => match budgets[at].reserve(amount) {
            Ok(reservation) => reservations.push(reservation),
            Err(error) => assert!(error.asked > budgets[at].amount()),
        },
        3 if budgets.len() > 1 => {
            let other = budgets.swap_remove(at);
            budgets[0].merge(other).unwrap();
        }
        4 | 5 if !reservations.is_empty() => {
            let reservation = reservations.swap_remove(below(reservations.len()));
            let actual = below(reservation.amount() as usize + 3) as u64;
            if kind == 5 {
                reservation.cancel(&mut budgets[at]);
            } else {
                match reservation.commit(actual, &mut budgets[at]) {
                    Ok(()) => *spent += actual,
                    Err(error) => reservations.push(error.reservation),
                }
            }
        }
        6 if below(20) == 0 => {
            if budgets.len() > 1 {
                *forfeited += budgets.swap_remove(at).amount();
            } else if let Some(reservation) = reservations.pop() {
                *forfeited += reservation.amount();
            }
        }
        _ => {}
    }
}

#[test]
fn more_than_there_is_cannot_be_had() {
    let ledger = Ledger::<Tokens>::new();
    let mut budget = ledger.grant(10);
    let error = budget.split(11).unwrap_err();
    assert_eq!(error.to_string(), "11 tokens were asked of a budget of 10");
    let reservation = budget.reserve(10).unwrap();
    let error = reservation.commit(11, &mut budget).unwrap_err();
    assert_eq!(error.to_string(), "11 tokens were to be paid from a reservation of 10");
    error.reservation.commit(10, &mut budget).unwrap();
    assert_eq!(ledger.totals().spent, 10);
}

#[test]
fn ledgers_do_not_mix() {
    let (ours, theirs) = (Ledger::<Tokens>::new(), Ledger::<Tokens>::new());
    let (mut mine, mut yours) = (ours.grant(10), theirs.grant(5));
    let back = mine.merge(yours.split(5).unwrap()).unwrap_err();
    assert_eq!(back.0.amount(), 5);
    // A refund into the wrong budget is lost, and the ledger knows.
    mine.reserve(4).unwrap().cancel(&mut yours);
    assert_eq!((mine.amount(), yours.amount()), (6, 0));
    assert_eq!(ours.totals().forfeited, 4);
    assert!(ours.is_conserved() && theirs.is_conserved());
}

#[test]
fn what_is_dropped_is_forfeited() {
    let ledger = Ledger::<Tokens>::new();
    {
        let mut budget = ledger.grant(10);
        let _reservation = budget.reserve(3).unwrap();
    }
    let totals = ledger.totals();
    assert_eq!((totals.held, totals.reserved, totals.forfeited), (0, 0, 10));
}

#[test]
fn a_grant_does_not_wrap() {
    let ledger = Ledger::<Tokens>::new();
    let all = ledger.grant(u64::MAX);
    assert_eq!(ledger.grant(1).amount(), 0);
    assert_eq!(all.amount(), u64::MAX);
}
