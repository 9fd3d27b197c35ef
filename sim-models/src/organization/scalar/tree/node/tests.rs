//! Nodes against enumeration of the sampling rules. Each statistical test has a false-alarm rate of 1e-6, shared out over
//! its exact binomial tails.

mod enumeration;

use sim_core::estimate::{Confidence, binomial_tails};
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::{Address, Coin, Family, Purpose, Stream, Streams};

use self::enumeration::{Case, coupled, gaussian_given_votes, is_right};
use super::NodeSampler;
use crate::organization::{
    AgentTree, Bias, Channel, Correlation, Dependence, Erasure, Fidelity, Layer, Leaf, Node, ScalarTree,
    Sharing,
};

const FALSE_ALARMS: f64 = 1e-6;

fn layer(case: &Case) -> Layer {
    let rho = Correlation::new(case.rho).unwrap();
    let fan_in = case.fan_in as u32;
    Layer {
        node: Node { fan_in, dependence: case.dependence, correlation: rho, sharing: case.sharing },
        channel: Channel {
            tokens: 0.0,
            fidelity: Fidelity::new(case.fidelity).unwrap(),
            erasure: Erasure::new(case.erasure).unwrap(),
            detected: case.detected,
        },
    }
}

fn tree(case: &Case) -> AgentTree {
    let leaf = Leaf::Bias(Bias::new(2.0 * case.accuracy - 1.0).unwrap());
    AgentTree::star(leaf, layer(case)).unwrap()
}

fn plain(dependence: Dependence, fan_in: usize, accuracy: f64, rho: f64) -> Case {
    let sharing = Sharing::AfterChannel;
    Case { dependence, sharing, rho, fan_in, accuracy, fidelity: 1.0, erasure: 0.0, detected: false }
}

fn stream(trial: u64) -> Stream {
    Streams::new(3, Purpose::World, Family::common()).open(Address::trial(trial))
}

/// How often each pattern of coupled votes comes up.
fn count_patterns(case: &Case, accuracies: &[f64], trials: u64, stream: &mut Stream) -> Vec<u64> {
    let sampler = NodeSampler::new(&layer(case), 2.0 * case.accuracy - 1.0).unwrap();
    let coins: Vec<Coin> = accuracies.iter().map(|&p| Coin::new(p).unwrap()).collect();
    let mut counts = vec![0; 1 << accuracies.len()];
    for _ in 0..trials {
        let mut votes: Vec<bool> = coins.iter().map(|coin| stream.toss(coin)).collect();
        sampler.coupling.apply(&mut votes, stream);
        let pattern: usize = votes.iter().enumerate().map(|(i, &vote)| usize::from(vote) << i).sum();
        counts[pattern] += 1;
    }
    counts
}

