//! The fleet of a log as `synergy advise` reads it: every number with its interval and its source.

mod errors;

use serde_json::Value as Json;
use sim_core::estimate::Estimate;
use sim_models::advice::MOST_MODELS;
use sim_models::calibration::{Calibration, Finding, LeafFit};
use sim_models::theory::channel::FidelityCurve;

use super::scenario::{comment, real};
use crate::output::estimate_text;

/// The file's name.
pub(super) const FILE: &str = "fleet.toml";

/// The text; `None` where the log knows no model's accuracy, or too many models. Agents of no model are models of their own.
pub(super) fn fleet(calibration: &Calibration) -> Option<String> {
    let known: Vec<(&str, &Estimate)> = calibration
        .models
        .iter()
        .filter_map(|finding| Some((finding.of.as_deref()?, finding.result.as_ref().ok()?)))
        .collect();
    if known.is_empty() || known.len() > MOST_MODELS {
        return None;
    }
    let mut text = String::new();
    comment(
        &mut text,
        "What `synergy advise fleet.toml --budget ... --deadline ...` takes. Complete what the log did not have.",
    );
    errors::question(&mut text, calibration, known.len());
    channel(&mut text, calibration);
    if calibration.value("checker_true_positive_rate").is_some() {
        text.push_str("\n[checker]\n");
        for (name, key) in [
            ("checker_true_positive_rate", "true_positive"),
            ("checker_false_positive_rate", "false_positive"),
        ] {
            number(&mut text, calibration.finding(name), key, Range::Fraction);
        }
    }
    for (name, accuracy) in known {
        text.push_str(&format!("\n[[models]]\nname = {}\n", Json::String(name.to_owned())));
        let has_law = law(&mut text, calibration, name);
        if !has_law {
            interval(&mut text, "accuracy", accuracy, Range::Fraction);
            number(
                &mut text,
                calibration.finding_of("output_tokens_mean", name),
                "output_tokens",
                Range::NotNegative,
            );
        }
        spending(&mut text, calibration, name);
        latency(&mut text, calibration, name, has_law);
    }
    Some(text)
}

/// What a channel keeps: by the length of the message where that is known to matter.
fn channel(text: &mut String, calibration: &Calibration) {
    if calibration.value("fidelity").is_none() {
        return;
    }
    text.push_str("\n[channel]\n");
    let law = match calibration.relay.curves.first().map(|best| best.curve) {
        Some(FidelityCurve::Exponential { .. }) => Some("exponential"),
        Some(FidelityCurve::Saturating { .. }) => Some("saturating"),
        _ => None,
    };
    match (law, calibration.value("fidelity_scale")) {
        (Some(law), Some(_)) => {
            text.push_str(&format!("law = \"{law}\"\n"));
            number(text, calibration.finding("fidelity_scale"), "scale", Range::Positive);
        }
        _ => number(text, calibration.finding("fidelity"), "fidelity", Range::Fraction),
    }
}

/// What a model makes of its tokens, where the log shows it; says whether it does.
fn law(text: &mut String, calibration: &Calibration, name: &str) -> bool {
    let fit = calibration.leaves.iter().find(|(model, fit)| model == name && fit.law.is_some());
    let Some((_, LeafFit { levels, findings, .. })) = fit else { return false };
    let of = |name: &str| findings.iter().find(|finding| finding.name == name);
    let is_known = |name: &str| of(name).is_some_and(|finding| finding.result.is_ok());
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else { return false };
    if !(is_known("leaf_scale") && is_known("leaf_exponent")) {
        return false;
    }
    let seen = format!(
        "the log has answers of {} to {} tokens; beyond, the law is a guess",
        first.tokens, last.tokens
    );
    comment(text, &seen);
    for (name, key, range) in [
        ("leaf_scale", "scale", Range::Positive),
        ("leaf_exponent", "exponent", Range::Positive),
        ("leaf_cap", "cap", Range::Cap),
    ] {
        number(text, of(name), key, range);
    }
    true
}

