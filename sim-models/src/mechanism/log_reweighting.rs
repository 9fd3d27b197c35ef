//! What logs of one policy say about another, and what labels that come after the fact do to them (mechanisms B40).
//!
//! A logged episode has `H` steps with two equally likely actions. The new policy takes them with probabilities `(1 + d)/2` and
//! `(1 - d)/2`, so that a step is weighted by `1 + d` or `1 - d`: with mean 1 and second moment `m = 1 + d^2`. The weight of an episode
//! has the second moment `m^H`, and `n` episodes are worth `n m^-H` of the new policy.
//!
//! An answer's length is lognormal and shorter where the answer is right (B0.3): what a loader reads that keeps the right ones only is
//! too short.

use sim_core::random::Stream;

use super::trial::{Measure, Mechanism, Trial};
use crate::law::{Law, length_shift};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, integer, real};
use crate::theory::numeric::power;

/// The model `log-reweighting`.
#[derive(Clone, Copy, Debug)]
pub struct LogReweighting;

/// Parameters of [`LogReweighting`].
#[derive(Clone, Debug)]
pub struct LogParameters {
    steps: u32,
    second_moment: f64,
    accuracy: f64,
    /// Median length in tokens, and deviation of the logarithm.
    median: f64,
    sigma: f64,
    coupling: f64,
}

impl Parameters for LogParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let steps = form.read(integer("steps", 5).between(0, 500).help("steps of an episode"))?;
        let second_moment = form.read(
            real("second_moment", 1.25)
                .between(1.0, 2.0)
                .help("second moment of a step's weight: 1 where the policies are the same, 2 where the new one is certain"),
        )?;
        let accuracy = form
            .read(real("accuracy", 0.6).inside(0.0, 1.0).help("probability that a logged answer is right"))?;
        let median = form.read(
            real("median_tokens", 1000.0)
                .between(1.0, 1e9)
                .unit(Unit::Tokens)
                .help("median length of an answer, if lengths did not depend on success"),
        )?;
        let sigma = form.read(
            real("token_sigma", 0.6).between(0.0, 3.0).help("deviation of the logarithm of the length"),
        )?;
        let coupling = form.read(real("coupling", 0.3).between(0.0, 3.0).help(
            "deviations by which right answers are shorter; wrong ones are longer, so that the mean is 0",
        ))?;
        Ok(Self { steps, second_moment, accuracy, median, sigma, coupling })
    }
}

impl LogParameters {
    /// Mean length of right or wrong answers.
    fn mean_length(&self, right: bool) -> f64 {
        let shift = length_shift(right, self.accuracy, self.coupling);
        self.median * libm::exp(self.sigma * shift + 0.5 * self.sigma * self.sigma)
    }

    fn mean_of_all(&self) -> f64 {
        self.accuracy * self.mean_length(true) + (1.0 - self.accuracy) * self.mean_length(false)
    }
}

/// An episode's answer and its weight, prepared.
#[derive(Clone, Debug)]
pub struct LoggedEpisode {
    parameters: LogParameters,
    length: Law,
}

/// What one logged episode says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logged {
    weight: f64,
    right: bool,
    tokens: f64,
}

impl Trial for LoggedEpisode {
    type Outcome = Logged;

    fn run(&self, draws: &mut Stream) -> Logged {
        let LoggedEpisode { parameters, length } = self;
        let right = draws.uniform() < parameters.accuracy;
        let tokens =
            length.draw_shifted(length_shift(right, parameters.accuracy, parameters.coupling), draws);
        let difference = libm::sqrt(parameters.second_moment - 1.0);
        let step = |weight: f64, _| weight * if draws.fair() { 1.0 + difference } else { 1.0 - difference };
        Logged { weight: (0..parameters.steps).fold(1.0, step), right, tokens }
    }
}

/// Largest second moment of an episode's weight that is simulated: the mean of a thousand such episodes says as much as that of one of the
/// new policy, and rare weights of nearly all the mean are not seen in fewer.
const MOST_SQUARED_WEIGHT: f64 = 1e3;

impl Mechanism for LogReweighting {
    type Parameters = LogParameters;
    type Trial = LoggedEpisode;

    fn about(&self) -> About {
        About {
            name: "log-reweighting",
            summary: "Logs of one policy, weighted to say something about another, and read with or without a look ahead",
            references: &[
                "Controllable User Simulation: look-ahead bias, variance under a shift of policy",
                "mechanisms B40: effective sample size, loaders that condition on outcomes",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<LogParameters, Logged>> {
        vec![
            Measure::mean("weight", "weight of an episode", Unit::One, |o: &Logged| Some(o.weight))
                .predicted("1: weights are unbiased", |_: &LogParameters| Some(1.0)),
            Measure::mean("squared_weight", "squared weight of an episode", Unit::One, |o: &Logged| {
                Some(o.weight * o.weight)
            })
            .predicted("m^H", |p: &LogParameters| Some(power(p.second_moment, p.steps))),
            Measure::mean("length", "length of an answer", Unit::Tokens, |o: &Logged| Some(o.tokens))
                .predicted("mean over right and wrong answers", |p: &LogParameters| Some(p.mean_of_all())),
            Measure::mean(
                "length_of_right",
                "what a loader reads that keeps right answers only",
                Unit::Tokens,
                |o: &Logged| o.right.then_some(o.tokens),
            )
            .predicted("mean of right answers", |p: &LogParameters| Some(p.mean_length(true))),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<LogParameters>> {
        vec![
            Prediction::new(
                "effective_share",
                "effective sample size over the number of episodes, m^-H",
                |p| Some(1.0 / power(p.second_moment, p.steps)),
            ),
            Prediction::in_unit("look_ahead_bias", Unit::Tokens, "E[L] - E[L | right]", |p| {
                Some(p.mean_of_all() - p.mean_length(true))
            }),
        ]
    }

    fn trial(&self, parameters: &LogParameters) -> Result<LoggedEpisode, ParameterError> {
        let squared = power(parameters.second_moment, parameters.steps);
        if squared > MOST_SQUARED_WEIGHT {
            return Err(ParameterError::impossible(
                &["second_moment", "steps"],
                format!(
                    "the squared weight of an episode is {squared:e} in the mean; at most {MOST_SQUARED_WEIGHT:e} can be simulated, \
                     and predictions are there for all"
                ),
            ));
        }
        let length = Law::of_logarithm(libm::log(parameters.median), parameters.sigma).map_err(|error| {
            ParameterError::impossible(&["median_tokens", "token_sigma"], error.to_string())
        })?;
        Ok(LoggedEpisode { parameters: parameters.clone(), length })
    }
}
