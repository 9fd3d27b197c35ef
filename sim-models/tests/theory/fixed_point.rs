use crate::{agrees, shows};
use sim_models::theory::dependence::Dependence;
use sim_models::theory::fixed_point::{
    ceiling, five_children, fixed_point, held_bias, slope_at_fixed_point, three_children,
};
use sim_models::theory::layer::{Layer, Sharing};
use sim_models::theory::recursion::uniform_bias;

#[test]
fn fixed_points_and_their_slopes_are_those_of_the_table() {
    for (b, rho, gamma, gain, bias, slope) in [
        (3, 0.0, 0.8, "1.2", "0.883883476483184", "0.6"),
        (3, 0.1, 0.9, "1.305", "0.964228355050204", "0.39"),
        (5, 0.1, 0.6, "1.0725", "0.555555555555556", "0.86"),
        (5, 0.1, 0.9, "1.60875", "0.985753939278518", "0.158848686944"),
        (7, 0.2, 0.8, "1.56", "0.940975415461007", "0.273909400092"),
        (9, 0.3, 0.7, "1.415859375", "0.849333483390027", "0.420693610589"),
        (15, 0.25, 0.5, "1.30328369140625", "0.749699918321475", "0.533250616814"),
        (31, 0.4, 0.5, "1.54351936727762", "0.723311976889359", "0.36408797862"),
        (101, 0.1, 0.9, "6.60119551064509", "0.989010989010989", "0.09"),
    ] {
        let layer = Layer::new(b, rho, gamma);
        shows(layer.gain(), gain);
        shows(fixed_point(&layer).unwrap(), bias);
        shows(slope_at_fixed_point(&layer).unwrap(), slope);
    }
    let layer = Layer::new(101, 0.5, 0.3);
    shows(layer.gain(), "1.35577694641576");
    shows(fixed_point(&layer).unwrap(), "0.522204897500890");
}

#[test]
fn closed_forms_of_three_and_five_children_agree_with_bisection() {
    for rho in [0.0, 0.1, 0.3, 0.6] {
        for gamma in [0.5, 0.6, 0.7, 0.9, 0.99, 1.0] {
            for (closed, b) in [(three_children(rho, gamma), 3), (five_children(rho, gamma), 5)] {
                let found = fixed_point(&Layer::new(b, rho, gamma));
                assert_eq!(closed.is_some(), found.is_some());
                if let (Some(closed), Some(found)) = (closed, found) {
                    agrees(closed, found, 1e-13);
                }
            }
        }
    }
}

#[test]
fn the_ceiling_bounds_every_fan_in_and_is_approached() {
    for (rho, gamma) in [(0.1, 0.9), (0.4, 0.5), (0.0, 0.7)] {
        let bound = ceiling(rho, gamma);
        for b in [9, 31, 101, 1001] {
            if let Some(bias) = fixed_point(&Layer::new(b, rho, gamma)) {
                assert!(bias <= bound + 1e-15);
            }
        }
        agrees(fixed_point(&Layer::new(1001, rho, gamma)).unwrap(), bound, 1e-6);
        agrees((1.0 - bound) / 2.0, rho * (1.0 - gamma) / (2.0 * (1.0 - rho * gamma)), 1e-14);
    }
}

#[test]
fn a_perfect_channel_reaches_certainty_and_approaches_it_at_the_rate_of_the_correlation() {
    for dependence in Dependence::ALL {
        for sharing in [Sharing::AfterChannel, Sharing::BeforeChannel] {
            for b in [3, 5, 8] {
                for rho in [0.0, 0.2, 0.9] {
                    let layer = Layer { dependence, sharing, ..Layer::new(b, rho, 1.0) };
                    assert_eq!(fixed_point(&layer), Some(1.0));
                }
            }
        }
    }
    agrees(slope_at_fixed_point(&Layer::new(5, 0.2, 1.0)).unwrap(), 0.2, 1e-15);
}

#[test]
fn the_fixed_point_is_found_next_to_the_boundary() {
    for excess in [1e-4, 1e-6, 1e-9, 1e-12, 1e-15] {
        let critical = 1.0 / 1.7875;
        let layer = Layer::new(5, 0.1, critical * (1.0 + excess));
        let actual = layer.gain() - 1.0;
        if actual > 0.0 {
            // mu* = C sqrt(alpha - 1), with the rounding of alpha itself
            let found = fixed_point(&layer).unwrap();
            assert!(
                (found / (2.25294543767 * actual.sqrt()) - 1.0).abs() < 1e-4 + 1e-15 / actual,
                "{excess}"
            );
        }
    }
}

