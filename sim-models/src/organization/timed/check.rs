//! Checks of a timing: numbers in their ranges, and nothing that could never be done.

use super::build::{InvalidTiming, MOST_CRASHES};
use super::{FaultMode, Overflow, Service, Timing, Until};
use crate::organization::graph::Organization;
use sim_core::graph::Node;

/// Checks the numbers that types leave open.
pub(super) fn numbers(timing: &Timing) -> Result<(), InvalidTiming> {
    for endpoint in &timing.endpoints {
        positive("the speed of an endpoint in tokens per second", Some(endpoint.tokens_per_second))?;
        positive("the speed of reading in tokens per second", endpoint.prefill_tokens_per_second)?;
        not_negative("the energy of a token", endpoint.joules_per_output_token)?;
        not_negative("the energy of a token", endpoint.joules_per_input_token)?;
        let limits = &endpoint.limits;
        positive("the half-speed concurrency of an endpoint", limits.half_speed)?;
        positive("the requests per minute of an endpoint", limits.requests_per_minute)?;
        positive("the tokens per minute of an endpoint", limits.tokens_per_minute)?;
        positive("the concurrency of an endpoint", limits.concurrency.map(f64::from))?;
        // Less than one request or token at once could never be served.
        for (quantity, rate) in [
            ("the requests per minute of an endpoint", limits.requests_per_minute),
            ("the tokens per minute of an endpoint", limits.tokens_per_minute),
        ] {
            if let Some(found) = rate.filter(|&rate| rate < 1.0) {
                return Err(InvalidTiming::Number { quantity, allowed: "are at least 1", found });
            }
        }
    }
    if let Some(cache) = &timing.context.cache {
        probability("the hit rate of the cache", cache.hit)?;
    }
    if let Overflow::Summarize { fidelity, .. } = timing.context.overflow {
        probability("the fidelity of a summary", fidelity)?;
    }
    positive("the reservation as a multiple of the mean output", Some(timing.allowance.reservation))?;
    if timing.allowance.events == 0 {
        return Err(InvalidTiming::Number {
            quantity: "the limit of events",
            allowed: "is at least 1",
            found: 0.0,
        });
    }
    for service in timing.services.iter().flatten() {
        tokens("the mean output of a turn", service.output_tokens.mean())?;
        tokens("the mean thinking of a turn", service.thinking_tokens.mean())?;
        tokens("the prompt of a call", service.prompt_tokens as f64)?;
        tokens("the output of a tool", service.tool.tokens as f64)?;
        not_negative("the coupling of length and success", service.length_coupling)?;
        positive("the number of turns", Some(f64::from(service.turns)))?;
    }
    for (position, fault) in timing.faults.iter().enumerate() {
        let name = fault.mode.name();
        if timing.faults[..position].iter().any(|earlier| earlier.mode.name() == name) {
            return Err(InvalidTiming::TwoFaults(name));
        }
        mode(&fault.mode)?;
    }
    Ok(())
}

fn mode(mode: &FaultMode) -> Result<(), InvalidTiming> {
    match *mode {
        FaultMode::Crash { rate, .. } => not_negative("the rate of crashes", rate),
        FaultMode::SilentWrong { probability: p } => probability("the probability of a silent error", p),
        FaultMode::Hang { probability: p } => probability("the probability that a request hangs", p),
        FaultMode::Straggler { probability: p, factor } => {
            probability("the probability of a straggler", p)?;
            if factor >= 1.0 && factor.is_finite() {
                return Ok(());
            }
            Err(InvalidTiming::Number {
                quantity: "the factor of a straggler",
                allowed: "is at least 1",
                found: factor,
            })
        }
        FaultMode::Outage { rate, length } => {
            not_negative("the rate of outages", rate)?;
            slow_enough("the time between two outages in seconds", rate, length.as_seconds())
        }
        FaultMode::RateLimit { share } => {
            positive("the share of a rate limit", Some(share))?;
            probability("the share of a rate limit", share)
        }
        FaultMode::MessageLoss { rate, in_burst, outside, length } => {
            not_negative("the rate of bursts", rate)?;
            slow_enough("the time between two bursts in seconds", rate, length.as_seconds())?;
            probability("the loss in a burst", in_burst)?;
            probability("the loss outside of bursts", outside)
        }
        FaultMode::Duplicate { probability: p } => probability("the probability of a duplicate", p),
        FaultMode::Late { probability: p, .. } => probability("the probability of a late message", p),
        FaultMode::Drift { hazard, loss } => {
            probability("the hazard of drift", hazard)?;
            probability("the loss of drift", loss)
        }
        FaultMode::Inconsistency { probability: p } => probability("the probability of inconsistency", p),
        FaultMode::FullContext { slope, free } => {
            not_negative("the slope of a full context", slope)?;
            probability("the share of the window that does no harm", free)
        }
        FaultMode::ToolError { visible, silent } => {
            probability("the probability of a visible tool error", visible)?;
            probability("the probability of a silent tool error", silent)?;
            if visible < 1.0 {
                return Ok(());
            }
            Err(InvalidTiming::Number {
                quantity: "the probability of a visible tool error",
                allowed: "is below 1, or the tool would be used forever",
                found: visible,
            })
        }
        FaultMode::VersionDrift { rate, deviation } => {
            not_negative("the rate of version drift", rate)?;
            slow_enough("the time between two jumps of a version in seconds", rate, 0.0)?;
            not_negative("the deviation of version drift", deviation)
        }
        FaultMode::Downgrade { share, loss, price } => {
            probability("the share of the budget before a downgrade", share)?;
            probability("the loss of a downgrade", loss)?;
            probability("the price factor of a downgrade", price)
        }
    }
}

