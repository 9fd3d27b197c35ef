//! A function of two parameters as colored cells, with contours of it or of other functions on top.

use super::axes::{Axes, Room};
use super::axis::{Axis, Scale, clamp_positive, in_bounds};
use super::canvas::{Canvas, POINT, Pen};
use super::color_bar::ColorBar;
use super::data::Rows;
use super::drawn::Drawn;
use super::geometry::Rect;
use super::palette::{ColorMap, Tone};
use super::places::Place;
use super::{FigureError, contour_lines};

/// A grid of colored cells.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// The horizontal axis; without a range it shows whole cells.
    pub x: Axis,
    /// The vertical axis; without a range it shows whole cells.
    pub y: Axis,
    /// Abscissas of the cells' centers, increasing.
    pub xs: Vec<f64>,
    /// Ordinates of the cells' centers, increasing.
    pub ys: Vec<f64>,
    /// One value a cell: first all cells with the first ordinate, by abscissa, and so on. NaN is hatched.
    pub values: Vec<f64>,
    /// What the colors mean.
    pub colors: ColorScale,
    /// Lines drawn on top.
    pub contours: Vec<Contour>,
}

/// How values become colors, and what the color bar says.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorScale {
    /// Label of the color bar.
    pub label: String,
    /// Values of the first and the last color; `None` fits the data. Values outside take the nearest color.
    pub range: Option<(f64, f64)>,
    /// The colors.
    pub map: ColorMap,
}

/// The line on which a function, sampled on the heat map's grid, equals a level.
#[derive(Clone, Debug, PartialEq)]
pub struct Contour {
    /// Written on the line; may be empty.
    pub label: String,
    /// The level.
    pub level: f64,
    /// The function's values, in the order of [`HeatMap::values`]; NaN interrupts the line.
    pub values: Vec<f64>,
}

impl HeatMap {
    /// Checks the data and lays out the axes and the color bar.
    fn arrange(
        &self,
        sheet: (f64, f64),
        title: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<(Axes, ColorBar), FigureError> {
        self.check_cells()?;
        let (x_range, y_range) = ranges(&[self.grid()])?;
        let bar = ColorBar::new(&self.colors, &self.values, sheet.1, notes)?;
        let room = Room { top: 0.0, right: bar.width() };
        let axes = Axes::lay_out(sheet, title, (&self.x, x_range), (&self.y, y_range), room);
        Ok((axes, bar))
    }

    pub(super) fn grid(&self) -> Grid<'_> {
        Grid { x: &self.x, y: &self.y, xs: &self.xs, ys: &self.ys }
    }

    /// Draws what stands inside of the frame.
    pub(super) fn draw_inside(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        bar: &ColorBar,
        notes: &mut Vec<String>,
    ) -> Result<(), FigureError> {
        let (x_edges, y_edges) = self.grid().edges();
        self.draw_cells(canvas, axes, &x_edges, &y_edges, bar, notes)?;
        contour_lines::draw(canvas, axes, self, notes)
    }

    /// Checks the data.
    pub(super) fn check_cells(&self) -> Result<(), FigureError> {
        self.grid().check()?;
        self.check_grid("the heat map", &self.values)?;
        if self.values.iter().all(|value| value.is_nan()) {
            return Err(FigureError::Empty("the heat map".into()));
        }
        for contour in &self.contours {
            let place = format!("contour “{}”", contour.label);
            self.check_grid(&place, &contour.values)?;
            if !in_bounds(contour.level) {
                return Err(FigureError::Coordinate { place, name: "level", value: contour.level });
            }
        }
        Ok(())
    }

