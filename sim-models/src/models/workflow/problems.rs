//! Workflows with rules, budget and deadline as parameters, and the policies that complete them.

use std::sync::LazyLock;

use sim_core::events::Duration;
use sim_core::random::{Family as Streaming, Purpose, Streams};

use super::{WorkflowSource, estimates, rules};
use crate::registry::{Form, ParameterError, Parameters, Unit, integer, real, text};
use crate::workflow::policy::Named;
use crate::workflow::{Budget, Problem, Turns, nominal_budget, nominal_deadline};

/// As much as `budget` can be: a workflow that cannot be done has no nominal budget.
const MOST_NANODOLLARS: f64 = 1e15;

/// Problems, which differ in their workflows alone.
pub(in crate::models) fn read(form: &mut Form) -> Result<Turns, ParameterError> {
    let WorkflowSource { first, workflows } = WorkflowSource::read(form)?;
    let rules = rules::read(form)?;
    let budget = budget(form)?;
    let budget_ratio = form.read(
        real("budget_ratio", 1.0)
            .between(1e-6, 1e6)
            .help("money that may be spent, over what each workflow takes to be complete with 95 % per subtask (mechanisms A1), instead of `budget`")
            .or_word("none", "the same money for all workflows"),
    )?;
    let tokens = tokens(form)?;
    let deadline = deadline(form)?;
    let deadline_ratio = form.read(
        real("deadline_ratio", 1.0)
            .between(1e-6, 1e6)
            .help("time over what each workflow's longest path takes on average (mechanisms A1), instead of `deadline`")
            .or_word("none", "the same time for all workflows"),
    )?;
    if tokens.is_some() && budget_ratio.is_some() {
        let sentence = "a budget is a number of tokens or a ratio of the nominal money, not both".to_owned();
        return Err(ParameterError::impossible(&["token_budget", "budget_ratio"], sentence));
    }
    let estimates = estimates::read(form)?;
    // Workflows do not depend on the seed, and neither does what is known of them.
    let pilots = Streams::new(1, Purpose::Pilot, Streaming::common());
    let mut problems = Vec::with_capacity(workflows.len());
    for (position, workflow) in workflows.into_iter().enumerate() {
        let budget = match (tokens, budget_ratio) {
            (Some(tokens), _) => Budget::Tokens(u64::from(tokens)),
            (None, Some(ratio)) => {
                Budget::Money(((ratio * nominal_budget(&workflow)).min(MOST_NANODOLLARS) as u64).max(1))
            }
            (None, None) => money(budget),
        };
        let deadline = match deadline_ratio {
            Some(ratio) => Duration::from_seconds((ratio * nominal_deadline(&workflow)).clamp(1e-6, 1e9)),
            None => Ok(deadline),
        };
        let deadline =
            deadline.map_err(|error| ParameterError::impossible(&["deadline_ratio"], error.to_string()))?;
        let believed = estimates.beliefs(&workflow, &pilots.trial(first + position as u64));
        let problem = Problem::new(workflow, rules, budget, deadline)
            .and_then(|problem| match believed {
                Some(believed) => problem.believing(believed),
                None => Ok(problem),
            })
            .map_err(|error| ParameterError::impossible(&["budget", "deadline"], error.to_string()))?;
        problems.push(problem);
    }
    Turns::new(problems)
        .ok_or_else(|| ParameterError::impossible(&["instances"], "there is no workflow".to_owned()))
}

/// Money that may be spent, in USD.
pub(in crate::models) fn budget(form: &mut Form) -> Result<f64, ParameterError> {
    form.read(real("budget", 0.5).between(1e-9, 1e6).unit(Unit::Dollars).help("money that may be spent"))
}

/// Dollars as a budget, which counts nanodollars.
pub(in crate::models) fn money(dollars: f64) -> Budget {
    Budget::Money((dollars * 1e9) as u64)
}

/// Tokens that may be generated, if they are limited and not money.
pub(in crate::models) fn tokens(form: &mut Form) -> Result<Option<u32>, ParameterError> {
    form.read(
        integer("token_budget", 100_000)
            .between(1, u32::MAX)
            .unit(Unit::Tokens)
            .help("tokens that may be generated, instead of money")
            .or_word("none", "money is limited, not tokens"),
    )
}

/// Time in which all must be done.
pub(in crate::models) fn deadline(form: &mut Form) -> Result<Duration, ParameterError> {
    form.read(
        real("deadline", 600.0)
            .between(1e-6, 1e9)
            .unit(Unit::Seconds)
            .help("time in which all subtasks must be done")
            .try_map(Duration::from_seconds),
    )
}

/// How policies are named.
pub(in crate::models) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let names = Named::names().join(", ");
    format!("what is launched when: {names}; perfect-information is no policy but a bound on all")
});

/// A policy that all problems have.
pub(in crate::models) fn policy(
    form: &mut Form,
    problems: &Turns,
    key: &'static str,
    default: &'static str,
    help: &'static str,
) -> Result<Named, ParameterError> {
    let name = form.read(text(key, default).help(help))?;
    let refuse = |error: &dyn std::fmt::Display| ParameterError::impossible(&[key], error.to_string());
    let policy = Named::parse(&name).map_err(|error| refuse(&error))?;
    for problem in problems.problems() {
        policy.policy(problem).map_err(|error| refuse(&error))?;
    }
    Ok(policy)
}
