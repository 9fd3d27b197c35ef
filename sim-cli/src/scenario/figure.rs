//! The figure of a scenario: which columns of the results are drawn, and how they are named.

use serde::{Deserialize, Serialize};
use sim_models::registry::Value;

use super::axis::Axis;
use super::document::{Content, Document, Entry, Node, Table};
use super::quantities::Quantities;
use super::{Plan, Scenario};
use crate::problem::{Outcome, Problem};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// Metrics over one axis, one curve per value of another, with interval bands and theory lines.
    Curves,
    /// A metric over two axes, with contours.
    HeatMap,
    /// Which of several metrics is the highest, over two axes.
    Regions,
}

/// A figure as a scenario describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureSpec {
    /// What is drawn.
    pub kind: FigureKind,
    /// Text above it.
    pub title: Option<String>,
    /// Axis of the sweep that runs to the right; with `along` a metric.
    pub x: String,
    /// Heat map and regions: axis of the sweep that runs upward. Curves: the metrics.
    pub y: Vec<String>,
    /// Heat map: the metric or prediction shown as color, or `trials`.
    pub color: Option<String>,
    /// Regions: the metrics of which the highest gives the color.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub among: Vec<String>,
    /// Curves: axis of the sweep with one curve per value.
    pub series: Option<String>,
    /// Curves: axis of the sweep along which every curve runs, where `x` is a metric: one metric over another.
    #[serde(default)]
    pub along: Option<String>,
    /// Curves: whether the Pareto front is drawn: what no point beats that lies further left.
    #[serde(default)]
    pub front: bool,
    /// Regions: names of the metrics. Curves: the same, or one name with `{}` for the value of the series.
    pub labels: Vec<String>,
    /// Curves: whether the prediction of a metric's name is drawn as a line.
    pub theory: bool,
    /// Text along the axis to the right.
    pub x_label: Option<String>,
    /// Text along the upward axis.
    pub y_label: Option<String>,
    /// Text along the color bar.
    pub color_label: Option<String>,
    /// Whether the axis to the right is logarithmic.
    pub x_log: bool,
    /// Whether the upward axis is logarithmic.
    pub y_log: bool,
    /// Ends of the axis to the right.
    pub x_range: Option<(f64, f64)>,
    /// Ends of the upward axis.
    pub y_range: Option<(f64, f64)>,
    /// Ends of the color scale.
    pub color_range: Option<(f64, f64)>,
    /// Heat map: the value with the neutral color, from which the two ends differ in hue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_center: Option<f64>,
    /// Heat map: level lines of predictions.
    pub contours: Vec<Contour>,
    /// Curves: vertical lines where a prediction says so.
    pub marks: Vec<Mark>,
}

/// A level line of a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contour {
    /// The prediction.
    pub prediction: String,
    /// The level.
    pub level: f64,
    /// Text on the line.
    pub label: String,
}

/// A vertical line at the value of a prediction that is the same in all cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The prediction.
    pub prediction: String,
    /// Text at the line.
    pub label: String,
}

/// The column that a map can show beside metrics and predictions.
pub(super) const TRIALS: &str = "trials";

/// Keys of every figure.
const COMMON: [&str; 10] =
    ["kind", "title", "x", "y", "x_label", "y_label", "x_log", "y_log", "x_range", "y_range"];
/// Further keys of curves, of heat maps, and of regions.
const CURVES: [&str; 6] = ["series", "along", "front", "labels", "theory", "marks"];
const HEAT_MAP: [&str; 5] = ["color", "color_label", "color_range", "color_center", "contours"];
const REGIONS: [&str; 2] = ["among", "labels"];

impl FigureKind {
    /// Whether `y` is an axis of the sweep, and not a metric.
    pub fn is_map(self) -> bool {
        self != Self::Curves
    }
}

