//! A workflow with its rules, budget and deadline.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use sim_core::events::Duration;
use sim_core::graph::Node;
use sim_core::random::{Address, Entity, Family, Purpose, Streams};
use thiserror::Error;

use super::{Capacity, InvalidRules, Overspend, Rules, RunningInfo, SampleLaw, Verifier, Workflow};
use crate::organization::timed::{Meters, Prices};

/// What may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Money, in nanodollars (10^-9 USD).
    Money(u64),
    /// Generated tokens of all models alike.
    Tokens(u64),
}

impl Budget {
    /// The number, in its own unit.
    pub fn amount(self) -> u64 {
        match self {
            Self::Money(amount) | Self::Tokens(amount) => amount,
        }
    }

    /// What one of it is in the unit that people use: dollars, or tokens.
    pub fn unit(self) -> f64 {
        match self {
            Self::Money(_) => 1e-9,
            Self::Tokens(_) => 1.0,
        }
    }
}

/// A workflow that is to be completed under rules, within a budget and a deadline.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Tells problems apart that are alive at once.
    id: u64,
    workflow: Workflow,
    /// What policies think of the samples, where that is not the truth.
    beliefs: Option<Workflow>,
    rules: Rules,
    budget: Budget,
    deadline: Duration,
    /// By subtask and model: tokens that are set aside for a sample; empty where nothing is.
    reserved: Vec<u64>,
    /// By subtask: its streams.
    entities: Vec<Entity>,
}

