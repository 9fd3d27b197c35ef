//! What the commands about workflows share: which one, under which rules, within what.

use clap::Args;
use sim_models::models::WorkflowParameters;
use sim_models::registry::{Parameters, Registry};
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Budget, Problem, Turns};

use crate::output::warn;
use crate::problem::{Outcome, Problem as Trouble};
use crate::scenario::{Opened, Overrides, find_model};

/// The model whose parameters these commands take.
pub(super) const MODEL: &str = "workflow";

/// A workflow with rules, budget and deadline.
#[derive(Args, Debug)]
pub(super) struct WorkflowOptions {
    /// File of a workflow: JSON, TOML, DOT, WfFormat or records; one of a family is drawn if not given
    #[arg(value_name = "WORKFLOW")]
    pub(super) file: Option<String>,
    /// Money or tokens that may be spent: '0.05 USD' or '40k tokens'
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(super) budget: Option<String>,
    /// Time in which all must be done: '10 min'
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) deadline: Option<String>,
    /// The rules: realistic or mcpp-ref
    #[arg(long, value_name = "RULES")]
    pub(super) rules: Option<String>,
    /// Set a parameter of the model `workflow`; may be repeated. `synergy models workflow` lists them
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Root of all randomness, 1 if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64), allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
}

/// What they come to.
pub(super) struct GivenWorkflow {
    /// Several of a family take turns.
    pub(super) problems: Turns,
    /// The policy that the parameters name.
    pub(super) policy: Named,
    /// Whether baselines have rules of their own as well.
    pub(super) asymmetric: bool,
    pub(super) seed: u64,
}

impl GivenWorkflow {
    /// The workflow, if there is one only.
    pub(super) fn only(&self) -> Outcome<Problem> {
        match self.problems.problems() {
            [problem] => Ok(problem.clone()),
            several => {
                let sentence = format!("a plan is made for one workflow; `instances` says {}", several.len());
                Err(Trouble::input(sentence).help("choose one with --set instance=N"))
            }
        }
    }
}

/// Refuses what says which workflow of a family it is, where it comes from a file.
pub(super) fn refuse_family(file: Option<&str>, set: &[String]) -> Outcome<()> {
    let of_family = |assignment: &&String| {
        let key = assignment.split('=').next().unwrap_or_default().trim();
        ["family", "subtasks", "instance", "instances"].contains(&key)
    };
    match (file, set.iter().find(of_family)) {
        (Some(file), Some(idle)) => {
            let sentence = format!("--set {idle}: the workflow comes from {file}, not from a family");
            Err(Trouble::input(sentence).help("leave one of them out"))
        }
        _ => Ok(()),
    }
}

impl WorkflowOptions {
    /// An amount by a flag, and another one that would be taken instead of it.
    fn refuse_other_amounts(&self) -> Outcome<()> {
        let given = [
            ("--budget", &self.budget, &["budget", "budget_ratio", "token_budget"][..]),
            ("--deadline", &self.deadline, &["deadline", "deadline_ratio"][..]),
        ];
        for (flag, amount, others) in given {
            let Some(amount) = amount else { continue };
            let is_other = |set: &&String| {
                set.split_once('=')
                    .is_some_and(|(key, value)| others.contains(&key.trim()) && value.trim() != "none")
            };
            if let Some(other) = self.set.iter().find(is_other) {
                let sentence = format!("{flag} {amount} and --set {other} are two amounts of the same");
                return Err(Trouble::input(sentence).help("leave one of them out"));
            }
        }
        Ok(())
    }

    /// Reads the workflow, with parameters that the command sets itself first.
    pub(super) fn open(&self, registry: &Registry, own: &[String]) -> Outcome<GivenWorkflow> {
        let mut set = own.to_vec();
        if let Some(file) = &self.file {
            set.push(format!("file={file}"));
        }
        refuse_family(self.file.as_deref(), &self.set)?;
        self.read(registry, MODEL, set)
    }

    /// Reads a scenario of the model `workflow`, whose budget and deadline those of the command line replace.
    pub(super) fn open_scenario(
        &self,
        registry: &Registry,
        scenario: &str,
        own: &[String],
    ) -> Outcome<GivenWorkflow> {
        let mut set = own.to_vec();
        if self.budget.is_some() {
            set.extend(["budget_ratio=none", "token_budget=none"].map(str::to_owned));
        }
        if self.deadline.is_some() {
            set.push("deadline_ratio=none".to_owned());
        }
        self.read(registry, scenario, set)
    }

    fn read(&self, registry: &Registry, argument: &str, mut set: Vec<String>) -> Outcome<GivenWorkflow> {
        if let Some(budget) = &self.budget {
            let key = if budget.trim_end().ends_with("tokens") { "token_budget" } else { "budget" };
            set.push(format!("{key}={budget}"));
        }
        self.refuse_other_amounts()?;
        let flags = [("deadline", &self.deadline), ("rules", &self.rules)];
        set.extend(flags.iter().filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?))));
        set.extend(self.set.iter().cloned());
        let overrides = Overrides { set, seed: self.seed, ..Overrides::default() };
        let opened = Opened::open(registry, argument, &overrides)?;
        opened.must_be_one_cell(argument)?;
        let model = find_model(registry, MODEL)?;
        let values = opened.values(model)?;
        let parameters = WorkflowParameters::from_values(&values).map_err(|error| opened.explain(&error))?;
        parameters.problems().of(0).note().iter().for_each(|note| warn(note));
        Ok(GivenWorkflow {
            problems: parameters.problems().clone(),
            policy: parameters.policy().clone(),
            asymmetric: parameters.is_asymmetric(),
            seed: opened.scenario.seed,
        })
    }
}

/// Factor and name of the unit in which a budget is shown.
pub(super) fn unit(budget: Budget) -> (f64, &'static str) {
    let name = match budget {
        Budget::Money(_) => "USD",
        Budget::Tokens(_) => "tokens",
    };
    (budget.unit(), name)
}
