use crate::{agrees, shows};
use sim_models::theory::dependence::gaussian::Factor;
use sim_models::theory::dependence::{
    Dependence, beta_binomial, decision_range, effective_votes, proxy_gain,
};

/// Probability of each of the 2^b independent outcomes of own votes; bit i is child i correct.
fn own_votes(b: u32, v: f64) -> impl Iterator<Item = (u32, f64)> {
    (0..1_u32 << b).map(move |outcome| {
        let right = outcome.count_ones() as i32;
        (outcome, (0.5 * (1.0 + v)).powi(right) * (0.5 * (1.0 - v)).powi(b as i32 - right))
    })
}

/// With probability rho all inputs take the vote of one child drawn uniformly.
fn sampled_mixture(b: u32, v: f64, rho: f64) -> Vec<f64> {
    let mut law = vec![0.0; b as usize + 1];
    for (outcome, mass) in own_votes(b, v) {
        law[outcome.count_ones() as usize] += (1.0 - rho) * mass;
        for child in 0..b {
            let all = if outcome >> child & 1 == 1 { b } else { 0 };
            law[all as usize] += rho * mass / f64::from(b);
        }
    }
    law
}

/// Each child copies with probability sqrt(rho); the copiers take the own vote of the first copier.
fn sampled_copying(b: u32, v: f64, rho: f64) -> Vec<f64> {
    let c = rho.sqrt();
    let mut law = vec![0.0; b as usize + 1];
    for (outcome, mass) in own_votes(b, v) {
        for copiers in 0..1_u32 << b {
            let count = copiers.count_ones() as i32;
            let chance = c.powi(count) * (1.0 - c).powi(b as i32 - count);
            let first_is_right = copiers != 0 && outcome >> copiers.trailing_zeros() & 1 == 1;
            let received = outcome & !copiers | if first_is_right { copiers } else { 0 };
            law[received.count_ones() as usize] += mass * chance;
        }
    }
    law
}

/// Input i keeps its own vote with probability t/(t+i), else takes a uniformly chosen earlier one.
fn sampled_urn(b: u32, v: f64, rho: f64) -> Vec<f64> {
    let t = (1.0 - rho) / rho;
    // State: the number of correct votes so far.
    let mut law = vec![1.0];
    for i in 0..b {
        let n = f64::from(i);
        let mut next = vec![0.0; law.len() + 1];
        for (right, mass) in law.iter().enumerate() {
            let earlier = if i == 0 { 0.0 } else { right as f64 / n };
            let correct = t / (t + n) * 0.5 * (1.0 + v) + n / (t + n) * earlier;
            next[right + 1] += mass * correct;
            next[right] += mass * (1.0 - correct);
        }
        law = next;
    }
    law
}

#[test]
fn count_laws_are_those_of_the_sampling_rules() {
    for b in 1..=6 {
        for v in [-0.8, -0.1, 0.0, 0.3, 1.0] {
            for rho in [0.01, 0.2, 0.7, 0.99] {
                for (dependence, sampled) in [
                    (Dependence::Mixture, sampled_mixture(b, v, rho)),
                    (Dependence::Copying, sampled_copying(b, v, rho)),
                    (Dependence::BetaBinomial, sampled_urn(b, v, rho)),
                ] {
                    let law = dependence.count_law(b, v, rho);
                    assert_eq!(law.len(), sampled.len());
                    for (exact, sampled) in law.iter().zip(&sampled) {
                        assert!((exact - sampled).abs() < 1e-14, "{dependence:?} {b} {v} {rho}");
                    }
                }
            }
        }
    }
}

#[test]
fn gaussian_votes_at_zero_bias_have_the_orthant_probabilities() {
    for r in [1e-12, 0.001, 0.3, 0.9, 0.999_999] {
        let factor = Factor::from_latent_correlation(r);
        let angle = libm::asin(r) / std::f64::consts::TAU;
        agrees(factor.count_law(2, 0.0)[2], 0.25 + angle, 1e-13);
        agrees(factor.count_law(3, 0.0)[3], 0.125 + 1.5 * angle, 1e-13);
        agrees(factor.count_law(3, 0.0)[1], (1.0 - 0.25 - 3.0 * angle) / 2.0, 1e-13);
    }
}

