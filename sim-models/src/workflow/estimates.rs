//! What policies believe about samples, where they do not know the truth.

use sim_core::graph::Node;
use sim_core::random::{Entity, TrialStreams};

use super::{Record, SampleLaw, Workflow};

/// Where a policy's knowledge of success, lengths and latencies comes from.
///
/// Source: mechanisms A2, row `estimates`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimates {
    /// It knows the laws.
    Truth,
    /// It knows so many samples of every model at every subtask, and takes each for as likely as the others.
    PlugIn {
        /// Samples of each.
        runs: u32,
    },
    /// As [`Estimates::PlugIn`], but success has the mean of the beta posterior under a uniform prior, `(right + 1) / (runs + 2)`.
    BetaPosterior {
        /// Samples of each.
        runs: u32,
    },
    /// It knows the laws but for success, which is wrong by so much in the worst direction: lower for the models of a subtask that are better
    /// than their mean, and higher for the others.
    Adversarial {
        /// By how much, in [0, 1].
        error: f64,
    },
}

impl Estimates {
    /// What a policy believes, with pilot samples from these streams; `None` if it knows the truth.
    pub fn beliefs(self, workflow: &Workflow, pilots: &TrialStreams) -> Option<Workflow> {
        let pilot = |node: Node, model: usize, law: &SampleLaw, runs: u32| {
            let mut stream = pilots.open(Entity::named(workflow.graph().name(node)), model as u64, 0);
            let sample = |_| Record { weight: 1.0, sample: law.draw(None, &mut stream) };
            let records: Vec<Record> = (0..runs.max(1)).map(sample).collect();
            let right = records.iter().filter(|record| record.sample.right).count();
            // Samples of a law are records of one.
            (SampleLaw::records(records).unwrap_or_else(|_| law.clone()), right as f64)
        };
        match self {
            Self::Truth => None,
            Self::PlugIn { runs } => {
                Some(workflow.with_laws(|node, model, law| pilot(node, model, law, runs).0))
            }
            Self::BetaPosterior { runs } => Some(workflow.with_laws(|node, model, law| {
                let (law, right) = pilot(node, model, law, runs);
                law.with_success((right + 1.0) / (f64::from(runs.max(1)) + 2.0))
            })),
            Self::Adversarial { error } => Some(workflow.with_laws(|node, _, law| {
                let known: Vec<f64> = workflow.choices(node).map(|(_, law)| law.success_uncut()).collect();
                let mean = known.iter().sum::<f64>() / known.len() as f64;
                let own = law.success_uncut();
                let shift = match own.partial_cmp(&mean) {
                    Some(std::cmp::Ordering::Greater) => -error,
                    Some(std::cmp::Ordering::Less) => error,
                    _ => 0.0,
                };
                law.with_success(own + shift)
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::random::{Family, Purpose, Streams};

    fn workflow() -> Workflow {
        let law = |success| SampleLaw::constant(success, 2.0, 10).unwrap();
        Workflow::builder()
            .model("small", 1.0)
            .model("large", 2.0)
            .subtask("a")
            .option("small", law(0.3))
            .option("large", law(0.6))
            .build()
            .unwrap()
    }

    fn successes(estimates: Estimates, trial: u64) -> Vec<f64> {
        let streams = Streams::new(1, Purpose::Pilot, Family::common());
        let beliefs = estimates.beliefs(&workflow(), &streams.trial(trial)).unwrap();
        beliefs.choices(0).map(|(_, law)| law.success()).collect()
    }

    #[test]
    fn the_truth_needs_no_beliefs() {
        let streams = Streams::new(1, Purpose::Pilot, Family::common());
        assert!(Estimates::Truth.beliefs(&workflow(), &streams.trial(0)).is_none());
    }

    #[test]
    fn adversarial_estimates_turn_the_order_around() {
        let found = successes(Estimates::Adversarial { error: 0.2 }, 0);
        assert!((found[0] - 0.5).abs() < 1e-12 && (found[1] - 0.4).abs() < 1e-12, "{found:?}");
        let clamped = successes(Estimates::Adversarial { error: 1.0 }, 0);
        assert_eq!(clamped, [1.0, 0.0]);
    }

    /// Shares of eight samples average to the truth, posterior means to `(8 p + 1) / 10`; of 4000, within five standard errors.
    #[test]
    fn pilot_estimates_have_the_means_of_their_laws() {
        for (estimates, expected, deviation) in [
            (Estimates::PlugIn { runs: 8 }, [0.3, 0.6], (0.25f64 / 8.0).sqrt()),
            (Estimates::BetaPosterior { runs: 8 }, [0.34, 0.58], (0.25f64 * 8.0).sqrt() / 10.0),
        ] {
            let mut sums = [0.0; 2];
            for trial in 0..4000 {
                for (sum, success) in sums.iter_mut().zip(successes(estimates, trial)) {
                    *sum += success;
                }
            }
            for (sum, expected) in sums.into_iter().zip(expected) {
                let mean = sum / 4000.0;
                assert!((mean - expected).abs() < 5.0 * deviation / 4000f64.sqrt(), "{mean} {expected}");
            }
        }
    }
}
