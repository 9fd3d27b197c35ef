//! The fleet of a log as `synergy advise` reads it: every number with its interval and its source.

use serde_json::Value as Json;
use sim_core::estimate::Estimate;
use sim_models::advice::MOST_MODELS;
use sim_models::calibration::{Calibration, Finding};
use sim_models::theory::dependence::Dependence;

use super::answer::{Answer, law_name};
use super::replay::Fleet;
use super::scenario::{comment, real};
use crate::output::estimate_text;

/// The file's name.
pub(super) const FILE: &str = "fleet.toml";

/// The text; `None` where the log knows no model's accuracy, or too many models. Agents of no model are models of their own.
pub(super) fn fleet(answer: &Answer, of_votes: &Fleet) -> Option<String> {
    let calibration = &answer.calibration;
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
    text.push_str("\n[question]\n");
    number(&mut text, calibration.finding("correlation"), "correlation", Range::Fraction);
    // Votes under the Gaussian factor are almost those of the beta-binomial law.
    let law = if of_votes.law == Dependence::Gaussian { Dependence::BetaBinomial } else { of_votes.law };
    text.push_str(&format!("dependence = \"{}\"\n", law_name(Some(law))));
    if calibration.value("fidelity").is_some() {
        text.push_str("\n[channel]\n");
        number(&mut text, calibration.finding("fidelity"), "fidelity", Range::Fraction);
    }
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
        interval(&mut text, "accuracy", accuracy, Range::Fraction);
        spending(&mut text, calibration, name);
    }
    Some(text)
}

/// What answers of one model cost and take.
fn spending(text: &mut String, calibration: &Calibration, name: &str) {
    let of =
        |what: &str| calibration.findings.iter().find(|it| it.name == what && it.of.as_deref() == Some(name));
    number(text, of("output_tokens_mean"), "output_tokens", Range::NotNegative);
    if let Some(tokens) = of("input_tokens_mean").and_then(Finding::value) {
        text.push_str(&format!("input_tokens = {}\n", real(tokens.max(0.0))));
    }
    let (cost, tokens) =
        (of("cost_mean").and_then(Finding::value), of("output_tokens_mean").and_then(Finding::value));
    match (cost, tokens) {
        (Some(cost), Some(tokens)) if tokens > 0.0 && cost >= 0.0 => {
            comment(text, "the whole cost of an answer, over the tokens written");
            text.push_str(&format!("price_per_million_output_tokens = {}\n", real(1e6 * cost / tokens)));
        }
        _ => comment(text, "price_per_million_output_tokens: the log has no costs"),
    }
    let (mean, deviation) =
        (of("latency_mean").and_then(Finding::value), of("latency_deviation").and_then(Finding::value));
    match mean {
        Some(mean) => text.push_str(&format!(
            "latency_seconds = {{ mean = {}, deviation = {} }}\n",
            real(mean.max(0.0)),
            real(deviation.filter(|x| x.is_finite()).unwrap_or(0.0).max(0.0))
        )),
        None => comment(text, "latency_seconds: the log has no times"),
    }
}

/// Where a number may lie.
#[derive(Clone, Copy)]
enum Range {
    Fraction,
    NotNegative,
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
    let within = |x: f64| match range {
        Range::Fraction => x.clamp(0.0, 1.0),
        Range::NotNegative => x.max(0.0),
    };
    let (value, low, high) = (within(estimate.value), within(estimate.low), within(estimate.high));
    if low.is_finite() && high.is_finite() {
        text.push_str(&format!(
            "{key} = {{ value = {}, low = {}, high = {} }}\n",
            real(value),
            real(low.min(value)),
            real(high.max(value))
        ));
    } else if value.is_finite() {
        text.push_str(&format!("{key} = {}\n", real(value)));
    }
}
