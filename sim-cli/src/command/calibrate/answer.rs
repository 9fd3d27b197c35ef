//! Everything that a calibration says, for programs.

use serde_json::{Value, json};
use sim_core::estimate::Estimate;
use sim_models::calibration::{Calibration, DependenceFit, Finding, Standing};
use sim_models::theory::channel::FidelityCurve;
use sim_models::theory::dependence::Dependence;

use super::replay::Replayed;
use crate::problem::{Outcome, Problem};

/// The file that holds the answer.
pub(super) const FILE: &str = "calibration.json";

/// What was found, and how well a simulation of it agrees with the log.
pub(super) struct Answer {
    /// The files that were read.
    pub(super) logs: Vec<String>,
    /// What a reader must know.
    pub(super) warnings: Vec<String>,
    /// The estimates.
    pub(super) calibration: Calibration,
    /// Votes of the log against simulated votes.
    pub(super) replayed: Vec<Replayed>,
}

impl Answer {
    /// The answer as JSON.
    pub(super) fn json(&self) -> Outcome<String> {
        let calibration = &self.calibration;
        let dependence = calibration.dependence.as_ref().map(|dependence| {
            json!({
                "groups": dependence.groups,
                "fits": dependence.fits.iter().map(fit).collect::<Vec<_>>(),
                "contenders": dependence.contenders().map(|fit| law_name(fit.law)).collect::<Vec<_>>(),
            })
        });
        let steps = calibration.steps.iter().map(|step| {
            let moments = |pair: Option<(f64, f64)>| pair.map(|(mean, deviation)| json!({"mean": mean, "deviation": deviation}));
            json!({
                "subtask": step.subtask, "model": step.model, "attempts": step.attempts, "success": estimate(&step.success),
                "latency_seconds": moments(step.latency), "output_tokens": moments(step.tokens),
            })
        });
        let replay = self.replayed.iter().map(|vote| {
            json!({
                "size": vote.size, "observed": result(&vote.observed),
                "simulated": estimate(&vote.simulated), "predicted": vote.exact, "independent": vote.independent,
            })
        });
        let curves = calibration.relay.curves.iter().map(|fit| {
            json!({ "curve": curve_name(&fit.curve), "log_likelihood": fit.standing.log_likelihood, "as_good": fit.standing.as_good })
        });
        let latencies = calibration.timing.iter().map(|fit| {
            let laws = fit.laws.iter().map(|(law, standing)| standing_of(law.name(), standing));
            json!({ "model": fit.model, "laws": laws.collect::<Vec<_>>() })
        });
        let answer = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "logs": self.logs,
            "records": calibration.presence.records,
            "questions": calibration.questions,
            "siblings": finite(calibration.siblings),
            "warnings": self.warnings,
            "findings": calibration.findings.iter().map(finding).collect::<Vec<_>>(),
            "agents": calibration.agents.iter().map(finding).collect::<Vec<_>>(),
            "dependence": dependence,
            "fidelity_curves": curves.collect::<Vec<_>>(),
            "latencies": latencies.collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
            "replay": replay.collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&answer);
        let text = text.map_err(|error| Problem::failure(format!("cannot write JSON: {error}")))?;
        Ok(format!("{text}\n"))
    }

    /// The findings as CSV.
    pub(super) fn csv(&self) -> String {
        let mut text = "name,of,value,low,high,confidence,questions,unit,reason\n".to_owned();
        for finding in self.calibration.findings.iter().chain(&self.calibration.agents) {
            let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let of = finding.of.as_deref().map_or(String::new(), quoted);
            let cells = match &finding.result {
                Ok(e) => format!(
                    "{},{},{},{},{},{},",
                    e.value,
                    e.low,
                    e.high,
                    e.confidence.get(),
                    e.trials,
                    finding.unit.symbol()
                ),
                Err(reason) => format!(",,,,,{},{}", finding.unit.symbol(), quoted(reason)),
            };
            text.push_str(&format!("{},{of},{cells}\n", finding.name));
        }
        text
    }
}

fn finding(finding: &Finding) -> Value {
    let mut value = json!({ "name": finding.name, "of": finding.of, "unit": finding.unit.symbol(), "help": finding.help });
    let more = result(&finding.result);
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

fn result(result: &Result<Estimate, String>) -> Value {
    match result {
        Ok(found) => estimate(found),
        Err(reason) => json!({ "reason": reason }),
    }
}

fn estimate(e: &Estimate) -> Value {
    json!({ "value": e.value, "low": e.low, "high": e.high, "confidence": e.confidence.get(), "trials": e.trials })
}

fn fit(fit: &DependenceFit) -> Value {
    let mut value = standing_of(law_name(fit.law), &fit.standing);
    if let Value::Object(value) = &mut value {
        value.insert("bias".into(), json!(fit.bias));
        value.insert("correlation".into(), json!(fit.correlation));
        value.insert("predictive".into(), json!(fit.predictive));
    }
    value
}

fn standing_of(law: &str, standing: &Standing) -> Value {
    json!({ "law": law, "log_likelihood": standing.log_likelihood, "as_good": standing.as_good })
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// A law of dependence as scenarios name it.
pub(super) fn law_name(law: Option<Dependence>) -> &'static str {
    match law {
        None => "independent",
        Some(Dependence::Mixture) => "mixture",
        Some(Dependence::Copying) => "copying",
        Some(Dependence::BetaBinomial) => "beta-binomial",
        Some(Dependence::Gaussian) => "gaussian",
    }
}

/// A curve of fidelity with its parameters.
pub(super) fn curve_name(curve: &FidelityCurve) -> String {
    match curve {
        FidelityCurve::Constant(fidelity) => format!("constant {fidelity:.4}"),
        FidelityCurve::Exponential { scale } => format!("1 - exp(-m/{scale:.4})"),
        FidelityCurve::Saturating { scale } => format!("m/(m + {scale:.4})"),
        FidelityCurve::Power { scale, exponent } => format!("1 - (1 + m/{scale:.4})^-{exponent:.4}"),
        FidelityCurve::Repetition { token_fidelity } => {
            format!("majority over m tokens of fidelity {token_fidelity:.4}")
        }
    }
}
