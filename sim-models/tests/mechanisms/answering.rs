//! Mechanisms that answer a question: margin vote (B42), retry (B15), vote (B17), cascade (B46).

use sim_models::mechanism::cascade::break_even;
use sim_models::mechanism::margin_vote::smallest_margin;
use sim_models::mechanism::retry::parallel_cost_of_pass;
use sim_models::theory::ruin::{right_by_margin, votes_to_margin};

use super::{agree, predict, predicted, refused, run, shows};

const MILLION: u32 = 1_048_575;

/// Error per step and margin of MAKER's table (B42); the one of DeepSeek-V3.1 is 5.995 before it is rounded up.
#[test]
fn margins_of_the_million_step_table() {
    for (error, margin) in [
        (0.3571, 29),
        (0.0040, 4),
        (0.0022, 3),
        (0.0018, 3),
        (0.1839, 12),
        (0.0358, 6),
        (0.2342, 15),
        (0.0569, 6),
        (0.0393, 6),
    ] {
        assert_eq!(smallest_margin(1.0 - error, MILLION, 0.95), Some(margin), "{error}");
    }
    shows(votes_to_margin(1.0 - 0.0022, 3), 3.0133, 4);
    shows(votes_to_margin(1.0 - 0.3571, 29), 101.47, 2);
    let whole = |margin| right_by_margin(1.0 - 0.0022, margin).powi(MILLION as i32);
    shows(whole(2), 0.0061, 4);
    shows(whole(3), 0.98882, 5);
    shows(right_by_margin(0.3, 3), 0.0730, 4);
    assert_eq!(smallest_margin(0.4, 10, 0.95), None);
    assert_eq!(smallest_margin(1.0, 10, 0.95), Some(1));
    assert!(
        (votes_to_margin(0.5, 7) - 49.0).abs() < 1e-9 && (votes_to_margin(0.5 + 1e-7, 7) - 49.0).abs() < 1e-9
    );
}

/// Costs of MAKER's table for one million steps, from 600 input tokens per call and its tokens and prices. The table rounds; the spec
/// gives our figures.
#[test]
fn costs_of_the_million_step_table() {
    let cost = |error: f64, tokens: u32, input: f64, output: f64| {
        let accuracy = 1.0 - error;
        let settings = format!(
            "steps={MILLION} accuracy={accuracy} answer_tokens={tokens} input_price={input} output_price={output}"
        );
        predicted("margin-vote", &settings, "cost")
    };
    shows(cost(0.0022, 538, 0.4, 1.6), 3480.0, -1);
    shows(cost(0.0040, 580, 0.4, 1.6), 4940.0, -1);
    shows(cost(0.3571, 842, 0.1, 0.4), 42_200.0, -2);
    shows(cost(0.0018, 535, 1.1, 4.4), 9520.0, -1);
}

/// Ruin probability and duration for margins 1 to 6 (B42).
#[test]
fn a_race_is_a_gamblers_ruin() {
    for margin in 1..=6 {
        for accuracy in [0.55, 0.7, 0.9] {
            agree("margin-vote", &format!("margin={margin} accuracy={accuracy} steps=3"), 4000, 9);
        }
    }
    agree("margin-vote", "margin=3 accuracy=0.9 steps=5 hard_share=0.2 hard_accuracy=0.3", 10_000, 9);
    agree("margin-vote", "margin=2 accuracy=0.8 steps=5 flagged=0.3 flagged_accuracy=0.4", 10_000, 9);
    agree(
        "margin-vote",
        "margin=2 accuracy=0.8 steps=5 flagged=0.3 flagged_accuracy=0.4 red_flags=false",
        10_000,
        9,
    );
}

