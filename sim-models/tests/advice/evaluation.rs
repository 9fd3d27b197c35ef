//! Exact evaluation against independent formulas and against the simulation. Seeds are fixed; each statistical check allows five standard
//! errors (false-alarm rate 6e-7), and there are about 60.

use sim_core::random::{Family, Purpose, Streams};
use sim_models::advice::{Fleet, Plan, Profile, SimulatedPlan};
use sim_models::theory::dependence::Dependence;

fn fleet(dependence: &str, across: f64) -> Fleet {
    let text = format!(
        "[question]\ncorrelation = 0.3\nacross = {across}\ndependence = \"{dependence}\"\n\
         [channel]\nfidelity = 0.8\nmessage_tokens = 20\n\
         [checker]\ntrue_positive = 0.9\nfalse_positive = 0.2\ndollars = 0.0001\nseconds = 0.5\n\
         [[models]]\nname = \"a\"\naccuracy = 0.62\noutput_tokens = 100\nprice_per_million_output_tokens = 10\nlatency_seconds = {{ mean = 2, deviation = 1 }}\n\
         [[models]]\nname = \"b\"\naccuracy = 0.75\noutput_tokens = 300\nprice_per_million_output_tokens = 20\nlatency_seconds = {{ mean = 5, deviation = 2 }}\n"
    );
    Fleet::from_toml(&text).unwrap()
}

fn plans() -> Vec<Plan> {
    let (model, tokens, message) = (0, 100.0, 20.0);
    vec![
        Plan::Single { model, tokens },
        Plan::Vote { model, tokens, votes: 5 },
        Plan::Margin { model, tokens, margin: 3 },
        Plan::Retry { model, tokens, tries: 4 },
        Plan::Cascade { student: 0, votes: 1, teacher: 1 },
        Plan::Cascade { student: 0, votes: 3, teacher: 1 },
        Plan::Mixed { first: (0, 2), second: (1, 1) },
        Plan::Mixed { first: (0, 3), second: (1, 2) },
        Plan::Tree { model, tokens, fan_in: 5, depth: 1, message },
        Plan::Tree { model, tokens, fan_in: 3, depth: 3, message },
        Plan::Chain { model, tokens, relays: 2, message },
    ]
}

#[test]
fn simulations_agree_with_the_exact_evaluation() {
    const TRIALS: u64 = 20_000;
    let streams = Streams::new(11, Purpose::World, Family::common());
    for (dependence, across) in [("beta-binomial", 0.5), ("mixture", 1.0), ("copying", 0.0)] {
        let fleet = fleet(dependence, across);
        for plan in plans() {
            let simulated = SimulatedPlan::new(&fleet, &plan).unwrap();
            let outlook = fleet.outlook(&plan);
            let (mut right, mut cost, mut square, mut slow) = (0.0, 0.0, 0.0, 0.0);
            for trial in 0..TRIALS {
                let outcome = simulated.ask(&streams.trial(trial));
                right += f64::from(u8::from(outcome.right));
                cost += outcome.spend.dollars;
                square += outcome.spend.dollars.powi(2);
                slow += f64::from(u8::from(outcome.time > outlook.slow_time));
            }
            let n = TRIALS as f64;
            let p = outlook.accuracy;
            let error = (p * (1.0 - p) / n).sqrt();
            // Votes of the continuous law are those of its steps, within 0.002 (tests below).
            let steps = if dependence == "beta-binomial" { 0.002 } else { 0.0 };
            assert!((right / n - p).abs() < 5.0 * error + steps, "{dependence} {plan:?}: {} {p}", right / n);
            let mean = cost / n;
            let error = ((square / n - mean * mean).max(0.0) / n).sqrt();
            assert!(
                (mean - outlook.spend.dollars).abs() < 5.0 * error + 1e-9,
                "{dependence} {plan:?}: {mean} {:?}",
                outlook.spend
            );
            // The time in which 95 % are answered is exact for single agents and votes, and an approximation for others.
            let exact = matches!(plan, Plan::Single { .. } | Plan::Vote { .. } | Plan::Mixed { .. });
            let slack = match plan {
                _ if exact => 5.0 * (0.05_f64 * 0.95 / n).sqrt(),
                // Layers are taken one after the other, which is too slow.
                Plan::Tree { .. } => 0.045,
                _ => 0.02,
            };
            assert!((slow / n - 0.05).abs() < slack, "{dependence} {plan:?}: {} are slower", slow / n);
        }
    }
}

