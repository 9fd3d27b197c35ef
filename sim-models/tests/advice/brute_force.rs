//! The choice against brute force over plans that are enumerated without it.

use sim_core::random::{Family, Purpose, Streams};
use sim_models::advice::situations::{draw, every_plan};
use sim_models::advice::{Fleet, Limits, Outlook, Plan, SimulatedPlan, Unit, choose};

/// The most accurate of all plans that keep the limits, by exact evaluation.
fn best_of_all(fleet: &Fleet, limits: &Limits) -> (Plan, Outlook) {
    let plans = every_plan(fleet).into_iter().map(|plan| (plan, fleet.outlook(&plan)));
    let within = plans.filter(|(_, outlook)| limits.allow(outlook));
    within.max_by(|a, b| a.1.accuracy.total_cmp(&b.1.accuracy)).unwrap()
}

/// In 40 random situations no plan of the enumeration that keeps the limits is better by a tenth of a point, by exact evaluation, which other
/// tests hold against simulation. `cargo run --release -p sim-models --example advice_brute_force` compares 200 situations by simulation.
#[test]
fn no_plan_is_better_than_the_choice() {
    for number in 0..40 {
        let (fleet, limits) = draw(number).unwrap();
        let best = choose(&fleet, &limits).best().copied().unwrap();
        let (plan, outlook) = best_of_all(&fleet, &limits);
        assert!(
            best.outlook.accuracy >= outlook.accuracy - 1e-3,
            "situation {number}: {best:?} {plan:?} {outlook:?}"
        );
    }
}

/// The same with far larger budgets, where votes of more than 101 and margins of more than 8 pay.
#[test]
fn no_plan_is_better_where_budgets_are_large() {
    for number in 0..12 {
        let (fleet, limits) = draw(number).unwrap();
        let limits =
            Limits { deadline: limits.deadline.map(|it| 20.0 * it), ..limits.with_budget_times(15.0) };
        let best = choose(&fleet, &limits).best().copied().unwrap();
        let (plan, outlook) = best_of_all(&fleet, &limits);
        assert!(
            best.outlook.accuracy >= outlook.accuracy - 1e-3,
            "situation {number}: {best:?} {plan:?} {outlook:?}"
        );
    }
    let text = "[[models]]\nname = \"a\"\naccuracy = 0.55\noutput_tokens = 1000\nprice_per_million_output_tokens = 1\nlatency_seconds = 1\n";
    let fleet = Fleet::from_toml(text).unwrap();
    for (budget, deadline) in [(0.25, None), (0.25, Some(1.0)), (0.5, Some(1e4))] {
        let limits = Limits { budget: Some((budget, Unit::Dollars)), deadline, ..Limits::default() };
        let best = choose(&fleet, &limits).best().copied().unwrap();
        let (plan, outlook) = best_of_all(&fleet, &limits);
        assert!(
            best.outlook.accuracy >= outlook.accuracy - 1e-6,
            "{budget} {deadline:?}: {best:?} {plan:?} {outlook:?}"
        );
    }
}

/// In 6 situations the same by fresh simulation of all plans of the enumeration that keep the limits: the choice is within a point, and four
/// standard errors of the difference, of the one that did best in 400 questions.
#[test]
fn no_plan_does_better_in_simulation() {
    let streams = |seed| Streams::new(seed, Purpose::World, Family::common());
    for number in 0..6 {
        let (fleet, limits) = draw(number).unwrap();
        let score = |plan: &Plan, seed: u64, questions: u64| {
            let simulated = SimulatedPlan::new(&fleet, plan).unwrap();
            let streams = streams(seed);
            let right = (0..questions).filter(|&trial| simulated.ask(&streams.trial(trial)).right).count();
            right as f64 / questions as f64
        };
        let plans = every_plan(&fleet).into_iter().filter(|plan| limits.allow(&fleet.outlook(plan)));
        let scored = plans.map(|plan| (score(&plan, 9, 400), plan));
        let found = scored.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1;
        let best = choose(&fleet, &limits).best().copied().unwrap();
        // Fresh draws, so that luck in the search does not count.
        let (ours, theirs) = (score(&best.plan, 10, 4000), score(&found, 10, 4000));
        let error = (2.0 * 0.25 / 4000.0_f64).sqrt();
        assert!(
            ours >= theirs - 0.01 - 4.0 * error,
            "situation {number}: {best:?} {ours}, {found:?} {theirs}"
        );
    }
}
