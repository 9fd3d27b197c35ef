//! The figure of a scenario: which columns of the results are drawn, and how they are named.

mod read;

pub use self::read::{KINDS, figure_keys};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use sim_models::registry::{Unit, Value};

use super::axis::Axis;
use super::{Plan, Scenario, Scheme};
use crate::journal::Journal;
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
    /// How a metric is distributed over single trials: the share of trials below each value.
    Ecdf,
    /// How a metric is distributed over single trials: a violin per value of an axis.
    Violin,
    /// What the ends of each range of `[sample]` do to the quantity of `[sensitivity]`.
    Tornado,
}

/// What a figure is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FigureStyle {
    /// Columns of a journal: text of 7 to 8 points, black on white.
    Paper,
    /// Slides: text of 14 to 16 points, black on white.
    Slides,
    /// Slides and screens with a dark ground: text of 14 to 16 points.
    Dark,
}

/// Trials of a cell whose values are shown where a figure does not say how many.
pub const DEFAULT_SHOWN: u64 = 1000;
/// Most values of single trials in one figure: they are all in a file beside it.
const MOST_SHOWN: u64 = 2_000_000;

/// A figure as a scenario describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureSpec {
    /// What is drawn.
    pub kind: FigureKind,
    /// Text above it.
    pub title: Option<String>,
    /// Axis of the sweep that runs to the right; with `along` a metric. ECDF: a metric. Tornado: empty.
    pub x: String,
    /// Heat map and regions: axis of the sweep that runs upward. Curves: the metrics. Violins: a metric. Else empty.
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
    /// Curves, heat map and regions: axis of the sweep with one panel per value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<String>,
    /// Name of a panel, with `{}` for the value of the axis of facets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet_label: Option<String>,
    /// Curves on logarithmic axes: whether a power law is fitted to each.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fit: bool,
    /// Ends of the part of the horizontal axis to which power laws are fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit_range: Option<(f64, f64)>,
    /// ECDF and violins: how many trials of each cell are shown, at most; see [`DEFAULT_SHOWN`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<u64>,
    /// What it is drawn for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<FigureStyle>,
    /// Whose columns it fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
    /// Regions: names of the metrics. Tornado: names of the parameters, in the order of their ranges. Curves: the same, or one name with `{}` for the value of the series.
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

impl FigureKind {
    /// Whether `y` is an axis of the sweep, and not a metric.
    pub fn is_map(self) -> bool {
        matches!(self, Self::HeatMap | Self::Regions)
    }

    /// Whether it shows values of single trials.
    pub fn shows_trials(self) -> bool {
        matches!(self, Self::Ecdf | Self::Violin)
    }
}

impl FigureSpec {
    /// Checks that the figure shows every axis of the sweep, and that those along which it measures hold numbers. An axis
    /// that is not shown would lay cells over each other.
    pub fn check(&self, scenario: &Scenario) -> Outcome<()> {
        let sweep = &scenario.sweep[..];
        if self.kind == FigureKind::Tornado {
            return check_tornado(&scenario.plan);
        }
        if self.kind.shows_trials() {
            self.check_trials(scenario)?;
        }
        if self.y.is_empty() && self.kind != FigureKind::Ecdf {
            return Err(Problem::input("the figure has no `y`"));
        }
        // Violins stand side by side, whatever their axis holds.
        let measured = |axis: &Axis| {
            self.kind != FigureKind::Violin && axis.key == self.x
                || self.kind.is_map() && axis.key == self.y[0]
        };
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
        let naming = |axis: &&Axis| {
            [&self.series, &self.facets].contains(&&Some(axis.key.clone()))
                || self.kind == FigureKind::Violin && axis.key == self.x
        };
        let unnamed = sweep.iter().chain(&scenario.plan.zip).filter(naming).find_map(|axis| {
            let value = axis.values.iter().find(|value| matches!(value, Value::List(_) | Value::Table(_)));
            value.map(|value| (axis, value))
        });
        if let Some((axis, value)) = unnamed {
            let things = match self.kind {
                FigureKind::Violin => "violins",
                _ if self.facets.as_ref() == Some(&axis.key) => "panels",
                _ => "curves",
            };
            let sentence = format!(
                "the figure cannot name {things} by {}s, as the axis `{}` has",
                value.kind(),
                axis.key
            );
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
                || self.facets.as_ref() == Some(key)
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
                    .help("make it x, y, series or facets of the figure, or fix it with --set"))
            }
        }
    }

    /// Names what has no label by what it shows and its unit: `makespan (s)`.
    pub(super) fn name_axes(&mut self, units: &[(&str, Unit)]) {
        let label = |name: &str| {
            let (_, unit) = units.iter().find(|(known, _)| *known == name)?;
            let words = name.replace('_', " ");
            (!unit.name().is_empty()).then(|| format!("{words} ({})", unit.name()))
        };
        if self.x_label.is_none() {
            self.x_label = label(&self.x);
        }
        // Several metrics have their names at their curves.
        if let (None, [y]) = (&self.y_label, self.y.as_slice()) {
            self.y_label = label(y);
        }
        if self.color_label.is_none() {
            self.color_label = self.color.as_deref().and_then(label);
        }
    }

    /// Checks a figure of single trials: there are not too many, and cells are those of a grid.
    fn check_trials(&self, scenario: &Scenario) -> Outcome<()> {
        let plan = &scenario.plan;
        if !plan.cells.is_empty() || plan.sample.is_some() {
            return Err(Problem::input(
                "a figure of single trials shows the cells of [sweep]; neither `cells` nor [sample] is one",
            ));
        }
        if scenario.is_search() {
            return Err(Problem::input("a figure of single trials cannot show a search, which has none"));
        }
        let cells = scenario.cell_count()? as u64;
        let values = cells.saturating_mul(self.shown_trials());
        if values > MOST_SHOWN {
            let sentence = format!(
                "a figure shows at most {MOST_SHOWN} values of single trials; {cells} cells with {} trials each are {values}",
                self.shown_trials()
            );
            return Err(Problem::input(sentence).help("show fewer with `trials` of the figure"));
        }
        Ok(())
    }

    /// How many trials of each cell are shown, at most.
    pub fn shown_trials(&self) -> u64 {
        self.trials.unwrap_or(DEFAULT_SHOWN)
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
}

/// Checks that there is something of which a tornado is made.
fn check_tornado(plan: &Plan) -> Outcome<()> {
    let sample = plan.sample.as_ref();
    if sample.is_some_and(|sample| sample.scheme == Scheme::Tornado && sample.sensitivity.is_some()) {
        return Ok(());
    }
    let sentence = "a tornado shows a study of one parameter at a time, and the scenario has none";
    Err(Problem::input(sentence)
        .help("add [sample.ranges] and a table [sensitivity] with `quantity` and method = \"tornado\""))
}
