//! Faults (B1) and targeted mitigation (B43).

use sim_models::mechanism::faults::Mode;

use super::{agree, predict, predicted, refused, run, shows};

/// Success, and what is lost to each mode, by a recursion over steps, calls made and the track in another program.
#[test]
fn six_modes_take_what_a_recursion_says() {
    let forecast = predict("faults", "");
    for (name, exact) in [
        ("success", 0.479081632),
        ("success_without_faults", 0.817072807),
        ("lost_to_drift", 0.080735989),
        ("lost_to_inconsistency", 0.047625601),
        ("lost_to_context", 0.085959195),
        ("lost_to_tools", 0.058315104),
        ("lost_to_versions", 0.0),
        ("lost_to_cost", 0.007448313),
        ("calls", 10.0 / 0.95),
    ] {
        shows(forecast.get(name).unwrap(), exact, 9);
    }
    // Ten calls of 1040 millionths before the router turns to the cheap model, at a fifth.
    shows(1e6 * forecast.get("cost").unwrap(), 1040.0 * (10.0 + 0.2 * 10.0 / 19.0), 6);
    shows(predicted("faults", "cap=0.008", "success"), 0.401394827, 9);
    let long = "steps=30 tool_failure=0.3 cap=0.0728 step_tokens=500 inconsistency=0.01";
    shows(predicted("faults", long, "success"), 0.145787723, 9);
    shows(predicted("faults", long, "calls"), 30.0 / 0.7, 9);
    shows(
        1e6 * predicted("faults", long, "cost"),
        1040.0 * (34.982738427 + 0.2 * (30.0 / 0.7 - 34.982738427)),
        4,
    );
}

/// The closed forms of B1: `(1 - h)^n` on the track, and two calls agree with probability `(1 - q)^2 + q^2`.
#[test]
fn tracks_are_left_and_answers_change_as_they_should() {
    shows(predicted("faults", "steps=20 drift_hazard=0.05", "on_track"), 0.358485922, 9);
    shows(predicted("faults", "inconsistency=0.1", "agreement"), 0.82, 12);
    // Only steps 3 and 4 can be struck.
    shows(predicted("faults", "drift_hazard=0.05 first_struck=3 last_struck=4", "on_track"), 0.9025, 12);
}

#[test]
fn runs_fail_as_the_chain_says() {
    for settings in [
        "",
        "steps=30 tool_failure=0.3 cap=0.07 step_tokens=500",
        "first_struck=3 last_struck=6 drift_hazard=0.2 tool_failure=0.4 cap=0.015",
        "inconsistency=0 accuracy=0.9 cheap_accuracy=0.4 drift_loss=1 context_loss=2",
        "cap=0 tool_error=0.1",
    ] {
        agree("faults", settings, 20_000, 17);
    }
}

/// New versions change a run as often as they come: nothing is predicted, but what is lost to them is found.
#[test]
fn new_versions_are_simulated_only() {
    let settings =
        "version_rate=0.5 version_sigma=2 drift_hazard=0 inconsistency=0 tool_error=0 context_loss=0";
    let forecast = predict("faults", settings);
    assert_eq!((forecast.get("success"), forecast.get("lost_to_versions")), (None, None));
    let found = run("faults", settings, 20_000);
    assert!(
        found["lost_to_versions"].low > 0.1 && found["success"].high < found["success_without_faults"].low
    );
    // A version that is never there, or changes nothing, leaves all as it is.
    shows(
        predicted("faults", "version_rate=0.5 version_sigma=0", "success"),
        predicted("faults", "", "success"),
        12,
    );
}

/// Where another answer than the usual one may be the right one, what is lost is not a difference of successes.
#[test]
fn losses_are_predicted_where_modes_only_harm() {
    assert!(predict("faults", "drift_loss=0.6").get("lost_to_drift").is_none());
    assert!(predict("faults", "drift_loss=0.6 inconsistency=0").get("lost_to_drift").is_some());
    assert!(predict("faults", "cheap_accuracy=0.99").get("lost_to_cost").is_none());
    assert_eq!(Mode::ALL.map(|mode| mode as usize), [0, 1, 2, 3, 4, 5]);
    assert!(refused("faults", "inconsistency=0.6").contains("0.5"));
}

/// B43: a mode with .27/(1 - .4) = .45 of the first failures is worth 27 points; shares add up.
#[test]
fn helpers_save_the_shares_of_their_modes() {
    let known = "pilot_runs=0";
    shows(predicted("mitigation", known, "gain"), 0.27, 12);
    shows(predicted("mitigation", known, "success"), 0.67, 12);
    shows(
        predicted("mitigation", &format!("{known} allowance=0.003"), "gain"),
        0.6 * (0.45 + 0.2 + 0.12),
        12,
    );
    shows(predicted("mitigation", &format!("{known} allowance=0.002 removed=0.5"), "gain"), 0.3 * 0.65, 12);
    shows(predicted("mitigation", "selection=none", "success"), 0.4, 12);
    for settings in ["", "allowance=0.003 removed=0.7", "selection=exhaustive allowance=0.004"] {
        agree("mitigation", &format!("{settings} pilot_runs=0"), 20_000, 9);
    }
    agree("mitigation", "selection=none", 20_000, 9);
    assert!(
        refused(
            "mitigation",
            "drift_share=0 inconsistency_share=0 context_share=0 tools_share=0 versions_share=0 cost_share=0"
        )
        .contains("no mode has a share")
    );
}

/// Of helpers that cost the same the most frequent modes are best; else a dear helper may crowd out two cheap ones.
#[test]
fn greedy_choices_are_best_at_equal_costs() {
    for allowance in [0.0, 0.001, 0.002, 0.0035, 0.005, 0.01] {
        let forecast = predict("mitigation", &format!("allowance={allowance}"));
        assert_eq!(forecast.get("greedy_success"), forecast.get("best_success"), "{allowance}");
    }
    let dear = "drift_helper=0.002 allowance=0.002 drift_share=0.3 inconsistency_share=0.25 context_share=0.2 \
                tools_share=0.15 versions_share=0.1 cost_share=0";
    let forecast = predict("mitigation", dear);
    shows(forecast.get("greedy_success").unwrap(), 0.4 + 0.6 * 0.3, 12);
    shows(forecast.get("best_success").unwrap(), 0.4 + 0.6 * 0.45, 12);
}

/// The more pilot runs, the more often the best helper is chosen, and the more it saves.
#[test]
fn pilots_tell_what_fails() {
    let found = |runs: u32| run("mitigation", &format!("pilot_runs={runs}"), 20_000);
    let (few, many) = (found(3), found(100));
    assert!(few["chose_best"].high < many["chose_best"].low && many["chose_best"].low > 0.95);
    assert!(few["gain"].high < many["gain"].low);
    // With three pilot runs, by enumeration of what becomes of each of them; ties go to the mode that stands first, and where nothing failed
    // no helper is chosen.
    for (name, exact) in [("chose_best", 0.58960872), ("gain", 0.190141538)] {
        assert!(few[name].low <= exact && exact <= few[name].high, "{name}: {exact}, found {:?}", few[name]);
    }
}
