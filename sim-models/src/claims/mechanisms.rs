//! The mechanisms of the literature: what each model simulates is what its closed form or programme says (spec mechanisms.md, part B).

use std::collections::BTreeMap;

use super::claim::Claim;
use super::measured::{Measured, NotMeasured};
use super::sampler::Sampler;
use crate::registry::{AnyModel, Registry, Value, Values};

/// Share of the margin that half of an interval takes.
const PRECISION: f64 = 0.35;

/// A number of a model at two settings, written as `key=value` with spaces between.
#[derive(Clone, Copy)]
struct Number {
    model: &'static str,
    /// That of a metric, and of a prediction.
    name: &'static str,
    settings: [&'static str; 2],
}

fn number(model: &'static str, name: &'static str, settings: [&'static str; 2]) -> Number {
    Number { model, name, settings }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![
        probability(
            "margin-vote-decides",
            "A race of votes to a margin k is won by the right answer with probability 1/(1 + ((1-p)/p)^k).",
            "mechanisms B42",
            number(
                "margin-vote",
                "step_accuracy",
                ["steps=1 margin=3 accuracy=0.7", "steps=10 margin=2 accuracy=0.6"],
            ),
        ),
        probability(
            "retry-ends-with-what-the-checker-accepts",
            "Retries until a checker accepts are right with p t/(p t + (1-p) f), but for what ends before.",
            "mechanisms B0.7, B15",
            number("retry", "success", ["attempts=10", "attempts=5 correlation=0.3"]),
        ),
        amount(
            "cost-of-pass-of-retries",
            "A right answer costs what an attempt costs over the probability that one succeeds.",
            "mechanisms B15",
            number("retry", "cost_of_pass", ["attempts=100", "attempts=4 false_positive=0.2"]),
        ),
        probability(
            "sybils-in-a-vote",
            "A block of votes that agree on a wrong answer needs that many right votes against it.",
            "mechanisms B17",
            number("vote", "success", ["voters=9 sybils=3", "voters=7 sybils=2 correlation=0.2"]),
        ),
        probability(
            "cascade-keeps-unanimous-answers",
            "A teacher is asked where the students differ: right answers are unanimous right ones and the teacher's.",
            "mechanisms B46",
            number("cascade", "success", ["votes=3", "votes=5 correlation=0.3 wrong_answers=3"]),
        ),
        probability(
            "routing-within-a-budget",
            "A hard budget is spent best by a dynamic programme over steps and budget left.",
            "mechanisms B23",
            number("routing", "success", ["policy=seeing", "policy=blind budget=60"]),
        ),
        amount(
            "restart-where-it-failed",
            "A failed chain goes on where it failed if that is found, and from its start else.",
            "mechanisms B28",
            number("restart", "tried", ["localization=0.7", "localization=0.3 checkpoint_every=5"]),
        ),
        probability(
            "value-tree-within-a-budget",
            "Branches are expanded by their value, the more greedily the less budget is left.",
            "mechanisms B29",
            number("value-tree", "found", ["budget=20", "budget=5 choice=uniform"]),
        ),
        probability(
            "quorum-of-deliberation",
            "Deliberation that may not end keeps a quorum waiting with the tail of a binomial, or a beta-binomial law.",
            "mechanisms B2",
            number("deliberation", "converged", ["correlation=0", "correlation=0.2 faults=3"]),
        ),
        probability(
            "compromise-dilutes-the-expert",
            "A team that compromises is right with the mean of its members' accuracies, weighted toward equality as it grows.",
            "mechanisms B38",
            number("expert-dilution", "accuracy", ["members=5", "members=20 identification=0.5"]),
        ),
        amount(
            "loaders-that-look-ahead",
            "A log read by outcome shows shorter answers than the policy gives.",
            "mechanisms B40",
            number("log-reweighting", "length_of_right", ["coupling=0.3", "coupling=1 accuracy=0.3"]),
        ),
        probability(
            "list-prices-reverse",
            "The order of costs is not that of list prices with probability Phi(-g/s).",
            "mechanisms B55",
            number("price-reversal", "reversed", ["list_price_ratio=2", "list_price_ratio=4"]),
        ),
        amount(
            "work-under-churn",
            "Work on a worker that fails takes exponentially longer with its length, and checkpoints cut it into pieces.",
            "mechanisms B52",
            number("churn", "time", ["work=20", "work=60 checkpoint_every=5"]),
        ),
        amount(
            "errors-breed-in-teams",
            "An error that reaches R others, of which a share v is caught, becomes 1/(1 - R (1 - v)) of them.",
            "mechanisms B35",
            number(
                "architecture",
                "error_events",
                ["architecture=centralized", "architecture=decentralized"],
            ),
        ),
        probability(
            "pipelines-lose-by-stage",
            "A pipeline of n stages completes with the power of n of a stage's success.",
            "mechanisms B6",
            number("pipeline", "completed", ["stages=5", "stages=3 strong_success=0.9"]),
        ),
        probability(
            "knowing-the-budget-of-tools",
            "An agent that knows its budget of calls goes on to the end; one that does not stops early.",
            "mechanisms B4",
            number("tool-budget", "success", ["agent=aware", "agent=unaware"]),
        ),
        probability(
            "plans-beyond-the-executor",
            "What a plan gains by its complexity it loses where the executor does not know its operations.",
            "mechanisms B34",
            number("plan-mismatch", "success", ["complexity=0.3", "complexity=0.8"]),
        ),
        probability(
            "requests-for-turns-must-discriminate",
            "More turns on request save more than a cap alone as far as runs that cannot be solved ask less often.",
            "mechanisms B5",
            number("turn-limit", "further_saving", ["unsolvable_asks=0.5", "unsolvable_asks=1"]),
        ),
        probability(
            "faults-on-a-chain",
            "Drift, inconsistency, full contexts, tools and a cheap model take from a chain what a product of matrices says.",
            "mechanisms B1",
            number("faults", "success", ["steps=10", "steps=30 tool_failure=0.3 cap=0.07 step_tokens=500"]),
        ),
        probability(
            "lost-to-one-mode",
            "Of runs by the same luck with and without a mode of failure, as many are lost to it as the successes differ.",
            "mechanisms B1",
            number("faults", "lost_to_drift", ["steps=10", "steps=20 drift_hazard=0.05"]),
        ),
        probability(
            "helpers-add-up",
            "Helpers against modes of failure save the shares of first failures that the modes have.",
            "mechanisms B43",
            number("mitigation", "gain", ["pilot_runs=0", "pilot_runs=0 allowance=0.003 removed=0.5"]),
        ),
        probability(
            "auctions-of-plans",
            "The best of several agents by noisy value less cost succeeds as an integral over the winning score says.",
            "mechanisms B26",
            number("plan-auction", "success", ["value_noise=0.1", "value_noise=0.3 agents=3"]),
        ),
        amount(
            "auctions-save",
            "Such an auction costs the mean over its winners, and the plans of all.",
            "mechanisms B26",
            number("plan-auction", "relative_cost", ["value_noise=0.1", "cost_weight=0"]),
        ),
        amount(
            "waiting-of-a-closed-fleet",
            "Agents that think and share a server wait as the machine repairman's queue says.",
            "mechanisms B37",
            number(
                "queue",
                "time_in_system",
                [
                    "population=10 think_time=10 customers=2000 warm_up=500",
                    "population=40 think_time=10 servers=3 customers=4000 warm_up=1000",
                ],
            ),
        ),
    ]
}

/// A probability, to a hundredth.
fn probability(id: &'static str, sentence: &'static str, source: &'static str, number: Number) -> Claim {
    let claim = Claim::equality(id, sentence, source, 0.01);
    over(claim, number, |sampler, _| PRECISION * sampler.margin())
}

/// An amount, to three hundredths of itself.
fn amount(id: &'static str, sentence: &'static str, source: &'static str, number: Number) -> Claim {
    let claim = Claim::relative_equality(id, sentence, source, 0.03);
    over(claim, number, |sampler, value| PRECISION * sampler.margin() * value.abs())
}

fn over(
    claim: Claim,
    number: Number,
    half_width: impl Fn(&Sampler<'_>, f64) -> f64 + Copy + Send + Sync + 'static,
) -> Claim {
    claim
        .over("", number.settings)
        .predicting(move || number.settings.map(|settings| number.predicted(settings)).to_vec())
        .measuring(move |sampler| {
            let measure = |settings: &str| -> Result<Measured, NotMeasured> {
                number.with(settings, |model, values| {
                    let metric = model.metrics().iter().position(|metric| metric.name == number.name);
                    let metric = metric.ok_or(NotMeasured::Unknown(number.name))?;
                    sampler.model(&*model.prepare(values)?, metric, half_width)
                })
            };
            number.settings.into_iter().map(measure).collect()
        })
}

impl Number {
    /// Something of the model and its values.
    fn with<T>(
        &self,
        settings: &str,
        of: impl FnOnce(&dyn AnyModel, &Values) -> Result<T, NotMeasured>,
    ) -> Result<T, NotMeasured> {
        let registry = Registry::builtin();
        let model = registry.find(self.model).ok_or(NotMeasured::Unknown(self.model))?;
        let given: BTreeMap<String, Value> = settings
            .split_whitespace()
            .filter_map(|setting| setting.split_once('='))
            .map(|(key, value)| (key.to_owned(), Value::parse(value)))
            .collect();
        of(model, &Values::resolve(&model.parameters(), &given)?)
    }

    /// What the model predicts; not a number where it cannot, which no measurement equals.
    fn predicted(&self, settings: &str) -> f64 {
        let number = self.with(settings, |model, values| Ok(model.predict(values)?.get(self.name)));
        number.ok().flatten().unwrap_or(f64::NAN)
    }
}
