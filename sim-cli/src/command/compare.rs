//! `synergy compare`: policies on the same draws.

mod report;

use clap::Args;
use sim_core::monte_carlo::{self, Control, Ending, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::Registry;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Comparison, ComparisonTally};

use self::report::Report;
use super::options::cancelled_by_signal;
use super::workflow::WorkflowOptions;
use crate::output::Format;
use crate::problem::{Exit, Outcome, Problem as Trouble};
use crate::progress::Bar;

/// Compare policies on one workflow: completion probabilities with paired differences, under common random numbers
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy compare work.json --policies planner,reference,seq:small:4 --budget '0.05 USD' --deadline '10 min'
  synergy compare --set family=proofflow --set instance=5 --policies planner,best-seq --rules mcpp-ref
  synergy compare --policies planner,cop-greedy,best-seq --rules mcpp-ref --asymmetric

Policies that plan: planner (the recommended one), reference (the published one), price-table (the planner's base).
With replanning at the ends of samples, top-up:POLICY replaces the samples of a batch that fail (for planners too).
Fixed: best-seq (the best one, chosen on pilot trials), seq:MODEL:SAMPLES. By one number: cop-greedy[:SAMPLES],
best-model[:SAMPLES], cheapest[:SAMPLES], escalation[:TRIES]. For all subtasks together: certainty-equivalent,
water-filling, replication, myopic. Once, without a second try: static-uniform, static-random, static-latency,
static-failure, static-critical-path, static-optimum, static-relaxed. Of tiny workflows: optimum, by dynamic programming.
No policy but a bound on all of them: perfect-information, the share of runs that somebody who knew their draws could
complete, or of which the search was given up.

Switches of planner, joined by +: no-rollouts, no-table, no-tails, no-test, no-common; uniform, ocba or racing instead of
halving; bound drops launches that an upper bound shows to be worse; a number is the most simulations for one decision. Of
reference: common draws; fresh simulations for its score; sizes=1/4/16/64, the sizes of batches; a number of simulations of each pair. So
planner:2000+no-test, reference:16+common.")]
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
    /// Compare again where all but planners have the rules of the published program's baselines, and list whose order changes
    #[arg(long)]
    asymmetric: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let own: &[String] = if self.asymmetric { &["baselines=asymmetric".to_owned()] } else { &[] };
        let given = self.workflow.open(registry, own)?;
        let streams = Streams::new(given.seed, Purpose::World, Family::common());
        let policies = self.policies()?;
        let names = policies.iter().map(|policy| policy.name().to_owned()).collect();
        let budget = given.problems.of(0).budget();
        let symmetric = Comparison::new(given.problems, policies).map_err(|error| trouble(&error))?;
        let mut comparisons = vec![symmetric];
        if given.asymmetric {
            comparisons.push(comparisons[0].asymmetric().map_err(|error| trouble(&error))?);
        }
        let mut tallies: Vec<ComparisonTally> = Vec::new();
        let cancellation = cancelled_by_signal()?;
        for comparison in &comparisons {
            let bar = Bar::trials(self.trials, self.quiet);
            let control = Control::new(cancellation.clone()).watched_by(bar.watcher());
            let stop = Stop::after(self.trials).map_err(|error| trouble(&error))?;
            let run = monte_carlo::run(comparison, &streams, &stop, &control);
            bar.finish();
            tallies.push(run.tally);
            if run.ending == Ending::Cancelled {
                Report::new(names, tallies, budget).print(self.format)?;
                return Ok(Exit::Cancelled);
            }
        }
        Report::new(names, tallies, budget).print(self.format)?;
        Ok(Exit::Success)
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
}

fn trouble(error: &dyn std::error::Error) -> Trouble {
    Trouble::input(error.to_string())
}
