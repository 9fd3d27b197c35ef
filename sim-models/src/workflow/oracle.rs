//! The exact oracle: completion probabilities of small instances by dynamic programming (mechanisms A7).
//!
//! A state is what is done, what runs and for how long, and what is left of budget and time. Where subtasks run in parallel and latencies
//! are random, a policy of the oracle knows when running batches will end (`clairvoyant`): its value is then an upper bound for policies
//! that do not. It is exact for chains and for certain latencies.

mod limits;
mod outcomes;
mod policy;

use std::collections::HashMap;

use sim_core::events::Duration;
use sim_core::graph::Node;

pub use self::limits::{MOST_COUNTS, MOST_MODELS, MOST_SAMPLES, MOST_SUBTASKS, NotExact};
use self::limits::{MOST_DECISIONS, MOST_WORK};
use self::outcomes::{Outcome, outcomes};
pub use self::policy::OraclePolicy;
use super::{
    BatchEnd, Capacity, DeadlineRule, Dependence, Idle, Launch, Overspend, Problem, Replanning, RunningInfo,
    Verifier,
};

/// Most states that are kept.
const MOST_STATES: usize = 2_000_000;
/// What a policy of a portfolio launches: one launch per subtask, at every attempt.
pub type Fixed = Vec<Launch>;

/// Exact values of one problem.
#[derive(Debug)]
pub struct Oracle {
    problem: Problem,
    /// Every model with every size of a batch.
    launches: Vec<Launch>,
    outcomes: HashMap<(Node, Launch), Vec<Outcome>>,
    portfolio: Vec<Fixed>,
    values: HashMap<(Who, State), f64>,
    /// What was chosen among all actions.
    chosen: HashMap<(Who, State), Option<Action>>,
    /// Outcomes of launches averaged so far.
    work: u64,
}

/// Whose value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    /// The best policy's.
    Best,
    /// That of a policy of the portfolio.
    Fixed(usize),
    /// That of a policy which launches every subtask once.
    Once(usize),
    /// That of the policy that launches what is best if a policy of the portfolio follows.
    Rollout,
}

/// A state in which a decision is due.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    /// Bits of subtasks that are done.
    done: u64,
    budget: u64,
    /// Nanoseconds before the deadline.
    time: u64,
    /// In order of their subtasks.
    running: Vec<Batch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Batch {
    node: Node,
    /// Nanoseconds until its end.
    remaining: u64,
    /// Bits of the probability that it passes.
    passes: u64,
}

/// One launch per ready subtask; `None` lets it wait.
type Action = Vec<(Node, Option<Launch>)>;

impl Oracle {
    /// The oracle of a problem whose batches have one of these sizes.
    ///
    /// # Errors
    /// The problem is too large, or its rules or laws are not those that have an exact value.
    pub fn new(problem: &Problem, counts: &[u32]) -> Result<Self, NotExact> {
        let workflow = problem.workflow();
        for (what, most, found) in [
            ("subtasks", MOST_SUBTASKS, workflow.len()),
            ("models", MOST_MODELS, workflow.models().len()),
            ("sizes of a batch", MOST_COUNTS, counts.len()),
        ] {
            if found > most {
                return Err(NotExact::TooLarge { what, most, found });
            }
        }
        if counts.contains(&0) {
            return Err(NotExact::NoSamples);
        }
        let rules = problem.rules();
        let known = rules.batch_end == BatchEnd::Barrier
            && rules.overspend == Overspend::FailRun
            && rules.deadline == DeadlineRule::AtLaunch
            && rules.running == RunningInfo::Clairvoyant
            && rules.verifier == Verifier::Perfect
            && rules.dependence == Dependence::Independent
            && rules.capacity == Capacity::Infinite
            && rules.replanning == Replanning::BatchEnd
            && rules.time_per_simulation == Duration::ZERO;
        if !known {
            return Err(NotExact::Rules);
        }
        let models = 0..workflow.models().len();
        let launches: Vec<Launch> =
            models.flat_map(|model| counts.iter().map(move |&count| Launch { model, count })).collect();
        let mut all = HashMap::new();
        for node in 0..workflow.len() {
            for (model, law) in workflow.choices(node) {
                let continuous = || NotExact::Continuous { subtask: workflow.graph().name(node).to_owned() };
                let samples = law.support().ok_or_else(continuous)?;
                if samples.len() > MOST_SAMPLES {
                    let found = samples.len();
                    return Err(NotExact::TooLarge { what: "different samples", most: MOST_SAMPLES, found });
                }
                for &count in counts {
                    let launch = Launch { model, count };
                    all.insert((node, launch), outcomes(problem, launch, &samples));
                }
            }
        }
        let outcomes = || all.values().flatten();
        let cheapest = outcomes().map(|outcome: &Outcome| outcome.cost).min().unwrap_or(0);
        let fastest = outcomes().map(|outcome| outcome.duration).min().unwrap_or(0);
        let launches_paid = problem.budget().amount().checked_div(cheapest).unwrap_or(u64::MAX);
        let ends = problem.deadline().as_nanoseconds().checked_div(fastest).unwrap_or(u64::MAX);
        if launches_paid.min(ends.saturating_mul(workflow.len() as u64)) > MOST_DECISIONS {
            return Err(NotExact::TooManyDecisions);
        }
        let portfolio = launches.iter().map(|&launch| vec![launch; workflow.len()]).collect();
        Ok(Self {
            problem: problem.clone(),
            launches,
            outcomes: all,
            portfolio,
            values: HashMap::new(),
            chosen: HashMap::new(),
            work: 0,
        })
    }

