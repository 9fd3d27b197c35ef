use crate::{agrees, shows};
use sim_models::theory::exponent::{
    amplification_depth, depth_to_reach, exponent, exponent_asymptotic, is_synergistic, mixing_depth,
    necessary_depth, smallest_synergistic_fan_in,
};
use sim_models::theory::layer::Layer;
use sim_models::theory::recursion::uniform_bias;

#[test]
fn exponents_are_those_of_the_tables() {
    for (b, rho, gamma, s) in [
        (3, 0.0, 1.0, "0.369070246429"),
        (5, 0.0, 1.0, "0.390576520266"),
        (7, 0.0, 1.0, "0.402258726915"),
        (9, 0.0, 1.0, "0.409854497440"),
        (15, 0.0, 1.0, "0.422772123428"),
        (31, 0.0, 1.0, "0.436596084830"),
        (101, 0.0, 1.0, "0.451612066306"),
        (1001, 0.0, 1.0, "0.467354232472"),
        (3, 0.0, 0.8, "0.165956232853530"),
        (3, 0.1, 0.9, "0.242308449960436"),
        (5, 0.1, 0.6, "0.0434887057644735"),
        (5, 0.1, 0.9, "0.295418342177066"),
        (7, 0.2, 0.8, "0.228523306421588"),
        (9, 0.3, 0.7, "0.158261782835470"),
        (15, 0.25, 0.5, "0.0978146550093005"),
        (31, 0.4, 0.5, "0.126402658679498"),
        (101, 0.1, 0.9, "0.408927733028541"),
        (101, 0.5, 0.3, "0.0659516216495797"),
    ] {
        shows(exponent(&Layer::new(b, rho, gamma)), s);
    }
}

#[test]
fn the_exponent_stays_below_one_half_and_grows_with_the_fan_in() {
    let values: Vec<f64> = (1..500).map(|half| exponent(&Layer::new(2 * half + 1, 0.0, 1.0))).collect();
    assert!(values.windows(2).all(|pair| pair[0] < pair[1] && pair[1] < 0.5));
    agrees(exponent(&Layer::new(10_001, 0.0, 0.8)), exponent_asymptotic(10_001, 0.8), 1e-4);
}

#[test]
fn the_smallest_synergistic_fan_ins_are_those_of_the_text() {
    for (rho, gamma, beta, b) in [
        (0.0, 1.0, 0.4, 7),
        (0.0, 1.0, 0.45, 87),
        (0.1, 0.9, 0.3, 7),
        (0.1, 0.9, 0.4, 65),
        (0.3, 0.9, 0.2, 5),
        (0.3, 0.9, 0.3, 17),
        (0.3, 0.9, 0.4, 803),
    ] {
        assert_eq!(smallest_synergistic_fan_in(rho, gamma, beta), Some(b));
        assert!(is_synergistic(&Layer::new(b, rho, gamma), beta));
        assert!(!is_synergistic(&Layer::new(b - 2, rho, gamma), beta));
    }
    for beta in [0.5, 0.7, f64::NAN] {
        assert_eq!(smallest_synergistic_fan_in(0.0, 1.0, beta), None);
    }
    let far = smallest_synergistic_fan_in(0.3, 0.9, 0.45).unwrap();
    assert!(is_synergistic(&Layer::new(far, 0.3, 0.9), 0.45) && far > 4097);
    assert!(!is_synergistic(&Layer::new(far - 2, 0.3, 0.9), 0.45));
}

#[test]
fn depths_are_those_of_the_example() {
    let layer = Layer::new(5, 0.1, 0.9);
    shows(amplification_depth(&layer, 0.02).unwrap(), "8.19773515");
    shows(mixing_depth(&layer, 0.02, 0.01).unwrap(), "10.7008128");
    assert_eq!(depth_to_reach(&layer, 0.02, 0.99 * 0.985753939278518), Some(11));
}

#[test]
fn the_necessary_depth_is_necessary() {
    let layer = Layer::new(7, 0.2, 0.8);
    for target in [0.05, 0.3, 0.9] {
        let depth = depth_to_reach(&layer, 0.01, target).unwrap();
        assert!(f64::from(depth) >= necessary_depth(&layer, 0.01, target).unwrap());
        assert!(uniform_bias(&layer, depth, 0.01) >= target);
        assert!(uniform_bias(&layer, depth - 1, 0.01) < target);
    }
    assert_eq!(depth_to_reach(&layer, 0.5, 0.4), Some(0));
    assert_eq!(necessary_depth(&layer, 0.5, 0.4), Some(0.0));
}

#[test]
fn what_is_never_reached_has_no_depth() {
    let layer = Layer::new(5, 0.1, 0.6);
    assert_eq!(depth_to_reach(&layer, 0.05, 0.56), None); // beyond the fixed point
    assert_eq!(depth_to_reach(&Layer::new(5, 0.5, 0.6), 0.05, 0.06), None);
    assert_eq!(depth_to_reach(&layer, f64::NAN, 0.5), None);
    assert_eq!(depth_to_reach(&Layer::new(0, 0.1, 0.6), 0.1, 0.5), None);
    assert_eq!(amplification_depth(&layer, -0.1), None);
    assert_eq!(amplification_depth(&Layer::new(5, 0.5, 0.6), 0.1), None);
    assert_eq!(mixing_depth(&layer, 0.1, 0.0), None);
    assert_eq!(necessary_depth(&Layer::new(5, 0.5, 0.6), 0.1, 0.2), None);
    assert!(exponent(&Layer::new(1, 0.0, 1.0)).is_nan());
    assert_eq!(exponent(&Layer::new(5, 0.0, 0.0)), f64::NEG_INFINITY);
}