impl FigureSpec {
    /// Checks that the figure shows every axis of the sweep, and that those along which it measures hold numbers. An axis
    /// that is not shown would lay cells over each other.
    pub fn check(&self, scenario: &Scenario) -> Outcome<()> {
        let sweep = &scenario.sweep[..];
        if self.y.is_empty() {
            return Err(Problem::input("the figure has no `y`"));
        }
        let measured = |axis: &Axis| axis.key == self.x || self.kind.is_map() && axis.key == self.y[0];
        for axis in sweep.iter().chain(&scenario.plan.zip).filter(|axis| measured(axis)) {
            if let Some(value) = axis.values.iter().find(|value| value.as_number().is_none()) {
                let sentence = format!(
                    "the figure needs numbers along the axis `{}`; found the {} `{value}`",
                    axis.key,
                    value.kind()
                );
                let help = "curves can have one curve per value, with `series`";
                return Err(Problem::input(sentence).help(help));
            }
        }
        if let Some(axis) =
            sweep.iter().chain(&scenario.plan.zip).find(|axis| self.series.as_ref() == Some(&axis.key))
            && let Some(value) =
                axis.values.iter().find(|value| matches!(value, Value::List(_) | Value::Table(_)))
        {
            let sentence =
                format!("the figure cannot name curves by {}s, as the axis `{}` has", value.kind(), axis.key);
            return Err(Problem::input(sentence));
        }
        for (log, range, key) in
            [(self.x_log, self.x_range, "x_range"), (self.y_log, self.y_range, "y_range")]
        {
            if let Some((low, _)) = range.filter(|(low, _)| log && *low <= 0.0) {
                return Err(Problem::input(format!(
                    "a logarithmic axis is positive; `{key}` begins at {low}"
                )));
            }
        }
        let shown = |key: &String| {
            *key == self.x
                || self.series.as_ref() == Some(key)
                || self.along.as_ref() == Some(key)
                || self.kind.is_map() && *key == self.y[0]
        };
        let plan = &scenario.plan;
        if !plan.cells.is_empty() || plan.sample.is_some() {
            return self.check_scatter(plan, scenario.seed);
        }
        if plan.zip.iter().all(|axis| !shown(&axis.key)) && !plan.zip.is_empty() {
            return Err(Problem::input("the figure shows no axis of [zip]"));
        }
        match sweep.iter().find(|axis| !shown(&axis.key)) {
            None => Ok(()),
            Some(axis) => {
                let sentence = format!("the figure does not show the axis `{}` of the sweep", axis.key);
                Err(Problem::input(sentence)
                    .help("make it x, y or series of the figure, or fix it with --set"))
            }
        }
    }

    /// Checks a figure over points that lie anywhere: whatever it does not show differs between them, too.
    fn check_scatter(&self, plan: &Plan, seed: u64) -> Outcome<()> {
        if self.kind.is_map() {
            let sentence = "a map shows a grid; neither `cells` nor [sample] is one";
            return Err(Problem::input(sentence).help("curves show their points over one parameter each"));
        }
        let sampled = plan.sample.iter().flat_map(|sample| sample.point(0, seed));
        let listed = plan.cells.iter().flatten().map(|(key, value)| (key.clone(), value.clone()));
        match sampled.chain(listed).find(|(key, value)| *key == self.x && value.as_number().is_none()) {
            None => Ok(()),
            Some((key, value)) => Err(Problem::input(format!(
                "the figure needs numbers along `{key}`; found the {} `{value}`",
                value.kind()
            ))),
        }
    }

    /// Reads a figure over these axes. Which quantities there are depends on the cells; [`Self::check_quantities`] checks
    /// their names.
    pub(super) fn read(document: &Document, entry: &Entry, axes: &[&str]) -> Outcome<Self> {
        Self::read_among(document, entry, Names { axes: Some(axes), ..Names::default() })
    }

    /// Checks that the figure draws quantities that there are.
    pub(super) fn check_quantities(document: &Document, entry: &Entry, known: &Quantities) -> Outcome<()> {
        let (metrics, predictions) = (known.metrics(), known.predictions());
        let drawable = [metrics.clone(), predictions.clone(), vec![TRIALS]].concat();
        let names = Names {
            axes: None,
            metrics: Some(&metrics),
            predictions: Some(&predictions),
            drawable: Some(&drawable),
        };
        Self::read_among(document, entry, names).map(|_| ())
    }