#[test]
fn there_is_none_without_amplification() {
    for layer in [
        Layer::new(5, 0.3, 0.6),
        Layer::new(1, 0.0, 1.0),
        Layer::new(5, 1.0, 1.0),
        Layer::new(5, 0.1, 0.0),
        Layer::new(0, 0.1, 0.9),
        Layer::new(5, f64::NAN, 0.9),
    ] {
        assert_eq!(fixed_point(&layer), None);
        assert_eq!(slope_at_fixed_point(&layer), None);
    }
    assert_eq!(three_children(0.9, 0.9), None);
    assert_eq!(five_children(f64::NAN, 0.9), None);
}

#[test]
fn many_copying_children_are_bistable() {
    let layer = Layer { dependence: Dependence::Copying, ..Layer::new(101, 0.2925, 0.99) };
    shows(layer.gain(), "0.9900001089");
    assert_eq!(fixed_point(&layer), None);
    // mpmath: root of T(u) = u with the incomplete beta function.
    agrees(held_bias(&layer), 0.928490029851407, 1e-12);
    agrees(held_bias(&layer), uniform_bias(&layer, 10_000, 1.0), 1e-12);
    assert!(held_bias(&layer) > 0.9 && uniform_bias(&layer, 10_000, 0.3) < 1e-12);
    // Above gain 1 weak leaves stay at the first fixed point.
    let layer = Layer { correlation: 0.05, ..layer };
    let found = fixed_point(&layer).unwrap();
    agrees(found, uniform_bias(&layer, 10_000, 1e-3), 1e-12);
}

#[test]
fn other_layers_hold_what_they_reach() {
    for dependence in [Dependence::Mixture, Dependence::BetaBinomial, Dependence::Gaussian] {
        for (rho, gamma) in [(0.1, 0.9), (0.3, 0.6), (0.9, 0.9), (0.1, 1.0)] {
            let layer = Layer { dependence, ..Layer::new(5, rho, gamma) };
            assert_eq!(held_bias(&layer), fixed_point(&layer).unwrap_or(0.0));
        }
    }
    assert!(held_bias(&Layer::new(0, 0.1, 0.9)).is_nan());
}

#[test]
fn other_models_have_one_fixed_point_where_we_looked() {
    for dependence in Dependence::ALL {
        for (b, rho, gamma) in [(3, 0.05, 0.9), (5, 0.1, 0.8), (15, 0.2, 0.8), (31, 0.05, 0.95)] {
            for sharing in [Sharing::AfterChannel, Sharing::BeforeChannel] {
                let layer = Layer { dependence, sharing, ..Layer::new(b, rho, gamma) };
                let Some(bias) = fixed_point(&layer) else { continue };
                let map = layer.prepare();
                for i in 1..50 {
                    let u = f64::from(i) / 50.0;
                    if (u - bias).abs() > 1e-9 {
                        assert_eq!(map.map(u) > u, u < bias, "{layer:?} at {u}");
                    }
                }
            }
        }
    }
}

/// On the boundary the computed gain may exceed 1 by rounding; that is no amplification.
#[test]
fn a_gain_above_one_by_rounding_only_has_no_fixed_point() {
    let mut above = 0;
    for fan_in in (3..=101).step_by(2) {
        for correlation in [0.0, 0.1, 0.25, 0.5, 0.9] {
            let layer = Layer::new(fan_in, correlation, 1.0);
            let Some(fidelity) = sim_models::theory::phase::critical_fidelity(&layer) else { continue };
            for fidelity in [fidelity, fidelity.next_up()] {
                let layer = Layer { fidelity, ..layer };
                above += i32::from(layer.gain() > 1.0);
                if let Some(limit) = fixed_point(&layer) {
                    // A step of rounding in the gain is a fixed point of sqrt(2.2e-16) times its amplitude.
                    assert!(limit > 1e-9 && limit < 1e-6, "{layer:?}: {limit}");
                }
            }
        }
    }
    assert!(above > 0, "no gain was rounded up");
}