/// What answers of one model cost.
fn spending(text: &mut String, calibration: &Calibration, name: &str) {
    if let Some(tokens) = calibration.finding_of("input_tokens_mean", name).and_then(Finding::value) {
        text.push_str(&format!("input_tokens = {}\n", real(tokens.max(0.0))));
    }
    match calibration.price_per_million_tokens(name) {
        Some(price) => {
            comment(text, "the whole cost of an answer, over the tokens written");
            text.push_str(&format!("price_per_million_output_tokens = {}\n", real(price)));
        }
        None => comment(text, "price_per_million_output_tokens: the log has no costs"),
    }
}

/// How long answers of one model take: a part for every answer and one for every token, where the log tells them apart.
///
/// The whole time varies by the factor `deviation / mean` of the first part. Where answers have the length that they had in the log, the
/// whole varies as it did there; where their length is chosen, as it does around the line over tokens.
fn latency(text: &mut String, calibration: &Calibration, name: &str, length_is_chosen: bool) {
    let of = |what: &str| calibration.finding_of(what, name);
    let value = |what: &str| of(what).and_then(Finding::value).filter(|x| x.is_finite());
    let Some(mean) = value("latency_mean").filter(|mean| *mean > 0.0) else {
        comment(text, "latency_seconds: the log has no times");
        return;
    };
    let parts = value("latency_base")
        .zip(value("latency_per_token"))
        .filter(|(base, slope)| *base > 0.0 && *slope >= 0.0);
    // Times without tokens would not add up to the mean.
    let parts = parts.filter(|_| length_is_chosen || value("output_tokens_mean").is_some());
    let deviation = match parts {
        Some(_) if length_is_chosen => value("latency_beside_tokens"),
        _ => value("latency_deviation"),
    };
    let variation = deviation.unwrap_or(0.0).max(0.0) / mean;
    let base = parts.map_or(mean, |(base, _)| base);
    if parts.is_some() {
        for (what, key) in [("latency_base", "latency_seconds"), ("latency_per_token", "seconds_per_token")] {
            if let Some(Finding { result: Ok(estimate), help, .. }) = of(what) {
                comment(text, &format!("{key}, {help}: {}", estimate_text(estimate)));
            }
        }
    }
    text.push_str(&format!(
        "latency_seconds = {{ mean = {}, deviation = {} }}\n",
        real(base),
        real(variation * base)
    ));
    if let Some(Finding { result: Ok(estimate), .. }) = of("latency_per_token").filter(|_| parts.is_some()) {
        // `advise` varies it together with the mean of a call.
        text.push_str(&format!("seconds_per_token = {}\n", real(Range::NotNegative.nearest(estimate.value))));
    }
}

/// Where a number may lie.
#[derive(Clone, Copy)]
enum Range {
    Fraction,
    NotNegative,
    Positive,
    /// Above 0 and at most 1.
    Cap,
}

/// Smallest positive number that is written.
const SMALLEST: f64 = 1e-9;

impl Range {
    fn nearest(self, x: f64) -> f64 {
        match self {
            Self::Fraction => x.clamp(0.0, 1.0),
            Self::NotNegative => x.max(0.0),
            Self::Positive => x.max(SMALLEST),
            Self::Cap => x.clamp(SMALLEST, 1.0),
        }
    }
}

/// A finding with its interval, or why it is not known.
fn number(text: &mut String, finding: Option<&Finding>, key: &str, range: Range) {
    match finding.map(|finding| (&finding.result, finding.help)) {
        Some((Ok(estimate), help)) => {
            comment(text, &format!("{help}: {}", estimate_text(estimate)));
            interval(text, key, estimate, range);
        }
        Some((Err(reason), _)) => comment(text, &format!("{key}: {reason}")),
        None => comment(text, &format!("{key}: not in the log")),
    }
}

fn interval(text: &mut String, key: &str, estimate: &Estimate, range: Range) {
    let Estimate { value, low, high, .. } = *estimate;
    if low.is_finite() && high.is_finite() {
        given(text, key, [value, low, high].map(|x| range.nearest(x)));
    } else if value.is_finite() {
        text.push_str(&format!("{key} = {}\n", real(range.nearest(value))));
    }
}

/// A value between the ends of its interval.
fn given(text: &mut String, key: &str, [value, low, high]: [f64; 3]) {
    text.push_str(&format!(
        "{key} = {{ value = {}, low = {}, high = {} }}\n",
        real(value),
        real(low.min(value)),
        real(high.max(value))
    ));
}
