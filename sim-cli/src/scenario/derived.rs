//! Free names of a scenario, and parameters that are computed from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sim_models::registry::{Kind, Parameter, ParameterError, Value};

use super::document::{Content, Document, Entry, Table};
use super::read::table;
use crate::expression::Expression;
use crate::problem::{Outcome, Problem};

/// `[variables]` and `[derived]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DerivedSpec {
    /// Names that are no parameters of the model, with their values where no axis gives another.
    pub variables: BTreeMap<String, f64>,
    /// Parameters with the formulas of their values.
    pub formulas: BTreeMap<String, String>,
}

impl DerivedSpec {
    /// Reads `[variables]` and `[derived]`, over a model of these parameters. The axes among the variables are left to the sweep.
    pub(super) fn read(document: &Document, root: &Table, parameters: &[Parameter]) -> Outcome<Self> {
        let mut derived = Self::default();
        for entry in table(document, root, "variables")?.iter().flat_map(|table| table.iter()) {
            derived.variables.insert(entry.key.clone(), variable(document, entry, parameters)?);
        }
        for entry in table(document, root, "derived")?.iter().flat_map(|table| table.iter()) {
            let Some(parameter) = parameters.iter().find(|parameter| parameter.key == entry.key) else {
                let problem = Problem::parameters(&ParameterError::unknown(&entry.key, parameters));
                return Err(problem.at(&document.source, entry.span.clone(), "unknown parameter"));
            };
            if !matches!(parameter.kind, Kind::Real(_) | Kind::Integer { .. }) {
                let sentence = format!("`{}` is {}, so no formula gives it", entry.key, parameter.allowed());
                return Err(document.problem(&entry.span, sentence, "no number"));
            }
            derived.formulas.insert(entry.key.clone(), String::new());
        }
        for entry in table(document, root, "derived")?.iter().flat_map(|table| table.iter()) {
            let formula = derived.formula(document, entry, parameters)?;
            derived.formulas.insert(entry.key.clone(), formula);
        }
        derived.refuse_idle(document, root)?;
        Ok(derived)
    }

    /// Whether there is nothing of the kind.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.formulas.is_empty()
    }

    /// A formula whose names are all known.
    fn formula(&self, document: &Document, entry: &Entry, parameters: &[Parameter]) -> Outcome<String> {
        let node = &entry.node;
        let Content::Scalar(Value::Text(text)) = &node.content else {
            let sentence = format!("`{}` is a formula in quotes; found {}", entry.key, node.describe());
            return Err(document.problem(&node.span, sentence, "not a formula"));
        };
        let expression = Expression::parse(text).map_err(|error| {
            // Behind the quote; where there are escapes the place is about right.
            let at = (node.span.start + 1 + error.at).min(node.span.end.saturating_sub(1));
            let sentence = format!("the formula of `{}` is wrong: {}", entry.key, error.sentence);
            document.problem(&(at..at + 1), sentence, "here")
        })?;
        let numbers = parameters.iter().filter(|parameter| {
            matches!(parameter.kind, Kind::Real(_) | Kind::Integer { .. })
                && !self.formulas.contains_key(parameter.key)
        });
        let known: Vec<&str> =
            self.variables.keys().map(String::as_str).chain(numbers.map(|parameter| parameter.key)).collect();
        let Some(unknown) = expression.names().into_iter().find(|name| !known.contains(name)) else {
            return Ok(text.clone());
        };
        let why = match self.formulas.contains_key(unknown) {
            true => "is derived itself",
            false => "is neither in [variables] nor a parameter that is a number",
        };
        let sentence = format!("`{unknown}` in the formula of `{}` {why}", entry.key);
        let problem = document.problem(&node.span, sentence, "found here");
        Err(problem.among(unknown, &known))
    }

    /// Refuses variables that are in no formula: a cell would not depend on them.
    fn refuse_idle(&self, document: &Document, root: &Table) -> Outcome<()> {
        let formulas: Vec<Expression> =
            self.formulas.values().filter_map(|formula| Expression::parse(formula).ok()).collect();
        let used = |key: &str| formulas.iter().any(|formula| formula.names().contains(key));
        let own = table(document, root, "variables")?;
        match own.iter().flat_map(|table| table.iter()).find(|entry| !used(&entry.key)) {
            None => Ok(()),
            Some(entry) => {
                let sentence = format!("the variable `{}` is in no formula of [derived]", entry.key);
                Err(document.problem(&entry.span, sentence, "not used"))
            }
        }
    }

    /// What is wrong with giving a derived parameter a value; `None` for every other key.
    pub(super) fn refuses(&self, key: &str) -> Option<String> {
        let formula = self.formulas.get(key)?;
        Some(format!("`{key}` is derived, as {formula}; it has no other value"))
    }
}

/// The value of a variable; 0 for one with an axis, which gives it a value in every cell.
fn variable(document: &Document, entry: &Entry, parameters: &[Parameter]) -> Outcome<f64> {
    let is_name = Expression::parse(&entry.key).is_ok_and(|name| name.names().contains(entry.key.as_str()));
    let refuse = |sentence: String| document.problem(&entry.span, sentence, "found here");
    if !is_name {
        return Err(refuse(format!("`{}` is no name of a variable: letters, digits and _ are", entry.key)));
    }
    if parameters.iter().any(|parameter| parameter.key == entry.key) {
        return Err(refuse(format!("`{}` is a parameter of the model, and no variable", entry.key)));
    }
    match &entry.node.content {
        // The axis itself is read with the others.
        Content::Table(_) => Ok(0.0),
        _ => entry.node.value().as_number().filter(|x| x.is_finite()).ok_or_else(|| {
            let found = entry.node.describe();
            let sentence = format!("the variable `{}` is a number or an axis; found {found}", entry.key);
            document.problem(&entry.node.span, sentence, "found here")
        }),
    }
}
