//! From the log of a fleet to the parameters of its model: estimates with intervals that resample whole questions, and reasons where a log
//! does not determine a parameter.
//!
//! ```
//! use sim_models::calibration::{Bootstrap, Calibration, Gathering, Limits, Observation};
//!
//! // Three agents answer the same twenty questions; every fifth question is too hard for all of them.
//! let mut log = Gathering::new(Limits::default());
//! for question in 0..20 {
//!     for agent in ["ann", "bob", "cid"] {
//!         let name = format!("q{question}");
//!         let correct = Some(question % 5 != 0);
//!         log.observe(&Observation { question: &name, agent: Some(agent), correct, ..Observation::default() })?;
//!     }
//! }
//! let calibration = Calibration::of(log, &Bootstrap::default());
//! let correlation = calibration.value("correlation").unwrap_or(f64::NAN);
//! assert!((correlation - 1.0).abs() < 1e-9, "they err together");
//! assert!(calibration.value("fidelity").is_none(), "the log has no relayed messages");
//! # Ok::<(), sim_models::calibration::TooLarge>(())
//! ```
//!
//! A log is read once, in any order, into counts and sums ([`Gathering`]); what is estimated is a function of sums over questions, so that
//! intervals cost no second reading ([`Bootstrap`]). Nothing here conditions on outcomes: no record is dropped or weighted for its label
//! (mechanisms B40).

mod bootstrap;
mod checker;
mod clusters;
mod comparison;
mod correlation;
mod dependence;
mod economy;
mod finding;
mod gathering;
mod irregularities;
mod leaf;
mod lengths;
mod names;
mod observation;
mod optimum;
mod relay;
mod replay;
mod steps;
pub mod synthetic;
mod timing;
mod votes;

pub use bootstrap::{Bootstrap, FEWEST_QUESTIONS};
pub use clusters::{Clusters, MOST_CLUSTERS};
pub use comparison::{Standing, compare};
pub use correlation::Correlations;
pub use dependence::{DependenceFit, DependenceFits, LARGEST_GROUP};
pub use finding::{Finding, Unit};
pub use gathering::{Gathering, Limits, Presence, TooLarge};
pub use irregularities::Irregularities;
pub use leaf::{LeafFit, Level, MOST_LEVELS};
pub use lengths::LengthLaw;
pub use observation::Observation;
pub use relay::{CurveFit, LengthLevel, RelayFit};
pub use replay::{LARGEST_VOTE, ReplayedVote};
pub use steps::Step;
pub use timing::{LatencyLaw, TimingFit};
pub use votes::{Member, Question, Vote, Votes};

use sim_core::estimate::{Estimate, Proportion};

/// What a log says.
#[derive(Clone, Debug, Default)]
pub struct Calibration {
    /// Every quantity, with its estimate or the reason why there is none.
    pub findings: Vec<Finding>,
    /// Accuracy of every agent.
    pub agents: Vec<Finding>,
    /// Accuracy of every model, over all of its agents; an agent of no model is one.
    pub models: Vec<Finding>,
    /// What answers make of their tokens, by model.
    pub leaves: Vec<(String, LeafFit)>,
    /// Which law of dependence fits; `None` where there are too few groups.
    pub dependence: Option<DependenceFits>,
    /// The same of all answers of one model to one question, whether they met or not; `None` also where answers had budgets, as their
    /// accuracies differ then.
    pub model_dependence: Option<DependenceFits>,
    /// What channels keep.
    pub relay: RelayFit,
    /// Laws of latencies, by model.
    pub timing: Vec<TimingFit>,
    /// Every subtask with every model.
    pub steps: Vec<Step>,
    /// Accuracy of votes of the log's own answers.
    pub replay: Vec<ReplayedVote>,
    /// Mean number of answers that meet.
    pub siblings: f64,
    /// Questions.
    pub questions: usize,
    /// Number of agents; one agent with several budgets is one.
    pub real_agents: usize,
    /// Questions with answers but without a difficulty class, where others have one.
    pub unclassed: usize,
    /// What the records have.
    pub presence: Presence,
    /// What is wrong with them.
    pub irregularities: Irregularities,
}

/// Name of the correlation of answers of one model to one question.
pub const SAME_MODEL: &str = "correlation_same_model";

/// Name of the correlation of answers of two models to one question.
pub const CROSS_MODEL: &str = "correlation_cross_model";

/// Name of the second over the first of these correlations.
pub const ACROSS_MODELS: &str = "correlation_across_models";

/// Most agents whose accuracies are told one by one.
const MOST_AGENTS: usize = 200;

