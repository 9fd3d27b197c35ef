//! How far ahead of the published planner any policy can be, on the workflows and cells of `experiments/planner-grid/full.toml`.
//!
//! ```sh
//! cargo run --release -p sim-models --example planner_headroom -- codeflow-a
//! ```
//!
//! On chains the recommended planner is within a point of the optimum (its dynamic programme is tested against the exact one), so that what
//! it gains there, and a point, is all that can be gained. On other workflows nobody completes more runs than somebody who knew their
//! draws. Rules are those of the published program. Intervals are for workflows like these (95 %).

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use rayon::prelude::*;
use sim_core::estimate::{Clustered, Confidence, Estimate};
use sim_core::events::Duration;
use sim_core::random::{Address, Family as Streaming, Purpose, Streams};
use sim_models::workflow::generate::Family;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Budget, Problem, Rules, Workflow};

const BUDGETS: [f64; 10] = [0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0];
const DEADLINES: [f64; 9] = [30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0];
/// The first of the workflows on which no number of the planner was chosen, and how many of them.
const FIRST: u64 = 1000;
const COUNT: u64 = 60;
/// Runs of each workflow in each cell.
const RUNS: u64 = 4;
/// What the recommended planner may lack of the optimum on a chain.
const SLACK: f64 = 0.01;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "codeflow-a".to_owned());
    let family = Family::ALL.into_iter().find(|family| family.describe().0 == name);
    let family = family.ok_or_else(|| format!("there is no family `{name}`"))?;
    let drawn = Streams::new(0, Purpose::SamplingPlan, Streaming::common());
    let workflows: Vec<Workflow> = (FIRST..FIRST + COUNT)
        .map(|number| family.draw(5, &mut drawn.open(Address::trial(number))))
        .collect::<Result<_, _>>()?;
    let (chains, others): (Vec<Workflow>, Vec<Workflow>) = workflows.into_iter().partition(is_chain);
    let share = chains.len() as f64 / COUNT as f64;
    let gained = ahead("planner", &chains)?;
    println!("{name}: {} of {COUNT} workflows are chains", chains.len());
    println!("recommended - published planner on chains:  {}", text(&gained));
    let known = ahead("perfect-information", &others)?;
    println!("perfect information - published elsewhere:  {}", text(&known));
    let most = |chain: f64, other: f64| share * (chain + SLACK) + (1.0 - share) * other;
    println!(
        "no policy is further ahead than {:.4}; with both upper ends, {:.4}",
        most(gained.value, known.value),
        most(gained.high, known.high)
    );
    Ok(())
}

fn is_chain(workflow: &Workflow) -> bool {
    let order: Vec<usize> = workflow.graph().order().collect();
    order.windows(2).all(|pair| workflow.graph().senders(pair[1]).any(|sender| sender == pair[0]))
}

/// How much more often a policy completes runs of each workflow in each cell than the published planner, on the same draws.
fn ahead(policy: &str, workflows: &[Workflow]) -> Result<Estimate, Box<dyn Error + Send + Sync>> {
    let policies = [Named::parse(policy)?, Named::parse("reference")?];
    let cells = |number| (0..BUDGETS.len() * DEADLINES.len()).map(move |cell| (number, cell));
    let all: Vec<(usize, usize)> = (0..workflows.len()).flat_map(cells).collect();
    let differences: Vec<(usize, Vec<i8>)> = all
        .into_par_iter()
        .map(|(number, cell)| {
            let deadline = Duration::from_seconds(DEADLINES[cell % DEADLINES.len()])?;
            let budget = Budget::Money((BUDGETS[cell / DEADLINES.len()] * 1e9) as u64);
            let problem = Problem::new(workflows[number].clone(), Rules::reference(), budget, deadline)?;
            let streams = Streams::new(1, Purpose::World, Streaming::common());
            // Cells do not share draws, so that their errors cancel.
            let first = (number * BUDGETS.len() * DEADLINES.len() + cell) as u64 * RUNS;
            let done = |policy: &Named| -> Result<Vec<i8>, Box<dyn Error + Send + Sync>> {
                let (mut policy, mut runs) = (policy.policy(&problem)?, problem.runs());
                let trials = first..first + RUNS;
                Ok(trials
                    .map(|trial| i8::from(runs.run(policy.as_mut(), &streams, trial).is_done()))
                    .collect())
            };
            let (one, other) = (done(&policies[0])?, done(&policies[1])?);
            Ok((number, one.iter().zip(other).map(|(one, other)| one - other).collect()))
        })
        .collect::<Result<_, Box<dyn Error + Send + Sync>>>()?;
    let mut tally = Clustered::default();
    for (number, differences) in &differences {
        differences.iter().for_each(|&difference| tally.record(*number, difference));
    }
    Ok(tally.difference(Confidence::DEFAULT))
}

fn text(estimate: &Estimate) -> String {
    format!("{:.4} [{:.4}, {:.4}]", estimate.value, estimate.low, estimate.high)
}
