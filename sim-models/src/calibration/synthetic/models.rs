//! Fleets of several models, whose errors are shared within a model and across models.

use sim_core::random::Stream;

use super::draws::beta;
use super::{Observation, Setting, Sink, Truth};

/// Three models that answer every question some times.
///
/// A question's difficulty for a model is drawn from a beta law, with a correlation between the answers of one model. With the probability
/// `across` it is the same for all models, and otherwise everyone's own: two models then have that part of the correlation.
#[derive(Clone, Copy)]
struct Models {
    questions: usize,
    answers: usize,
    accuracies: [f64; 3],
    correlation: f64,
    across: f64,
    /// Whether answers of one model come from agents of it, rather than from its attempts.
    are_agents: bool,
}

const ANSWERS: [&str; 3] = ["1", "2", "3"];

impl Models {
    fn write(&self, stream: &mut Stream, sink: &mut Sink<'_>) {
        for question in 0..self.questions {
            let name = format!("q{question}");
            let common = stream.uniform() < self.across;
            let quantile = stream.uniform();
            for (model, accuracy) in ["A", "B", "C"].into_iter().zip(self.accuracies) {
                let own = stream.uniform();
                let p = beta(if common { quantile } else { own }, accuracy, self.correlation);
                for answer in &ANSWERS[..self.answers] {
                    let agent = format!("{model}{answer}");
                    sink(&Observation {
                        question: &name,
                        agent: self.are_agents.then_some(&*agent),
                        model: Some(model),
                        attempt: (!self.are_agents && self.answers > 1).then_some(answer),
                        correct: Some(stream.uniform() < p),
                        ..Observation::default()
                    });
                }
            }
        }
    }

    fn setting(self, name: &'static str, truths: Vec<(&'static str, Truth)>) -> Setting {
        Setting { name, truths, draw: Box::new(move |stream, sink| self.write(stream, sink)) }
    }
}

const MODELS: Models = Models {
    questions: 250,
    answers: 3,
    accuracies: [0.7; 3],
    correlation: 0.5,
    across: 0.0,
    are_agents: false,
};

/// Attempts of one model err together, and models apart from each other.
pub(super) fn own_difficulty() -> Setting {
    let truths = vec![
        ("correlation_same_model", Truth::Value(0.5)),
        ("correlation_cross_model", Truth::Value(0.0)),
        ("correlation_across_models", Truth::Value(0.0)),
    ];
    MODELS.setting("models with difficulties of their own", truths)
}

/// Half of the questions are as hard for one model as for the others.
pub(super) fn some_shared() -> Setting {
    let models = Models { across: 0.5, are_agents: true, ..MODELS };
    let truths = vec![
        ("correlation_same_model", Truth::Value(0.5)),
        ("correlation_cross_model", Truth::Value(0.25)),
        ("correlation_across_models", Truth::Value(0.5)),
    ];
    models.setting("models that share half of their difficulties", truths)
}

/// As a leaderboard has it: nobody knows whether a model would answer alike a second time.
pub(super) fn once_each() -> Setting {
    let models = Models { answers: 1, correlation: 0.4, across: 1.0, ..MODELS };
    let truths = vec![
        ("correlation_same_model", Truth::Unknown),
        ("correlation_cross_model", Truth::Value(0.4)),
        ("correlation_across_models", Truth::Unknown),
    ];
    models.setting("models that answer once", truths)
}
