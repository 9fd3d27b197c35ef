//! One question answered by a plan, on draws that all plans share.
//!
//! The hidden difficulty, the answers and the times are drawn by the name of the model and the number of the answer. So a vote of three hears
//! the answers of the vote of five that come first, and differences between plans are those of the plans.

mod debate;
mod subtree;

use std::cmp::Ordering;

use sim_core::random::{Entity, TrialStreams};

use self::subtree::SubtreeTimes;
use super::latency::Latency;
use super::{Fleet, Plan, Profile, Spend};
use crate::theory::recursion;

/// Channels of the streams of a model. A number is part of a stream's address: it must not change.
mod channel {
    pub const ANSWER: u64 = 0;
    pub const TIME: u64 = 1;
    pub const CHECK: u64 = 2;
    pub const DIFFICULTY: u64 = 3;
    pub const NODE: u64 = 4;
    pub const HIDDEN_TIME: u64 = 5;
    pub const TIE: u64 = 6;
    pub const HEARD: u64 = 7;
}

/// Most leaves of a tree that are simulated; below them subtrees have their exact bias, and a table of their times.
const MOST_LEAVES: f64 = 1024.0;
/// Votes after which a race to a margin is given up.
const MOST_VOTES: u64 = 100_000;

/// What a question came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialOutcome {
    /// Whether the answer is right.
    pub right: bool,
    /// What it cost.
    pub spend: Spend,
    /// Seconds until the answer.
    pub time: f64,
}

/// A plan with what its simulation needs.
#[derive(Clone, Debug)]
pub struct SimulatedPlan {
    plan: Plan,
    fleet: Fleet,
    /// By model of the fleet.
    entities: Vec<Entity>,
    profiles: Vec<Option<Profile>>,
    /// Times of the subtrees below the simulated layers of a tree.
    subtrees: Option<SubtreeTimes>,
}

/// One question.
struct Question<'a> {
    simulated: &'a SimulatedPlan,
    streams: &'a TrialStreams,
    /// Difficulty that is common to all models, where it is.
    common: Option<f64>,
}

impl SimulatedPlan {
    /// A plan of a fleet; `None` if it is none of it.
    pub fn new(fleet: &Fleet, plan: &Plan) -> Option<Self> {
        if !fleet.outlook(plan).accuracy.is_finite() {
            return None;
        }
        let entities = fleet.models.iter().map(|model| Entity::named(&model.name)).collect();
        let used = plan.models();
        let profile = |model: usize| {
            let tokens = plan.tokens().or(fleet.models[model].known_tokens())?;
            used.contains(&model).then(|| fleet.profile(model, tokens)).flatten()
        };
        let profiles = (0..fleet.models.len()).map(profile).collect();
        let subtrees = match *plan {
            Plan::Tree { model, tokens, fan_in, depth, message } => {
                let hidden = depth - simulated_layers(fan_in, depth);
                let agent = &fleet.models[model];
                let (leaf, decision) = (agent.latency_of(tokens + message), agent.latency_of(message));
                (hidden > 0).then(|| SubtreeTimes::new(leaf, decision, fan_in, hidden))
            }
            _ => None,
        };
        Some(Self { plan: *plan, fleet: fleet.clone(), entities, profiles, subtrees })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Answers a question.
    pub fn ask(&self, streams: &TrialStreams) -> TrialOutcome {
        let mut shared = streams.open(Entity::named("question"), 0, channel::DIFFICULTY);
        let (coin, difficulty) = (shared.uniform(), shared.uniform());
        let common = (coin < self.fleet.errors.across).then_some(difficulty);
        let question = Question { simulated: self, streams, common };
        match self.plan {
            Plan::Single { model, tokens } => question.vote(&[(model, tokens, 1)]),
            Plan::Vote { model, tokens, votes } => question.vote(&[(model, tokens, votes)]),
            Plan::Mixed { .. } => {
                let of = |(model, votes): (usize, u32)| {
                    (model, self.fleet.models[model].known_tokens().unwrap_or(f64::NAN), votes)
                };
                question.vote(&self.plan.teams().into_iter().map(of).collect::<Vec<_>>())
            }
            Plan::Margin { model, tokens, margin } => question.margin(model, tokens, margin),
            Plan::Retry { model, tokens, tries } => question.retry(model, tokens, tries),
            Plan::Cascade { student, votes, teacher } => question.cascade(student, votes, teacher),
            Plan::Tree { model, tokens, fan_in, depth, message } => {
                question.tree(model, tokens, fan_in, depth, message)
            }
            Plan::Debate { .. } => question.debate(&self.plan),
            Plan::Chain { model, tokens, relays, message } => question.chain(model, tokens, relays, message),
        }
    }
}

impl Question<'_> {
    fn uniform(&self, model: usize, index: u64, channel: u64) -> f64 {
        self.streams.open(self.simulated.entities[model], index, channel).uniform()
    }