impl Calibration {
    /// Estimates everything that the log determines.
    pub fn of(mut log: Gathering, bootstrap: &Bootstrap) -> Self {
        let (presence, irregularities) = (log.presence(), log.irregularities());
        let real_agents = log.agents();
        let mut votes = log.take_votes();
        let questions = votes.questions.len();
        let mut all = Self { presence, irregularities, questions, real_agents, ..Self::default() };
        all.estimate_votes(&votes, bootstrap);
        if all.finding(SAME_MODEL).is_some_and(|finding| finding.result.is_ok()) && presence.budgets == 0 {
            votes.meet_by_model();
            all.model_dependence = dependence::fit(&votes, bootstrap.seed);
        }
        all.models =
            log.answers.iter().map(|(model, answers)| share_right(model, answers, bootstrap)).collect();
        all.estimate_leaves(&log, bootstrap);
        let lengths_known = presence.relays > 0 && presence.relay_lengths == presence.relays;
        let tables: Vec<&Clusters> = log.relays.values().collect();
        if tables.is_empty() {
            let fidelity = Finding::new("fidelity", "factor by which a channel shrinks a bias", Unit::One);
            all.findings.push(fidelity.unknown("no record has what was sent and what was received"));
        } else {
            all.relay = relay::fit(&tables, lengths_known, bootstrap);
            all.findings.extend(all.relay.findings.iter().cloned());
        }
        for (model, lengths) in std::mem::take(&mut log.lengths) {
            let (clusters, limit) = lengths.finish();
            all.findings.extend(lengths::fit(&model, &clusters, limit, bootstrap));
        }
        for (model, clusters) in &log.timing {
            let (fit, findings) = timing::fit(model, clusters, bootstrap);
            all.timing.push(fit);
            all.findings.extend(findings);
        }
        for (model, clusters) in &log.economy {
            all.findings.extend(economy::fit(model, clusters, bootstrap));
        }
        if let Some(clusters) = &log.checker {
            all.findings.extend(checker::fit(clusters, bootstrap));
        }
        all.steps = log
            .steps
            .iter()
            .map(|((subtask, model), clusters)| steps::fit(subtask, model, clusters, bootstrap))
            .collect();
        all
    }

    /// The value of the finding of this name for the whole log, or for the only model that has it.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.finding(name)?.value()
    }

    /// The finding of this name for the whole log, or of the first model that has it.
    pub fn finding(&self, name: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.name == name)
    }

    /// The finding of this name of one agent, model or subtask.
    pub fn finding_of(&self, name: &str, of: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.name == name && finding.of.as_deref() == Some(of))
    }

    /// Dollars per million tokens that a model writes: the mean of the whole cost of an answer over the mean of its tokens.
    pub fn price_per_million_tokens(&self, model: &str) -> Option<f64> {
        let mean = |name: &str| self.finding_of(name, model)?.value();
        let price = 1e6 * mean("cost_mean")? / mean("output_tokens_mean")?;
        (price.is_finite() && price >= 0.0).then_some(price)
    }

    fn estimate_votes(&mut self, votes: &Votes, bootstrap: &Bootstrap) {
        let accuracy = accuracy();
        let correlation =
            Finding::new("correlation", "pairwise correlation of siblings on a fresh question", Unit::One);
        if votes.is_empty() {
            self.findings.extend([accuracy, correlation].map(|f| f.unknown("no record has a label")));
            return;
        }
        self.siblings = votes.mean_group();
        self.unclassed = if votes.strata.is_empty() { 0 } else { votes.unclassed() };
        self.findings.extend(self.correlations(votes, [accuracy, correlation], bootstrap));
        if votes.agents.len() <= MOST_AGENTS {
            self.agents = of_agents(votes, bootstrap);
        }
        self.dependence = dependence::fit(votes, bootstrap.seed);
        self.replay = replay::replay(votes, bootstrap);
    }

    fn correlations(&self, votes: &Votes, first: [Finding; 2], bootstrap: &Bootstrap) -> Vec<Finding> {
        let siblings = self.siblings;
        let clusters = correlation::sums(votes, false);
        let totals = clusters.totals();
        let statistic = |totals: &[f64]| {
            let correlations = Correlations::of(totals);
            let effective = siblings / (1.0 + (siblings - 1.0) * correlations.pooled);
            correlations.values().into_iter().chain([effective]).collect()
        };
        let [accuracy, pooled] = first;
        let findings = [
            accuracy,
            pooled,
            Finding::new("correlation_same_family", "the same between siblings of one family", Unit::One),
            Finding::new(
                "correlation_cross_family",
                "the same between siblings of different families",
                Unit::One,
            ),
            Finding::new(
                "correlation_within_questions",
                "pairwise correlation of siblings beyond what the question's difficulty explains",
                Unit::One,
            ),
            Finding::new(
                "correlation_by_difficulty",
                "correlation of answers to one question that did not meet: what its difficulty explains",
                Unit::One,
            ),
            Finding::new(
                SAME_MODEL,
                "pairwise correlation of answers of one model to one question, whether they met or not",
                Unit::One,
            ),
            Finding::new(
                CROSS_MODEL,
                "pairwise correlation of answers of two models to one question, whether they met or not",
                Unit::One,
            ),
            Finding::new(
                ACROSS_MODELS,
                "share of the correlation within a model that two models have, too",
                Unit::One,
            ),
            Finding::new(
                "effective_votes",
                "independent votes that the siblings of a group are worth",
                Unit::Votes,
            ),
        ];
        let estimates = bootstrap.estimates(&clusters, findings.len(), statistic);
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .zip(estimates)
            .map(|(finding, estimate)| match why_unknown(finding.name, &totals, votes) {
                Some(reason) => finding.unknown(&reason),
                None => finding.with(estimate),
            })
            .collect();
        widen(&mut findings[0], &totals, self.questions as u64);
        if votes.strata.len() > 1 {
            let finding = Finding::new(
                "correlation_within_strata",
                "pairwise correlation of siblings among questions of one difficulty class",
                Unit::One,
            );
            let clusters = correlation::sums(votes, true);
            let statistic = |totals: &[f64]| vec![Correlations::of(totals).pooled];
            let estimate = bootstrap.estimates(&clusters, 1, statistic).into_iter().next();
            findings.push(finding.with(estimate.unwrap_or_else(|| Err("not estimated".to_owned()))));
        }
        findings
    }

    fn estimate_leaves(&mut self, log: &Gathering, bootstrap: &Bootstrap) {
        let exponent = Finding::new("leaf_exponent", "returns on compute, beta in k x^beta", Unit::One);
        if log.crowded_leaves {
            let reason = format!(
                "the log has more than {MOST_LEVELS} budgets of one model; give the tokens that were allowed"
            );
            self.findings.push(exponent.unknown(&reason));
            return;
        }
        if log.leaves.is_empty() {
            self.findings.push(exponent.unknown(
                "no record has a budget: tokens that were used follow from the answer, and accuracy against them is biased",
            ));
        }
        for (model, levels) in &log.leaves {
            let tokens: Vec<f64> = levels.keys().map(|&bits| f64::from_bits(bits)).collect();
            let fit = leaf::fit(&tokens, &levels.values().collect::<Vec<_>>(), bootstrap);
            self.findings.extend(fit.findings.iter().cloned().map(|finding| finding.of(model)));
            self.leaves.push((model.clone(), fit));
        }
    }
}

