//! Which law of dependence fits the numbers of right answers among siblings.
//!
//! Pairs give the correlation; how often *many* siblings err together tells the laws apart that have the same correlation (spec 5). They
//! can be told apart only where groups are large or errors are strongly shared, and are said to be alike where they are.

use std::collections::BTreeMap;

use sim_core::random::{Address, Entity, Family, Purpose, Streams};

use super::comparison::{Standing, compare};
use super::optimum::golden;
use super::votes::Votes;
use crate::theory::dependence::Dependence;

/// Largest group whose law of counts is computed; larger ones are left out.
pub const LARGEST_GROUP: u32 = 400;

/// Synthetic data sets of the predictive check.
const CHECKS: u64 = 400;

/// Groups of the predictive check at most.
const MOST_CHECKED: usize = 20_000;

/// A law of dependence fitted to groups of siblings.
#[derive(Clone, Debug, PartialEq)]
pub struct DependenceFit {
    /// The law; `None` for independent votes.
    pub law: Option<Dependence>,
    /// Bias of a vote.
    pub bias: f64,
    /// Pairwise correlation.
    pub correlation: f64,
    /// Its likelihood beside that of the others.
    pub standing: Standing,
    /// Share of synthetic logs of the fitted law whose counts differ from its expectation as much as the log's do: small if the law does
    /// not fit.
    pub predictive: f64,
}

/// The comparison of the laws.
#[derive(Clone, Debug, PartialEq)]
pub struct DependenceFits {
    /// The laws, best first.
    pub fits: Vec<DependenceFit>,
    /// Groups of at least two siblings, which are compared.
    pub groups: usize,
}

impl DependenceFits {
    /// The laws that cannot be told from the best one, with it.
    pub fn contenders(&self) -> impl Iterator<Item = &DependenceFit> {
        self.fits.iter().filter(|fit| fit.standing.is_contender())
    }
}

/// Numbers of siblings and of right ones, `(n, k)`, per question.
type Counts = (u32, u32);

/// Fits independent votes and the four laws; `None` where fewer than ten groups have two siblings.
pub(super) fn fit(votes: &Votes, seed: u64) -> Option<DependenceFits> {
    let usable = |counts: &Counts| (2..=LARGEST_GROUP).contains(&counts.0);
    let questions: Vec<Vec<Counts>> = votes
        .questions
        .iter()
        .map(|question| question.groups().into_iter().filter(usable).collect::<Vec<_>>())
        .filter(|groups: &Vec<Counts>| !groups.is_empty())
        .collect();
    let groups: usize = questions.iter().map(Vec::len).sum();
    if groups < super::bootstrap::FEWEST_QUESTIONS {
        return None;
    }
    let mut histogram: BTreeMap<Counts, f64> = BTreeMap::new();
    questions.iter().flatten().for_each(|&counts| *histogram.entry(counts).or_default() += 1.0);
    let laws = std::iter::once(None).chain(Dependence::ALL.into_iter().map(Some));
    let fitted: Vec<(Option<Dependence>, f64, f64)> = laws
        .map(|law| {
            let (bias, correlation) = most_likely(law, &histogram);
            (law, bias, correlation)
        })
        .collect();
    let terms: Vec<Vec<f64>> = fitted
        .iter()
        .map(|&(law, bias, correlation)| {
            let mut table = Table::new(law, bias, correlation);
            questions.iter().map(|groups| groups.iter().map(|&counts| table.log(counts)).sum()).collect()
        })
        .collect();
    // One group per question: groups of one question are not independent.
    let first: Vec<Counts> = questions.iter().filter_map(|groups| groups.first().copied()).collect();
    let standings = compare(&terms);
    let mut fits: Vec<DependenceFit> = fitted
        .into_iter()
        .zip(standings)
        .map(|((law, bias, correlation), standing)| {
            let predictive = predictive(&mut Table::new(law, bias, correlation), &first, seed);
            DependenceFit { law, bias, correlation, standing, predictive }
        })
        .collect();
    fits.sort_by(|a, b| b.standing.log_likelihood.total_cmp(&a.standing.log_likelihood));
    Some(DependenceFits { fits, groups })
}

/// Laws of counts by the size of the group, computed when they are first asked for.
struct Table {
    law: Option<Dependence>,
    bias: f64,
    correlation: f64,
    masses: BTreeMap<u32, Vec<f64>>,
}

impl Table {
    fn new(law: Option<Dependence>, bias: f64, correlation: f64) -> Self {
        Self { law, bias, correlation, masses: BTreeMap::new() }
    }

