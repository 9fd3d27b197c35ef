//! Pipelines (B6), tool budgets (B4), plans that the executor does not know (B34).

use super::{agree, predict, predicted, refused, shows};

/// B6: a constant hazard of .7248 completes five stages in 20 % of the runs; with recovery every stage is judged alone. Two models of .9 and
/// .5: the mean of .59049 and .03125, against .7^5.
#[test]
fn pipelines_lose_stage_by_stage() {
    shows(predicted("pipeline", "", "completed"), 0.2, 4);
    shows(predicted("pipeline", "recovery=true", "last_stage"), 0.7248, 12);
    let mixed = predict("pipeline", "strong_success=0.9 weak_success=0.5");
    shows(mixed.get("completed").unwrap(), 0.31087, 12);
    shows(mixed.get("completed_of_average").unwrap(), 0.16807, 12);
    for settings in [
        "",
        "recovery=true strong_success=0.9",
        "strong_success=1 weak_success=0.4 strong_share=0.3 stages=8",
    ] {
        agree("pipeline", settings, 20_000, 7);
    }
}

/// B4: a single lead, call by call; the programme against one that was written elsewhere.
#[test]
fn searches_end_with_the_budget_or_before() {
    for (hazard, stop, budget) in [(0.05, 1.0 / 30.0, 100), (0.3, 0.2, 4), (0.0, 0.1, 10), (0.2, 0.0, 7)] {
        let (mut searching, mut found) = (1.0, 0.0);
        for _ in 0..budget {
            found += searching * hazard;
            searching *= (1.0 - hazard) * (1.0 - stop);
        }
        let settings = format!("agent=unaware good_share=1 good_hazard={hazard} stop={stop} budget={budget}");
        shows(predicted("tool-budget", &settings, "success"), found, 12);
    }
    for (budget, success) in
        [(10, 0.102672), (20, 0.125466), (50, 0.165076), (100, 0.247915), (200, 0.374116)]
    {
        shows(predicted("tool-budget", &format!("budget={budget}"), "success"), success, 6);
    }
    for (budget, success) in [(10, 0.093057), (50, 0.120437), (100, 0.125921), (200, 0.127014)] {
        shows(predicted("tool-budget", &format!("budget={budget} agent=unaware"), "success"), success, 6);
    }
    for settings in [
        "budget=200",
        "agent=unaware",
        "budget=30 fresh_lead=3 good_share=0.3",
        "budget=12 fresh_lead=1 bad_hazard=0.05",
    ] {
        agree("tool-budget", settings, 20_000, 8);
    }
}

/// Without knowledge more calls are soon worth nothing; with it success grows, and is never lower.
#[test]
fn knowing_the_budget_is_worth_more_the_larger_it_is() {
    let of = |budget: u32| {
        let forecast = predict("tool-budget", &format!("budget={budget}"));
        (forecast.get("success_aware").unwrap(), forecast.get("success_unaware").unwrap())
    };
    let all: Vec<(f64, f64)> = [1, 5, 20, 60, 100, 200].map(of).to_vec();
    assert!(all[5].1 - all[4].1 < 0.01);
    assert!(
        all.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && all.iter().all(|(aware, unaware)| aware >= unaware)
    );
}

/// B34: complexity pays up to a mismatch of G s/p = .1 x 2/.5 = .4, and then not at all.
#[test]
fn plans_lose_from_a_mismatch_on() {
    let settings = "gain=0.1 gain_rate=2 executor=0.5";
    shows(predicted("plan-mismatch", settings, "largest_mismatch"), 0.4, 12);
    let best = |mismatch: f64| {
        predicted("plan-mismatch", &format!("{settings} mismatch={mismatch}"), "best_complexity")
    };
    assert!(best(0.399) > 0.0 && best(0.401) == 0.0);
    // Where g' = p mu: .2 e^(-2c) = .1, c = ln 2/2.
    shows(best(0.2), 0.5 * 2.0f64.ln(), 12);
    let success =
        |complexity: f64| predicted("plan-mismatch", &format!("complexity={complexity}"), "success");
    let highest = predicted("plan-mismatch", "", "best_success");
    assert!((0..=20).all(|i| success(f64::from(i) * 0.05) <= highest + 1e-12));
    agree("plan-mismatch", "", 20_000, 9);
    agree("plan-mismatch", "complexity=1 mismatch=0.9 further_calls=0", 20_000, 9);
    assert!(refused("plan-mismatch", "executor=0.8").contains("together more than 1"));
}
