//! Workflows of scientific computing: WfFormat, the JSON of `WfCommons`, versions 1.4 and 1.5.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use thiserror::Error;

use super::{InvalidSampleLaw, InvalidWorkflow, SampleLaw, Workflow};
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
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Another version.
    #[error("WfFormat 1.4 and 1.5 are read; found version {0}")]
    Version(String),
    /// There are no tasks where the version has them.
    #[error("there is no list of tasks at `{0}`")]
    NoTasks(&'static str),
    /// A task of which nobody knows how long it runs.
    #[error("task `{0}` has no `runtimeInSeconds`")]
    NoRuntime(String),
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

/// Whether a text is JSON of `WfFormat` rather than a workflow file.
pub fn is_wfformat(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "schemaVersion")]
        _version: String,
        workflow: serde::de::IgnoredAny,
    }
    serde_json::from_str::<Head>(text).is_ok_and(|head| {
        let _ = head.workflow;
        true
    })
}

impl Workflow {
    /// Reads a workflow from `WfFormat` 1.4 or 1.5. Every task becomes a subtask that one model, [`MACHINE`], can try; an attempt takes a
    /// lognormal time around the one that was seen, and its tokens are whole seconds of that mean. Give it a budget of tokens to limit
    /// machine time.
    ///
    /// # Errors
    /// The text is no JSON, of another version, a task has no running time, or the tasks are no acyclic graph.
    pub fn from_wfformat(text: &str, law: &TaskLaw) -> Result<Self, InvalidWfFormat> {
        let file: File = serde_json::from_str(text)?;
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
        // Parents may be named by identity or by name, and edges may stand at either end.
        let ids: HashMap<&str, &str> = tasks
            .iter()
            .flat_map(|task| {
                [Some(task.id()), task.name.as_deref()].into_iter().flatten().map(|name| (name, task.id()))
            })
            .collect();
        let known =
            |name: &String| ids.get(name.as_str()).map_or_else(|| name.clone(), |id| (*id).to_owned());
        let mut needs: HashMap<String, Vec<String>> = HashMap::new();
        let mut seen: HashSet<(String, String)> = HashSet::new();
        for task in &tasks {
            let down = task.children.iter().map(|child| (task.id().to_owned(), known(child)));
            let up = task.parents.iter().map(|parent| (known(parent), task.id().to_owned()));
            for (parent, child) in up.chain(down) {
                if seen.insert((parent.clone(), child.clone())) {
                    needs.entry(child).or_default().push(parent);
                }
            }
        }
        let mut builder = Self::builder().model(MACHINE, 0.0);
        for task in &tasks {
            let runtime =
                *runtimes.get(task.id()).ok_or_else(|| InvalidWfFormat::NoRuntime(task.id().to_owned()))?;
            let law = sample(runtime, law)
                .map_err(|why| InvalidWfFormat::Law { task: task.id().to_owned(), why })?;
            let parents = needs.get(task.id()).map_or(&[][..], Vec::as_slice);
            builder = builder.subtask(task.id()).needs(parents).option(MACHINE, law);
        }
        Ok(builder.build()?)
    }
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
        assert!(is_wfformat(NEW) && is_wfformat(OLD) && !is_wfformat(r#"{ "models": {}, "subtasks": [] }"#));
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
