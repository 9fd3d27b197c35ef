//! Workflows under a fixed plan, many runs at once.

use super::workflow::problems::{budget, deadline, money, tokens};
use super::workflow::source::workflows;
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Unit, integer, text,
};
use crate::workflow::policy::Named;
use crate::workflow::{Budget, Problem, Rollouts, Rules, Workers};

/// The model `workflow-rollouts`: a workflow whose subtasks are tried with the same launch until one of its samples is right.
#[derive(Clone, Copy, Debug)]
pub struct WorkflowRollouts;

/// Parameters of [`WorkflowRollouts`].
#[derive(Clone, Debug)]
pub struct RolloutParameters {
    rollouts: Rollouts,
}

impl Parameters for RolloutParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let (_, workflows) = workflows(form, false)?;
        let (budget, tokens, deadline) = (budget(form)?, tokens(form)?, deadline(form)?);
        let budget = match tokens {
            Some(tokens) => Budget::Tokens(u64::from(tokens)),
            None => money(budget),
        };
        let workers = form.read(
            integer("workers", 4)
                .between(1, 1_000_000)
                .help("subtasks under way at once; of those ready the one of the lowest position is next")
                .or_word("unlimited", "all that are ready"),
        )?;
        let policy = form.read(text("policy", "cop-greedy").help(
            "what is launched for a subtask, always the same: seq:MODEL:SAMPLES, cop-greedy[:SAMPLES], best-model[:SAMPLES], cheapest[:SAMPLES]",
        ))?;
        let impossible = |keys: &[&'static str], sentence: String| ParameterError::impossible(keys, sentence);
        let named = Named::parse(&policy).map_err(|error| impossible(&["policy"], error.to_string()))?;
        let workers = workers.map_or(Workers::Unlimited, Workers::Limited);
        let workflow = workflows.into_iter().next();
        let workflow = workflow.ok_or_else(|| impossible(&["family"], "there is no workflow".to_owned()))?;
        let problem = Problem::new(workflow, Rules::reference(), budget, deadline)
            .map_err(|error| impossible(&["budget", "deadline"], error.to_string()))?;
        let plan = named
            .plan(&problem)
            .map_err(|error| impossible(&["policy"], error.to_string()))?
            .ok_or_else(|| {
                let sentence = format!(
                    "`{policy}` does not always launch the same for a subtask, as seq, cop-greedy, best-model and cheapest do; the model `workflow` runs it"
                );
                impossible(&["policy"], sentence)
            })?;
        let rollouts = Rollouts::new(&problem, &plan, workers)
            .map_err(|error| impossible(&["policy", "workers"], error.to_string()))?;
        Ok(Self { rollouts })
    }
}

impl Model for WorkflowRollouts {
    type Parameters = RolloutParameters;
    type Plan = Rollouts;

    fn about(&self) -> About {
        About {
            name: "workflow-rollouts",
            summary: "Subtasks that are tried with a fixed launch until they are done, by so many workers: many runs at once",
            references: &[
                "mechanisms A1, A2: workflows under the rules mcpp-ref",
                "performance.md, section 2: rollouts in lanes",
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
                "probability that all is done in time and within budget",
            ),
            metric("late", Unit::One, one, "probability that all is done after the deadline, at any cost"),
            metric("overspent", Unit::One, one, "probability that all is done for more than the budget"),
            metric("given_up", Unit::One, one, "probability that a subtask fails a thousand times"),
            metric(
                "cost",
                Unit::One,
                any,
                "what the whole workflow costs, in USD, or in tokens under a token_budget",
            ),
            metric("makespan", Unit::Seconds, any, "mean time until all is done, however late"),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<RolloutParameters>> {
        Vec::new()
    }

    fn prepare(&self, parameters: &RolloutParameters) -> Result<Rollouts, ParameterError> {
        Ok(parameters.rollouts.clone())
    }
}
