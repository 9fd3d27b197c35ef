//! Workers that fail: checkpoints, restarts, and going on with an approximation (mechanisms B52).
//!
//! Work of length `tau` that begins anew after each failure (rate `lambda`), a restart taking `R`, lasts
//! `(1/lambda + R)(e^(lambda tau) - 1)` in the mean. Checkpoints cut it into pieces, each of which ends with writing one, in time `C`,
//! but for the last. The best interval solves `e^(lambda (T + C)) (1 - lambda T) = 1` (derived, for many pieces) and is about
//! `sqrt(2 C/lambda)` (Young 1974).

use sim_core::random::Stream;

use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, real};
use crate::theory::numeric::bisect;

/// Mean time of a piece of work of length `work` that begins anew after each failure.
///
/// ```
/// let time = sim_models::mechanism::churn::time_with_restarts(0.1, 5.0, 0.5);
/// assert!((time - 6.81157).abs() < 5e-6);
/// ```
pub fn time_with_restarts(rate: f64, work: f64, restart: f64) -> f64 {
    (1.0 / rate + restart) * libm::expm1(rate * work)
}

/// The interval between checkpoints with the least time per work.
pub fn best_interval(rate: f64, checkpoint: f64) -> f64 {
    bisect(0.0, 1.0 / rate, |interval| {
        libm::exp(rate * (interval + checkpoint)) * (1.0 - rate * interval) > 1.0
    })
}

/// The model `churn`.
#[derive(Clone, Copy, Debug)]
pub struct Churn;

/// Parameters of [`Churn`].
#[derive(Clone, Debug)]
pub struct ChurnParameters {
    approximate: bool,
    rate: f64,
    work: f64,
    restart: f64,
    checkpoint: f64,
    /// `None`: no checkpoints.
    interval: Option<f64>,
    quality_loss: f64,
}

impl Parameters for ChurnParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let recoveries = [
            ("restart", false, "from the last checkpoint, or from the start"),
            ("approximate", true, "go on with an approximation of what was lost, at a loss of quality"),
        ];
        let approximate = form.read(choice("recovery", &recoveries).help("what happens after a failure"))?;
        let rate = form.read(
            real("failure_rate", 0.1).between(1e-9, 1e6).unit(Unit::PerSecond).help("failures of the worker"),
        )?;
        let seconds = |key, default| real(key, default).between(0.0, 1e9).unit(Unit::Seconds);
        let work = form.read(seconds("work", 20.0).help("time that the work takes without failures"))?;
        let restart = form
            .read(seconds("restart_time", 0.5).help("time that a recovery takes, in which nothing fails"))?;
        let checkpoint = form.read(seconds("checkpoint_time", 0.2).help("time that a checkpoint takes"))?;
        let interval = form.read(
            real("checkpoint_every", 2.0)
                .between(1e-6, 1e9)
                .unit(Unit::Seconds)
                .help("work between two checkpoints, recovery = restart only")
                .or_word("never", "the work begins anew after a failure"),
        )?;
        let quality_loss = form.read(
            real("quality_loss", 0.02)
                .between(0.0, 1.0)
                .help("share of the quality lost with a failure, recovery = approximate only"),
        )?;
        Ok(Self { approximate, rate, work, restart, checkpoint, interval, quality_loss })
    }
}

impl ChurnParameters {
    /// Number and length of the pieces that end with a checkpoint, and the length of the last one.
    fn pieces(&self) -> (f64, f64, f64) {
        let Some(interval) = self.interval.filter(|interval| *interval < self.work) else {
            return (0.0, 0.0, self.work);
        };
        // No checkpoint at the end, also where the quotient is rounded up: 2.1/0.3 is a little more than 7.
        let written = libm::ceil(self.work / interval * (1.0 - 1e-12)) - 1.0;
        (written, interval + self.checkpoint, self.work - written * interval)
    }

