//! Mechanisms that share out a budget over steps, branches or agents: routing (B23), restart (B28), value tree (B29), Swiss (B30), churn
//! (B52).

use sim_models::mechanism::churn::{best_interval, time_with_restarts};
use sim_models::mechanism::value_tree::choice_law;

use super::{agree, predict, predicted, refused, run, shows};

/// B23 (a): no signal, 20 steps, costs 1 and 10, budget 110: large on ten of them.
#[test]
fn routing_without_a_signal() {
    let settings = "policy=blind hard_share=0 small_easy=0.95 large_easy=0.99 budget=110";
    shows(predicted("routing", settings, "success"), 0.541487, 6);
    shows(predicted("routing", &settings.replace("blind", "small"), "success"), 0.358486, 6);
    shows(predicted("routing", &settings.replace("blind", "large"), "success"), 0.0, 6);
    let rich = settings.replace("blind", "large").replace("110", "200");
    shows(predicted("routing", &rich, "success"), 0.817907, 6);
}

/// B23 (b): the class is seen, or not.
#[test]
fn routing_with_a_signal() {
    for (budget, seeing, blind) in [
        (20, 0.305934, 0.305934),
        (50, 0.509559, 0.350545),
        (80, 0.671878, 0.401662),
        (110, 0.720426, 0.481597),
        (140, 0.731852, 0.551824),
        (200, 0.758124, 0.758124),
    ] {
        let forecast = predict("routing", &format!("budget={budget}"));
        shows(forecast.get("success_seeing").unwrap(), seeing, 6);
        shows(forecast.get("success_blind").unwrap(), blind, 6);
    }
    for settings in
        ["budget=80", "budget=50 policy=blind", "policy=large", "intractable_share=0.1 small_intractable=0.3"]
    {
        agree("routing", settings, 20_000, 3);
    }
    assert!(refused("routing", "hard_share=0.7 intractable_share=0.7").contains("more than all"));
}

/// B28: 35.7902 steps from scratch against 21.0526 from the failure.
#[test]
fn restarts_from_the_failure_and_from_scratch() {
    let free = "hazard=0.05 steps=20 checkpoint_every=never";
    shows(predicted("restart", &format!("{free} localization=0"), "tried_to_finish"), 35.7902, 4);
    shows(predicted("restart", &format!("{free} localization=1"), "tried_to_finish"), 21.0526, 4);
    shows(predicted("restart", &format!("{free} localization=1"), "tried_from_scratch"), 35.7902, 4);
    // The programme with a budget that never ends agrees with the recursion without one.
    let far = format!("{free} localization=0.6 most_steps=5000");
    let (within, without) =
        (predicted("restart", &far, "tried"), predicted("restart", &far, "tried_to_finish"));
    assert!((within - without).abs() < 1e-9 * without);
    for settings in
        ["localization=0.5", "localization=0 most_steps=40", "checkpoint_every=3 hazard=0.2 most_steps=60"]
    {
        agree("restart", settings, 10_000, 6);
    }
}

/// B29: the law of the choice.
#[test]
fn choices_become_greedy() {
    for (left, law) in [
        (1.0, [0.5333, 0.3333, 0.1333]),
        (0.5, [0.6882, 0.2688, 0.0430]),
        (0.2, [0.9121, 0.0870, 0.0009]),
        (0.1, [0.9910, 0.0090, 0.0000]),
    ] {
        for (found, printed) in choice_law(&[0.8, 0.5, 0.2], left).into_iter().zip(law) {
            shows(found, printed, 4);
        }
    }
    assert_eq!(choice_law(&[0.0, 0.0], 1e-300), [0.5, 0.5]);
}

#[test]
fn a_search_by_value_finds_as_predicted() {
    agree("value-tree", "", 20_000, 2);
    agree("value-tree", "choice=uniform budget=7 branches=5", 20_000, 2);
    for budget in [1, 5, 20, 80] {
        let forecast = predict("value-tree", &format!("budget={budget}"));
        let (found, least) = (forecast.get("found").unwrap(), forecast.get("found_at_least").unwrap());
        assert!(found > forecast.get("found_uniform").unwrap() && found > least * (1.0 - 1e-12));
    }
    // Overconfident absolute scores are cut to 1 and tell no branches apart; the budget is spread over more of them.
    let flat = predict("value-tree", "score_bias=0.8");
    assert!((flat.get("found").unwrap() - flat.get("found_uniform").unwrap()).abs() < 1e-12);
    let spread = |settings: &str| run("value-tree", settings, 5_000)["effective_branches"];
    assert!(spread("").high < spread("score_bias=0.8").low);
    assert!(refused("value-tree", "best_value=0.1").contains("above the best one"));
}

/// B30: certain wins; more rounds find the best agent more often.
#[test]
fn a_swiss_tournament_finds_the_best() {
    agree("swiss", "skill_gap=certain", 2_000, 3);
    agree("swiss", "agents=7 rounds=4 eliminated=1", 2_000, 1);
    let chosen = |rounds: u32| run("swiss", &format!("rounds={rounds} skill_gap=1"), 10_000)["best_chosen"];
    assert!(chosen(2).high < chosen(6).low);
    // Eight, six and four are left: the best one plays and wins three times.
    let best_score =
        |settings: &str| run("swiss", &format!("skill_gap=certain {settings}"), 1000)["best_score"];
    shows(best_score("agents=8 rounds=3 eliminated=2").value, 3.0, 12);
    // The best of three has the bye once in three times.
    let bye = best_score("agents=3 rounds=1");
    assert!(bye.low <= 2.0 / 3.0 && 2.0 / 3.0 <= bye.high && bye.value < 1.0, "{bye:?}");
    // Fields of 7, 6, 5, 4: 3 + 3 + 2 + 2 matches of a cent each.
    shows(predicted("swiss", "agents=7 rounds=4 eliminated=1", "cost"), 0.1, 12);
}

/// B52: time with restarts, and the best interval next to Young's.
#[test]
fn work_that_begins_anew() {
    shows(time_with_restarts(0.1, 5.0, 0.5), 6.81157, 5);
    shows(predicted("churn", "work=5 checkpoint_every=10000", "time"), 6.81157, 5);
    // Seven pieces, six checkpoints of 0.2 s.
    shows(predicted("churn", "work=2.1 checkpoint_every=0.3 failure_rate=1e-9", "time"), 3.3, 6);
    agree("churn", "work=5", 20_000, 3);
    agree("churn", "work=20 checkpoint_every=3", 20_000, 3);
    agree("churn", "recovery=approximate", 20_000, 3);
    // The least of the predicted times on a grid lies within a step of the predicted interval, and Young's within one.
    let time = |interval: f64| {
        predicted("churn", &format!("work=4000 checkpoint_every={interval} checkpoint_time=0.2"), "time")
    };
    let grid: Vec<f64> = (4..=40).map(|i| f64::from(i) * 0.1).collect();
    let least = grid.iter().copied().min_by(|a, b| time(*a).total_cmp(&time(*b))).unwrap();
    assert!((best_interval(0.1, 0.2) - least).abs() < 0.1, "{least}");
    assert!((2.0f64 - least).abs() < 0.1 + 1e-9, "{least}");
    assert!(refused("churn", "work=1000 checkpoint_every=never").contains("at most 1e6"));
}
