use crate::{agrees, shows};
use sim_models::theory::averaging::Averaging;
use sim_models::theory::dependence::effective_votes;

const SETTING: Averaging = Averaging { variance: 1.0, correlation: 0.2, noise: 0.05 };

#[test]
fn a_star_keeps_the_common_error() {
    shows(SETTING.star(9), "0.294444444444444");
    shows(SETTING.star(81), "0.210493827160494");
    agrees(SETTING.star(u32::MAX), SETTING.star_floor(), 1e-8);
    agrees(SETTING.star_floor(), 0.2, 1e-15);
    agrees(SETTING.star_at_window(900.0, 100.0), SETTING.star(9), 1e-14);
    let quiet = Averaging { noise: 0.0, ..SETTING };
    agrees(quiet.star(9), 1.0 / effective_votes(9, 0.2), 1e-14);
}

#[test]
fn a_tree_with_common_correlation_adds_channel_noise() {
    shows(SETTING.tree(3, 4), "0.234567901234568");
    shows(SETTING.tree(5, 3), "0.2188");
    agrees(SETTING.tree(3, 60), SETTING.tree_floor(3), 1e-14);
    agrees(SETTING.tree_floor(3), 0.225, 1e-14);
    // One layer is a star.
    agrees(SETTING.tree(9, 1), SETTING.star(9), 1e-14);
}

#[test]
fn a_tree_with_local_correlation_forgets_its_leaves() {
    shows(SETTING.tree_local(3, 4), "0.0771950617283951");
    shows(SETTING.tree_local_floor(3), "0.03125");
    shows(SETTING.tree_local(5, 3), "0.061552");
    shows(SETTING.tree_local_floor(5), "0.015625");
    shows(SETTING.mixing_depth(3, 1e-3), "9.02197248681592");
    // v' = lam v + c/b, step by step.
    let mut variance = 1.0;
    for depth in 0..40 {
        agrees(SETTING.tree_local(3, depth), variance, 1e-13);
        variance = (0.2 + 0.8 / 3.0) * variance + 0.05 / 3.0;
    }
}

#[test]
fn correlation_after_the_channel_raises_the_floor() {
    let mut variance = 1.0;
    for depth in 0..60 {
        agrees(SETTING.tree_local_after_channel(5, depth), variance, 1e-13);
        variance = (0.2 + 0.8 / 5.0) * (variance + 0.05);
    }
    agrees(variance, SETTING.tree_local_after_channel_floor(5), 1e-13);
    assert!(SETTING.tree_local_after_channel_floor(5) > SETTING.tree_local_floor(5));
}

/// The variance of a plain average of all leaves under the implied covariance is the recursion's.
#[test]
fn the_implied_leaf_covariance_reproduces_the_tree() {
    let quiet = Averaging { noise: 0.0, ..SETTING };
    let (b, depth) = (3_u32, 3);
    let leaves = b.pow(depth);
    let mut sum = 0.0;
    for i in 0..leaves {
        for j in 0..leaves {
            let level = (0..=depth).find(|&level| i / b.pow(level) == j / b.pow(level)).unwrap();
            sum += if level == 0 { 1.0 } else { quiet.leaf_covariance(b, level) };
        }
    }
    agrees(sum / f64::from(leaves * leaves), quiet.tree_local(b, depth), 1e-13);
}

#[test]
fn chains_accumulate_noise() {
    shows(SETTING.running_mean(5), "0.42");
    shows(SETTING.running_mean(20), "0.54875");
    shows(SETTING.best_chain_length(), "6.96419413859206");
    shows(SETTING.kalman(20), "0.376575225327914");
    shows(SETTING.kalman_floor(), "0.376556443707464");
    shows(SETTING.relay(5), "1.25");
    shows(SETTING.constant_weight_floor(0.5), "0.483333333333333");
    let best = (1..100).min_by(|&a, &b| SETTING.running_mean(a).total_cmp(&SETTING.running_mean(b)));
    assert_eq!(best, Some(7));
}

/// Each chain as explicit weights on the leaves and on the noise of each hop.
#[test]
fn chains_are_their_weights() {
    let (common, own, noise) = (0.2, 0.8, 0.05);
    for n in 1..=12_u32 {
        let risk = |weight: &dyn Fn(u32) -> f64| {
            let (mut leaf_part, mut noise_part) = (own, 0.0);
            for k in 2..=n {
                let w = weight(k);
                noise_part = (1.0 - w) * (1.0 - w) * (noise_part + noise);
                leaf_part = (1.0 - w) * (1.0 - w) * leaf_part + w * w * own;
            }
            common + leaf_part + noise_part
        };
        agrees(SETTING.running_mean(n), risk(&|k| 1.0 / f64::from(k)), 1e-14);
        agrees(SETTING.constant_weight(n, 0.3), risk(&|_| 0.3), 1e-14);
        assert!(SETTING.kalman(n) <= risk(&|k| 1.0 / f64::from(k)) + 1e-15);
        assert!(SETTING.kalman(n) <= risk(&|_| 0.5) + 1e-15);
    }
    agrees(SETTING.constant_weight(1000, 0.3), SETTING.constant_weight_floor(0.3), 1e-14);
    agrees(SETTING.kalman(100_000), SETTING.kalman_floor(), 1e-13);
}

#[test]
fn extremes_are_safe() {
    let bad = Averaging { variance: -1.0, ..SETTING };
    let wild = Averaging { noise: f64::NAN, ..SETTING };
    for setting in [bad, wild, Averaging { correlation: 1.5, ..SETTING }] {
        for risk in [
            setting.star(3),
            setting.tree(3, 2),
            setting.tree_local(3, 2),
            setting.tree_local_floor(3),
            setting.tree_local_after_channel(3, 2),
            setting.relay(2),
            setting.running_mean(3),
            setting.kalman(3),
            setting.kalman_floor(),
            setting.constant_weight(3, 0.5),
            setting.best_chain_length(),
            setting.mixing_depth(3, 0.1),
        ] {
            assert!(risk.is_nan());
        }
    }
    assert!(SETTING.star(0).is_nan() && SETTING.tree(1, 3).is_nan() && SETTING.tree_local(0, 3).is_nan());
    assert!(SETTING.mixing_depth(3, 0.0).is_nan() && SETTING.constant_weight(3, 0.0).is_nan());
    let same = Averaging { correlation: 1.0, ..SETTING };
    agrees(same.tree_local(3, 4), 1.0 + 4.0 * 0.05 / 3.0, 1e-14);
    agrees(same.kalman(50), 1.0, 1e-14);
    assert_eq!(same.tree_local_floor(3), f64::INFINITY);
    let quiet = Averaging { noise: 0.0, ..SETTING };
    assert_eq!(quiet.best_chain_length(), f64::INFINITY);
    agrees(quiet.kalman(10), quiet.star(10), 1e-14);
    agrees(quiet.kalman_floor(), 0.2, 1e-14);
}
