//! `synergy forecast`: what a run may cost and how long it may take, before it is launched.

mod condition;
mod distribution;
mod scenario;
mod workflow;

use std::fs;
use std::path::Path;

use clap::Args;
use serde::Deserialize;
use sim_models::registry::Registry;

use self::condition::Condition;
use super::workflow::{MODEL, WorkflowOptions};
use crate::output::Format;
use crate::problem::{Exit, Outcome, Problem};
use crate::scenario::{Opened, Overrides, is_file};

/// Forecast what a run may cost and how long it may take: quantiles, risks, the critical path, and where retries hurt
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy forecast work.json --budget '0.5 USD' --deadline '10 min'
  synergy forecast work.json --policy seq:small:2 --unlimited --fail-if 'p(cost > 5 USD) > 0.05'
  synergy forecast organization-in-time --set shape=star --fail-if 'p95(makespan) > 2 min'

WORKFLOW may also be a scenario file, or the name of a model. Of a workflow the quantities are cost, tokens and time,
and the shares completion, over_budget and past_deadline; of other models they are its metrics.

--fail-if takes one comparison with > >= < or <=:
  p(cost > 5 USD) > 0.05     the probability that a run costs more than 5 USD is above 0.05
  p95(time) > 10 min         one run in twenty takes longer than 10 minutes; also median(...) and mean(...)
  past_deadline >= 1%        a share or a metric itself
The exit code is 4 if it holds beyond the uncertainty of the estimate, and 0 if it does not. In between the forecast says
that it is undecided, and more --trials decide; with --strict that is a failure, too.")]
pub(super) struct Arguments {
    #[command(flatten)]
    workflow: WorkflowOptions,
    /// The policy that decides what is launched; `planner` if not given
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// Let runs go on beyond budget and deadline, which are only measured against
    #[arg(long)]
    unlimited: bool,
    /// Runs from which the forecast is made; 1000 of a workflow and 10000 of another model if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000), allow_negative_numbers = true)]
    trials: Option<u64>,
    /// End with exit code 4 if this holds, such as 'p(cost > 5 USD) > 0.05'
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true)]
    fail_if: Option<String>,
    /// Let --fail-if fail also where the trials do not decide
    #[arg(long, requires = "fail_if")]
    strict: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// What the first argument names.
enum Subject {
    Workflow,
    /// A scenario of the model `workflow`.
    WorkflowScenario(String),
    /// A scenario of another model, or its name.
    Scenario(String),
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let condition = self.fail_if.as_deref().map(Condition::parse).transpose()?;
        match self.subject(registry)? {
            Subject::Workflow => workflow::forecast(&self, registry, None, condition),
            Subject::WorkflowScenario(file) => workflow::forecast(&self, registry, Some(&file), condition),
            Subject::Scenario(name) => {
                self.refuse_limits(&name)?;
                scenario::forecast(&self, registry, &name, condition)
            }
        }
    }

    fn subject(&self, registry: &Registry) -> Outcome<Subject> {
        let Some(argument) = &self.workflow.file else { return Ok(Subject::Workflow) };
        let model = if Path::new(argument).is_file() {
            if !is_file(argument) || !is_scenario(argument) {
                return Ok(Subject::Workflow);
            }
            Opened::open(registry, argument, &Overrides::default())?.scenario.model
        } else if registry.find(argument).is_some() {
            argument.clone()
        } else {
            return Ok(Subject::Workflow);
        };
        let argument = argument.clone();
        Ok(if model == MODEL { Subject::WorkflowScenario(argument) } else { Subject::Scenario(argument) })
    }

    /// Options about workflows where there is none.
    fn refuse_limits(&self, name: &str) -> Outcome<()> {
        let given = [
            ("--budget", self.workflow.budget.is_some()),
            ("--deadline", self.workflow.deadline.is_some()),
            ("--rules", self.workflow.rules.is_some()),
            ("--policy", self.policy.is_some()),
            ("--unlimited", self.unlimited),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((flag, _)) => {
                let sentence = format!("{flag} is about workflows, and `{name}` is none");
                Err(Problem::input(sentence).help("parameters of a model are set with --set KEY=VALUE"))
            }
            None => Ok(()),
        }
    }
}

/// Whether a file names a model or a list of them, as a scenario does and a workflow does not. A file that cannot be read is not known to.
fn is_scenario(path: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        model: Option<serde::de::IgnoredAny>,
        models: Option<serde_json::Value>,
        subtasks: Option<serde::de::IgnoredAny>,
    }
    let Ok(text) = fs::read_to_string(path) else { return false };
    let head = match path.ends_with(".json") || text.trim_start().starts_with('{') {
        true => serde_json::from_str::<Head>(&text).ok(),
        false => toml_edit::de::from_str(&text).ok(),
    };
    head.is_some_and(|head| {
        let names_models =
            head.models.is_some_and(|models| models.get(0).is_some_and(|name| name.is_string()));
        head.subtasks.is_none() && (head.model.is_some() || names_models)
    })
}
