//! The model `budget`: what it samples against what it predicts. False-alarm rate of a suite: 1e-6, shared out over its
//! exact binomial tails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeMap;

use serde::Deserialize;
use sim_core::estimate::{Proportion, binomial_tails};
use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::{Address, Family, Purpose, Streams};
use sim_models::registry::{Outcome, Registry, Value, Values};

const FALSE_ALARMS: f64 = 1e-6;

#[derive(Deserialize)]
struct Tally {
    tree: Proportion,
    single: Proportion,
}

struct Found {
    predictions: BTreeMap<String, Option<f64>>,
    notes: Vec<String>,
    outcome: Outcome,
    tally: Tally,
}

fn run(given: &[(&str, Value)], trials: u64) -> Found {
    let registry = Registry::builtin();
    let model = registry.find("budget").unwrap();
    let given = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let values = Values::resolve(&model.parameters(), &given).unwrap_or_else(|e| panic!("{given:?}: {e}"));
    let forecast = model.predict(&values).unwrap();
    let predictions = forecast.predictions.into_iter().map(|p| (p.name.into_owned(), p.value)).collect();
    let plan = model.prepare(&values).unwrap_or_else(|e| panic!("{given:?}: {e}"));
    let streams = Streams::new(4, Purpose::World, Family::of_cell(values.hash("budget")));
    let outcome = plan.run(&streams, &Stop::after(trials).unwrap(), &Control::default()).unwrap();
    let tally = serde_json::from_str(&outcome.tally).unwrap();
    Found { predictions, notes: plan.notes().to_vec(), outcome, tally }
}

fn p_value(share: Proportion, bias: f64) -> f64 {
    binomial_tails(share.successes(), share.trials(), 0.5 * (1.0 + bias)).two_sided()
}

/// 60 random budgets, two biases each.
#[test]
fn random_budgets_are_sampled_as_predicted() {
    let mut draws = Streams::new(6, Purpose::SamplingPlan, Family::common()).open(Address::trial(0));
    let (points, trials) = (60, 10_000);
    let mut trees = 0;
    for _ in 0..points {
        let given = [
            ("fan_in", Value::Integer(2 + draws.below(8) as i64)),
            ("fidelity", Value::Real(0.3 + 0.7 * draws.uniform())),
            ("correlation", Value::Real(draws.uniform() * draws.uniform())),
            ("message_tokens", Value::Real(100.0 * draws.uniform())),
            ("leaf_scale", Value::Real(0.1 * draws.uniform())),
            ("leaf_exponent", Value::Real(0.6 * draws.uniform())),
            ("leaf_cap", Value::Real(draws.uniform())),
            ("budget", Value::Real(10f64.powf(2.0 + 5.0 * draws.uniform()))),
        ];
        let found = run(&given, trials);
        assert_eq!((found.outcome.trials, found.outcome.ending), (trials, Ending::Complete));
        let limit = FALSE_ALARMS / (2.0 * f64::from(points));
        let single = found.predictions["single_agent_bias"].unwrap();
        assert_eq!(found.tally.single.trials(), trials);
        assert!(p_value(found.tally.single, single) > limit, "{given:?}: single agent");
        match found.predictions["tree_bias"] {
            Some(bias) => {
                trees += 1;
                assert_eq!(found.tally.tree.trials(), trials);
                let p = p_value(found.tally.tree, bias);
                assert!(p > limit, "{given:?}: tree {:?}, exact {bias}; p = {p:e}", found.tally.tree);
                assert_eq!(found.predictions["best_tree_bias"], Some(bias));
            }
            None => assert_eq!(found.tally.tree.trials(), 0),
        }
        let [tree, one] = found.outcome.estimates[..] else { panic!("two metrics") };
        assert!((one.value - (2.0 * found.tally.single.value() - 1.0)).abs() < 1e-15);
        assert!(tree.trials == 0 || (tree.value - (2.0 * found.tally.tree.value() - 1.0)).abs() < 1e-15);
    }
    assert!(trees > 40, "{trees} of {points} budgets buy a tree");
}

/// Section 4.4: b = 5, rho = .1, gamma = .9, m = 50, beta = .2, k = .01, B = 1e6 gives 5 layers, 195.04 tokens per leaf
/// and a bias of .300230083246844 against .158489319 of one agent.
#[test]
fn the_default_is_the_worked_example() {
    let found = run(&[], 50_000);
    let predicted = |name: &str| found.predictions[name].unwrap();
    assert_eq!(predicted("best_depth"), 5.0);
    assert!((predicted("best_leaf_tokens_exact") - 195.04).abs() < 1e-9);
    assert!((predicted("tree_bias") - 0.300_230_083_246_844).abs() < 1e-14);
    assert!((predicted("single_agent_bias") - 0.158_489_319).abs() < 1e-9);
    assert!((predicted("overhead_tokens") - 125.0).abs() < 1e-12);
    assert!((predicted("threshold_budget_relaxed") - 876.595_510_774_988).abs() < 1e-9);
    assert!((predicted("threshold_budget_exact") - 934.082_934_599).abs() < 1e-6);
    assert!(p_value(found.tally.tree, predicted("tree_bias")) > 0.5 * FALSE_ALARMS);
    assert!(p_value(found.tally.single, predicted("single_agent_bias")) > 0.5 * FALSE_ALARMS);
    assert!(found.notes[0].contains("top 4 of 5 layers"), "{:?}", found.notes);
}

/// 5 leaves of one layer cost 500 tokens in messages alone.
#[test]
fn a_budget_below_any_tree_samples_the_single_agent_only() {
    for (budget, tree) in [(1e-300, false), (1.0, false), (499.0, false), (500.0, false), (501.0, true)] {
        let found = run(&[("budget", Value::Real(budget))], 1000);
        assert_eq!(found.predictions["tree_bias"].is_some(), tree, "{budget}");
        assert_eq!(found.predictions["best_depth"].is_some(), tree, "{budget}");
        let trials = if tree { 1000 } else { 0 };
        assert_eq!((found.tally.tree.trials(), found.tally.single.trials()), (trials, 1000), "{budget}");
        let estimate = found.outcome.estimates[0];
        assert_eq!(estimate.trials, trials);
        if !tree {
            assert!(estimate.value.is_nan());
            assert_eq!((estimate.low, estimate.high), (-1.0, 1.0), "nothing is known");
            assert_eq!(found.notes, ["the budget does not pay the messages of any tree"]);
        }
    }
}