fn assert_law(counts: &[u64], law: &[f64], checks: usize, name: &str) {
    let trials = counts.iter().sum();
    assert!((law.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{name}: {law:?}");
    for (pattern, (&count, &chance)) in counts.iter().zip(law).enumerate() {
        let p_value = binomial_tails(count, trials, chance.clamp(0.0, 1.0)).two_sided();
        assert!(
            p_value > FALSE_ALARMS / checks as f64,
            "{name}, pattern {pattern:b}: found {count} of {trials}, law {chance}; p = {p_value:e}"
        );
    }
}

const RHOS: [f64; 3] = [0.15, 0.5, 0.9];
const ACCURACIES: [f64; 3] = [0.5, 0.65, 0.1];

/// Four dependences x two to four children x three correlations x three accuracies, at most 16 patterns each.
#[test]
fn coupled_votes_have_the_joint_law_of_their_rule() {
    let mut stream = stream(0);
    for dependence in Dependence::ALL {
        for b in 2..=4 {
            for rho in RHOS {
                for p in ACCURACIES {
                    let law = coupled(dependence, &vec![p; b], rho);
                    let case = plain(dependence, b, p, rho);
                    let counts = count_patterns(&case, &vec![p; b], 40_000, &mut stream);
                    let name = format!("{dependence:?}, {b} votes right with {p}, correlation {rho}");
                    assert_law(&counts, &law, 4 * 3 * 9 * 16, &name);
                }
            }
        }
    }
}

/// Gaussian coupling needs the accuracy of its votes and is for like children only.
#[test]
fn unlike_children_have_the_joint_law_of_their_rule() {
    let accuracies = [0.9, 0.3, 0.6, 0.5];
    let mut stream = stream(1);
    for dependence in [Dependence::Mixture, Dependence::Copying, Dependence::BetaBinomial] {
        for rho in RHOS {
            let law = coupled(dependence, &accuracies, rho);
            let case = plain(dependence, 4, 0.5, rho);
            let counts = count_patterns(&case, &accuracies, 100_000, &mut stream);
            assert_law(&counts, &law, 3 * 3 * 16, &format!("{dependence:?}, correlation {rho}"));
        }
    }
}

/// Gaussian coupling must not draw its votes anew: over all votes that has the same law, but it would hide a mistake of
/// the layers below. Given each of the patterns of three realized votes, at two accuracies and three correlations.
#[test]
fn gaussian_coupling_works_on_the_votes_that_were_cast() {
    let mut stream = stream(2);
    for accuracy in [0.5, 0.7] {
        for rho in RHOS {
            for votes in 0..8 {
                let cast: Vec<f64> = (0..3).map(|i| if is_right(votes, i) { 1.0 } else { 0.0 }).collect();
                let law = gaussian_given_votes(votes, 3, accuracy, rho);
                let case = plain(Dependence::Gaussian, 3, accuracy, rho);
                let counts = count_patterns(&case, &cast, 40_000, &mut stream);
                let name = format!("votes {votes:b} right with {accuracy}, correlation {rho}");
                // Simpson's rule meets the corners of the two probabilities: a few 1e-8.
                assert_law(&counts, &law, 2 * 3 * 8 * 8, &name);
            }
        }
    }
}

/// No statistics: the rules themselves keep every vote's bias and give every pair the stated correlation. Gaussian
/// dependence does so at zero bias.
#[test]
fn every_rule_keeps_the_bias_and_has_the_pairwise_correlation() {
    for dependence in Dependence::ALL {
        for b in 2..=4 {
            for rho in RHOS {
                for p in ACCURACIES {
                    let law = coupled(dependence, &vec![p; b], rho);
                    let share = |wanted: usize| -> f64 {
                        let held = |&(votes, _): &(usize, &f64)| votes & wanted == wanted;
                        law.iter().enumerate().filter(held).map(|(_, mass)| mass).sum()
                    };
                    for i in 0..b {
                        assert!((share(1 << i) - p).abs() < 1e-9, "{dependence:?}");
                        for j in 0..i {
                            let correlation = (share(1 << i | 1 << j) - p * p) / (p * (1.0 - p));
                            if dependence != Dependence::Gaussian || p == 0.5 {
                                assert!((correlation - rho).abs() < 1e-9, "{dependence:?}: {correlation}");
                            }
                        }
                    }
                    assert!(is_right(0b10, 1) && !is_right(0b10, 0));
                }
            }
        }
    }
}

/// All dependences, both ways of sharing, no, unnoticed and noticed losses, one to four children.
fn nodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for dependence in Dependence::ALL {
        for sharing in [Sharing::AfterChannel, Sharing::BeforeChannel] {
            for (erasure, detected) in [(0.0, false), (0.35, false), (0.35, true), (0.8, true)] {
                for fan_in in 1..=4 {
                    for (rho, accuracy, fidelity) in [(0.3, 0.7, 0.8), (0.75, 0.35, 0.9), (0.1, 0.95, 1.0)] {
                        cases.push(Case {
                            dependence,
                            sharing,
                            rho,
                            fan_in,
                            accuracy,
                            fidelity,
                            erasure,
                            detected,
                        });
                    }
                }
            }
        }
    }
    cases
}

/// Enumeration is the third way to the same number: no sampling, no recursion.
#[test]
fn the_exact_evaluator_gives_what_enumeration_gives() {
    for case in nodes() {
        let exact = 0.5 * (1.0 + tree(&case).root_bias());
        let enumerated = case.accuracy_of_the_node();
        assert!((exact - enumerated).abs() < 1e-9, "{:?}: {exact}, enumerated {enumerated}", layer(&case));
    }
}

#[test]
fn a_star_is_right_as_often_as_enumeration_says() {
    let nodes = nodes();
    let checks = nodes.len();
    for (seed, case) in (0..).zip(nodes) {
        let sampled = ScalarTree::new(&tree(&case), None).unwrap();
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let run = monte_carlo::run(&sampled, &streams, &Stop::after(40_000).unwrap(), &Control::default());
        let p = case.accuracy_of_the_node();
        let p_value = binomial_tails(run.tally.successes(), run.trials, p).two_sided();
        let found = run.tally.estimate(Confidence::DEFAULT);
        assert!(
            p_value > FALSE_ALARMS / checks as f64,
            "{:?}: found {found:?}, enumerated {p}; p = {p_value:e}",
            layer(&case)
        );
    }
}
