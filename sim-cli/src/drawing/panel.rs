//! From the columns of a data set to what a figure shows.

use std::collections::HashSet;
use std::path::Path;

use super::distribution::{self, Shown};
use super::grid::{Grid, distinct};
use crate::dataset::Table;
use crate::figure::{
    Axis, ColorMap, ColorScale, Contour, Curves, Facet, Facets, HeatMap, Panel, Point, PowerLaw, Regions,
    Scale, Series, VerticalMark,
};
use crate::problem::{Outcome, Problem};
use crate::scenario::{FigureKind, FigureSpec, Scenario};
use crate::search::trace::{Limit, Trace};
use crate::sensitivity;

/// The panel of a scenario's figure over the columns of its data set, which is in `directory`.
pub fn panel(scenario: &Scenario, spec: &FigureSpec, table: &Table, directory: &Path) -> Outcome<Panel> {
    let trace = Trace::of(scenario, table);
    let scattered = scenario.plan.sample.is_some() || !scenario.plan.cells.is_empty();
    let confidence = scenario.stop.confidence.get();
    let data = Data { table, spec, trace: trace.as_ref(), scattered, confidence };
    match spec.kind {
        FigureKind::Curves if spec.facets.is_some() => data.curve_facets().map(Panel::Facets),
        FigureKind::HeatMap if spec.facets.is_some() => {
            data.facets(|rows| data.heat_map(rows)).map(Panel::HeatMapFacets)
        }
        FigureKind::Regions if spec.facets.is_some() => {
            data.facets(|rows| data.regions(rows)).map(Panel::RegionFacets)
        }
        FigureKind::Curves => data.curves(&data.all_rows()).map(Panel::Curves),
        FigureKind::HeatMap => data.heat_map(&data.all_rows()).map(Panel::HeatMap),
        FigureKind::Regions => data.regions(&data.all_rows()).map(Panel::Regions),
        FigureKind::Ecdf => {
            let x = data.axis(spec.x_label.as_ref(), &spec.x, spec.x_log, spec.x_range);
            let y_label = spec.y_label.clone().unwrap_or_else(|| "share of trials".to_owned());
            let y = Axis::linear(y_label).range(0.0, 1.0);
            distribution::ecdf(&data.shown(directory, &spec.x)?, x, y, confidence).map(Panel::Curves)
        }
        FigureKind::Violin => {
            let x_label = spec.x_label.clone().unwrap_or_else(|| spec.x.replace('_', " "));
            let y = data.axis(spec.y_label.as_ref(), &spec.y[0], spec.y_log, spec.y_range);
            Ok(Panel::Violins(distribution::violins(data.shown(directory, &spec.y[0])?, x_label, y)))
        }
        FigureKind::Tornado => {
            let study = sensitivity::tornado(scenario, table)?;
            let x = data.axis(spec.x_label.as_ref(), study.quantity(), spec.x_log, spec.x_range);
            Ok(Panel::Tornado(study.figure(x, &spec.labels)))
        }
    }
}

/// The columns of a data set, seen by a figure.
struct Data<'a> {
    table: &'a Table,
    spec: &'a FigureSpec,
    /// The boundary whose searches the rows are.
    trace: Option<&'a Trace>,
    /// Whether rows next to each other on the axis differ in other parameters, too.
    scattered: bool,
    /// Of the intervals.
    confidence: f64,
}