/// A state that changes more often than every millisecond would be nothing but changes.
fn slow_enough(quantity: &'static str, rate: f64, length: f64) -> Result<(), InvalidTiming> {
    let cycle = 1.0 / rate + length;
    if cycle >= 1e-3 {
        return Ok(());
    }
    Err(InvalidTiming::Number { quantity, allowed: "is at least 0.001", found: cycle })
}

/// Sums of tokens over the turns of a call must stay far below what is counted.
fn tokens(quantity: &'static str, found: f64) -> Result<(), InvalidTiming> {
    if (0.0..=1e12).contains(&found) {
        return Ok(());
    }
    Err(InvalidTiming::Number { quantity, allowed: "has at most 10^12 tokens", found })
}

fn positive(quantity: &'static str, value: Option<f64>) -> Result<(), InvalidTiming> {
    match value {
        Some(found) if !(found > 0.0 && found.is_finite()) => {
            Err(InvalidTiming::Number { quantity, allowed: "is above 0 and finite", found })
        }
        _ => Ok(()),
    }
}

fn not_negative(quantity: &'static str, found: f64) -> Result<(), InvalidTiming> {
    if found >= 0.0 && found.is_finite() {
        return Ok(());
    }
    Err(InvalidTiming::Number { quantity, allowed: "is finite and not negative", found })
}

fn probability(quantity: &'static str, found: f64) -> Result<(), InvalidTiming> {
    if (0.0..=1.0).contains(&found) {
        return Ok(());
    }
    Err(InvalidTiming::Number { quantity, allowed: "lies in [0, 1]", found })
}

/// Checks what one agent does: its senders, its endpoint, whether its smallest request can be served and its work be done.
pub(super) fn agent(
    organization: &Organization,
    timing: &Timing,
    agent: Node,
    senders: u32,
) -> Result<(), InvalidTiming> {
    let name = || organization.graph().name(agent).to_owned();
    if let Until::First(wanted) = timing.waiting[agent].until
        && senders > 0
        && !(1..=senders).contains(&wanted)
    {
        return Err(InvalidTiming::TooFewSenders { agent: name(), wanted, senders });
    }
    let Some(service) = &timing.services[agent] else { return Ok(()) };
    let endpoint = timing.endpoints.get(service.endpoint);
    if endpoint.is_none() && service.duration.is_none() {
        let (endpoint, endpoints) = (service.endpoint, timing.endpoints.len());
        return Err(InvalidTiming::NoEndpoint { agent: name(), endpoint, endpoints });
    }
    let largest = service.largest_output(timing.allowance.reservation);
    let tokens = service.prompt_tokens.saturating_add(largest);
    if let Some(window) = timing.context.window.filter(|&window| tokens > window) {
        return Err(InvalidTiming::NoRoom { agent: name(), tokens, window });
    }
    if let Some(endpoint) = endpoint {
        let share = timing.faults.iter().find_map(|fault| match fault.mode {
            FaultMode::RateLimit { share } => Some(share),
            _ => None,
        });
        let burst = endpoint.limits.tokens_per_minute.map(|rate| (rate * share.unwrap_or(1.0)) as u64);
        if let Some(burst) = burst.filter(|&burst| tokens > burst) {
            let endpoint = endpoint.name.clone();
            return Err(InvalidTiming::NeverServed { agent: name(), endpoint, tokens, burst });
        }
    }
    for fault in timing.faults.iter().filter(|fault| fault.targets.get(agent) == Some(&true)) {
        if let FaultMode::Crash { rate, restart: Some(_), checkpoint } = fault.mode {
            let work = service.mean_duration(endpoint);
            let piece =
                checkpoint.map_or(work, |(every, cost)| work.min(every.as_seconds() + cost.as_seconds()));
            let crashes = libm::expm1(rate * piece) * if piece > 0.0 { work / piece } else { 0.0 };
            if crashes > MOST_CRASHES {
                return Err(InvalidTiming::NeverDone { agent: name(), crashes, most: MOST_CRASHES });
            }
        }
    }
    Ok(())
}

impl Service {
    /// Most tokens of a turn's output: its own limit, or what is reserved where it has none.
    pub(super) fn largest_output(&self, reservation: f64) -> u64 {
        let mean = self.output_tokens.mean() + self.thinking_tokens.mean();
        self.output_limit.unwrap_or(libm::ceil(reservation * mean) as u64)
    }

    /// About how long a request takes, in seconds.
    fn mean_duration(&self, endpoint: Option<&super::Endpoint>) -> f64 {
        match (&self.duration, endpoint) {
            (Some(duration), _) => duration.mean(),
            (None, Some(endpoint)) => {
                let tokens = self.output_tokens.mean() + self.thinking_tokens.mean();
                endpoint.time_to_first_token.mean() + tokens / endpoint.tokens_per_second
            }
            (None, None) => 0.0,
        }
    }
}
