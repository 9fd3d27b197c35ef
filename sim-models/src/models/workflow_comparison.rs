//! Two policies on the same workflows and the same draws.

use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;

use super::workflow::problems;
use crate::registry::{About, Form, Metric, Model, ParameterError, Parameters, Prediction, Unit};
use crate::workflow::policy::Named;
use crate::workflow::{Comparison, ComparisonTally, PairTally, Turns, WorkflowTally};

/// The model `workflow-comparison`: how a policy differs from another one under common random numbers.
#[derive(Clone, Copy, Debug)]
pub struct WorkflowComparison;

/// Parameters of [`WorkflowComparison`].
#[derive(Clone, Debug)]
pub struct ComparisonParameters {
    problems: Turns,
    policy: Named,
    against: Named,
}

impl Parameters for ComparisonParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let problems = problems::read(form)?;
        let policy = problems::policy(form, &problems, "policy", "planner", &problems::POLICY)?;
        let against = problems::policy(
            form,
            &problems,
            "against",
            "cop-greedy",
            "the other policy, which meets the same draws; named as `policy`",
        )?;
        Ok(Self { problems, policy, against })
    }
}

/// The two policies, simulated together.
#[derive(Clone, Debug)]
pub struct Pair {
    comparison: Comparison,
    /// Dollars or tokens of a unit of the budget.
    unit: f64,
    note: Option<String>,
}

impl Simulation for Pair {
    type Tally = ComparisonTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut ComparisonTally) {
        self.comparison.run(block, streams, tally);
    }

    fn estimates(&self, tally: &ComparisonTally, confidence: Confidence) -> Vec<Estimate> {
        let (nothing, no_pair) = (WorkflowTally::default(), PairTally::default());
        let one = tally.policies().first().unwrap_or(&nothing);
        let other = tally.policies().get(1).unwrap_or(&nothing);
        let pair = tally.pairs().next().map_or(&no_pair, |(.., pair)| pair);
        let (only_one, only_other) = pair.completion.discordant();
        let mut discordant = sim_core::estimate::Proportion::default();
        discordant.record_many(only_one + only_other, pair.completion.trials() - only_one - only_other);
        vec![
            pair.completion.estimate(confidence),
            pair.by_problem.difference(confidence),
            one.completion().estimate(confidence),
            other.completion().estimate(confidence),
            discordant.estimate(confidence),
            pair.cost.estimate(confidence).affine(0.0, self.unit),
            one.cost().estimate(confidence).affine(0.0, self.unit),
            other.cost().estimate(confidence).affine(0.0, self.unit),
            pair.makespan.estimate(confidence),
            one.makespan().estimate(confidence),
            other.makespan().estimate(confidence),
            one.simulations().estimate(confidence),
            other.simulations().estimate(confidence),
        ]
    }
}

impl Model for WorkflowComparison {
    type Parameters = ComparisonParameters;
    type Plan = Pair;

    fn about(&self) -> About {
        About {
            name: "workflow-comparison",
            summary: "Two policies on the same workflows and the same draws, and how they differ",
            references: &[
                "mechanisms A6: baselines; A8: paired differences under common random numbers",
                "T. Tango, Statistics in Medicine 17 (1998), 891-908: the interval of a paired difference",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let (one, any) = ((0.0, 1.0), (0.0, f64::INFINITY));
        let signed = (f64::NEG_INFINITY, f64::INFINITY);
        let metric = |name, unit, range, help| Metric { name, help, unit, range };
        vec![
            metric(
                "difference",
                Unit::One,
                (-1.0, 1.0),
                "completion probability of `policy` minus that of `against`, paired; the interval is for these workflows, not for their family",
            ),
            metric(
                "family_difference",
                Unit::One,
                (-1.0, 1.0),
                "the difference again, with an interval for workflows like these: the ones that take turns are a sample of their family",
            ),
            metric("completion_probability", Unit::One, one, "that of `policy`"),
            metric("completion_probability_against", Unit::One, one, "that of `against`"),
            metric("discordance", Unit::One, one, "probability that one completes and the other does not"),
            metric(
                "cost_difference",
                Unit::One,
                signed,
                "what `policy` spends more, in USD or tokens, paired",
            ),
            metric("cost", Unit::One, any, "what `policy` spends, in USD, or in tokens under a token_budget"),
            metric("cost_against", Unit::One, any, "what `against` spends"),
            metric("makespan_difference", Unit::Seconds, signed, "how much longer `policy` runs, paired"),
            metric("makespan", Unit::Seconds, any, "mean time until a run of `policy` ends"),
            metric("makespan_against", Unit::Seconds, any, "mean time until a run of `against` ends"),
            metric(
                "simulations_per_decision",
                Unit::One,
                any,
                "simulations that `policy` makes for a decision",
            ),
            metric(
                "simulations_per_decision_against",
                Unit::One,
                any,
                "simulations that `against` makes for a decision",
            ),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<ComparisonParameters>> {
        Vec::new()
    }

    fn prepare(&self, parameters: &ComparisonParameters) -> Result<Pair, ParameterError> {
        let policies = vec![parameters.policy.clone(), parameters.against.clone()];
        let comparison = Comparison::new(parameters.problems.clone(), policies)
            .map_err(|error| ParameterError::impossible(&["policy", "against"], error.to_string()))?;
        let problem = parameters.problems.of(0);
        Ok(Pair { comparison, unit: problem.budget().unit(), note: problem.note() })
    }

    fn notes(&self, plan: &Pair) -> Vec<String> {
        plan.note.iter().cloned().collect()
    }
}