impl Data<'_> {
    fn all_rows(&self) -> Vec<usize> {
        (0..self.table.rows()).collect()
    }

    /// The values of single trials by value of the axis that names them, or all together.
    fn shown(&self, directory: &Path, metric: &str) -> Outcome<Vec<Shown>> {
        let values = distribution::read(directory, metric)?;
        let cells = self.table.texts("cell").unwrap_or_default();
        let axis =
            if self.spec.kind == FigureKind::Violin { Some(&self.spec.x) } else { self.spec.series.as_ref() };
        let groups = self.groups(axis, &self.all_rows())?.into_iter().map(|(value, rows)| {
            let cells = rows.iter().filter_map(|row| cells.get(*row)?.as_ref());
            let all: Vec<Option<f64>> =
                cells.filter_map(|cell| values.get(cell)).flatten().copied().collect();
            let name = match (&self.spec.series, &value) {
                (Some(_), _) => self.label(0, metric, value.as_deref()),
                (None, Some(value)) => value.clone(),
                (None, None) => String::new(),
            };
            Shown { name, values: all.iter().flatten().copied().collect(), trials: all.len() }
        });
        Ok(groups.filter(|shown| !shown.values.is_empty()).collect())
    }

    /// A panel per value of the axis of facets, each of its rows.
    fn facets<T>(&self, content: impl Fn(&[usize]) -> Outcome<T>) -> Outcome<Facets<T>> {
        let key = self.spec.facets.as_ref().map_or("", String::as_str);
        let template = self.spec.facet_label.clone();
        let template = template.unwrap_or_else(|| format!("{} = {{}}", key.replace('_', " ")));
        let panels = self.groups(self.spec.facets.as_ref(), &self.all_rows())?;
        let panels = panels.into_iter().map(|(value, rows)| {
            let name = template.replace("{}", value.as_deref().unwrap_or("?"));
            Ok(Facet { name, content: content(&rows)? })
        });
        Ok(Facets { panels: panels.collect::<Outcome<_>>()? })
    }

    /// The same of curves, with the slope of a fitted law in the name of its panel.
    fn curve_facets(&self) -> Outcome<Facets<Curves>> {
        let mut facets = self.facets(|rows| self.curves(rows))?;
        for Facet { name, content } in &mut facets.panels {
            if let [law] = content.fits.as_slice() {
                name.push_str(&format!(", slope {}", law.slope()));
            }
            // A single curve has its name above it.
            if let [series] = content.series.as_mut_slice() {
                series.label.clear();
            }
        }
        Ok(facets)
    }

    fn numbers(&self, column: &str) -> Outcome<&[Option<f64>]> {
        self.table.numbers(column).ok_or_else(|| {
            Problem::input(format!(
                "the figure needs numbers, but the column `{column}` of the data set has none"
            ))
        })
    }

    /// The column of a metric or, where there is no metric of that name, of a prediction.
    fn quantity(&self, name: &str) -> Outcome<&[Option<f64>]> {
        match self.table.numbers(name) {
            Some(column) => Ok(column),
            None => self.numbers(&format!("predicted_{name}")),
        }
    }

    fn axis(&self, label: Option<&String>, name: &str, log: bool, range: Option<(f64, f64)>) -> Axis {
        let scale = if log { Scale::Log } else { Scale::Linear };
        Axis { label: label.cloned().unwrap_or_else(|| name.replace('_', " ")), scale, range }
    }

    /// The map of these rows.
    fn heat_map(&self, rows: &[usize]) -> Outcome<HeatMap> {
        let spec = self.spec;
        let grid = self.grid(rows)?;
        let values = |column: &[Option<f64>]| {
            grid.fill(rows.iter().map(|&row| column[row].unwrap_or(f64::NAN)), f64::NAN)
        };
        let color = spec.color.clone().unwrap_or_default();
        let contours = spec.contours.iter().map(|contour| {
            let values = values(self.numbers(&format!("predicted_{}", contour.prediction))?);
            Ok(Contour { label: contour.label.clone(), level: contour.level, values })
        });
        Ok(HeatMap {
            x: self.axis(spec.x_label.as_ref(), &spec.x, spec.x_log, spec.x_range),
            y: self.axis(spec.y_label.as_ref(), &spec.y[0], spec.y_log, spec.y_range),
            values: values(self.quantity(&color)?),
            colors: ColorScale {
                label: spec.color_label.clone().unwrap_or_else(|| color.replace('_', " ")),
                range: spec.color_range,
                map: spec.color_center.map_or(ColorMap::Sequential, |center| ColorMap::Diverging { center }),
            },
            contours: contours.collect::<Outcome<_>>()?,
            xs: grid.xs,
            ys: grid.ys,
        })
    }

    /// The regions of these rows. A metric is ahead in a cell if its interval lies above those of all others.
    fn regions(&self, rows: &[usize]) -> Outcome<Regions> {
        let spec = self.spec;
        let columns = spec.among.iter().map(|metric| {
            let column = |suffix: &str| self.numbers(&format!("{metric}{suffix}"));
            Ok((column("_low")?, column("_high")?))
        });
        let columns: Vec<_> = columns.collect::<Outcome<_>>()?;
        let ahead = |row: usize| {
            (0..columns.len()).find(|&one| {
                let low = columns[one].0[row];
                let above = |high: Option<f64>| matches!((low, high), (Some(low), Some(high)) if low > high);
                (0..columns.len()).filter(|&other| other != one).all(|other| above(columns[other].1[row]))
            })
        };
        let grid = self.grid(rows)?;
        let name = |(index, metric): (usize, &String)| self.label(index, metric, None);
        Ok(Regions {
            x: self.axis(spec.x_label.as_ref(), &spec.x, spec.x_log, spec.x_range),
            y: self.axis(spec.y_label.as_ref(), &spec.y[0], spec.y_log, spec.y_range),
            winners: grid.fill(rows.iter().copied().map(ahead), None),
            names: spec.among.iter().enumerate().map(name).collect(),
            xs: grid.xs,
            ys: grid.ys,
        })
    }

    /// The grid of a map, the same in all panels, and where these rows of the data set lie in it.
    fn grid(&self, rows: &[usize]) -> Outcome<Grid> {
        let (x, y) = (self.numbers(&self.spec.x)?, self.numbers(&self.spec.y[0])?);
        let (xs, ys) = (distinct(x), distinct(y));
        let place = |values: &[f64], value: Option<f64>| {
            value.and_then(|value| values.binary_search_by(|v| v.total_cmp(&value)).ok())
        };
        let cell = |row: usize| Some(place(&ys, y[row])? * xs.len() + place(&xs, x[row])?);
        Ok(Grid { cells: rows.iter().copied().map(cell).collect(), xs, ys })
    }

    /// The curves over these rows.
    fn curves(&self, rows: &[usize]) -> Outcome<Curves> {
        let spec = self.spec;
        let x_axis = self.axis(spec.x_label.as_ref(), &spec.x, spec.x_log, spec.x_range);
        // One metric names the axis; several have their names at the curves.
        let name = if let [metric] = spec.y.as_slice() { metric } else { "" };
        let y_axis = self.axis(spec.y_label.as_ref(), name, spec.y_log, spec.y_range);
        let mut curves = Curves::new(x_axis, y_axis);
        curves.scattered = self.scattered;
        for (index, metric) in spec.y.iter().enumerate() {
            // All panels have the same series in the same order.
            for (name, group) in self.groups(spec.series.as_ref(), &self.all_rows())? {
                let label = self.label(index, metric, name.as_deref());
                let rows: Vec<usize> =
                    group.into_iter().filter(|row| rows.binary_search(row).is_ok()).collect();
                curves.series.push(self.series(label, metric, &rows)?);
            }
        }
        if spec.facets.is_none() {
            curves.series.extend(self.limit());
        }
        if spec.fit {
            self.fit(&mut curves);
        }
        // Cells may lack a metric that others have. If none has it, the figure says so.
        let empty = |series: &Series| series.points.is_empty() && series.theory.is_empty();
        if spec.facets.is_none() && !curves.series.iter().all(empty) {
            curves.series.retain(|series| !empty(series));
        }
        if spec.front {
            curves.series.push(front(&curves.series));
        }
        for mark in &spec.marks {
            let column = self.numbers(&format!("predicted_{}", mark.prediction))?;
            let column: Vec<Option<f64>> = rows.iter().map(|&row| column[row]).collect();
            match distinct(&column).as_slice() {
                [] => crate::output::warn(&format!(
                    "`{}` does not exist here, so it is not marked",
                    mark.prediction
                )),
                [x] => curves.marks.push(VerticalMark { x: *x, label: mark.label.clone() }),
                _ => {
                    let sentence =
                        format!("`{}` differs between cells, so it cannot be one mark", mark.prediction);
                    return Err(Problem::input(sentence));
                }
            }
        }
        Ok(curves)
    }

    /// Fits a power law to every curve: to its points, or to its line if it has none.
    fn fit(&self, curves: &mut Curves) {
        let (low, high) = self.spec.fit_range.unwrap_or((0.0, f64::INFINITY));
        for series in &mut curves.series {
            let line = series.theory.iter().map(|&(x, y)| Point::new(x, y));
            let points: Vec<Point> =
                if series.points.is_empty() { line.collect() } else { series.points.clone() };
            let within: Vec<Point> =
                points.into_iter().filter(|point| (low..=high).contains(&point.x)).collect();
            let Some(law) = PowerLaw::through(&within, self.confidence) else {
                let name = if series.label.is_empty() { "the curve" } else { &series.label };
                crate::output::warn(&format!(
                    "no power law is fitted to {name}: it takes three points above 0 within the range"
                ));
                continue;
            };
            let law = if series.points.is_empty() { law.without_error() } else { law };
            if self.spec.facets.is_none() {
                let comma = if series.label.is_empty() { "" } else { ", " };
                series.label = format!("{}{comma}slope {}", series.label, law.slope());
            }
            curves.fits.push(law);
        }
    }

    /// Those of the rows with each value of an axis, in the order of the axis; all of them where there is no such axis.
    fn groups(&self, axis: Option<&String>, rows: &[usize]) -> Outcome<Vec<(Option<String>, Vec<usize>)>> {
        let Some(key) = axis else { return Ok(vec![(None, rows.to_vec())]) };
        let rows = rows.iter().copied();
        if let Some(column) = self.table.numbers(key) {
            let groups = group(rows.map(|row| column[row].map(f64::to_bits)));
            let values: Vec<f64> = groups.iter().filter_map(|(bits, _)| bits.map(f64::from_bits)).collect();
            let digits = (3..17).find(|&digits| all_distinct(&values, digits)).unwrap_or(17);
            let name = |bits: Option<u64>| bits.map(|bits| rounded(f64::from_bits(bits), digits));
            return Ok(groups.into_iter().map(|(bits, rows)| (name(bits), rows)).collect());
        }
        let column = self.table.texts(key).unwrap_or_default();
        Ok(group(rows.map(|row| column.get(row).cloned().flatten())))
    }

    fn label(&self, index: usize, metric: &str, value: Option<&str>) -> String {
        let template = self.spec.labels.get(index).cloned().unwrap_or_else(|| {
            let metric = metric.replace('_', " ");
            match (&self.spec.series, self.spec.y.len()) {
                (Some(key), 1) => format!("{key} = {{}}"),
                (Some(key), _) => format!("{metric}, {key} = {{}}"),
                (None, _) => metric,
            }
        });
        template.replace("{}", value.unwrap_or_default())
    }

    /// The boundary without signal, beside those at the signals that are the series.
    fn limit(&self) -> Option<Series> {
        let trace = self.trace?;
        let vanishing = trace.vanishing().filter(|key| self.spec.series.as_deref() == Some(*key))?;
        if self.spec.y != [trace.along()] || trace.limits().is_empty() {
            return None;
        }
        let x = |limit: &Limit| limit.cell.iter().find(|(key, _)| *key == self.spec.x)?.1.as_number();
        let mut limits: Vec<(f64, &Limit)> =
            trace.limits().iter().filter_map(|limit| Some((x(limit)?, limit))).collect();
        limits.sort_by(|a, b| a.0.total_cmp(&b.0));
        let points = limits.iter().map(|&(x, limit)| {
            let (low, high) = (limit.boundary.low, limit.boundary.high);
            Point::with_interval(x, 0.5 * (low + high), low, high)
        });
        let theory = limits.iter().filter_map(|&(x, limit)| Some((x, limit.predicted?)));
        let theory = theory.filter(|_| self.spec.theory).collect();
        let label = match self.spec.labels.first() {
            Some(template) => template.replace("= {}", "→ 0").replace("{}", "→ 0"),
            None => format!("{vanishing} → 0"),
        };
        Some(Series { label, points: points.collect(), theory, ..Series::default() })
    }

    fn series(&self, label: String, metric: &str, rows: &[usize]) -> Outcome<Series> {
        let x = self.numbers(&self.spec.x)?;
        let (value, low, high) = (
            self.numbers(metric)?,
            self.numbers(&format!("{metric}_low"))?,
            self.numbers(&format!("{metric}_high"))?,
        );
        let predicted = self
            .table
            .numbers(&format!("predicted_{metric}"))
            .filter(|_| self.spec.theory && !self.scattered);
        let mut rows: Vec<usize> = rows.iter().copied().filter(|&row| x[row].is_some()).collect();
        rows.sort_by(|&a, &b| x[a].partial_cmp(&x[b]).unwrap_or(std::cmp::Ordering::Equal));
        let points = rows.iter().filter_map(|&row| {
            let (x, y) = (x[row]?, value[row]?);
            Some(Point::with_interval(x, y, low[row]?, high[row]?))
        });
        let theory = predicted
            .into_iter()
            .flat_map(|column| rows.iter().filter_map(|&row| Some((x[row]?, column[row]?))));
        Ok(Series { label, points: points.collect(), theory: theory.collect(), ..Series::default() })
    }
}

