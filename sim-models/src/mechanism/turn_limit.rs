//! An agent that works in turns and may be told to stop after so many, with more on request (mechanisms B5).
//!
//! Every turn reads all earlier ones: `n` turns take `n a + b n (n-1)/2` tokens, so that the last turns are the dear ones. A run takes a
//! lognormal number of turns, and another one if it will not solve its task. Under a cap of `c` turns a run of `N` ends after
//! `min(N, c)`; because it is told, it hurries where it must, and comes to its own end if `r N <= c`. With extensions the first cap is
//! lower. A run that it would cut off asks for the higher one with a probability that depends on whether that would do: one that can
//! be solved in time asks almost always, one that cannot be solved asks as often as the agent cannot tell; one that would come too late
//! sees so, and ends.

mod course;

use std::borrow::Borrow;
use std::sync::OnceLock;

use sim_core::random::Stream;
use sim_core::special::{normal_cdf, normal_quantile};

use self::course::{Course, TurnLaw};
use super::primitives::{Answered, Answering, CallKeys, CallTerms, ExpectedAnswer, measures};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};

/// Share of the sum of `N^power` that is saved if a lognormal `N` with deviation `sigma` of its logarithm is cut off at the quantile
/// `share`: `1 - Phi(z - k sigma) - (1 - share) e^(k sigma z - k^2 sigma^2/2)`, `z` the normal quantile, `k` the power (derived).
///
/// ```
/// use sim_models::mechanism::turn_limit::truncation_saving;
/// // A third of what quadratic costs come to is beyond the third quartile of runs that differ as much as this.
/// assert!((truncation_saving(0.5, 0.75, 2.0) - 0.33).abs() < 0.005);
/// ```
pub fn truncation_saving(sigma: f64, share: f64, power: f64) -> f64 {
    let (z, spread) = (normal_quantile(share), power * sigma);
    1.0 - normal_cdf(z - spread) - (1.0 - share) * libm::exp(spread * z - 0.5 * spread * spread)
}

/// The model `turn-limit`.
#[derive(Clone, Copy, Debug)]
pub struct TurnLimit;

/// How turns are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    None,
    Cap,
    OnRequest,
}

/// Parameters of [`TurnLimit`].
#[derive(Clone, Debug)]
pub struct TurnParameters {
    control: Control,
    solvable: f64,
    /// Turns of runs that solve their task, and of others.
    turns: [TurnLaw; 2],
    most_turns: u32,
    reminder: f64,
    /// Shares of all runs that the first and the last cap do not concern.
    quantiles: [f64; 2],
    /// Probability that a run asks for more turns: one that they would bring to its solution, and one without.
    asks: [f64; 2],
    terms: CallTerms,
    /// Tokens that each turn adds to what later ones read.
    growth: u64,
    course: OnceLock<Course>,
}

impl Parameters for TurnParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let controls = [
            ("on-request", Control::OnRequest, "a low cap, and once a higher one for runs that ask for it"),
            ("cap", Control::Cap, "the higher cap for all"),
            ("none", Control::None, "runs end by themselves"),
        ];
        let control = form.read(choice("control", &controls).help("how turns are limited"))?;
        let solvable = form.read(
            real("solvable", 0.6)
                .between(0.0, 1.0)
                .help("share of runs that solve their task if they have the turns"),
        )?;
        let median = |key, default| real(key, default).between(1.0, 10_000.0).unit(Unit::One);
        let sigma = |key, default| real(key, default).between(0.0, 3.0);
        let turns = [
            TurnLaw {
                median: form.read(median("solved_turns", 35.0).help("median of the turns of such a run"))?,
                sigma: form
                    .read(sigma("solved_sigma", 0.45).help("standard deviation of their logarithm"))?,
            },
            TurnLaw {
                median: form.read(
                    median("unsolved_turns", 60.0).help("median of the turns after which other runs give up"),
                )?,
                sigma: form
                    .read(sigma("unsolved_sigma", 0.6).help("standard deviation of their logarithm"))?,
            },
        ];
        let most_turns = form.read(
            integer("most_turns", 250).between(1, 10_000).help("turns after which any run ends, unsolved"),
        )?;
        let reminder = form.read(
            real("reminder", 0.9)
                .above_up_to(0.0, 1.0)
                .help("share of its turns with which a run can do if it is told its cap"),
        )?;
        let mut quantile =
            |key, default, help| form.read(real(key, default).above_up_to(0.0, 1.0).help(help));
        let quantiles = [
            quantile(
                "first_quantile",
                0.5,
                "share of runs that end by themselves within the first cap, control = on-request",
            )?,
            quantile(
                "quantile",
                0.75,
                "share of runs that end by themselves within the cap, or the higher one",
            )?,
        ];
        let mut probability = |key, default, help| form.read(real(key, default).between(0.0, 1.0).help(help));
        let asks = [
            probability(
                "solvable_asks",
                0.95,
                "probability that a run asks for more turns which they bring to its solution",
            )?,
            probability("unsolvable_asks", 0.5, "probability that a run asks which cannot be solved")?,
        ];
        let terms = CallTerms::read_as(form, &CallKeys::TURN)?;
        let growth = form.read(
            real("growth", 2000.0)
                .between(0.0, 1e6)
                .unit(Unit::Tokens)
                .help("what each turn adds to the input of all later ones"),
        )?;
        if quantiles[0] > quantiles[1] {
            return Err(ParameterError::impossible(
                &["first_quantile", "quantile"],
                format!("the first cap, at {}, is above the last one, at {}", quantiles[0], quantiles[1]),
            ));
        }
        Ok(Self {
            control,
            solvable,
            turns,
            most_turns,
            reminder,
            quantiles,
            asks,
            terms,
            growth: libm::round(growth) as u64,
            course: OnceLock::new(),
        })
    }
}

