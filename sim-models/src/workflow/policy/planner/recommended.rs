//! The recommended planner: a good base policy, and rollouts that must prove that they are better.

use sim_core::graph::Node;
use sim_core::random::{Purpose, Streams};

use super::base::{Base, COUNTS};
use super::laws::BatchLaws;
use super::rollout::{Rollouts, value};
use crate::workflow::policy::{Decision, Policy};
use crate::workflow::{Launch, Problem, View};

/// The recommended planner. At every decision it starts from its base policy's launches, looks for better ones by rollouts of the base
/// policy with common random numbers and sequential halving, first among those of all price vectors, then subtask by subtask among all
/// models and sizes, and leaves the base policy only if fresh paired rollouts say that it should.
///
/// It keeps what it has compiled for a problem, and compiles again when it is given another.
///
/// Source: spec planner.md, row 7, generalized to all rules of mechanisms A2.
#[derive(Debug)]
pub struct Recommended {
    settings: RecommendedSettings,
    planning: Option<Planning>,
    rollouts: Rollouts,
}

/// The numbers of [`Recommended`]; each improvement has its switch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecommendedSettings {
    /// Whether decisions are simulated at all; otherwise the base policy decides.
    pub rollouts: bool,
    /// Simulations of a candidate in the first round of halving.
    pub first: u64,
    /// Simulations of a candidate up to the last round.
    pub last: u64,
    /// Fresh paired simulations of the winner against the base policy.
    pub test: u64,
    /// Standard errors by which the winner must be better.
    pub errors: f64,
    /// Whether candidates have the same draws.
    pub common: bool,
}

impl Default for RecommendedSettings {
    fn default() -> Self {
        Self { rollouts: true, first: 32, last: 512, test: 1024, errors: 1.0, common: true }
    }
}

#[derive(Debug)]
struct Planning {
    problem: u64,
    laws: BatchLaws,
    base: Base,
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

    /// Its base policy alone, which simulates nothing.
    pub fn without_rollouts() -> Self {
        Self::with(RecommendedSettings { rollouts: false, ..RecommendedSettings::default() })
    }

    /// The planner with other numbers.
    pub fn with(settings: RecommendedSettings) -> Self {
        Self { settings, planning: None, rollouts: Rollouts::new() }
    }
}

/// Batches of a subtask after which its launches are not simulated any more.
const MOST_ATTEMPTS: u32 = 50;

/// What is launched now.
type Action = Vec<(Node, Launch)>;

/// The base policy in rollouts.
struct Follow<'a> {
    base: &'a Base,
    laws: &'a BatchLaws,
}

impl Policy for Follow<'_> {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let vector = self.base.choose(view, self.laws, false);
        decision
            .launches
            .extend(view.ready().iter().map(|&node| (node, affordable(view, node, vector[node]))));
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
    simulations: u64,
    /// Replications that no candidate has seen.
    fresh: u64,
}

