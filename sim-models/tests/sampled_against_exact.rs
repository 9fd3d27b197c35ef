//! The sampled evaluator against the exact one, over the whole parameter space of the model `tree`.
//!
//! Every check is the exact two-sided binomial tail of the observed number of right roots at the predicted accuracy. A
//! suite has a false-alarm rate of 1e-6: half is shared out over its checks (Bonferroni), half goes to all of them taken
//! together (Fisher's method, conservative for discrete tails), which sees a small bias that no single point shows.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeMap;

use sim_core::estimate::{Proportion, binomial_tails};
use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};
use sim_models::registry::{Registry, Value, Values};
use statrs::distribution::{ChiSquared, ContinuousCDF};

const FALSE_ALARMS: f64 = 1e-6;

const AT_A_NODE: [&str; 4] = ["mixture", "copying", "beta-binomial", "gaussian"];
const WHOLE_TREE: [&str; 3] = ["shared-vote", "difficulty", "gaussian-factor"];

type Given = BTreeMap<String, Value>;

/// The numbers of a point, in the words of a scenario file.
fn given(entries: &[(&str, Value)]) -> Given {
    entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn text(word: &str) -> Value {
    Value::Text(word.to_owned())
}

fn whole(number: usize) -> Value {
    Value::Integer(number as i64)
}

/// What a run must agree with, and what it gave.
struct Check {
    name: String,
    p_value: f64,
}

/// One run through the registry against the prediction of the same name.
fn check(given: &Given, trials: u64) -> Check {
    let registry = Registry::builtin();
    let model = registry.find("tree").unwrap();
    let values = Values::resolve(&model.parameters(), given).unwrap_or_else(|e| panic!("{given:?}: {e}"));
    let forecast = model.predict(&values).unwrap_or_else(|e| panic!("{given:?}: {e}"));
    let predicted = |name: &str| forecast.get(name).unwrap_or_else(|| panic!("{given:?} has no {name}"));
    let (accuracy, bias) = (predicted("root_accuracy"), predicted("root_bias"));
    assert!((accuracy - 0.5 * (1.0 + bias)).abs() < 1e-15, "{given:?}");

    let plan = model.prepare(&values).unwrap_or_else(|e| panic!("{given:?}: {e}"));
    let streams = Streams::new(20, Purpose::World, Family::of_cell(values.hash("tree")));
    let outcome = plan.run(&streams, &Stop::after(trials).unwrap(), &Control::default()).unwrap();
    assert_eq!((outcome.trials, outcome.ending), (trials, Ending::Complete));
    let tally: Proportion = serde_json::from_str(&outcome.tally).unwrap();
    assert_eq!(tally.trials(), trials);
    let [root_bias, root_accuracy] = outcome.estimates[..] else { panic!("two metrics") };
    assert_eq!(root_accuracy.value, tally.value());
    assert!((root_bias.value - (2.0 * tally.value() - 1.0)).abs() < 1e-15);

    // The recursion leaves rounding errors; where it is certain they would make one failure impossible.
    let p_value = [accuracy - 1e-14, accuracy, accuracy + 1e-14]
        .map(|p| binomial_tails(tally.successes(), trials, p.clamp(0.0, 1.0)).two_sided())
        .into_iter()
        .fold(0.0, f64::max);
    Check { name: format!("{given:?}: found {}, exact {accuracy}", tally.value()), p_value }
}

fn assert_all_pass(checks: &[Check]) {
    let each = 0.5 * FALSE_ALARMS / checks.len() as f64;
    for check in checks {
        assert!(check.p_value > each, "p = {:e} for {}", check.p_value, check.name);
    }
    let fisher: f64 = checks.iter().map(|check| -2.0 * check.p_value.ln()).sum();
    let together = ChiSquared::new(2.0 * checks.len() as f64).unwrap().sf(fisher);
    assert!(together > 0.5 * FALSE_ALARMS, "{} checks together: p = {together:e}", checks.len());
}

/// Draws the points.
struct Points(Stream);

impl Points {
    fn new(seed: u64) -> Self {
        Self(Streams::new(seed, Purpose::SamplingPlan, Family::common()).open(Address::trial(0)))
    }

    fn between(&mut self, low: u64, high: u64) -> usize {
        (low + self.0.below(high - low + 1)) as usize
    }

    /// One of the special values in a third of all draws, else uniform in the range.
    fn real(&mut self, special: &[f64], low: f64, high: f64) -> Value {
        let i = self.between(0, 3 * special.len() as u64 - 1);
        Value::Real(special.get(i).copied().unwrap_or_else(|| low + (high - low) * self.0.uniform()))
    }

    fn listed(&mut self, per_layer: bool, depth: usize, mut draw: impl FnMut(&mut Self) -> Value) -> Value {
        if per_layer { Value::List((0..depth).map(|_| draw(self)).collect()) } else { draw(self) }
    }

    fn point(&mut self, law: &str, sharing: &str, erasure: usize, per_layer: bool) -> Given {
        let depth = self.between(1, 6);
        let at_a_node = AT_A_NODE.contains(&law);
        let mut point = given(&[
            ("depth", whole(depth)),
            ("leaf_bias", self.real(&[-1.0, 0.0, 1.0, 0.02], -1.0, 1.0)),
            ("fan_in", self.listed(per_layer, depth, |points| whole(points.between(1, 9)))),
            ("fidelity", self.listed(per_layer, depth, |points| points.real(&[1.0, 1.0, 0.0], 0.3, 1.0))),
            ("sharing", text(sharing)),
            (
                "correlation",
                self.listed(per_layer && at_a_node, depth, |points| points.real(&[0.0, 1.0], 0.0, 1.0)),
            ),
            // The stated law in the layers next to the leaves, any other above.
            (
                "dependence",
                if per_layer && at_a_node {
                    let any = (1..depth).map(|_| text(AT_A_NODE[self.between(0, 3)]));
                    Value::List([text(law)].into_iter().chain(any).collect())
                } else {
                    text(law)
                },
            ),
        ]);
        if erasure > 0 {
            point.insert("erasure".into(), self.real(&[1.0], 0.0, 0.8));
            point.insert("erasure_detected".into(), Value::Boolean(erasure == 2));
        }
        // Half of the trees are cut at a layer of their own; the largest are cut anyhow.
        let top = self.between(0, 2 * depth as u64 + 1);
        if top <= depth && leaves_of_top(&point, depth, top) <= 1024.0 {
            point.insert("top_layers".into(), whole(top));
        }
        point
    }
}

/// Leaves of the top layers of a point.
fn leaves_of_top(point: &Given, depth: usize, top: usize) -> f64 {
    let fan_in = |layer: usize| match &point["fan_in"] {
        Value::List(layers) => layers[layer].as_number().unwrap(),
        one => one.as_number().unwrap(),
    };
    (depth - top..depth).map(fan_in).product()
}

/// A number of trials that keeps the work of all points about equal.
fn trials_for(point: &Given) -> u64 {
    let Some(depth) = point["depth"].as_number() else { panic!("no depth") };
    let depth = depth as usize;
    let automatic = (0..=depth).rev().map(|top| leaves_of_top(point, depth, top)).find(|&l| l <= 1024.0);
    let top = point.get("top_layers").and_then(Value::as_number);
    let leaves = top.map(|top| leaves_of_top(point, depth, top as usize)).or(automatic).unwrap_or(1.0);
    ((2e6 / leaves) as u64).clamp(4_000, 40_000)
}

/// All four dependences at the nodes and all three of the whole tree, both ways of sharing, no erasure, undetected and
/// detected erasure, equal layers and lists: 84 combinations, five random points of each.
#[test]
fn random_trees_are_sampled_as_the_recursion_says() {
    let mut points = Points::new(1);
    let mut checks = Vec::new();
    for _ in 0..5 {
        for law in AT_A_NODE.into_iter().chain(WHOLE_TREE) {
            for sharing in ["after-channel", "before-channel"] {
                for erasure in 0..3 {
                    for per_layer in [false, true] {
                        let point = points.point(law, sharing, erasure, per_layer);
                        checks.push(check(&point, trials_for(&point)));
                    }
                }
            }
        }
    }
    assert!(checks.len() >= 300);
    assert_all_pass(&checks);
}

/// Every number of sampled layers, from none to all, gives the root the same law: 7 dependences x 5 cuts.
#[test]
fn a_cut_tree_is_sampled_as_the_whole_one() {
    let mut checks = Vec::new();
    for law in AT_A_NODE.into_iter().chain(WHOLE_TREE) {
        for top in 0..=4 {
            let point = given(&[
                ("fan_in", Value::List([3, 2, 5, 3].map(whole).to_vec())),
                ("depth", whole(4)),
                ("leaf_bias", Value::Real(0.3)),
                ("fidelity", Value::Real(0.9)),
                ("correlation", Value::Real(0.25)),
                ("dependence", text(law)),
                ("top_layers", whole(top)),
            ]);
            checks.push(check(&point, 40_000));
        }
    }
    assert_all_pass(&checks);
}

/// Trees that only exist cut: 5^30 leaves at three correlations, 9^100 and a chain of 3000 relays.
#[test]
fn deep_trees_are_sampled_as_the_recursion_says() {
    let tree = |fan_in: usize, depth: usize, bias: f64, fidelity: f64, correlation: f64| {
        given(&[
            ("fan_in", whole(fan_in)),
            ("depth", whole(depth)),
            ("leaf_bias", Value::Real(bias)),
            ("fidelity", Value::Real(fidelity)),
            ("correlation", Value::Real(correlation)),
        ])
    };
    let points = [
        tree(5, 30, 0.05, 0.6, 0.0),
        tree(5, 30, 0.05, 0.6, 0.1),
        tree(5, 30, 0.05, 0.6, 0.3),
        tree(9, 100, -0.01, 0.5, 0.2),
        tree(1, 3000, 1.0, 0.999, 0.0),
    ];
    assert_all_pass(&points.map(|point| check(&point, 10_000)));
}

/// Laws of difficulty whose shapes no float holds well are refused: a fair coin in their place would be a silent error.
#[test]
fn a_common_cause_without_a_law_is_refused() {
    let registry = Registry::builtin();
    let model = registry.find("tree").unwrap();
    for (bias, correlation) in [(0.8, 1e-10), (1.0 - 1e-12, 0.9), (-0.8, 1.0 - 1e-12)] {
        let point = given(&[
            ("leaf_bias", Value::Real(bias)),
            ("correlation", Value::Real(correlation)),
            ("dependence", text("difficulty")),
        ]);
        let values = Values::resolve(&model.parameters(), &point).unwrap();
        let Err(error) = model.prepare(&values) else { panic!("{bias}, {correlation} was sampled") };
        assert_eq!(error.keys(), ["correlation", "leaf_bias"]);
        assert!(error.to_string().contains("too near a certain one"), "{error}");
    }
}

/// Correlations and biases next to the ends of their ranges.
#[test]
fn nearly_certain_trees_are_sampled_as_the_recursion_says() {
    let mut checks = Vec::new();
    for law in AT_A_NODE.into_iter().chain(WHOLE_TREE) {
        for correlation in [1e-310, 1e-8, 1.0 - 1e-8] {
            for bias in [0.8, 1e-12, -1.0 + 1e-6] {
                if law == "difficulty" && (correlation < 1e-9 || bias < 0.0) {
                    continue;
                }
                let point = given(&[
                    ("depth", whole(2)),
                    ("leaf_bias", Value::Real(bias)),
                    ("correlation", Value::Real(correlation)),
                    ("dependence", text(law)),
                ]);
                checks.push(check(&point, 4_000));
            }
        }
    }
    assert_all_pass(&checks);
}
