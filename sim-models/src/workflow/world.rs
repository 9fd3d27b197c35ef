//! What really happens: samples drawn one by one, under the world's own streams.

use sim_core::graph::Node;
use sim_core::random::{Streams, TrialStreams};
use sim_core::special::{beta_quantile, normal_cdf};

use super::batch::Verified;
use super::execution::{Admission, Execution, Outcomes};
use super::policy::Policy;
use super::state::State;
use super::{Attempt, Batch, BatchEnd, Dependence, Launch, Problem, Replanning, RunResult};

/// Channels of the streams of a subtask. A number is part of a stream's address: it must not change.
mod channel {
    /// Samples of model `m` are drawn on channel `SAMPLES + m`.
    pub const SAMPLES: u64 = 16;
    /// How hard a subtask is for all models.
    pub const SHARED: u64 = 0;
    /// How hard it is for one.
    pub const OWN: u64 = 1;
}

/// The draws of one run.
pub(super) struct World<'a> {
    problem: &'a Problem,
    streams: TrialStreams,
    /// Those of the batch that is drawn.
    samples: Vec<Verified>,
}

impl<'a> World<'a> {
    /// The world of a trial.
    pub(super) fn new(problem: &'a Problem, streams: &Streams, trial: u64) -> Self {
        Self { problem, streams: streams.trial(trial), samples: Vec::new() }
    }

    /// The samples of a model at an attempt at a subtask, one after the other: a batch has as many of them as are launched.
    pub(super) fn samples(
        &self,
        node: Node,
        attempt: u64,
        model: usize,
    ) -> Option<impl Iterator<Item = Verified> + use<'a>> {
        let problem = self.problem;
        let law = problem.workflow().law(node, model)?;
        let mut stream = self.streams.open(problem.entity(node), attempt, channel::SAMPLES + model as u64);
        let success = self.success(node, model);
        Some(std::iter::repeat_with(move || problem.draw_sample(law, node, model, success, &mut stream)))
    }

    /// The success probability of a subtask with a model in this run, where samples depend on each other.
    fn success(&self, node: Node, model: usize) -> Option<f64> {
        let dependence = self.problem.rules().dependence;
        let Dependence::BetaBinomial { across, .. } = dependence else { return None };
        let (a, b) = dependence.shapes(self.problem.workflow().law(node, model)?.success_uncut())?;
        let entity = self.problem.entity(node);
        let shared = self.streams.open(entity, 0, channel::SHARED).normal();
        let own = self.streams.open(entity, model as u64, channel::OWN).normal();
        let normal = libm::sqrt(across) * shared + libm::sqrt(1.0 - across) * own;
        Some(beta_quantile(a, b, normal_cdf(normal)))
    }
}

impl Outcomes for World<'_> {
    fn batch(&mut self, to: &mut Admission<'_>, node: Node, launch: Launch) -> Option<(Launch, Batch)> {
        let samples = self.samples(node, u64::from(to.state.attempts[node]), launch.model)?;
        self.samples.clear();
        let mut cost = 0u64;
        for sample in samples.take(launch.count as usize) {
            cost = cost.saturating_add(sample.cost);
            if cost > to.covered {
                break;
            }
            self.samples.push(sample);
        }
        let launched = Launch { count: self.samples.len() as u32, ..launch };
        if launched.count == 0 {
            return None;
        }
        let rules = self.problem.rules();
        if let Some(line) = to.lines.get_mut(launch.model) {
            line.join(to.now, &mut self.samples, rules.batch_end != BatchEnd::Barrier);
        }
        if rules.replanning == Replanning::SampleEnd {
            to.samples.extend(self.samples.iter().map(|&sample| (node, sample)));
        }
        Some((launched, self.problem.batch_of(&self.samples)))
    }

    fn more(&mut self, state: &State, node: Node, count: u32, samples: &mut Vec<Verified>) {
        let launch = state.flights[node].launch;
        let attempt = u64::from(state.attempts[node]).saturating_sub(1);
        if let Some(of_attempt) = self.samples(node, attempt, launch.model) {
            samples.extend(of_attempt.skip(launch.count as usize).take(count as usize));
        }
    }
}

/// Runs of one problem, one after the other, in memory that is used again.
pub struct Runs<'a> {
    problem: &'a Problem,
    memory: Execution,
    samples: Vec<Verified>,
}

impl Runs<'_> {
    /// One run under a policy.
    pub fn run(&mut self, policy: &mut (impl Policy + ?Sized), streams: &Streams, trial: u64) -> RunResult {
        self.run_into(None, policy, streams, trial)
    }

    /// One run, and the batches launched in it in place of what `history` held, in the order of their ends.
    pub fn run_with_history(
        &mut self,
        policy: &mut (impl Policy + ?Sized),
        streams: &Streams,
        trial: u64,
        history: &mut Vec<Attempt>,
    ) -> RunResult {
        history.clear();
        self.run_into(Some(history), policy, streams, trial)
    }

    fn run_into(
        &mut self,
        history: Option<&mut Vec<Attempt>>,
        policy: &mut (impl Policy + ?Sized),
        streams: &Streams,
        trial: u64,
    ) -> RunResult {
        policy.begin(self.problem, streams, trial);
        if let Some(bound) = policy.bound(self.problem, streams, trial) {
            return bound;
        }
        let samples = std::mem::take(&mut self.samples);
        let mut world = World { samples, ..World::new(self.problem, streams, trial) };
        let result = self.memory.run(self.problem, policy, &mut world, history);
        self.samples = world.samples;
        result
    }
}

impl Problem {
    /// Runs in memory that is used again.
    pub fn runs(&self) -> Runs<'_> {
        Runs { problem: self, memory: Execution::default(), samples: Vec::new() }
    }

    /// One run under a policy.
    pub fn run(&self, policy: &mut (impl Policy + ?Sized), streams: &Streams, trial: u64) -> RunResult {
        self.runs().run(policy, streams, trial)
    }

    /// One run, and the batches launched in it, in the order of their ends.
    pub fn run_with_history(
        &self,
        policy: &mut (impl Policy + ?Sized),
        streams: &Streams,
        trial: u64,
    ) -> (RunResult, Vec<Attempt>) {
        let mut history = Vec::new();
        let result = self.runs().run_with_history(policy, streams, trial, &mut history);
        (result, history)
    }
}