/// Votes that share errors, against the urn itself: a programme over the votes of each kind, cut where nearly all races are over.
#[test]
fn a_race_of_votes_from_an_urn() {
    let raced = |p: f64, rho: f64, margin: i32| {
        let t = (1.0 - rho) / rho;
        let (mut right, mut votes) = (0.0, 0.0);
        // Masses by lead + margin, after so many votes.
        let mut masses = vec![0.0; 2 * margin as usize + 1];
        masses[margin as usize] = 1.0;
        for given in 0..4000i32 {
            let mut next = vec![0.0; masses.len()];
            for (place, &mass) in masses.iter().enumerate() {
                let lead = place as i32 - margin;
                if mass == 0.0 || lead.abs() == margin {
                    continue;
                }
                votes += mass;
                let of_right = f64::from(given + lead) / 2.0;
                let heads = (p * t + of_right) / (t + f64::from(given));
                next[place + 1] += mass * heads;
                next[place - 1] += mass * (1.0 - heads);
            }
            right += next[2 * margin as usize];
            masses = next;
        }
        (right, votes)
    };
    for (p, rho, margin) in [(0.6, 0.3, 3), (0.4, 0.05, 2), (0.8, 0.9, 4), (0.3, 0.01, 5)] {
        let settings = format!("accuracy={p} correlation={rho} margin={margin} steps=1");
        let (right, votes) = raced(p, rho, margin);
        let forecast = predict("margin-vote", &settings);
        let (success, calls) = (forecast.get("success").unwrap(), forecast.get("calls").unwrap());
        assert!(
            (success - right).abs() < 1e-8 && (calls - votes).abs() < 1e-5,
            "{settings}: {success} {right} {calls} {votes}"
        );
    }
    agree("margin-vote", "accuracy=0.6 correlation=0.3 margin=3 steps=4 hard_share=0.3", 10_000, 9);
}

#[test]
fn several_wrong_answers_are_an_easier_race_and_shared_errors_a_harder_one() {
    let settings = "margin=3 accuracy=0.6 steps=1";
    let exact = predicted("margin-vote", settings, "step_accuracy");
    assert!(run("margin-vote", &format!("{settings} wrong_answers=4"), 20_000)["step_accuracy"].low > exact);
    assert!(run("margin-vote", &format!("{settings} correlation=0.3"), 20_000)["step_accuracy"].high < exact);
    let several = predict("margin-vote", &format!("{settings} wrong_answers=4"));
    assert_eq!((several.get("success"), several.get("step_accuracy")), (None, None));
    assert_eq!(several.get("step_accuracy_at_least"), Some(exact));
}

/// Discarding is worth its calls where flagged answers are bad enough: at 10 % flagged, k_min 2/(0.9 x 0.98) against k_min/(1 - 2 e).
#[test]
fn red_flags_pay_where_flagged_answers_are_bad() {
    let ratio = |accuracy: f64| {
        let settings = format!("accuracy=0.99 flagged=0.1 flagged_accuracy={accuracy} steps=100");
        predicted("margin-vote", &settings, "calls_with_flags")
    };
    assert!(ratio(0.1) < 1.0 && ratio(0.99) > 1.0);
    // As good as the others: the flagged ones are thrown away for nothing.
    assert!((ratio(0.99) - 1.0 / 0.9).abs() < 1e-12);
}

#[test]
fn a_race_without_end_is_refused() {
    assert!(refused("margin-vote", "accuracy=0.5").contains("must be above 1/2"));
    assert!(
        refused("margin-vote", "accuracy=0.5 margin=10000 steps=10000").contains("at most 1e7 are simulated")
    );
}

/// B0.7 and B15: retry against samples taken at once.
#[test]
fn a_right_answer_costs_the_least_one_by_one() {
    shows(parallel_cost_of_pass(0.4, 1), 2.5, 12);
    shows(parallel_cost_of_pass(0.4, 4), 4.5956, 4);
    let settings = "accuracy=0.4 attempts=1000 input_price=0 answer_tokens=1000000 output_price=1";
    let forecast = predict("retry", settings);
    shows(forecast.get("answered_accuracy").unwrap(), 0.926829, 6);
    shows(forecast.get("calls").unwrap(), 2.439024, 6);
    shows(forecast.get("cost_of_pass").unwrap(), 2.631579, 6);
    shows(forecast.get("cost_of_pass_without_end").unwrap(), 2.631579, 6);
    let perfect = format!("{settings} true_positive=1 false_positive=0");
    shows(predicted("retry", &perfect, "cost_of_pass"), 2.5, 9);
    // A majority of 5 at p = 0.6: 5 c over 0.68256, against 1/0.6 (B15).
    let vote = "voters=5 accuracy=0.6 input_price=0 answer_tokens=1000000 output_price=1";
    shows(predicted("vote", vote, "cost_of_pass"), 7.325, 3);
}

