//! Mechanisms of groups and of logs: deliberation (B2), expert dilution (B38), log re-weighting (B40), price reversal (B55).

use sim_models::mechanism::price_reversal::{kendall_tau, mean_range};

use super::{agree, predict, predicted, refused, shows};

/// B2: a quorum of 2f + 1 of 3f + 1 nodes, each with probability .733.
#[test]
fn a_quorum_comes_to_an_end() {
    for (faults, converged) in [(1, 0.7093), (2, 0.7204), (3, 0.7349), (33, 0.9353)] {
        shows(predicted("deliberation", &format!("faults={faults}"), "converged"), converged, 4);
    }
    agree("deliberation", "", 20_000, 3);
    agree("deliberation", "faults=3 correlation=0.3 adversarial=0.5 flips=0.1", 20_000, 3);
    shows(predicted("deliberation", "system=reflex", "converged"), 1.0, 12);
    shows(predicted("deliberation", "system=reflex", "time"), 13.0, 12);
    // 17 rounds of 13 s where a quorum is found, and the timeout of 600 s where it is not.
    shows(predicted("deliberation", "", "time"), 0.7093 * 221.0 + 0.2907 * 600.0, 1);
    assert!(refused("deliberation", "timeout=100").contains("before an answer is there after 221 s"));
}

/// With a common cause the probability does not grow with the number of nodes.
#[test]
fn a_common_cause_is_not_outvoted() {
    let converged =
        |faults: u32| predicted("deliberation", &format!("faults={faults} correlation=0.5"), "converged");
    assert!(converged(33) - converged(1) < 0.02, "{} {}", converged(1), converged(33));
}

/// B38: five members, .8 and .4, all alike: .48, 40 % less than the expert.
#[test]
fn an_expert_is_diluted() {
    let forecast = predict("expert-dilution", "compromise=1");
    shows(forecast.get("accuracy").unwrap(), 0.48, 12);
    shows(forecast.get("synergy_gap").unwrap(), -0.4, 12);
    shows(predicted("expert-dilution", "compromise=0", "accuracy"), 0.8, 12);
    // The default: five members under a compromise of 1 - e^(-.4), an expert at .8 and the mean of all at .48.
    shows(predicted("expert-dilution", "", "accuracy"), 0.8 - 0.32 * (1.0 - (-0.4f64).exp()), 9);
    for settings in ["", "compromise=0.3 identification=0.5", "adversary=true compromise=0.6 members=4"] {
        agree("expert-dilution", settings, 20_000, 3);
    }
    let accuracy = |settings: &str| predicted("expert-dilution", settings, "accuracy");
    // The gap grows with the team and with the compromise, also where the expert is always found.
    assert!(
        accuracy("members=3") > accuracy("members=9")
            && accuracy("compromise=0.2") > accuracy("compromise=0.4")
    );
    // An adversary costs those who defer more than those who average.
    let loss = |settings: &str| accuracy(settings) - accuracy(&format!("{settings} adversary=true"));
    assert!(loss("compromise=1") < loss("compromise=0"));
}

/// B40: 20 steps of second moment 1.25.
#[test]
fn logs_of_another_policy_say_little() {
    shows(predicted("log-reweighting", "steps=20", "effective_share"), 0.011529, 6);
    shows(predicted("log-reweighting", "steps=20", "squared_weight"), 86.736, 3);
    agree("log-reweighting", "", 100_000, 4);
    assert!(refused("log-reweighting", "steps=40").contains("at most 1e3"));
    // The mean coupling is 0 in the logarithm: -.3 p + .3 p/(1-p) (1-p) = 0.
    shows(predicted("log-reweighting", "coupling=0", "look_ahead_bias"), 0.0, 9);
    let half = "accuracy=0.5 coupling=1 token_sigma=1 median_tokens=1000";
    let expected = 1000.0 * 0.5f64.exp() * (1f64.cosh() - (-1f64).exp());
    shows(predicted("log-reweighting", half, "look_ahead_bias"), expected, 8);
}

/// B55: reversals, Kendall's tau, and ranges.
#[test]
fn list_prices_are_reversed() {
    shows(kendall_tau(0.2185), 0.563, 9);
    shows(kendall_tau(0.0635), 0.873, 9);
    // The preset is fitted to both.
    shows(predicted("price-reversal", "", "kendall_tau"), 0.563, 2);
    shows(predicted("price-reversal", "", "kendall_tau_without_thinking"), 0.873, 2);
    // Tables of the range of normal samples: d_2 of control charts.
    for (count, range) in [(2, 1.128), (3, 1.693), (5, 2.326), (10, 3.078), (25, 3.931)] {
        shows(mean_range(count), range, 3);
    }
    agree("price-reversal", "", 20_000, 3);
    agree("price-reversal", "list_price_ratio=5 repeats=3", 20_000, 3);
}