    fn time(&self) -> f64 {
        if self.approximate {
            return self.work + self.failures() * self.restart;
        }
        let (written, piece, last) = self.pieces();
        let time = |work| time_with_restarts(self.rate, work, self.restart);
        written * time(piece) + time(last)
    }

    /// Mean number of failures.
    fn failures(&self) -> f64 {
        if self.approximate {
            return self.rate * self.work;
        }
        let (written, piece, last) = self.pieces();
        written * libm::expm1(self.rate * piece) + libm::expm1(self.rate * last)
    }
}

/// What one piece of work came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    seconds: f64,
    failures: u64,
    quality: f64,
}

impl Trial for ChurnParameters {
    type Outcome = Work;

    fn run(&self, draws: &mut Stream) -> Work {
        let mut result = Work { quality: 1.0, ..Work::default() };
        if self.approximate {
            let mut done = 0.0;
            loop {
                done += draws.exponential() / self.rate;
                if done >= self.work {
                    result.seconds += self.work;
                    return result;
                }
                result.failures += 1;
                result.seconds += self.restart;
                result.quality *= 1.0 - self.quality_loss;
            }
        }
        let (written, piece, last) = self.pieces();
        for number in 0..=written as u64 {
            self.piece(if number < written as u64 { piece } else { last }, &mut result, draws);
        }
        result
    }
}

impl ChurnParameters {
    /// Tries a piece until no failure comes before its end.
    fn piece(&self, length: f64, result: &mut Work, draws: &mut Stream) {
        loop {
            let failure = draws.exponential() / self.rate;
            if failure >= length {
                result.seconds += length;
                return;
            }
            result.failures += 1;
            result.seconds += failure + self.restart;
        }
    }
}

/// Most failures and pieces of a trial, in the mean.
const MOST_EVENTS: f64 = 1e6;

impl Mechanism for Churn {
    type Parameters = ChurnParameters;
    type Trial = ChurnParameters;

    fn about(&self) -> About {
        About {
            name: "churn",
            summary: "Work on workers that fail: from a checkpoint, from the start, or on with an approximation",
            references: &[
                "CheckFree: recovery without checkpoints",
                "J. W. Young, A first order approximation to the optimum checkpoint interval, CACM 17 (1974)",
                "mechanisms B52: churn and checkpoints",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<ChurnParameters, Work>> {
        let renewal = "renewal argument, piece by piece";
        vec![
            Measure::mean("time", "time until the work is done", Unit::Seconds, |o: &Work| Some(o.seconds))
                .predicted(renewal, |p: &ChurnParameters| Some(p.time())),
            Measure::mean("failures", "failures on the way", Unit::One, |o: &Work| Some(o.failures as f64))
                .predicted(renewal, |p: &ChurnParameters| Some(p.failures())),
            Measure::mean("quality", "what is left of the quality", Unit::One, |o: &Work| Some(o.quality))
                .predicted("exp(-lambda tau q): failures are a Poisson number", |p: &ChurnParameters| {
                    Some(if p.approximate { libm::exp(-p.rate * p.work * p.quality_loss) } else { 1.0 })
                }),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<ChurnParameters>> {
        vec![
            Prediction::in_unit(
                "best_interval",
                Unit::Seconds,
                "work between checkpoints with the least time per work",
                |p| Some(best_interval(p.rate, p.checkpoint)),
            ),
            Prediction::in_unit("young_interval", Unit::Seconds, "sqrt(2 C/lambda), first order", |p| {
                Some(libm::sqrt(2.0 * p.checkpoint / p.rate))
            }),
        ]
    }

    fn trial(&self, parameters: &ChurnParameters) -> Result<ChurnParameters, ParameterError> {
        let events = parameters.failures() + if parameters.approximate { 0.0 } else { parameters.pieces().0 };
        if events <= MOST_EVENTS {
            return Ok(parameters.clone());
        }
        Err(ParameterError::impossible(
            &["failure_rate", "work", "checkpoint_every"],
            format!(
                "a trial would have about {events:e} failures and checkpoints; at most {MOST_EVENTS:e} are simulated"
            ),
        ))
    }
}