#[test]
fn retries_are_as_predicted() {
    agree("retry", "accuracy=0.4", 20_000, 8);
    agree("retry", "accuracy=0.4 attempts=3 correlation=0.3 label_noise=0.1 check_cost=0.001", 20_000, 8);
    agree("retry", "accuracy=0.3 attempts=4 correlation=0.5 keep_last=true", 20_000, 8);
    agree("retry", "accuracy=0.3 attempts=4 correlation=1", 20_000, 8);
    // Pass@4 of beta-binomial answers with a perfect checker (workflows, A2).
    for (correlation, printed) in [(0.0, 0.870400), (0.2, 0.769189), (0.5, 0.625600)] {
        let settings =
            format!("accuracy=0.4 attempts=4 true_positive=1 false_positive=0 correlation={correlation}");
        shows(predicted("retry", &settings, "success"), printed, 6);
    }
}

/// B17: a block of one, two, three among five.
#[test]
fn a_block_of_voters_decides() {
    for (sybils, accuracy) in [(0, 0.83692), (1, 0.6517), (2, 0.3430), (3, 0.0)] {
        shows(predicted("vote", &format!("sybils={sybils}"), "success"), accuracy, 4);
        agree("vote", &format!("sybils={sybils}"), 20_000, if sybils < 3 { 8 } else { 7 });
    }
    assert!(refused("vote", "voters=3 sybils=4").contains("there are 3 voters"));
}

/// Against all answers of all voters, one by one.
#[test]
fn the_most_frequent_answer_by_enumeration() {
    let enumerated = |voters: u32, sybils: u32, accuracy: f64, shares: &[f64]| {
        let answers = shares.len() + 1;
        let honest = voters - sybils;
        let mut total = 0.0;
        for mut code in 0..answers.pow(honest) {
            let mut votes = vec![0; answers];
            votes[1] = sybils;
            let mut mass = 1.0;
            for _ in 0..honest {
                let answer = code % answers;
                code /= answers;
                votes[answer] += 1;
                mass *= if answer == 0 { accuracy } else { (1.0 - accuracy) * shares[answer - 1] };
            }
            let most = votes.iter().max().unwrap();
            if votes[0] == *most {
                total += mass / votes.iter().filter(|count| *count == most).count() as f64;
            }
        }
        total
    };
    // Zipf of exponent 1 on three answers: 6/11, 3/11, 2/11.
    let shares = [6.0 / 11.0, 3.0 / 11.0, 2.0 / 11.0];
    for (voters, sybils) in [(1, 0), (4, 0), (6, 0), (7, 1), (7, 2), (6, 3)] {
        let settings =
            format!("voters={voters} sybils={sybils} accuracy=0.45 wrong_answers=3 concentration=1");
        let exact = enumerated(voters, sybils, 0.45, &shares);
        assert!((predicted("vote", &settings, "success") - exact).abs() < 1e-12, "{settings}");
    }
    agree("vote", "voters=9 accuracy=0.4 wrong_answers=4 concentration=0.7 correlation=0.2", 20_000, 8);
}

/// B46: accept, accuracy of what is accepted, cost, break-even.
#[test]
fn a_cascade_accepts_what_is_unanimous() {
    let settings = "accuracy=0.7 wrong_answers=3 votes=3";
    let forecast = predict("cascade", settings);
    shows(forecast.get("accepted").unwrap(), 0.346, 12);
    shows(forecast.get("accepted_accuracy").unwrap(), 0.99133, 5);
    // A student's call of 600 x 0.4 + 500 x 1.6 and a teacher's of 600 x 2 + 500 x 8 microdollars: 3 c_s + 0.654 c_t.
    shows(forecast.get("cost").unwrap(), 3.0 * 0.00104 + 0.654 * 0.0052, 12);
    assert_eq!(break_even(500.0 * 0.059, 0.035), Some(843.0));
    assert_eq!(break_even(1.0, 0.0), None);
    agree("cascade", settings, 20_000, 10);
    agree("cascade", "accuracy=0.6 wrong_answers=2 votes=4 correlation=0.3 concentration=1", 20_000, 10);
    // One accuracy for all votes of a question, drawn as 0 or 1, but wrong votes that still differ: all three alike once in nine times.
    let shared = format!("{settings} correlation=1");
    shows(predicted("cascade", &shared, "accepted_accuracy"), 0.7 / (0.7 + 0.3 / 9.0), 12);
}