/// Why a correlation cannot be known from these votes.
fn why_unknown(name: &str, totals: &[f64], votes: &Votes) -> Option<String> {
    let accuracy = totals[1] / totals[0];
    let weight = |pairs: usize| totals[3 + 2 * pairs];
    let alike = accuracy == 0.0 || accuracy == 1.0;
    let reason = match name {
        "accuracy" => return None,
        _ if alike => "all answers are right, or all are wrong: errors that do not vary are not correlated",
        "correlation" | "effective_votes" if weight(0) <= 0.0 => "no question was answered by two siblings",
        "correlation_same_family" if weight(1) <= 0.0 => {
            "no question was answered by two siblings of one family"
        }
        "correlation_cross_family" if votes.families.len() < 2 => "all agents belong to one family",
        "correlation_cross_family" if weight(2) <= 0.0 => "no siblings are of different families",
        "correlation_within_questions" | "correlation_by_difficulty" if weight(4) + weight(5) <= 0.0 => {
            "every question was answered by one group of siblings: shared errors and difficulty look alike there"
        }
        SAME_MODEL | ACROSS_MODELS if weight(6) <= 0.0 => "no model answered a question twice",
        CROSS_MODEL | ACROSS_MODELS if votes.models < 2 => "there is one model only",
        CROSS_MODEL | ACROSS_MODELS if weight(7) <= 0.0 => "no question was answered by two models",
        "correlation_within_questions" if weight(3) <= 0.0 => {
            "no group of a question that has several has two siblings"
        }
        _ => return None,
    };
    Some(reason.to_owned())
}

/// A share of 0 or 1 has an interval too: Wilson's, as if each question were one answer.
fn widen(accuracy: &mut Finding, totals: &[f64], questions: u64) {
    let share = totals[1] / totals[0];
    if let Ok(estimate) = &mut accuracy.result
        && (share == 0.0 || share == 1.0)
    {
        let mut tally = Proportion::default();
        if share == 1.0 {
            tally.record_many(questions, 0)
        } else {
            tally.record_many(0, questions)
        }
        *estimate = Estimate::new(share, tally.wilson(estimate.confidence), estimate.confidence, questions);
    }
}

fn accuracy() -> Finding {
    Finding::new("accuracy", "probability that an answer is right", Unit::One)
}

fn of_agents(votes: &Votes, bootstrap: &Bootstrap) -> Vec<Finding> {
    let mut tables = vec![Clusters::new(2); votes.agents.len()];
    for (index, question) in votes.answered() {
        for vote in &question.votes {
            tables[vote.agent as usize].add(index, &[1.0, f64::from(u8::from(vote.right))]);
        }
    }
    let agents = votes.agents.iter().zip(&tables);
    agents.map(|(agent, answers)| share_right(&agent.name, answers, bootstrap)).collect()
}

/// The accuracy of one of several, by question its answers and the right ones.
fn share_right(name: &str, answers: &Clusters, bootstrap: &Bootstrap) -> Finding {
    let share = |totals: &[f64]| vec![totals[1] / totals[0]];
    let estimate = bootstrap.estimates(answers, 1, share).into_iter().next();
    let mut finding = accuracy().of(name).with(estimate.unwrap_or_else(|| Err("not estimated".to_owned())));
    widen(&mut finding, &answers.totals(), answers.questions());
    finding
}
