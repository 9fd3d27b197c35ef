//! Policies that choose a model by one number, and the same again until it succeeds.

use sim_core::graph::Node;

use super::NodePolicy;
use crate::workflow::{Launch, Problem, View, Workflow};

/// The same launch for every subtask, at every decision: Seq-(m, k) of mechanisms A1. A subtask that the model cannot try is tried with its
/// own first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequential(pub Launch);

impl NodePolicy for Sequential {
    fn launch(&self, view: &View<'_>, node: Node) -> Option<Launch> {
        self.launch_at(view.problem().workflow(), node)
    }
}

impl Sequential {
    /// What is launched for a subtask whenever it is ready.
    pub(super) fn launch_at(self, workflow: &Workflow, node: Node) -> Option<Launch> {
        if workflow.law(node, self.0.model).is_some() {
            return Some(self.0);
        }
        let (model, _) = workflow.choices(node).next()?;
        Some(Launch { model, ..self.0 })
    }
}

/// The model with the lowest mean cost per success, which is the cheapest way to a success: trying until it succeeds costs `kappa / p` on
/// average (mechanisms A6.9; in a portfolio, CoP-k of A4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostOfPass {
    /// Samples of a batch.
    pub count: u32,
}

/// The model that is right most often (A6.8; MaxP-k of A4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BestModel {
    /// Samples of a batch.
    pub count: u32,
}

/// The model whose samples are cheapest (A6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheapestModel {
    /// Samples of a batch.
    pub count: u32,
}

/// The cheapest model so often, then the next, and the most expensive from then on, one sample each (A6.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// Tries of each model before the next.
    pub tries: u32,
}

/// The model that is lowest by a number; of several, the one declared first.
fn lowest(problem: &Problem, node: Node, number: impl Fn(usize) -> f64) -> Option<usize> {
    let models = problem.workflow().choices(node).map(|(model, _)| model);
    models.min_by(|&a, &b| number(a).total_cmp(&number(b)))
}

/// The model with the lowest mean cost per success.
pub(super) fn cheapest_per_success(problem: &Problem, node: Node) -> Option<usize> {
    lowest(problem, node, |model| match problem.success(node, model) {
        success if success > 0.0 => problem.mean_cost(node, model) / success,
        _ => f64::INFINITY,
    })
}

impl NodePolicy for CostOfPass {
    fn launch(&self, view: &View<'_>, node: Node) -> Option<Launch> {
        Some(Launch { model: cheapest_per_success(view.problem(), node)?, count: self.count })
    }
}

impl NodePolicy for BestModel {
    fn launch(&self, view: &View<'_>, node: Node) -> Option<Launch> {
        let problem = view.problem();
        Some(Launch {
            model: lowest(problem, node, |model| -problem.success(node, model))?,
            count: self.count,
        })
    }
}

impl NodePolicy for CheapestModel {
    fn launch(&self, view: &View<'_>, node: Node) -> Option<Launch> {
        let problem = view.problem();
        Some(Launch {
            model: lowest(problem, node, |model| problem.mean_cost(node, model))?,
            count: self.count,
        })
    }
}

impl NodePolicy for Escalation {
    fn launch(&self, view: &View<'_>, node: Node) -> Option<Launch> {
        let problem = view.problem();
        let mut models: Vec<usize> = problem.workflow().choices(node).map(|(model, _)| model).collect();
        models.sort_by(|&a, &b| problem.mean_cost(node, a).total_cmp(&problem.mean_cost(node, b)));
        let step = view.attempts(node) / self.tries.max(1);
        let model = *models.get(step as usize).or(models.last())?;
        Some(Launch { model, count: 1 })
    }
}