impl Search<'_> {
    fn simulate(&mut self, action: &Action, replication: u64) -> f64 {
        let Planning { base, laws, .. } = self.planning;
        let mut follow = Follow { base, laws };
        self.simulations += 1;
        value(&self.rollouts.run(self.view, laws, &self.streams, replication, action, &mut follow))
    }

    /// The best of several actions by sequential halving; the first of several that are equally good.
    fn halve(&mut self, actions: Vec<Action>) -> Action {
        let mut alive: Vec<(Action, f64)> = actions.into_iter().map(|action| (action, 0.0)).collect();
        let (mut made, mut until) = (0, self.settings.first);
        let begin = self.fresh;
        while alive.len() > 1 && made < self.settings.last {
            for (position, (action, sum)) in alive.iter_mut().enumerate() {
                let own = if self.settings.common { 0 } else { (position as u64) << 32 };
                for run in made..until {
                    *sum += self.simulate(action, begin + own + run);
                }
            }
            made = until;
            until = (2 * until).min(self.settings.last);
            let kept = alive.len().div_ceil(2);
            // Stable: of equals the first stays.
            alive.sort_by(|a, b| b.1.total_cmp(&a.1));
            let best = alive[0].1;
            if alive.iter().all(|(_, sum)| *sum == best) && (best == 0.0 || best == made as f64) {
                // Nothing tells them apart.
                alive.truncate(1);
            }
            alive.truncate(kept);
        }
        self.fresh += made;
        alive.swap_remove(0).0
    }

    /// Whether an action is better than another one, by fresh paired rollouts; and the value of the one that is taken.
    fn is_better(&mut self, action: &Action, than: &Action) -> (bool, f64) {
        let (mut sum, mut squares, mut values) = (0.0, 0.0, [0.0, 0.0]);
        let begin = self.fresh;
        for run in 0..self.settings.test {
            let pair = [self.simulate(action, begin + run), self.simulate(than, begin + run)];
            let difference = pair[0] - pair[1];
            sum += difference;
            squares += difference * difference;
            values = [values[0] + pair[0], values[1] + pair[1]];
        }
        self.fresh += self.settings.test;
        let n = self.settings.test as f64;
        let mean = sum / n;
        let error = ((squares / n - mean * mean).max(0.0) / n).sqrt();
        let better = mean > self.settings.errors * error && mean > 0.0;
        (better, values[usize::from(!better)] / n)
    }

    fn decide(&mut self) -> (Action, Option<f64>) {
        let view = self.view;
        let ready = view.ready();
        let Planning { base, laws, .. } = self.planning;
        let launches = |vector: &[Launch]| -> Action {
            ready.iter().map(|&node| (node, affordable(view, node, vector[node]))).collect()
        };
        let first = launches(base.choose(view, laws, true));
        // What has failed so often is either hopeless or a matter of patience: there is nothing to find out.
        let tired = ready.iter().all(|&node| view.attempts(node) >= MOST_ATTEMPTS);
        if !self.settings.rollouts || tired {
            return (first, None);
        }
        let mut actions = vec![first.clone()];
        for vector in base.vectors() {
            let action = launches(vector);
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        let mut best = self.halve(actions);
        for place in 0..ready.len() {
            let mut actions = vec![best.clone()];
            for (model, _) in view.problem().workflow().choices(ready[place]) {
                for count in COUNTS {
                    let launch = affordable(view, ready[place], Launch { model, count });
                    let mut action = best.clone();
                    action[place].1 = launch;
                    if !actions.contains(&action) {
                        actions.push(action);
                    }
                }
            }
            best = self.halve(actions);
        }
        if best == first {
            return (first, None);
        }
        let (better, score) = self.is_better(&best, &first);
        (if better { best } else { first }, Some(score))
    }
}

impl Policy for Recommended {
    fn begin(&mut self, problem: &Problem, streams: &Streams, trial: u64) {
        let known = self.planning.take().filter(|planning| planning.problem == problem.id());
        let planning = known.unwrap_or_else(|| {
            let laws = BatchLaws::new(problem, streams.aside(Purpose::Pilot, 0));
            let base = Base::compile(problem, &laws, &streams.aside(Purpose::Pilot, 1));
            Planning { problem: problem.id(), laws, base, streams: streams.clone(), trial, decisions: 0 }
        });
        self.planning = Some(Planning { streams: streams.clone(), trial, decisions: 0, ..planning });
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let Some(planning) = &mut self.planning else { return };
        let purpose = Purpose::Planning { decision: planning.decisions };
        let streams = planning.streams.aside(purpose, planning.trial);
        planning.decisions += 1;
        let Some(planning) = &self.planning else { return };
        let (settings, rollouts) = (self.settings, &mut self.rollouts);
        let mut search = Search { view, planning, streams, settings, rollouts, simulations: 0, fresh: 0 };
        (decision.launches, decision.score) = search.decide();
        decision.simulations = search.simulations;
    }
}
