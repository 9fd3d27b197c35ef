//! Subtasks of a log as a workflow.

use std::collections::BTreeSet;

use sim_models::calibration::{Calibration, Step};
use sim_models::law::Law;
use sim_models::workflow::{SampleLaw, Workflow};

use crate::problem::{Outcome, Problem};

/// The workflow as a file, and what a reader of it must know.
pub(super) fn document(calibration: &Calibration) -> Outcome<(String, Vec<String>)> {
    let refused =
        |error: &dyn std::fmt::Display| Problem::failure(format!("the subtasks make no workflow: {error}"));
    let mut notes =
        vec!["the log does not say which subtask waits for which: add `needs` to workflow.json".to_owned()];
    let mut builder = Workflow::builder();
    let models: BTreeSet<&str> = calibration.steps.iter().map(|step| step.model.as_str()).collect();
    for model in models {
        let price = calibration.price_per_million_tokens(model);
        if price.is_none() {
            notes.push(format!("model `{model}` has no cost in the log and is free in workflow.json"));
        }
        builder = builder.model(model, price.unwrap_or(0.0));
    }
    let mut last = None;
    for step in &calibration.steps {
        if last != Some(&step.subtask) {
            builder = builder.subtask(&step.subtask);
            last = Some(&step.subtask);
        }
        builder = builder.option(&step.model, law(step).map_err(|error| refused(&error))?);
    }
    let untimed = calibration.steps.iter().filter(|step| step.latency.is_none()).count();
    if untimed > 0 {
        notes.push(format!(
            "{untimed} pairs of subtask and model have no latency in the log and take no time"
        ));
    }
    let workflow = builder.build().map_err(|error| refused(&error))?;
    Ok((workflow.to_json(), notes))
}

fn law(step: &Step) -> Result<SampleLaw, Box<dyn std::error::Error>> {
    let (latency, deviation) = step.latency.unwrap_or((0.0, 0.0));
    let (tokens, spread) = step.tokens.unwrap_or((0.0, 0.0));
    let success = step.success.value.clamp(0.0, 1.0);
    Ok(SampleLaw::independent(success, Law::lognormal(latency, deviation)?, Law::lognormal(tokens, spread)?)?)
}
