//! What a planner believes about batches.

use std::cell::OnceCell;

use sim_core::events::Duration;
use sim_core::graph::Node;
use sim_core::random::{Address, Stream, Streams};

use crate::workflow::batch::Verified;
use crate::workflow::{Launch, Problem};

/// What a batch comes to: the exact probability that it passes, and outcomes drawn beforehand of those that do and do not.
#[derive(Clone, Debug)]
pub(in crate::workflow::policy) struct BatchLaw {
    /// Probability that a sample passes the verifier.
    pub(in crate::workflow::policy) sample: f64,
    /// Probability that a sample of the batch does.
    pub(in crate::workflow::policy) passes: f64,
    /// Probability that what passed is right.
    pub(in crate::workflow::policy) right: f64,
    passed: Vec<Draw>,
    failed: Vec<Draw>,
    /// Mean duration, in seconds, and mean cost.
    pub(in crate::workflow::policy) duration: f64,
    pub(in crate::workflow::policy) cost: f64,
}

/// Duration and cost of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::workflow::policy) struct Draw {
    pub(in crate::workflow::policy) duration: Duration,
    pub(in crate::workflow::policy) cost: u64,
}

/// Samples drawn of a model at a subtask, and the fewest of each kind. Planners choose what looks best among many laws, again and again by
/// the same draws: where these are few, they choose what is only lucky in them.
const DRAWN: usize = 8192;
const LEAST: usize = 256;
/// Outcomes of a batch that are kept of each kind.
pub(super) const KEPT: usize = 512;

/// Samples of a model at a subtask, of which batches are made.
#[derive(Debug)]
struct Pool {
    passed: Vec<Verified>,
    failed: Vec<Verified>,
    /// Probability that a sample passes.
    sample: f64,
    /// Probability that what passed is right.
    right: f64,
    stream: Stream,
}

impl Pool {
    fn new(problem: &Problem, node: Node, model: usize, streams: &Streams) -> Option<Self> {
        let law = problem.beliefs().law(node, model)?;
        let address = Address::trial(node as u64).entity(problem.entity(node));
        let mut stream = streams.open(address.index(model as u64));
        let right = law.success_within(problem.reserved_tokens(node, model).unwrap_or(u64::MAX));
        let (true_positive, false_positive) = problem.rules().passes();
        let sample = right * true_positive + (1.0 - right) * false_positive;
        let (mut passed, mut failed) = (Vec::new(), Vec::new());
        let mut draw = |success: Option<f64>, passed: &mut Vec<Verified>, failed: &mut Vec<Verified>| {
            let sample = problem.draw_sample(law, node, model, success, &mut stream);
            if sample.passed { passed.push(sample) } else { failed.push(sample) }
        };
        for _ in 0..DRAWN {
            draw(None, &mut passed, &mut failed);
        }
        // Of what is rare some more are drawn.
        let mut unused = Vec::new();
        for _ in 0..2 * LEAST {
            if right > 0.0 && passed.len() < LEAST {
                draw(Some(1.0), &mut passed, &mut unused);
            }
            if right < 1.0 && failed.len() < LEAST {
                draw(Some(0.0), &mut unused, &mut failed);
            }
        }
        let right = if sample > 0.0 { right * true_positive / sample } else { 0.0 };
        Some(Self { passed, failed, sample, right, stream })
    }

    /// A batch of so many samples which passes, or does not.
    fn batch(&self, passes: bool, count: u32, samples: &mut Vec<Verified>, stream: &mut Stream) {
        samples.clear();
        let mut has_passed = false;
        for position in 0..count {
            let chance = match (passes, has_passed) {
                (false, _) => 0.0,
                (true, true) => self.sample,
                (true, false) => self.sample / at_least_one(self.sample, count - position),
            };
            let passed = chance > 0.0 && stream.uniform() < chance;
            has_passed |= passed;
            let pool = if passed { &self.passed } else { &self.failed };
            // What was never seen is taken to be like the other.
            let pool = if pool.is_empty() { [&self.passed, &self.failed][usize::from(passed)] } else { pool };
            samples.push(pool[stream.below(pool.len() as u64) as usize]);
        }
    }
}

impl BatchLaw {
    fn new(problem: &Problem, pool: &Pool, count: u32) -> Self {
        let mut stream = pool.stream.clone();
        let mut samples = Vec::with_capacity(count as usize);
        let mut draws = |passes: bool| {
            let draw = |_| {
                pool.batch(passes, count, &mut samples, &mut stream);
                let batch = problem.batch_of(&samples);
                Draw { duration: batch.duration, cost: batch.cost }
            };
            let mut draws: Vec<Draw> = (0..KEPT).map(draw).collect();
            draws.sort_by_key(|draw| draw.duration);
            draws
        };
        let (failed, passed) = (draws(false), draws(pool.sample > 0.0));
        let passes = at_least_one(pool.sample, count);
        let mean = |of: fn(&Draw) -> f64| {
            let mean = |draws: &[Draw]| draws.iter().map(of).sum::<f64>() / draws.len() as f64;
            passes * mean(&passed) + (1.0 - passes) * mean(&failed)
        };
        Self {
            sample: pool.sample,
            passes,
            right: pool.right,
            duration: mean(|draw| draw.duration.as_seconds()),
            cost: mean(|draw| draw.cost as f64),
            passed,
            failed,
        }
    }

