//! From the tables of a file to a workflow.

use std::collections::HashMap;

use serde_json::Value;

use super::option::{Tried, law_of_endings, option_of};
use super::{InvalidOption, InvalidWorkflowFile, ModelDraft, Place, Table, samples};
use crate::file::{InvalidText, Outline};
use crate::registry::NamedFile;
use crate::workflow::{SampleLaw, Workflow};

/// The text of a file by its name, as it stands in a workflow; `None` if it was not read.
pub(in crate::workflow) type Files<'a> = dyn Fn(&str) -> Option<&'a str> + 'a;

/// What a file says of a workflow. Samples may still stand in other files.
#[derive(Default)]
pub(in crate::workflow) struct Draft {
    pub(in crate::workflow) models: Vec<ModelDraft>,
    pub(in crate::workflow) subtasks: Vec<Subtask>,
}

/// A subtask of a draft.
pub(in crate::workflow) struct Subtask {
    pub(in crate::workflow) id: String,
    pub(in crate::workflow) needs: Vec<String>,
    pub(in crate::workflow) options: Vec<(String, Tried)>,
}

impl Draft {
    /// The draft of a file with the keys of [`Workflow::from_json`].
    pub(in crate::workflow) fn of_outline(outline: &Outline) -> Result<Self, InvalidWorkflowFile> {
        let file = Table::new(Place::Workflow, &outline.value)?;
        file.only(&["models", "subtasks"])?;
        let mut draft = Self::default();
        let models =
            file.needed("models", ", a table of the models that can be asked", file.get("models"))?;
        let Value::Object(models) = models else {
            return Err(file.kind("models", "a table of models by name", models).into());
        };
        for name in outline.keys_of("models") {
            let model = Table::new(Place::Model(name), &models[name])?;
            draft.models.push(ModelDraft::read(name, &model)?);
        }
        let subtasks = file.needed("subtasks", ", the list of them", file.list("subtasks")?)?;
        for (position, value) in subtasks.iter().enumerate() {
            draft.subtasks.push(subtask(position + 1, value)?);
        }
        Ok(draft)
    }

    /// The files that it names, each once.
    pub(in crate::workflow) fn files(&self) -> Vec<NamedFile> {
        let mut seen = std::collections::HashSet::new();
        let options = self
            .subtasks
            .iter()
            .flat_map(|subtask| subtask.options.iter().map(|(model, tried)| (&subtask.id, model, tried)));
        let named = options.filter_map(|(id, model, tried)| match tried {
            Tried::File(name) => {
                Some(NamedFile { name: name.clone(), place: Place::Option(id, model).to_string() })
            }
            Tried::Law(_) | Tried::Mechanism(_) => None,
        });
        named.filter(|file| seen.insert(file.name.clone())).collect()
    }

    /// The workflow, with samples from files.
    pub(in crate::workflow) fn workflow(self, files: &Files<'_>) -> Result<Workflow, InvalidWorkflowFile> {
        let mut builder = Workflow::builder();
        let prices: HashMap<String, u64> = self.models.iter().map(ModelDraft::priced).collect();
        for model in self.models {
            builder = model.add_to(builder);
        }
        // Many subtasks may draw from one file.
        let mut known: HashMap<String, SampleLaw> = HashMap::new();
        for Subtask { id, needs, options } in self.subtasks {
            builder = builder.subtask(id.clone()).needs(needs);
            for (model, tried) in options {
                let law = match tried {
                    Tried::Law(law) => Ok(law),
                    Tried::Mechanism(endings) => {
                        law_of_endings(&endings, prices.get(&model).copied().unwrap_or(0))
                    }
                    Tried::File(name) => match known.get(&name) {
                        Some(law) => Ok(law.clone()),
                        None => of_file(&name, files).inspect(|law| {
                            known.insert(name.clone(), law.clone());
                        }),
                    },
                };
                let law = law.map_err(|why| InvalidWorkflowFile::option(&id, &model, why))?;
                builder = builder.option(model, law);
            }
        }
        Ok(builder.build()?)
    }
}

fn of_file(name: &str, files: &Files<'_>) -> Result<SampleLaw, InvalidOption> {
    let text = files(name).ok_or_else(|| InvalidOption::OtherFile(name.to_owned()))?;
    let records = samples::of_file(name, text).map_err(InvalidOption::Records)?;
    Ok(SampleLaw::records(records)?)
}

fn subtask(position: usize, value: &Value) -> Result<Subtask, InvalidWorkflowFile> {
    let table = Table::new(Place::Subtask(position, None), value)?;
    let id = table.needed("id", "", table.text("id")?)?;
    let table = table.at(Place::Subtask(position, Some(id)));
    table.only(&["id", "needs", "options"])?;
    let needs = table.list("needs")?.unwrap_or_default().iter().map(|parent| match parent.as_str() {
        Some(parent) => Ok(parent.to_owned()),
        None => Err(table.kind("needs", "a list of names of subtasks", parent)),
    });
    let needs = needs.collect::<Result<_, InvalidText>>()?;
    let why = ", a table of the models that can try it";
    let options = table.needed("options", why, table.get("options"))?;
    let Value::Object(options) = options else {
        return Err(table.kind("options", "a table of the models that can try it", options).into());
    };
    let read = |(model, value)| Ok((String::clone(model), option_of(id, model, value)?));
    let options = options.iter().map(read).collect::<Result<_, InvalidWorkflowFile>>()?;
    Ok(Subtask { id: id.to_owned(), needs, options })
}
