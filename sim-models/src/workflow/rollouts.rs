//! Rollouts: many runs at once of a fixed plan, in lanes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, Proportion, Tally};
use sim_core::lanes::{self, Kernel, LANES};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Stream, Streams};
use sim_core::rollouts::{Activity, InvalidNetwork, Lasting, Network, Quantity};
use thiserror::Error;

pub use sim_core::rollouts::Workers;

use super::sample::Kind;
use super::{BatchEnd, Capacity, Dependence, Launch, Overspend, Problem, Replanning, SampleLaw, Verifier};
use crate::law::{Law, length_shift};

/// A workflow under a fixed plan: for every subtask one launch, made again until one of its samples is right.
///
/// Where nothing is decided, nothing has to be simulated event by event: 512 runs go through the workflow together
/// ([`sim_core::rollouts`]), some fifty times as fast as [`Problem::run`]. With unlimited workers a run is complete exactly when it would be
/// there under the same rules. Its cost and makespan are those of the whole workflow, however late or dear it becomes: a run of
/// [`Problem::run`] ends where a limit is crossed.
///
/// Numbers are in single precision: a limit that is crossed by less than four millionths counts as kept.
///
/// ```
/// use sim_core::events::Duration;
/// use sim_core::monte_carlo::{self, Control, Stop};
/// use sim_core::random::{Family, Purpose, Streams};
/// use sim_models::workflow::{Budget, Launch, Problem, Rollouts, Rules, SampleLaw, Workers, Workflow};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Two subtasks, one after the other; a sample is right with probability 0.4, costs one token and takes a second.
/// let law = SampleLaw::constant(0.4, 1.0, 1)?;
/// let workflow = Workflow::builder()
///     .model("small", 0.0)
///     .subtask("parse")
///     .option("small", law.clone())
///     .subtask("solve")
///     .needs(["parse"])
///     .option("small", law)
///     .build()?;
/// let deadline = Duration::from_nanoseconds(4_000_000_000);
/// let problem = Problem::new(workflow, Rules::reference(), Budget::Tokens(8), deadline)?;
/// let rollouts = Rollouts::new(&problem, &[Launch { model: 0, count: 2 }; 2], Workers::Unlimited)?;
/// let streams = Streams::new(1, Purpose::World, Family::common());
/// let run = monte_carlo::run(&rollouts, &streams, &Stop::after(100_000)?, &Control::default());
/// // 0.863764 by dynamic programming (mechanisms A7, G2a); the tolerance is four standard errors.
/// assert!((run.tally.completion().value() - 0.863764).abs() < 0.0044);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Rollouts {
    network: Network,
    kernel: Option<Kernel>,
    /// In seconds and units of the budget, with the room that single precision needs.
    deadline: f64,
    budget: f64,
    /// What a unit of the budget is in estimates.
    unit: f64,
}

/// Why a plan has no rollouts.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidRollouts {
    /// Not one launch for each subtask.
    #[error("a plan has one launch for each of the {subtasks} subtasks; found {launches}")]
    Launches {
        /// Subtasks of the workflow.
        subtasks: usize,
        /// Launches given.
        launches: usize,
    },
    /// A model that the workflow does not have, or that cannot try the subtask.
    #[error("subtask `{subtask}` cannot be tried with {}", model.as_ref().map_or("a model that the workflow does not have".to_owned(), |model| format!("`{model}`")))]
    NoOption {
        /// The subtask.
        subtask: String,
        /// The model, if there is one of this position.
        model: Option<String>,
    },
    /// Rules that depend on more than the plan.
    #[error(
        "rollouts of a fixed plan need {needed}; other rules are executed event by event, by the model `workflow`"
    )]
    Rules {
        /// What the rules would have to be.
        needed: &'static str,
    },
    /// A number that is out of range, or no workers.
    #[error(transparent)]
    Network(#[from] InvalidNetwork),
}

/// Room that sums in single precision need.
const ROOM: f64 = 4e-6;

impl Rollouts {
    /// Rollouts of a plan, which has one launch for each subtask, in the order of the subtasks.
    ///
    /// The rules must have barrier batches, a perfect verifier, independent samples, and no reservations or rejected decisions: what a run
    /// comes to then depends on its own draws alone.
    ///
    /// # Errors
    /// The rules are others, the plan is none of this workflow, or a number is out of the range of single precision.
    pub fn new(problem: &Problem, plan: &[Launch], workers: Workers) -> Result<Self, InvalidRollouts> {
        check_rules(problem)?;
        let workflow = problem.workflow();
        let graph = workflow.graph();
        if plan.len() != workflow.len() {
            return Err(InvalidRollouts::Launches { subtasks: workflow.len(), launches: plan.len() });
        }
        let activity = |(node, launch): (usize, &Launch)| {
            let law = workflow.law(node, launch.model).ok_or_else(|| InvalidRollouts::NoOption {
                subtask: graph.name(node).to_owned(),
                model: workflow.models().get(launch.model).map(|model| model.name.clone()),
            })?;
            Ok(activity(law, launch.count, problem.price(launch.model)))
        };
        let activities: Vec<Activity> =
            plan.iter().enumerate().map(activity).collect::<Result<_, InvalidRollouts>>()?;
        Ok(Self {
            network: Network::new(graph, &activities, workers)?,
            kernel: None,
            deadline: problem.deadline().as_seconds() * (1.0 + ROOM),
            budget: problem.budget().amount() as f64 * (1.0 + ROOM),
            unit: problem.budget().unit(),
        })
    }

    /// The same on a given kernel instead of that of the process, with the same results.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Self { kernel: Some(kernel), ..self }
    }
}

