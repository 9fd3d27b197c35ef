//! The published planner (mechanisms A3).

use sim_core::graph::Node;
use sim_core::random::{Address, Purpose, Stream, Streams};

use super::laws::BatchLaws;
use super::rollout::{Pair, Rollouts};
use crate::workflow::policy::{Decision, Policy};
use crate::workflow::{Launch, Problem, View};

/// Monte Carlo portfolio planning as published: every candidate action with every fixed policy as its continuation, each simulated equally
/// often, and the action of the best pair is launched. With the deviations of the published program from its paper.
#[derive(Debug)]
pub struct Reference {
    settings: ReferenceSettings,
    planning: Option<Planning>,
    rollouts: Rollouts,
}

/// The numbers of [`Reference`].
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceSettings {
    /// Sizes of batches.
    pub counts: Vec<u32>,
    /// Simulations of every pair of action and continuation.
    pub simulations: u64,
    /// Most candidate actions; the list is cut there.
    pub most_actions: usize,
    /// Whether all pairs have the same draws, which they do not have in the published program.
    pub common: bool,
    /// Whether the score of the best pair is that of fresh simulations, an eighth as many as of all pairs together (mechanisms A4.5). Its
    /// share of the simulations that it was chosen by, which the published program reports, is too high: a maximum picks luck.
    pub fresh: bool,
}

impl Default for ReferenceSettings {
    fn default() -> Self {
        Self { counts: vec![1, 4, 16, 64], simulations: 64, most_actions: 260, common: false, fresh: false }
    }
}

#[derive(Debug)]
struct Planning {
    problem: u64,
    laws: BatchLaws,
    streams: Streams,
    trial: u64,
    decisions: u64,
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

impl Reference {
    /// The published planner with its own numbers.
    pub fn new() -> Self {
        Self::with(ReferenceSettings::default())
    }

    /// The published planner with other numbers.
    pub fn with(settings: ReferenceSettings) -> Self {
        Self { settings, planning: None, rollouts: Rollouts::new() }
    }

    /// Every model with every size of a batch.
    fn portfolio(&self, problem: &Problem) -> Vec<Launch> {
        let models = 0..problem.workflow().models().len();
        models
            .flat_map(|model| self.settings.counts.iter().map(move |&count| Launch { model, count }))
            .collect()
    }

    /// The candidate actions: all ready subtasks alike; then all combinations, with more than three ready subtasks of three of them
    /// drawn at random, the others having one size of a batch and their first model.
    fn candidates(&self, view: &View<'_>, draws: &mut Stream) -> Vec<Vec<(Node, Launch)>> {
        let (problem, ready) = (view.problem(), view.ready());
        let portfolio = self.portfolio(problem);
        let fits = |node: Node, launch: &Launch| problem.workflow().law(node, launch.model).is_some();
        let uniform = portfolio.iter().filter(|launch| ready.iter().all(|&node| fits(node, launch)));
        let mut actions: Vec<Vec<(Node, Launch)>> =
            uniform.map(|&launch| ready.iter().map(|&node| (node, launch)).collect()).collect();
        let mut free = ready.to_vec();
        while free.len() > 3 {
            free.remove(draws.below(free.len() as u64) as usize);
        }
        free.sort_unstable();
        let fixed: Vec<Node> = ready.iter().copied().filter(|node| !free.contains(node)).collect();
        let levels: &[u32] =
            if fixed.is_empty() { &self.settings.counts[..1] } else { &self.settings.counts };
        for &level in levels {
            let rest = fixed.iter().filter_map(|&node| {
                let (model, _) = problem.workflow().choices(node).next()?;
                Some((node, Launch { model, count: level }))
            });
            let rest: Vec<(Node, Launch)> = rest.collect();
            let options: Vec<Vec<Launch>> = free
                .iter()
                .map(|&node| portfolio.iter().copied().filter(|launch| fits(node, launch)).collect())
                .collect();
            for combination in Product::of(&options) {
                if actions.len() >= self.settings.most_actions {
                    return actions;
                }
                let mut action: Vec<(Node, Launch)> = free.iter().copied().zip(combination).collect();
                action.extend(&rest);
                action.sort_unstable_by_key(|(node, _)| *node);
                if !actions.contains(&action) {
                    actions.push(action);
                }
            }
        }
        actions
    }
}

/// All combinations of one option per place, the last place changing fastest.
struct Product<'a> {
    options: &'a [Vec<Launch>],
    at: Option<Vec<usize>>,
}

impl<'a> Product<'a> {
    fn of(options: &'a [Vec<Launch>]) -> Self {
        let at = options.iter().all(|list| !list.is_empty()).then(|| vec![0; options.len()]);
        Self { options, at }
    }
}

impl Iterator for Product<'_> {
    type Item = Vec<Launch>;

    fn next(&mut self) -> Option<Vec<Launch>> {
        let at = self.at.as_mut()?;
        let item = self.options.iter().zip(at.iter()).map(|(list, &i)| list[i]).collect();
        let mut place = at.len();
        loop {
            if place == 0 {
                self.at = None;
                break;
            }
            place -= 1;
            at[place] += 1;
            if at[place] < self.options[place].len() {
                break;
            }
            at[place] = 0;
        }
        Some(item)
    }
}

impl Policy for Reference {
    fn begin(&mut self, problem: &Problem, streams: &Streams, trial: u64) {
        // What is believed about batches does not depend on the trial.
        let known = self.planning.take().filter(|planning| planning.problem == problem.id());
        let laws = match known {
            Some(planning) => planning.laws,
            None => BatchLaws::new(problem, streams.aside(Purpose::Pilot, 0)),
        };
        self.planning =
            Some(Planning { problem: problem.id(), laws, streams: streams.clone(), trial, decisions: 0 });
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let Some(planning) = &mut self.planning else { return };
        let streams =
            planning.streams.aside(Purpose::Planning { decision: planning.decisions }, planning.trial);
        planning.decisions += 1;
        let actions = self.candidates(view, &mut streams.open(Address::block(0)));
        let portfolio = self.portfolio(view.problem());
        let Some(planning) = &self.planning else { return };
        let runs = self.settings.simulations;
        let (mut best, mut best_value, mut replication) = (None, f64::NEG_INFINITY, 0);
        for action in &actions {
            for &continuation in &portfolio {
                let from = if self.settings.common { 0 } else { replication };
                let numbers = from..from + runs;
                // Runs of a pair are cut off when it cannot become better than the best one so far.
                let better = if best_value < 0.0 { 0.0 } else { best_value * runs as f64 + 1.0 };
                let least = (better.round() as u64).min(runs);
                let pair = Pair { action, continuation };
                let completed = self.rollouts.completed(view, &planning.laws, &streams, numbers, pair, least);
                replication += runs;
                decision.simulations += runs;
                let Some(completed) = completed else { continue };
                let mean = completed as f64 / runs as f64;
                if mean > best_value + 1e-12 {
                    (best, best_value) = (Some(pair), mean);
                }
            }
        }
        let Some(best) = best else { return };
        decision.launches.extend_from_slice(best.action);
        decision.score = Some(best_value);
        if self.settings.fresh {
            let runs = (decision.simulations / 8).max(1);
            let numbers = replication..replication + runs;
            let completed = self.rollouts.completed(view, &planning.laws, &streams, numbers, best, 0);
            decision.simulations += runs;
            decision.score = completed.map(|completed| completed as f64 / runs as f64);
        }
    }

    fn memory(&self) -> usize {
        self.planning.as_ref().map_or(0, |planning| planning.laws.memory())
    }
}
