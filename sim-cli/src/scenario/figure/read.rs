//! Reads the table of a figure key by key, and points at what is wrong.

use clap::ValueEnum;
use sim_models::registry::Value;

use super::super::document::{Content, Document, Entry, Node, Table};
use super::super::quantities::Quantities;
use super::{Contour, FigureKind, FigureSpec, Mark, TRIALS};
use crate::figure::plain;
use crate::problem::{Outcome, Problem};

/// Keys of every figure.
const COMMON: [&str; 4] = ["kind", "title", "style", "journal"];
/// Keys of axes.
const X: [&str; 3] = ["x_label", "x_log", "x_range"];
const Y: [&str; 3] = ["y_label", "y_log", "y_range"];
/// Further keys, by kind.
const FACETS: [&str; 2] = ["facets", "facet_label"];
const CURVES: [&str; 10] =
    ["x", "y", "series", "along", "front", "labels", "theory", "marks", "fit", "fit_range"];
const HEAT_MAP: [&str; 7] = ["x", "y", "color", "color_label", "color_range", "color_center", "contours"];
const REGIONS: [&str; 4] = ["x", "y", "among", "labels"];
const ECDF: [&str; 5] = ["x", "series", "labels", "trials", "y_label"];
const VIOLIN: [&str; 4] = ["x", "y", "x_label", "trials"];
const TORNADO: [&str; 1] = ["labels"];

/// The kinds of figures with their names and their keys.
pub const KINDS: [(&str, FigureKind, &[&[&str]]); 6] = [
    ("curves", FigureKind::Curves, &[&X, &Y, &CURVES, &FACETS]),
    ("heat-map", FigureKind::HeatMap, &[&X, &Y, &HEAT_MAP, &FACETS]),
    ("regions", FigureKind::Regions, &[&X, &Y, &REGIONS, &FACETS]),
    ("ecdf", FigureKind::Ecdf, &[&X, &ECDF]),
    ("violin", FigureKind::Violin, &[&Y, &VIOLIN]),
    ("tornado", FigureKind::Tornado, &[&X, &TORNADO]),
];

/// The keys of a kind of figure.
pub fn figure_keys(kind: &str) -> Vec<&'static str> {
    let own = KINDS.iter().find(|known| known.0 == kind).map(|known| known.2.concat());
    [&COMMON[..], &own.unwrap_or_default()].concat()
}

impl FigureSpec {
    /// Reads a figure over these axes. Which quantities there are depends on the cells; [`Self::check_quantities`] checks
    /// their names.
    pub(in crate::scenario) fn read(document: &Document, entry: &Entry, axes: &[&str]) -> Outcome<Self> {
        Self::read_among(document, entry, Names { axes: Some(axes), ..Names::default() })
    }