/// The Pareto front of all points: a line through those that no point beats that lies as far left or further.
fn front(series: &[Series]) -> Series {
    let mut points: Vec<(f64, f64)> =
        series.iter().flat_map(|series| &series.points).map(|point| (point.x, point.y)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (x, y) in points {
        if line.last().is_none_or(|&(last, best)| y > best && x > last) {
            line.push((x, y));
        }
    }
    Series { label: "Pareto front".into(), theory: line, ..Series::default() }
}

/// Indices of equal keys, in the order in which the keys first appear.
fn group<K: PartialEq>(keys: impl Iterator<Item = K>) -> Vec<(K, Vec<usize>)> {
    let mut groups: Vec<(K, Vec<usize>)> = Vec::new();
    for (index, key) in keys.enumerate() {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, indices)) => indices.push(index),
            None => groups.push((key, vec![index])),
        }
    }
    groups
}

fn all_distinct(values: &[f64], digits: usize) -> bool {
    let names: HashSet<String> = values.iter().map(|x| rounded(*x, digits)).collect();
    names.len() == values.len()
}

/// A number with at most so many significant digits, for a label.
fn rounded(x: f64, digits: usize) -> String {
    let text = format!("{x:.*e}", digits.saturating_sub(1));
    text.parse::<f64>().map_or(text, sim_models::registry::number)
}