/// mpmath, 30 digits: adaptive quadrature of the binomial law over the common factor.
#[test]
fn gaussian_count_laws_agree_with_independent_quadrature() {
    for (b, v, r, k, expected) in GAUSSIAN_LAWS {
        agrees(Factor::from_latent_correlation(r).count_law(b, v)[k], expected, 1e-12);
    }
}

const GAUSSIAN_LAWS: [(u32, f64, f64, usize, f64); 7] = [
    (5, 0.2, 0.3, 3, 0.22661354051227703),
    (5, 0.2, 0.3, 0, 0.055280059849462874),
    (9, -0.5, 0.05, 2, 0.27131861425024245),
    (7, 0.9, 0.95, 7, 0.9135972189008676),
    (7, 0.05, 0.9999, 4, 0.0014045515641474054),
    (3, 0.6, 1e-06, 2, 0.38399967080960673),
    (101, 0.1, 0.2, 50, 0.01834717911696652),
];

#[test]
fn every_law_is_a_probability_with_the_right_mean_and_correlation() {
    for dependence in Dependence::ALL {
        for (b, v, rho) in [(2, 0.3, 0.2), (5, 0.0, 0.5), (9, -0.6, 0.05), (40, 0.1, 0.3), (301, 0.2, 0.01)] {
            let law = dependence.count_law(b, v, rho);
            let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
                law.iter().enumerate().map(|(k, mass)| mass * f(2.0 * k as f64 / f64::from(b) - 1.0)).sum()
            };
            agrees(moment(&|_| 1.0), 1.0, 1e-13);
            agrees(moment(&|mean| mean), v, 1e-12);
            // Var(mean vote) = (1 - v^2) (1 + (b-1) rho)/b
            let variance = moment(&|mean| (mean - v) * (mean - v));
            let n = f64::from(b);
            let correlation = (variance * n / (1.0 - v * v) - 1.0) / (n - 1.0);
            let expected = match dependence {
                Dependence::Gaussian => Factor::from_sign_correlation(rho).sign_correlation(v),
                _ => rho,
            };
            agrees(correlation, expected, 1e-10);
        }
    }
}

#[test]
fn slopes_are_the_derivatives_of_the_laws_at_zero_bias() {
    for dependence in Dependence::ALL {
        for (b, rho) in [(1, 0.3), (3, 0.1), (4, 0.5), (9, 0.9), (30, 0.2), (5, 0.0), (5, 1.0)] {
            let h = 1e-5;
            let (up, down) = (dependence.count_law(b, h, rho), dependence.count_law(b, -h, rho));
            for (k, slope) in dependence.count_slope(b, rho).into_iter().enumerate() {
                let numeric = (up[k] - down[k]) / (2.0 * h);
                assert!((slope - numeric).abs() < 1e-6, "{dependence:?} {b} {rho} {k}: {slope} {numeric}");
            }
        }
    }
}

#[test]
fn urn_slopes_hold_at_every_bias_up_to_certainty() {
    for (b, v, rho) in [(5, 0.4, 0.2), (6, -0.9, 0.6), (9, 0.999, 0.01)] {
        let h = 1e-6;
        let (up, down) = (beta_binomial::law(b, v + h, rho), beta_binomial::law(b, v - h, rho));
        for (k, slope) in beta_binomial::slope(b, v, rho).into_iter().enumerate() {
            agrees(slope, (up[k] - down[k]) / (2.0 * h), 1e-5);
        }
    }
    for (v, rho) in [(1.0, 0.3), (-1.0, 0.8)] {
        let near = beta_binomial::slope(7, v * (1.0 - 1e-9), rho);
        for (at, near) in beta_binomial::slope(7, v, rho).into_iter().zip(near) {
            agrees(at, near, 1e-6);
        }
    }
}

