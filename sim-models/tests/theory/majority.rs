use crate::{agrees, shows};
use sim_models::theory::majority::mixed::{majority_of, majority_ties_lost, optimal_weights};
use sim_models::theory::majority::{asymptotic, majority, majority_error, majority_gain, majority_slope};
use statrs::function::beta::beta_reg;

#[test]
fn gains_are_those_of_the_table() {
    for (b, gain) in [
        (3, "1.5"),
        (5, "1.875"),
        (7, "2.1875"),
        (9, "2.4609375"),
        (15, "3.14208984375"),
        (31, "4.47839789092541"),
        (101, "8.03851297610505"),
        (1001, "25.2502431965392"),
    ] {
        shows(majority_gain(b), gain);
    }
}

#[test]
fn values_are_those_of_the_acceptance_table() {
    shows(majority(5, 0.3), "0.52966125");
    shows(majority(9, 0.25), "0.56676396727562");
    shows(majority(101, 0.1), "0.687510799275612");
    shows(majority(15, 0.2), "0.573793634779136");
    shows(majority(31, 0.2), "0.743236544609638");
}

/// mpmath, 50 digits: the incomplete beta function at the nearest double of the bias.
#[test]
fn many_votes_are_accurate_at_every_bias() {
    for (b, u, expected) in [
        (65, 1e-9, 6.457538993617848e-09),
        (65, 0.2, 0.8979998510021231),
        (1001, 0.05, 0.8866502493758143),
        (1001, 0.3, 1.0),
        (10_001, 1e-6, 7.979443990697019e-05),
        (10_001, 0.01, 0.6827378844672496),
        (10_001, 0.02, 0.9545375225586386),
        (10_001, 0.5, 1.0),
    ] {
        let relative = majority(b, u) / expected - 1.0;
        assert!(relative.abs() < 2e-14, "b = {b}, u = {u}: {relative}");
    }
}

/// mpmath, 40 digits: the binomial coefficient itself.
#[test]
fn gains_join_the_expansion_without_a_step() {
    for (b, gain) in [
        (63, 6.358192239869881),
        (65, 6.457538993617848),
        (67, 6.555380493521149),
        (99, 7.958923738717876),
        (1001, 25.250243196539163),
        (10001, 79.79444003996092),
    ] {
        assert!((majority_gain(b) / gain - 1.0).abs() < 2e-15, "b = {b}");
    }
}

#[test]
fn the_map_is_the_incomplete_beta_function() {
    for b in [3_u32, 9, 31, 63, 65, 101, 1001, 10_001] {
        for u in [0.001, 0.01, 0.03, 0.1, 0.2, 0.5, 0.9, 0.999] {
            agrees(majority(b, u), beta_reg(0.5, 0.5 * f64::from(b + 1), u * u), 1e-10);
        }
    }
}

fn choose(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |product, i| product * f64::from(n - i) / f64::from(i + 1))
}

#[test]
fn the_map_is_the_binomial_sum() {
    for b in 0..=20_u32 {
        for u in [-1.0, -0.7, -0.01, 0.0, 1e-3, 0.2, 0.5, 0.95, 1.0_f64] {
            let (p, q) = (0.5 * (1.0 + u), 0.5 * (1.0 - u));
            let sum: f64 = (0..=b)
                .map(|k| {
                    let sign = (2 * k).cmp(&b) as i32;
                    f64::from(sign) * choose(b, k) * p.powi(k as i32) * q.powi((b - k) as i32)
                })
                .sum();
            assert!((majority(b, u) - sum).abs() < 1e-14, "b = {b}, u = {u}");
        }
    }
}

#[test]
fn three_and_five_votes_are_the_polynomials() {
    for i in -20..=20 {
        let u = f64::from(i) / 20.0;
        agrees(majority(3, u), u * (3.0 - u * u) / 2.0, 1e-15);
        agrees(majority(5, u), u * (15.0 - 10.0 * u * u + 3.0 * u.powi(4)) / 8.0, 1e-15);
    }
}

#[test]
fn the_forms_join_without_a_step() {
    for b in [65_u32, 1001, 10_001] {
        let joint = (1.5 / f64::from(b / 2)).sqrt();
        let (below, above) = (joint * (1.0 - 1e-12), joint * (1.0 + 1e-12));
        let step = majority(b, above) - majority(b, below) - majority_slope(b, joint) * (above - below);
        assert!(step.abs() < 1e-14, "b = {b}: {step}");
    }
}

