//! Limits of turns (B5).

use sim_models::mechanism::turn_limit::truncation_saving;

use super::{agree, predict, predicted, refused, run, shows};

/// The table of B5: percent saved by cutting a lognormal off at its third quartile, linear and quadratic, where 52.47 is printed as 53. The
/// further digits are those of a midpoint rule over `min(x, c)^k` in another program.
#[test]
fn cutting_off_the_last_quarter_saves_the_more_the_more_runs_differ() {
    for (sigma, linear, quadratic, exactly) in [
        (0.3, 6.0, 16.0, [0.0614196, 0.1573255]),
        (0.5, 12.0, 33.0, [0.1216276, 0.3299429]),
        (0.7, 20.0, 53.0, [0.1964237, 0.5247015]),
        (0.9, 28.0, 70.0, [0.2832343, 0.7032224]),
    ] {
        let savings = [1.0, 2.0].map(|power| truncation_saving(sigma, 0.75, power));
        assert!((100.0 * savings[0] - linear).abs() < 0.54 && (100.0 * savings[1] - quadratic).abs() < 0.54);
        for (found, exact) in savings.into_iter().zip(exactly) {
            shows(found, exact, 7);
        }
        let settings = format!("solved_sigma={sigma}");
        shows(predicted("turn-limit", &settings, "truncation_saving_linear"), savings[0], 12);
        shows(predicted("turn-limit", &settings, "truncation_saving_quadratic"), savings[1], 12);
    }
}

/// The preset `swe-turns`: the six numbers of B5 to a point, and those of a sum over the law of turns in another program to six digits.
#[test]
fn the_preset_saves_what_it_should() {
    let cap = predict("turn-limit", "control=cap");
    let request = predict("turn-limit", "");
    let all_ask = predict("turn-limit", "unsolvable_asks=1");
    assert_eq!(cap.get("cap"), Some(62.0));
    for (found, published, exact) in [
        (cap.get("saving"), 47.7, 0.473640),
        (cap.get("kept"), 93.2, 0.932181),
        (request.get("further_saving"), 16.8, 0.167990),
        (request.get("kept"), 92.3, 0.922377),
        (all_ask.get("further_saving"), 5.9, 0.050876),
    ] {
        let found = found.unwrap();
        assert!((100.0 * found - published).abs() <= 1.0, "{found} for {published} %");
        shows(found, exact, 6);
    }
    shows(request.get("first_cap").unwrap(), 42.0, 12);
    shows(request.get("extended").unwrap(), 0.244673, 6);
}

/// `n a + b n (n-1)/2` tokens, for every run has ten turns: 0.6 of input and 0.3 of output each, and 45 times what a turn adds.
#[test]
fn the_cost_of_turns_is_quadratic() {
    let ten = "control=none solved_turns=10 solved_sigma=0 unsolved_turns=10 unsolved_sigma=0";
    let forecast = predict("turn-limit", &format!("{ten} growth=2000"));
    shows(forecast.get("calls").unwrap(), 10.0, 12);
    shows(forecast.get("tokens").unwrap(), 10.0 * 900.0 + 45.0 * 2000.0, 6);
    // In millionths: 10 (600 x 0.4 + 300 x 1.6) + 45 x 2000 x 0.4.
    shows(1e6 * forecast.get("cost").unwrap(), 7200.0 + 36_000.0, 6);
    let found = run("turn-limit", &format!("{ten} growth=2000"), 100);
    shows(found["tokens"].value, 99_000.0, 6);
    shows(found["time"].value, 100.0, 9);
    // Without growth turns cost all alike.
    shows(1e6 * predicted("turn-limit", &format!("{ten} growth=0"), "cost"), 7200.0, 6);
}

#[test]
fn runs_end_as_the_law_of_turns_says() {
    for settings in [
        "",
        "control=cap",
        "control=none",
        "unsolvable_asks=1 solvable_asks=0.5 reminder=0.7 quantile=0.9",
        "reminder=1 solvable=1 first_quantile=0.2 most_turns=60 growth=0",
        "solved_sigma=0 unsolved_turns=3 unsolved_sigma=2",
    ] {
        agree("turn-limit", settings, 20_000, 12);
    }
}

/// Extensions on request save because those ask less who will not succeed: the less, the more.
#[test]
fn what_extensions_save_is_in_the_requests_that_are_not_made() {
    let saving = |asks: f64| predicted("turn-limit", &format!("unsolvable_asks={asks}"), "further_saving");
    let all: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0].map(saving).to_vec();
    assert!(all.windows(2).all(|pair| pair[0] - pair[1] > 0.04), "{all:?}");
    // Where nothing can be solved, all ask and nobody hurries, the first cap is no cap.
    let same = "unsolvable_asks=1 solvable=0 reminder=1";
    shows(predicted("turn-limit", same, "further_saving"), 0.0, 9);
    assert!(
        refused("turn-limit", "first_quantile=0.8")
            .contains("the first cap, at 0.8, is above the last one, at 0.75")
    );
}
