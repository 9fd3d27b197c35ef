//! The numbers of a fleet by name, so that each can be varied.

use super::{Fleet, Skill};
use crate::theory::channel::FidelityCurve;

/// A number of a fleet. Models are named by their position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Probability that a model is right.
    Accuracy(usize),
    /// Bias of one token, for a model whose skill grows with its tokens.
    Scale(usize),
    /// How it grows.
    Exponent(usize),
    /// The largest bias that tokens buy.
    Cap(usize),
    /// Tokens of an answer.
    Tokens(usize),
    /// Both prices of a model, by that of tokens written.
    Price(usize),
    /// Mean time of an answer.
    Latency(usize),
    /// Pairwise correlation of answers.
    Correlation,
    /// Share of questions that are equally hard for all models.
    Across,
    /// Fidelity of messages, where it is constant.
    Fidelity,
    /// Length at which messages become faithful, where fidelity grows with length.
    MessageScale,
    /// Probability that the checker accepts a right answer.
    TruePositive,
    /// Probability that it accepts a wrong one.
    FalsePositive,
}

/// What is known of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Which.
    pub parameter: Parameter,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Parameter {
    /// The parameters that a fleet has, but for caps of 1, which are none.
    pub fn all(fleet: &Fleet) -> Vec<Self> {
        let mut all = Vec::new();
        for model in 0..fleet.models.len() {
            let candidates = [
                Self::Accuracy,
                Self::Scale,
                Self::Exponent,
                Self::Cap,
                Self::Tokens,
                Self::Price,
                Self::Latency,
            ];
            all.extend(candidates.map(|of| of(model)));
        }
        all.extend([Self::Correlation, Self::Across, Self::Fidelity, Self::MessageScale]);
        all.extend([Self::TruePositive, Self::FalsePositive]);
        // 1 is no cap.
        let says = |parameter: &Self, value: f64| !matches!(parameter, Self::Cap(_)) || value < 1.0;
        all.retain(|parameter| parameter.get(fleet).is_some_and(|value| says(parameter, value)));
        all
    }

    /// Its name.
    pub fn name(self, fleet: &Fleet) -> String {
        let of = |what: &str, model: usize| {
            let name = fleet.models.get(model).map_or_else(|| "?".to_owned(), super::AgentModel::shown);
            format!("{what} of {name}")
        };
        match self {
            Self::Accuracy(model) => of("accuracy", model),
            Self::Scale(model) => of("scale", model),
            Self::Exponent(model) => of("exponent", model),
            Self::Cap(model) => of("cap", model),
            Self::Tokens(model) => of("tokens", model),
            Self::Price(model) => of("price", model),
            Self::Latency(model) => of("latency", model),
            Self::Correlation => "correlation".to_owned(),
            Self::Across => "correlation across models".to_owned(),
            Self::Fidelity => "fidelity".to_owned(),
            Self::MessageScale => "message scale".to_owned(),
            Self::TruePositive => "true positives of the checker".to_owned(),
            Self::FalsePositive => "false positives of the checker".to_owned(),
        }
    }

    /// Its value; `None` where the fleet has no such number, or where it says nothing: prices and times of 0, and what is shared across
    /// models where there is one.
    pub fn get(self, fleet: &Fleet) -> Option<f64> {
        let model = |model: usize| fleet.models.get(model);
        let positive = |x: f64| (x > 0.0).then_some(x);
        match self {
            Self::Accuracy(at) => match model(at)?.skill {
                Skill::Known { accuracy, .. } => Some(accuracy),
                Skill::Law(_) => None,
            },
            Self::Tokens(at) => match model(at)?.skill {
                Skill::Known { tokens, .. } => positive(tokens),
                Skill::Law(_) => None,
            },
            Self::Scale(at) => match model(at)?.skill {
                Skill::Law(law) => Some(law.coefficient),
                Skill::Known { .. } => None,
            },
            Self::Exponent(at) => match model(at)?.skill {
                Skill::Law(law) => Some(law.exponent),
                Skill::Known { .. } => None,
            },
            Self::Cap(at) => match model(at)?.skill {
                Skill::Law(law) => Some(law.cap),
                Skill::Known { .. } => None,
            },
            Self::Price(at) => positive(model(at)?.price_out),
            Self::Latency(at) => positive(model(at)?.latency),
            Self::Correlation => Some(fleet.errors.correlation),
            Self::Across => (fleet.models.len() > 1).then_some(fleet.errors.across),
            Self::Fidelity => match fleet.channel.curve {
                FidelityCurve::Constant(fidelity) => Some(fidelity),
                _ => None,
            },
            Self::MessageScale => match fleet.channel.curve {
                FidelityCurve::Exponential { scale }
                | FidelityCurve::Saturating { scale }
                | FidelityCurve::Power { scale, .. } => Some(scale),
                _ => None,
            },
            Self::TruePositive => Some(fleet.checker?.true_positive),
            Self::FalsePositive => Some(fleet.checker?.false_positive),
        }
    }

    /// Whether it is a probability, a correlation, a bias or a fidelity.
    pub fn is_fraction(self) -> bool {
        !matches!(
            self,
            Self::Scale(_)
                | Self::Exponent(_)
                | Self::Tokens(_)
                | Self::Price(_)
                | Self::Latency(_)
                | Self::MessageScale
        )
    }

    /// The same fleet where this number is another one, brought into its range.
    #[must_use]
    pub fn set(self, fleet: &Fleet, value: f64) -> Fleet {
        let mut fleet = fleet.clone();
        let value = if self.is_fraction() { value.clamp(0.0, 1.0) } else { value.max(1e-12) };
        match self {
            Self::Accuracy(at) | Self::Scale(at) | Self::Exponent(at) | Self::Cap(at) | Self::Tokens(at) => {
                if let Some(model) = fleet.models.get_mut(at) {
                    match (&mut model.skill, self) {
                        (Skill::Known { accuracy, .. }, Self::Accuracy(_)) => *accuracy = value,
                        (Skill::Known { tokens, .. }, Self::Tokens(_)) => *tokens = value,
                        (Skill::Law(law), Self::Scale(_)) => law.coefficient = value,
                        (Skill::Law(law), Self::Exponent(_)) => law.exponent = value,
                        (Skill::Law(law), Self::Cap(_)) => law.cap = value.max(1e-12),
                        _ => {}
                    }
                }
            }
            Self::Price(at) => {
                if let Some(model) = fleet.models.get_mut(at).filter(|model| model.price_out > 0.0) {
                    model.price_in *= value / model.price_out;
                    model.price_out = value;
                }
            }
            Self::Latency(at) => {
                if let Some(model) = fleet.models.get_mut(at).filter(|model| model.latency > 0.0) {
                    model.seconds_per_token *= value / model.latency;
                    model.latency = value;
                }
            }
            Self::Correlation => fleet.errors.correlation = value,
            Self::Across => fleet.errors.across = value,
            Self::Fidelity => fleet.channel.curve = FidelityCurve::Constant(value),
            Self::MessageScale => {
                if let FidelityCurve::Exponential { scale }
                | FidelityCurve::Saturating { scale }
                | FidelityCurve::Power { scale, .. } = &mut fleet.channel.curve
                {
                    *scale = value;
                }
            }
            Self::TruePositive => {
                fleet.checker = fleet.checker.map(|it| super::Checker { true_positive: value, ..it });
            }
            Self::FalsePositive => {
                fleet.checker = fleet.checker.map(|it| super::Checker { false_positive: value, ..it });
            }
        }
        fleet
    }
}
