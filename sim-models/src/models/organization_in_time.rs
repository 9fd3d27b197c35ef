//! An organization in time: how often it is right, in time and within its budget, and what that costs.

mod faults;
mod parameters;
mod selection;
mod services;

use std::borrow::Cow;

use sim_core::random::Streams;

pub use self::parameters::TimedParameters;
use crate::money::dollars;
use crate::organization::timed::{TimedOrganization, Until};
use crate::registry::{
    About, CellMetric, CellPrediction, Forecast, Metric, Model, ParameterError, Prediction, Replay, Unit,
};
use crate::theory::order_statistics::mean_of_tree;

/// The model `organization-in-time`.
#[derive(Clone, Copy, Debug)]
pub struct OrganizationInTime;

/// What is told of a run beside the accuracy of its outputs, in the order of
/// [`TimedOrganization`]'s estimates.
const QUANTITIES: [(&str, Unit, &str); 20] = [
    ("success", Unit::One, "probability of a right answer in time and within the budget"),
    ("done", Unit::One, "probability of an answer in time and within the budget"),
    ("failed_budget", Unit::One, "probability that the answer could not be paid"),
    ("failed_deadline", Unit::One, "probability that the deadline came before the answer"),
    (
        "failed_stalled",
        Unit::One,
        "probability that the answer waits for votes that will not come, without a fault",
    ),
    ("failed_fault", Unit::One, "probability that a fault, a timeout or a refusal prevented the answer"),
    ("failed_event_limit", Unit::One, "probability that a trial was broken off at event_limit"),
    ("makespan", Unit::Seconds, "mean time until the run ends"),
    ("makespan_p50", Unit::Seconds, "median of that time"),
    ("makespan_p90", Unit::Seconds, "time that 9 of 10 runs do not exceed"),
    ("makespan_p99", Unit::Seconds, "time that 99 of 100 runs do not exceed"),
    ("cost", Unit::Dollars, "money spent in a run"),
    ("cost_of_pass", Unit::Dollars, "money spent per success"),
    ("wasted", Unit::One, "share of the money that was spent on answers that nobody used"),
    ("input_tokens", Unit::Tokens, "tokens read in a run"),
    ("output_tokens_used", Unit::Tokens, "tokens written in a run, thinking included"),
    ("requests", Unit::One, "requests that were served in a run, at least in part"),
    ("refusals", Unit::One, "requests that were refused in a run"),
    ("utilization", Unit::One, "share of the run in which an agent that makes calls is in its call"),
    ("energy", Unit::Joules, "energy of a run"),
];

fn range(unit: Unit) -> (f64, f64) {
    (0.0, if unit == Unit::One { 1.0 } else { f64::INFINITY })
}

impl Model for OrganizationInTime {
    type Parameters = TimedParameters;
    type Plan = TimedOrganization;

