//! A quorum of agents that answer at once or deliberate, which may not come to an end (mechanisms B2).

use sim_core::random::Stream;

use super::primitives::AnswerLaw;
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Unit, choice, integer, real};
use crate::theory::dependence::binomial;

/// The model `deliberation`.
#[derive(Clone, Copy, Debug)]
pub struct Deliberation;

/// Parameters of [`Deliberation`].
#[derive(Clone, Debug)]
pub struct DeliberationParameters {
    faults: u32,
    /// Whether a node converges: right answers are those that do.
    converges: AnswerLaw,
    adversarial: f64,
    flips: f64,
    seconds: f64,
    timeout: f64,
}

impl Parameters for DeliberationParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let systems = [
            ("deliberate", true, "nodes deliberate: slow, and some never come to an end"),
            ("reflex", false, "nodes answer at once, and always"),
        ];
        let deliberates = form.read(choice("system", &systems).help("how a node comes to its answer"))?;
        let faults = form.read(
            integer("faults", 1)
                .between(0, 1000)
                .help("faults f to be tolerated: 3f + 1 nodes, of which a quorum of 2f + 1 must agree"),
        )?;
        let probability = |key, default| real(key, default).between(0.0, 1.0);
        let endless = form.read(
            probability("no_convergence", 0.267)
                .help("probability that deliberation does not come to an end"),
        )?;
        let correlation = form.read(
            probability("correlation", 0.0).help("pairwise correlation of coming to an end, beta-binomial"),
        )?;
        let adversarial =
            form.read(probability("adversarial", 0.0).help("probability that a question is adversarial"))?;
        let flips = form.read(
            probability("flips", 0.015)
                .help("probability that a node that answers gives in to an adversarial one"),
        )?;
        let seconds = |key, default| real(key, default).between(0.0, 1e9).unit(Unit::Seconds);
        let base = form.read(seconds("base_time", 13.0).help("time of an answer at once"))?;
        let multiplier = form.read(
            real("time_factor", 17.0)
                .between(1.0, 1e6)
                .help("time of deliberation over that of an answer at once"),
        )?;
        let timeout = form
            .read(seconds("timeout", 600.0).help("time after which a round without a quorum is given up"))?;
        let (endless, factor) = if deliberates { (endless, multiplier) } else { (0.0, 1.0) };
        if timeout < base * factor {
            return Err(ParameterError::impossible(
                &["timeout", "base_time", "time_factor"],
                format!(
                    "a round is given up after {timeout} s, before an answer is there after {} s",
                    base * factor
                ),
            ));
        }
        let converges = AnswerLaw::new(1.0 - endless, correlation, 1, 0.0);
        Ok(Self { faults, converges, adversarial, flips, seconds: base * factor, timeout })
    }
}

impl DeliberationParameters {
    fn nodes(&self) -> u32 {
        3 * self.faults + 1
    }

    fn quorum(&self) -> u32 {
        2 * self.faults + 1
    }

    fn converged(&self) -> f64 {
        self.converges.count_law(self.nodes())[self.quorum() as usize..].iter().sum()
    }

    /// Probability of a quorum of nodes that came to an end and did not give in.
    fn agreed(&self) -> f64 {
        let law = self.converges.count_law(self.nodes());
        let holds = |count: u32| {
            let firm = binomial::law(count, 1.0 - 2.0 * self.flips);
            firm[self.quorum() as usize..].iter().sum::<f64>()
        };
        let attacked: f64 =
            (self.quorum()..=self.nodes()).map(|count| law[count as usize] * holds(count)).sum();
        (1.0 - self.adversarial) * self.converged() + self.adversarial * attacked
    }
}

/// What became of one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    converged: bool,
    agreed: bool,
    seconds: f64,
}

impl Trial for DeliberationParameters {
    type Outcome = Round;

    fn run(&self, draws: &mut Stream) -> Round {
        let attacked = draws.uniform() < self.adversarial;
        let mut nodes = self.converges.answers();
        let (mut converged, mut firm) = (0, 0);
        for _ in 0..self.nodes() {
            if nodes.next(draws) == 0 {
                converged += 1;
                firm += u32::from(!attacked || draws.uniform() >= self.flips);
            }
        }
        let ends = converged >= self.quorum();
        Round {
            converged: ends,
            agreed: firm >= self.quorum(),
            seconds: if ends { self.seconds } else { self.timeout },
        }
    }
}

impl Mechanism for Deliberation {
    type Parameters = DeliberationParameters;
    type Trial = DeliberationParameters;

    fn about(&self) -> About {
        About {
            name: "deliberation",
            summary: "A quorum of nodes that answer at once, or deliberate and may not come to an end",
            references: &[
                "The Cognitive Penalty",
                "mechanisms B2: no convergence with probability .267, 17 times the time",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<DeliberationParameters, Round>> {
        vec![
            Measure::share("converged", "probability that a quorum comes to an end", |o: &Round| {
                Some(o.converged)
            })
            .predicted("tail of the binomial or beta-binomial law", |p: &DeliberationParameters| {
                Some(p.converged())
            }),
            Measure::share(
                "agreed",
                "probability that a quorum comes to an end and does not give in",
                |o: &Round| Some(o.agreed),
            )
            .predicted(
                "the same, thinned where the question is adversarial",
                |p: &DeliberationParameters| Some(p.agreed()),
            ),
            Measure::mean(
                "time",
                "time until there is a quorum, or the round is given up",
                Unit::Seconds,
                |o: &Round| Some(o.seconds),
            )
            .predicted(
                "nodes that come to an end do so at the same time",
                |p: &DeliberationParameters| {
                    let converged = p.converged();
                    Some(converged * p.seconds + (1.0 - converged) * p.timeout)
                },
            ),
        ]
    }

    fn trial(&self, parameters: &DeliberationParameters) -> Result<DeliberationParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