/// Why a workflow cannot be executed.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidProblem {
    /// Rules that are none.
    #[error(transparent)]
    Rules(#[from] InvalidRules),
    /// Nothing to spend.
    #[error("a workflow needs a budget; found 0")]
    NoBudget,
    /// No time.
    #[error("a workflow needs time before its deadline; found 0")]
    NoTime,
    /// Beliefs about another workflow.
    #[error("what policies believe must be about the same subtasks, each tried by the same models")]
    Beliefs,
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Samples from which a quantile of tokens is taken.
const PILOT_SAMPLES: usize = 1000;

impl Problem {
    /// A problem.
    ///
    /// # Errors
    /// The rules are none, or budget or deadline are 0.
    pub fn new(
        workflow: Workflow,
        rules: Rules,
        budget: Budget,
        deadline: Duration,
    ) -> Result<Self, InvalidProblem> {
        rules.check()?;
        if budget.amount() == 0 {
            return Err(InvalidProblem::NoBudget);
        }
        if deadline == Duration::ZERO {
            return Err(InvalidProblem::NoTime);
        }
        let reserved = match rules.overspend {
            Overspend::Reserve { quantile } => reservations(&workflow, quantile),
            _ => Vec::new(),
        };
        let graph = workflow.graph();
        let entities = (0..graph.len()).map(|node| Entity::named(graph.name(node))).collect();
        Ok(Self { id: next_id(), workflow, beliefs: None, rules, budget, deadline, reserved, entities })
    }

    /// The same workflow and rules with another budget and deadline.
    ///
    /// # Errors
    /// One of them is 0.
    pub fn within(&self, budget: Budget, deadline: Duration) -> Result<Self, InvalidProblem> {
        let other = Self::new(self.workflow.clone(), self.rules, budget, deadline)?;
        Ok(Self { beliefs: self.beliefs.clone(), ..other })
    }

    /// The same problem under other rules.
    ///
    /// # Errors
    /// They are none.
    pub fn under(&self, rules: Rules) -> Result<Self, InvalidProblem> {
        let other = Self::new(self.workflow.clone(), rules, self.budget, self.deadline)?;
        Ok(Self { beliefs: self.beliefs.clone(), ..other })
    }

    /// The same problem for policies that believe the samples to follow other laws, such as those of a pilot run.
    ///
    /// # Errors
    /// What they believe in has other subtasks or models.
    pub fn believing(self, beliefs: Workflow) -> Result<Self, InvalidProblem> {
        let models = self.workflow.models().len();
        let same_options = |node: Node| {
            (0..models)
                .all(|model| beliefs.law(node, model).is_some() == self.workflow.law(node, model).is_some())
        };
        let same = beliefs.graph() == self.workflow.graph() && beliefs.models().len() == models;
        if !(same && (0..self.workflow.len()).all(same_options)) {
            return Err(InvalidProblem::Beliefs);
        }
        Ok(Self { id: next_id(), beliefs: Some(beliefs), ..self })
    }

    /// The problem as policies believe it to be.
    pub(super) fn as_believed(&self) -> Cow<'_, Self> {
        match &self.beliefs {
            None => Cow::Borrowed(self),
            Some(beliefs) => Cow::Owned(Self { workflow: beliefs.clone(), beliefs: None, ..self.clone() }),
        }
    }

    /// What policies believe: the workflow itself, or what a pilot run makes of it.
    pub fn beliefs(&self) -> &Workflow {
        self.beliefs.as_ref().unwrap_or(&self.workflow)
    }

    /// Probability that a sample is right, as policies believe it; 0 where the model cannot try the subtask.
    pub fn success(&self, node: Node, model: usize) -> f64 {
        self.beliefs().law(node, model).map_or(0.0, SampleLaw::success)
    }

    /// Mean cost of a sample in units of the budget, as policies believe it; infinite where the model cannot try the subtask.
    pub fn mean_cost(&self, node: Node, model: usize) -> f64 {
        let Some(law) = self.beliefs().law(node, model) else { return f64::INFINITY };
        law.mean_tokens() * self.price(model)
    }

    /// What a token of a model costs, in units of the budget, before it is rounded up.
    pub(super) fn price(&self, model: usize) -> f64 {
        match self.budget {
            Budget::Tokens(_) => 1.0,
            Budget::Money(_) => self.workflow.nanodollars_per_token(model),
        }
    }

    /// What of the workflow does not count under these rules, as a sentence: limits of providers, where these are infinite.
    pub fn note(&self) -> Option<String> {
        let limited = self.workflow.models().iter().find(|model| model.limits.is_some())?;
        let sentence = format!("limits of `{}` do not count: capacity is infinite", limited.name);
        (self.rules.capacity == Capacity::Infinite).then_some(sentence)
    }

    /// Mean latency of a sample in seconds, as policies believe it; infinite where the model cannot try the subtask.
    pub fn mean_latency(&self, node: Node, model: usize) -> f64 {
        self.beliefs().law(node, model).map_or(f64::INFINITY, SampleLaw::mean_latency)
    }

    /// The workflow.
    pub fn workflow(&self) -> &Workflow {
        &self.workflow
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The budget.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// The deadline, from the beginning.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The same problem for policies that do not know when running batches end. What they have compiled for it stands.
    pub(super) fn with_hidden_ends(&self) -> Cow<'_, Self> {
        if self.rules.running == RunningInfo::Residual {
            return Cow::Borrowed(self);
        }
        let rules = Rules { running: RunningInfo::Residual, ..self.rules };
        Cow::Owned(Self { rules, ..self.clone() })
    }

    /// A number that no other problem of this process has, so that planners know what they have compiled already.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn entity(&self, node: Node) -> Entity {
        self.entities[node]
    }

    /// What tokens of a model cost, in units of the budget.
    pub fn cost_of_tokens(&self, model: usize, tokens: u64) -> u64 {
        match self.budget {
            Budget::Tokens(_) => tokens,
            Budget::Money(_) => {
                let output = self.workflow.models().get(model).map_or(0, |model| model.price);
                let prices = Prices { output, ..Prices::default() };
                prices.cost(&Meters { output: tokens, ..Meters::NONE })
            }
        }
    }

    /// Tokens that are set aside for a sample, if the rules ask for it.
    pub(super) fn reserved_tokens(&self, node: Node, model: usize) -> Option<u64> {
        self.reserved.get(node * self.workflow.models().len() + model).copied()
    }

    /// What is set aside for a sample, in units of the budget.
    pub fn reservation(&self, node: Node, model: usize) -> Option<u64> {
        let verifier = match self.rules.verifier {
            Verifier::Noisy { cost, .. } => cost,
            _ => 0,
        };
        let tokens = self.reserved_tokens(node, model)?;
        Some(self.cost_of_tokens(model, tokens).saturating_add(verifier))
    }
}

/// The quantile of the tokens of a sample, by subtask and model, from pilot samples.
fn reservations(workflow: &Workflow, quantile: f64) -> Vec<u64> {
    let streams = Streams::new(0, Purpose::Pilot, Family::common());
    let models = workflow.models().len();
    let of = |cell: usize| {
        let Some(law) = workflow.law(cell / models, cell % models) else { return 0 };
        let mut stream = streams.open(Address::trial(cell as u64));
        let mut tokens: Vec<u64> = (0..PILOT_SAMPLES).map(|_| law.draw(None, &mut stream).tokens).collect();
        tokens.sort_unstable();
        tokens[((PILOT_SAMPLES as f64 * quantile) as usize).min(PILOT_SAMPLES - 1)]
    };
    (0..workflow.len() * models).map(of).collect()
}
