//! What a plan comes to, without simulation: accuracy and mean cost exactly, times by moments where they have no closed form.

mod debate;
mod mixed;
mod sequential;
mod tree;
mod vote;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use self::debate::LastDebate;
use self::tree::Climb;
use super::latency::Latency;
use super::{AgentModel, Fleet, Plan, Profile, Spend};
use crate::theory::layer::Layer;

/// What a plan comes to per question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Probability of a right answer.
    pub accuracy: f64,
    /// Mean cost.
    pub spend: Spend,
    /// Mean time in seconds; above the true one for trees, whose layers are taken one after the other.
    pub mean_time: f64,
    /// Time in seconds in which 95 % are answered: exact for one agent and for votes, else that of a lognormal law with the same moments.
    pub slow_time: f64,
    /// Tokens of messages that one agent reads at most.
    pub window: f64,
    /// Mean number of answers and decisions.
    pub calls: f64,
}

/// The share of questions that `slow_time` is about.
const SLOW: f64 = 0.95;

impl Fleet {
    /// What a plan comes to. NaN where the plan is none of this fleet.
    pub fn outlook(&self, plan: &Plan) -> Outlook {
        Evaluator::new(self).outlook(plan)
    }

    /// The profile of a model's answers of this length.
    pub fn profile(&self, model: usize, tokens: f64) -> Option<Profile> {
        let bias = self.models.get(model)?.bias(tokens);
        Some(Profile::new(self.errors.dependence, bias, self.errors.correlation))
    }

    /// The layer of a tree on a question of known difficulty: what answers share is the question (spec 5), so that its votes err independently.
    pub fn layer(&self, fan_in: u32, message: f64) -> Layer {
        Layer::new(fan_in, 0.0, self.channel.fidelity(message))
    }
}

/// Weights of questions, and the accuracies of two models on them.
type Together = Rc<Vec<(f64, [f64; 2])>>;
/// Probabilities of 0, 1, 2, ....
type Law = Rc<Vec<f64>>;

/// Evaluates many plans of a fleet. Profiles of answers of known length are computed once.
pub(super) struct Evaluator<'a> {
    fleet: &'a Fleet,
    /// By model.
    known: Vec<OnceCell<Rc<Profile>>>,
    /// The tree of the last evaluation, on which the next deeper one stands.
    climb: RefCell<Option<Climb>>,
    /// The debate of the last evaluation, which may go on with another exchange.
    debate: RefCell<Option<LastDebate>>,
    /// By two models: their accuracies on the same questions.
    together: RefCell<HashMap<(usize, usize), Together>>,
    /// By a model and a number of answers: how many of them are right.
    counts: RefCell<HashMap<(usize, u32), Law>>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(fleet: &'a Fleet) -> Self {
        Self {
            fleet,
            known: vec![OnceCell::new(); fleet.models.len()],
            climb: RefCell::default(),
            debate: RefCell::default(),
            together: RefCell::default(),
            counts: RefCell::default(),
        }
    }

    /// Accuracies of two models of known length on questions that are as hard for one as for the other.
    fn together(&self, first: usize, second: usize) -> Option<Together> {
        if let Some(found) = self.together.borrow().get(&(first, second)) {
            return Some(Rc::clone(found));
        }
        let (one, other) = (self.of_known(first)?, self.of_known(second)?);
        let found = Rc::new(Profile::together([&one, &other]));
        self.together.borrow_mut().insert((first, second), Rc::clone(&found));
        Some(found)
    }

    /// The profile of a model whose answers have a known length.
    fn of_known(&self, model: usize) -> Option<Rc<Profile>> {
        self.profile(model, self.fleet.models.get(model)?.known_tokens()?)
    }

    fn profile(&self, model: usize, tokens: f64) -> Option<Rc<Profile>> {
        let profile = || self.fleet.profile(model, tokens).map(Rc::new);
        if self.fleet.models.get(model)?.known_tokens() != Some(tokens) {
            return profile();
        }
        let known = self.known.get(model)?;
        if let Some(found) = known.get() {
            return Some(Rc::clone(found));
        }
        let found = profile()?;
        Some(Rc::clone(known.get_or_init(|| found)))
    }

    /// What a plan comes to, as [`Fleet::outlook`].
    pub(super) fn outlook(&self, plan: &Plan) -> Outlook {
        self.try_outlook(plan).unwrap_or(Outlook {
            accuracy: f64::NAN,
            spend: Spend { dollars: f64::NAN, tokens: f64::NAN },
            mean_time: f64::NAN,
            slow_time: f64::NAN,
            window: f64::NAN,
            calls: f64::NAN,
        })
    }

    fn try_outlook(&self, plan: &Plan) -> Option<Outlook> {
        Some(match *plan {
            Plan::Single { model, tokens } => self.vote(self.fleet.models.get(model)?, tokens, 1),
            Plan::Vote { model, tokens, votes } => self.vote(self.fleet.models.get(model)?, tokens, votes),
            Plan::Margin { model, tokens, margin } => self.margin(model, tokens, margin)?,
            Plan::Retry { model, tokens, tries } => self.retry(model, tokens, tries)?,
            Plan::Cascade { student, votes, teacher } => self.cascade(student, votes, teacher)?,
            Plan::Mixed { .. } => {
                Outlook { accuracy: self.accuracy_of_mixed(plan)?, ..self.cost_of_mixed(plan)? }
            }
            Plan::Tree { .. } => {
                Outlook { accuracy: self.accuracy_of_tree(plan)?, ..self.cost_of_tree(plan)? }
            }
            Plan::Debate { .. } => {
                Outlook { accuracy: self.accuracy_of_debate(plan)?, ..self.cost_of_debate(plan)? }
            }
            Plan::Chain { model, tokens, relays, message } => {
                self.chain(self.fleet.models.get(model)?, tokens, relays, message)
            }
        })
    }

    /// What a plan costs and how long it takes: as [`Evaluator::outlook`], but the accuracies of votes, trees and debates, which take longer, are 0.
    pub(super) fn costs(&self, plan: &Plan) -> Outlook {
        let quick = match *plan {
            Plan::Vote { model, tokens, votes } => {
                self.fleet.models.get(model).map(|model| vote::cost_of_vote(model, tokens, votes))
            }
            Plan::Mixed { .. } => self.cost_of_mixed(plan),
            Plan::Tree { .. } => self.cost_of_tree(plan),
            Plan::Debate { .. } => self.cost_of_debate(plan),
            _ => None,
        };
        quick.unwrap_or_else(|| self.outlook(plan))
    }
}

impl AgentModel {
    /// The time of an answer of this length.
    pub(super) fn latency_of(&self, tokens: f64) -> Latency {
        Latency::new(self.latency + self.seconds_per_token * tokens, self.variation)
    }
}