    fn about(&self) -> About {
        About {
            name: "organization-in-time",
            summary: "An organization whose calls take time and cost money, under deadlines, budgets, limits and faults",
            references: &[
                "B. Liu, L. Kong, J. Pei, Phase Transition for Budgeted Multi-Agent Synergy, arXiv 2601.17311 (2026), for the votes",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let accuracy = Metric {
            name: "accuracy",
            help: "probability that the answer is right; at the deadline the best one so far counts",
            unit: Unit::One,
            range: (0.0, 1.0),
        };
        let others = QUANTITIES.iter().map(|&(name, unit, help)| {
            let counts = matches!(name, "requests" | "refusals");
            let range = if counts { (0.0, f64::INFINITY) } else { range(unit) };
            Metric { name, help, unit, range }
        });
        std::iter::once(accuracy).chain(others).collect()
    }

    fn metrics_of(&self, parameters: &TimedParameters) -> Option<Vec<CellMetric>> {
        let organization = parameters.base.organization();
        let graph = organization.graph();
        let [accuracy, others @ ..] = &self.metrics()[..] else { return None };
        let mut metrics: Vec<CellMetric> = match organization.outputs() {
            [_] => vec![CellMetric::from(*accuracy)],
            outputs => outputs
                .iter()
                .map(|&output| CellMetric {
                    name: format!("accuracy.{}", graph.name(output)).into(),
                    ..CellMetric::from(*accuracy)
                })
                .collect(),
        };
        metrics.extend(others.iter().map(|&metric| CellMetric::from(metric)));
        let timing = &parameters.timing;
        if parameters.by_agent {
            let calling = (0..graph.len()).filter(|&agent| timing.services[agent].is_some());
            metrics.extend(calling.map(|agent| CellMetric {
                name: format!("tokens.{}", graph.name(agent)).into(),
                help: "tokens that this agent read and wrote in a run".into(),
                unit: Unit::Tokens,
                range: range(Unit::Tokens),
            }));
        }
        if parameters.attribute {
            metrics.extend(timing.faults.iter().map(|fault| CellMetric {
                name: format!("loss.{}", fault.mode.name()).into(),
                help: "success that this fault costs: success without it less success with it, in the same trials".into(),
                unit: Unit::One,
                range: (-1.0, 1.0),
            }));
        }
        Some(metrics)
    }

    fn predictions(&self) -> Vec<Prediction<TimedParameters>> {
        vec![
            Prediction::new("accuracy", "exact, where time and money change no vote", exact_accuracy),
            Prediction::in_unit(
                "makespan",
                Unit::Seconds,
                "mean of order statistics, for a star or tree with exponential or constant calls and nothing else that takes time",
                makespan,
            ),
            Prediction::in_unit(
                "cost",
                Unit::Dollars,
                "price of all calls, where their lengths are constant and nothing is cut off, cancelled or repeated",
                cost,
            ),
        ]
    }

    fn predictions_of(&self, parameters: &TimedParameters) -> Option<Forecast> {
        let mut forecast = Forecast::of(&self.predictions(), parameters);
        let outputs = parameters.base.organization().outputs();
        if outputs.len() > 1 {
            // There is one accuracy per output.
            forecast.predictions.remove(0);
            let graph = parameters.base.organization().graph();
            let laws = undisturbed(parameters).then(|| parameters.base.organization().exact().ok()).flatten();
            let prediction = |(position, &output): (usize, &usize)| CellPrediction {
                name: format!("accuracy.{}", graph.name(output)).into(),
                help: Cow::Borrowed("exact, where time and money change no vote"),
                unit: Unit::One,
                value: laws.as_ref().map(|laws| laws[position].accuracy()),
            };
            let mut predictions: Vec<CellPrediction> = outputs.iter().enumerate().map(prediction).collect();
            predictions.append(&mut forecast.predictions);
            forecast.predictions = predictions;
        }
        Some(forecast)
    }

    fn prepare(&self, parameters: &TimedParameters) -> Result<TimedOrganization, ParameterError> {
        parameters.timed()
    }

    fn replay(&self, plan: &TimedOrganization, trial: u64, streams: &Streams) -> Option<Replay> {
        let (result, trace) = plan.trace(streams, trial);
        let answer = match result.answers[..] {
            [Some(true)] => "right",
            [Some(false)] => "wrong",
            [None] => "none",
            _ if result.answers.iter().all(|&answer| answer == Some(true)) => "all-right",
            _ => "not-all-right",
        };
        let facts = vec![
            ("outcome", result.outcome.name().to_owned()),
            ("answer", answer.to_owned()),
            ("makespan", format!("{} s", result.makespan)),
            ("cost", format!("{} USD", dollars(result.cost))),
            ("requests", result.requests.to_string()),
            ("refusals", result.refusals.to_string()),
        ];
        Some(Replay { facts, trace })
    }
}

/// Whether neither time nor money nor faults can change a vote.
fn undisturbed(parameters: &TimedParameters) -> bool {
    let timing = &parameters.timing;
    let organization = parameters.base.organization();
    let all_heard = timing.waiting.iter().enumerate().all(|(agent, waiting)| {
        waiting.patience.is_none()
            && match waiting.until {
                Until::All => true,
                Until::First(_) => organization.graph().incoming(agent).is_empty(),
                Until::Decided => organization.coupling(agent).is_none(),
            }
    });
    let allowance = &timing.allowance;
    let unlimited = allowance.deadline.is_none()
        && allowance.money.is_none()
        && allowance.tokens.is_none()
        && allowance.money_per_agent.is_none();
    let uncut = timing.services.iter().flatten().all(|service| service.output_limit.is_none());
    let limits = timing.endpoints.iter().all(|endpoint| {
        endpoint.limits.requests_per_minute.is_none() && endpoint.limits.tokens_per_minute.is_none()
    });
    // Sent again, a lost message may arrive after all.
    let lossless = (0..organization.graph().edge_count()).all(|edge| !organization.may_miss(edge));
    all_heard
        && unlimited
        && uncut
        && limits
        && timing.calls.timeout.is_none()
        && timing.calls.hedge_after.is_none_or(|_| {
            timing.services.iter().flatten().all(|s| s.length_coupling == 0.0 || s.duration.is_some())
        })
        && timing.context.window.is_none()
        && timing.faults.is_empty()
        && (lossless || timing.delivery.retransmissions == 0)
}

fn exact_accuracy(parameters: &TimedParameters) -> Option<f64> {
    if !undisturbed(parameters) {
        return None;
    }
    parameters.base.organization().exact().ok()?.first().map(|law| law.accuracy())
}

/// Whether calls are all that takes time, so that they are over at independent times.
fn only_calls_take_time(parameters: &TimedParameters) -> bool {
    let timing = &parameters.timing;
    let limits = &timing.endpoints[0].limits;
    undisturbed(parameters)
        && timing.delivery.latency.is_zero()
        && timing.delivery.retransmissions == 0
        && timing.calls.hedge_after.is_none()
        && limits.concurrency.is_none()
        && limits.half_speed.is_none()
}

fn makespan(parameters: &TimedParameters) -> Option<f64> {
    let (fan_in, depth) = parameters.base.layers()?;
    let timing = &parameters.timing;
    let organization = parameters.base.organization();
    let judges = organization.outputs().iter().any(|&output| {
        timing.services[output].is_some() && !organization.graph().incoming(output).is_empty()
    });
    let waiting_for = match timing.waiting.last()?.until {
        Until::All => fan_in,
        Until::First(count) => count.min(fan_in),
        Until::Decided => return None,
    };
    let simple = matches!(timing.waiting.last()?.until, Until::All) && only_calls_take_time(parameters)
        || first_votes_only(parameters);
    let service = timing.services.iter().flatten().next()?;
    if judges || !simple || service.turns > 1 {
        return None;
    }
    let duration = service.duration?;
    match duration.exponential_mean() {
        Some(mean) => Some(mean * mean_of_tree(fan_in, depth, waiting_for)),
        None => (duration.deviation() == 0.0).then(|| duration.mean()),
    }
}

/// As [`only_calls_take_time`], where agents wait for the first few votes: no vote matters, if none is missing.
fn first_votes_only(parameters: &TimedParameters) -> bool {
    let mut all = parameters.clone();
    for waiting in &mut all.timing.waiting {
        waiting.until = Until::All;
    }
    let organization = parameters.base.organization();
    only_calls_take_time(&all)
        && (0..organization.graph().edge_count()).all(|edge| !organization.may_miss(edge))
}

fn cost(parameters: &TimedParameters) -> Option<f64> {
    let timing = &parameters.timing;
    let certain = undisturbed(parameters)
        && timing.calls.hedge_after.is_none()
        && timing.context.cache.is_none()
        && timing.waiting.iter().all(|waiting| waiting.until == Until::All);
    if !certain {
        return None;
    }
    let organization = parameters.base.organization();
    let lossless = (0..organization.graph().edge_count()).all(|edge| !organization.may_miss(edge));
    let mut nanodollars = 0;
    for (agent, service) in timing.services.iter().enumerate() {
        let Some(service) = service else { continue };
        let heard: u64 = if lossless {
            let tokens = |&edge: &usize| organization.channel(edge).tokens as u64;
            organization.graph().incoming(agent).iter().map(tokens).sum()
        } else {
            return None;
        };
        let cost = service.constant_cost(&timing.endpoints[service.endpoint], heard)?;
        nanodollars = u64::saturating_add(nanodollars, cost);
    }
    Some(nanodollars as f64 * 1e-9)
}
