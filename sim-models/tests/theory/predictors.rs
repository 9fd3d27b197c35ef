use crate::{agrees, shows};
use proptest::prelude::*;
use sim_models::theory::fixed_point::fixed_point;
use sim_models::theory::layer::Layer;
use sim_models::theory::predictors::{LowerBound, clipped, scaling_function, scaling_series, smooth};
use sim_models::theory::recursion::uniform_bias;

/// Largest relative errors over the depth of the clipped and the smooth predictor.
fn largest_errors(layer: &Layer) -> (f64, f64) {
    let errors = (1..200).map(|depth| {
        let exact = uniform_bias(layer, depth, 0.02);
        (
            clipped(layer, depth, 0.02) / exact - 1.0,
            (smooth(layer, depth, 0.02).unwrap_or(f64::NAN) / exact - 1.0).abs(),
        )
    });
    errors.fold((0.0_f64, 0.0_f64), |(a, b), (c, d)| (a.max(c), b.max(d)))
}

#[test]
fn predictor_errors_are_those_of_the_text() {
    for (b, rho, gamma, clip, smoothed) in
        [(5, 0.1, 0.9, "25", "8"), (5, 0.1, 0.6, "37", "1.3"), (9, 0.3, 0.7, "31", "3.8")]
    {
        let (clip_error, smooth_error) = largest_errors(&Layer::new(b, rho, gamma));
        shows(100.0 * clip_error, clip);
        shows(100.0 * smooth_error, smoothed);
    }
}

#[test]
fn the_scaling_function_has_the_values_of_the_text() {
    let layer = Layer::new(5, 0.1, 0.9);
    for (x, value) in
        [(0.1, "0.0996800647032"), (0.5, "0.463011463858"), (1.0, "0.761702961808"), (2.0, "0.949869625708")]
    {
        shows(scaling_function(&layer, x).unwrap(), value);
        agrees(scaling_function(&layer, -x).unwrap(), -scaling_function(&layer, x).unwrap(), 1e-14);
    }
}

#[test]
fn the_scaling_function_is_conjugate_to_the_map() {
    for layer in
        [Layer::new(3, 0.0, 0.8), Layer::new(5, 0.1, 0.6), Layer::new(31, 0.4, 0.5), Layer::new(5, 0.1, 0.56)]
    {
        for x in [1e-5, 0.03, 0.4, 3.0] {
            let below = scaling_function(&layer, x).unwrap();
            agrees(scaling_function(&layer, layer.gain() * x).unwrap(), layer.map(below), 1e-12);
        }
        agrees(scaling_function(&layer, 1e9).unwrap(), fixed_point(&layer).unwrap(), 1e-9);
        let x = 0.01 * (layer.gain() - 1.0).sqrt();
        agrees(scaling_series(&layer, x), scaling_function(&layer, x).unwrap(), 1e-11);
    }
}

#[test]
fn the_scaling_function_predicts_deep_trees_over_weak_leaves() {
    for layer in [Layer::new(5, 0.1, 0.9), Layer::new(5, 0.1, 0.6), Layer::new(9, 0.3, 0.7)] {
        for depth in 1..40 {
            let exact = uniform_bias(&layer, depth, 0.02);
            let predicted = scaling_function(&layer, 0.02 * layer.gain().powi(depth as i32)).unwrap();
            assert!((predicted / exact - 1.0).abs() < 0.002);
        }
    }
}

#[test]
fn the_lower_bound_has_the_values_of_the_text() {
    let layer = Layer::new(5, 0.1, 0.9);
    let bound = LowerBound::new(&layer, 0.02, 0.5).unwrap();
    shows(bound.growth, "1.42127981");
    shows(bound.shrinkage, "0.57872019");
    assert_eq!(bound.knee_depth, 10);
}

#[test]
fn without_growth_there_is_nothing_to_predict() {
    let layer = Layer::new(5, 0.5, 0.6);
    assert_eq!((smooth(&layer, 3, 0.1), scaling_function(&layer, 0.1)), (None, None));
    assert_eq!(LowerBound::new(&layer, 0.1, 0.5), None);
    agrees(clipped(&layer, 3, 0.1), 0.1 * layer.gain().powi(3), 1e-14);
    let growing = Layer::new(5, 0.1, 0.9);
    for theta in [0.0, 1.0, -1.0, f64::NAN] {
        assert_eq!(LowerBound::new(&growing, 0.02, theta), None);
    }
    assert_eq!(LowerBound::new(&growing, 0.99, 0.5), None); // beyond the fixed point
    assert_eq!(LowerBound::new(&growing, 0.1, 0.5).unwrap().sufficient_depth(0.0), None);
    assert_eq!(scaling_function(&growing, f64::NAN), None);
    assert_eq!(smooth(&growing, 3, 0.0), Some(0.0));
    assert_eq!(scaling_function(&growing, 0.0), Some(0.0));
}

proptest! {
    #[test]
    fn the_truth_lies_between_the_bounds(
        half in 1_u32..30, rho in 0.0..0.9, gamma in 0.1..1.0, share in 1e-4..1.0, theta in 0.05..0.95, depth in 0_u32..60,
    ) {
        let layer = Layer::new(2 * half + 1, rho, gamma);
        if let Some(limit) = fixed_point(&layer) {
            prop_assume!(layer.gain() > 1.001);
            let leaf = share * limit;
            let exact = uniform_bias(&layer, depth, leaf);
            let bound = LowerBound::new(&layer, leaf, theta).unwrap();
            prop_assert!(exact <= clipped(&layer, depth, leaf) * (1.0 + 1e-12));
            prop_assert!(exact >= bound.bias(depth) * (1.0 - 1e-12));
            let enough = bound.sufficient_depth(0.01).unwrap();
            prop_assert!(uniform_bias(&layer, enough, leaf) >= 0.99 * limit * (1.0 - 1e-12));
        }
    }
}
