//! Fleets with known parameters.

use sim_core::random::Stream;

use super::draws::{beta, factor, shared};
use super::{Observation, Setting, Sink, Truth, models};
use crate::theory::channel::FidelityCurve;
use crate::theory::dependence::Dependence;
use crate::theory::leaf::LeafLaw;

const AGENTS: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// Groups of siblings that answer questions of different difficulty.
#[derive(Clone, Copy)]
struct Voters {
    questions: usize,
    groups: usize,
    siblings: usize,
    accuracy: f64,
    /// Correlation that difficulty alone makes.
    difficulty: f64,
    law: Option<Dependence>,
    /// Correlation within questions.
    correlation: f64,
}

const VOTERS: Voters = Voters {
    questions: 200,
    groups: 1,
    siblings: 5,
    accuracy: 0.7,
    difficulty: 0.0,
    law: None,
    correlation: 0.0,
};

/// The fleets.
pub fn settings() -> Vec<Setting> {
    use Truth::{Unknown, Value};
    let mixture = Some(Dependence::Mixture);
    let urn = Some(Dependence::BetaBinomial);
    let alike = |name, law, correlation, siblings| {
        let voters = Voters { law, correlation, siblings, ..VOTERS };
        let truths = vec![
            ("accuracy", Value(voters.accuracy)),
            ("correlation", Value(correlation)),
            ("correlation_within_questions", Unknown),
        ];
        Setting { name, truths, draw: Box::new(move |stream, sink| voters.write(stream, sink)) }
    };
    let difficult = |name, voters: Voters| {
        let pooled = voters.difficulty + voters.correlation * (1.0 - voters.difficulty);
        let truths = vec![
            ("accuracy", Value(voters.accuracy)),
            ("correlation", Value(pooled)),
            ("correlation_within_questions", Value(voters.correlation)),
            ("correlation_by_difficulty", Value(voters.difficulty)),
        ];
        Setting { name, truths, draw: Box::new(move |stream, sink| voters.write(stream, sink)) }
    };
    vec![
        alike("independent votes", None, 0.0, 5),
        alike("mixture", mixture, 0.2, 5),
        alike("copying", Some(Dependence::Copying), 0.3, 5),
        alike("beta-binomial", urn, 0.1, 9),
        difficult(
            "difficulty and a mixture",
            Voters { groups: 4, difficulty: 0.2, law: mixture, correlation: 0.15, ..VOTERS },
        ),
        difficult(
            "difficulty and a beta-binomial",
            Voters {
                groups: 2,
                siblings: 3,
                accuracy: 0.6,
                difficulty: 0.3,
                law: urn,
                correlation: 0.2,
                ..VOTERS
            },
        ),
        difficult("difficulty alone", Voters { groups: 3, difficulty: 0.25, ..VOTERS }),
        families(),
        classes(),
        models::own_difficulty(),
        models::some_shared(),
        models::once_each(),
        leaf("leaf law", LeafLaw { coefficient: 0.02, exponent: 0.3, cap: 1.0 }),
        leaf("leaf law with a ceiling", LeafLaw { coefficient: 0.05, exponent: 0.4, cap: 0.6 }),
        relay(),
        lengths(),
        latencies(),
        checker(),
        silent("one sibling per question", Voters { siblings: 1, ..VOTERS }),
        silent("all right", Voters { accuracy: 1.0, ..VOTERS }),
        silent("three questions", Voters { questions: 3, ..VOTERS }),
    ]
}

impl Voters {
    fn write(&self, stream: &mut Stream, sink: &mut Sink<'_>) {
        for question in 0..self.questions {
            let name = format!("q{question}");
            let p = beta(stream.uniform(), self.accuracy, self.difficulty);
            for group in 0..self.groups {
                let parent = format!("g{group}");
                let given = shared(stream, self.law, p, self.correlation);
                for agent in &AGENTS[..self.siblings] {
                    let correct = Some(stream.uniform() < given);
                    sink(&Observation {
                        question: &name,
                        agent: Some(agent),
                        family: Some("all"),
                        parent: Some(&parent),
                        correct,
                        ..Observation::default()
                    });
                }
            }
        }
    }
}

