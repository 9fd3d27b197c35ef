//! What a workflow nominally takes, so that budgets and deadlines of unlike workflows can be compared.

use super::policy::critical_path;
use super::{SampleLaw, Workflow};

/// Probability that a subtask is not done with the samples that its nominal budget buys.
const RISK: f64 = 0.05;

/// The nominal budget, in nanodollars: for every subtask so many samples of the model with the lowest cost per success that one is right
/// with probability 0.95. Infinite where a subtask cannot be done.
///
/// Source: mechanisms A1, scale helpers: `sum_v ceil(ln 0.05 / ln(1 - p_v)) kappa_v`.
pub fn nominal_budget(workflow: &Workflow) -> f64 {
    let samples = |law: &SampleLaw| (RISK.ln() / (-law.success()).ln_1p()).ceil().max(1.0);
    let cost = |model: usize, law: &SampleLaw| law.mean_tokens() * workflow.nanodollars_per_token(model);
    let subtask = |node| {
        let per_success = |&(model, law): &(usize, &SampleLaw)| cost(model, law) / law.success();
        // A model that is never right has no cost per success.
        let able = workflow.choices(node).filter(|(_, law)| law.success() > 0.0);
        let cheapest = able.min_by(|a, b| per_success(a).total_cmp(&per_success(b)));
        cheapest.map_or(f64::INFINITY, |(model, law)| samples(law) * cost(model, law))
    };
    (0..workflow.len()).map(subtask).sum()
}

/// The nominal deadline, in seconds: the longest path, where a subtask takes as long as single samples of its fastest model take until one
/// is right. Infinite where a subtask cannot be done.
///
/// Source: mechanisms A1, scale helpers: the longest path with node weight `lat_v / p_v`.
pub fn nominal_deadline(workflow: &Workflow) -> f64 {
    let subtask = |node| {
        let able = workflow.choices(node).filter(|(_, law)| law.success() > 0.0);
        let times = able.map(|(_, law)| law.mean_latency() / law.success());
        times.fold(f64::INFINITY, f64::min)
    };
    let times: Vec<f64> = (0..workflow.len()).map(subtask).collect();
    critical_path(workflow.graph(), &times).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One sample in two is right and costs 1000 tokens of 2 USD per million, and takes 3 s: five samples leave 1/32, four leave 1/16.
    #[test]
    fn nominal_amounts_are_those_of_the_cheapest_and_of_the_fastest() {
        let law = |success, seconds| SampleLaw::constant(success, seconds, 1000).unwrap();
        let workflow = Workflow::builder()
            .model("small", 2.0)
            .model("large", 200.0)
            .subtask("a")
            .option("small", law(0.5, 3.0))
            .option("large", law(1.0, 5.0))
            .subtask("b")
            .needs(["a"])
            .option("small", law(0.5, 3.0))
            .subtask("c")
            .needs(["a"])
            .option("small", law(0.75, 3.0))
            .build()
            .unwrap();
        // 5 + 5 + 3 samples of 0.002 USD; 5 s and 6 s on the longest path.
        assert!((nominal_budget(&workflow) - 13.0 * 2e6).abs() < 1e-6, "{}", nominal_budget(&workflow));
        assert!((nominal_deadline(&workflow) - 11.0).abs() < 1e-12);
    }
}
