//! The recommended organization as a scenario file.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sim_models::advice::Plan;
use sim_models::registry::number;

use super::findings::Findings;
use crate::problem::{Outcome, Problem};

/// What every recommendation begins with.
pub(super) const FIRST_WORDS: &str = "# Recommended by synergy advise";

/// Refuses names that `synergy run` would not take for a file.
pub(super) fn check_name(out: &Path) -> Outcome<()> {
    if out.extension().is_some_and(|extension| extension == "toml") {
        return Ok(());
    }
    let sentence = format!("--out writes a scenario, whose name ends in .toml; found {}", out.display());
    Err(Problem::input(sentence))
}

/// How a file is named in a scenario of a folder.
pub(super) fn seen_from(file: &Path, folder: Option<&Path>) -> Outcome<PathBuf> {
    let same = file.parent().filter(|parent| !parent.as_os_str().is_empty()) == folder;
    match (same, file.file_name()) {
        (true, Some(name)) => Ok(PathBuf::from(name)),
        _ => file.canonicalize().map_err(|error| Problem::file("find", file, &error)),
    }
}

/// The fleet with the models of the other file.
pub(super) fn merged(texts: &[String]) -> Outcome<String> {
    let mut tables = texts.iter().map(|text| table(text));
    let mut fleet = tables.next().unwrap_or(Ok(Json::Null))?;
    for other in tables {
        if let (Json::Object(fleet), Json::Object(other)) = (&mut fleet, other?) {
            fleet.extend(other);
        }
    }
    Ok(format!("{fleet:#}\n"))
}

fn table(text: &str) -> Outcome<Json> {
    let failed = |error: String| Problem::failure(format!("cannot read the fleet again: {error}"));
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| failed(error.to_string()));
    }
    toml_edit::de::from_str(text).map_err(|error| failed(error.to_string()))
}

/// The scenario, with comments that say what it is.
pub(super) fn scenario(findings: &Findings, file: &Path) -> String {
    let fleet = &findings.fleet;
    let Some(best) = findings.choice.best() else { return String::new() };
    let quoted = |text: &str| Json::String(text.to_owned()).to_string();
    let name = |model: usize| quoted(&fleet.models[model].name);
    let mut text = String::new();
    // Names and reasons come from files, and may hold ends of lines.
    let mut comment = |line: &str| {
        let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.push_str(&format!("{plain}\n"));
    };
    comment(&format!("{FIRST_WORDS}: {}.", best.plan.describe(fleet)));
    let sentences = findings.reasons.iter().chain(&findings.warnings);
    sentences.for_each(|sentence| comment(&format!("# {sentence}")));
    text.push_str(&format!(
        "model = \"fleet\"\n\n[parameters]\nfile = {}\norganization = \"{}\"\n",
        quoted(&file.to_string_lossy()),
        best.plan.kind().name()
    ));
    let mut set = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    set("agent", name(best.plan.models()[0]));
    match best.plan {
        Plan::Single { .. } => {}
        Plan::Vote { votes, .. } => set("size", votes.to_string()),
        Plan::Margin { margin, .. } => set("size", margin.to_string()),
        Plan::Retry { tries, .. } => set("size", tries.to_string()),
        Plan::Cascade { votes, teacher, .. } => {
            set("size", votes.to_string());
            set("second", name(teacher));
        }
        Plan::Mixed { first, second, third } => {
            set("size", first.1.to_string());
            set("second", name(second.0));
            set("second_size", second.1.to_string());
            if let Some((model, votes)) = third {
                set("third", name(model));
                set("third_size", votes.to_string());
            }
        }
        Plan::Tree { fan_in, depth, message, .. } => {
            set("size", fan_in.to_string());
            set("depth", depth.to_string());
            set("message_tokens", number(message));
        }
        Plan::Debate { agents, exchanges, message, .. } => {
            set("size", agents.to_string());
            set("depth", exchanges.to_string());
            set("message_tokens", number(message));
        }
        Plan::Chain { relays, message, .. } => {
            set("depth", relays.to_string());
            set("message_tokens", number(message));
        }
    }
    if let Some(tokens) = best.plan.tokens().filter(|tokens| *tokens > 0.0) {
        set("answer_tokens", number(tokens));
    }
    text
}
