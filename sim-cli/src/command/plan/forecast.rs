//! A decision, how the workflow may go on from it, and what would change it.

use serde::Serialize;
use serde_json::json;
use sim_core::estimate::{Confidence, Estimate};
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Stop};
use sim_core::random::Purpose;
use sim_models::workflow::policy::{Decision, Named};
use sim_models::workflow::{Budget, Problem, SampledWorkflow, Situation, WorkflowTally};

use super::Planner;
use crate::command::workflow::unit;
use crate::output::{align, estimate_text, say};
use crate::problem::{Outcome, Problem as Trouble};

/// The same workflow with another budget or deadline.
#[derive(Serialize)]
struct Change {
    change: &'static str,
    completion_probability: Estimate,
    launch: Vec<String>,
}

/// The base policy, which simulates nothing, tells what changes would do.
const QUICK: &str = "price-table";
/// Runs of a changed problem.
const CHANGED_TRIALS: u64 = 2000;

pub(super) fn print(planner: &Planner, decision: &Decision, trials: u64, as_json: bool) -> Outcome<()> {
    let confidence = Confidence::DEFAULT;
    let problem = &planner.problem;
    let launches = launches(problem, decision);
    let tally = simulate(planner, problem, &planner.named, trials)?;
    let completion = tally.completion().estimate(confidence);
    let (factor, unit) = unit(problem.budget());
    let cost = tally.cost().estimate(confidence).affine(0.0, factor);
    let quantiles: Vec<(f64, Estimate)> =
        [0.5, 0.9].map(|q| (q, tally.makespans().estimate(q, confidence))).to_vec();
    let changes = changes(planner)?;
    if as_json {
        let report = json!({
            "launch": launches,
            "simulations": decision.simulations,
            "completion_probability": completion,
            "cost": cost,
            "makespan_p50": quantiles[0].1,
            "makespan_p90": quantiles[1].1,
            "changes": changes,
        });
        return say(format_args!("{report:#}"));
    }
    say(format_args!(
        "launch now: {}",
        if launches.is_empty() { "nothing".to_owned() } else { launches.join(", ") }
    ))?;
    let mut rows = vec![
        vec!["forecast".to_owned(), format!("under the policy `{}`", planner.named.name())],
        vec!["completion probability".to_owned(), estimate_text(&completion)],
        vec![format!("cost ({unit})"), estimate_text(&cost)],
    ];
    for (q, estimate) in &quantiles {
        rows.push(vec![format!("time, {:.0} % of runs (s)", 100.0 * q), estimate_text(estimate)]);
    }
    say(format_args!("\n{}", align(&rows).trim_end()))?;
    let head = ["what if", "completion probability", "launch now"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for change in &changes {
        let launch = change.launch.join(", ");
        rows.push(vec![change.change.to_owned(), estimate_text(&change.completion_probability), launch]);
    }
    say(format_args!("\n{}", align(&rows).trim_end()))?;
    say(format_args!(
        "\nnote: the lines of \"what if\" are those of the policy `{QUICK}`, the planner's base"
    ))
}

/// What is launched, in words.
fn launches(problem: &Problem, decision: &Decision) -> Vec<String> {
    let workflow = problem.workflow();
    let words = |(node, launch): &(usize, sim_models::workflow::Launch)| {
        let model = &workflow.models()[launch.model].name;
        format!("{}: {} x {model}", workflow.graph().name(*node), launch.count)
    };
    decision.launches.iter().map(words).collect()
}

fn simulate(planner: &Planner, problem: &Problem, policy: &Named, trials: u64) -> Outcome<WorkflowTally> {
    let input = |error: String| Trouble::input(error);
    let sampled = SampledWorkflow::new(problem.clone(), policy.clone()).map_err(|e| input(e.to_string()))?;
    let stop = Stop::after(trials).map_err(|error| input(error.to_string()))?;
    // Not the draws that the decision was made with.
    let streams = planner.streams.aside(Purpose::ReEstimation, 0);
    Ok(monte_carlo::run(&sampled, &streams, &stop, &Control::default()).tally)
}

fn changes(planner: &Planner) -> Outcome<Vec<Change>> {
    let (budget, deadline) = (planner.problem.budget(), planner.problem.deadline());
    let money = |factor: f64| match budget {
        Budget::Money(amount) => Budget::Money(((amount as f64 * factor) as u64).max(1)),
        Budget::Tokens(amount) => Budget::Tokens(((amount as f64 * factor) as u64).max(1)),
    };
    let time = |factor: f64| Duration::from_seconds_saturating(deadline.as_seconds() * factor);
    let quick = Named::parse(QUICK).map_err(|error| Trouble::failure(error.to_string()))?;
    [
        ("nothing", budget, deadline),
        ("half the budget", money(0.5), deadline),
        ("twice the budget", money(2.0), deadline),
        ("half the time", budget, time(0.5)),
        ("twice the time", budget, time(2.0)),
    ]
    .into_iter()
    .map(|(change, budget, deadline)| {
        let problem = planner.problem.within(budget, deadline);
        let problem = problem.map_err(|error| Trouble::input(error.to_string()))?;
        let tally = simulate(planner, &problem, &quick, CHANGED_TRIALS)?;
        let mut policy = quick.policy(&problem).map_err(|error| Trouble::input(error.to_string()))?;
        policy.begin(&problem, &planner.streams, 0);
        let decision = problem.decide(policy.as_mut(), &Situation::default());
        let decision = decision.map_err(|error| Trouble::failure(error.to_string()))?;
        Ok(Change {
            change,
            completion_probability: tally.completion().estimate(Confidence::DEFAULT),
            launch: launches(&problem, &decision),
        })
    })
    .collect()
}