#[test]
fn the_error_keeps_its_digits_and_completes_the_bias() {
    for (b, u) in [(3, 0.2), (9, -0.4), (64, 0.3), (101, 0.05), (1001, -0.02), (7, 1.0), (7, -1.0)] {
        agrees(1.0 - 2.0 * majority_error(b, u), majority(b, u), 1e-14);
    }
    // Three votes of accuracy 1 - e: 3 e^2 - 2 e^3.
    let e = 1e-9_f64;
    let wrong = majority_error(3, 1.0 - 2.0 * e);
    assert!((wrong / (3e-18) - 1.0).abs() < 1e-7);
}

#[test]
fn the_slope_is_the_derivative() {
    for b in [1_u32, 2, 3, 8, 31, 101, 1001] {
        for u in [-0.6, -0.1, 0.0, 0.02, 0.3, 0.8] {
            let h = 1e-5;
            let numeric = (majority(b, u + h) - majority(b, u - h)) / (2.0 * h);
            assert!(
                (majority_slope(b, u) - numeric).abs() < 1e-6 * (1.0 + numeric.abs()),
                "b = {b}, u = {u}"
            );
        }
    }
}

#[test]
fn the_expansions_approach_the_exact_map() {
    for b in [101, 1001, 10_001] {
        let error = asymptotic::gain(b) / majority_gain(b) - 1.0;
        assert!(error.abs() < 0.1 / f64::from(b).powi(4) + 1e-15, "b = {b}: {error}");
    }
    assert!((asymptotic::bias(10_001, 0.008) - majority(10_001, 0.008)).abs() < 1e-4);
}

#[test]
fn four_votes_with_lost_ties_lose_the_tie_probability() {
    shows(majority_ties_lost(4, 0.3), "0.1259625");
    assert!(majority_ties_lost(4, 0.0) < 0.0);
    assert_eq!(majority_ties_lost(5, 0.3), majority(5, 0.3));
}

#[test]
fn unlike_votes_give_the_poisson_binomial_majority() {
    let biases = [0.1, 0.2, 0.0, -0.1, 0.4];
    shows(majority_of(&biases), "0.22575");
    shows(majority_gain(5) / 5.0 * biases.iter().sum::<f64>(), "0.225");
    shows(majority(5, 0.12), "0.2228493312");
    // Enumeration of every outcome, with an even number of votes.
    let biases = [0.3, -0.5, 0.8, 0.1];
    let mut sum = 0.0;
    for outcome in 0..16_u32 {
        let mass: f64 = (0..4)
            .map(|i| 0.5 * (1.0 + if outcome >> i & 1 == 1 { biases[i] } else { -biases[i] }))
            .product();
        sum += mass * f64::from((outcome.count_ones()).cmp(&2) as i32);
    }
    agrees(majority_of(&biases), sum, 1e-14);
    for (b, u) in [(6, 0.3), (7, -0.2)] {
        agrees(majority_of(&vec![u; b as usize]), majority(b, u), 1e-14);
    }
}

#[test]
fn log_odds_are_the_weights_of_an_optimal_vote() {
    let biases = [0.8, 0.3, 0.3, 0.1];
    let weights = optimal_weights(&biases);
    agrees(weights[0], 9.0_f64.ln(), 1e-15);
    // No other weighting of the sixteen outcomes does better: each outcome goes to the likelier truth.
    let (mut weighted, mut best) = (0.0, 0.0);
    for outcome in 0..16_u32 {
        let sign = |i: usize| if outcome >> i & 1 == 1 { 1.0 } else { -1.0 };
        let likelihood =
            |truth: f64| -> f64 { (0..4).map(|i| 0.5 * (1.0 + truth * sign(i) * biases[i])).product() };
        let score: f64 = (0..4).map(|i| weights[i] * sign(i)).sum();
        weighted += likelihood(score.signum());
        best += likelihood(1.0).max(likelihood(-1.0));
    }
    agrees(weighted, best, 1e-14);
}

#[test]
fn nonsense_is_nan_and_no_vote_is_a_coin() {
    for u in [f64::NAN, f64::INFINITY, -1.1, 2.0] {
        assert!(majority(5, u).is_nan() && majority_slope(5, u).is_nan() && majority_error(5, u).is_nan());
        assert!(majority_of(&[u, 0.1]).is_nan() && majority_ties_lost(4, u).is_nan());
    }
    assert_eq!((majority(0, 0.5), majority_gain(0), majority_error(0, 0.5)), (0.0, 0.0, 0.5));
    assert_eq!(majority_of(&[]), 0.0);
    assert!(majority(u32::MAX, 1e-6).is_finite());
}
