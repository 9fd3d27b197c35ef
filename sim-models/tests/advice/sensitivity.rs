//! What would change the answer, and what is worth measuring, where it is known.

use sim_core::monte_carlo::Control;
use sim_core::random::{Family, Purpose, Streams};
use sim_models::advice::contest::contest;
use sim_models::advice::sensitivity::{confidence, flip, near};
use sim_models::advice::{Fleet, Limits, Parameter, Plan, Unit, choose};

fn streams(purpose: Purpose) -> Streams {
    Streams::new(3, purpose, Family::common())
}

fn fleet(text: &str) -> Fleet {
    Fleet::from_toml(text).unwrap()
}

const TWO: &str = "[[models]]\nname = \"a\"\naccuracy = { value = 0.7, low = 0.6, high = 0.8 }\nprice_per_million_output_tokens = 1\noutput_tokens = 1000\n\
    [[models]]\nname = \"b\"\naccuracy = 0.6\nprice_per_million_output_tokens = 1\noutput_tokens = 1000\n";

/// One answer is paid for: the better of two models, so the choice changes where they are equal.
#[test]
fn a_flip_is_where_two_models_are_equal() {
    let fleet = fleet(TWO);
    let limits = Limits { budget: Some((0.001, Unit::Dollars)), ..Limits::default() };
    let best = choose(&fleet, &limits).best().unwrap().plan;
    assert_eq!(best, Plan::Single { model: 0, tokens: 1000.0 });
    let down = flip(&fleet, &limits, &best, Parameter::Accuracy(0)).unwrap();
    assert!(
        (down.at - 0.6).abs() < 2e-3 && down.plan == Some(Plan::Single { model: 1, tokens: 1000.0 }),
        "{down:?}"
    );
    let up = flip(&fleet, &limits, &best, Parameter::Accuracy(1)).unwrap();
    assert!((up.at - 0.7).abs() < 2e-3, "{up:?}");
    // Twice the price is twice too much.
    assert!(flip(&fleet, &limits, &best, Parameter::Price(0)).unwrap().at < 1.02);
    assert_eq!(flip(&fleet, &limits, &best, Parameter::Correlation), None);
}

/// Where nothing keeps the limits any more the answer changes, too.
#[test]
fn a_price_that_nobody_can_pay_is_a_flip() {
    let one = fleet(
        "[[models]]\nname = \"a\"\naccuracy = 0.7\nprice_per_million_output_tokens = 1\noutput_tokens = 1000\n",
    );
    let limits = Limits { budget: Some((0.0011, Unit::Dollars)), ..Limits::default() };
    let best = choose(&one, &limits).best().unwrap().plan;
    // Three votes would be paid for at a price of 0.37, which is farther away.
    let found = flip(&one, &limits, &best, Parameter::Price(0)).unwrap();
    assert!(found.plan.is_none() && (found.at - 1.1).abs() < 0.01, "{found:?}");
}

/// Two models that differ by a five-hundredth of a point: the better one is left only for a real gain, not where rounding changes the order.
#[test]
fn ties_are_no_flips() {
    let text = "[[models]]\nname = \"a\"\naccuracy = 0.70002\nprice_per_million_output_tokens = 1\noutput_tokens = 1000\n\
        [[models]]\nname = \"b\"\naccuracy = 0.7\nprice_per_million_output_tokens = 1\noutput_tokens = 1000\n";
    let fleet = fleet(text);
    let limits = Limits { budget: Some((0.001, Unit::Dollars)), ..Limits::default() };
    let best = choose(&fleet, &limits).best().unwrap().plan;
    let flip = flip(&fleet, &limits, &best, Parameter::Accuracy(best.models()[0])).unwrap();
    // It falls behind for real only a hundredth of a point below the other.
    let other = if best.models() == [0] { 0.7 } else { 0.70002 };
    assert!(flip.at < other - 0.9e-4, "{flip:?}");
}

