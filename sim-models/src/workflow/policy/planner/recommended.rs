//! The recommended planner: a good base policy, and rollouts that must prove that they are better.

use sim_core::graph::Node;
use sim_core::random::{Purpose, Streams};

use super::allocation::Allocation;
use super::base::Base;
use super::far::Far;
use super::laws::{BatchLaws, COUNTS};
use super::pruning::Pruning;
use super::rollout::{Rollouts, value};
use super::tails::Tails;
use crate::workflow::policy::{Decision, Policy};
use crate::workflow::{Launch, Problem, View};

/// The recommended planner. At every decision it starts from its base policy's launches, looks for better ones by rollouts of the base
/// policy with common random numbers and sequential halving, first among those of all price vectors, then subtask by subtask among all
/// models and sizes, and leaves the base policy only if fresh paired rollouts say that it should.
///
/// It keeps what it has compiled for a problem, and compiles again when it is given another.
///
/// Source: spec planner.md, rows 7 and 9, generalized to all rules of mechanisms A2.
#[derive(Debug)]
pub struct Recommended {
    settings: RecommendedSettings,
    planning: Option<Planning>,
    rollouts: Rollouts,
    far: Far,
}

/// The numbers of [`Recommended`]; each improvement has its switch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecommendedSettings {
    /// Whether decisions are simulated at all; otherwise the base policy decides.
    pub rollouts: bool,
    /// Whether the base policy chooses its price again at every decision, or keeps that of the beginning.
    pub table: bool,
    /// Whether short chains are solved by dynamic programming, where batches do not depend on each other.
    pub tails: bool,
    /// Whether candidates have the same draws.
    pub common: bool,
    /// How simulations are shared out among candidates.
    pub allocation: Allocation,
    /// Simulations per candidate, on average.
    pub each: u64,
    /// Fresh paired simulations of the winner against the base policy; with 0 the winner is launched untested.
    pub test: u64,
    /// Standard errors by which the winner must be better.
    pub errors: f64,
    /// Whether actions are dropped that an upper bound shows to be worse than the first one, where there is a bound (mechanisms A4.6).
    pub bound: bool,
    /// Most simulations for one decision; with fewer than the others ask for, the best found so far is tested and launched.
    pub allowance: Option<u64>,
}

impl Default for RecommendedSettings {
    fn default() -> Self {
        Self {
            rollouts: true,
            table: true,
            tails: true,
            common: true,
            allocation: Allocation::Halving,
            each: 96,
            test: 1024,
            errors: 1.0,
            bound: false,
            allowance: Some(100_000),
        }
    }
}

#[derive(Debug)]
struct Planning {
    problem: u64,
    laws: BatchLaws,
    base: Base,
    tails: Option<Tails>,
    pruning: Option<Pruning>,
    streams: Streams,
    trial: u64,
    decisions: u64,
}

impl Default for Recommended {
    fn default() -> Self {
        Self::new()
    }
}

impl Recommended {
    /// The planner with its own numbers.
    pub fn new() -> Self {
        Self::with(RecommendedSettings::default())
    }

    /// Its price table alone, which simulates and solves nothing.
    pub fn price_table() -> Self {
        let settings = RecommendedSettings::default();
        Self::with(RecommendedSettings { rollouts: false, tails: false, ..settings })
    }

    /// The planner with other numbers.
    pub fn with(settings: RecommendedSettings) -> Self {
        Self { settings, planning: None, rollouts: Rollouts::new(), far: Far::default() }
    }
}

/// Batches of a subtask after which its launches are not simulated any more.
const MOST_ATTEMPTS: u32 = 50;

/// Simulations of the first action before others are dropped, and the bound above which none is looked at.
const PROBES: u64 = 32;
const WORTHWHILE: f64 = 0.9;

/// What is launched now.
type Action = Vec<(Node, Launch)>;

/// The base policy in rollouts. Where a chain is left, the rest is not simulated: its value is known.
struct Follow<'a> {
    planning: &'a Planning,
    settings: &'a RecommendedSettings,
    far: &'a mut Far,
    /// What is known of the end of this run.
    value: Option<f64>,
}

impl Policy for Follow<'_> {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        self.planning.base.look(view, &self.planning.laws, self.far);
        if !self.far.is_waiting
            && let Some((.., value)) = self.planning.tail(view.problem(), self.far)
        {
            // Nothing is launched, and so the run ends.
            self.value = Some(if view.state.wrong { 0.0 } else { value });
            return;
        }
        self.planning.launch(view, self.settings, self.far, false, &mut decision.launches);
    }
}