    fn masses(&mut self, size: u32) -> &[f64] {
        let (law, bias, correlation) = (self.law, self.bias, self.correlation);
        self.masses.entry(size).or_insert_with(|| match law {
            None => Dependence::Mixture.count_law(size, bias, 0.0),
            Some(law) => law.count_law(size, bias, correlation),
        })
    }

    fn log(&mut self, (size, right): Counts) -> f64 {
        let mass = self.masses(size).get(right as usize).copied().unwrap_or(0.0);
        // What a law excludes counts heavily, but one stray record does not decide alone.
        libm::log(mass.max(1e-12))
    }
}

/// Bias and correlation of the largest likelihood, in turn.
fn most_likely(law: Option<Dependence>, histogram: &BTreeMap<Counts, f64>) -> (f64, f64) {
    let likelihood = |bias: f64, correlation: f64| -> f64 {
        let mut table = Table::new(law, bias, correlation);
        histogram.iter().map(|(&counts, weight)| weight * table.log(counts)).sum()
    };
    let (mut answers, mut right) = (0.0, 0.0);
    for (&(size, correct), weight) in histogram {
        answers += weight * f64::from(size);
        right += weight * f64::from(correct);
    }
    let mean = 2.0 * right / answers - 1.0;
    if law.is_none() {
        return (mean, 0.0);
    }
    let (mut bias, mut correlation) = (mean, 0.0);
    for _ in 0..3 {
        correlation = golden(0.0, 1.0, 28, |rho| likelihood(bias, rho));
        bias =
            golden((bias - 0.1).max(-1.0), (bias + 0.1).min(1.0), 22, |bias| likelihood(bias, correlation));
    }
    // The search does not reach the end of its interval.
    if likelihood(mean, 0.0) >= likelihood(bias, correlation) { (mean, 0.0) } else { (bias, correlation) }
}

/// How often synthetic groups of the same sizes deviate from the law's expectation as the log's groups do.
///
/// The deviation is Pearson's sum of squares over the numbers of right answers: a posterior predictive check with the
/// fitted parameters in place of the posterior's (A. Gelman, X.-L. Meng, H. Stern, Statistica Sinica 6 (1996)). As the parameters were
/// fitted to the same groups, it errs on the side of the law.
fn predictive(table: &mut Table, groups: &[Counts], seed: u64) -> f64 {
    let groups = &groups[..groups.len().min(MOST_CHECKED)];
    let mut sizes: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for &(size, right) in groups {
        let seen = sizes.entry(size).or_insert_with(|| vec![0.0; size as usize + 1]);
        seen[right as usize] += 1.0;
    }
    let masses: BTreeMap<u32, Vec<f64>> =
        sizes.keys().map(|&size| (size, table.masses(size).to_vec())).collect();
    let observed = deviation(&sizes, &masses);
    let streams = Streams::new(seed, Purpose::ReEstimation, Family::common());
    let entity = Entity::named("predictive check");
    let as_far = (0..CHECKS).filter(|&check| {
        let mut stream = streams.open(Address::trial(check).entity(entity));
        let drawn: BTreeMap<u32, Vec<f64>> = sizes
            .iter()
            .map(|(&size, seen)| {
                let count = seen.iter().sum::<f64>() as u64;
                let mut drawn = vec![0.0; seen.len()];
                for _ in 0..count {
                    drawn[draw(&masses[&size], stream.uniform())] += 1.0;
                }
                (size, drawn)
            })
            .collect();
        deviation(&drawn, &masses) >= observed
    });
    (as_far.count() as f64 + 1.0) / (CHECKS as f64 + 1.0)
}

fn draw(masses: &[f64], uniform: f64) -> usize {
    let mut below = 0.0;
    for (right, mass) in masses.iter().enumerate() {
        below += mass;
        if uniform < below {
            return right;
        }
    }
    masses.len() - 1
}

/// Pearson's sum over the numbers of right answers, those that are expected fewer than once together.
fn deviation(seen: &BTreeMap<u32, Vec<f64>>, masses: &BTreeMap<u32, Vec<f64>>) -> f64 {
    let mut sum = 0.0;
    for (size, counts) in seen {
        let groups: f64 = counts.iter().sum();
        let (mut rare_seen, mut rare_expected) = (0.0, 0.0);
        for (count, mass) in counts.iter().zip(&masses[size]) {
            let expected = groups * mass;
            if expected < 1.0 {
                rare_seen += count;
                rare_expected += expected;
            } else {
                sum += (count - expected) * (count - expected) / expected;
            }
        }
        if rare_expected > 1e-9 {
            sum += (rare_seen - rare_expected) * (rare_seen - rare_expected) / rare_expected.max(0.5);
        } else {
            sum += rare_seen;
        }
    }
    sum
}