    fn read_among(document: &Document, entry: &Entry, names: Names<'_>) -> Outcome<Self> {
        let Content::Table(table) = &entry.node.content else {
            let sentence = format!("`figure` is a table; found {}", entry.node.describe());
            return Err(document.problem(&entry.node.span, sentence, "not a table"));
        };
        let reader = Reader { document, entry, table };
        let Names { axes, metrics, predictions, drawable } = names;
        let kinds = ["curves", "heat-map", "regions"];
        let (kind, own): (_, &[&str]) =
            match reader.name("kind", Some(&kinds), "a kind of figure")?.as_deref() {
                Some("heat-map") => (FigureKind::HeatMap, &HEAT_MAP),
                Some("regions") => (FigureKind::Regions, &REGIONS),
                Some(_) => (FigureKind::Curves, &CURVES),
                None => return Err(reader.missing("kind")),
            };
        table.allow(document, &[&COMMON[..], own].concat())?;
        let along = reader.name("along", axes, "an axis of the sweep")?;
        let x = match &along {
            Some(_) => reader.name("x", metrics, "a metric, along an axis of the sweep")?,
            None => reader.name("x", axes, "an axis of the sweep")?,
        };
        let x = x.ok_or_else(|| reader.missing("x"))?;
        let y = match kind {
            FigureKind::HeatMap | FigureKind::Regions => {
                vec![reader.name("y", axes, "an axis of the sweep")?.ok_or_else(|| reader.missing("y"))?]
            }
            FigureKind::Curves => reader.names("y", metrics, "a metric")?,
        };
        if y.is_empty() {
            return Err(reader.missing("y"));
        }
        let color = reader.name("color", drawable, "a metric, a prediction or `trials`")?;
        if kind == FigureKind::HeatMap && color.is_none() {
            return Err(reader.missing("color"));
        }
        let among = reader.names("among", metrics, "a metric")?;
        if kind == FigureKind::Regions && among.len() < 2 {
            return Err(match reader.node("among") {
                Some(node) => reader.wrong(node, "among", "a list of two metrics or more"),
                None => reader.missing("among"),
            });
        }
        Ok(Self {
            kind,
            title: reader.text("title")?,
            x,
            y,
            color,
            among,
            series: reader.name("series", axes, "an axis of the sweep")?,
            along,
            front: reader.flag("front")?.unwrap_or(false),
            labels: reader.texts("labels")?,
            theory: reader.flag("theory")?.unwrap_or(true),
            x_label: reader.text("x_label")?,
            y_label: reader.text("y_label")?,
            color_label: reader.text("color_label")?,
            x_log: reader.flag("x_log")?.unwrap_or(false),
            y_log: reader.flag("y_log")?.unwrap_or(false),
            x_range: reader.range("x_range")?,
            y_range: reader.range("y_range")?,
            color_range: reader.range("color_range")?,
            color_center: reader.number("color_center")?,
            contours: reader
                .tables("contours", &["prediction", "level", "label"], predictions)?
                .into_iter()
                .map(|row| Contour {
                    prediction: row.prediction,
                    level: row.level.unwrap_or(0.0),
                    label: row.label,
                })
                .collect(),
            marks: reader
                .tables("marks", &["prediction", "label"], predictions)?
                .into_iter()
                .map(|row| Mark { prediction: row.prediction, label: row.label })
                .collect(),
        })
    }
}

/// Names that a figure may have; `None` where any will do.
#[derive(Clone, Copy, Default)]
struct Names<'a> {
    axes: Option<&'a [&'a str]>,
    metrics: Option<&'a [&'a str]>,
    predictions: Option<&'a [&'a str]>,
    /// Metrics and predictions.
    drawable: Option<&'a [&'a str]>,
}

/// Reads the table of the figure key by key.
struct Reader<'a> {
    document: &'a Document,
    entry: &'a Entry,
    table: &'a Table,
}

/// A contour or a mark.
struct Row {
    prediction: String,
    level: Option<f64>,
    label: String,
}

