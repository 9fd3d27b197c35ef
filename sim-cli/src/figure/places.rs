//! What stands where in a figure, for pages on which one points at it.

use super::axes::Axes;
use super::axis::Axis;
use super::canvas::POINT;
use super::curves::Curves;
use super::geometry::{Rect, Spot};
use super::heat_map::HeatMap;
use super::regions::Regions;
use super::thinning::{MANY, Squares};
use super::tornado::{Tornado, TornadoRow};
use super::violins::{Violin, Violins};

/// A point or a cell of a figure: its area in the units of the SVG's view box, and what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Left edge.
    pub left: f64,
    /// Upper edge; y grows downward.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Lines such as `depth: 3`.
    pub text: String,
}

/// Half the side of the area of a point, in units.
const REACH: f64 = 3.5 * POINT;

impl Place {
    fn new(area: &Rect, text: String) -> Self {
        Self { left: area.left, top: area.top, width: area.width(), height: area.height(), text }
    }

    fn around((x, y): Spot, text: String) -> Self {
        Self::new(&Rect { left: x, top: y, right: x, bottom: y }.grown(REACH), text)
    }
}

impl Curves {
    /// The simulated points, and those of theory lines that have none. Points outside the axes have no place. Where there are more than a hand can
    /// tell apart, the first in each small square has one.
    pub(super) fn places_on(&self, axes: &Axes) -> Vec<Place> {
        let frame = axes.frame.grown(POINT);
        let count: usize =
            self.series.iter().map(|series| series.points.len().max(series.theory.len())).sum();
        let mut squares = Squares::new(&axes.frame, MANY as f64);
        let mut free = |spot: Spot| count <= MANY || squares.take(spot);
        let mut places = Vec::new();
        let mut add = |x: f64, y: f64, label: &str, value: String| {
            let (Some(across), Some(up)) = (axes.x.place(x), axes.y.place(y)) else { return };
            if frame.holds((across, up)) && free((across, up)) {
                let lines = [plain(label), line(&self.x, x), format!("{}: {value}", name(&self.y, "y"))];
                let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
                places.push(Place::around((across, up), lines.join("\n")));
            }
        };
        for series in &self.series {
            for point in &series.points {
                let interval = point
                    .interval
                    .map_or(String::new(), |(low, high)| format!(" [{}, {}]", short(low), short(high)));
                add(point.x, point.y, &series.label, short(point.y) + &interval);
            }
            if series.points.is_empty() {
                series.theory.iter().for_each(|&(x, y)| add(x, y, &series.label, short(y)));
            }
        }
        places
    }
}

impl HeatMap {
    /// The cells that have a value and lie inside the axes.
    pub(super) fn places_on(&self, axes: &Axes) -> Vec<Place> {
        let label = if self.colors.label.is_empty() { "value".to_owned() } else { plain(&self.colors.label) };
        let text = |cell: usize| {
            let value = self.values[cell];
            let (x, y) = (self.xs[cell % self.xs.len()], self.ys[cell / self.xs.len()]);
            let lines = [line(&self.x, x), line(&self.y, y), format!("{label}: {}", short(value))];
            (!value.is_nan()).then(|| lines.join("\n"))
        };
        cells(axes, self.grid().edges(), text)
    }
}

impl Regions {
    /// The cells in which somebody is ahead and that lie inside the axes.
    pub(super) fn places_on(&self, axes: &Axes) -> Vec<Place> {
        let text = |cell: usize| {
            let name = plain(&self.names[self.winners[cell]?]);
            let (x, y) = (self.xs[cell % self.xs.len()], self.ys[cell / self.xs.len()]);
            Some([line(&self.x, x), line(&self.y, y), format!("ahead: {name}")].join("\n"))
        };
        cells(axes, self.grid().edges(), text)
    }
}

impl Tornado {
    /// The bars.
    pub(super) fn places_on(&self, axes: &Axes) -> Vec<Place> {
        let text = |row: &TornadoRow| {
            let ends = row.ends.iter().flatten().map(|end| {
                let interval = end.interval.filter(|(low, high)| low < high);
                let interval = interval
                    .map_or(String::new(), |(low, high)| format!(" [{}, {}]", short(low), short(high)));
                format!("{}: {}{interval}", end.at, short(end.value))
            });
            [plain(&row.name)].into_iter().chain(ends).collect::<Vec<_>>().join("\n")
        };
        self.bars(axes).into_iter().map(|(area, row)| Place::new(&area, text(row))).collect()
    }
}

impl Violins {
    /// The violins, with their quartiles.
    pub(super) fn places_on(&self, axes: &Axes) -> Vec<Place> {
        let text = |violin: &Violin, [low, median, high]: [f64; 3]| {
            let count = violin.values.len();
            format!(
                "{}\nmedian: {}\nquartiles: {} to {}\nvalues: {count}",
                plain(&violin.name),
                short(median),
                short(low),
                short(high)
            )
        };
        let boxes = self.boxes(axes).into_iter();
        boxes.map(|(area, violin, quartiles)| Place::new(&area, text(violin, quartiles))).collect()
    }
}

/// The cells of a grid with these edges that have a text and lie inside the axes: first all of the first row.
fn cells(
    axes: &Axes,
    (x_edges, y_edges): (Vec<f64>, Vec<f64>),
    text: impl Fn(usize) -> Option<String>,
) -> Vec<Place> {
    let frame = &axes.frame;
    let across = |&x: &f64| axes.x.place_or_below(x).clamp(frame.left, frame.right);
    let upward = |&y: &f64| axes.y.place_or_below(y).clamp(frame.top, frame.bottom);
    let across: Vec<f64> = x_edges.iter().map(across).collect();
    let upward: Vec<f64> = y_edges.iter().map(upward).collect();
    let rows = upward.windows(2).flat_map(|rows| across.windows(2).map(move |columns| (columns, rows)));
    let areas = rows.map(|(columns, rows)| Rect {
        left: columns[0],
        right: columns[1],
        top: rows[1],
        bottom: rows[0],
    });
    let seen = areas.enumerate().filter(|(_, area)| area.width() > 0.0 && area.height() > 0.0);
    seen.filter_map(|(cell, area)| Some(Place::new(&area, text(cell)?))).collect()
}

fn line(axis: &Axis, value: f64) -> String {
    format!("{}: {}", name(axis, "x"), short(value))
}

fn name(axis: &Axis, otherwise: &str) -> String {
    if axis.label.is_empty() { otherwise.to_owned() } else { plain(&axis.label) }
}

/// A label without the marks of raised and lowered parts.
pub(super) fn plain(label: &str) -> String {
    label.replace("_{", "_").replace("^{", "^").replace('}', "")
}

/// Six digits.
fn short(value: f64) -> String {
    let text = format!("{value:.5e}");
    text.parse::<f64>().map_or(text, sim_models::registry::number)
}
