//! Workflows and how they are built.

use std::collections::HashMap;

use sim_core::graph::{Graph, InvalidGraph, Node};
use thiserror::Error;

use super::{InvalidRules, ProviderLimits, SampleLaw};
use crate::organization::timed::picodollars_per_token;

/// A language model that subtasks can be tried with.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageModel {
    /// Its name.
    pub name: String,
    /// Price of a token, in picodollars (10^-12 USD), which is 10^-6 USD per million tokens.
    pub price: u64,
    /// What its provider allows, where that is not the same for all models. It counts where the rules limit providers.
    pub limits: Option<ProviderLimits>,
}

/// A model that a subtask can be tried with, by its position among the workflow's, and the law of a sample.
pub type Choice<'a> = (usize, &'a SampleLaw);

/// An acyclic graph of subtasks, each with at least one model that can try it.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    graph: Graph,
    models: Vec<LanguageModel>,
    /// By subtask and model.
    laws: Vec<Option<SampleLaw>>,
}

/// Why a workflow is none.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidWorkflow {
    /// The subtasks are no acyclic graph.
    #[error("the subtasks are no workflow: {0}")]
    Graph(#[from] InvalidGraph),
    /// No subtasks.
    #[error("a workflow has at least one subtask")]
    Empty,
    /// A parent that is no subtask.
    #[error("subtask `{subtask}` needs `{parent}`, which is no subtask{}", hint(nearest))]
    UnknownParent {
        /// The subtask.
        subtask: String,
        /// What it needs.
        parent: String,
        /// The subtask that was probably meant.
        nearest: Option<String>,
    },
    /// An option for a model that was not declared.
    #[error("subtask `{subtask}` can be tried with `{model}`, which is no model{}", hint(nearest))]
    UnknownModel {
        /// The subtask.
        subtask: String,
        /// The model.
        model: String,
        /// The model that was probably meant.
        nearest: Option<String>,
    },
    /// An option before any subtask.
    #[error("an option for `{model}` stands before any subtask")]
    NoSubtask {
        /// The model.
        model: String,
    },
    /// A parent before any subtask.
    #[error("that `{parent}` is needed stands before any subtask")]
    NoReceiver {
        /// The parent.
        parent: String,
    },
    /// Two models of one name.
    #[error("there are two models `{0}`")]
    DuplicateModel(String),
    /// Nothing to try a subtask with.
    #[error("subtask `{0}` has no model to try it with")]
    NoOption(String),
    /// Limits of a provider that let nothing through.
    #[error("model `{model}`: {why}")]
    Limits {
        /// The model.
        model: String,
        /// What is wrong.
        why: InvalidRules,
    },
    /// A price that is none.
    #[error(
        "the price of model `{model}` is a number of USD per million tokens from 0 to 1 000 000; found {found}"
    )]
    Price {
        /// The model.
        model: String,
        /// What was found.
        found: f64,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

/// Builds a [`Workflow`]. What is wrong is said by [`WorkflowBuilder::build`].
#[derive(Clone, Debug, Default)]
pub struct WorkflowBuilder {
    models: Vec<(String, f64, Option<ProviderLimits>)>,
    subtasks: Vec<Subtask>,
    stray: Option<Stray>,
}

/// What stands before any subtask.
#[derive(Clone, Debug)]
enum Stray {
    Option(String),
    Parent(String),
}

#[derive(Clone, Debug)]
struct Subtask {
    name: String,
    needs: Vec<String>,
    options: Vec<(String, SampleLaw)>,
}

impl WorkflowBuilder {
    /// Adds a model; its price is in USD per million tokens.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>, dollars_per_million_tokens: f64) -> Self {
        self.models.push((name.into(), dollars_per_million_tokens, None));
        self
    }

    /// What the provider of the model added last allows.
    #[must_use]
    pub fn limits(mut self, limits: ProviderLimits) -> Self {
        if let Some((_, _, known)) = self.models.last_mut() {
            *known = Some(limits);
        }
        self
    }

    /// Adds a subtask. Without [`WorkflowBuilder::needs`] it can be tried from the beginning.
    #[must_use]
    pub fn subtask(mut self, name: impl Into<String>) -> Self {
        self.subtasks.push(Subtask { name: name.into(), needs: Vec::new(), options: Vec::new() });
        self
    }

    /// Lets the subtask added last wait until others are done, which may be added later. Their order does not
    /// count, and to name one twice says nothing more.
    #[must_use]
    pub fn needs(mut self, parents: impl IntoIterator<Item: Into<String>>) -> Self {
        let mut parents = parents.into_iter().map(Into::into);
        match self.subtasks.last_mut() {
            Some(subtask) => subtask.needs.extend(parents),
            None => {
                if let Some(parent) = parents.next() {
                    self.stray.get_or_insert(Stray::Parent(parent));
                }
            }
        }
        self
    }

    /// Lets the subtask added last be tried with a model; the last of several laws for one model counts.
    #[must_use]
    pub fn option(mut self, model: impl Into<String>, law: SampleLaw) -> Self {
        let model = model.into();
        match self.subtasks.last_mut() {
            Some(subtask) => subtask.options.push((model, law)),
            None => {
                self.stray.get_or_insert(Stray::Option(model));
            }
        }
        self
    }

    /// The workflow.
    ///
    /// # Errors
    /// There is a cycle, a name that is not known or there twice, a subtask without a model, or a price that is none.
    pub fn build(self) -> Result<Workflow, InvalidWorkflow> {
        match self.stray {
            Some(Stray::Option(model)) => return Err(InvalidWorkflow::NoSubtask { model }),
            Some(Stray::Parent(parent)) => return Err(InvalidWorkflow::NoReceiver { parent }),
            None => {}
        }
        if self.subtasks.is_empty() {
            return Err(InvalidWorkflow::Empty);
        }
        let models = models(&self.models)?;
        let names = positions(self.subtasks.iter().map(|subtask| subtask.name.as_str()));
        let model_names = positions(models.iter().map(|model| model.name.as_str()));
        let mut edges = Vec::new();
        let mut laws = vec![None; self.subtasks.len() * models.len()];
        for (position, subtask) in self.subtasks.iter().enumerate() {
            let mut parents = Vec::with_capacity(subtask.needs.len());
            for parent in &subtask.needs {
                let Some(&from) = names.get(parent.as_str()) else {
                    return Err(InvalidWorkflow::UnknownParent {
                        subtask: subtask.name.clone(),
                        parent: parent.clone(),
                        nearest: crate::registry::nearest(parent, names.keys().copied()),
                    });
                };
                parents.push(from);
            }
            // In whatever order and however often they are named, it is the same workflow.
            parents.sort_unstable();
            parents.dedup();
            edges.extend(parents.into_iter().map(|from| (from, position)));
            for (model, law) in &subtask.options {
                let Some(&at) = model_names.get(model.as_str()) else {
                    return Err(InvalidWorkflow::UnknownModel {
                        subtask: subtask.name.clone(),
                        model: model.clone(),
                        nearest: crate::registry::nearest(model, model_names.keys().copied()),
                    });
                };
                laws[position * models.len() + at] = Some(law.clone());
            }
            if subtask.options.is_empty() {
                return Err(InvalidWorkflow::NoOption(subtask.name.clone()));
            }
        }
        let graph = Graph::new(self.subtasks.into_iter().map(|subtask| subtask.name), edges)?;
        Ok(Workflow { graph, models, laws })
    }
}

