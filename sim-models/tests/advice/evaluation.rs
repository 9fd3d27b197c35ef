//! Exact evaluation against independent formulas and against the simulation. Seeds are fixed; each statistical check allows five standard
//! errors (false-alarm rate 6e-7), and there are about 60.

use sim_core::random::{Family, Purpose, Streams};
use sim_models::advice::{Fleet, Plan, Profile, SimulatedPlan};
use sim_models::organization::graph::shapes::{self, Shape};
use sim_models::organization::{Bias, Channel, Fidelity};
use sim_models::theory::dependence::Dependence;

fn fleet(dependence: &str, across: f64) -> Fleet {
    let text = format!(
        "[question]\ncorrelation = 0.3\nacross = {across}\ndependence = \"{dependence}\"\n\
         [channel]\nfidelity = 0.8\nmessage_tokens = 20\n\
         [checker]\ntrue_positive = 0.9\nfalse_positive = 0.2\ndollars = 0.0001\nseconds = 0.5\n\
         [[models]]\nname = \"a\"\naccuracy = 0.62\noutput_tokens = 100\nprice_per_million_output_tokens = 10\nlatency_seconds = {{ mean = 2, deviation = 1 }}\n\
         [[models]]\nname = \"b\"\naccuracy = 0.75\noutput_tokens = 300\nprice_per_million_output_tokens = 20\nlatency_seconds = {{ mean = 5, deviation = 2 }}\n\
         [[models]]\nname = \"c\"\naccuracy = 0.7\noutput_tokens = 200\nprice_per_million_output_tokens = 5\nlatency_seconds = {{ mean = 3, deviation = 1 }}\n"
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
        Plan::Mixed { first: (0, 2), second: (1, 1), third: None },
        Plan::Mixed { first: (0, 3), second: (1, 2), third: None },
        Plan::Mixed { first: (0, 2), second: (1, 2), third: Some((2, 1)) },
        Plan::Tree { model, tokens, fan_in: 5, depth: 1, message },
        Plan::Tree { model, tokens, fan_in: 3, depth: 3, message },
        Plan::Debate { model, tokens, agents: 5, exchanges: 2, message },
        Plan::Debate { model, tokens, agents: 4, exchanges: 1, message },
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
            // Two models on questions that are hard for both meet a table of the continuous law.
            let both = matches!(plan, Plan::Cascade { .. } | Plan::Mixed { .. });
            let table = if dependence == "beta-binomial" && both { 0.001 } else { 0.0 };
            assert!((right / n - p).abs() < 5.0 * error + table, "{dependence} {plan:?}: {} {p}", right / n);
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

/// A fleet of one model with a checker, of which answers cost 0.001 USD and checks 0.0001 USD.
fn checked(p: f64, rho: f64, checker: (f64, f64)) -> Fleet {
    let text = format!(
        "[question]\ncorrelation = {rho}\n[checker]\ntrue_positive = {}\nfalse_positive = {}\ndollars = 0.0001\n\
         [[models]]\nname = \"a\"\naccuracy = {p}\noutput_tokens = 1000\nprice_per_million_output_tokens = 1\n",
        checker.0, checker.1
    );
    Fleet::from_toml(&text).unwrap()
}

/// E[(1-theta)^n] of Beta(p t, (1-p) t), t = (1-rho)/rho, as a product of ratios.
fn all_wrong(p: f64, rho: f64, n: u32) -> f64 {
    let t = (1.0 - rho) / rho;
    (0..n).map(|i| ((1.0 - p) * t + f64::from(i)) / (t + f64::from(i))).product()
}

/// With a perfect checker a retry is right unless all tries are wrong, and its costs are sums of such probabilities.
#[test]
fn retries_have_the_moments_of_the_beta_law() {
    let golden = [(0.05, 0.5, 50, 0.203114), (0.95, 0.4, 10, 0.997504)];
    for (p, rho, tries, expected) in golden {
        assert!((1.0 - all_wrong(p, rho, tries) - expected).abs() < 6e-7, "{p} {rho}");
    }
    for p in [0.05, 0.3, 0.5, 0.6, 0.95] {
        for rho in [0.001, 0.05, 0.2, 0.5, 0.95] {
            for tries in [2, 10, 50, 300] {
                let outlook =
                    checked(p, rho, (1.0, 0.0)).outlook(&Plan::Retry { model: 0, tokens: 1000.0, tries });
                let right = 1.0 - all_wrong(p, rho, tries);
                assert!((outlook.accuracy - right).abs() < 1e-8, "{p} {rho} {tries}: {outlook:?} {right}");
                let calls: f64 = (0..tries).map(|n| all_wrong(p, rho, n)).sum();
                let checks: f64 = (0..tries - 1).map(|n| all_wrong(p, rho, n)).sum();
                let cost = 1e-3 * calls + 1e-4 * checks;
                assert!(
                    (outlook.spend.dollars / cost - 1.0).abs() < 1e-7,
                    "{p} {rho} {tries}: {outlook:?} {cost}"
                );
            }
        }
    }
}

/// Means over the continuous law are those of the law itself: votes are sums of its moments, and races to a margin of one are one answer.
#[test]
fn means_over_the_continuous_law_are_exact() {
    for (p, rho) in [(0.6, 0.1), (0.6, 0.3), (0.8, 0.2), (0.55, 0.6), (0.95, 0.4), (0.7, 0.001)] {
        let profile = Profile::new(Dependence::BetaBinomial, 2.0 * p - 1.0, rho);
        assert!((profile.mean(|p| p) - p).abs() < 1e-9, "{p} {rho}");
        for votes in [3u32, 9, 31, 301] {
            let law = Dependence::BetaBinomial.count_law(votes, 2.0 * p - 1.0, rho);
            let half = votes.div_ceil(2);
            let exact: f64 = law[half as usize..].iter().sum();
            let mean = profile.mean(|p| statrs_upper(votes, half, p));
            assert!((exact - mean).abs() < 1e-8, "{p} {rho} {votes}: {exact} {mean}");
        }
        // What is drawn is the same law: a mean over its quantiles.
        let drawn = (0..20_000).map(|at| profile.at((f64::from(at) + 0.5) / 20_000.0));
        let second = drawn.map(|p| p * p).sum::<f64>() / 20_000.0;
        assert!((second - (p * p + rho * p * (1.0 - p))).abs() < 3e-4, "{p} {rho}: {second}");
    }
}

/// Under one hidden difficulty no number of answers is right more often than questions are easy. Where more right votes always speak for the
/// answer, as under these laws (under copying a close vote speaks for a hard question), a vote of all is the best of all ways to combine them:
/// with lossless messages no tree is better than a vote of its leaves.
#[test]
fn no_tree_is_better_than_a_vote_of_its_leaves() {
    for dependence in ["beta-binomial", "mixture"] {
        for (p, rho) in [(0.7, 0.3), (0.55, 0.1), (0.9, 0.6), (0.6, 0.0)] {
            let text = format!(
                "[question]\ncorrelation = {rho}\ndependence = \"{dependence}\"\n[channel]\nfidelity = 1\nmessage_tokens = 0\n\
                 [[models]]\nname = \"a\"\naccuracy = {p}\noutput_tokens = 1\n"
            );
            let fleet = Fleet::from_toml(&text).unwrap();
            for (fan_in, depth) in
                [(3u32, 1), (3, 2), (3, 4), (3, 8), (5, 3), (9, 2), (15, 2), (41, 1), (101, 2)]
            {
                let tree = fleet.outlook(&Plan::Tree { model: 0, tokens: 1.0, fan_in, depth, message: 0.0 });
                let votes = fan_in.pow(depth);
                let vote = fleet.outlook(&Plan::Vote { model: 0, tokens: 1.0, votes });
                let what =
                    format!("{dependence} {p} {rho} {fan_in}^{depth}: {} {}", tree.accuracy, vote.accuracy);
                assert!(tree.accuracy <= vote.accuracy + 1e-9, "{what}");
                // One layer is the vote.
                assert!(depth > 1 || (tree.accuracy - vote.accuracy).abs() < 1e-8, "{what}");
            }
        }
    }
    // P(theta > 1/2) of Beta(0.7 t, 0.3 t), t = 7/3: what no fleet exceeds.
    let fleet = fleet_of_one(0.7, 0.3);
    for (fan_in, depth) in [(3, 12), (101, 3), (9, 6)] {
        let tree = fleet.outlook(&Plan::Tree { model: 0, tokens: 1.0, fan_in, depth, message: 0.0 });
        assert!(tree.accuracy < 0.7732, "{tree:?}");
    }
}

fn fleet_of_one(p: f64, rho: f64) -> Fleet {
    let text = format!(
        "[question]\ncorrelation = {rho}\n[channel]\nfidelity = 1\nmessage_tokens = 0\n\
         [[models]]\nname = \"a\"\naccuracy = {p}\noutput_tokens = 1\nlatency_seconds = {{ mean = 10, deviation = 8 }}\n"
    );
    Fleet::from_toml(&text).unwrap()
}

/// Times of trees whose lower layers are not simulated one by one: the same as where all leaves are.
#[test]
fn large_trees_take_their_time() {
    let fleet = fleet_of_one(0.7, 0.0);
    let plan = |depth| Plan::Tree { model: 0, tokens: 1.0, fan_in: 3, depth, message: 0.0 };
    let streams = Streams::new(17, Purpose::World, Family::common());
    let tree = SimulatedPlan::new(&fleet, &plan(8)).unwrap();
    let mut times: Vec<f64> = (0..4000).map(|trial| tree.ask(&streams.trial(trial)).time).collect();
    times.sort_by(f64::total_cmp);
    // All 6561 leaves and 3280 decisions, each lognormal with mean 10 and deviation 8.
    let (sigma, mut stream) =
        ((1.0 + 0.64_f64).ln().sqrt(), streams.open(sim_core::random::Address::trial(1)));
    let mut all: Vec<f64> = (0..1500)
        .map(|_| {
            let mut draw = || 10.0 * (sigma * stream.normal() - 0.5 * sigma * sigma).exp();
            let mut layer: Vec<f64> = (0..6561).map(|_| draw()).collect();
            while layer.len() > 1 {
                layer = layer.chunks(3).map(|few| few.iter().copied().fold(0.0, f64::max) + draw()).collect();
            }
            layer[0]
        })
        .collect();
    all.sort_by(f64::total_cmp);
    let at = |times: &[f64], q: f64| times[(q * times.len() as f64) as usize];
    for q in [0.1, 0.5, 0.95] {
        // Five standard errors of the difference of ranks, as quantiles of the full simulation.
        let error = 5.0 * (q * (1.0 - q) * (1.0 / 4000.0 + 1.0 / 1500.0_f64)).sqrt();
        let (low, high) = (at(&all, (q - error).max(0.0)), at(&all, (q + error).min(0.999)));
        let found = at(&times, q);
        assert!(found >= low && found <= high, "{q}: {found} not in {low} to {high}");
    }
}

/// Times of races to large margins, which are not stepped through, against simulation.
#[test]
fn large_margins_take_their_time() {
    for p in [0.5, 0.55, 0.7] {
        let text = format!("[[models]]\nname = \"a\"\naccuracy = {p}\nlatency_seconds = 1\n");
        let fleet = Fleet::from_toml(&text).unwrap();
        let plan = Plan::Margin { model: 0, tokens: 0.0, margin: 12 };
        let simulated = SimulatedPlan::new(&fleet, &plan).unwrap();
        let outlook = fleet.outlook(&plan);
        let streams = Streams::new(19, Purpose::World, Family::common());
        let times: Vec<f64> = (0..4000).map(|trial| simulated.ask(&streams.trial(trial)).time).collect();
        let slower = times.iter().filter(|time| **time > outlook.slow_time).count() as f64 / 4000.0;
        // The lognormal law stands for that of the race.
        assert!((slower - 0.05).abs() < 0.03, "{p}: {slower} are slower than {}", outlook.slow_time);
        let mean = times.iter().sum::<f64>() / 4000.0;
        assert!((mean / outlook.mean_time - 1.0).abs() < 0.06, "{p}: {mean} {}", outlook.mean_time);
    }
}

/// P(at least `least` of `n` are right), by another library.
fn statrs_upper(n: u32, least: u32, p: f64) -> f64 {
    use statrs::distribution::{Binomial, DiscreteCDF};
    Binomial::new(p, u64::from(n)).unwrap().sf(u64::from(least) - 1)
}

/// The debate of an organization whose agents remember, under the exact evaluator of graphs: the same probabilities.
#[test]
fn debates_are_those_of_organizations() {
    for (agents, exchanges, p, fidelity) in
        [(3, 1, 0.7, 0.6), (3, 2, 0.6, 0.8), (4, 1, 0.7, 0.5), (2, 3, 0.55, 0.9)]
    {
        let channel = Channel::new(0.0, Fidelity::new(fidelity).unwrap());
        let bias = Bias::new(2.0 * p - 1.0).unwrap();
        let debate =
            shapes::Debate { own_weight: 0.0, channel, ..shapes::Debate::new(agents, exchanges + 1, bias) };
        let expected = debate.organization().unwrap().exact().unwrap()[0].accuracy();
        let text = format!(
            "[question]\ncorrelation = 0\n[channel]\nfidelity = {fidelity}\nmessage_tokens = 10\n[[models]]\nname = \"a\"\naccuracy = {p}\n"
        );
        let fleet = Fleet::from_toml(&text).unwrap();
        let (agents, exchanges) = (agents as u32, exchanges as u32);
        let plan = Plan::Debate { model: 0, tokens: 0.0, agents, exchanges, message: 10.0 };
        let found = fleet.outlook(&plan).accuracy;
        assert!(
            (found - expected).abs() < 1e-12,
            "{agents} agents, {exchanges} exchanges: {found}, {expected}"
        );
    }
}

/// Three agents write 100 tokens each, hear each other in two messages of 20 tokens, twice, write a message after each, and one reads the last
/// three: 300 + 3 * 2 * (40 + 20) + 3 * (20 + 20) tokens.
#[test]
fn a_debate_costs_its_messages() {
    let fleet = fleet("mixture", 0.0);
    let plan = Plan::Debate { model: 0, tokens: 100.0, agents: 3, exchanges: 2, message: 20.0 };
    let outlook = fleet.outlook(&plan);
    assert!((outlook.spend.tokens - 780.0).abs() < 1e-9 && outlook.calls == 10.0, "{outlook:?}");
    assert_eq!(outlook.window, 60.0);
}

/// Three models that err on their own, a vote each: pq + pr + qr - 2pqr.
#[test]
fn a_vote_of_three_models_is_right_if_two_of_them_are() {
    let model =
        |(name, accuracy): (&str, f64)| format!("[[models]]\nname = \"{name}\"\naccuracy = {accuracy}\n");
    let text: String = [("a", 0.7), ("b", 0.6), ("c", 0.55)].map(model).concat();
    let fleet = Fleet::from_toml(&format!("[question]\ncorrelation = 0\n{text}")).unwrap();
    let plan = Plan::Mixed { first: (0, 1), second: (1, 1), third: Some((2, 1)) };
    let (p, q, r) = (0.7, 0.6, 0.55);
    let expected = p * q + p * r + q * r - 2.0 * p * q * r;
    assert!((fleet.outlook(&plan).accuracy - expected).abs() < 1e-12);
    assert_eq!(plan.describe(&fleet), "vote of 1 a and 1 b and 1 c");
    assert_eq!((plan.agents(), plan.models()), ((3.0, 3.0), vec![0, 1, 2]));
}
