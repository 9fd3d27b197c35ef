//! `synergy plan`: what to launch first, and what may come of it.

mod follow;
mod forecast;

use clap::Args;
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::Registry;
use sim_models::workflow::policy::{Named, Policy};
use sim_models::workflow::{Problem, Situation};

use super::workflow::WorkflowOptions;
use crate::problem::{Exit, Outcome, Problem as Trouble};

/// Decide what to launch for a workflow, with its completion probability and a forecast of cost and time
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy plan work.json --budget '0.5 USD' --deadline '10 min'
  synergy plan work.json --budget '0.5 USD' --deadline '10 min' --follow

With --follow every line of the input is a state of the workflow as JSON, and every line of the output is a decision:
  {\"time\": 12.5, \"spent\": 0.031, \"done\": [\"parse\"], \"running\": [{\"subtask\": \"solve\", \"model\": \"small\", \"samples\": 4,
   \"elapsed\": 3.5}], \"failed\": [{\"subtask\": \"parse\", \"model\": \"small\", \"samples\": 2}]}
  {\"launch\": [{\"subtask\": \"test\", \"model\": \"large\", \"samples\": 1}], \"simulations\": 4368, \"completion_probability\": 0.93}
`spent` is in USD, or in tokens under a budget of tokens; it includes what is set aside for what runs. A line that cannot
be read is answered with {\"error\": …}, and the next one is awaited.")]
pub(super) struct Arguments {
    #[command(flatten)]
    workflow: WorkflowOptions,
    /// The policy that decides
    #[arg(long, value_name = "NAME", default_value = "planner")]
    policy: String,
    /// Runs from which the forecast is made
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000), allow_negative_numbers = true)]
    trials: u64,
    /// Read states from the standard input and answer each with a decision
    #[arg(long)]
    follow: bool,
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
}

/// A problem with a policy that can be asked.
struct Planner {
    problem: Problem,
    named: Named,
    policy: Box<dyn Policy>,
    streams: Streams,
}

impl Planner {
    fn new(problem: Problem, named: Named, seed: u64) -> Outcome<Self> {
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let policy = named.policy(&problem);
        let mut policy = policy.map_err(|error| Trouble::input(error.to_string()))?;
        policy.begin(&problem, &streams, 0);
        Ok(Self { problem, named, policy, streams })
    }
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let given = self.workflow.open(registry, &[])?;
        let named = Named::parse(&self.policy).map_err(|error| Trouble::input(error.to_string()))?;
        if named.is_bound() {
            let sentence =
                format!("--policy: `{}` is a bound on policies and launches nothing", named.name());
            return Err(Trouble::input(sentence));
        }
        if named.is_optimum() && self.follow {
            let sentence = "--policy: `optimum` knows when running batches end, which no message tells it";
            return Err(Trouble::input(sentence));
        }
        let mut planner = Planner::new(given.only()?, named, given.seed)?;
        if self.follow {
            return follow::follow(&mut planner);
        }
        let decision = planner.problem.decide(planner.policy.as_mut(), &Situation::default());
        let decision = decision.map_err(|error| Trouble::failure(error.to_string()))?;
        forecast::print(&planner, &decision, self.trials, self.json)?;
        Ok(Exit::Success)
    }
}