impl Planning {
    /// The launch and the value of the tail that is left, if it is one.
    fn tail(&self, problem: &Problem, far: &Far) -> Option<(Node, Launch, f64)> {
        self.tails.as_ref()?.at(problem, &self.laws, far)
    }

    /// What the base policy launches for all that is ready.
    fn launch(
        &self,
        view: &View<'_>,
        settings: &RecommendedSettings,
        far: &Far,
        exactly: bool,
        launches: &mut Action,
    ) {
        if let Some((node, launch, _)) = self.tail(view.problem(), far)
            && let [ready] = view.ready()
            && *ready == node
        {
            launches.push((node, affordable(view, node, launch)));
            return;
        }
        let vector = match settings.table {
            true => self.base.vector(view.problem(), far, exactly),
            false => self.base.first(view.problem()),
        };
        launches.extend(view.ready().iter().map(|&node| (node, affordable(view, node, vector[node]))));
    }
}

/// A launch of as many samples as what is left of the budget pays for, where the rules set money aside.
fn affordable(view: &View<'_>, node: Node, launch: Launch) -> Launch {
    match view.problem().reservation(node, launch.model) {
        Some(each) if each > 0 => {
            let most = (view.budget_left() / each).clamp(1, u64::from(launch.count)) as u32;
            Launch { count: most, ..launch }
        }
        _ => launch,
    }
}

/// One decision in the making.
struct Search<'a> {
    view: &'a View<'a>,
    planning: &'a Planning,
    streams: Streams,
    settings: RecommendedSettings,
    rollouts: &'a mut Rollouts,
    far: &'a mut Far,
    simulations: u64,
    /// Replications that no candidate has seen.
    fresh: u64,
}

