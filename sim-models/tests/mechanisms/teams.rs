//! Teams in five architectures (B35).

use sim_models::mechanism::architecture::{Coverage, coordination_efficiency, overhead};
use sim_models::organization::graph::shapes::{Architecture, Effort};

use super::{agree, predict, predicted, run, shows};

const SHAPES: [&str; 5] = ["single", "independent", "decentralized", "centralized", "hybrid"];

/// The table of B35 for unlike n, k, r, p, so that no two terms can be mistaken for each other: n = 5, k = 7, r = 11, p = 13.
#[test]
fn calls_depth_messages_and_width_are_those_of_the_table() {
    let effort = Effort { agents: 5, iterations: 7, rounds: 11, peer_rounds: 13 };
    for (architecture, calls, depth, messages, width) in [
        (Architecture::Single, 7, 7, 0, 1),
        (Architecture::Independent, 36, 7, 1, 5),
        (Architecture::Decentralized, 386, 55, 55, 5),
        (Architecture::Centralized, 396, 11, 55, 5),
        (Architecture::Hybrid, 409, 11, 450, 5),
    ] {
        let counts = architecture.counts(&effort);
        assert_eq!(
            (counts.calls, counts.depth, counts.messages, counts.width),
            (calls, depth, messages, width)
        );
    }
    let forecast =
        predict("architecture", "architecture=hybrid agents=5 iterations=7 rounds=11 peer_rounds=13");
    let counts = ["calls", "depth", "messages", "width"].map(|name| forecast.get(name).unwrap());
    assert_eq!(counts, [409.0, 11.0, 450.0, 5.0]);
}

/// Turns, overhead in percent and efficiency as published; turns are rounded there, and efficiencies follow to a unit of their last digit.
#[test]
fn overheads_and_efficiencies_follow_from_turns() {
    for (turns, percent, success, efficiency) in [
        (7.2, 0.0, 0.466, 0.466),
        (11.4, 58.0, 0.370, 0.234),
        (26.1, 263.0, 0.477, 0.132),
        (27.7, 285.0, 0.463, 0.120),
        (44.3, 515.0, 0.452, 0.074),
    ] {
        shows(100.0 * overhead(turns, 7.2), percent, 0);
        assert!((coordination_efficiency(success, turns, 7.2) - efficiency).abs() < 1e-3, "{turns}");
    }
}

/// Errors of a branching process, and success on both kinds of tasks.
#[test]
fn teams_are_as_predicted() {
    for shape in SHAPES {
        agree("architecture", &format!("architecture={shape} spread=0.8 error_rate=0.2"), 20_000, 13);
        agree("architecture", &format!("architecture={shape} task=sequential"), 20_000, 13);
    }
    agree("architecture", "agents=6 correlation=0.45 split=0.7 coordination_failure=0.2", 20_000, 13);
}

/// One error in ten calls that leads to half another: 3 calls, N = 0.3, 0.3/(1 - 0.5) = 0.6; centralized at catch 0.8, 30 calls, N = 3,
/// 3/(1 - 0.1) = 3.333, of which a fifth is not caught.
#[test]
fn errors_are_amplified() {
    let forecast = predict("architecture", "error_rate=0.1 spread=0.5 catch=0.8");
    shows(forecast.get("error_events").unwrap(), 10.0 / 3.0, 12);
    shows(forecast.get("uncaught_errors").unwrap(), 2.0 / 3.0, 12);
    shows(forecast.get("error_amplification").unwrap(), (2.0 / 3.0) / 0.6, 12);
    // 1 - 4.4/17.2, and so on: as many errors, some of them caught.
    for (shape, published) in [("centralized", 4.4), ("decentralized", 7.8), ("hybrid", 5.1)] {
        let forecast = predict("architecture", &format!("architecture={shape} catch=published"));
        let of = |name| forecast.get(name).unwrap();
        shows(of("uncaught_errors") / of("error_events"), published / 17.2, 3);
    }
}

/// Finance gains by coverage, and chains lose by handing over (B35).
#[test]
fn parallel_tasks_gain_and_sequential_ones_lose() {
    shows(predicted("architecture", "", "success"), 0.6315, 4);
    for (shape, published) in [
        ("single", 0.568),
        ("independent", 0.170),
        ("centralized", 0.282),
        ("decentralized", 0.332),
        ("hybrid", 0.346),
    ] {
        let settings = format!("architecture={shape} task=sequential handover=published");
        shows(predicted("architecture", &settings, "success"), published, 3);
    }
    assert!(run("architecture", "", 20_000)["relative_success"].low > 1.0);
    for shape in &SHAPES[1..] {
        let settings = format!("architecture={shape} task=sequential handover=published");
        assert!(run("architecture", &settings, 20_000)["relative_success"].high < 1.0, "{shape}");
    }
}

/// The gain of coverage changes its sign at 0.4569; that of a majority of three is negative where coverage gains, and the other way.
#[test]
fn coordination_saturates_and_majorities_do_the_opposite() {
    let settings = "correlation=0.5 split=0.85 coordination_failure=0.27";
    shows(predicted("architecture", settings, "saturation"), 0.4569, 4);
    for (accuracy, gain) in [(0.1, 0.0188), (0.2, 0.0271), (0.3, 0.0248), (0.6, -0.0453), (0.8, -0.1448)] {
        let success = predicted("architecture", &format!("{settings} accuracy={accuracy}"), "success");
        shows(success - accuracy, gain, 4);
    }
    for (accuracy, gain) in [(0.3, -0.0840), (0.45, -0.0248), (0.6, 0.0480)] {
        let majority = predicted("vote", &format!("voters=3 accuracy={accuracy}"), "success");
        shows(majority - accuracy, gain, 4);
    }
    let lossless = Coverage { attempts: 2.0, split: 1.0, failure: 0.0 };
    let hopeless = Coverage { attempts: 1.2, split: 0.8, failure: 0.1 };
    assert_eq!((lossless.saturation(), hopeless.saturation()), (None, None));
}