#[test]
fn no_correlation_is_independence_and_full_correlation_is_one_vote() {
    for dependence in Dependence::ALL {
        let tiny = dependence.count_law(7, 0.3, 1e-18);
        for (a, b) in dependence.count_law(7, 0.3, 0.0).into_iter().zip(tiny) {
            agrees(a, b, 1e-7);
        }
        let full = dependence.count_law(7, 0.3, 1.0);
        agrees(full[7], 0.65, 1e-15);
        agrees(full[0], 0.35, 1e-15);
        let nearly = dependence.count_law(7, 0.3, 1.0 - 1e-12);
        agrees(nearly[7], 0.65, 1e-5);
    }
}

#[test]
fn sign_correlation_falls_with_the_bias() {
    let factor = Factor::from_latent_correlation(0.3);
    shows(factor.sign_correlation(0.0), "0.193973368");
    shows(factor.sign_correlation(0.4), "0.181632444");
    shows(factor.sign_correlation(-0.8), "0.129072004");
    shows(Factor::from_sign_correlation(0.2).latent(), "0.3090169944");
}

#[test]
fn the_correlation_alone_leaves_a_wide_range_of_decisions() {
    let (least, greatest) = decision_range(5, 0.2, 0.2).unwrap();
    shows(least, "-0.312");
    shows(greatest, "0.712");
    shows(Factor::from_latent_correlation(0.3135092934).sign_correlation(0.2), "0.2000000000");
    for (b, v, rho) in [(3, 0.1, 0.3), (6, 0.4, 0.05), (9, -0.2, 0.5), (4, 0.0, 0.0)] {
        let (least, greatest) = decision_range(b, v, rho).unwrap();
        for dependence in [Dependence::Mixture, Dependence::Copying, Dependence::BetaBinomial] {
            let law = dependence.count_law(b, v, rho);
            let decision: f64 = law
                .iter()
                .enumerate()
                .map(|(k, mass)| mass * (2.0 * k as f64 - f64::from(b)).clamp(-1.0, 1.0))
                .sum();
            assert!(least - 1e-12 <= decision && decision <= greatest + 1e-12);
        }
    }
    assert_eq!(decision_range(1, 0.3, 0.5), Some((0.3, 0.3)));
    assert_eq!((decision_range(5, 2.0, 0.1), decision_range(5, 0.1, f64::NAN)), (None, None));
}

#[test]
fn effective_votes_and_proxy_gains_are_those_of_the_table() {
    for (b, tenth, three_tenths) in [
        (3, "1.2615663", "1.0925484"),
        (5, "1.5078601", "1.2028562"),
        (15, "1.9947114", "1.3551395"),
        (31, "2.2212166", "1.4048207"),
        (101, "2.4177111", "1.4401904"),
    ] {
        shows(proxy_gain(b, 0.1), tenth);
        shows(proxy_gain(b, 0.3), three_tenths);
    }
    agrees(effective_votes(1_000_000, 0.1), 10.0, 1e-4);
    agrees(proxy_gain(u32::MAX, 0.1), (2.0 / (std::f64::consts::PI * 0.1)).sqrt(), 1e-8);
}

#[test]
fn nonsense_is_nan() {
    for dependence in Dependence::ALL {
        for (v, rho) in [(1.5, 0.1), (f64::NAN, 0.1), (0.1, -0.1), (0.1, 1.5), (0.1, f64::NAN)] {
            assert!(dependence.count_law(3, v, rho).iter().all(|mass| mass.is_nan()));
        }
        assert!(dependence.count_slope(3, f64::INFINITY).iter().all(|rate| rate.is_nan()));
        agrees(dependence.count_law(0, 0.3, 0.5)[0], 1.0, 1e-14);
    }
    assert!(Factor::from_latent_correlation(2.0).sign_correlation(0.1).is_nan());
}
