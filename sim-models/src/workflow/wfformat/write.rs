//! A workflow in `WfFormat` 1.5 (github.com/wfcommons/WfFormat, wfcommons-schema.json).

use std::fmt::Write;

use sim_core::graph::Node;

use super::{MACHINE, TaskLaw, sample};
use crate::file::line;
use crate::registry::number;
use crate::workflow::export::{Exported, NotExportable};
use crate::workflow::file::Plain;
use crate::workflow::policy::critical_path;
use crate::workflow::sample::Kind;
use crate::workflow::{SampleLaw, Workflow};

#[derive(serde::Serialize)]
struct TaskEntry<'a> {
    name: &'a str,
    id: &'a str,
    parents: Vec<&'a str>,
    children: Vec<&'a str>,
}

#[derive(serde::Serialize)]
struct RunEntry<'a> {
    id: &'a str,
    #[serde(rename = "runtimeInSeconds")]
    runtime: Plain,
}

pub(super) fn export(workflow: &Workflow, model: Option<&str>) -> Result<Exported, NotExportable> {
    let graph = workflow.graph();
    let mut laws = Vec::with_capacity(graph.len());
    for node in 0..graph.len() {
        let name = graph.name(node);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || !name.chars().all(is_plain) {
            return Err(NotExportable::Name { subtask: name.to_owned() });
        }
        laws.push(chosen(workflow, node, model)?);
    }
    let runtimes: Vec<f64> = laws.iter().map(|law| law.mean_latency()).collect();
    let tasks: Vec<String> = (0..graph.len())
        .map(|node| {
            let (parents, children) = (graph.senders(node), graph.receivers(node));
            let entry = TaskEntry {
                name: graph.name(node),
                id: graph.name(node),
                parents: parents.map(|node| graph.name(node)).collect(),
                children: children.map(|node| graph.name(node)).collect(),
            };
            format!("\n        {}", line(&entry))
        })
        .collect();
    let runs: Vec<String> = (0..graph.len())
        .map(|node| {
            let entry = RunEntry { id: graph.name(node), runtime: Plain(runtimes[node]) };
            format!("\n        {}", line(&entry))
        })
        .collect();
    let mut text =
        String::from("{\n  \"name\": \"workflow\",\n  \"schemaVersion\": \"1.5\",\n  \"workflow\": {\n");
    let _ = writeln!(text, "    \"specification\": {{\n      \"tasks\": [{} ]\n    }},", tasks.join(","));
    let makespan = line(&Plain(critical_path(workflow.graph(), &runtimes).0));
    let _ = writeln!(text, "    \"execution\": {{\n      \"makespanInSeconds\": {makespan},");
    let _ = writeln!(text, "      \"executedAt\": \"never: mean running times\",");
    let _ = writeln!(text, "      \"tasks\": [{} ]\n    }}\n  }}\n}}", runs.join(","));
    Ok(Exported { text, left_out: left_out(workflow, model, &laws, &runtimes) })
}

fn chosen<'a>(
    workflow: &'a Workflow,
    node: Node,
    model: Option<&str>,
) -> Result<&'a SampleLaw, NotExportable> {
    let name = |(model, _): (usize, &SampleLaw)| workflow.models()[model].name.clone();
    let (subtask, models) = (workflow.graph().name(node), workflow.choices(node).map(name));
    let mut choices = workflow.choices(node);
    match model {
        Some(wanted) => match choices.find(|(model, _)| workflow.models()[*model].name == wanted) {
            Some((_, law)) => Ok(law),
            None => Err(NotExportable::NotAnOption {
                subtask: subtask.to_owned(),
                model: wanted.to_owned(),
                models: models.collect(),
            }),
        },
        None => match (choices.next(), choices.next()) {
            (Some((_, law)), None) => Ok(law),
            _ => Err(NotExportable::SeveralModels { subtask: subtask.to_owned(), models: models.collect() }),
        },
    }
}

/// The time when all is done, if every subtask takes its time once.
/// What the format does not hold.
fn left_out(workflow: &Workflow, model: Option<&str>, laws: &[&SampleLaw], runtimes: &[f64]) -> Vec<String> {
    let is_machine = workflow.models().len() == 1
        && workflow
            .models()
            .iter()
            .all(|model| model.name == MACHINE && model.price == 0 && model.limits.is_none());
    if let Some(TaskLaw { success, variation }) = task_law(laws, runtimes).filter(|_| is_machine) {
        return vec![format!(
            "WfFormat does not say how tasks fail and vary; to have the same workflow, read it with \
             task_success {} and task_variation {}",
            number(success),
            number(variation)
        )];
    }
    let mut sentences = vec![
        "WfFormat holds the mean running time of a subtask; its law, success probabilities, tokens, prices and limits are \
         left out"
            .to_owned(),
    ];
    if let Some(model) = model.filter(|_| workflow.models().len() > 1) {
        sentences.push(format!("of the models only `{model}` is written"));
    }
    sentences
}

/// The law with which reading these running times would give these laws.
fn task_law(laws: &[&SampleLaw], runtimes: &[f64]) -> Option<TaskLaw> {
    let Kind::Independent { success, .. } = &laws.first()?.0 else { return None };
    // A running time of 0 does not tell how it varies.
    let told = laws.iter().zip(runtimes).find(|(_, runtime)| **runtime > 0.0);
    let variation = match told.map(|(law, runtime)| (&law.0, runtime)) {
        Some((Kind::Independent { latency, .. }, runtime)) => latency.deviation() / runtime,
        _ => 0.0,
    };
    // The quotient may be off by its last digits.
    let rounded = format!("{variation:.12e}").parse().unwrap_or(variation);
    [rounded, variation].into_iter().map(|variation| TaskLaw { success: *success, variation }).find(|task| {
        laws.iter().zip(runtimes).all(|(law, &runtime)| sample(runtime, task).is_ok_and(|own| own == **law))
    })
}
