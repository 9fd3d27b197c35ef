//! Mechanisms at equal expected spend.

use super::{agree, predict, predicted, refused, shows};

const CONTESTANTS: [&str; 5] = ["vote", "margin_vote", "retry", "cascade", "strong"];

#[test]
fn contests_are_as_predicted() {
    for settings in [
        "",
        "difficulty=-1 correlation=0",
        "difficulty=1.5 correlation=0.6 budget=0.003",
        "correlation=1 deadline=none budget=0.02",
        "check_cost=0.0005 true_positive=0.8 false_positive=0.3 deadline=30",
    ] {
        agree("matched-budget", settings, 20_000, 15);
    }
}

/// Every mechanism spends the budget where spending helps, and never more.
#[test]
fn nobody_spends_more_than_the_budget() {
    for budget in [0.00104, 0.002, 0.0052, 0.011] {
        let forecast = predict("matched-budget", &format!("budget={budget} difficulty=-0.5 deadline=none"));
        for who in CONTESTANTS {
            let cost = forecast.get(&format!("{who}_cost")).unwrap();
            assert!(cost <= budget * (1.0 + 1e-12), "{who} spends {cost} of {budget}");
        }
        // A vote and a margin vote at accuracy above 1/2 can always do with more.
        for who in ["vote_cost", "margin_vote_cost"] {
            shows(forecast.get(who).unwrap(), budget, 12);
        }
    }
}

/// At five answers of the weak model (accuracy p = 1/(1 + e^-.5)), independent: a vote of five exactly, and the strong model on every
/// question, each a closed form.
#[test]
fn five_weak_answers_or_one_strong() {
    let forecast = predict("matched-budget", "correlation=0 budget=0.0052");
    let p = 1.0 / (1.0 + (-0.5f64).exp());
    let q = 1.0 - p;
    shows(forecast.get("vote").unwrap(), p.powi(5) + 5.0 * p.powi(4) * q + 10.0 * p.powi(3) * q * q, 12);
    shows(forecast.get("strong").unwrap(), 1.0 / (1.0 + (-1.5f64).exp()), 12);
    // Between one answer and a vote of three: half of each.
    let between = predicted("matched-budget", "correlation=0 budget=0.00208", "vote");
    shows(between, 0.5 * p + 0.5 * (p.powi(3) + 3.0 * p * p * q), 12);
}

/// Where the weak model is mostly wrong, voters make it worse: one answer is all that is bought.
#[test]
fn money_that_does_not_help_is_kept() {
    let forecast = predict("matched-budget", "difficulty=2");
    shows(forecast.get("vote_cost").unwrap(), 0.00104, 12);
    shows(forecast.get("vote").unwrap(), 1.0 / (1.0 + 1.5f64.exp()), 12);
}

#[test]
fn less_than_one_answer_is_refused() {
    assert!(refused("matched-budget", "budget=0.001").contains("costs 0.00104 USD"));
    assert!(refused("matched-budget", "deadline=5").contains("takes 10 s"));
}
