//! Workflows of scientific computing: WfFormat, the JSON of `WfCommons`, versions 1.4 and 1.5.

mod write;

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use thiserror::Error;

use super::{Exported, InvalidSampleLaw, InvalidWorkflow, NotExportable, SampleLaw, Workflow};
use crate::file::{InvalidText, did_you_mean, nearest, read_json};
use crate::law::{InvalidLaw, Law};

/// What becomes of a task: `WfFormat` knows how long it ran once, and nothing of failures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskLaw {
    /// Probability that an attempt succeeds.
    pub success: f64,
    /// Standard deviation of the running time over its mean, which is the time that was seen; the law is lognormal.
    pub variation: f64,
}

impl Default for TaskLaw {
    /// One attempt in twenty fails, and times vary by a fifth.
    fn default() -> Self {
        Self { success: 0.95, variation: 0.2 }
    }
}

/// The one model that tries the tasks of an imported workflow. A token is a second of running time.
pub const MACHINE: &str = "machine";

/// Why a text is no workflow in `WfFormat`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InvalidWfFormat {
    /// It is no JSON of this form.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// Another version.
    #[error("WfFormat 1.4 and 1.5 are read; found version {0}")]
    Version(String),
    /// There are no tasks where the version has them.
    #[error("there is no list of tasks at `{0}`")]
    NoTasks(&'static str),
    /// A task of which nobody knows how long it runs.
    #[error("task `{0}` has no `runtimeInSeconds`")]
    NoRuntime(String),
    /// A parent or a child that is no task, or of whose name there are several.
    #[error("task `{task}` has the {relation} `{name}`, which is {}{}", how_many(*found), did_you_mean(nearest))]
    NoSuchTask {
        /// The task.
        task: String,
        /// `parent` or `child`.
        relation: &'static str,
        /// What it names.
        name: String,
        /// How many tasks have this name.
        found: usize,
        /// The task that may be meant.
        nearest: Option<String>,
    },
    /// A running time or a retry law that is none.
    #[error("task `{task}`: {why}")]
    Law {
        /// The task.
        task: String,
        /// What is wrong.
        why: InvalidSampleLaw,
    },
    /// The tasks are no workflow.
    #[error(transparent)]
    Workflow(#[from] InvalidWorkflow),
}

fn how_many(found: usize) -> String {
    if found == 0 { "no task".to_owned() } else { format!("the name of {found} tasks and the id of none") }
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "schemaVersion")]
    version: String,
    workflow: Body,
}

#[derive(Deserialize)]
struct Body {
    /// Version 1.4.
    tasks: Option<Vec<Task>>,
    /// Version 1.5.
    specification: Option<Part>,
    execution: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    tasks: Option<Vec<Task>>,
}

#[derive(Deserialize)]
struct Task {
    id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default)]
    children: Vec<String>,
    #[serde(rename = "runtimeInSeconds", alias = "runtime")]
    runtime: Option<f64>,
}

impl Task {
    fn id(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }
}

impl Workflow {
    /// Reads a workflow from `WfFormat` 1.4 or 1.5. Every task becomes a subtask that one model, [`MACHINE`], can try; an attempt takes a
    /// lognormal time around the one that was seen, and its tokens are whole seconds of that mean. Give it a budget of tokens to limit
    /// machine time.
    ///
    /// # Errors
    /// The text is no JSON, of another version, a task has no running time, or the tasks are no acyclic graph.
    pub fn from_wfformat(text: &str, law: &TaskLaw) -> Result<Self, InvalidWfFormat> {
        let file: File = read_json(text)?;
        let (tasks, execution) = match file.version.as_str() {
            "1.4" => (file.workflow.tasks.ok_or(InvalidWfFormat::NoTasks("workflow.tasks"))?, Vec::new()),
            "1.5" => {
                let tasks = file.workflow.specification.and_then(|part| part.tasks);
                let execution = file.workflow.execution.and_then(|part| part.tasks);
                (
                    tasks.ok_or(InvalidWfFormat::NoTasks("workflow.specification.tasks"))?,
                    execution.unwrap_or_default(),
                )
            }
            other => return Err(InvalidWfFormat::Version(other.to_owned())),
        };
        let runtimes: HashMap<&str, f64> =
            tasks.iter().chain(&execution).filter_map(|task| Some((task.id(), task.runtime?))).collect();
        let needs = needs(&tasks)?;
        let mut builder = Self::builder().model(MACHINE, 0.0);
        for task in &tasks {
            let runtime =
                *runtimes.get(task.id()).ok_or_else(|| InvalidWfFormat::NoRuntime(task.id().to_owned()))?;
            let law = sample(runtime, law)
                .map_err(|why| InvalidWfFormat::Law { task: task.id().to_owned(), why })?;
            let parents = needs.get(task.id()).into_iter().flatten().copied();
            builder = builder.subtask(task.id()).needs(parents).option(MACHINE, law);
        }
        Ok(builder.build()?)
    }

