//! Search of a tree whose branches are chosen by their value, the more greedily the less budget is left (mechanisms B29).
//!
//! A branch is expanded with probability `V_i^(1/r) / sum V_j^(1/r)`, `r` the share of the budget that is left: in proportion to the
//! values at first, greedily in the end. An expansion of a branch finds the goal with probability `rate V_i`; the values that the choice sees
//! may be noisy or biased, as a model's own scores are. Since choices depend on the budget alone, expansions are independent, and the
//! probability of a miss is the product of theirs (derived).

use sim_core::random::Stream;

use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};
use crate::theory::numeric::power;

/// Values below this count as this.
const LEAST_VALUE: f64 = 1e-6;

/// Probability of each branch, where a share `left` in (0, 1] of the budget is left.
///
/// ```
/// let law = sim_models::mechanism::value_tree::choice_law(&[0.8, 0.5, 0.2], 0.5);
/// assert!((law[0] - 0.6882).abs() < 5e-5);
/// ```
pub fn choice_law(values: &[f64], left: f64) -> Vec<f64> {
    let logarithms: Vec<f64> = values.iter().map(|v| libm::log(v.max(LEAST_VALUE)) / left).collect();
    let highest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logarithms.iter().map(|l| libm::exp(l - highest)).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// The model `value-tree`.
#[derive(Clone, Copy, Debug)]
pub struct ValueTree;

/// Parameters of [`ValueTree`].
#[derive(Clone, Debug)]
pub struct TreeParameters {
    uniform: bool,
    budget: u32,
    values: Vec<f64>,
    rate: f64,
    bias: f64,
    noise: f64,
}

impl Parameters for TreeParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let choices = [
            ("value", false, "by their values, the more greedily the less budget is left"),
            ("uniform", true, "all alike, as independent samples are"),
        ];
        let uniform = form.read(choice("choice", &choices).help("how branches are chosen"))?;
        let budget = form.read(integer("budget", 20).between(1, 10_000).help("expansions"))?;
        let branches = form.read(integer("branches", 3).between(1, 1000).help("branches of the tree"))?;
        let value = |key, default| real(key, default).between(0.0, 1.0);
        let best = form.read(value("best_value", 0.8).help("true value of the best branch"))?;
        let worst = form.read(
            value("worst_value", 0.2)
                .help("true value of the worst one; the others are evenly spaced between"),
        )?;
        if worst > best {
            return Err(ParameterError::impossible(
                &["worst_value", "best_value"],
                format!("the worst value is {worst}, above the best one, {best}"),
            ));
        }
        let rate = form.read(
            real("rate", 0.1)
                .between(0.0, 1.0)
                .help("probability that an expansion of a branch of value 1 finds the goal"),
        )?;
        let bias = form.read(
            real("score_bias", 0.0)
                .between(-1.0, 1.0)
                .help("what is added to a value where it is judged; scores are cut to [0, 1]"),
        )?;
        let noise = form.read(
            real("score_noise", 0.0)
                .between(0.0, 1.0)
                .help("standard deviation of the error of a branch's score"),
        )?;
        let spacing = (best - worst) / f64::from(branches.max(2) - 1);
        let values = (0..branches).map(|i| best - f64::from(i) * spacing).collect();
        Ok(Self { uniform, budget, values, rate, bias, noise })
    }
}

impl TreeParameters {
    fn law(&self, scores: &[f64], used: u32) -> Vec<f64> {
        if self.uniform {
            return vec![1.0 / scores.len() as f64; scores.len()];
        }
        choice_law(scores, 1.0 - f64::from(used) / f64::from(self.budget))
    }

    /// The values as they are judged, with these errors.
    fn scores(&self, mut error: impl FnMut() -> f64) -> Vec<f64> {
        self.values.iter().map(|value| (value + self.bias + error()).clamp(0.0, 1.0)).collect()
    }

