//! What an agent makes of its tokens: `mu(x) = min(cap, k x^beta)` from answers at several budgets (spec 1.1 and 5).
//!
//! The regressor is the number of tokens that an answer was *allowed*, chosen before it was known. Tokens that it took follow from the
//! question and from success (right answers are shorter, mechanisms B0.3), so that accuracy against them is biased (B40).

use super::optimum::solve;
use super::{Clusters, Finding, Unit};
use crate::calibration::Bootstrap;
use crate::theory::leaf::LeafLaw;

/// Most budgets that are told apart.
pub const MOST_LEVELS: usize = 64;

/// Twice the gain in log-likelihood for which a ceiling is believed: the 99 % point of chi squared with one degree of freedom.
const CEILING_EVIDENCE: f64 = 6.635;

/// Answers at one budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Tokens allowed.
    pub tokens: f64,
    /// Answers.
    pub answers: f64,
    /// Right ones.
    pub right: f64,
}

impl Level {
    /// Bias `2p - 1` of the answers.
    pub fn bias(&self) -> f64 {
        2.0 * self.right / self.answers - 1.0
    }
}

/// What was found about the leaf law.
#[derive(Clone, Debug)]
pub struct LeafFit {
    /// The budgets, in increasing order.
    pub levels: Vec<Level>,
    /// The law, where one fits.
    pub law: Option<LeafLaw>,
    /// Scale, exponent, ceiling and the check of the power law.
    pub findings: Vec<Finding>,
}

/// Fits the law to answers by budget; `tables[i]` has per cluster the number of answers and of right ones at `tokens[i]`, increasing.
pub(super) fn fit(tokens: &[f64], tables: &[&Clusters], bootstrap: &Bootstrap) -> LeafFit {
    let clusters = Clusters::beside(tables);
    let levels = levels(tokens, &clusters.totals());
    let finding = |name, help| Finding::new(name, help, Unit::One);
    let scale = finding("leaf_scale", "bias that one token buys, k in k x^beta");
    let exponent = finding("leaf_exponent", "returns on compute, beta in k x^beta");
    let cap = finding("leaf_cap", "largest bias that compute buys");
    let curvature = finding(
        "leaf_curvature",
        "coefficient of ln(x)^2 beside the power law; 0 if one fits (99 % interval)",
    );
    let unknown = |reason: &str, levels| LeafFit {
        levels,
        law: None,
        findings: [&scale, &exponent, &cap, &curvature].map(|f| f.clone().unknown(reason)).into(),
    };
    if levels.len() < 2 {
        return unknown("all answers were allowed the same number of tokens", levels);
    }
    let design_effect = design_effect(&levels, &clusters);
    let ceiling = ceiling(&levels, design_effect);
    let Some(law) = law(&levels, ceiling) else {
        return unknown("no budget lifts the answers above chance, so there is no power law to fit", levels);
    };
    // Whether there is a ceiling is asked again in every resample, so that the intervals know of the doubt.
    let law_of = |totals: &[f64]| {
        let levels = self::levels(tokens, totals);
        let ceiling = self::ceiling(&levels, design_effect);
        match law_at(&levels, ceiling) {
            Some(law) => {
                let cap = if ceiling.is_some() { law.cap } else { f64::NAN };
                vec![law.coefficient, law.exponent, cap]
            }
            None => vec![f64::NAN; 3],
        }
    };
    let mut estimates = bootstrap.estimates(&clusters, 3, law_of).into_iter();
    let mut next = || estimates.next().unwrap_or_else(|| Err("not estimated".to_owned()));
    let mut findings = vec![scale.with(next()), exponent.with(next())];
    let cap_estimate = next();
    let largest = &levels[levels.len() - 1];
    findings.push(match ceiling {
        Some(_) => cap.with(cap_estimate),
        None => cap.unknown(&format!(
            "no ceiling is seen: the power law holds up to {} tokens, where the bias is {:.3}",
            largest.tokens,
            largest.bias()
        )),
    });
    findings.push(check(curvature, tokens, &clusters, ceiling.unwrap_or(levels.len()), bootstrap));
    LeafFit { levels, law: Some(law), findings }
}

/// Whether a parabola in ln(x) fits better than a line.
fn check(
    finding: Finding,
    tokens: &[f64],
    clusters: &Clusters,
    rising: usize,
    bootstrap: &Bootstrap,
) -> Finding {
    if rising < 3 {
        return finding.unknown("a check needs at least three budgets below the ceiling");
    }
    let strict =
        Bootstrap { confidence: sim_core::estimate::Confidence::new(0.99).unwrap_or_default(), ..*bootstrap };
    let curvature = |totals: &[f64]| {
        let levels = levels(tokens, totals);
        let bend = levels.get(..rising).and_then(regress::<3>).map_or(f64::NAN, |c| c[2]);
        vec![bend]
    };
    let estimate = strict.estimates(clusters, 1, curvature).into_iter().next();
    finding.with(estimate.unwrap_or_else(|| Err("not estimated".to_owned())))
}

fn levels(tokens: &[f64], totals: &[f64]) -> Vec<Level> {
    let pairs = tokens.iter().zip(totals.chunks_exact(2));
    let levels = pairs.map(|(&tokens, sums)| Level { tokens, answers: sums[0], right: sums[1] });
    levels.filter(|level| level.answers > 0.0).collect()
}

