//! `synergy compare`: policies on the same draws.

use clap::Args;
use serde::Serialize;
use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{self, Control, Ending, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::Registry;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Budget, Comparison, ComparisonTally, WorkflowTally};

use super::options::cancelled_by_signal;
use super::workflow::{WorkflowOptions, unit};
use crate::output::{Format, align, estimate_text, say, write_bytes};
use crate::problem::{Exit, Outcome, Problem as Trouble};
use crate::progress::Bar;

/// Compare policies on one workflow: completion probabilities with paired differences, under common random numbers
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy compare work.json --policies planner,reference,seq:small:4 --budget '0.05 USD' --deadline '10 min'
  synergy compare --set family=proofflow --set instance=5 --policies planner,best-seq --rules mcpp-ref

Policies that plan: planner (the recommended one), reference (the published one), price-table (the planner's base).
Fixed: best-seq (the best one, chosen on pilot trials), seq:MODEL:SAMPLES. By one number: cop-greedy[:SAMPLES],
best-model[:SAMPLES], cheapest[:SAMPLES], escalation[:TRIES]. For all subtasks together: certainty-equivalent,
water-filling, replication, myopic. Once, without a second try: static-uniform, static-random, static-latency,
static-failure, static-critical-path, static-optimum. No policy but a bound on all of them: perfect-information, the
share of runs that anybody who knew their draws could complete.

Switches of planner, joined by +: no-rollouts, no-table, no-tails, no-test, no-common; uniform, ocba or racing instead of
halving; a number is the most simulations for one decision. Of reference: common draws; a number of simulations of each
pair. So planner:2000+no-test, reference:16+common.")]
pub(super) struct Arguments {
    #[command(flatten)]
    workflow: WorkflowOptions,
    /// Names of policies
    #[arg(
        long,
        value_name = "A,B,…",
        value_delimiter = ',',
        default_value = "planner,reference,best-seq,cop-greedy"
    )]
    policies: Vec<String>,
    /// Number of trials
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000), allow_negative_numbers = true)]
    trials: u64,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Serialize)]
struct Report {
    policies: serde_json::Map<String, serde_json::Value>,
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    a: String,
    b: String,
    value: f64,
    low: f64,
    high: f64,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let given = self.workflow.open(registry, &[])?;
        let streams = Streams::new(given.seed, Purpose::World, Family::common());
        let policies = self.policies()?;
        let names: Vec<String> = policies.iter().map(|policy| policy.name().to_owned()).collect();
        let budget = given.problems.of(0).budget();
        let comparison = Comparison::new(given.problems, policies).map_err(|error| trouble(&error))?;
        let bar = Bar::trials(self.trials, self.quiet);
        let control = Control::new(cancelled_by_signal()?).watched_by(bar.watcher());
        let stop = Stop::after(self.trials).map_err(|error| trouble(&error))?;
        let run = monte_carlo::run(&comparison, &streams, &stop, &control);
        bar.finish();
        self.print(&names, &run.tally, budget)?;
        Ok(if run.ending == Ending::Cancelled { Exit::Cancelled } else { Exit::Success })
    }

    fn policies(&self) -> Outcome<Vec<Named>> {
        let named = |name: &String| Named::parse(name.trim()).map_err(|error| trouble(&error));
        let policies: Vec<Named> = self.policies.iter().map(named).collect::<Outcome<_>>()?;
        for (position, policy) in policies.iter().enumerate() {
            if policies[..position].contains(policy) {
                return Err(Trouble::input(format!("--policies: `{}` stands there twice", policy.name())));
            }
        }
        Ok(policies)
    }

    fn print(&self, names: &[String], tally: &ComparisonTally, budget: Budget) -> Outcome<()> {
        let confidence = Confidence::DEFAULT;
        let (factor, unit) = unit(budget);
        let columns = |policy: &WorkflowTally| -> [(&'static str, Estimate); 5] {
            [
                ("completion_probability", policy.completion().estimate(confidence)),
                ("cost", policy.cost().estimate(confidence).affine(0.0, factor)),
                ("makespan", policy.makespan().estimate(confidence)),
                ("decisions", policy.decisions().estimate(confidence)),
                ("simulations_per_decision", policy.simulations().estimate(confidence)),
            ]
        };
        let differences = tally.differences(confidence);
        match self.format {
            Format::Json => {
                let rows = names.iter().zip(tally.policies()).map(|(name, policy)| {
                    let entries =
                        columns(policy).map(|(key, estimate)| (key.to_owned(), serde_json::json!(estimate)));
                    (name.clone(), serde_json::Value::Object(entries.into_iter().collect()))
                });
                let differences = differences.into_iter().map(|(a, b, estimate)| Difference {
                    a: names[a].clone(),
                    b: names[b].clone(),
                    value: estimate.value,
                    low: estimate.low,
                    high: estimate.high,
                });
                let report = Report { policies: rows.collect(), differences: differences.collect() };
                let json = serde_json::to_string_pretty(&report);
                let json = json.map_err(|error| Trouble::failure(format!("cannot write JSON: {error}")))?;
                write_bytes(format!("{json}\n").as_bytes())
            }
            Format::Csv => {
                say(format_args!(
                    "policy,completion_probability,low,high,cost,makespan,decisions,simulations_per_decision"
                ))?;
                for (name, policy) in names.iter().zip(tally.policies()) {
                    let [completion, rest @ ..] = columns(policy).map(|(_, estimate)| estimate);
                    let rest: Vec<String> = rest.iter().map(|estimate| estimate.value.to_string()).collect();
                    let (value, low, high) = (completion.value, completion.low, completion.high);
                    say(format_args!("{name},{value},{low},{high},{}", rest.join(",")))?;
                }
                Ok(())
            }
            Format::Table => {
                let cost = format!("cost ({unit})");
                let head = [
                    "policy",
                    "completion probability",
                    &cost,
                    "makespan (s)",
                    "decisions",
                    "simulations each",
                ];
                let mut rows = vec![head.map(str::to_owned).to_vec()];
                for (name, policy) in names.iter().zip(tally.policies()) {
                    let [completion, rest @ ..] = columns(policy).map(|(_, estimate)| estimate);
                    let mut row = vec![name.clone(), estimate_text(&completion)];
                    row.extend(rest.iter().map(|estimate| short(estimate.value)));
                    rows.push(row);
                }
                say(format_args!("{}", align(&rows).trim_end()))?;
                let mut rows = vec![vec!["difference".to_owned(), "of completion probabilities".to_owned()]];
                rows.extend(differences.iter().map(|(a, b, estimate)| {
                    vec![format!("{} - {}", names[*a], names[*b]), estimate_text(estimate)]
                }));
                if rows.len() > 1 {
                    say(format_args!("\n{}", align(&rows).trim_end()))?;
                }
                Ok(())
            }
        }
    }
}

fn trouble(error: &dyn std::error::Error) -> Trouble {
    Trouble::input(error.to_string())
}

/// Four digits.
fn short(x: f64) -> String {
    if x == 0.0 || x.abs() >= 1000.0 { format!("{x:.0}") } else { format!("{x:.*}", digits(x)) }
}

fn digits(x: f64) -> usize {
    (3 - x.abs().log10().floor() as i32).clamp(0, 12) as usize
}
