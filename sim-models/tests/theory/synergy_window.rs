use crate::allocation::example;
use crate::{agrees, shows};
use proptest::prelude::*;
use sim_models::theory::allocation::exact::TreeFamily;
use sim_models::theory::dependence::Dependence;
use sim_models::theory::layer::Layer;
use sim_models::theory::leaf::LeafLaw;

#[test]
fn the_exact_window_is_that_of_the_text() {
    let family = example(0.01);
    let threshold = family.threshold_budget().unwrap();
    shows(threshold, "934.082934599");
    shows(family.upper_budget().unwrap(), "9.21967488e9");
    let at = family.tree(threshold, 1).unwrap();
    shows(at.leaf_tokens, "86.8166");
    agrees(at.bias, family.single_agent_bias(threshold), 1e-12);
}

#[test]
fn without_a_cap_nothing_is_gained_at_or_below_the_leaf_exponent() {
    for beta in [0.3, 0.5, 1.0] {
        for k in [1e-6, 0.01, 0.3] {
            let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), LeafLaw::new(k, beta), 125.0);
            assert_eq!(family.synergy_window(), None);
        }
    }
}

#[test]
fn strong_leaves_close_the_window() {
    // A scan of budgets with the polynomial map sees the last winning tree vanish between these.
    assert!(example(0.139).synergy_window().is_some());
    assert_eq!(example(0.14).synergy_window(), None);
    // The relaxed estimate mu* B_min^(-beta) = .254 is generous: the best tree at B_min has two leaves.
}

#[test]
fn a_cap_below_the_fixed_point_removes_the_upper_end() {
    let leaf = LeafLaw { coefficient: 0.001, exponent: 0.5, cap: 0.6 };
    let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), leaf, 125.0);
    let window = family.synergy_window().unwrap();
    assert_eq!(window.upper, None);
    // T(mu0(x)) = .6 with mu0 = .001 sqrt(x): the budget of five such leaves and their messages.
    let tree = family.tree(window.threshold, 1).unwrap();
    agrees(tree.bias, 0.6, 1e-12);
    assert!(family.best(window.threshold * 0.999).unwrap().depth == 0);
    assert!(family.best(window.threshold * 1.001).unwrap().depth > 0);
    let leaf = LeafLaw { coefficient: 0.01, exponent: 0.2, cap: 0.6 };
    let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), leaf, 125.0);
    let window = family.synergy_window().unwrap();
    shows(window.threshold, "934.082934599");
    assert_eq!(window.upper, None);
}

#[test]
fn a_perfect_channel_has_an_upper_end_where_the_agent_is_certain() {
    let family = TreeFamily::new(&Layer::new(5, 0.1, 1.0), LeafLaw::new(0.01, 0.2), 125.0);
    let upper = family.upper_budget().unwrap();
    assert!(upper <= 1e10 * (1.0 + 1e-9) && upper > 9.9e9);
}

#[test]
fn free_messages_make_a_tree_better_from_the_start() {
    let family = TreeFamily::new(&Layer::new(5, 0.1, 0.9), LeafLaw::new(0.01, 0.2), 0.0);
    assert!(family.threshold_budget().unwrap() < 1e-6);
    assert!(family.upper_budget().unwrap() > 9.2e9);
}

#[test]
fn extreme_laws_end() {
    for (k, beta, overhead) in
        [(1e-300, 0.01, 1.0), (1e-9, 0.05, 1e12), (1.0, 0.2, 1e-300), (1e300, 0.2, 1.0)]
    {
        for layer in [Layer::new(3, 0.0, 1.0), Layer::new(10_001, 0.0, 0.9), Layer::new(2, 0.0, 1.0)] {
            let family = TreeFamily::new(&layer, LeafLaw::new(k, beta), overhead);
            let _ = (family.synergy_window(), family.best(1e9));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// A dense scan over budgets sees no tree win outside the window, and one win just inside.
    #[test]
    fn the_window_agrees_with_a_scan(
        half in 1_u32..10, rho in 0.0..0.5, gamma in 0.7..=1.0, beta in 0.05..0.45, log_k in -12.0..-1.0,
        log_overhead in 1.0..7.0, cap in prop::sample::select(vec![0.3, 0.7, 1.0]),
        dependence in prop::sample::select(Dependence::ALL[..3].to_vec()),
    ) {
        let leaf = LeafLaw { coefficient: f64::exp(log_k), exponent: beta, cap };
        let layer = Layer { dependence, ..Layer::new(2 * half + 1, rho, gamma) };
        let family = TreeFamily::new(&layer, leaf, f64::exp(log_overhead));
        let wins = |budget: f64| {
            family.best_tree(budget).is_some_and(|tree| tree.bias > family.single_agent_bias(budget) * (1.0 + 1e-11))
        };
        let window = family.synergy_window();
        for step in 0..400 {
            let budget = f64::exp(0.2 * f64::from(step));
            match window {
                None => prop_assert!(!wins(budget), "a tree wins at {budget}"),
                Some(window) => {
                    let outside = budget < window.threshold || window.upper.is_some_and(|upper| budget > upper);
                    prop_assert!(!(outside && wins(budget)), "{window:?}: a tree wins at {budget}");
                }
            }
        }
        if let Some(window) = window {
            prop_assert!(wins(window.threshold * (1.0 + 1e-6)) , "{window:?}");
            if let Some(upper) = window.upper {
                prop_assert!(wins(upper * (1.0 - 1e-6)), "{window:?}");
            }
        }
    }
}
