//! From a data set to the files of its figure.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::dataset::{Directory, Table, write_file};
use crate::figure::{
    Axis, ColorMap, ColorScale, Contour, Curves, Drawing, Figure, FigureError, HeatMap, Panel, Point,
    Regions, Scale, Series, VerticalMark, Width,
};
use crate::problem::{Outcome, Problem};
use crate::scenario::{FigureKind, FigureSpec, Scenario};
use crate::search::trace::{Limit, Trace};

/// A type of figure file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileType {
    /// Vector graphics for the web.
    Svg,
    /// Vector graphics for papers, with embedded fonts.
    Pdf,
    /// Pixels.
    Png,
}

/// Which files are drawn.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// One column, 3.35 inches.
    pub single: bool,
    /// Two columns, 6.9 inches.
    pub double: bool,
    /// File types.
    pub types: Vec<FileType>,
    /// Dots per inch of pixel files.
    pub dpi: u32,
}

impl Default for Sheet {
    fn default() -> Self {
        Self {
            single: true,
            double: true,
            types: vec![FileType::Svg, FileType::Pdf, FileType::Png],
            dpi: 300,
        }
    }
}

/// Draws the figure of `scenario` from the data set in `directory` into files in `out`, and returns their names: `figure`
/// for one column and `figure-wide` for two.
pub fn draw(directory: &Directory, scenario: &Scenario, sheet: &Sheet, out: &Path) -> Outcome<Vec<PathBuf>> {
    let Some(spec) = &scenario.figure else { return Ok(Vec::new()) };
    spec.check(scenario)?;
    let table = Table::read(&directory.data_path())?;
    let missing = scenario.cell_count()?.saturating_sub(table.rows());
    if missing > 0 {
        crate::output::warn(&format!(
            "{missing} cells are missing in the figure; repeat the sweep to have them"
        ));
    }
    let failed = table.texts("error").map_or(0, |errors| errors.iter().flatten().count());
    if failed > 0 {
        crate::output::warn(&format!("{failed} failed cells are missing in the figure"));
    }
    let panel = panel(scenario, spec, &table)?;
    let widths = [(sheet.single, Width::Single, "figure"), (sheet.double, Width::Double, "figure-wide")];
    let mut files = Vec::new();
    for (_, width, name) in widths.into_iter().filter(|(wanted, ..)| *wanted) {
        let figure = Figure { title: spec.title.clone(), width, panel: panel.clone() };
        let drawing = figure.render().map_err(|error| explain(&error))?;
        for file_type in &sheet.types {
            files.push(write(&drawing, *file_type, sheet.dpi, &out.join(name))?);
        }
        if files.len() == sheet.types.len() {
            for note in drawing.notes() {
                crate::output::warn(note);
            }
        }
    }
    Ok(files)
}

fn write(drawing: &Drawing, file_type: FileType, dpi: u32, stem: &Path) -> Outcome<PathBuf> {
    let (extension, bytes) = match file_type {
        FileType::Svg => ("svg", drawing.svg().as_bytes().to_vec()),
        FileType::Pdf => ("pdf", drawing.pdf().map_err(|error| explain(&error))?),
        FileType::Png => ("png", drawing.png(dpi).map_err(|error| explain(&error))?),
    };
    let path = stem.with_extension(extension);
    write_file(&path, &bytes)?;
    Ok(path)
}

/// The bytes of a drawing in a file of this name; without an ending that says otherwise, SVG.
pub fn encoded(drawing: &Drawing, out: &Path) -> Outcome<Vec<u8>> {
    match out.extension().and_then(|ending| ending.to_str()) {
        Some("pdf") => drawing.pdf().map_err(|error| explain(&error)),
        Some("png") => drawing.png(Sheet::default().dpi).map_err(|error| explain(&error)),
        _ => Ok(drawing.svg().as_bytes().to_vec()),
    }
}

/// Why a figure cannot be drawn.
pub fn explain(error: &FigureError) -> Problem {
    Problem::input(format!("the figure cannot be drawn: {error}"))
}

/// The panel of a scenario's figure over the columns of its data set.
pub fn panel(scenario: &Scenario, spec: &FigureSpec, table: &Table) -> Outcome<Panel> {
    let trace = Trace::of(scenario, table);
    let scattered = scenario.plan.sample.is_some() || !scenario.plan.cells.is_empty();
    Data { table, spec, trace: trace.as_ref(), scattered }.panel()
}

/// The columns of a data set, seen by a figure.
struct Data<'a> {
    table: &'a Table,
    spec: &'a FigureSpec,
    /// The boundary whose searches the rows are.
    trace: Option<&'a Trace>,
    /// Whether rows next to each other on the axis differ in other parameters, too.
    scattered: bool,
}