    /// The fixed policies: every model with every size of a batch, for all subtasks alike, and those added.
    pub fn portfolio(&self) -> &[Fixed] {
        &self.portfolio
    }

    /// Adds a policy to the portfolio.
    pub fn add(&mut self, policy: Fixed) {
        self.portfolio.push(policy);
        self.values.clear();
        self.chosen.clear();
    }

    /// About how many bytes the values and choices take.
    pub(super) fn memory(&self) -> usize {
        let running = self.problem.workflow().len() * size_of::<Batch>();
        let (value, choice) = (size_of::<((Who, State), f64)>(), size_of::<((Who, State), Option<Action>)>());
        self.values.len() * (value + running) + self.chosen.len() * (choice + running)
    }

    /// The completion probability of the best policy: `V*`.
    pub fn best(&mut self) -> f64 {
        self.value(Who::Best, &self.start())
    }

    /// The completion probability of a policy of the portfolio, by its position.
    pub fn fixed(&mut self, policy: usize) -> f64 {
        self.value(Who::Fixed(policy), &self.start())
    }

    /// The completion probability of the policy that launches, in every state, what is best if a policy of the portfolio follows: the
    /// published planner with exact values instead of simulations.
    pub fn rollout(&mut self) -> f64 {
        self.value(Who::Rollout, &self.start())
    }

    /// The largest value of a first action that a policy of the portfolio follows: what the best score of the published planner's first
    /// decision estimates.
    pub fn best_followed(&mut self) -> f64 {
        let start = self.start();
        match self.action(Who::Rollout, &start) {
            Some(action) => (0..self.portfolio.len())
                .map(|policy| self.after(Who::Fixed(policy), &start, &action))
                .fold(0.0, f64::max),
            None => 0.0,
        }
    }

    /// The best completion probability of policies that launch every subtask once, with a launch fixed beforehand.
    pub fn best_static(&mut self) -> f64 {
        let nodes = self.problem.workflow().len();
        let kept = self.portfolio.len();
        let mut best = 0.0f64;
        let mut at = vec![0; nodes];
        loop {
            self.portfolio.push(at.iter().map(|&i| self.launches[i]).collect());
            best = best.max(self.value(Who::Once(kept), &self.start()));
            self.portfolio.truncate(kept);
            self.values.retain(|(who, _), _| *who != Who::Once(kept));
            let Some(place) = (0..nodes).find(|&place| at[place] + 1 < self.launches.len()) else { break };
            at[place] += 1;
            at[..place].fill(0);
        }
        best
    }

    /// Whether all values were computed.
    ///
    /// # Errors
    /// So much was asked for that the oracle has given up, and its values are too low.
    pub fn check_work(&self) -> Result<(), NotExact> {
        if self.work > MOST_WORK { Err(NotExact::TooMuchWork) } else { Ok(()) }
    }

    fn start(&self) -> State {
        State {
            done: 0,
            budget: self.problem.budget().amount(),
            time: self.problem.deadline().as_nanoseconds(),
            running: Vec::new(),
        }
    }

    /// Subtasks that can be launched.
    fn ready(&self, state: &State) -> Vec<Node> {
        let graph = self.problem.workflow().graph();
        let is_done = |node: Node| state.done >> node & 1 == 1;
        let runs = |node: Node| state.running.iter().any(|batch| batch.node == node);
        (0..graph.len())
            .filter(|&node| !is_done(node) && !runs(node) && graph.senders(node).all(is_done))
            .collect()
    }

    fn is_complete(&self, state: &State) -> bool {
        state.done.count_ones() as usize == self.problem.workflow().len()
    }

    /// Value of a state in which a decision is due, or in which nothing can be launched and something runs.
    fn value(&mut self, who: Who, state: &State) -> f64 {
        if self.is_complete(state) {
            return 1.0;
        }
        if let Some(&value) = self.values.get(&(who, state.clone())) {
            return value;
        }
        let value = match self.action(who, state) {
            Some(action) => self.after(who, state, &action),
            None => 0.0,
        };
        if self.values.len() < MOST_STATES {
            self.values.insert((who, state.clone()), value);
        }
        value
    }

