//! Votes coupled by a Gaussian factor: given the factor each changes on its own, so that the law is a mean over it.

use sim_core::special::{normal_pdf, normal_quantile};

use super::automaton::Value;
use super::channel::Transmission;
use super::quadrature::mean;
use super::reading::{Reading, Situation};
use super::table::Table;
use super::unavailable::{Unavailable, Work};
use crate::theory::dependence::gaussian::Factor;

const RIGHT: Value = 0;
const WRONG: Value = 1;

/// Standard deviations beyond which the factor is ignored: a probability of 1e-18.
const REACH: f64 = 8.8;

/// A vote as it is received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Probability that it is right, given that it is present.
    accuracy: f64,
    threshold: f64,
}

impl Received {
    /// The vote of a sender whose vote has this law.
    pub(super) fn new(channel: &Transmission, sent: &[f64]) -> Self {
        let accuracy = accuracy_of(&channel.received_of(sent));
        Self { accuracy, threshold: normal_quantile(accuracy) }
    }

    /// What a vote becomes where the factor makes its accuracy `given`: a right one stays right with probability `P/p`, a wrong one
    /// turns right with probability `(P - p)/(1 - p)`, both held within [0, 1].
    fn becomes(&self, value: Value, given: f64) -> Vec<(Value, f64)> {
        let accuracy = self.accuracy;
        let right = match value {
            _ if accuracy <= 0.0 || accuracy >= 1.0 => return vec![(value, 1.0)],
            RIGHT => (given / accuracy).min(1.0),
            WRONG => ((given - accuracy) / (1.0 - accuracy)).max(0.0),
            _ => return vec![(value, 1.0)],
        };
        vec![(RIGHT, right), (WRONG, 1.0 - right)]
    }
}

/// Probability that a vote with this law of values, the last one being a missing vote, is right given that it is present;
/// 1/2 where it never is.
pub(super) fn accuracy_of(law: &[f64]) -> f64 {
    let present: f64 = law.split_last().map_or(0.0, |(_, present)| present.iter().sum());
    if present > 0.0 { (law[0] / present).min(1.0) } else { 0.5 }
}

/// The coupling of the votes at one agent.
#[derive(Clone, Debug)]
pub(super) struct GaussianCoupling {
    factor: Factor,
    received: Vec<Received>,
}

impl GaussianCoupling {
    pub(super) fn new(factor: Factor, received: Vec<Received>) -> Self {
        Self { factor, received }
    }

    /// The mean of a reading over the factor.
    pub(super) fn mean(
        &self,
        reading: &Reading,
        situation: &Situation<'_>,
        work: &mut Work,
    ) -> Result<Table, Unavailable> {
        let given = |s: f64| {
            let through = |(channel, received): (&Transmission, &Received)| {
                let given = self.factor.conditional_accuracy(received.threshold, s);
                channel.then(|value| received.becomes(value, given))
            };
            let channels: Vec<Transmission> =
                situation.channels.iter().zip(&self.received).map(through).collect();
            let table = reading.run(&Situation { channels: &channels, ..*situation }, work)?;
            Ok((normal_pdf(s), table))
        };
        mean(&self.pieces(), situation.agent, given)
    }

    /// Ends of the pieces on which the integrand is smooth. A vote's probabilities bend where the factor leaves its accuracy as
    /// it is, `t sqrt(1-r) = t + sqrt(r) S`; steep steps, at `t + sqrt(r) S = 0`, are told too, so that none is missed.
    fn pieces(&self) -> Vec<f64> {
        const STEEP: f64 = 0.25;
        let (deviation, rest) = (self.factor.latent().sqrt(), self.factor.rest().sqrt());
        let width = rest / deviation;
        let mut ends = vec![-REACH, REACH];
        for threshold in self.received.iter().map(|received| received.threshold).filter(|t| t.is_finite()) {
            ends.push(-threshold * deviation / (1.0 + rest));
            if width < STEEP {
                let step = -threshold / deviation;
                ends.extend([step - REACH * width, step, step + REACH * width]);
            }
        }
        ends.retain(|end| end.abs() <= REACH);
        ends.sort_by(f64::total_cmp);
        ends.dedup_by(|b, a| (*b - *a).abs() < 1e-14);
        ends
    }
}
