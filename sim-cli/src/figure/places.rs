//! What stands where in a figure, for pages on which one points at it.

use super::axes::Axes;
use super::axis::Axis;
use super::canvas::POINT;
use super::curves::Curves;
use super::geometry::{Rect, Spot};
use super::heat_map::HeatMap;

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
    /// The simulated points, and those of theory lines that have none. Points outside the axes have no place.
    pub(super) fn places(&self, axes: &Axes) -> Vec<Place> {
        let frame = axes.frame.grown(POINT);
        let mut places = Vec::new();
        let mut add = |x: f64, y: f64, label: &str, value: String| {
            let (Some(across), Some(up)) = (axes.x.place(x), axes.y.place(y)) else { return };
            if frame.holds((across, up)) {
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
    pub(super) fn places(&self, axes: &Axes) -> Vec<Place> {
        let (x_edges, y_edges) = self.edges();
        let frame = &axes.frame;
        let across: Vec<f64> =
            x_edges.iter().map(|&x| axes.x.place_or_below(x).clamp(frame.left, frame.right)).collect();
        let upward: Vec<f64> =
            y_edges.iter().map(|&y| axes.y.place_or_below(y).clamp(frame.top, frame.bottom)).collect();
        let mut places = Vec::new();
        for (row, line_of_cells) in self.values.chunks(self.xs.len()).enumerate() {
            for (column, &value) in line_of_cells.iter().enumerate() {
                let area = Rect {
                    left: across[column],
                    right: across[column + 1],
                    top: upward[row + 1],
                    bottom: upward[row],
                };
                if value.is_nan() || area.width() <= 0.0 || area.height() <= 0.0 {
                    continue;
                }
                let label =
                    if self.colors.label.is_empty() { "value".into() } else { plain(&self.colors.label) };
                let value = format!("{label}: {}", short(value));
                let lines = [line(&self.x, self.xs[column]), line(&self.y, self.ys[row]), value];
                places.push(Place::new(&area, lines.join("\n")));
            }
        }
        places
    }
}

fn line(axis: &Axis, value: f64) -> String {
    format!("{}: {}", name(axis, "x"), short(value))
}

fn name(axis: &Axis, otherwise: &str) -> String {
    if axis.label.is_empty() { otherwise.to_owned() } else { plain(&axis.label) }
}

/// A label without the marks of raised and lowered parts.
fn plain(label: &str) -> String {
    label.replace("_{", "_").replace("^{", "^").replace('}', "")
}

/// Six digits.
fn short(value: f64) -> String {
    let text = format!("{value:.5e}");
    text.parse::<f64>().map_or(text, sim_models::registry::number)
}
