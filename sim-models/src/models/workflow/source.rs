//! Where a workflow comes from, as parameters.

use sim_core::random::{Address, Family as Streaming, Purpose, Streams};

use crate::registry::{Document, Form, ParameterError, Parameters, choice, document, integer, real};
use crate::workflow::generate::Family;
use crate::workflow::{Reading, TaskLaw, Workflow};

/// The workflows that the parameters of [`AnyWorkflow`](super::AnyWorkflow) describe, without rules, budget and policy: one from a file,
/// or some of a family.
#[derive(Clone, Debug)]
pub struct WorkflowSource {
    /// The number of the first in its family; 0 for a file.
    pub first: u64,
    /// The workflows.
    pub workflows: Vec<Workflow>,
}

impl Parameters for WorkflowSource {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        workflows(form, true).map(|(first, workflows)| Self { first, workflows })
    }
}

/// One workflow, or several that take turns where the model has them do that; and the number of the first in its family, 0 for a file.
pub(in crate::models) fn workflows(
    form: &mut Form,
    take_turns: bool,
) -> Result<(u64, Vec<Workflow>), ParameterError> {
    let file = form.read(
        document("file")
            .help("file of subtasks and models (JSON, TOML or DOT), of records, or of scientific tasks (WfFormat 1.4 or 1.5)")
            .naming(Workflow::files_named)
            .or_word("none", "a family is drawn from"),
    )?;
    let families = Family::ALL.map(|family| {
        let (name, help) = family.describe();
        (name, family, help)
    });
    let family =
        form.read(choice("family", &families).help("where the workflow is drawn from, without a file"))?;
    let size = form.read(
        integer("subtasks", 5).between(1, 10_000).help("subtasks of a family whose sizes are not drawn"),
    )?;
    let instance = form.read(
        integer("instance", 3).help("which workflow of the family: its draws do not depend on the seed"),
    )?;
    let instances = if take_turns {
        form.read(
            integer("instances", 1)
                .between(1, 1000)
                .help("workflows of the family, from `instance` on, that take turns trial by trial"),
        )?
    } else {
        1
    };
    let success = form.read(
        real("task_success", 0.95)
            .between(0.0, 1.0)
            .help("probability that an attempt at a task succeeds, in a file of WfFormat"),
    )?;
    let variation = form.read(
        real("task_variation", 0.2)
            .between(0.0, 100.0)
            .help("deviation of a task's time over the time that was seen, in a file of WfFormat"),
    )?;
    if let Some(file) = file {
        return Ok((0, vec![of_file(&file, &TaskLaw { success, variation })?]));
    }
    let streams = Streams::new(0, Purpose::SamplingPlan, Streaming::common());
    let drawn: Result<Vec<Workflow>, ParameterError> = (0..instances)
        .map(|position| {
            let number = u64::from(instance) + u64::from(position);
            let drawn = family.draw(size as usize, &mut streams.open(Address::trial(number)));
            drawn.map_err(|error| ParameterError::impossible(&["family", "subtasks"], error.to_string()))
        })
        .collect();
    Ok((u64::from(instance), drawn?))
}

fn of_file(file: &Document, tasks: &TaskLaw) -> Result<Workflow, ParameterError> {
    let reading = Reading { tasks: *tasks, files: &|name| file.file(name) };
    Workflow::from_text(file.name(), file.text(), &reading)
        .map_err(|error| ParameterError::impossible(&["file"], format!("{}: {error}", file.name())))
}