/// Golden numbers of mechanisms B0.2: five votes of accuracy 0.7 under the beta-binomial law.
#[test]
fn votes_have_the_published_accuracies() {
    for (rho, expected) in [(0.0, 0.83692), (0.1, 0.79398), (0.2, 0.76486), (0.5, 0.71864), (0.9, 0.70056)] {
        let text = format!("[question]\ncorrelation = {rho}\n[[models]]\nname = \"a\"\naccuracy = 0.7\n");
        let fleet = Fleet::from_toml(&text).unwrap();
        let accuracy = fleet.outlook(&Plan::Vote { model: 0, tokens: 0.0, votes: 5 }).accuracy;
        assert!((accuracy - expected).abs() < 6e-6, "{rho}: {accuracy}");
    }
}

/// Golden numbers of mechanisms B0.7 (p = 0.4, t = 0.95, f = 0.05): many tries come near the law of unlimited ones.
#[test]
fn retries_have_the_published_accuracy_and_tries() {
    let text = "[checker]\ntrue_positive = 0.95\nfalse_positive = 0.05\n\
        [[models]]\nname = \"a\"\naccuracy = 0.4\noutput_tokens = 1000000\nprice_per_million_output_tokens = 1\n";
    let fleet = Fleet::from_toml(text).unwrap();
    let outlook = fleet.outlook(&Plan::Retry { model: 0, tokens: 1e6, tries: 200 });
    assert!((outlook.accuracy - 0.926829).abs() < 1e-6, "{outlook:?}");
    assert!((outlook.calls - 2.439024).abs() < 1e-6, "{outlook:?}");
    assert!((outlook.spend.dollars / (0.4 * 0.95 * outlook.calls) - 2.631579).abs() < 1e-6);
}

/// Golden number of mechanisms B42: three ahead at an error of 0.0022 takes 3.0133 answers.
#[test]
fn margins_have_the_published_number_of_votes() {
    let fleet = Fleet::from_toml("[[models]]\nname = \"a\"\naccuracy = 0.9978\n").unwrap();
    let calls = |margin| fleet.outlook(&Plan::Margin { model: 0, tokens: 0.0, margin }).calls;
    assert!((calls(3) - 3.0133).abs() < 5e-5, "{}", calls(3));
    let coin = Fleet::from_toml("[[models]]\nname = \"a\"\naccuracy = 0.5\n").unwrap();
    let fair = coin.outlook(&Plan::Margin { model: 0, tokens: 0.0, margin: 4 });
    assert_eq!((fair.calls, fair.accuracy), (16.0, 0.5));
}

/// The steps of the continuous law: votes over them are those of the law itself, within 0.002.
#[test]
fn the_steps_of_a_law_stand_for_it() {
    for (p, rho) in [(0.6, 0.1), (0.6, 0.3), (0.8, 0.2), (0.55, 0.6), (0.95, 0.4)] {
        let profile = Profile::new(Dependence::BetaBinomial, 2.0 * p - 1.0, rho);
        assert!((profile.mean(|p| p) - p).abs() < 1e-9, "{p} {rho}");
        for votes in [3u32, 9, 31] {
            let law = Dependence::BetaBinomial.count_law(votes, 2.0 * p - 1.0, rho);
            let exact: f64 = law[(votes as usize).div_ceil(2)..].iter().sum();
            let half = votes.div_ceil(2);
            let of_steps = profile.mean(|p| statrs_upper(votes, half, p));
            assert!((exact - of_steps).abs() < 0.002, "{p} {rho} {votes}: {exact} {of_steps}");
        }
    }
}

/// P(at least `least` of `n` are right), by another library.
fn statrs_upper(n: u32, least: u32, p: f64) -> f64 {
    use statrs::distribution::{Binomial, DiscreteCDF};
    1.0 - Binomial::new(p, u64::from(n)).unwrap().cdf(u64::from(least) - 1)
}