impl Reader<'_> {
    fn missing(&self, key: &str) -> Problem {
        self.document.problem(&self.entry.span, format!("the figure has no `{key}`"), "in this table")
    }

    fn wrong(&self, node: &Node, key: &str, allowed: &str) -> Problem {
        let sentence = format!("`{key}` is {allowed}; found {}", node.describe());
        self.document.problem(&node.span, sentence, "found here")
    }

    fn node(&self, key: &str) -> Option<&Node> {
        self.table.get(key).map(|entry| &entry.node)
    }

    fn text(&self, key: &str) -> Outcome<Option<String>> {
        self.node(key).map(|node| self.text_of(node, key)).transpose()
    }

    fn text_of(&self, node: &Node, key: &str) -> Outcome<String> {
        match &node.content {
            Content::Scalar(Value::Text(text)) => Ok(text.clone()),
            _ => Err(self.wrong(node, key, "a text")),
        }
    }

    /// A text, or a list of texts.
    fn texts(&self, key: &str) -> Outcome<Vec<String>> {
        match self.node(key) {
            None => Ok(Vec::new()),
            Some(Node { content: Content::List(items), .. }) => {
                items.iter().map(|item| self.text_of(item, key)).collect()
            }
            Some(node) => Ok(vec![self.text_of(node, key)?]),
        }
    }

    fn flag(&self, key: &str) -> Outcome<Option<bool>> {
        self.node(key)
            .map(|node| match node.content {
                Content::Scalar(Value::Boolean(flag)) => Ok(flag),
                _ => Err(self.wrong(node, key, "true or false")),
            })
            .transpose()
    }

    fn number(&self, key: &str) -> Outcome<Option<f64>> {
        let number = |node: &Node| node.value().as_number().filter(|number| number.is_finite());
        self.node(key).map(|node| number(node).ok_or_else(|| self.wrong(node, key, "a number"))).transpose()
    }

    fn range(&self, key: &str) -> Outcome<Option<(f64, f64)>> {
        self.node(key)
            .map(|node| {
                let numbers = match node.value() {
                    Value::List(items) => items.iter().map(Value::as_number).collect::<Option<Vec<_>>>(),
                    _ => None,
                };
                match numbers.as_deref() {
                    Some(&[low, high]) if low < high => Ok((low, high)),
                    _ => Err(self.wrong(node, key, "a list of two numbers, the smaller one first")),
                }
            })
            .transpose()
    }

    fn name(&self, key: &str, known: Option<&[&str]>, what: &str) -> Outcome<Option<String>> {
        self.node(key).map(|node| self.name_of(node, key, known, what)).transpose()
    }

    fn names(&self, key: &str, known: Option<&[&str]>, what: &str) -> Outcome<Vec<String>> {
        match self.node(key) {
            Some(Node { content: Content::List(items), .. }) => {
                items.iter().map(|item| self.name_of(item, key, known, what)).collect()
            }
            _ => Ok(self.name(key, known, what)?.into_iter().collect()),
        }
    }

    fn name_of(&self, node: &Node, key: &str, known: Option<&[&str]>, what: &str) -> Outcome<String> {
        let text = self.text_of(node, key)?;
        let Some(known) = known.filter(|known| !known.contains(&text.as_str())) else { return Ok(text) };
        let problem =
            self.document.problem(&node.span, format!("`{key}` is {what}; found `{text}`"), "unknown");
        Err(if known.is_empty() {
            problem.help("this scenario has none")
        } else {
            problem.among(&text, known)
        })
    }

    fn tables(&self, key: &str, keys: &[&str], predictions: Option<&[&str]>) -> Outcome<Vec<Row>> {
        let Some(node) = self.node(key) else { return Ok(Vec::new()) };
        let Content::List(items) = &node.content else {
            return Err(self.wrong(node, key, "a list of tables"));
        };
        items.iter().map(|item| self.row(item, key, keys, predictions)).collect()
    }

    fn row(&self, item: &Node, key: &str, keys: &[&str], predictions: Option<&[&str]>) -> Outcome<Row> {
        let Content::Table(table) = &item.content else {
            return Err(self.wrong(item, key, "a list of tables"));
        };
        table.allow(self.document, keys)?;
        let inner = Reader { document: self.document, entry: self.entry, table };
        let incomplete = |part: &str| {
            self.document.problem(&item.span, format!("an entry of `{key}` has no `{part}`"), "incomplete")
        };
        let prediction =
            inner.name("prediction", predictions, "a prediction")?.ok_or_else(|| incomplete("prediction"))?;
        let level = match inner.node("level") {
            None if keys.contains(&"level") => return Err(incomplete("level")),
            None => None,
            Some(node) => {
                let level = node.value().as_number();
                Some(level.ok_or_else(|| self.wrong(node, "level", "a number"))?)
            }
        };
        let label = inner.text("label")?.unwrap_or_default();
        Ok(Row { prediction, level, label })
    }
}