fn check_rules(problem: &Problem) -> Result<(), InvalidRollouts> {
    let rules = problem.rules();
    let needed = if rules.batch_end != BatchEnd::Barrier {
        "batches that end with their last sample"
    } else if rules.verifier != Verifier::Perfect {
        "a perfect verifier"
    } else if rules.dependence != Dependence::Independent {
        "independent samples"
    } else if rules.overspend != Overspend::FailRun {
        "a budget that fails the run when it is overspent"
    } else if rules.capacity != Capacity::Infinite {
        "providers without limits"
    } else if matches!(rules.replanning, Replanning::Timer(_)) {
        "launches as soon as something is ready"
    } else {
        return Ok(());
    };
    Err(InvalidRollouts::Rules { needed })
}

/// A subtask with what is launched for it.
fn activity(law: &SampleLaw, samples: u32, price: f64) -> Activity {
    let still = [0.0, 0.0];
    match &law.0 {
        Kind::Independent { success, latency, tokens } => {
            let duration = match quantity(latency) {
                Quantity::Constant(fixed) => Lasting::BySize { per_unit: 0.0, fixed },
                drawn => Lasting::Own(drawn),
            };
            Activity {
                samples,
                success: *success,
                size: quantity(tokens),
                shifts: still,
                cap: None,
                duration,
                price,
            }
        }
        Kind::Generated { success, tokens, coupling, cap, tokens_per_second, overhead } => Activity {
            samples,
            success: *success,
            size: quantity(tokens),
            shifts: [true, false].map(|right| length_shift(right, *success, *coupling)),
            cap: (*cap < u64::MAX).then_some(*cap as f64),
            duration: Lasting::BySize { per_unit: 1.0 / tokens_per_second, fixed: *overhead },
            price,
        },
        Kind::Records { .. } => {
            let law = law.clone();
            let draw = move |stream: &mut Stream| {
                let sample = law.draw(None, stream);
                (sample.right, sample.tokens as f64, sample.latency)
            };
            Activity {
                samples,
                success: 1.0,
                size: Quantity::Constant(0.0),
                shifts: still,
                cap: None,
                duration: Lasting::Joint(Arc::new(draw)),
                price,
            }
        }
    }
}

fn quantity(law: &Law) -> Quantity {
    if law.deviation() == 0.0 {
        return Quantity::Constant(law.mean());
    }
    match law.logarithm() {
        Some((log_mean, log_deviation)) => Quantity::Lognormal { log_mean, log_deviation },
        None => {
            let law = *law;
            Quantity::Drawn(Arc::new(move |stream: &mut Stream| law.draw(stream)))
        }
    }
}

/// What rollouts came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RolloutTally {
    completed: Proportion,
    late: Proportion,
    overspent: Proportion,
    given_up: Proportion,
    cost: Mean,
    makespan: Mean,
}

impl Tally for RolloutTally {
    fn merge(&mut self, other: &Self) {
        self.completed.merge(&other.completed);
        self.late.merge(&other.late);
        self.overspent.merge(&other.overspent);
        self.given_up.merge(&other.given_up);
        self.cost.merge(&other.cost);
        self.makespan.merge(&other.makespan);
    }
}

impl RolloutTally {
    /// Completion probability: within budget and deadline.
    pub fn completion(&self) -> &Proportion {
        &self.completed
    }

    /// Runs that are complete after the deadline, whatever they cost.
    pub fn late(&self) -> &Proportion {
        &self.late
    }

    /// Runs that cost more than the budget, however long they take.
    pub fn overspent(&self) -> &Proportion {
        &self.overspent
    }

    /// Runs that failed at a subtask a thousand times.
    pub fn given_up(&self) -> &Proportion {
        &self.given_up
    }

    /// Mean cost of the others, in units of the budget.
    pub fn cost(&self) -> &Mean {
        &self.cost
    }

    /// Mean makespan of the others, in seconds.
    pub fn makespan(&self) -> &Mean {
        &self.makespan
    }
}

impl Simulation for Rollouts {
    type Tally = RolloutTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut RolloutTally) {
        let kernel = self.kernel.unwrap_or_else(lanes::kernel);
        let outcomes = self.network.run_on(kernel, streams.open(Address::block(block.index())));
        let (mut completed, mut late, mut overspent, mut given_up) = (0, 0, 0, 0);
        let (mut makespans, mut costs) = ([0.0; LANES], [0.0; LANES]);
        let mut finished = 0;
        for trial in block.trials() {
            let lane = (trial % LANES as u64) as usize;
            if outcomes.is_given_up(lane) {
                given_up += 1;
                continue;
            }
            let (makespan, cost) = (outcomes.makespan(lane), outcomes.cost(lane));
            let (in_time, in_budget) = (makespan <= self.deadline, cost <= self.budget);
            completed += u64::from(in_time && in_budget);
            late += u64::from(!in_time);
            overspent += u64::from(!in_budget);
            (makespans[finished], costs[finished]) = (makespan, cost);
            finished += 1;
        }
        tally.makespan.record_all(&makespans[..finished]);
        tally.cost.record_all(&costs[..finished]);
        for (proportion, count) in [
            (&mut tally.completed, completed),
            (&mut tally.late, late),
            (&mut tally.overspent, overspent),
            (&mut tally.given_up, given_up),
        ] {
            proportion.record_many(count, block.len() - count);
        }
    }

    fn estimates(&self, tally: &RolloutTally, confidence: Confidence) -> Vec<Estimate> {
        let proportions = [&tally.completed, &tally.late, &tally.overspent, &tally.given_up];
        let proportions = proportions.into_iter().map(|proportion| proportion.estimate(confidence));
        proportions
            .chain([
                tally.cost.estimate(confidence).affine(0.0, self.unit),
                tally.makespan.estimate(confidence),
            ])
            .collect()
    }
}
