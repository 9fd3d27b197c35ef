//! Workflows of subtasks under budget and deadline.

mod estimates;
pub(super) mod problems;
mod rules;
pub(super) mod source;

use sim_core::events::{Record, Time, Trace};
use sim_core::random::Streams;

use crate::money;
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Replay, Unit, choice,
};
use crate::workflow::policy::Named;
use crate::workflow::{Attempt, Budget, Problem, SampledWorkflow, Turns};

pub use source::WorkflowSource;

/// The model `workflow`: subtasks that language models try until all are done, or budget or time are at an end.
#[derive(Clone, Copy, Debug)]
pub struct AnyWorkflow;

/// Parameters of [`AnyWorkflow`].
#[derive(Clone, Debug)]
pub struct WorkflowParameters {
    problems: Turns,
    policy: Named,
    asymmetric: bool,
}

impl WorkflowParameters {
    /// Whether all policies but planners have the rules of the published program's baselines.
    pub fn is_asymmetric(&self) -> bool {
        self.asymmetric
    }

    /// The workflow with its rules, budget and deadline; several of a family take turns.
    pub fn problems(&self) -> &Turns {
        &self.problems
    }

    /// What decides what is launched.
    pub fn policy(&self) -> &Named {
        &self.policy
    }
}

impl Parameters for WorkflowParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let problems = problems::read(form)?;
        let policy = problems::policy(form, &problems, "policy", "planner", &problems::POLICY)?;
        let asymmetric = form.read(
            choice(
                "baselines",
                &[
                    ("symmetric", false, "the rules are the same for every policy"),
                    ("asymmetric", true, "for all but planners overspend is sample-by-sample and deadline_rule afterwards, as in the published planner's program"),
                ],
            )
            .help("whether policies that do not plan have other rules than planners"),
        )?;
        Ok(Self { problems, policy, asymmetric })
    }
}

impl Model for AnyWorkflow {
    type Parameters = WorkflowParameters;
    type Plan = SampledWorkflow;

    fn about(&self) -> About {
        About {
            name: "workflow",
            summary: "Subtasks that language models try until all are done, or budget or time are at an end",
            references: &[
                "mechanisms A1-A9: Monte Carlo portfolio planning, its rules, baselines and instances",
                "planner.md: the recommended planner",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let (one, any) = ((0.0, 1.0), (0.0, f64::INFINITY));
        let metric = |name, unit, range, help| Metric { name, help, unit, range };
        vec![
            metric(
                "completion_probability",
                Unit::One,
                one,
                "probability that all is done, and right, in time and within budget",
            ),
            metric("budget_failure", Unit::One, one, "probability that the budget does not cover a launch"),
            metric("deadline_failure", Unit::One, one, "probability that time is up"),
            metric(
                "stalled",
                Unit::One,
                one,
                "probability that the policy launches nothing and nothing runs",
            ),
            metric(
                "verifier_failure",
                Unit::One,
                one,
                "probability that all has passed and something is wrong",
            ),
            metric("cost", Unit::One, any, "what is spent, in USD, or in tokens under a token_budget"),
            metric("cost_of_pass", Unit::One, any, "what is spent per completed workflow"),
            metric("budget_utilization", Unit::One, any, "what is spent over the budget"),
            metric("makespan", Unit::Seconds, any, "mean time until a run ends, completed or not"),
            metric("makespan_p50", Unit::Seconds, any, "median of that time"),
            metric("makespan_p95", Unit::Seconds, any, "95 % quantile of that time"),
            metric("deadline_utilization", Unit::One, any, "that time over the deadline"),
            metric(
                "wasted",
                Unit::One,
                one,
                "share of spending after the first sample of its subtask that passed",
            ),
            metric("completed", Unit::One, one, "share of subtasks that are done"),
            metric("batches", Unit::One, any, "batches launched"),
            metric("samples", Unit::One, any, "samples launched"),
            metric("decisions", Unit::One, any, "decisions of the policy"),
            metric("simulations_per_decision", Unit::One, any, "simulations that the policy makes for one"),
            metric(
                "family_completion",
                Unit::One,
                one,
                "the completion probability again, with an interval for workflows like these: the ones that take turns are a sample of their family",
            ),
            metric(
                "optimism",
                Unit::One,
                (-1.0, 1.0),
                "completion probability that the policy itself expects at its first decision, less the real one",
            ),
            metric(
                "brier",
                Unit::One,
                one,
                "mean square of what the policy expects at its first decision less 1 for a completed run and 0 for another",
            ),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<WorkflowParameters>> {
        Vec::new()
    }

    fn prepare(&self, parameters: &WorkflowParameters) -> Result<SampledWorkflow, ParameterError> {
        let problems = if parameters.asymmetric && !parameters.policy.is_planner() {
            let problems = parameters.problems.of_published_baselines();
            problems.map_err(|error| ParameterError::impossible(&["baselines"], error.to_string()))?
        } else {
            parameters.problems.clone()
        };
        SampledWorkflow::in_turn(problems, parameters.policy.clone())
            .map_err(|error| ParameterError::impossible(&["policy"], error.to_string()))
    }

    fn notes(&self, plan: &SampledWorkflow) -> Vec<String> {
        plan.problem(0).note().into_iter().collect()
    }

    fn replay(&self, plan: &SampledWorkflow, trial: u64, streams: &Streams) -> Option<Replay> {
        let (result, history) = plan.replay(streams, trial)?;
        let cost = match plan.problem(trial).budget() {
            Budget::Money(_) => format!("{} USD", money::dollars(result.cost)),
            Budget::Tokens(_) => format!("{} tokens", result.cost),
        };
        let facts = vec![
            ("outcome", result.ending.name().to_owned()),
            ("cost", cost),
            ("makespan", format!("{} s", result.makespan.as_seconds())),
            ("completed", result.completed.to_string()),
        ];
        Some(Replay {
            facts,
            trace: trace(plan.problem(trial), &history, result.makespan, result.ending.name()),
        })
    }
}

/// A track per subtask, a span per batch.
fn trace(problem: &Problem, history: &[Attempt], end: Time, ending: &'static str) -> Trace {
    let workflow = problem.workflow();
    let mut trace = Trace::default();
    let tracks: Vec<_> = (0..workflow.len()).map(|node| trace.track(workflow.graph().name(node))).collect();
    for attempt in history {
        let model = &workflow.models()[attempt.launch.model].name;
        let kind = match attempt.passed {
            Some(true) => "passed",
            Some(false) => "failed",
            None => "cut off",
        };
        trace.push(Record::Span {
            track: tracks[attempt.node],
            name: format!("{} x {model}", attempt.launch.count),
            kind,
            start: attempt.started,
            end: attempt.ended,
            details: vec![("cost", attempt.cost.to_string())],
        });
    }
    let last = history.last().map_or(0, |attempt| attempt.node);
    trace.push(Record::Mark { track: tracks[last], name: ending.to_owned(), time: end, details: Vec::new() });
    trace
}
