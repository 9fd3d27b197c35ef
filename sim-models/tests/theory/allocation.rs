use crate::{agrees, shows};
use sim_models::theory::allocation::exact::TreeFamily;
use sim_models::theory::allocation::message::{best_message_for_budget, best_message_for_growth};
use sim_models::theory::allocation::relaxed::{Growth, upper_budget};
use sim_models::theory::channel::FidelityCurve;
use sim_models::theory::cost;
use sim_models::theory::exponent::exponent;
use sim_models::theory::fixed_point::fixed_point;
use sim_models::theory::layer::Layer;
use sim_models::theory::leaf::LeafLaw;

fn growth(layer: &Layer, beta: f64, message: f64) -> Growth {
    Growth {
        exponent: exponent(layer),
        leaf_exponent: beta,
        overhead: cost::overhead(layer.fan_in, message, 0.0),
    }
}

#[test]
fn relaxed_optima_are_those_of_the_acceptance_table() {
    for (layer, beta, m, overhead, s, leaf, threshold) in [
        (
            Layer::new(5, 0.1, 0.9),
            0.2,
            50.0,
            "125",
            "0.295418342177066",
            "262.004132849092",
            "876.595510774988",
        ),
        (
            Layer::new(7, 0.05, 0.95),
            0.2,
            32.0,
            "74.6666667",
            "0.361757718521",
            "92.3191392035",
            "347.470734449",
        ),
        (Layer::new(3, 0.0, 1.0), 0.3, 20.0, "60", "0.369070246429", "260.604253361", "788.537921452"),
        (
            Layer::new(31, 0.1, 0.9),
            0.25,
            50.0,
            "103.3333333",
            "0.382369513225",
            "195.160748906",
            "665.999308398",
        ),
    ] {
        let growth = growth(&layer, beta, m);
        shows(growth.overhead, overhead);
        shows(growth.exponent, s);
        // The optimum loses a digit or two of s in s - beta.
        agrees(growth.best_leaf_tokens().unwrap(), leaf.parse().unwrap(), 3e-12);
        agrees(growth.threshold_budget().unwrap(), threshold.parse().unwrap(), 3e-12);
    }
}

#[test]
fn the_example_has_two_leaves_at_its_threshold() {
    let growth = growth(&Layer::new(5, 0.1, 0.9), 0.2, 50.0);
    let threshold = growth.threshold_budget().unwrap();
    shows(growth.best_leaves(threshold).unwrap(), "2.26508");
    agrees(growth.overhead_ratio().unwrap(), growth.overhead / growth.best_leaf_tokens().unwrap(), 1e-13);
}

#[test]
fn averaging_follows_the_same_rule_with_exponent_one_half() {
    let growth = Growth { exponent: 0.5, leaf_exponent: 0.2, overhead: 100.0 };
    shows(growth.best_leaf_tokens().unwrap(), "66.6666666666667");
    shows(growth.threshold_budget().unwrap(), "307.002624886699");
}

#[test]
fn the_relaxed_optimum_is_a_maximum_and_meets_one_agent_at_the_threshold() {
    let growth = growth(&Layer::new(7, 0.05, 0.95), 0.2, 32.0);
    let (k, budget) = (0.003, 5000.0);
    let signal =
        |x: f64| k * x.powf(growth.leaf_exponent) * (budget / (x + growth.overhead)).powf(growth.exponent);
    let best = growth.best_leaf_tokens().unwrap();
    agrees(growth.best_signal(k, budget).unwrap(), signal(best), 1e-13);
    assert!(signal(best) > signal(best * 1.01) && signal(best) > signal(best * 0.99));
    let threshold = growth.threshold_budget().unwrap();
    for k in [1e-6, 0.02] {
        agrees(growth.best_signal(k, threshold).unwrap() / k, threshold.powf(0.2), 1e-12);
    }
    let slow = growth.threshold_budget_with_prefactor(0.8).unwrap();
    agrees(0.8 * growth.best_signal(1.0, slow).unwrap(), slow.powf(0.2), 1e-12);
}

#[test]
fn at_and_below_the_leaf_exponent_nothing_is_gained() {
    for exponent in [0.2, 0.1, -0.5, f64::NAN, f64::INFINITY] {
        let growth = Growth { exponent, leaf_exponent: 0.2, overhead: 10.0 };
        assert_eq!(growth.best_leaf_tokens(), None);
        assert_eq!(growth.best_leaves(10.0), None);
        assert_eq!(growth.overhead_ratio(), None);
        assert_eq!(growth.best_signal(0.1, 10.0), None);
        assert_eq!(growth.threshold_budget(), None);
    }
    assert_eq!(Growth { exponent: 0.4, leaf_exponent: 0.2, overhead: f64::NAN }.threshold_budget(), None);
}

pub(crate) fn example(coefficient: f64) -> TreeFamily {
    TreeFamily::new(&Layer::new(5, 0.1, 0.9), LeafLaw::new(coefficient, 0.2), 125.0)
}

