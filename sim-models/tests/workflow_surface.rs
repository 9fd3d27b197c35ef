//! The shape of the surface of completion probabilities over budget and deadline, on synthetic workflows of code (mechanisms A10.7).

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::collections::BTreeMap;

use rayon::prelude::*;
use sim_core::events::Duration;
use sim_core::random::{Address, Family as Streaming, Purpose, Streams};
use sim_models::workflow::generate::Family;
use sim_models::workflow::policy::{Sequential, best_sequential};
use sim_models::workflow::{Budget, Problem, Rules, Workflow};

/// Mean completions in percent by budget (USD) and deadline (s), as published.
const PUBLISHED: &str = include_str!("../../experiments/codeflow-surface/published.csv");

const BUDGETS: [f64; 4] = [0.02, 0.1, 1.0, 20.0];
const DEADLINES: [f64; 4] = [30.0, 300.0, 1200.0, 7200.0];
/// Workflows, from the first of those on which nothing was chosen; their completion probabilities have a deviation of about 0.45, so that
/// means of them have a standard error of 2.6 points.
const FIRST: u64 = 2000;
const WORKFLOWS: u64 = 300;
/// Runs of every fixed policy to choose the best one, and of that one.
const PILOTS: u64 = 24;
const RUNS: u64 = 4;

fn published() -> BTreeMap<(String, String), f64> {
    let cell = |line: &str| {
        let [budget, deadline, percent] = line.split(',').collect::<Vec<_>>()[..] else {
            unreachable!("{line}")
        };
        ((budget.to_owned(), deadline.to_owned()), percent.parse::<f64>().unwrap())
    };
    PUBLISHED.lines().skip(1).map(cell).collect()
}

/// The share of runs that the best fixed policy completes, in percent; the draws are those of every other cell.
fn completed(workflows: &[Workflow], budget: f64, deadline: f64) -> f64 {
    let done = |(number, workflow): (usize, &Workflow)| {
        let (budget, deadline) =
            (Budget::Money((budget * 1e9) as u64), Duration::from_seconds(deadline).unwrap());
        let problem = Problem::new(workflow.clone(), Rules::reference(), budget, deadline).unwrap();
        let family = Streaming::of_cell([number as u8; 32]);
        let pilots = Streams::new(number as u64, Purpose::Pilot, family);
        let mut best = Sequential(best_sequential(&problem, &pilots, PILOTS));
        let world = Streams::new(number as u64, Purpose::World, family);
        let mut runs = problem.runs();
        (0..RUNS).filter(|&trial| runs.run(&mut best, &world, trial).is_done()).count()
    };
    let done: usize = workflows.par_iter().enumerate().map(|(number, it)| done((number, it))).sum();
    100.0 * done as f64 / (workflows.len() as u64 * RUNS) as f64
}

/// The surface rises with the budget and with the deadline, does not depend on the budget where there is no time to spend it, and is within
/// 5 points of the published one (root mean square), to which the family's numbers were fitted.
#[test]
fn the_surface_has_the_published_shape() {
    let drawn = Streams::new(0, Purpose::SamplingPlan, Streaming::common());
    let workflow = |number| Family::CodeflowA.draw(5, &mut drawn.open(Address::trial(number))).unwrap();
    let workflows: Vec<Workflow> = (FIRST..FIRST + WORKFLOWS).map(workflow).collect();
    let surface = BUDGETS.map(|budget| DEADLINES.map(|deadline| completed(&workflows, budget, deadline)));
    let published = published();
    assert_eq!(published.len(), 90);
    let mut squares = 0.0;
    for (row, budget) in surface.iter().zip(BUDGETS) {
        for (found, deadline) in row.iter().zip(DEADLINES) {
            let expected = published[&(budget.to_string(), deadline.to_string())];
            squares += (found - expected) * (found - expected);
        }
    }
    let error = (squares / 16.0).sqrt();
    assert!(error <= 5.0, "root mean square error {error}: {surface:?}");
    // Cells share their draws; what is left is that a choice between equal policies may go either way.
    let falls = |from: f64, to: f64| to < from - 1.5;
    for at in 0..4 {
        let column = surface.map(|row| row[at]);
        for (low, high) in [(0, 1), (1, 2), (2, 3)] {
            assert!(!falls(surface[at][low], surface[at][high]), "over the deadline: {surface:?}");
            assert!(!falls(column[low], column[high]), "over the budget: {surface:?}");
        }
    }
    let floor = surface.map(|row| row[0]);
    let spread =
        floor.iter().fold(f64::MIN, |a, &b| a.max(b)) - floor.iter().fold(f64::MAX, |a, &b| a.min(b));
    assert!(spread <= 2.0, "thirty seconds: {floor:?}");
}
