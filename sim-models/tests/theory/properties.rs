//! Properties of the map for any parameters.

use proptest::prelude::*;
use sim_models::theory::dependence::Dependence;
use sim_models::theory::fixed_point::fixed_point;
use sim_models::theory::layer::{Layer, Sharing};
use sim_models::theory::majority::{majority, majority_gain};
use sim_models::theory::phase::critical_correlation;
use sim_models::theory::recursion::uniform_bias;

fn dependence() -> impl Strategy<Value = Dependence> {
    prop::sample::select(Dependence::ALL.to_vec())
}

fn sharing() -> impl Strategy<Value = Sharing> {
    prop::sample::select(vec![Sharing::AfterChannel, Sharing::BeforeChannel])
}

fn any_layer() -> impl Strategy<Value = Layer> {
    (1_u32..40, 0.0..=1.0, 0.0..=1.0, dependence(), sharing(), 0.0..=1.0, any::<bool>()).prop_map(
        |(fan_in, fidelity, correlation, dependence, sharing, erasure, detected)| Layer {
            fan_in,
            fidelity,
            correlation,
            dependence,
            sharing,
            erasure,
            detected,
        },
    )
}

proptest! {
    #[test]
    fn the_map_is_odd_and_stays_a_bias(layer in any_layer(), u in -1.0..=1.0) {
        let map = layer.prepare();
        prop_assert!((map.map(u) + map.map(-u)).abs() < 1e-14);
        prop_assert!(map.map(u).abs() <= 1.0 + 1e-14);
    }

    #[test]
    fn the_map_grows_with_the_bias(layer in any_layer(), u in -1.0..=1.0, w in -1.0..=1.0) {
        let (low, high) = if u < w { (u, w) } else { (w, u) };
        let map = layer.prepare();
        prop_assert!(map.map(low) <= map.map(high) + 1e-14);
        prop_assert!(map.slope(u) >= -1e-12);
    }

    #[test]
    fn a_tree_stays_below_its_linear_growth_and_its_fixed_point(
        half in 1_u32..30, rho in 0.0..1.0, gamma in 0.0..=1.0, share in 1e-6..=1.0, depth in 0_u32..40,
    ) {
        let layer = Layer::new(2 * half + 1, rho, gamma);
        let gain = layer.gain();
        let bias = uniform_bias(&layer, depth, share);
        prop_assert!(bias <= share * gain.powi(depth as i32) * (1.0 + 1e-12));
        if let Some(limit) = fixed_point(&layer) {
            let leaf = share * limit;
            prop_assert!(uniform_bias(&layer, depth, leaf) <= limit * (1.0 + 1e-12));
        }
    }

    #[test]
    fn fully_correlated_votes_only_lose_to_the_channel(
        b in 1_u32..50, gamma in 0.0..=1.0, u in -1.0..=1.0, dependence in dependence(),
    ) {
        let layer = Layer { dependence, ..Layer::new(b, 1.0, gamma) };
        prop_assert!((layer.map(u) - gamma * u).abs() < 1e-15);
    }

    #[test]
    fn a_perfect_channel_has_the_fixed_point_one(half in 1_u32..100, rho in 0.0..0.999) {
        prop_assert_eq!(fixed_point(&Layer::new(2 * half + 1, rho, 1.0)), Some(1.0));
    }

    #[test]
    fn the_gain_is_one_at_the_critical_correlation(half in 1_u32..200, gamma in 0.0..=1.0) {
        let layer = Layer::new(2 * half + 1, 0.0, gamma);
        match critical_correlation(&layer) {
            Some(correlation) => {
                let critical = Layer { correlation, ..layer };
                prop_assert!((critical.gain() - 1.0).abs() < 1e-12);
                prop_assert!((0.0..=1.0).contains(&correlation));
            }
            None => prop_assert!(gamma * majority_gain(2 * half + 1) < 1.0),
        }
    }

    #[test]
    fn an_even_vote_decides_like_one_vote_less(half in 1_u32..5000, u in -1.0..=1.0) {
        prop_assert_eq!(majority(2 * half, u), majority(2 * half - 1, u));
    }

    #[test]
    fn one_vote_is_itself(u in -1.0..=1.0) {
        prop_assert_eq!(majority(1, u), u);
        prop_assert_eq!(majority(2, u), u);
    }

    #[test]
    fn the_majority_lies_between_the_vote_and_its_linear_growth(half in 0_u32..5001, u in 0.0..=1.0) {
        let b = 2 * half + 1;
        let value = majority(b, u);
        prop_assert!(value >= u * (1.0 - 1e-14) && value <= (majority_gain(b) * u).min(1.0) * (1.0 + 1e-14));
    }

    #[test]
    fn the_mixture_is_concave(half in 1_u32..50, rho in 0.0..1.0, gamma in 0.0..=1.0, u in 0.0..1.0, w in 0.0..1.0) {
        let layer = Layer::new(2 * half + 1, rho, gamma);
        let chord = 0.5 * (layer.map(u) + layer.map(w));
        prop_assert!(layer.map(0.5 * (u + w)) >= chord - 1e-14);
    }

    #[test]
    fn nothing_panics(b in any::<u32>(), x in any::<f64>(), y in any::<f64>(), u in any::<f64>()) {
        let layer = Layer::new(b, x, y);
        let _ = (layer.map(u), layer.slope(u), layer.gain(), fixed_point(&layer), critical_correlation(&layer));
        let _ = uniform_bias(&layer, 5, u);
    }
}