#[test]
fn exact_optima_are_those_of_the_text() {
    let family = example(0.01);
    for (budget, single, tree, depth, leaf) in [
        (1e4, "0.063095734", "0.0797356571", 2, "280"),
        (1e5, "0.1", "0.152187742", 3, "676"),
        (1e6, "0.158489319", "0.300230083246844", 5, "195.04"),
        (1e7, "0.251188643", "0.541507246", 6, "515.008"),
        (1e8, "0.398107171", "0.82838469", 8, "131.00032"),
        (1e9, "0.63095734", "0.966118908", 9, "387.000064"),
    ] {
        let best = family.best_tree(budget).unwrap();
        shows(family.single_agent_bias(budget), single);
        shows(best.bias, tree);
        shows(best.leaf_tokens, leaf);
        assert_eq!(best.depth, depth);
        assert_eq!(family.best(budget), Some(best));
    }
}

#[test]
fn capped_leaves_let_a_tree_win_in_the_end() {
    let leaf = LeafLaw { coefficient: 0.001, exponent: 0.5, cap: 0.6 };
    let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), leaf, 125.0);
    shows(family.single_agent_bias(1e5), "0.316227766017");
    shows(family.best_tree(1e5).unwrap().bias, "0.224650960165");
    assert_eq!(family.best(1e5).unwrap().depth, 0);
    shows(family.single_agent_bias(1e6), "0.6");
    let best = family.best(1e6).unwrap();
    shows(best.bias, "0.649536344341");
    assert_eq!(best.depth, 1);
    let best = family.best(5e6).unwrap();
    shows(best.bias, "0.843218161188");
    assert_eq!((best.depth, best.leaf_tokens.round()), (2, 199_880.0));
}

#[test]
fn the_optimum_spends_the_budget() {
    let family = example(0.01);
    for budget in [1e3, 12_345.6, 1e8] {
        let best = family.best_tree(budget).unwrap();
        agrees(cost::tree(best.leaves, best.leaf_tokens, 125.0), budget, 1e-12);
        for depth in 1..20 {
            assert!(family.tree(budget, depth).is_none_or(|tree| tree.bias <= best.bias));
        }
    }
}

#[test]
fn the_relaxed_upper_end_is_that_of_the_text() {
    let limit = fixed_point(&Layer::new(5, 0.1, 0.9)).unwrap();
    shows(upper_budget(&LeafLaw::new(0.01, 0.2), limit).unwrap(), "9.30770e9");
    assert_eq!(upper_budget(&LeafLaw { coefficient: 0.01, exponent: 0.2, cap: 0.5 }, limit), None);
}

#[test]
fn the_best_message_is_that_of_the_text() {
    let curve = FidelityCurve::Exponential { scale: 40.0 };
    let template = Layer::new(3, 0.1, 1.0);
    let best = best_message_for_growth(2000, &curve, &template).unwrap();
    assert_eq!((best.tokens, best.layer.fan_in), (153, 13));
    shows(best.score, "0.3842815384");
    assert_eq!(best_message_for_growth(2, &curve, &template), None);
    assert_eq!(best_message_for_growth(2000, &FidelityCurve::Constant(2.0), &template), None);
}

#[test]
fn the_best_message_for_a_budget_beats_its_neighbors() {
    let curve = FidelityCurve::Exponential { scale: 40.0 };
    let template = Layer::new(3, 0.1, 1.0);
    let leaf = LeafLaw::new(0.01, 0.2);
    let best = best_message_for_budget(600, &curve, &template, leaf, 10.0, 1e5).unwrap();
    for tokens in 1..=200_u32 {
        let most = 600 / tokens;
        let fan_in = if most % 2 == 1 { most } else { most - 1 };
        let layer = Layer { fan_in, fidelity: curve.fidelity(f64::from(tokens)), ..template };
        let family = TreeFamily::new(&layer, leaf, cost::overhead(fan_in, f64::from(tokens), 10.0));
        assert!(family.best_tree(1e5).is_none_or(|tree| tree.bias <= best.score));
    }
}

#[test]
fn nonsense_has_no_optimum() {
    let law = LeafLaw::new(0.01, 0.2);
    let layer = Layer::new(5, 0.1, 0.9);
    for family in [
        TreeFamily::new(&Layer::new(1, 0.1, 0.9), law, 125.0),
        TreeFamily::new(&Layer::new(5, 0.1, 1.9), law, 125.0),
        TreeFamily::new(&layer, LeafLaw::new(f64::NAN, 0.2), 125.0),
        TreeFamily::new(&layer, law, f64::INFINITY),
        TreeFamily::new(&layer, law, -1.0),
    ] {
        assert_eq!((family.best(1e5), family.best_tree(1e5), family.synergy_window()), (None, None, None));
    }
    let family = example(0.01);
    for budget in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!((family.best(budget), family.best_tree(budget)), (None, None));
    }
    assert_eq!(family.best_tree(400.0), None); // a tree of five leaves pays 500 for messages
}