fn models(given: &[(String, f64, Option<ProviderLimits>)]) -> Result<Vec<LanguageModel>, InvalidWorkflow> {
    let mut models: Vec<LanguageModel> = Vec::with_capacity(given.len());
    for (name, dollars, limits) in given {
        if models.iter().any(|known| &known.name == name) {
            return Err(InvalidWorkflow::DuplicateModel(name.clone()));
        }
        let price = picodollars_per_token(*dollars)
            .ok_or_else(|| InvalidWorkflow::Price { model: name.clone(), found: *dollars })?;
        if let Some(Err(why)) = limits.map(ProviderLimits::check) {
            return Err(InvalidWorkflow::Limits { model: name.clone(), why });
        }
        models.push(LanguageModel { name: name.clone(), price, limits: *limits });
    }
    Ok(models)
}

fn positions<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    names.enumerate().map(|(position, name)| (name, position)).collect()
}

impl Workflow {
    /// A workflow without subtasks, to be added to.
    pub fn builder() -> WorkflowBuilder {
        WorkflowBuilder::default()
    }

    /// The subtasks; an edge leads to what needs its beginning.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The models.
    pub fn models(&self) -> &[LanguageModel] {
        &self.models
    }

    /// Number of subtasks.
    pub fn len(&self) -> usize {
        self.graph.len()
    }

