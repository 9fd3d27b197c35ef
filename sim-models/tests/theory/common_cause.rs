use crate::{agrees, shows};
use sim_models::theory::common_cause::{
    Difficulty, difficulty, difficulty_limit, gaussian_factor, gaussian_factor_limit, shared_vote,
    shared_vote_limit,
};
use sim_models::theory::dependence::{Dependence, gaussian::Factor};
use sim_models::theory::fixed_point::fixed_point;
use sim_models::theory::layer::Layer;
use sim_models::theory::recursion::uniform_bias;
use statrs::function::beta::beta_reg;

const LAYER: Layer = Layer::new(5, 0.0, 0.9);

#[test]
fn a_shared_vote_has_the_values_of_the_text() {
    for (depth, whole_tree, per_node) in [
        (1, "0.31720644792", "0.31525277292"),
        (3, "0.706923508818", "0.688860401740"),
        (6, "0.917391714599", "0.981154125530"),
    ] {
        shows(shared_vote(&LAYER, depth, 0.2, 0.1), whole_tree);
        shows(uniform_bias(&Layer::new(5, 0.1, 0.9), depth, 0.2), per_node);
    }
    shows(shared_vote(&LAYER, 3, 0.2, 0.1), "0.706923508818178");
    agrees(shared_vote(&LAYER, 200, 0.2, 0.1), shared_vote_limit(&LAYER, 0.2, 0.1), 1e-13);
    agrees(shared_vote(&LAYER, 200, -0.2, 0.1), shared_vote_limit(&LAYER, -0.2, 0.1), 1e-13);
}

#[test]
fn difficulty_has_the_values_of_the_text() {
    let questions = Difficulty { a: 6.0, b: 4.0 };
    let accuracy = |bias: f64| 0.5 * (1.0 + bias);
    shows(accuracy(difficulty(&LAYER, 0, &questions)), "0.6");
    shows(accuracy(difficulty(&LAYER, 2, &questions)), "0.690155642372");
    shows(accuracy(difficulty(&LAYER, 6, &questions)), "0.744121406263");
    shows(accuracy(difficulty_limit(&LAYER, &questions)), "0.745485922668");
    agrees(questions.correlation(), 1.0 / 11.0, 1e-15);
}

/// mpmath, 30 digits: adaptive quadrature over the density of the accuracy.
#[test]
fn difficulty_agrees_with_independent_quadrature_for_singular_and_narrow_densities() {
    for (a, b, depth, expected) in DIFFICULTIES {
        agrees(difficulty(&LAYER, depth, &Difficulty { a, b }), expected, 1e-12);
    }
}

const DIFFICULTIES: [(f64, f64, u32, f64); 6] = [
    (0.3, 0.1, 3, 0.5138636560915347),
    (0.02, 0.05, 2, -0.42808470085145206),
    (50.0, 45.0, 4, 0.28584121895797515),
    (2000.0, 2100.0, 3, -0.11621443195998868),
    (1.0, 1.0, 5, -7.147180993413582e-48),
    (0.5, 30.0, 2, -0.9972061262776128),
];

#[test]
fn without_layers_difficulty_has_the_mean_of_the_leaf() {
    for (a, b) in [(1e-6, 3e-6), (0.5, 80.0), (1e-3, 1e3), (7.0, 7.0), (1e8, 3e8), (1e9, 1e-9)] {
        let questions = Difficulty { a, b };
        agrees(difficulty(&LAYER, 0, &questions), questions.leaf_bias(), 1e-11);
    }
}

#[test]
fn the_limit_of_difficulty_is_the_incomplete_beta_function() {
    let limit = fixed_point(&LAYER).unwrap();
    for (a, b) in
        [(0.01, 0.3), (0.5, 0.5), (2.0, 0.1), (30.0, 20.0), (400.0, 380.0), (1e4, 1.01e4), (3.0, 5000.0)]
    {
        let found = difficulty_limit(&LAYER, &Difficulty { a, b });
        agrees(found, limit * (2.0 * beta_reg(b, a, 0.5) - 1.0), 1e-9);
    }
    agrees(
        difficulty(&LAYER, 60, &Difficulty { a: 0.7, b: 0.4 }),
        difficulty_limit(&LAYER, &Difficulty { a: 0.7, b: 0.4 }),
        1e-9,
    );
}

#[test]
fn difficulty_before_one_layer_is_the_urn() {
    let (bias, rho) = (0.3, 0.25);
    let node = Layer { dependence: Dependence::BetaBinomial, ..Layer::new(7, rho, 1.0) };
    let questions = Difficulty::from_correlation(bias, rho);
    agrees(difficulty(&Layer::new(7, 0.0, 1.0), 1, &questions), node.map(bias), 1e-12);
}

#[test]
fn a_gaussian_factor_before_one_layer_is_the_node_model() {
    for (bias, rho) in [(0.3, 0.25), (-0.05, 0.9), (0.9, 0.001)] {
        let node = Layer { dependence: Dependence::Gaussian, ..Layer::new(7, rho, 1.0) };
        let factor = Factor::from_sign_correlation(rho);
        agrees(gaussian_factor(&Layer::new(7, 0.0, 1.0), 1, bias, &factor), node.map(bias), 1e-12);
        agrees(gaussian_factor(&LAYER, 0, bias, &factor), bias, 1e-12);
    }
}

#[test]
fn deep_trees_over_a_gaussian_factor_keep_its_sign() {
    for (bias, rho) in [(0.3, 0.25), (-0.4, 0.6), (0.05, 0.01)] {
        let factor = Factor::from_sign_correlation(rho);
        agrees(
            gaussian_factor(&LAYER, 60, bias, &factor),
            gaussian_factor_limit(&LAYER, bias, &factor),
            1e-8,
        );
    }
}

#[test]
fn common_causes_cap_the_result_and_leave_collapse_alone() {
    let dead = Layer::new(5, 0.5, 0.6);
    assert_eq!(shared_vote_limit(&dead, 0.2, 0.1), 0.0);
    assert_eq!(difficulty_limit(&dead, &Difficulty { a: 2.0, b: 1.0 }), 0.0);
    assert!(shared_vote_limit(&LAYER, 0.2, 0.1) < fixed_point(&LAYER).unwrap());
}

#[test]
fn nonsense_is_nan() {
    let factor = Factor::from_sign_correlation(0.3);
    for result in [
        shared_vote(&LAYER, 3, 0.2, 1.5),
        shared_vote_limit(&LAYER, 2.0, 0.5),
        difficulty(&LAYER, 3, &Difficulty { a: 0.0, b: 1.0 }),
        difficulty(&Layer::new(0, 0.0, 0.9), 3, &Difficulty { a: 1.0, b: 1.0 }),
        difficulty_limit(&LAYER, &Difficulty { a: f64::NAN, b: 1.0 }),
        Difficulty::from_correlation(0.2, 0.0).a,
        gaussian_factor(&LAYER, 3, f64::NAN, &factor),
        gaussian_factor(&LAYER, 3, 0.1, &Factor::from_sign_correlation(-1.0)),
        gaussian_factor_limit(&Layer::new(0, 0.1, 0.9), 0.1, &factor),
    ] {
        assert!(result.is_nan());
    }
}
