//! Which metrics and predictions the cells of a scenario have, so that a figure can be checked before anything runs.

use std::ops::Range;

use sim_models::registry::{AnyModel, Value, Values};

use super::figure::TRIALS;
use super::{FigureKind, FigureSpec, Scenario};
use crate::problem::Outcome;

/// Names of metrics and predictions, in the order of the cells.
#[derive(Debug, Default)]
pub struct Quantities {
    metrics: Vec<String>,
    predictions: Vec<String>,
}

impl Quantities {
    /// Names of quantities, in this order, without repetition.
    fn add(names: &mut Vec<String>, more: impl IntoIterator<Item = impl AsRef<str>>) {
        for name in more {
            if names.iter().all(|known| known != name.as_ref()) {
                names.push(name.as_ref().to_owned());
            }
        }
    }

    /// The quantities of all cells.
    pub fn of_all(model: &dyn AnyModel, scenario: &Scenario) -> Outcome<Self> {
        let mut known = Self::default();
        known.add_cells(model, scenario, 0..scenario.cell_count()?, |_| false);
        Ok(known)
    }

    /// The quantities over which cells search, at the lower ends of the search.
    pub fn of_searched(model: &dyn AnyModel, scenario: &Scenario) -> Outcome<Self> {
        let mut at_ends = scenario.clone();
        let boundary = scenario.boundary.iter().map(|own| (own.along.clone(), Value::Real(own.from)));
        let optimized = scenario.optimize.iter().flat_map(|own| &own.ranges);
        at_ends.parameters.extend(boundary.chain(optimized.map(|range| (range.key.clone(), range.at(0.0)))));
        Self::of_all(model, &at_ends)
    }

    /// The quantities of these cells, up to the cell with which all are there that `figure` draws. Cells that
    /// cannot run have none.
    pub fn for_figure(
        figure: &FigureSpec,
        model: &dyn AnyModel,
        scenario: &Scenario,
        cells: Range<usize>,
    ) -> Self {
        let mut known = Self::default();
        known.add_cells(model, scenario, cells, |known| known.draw(figure));
        known
    }

    /// The quantities of one cell.
    pub fn of_cell(model: &dyn AnyModel, scenario: &Scenario, index: usize) -> Self {
        let mut known = Self::default();
        known.add_cells(model, scenario, index..index + 1, |_| true);
        known
    }

    /// Adds the quantities of these cells, until all are there that are needed.
    fn add_cells(
        &mut self,
        model: &dyn AnyModel,
        scenario: &Scenario,
        cells: Range<usize>,
        suffices: impl Fn(&Self) -> bool,
    ) {
        let parameters = model.parameters();
        for index in cells {
            let Ok(values) = Values::resolve(&parameters, &scenario.cell(index)) else { continue };
            let (Ok(metrics), Ok(forecast)) = (model.metrics_of(&values), model.predictions_of(&values))
            else {
                continue;
            };
            let same_everywhere = metrics.is_none() && forecast.is_none();
            match metrics {
                Some(metrics) => Self::add(&mut self.metrics, metrics.iter().map(|metric| &metric.name)),
                None => Self::add(&mut self.metrics, model.metrics().iter().map(|metric| metric.name)),
            }
            match forecast {
                Some(own) => Self::add(&mut self.predictions, own.predictions.iter().map(|own| &own.name)),
                None => Self::add(&mut self.predictions, model.predictions().iter().map(|info| info.name)),
            }
            if same_everywhere || suffices(self) {
                break;
            }
        }
    }

    /// Whether everything that the figure draws is known.
    fn draw(&self, figure: &FigureSpec) -> bool {
        let metric = |name: &String| self.metrics.contains(name);
        let prediction = |name: &String| self.predictions.contains(name);
        let lines = figure.contours.iter().map(|contour| &contour.prediction);
        let lines = lines.chain(figure.marks.iter().map(|mark| &mark.prediction));
        // The axes of a map are parameters.
        let shown = if figure.kind.is_map() { &figure.among } else { &figure.y };
        let across = (figure.kind == FigureKind::Ecdf).then_some(&figure.x);
        shown.iter().chain(across).all(metric)
            && figure.color.iter().all(|name| metric(name) || prediction(name) || name == TRIALS)
            && lines.into_iter().all(prediction)
    }

    /// Names of the metrics.
    pub fn metrics(&self) -> Vec<&str> {
        self.metrics.iter().map(String::as_str).collect()
    }

    /// Names of the predictions.
    pub fn predictions(&self) -> Vec<&str> {
        self.predictions.iter().map(String::as_str).collect()
    }
}