    /// The workflow in `WfFormat` 1.5, with the mean latency of every subtask as its running time. Where several models can try a
    /// subtask, `model` says whose.
    ///
    /// The format knows one running time per task and nothing of chances, laws, tokens and prices: what is left out is said. A workflow
    /// that [`Workflow::from_wfformat`] read is written without loss, but for the [`TaskLaw`] that it was read with.
    ///
    /// # Errors
    /// A subtask can be tried with several models and none is chosen, or not with the one that is; a name is none in the format.
    pub fn to_wfformat(&self, model: Option<&str>) -> Result<Exported, NotExportable> {
        write::export(self, model)
    }
}

/// By task: its parents. They may be named by identity or by a name that only one task has, and edges may stand at either end.
fn needs(tasks: &[Task]) -> Result<HashMap<&str, Vec<&str>>, InvalidWfFormat> {
    let ids: HashSet<&str> = tasks.iter().map(Task::id).collect();
    let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
    for task in tasks {
        names.entry(task.name.as_deref().unwrap_or_default()).or_default().push(task.id());
    }
    let known = |task: &Task, relation: &'static str, name: &str| {
        let named = names.get(name).map_or(&[][..], Vec::as_slice);
        match (ids.get(name), named) {
            (Some(id), _) => Ok(*id),
            (None, &[id]) => Ok(id),
            (None, several) => Err(InvalidWfFormat::NoSuchTask {
                task: task.id().to_owned(),
                relation,
                name: name.to_owned(),
                found: several.len(),
                nearest: several.is_empty().then(|| nearest(name, ids.iter().copied())).flatten(),
            }),
        }
    };
    let mut needs: HashMap<&str, Vec<&str>> = HashMap::new();
    for task in tasks {
        for parent in &task.parents {
            needs.entry(task.id()).or_default().push(known(task, "parent", parent)?);
        }
        for child in &task.children {
            needs.entry(known(task, "child", child)?).or_default().push(task.id());
        }
    }
    Ok(needs)
}

fn sample(runtime: f64, law: &TaskLaw) -> Result<SampleLaw, InvalidSampleLaw> {
    if !(law.variation >= 0.0 && law.variation.is_finite()) {
        return Err(InvalidLaw::Deviation(law.variation).into());
    }
    let latency = Law::lognormal(runtime, runtime * law.variation)?;
    SampleLaw::independent(law.success, latency, Law::constant(runtime)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = r#"{ "name": "n", "schemaVersion": "1.5", "workflow": {
        "specification": { "tasks": [
            { "name": "split", "id": "split_1", "children": ["work_2", "work_3"], "parents": [] },
            { "name": "work", "id": "work_2", "children": ["join_4"], "parents": ["split_1"] },
            { "name": "work", "id": "work_3", "children": ["join_4"], "parents": ["split_1"] },
            { "name": "join", "id": "join_4", "children": [], "parents": ["work_2", "work_3"] } ], "files": [] },
        "execution": { "tasks": [
            { "id": "split_1", "runtimeInSeconds": 2.5 }, { "id": "work_2", "runtimeInSeconds": 100 },
            { "id": "work_3", "runtimeInSeconds": 80 }, { "id": "join_4", "runtimeInSeconds": 0.5 } ] } } }"#;

    const OLD: &str = r#"{ "name": "n", "schemaVersion": "1.4", "workflow": { "tasks": [
        { "name": "split", "runtimeInSeconds": 2.5, "children": ["work"], "parents": [] },
        { "name": "work", "runtimeInSeconds": 100, "children": [], "parents": ["split"] } ] } }"#;

    #[test]
    fn both_versions_are_read() {
        let new = Workflow::from_wfformat(NEW, &TaskLaw::default()).unwrap();
        assert_eq!((new.len(), new.graph().edge_count()), (4, 4));
        assert_eq!(new.law(1, 0).unwrap().mean_latency(), 100.0);
        assert_eq!(new.law(0, 0).unwrap().mean_tokens(), 3.0);
        let old = Workflow::from_wfformat(OLD, &TaskLaw { success: 1.0, variation: 0.0 }).unwrap();
        assert_eq!((old.len(), old.graph().edge_count()), (2, 1));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_task() {
        let sentence =
            |text: String| Workflow::from_wfformat(&text, &TaskLaw::default()).unwrap_err().to_string();
        assert!(sentence(NEW.replace("1.5", "1.3")).contains("found version 1.3"));
        assert!(
            sentence(NEW.replace(r#"{ "id": "work_3", "runtimeInSeconds": 80 },"#, ""))
                .contains("task `work_3`")
        );
        assert!(sentence(NEW.replace("80", "-80")).contains("task `work_3`: the mean"));
        assert!(
            sentence(NEW.replace(r#""parents": ["split_1"]"#, r#""parents": ["spilt_1"]"#))
                .contains("`spilt_1`")
        );
        assert!(sentence(OLD.replace("workflow", "work")).contains("missing field"));
        assert!(sentence(OLD.replace(r#""parents": []"#, r#""parents": ["work"]"#)).contains("cycle"));
        assert!(sentence(NEW[..200].to_owned()).contains("EOF"));
    }
}