/// Two families of three whose members share a Gaussian factor. At accuracy 1/2 a latent correlation `r` makes the correlation
/// `(2/pi) asin r` (spec 5).
fn families() -> Setting {
    let correlation = 0.3;
    let latent = libm::sin(0.5 * std::f64::consts::PI * correlation);
    let draw = move |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..200 {
            let name = format!("q{question}");
            for (family, agents) in [("one", &AGENTS[..3]), ("two", &AGENTS[3..6])] {
                let given = factor(stream.normal(), 0.5, latent);
                for agent in agents {
                    let correct = Some(stream.uniform() < given);
                    let who = (Some(*agent), Some(family));
                    let (agent, family) = who;
                    sink(&Observation { question: &name, agent, family, correct, ..Observation::default() });
                }
            }
        }
    };
    // Of 15 pairs of siblings 6 are of one family.
    let truths = vec![
        ("correlation", Truth::Value(correlation * 6.0 / 15.0)),
        ("correlation_same_family", Truth::Value(correlation)),
        ("correlation_cross_family", Truth::Value(0.0)),
    ];
    Setting { name: "Gaussian factor by family", truths, draw: Box::new(draw) }
}

/// Easy and hard questions, known as such.
fn classes() -> Setting {
    let draw = |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..240 {
            let name = format!("q{question}");
            let (stratum, p) = if question % 2 == 0 { ("easy", 0.9) } else { ("hard", 0.5) };
            let given = shared(stream, Some(Dependence::Mixture), p, 0.2);
            for agent in &AGENTS[..5] {
                let correct = Some(stream.uniform() < given);
                let (agent, stratum) = (Some(*agent), Some(stratum));
                sink(&Observation { question: &name, agent, stratum, correct, ..Observation::default() });
            }
        }
    };
    // Pooled: Cov = 0.2 (0.09 + 0.25)/2 + 0.04, Var = 0.7 x 0.3.
    let pooled = (0.1 * 0.34 + 0.04) / 0.21;
    let truths =
        vec![("correlation", Truth::Value(pooled)), ("correlation_within_strata", Truth::Value(0.2))];
    Setting { name: "easy and hard questions", truths, draw: Box::new(draw) }
}

fn leaf(name: &'static str, law: LeafLaw) -> Setting {
    let draw = move |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..400 {
            let name = format!("q{question}");
            for budget in [30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0, 30_000.0] {
                let p = 0.5 * (1.0 + law.bias(budget));
                for attempt in ["1", "2"] {
                    let correct = Some(stream.uniform() < p);
                    let (budget, attempt) = (Some(budget), Some(attempt));
                    sink(&Observation {
                        question: &name,
                        budget,
                        attempt,
                        correct,
                        ..Observation::default()
                    });
                }
            }
        }
    };
    let cap = if law.cap < 1.0 { Truth::Value(law.cap) } else { Truth::Unknown };
    let truths = vec![
        ("leaf_scale", Truth::Value(law.coefficient)),
        ("leaf_exponent", Truth::Value(law.exponent)),
        ("leaf_cap", cap),
    ];
    Setting { name, truths, draw: Box::new(draw) }
}

fn relay() -> Setting {
    let curve = FidelityCurve::Exponential { scale: 40.0 };
    let lengths = [10.0, 20.0, 50.0, 100.0, 200.0];
    let draw = move |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..200 {
            let name = format!("q{question}");
            for tokens in lengths {
                let sent = stream.uniform() < 0.5;
                let arrives = stream.uniform() < 0.5 * (1.0 + curve.fidelity(tokens));
                sink(&Observation {
                    question: &name,
                    sent: Some(sent),
                    received: Some(sent == arrives),
                    message_tokens: Some(tokens),
                    ..Observation::default()
                });
            }
        }
    };
    let mean = lengths.iter().map(|&tokens| curve.fidelity(tokens)).sum::<f64>() / lengths.len() as f64;
    let truths = vec![
        ("fidelity", Truth::Value(mean)),
        ("fidelity_scale", Truth::Value(40.0)),
        ("accuracy", Truth::Unknown),
    ];
    Setting { name: "relayed bits", truths, draw: Box::new(draw) }
}