    fn check_grid(&self, place: &str, values: &[f64]) -> Result<(), FigureError> {
        let (columns, rows) = (self.xs.len(), self.ys.len());
        if values.len() != columns * rows {
            let found = values.len();
            return Err(FigureError::Grid {
                place: place.to_owned(),
                found,
                columns,
                rows,
                expected: columns * rows,
            });
        }
        match values.iter().position(|value| !value.is_nan() && !in_bounds(*value)) {
            None => Ok(()),
            Some(k) => Err(FigureError::Coordinate {
                place: format!("{place}, column {}, row {}", k % columns + 1, k / columns + 1),
                name: "value",
                value: values[k],
            }),
        }
    }

    fn draw_cells(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        x_edges: &[f64],
        y_edges: &[f64],
        bar: &ColorBar,
        notes: &mut Vec<String>,
    ) -> Result<(), FigureError> {
        let missing = self.values.iter().filter(|value| value.is_nan()).count();
        if missing > 0 {
            notes.push(format!("{missing} of {} cells have no value; they are hatched", self.values.len()));
            hatch(canvas, &axes.frame)?;
        }
        let frame = axes.frame;
        let xs: Vec<f64> = x_edges
            .iter()
            .map(|&x| axes.x.place_or_below(x).clamp(frame.left, frame.right).round())
            .collect();
        let ys: Vec<f64> = y_edges
            .iter()
            .map(|&y| axes.y.place_or_below(y).clamp(frame.top, frame.bottom).round())
            .collect();
        let columns = self.xs.len();
        for (row, line) in self.values.chunks(columns).enumerate() {
            let colors: Vec<_> = line.iter().map(|value| bar.color(*value)).collect();
            let above = self.values.get((row + 1) * columns..(row + 2) * columns);
            let mut first = 0;
            while first < columns {
                // Neighbors of one color are one rectangle.
                let last =
                    (first..columns).take_while(|&k| colors[k] == colors[first]).last().unwrap_or(first);
                if let Some(color) = colors[first] {
                    // Viewers blend colors along an edge with what lies below: each cell therefore reaches under the
                    // neighbors drawn after it, unless one of them is missing.
                    let under_right = colors.get(last + 1).is_some_and(Option::is_some);
                    let reach = if under_right { last + 1 } else { last };
                    let under_above =
                        above.is_some_and(|above| above[first..=reach].iter().all(|v| !v.is_nan()));
                    let area = Rect {
                        left: xs[first],
                        top: if under_above { (ys[row + 1] - OVERLAP).max(ys[row + 2]) } else { ys[row + 1] },
                        right: if under_right {
                            (xs[last + 1] + OVERLAP).min(xs[last + 2])
                        } else {
                            xs[last + 1]
                        },
                        bottom: ys[row],
                    };
                    if area.width() > 0.0 && area.height() > 0.0 {
                        canvas.fill(&area, color, 1.0)?;
                    }
                }
                first = last + 1;
            }
        }
        Ok(())
    }
}

impl Drawn for HeatMap {
    fn check(&self, sheet: (f64, f64)) -> Result<(), FigureError> {
        self.arrange(sheet, None, &mut Vec::new()).map(|_| ())
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let mut notes = Vec::new();
        let (axes, bar) = self.arrange(sheet, title, &mut notes)?;
        self.draw_inside(canvas, &axes, &bar, &mut notes)?;
        axes.draw(canvas, sheet, true)?;
        bar.draw(canvas, &axes.frame, sheet.0)?;
        Ok(notes)
    }

    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        Ok(self.places_on(&self.arrange(sheet, title, &mut Vec::new())?.0))
    }

    fn rows(&self) -> Rows {
        self.table()
    }
}

/// How far a cell reaches under its neighbors: at least a pixel, even on a screen that shows the page small.
pub(super) const OVERLAP: f64 = 2.5 * POINT;

/// Fills the frame with slanted lines, which show where no cell covers them.
pub(super) fn hatch(canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
    let step = 4.0 * POINT;
    let count = ((frame.width() + frame.height()) / step) as usize;
    for k in 1..=count {
        let x = frame.left - frame.height() + k as f64 * step;
        if let Some((from, to)) = frame.clip_segment((x, frame.bottom), (x + frame.height(), frame.top)) {
            canvas.line(&[from, to], Pen::new(Tone::Muted, 0.35))?;
        }
    }
    Ok(())
}