    /// How often a model is right on this question.
    fn accuracy(&self, model: usize) -> f64 {
        let place = self.common.unwrap_or_else(|| self.uniform(model, 0, channel::DIFFICULTY));
        self.simulated.profiles[model].as_ref().map_or(0.5, |profile| profile.at(place))
    }

    fn is_right(&self, model: usize, index: u64, accuracy: f64) -> bool {
        self.uniform(model, index, channel::ANSWER) < accuracy
    }

    fn time(&self, model: usize, index: u64, latency: Latency) -> f64 {
        let mut stream = self.streams.open(self.simulated.entities[model], index, channel::TIME);
        latency.at(stream.normal())
    }

    /// What one answer costs.
    fn answer(&self, model: usize, tokens: f64) -> Spend {
        let agent = &self.simulated.fleet.models[model];
        agent.spend(agent.input_tokens, tokens)
    }

    fn latency(&self, model: usize, tokens: f64) -> Latency {
        self.simulated.fleet.models[model].latency_of(tokens)
    }

    fn vote(&self, teams: &[(usize, f64, u32)]) -> TrialOutcome {
        let (mut lead, mut time, mut spend) = (0i64, 0f64, Spend::default());
        for &(model, tokens, votes) in teams {
            let (accuracy, latency) = (self.accuracy(model), self.latency(model, tokens));
            for index in 0..u64::from(votes) {
                lead += if self.is_right(model, index, accuracy) { 1 } else { -1 };
                time = time.max(self.time(model, index, latency));
            }
            spend = spend + self.answer(model, tokens).times(f64::from(votes));
        }
        // Votes are odd in number: there are no ties.
        TrialOutcome { right: lead > 0, spend, time }
    }

    fn margin(&self, model: usize, tokens: f64, margin: u32) -> TrialOutcome {
        let (accuracy, latency) = (self.accuracy(model), self.latency(model, tokens));
        let (mut lead, mut time, mut votes) = (0i64, 0.0, 0u64);
        while lead.unsigned_abs() < u64::from(margin) && votes < MOST_VOTES {
            lead += if self.is_right(model, votes, accuracy) { 1 } else { -1 };
            time += self.time(model, votes, latency);
            votes += 1;
        }
        let spend = self.answer(model, tokens).times(votes as f64);
        TrialOutcome { right: lead > 0, spend, time }
    }

    fn retry(&self, model: usize, tokens: f64, tries: u32) -> TrialOutcome {
        let (accuracy, latency) = (self.accuracy(model), self.latency(model, tokens));
        let (mut time, mut spend) = (0.0, Spend::default());
        let mut right = false;
        for index in 0..u64::from(tries) {
            right = self.is_right(model, index, accuracy);
            time += self.time(model, index, latency);
            spend = spend + self.answer(model, tokens);
            if index + 1 < u64::from(tries) && self.passes(model, index, right, &mut time, &mut spend) {
                break;
            }
        }
        TrialOutcome { right, spend, time }
    }

    /// Whether the checker accepts an answer, which takes time and money.
    fn passes(&self, model: usize, index: u64, right: bool, time: &mut f64, spend: &mut Spend) -> bool {
        let Some(checker) = self.simulated.fleet.checker else { return true };
        *time += checker.seconds;
        *spend = *spend + Spend { dollars: checker.dollars, tokens: checker.tokens };
        let chance = if right { checker.true_positive } else { checker.false_positive };
        self.uniform(model, index, channel::CHECK) < chance
    }

    fn cascade(&self, student: usize, votes: u32, teacher: usize) -> TrialOutcome {
        let tokens = |model: usize| self.simulated.fleet.models[model].known_tokens().unwrap_or(f64::NAN);
        let mut first = self.vote(&[(student, tokens(student), votes)]);
        let accuracy = self.accuracy(student);
        let accepted = if votes == 1 {
            self.passes(student, 0, first.right, &mut first.time, &mut first.spend)
        } else {
            (0..u64::from(votes)).all(|index| self.is_right(student, index, accuracy) == first.right)
        };
        if accepted {
            return first;
        }
        let second = self.vote(&[(teacher, tokens(teacher), 1)]);
        TrialOutcome {
            right: second.right,
            spend: first.spend + second.spend,
            time: first.time + second.time,
        }
    }

