//! Rows of a data set, and the columns they become.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use sim_core::estimate::Estimate;
use sim_core::monte_carlo::Ending;
use sim_models::registry::{AnyModel, Kind, Parameter, Value, Values};

use super::compaction::conform;

/// Which cell a row belongs to: its parameters and their hash.
#[derive(Clone, Debug)]
pub struct Cell {
    /// BLAKE3 hash of model and parameters.
    pub digest: [u8; 32],
    /// The same in hexadecimal.
    pub hash: String,
    /// All parameters.
    pub values: Values,
}

/// What a finished cell says.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// One estimate per metric; empty if the cell failed.
    pub estimates: Vec<Estimate>,
    /// Number of trials; 0 if the cell failed.
    pub trials: u64,
    /// Why the trials ended.
    pub ending: Ending,
    /// The tally as JSON.
    pub tally: String,
    /// Why the cell failed.
    pub error: Option<String>,
}

/// One row: a cell, what was found, what theory says.
#[derive(Clone, Debug)]
pub struct Row {
    /// The cell.
    pub cell: Cell,
    /// What was found.
    pub done: Done,
    /// Names of the estimates; none if the cell failed.
    pub metrics: Vec<Cow<'static, str>>,
    /// The predictions.
    pub predictions: Vec<(Cow<'static, str>, Option<f64>)>,
}

impl Done {
    /// A cell that failed.
    pub fn failed(error: String) -> Self {
        let (estimates, tally) = (Vec::new(), String::new());
        Self { estimates, trials: 0, ending: Ending::Complete, tally, error: Some(error) }
    }
}

/// Columns that every data set has beside those of its parameters, metrics and predictions.
pub const OWN_COLUMNS: [&str; 6] = ["cell", "confidence", "trials", "ending", "error", "tally"];

/// How the word for an ending is stored.
pub(super) fn ending_name(ending: Ending) -> &'static str {
    match ending {
        Ending::Complete => "complete",
        Ending::Precise => "precise",
        Ending::Imprecise => "imprecise",
        Ending::Cancelled => "cancelled",
    }
}

/// The ending of this name.
pub(super) fn ending_named(name: &str) -> Option<Ending> {
    [Ending::Complete, Ending::Precise, Ending::Imprecise, Ending::Cancelled]
        .into_iter()
        .find(|e| ending_name(*e) == name)
}

/// The columns of a model's data sets: `cell`, the parameters, per metric `m`, `m_low`, `m_high`, then `confidence`,
/// `trials`, `ending`, per prediction `predicted_p`, and `error` and `tally`. Metrics and predictions are those that some
/// cell has, in the order of the cells.
#[derive(Clone, Debug)]
pub struct Layout {
    parameters: Vec<Parameter>,
    /// Where no cell has any.
    metrics: Vec<Cow<'static, str>>,
    /// Where no cell has any.
    predictions: Vec<Cow<'static, str>>,
    confidence: f64,
}

impl Layout {
    /// The columns of this model.
    pub fn new(model: &dyn AnyModel, confidence: f64) -> Self {
        Self {
            parameters: model.parameters(),
            metrics: model.metrics().iter().map(|metric| metric.name.into()).collect(),
            predictions: model.predictions().iter().map(|prediction| prediction.name.into()).collect(),
            confidence,
        }
    }

    /// The columns that these rows need.
    pub fn shape(&self, rows: &[Row]) -> Shape {
        let is_listed = |parameter: &&Parameter| {
            rows.iter().any(|row| matches!(row.cell.values.get(parameter.key), Some(Value::List(_))))
        };
        Shape {
            listed: self.parameters.iter().filter(is_listed).map(|parameter| parameter.key).collect(),
            metrics: union(rows.iter().flat_map(|row| &row.metrics)),
            predictions: union(rows.iter().flat_map(|row| row.predictions.iter().map(|(name, _)| name))),
        }
    }

    /// The columns of rows of this shape.
    pub fn schema(&self, shape: &Shape, metadata: &[(String, String)]) -> Result<SchemaRef, ArrowError> {
        let none = self.batch_of(shape, &[])?;
        let metadata: HashMap<String, String> = metadata.iter().cloned().collect();
        Ok(Arc::new(Schema::new(none.schema().fields().clone()).with_metadata(metadata)))
    }

    /// Rows as columns.
    pub fn batch(&self, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
        self.batch_of(&self.shape(rows), rows)
    }

    /// Names of the columns in which `row` is not what is stored. Why its trials ended says nothing about them, and is left out.
    pub fn differences(&self, row: &Row, stored: &RecordBatch) -> Result<Vec<String>, ArrowError> {
        let here = conform(&self.batch(std::slice::from_ref(row))?, &stored.schema())?;
        let pairs = stored.schema().fields().clone();
        let differ = |i: &usize| here.column(*i) != stored.column(*i) && pairs[*i].name() != "ending";
        Ok((0..pairs.len()).filter(differ).map(|i| pairs[i].name().clone()).collect())
    }

