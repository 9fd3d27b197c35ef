//! Scenario files whose parameters are estimates, each with its interval and its source.

use sim_models::calibration::{Calibration, Finding};

use super::answer::{Answer, law_name};
use super::fleet;
use super::replay::Fleet;
use super::workflow;
use crate::output::estimate_text;
use crate::problem::Outcome;

/// The files, by name.
pub(super) fn files(answer: &Answer) -> Outcome<Vec<(String, String)>> {
    let mut files = Vec::new();
    if let Some(fleet) = Fleet::of(&answer.calibration) {
        files.push(("scenario.toml".to_owned(), vote(answer, &fleet)));
        files.extend(fleet::fleet(&answer.calibration).map(|text| (fleet::FILE.to_owned(), text)));
        files.extend(budget(answer, &fleet).map(|text| ("budget.toml".to_owned(), text)));
    }
    if !answer.calibration.steps.is_empty() {
        let (document, left_out) = workflow::document(&answer.calibration)?;
        files.push(("workflow.json".to_owned(), document));
        let mut text = head(answer, "workflow");
        left_out.iter().for_each(|sentence| comment(&mut text, sentence));
        text.push_str("\n[parameters]\nfile = \"workflow.json\"\n");
        // The log's labels and steps alone need no vote.
        let name = if files.iter().any(|(name, _)| name == "scenario.toml") {
            "workflow.toml"
        } else {
            "scenario.toml"
        };
        files.push((name.to_owned(), text));
    }
    Ok(files)
}

/// Comments that name the logs, and the model.
fn head(answer: &Answer, model: &str) -> String {
    let mut text = String::new();
    let logs = crate::output::abridged(&answer.logs.join(", "), 500);
    let calibration = &answer.calibration;
    let size = format!("{} records on {} questions", calibration.presence.records, calibration.questions);
    comment(&mut text, &format!("Calibrated from {logs}: {size}."));
    comment(&mut text, "Intervals resample whole questions. report.md has all estimates.");
    answer.warnings.iter().for_each(|warning| comment(&mut text, &format!("warning: {warning}")));
    text.push_str(&format!("model = \"{model}\"\n"));
    text
}

/// A comment on one line: what is quoted from a log may hold ends of lines.
pub(super) fn comment(text: &mut String, sentence: &str) {
    let plain: String = sentence.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.push_str(&format!("# {plain}\n"));
}

/// A parameter, after where it comes from.
fn parameter(text: &mut String, key: &str, value: &str, source: &str) {
    text.push('\n');
    comment(text, source);
    text.push_str(&format!("{key} = {value}\n"));
}

/// What is known of a quantity, or why it is not.
fn source(calibration: &Calibration, name: &str, otherwise: &str) -> String {
    match calibration.finding(name) {
        Some(Finding { result: Ok(estimate), help, .. }) => {
            format!("{name} {}: {help}", estimate_text(estimate))
        }
        Some(Finding { result: Err(reason), .. }) => format!("assumed, {otherwise}: {reason}"),
        None => format!("assumed, {otherwise}: not in the log"),
    }
}

/// One vote of siblings on a fresh question.
fn vote(answer: &Answer, fleet: &Fleet) -> String {
    let calibration = &answer.calibration;
    let mut text = head(answer, "tree");
    text.push_str("\n[parameters]\n");
    let siblings = odd(calibration.siblings);
    let size = format!("{:.1} siblings meet on average; a vote has an odd number", calibration.siblings);
    parameter(&mut text, "fan_in", &siblings.to_string(), &size);
    let shape = "one vote. In deeper trees a question's difficulty is common to all leaves: use correlation_within_questions there";
    parameter(&mut text, "depth", "1", shape);
    let bias = source(calibration, "accuracy", "a coin");
    parameter(&mut text, "leaf_bias", &real(fleet.bias), &format!("2 x accuracy - 1; {bias}"));
    shared(&mut text, calibration, fleet);
    let laws = contenders(calibration);
    parameter(&mut text, "dependence", &format!("\"{}\"", law_name(Some(fleet.law))), &laws);
    text
}

/// The parameters of channels and of shared errors.
fn shared(text: &mut String, calibration: &Calibration, fleet: &Fleet) {
    let fidelity = calibration.value("fidelity").unwrap_or(1.0).clamp(0.0, 1.0);
    parameter(text, "fidelity", &real(fidelity), &source(calibration, "fidelity", "nothing is lost"));
    parameter(
        text,
        "correlation",
        &real(fleet.correlation),
        &source(calibration, "correlation", "independent"),
    );
}

/// The best tree for a budget, where the leaf law is known.
fn budget(answer: &Answer, fleet: &Fleet) -> Option<String> {
    let calibration = &answer.calibration;
    let (model, fit) = calibration.leaves.iter().max_by(|a, b| {
        let answers = |leaf: &sim_models::calibration::LeafFit| {
            leaf.levels.iter().map(|level| level.answers).sum::<f64>()
        };
        answers(&a.1).total_cmp(&answers(&b.1))
    })?;
    let law = fit.law?;
    let found = |name: &str| {
        let finding = fit.findings.iter().find(|finding| finding.name == name)?;
        Some(match &finding.result {
            Ok(estimate) => format!("{name} of {model} {}: {}", estimate_text(estimate), finding.help),
            Err(reason) => format!("{name} of {model} is not known: {reason}"),
        })
    };
    let mut text = head(answer, "budget");
    comment(&mut text, &found("leaf_curvature")?);
    text.push_str("\n[parameters]\n");
    parameter(&mut text, "leaf_scale", &real(law.coefficient), &found("leaf_scale")?);
    parameter(&mut text, "leaf_exponent", &real(law.exponent), &found("leaf_exponent")?);
    parameter(&mut text, "leaf_cap", &real(law.cap), &found("leaf_cap")?);
    shared(&mut text, calibration, fleet);
    Some(text)
}

/// The largest odd number of agents up to `siblings`.
fn odd(siblings: f64) -> u32 {
    let whole = siblings.clamp(1.0, 9_999.0).round() as u32;
    if whole.is_multiple_of(2) { whole - 1 } else { whole }
}

/// A number that TOML reads as a real one.
pub(super) fn real(x: f64) -> String {
    let text = format!("{:.6e}", x);
    let short = text.parse::<f64>().unwrap_or(x);
    format!("{short:?}")
}

/// Which laws fit, and which cannot be told apart.
fn contenders(calibration: &Calibration) -> String {
    let Some(dependence) = &calibration.dependence else {
        return "assumed: too few groups of siblings to compare laws of dependence".to_owned();
    };
    let names: Vec<&str> = dependence.contenders().map(|fit| law_name(fit.law)).collect();
    let groups = dependence.groups;
    match &names[..] {
        [one] => format!("the likelihood of {groups} groups prefers {one} to the other laws at 5 %"),
        several => {
            format!("the likelihood of {groups} groups does not tell these apart: {}", several.join(", "))
        }
    }
}