/// One model that sometimes reaches 0.75 at a tenth of the price of one that always does: with the accuracy as a target the cheap one is the
/// best where it reaches it, with probability P(z > -0.5) = 0.6915, and else the dear one; taking the cheap one costs the rest.
#[test]
fn with_a_target_the_best_is_the_cheapest_that_reaches_it() {
    let text = "[[models]]\nname = \"cheap\"\naccuracy = { value = 0.76, low = 0.720800720, high = 0.799199280 }\n\
        price_per_million_output_tokens = 1\noutput_tokens = 1000\n\
        [[models]]\nname = \"dear\"\naccuracy = 0.9\nprice_per_million_output_tokens = 20\noutput_tokens = 1000\n";
    let fleet = fleet(&format!("[question]\ncountable = false\n{text}"));
    let limits = Limits { accuracy: Some(0.75), ..Limits::default() };
    let choice = choose(&fleet, &limits);
    let contenders = near(&choice, 0.2, 12);
    assert_eq!(contenders[0].plan, Plan::Single { model: 0, tokens: 1000.0 });
    let found = confidence(&fleet, &limits, &contenders, 20_000, &streams(Purpose::ReEstimation)).unwrap();
    // Five standard errors of a share of 20 000.
    assert!((found.best[0] - 0.6915).abs() < 0.0165 && (found.best[1] - 0.3085).abs() < 0.0165, "{found:?}");
    assert!(found.of_target && found.none == 0.0 && found.breaks == 0.0, "{found:?}");
    // The dear one always reaches it, so that knowing more reaches it no more often.
    assert!(found.regret < 1e-12 && found.worth[0].1 < 1e-12, "{found:?}");
}

/// A price that is as likely above the budget as below: then nothing fits in half of the draws, which is told, and a measurement saves nothing.
#[test]
fn draws_in_which_nothing_fits_are_told() {
    let text = "[[models]]\nname = \"a\"\naccuracy = 0.7\noutput_tokens = 1000\n\
        price_per_million_output_tokens = { value = 1, low = 0.9, high = 1.1 }\n";
    let fleet = fleet(text);
    let limits = Limits { budget: Some((0.001, Unit::Dollars)), ..Limits::default() };
    let contenders = near(&choose(&fleet, &limits), 0.2, 12);
    let found = confidence(&fleet, &limits, &contenders, 20_000, &streams(Purpose::ReEstimation)).unwrap();
    assert!((found.none - 0.5).abs() < 0.018 && (found.breaks - found.none).abs() < 1e-12, "{found:?}");
    assert!((found.best[0] + found.none - 1.0).abs() < 1e-9, "{found:?}");
    assert!(found.regret < 1e-12 && found.worth[0].1 < 1e-12, "{found:?}");
}

/// Model a is normal with mean 0.7 and standard error 0.1/1.96, model b is 0.6: a is best with probability Phi(1.96) = 0.975. Not to know costs
/// E[(b - a)+] = s (phi(z) - z (1 - Phi(z))) = 0.000482 with z = 1.96, all of which measuring a saves.
#[test]
fn the_worth_of_a_measurement_is_the_unit_normal_loss() {
    let fleet = fleet(TWO);
    let limits = Limits { budget: Some((0.001, Unit::Dollars)), ..Limits::default() };
    let choice = choose(&fleet, &limits);
    let contenders = near(&choice, 0.2, 12);
    let found = confidence(&fleet, &limits, &contenders, 20_000, &streams(Purpose::ReEstimation)).unwrap();
    // Five standard errors of a share of 20 000.
    assert!((found.best[0] - 0.975).abs() < 0.006, "{found:?}");
    // Losses have a deviation of about 0.005.
    assert!((found.regret - 0.000482).abs() < 2e-4, "{found:?}");
    let (parameter, worth) = found.worth[0];
    assert_eq!(parameter, Parameter::Accuracy(0));
    // Tenths are a coarse measurement: only the lowest tenth contains losses, and its mean is above 0.6.
    assert!((0.0..=found.regret + 1e-12).contains(&worth), "{found:?}");
}