    fn chain(&self, model: usize, tokens: f64, relays: u32, message: f64) -> TrialOutcome {
        let accuracy = self.accuracy(model);
        let fidelity = self.simulated.fleet.channel.fidelity(message);
        let mut right = self.is_right(model, 0, accuracy);
        let mut time = self.time(model, 0, self.latency(model, tokens + message));
        for relay in 1..=u64::from(relays) {
            right = self.received(model, relay, right, fidelity);
            time += self.time(model, relay, self.latency(model, message));
        }
        let agent = &self.simulated.fleet.models[model];
        let spend = self.answer(model, tokens) + agent.spend(message, message).times(f64::from(relays));
        TrialOutcome { right, spend, time }
    }

    /// A vote after a channel that flips with probability (1 - fidelity)/2.
    fn received(&self, model: usize, index: u64, vote: bool, fidelity: f64) -> bool {
        let flipped = self.uniform(model, index, channel::NODE) < 0.5 * (1.0 - fidelity);
        vote != flipped
    }

    fn tree(&self, model: usize, tokens: f64, fan_in: u32, depth: u32, message: f64) -> TrialOutcome {
        let fleet = &self.simulated.fleet;
        let (leaves, agents) = self.simulated.plan.agents();
        let simulated = simulated_layers(fan_in, depth);
        let accuracy = self.accuracy(model);
        let below =
            recursion::uniform_bias(&fleet.layer(fan_in, message), depth - simulated, 2.0 * accuracy - 1.0);
        let tree = Tree {
            question: self,
            model,
            fan_in,
            fidelity: fleet.channel.fidelity(message),
            below: 0.5 * (1.0 + below),
            leaf: self.latency(model, tokens + message),
            decision: self.latency(model, message),
            subtrees: self.simulated.subtrees.as_ref(),
        };
        let mut votes = Vec::with_capacity(fan_in as usize * simulated as usize);
        let (right, time) = tree.node(simulated, 0, &mut votes);
        let agent = &fleet.models[model];
        let spend =
            self.answer(model, tokens).times(leaves) + agent.spend(message, message).times(agents - 1.0);
        TrialOutcome { right, spend, time }
    }
}

/// How many of the upper layers of a tree are simulated.
fn simulated_layers(fan_in: u32, depth: u32) -> u32 {
    let leaves = |layers: u32| libm::pow(f64::from(fan_in), f64::from(layers));
    (1..=depth).take_while(|&layers| leaves(layers) <= MOST_LEAVES).count() as u32
}

/// A tree of which the upper layers are simulated.
struct Tree<'a> {
    question: &'a Question<'a>,
    model: usize,
    fan_in: u32,
    fidelity: f64,
    /// Accuracy of what lies below the simulated layers.
    below: f64,
    leaf: Latency,
    decision: Latency,
    /// When it is there, where there are layers below.
    subtrees: Option<&'a SubtreeTimes>,
}

impl Tree<'_> {
    /// The vote of a node and the time when it is there. Nodes of one layer are counted from the left.
    fn node(&self, layer: u32, position: u64, votes: &mut Vec<bool>) -> (bool, f64) {
        let question = self.question;
        let name = (u64::from(layer) << 40) + position;
        if layer == 0 {
            let right = question.is_right(self.model, name, self.below);
            let time = match self.subtrees {
                Some(subtrees) => subtrees.at(question.uniform(self.model, name, channel::HIDDEN_TIME)),
                None => question.time(self.model, name, self.leaf),
            };
            return (right, time);
        }
        let (start, mut latest) = (votes.len(), 0f64);
        for child in 0..u64::from(self.fan_in) {
            let below = position * u64::from(self.fan_in) + child;
            let (vote, time) = self.node(layer - 1, below, votes);
            latest = latest.max(time);
            let index = (u64::from(layer - 1) << 40) + below;
            votes.push(question.received(self.model, index, vote, self.fidelity));
        }
        let heard = &votes[start..];
        let right = heard.iter().filter(|vote| **vote).count();
        let right = match (2 * right).cmp(&heard.len()) {
            Ordering::Equal => question.uniform(self.model, name, channel::TIE) < 0.5,
            order => order == Ordering::Greater,
        };
        votes.truncate(start);
        (right, latest + question.time(self.model, name, self.decision))
    }
}
