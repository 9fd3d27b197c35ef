use crate::{agrees, shows};
use sim_models::theory::layer::Layer;
use sim_models::theory::majority::mixed::majority_of;
use sim_models::theory::recursion::{
    effective_exponent, gain, root_bias, trajectory, uniform_bias, unlike_children,
};

#[test]
fn finite_trees_have_the_biases_of_the_acceptance_table() {
    let layer = Layer::new(5, 0.1, 0.9);
    shows(uniform_bias(&layer, 5, 0.02), "0.212375413777125");
    shows(uniform_bias(&layer, 10, 0.02), "0.964412780206666");
    shows(uniform_bias(&Layer::new(5, 0.1, 0.6), 30, 0.05), "0.333079374272");
    for (depth, bias) in [
        (1, "0.0321684396"),
        (2, "0.0517236837"),
        (5, "0.212375414"),
        (8, "0.715893111"),
        (10, "0.964412780"),
        (15, "0.985751591"),
    ] {
        shows(uniform_bias(&layer, depth, 0.02), bias);
    }
}

#[test]
fn the_correlation_sweep_of_the_paper_is_reproduced() {
    for (rho, gain, ten, thirty) in [
        (0.0, "1.125", "0.158964296768", "0.658448465820"),
        (0.1, "1.0725", "0.0995387530370", "0.333079374272"),
        (0.2, "1.02", "0.0605650212598", "0.0879738843670"),
        (5.0 / 21.0, "1", "0.0497446975468", "0.0492456132218"),
        (0.3, "0.9675", "0.0357998429683", "0.0184355907936"),
        (0.5, "0.8625", "0.0113745096333", "0.000590310503359"),
    ] {
        let layer = Layer::new(5, rho, 0.6);
        shows(layer.gain(), gain);
        shows(uniform_bias(&layer, 10, 0.05), ten);
        shows(uniform_bias(&layer, 30, 0.05), thirty);
    }
    for (rho, limit) in [(0.0, "0.699115873536"), (0.1, "0.555555555556"), (0.2, "0.305839031787")] {
        shows(uniform_bias(&Layer::new(5, rho, 0.6), 10_000, 0.05), limit);
    }
}

#[test]
fn layers_may_differ() {
    let layers = [Layer::new(3, 0.1, 0.95), Layer::new(5, 0.2, 0.9), Layer::new(7, 0.3, 0.85)];
    shows(root_bias(&layers, 0.1), "0.315871959556");
    shows(gain(&layers), "3.28057221094");
    shows(effective_exponent(&layers), "0.255270301496");
    let levels = trajectory(&layers, 0.1);
    assert_eq!((levels.len(), levels[0], levels[3]), (4, 0.1, root_bias(&layers, 0.1)));
    assert_eq!(levels[1], layers[0].map(0.1));
}

#[test]
fn a_chain_of_relays_loses_a_factor_per_hop() {
    let relay = Layer::new(1, 0.0, 0.9);
    shows(uniform_bias(&relay, 5, 0.4), "0.236196");
    assert_eq!(root_bias(&[], 0.3), 0.3);
}

#[test]
fn a_supercritical_tree_over_bad_leaves_converges_to_the_opposite() {
    let layer = Layer::new(5, 0.1, 0.6);
    agrees(uniform_bias(&layer, 1000, -0.02), -5.0 / 9.0, 1e-12);
}

#[test]
fn unlike_children_see_their_mean_when_they_share_a_vote() {
    let children = [(0.5, 1.0), (0.2, 0.5), (-0.3, 0.9)];
    let received = [0.5, 0.1, -0.27];
    agrees(unlike_children(&children, 1.0), 0.11, 1e-14);
    agrees(unlike_children(&children, 0.0), majority_of(&received), 1e-15);
    agrees(unlike_children(&[(0.4, 0.9); 5], 0.1), 0.59305273344, 1e-14);
}

#[test]
fn nonsense_is_nan() {
    let layer = Layer::new(5, 0.1, 0.9);
    assert!(uniform_bias(&layer, 3, 1.5).is_nan());
    assert!(uniform_bias(&layer, u32::MAX, f64::NAN).is_nan());
    assert!(root_bias(&[layer], f64::INFINITY).is_nan());
    assert!(root_bias(&[Layer::new(0, 0.1, 0.9)], 0.1).is_nan());
    assert!(effective_exponent(&[]).is_nan());
    assert!(unlike_children(&[], 0.1).is_nan());
    assert!(unlike_children(&[(0.1, 2.0)], 0.1).is_nan());
    assert!(uniform_bias(&layer, u32::MAX, 0.3).is_finite());
}
