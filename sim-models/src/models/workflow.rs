//! Workflows of subtasks under budget and deadline.

mod rules;

use sim_core::events::{Duration, Record, Time, Trace};
use sim_core::random::{Address, Family as Streaming, Purpose, Streams};

use crate::money;
use crate::registry::{
    About, Document, Form, Metric, Model, ParameterError, Parameters, Prediction, Replay, Unit, choice,
    document, integer, real, text,
};
use crate::workflow::generate::Family;
use crate::workflow::policy::Named;
use crate::workflow::{Attempt, Budget, Problem, SampledWorkflow, TaskLaw, Workflow, is_wfformat};

/// The model `workflow`: subtasks that language models try until all are done, or budget or time are at an end.
#[derive(Clone, Copy, Debug)]
pub struct AnyWorkflow;

/// Parameters of [`AnyWorkflow`].
#[derive(Clone, Debug)]
pub struct WorkflowParameters {
    /// One, or several of a family that take turns.
    problems: Vec<Problem>,
    policy: Named,
}

impl WorkflowParameters {
    /// The workflow with its rules, budget and deadline.
    pub fn problem(&self) -> &Problem {
        &self.problems[0]
    }
}

impl Parameters for WorkflowParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let workflows = workflows(form)?;
        let rules = rules::read(form)?;
        let budget = form.read(
            real("budget", 0.5).between(1e-9, 1e6).unit(Unit::Dollars).help("money that may be spent"),
        )?;
        let tokens = form.read(
            integer("token_budget", 100_000)
                .between(1, u32::MAX)
                .unit(Unit::Tokens)
                .help("tokens that may be generated, instead of money")
                .or_word("none", "money is limited, not tokens"),
        )?;
        let deadline = form.read(
            real("deadline", 600.0)
                .between(1e-6, 1e9)
                .unit(Unit::Seconds)
                .help("time in which all subtasks must be done")
                .try_map(Duration::from_seconds),
        )?;
        let policy = form.read(
            text("policy", "planner")
                .help("what is launched when: planner, reference, price-table, best-seq, seq:MODEL:SAMPLES, cop-greedy, best-model, cheapest, escalation, certainty-equivalent, water-filling, replication, myopic, static-uniform, static-random, static-latency, static-failure, static-critical-path, static-optimum"),
        )?;
        let policy = Named::parse(&policy)
            .map_err(|error| ParameterError::impossible(&["policy"], error.to_string()))?;
        let budget = match tokens {
            Some(tokens) => Budget::Tokens(u64::from(tokens)),
            None => Budget::Money((budget * 1e9) as u64),
        };
        let mut problems = Vec::with_capacity(workflows.len());
        for workflow in workflows {
            let problem = Problem::new(workflow, rules, budget, deadline)
                .map_err(|error| ParameterError::impossible(&["budget", "deadline"], error.to_string()))?;
            policy
                .policy(problem.workflow())
                .map_err(|error| ParameterError::impossible(&["policy"], error.to_string()))?;
            problems.push(problem);
        }
        Ok(Self { problems, policy })
    }
}

fn workflows(form: &mut Form) -> Result<Vec<Workflow>, ParameterError> {
    let file = form.read(
        document("file")
            .help("file of subtasks and models, JSON or TOML, or of scientific tasks in WfFormat 1.4 or 1.5")
            .or_word("none", "a family is drawn from"),
    )?;
    let families = Family::ALL.map(|family| {
        let (name, help) = family.describe();
        (name, family, help)
    });
    let family =
        form.read(choice("family", &families).help("where the workflow is drawn from, without a file"))?;
    let size = form.read(
        integer("subtasks", 5).between(1, 10_000).help("subtasks of a family whose sizes are not drawn"),
    )?;
    let instance = form.read(
        integer("instance", 3).help("which workflow of the family: its draws do not depend on the seed"),
    )?;
    let instances = form.read(
        integer("instances", 1)
            .between(1, 1000)
            .help("workflows of the family, from `instance` on, that take turns trial by trial"),
    )?;
    let success = form.read(
        real("task_success", 0.95)
            .between(0.0, 1.0)
            .help("probability that an attempt at a task succeeds, in a file of WfFormat"),
    )?;
    let variation = form.read(
        real("task_variation", 0.2)
            .between(0.0, 100.0)
            .help("deviation of a task's time over the time that was seen, in a file of WfFormat"),
    )?;
    if let Some(file) = file {
        return Ok(vec![of_file(&file, &TaskLaw { success, variation })?]);
    }
    let streams = Streams::new(0, Purpose::SamplingPlan, Streaming::common());
    (0..instances)
        .map(|position| {
            let number = u64::from(instance) + u64::from(position);
            let drawn = family.draw(size as usize, &mut streams.open(Address::trial(number)));
            drawn.map_err(|error| ParameterError::impossible(&["family", "subtasks"], error.to_string()))
        })
        .collect()
}

fn of_file(file: &Document, tasks: &TaskLaw) -> Result<Workflow, ParameterError> {
    let text = file.text();
    let read = if file.name().ends_with(".toml") {
        Workflow::from_toml(text).map_err(|error| error.to_string())
    } else if is_wfformat(text) {
        Workflow::from_wfformat(text, tasks).map_err(|error| error.to_string())
    } else {
        Workflow::from_json(text).map_err(|error| error.to_string())
    };
    read.map_err(|sentence| ParameterError::impossible(&["file"], format!("{}: {sentence}", file.name())))
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
        ]
    }

    fn predictions(&self) -> Vec<Prediction<WorkflowParameters>> {
        Vec::new()
    }

    fn prepare(&self, parameters: &WorkflowParameters) -> Result<SampledWorkflow, ParameterError> {
        SampledWorkflow::taking_turns(parameters.problems.clone(), parameters.policy.clone())
            .map_err(|error| ParameterError::impossible(&["policy"], error.to_string()))
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
