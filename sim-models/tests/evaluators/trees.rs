//! The exact evaluator of graphs on trees and stars whose laws are known in closed form.

use sim_models::organization::graph::shapes::{Shape, Star};
use sim_models::organization::graph::{Agent, Cause, CauseLaw, Coupling, Organization, Rule, Tie};
use sim_models::organization::{
    AgentTree, Bias, Channel, CommonCause, Correlation, Dependence, Erasure, Fidelity, Layer, Leaf, Node,
    Sharing,
};
use sim_models::theory::majority::mixed::majority_ties_lost;

fn bias(value: f64) -> Bias {
    Bias::new(value).unwrap()
}

fn rho(value: f64) -> Correlation {
    Correlation::new(value).unwrap()
}

fn fidelity(value: f64) -> Fidelity {
    Fidelity::new(value).unwrap()
}

/// The only output's bias.
fn exact_bias(organization: &Organization) -> f64 {
    let laws = organization.exact().unwrap_or_else(|error| panic!("{error}"));
    let [law] = &laws[..] else { panic!("{} outputs", laws.len()) };
    let total: f64 = law.answers.iter().sum::<f64>() + law.abstention;
    assert!((total - 1.0).abs() < 1e-10, "{law:?}");
    law.bias()
}

fn assert_close(found: f64, expected: f64, tolerance: f64, name: &str) {
    assert!((found - expected).abs() <= tolerance, "{name}: found {found}, expected {expected}");
}

fn layer(fan_in: u32, dependence: Dependence, correlation: f64, channel: Channel) -> Layer {
    let node = Node { fan_in, dependence, correlation: rho(correlation), sharing: Sharing::AfterChannel };
    Layer { node, channel }
}

/// All four dependences, equal and unlike layers, no, unnoticed and noticed losses, even and odd fan-ins.
#[test]
fn trees_are_as_the_recursion_says() {
    let loss = Erasure::new(0.2).unwrap();
    let clear = Channel::new(0.0, fidelity(0.85));
    let channels = [clear, clear.losing(loss), clear.losing_noticeably(loss), Channel::PERFECT];
    for dependence in Dependence::ALL {
        for (correlation, other) in [(0.0, 0.0), (0.1, 0.4), (0.6, 0.02), (1.0, 0.3)] {
            for channel in channels {
                for (leaf, fan_ins) in [(0.3, [3, 3, 3]), (-0.15, [2, 5, 1]), (0.8, [4, 3, 2])] {
                    let mut layers = vec![layer(fan_ins[0], dependence, correlation, channel)];
                    layers.push(layer(fan_ins[1], dependence, other, clear));
                    layers.push(layer(fan_ins[2], Dependence::Mixture, 0.1, channel));
                    let tree = AgentTree::new(Leaf::Bias(bias(leaf)), layers).unwrap();
                    let found = exact_bias(&tree.organization().unwrap());
                    assert_close(found, tree.root_bias(), 2e-10, &format!("{tree:?}"));
                }
            }
        }
    }
}

/// The causes of a whole tree, weak, strong and nearly certain ones, of leaves that are good, bad and even.
#[test]
fn trees_under_a_common_cause_are_as_the_recursion_says() {
    for cause in [CommonCause::SharedVote, CommonCause::Difficulty, CommonCause::GaussianFactor] {
        for correlation in [0.0, 0.01, 0.1, 0.5, 0.9, 0.999, 1.0] {
            for leaf in [0.2, 0.0, -0.4, 0.95, 1.0] {
                for depth in [1, 3] {
                    let layer = layer(5, Dependence::Mixture, 0.0, Channel::new(0.0, fidelity(0.9)));
                    let tree = AgentTree::uniform(Leaf::Bias(bias(leaf)), layer, depth).unwrap();
                    let tree = tree.with_common_cause(cause(rho(correlation))).unwrap();
                    let found = exact_bias(&tree.organization().unwrap());
                    assert_close(found, tree.root_bias(), 2e-10, &format!("{tree:?}"));
                }
            }
        }
    }
}

