//! What a planner believes about batches.

use std::cell::OnceCell;

use sim_core::events::Duration;
use sim_core::graph::Node;
use sim_core::random::{Address, Streams};

use crate::workflow::{Launch, Overspend, Problem, Verifier};

/// What a batch comes to: the exact probability that it passes, and outcomes drawn beforehand of those that do and do not.
#[derive(Clone, Debug)]
pub(super) struct BatchLaw {
    /// Probability that a sample passes the verifier.
    pub(super) sample: f64,
    /// Probability that a sample of the batch does.
    pub(super) passes: f64,
    /// Probability that what passed is right.
    pub(super) right: f64,
    passed: Vec<Draw>,
    failed: Vec<Draw>,
    /// Mean duration, in seconds, and mean cost.
    pub(super) duration: f64,
    pub(super) cost: f64,
}

/// Duration and cost of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Draw {
    pub(super) duration: Duration,
    pub(super) cost: u64,
}

/// Outcomes kept of each kind.
const KEPT: usize = 128;
/// Samples drawn for them at most, and batches at least.
const MOST_DRAWN: u32 = 4096;
const LEAST_BATCHES: u32 = 64;
/// Samples from which the share is taken that a reservation cuts off.
const SAMPLES: u32 = 2000;

impl BatchLaw {
    fn new(problem: &Problem, node: Node, launch: Launch, streams: &Streams) -> Option<Self> {
        let law = problem.beliefs().law(node, launch.model)?;
        // Streams of launches differ, whatever the order in which they are asked for.
        let address = Address::trial(node as u64).entity(problem.entity(node));
        let mut stream = streams.open(address.index(launch.model as u64).channel(u64::from(launch.count)));
        let right = match problem.rules().overspend {
            Overspend::Reserve { .. } => {
                let one = Launch { count: 1, ..launch };
                let rights = (0..SAMPLES).filter(|_| {
                    let batch = problem.draw_batch(law, node, one, None, &mut stream);
                    batch.passed && batch.right
                });
                let passes = match problem.rules().verifier {
                    Verifier::Noisy { true_positive, .. } if true_positive > 0.0 => true_positive,
                    _ => 1.0,
                };
                (rights.count() as f64 / f64::from(SAMPLES) / passes).min(1.0)
            }
            _ => law.success(),
        };
        let (true_positive, false_positive) = problem.rules().passes();
        let sample = right * true_positive + (1.0 - right) * false_positive;
        let (mut passed, mut failed) = (Vec::with_capacity(KEPT), Vec::with_capacity(KEPT));
        for _ in 0..(MOST_DRAWN / launch.count).max(LEAST_BATCHES) {
            let batch = problem.draw_batch(law, node, launch, None, &mut stream);
            let kind = if batch.passed { &mut passed } else { &mut failed };
            if kind.len() < KEPT {
                kind.push(Draw { duration: batch.duration, cost: batch.cost });
            }
            if passed.len() == KEPT && failed.len() == KEPT {
                break;
            }
        }
        passed.sort_by_key(|draw| draw.duration);
        failed.sort_by_key(|draw| draw.duration);
        // What was never seen is taken to be like the other.
        if passed.is_empty() {
            passed.clone_from(&failed);
        }
        if failed.is_empty() {
            failed.clone_from(&passed);
        }
        let passes = at_least_one(sample, launch.count);
        let mean = |of: fn(&Draw) -> f64| {
            let mean = |draws: &[Draw]| draws.iter().map(of).sum::<f64>() / draws.len() as f64;
            passes * mean(&passed) + (1.0 - passes) * mean(&failed)
        };
        Some(Self {
            sample,
            passes,
            right: if sample > 0.0 { right * true_positive / sample } else { 0.0 },
            duration: mean(|draw| draw.duration.as_seconds()),
            cost: mean(|draw| draw.cost as f64),
            passed,
            failed,
        })
    }

    /// Duration and cost at a quantile of the durations.
    pub(super) fn draw(&self, passed: bool, uniform: f64) -> Draw {
        let draws = if passed { &self.passed } else { &self.failed };
        draws[((uniform * draws.len() as f64) as usize).min(draws.len() - 1)]
    }

    /// Draws of batches that pass, and of those that do not, both in order of duration.
    pub(super) fn draws(&self) -> (&[Draw], &[Draw]) {
        (&self.passed, &self.failed)
    }
}

/// Probability that at least one of several independent samples passes.
pub(super) fn at_least_one(sample: f64, count: u32) -> f64 {
    -libm::expm1(f64::from(count) * libm::log1p(-sample.min(1.0)))
}

/// The laws of all batches that a planner has looked at.
#[derive(Debug)]
pub(super) struct BatchLaws {
    streams: Streams,
    models: usize,
    /// By subtask, model and size, up to [`LARGEST`].
    known: Vec<OnceCell<Option<Box<BatchLaw>>>>,
}

/// Largest batch that a planner considers.
pub(super) const LARGEST: u32 = 64;

impl BatchLaws {
    pub(super) fn new(problem: &Problem, streams: Streams) -> Self {
        let models = problem.workflow().models().len();
        let cells = problem.workflow().len() * models * LARGEST as usize;
        Self { streams, models, known: (0..cells).map(|_| OnceCell::new()).collect() }
    }

    /// The law of a batch; `None` where the model cannot try the subtask, or the batch is too large.
    pub(super) fn of(&self, problem: &Problem, node: Node, launch: Launch) -> Option<&BatchLaw> {
        if launch.count == 0 || launch.count > LARGEST {
            return None;
        }
        let cell = (node * self.models + launch.model) * LARGEST as usize + launch.count as usize - 1;
        let law = self.known.get(cell)?;
        law.get_or_init(|| BatchLaw::new(problem, node, launch, &self.streams).map(Box::new)).as_deref()
    }
}