/// Axes with the centers of cells along them.
#[derive(Clone, Copy)]
pub(super) struct Grid<'a> {
    pub(super) x: &'a Axis,
    pub(super) y: &'a Axis,
    pub(super) xs: &'a [f64],
    pub(super) ys: &'a [f64],
}

impl Grid<'_> {
    /// The edges of the columns and of the rows.
    pub(super) fn edges(self) -> (Vec<f64>, Vec<f64>) {
        (edges(self.xs, self.x.scale), edges(self.ys, self.y.scale))
    }

    pub(super) fn check(self) -> Result<(), FigureError> {
        check_centers(self.xs, self.x.scale, "the x axis")?;
        check_centers(self.ys, self.y.scale, "the y axis")
    }
}

/// An interval of numbers, from low to high.
pub(super) type Range = (f64, f64);

/// The ranges of the first grid's axes, which show all cells of all grids.
pub(super) fn ranges(grids: &[Grid<'_>]) -> Result<(Range, Range), FigureError> {
    let first = grids.first().ok_or_else(|| FigureError::Empty("the figure".into()))?;
    let edges: Vec<(Vec<f64>, Vec<f64>)> = grids.iter().map(|grid| grid.edges()).collect();
    let x = first.x.resolve("the x axis", edges.iter().flat_map(|(xs, _)| xs.iter().copied()), 0.0)?;
    let y = first.y.resolve("the y axis", edges.iter().flat_map(|(_, ys)| ys.iter().copied()), 0.0)?;
    Ok((x, y))
}

fn check_centers(centers: &[f64], scale: Scale, name: &str) -> Result<(), FigureError> {
    if centers.is_empty() {
        return Err(FigureError::Empty(name.to_owned()));
    }
    for (k, &center) in centers.iter().enumerate() {
        let place = format!("{name}, cell {}", k + 1);
        if !in_bounds(center) {
            return Err(FigureError::Coordinate { place, name: "center", value: center });
        }
        if scale == Scale::Log && center <= 0.0 {
            return Err(FigureError::NotPositive { axis: name.to_owned(), low: center });
        }
        if k > 0 && center <= centers[k - 1] {
            return Err(FigureError::Order { place, previous: centers[k - 1], next: center });
        }
    }
    Ok(())
}

/// The edges of cells around `centers`: half way between them, as the scale counts, and as far outside.
fn edges(centers: &[f64], scale: Scale) -> Vec<f64> {
    let log = scale == Scale::Log;
    let forth = |value: f64| if log { value.ln() } else { value };
    let back = |value: f64| if log { clamp_positive(value.exp()) } else { value };
    let at: Vec<f64> = centers.iter().map(|&center| forth(center)).collect();
    let n = at.len();
    let (first_half, last_half) = if n > 1 {
        (0.5 * (at[1] - at[0]), 0.5 * (at[n - 1] - at[n - 2]))
    } else {
        let half = if at[0] == 0.0 || log { 0.5 } else { 0.5 * at[0].abs() };
        (half, half)
    };
    let mut edges = vec![at[0] - first_half];
    edges.extend(at.windows(2).map(|pair| 0.5 * pair[0] + 0.5 * pair[1]));
    edges.push(at[n - 1] + last_half);
    edges.into_iter().map(back).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_half_way() {
        assert_eq!(edges(&[0.0, 1.0, 3.0], Scale::Linear), [-0.5, 0.5, 2.0, 4.0]);
        assert_eq!(edges(&[4.0], Scale::Linear), [2.0, 6.0]);
        let log = edges(&[1.0, 100.0, 1e4], Scale::Log);
        for (edge, expected) in log.iter().zip([0.1, 10.0, 1e3, 1e5]) {
            assert!((edge / expected - 1.0).abs() < 1e-12, "{log:?}");
        }
    }
}
