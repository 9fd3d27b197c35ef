use crate::{agrees, shows};
use sim_models::theory::critical::{
    amplitude, critical_decay, crossover_bias, cubic_coefficient, quintic_coefficient, relaxation_depth,
    scaling_variables,
};
use sim_models::theory::dependence::Dependence;
use sim_models::theory::fixed_point::{fixed_point, slope_at_fixed_point};
use sim_models::theory::layer::{Layer, Sharing};
use sim_models::theory::phase::critical_fidelity;
use sim_models::theory::recursion::uniform_bias;

fn at_distance(distance: f64) -> Layer {
    let critical = critical_fidelity(&Layer::new(5, 0.1, 1.0)).unwrap_or(f64::NAN);
    Layer::new(5, 0.1, critical * (1.0 + distance))
}

#[test]
fn the_fixed_point_grows_like_the_root_of_the_distance() {
    let layer = at_distance(1e-4);
    let excess = layer.gain() - 1.0;
    // alpha - 1 loses four digits to the rounding of alpha.
    shows(fixed_point(&layer).unwrap(), "0.0225287981524");
    agrees(fixed_point(&layer).unwrap() / excess.sqrt(), 2.25287981524, 3e-12);
    shows(amplitude(&layer), "2.25294543767");
    let slope = slope_at_fixed_point(&layer).unwrap();
    assert!((slope - (1.0 - 2.0 * excess)).abs() < 10.0 * excess * excess);
}

#[test]
fn at_gain_one_the_bias_decays_algebraically() {
    let layer = at_distance(0.0);
    let bias = uniform_bias(&layer, 1000, 1.0);
    shows(bias, "0.0502402986566");
    shows(bias / critical_decay(&layer, 1000), "0.9971819202");
}

#[test]
fn the_crossover_follows_the_exact_recursion() {
    let layer = at_distance(0.01);
    shows(uniform_bias(&layer, 50, 0.05), "0.0789343002");
    shows(crossover_bias(&layer, 50, 0.05), "0.0788904894");
    // At gain 1 it joins the algebraic decay, and below it the exponential one.
    let layer = Layer::new(3, 0.0, 2.0 / 3.0);
    agrees(crossover_bias(&layer, 100, 0.1), uniform_bias(&layer, 100, 0.1), 1e-2);
    let layer = at_distance(-0.05);
    agrees(crossover_bias(&layer, 300, 0.01), uniform_bias(&layer, 300, 0.01), 1e-3);
    assert!(crossover_bias(&at_distance(0.5), 100_000, -0.1) < 0.0);
}

#[test]
fn coefficients_are_those_of_the_map() {
    for layer in [Layer::new(3, 0.1, 0.9), Layer::new(5, 0.2, 0.7), Layer::new(9, 0.3, 0.8)] {
        let (kappa, quintic) = (cubic_coefficient(&layer), quintic_coefficient(&layer));
        for u in [0.01, 0.02] {
            let rest = layer.map(u) - layer.gain() * u + kappa * u.powi(3) - quintic * u.powi(5);
            assert!(rest.abs() < 2.0 * layer.gain() * 100.0 * u.powi(7) + 1e-17, "{rest}");
        }
    }
    agrees(quintic_coefficient(&Layer::new(5, 0.0, 1.0)), 3.0 / 8.0, 1e-15);
    agrees(cubic_coefficient(&Layer::new(5, 0.0, 1.0)), 10.0 / 8.0, 1e-15);
}

#[test]
fn relaxation_slows_down_at_gain_one() {
    for distance in [1e-3, 1e-4] {
        agrees(relaxation_depth(&at_distance(distance)) * 2.0 * distance, 1.0, 5e-3);
        agrees(relaxation_depth(&at_distance(-distance)) * distance, 1.0, 5e-3);
    }
    assert!(relaxation_depth(&Layer::new(3, 0.0, 2.0 / 3.0)) > 1e12);
}

#[test]
fn depths_collapse_onto_one_curve() {
    // (alpha - 1) L = 1 at two depths.
    let scaled = |depth: u32| {
        let layer = at_distance(1.0 / f64::from(depth));
        scaling_variables(layer.gain(), depth, uniform_bias(&layer, depth, 1.0))
    };
    let (short, long) = (scaled(10_000), scaled(40_000));
    agrees(short.0, long.0, 1e-9);
    agrees(short.1, long.1, 1e-3);
}

#[test]
fn other_layers_have_no_coefficients() {
    let layer = Layer::new(5, 0.1, 0.9);
    for other in [
        Layer { dependence: Dependence::Gaussian, ..layer },
        Layer { sharing: Sharing::BeforeChannel, ..layer },
        Layer { erasure: 0.1, detected: true, ..layer },
        Layer { fan_in: 4, ..layer },
        Layer { fidelity: 2.0, ..layer },
    ] {
        assert!(cubic_coefficient(&other).is_nan() && amplitude(&other).is_nan());
        assert!(crossover_bias(&other, 3, 0.1).is_nan());
    }
    let unseen = Layer { erasure: 0.1, fidelity: 1.0, ..layer };
    agrees(cubic_coefficient(&unseen), cubic_coefficient(&layer), 1e-14);
}
