//! The joint law of few votes by enumeration of what can happen, straight from the rules and without the evaluators.
//!
//! A pattern of votes is a number whose bit `i` says whether vote `i` is right; a law is one probability per pattern.

use crate::organization::{Dependence, Sharing};

/// Probability of every pattern of `b` votes.
pub type Law = Vec<f64>;

pub fn is_right(pattern: usize, vote: usize) -> bool {
    pattern >> vote & 1 == 1
}

fn with_vote(pattern: usize, vote: usize, right: bool) -> usize {
    (pattern & !(1 << vote)) | usize::from(right) << vote
}

/// Votes that are right with these accuracies, independently.
pub fn independent(accuracies: &[f64]) -> Law {
    let chance = |pattern| {
        let one = |(i, p): (usize, &f64)| if is_right(pattern, i) { *p } else { 1.0 - p };
        accuracies.iter().enumerate().map(one).product()
    };
    (0..1 << accuracies.len()).map(chance).collect()
}

/// The law after each pattern has been replaced by the outcomes that `rule` gives it.
fn replaced(law: &[f64], rule: impl Fn(usize) -> Vec<(f64, usize)>) -> Law {
    let mut result = vec![0.0; law.len()];
    for (pattern, mass) in law.iter().enumerate() {
        for (share, outcome) in rule(pattern) {
            result[outcome] += mass * share;
        }
    }
    result
}

/// The coupled votes of children with these accuracies and correlation `rho`.
pub fn coupled(dependence: Dependence, accuracies: &[f64], rho: f64) -> Law {
    let own = independent(accuracies);
    let b = accuracies.len();
    match dependence {
        // With probability rho all take the vote of a uniformly drawn child.
        Dependence::Mixture => replaced(&own, |votes| {
            let shared = (0..b).map(|j| (rho / b as f64, if is_right(votes, j) { own.len() - 1 } else { 0 }));
            shared.chain([(1.0 - rho, votes)]).collect()
        }),
        // Each copies with probability sqrt(rho); copiers take the own vote of the first copier.
        Dependence::Copying => replaced(&own, |votes| {
            let outcome = |copiers: usize| {
                let copies = (0..b).filter(|&i| is_right(copiers, i));
                let chance = (0..b)
                    .map(|i| if is_right(copiers, i) { rho.sqrt() } else { 1.0 - rho.sqrt() })
                    .product();
                let Some(first) = copies.clone().next() else { return (chance, votes) };
                (chance, copies.fold(votes, |all, i| with_vote(all, i, is_right(votes, first))))
            };
            (0..1 << b).map(outcome).collect()
        }),
        // Vote i stays with probability t / (t + i), else it becomes a uniformly drawn earlier one.
        Dependence::BetaBinomial => {
            let t = (1.0 - rho) / rho;
            (1..b).fold(own, |law, i| {
                let keep = t / (t + i as f64);
                replaced(&law, |votes| {
                    let earlier =
                        (0..i).map(|j| ((1.0 - keep) / i as f64, with_vote(votes, i, is_right(votes, j))));
                    earlier.chain([(keep, votes)]).collect()
                })
            })
        }
        // Signs of `t0 + sqrt(r) S + sqrt(1 - r) e_i`.
        Dependence::Gaussian => over_factor(accuracies[0], rho, b, |p| vec![p; b]),
    }
}

/// The law of Gaussian coupling given the votes that were realized, for votes that are right with `accuracy` over all:
/// the latent `e_i` of a right vote lies among the best `accuracy` of all, so that given `S` it stays right with
/// probability `min(1, p / accuracy)`, where `p` is the probability of a right vote given `S` alone.
pub fn gaussian_given_votes(votes: usize, b: usize, accuracy: f64, rho: f64) -> Law {
    over_factor(accuracy, rho, b, |p| {
        let stays = (p / accuracy).min(1.0);
        let turns = ((p - accuracy) / (1.0 - accuracy)).max(0.0);
        (0..b).map(|i| if is_right(votes, i) { stays } else { turns }).collect()
    })
}

/// Mean over the factor `S`, by Simpson's rule, of votes that are independent given `S`. `accuracies` are theirs at a given
/// `p = Phi((t0 + sqrt(r) S) / sqrt(1 - r))`.
fn over_factor(accuracy: f64, rho: f64, b: usize, accuracies: impl Fn(f64) -> Vec<f64>) -> Law {
    let r = (std::f64::consts::FRAC_PI_2 * rho).sin();
    let threshold = inverse_normal_cdf(accuracy);
    let (steps, reach) = (4000, 9.0);
    let mut law = vec![0.0; 1 << b];
    for step in 0..=steps {
        let s = reach * (2.0 * f64::from(step) / f64::from(steps) - 1.0);
        let simpson = if step == 0 || step == steps { 1.0 } else { f64::from(2 + 2 * (step % 2)) };
        let density = (-0.5 * s * s).exp() / std::f64::consts::TAU.sqrt();
        let weight = simpson * density * 2.0 * reach / f64::from(steps) / 3.0;
        let p = normal_cdf((threshold + r.sqrt() * s) / (1.0 - r).sqrt());
        for (sum, chance) in law.iter_mut().zip(independent(&accuracies(p))) {
            *sum += weight * chance;
        }
    }
    law
}

fn normal_cdf(x: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// By bisection, to the last digits of [`normal_cdf`].
fn inverse_normal_cdf(p: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 10.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// A node with its channels.
pub struct Case {
    pub dependence: Dependence,
    pub sharing: Sharing,
    pub rho: f64,
    pub fan_in: usize,
    /// Accuracy of the votes that the children send.
    pub accuracy: f64,
    pub fidelity: f64,
    pub erasure: f64,
    pub detected: bool,
}

impl Case {
    /// Probability that the node is right: flips, couplings, losses and ties, one after the other.
    pub fn accuracy_of_the_node(&self) -> f64 {
        let b = self.fan_in;
        let flip = 0.5 * (1.0 - self.fidelity);
        let unnoticed = if self.detected { 0.0 } else { self.erasure };
        // An unnoticed loss is read as a fair coin.
        let heard = |p: f64| (1.0 - unnoticed) * (p * (1.0 - flip) + (1.0 - p) * flip) + 0.5 * unnoticed;
        let law = match self.sharing {
            Sharing::AfterChannel => coupled(self.dependence, &vec![heard(self.accuracy); b], self.rho),
            Sharing::BeforeChannel => {
                let sent = coupled(self.dependence, &vec![self.accuracy; b], self.rho);
                replaced(&sent, |votes| {
                    let received = |i| heard(if is_right(votes, i) { 1.0 } else { 0.0 });
                    let accuracies: Vec<f64> = (0..b).map(received).collect();
                    independent(&accuracies).into_iter().enumerate().map(|(p, mass)| (mass, p)).collect()
                })
            }
        };
        let noticed = if self.detected { self.erasure } else { 0.0 };
        let mut accuracy = 0.0;
        for (votes, mass) in law.iter().enumerate() {
            for (kept, chance) in independent(&vec![1.0 - noticed; b]).iter().enumerate() {
                let (right, all) = ((votes & kept).count_ones(), kept.count_ones());
                accuracy += mass
                    * chance
                    * match (2 * right).cmp(&all) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    };
            }
        }
        accuracy
    }
}
