//! An upper bound on what a state, or an action in it, is worth (mechanisms A4.6).
//!
//! Whoever spends `x` on a subtask completes it with probability at most `u(x) = 1 - exp(-a x)`, where `a` is the largest
//! `-ln(1 - p) / c` of its models and `c` the lowest cost of a sample. The product of `u` over what is not done, each with all that is left
//! of the budget, does not grow in expectation whatever is launched, and is 1 where all is done: it bounds the completion probability. It
//! is 0 where the critical path of the lowest latencies is longer than what is left of the time.

use sim_core::events::{Duration, Time};
use sim_core::graph::Node;

use crate::workflow::policy::critical::critical_path;
use crate::workflow::state::State;
use crate::workflow::{
    BatchEnd, Capacity, Dependence, Launch, Overspend, Problem, SampleLaw, Verifier, View,
};

/// The bound of one problem.
#[derive(Debug)]
pub(super) struct Pruning {
    models: usize,
    /// By subtask: `a`.
    rates: Vec<f64>,
    /// By subtask: lowest latency of any model, in seconds.
    fastest: Vec<f64>,
    /// By subtask and model: probability that a sample passes, its lowest cost, and its lowest latency.
    samples: Vec<Option<(f64, f64, f64)>>,
}

impl Pruning {
    /// The bound of a problem; `None` where it would be none: it needs a verifier that is never wrong, independent samples, each of which is
    /// paid in full and costs something, and launches that fail the run if they are not covered.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let rules = problem.rules();
        let is_independent = match rules.dependence {
            Dependence::Independent => true,
            Dependence::BetaBinomial { within, .. } => within == 0.0,
        };
        let is_valid = rules.verifier == Verifier::Perfect
            && rules.overspend == Overspend::FailRun
            && rules.batch_end != BatchEnd::FirstSuccess { refund: true }
            && rules.capacity == Capacity::Infinite
            && is_independent;
        if !is_valid {
            return None;
        }
        let models = problem.workflow().models().len();
        let nodes = problem.workflow().len();
        let of = |law: &SampleLaw, model: usize| {
            let cost = problem.cost_of_tokens(model, law.least_tokens()) as f64;
            // As the engine counts it, in whole nanoseconds.
            let latency = Duration::from_seconds_saturating(law.least_latency()).as_seconds();
            (cost > 0.0).then(|| (law.success(), cost, latency))
        };
        let (mut rates, mut fastest) = (vec![0.0f64; nodes], vec![f64::INFINITY; nodes]);
        let mut samples = vec![None; nodes * models];
        for node in 0..nodes {
            for (model, law) in problem.beliefs().choices(node) {
                let (success, cost, latency) = of(law, model)?;
                rates[node] = rates[node].max(-libm::log1p(-success) / cost);
                fastest[node] = fastest[node].min(latency);
                samples[node * models + model] = Some((success, cost, latency));
            }
        }
        Some(Self { models, rates, fastest, samples })
    }

    /// The most that a subtask is completed with, for so much.
    fn within(&self, node: Node, budget: f64) -> f64 {
        if budget > 0.0 { -libm::expm1(-self.rates[node] * budget) } else { 0.0 }
    }

    /// The most that an action is worth, after which anything may follow. Subtasks that run are taken to be completed at once.
    pub(super) fn of(&self, view: &View<'_>, action: &[(Node, Launch)]) -> f64 {
        let graph = view.problem().workflow().graph();
        let mut times = self.fastest.clone();
        let mut open = vec![1.0; times.len()];
        let mut budget = view.budget_left() as f64;
        for &(node, launch) in action {
            let Some((success, cost, latency)) = self.samples[node * self.models + launch.model] else {
                return 0.0;
            };
            budget -= f64::from(launch.count) * cost;
            times[node] = latency;
            // Probability that the batch fails.
            open[node] = libm::exp(f64::from(launch.count) * libm::log1p(-success));
        }
        if budget < 0.0 {
            return 0.0;
        }
        let runs = |node: Node| view.running().any(|running| running.node == node);
        let mut bound = 1.0;
        for node in 0..times.len() {
            if view.is_done(node) || runs(node) {
                times[node] = 0.0;
            } else {
                bound *= 1.0 - open[node] * (1.0 - self.within(node, budget));
            }
        }
        // A nanosecond for what rounds in sums of seconds.
        let is_late = critical_path(graph, &times).0 > view.time_left().as_seconds() + 1e-9;
        if is_late { 0.0 } else { bound }
    }
}

impl Problem {
    /// An upper bound on the completion probability of every policy that launches `first` at the beginning, or anything if that is empty, by
    /// what success costs at least; `None` under rules or laws for which it is none. Source: mechanisms A4.6.
    pub fn completion_bound(&self, first: &[(Node, Launch)]) -> Option<f64> {
        let mut state = State::default();
        state.begin(self);
        let view = View { problem: self, state: &state, now: Time::START };
        Some(Pruning::new(self)?.of(&view, first))
    }
}