/// Values of the theory's section 5, models 5 to 7, and of the mechanisms' B0.2.
#[test]
fn golden_values_of_dependence_hold() {
    let star = |agents: usize, leaf: f64| Star::new(agents, bias(leaf)).builder().unwrap();
    // B0.2: five votes of accuracy 0.7, beta-binomial.
    for (correlation, accuracy) in
        [(0.0, 0.83692), (0.1, 0.79398), (0.2, 0.76486), (0.5, 0.71864), (0.9, 0.70056)]
    {
        for organization in [
            star(5, 0.4)
                .couple("root", Coupling::model(Dependence::BetaBinomial, rho(correlation)))
                .build()
                .unwrap(),
            star(5, 0.4).cause(Cause::everyone(CauseLaw::Difficulty, rho(correlation))).build().unwrap(),
        ] {
            let found = 0.5 * (1.0 + exact_bias(&organization));
            assert_close(found, accuracy, 5e-6, &format!("beta-binomial {correlation}"));
        }
    }
    // Five votes of bias 0.2, correlation 0.2; a Gaussian factor has that at the latent correlation r = 0.3135092934.
    let at_zero_bias = 0.313_509_293_4_f64.asin() * std::f64::consts::FRAC_2_PI;
    for (dependence, correlation, expected, tolerance) in [
        (Dependence::Mixture, 0.2, 0.332096, 1e-12),
        (Dependence::Copying, 0.2, 0.275430627902871, 1e-12),
        (Dependence::BetaBinomial, 0.2, 0.275446857142857, 1e-12),
        (Dependence::Gaussian, at_zero_bias, 0.277272965, 1e-9),
    ] {
        let coupling = Coupling::model(dependence, rho(correlation));
        let found = exact_bias(&star(5, 0.2).couple("root", coupling).build().unwrap());
        assert_close(found, expected, tolerance, &format!("{dependence:?}"));
    }
    // A vote shared by the whole tree.
    for (depth, expected) in [(1, 0.31720644792), (3, 0.706923508818)] {
        let layer = layer(5, Dependence::Mixture, 0.0, Channel::new(0.0, fidelity(0.9)));
        let tree = AgentTree::uniform(Leaf::Bias(bias(0.2)), layer, depth).unwrap();
        let tree = tree.with_common_cause(CommonCause::SharedVote(rho(0.1))).unwrap();
        assert_close(exact_bias(&tree.organization().unwrap()), expected, 1e-11, "shared vote");
    }
    // Questions of difficulty Beta(6, 4).
    for (depth, expected) in [(0, 0.6), (2, 0.690155642372)] {
        let layer = layer(5, Dependence::Mixture, 0.0, Channel::new(0.0, fidelity(0.9)));
        let tree = AgentTree::uniform(Leaf::Bias(bias(0.2)), layer, depth).unwrap();
        let tree = tree.with_common_cause(CommonCause::Difficulty(rho(1.0 / 11.0))).unwrap();
        let found = 0.5 * (1.0 + exact_bias(&tree.organization().unwrap()));
        assert_close(found, expected, 1e-11, "difficulty");
    }
}

fn unlike_star(biases: &[f64], rule: Rule) -> Organization {
    let leaves: Vec<Agent> =
        biases.iter().enumerate().map(|(i, &u)| Agent::leaf(format!("a{i}"), bias(u))).collect();
    let ids: Vec<String> = leaves.iter().map(|leaf| leaf.id.clone()).collect();
    Organization::builder()
        .agents(leaves)
        .agent(Agent::aggregator("v", rule))
        .channels(ids, "v", Channel::PERFECT)
        .build()
        .unwrap()
}

#[test]
fn unlike_children_and_ties_are_as_the_closed_forms_say() {
    let found = exact_bias(&unlike_star(&[0.1, 0.2, 0.0, -0.1, 0.4], Rule::majority()));
    assert_close(found, 0.22575, 1e-15, "unlike children");
    let found = exact_bias(&unlike_star(&[0.3; 4], Rule::majority().with_tie(Tie::Wrong)));
    assert_close(found, majority_ties_lost(4, 0.3), 1e-15, "ties lost");
    for tie in [Tie::Fair, Tie::First] {
        let found = exact_bias(&unlike_star(&[0.3; 4], Rule::majority().with_tie(tie)));
        assert_close(found, 0.43650, 1e-15, "fair ties and ties broken by one child");
    }
    let even = unlike_star(&[0.3; 4], Rule::majority().with_tie(Tie::Abstain));
    let law = &even.exact().unwrap()[0];
    assert_close(law.abstention, 6.0 * (0.65 * 0.35_f64).powi(2), 1e-15, "ties abstained");
}

/// Many votes under a continuous cause decide steeply, and not where their accuracy is one half: 301 votes of which two thirds must
/// agree.
#[test]
fn a_supermajority_under_a_common_cause_is_as_the_count_law_says() {
    let needed = 201;
    for (law, dependence) in
        [(CauseLaw::Difficulty, Dependence::BetaBinomial), (CauseLaw::GaussianFactor, Dependence::Gaussian)]
    {
        for correlation in [0.001, 0.05, 0.5, 0.95, 0.9999] {
            for leaf in [0.2, -0.7] {
                let star = Star { rule: Rule::supermajority(2.0 / 3.0), ..Star::new(301, bias(leaf)) };
                let cause = Cause::everyone(law, rho(correlation));
                let organization = star.builder().unwrap().cause(cause).build().unwrap();
                let found = &organization.exact().unwrap()[0];
                let counts = dependence.count_law(301, leaf, correlation);
                let (right, wrong): (f64, f64) =
                    (counts[needed..].iter().sum(), counts[..=301 - needed].iter().sum());
                let name = format!("{law:?} {correlation} {leaf}");
                assert_close(found.accuracy(), right, 2e-10, &name);
                assert_close(found.accuracy() - found.bias(), wrong, 2e-10, &name);
            }
        }
    }
}

/// A star of 1001 unlike leaves needs as many states as it has votes: no enumeration of 2^1001 patterns.
#[test]
fn a_thousand_unlike_votes_are_counted() {
    let biases: Vec<f64> = (0..1001).map(|i| 0.1 * f64::from(i % 7) - 0.2).collect();
    let found = exact_bias(&unlike_star(&biases, Rule::majority()));
    let expected = sim_models::theory::majority::mixed::majority_of(&biases);
    assert_close(found, expected, 1e-12, "a thousand votes");
}