impl Data<'_> {
    fn panel(&self) -> Outcome<Panel> {
        match self.spec.kind {
            FigureKind::Curves => self.curves().map(Panel::Curves),
            FigureKind::HeatMap => self.heat_map().map(Panel::HeatMap),
            FigureKind::Regions => self.regions().map(Panel::Regions),
        }
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

    fn heat_map(&self) -> Outcome<HeatMap> {
        let spec = self.spec;
        let grid = self.grid()?;
        let values = |column: &[Option<f64>]| {
            grid.fill(column.iter().map(|value| value.unwrap_or(f64::NAN)), f64::NAN)
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

    /// A metric is ahead in a cell if its interval lies above those of all others.
    fn regions(&self) -> Outcome<Regions> {
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
        let grid = self.grid()?;
        let name = |(index, metric): (usize, &String)| self.label(index, metric, None);
        Ok(Regions {
            x: self.axis(spec.x_label.as_ref(), &spec.x, spec.x_log, spec.x_range),
            y: self.axis(spec.y_label.as_ref(), &spec.y[0], spec.y_log, spec.y_range),
            winners: grid.fill((0..self.table.rows()).map(ahead), None),
            names: spec.among.iter().enumerate().map(name).collect(),
            xs: grid.xs,
            ys: grid.ys,
        })
    }

    /// The grid of a map, and where the rows of the data set lie in it.
    fn grid(&self) -> Outcome<Grid> {
        let (x, y) = (self.numbers(&self.spec.x)?, self.numbers(&self.spec.y[0])?);
        let (xs, ys) = (distinct(x), distinct(y));
        let place = |values: &[f64], value: Option<f64>| {
            value.and_then(|value| values.binary_search_by(|v| v.total_cmp(&value)).ok())
        };
        let cell = |row: usize| Some(place(&ys, y[row])? * xs.len() + place(&xs, x[row])?);
        Ok(Grid { cells: (0..self.table.rows()).map(cell).collect(), xs, ys })
    }

    fn curves(&self) -> Outcome<Curves> {
        let spec = self.spec;
        let x_axis = self.axis(spec.x_label.as_ref(), &spec.x, spec.x_log, spec.x_range);
        // One metric names the axis; several have their names at the curves.
        let name = if let [metric] = spec.y.as_slice() { metric } else { "" };
        let y_axis = self.axis(spec.y_label.as_ref(), name, spec.y_log, spec.y_range);
        let mut curves = Curves::new(x_axis, y_axis);
        curves.scattered = self.scattered;
        for (index, metric) in spec.y.iter().enumerate() {
            for (name, rows) in self.groups()? {
                let label = self.label(index, metric, name.as_deref());
                curves.series.push(self.series(label, metric, &rows)?);
            }
        }
        curves.series.extend(self.limit());
        // Cells may lack a metric that others have. If none has it, the figure says so.
        let empty = |series: &Series| series.points.is_empty() && series.theory.is_empty();
        if !curves.series.iter().all(empty) {
            curves.series.retain(|series| !empty(series));
        }
        if spec.front {
            curves.series.push(front(&curves.series));
        }
        for mark in &spec.marks {
            let column = self.numbers(&format!("predicted_{}", mark.prediction))?;
            match distinct(column).as_slice() {
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

    /// Rows of each value of the series' axis, in the order of the axis; all rows where there is no such axis.
    fn groups(&self) -> Outcome<Vec<(Option<String>, Vec<usize>)>> {
        let rows = 0..self.table.rows();
        let Some(key) = &self.spec.series else { return Ok(vec![(None, rows.collect())]) };
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
        Some(Series { label, points: points.collect(), theory })
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
        Ok(Series { label, points: points.collect(), theory: theory.collect() })
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
    Series { label: "Pareto front".into(), points: Vec::new(), theory: line }
}

/// The cells of a map.
struct Grid {
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// By row of the data set: the cell, counted along the abscissas first.
    cells: Vec<Option<usize>>,
}

impl Grid {
    /// One item per cell, from one per row of the data set.
    fn fill<T: Clone>(&self, rows: impl Iterator<Item = T>, missing: T) -> Vec<T> {
        let mut items = vec![missing; self.xs.len() * self.ys.len()];
        for (cell, item) in self.cells.iter().zip(rows) {
            if let Some(cell) = cell {
                items[*cell] = item;
            }
        }
        items
    }
}

/// The different numbers of a column, increasing.
fn distinct(column: &[Option<f64>]) -> Vec<f64> {
    let mut values: Vec<f64> = column.iter().flatten().copied().filter(|x| x.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
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
