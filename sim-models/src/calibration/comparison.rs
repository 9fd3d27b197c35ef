//! Which of several models fits best, and whether the others are really worse.

use sim_core::special::normal_cdf;

/// A model's log-likelihood, and how it stands to the best one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Log-likelihood of all records.
    pub log_likelihood: f64,
    /// How probable a deficit of this size is if the model explains as much as the best one; 1 for the best.
    pub as_good: f64,
}

impl Standing {
    /// Whether the data do not tell the model from the best one: its deficit is not significant at 5 %.
    pub fn is_contender(&self) -> bool {
        self.as_good >= 0.05
    }
}

/// Compares models by the log-likelihood that each gives to every cluster of questions, `terms[model][cluster]`.
///
/// Q. Vuong, Likelihood ratio tests for model selection and non-nested hypotheses, Econometrica 57 (1989): the sum of the differences
/// against the best model over its standard error is normal if both are equally close to the truth. One-sided. Models whose difference
/// vanishes everywhere are equal.
pub fn compare(terms: &[Vec<f64>]) -> Vec<Standing> {
    let totals: Vec<f64> = terms.iter().map(|terms| terms.iter().sum()).collect();
    let best = (0..terms.len()).max_by(|&a, &b| totals[a].total_cmp(&totals[b]));
    let Some(best) = best else { return Vec::new() };
    (0..terms.len())
        .map(|model| {
            let count = terms[model].len() as f64;
            let mean = (totals[best] - totals[model]) / count;
            let differences = terms[best].iter().zip(&terms[model]).map(|(best, other)| best - other - mean);
            let variance = differences.map(|d| d * d).sum::<f64>() / count;
            let error = libm::sqrt(variance * count);
            let as_good = if model == best || error < 1e-9 {
                1.0
            } else {
                normal_cdf(-(totals[best] - totals[model]) / error)
            };
            Standing { log_likelihood: totals[model], as_good }
        })
        .collect()
}