/// How much more the counts vary between clusters than independent answers would.
fn design_effect(levels: &[Level], clusters: &Clusters) -> f64 {
    let (mut seen, mut expected) = (0.0, 0.0);
    for (index, level) in levels.iter().enumerate() {
        let accuracy = level.right / level.answers;
        expected += level.answers * accuracy * (1.0 - accuracy);
        for row in clusters.rows() {
            if let [answers, right] = row[2 * index..2 * index + 2] {
                seen += (right - answers * accuracy) * (right - answers * accuracy);
            }
        }
    }
    if expected > 0.0 { (seen / expected).max(1.0) } else { 1.0 }
}

/// The first level at the ceiling, if one is believed.
fn ceiling(levels: &[Level], design_effect: f64) -> Option<usize> {
    let without = log_likelihood(levels, &law_at(levels, None)?);
    let candidates = (2..levels.len()).filter_map(|first| {
        let law = law_at(levels, Some(first))?;
        // A ceiling that the power law has not reached there is none.
        let reached = law.coefficient * libm::pow(levels[first].tokens, law.exponent) >= law.cap;
        reached.then(|| (first, log_likelihood(levels, &law)))
    });
    let best = candidates.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (2.0 * (best.1 - without) > CEILING_EVIDENCE * design_effect).then_some(best.0)
}

fn law(levels: &[Level], ceiling: Option<usize>) -> Option<LeafLaw> {
    law_at(levels, ceiling).filter(LeafLaw::is_valid)
}

/// The power law below the ceiling, and the common bias of the levels at it.
fn law_at(levels: &[Level], ceiling: Option<usize>) -> Option<LeafLaw> {
    let first = ceiling.unwrap_or(levels.len());
    let (rising, level) = (levels.get(..first)?, levels.get(first..)?);
    let [intercept, exponent] = regress::<2>(rising)?;
    let (answers, right) =
        level.iter().fold((0.0, 0.0), |(all, right), level| (all + level.answers, right + level.right));
    let cap = if ceiling.is_some() { 2.0 * right / answers - 1.0 } else { 1.0 };
    Some(LeafLaw { coefficient: libm::exp(intercept), exponent, cap })
}

fn log_likelihood(levels: &[Level], law: &LeafLaw) -> f64 {
    let term = |level: &Level| {
        let bias = law.cap.min(law.coefficient * libm::pow(level.tokens, law.exponent));
        let p = (0.5 * (1.0 + bias)).clamp(1e-9, 1.0 - 1e-9);
        level.right * libm::log(p) + (level.answers - level.right) * libm::log(1.0 - p)
    };
    levels.iter().map(term).sum()
}

/// `ln mu = c_0 + c_1 ln x (+ c_2 ln(x)^2)`: weighted regression on the link scale, iterated until the weights are those of the fit
/// (iteratively reweighted least squares for binomial counts with the link `ln(2p - 1)`; P. McCullagh, J. Nelder, Generalized Linear
/// Models, section 2.5). `None` where the answers are not above chance.
fn regress<const N: usize>(levels: &[Level]) -> Option<[f64; N]> {
    let total: f64 = levels.iter().map(|level| level.answers).sum();
    let center = levels.iter().map(|level| level.answers * libm::log(level.tokens)).sum::<f64>() / total;
    let powers = |level: &Level| -> [f64; N] {
        let x = libm::log(level.tokens) - center;
        let mut power = 1.0;
        std::array::from_fn(|_| {
            let this = power;
            power *= x;
            this
        })
    };
    let mean = levels.iter().map(|level| 2.0 * level.right - level.answers).sum::<f64>() / total;
    if levels.len() < N || mean.is_nan() || mean <= 0.0 {
        return None;
    }
    let mut coefficients = [0.0; N];
    coefficients[0] = libm::log(mean);
    let mut converged = false;
    for _ in 0..200 {
        let (mut matrix, mut right) = ([[0.0; N]; N], [0.0; N]);
        for level in levels {
            let x = powers(level);
            let link: f64 = x.iter().zip(&coefficients).map(|(x, c)| x * c).sum();
            let bias = libm::exp(link.clamp(-30.0, -1e-6));
            let accuracy = 0.5 * (1.0 + bias);
            let slope = 0.5 * bias;
            let weight = level.answers * slope * slope / (accuracy * (1.0 - accuracy));
            let step = (level.right / level.answers - accuracy) / slope;
            for row in 0..N {
                for column in 0..N {
                    matrix[row][column] += weight * x[row] * x[column];
                }
                right[row] += weight * x[row] * step;
            }
        }
        let steps = solve(matrix, right)?;
        let moved = |level: &Level| -> f64 { powers(level).iter().zip(&steps).map(|(x, c)| x * c).sum() };
        let largest = levels.iter().map(|level| moved(level).abs()).fold(0.0, f64::max);
        // A step of the link by more than 1 is not linear any more.
        let share = if largest > 1.0 { 1.0 / largest } else { 1.0 };
        coefficients.iter_mut().zip(&steps).for_each(|(c, step)| *c += share * step);
        if steps.iter().all(|step| step.abs() < 1e-9) {
            converged = true;
            break;
        }
    }
    // Back from ln(x) - center to ln(x).
    let finite = coefficients.iter().all(|c| c.is_finite());
    if N == 2 {
        coefficients[0] -= coefficients[1] * center;
    }
    (converged && finite).then_some(coefficients)
}