impl Search<'_> {
    fn simulate(&mut self, action: &Action, replication: u64) -> f64 {
        let planning = self.planning;
        let mut follow = Follow { planning, settings: &self.settings, far: self.far, value: None };
        self.simulations += 1;
        let result =
            self.rollouts.run(self.view, &planning.laws, &self.streams, replication, action, &mut follow);
        follow.value.unwrap_or_else(|| value(&result))
    }

    /// Simulations that may still be made, beside those of the test.
    fn left(&self) -> u64 {
        self.settings.allowance.map_or(u64::MAX, |most| (most - most / 4).saturating_sub(self.simulations))
    }

    /// Drops actions that cannot be better than the first one, as far as some simulations of that one tell.
    fn prune(&mut self, actions: &mut Vec<Action>) {
        let Some(pruning) = &self.planning.pruning else { return };
        if self.left() < PROBES || actions.len() < 2 {
            return;
        }
        let bounds: Vec<f64> = actions.iter().map(|action| pruning.of(self.view, action)).collect();
        // Where every bound is high there is nothing to gain.
        let lowest = bounds.iter().copied().fold(1.0, f64::min);
        if lowest > WORTHWHILE {
            return;
        }
        let begin = self.fresh;
        let sum: f64 = (0..PROBES).map(|run| self.simulate(&actions[0], begin + run)).sum();
        self.fresh += PROBES;
        let n = PROBES as f64;
        // Of a share that is never 0 or 1, two standard errors less.
        let share = (sum + 1.0) / (n + 2.0);
        let least = sum / n - 2.0 * libm::sqrt(share * (1.0 - share) / n);
        let mut position = 0;
        actions.retain(|_| {
            position += 1;
            position == 1 || bounds[position - 1] >= least.max(f64::MIN_POSITIVE)
        });
    }

    /// The best of several actions; the first of several that are equally good, or if nothing may be simulated any more.
    fn best(&mut self, mut actions: Vec<Action>) -> Action {
        self.prune(&mut actions);
        let candidates = actions.len() as u64;
        let total = (self.settings.each * candidates).min(self.left());
        if total < candidates {
            return actions.swap_remove(0);
        }
        let (begin, common, allocation) = (self.fresh, self.settings.common, self.settings.allocation);
        let mut used = 0;
        let best = allocation.best(actions.len(), total, |candidate, replication| {
            used = used.max(replication + 1);
            let own = if common { 0 } else { (candidate as u64) << 32 };
            self.simulate(&actions[candidate], begin + own + replication)
        });
        self.fresh += used;
        actions.swap_remove(best.unwrap_or(0))
    }

    /// Whether an action is better than another one, by fresh paired rollouts; and the value of the one that is taken.
    fn is_better(&mut self, action: &Action, than: &Action) -> (bool, Option<f64>) {
        let allowed =
            self.settings.allowance.map_or(u64::MAX, |most| most.saturating_sub(self.simulations) / 2);
        let runs = self.settings.test.min(allowed);
        let (mut sum, mut squares, mut values) = (0.0, 0.0, [0.0, 0.0]);
        let begin = self.fresh;
        for run in 0..runs {
            let pair = [self.simulate(action, begin + run), self.simulate(than, begin + run)];
            let difference = pair[0] - pair[1];
            sum += difference;
            squares += difference * difference;
            values = [values[0] + pair[0], values[1] + pair[1]];
        }
        self.fresh += runs;
        if runs == 0 {
            return (false, None);
        }
        let n = runs as f64;
        let mean = sum / n;
        let error = ((squares / n - mean * mean).max(0.0) / n).sqrt();
        let better = mean > self.settings.errors * error && mean > 0.0;
        (better, Some(values[usize::from(!better)] / n))
    }

    fn decide(&mut self) -> (Action, Option<f64>) {
        let (view, planning) = (self.view, self.planning);
        let (problem, ready) = (view.problem(), view.ready());
        planning.base.look(view, &planning.laws, self.far);
        if let Some(tails) = &planning.tails
            && !self.far.is_waiting
            && let Some((node, launch, value)) = tails.best(problem, &planning.laws, self.far)
            && value > 0.0
        {
            return (vec![(node, affordable(view, node, launch))], Some(value));
        }
        let mut first = Action::new();
        planning.launch(view, &self.settings, self.far, true, &mut first);
        // What has failed so often is either hopeless or a matter of patience: there is nothing to find out.
        let tired = ready.iter().all(|&node| view.attempts(node) >= MOST_ATTEMPTS);
        if !self.settings.rollouts || tired {
            return (first, None);
        }
        let mut actions = vec![first.clone()];
        for vector in planning.base.vectors() {
            let action = ready.iter().map(|&node| (node, affordable(view, node, vector[node]))).collect();
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        let mut best = self.best(actions);
        for place in 0..ready.len() {
            let mut actions = vec![best.clone()];
            for (model, _) in problem.workflow().choices(ready[place]) {
                for count in COUNTS {
                    let launch = affordable(view, ready[place], Launch { model, count });
                    let mut action = best.clone();
                    action[place].1 = launch;
                    if !actions.contains(&action) {
                        actions.push(action);
                    }
                }
            }
            best = self.best(actions);
        }
        if best == first || self.settings.test == 0 {
            return (best, None);
        }
        let (better, score) = self.is_better(&best, &first);
        (if better { best } else { first }, score)
    }
}

impl Policy for Recommended {
    fn begin(&mut self, problem: &Problem, streams: &Streams, trial: u64) {
        let known = self.planning.take().filter(|planning| planning.problem == problem.id());
        let planning = known.unwrap_or_else(|| {
            let laws = BatchLaws::new(problem, streams.aside(Purpose::Pilot, 0));
            let base = Base::compile(problem, &laws, &streams.aside(Purpose::Pilot, 1));
            let tails = if self.settings.tails { Tails::new(problem, &laws) } else { None };
            Planning {
                problem: problem.id(),
                laws,
                base,
                tails,
                pruning: if self.settings.bound { Pruning::new(problem) } else { None },
                streams: streams.clone(),
                trial,
                decisions: 0,
            }
        });
        self.planning = Some(Planning { streams: streams.clone(), trial, decisions: 0, ..planning });
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let Some(planning) = &mut self.planning else { return };
        let purpose = Purpose::Planning { decision: planning.decisions };
        let streams = planning.streams.aside(purpose, planning.trial);
        planning.decisions += 1;
        let Some(planning) = &self.planning else { return };
        let (settings, rollouts, far) = (self.settings, &mut self.rollouts, &mut self.far);
        let mut search =
            Search { view, planning, streams, settings, rollouts, far, simulations: 0, fresh: 0 };
        (decision.launches, decision.score) = search.decide();
        decision.simulations = search.simulations;
    }

    fn memory(&self) -> usize {
        self.planning.as_ref().map_or(0, |planning| {
            planning.laws.memory() + planning.base.memory() + planning.tails.as_ref().map_or(0, Tails::memory)
        })
    }
}