/// Answers of accuracy 0.6 whose lengths are cut off at 1200 tokens; a cut answer is wrong.
fn lengths() -> Setting {
    const LIMIT: f64 = 1200.0;
    let (log_mean, deviation, coupling, accuracy) = (6.5, 0.5, 0.3, 0.6);
    let draw = move |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..800 {
            let name = format!("q{question}");
            let right = stream.uniform() < accuracy;
            let shift = if right { -coupling } else { coupling * accuracy / (1.0 - accuracy) };
            let length = libm::exp(log_mean + deviation * (stream.normal() + shift));
            let output_tokens = Some(libm::ceil(length).min(LIMIT));
            let correct = Some(right && length <= LIMIT);
            sink(&Observation { question: &name, output_tokens, correct, ..Observation::default() });
        }
    };
    let truths = vec![
        ("token_log_mean", Truth::Value(log_mean)),
        ("token_log_deviation", Truth::Value(deviation)),
        ("length_coupling", Truth::Value(coupling)),
    ];
    Setting { name: "lengths that are cut off", truths, draw: Box::new(draw) }
}

/// A latency of 2 s and 0.01 s per token. Lengths are lognormal: the deviation of so skewed a quantity needs many questions.
fn latencies() -> Setting {
    let (base, per_token) = (2.0, 0.01);
    let draw = move |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..2000 {
            let name = format!("q{question}");
            let tokens = libm::exp(6.0 + 0.5 * stream.normal());
            let latency = Some(base + per_token * tokens + 0.3 * stream.exponential() - 0.3);
            let output_tokens = Some(tokens);
            sink(&Observation { question: &name, output_tokens, latency, ..Observation::default() });
        }
    };
    let mean_tokens = libm::exp(6.0 + 0.125);
    let variance = per_token * per_token * mean_tokens * mean_tokens * libm::expm1(0.25) + 0.09;
    let truths = vec![
        ("latency_mean", Truth::Value(base + per_token * mean_tokens)),
        ("latency_deviation", Truth::Value(libm::sqrt(variance))),
        ("latency_base", Truth::Value(base)),
        ("latency_per_token", Truth::Value(per_token)),
    ];
    Setting { name: "latencies", truths, draw: Box::new(draw) }
}

/// The golden checker of mechanisms B0.7: p = 0.4, t = 0.95, f = 0.05.
fn checker() -> Setting {
    let draw = |stream: &mut Stream, sink: &mut Sink<'_>| {
        for question in 0..800 {
            let name = format!("q{question}");
            let right = stream.uniform() < 0.4;
            let accepted = Some(stream.uniform() < if right { 0.95 } else { 0.05 });
            sink(&Observation { question: &name, correct: Some(right), accepted, ..Observation::default() });
        }
    };
    let truths = vec![
        ("checker_true_positive_rate", Truth::Value(0.95)),
        ("checker_false_positive_rate", Truth::Value(0.05)),
        ("checker_precision", Truth::Value(0.38 / 0.41)),
        ("checker_tries", Truth::Value(1.0 / 0.41)),
    ];
    Setting { name: "checker", truths, draw: Box::new(draw) }
}

/// A log from which no correlation can be had.
fn silent(name: &'static str, voters: Voters) -> Setting {
    let truths = ["correlation", "correlation_within_questions", "fidelity", "leaf_exponent"]
        .map(|quantity| (quantity, Truth::Unknown));
    Setting { name, truths: truths.into(), draw: Box::new(move |stream, sink| voters.write(stream, sink)) }
}
