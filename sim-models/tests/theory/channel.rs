use crate::{agrees, shows};
use sim_models::theory::channel::{FidelityCurve, NoiseCurve, fidelity_of_erasures, fidelity_of_flips};
use sim_models::theory::leaf::{LeafLaw, leaf_risk};
use sim_models::theory::{cost, window};

#[test]
fn fidelity_curves_have_the_values_of_the_text() {
    shows(FidelityCurve::Exponential { scale: 20.0 }.fidelity(50.0), "0.917915001376101");
    shows(FidelityCurve::Repetition { token_fidelity: 0.3 }.fidelity(5.0), "0.52966125");
    shows(FidelityCurve::Repetition { token_fidelity: 0.3 }.fidelity(9.0), "0.656561428945312");
    shows(FidelityCurve::Saturating { scale: 20.0 }.fidelity(60.0), "0.75");
    shows(FidelityCurve::Power { scale: 20.0, exponent: 2.0 }.fidelity(20.0), "0.75");
    shows(FidelityCurve::Constant(0.8).fidelity(1.0), "0.8");
}

#[test]
fn longer_messages_are_never_less_faithful() {
    for curve in [
        FidelityCurve::Exponential { scale: 20.0 },
        FidelityCurve::Saturating { scale: 20.0 },
        FidelityCurve::Power { scale: 5.0, exponent: 0.5 },
        FidelityCurve::Repetition { token_fidelity: 0.1 },
    ] {
        let values: Vec<f64> = (0..500).map(|m| curve.fidelity(f64::from(m))).collect();
        assert_eq!(values[0], 0.0);
        assert!(values.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] <= 1.0));
    }
}

#[test]
fn noise_curves_follow_their_formulas() {
    let curve = NoiseCurve::RateDistortion { variance: 2.0, dimensions: 10.0 };
    agrees(curve.variance(20.0), 2.0 / 16.0, 1e-15);
    agrees(NoiseCurve::Inverse { variance: 2.0 }.variance(8.0), 0.25, 1e-15);
    agrees(NoiseCurve::Constant(0.3).variance(8.0), 0.3, 1e-15);
}

#[test]
fn flips_and_erasures_shrink_a_bias_alike() {
    agrees(fidelity_of_flips(0.15), fidelity_of_erasures(0.3), 1e-15);
    assert!(fidelity_of_flips(0.6).is_nan() && fidelity_of_erasures(-0.1).is_nan());
}

#[test]
fn sizes_of_trees_follow_the_window() {
    assert_eq!(window::messages(2000, 0, 153), 13);
    assert_eq!(window::messages(2000, 500, 100), 15);
    assert_eq!(window::odd_fan_in(2000, 0, 100), Some(19));
    assert_eq!((window::odd_fan_in(50, 0, 100), window::odd_fan_in(50, 60, 1)), (None, None));
    assert_eq!(window::messages(5, 0, 0), u64::MAX);
    for (b, depth) in [(3, 4), (5, 3), (2, 6), (1, 4), (7, 0)] {
        // Count level by level.
        let mut nodes = 0;
        for level in 0..depth {
            nodes += u64::from(b).pow(level);
        }
        assert_eq!(window::internal_nodes(b, depth), Some(nodes));
        assert_eq!(window::edges(b, depth), Some(nodes * u64::from(b)));
        assert_eq!(window::leaves(b, depth), Some(u64::from(b).pow(depth)));
    }
    assert_eq!(window::leaves(5, 30), None);
}

#[test]
fn costs_add_up_edge_by_edge() {
    for (b, depth, m, node) in [(5_u32, 3, 50.0, 0.0), (3, 4, 20.0, 7.0)] {
        let leaves = window::leaves(b, depth).unwrap() as f64;
        let edges = window::edges(b, depth).unwrap() as f64;
        let nodes = window::internal_nodes(b, depth).unwrap() as f64;
        let counted = leaves * 100.0 + edges * 2.0 * m + nodes * node;
        let overhead = cost::overhead(b, m, node);
        agrees(cost::tree(leaves, 100.0, overhead), counted, 1e-14);
        agrees(cost::leaf_tokens(counted, leaves, overhead), 100.0, 1e-13);
        assert!(cost::tree_relaxed(leaves, 100.0, overhead) > counted);
    }
    shows(cost::overhead(5, 50.0, 0.0), "125");
    agrees(cost::star(7.0, 10.0, 3.0), 112.0, 1e-15);
    agrees(cost::chain(7.0, 10.0, 3.0), 106.0, 1e-15);
    assert_eq!(cost::overhead(1, 50.0, 0.0), f64::INFINITY);
}

#[test]
fn a_leaf_grows_to_its_cap() {
    let law = LeafLaw { coefficient: 0.01, exponent: 0.2, cap: 0.6 };
    shows(law.bias(1e4), "0.063095734");
    agrees(law.tokens(law.bias(1e4)), 1e4, 1e-12);
    assert_eq!((law.bias(0.0), law.bias(1e300)), (0.0, 0.6));
    agrees(leaf_risk(2.0, 0.5, 4.0), 0.5, 1e-15);
}

#[test]
fn nonsense_is_nan() {
    for curve in [
        FidelityCurve::Constant(1.5),
        FidelityCurve::Exponential { scale: 0.0 },
        FidelityCurve::Saturating { scale: -1.0 },
        FidelityCurve::Power { scale: 1.0, exponent: f64::NAN },
        FidelityCurve::Repetition { token_fidelity: -0.5 },
    ] {
        assert!(curve.fidelity(10.0).is_nan());
    }
    assert!(FidelityCurve::Exponential { scale: 1.0 }.fidelity(-1.0).is_nan());
    assert!(NoiseCurve::RateDistortion { variance: 1.0, dimensions: 0.0 }.variance(1.0).is_nan());
    assert!(LeafLaw::new(-1.0, 0.2).bias(5.0).is_nan());
    assert!(LeafLaw::new(1.0, 0.2).bias(-5.0).is_nan());
    assert!(LeafLaw { coefficient: 0.1, exponent: 0.2, cap: 0.5 }.tokens(0.9).is_nan());
    assert!(leaf_risk(1.0, 0.2, f64::NAN).is_nan());
    assert!(cost::overhead(5, -1.0, 0.0).is_nan() && cost::overhead(0, 1.0, 0.0).is_nan());
}