    /// Probability that the goal is found, and mean number of expansions until it is, where scores have no noise.
    fn found(&self) -> Option<(f64, f64)> {
        if self.noise > 0.0 {
            return None;
        }
        let scores = self.scores(|| 0.0);
        let (mut missed, mut expansions) = (1.0, 0.0);
        for used in 0..self.budget {
            let law = self.law(&scores, used);
            expansions += missed;
            missed *= 1.0 - law.iter().zip(&self.values).map(|(p, value)| p * self.rate * value).sum::<f64>();
        }
        Some((1.0 - missed, expansions))
    }
}

/// What one search came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    found: bool,
    expansions: u32,
    /// Exponential of the entropy of the expansions' shares by branch.
    effective_branches: f64,
}

impl Trial for TreeParameters {
    type Outcome = Search;

    fn run(&self, draws: &mut Stream) -> Search {
        let scores = self.scores(|| if self.noise > 0.0 { self.noise * draws.normal() } else { 0.0 });
        let mut counts = vec![0u32; scores.len()];
        for used in 0..self.budget {
            let mut left = draws.uniform();
            let law = self.law(&scores, used);
            let chosen = law.iter().position(|p| {
                left -= p;
                left < 0.0
            });
            let branch = chosen.unwrap_or(scores.len() - 1);
            counts[branch] += 1;
            if draws.uniform() < self.rate * self.values[branch] {
                return Search { found: true, expansions: used + 1, effective_branches: effective(&counts) };
            }
        }
        Search { found: false, expansions: self.budget, effective_branches: effective(&counts) }
    }
}

fn effective(counts: &[u32]) -> f64 {
    let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) / total);
    libm::exp(-shares.map(|share| share * libm::log(share)).sum::<f64>())
}

/// Branches times expansions of a trial.
const MOST_WORK: u64 = 1_000_000;

impl Mechanism for ValueTree {
    type Parameters = TreeParameters;
    type Trial = TreeParameters;

    fn about(&self) -> About {
        About {
            name: "value-tree",
            summary: "Branches of a tree are expanded by their value, the more greedily the less budget is left",
            references: &[
                "BAVT, arXiv 2603.12634",
                "mechanisms B29: the law of the choice, and scores that are biased",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<TreeParameters, Search>> {
        let product = "product over expansions, scores without noise";
        vec![
            Measure::share("found", "probability that the goal is found within the budget", |o: &Search| {
                Some(o.found)
            })
            .predicted(product, |p: &TreeParameters| Some(p.found()?.0)),
            Measure::mean("expansions", "expansions until the goal or the end", Unit::One, |o: &Search| {
                Some(f64::from(o.expansions))
            })
            .predicted(product, |p: &TreeParameters| Some(p.found()?.1)),
            Measure::mean(
                "effective_branches",
                "exponential of the entropy of the expansions' shares by branch",
                Unit::One,
                |o: &Search| Some(o.effective_branches),
            ),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<TreeParameters>> {
        vec![
            Prediction::new("found_uniform", "the same where branches are chosen alike", |p| {
                let mean = p.values.iter().sum::<f64>() / p.values.len() as f64;
                Some(1.0 - power(1.0 - p.rate * mean, p.budget))
            }),
            Prediction::new(
                "found_at_least",
                "1 - (1 - q pi)^n, pi the smallest probability of the best branch",
                |p| {
                    let first = p.law(&p.scores(|| 0.0), 0);
                    let best = p.rate * p.values.first()?;
                    (p.noise == 0.0).then(|| 1.0 - power(1.0 - best * first[0], p.budget))
                },
            ),
        ]
    }

    fn trial(&self, parameters: &TreeParameters) -> Result<TreeParameters, ParameterError> {
        let work = parameters.values.len() as u64 * u64::from(parameters.budget);
        if work <= MOST_WORK {
            return Ok(parameters.clone());
        }
        Err(ParameterError::impossible(
            &["branches", "budget"],
            format!("branches times expansions are {work}; at most {MOST_WORK} are simulated"),
        ))
    }
}