    /// Never: a workflow has at least one subtask.
    pub fn is_empty(&self) -> bool {
        self.graph.is_empty()
    }

    /// The law of a sample of a model for a subtask; `None` where the model cannot try it.
    pub fn law(&self, subtask: Node, model: usize) -> Option<&SampleLaw> {
        self.laws.get(subtask * self.models.len() + model)?.as_ref()
    }

    /// The same subtasks and models with other laws: that of a subtask and a model in the place of the one there is.
    #[must_use]
    pub fn with_laws(&self, mut law: impl FnMut(Node, usize, &SampleLaw) -> SampleLaw) -> Self {
        let models = self.models.len();
        let place = |(at, known): (usize, &Option<SampleLaw>)| {
            known.as_ref().map(|known| law(at / models, at % models, known))
        };
        let laws = self.laws.iter().enumerate().map(place).collect();
        Self { graph: self.graph.clone(), models: self.models.clone(), laws }
    }

    /// What a token of a model costs, in nanodollars.
    pub(super) fn nanodollars_per_token(&self, model: usize) -> f64 {
        // A picodollar is a thousandth of a nanodollar.
        self.models[model].price as f64 / 1000.0
    }

    /// The models that can try a subtask, in the order in which they were declared.
    pub fn choices(&self, subtask: Node) -> impl Iterator<Item = Choice<'_>> + Clone {
        let laws = &self.laws[subtask * self.models.len()..(subtask + 1) * self.models.len()];
        laws.iter().enumerate().filter_map(|(model, law)| Some((model, law.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half() -> SampleLaw {
        SampleLaw::constant(0.5, 1.0, 1).unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_with_the_subtask() {
        let sentence = |builder: WorkflowBuilder| builder.build().unwrap_err().to_string();
        let base = || Workflow::builder().model("small", 1.0).subtask("parse");
        assert_eq!(sentence(Workflow::builder()), "a workflow has at least one subtask");
        assert_eq!(sentence(base()), "subtask `parse` has no model to try it with");
        assert_eq!(
            sentence(base().option("smal", half())),
            "subtask `parse` can be tried with `smal`, which is no model; did you mean `small`?"
        );
        assert_eq!(
            sentence(base().option("small", half()).subtask("solve").needs(["prase"])),
            "subtask `solve` needs `prase`, which is no subtask; did you mean `parse`?"
        );
        let cycle = Workflow::builder()
            .model("small", 1.0)
            .subtask("a")
            .needs(["b"])
            .option("small", half())
            .subtask("b")
            .needs(["a"])
            .option("small", half());
        assert_eq!(sentence(cycle), "the subtasks are no workflow: the graph has a cycle: a -> b -> a");
        assert!(sentence(base().model("small", 2.0).option("small", half())).contains("two models"));
        assert!(
            sentence(Workflow::builder().model("x", -1.0).subtask("a").option("x", half()))
                .contains("found -1")
        );
        assert!(sentence(Workflow::builder().option("x", half())).contains("before any subtask"));
        assert!(sentence(Workflow::builder().needs(["x"])).contains("`x` is needed stands before"));
    }

    #[test]
    fn choices_are_those_of_the_subtask() {
        let workflow = Workflow::builder()
            .model("small", 1.0)
            .model("large", 2.0)
            .subtask("a")
            .option("large", half())
            .subtask("b")
            .needs(["a"])
            .option("small", half())
            .option("large", half())
            .build()
            .unwrap();
        let models = |subtask| workflow.choices(subtask).map(|(model, _)| model).collect::<Vec<_>>();
        assert_eq!((models(0), models(1)), (vec![1], vec![0, 1]));
        assert!(workflow.law(0, 0).is_none() && workflow.law(1, 0).is_some());
    }
}