    /// Duration and cost at a quantile of the durations.
    pub(in crate::workflow::policy) fn draw(&self, passed: bool, uniform: f64) -> Draw {
        let draws = if passed { &self.passed } else { &self.failed };
        draws[((uniform * draws.len() as f64) as usize).min(draws.len() - 1)]
    }

    /// Draws of batches that pass, and of those that do not, both in order of duration.
    pub(in crate::workflow::policy) fn draws(&self) -> (&[Draw], &[Draw]) {
        (&self.passed, &self.failed)
    }
}

/// Probability that at least one of several independent samples passes.
pub(in crate::workflow::policy) fn at_least_one(sample: f64, count: u32) -> f64 {
    -libm::expm1(f64::from(count) * libm::log1p(-sample.min(1.0)))
}

/// The laws of all batches that a planner has looked at.
#[derive(Debug)]
pub(in crate::workflow::policy) struct BatchLaws {
    streams: Streams,
    models: usize,
    /// By subtask and model.
    pools: Vec<OnceCell<Option<Box<Pool>>>>,
    /// By subtask, model and size, up to [`LARGEST`].
    known: Vec<OnceCell<Option<Box<BatchLaw>>>>,
}

/// What a batch comes to on average.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow::policy) struct Moments {
    pub(in crate::workflow::policy) launch: Launch,
    /// Probability that it passes.
    pub(in crate::workflow::policy) passes: f64,
    pub(in crate::workflow::policy) cost: f64,
    /// In seconds.
    pub(in crate::workflow::policy) duration: f64,
}

/// Sizes of batches that are looked at beforehand.
pub(in crate::workflow::policy) const COUNTS: [u32; 15] =
    [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64];

/// Largest batch that a planner considers.
pub(in crate::workflow::policy) const LARGEST: u32 = 64;

impl BatchLaws {
    pub(in crate::workflow::policy) fn new(problem: &Problem, streams: Streams) -> Self {
        let models = problem.workflow().models().len();
        let cells = problem.workflow().len() * models;
        let mut pools = Vec::new();
        pools.resize_with(cells, OnceCell::new);
        let mut known = Vec::new();
        known.resize_with(cells * LARGEST as usize, OnceCell::new);
        Self { streams, models, pools, known }
    }

    /// The law of a batch; `None` where the model cannot try the subtask, or the batch is too large.
    pub(in crate::workflow::policy) fn of(
        &self,
        problem: &Problem,
        node: Node,
        launch: Launch,
    ) -> Option<&BatchLaw> {
        if launch.count == 0 || launch.count > LARGEST {
            return None;
        }
        let cell = node * self.models + launch.model;
        let law = self.known.get(cell * LARGEST as usize + launch.count as usize - 1)?;
        let make = || {
            let pool = || Pool::new(problem, node, launch.model, &self.streams).map(Box::new);
            let pool = self.pools[cell].get_or_init(pool).as_deref()?;
            Some(Box::new(BatchLaw::new(problem, pool, launch.count)))
        };
        law.get_or_init(make).as_deref()
    }

    /// Bytes of the outcomes that were drawn.
    pub(in crate::workflow::policy) fn memory(&self) -> usize {
        let pools = self.pools.iter().filter_map(|pool| pool.get()?.as_ref());
        let samples: usize = pools.map(|pool| pool.passed.len() + pool.failed.len()).sum();
        let laws = self.known.iter().filter_map(|law| law.get()?.as_ref());
        let batches: usize = laws.map(|law| law.passed.len() + law.failed.len()).sum();
        samples * size_of::<Verified>() + batches * size_of::<Draw>()
    }

    /// What the batches of a subtask come to: every model that can try it, in every size.
    pub(in crate::workflow::policy) fn moments(&self, problem: &Problem, node: Node) -> Vec<Moments> {
        let models = problem.workflow().choices(node).map(|(model, _)| model);
        let launches = models.flat_map(|model| COUNTS.map(|count| Launch { model, count }));
        let moments = launches.filter_map(|launch| {
            let law = self.of(problem, node, launch)?;
            Some(Moments { launch, passes: law.passes, cost: law.cost, duration: law.duration })
        });
        moments.collect()
    }
}