    /// Checks that the figure draws quantities that there are.
    pub(in crate::scenario) fn check_quantities(
        document: &Document,
        entry: &Entry,
        known: &Quantities,
    ) -> Outcome<()> {
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
        let named = reader.name("kind", Some(&KINDS.map(|kind| kind.0)), "a kind of figure")?;
        let Some(&(name, kind, _)) = KINDS.iter().find(|kind| named.as_deref() == Some(kind.0)) else {
            return Err(reader.missing("kind"));
        };
        table.allow(document, &figure_keys(name))?;
        let along = reader.name("along", axes, "an axis of the sweep")?;
        let x = match (kind, &along) {
            (FigureKind::Tornado, _) => Some(String::new()),
            (FigureKind::Ecdf, _) => reader.name("x", metrics, "a metric")?,
            (_, Some(_)) => reader.name("x", metrics, "a metric, along an axis of the sweep")?,
            (_, None) => reader.name("x", axes, "an axis of the sweep")?,
        };
        let x = x.ok_or_else(|| reader.missing("x"))?;
        let y = match kind {
            FigureKind::HeatMap | FigureKind::Regions => {
                reader.name("y", axes, "an axis of the sweep")?.into_iter().collect()
            }
            FigureKind::Curves => reader.names("y", metrics, "a metric")?,
            FigureKind::Violin => reader.name("y", metrics, "a metric")?.into_iter().collect(),
            FigureKind::Ecdf | FigureKind::Tornado => Vec::new(),
        };
        if y.is_empty() && !matches!(kind, FigureKind::Ecdf | FigureKind::Tornado) {
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
        let several = table.get("series").is_some() || y.len() > 1;
        let fit = reader.fit(several)?;
        Ok(Self {
            kind,
            title: reader.text("title")?,
            x,
            y,
            color,
            among,
            series: reader.name("series", axes, "an axis of the sweep")?,
            facets: reader.facets(axes)?,
            facet_label: reader.text("facet_label")?,
            fit,
            fit_range: reader.range("fit_range")?,
            trials: reader.trials()?,
            style: reader.choice("style", "what a figure is drawn for")?,
            journal: reader.choice("journal", "a journal")?,
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

    /// A text, with formulas as figures write them.
    fn text_of(&self, node: &Node, key: &str) -> Outcome<String> {
        let Content::Scalar(Value::Text(text)) = &node.content else {
            return Err(self.wrong(node, key, "a text"));
        };
        // In a label of curves or panels these braces stand for a value, also within a formula.
        let (kept, is_label) = ('\u{E000}'.to_string(), matches!(key, "labels" | "facet_label"));
        let text = if is_label { text.replace("{}", &kept) } else { text.clone() };
        let read = plain(&text).map(|text| if is_label { text.replace(&kept, "{}") } else { text });
        read.map_err(|reason| {
            let sentence = format!("`{key}` has a formula that cannot be drawn: {reason}");
            let help = "between two $, a label may have Greek letters, signs, and what LaTeX lowers with _ and raises with ^; \\$ is a dollar";
            self.document.problem(&node.span, sentence, "found here").help(help)
        })
    }

    /// One of the values of an enumeration.
    fn choice<T: ValueEnum>(&self, key: &str, what: &str) -> Outcome<Option<T>> {
        let name = |value: &T| value.to_possible_value().map(|value| value.get_name().to_owned());
        let known: Vec<String> = T::value_variants().iter().filter_map(name).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let found = self.name(key, Some(&known), what)?;
        Ok(found.and_then(|text| T::from_str(&text, false).ok()))
    }

    /// Whether power laws are fitted, which needs logarithmic axes.
    fn fit(&self, several: bool) -> Outcome<bool> {
        let problem = |key: &str, sentence: &str| {
            let span = self.node(key).map_or(&self.entry.span, |node| &node.span);
            self.document.problem(span, sentence, "found here")
        };
        if !self.flag("fit")?.unwrap_or(false) {
            return match self.node("fit_range") {
                Some(_) => Err(problem("fit_range", "`fit_range` needs `fit = true`")),
                None => Ok(false),
            };
        }
        if !self.flag("x_log")?.unwrap_or(false) || !self.flag("y_log")?.unwrap_or(false) {
            let sentence = "`fit` fits power laws, which are lines where both axes are logarithmic";
            return Err(problem("fit", sentence).help("add x_log = true and y_log = true"));
        }
        if several && self.node("facets").is_some() {
            let sentence =
                "`fit` with `facets` needs panels of one curve each, whose slopes stand above them";
            return Err(problem("fit", sentence));
        }
        Ok(true)
    }

    /// The axis with a panel per value: one that the panels do not show themselves.
    fn facets(&self, axes: Option<&[&str]>) -> Outcome<Option<String>> {
        let Some(node) = self.node("facets") else {
            return match self.node("facet_label") {
                Some(node) => {
                    let sentence = "`facet_label` names panels, and the figure has no `facets`".to_owned();
                    Err(self.document.problem(&node.span, sentence, "found here"))
                }
                None => Ok(None),
            };
        };
        let name = self.name_of(node, "facets", axes, "an axis of the sweep")?;
        let is_shown =
            |key: &&str| self.node(key).is_some_and(|other| other.value() == Value::Text(name.clone()));
        match ["x", "y", "series", "along"].iter().find(|key| is_shown(key)) {
            None => Ok(Some(name)),
            Some(key) => {
                let sentence = format!(
                    "`facets` and `{key}` are the same axis, `{name}`: each panel would show one value of it"
                );
                let problem = self.document.problem(&node.span, sentence, "found here");
                Err(problem.help("facets are of an axis that is not shown otherwise"))
            }
        }
    }

    /// How many trials of a cell are shown.
    fn trials(&self) -> Outcome<Option<u64>> {
        let Some(node) = self.node("trials") else { return Ok(None) };
        let allowed = "a whole number from 2 to 100 000";
        match node.content {
            Content::Scalar(Value::Integer(trials @ 2..=100_000)) => Ok(Some(trials.unsigned_abs())),
            _ => Err(self.wrong(node, "trials", allowed)),
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
