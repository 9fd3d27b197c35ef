//! What really happens: samples drawn one by one, under the world's own streams.

use sim_core::graph::Node;
use sim_core::random::{Streams, TrialStreams};
use sim_core::special::{beta_quantile, normal_cdf};

use super::batch::Verified;
use super::execution::{Execution, Outcomes};
use super::policy::Policy;
use super::state::State;
use super::{Attempt, Batch, Dependence, Launch, Problem, RunResult};

/// Channels of the streams of a subtask. A number is part of a stream's address: it must not change.
mod channel {
    /// Samples of model `m` are drawn on channel `SAMPLES + m`.
    pub const SAMPLES: u64 = 16;
    /// How hard a subtask is for all models.
    pub const SHARED: u64 = 0;
    /// How hard it is for one.
    pub const OWN: u64 = 1;
}

struct World<'a> {
    problem: &'a Problem,
    streams: TrialStreams,
    /// Those of the batch that is drawn.
    samples: Vec<Verified>,
}

impl World<'_> {
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
    fn batch(&mut self, state: &State, node: Node, launch: Launch) -> Option<Batch> {
        let (entity, attempt) = (self.problem.entity(node), u64::from(state.attempts[node]));
        let mut stream = self.streams.open(entity, attempt, channel::SAMPLES + launch.model as u64);
        let law = self.problem.workflow().law(node, launch.model)?;
        let success = self.success(node, launch.model);
        let sample = |_| self.problem.draw_sample(law, node, launch.model, success, &mut stream);
        self.samples.clear();
        self.samples.extend((0..launch.count).map(sample));
        Some(self.problem.batch_of(&self.samples))
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
        let samples = std::mem::take(&mut self.samples);
        let mut world = World { problem: self.problem, streams: streams.trial(trial), samples };
        policy.begin(self.problem, streams, trial);
        let result = self.memory.run(self.problem, policy, &mut world, None);
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
        let mut world = World { problem: self, streams: streams.trial(trial), samples: Vec::new() };
        let mut history = Vec::new();
        policy.begin(self, streams, trial);
        let result = Execution::default().run(self, policy, &mut world, Some(&mut history));
        (result, history)
    }
}
