//! Batches: parallel samples of one model at one subtask.

use sim_core::events::Duration;
use sim_core::graph::Node;
use sim_core::random::Stream;

use super::{BatchEnd, Problem, Sample, SampleLaw, Verifier};

/// What is launched for a subtask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Launch {
    /// The model, by its position in the workflow.
    pub model: usize,
    /// Parallel samples, at least 1.
    pub count: u32,
}

/// What a batch comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Time from its launch to its end.
    pub duration: Duration,
    /// What it costs, in units of the budget.
    pub cost: u64,
    /// Tokens generated, as far as they are paid for.
    pub tokens: u64,
    /// The part of the cost that was generated after the first sample that passed.
    pub wasted: u64,
    /// Whether a sample passed the verifier.
    pub passed: bool,
    /// Whether the sample that passed first is right.
    pub right: bool,
}

/// A sample as the verifier sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verified {
    pub(super) cost: u64,
    pub(super) tokens: u64,
    /// When it begins, in seconds from the launch.
    pub(super) begins: f64,
    /// When it is generated, and when it is verified, in seconds from its beginning.
    pub(super) generated: f64,
    pub(super) end: f64,
    pub(super) passed: bool,
    pub(super) right: bool,
}

impl Verified {
    /// A sample that does not pass, of which only the length counts, in seconds and tokens.
    pub(super) fn of_length(latency: f64, tokens: u64) -> Self {
        Self { cost: 0, tokens, begins: 0.0, generated: latency, end: latency, passed: false, right: false }
    }

    /// When it ends, in seconds from the launch.
    pub(super) fn ends(&self) -> f64 {
        self.begins + self.end
    }

    /// Whether it ends within some time from the launch.
    pub(super) fn has_ended(&self, elapsed: Duration) -> bool {
        Duration::from_seconds_saturating(self.ends()) <= elapsed
    }
}

impl Problem {
    /// Draws a sample. `success` is the probability that it is right in this run, where samples depend on each other.
    pub(super) fn draw_sample(
        &self,
        law: &SampleLaw,
        node: Node,
        model: usize,
        success: Option<f64>,
        stream: &mut Stream,
    ) -> Verified {
        let (right_passes, wrong_passes) = self.rules().passes();
        let (check_cost, check_time) = match self.rules().verifier {
            Verifier::Noisy { cost, latency, .. } => (cost, latency.as_seconds()),
            Verifier::Perfect | Verifier::None => (0, 0.0),
        };
        let sample = cut_off(law.draw(success, stream), self.reserved_tokens(node, model));
        let chance = if sample.right { right_passes } else { wrong_passes };
        let passed = chance >= 1.0 || (chance > 0.0 && stream.uniform() < chance);
        Verified {
            cost: self.cost_of_tokens(model, sample.tokens).saturating_add(check_cost),
            tokens: sample.tokens,
            begins: 0.0,
            generated: sample.latency,
            end: sample.latency + check_time,
            passed,
            right: sample.right,
        }
    }

    /// What samples of one batch come to.
    pub(super) fn batch_of(&self, samples: &[Verified]) -> Batch {
        self.batch_until(samples, Duration::MAX)
    }

    /// What samples of one batch come to if those that run are cancelled some time after the launch. What a cancelled sample had not
    /// generated is paid back where the rules pay back at all.
    pub(super) fn batch_until(&self, samples: &[Verified], cancelled: Duration) -> Batch {
        let passed = samples.iter().filter(|sample| sample.passed && sample.has_ended(cancelled));
        // Of several that end together the one launched first.
        let first = passed.reduce(|first, sample| if sample.ends() < first.ends() { sample } else { first });
        let last = samples.iter().map(Verified::ends).fold(0.0, f64::max);
        let last = if last > cancelled.as_seconds() { cancelled.as_seconds() } else { last };
        let stop = first.map_or(last, Verified::ends);
        let (mut cost, mut tokens, mut wasted) = (0u64, 0u64, 0u64);
        for sample in samples {
            let late = sample.ends() > stop;
            let until = if late { share(stop - sample.begins, sample.generated) } else { 1.0 };
            let part = |whole: u64| if until < 1.0 { (whole as f64 * until) as u64 } else { whole };
            let needed = part(sample.cost);
            let (paid, generated) = match self.rules().batch_end {
                BatchEnd::FirstSuccess { refund: true } => (needed, part(sample.tokens)),
                _ => (sample.cost, sample.tokens),
            };
            cost = cost.saturating_add(paid);
            tokens = tokens.saturating_add(generated);
            if first.is_some() {
                wasted = wasted.saturating_add(paid - needed.min(paid));
            }
        }
        let end = match self.rules().batch_end {
            BatchEnd::Barrier => last,
            BatchEnd::FirstSuccess { .. } => stop,
        };
        Batch {
            duration: Duration::from_seconds_saturating(end),
            cost,
            tokens,
            wasted,
            passed: first.is_some(),
            right: first.is_some_and(|first| first.right),
        }
    }
}

/// A sample that is longer than what was set aside for it ends there, and is wrong.
fn cut_off(sample: Sample, reserved: Option<u64>) -> Sample {
    match reserved {
        Some(most) if sample.tokens > most => {
            let latency = sample.latency * (most as f64 / sample.tokens as f64);
            Sample { right: false, tokens: most, latency }
        }
        _ => sample,
    }
}

/// The part of a sample that is generated after some time.
pub(super) fn share(time: f64, whole: f64) -> f64 {
    if whole > 0.0 { (time / whole).min(1.0) } else { 1.0 }
}
