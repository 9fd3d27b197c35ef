//! Simulation of the best plans on common draws: more trials for those that may be the best, paired differences for all.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, PairedProportions, Proportion, Quantiles, Tally};
use sim_core::monte_carlo::{self, Block, Control, Ending, Simulation, Start, Stop};
use sim_core::random::Streams;

use super::{Fleet, Plan, SimulatedPlan, Unit};

/// Trials of the first round; each later round doubles the total.
pub const FIRST_ROUND: u64 = 1024;

/// Plans that are simulated together.
struct Heat<'a> {
    plans: Vec<&'a SimulatedPlan>,
    unit: Unit,
}

/// What plans came to, and how each differs from the first one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct HeatTally {
    plans: Vec<PlanTally>,
    behind: Vec<PairedProportions>,
}

/// What a plan came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PlanTally {
    right: Proportion,
    cost: Mean,
    times: Quantiles,
}

impl Tally for PlanTally {
    fn merge(&mut self, later: &Self) {
        self.right.merge(&later.right);
        self.cost.merge(&later.cost);
        self.times.merge(&later.times);
    }
}

impl Tally for HeatTally {
    fn merge(&mut self, later: &Self) {
        self.make_room(later.plans.len());
        self.plans.iter_mut().zip(&later.plans).for_each(|(own, later)| own.merge(later));
        self.behind.iter_mut().zip(&later.behind).for_each(|(own, later)| own.merge(later));
    }
}

impl HeatTally {
    fn make_room(&mut self, plans: usize) {
        if self.plans.len() < plans {
            self.plans.resize_with(plans, PlanTally::default);
            self.behind.resize_with(plans, PairedProportions::default);
        }
    }
}

impl PlanTally {
    /// Probability of a right answer.
    pub fn accuracy(&self) -> Estimate {
        self.right.estimate(Confidence::DEFAULT)
    }

    /// Mean cost, in the unit of the budget.
    pub fn cost(&self) -> Estimate {
        self.cost.estimate(Confidence::DEFAULT)
    }

    /// Quantile of the time in seconds.
    pub fn time(&self, q: f64) -> Estimate {
        self.times.estimate(q, Confidence::DEFAULT)
    }

    /// Trials.
    pub fn trials(&self) -> u64 {
        self.right.trials()
    }
}

impl Simulation for Heat<'_> {
    type Tally = HeatTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut HeatTally) {
        tally.make_room(self.plans.len());
        for trial in block.trials() {
            let streams = streams.trial(trial);
            let mut first = None;
            for (at, plan) in self.plans.iter().enumerate() {
                let outcome = plan.ask(&streams);
                let first = *first.get_or_insert(outcome.right);
                tally.plans[at].right.record(outcome.right);
                tally.plans[at].cost.record(outcome.spend.in_unit(self.unit));
                tally.plans[at].times.record(outcome.time);
                tally.behind[at].record(first, outcome.right);
            }
        }
    }

    fn estimates(&self, _: &HeatTally, _: Confidence) -> Vec<Estimate> {
        Vec::new()
    }
}

/// A plan after the contest.
#[derive(Clone, Debug)]
pub struct Contender {
    /// The plan.
    pub plan: Plan,
    /// What it came to.
    pub tally: PlanTally,
    /// Accuracy of the first plan minus that of this one.
    pub behind: Estimate,
    /// Whether it was simulated to the end, or dropped because it was behind for sure.
    pub stayed: bool,
}

/// What a contest came to.
#[derive(Clone, Debug)]
pub struct Contest {
    /// The plans in their order.
    pub contenders: Vec<Contender>,
    /// Trials of all plans together.
    pub trials: u64,
    /// Trials that each plan of a contest without drops would have had.
    pub rounds: u64,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// Simulates plans on common draws, the first of which is thought to be the best. After every round a plan is dropped that is behind the first
/// one beyond its paired interval at 99.9 %, which is looked at about five times; it ends after `most` trials or when only the first is left.
pub fn contest(
    fleet: &Fleet,
    plans: &[Plan],
    unit: Unit,
    most: u64,
    streams: &Streams,
    control: &Control,
) -> Contest {
    let simulated: Vec<(usize, SimulatedPlan)> = plans
        .iter()
        .enumerate()
        .filter_map(|(at, plan)| Some((at, SimulatedPlan::new(fleet, plan)?)))
        .collect();
    let mut all = HeatTally::default();
    all.make_room(plans.len());
    let mut alive: Vec<usize> = (0..simulated.len()).collect();
    let (mut from, mut trials, mut cancelled) = (0, 0, false);
    // A level that is one.
    let sure = Confidence::new(0.999).unwrap_or_default();
    while from < most && !alive.is_empty() && !cancelled {
        let until = (from * 2).max(FIRST_ROUND).min(most);
        let heat = Heat { plans: alive.iter().map(|&at| &simulated[at].1).collect(), unit };
        let Ok(stop) = Stop::after(until) else { break };
        let start = Start { tally: HeatTally::default(), trials: from };
        let run = monte_carlo::extend(&heat, streams, &stop, control, start);
        cancelled = run.ending == Ending::Cancelled;
        trials += (run.trials - from) * alive.len() as u64;
        for (part, &at) in alive.iter().enumerate() {
            let place = simulated[at].0;
            if let (Some(plan), Some(pair)) = (run.tally.plans.get(part), run.tally.behind.get(part)) {
                all.plans[place].merge(plan);
                all.behind[place].merge(pair);
            }
        }
        from = until;
        alive.retain(|&at| at == 0 || all.behind[simulated[at].0].estimate(sure).low <= 0.0);
        if alive.len() == 1 {
            break;
        }
    }
    let contenders = plans.iter().zip(all.plans).zip(all.behind).enumerate();
    let contenders = contenders.map(|(at, ((plan, tally), behind))| Contender {
        plan: *plan,
        tally,
        behind: behind.estimate(Confidence::DEFAULT),
        stayed: alive.iter().any(|&place| simulated[place].0 == at),
    });
    Contest { contenders: contenders.collect(), trials, rounds: from, cancelled }
}
