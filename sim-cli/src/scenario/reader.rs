//! Reading the table of a scenario key by key.

use sim_models::registry::{Kind, Parameter, ParameterError, Value};

use super::document::{Content, Document, Entry, Node, Table};
use super::read::table;
use super::{Level, axis, given};
use crate::problem::{Outcome, Problem};

/// One table of a scenario. Its messages point into it.
pub(super) struct Reader<'a> {
    name: &'static str,
    document: &'a Document,
    own: &'a Table,
    entry: &'a Entry,
}

impl<'a> Reader<'a> {
    /// The table of this name, which has these keys only; `None` if the scenario has no such table.
    pub(super) fn open(
        document: &'a Document,
        root: &'a Table,
        name: &'static str,
        keys: &[&str],
    ) -> Outcome<Option<Self>> {
        let (Some(own), Some(entry)) = (table(document, root, name)?, root.get(name)) else {
            return Ok(None);
        };
        own.allow(document, keys)?;
        Ok(Some(Self { name, document, own, entry }))
    }

    /// Whether the table has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.own.get(key).is_some()
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        self.own.get(key).map(|entry| &entry.node)
    }

    /// That the table lacks a key.
    pub(super) fn missing(&self, key: &str) -> Problem {
        let sentence = format!("[{}] has no `{key}`", self.name);
        self.document.problem(&self.entry.span, sentence, "incomplete")
    }

    /// What is wrong with the value of a key, or with the table if it has no such key.
    pub(super) fn refuse(&self, key: &str, sentence: impl Into<String>) -> Problem {
        let span = self.node(key).map_or(self.entry.span.clone(), |node| node.span.clone());
        self.document.problem(&span, sentence, "found here")
    }

    /// A name, if it is given.
    pub(super) fn name(&self, key: &str) -> Outcome<Option<String>> {
        match self.node(key) {
            None => Ok(None),
            Some(Node { content: Content::Scalar(Value::Text(name)), .. }) => Ok(Some(name.clone())),
            Some(node) => Err(self.refuse(key, format!("`{key}` is a name; found {}", node.describe()))),
        }
    }

    /// Names, or one of them, if they are given.
    pub(super) fn names(&self, key: &str) -> Outcome<Option<Vec<String>>> {
        let Some(Node { content: Content::List(items), .. }) = self.node(key) else {
            return Ok(self.name(key)?.map(|name| vec![name]));
        };
        let name = |item: &Node| match &item.content {
            Content::Scalar(Value::Text(name)) => Ok(name.clone()),
            _ => Err(self.refuse(key, format!("`{key}` is a list of names; {} is none", item.describe()))),
        };
        items.iter().map(name).collect::<Outcome<_>>().map(Some)
    }

    /// A positive whole number, if it is given.
    pub(super) fn count(&self, key: &str, what: &str) -> Outcome<Option<u64>> {
        let Some(node) = self.node(key) else { return Ok(None) };
        match node.content {
            Content::Scalar(Value::Integer(n)) if n >= 1 => Ok(Some(n as u64)),
            _ => {
                let found = node.describe();
                Err(self.refuse(key, format!("`{key}` is a positive whole number of {what}; found {found}")))
            }
        }
    }

    /// The parameter of this name, which must be a number; a real one if it is not a level.
    pub(super) fn parameter<'p>(
        &self,
        key: &str,
        name: &str,
        parameters: &'p [Parameter],
    ) -> Outcome<&'p Parameter> {
        let Some(parameter) = parameters.iter().find(|parameter| parameter.key == name) else {
            let problem = Problem::parameters(&ParameterError::unknown(name, parameters));
            let span = self.node(key).map_or(self.entry.span.clone(), |node| node.span.clone());
            return Err(problem.at(&self.document.source, span, "unknown parameter"));
        };
        match (&parameter.kind, key) {
            (Kind::Real(_), _) | (Kind::Integer { .. }, "level") => Ok(parameter),
            _ => {
                let allowed = parameter.allowed();
                Err(self.refuse(key, format!("`{key}` is a real parameter; `{name}` is {allowed}")))
            }
        }
    }

    /// A number, or the name of a parameter that is one, if it is given.
    pub(super) fn level(&self, parameters: &[Parameter]) -> Outcome<Option<Level>> {
        let Some(node) = self.node("level") else { return Ok(None) };
        match node.value() {
            Value::Text(key) => {
                self.parameter("level", &key, parameters)?;
                Ok(Some(Level::Parameter(key)))
            }
            value => {
                let number = value.as_number().filter(|x| x.is_finite()).ok_or_else(|| {
                    let found = node.describe();
                    self.refuse(
                        "level",
                        format!("`level` is a number or the name of a parameter; found {found}"),
                    )
                })?;
                Ok(Some(Level::Number(number)))
            }
        }
    }

    /// An end of a range of a parameter.
    pub(super) fn end(&self, key: &str, parameter: &Parameter) -> Outcome<f64> {
        let node = self.node(key).ok_or_else(|| self.missing(key))?;
        let end = axis::end(self.document, node, parameter)?;
        // Both ends are allowed, so whatever lies between them is.
        given::check(parameter, &Value::Real(end))
            .map_err(|problem| problem.at(&self.document.source, node.span.clone(), "found here"))?;
        Ok(end)
    }
}