    /// What somebody launches in a state.
    fn action(&mut self, who: Who, state: &State) -> Option<Action> {
        let followers: Vec<Who> = match who {
            Who::Fixed(policy) | Who::Once(policy) => {
                let launches = &self.portfolio[policy];
                let launch = |node| (node, Some(launches[node]));
                return Some(self.ready(state).into_iter().map(launch).collect());
            }
            Who::Best => vec![Who::Best],
            Who::Rollout => (0..self.portfolio.len()).map(Who::Fixed).collect(),
        };
        let key = (who, state.clone());
        if let Some(chosen) = self.chosen.get(&key) {
            return chosen.clone();
        }
        let ready = self.ready(state);
        let action = self.best_action(state, &ready, &followers);
        if self.chosen.len() < MOST_STATES {
            self.chosen.insert(key, action.clone());
        }
        action
    }

    /// The action with the largest value if one of these follows; the first of several.
    fn best_action(&mut self, state: &State, ready: &[Node], followers: &[Who]) -> Option<Action> {
        let mut best: Option<(f64, Action)> = None;
        for action in self.actions(state, ready) {
            for &who in followers {
                let value = self.after(who, state, &action);
                if best.as_ref().is_none_or(|(most, _)| value > most + 1e-12) {
                    best = Some((value, action.clone()));
                }
            }
        }
        best.map(|(_, action)| action)
    }

    /// All actions: those that launch the same for all ready subtasks first.
    fn actions(&self, state: &State, ready: &[Node]) -> Vec<Action> {
        let may_wait = self.problem.rules().idle == Idle::Allowed && !state.running.is_empty();
        let options = |node: Node| {
            let launches =
                self.launches.iter().filter(move |&&launch| self.outcomes.contains_key(&(node, launch)));
            launches.copied().map(Some).chain(may_wait.then_some(None))
        };
        let mut actions: Vec<Action> = vec![Vec::new()];
        for &node in ready {
            actions = actions
                .iter()
                .flat_map(|action| {
                    options(node).map(move |option| {
                        let mut longer = action.clone();
                        longer.push((node, option));
                        longer
                    })
                })
                .collect();
        }
        let alike = |action: &Action| action.iter().all(|(_, launch)| *launch == action[0].1);
        let waits = |action: &Action| action.iter().all(|(_, launch)| launch.is_none());
        actions.sort_by_key(|action| !action.is_empty() && (!alike(action) || waits(action)));
        actions
    }

    /// Value after an action, if somebody decides from then on.
    fn after(&mut self, who: Who, state: &State, action: &Action) -> f64 {
        let launched: Vec<(Node, Launch)> =
            action.iter().filter_map(|&(node, launch)| Some((node, launch?))).collect();
        if launched.is_empty() && state.running.is_empty() {
            return 0.0;
        }
        self.launch_rest(who, state, &launched, state.running.clone(), state.budget)
    }

    /// Averages over the outcomes of what is still to be launched.
    fn launch_rest(
        &mut self,
        who: Who,
        state: &State,
        launched: &[(Node, Launch)],
        running: Vec<Batch>,
        budget: u64,
    ) -> f64 {
        let Some((&(node, launch), rest)) = launched.split_first() else {
            return self.next_end(who, state, running, budget);
        };
        let Some(outcomes) = self.outcomes.get(&(node, launch)).cloned() else { return 0.0 };
        let mut value = 0.0;
        for outcome in outcomes {
            self.work += 1;
            if self.work > MOST_WORK {
                return 0.0;
            }
            if outcome.cost > budget || outcome.duration > state.time {
                continue;
            }
            let mut running = running.clone();
            running.push(Batch { node, remaining: outcome.duration, passes: outcome.passes.to_bits() });
            let left = budget - outcome.cost;
            value += outcome.probability * self.launch_rest(who, state, rest, running, left);
        }
        value
    }

    /// Moves on to the next end of a batch; all that end then are known before the next decision.
    fn next_end(&mut self, who: Who, state: &State, running: Vec<Batch>, budget: u64) -> f64 {
        let Some(step) = running.iter().map(|batch| batch.remaining).min() else { return 0.0 };
        if step > state.time {
            return 0.0;
        }
        let (ended, mut rest): (Vec<Batch>, Vec<Batch>) =
            running.into_iter().partition(|batch| batch.remaining == step);
        for batch in &mut rest {
            batch.remaining -= step;
        }
        rest.sort_unstable_by_key(|batch| batch.node);
        let mut value = 0.0;
        for passed in 0..1u64 << ended.len() {
            let (mut probability, mut done) = (1.0, state.done);
            for (bit, batch) in ended.iter().enumerate() {
                let passes = f64::from_bits(batch.passes);
                let is_passed = passed >> bit & 1 == 1;
                probability *= if is_passed { passes } else { 1.0 - passes };
                done |= u64::from(is_passed) << batch.node;
            }
            let failed = passed.count_ones() as usize != ended.len();
            if probability == 0.0 || (failed && matches!(who, Who::Once(_))) {
                continue;
            }
            let next = State { done, budget, time: state.time - step, running: rest.clone() };
            value += probability * self.value(who, &next);
        }
        value
    }
}