/// A measurement that decides between two models as good as each other is worth s/sqrt(2 pi) = 0.0204 for s = 0.1/1.96.
#[test]
fn a_close_decision_is_worth_measuring() {
    let fleet = fleet(&TWO.replace("accuracy = 0.6\n", "accuracy = 0.7\n"));
    let limits = Limits { budget: Some((0.001, Unit::Dollars)), ..Limits::default() };
    let contenders = near(&choose(&fleet, &limits), 0.2, 12);
    let found = confidence(&fleet, &limits, &contenders, 20_000, &streams(Purpose::ReEstimation)).unwrap();
    let expected = 0.1 / 1.959964 / (2.0 * std::f64::consts::PI).sqrt();
    assert!((found.worth[0].1 - expected).abs() < 1.5e-3, "{found:?} {expected}");
    assert!((found.best[0] - 0.5).abs() < 0.02, "{found:?}");
}

/// A cap at the end of its range may be lower, and a price of 0 is no price: neither hides that the accuracy of a model is uncertain.
#[test]
fn what_is_at_its_end_does_not_hide_the_rest() {
    let text = format!(
        "{TWO}[[models]]\nname = \"c\"\nscale = 0.01\nexponent = 0.3\ncap = {{ value = 1, low = 0.5, high = 1 }}\n\
         price_per_million_output_tokens = {{ value = 0, low = 0, high = 0.1 }}\n"
    );
    let fleet = fleet(&text);
    let limits = Limits { budget: Some((0.001, Unit::Dollars)), ..Limits::default() };
    let contenders = near(&choose(&fleet, &limits), 1.0, 12);
    let found = confidence(&fleet, &limits, &contenders, 1000, &streams(Purpose::ReEstimation)).unwrap();
    let uncertain: Vec<Parameter> = found.worth.iter().map(|(parameter, _)| *parameter).collect();
    assert!(uncertain.len() == 2 && uncertain.contains(&Parameter::Accuracy(0)), "{found:?}");
    assert!(uncertain.contains(&Parameter::Cap(2)), "{found:?}");
}

/// Without intervals nothing is uncertain.
#[test]
fn certainty_needs_no_draws() {
    let fleet = fleet(&TWO.replace("{ value = 0.7, low = 0.6, high = 0.8 }", "0.7"));
    let limits = Limits::default();
    let contenders = near(&choose(&fleet, &limits), 0.2, 12);
    assert_eq!(confidence(&fleet, &limits, &contenders, 1000, &streams(Purpose::ReEstimation)), None);
}

/// The contest drops what is far behind early, keeps what is near, and its paired differences cover the exact ones.
#[test]
fn a_contest_spends_its_trials_on_rivals() {
    let fleet = fleet(
        "[[models]]\nname = \"a\"\naccuracy = 0.7\nprice_per_million_output_tokens = 1\noutput_tokens = 1000\n",
    );
    let tokens = 1000.0;
    let plans = [
        Plan::Vote { model: 0, tokens, votes: 11 },
        Plan::Vote { model: 0, tokens, votes: 11 },
        Plan::Vote { model: 0, tokens, votes: 9 },
        Plan::Single { model: 0, tokens },
    ];
    let found = contest(&fleet, &plans, Unit::Dollars, 8192, &streams(Purpose::World), &Control::default());
    let trials: Vec<u64> = found.contenders.iter().map(|it| it.tally.trials()).collect();
    assert_eq!((trials[0], trials[1], trials[3]), (8192, 8192, 1024), "{trials:?}");
    assert_eq!(found.trials, trials.iter().sum::<u64>());
    // The same plan on the same draws differs in nothing.
    assert_eq!(found.contenders[1].behind.value, 0.0);
    for (contender, plan) in found.contenders.iter().zip(&plans) {
        let exact = fleet.outlook(&plans[0]).accuracy - fleet.outlook(plan).accuracy;
        // Five standard errors, where the interval has 1.96.
        assert!(
            (contender.behind.value - exact).abs() <= 2.6 * contender.behind.half_width() + 1e-12,
            "{contender:?}"
        );
        assert!((contender.tally.cost().value - fleet.outlook(plan).spend.dollars).abs() < 1e-12);
    }
}