    fn batch_of(&self, shape: &Shape, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
        let mut columns: Vec<(Field, ArrayRef)> = Vec::new();
        let mut add = |name: &str, array: ArrayRef| {
            columns.push((Field::new(name, array.data_type().clone(), true), array));
        };
        add("cell", text(rows.iter().map(|row| Some(row.cell.hash.as_str()))));
        for parameter in &self.parameters {
            add(parameter.key, parameter_column(parameter, rows, shape.listed.contains(parameter.key)));
        }
        let names = if shape.metrics.is_empty() { &self.metrics } else { &shape.metrics };
        for (i, metric) in names.iter().enumerate() {
            type Part = fn(&Estimate) -> f64;
            let parts: [(&str, Part); 3] = [("", |e| e.value), ("_low", |e| e.low), ("_high", |e| e.high)];
            for (suffix, part) in parts {
                add(
                    &format!("{metric}{suffix}"),
                    reals(rows.iter().map(|row| estimate(row, i, metric).map(part))),
                );
            }
        }
        add("confidence", reals(rows.iter().map(|_| Some(self.confidence))));
        let trials = rows.iter().map(|row| Some(i64::try_from(row.done.trials).unwrap_or(i64::MAX)));
        add("trials", Arc::new(trials.collect::<arrow_array::Int64Array>()));
        let ending = |row: &Row| row.done.error.is_none().then_some(ending_name(row.done.ending));
        add("ending", text(rows.iter().map(ending)));
        let names = if shape.predictions.is_empty() { &self.predictions } else { &shape.predictions };
        for (i, name) in names.iter().enumerate() {
            let number = |row: &Row| row.predictions[place(&row.predictions, i, |p| p.0 == *name)?].1;
            add(&format!("predicted_{name}"), reals(rows.iter().map(number)));
        }
        add("error", text(rows.iter().map(|row| row.done.error.as_deref())));
        add(
            "tally",
            text(rows.iter().map(|row| row.done.error.is_none().then_some(row.done.tally.as_str()))),
        );
        let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
    }
}

/// Which columns rows need beyond those that all have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Parameters that are lists in some row.
    listed: BTreeSet<&'static str>,
    /// Metrics, in the order in which rows first have them.
    metrics: Vec<Cow<'static, str>>,
    /// Predictions, likewise.
    predictions: Vec<Cow<'static, str>>,
}

impl Shape {
    /// Adds what later rows need.
    pub fn extend(&mut self, later: Self) {
        self.listed.extend(later.listed);
        self.metrics = union(self.metrics.iter().chain(&later.metrics));
        self.predictions = union(self.predictions.iter().chain(&later.predictions));
    }
}

/// The estimate of a metric, if there were trials for it. In most rows it is number `i`.
fn estimate<'a>(row: &'a Row, i: usize, metric: &str) -> Option<&'a Estimate> {
    let i = place(&row.metrics, i, |name| name == metric)?;
    row.done.estimates.get(i).filter(|estimate| estimate.trials > 0)
}

/// Where the item is that is meant; `likely` is looked at first.
fn place<T>(items: &[T], likely: usize, meant: impl Fn(&T) -> bool) -> Option<usize> {
    if items.get(likely).is_some_and(&meant) { Some(likely) } else { items.iter().position(meant) }
}

/// All names, in the order in which they first appear.
fn union<'a>(names: impl Iterator<Item = &'a Cow<'static, str>>) -> Vec<Cow<'static, str>> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).cloned().collect()
}

fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<arrow_array::StringArray>())
}

fn reals(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    // NaN says that there is no number, such as a share of no trials.
    Arc::new(values.map(|value| value.filter(|x| !x.is_nan())).collect::<arrow_array::Float64Array>())
}

/// The column of a parameter: of its own type, or a list of it where some cell lists layers. A word instead of a number,
/// such as `unlimited`, is null; a document is its name, a table is JSON.
fn parameter_column(parameter: &Parameter, rows: &[Row], listed: bool) -> ArrayRef {
    let values: Vec<Option<&Value>> = rows.iter().map(|row| row.cell.values.get(parameter.key)).collect();
    match parameter.kind {
        Kind::Boolean => {
            column(BooleanBuilder::new(), &values, listed, |b, v| b.append_option(as_boolean(v)))
        }
        Kind::Integer { .. } => {
            column(Int64Builder::new(), &values, listed, |b, v| b.append_option(as_integer(v)))
        }
        Kind::Real(_) => column(Float64Builder::new(), &values, listed, |b, v| {
            b.append_option(v.and_then(Value::as_number))
        }),
        Kind::Choice(_) | Kind::Document | Kind::Table | Kind::Text => {
            let show = |value: &Value| value.to_string();
            column(StringBuilder::new(), &values, listed, |b, v| b.append_option(v.map(show)))
        }
    }
}

fn column<B: ArrayBuilder>(
    mut builder: B,
    values: &[Option<&Value>],
    listed: bool,
    append: impl Fn(&mut B, Option<&Value>),
) -> ArrayRef {
    if !listed {
        for value in values {
            append(&mut builder, *value);
        }
        return builder.finish();
    }
    let mut lists = ListBuilder::new(builder);
    for value in values {
        match value {
            Some(Value::List(items)) => items.iter().for_each(|item| append(lists.values(), Some(item))),
            single => append(lists.values(), *single),
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn as_boolean(value: Option<&Value>) -> Option<bool> {
    if let Some(Value::Boolean(b)) = value { Some(*b) } else { None }
}

fn as_integer(value: Option<&Value>) -> Option<i64> {
    if let Some(Value::Integer(n)) = value { Some(*n) } else { None }
}

/// Whether a column holds numbers.
pub(super) fn is_number(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int64 | DataType::Float64)
}
