//! Policies that spend the budget once, by shares, and never try again.

use sim_core::graph::Node;
use sim_core::random::{Address, Purpose, Streams};

use super::greedy::cheapest_per_success;
use super::{Decision, Policy};
use crate::workflow::{Launch, Problem, View};

/// How a budget is shared out among subtasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shares {
    /// Equally (A6.2).
    Uniform,
    /// At random, every division being as likely, anew in every run (A6.3).
    Random,
    /// In proportion to mean latency (A6.4).
    Latency,
    /// In proportion to the probability of failure (A6.5).
    Failure,
    /// In proportion to the longest path to an end, by mean latency (A6.6).
    CriticalPath,
}

/// One batch per subtask, of the cheapest model per success, as large as its share of the budget allows; nothing is tried again.
#[derive(Clone, Debug)]
pub struct Static {
    shares: Shares,
    plan: Vec<Option<Launch>>,
}

impl Static {
    /// The policy of these shares.
    pub fn new(shares: Shares) -> Self {
        Self { shares, plan: Vec::new() }
    }
}

impl Policy for Static {
    fn begin(&mut self, problem: &Problem, streams: &Streams, trial: u64) {
        let graph = problem.workflow().graph();
        let models: Vec<usize> =
            (0..graph.len()).map(|node| cheapest_per_success(problem, node).unwrap_or(0)).collect();
        let latency = |node: Node| problem.mean_latency(node, models[node]);
        let mut weights: Vec<f64> = match self.shares {
            Shares::Uniform => vec![1.0; graph.len()],
            Shares::Random => {
                let draws = streams.aside(Purpose::Planning { decision: 0 }, trial);
                let mut stream = draws.open(Address::block(0));
                (0..graph.len()).map(|_| stream.exponential()).collect()
            }
            Shares::Latency | Shares::CriticalPath => (0..graph.len()).map(latency).collect(),
            Shares::Failure => {
                (0..graph.len()).map(|node| 1.0 - problem.success(node, models[node])).collect()
            }
        };
        if self.shares == Shares::CriticalPath {
            for node in graph.order().rev() {
                let rest = graph.receivers(node).map(|receiver| weights[receiver]).fold(0.0, f64::max);
                weights[node] += rest;
            }
        }
        let total: f64 = weights.iter().sum();
        let budget = problem.budget().amount() as f64;
        self.plan = (0..graph.len())
            .map(|node| {
                let share = if total > 0.0 { weights[node] / total } else { 1.0 / graph.len() as f64 };
                let affordable = budget * share / problem.mean_cost(node, models[node]);
                let count = affordable.clamp(1.0, f64::from(MOST_SAMPLES)) as u32;
                Some(Launch { model: models[node], count })
            })
            .collect();
    }

    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let launches = view.ready().iter().filter_map(|&node| Some((node, self.launch_once(view, node)?)));
        decision.launches.extend(launches);
    }
}

impl Static {
    fn launch_once(&self, view: &View<'_>, node: Node) -> Option<Launch> {
        if view.attempts(node) > 0 { None } else { *self.plan.get(node)? }
    }
}

/// Most samples of a batch; a free model would have no end of them.
const MOST_SAMPLES: u32 = 4096;
