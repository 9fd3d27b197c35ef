//! The model with the lower list price is the dearer one, because it thinks longer (mechanisms B55).
//!
//! Two models differ in their list prices by the factor `e^g`. The logarithm of the ratio of their tokens on a task is normal with mean 0
//! and variance `s^2`, which thinking and what is shown add up to. The order is reversed with probability `Phi(-g/s)`.

use sim_core::random::Stream;
use sim_core::special::normal_cdf;

use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, integer, real};
use crate::theory::numeric::power;

/// Kendall's tau of two orders without ties, of which this share of the pairs is discordant.
///
/// ```
/// use sim_models::mechanism::price_reversal::kendall_tau;
/// // 21.8 % of the pairs are reversed at tau = .563 (B55).
/// assert!((kendall_tau(0.2185) - 0.563).abs() < 1e-12);
/// ```
pub fn kendall_tau(discordant: f64) -> f64 {
    1.0 - 2.0 * discordant
}

/// Mean range (largest less smallest) of `count` standard normal numbers: the integral of `1 - Phi^n - (1 - Phi)^n`.
pub fn mean_range(count: u32) -> f64 {
    // The integrand is smooth and vanishes at both ends: the trapezoidal rule is exact to rounding.
    const STEP: f64 = 1.0 / 32.0;
    let value = |i: i32| {
        let below = normal_cdf(f64::from(i) * STEP);
        let above = normal_cdf(-f64::from(i) * STEP);
        1.0 - power(below, count) - power(above, count)
    };
    (-320..=320).map(value).sum::<f64>() * STEP
}

/// The model `price-reversal`.
#[derive(Clone, Copy, Debug)]
pub struct PriceReversal;

/// Parameters of [`PriceReversal`].
#[derive(Clone, Debug)]
pub struct ReversalParameters {
    /// Logarithm of the ratio of list prices.
    gap: f64,
    visible: f64,
    thinking: f64,
    repeats: u32,
    repeat_sigma: f64,
}

impl Parameters for ReversalParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let ratio =
            form.read(real("list_price_ratio", 2.0).between(1.0, 1e6).help(
                "list price, input and output added, of the dearer model over that of the cheaper one",
            ))?;
        let sigma = |key, default| real(key, default).between(0.0, 10.0);
        let visible = form.read(
            sigma("visible_sigma", 0.454).help("deviation of the logarithm of the ratio of visible tokens"),
        )?;
        let thinking =
            form.read(sigma("thinking_sigma", 0.767).help("what thinking adds to it, in quadrature"))?;
        let repeats = form.read(integer("repeats", 10).between(2, 1000).help("runs of the same query"))?;
        let repeat_sigma = form.read(
            sigma("repeat_sigma", 0.5)
                .help("deviation of the logarithm of the tokens between runs of a query"),
        )?;
        Ok(Self { gap: libm::log(ratio), visible, thinking, repeats, repeat_sigma })
    }
}

impl ReversalParameters {
    /// Probability of a reversal where the logarithm has this deviation.
    fn reversed(&self, sigma: f64) -> f64 {
        // Equal prices are reversed one time in two, unless nothing varies.
        if sigma > 0.0 { normal_cdf(-self.gap / sigma) } else { 0.0 }
    }

    fn sigma(&self) -> f64 {
        libm::hypot(self.visible, self.thinking)
    }
}

/// A pair of models on a task, and the runs of one query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    reversed: bool,
    reversed_without_thinking: bool,
    log_range: f64,
}

impl Trial for ReversalParameters {
    type Outcome = Pair;

    fn run(&self, draws: &mut Stream) -> Pair {
        let visible = self.visible * draws.normal();
        let thinking = self.thinking * draws.normal();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for _ in 0..self.repeats {
            let run = self.repeat_sigma * draws.normal();
            (low, high) = (low.min(run), high.max(run));
        }
        Pair {
            reversed: visible + thinking > self.gap,
            reversed_without_thinking: visible > self.gap,
            log_range: high - low,
        }
    }
}

impl Mechanism for PriceReversal {
    type Parameters = ReversalParameters;
    type Trial = ReversalParameters;

    fn about(&self) -> About {
        About {
            name: "price-reversal",
            summary: "Of two models the one with the lower list price costs more, because it writes more",
            references: &[
                "Price Reversal, arXiv 2603.23971",
                "mechanisms B55: probability of a reversal, Kendall's tau",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<ReversalParameters, Pair>> {
        vec![
            Measure::share(
                "reversed",
                "probability that the order of costs is not that of list prices",
                |o: &Pair| Some(o.reversed),
            )
            .predicted("Phi(-g/s)", |p: &ReversalParameters| Some(p.reversed(p.sigma()))),
            Measure::share("reversed_without_thinking", "the same for visible tokens only", |o: &Pair| {
                Some(o.reversed_without_thinking)
            })
            .predicted("Phi(-g/s)", |p: &ReversalParameters| Some(p.reversed(p.visible))),
            Measure::mean(
                "log_range",
                "logarithm of the largest over the smallest of a query's runs",
                Unit::One,
                |o: &Pair| Some(o.log_range),
            )
            .predicted("mean range of normal numbers", |p: &ReversalParameters| {
                Some(p.repeat_sigma * mean_range(p.repeats))
            }),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<ReversalParameters>> {
        vec![
            Prediction::new(
                "kendall_tau",
                "of list prices and costs, 1 - 2 x share of reversed pairs",
                |p| Some(kendall_tau(p.reversed(p.sigma()))),
            ),
            Prediction::new("kendall_tau_without_thinking", "the same for visible tokens only", |p| {
                Some(kendall_tau(p.reversed(p.visible)))
            }),
        ]
    }

    fn trial(&self, parameters: &ReversalParameters) -> Result<ReversalParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