impl CallKeys {
    /// A turn, but for the history that it reads.
    const TURN: Self = Self {
        keys: ["prompt_tokens", "answer_tokens", "input_price", "output_price", "call_time"],
        defaults: [600.0, 300.0, 0.4, 1.6, 10.0],
    };
}

impl Answering for TurnParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        let means = self.means(self.control);
        Some(ExpectedAnswer {
            answered: means.solved,
            right: means.solved,
            calls: means.turns,
            tokens: means.tokens,
            dollars: means.dollars,
            seconds: means.turns * self.terms.call_after(0).seconds,
        })
    }
}

/// What became of one run, and what would have become of it by the same luck without a limit, under the cap and on request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimitedRun {
    run: Answered,
    extended: bool,
    solved_without_limit: bool,
    /// USD without a limit, under the cap, and on request.
    dollars: [f64; 3],
    spent: f64,
}

impl Borrow<Answered> for LimitedRun {
    fn borrow(&self) -> &Answered {
        &self.run
    }
}

impl Trial for TurnParameters {
    type Outcome = LimitedRun;

    fn run(&self, draws: &mut Stream) -> LimitedRun {
        let course = self.course();
        let solvable = draws.uniform() < self.solvable;
        let free = self.free(solvable, self.turns[usize::from(!solvable)].draw(draws));
        let luck = draws.uniform();
        let ends = [
            self.unlimited(free),
            self.capped(free, course.caps[1]),
            self.on_request(free, course.caps, |probability| luck < probability),
        ];
        let end = ends[self.control as usize];
        let spending = course.spending[end.turns as usize];
        LimitedRun {
            run: Answered { right: end.solved.then_some(true), spending },
            extended: end.extended,
            solved_without_limit: free.solvable,
            dollars: ends.map(|end| course.spending[end.turns as usize].dollars()),
            spent: spending.dollars(),
        }
    }
}

impl Mechanism for TurnLimit {
    type Parameters = TurnParameters;
    type Trial = TurnParameters;

    fn about(&self) -> About {
        About {
            name: "turn-limit",
            summary: "An agent works in turns, each of which reads all earlier ones, up to a cap, with more turns on request",
            references: &[
                "More with Less: turn control, arXiv 2510.16786",
                "mechanisms B5: caps at quantiles, extensions, quadratic growth",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<TurnParameters, LimitedRun>> {
        let mut all = measures();
        all.push(
            Measure::ratio(
                "saving",
                "share of the cost that the limit saves, on the same runs",
                Unit::One,
                |o: &LimitedRun| {
                    (o.dollars[Control::None as usize] - o.spent, o.dollars[Control::None as usize])
                },
            )
            .predicted("sums over the law of turns", |p: &TurnParameters| {
                Some(p.saving(Control::None, p.control))
            }),
        );
        all.push(
            Measure::ratio(
                "kept",
                "solved tasks over those solved without a limit, on the same runs",
                Unit::One,
                |o: &LimitedRun| {
                    let solved = o.run.right == Some(true);
                    (f64::from(u8::from(solved)), f64::from(u8::from(o.solved_without_limit)))
                },
            )
            .predicted("sums over the law of turns", |p: &TurnParameters| {
                Some(p.means(p.control).solved / p.means(Control::None).solved)
            }),
        );
        all.push(
            Measure::ratio(
                "further_saving",
                "share of the cost under the cap that is saved if turns beyond the first cap are granted on request only",
                Unit::One,
                |o: &LimitedRun| {
                    let [_, cap, request] = o.dollars;
                    (cap - request, cap)
                },
            )
            .predicted("sums over the law of turns", |p: &TurnParameters| {
                Some(p.saving(Control::Cap, Control::OnRequest))
            }),
        );
        all.push(
            Measure::share("extended", "share of runs that are granted more turns", |o: &LimitedRun| {
                Some(o.extended)
            })
            .predicted("sums over the law of turns", |p: &TurnParameters| Some(p.means(p.control).extended)),
        );
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<TurnParameters>> {
        vec![
            Prediction::new("first_cap", "turns within which the first share of runs ends by itself", |p| {
                Some(f64::from(p.course().caps[0]))
            }),
            Prediction::new("cap", "turns within which the last share of runs ends by itself", |p| {
                Some(f64::from(p.course().caps[1]))
            }),
            Prediction::new(
                "truncation_saving_linear",
                "share of the turns of runs that solve their task beyond the same quantile of them",
                |p| Some(truncation_saving(p.turns[0].sigma, p.quantiles[1], 1.0)),
            ),
            Prediction::new(
                "truncation_saving_quadratic",
                "the same of the squares of turns, to which the cost of long runs is in proportion",
                |p| Some(truncation_saving(p.turns[0].sigma, p.quantiles[1], 2.0)),
            ),
        ]
    }

    fn trial(&self, parameters: &TurnParameters) -> Result<TurnParameters, ParameterError> {
        parameters.course();
        Ok(parameters.clone())
    }
}
