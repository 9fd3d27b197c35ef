//! Which of several things is the largest, over two parameters.

use super::FigureError;
use super::axes::{Axes, DIGIT, EDGE, Room, SMALL};
use super::axis::Axis;
use super::canvas::{Align, Canvas, POINT, Pen};
use super::data::Rows;
use super::drawn::Drawn;
use super::geometry::Rect;
use super::heat_map::{Grid, OVERLAP, hatch, ranges};
use super::palette::{Look, Tone};
use super::places::Place;
use super::text;

/// A grid of cells, each in the color and with the sign of the one that is ahead there.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// The horizontal axis; without a range it shows whole cells.
    pub x: Axis,
    /// The vertical axis; without a range it shows whole cells.
    pub y: Axis,
    /// Abscissas of the cells' centers, increasing.
    pub xs: Vec<f64>,
    /// Ordinates of the cells' centers, increasing.
    pub ys: Vec<f64>,
    /// Who is ahead, by position in `names`: first all cells with the first ordinate, by abscissa, and so on. `None` is hatched: nobody
    /// is, or it is not known who.
    pub winners: Vec<Option<usize>>,
    /// Who can be ahead.
    pub names: Vec<String>,
}

const GAP: f64 = 6.0 * POINT;
const SWATCH: f64 = 8.0 * POINT;
const ROW: f64 = 1.5 * SMALL * POINT;
/// Size of a sign in points.
const SIGN: f64 = 3.2;
/// Names take at most this share of the sheet.
const MOST_NAMES: f64 = 0.35;

/// The look, the name and the size of its text.
type Entry = (Look, String, f64);

impl Regions {
    /// Draws what stands inside of the frame.
    pub(super) fn draw_inside(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        notes: &mut Vec<String>,
    ) -> Result<(), FigureError> {
        let (x_edges, y_edges) = self.grid().edges();
        let undecided = self.winners.iter().filter(|winner| winner.is_none()).count();
        if undecided > 0 {
            notes.push(format!(
                "in {undecided} of {} cells nobody is ahead; they are hatched",
                self.winners.len()
            ));
            hatch(canvas, &axes.frame)?;
        }
        self.draw_cells(canvas, axes, &x_edges, &y_edges)
    }

    fn draw_key(&self, canvas: &mut Canvas<'_>, frame: &Rect, key: &[Entry]) -> Result<(), FigureError> {
        for (row, (look, label, size)) in key.iter().enumerate() {
            let (left, middle) = (frame.right + GAP, frame.top + (row as f64 + 0.5) * ROW);
            draw_swatch(canvas, *look, (left, middle), SWATCH)?;
            let spot = (left + SWATCH + 0.5 * GAP, middle + 0.5 * DIGIT * SMALL * POINT);
            canvas.text(label, spot, Align::Left, *size, Tone::Ink)?;
        }
        Ok(())
    }

    /// Checks the data and lays out the axes and the names beside them.
    fn arrange(&self, sheet: (f64, f64), title: Option<&str>) -> Result<(Axes, Vec<Entry>), FigureError> {
        self.check_cells()?;
        let (x_range, y_range) = ranges(&[self.grid()])?;
        let key = self.key(sheet.0);
        let widest = key.iter().map(|(_, label, size)| text::width(label, size * POINT)).fold(0.0, f64::max);
        let right = if key.is_empty() { 0.0 } else { GAP + SWATCH + 0.5 * GAP + widest + EDGE };
        let axes =
            Axes::lay_out(sheet, title, (&self.x, x_range), (&self.y, y_range), Room { top: 0.0, right });
        Ok((axes, key))
    }

    pub(super) fn grid(&self) -> Grid<'_> {
        Grid { x: &self.x, y: &self.y, xs: &self.xs, ys: &self.ys }
    }

    /// Looks and names of those who are ahead somewhere, with the size of the text.
    fn key(&self, sheet_width: f64) -> Vec<Entry> {
        let room = MOST_NAMES * sheet_width / POINT;
        let entry = |position: usize| {
            let (label, size) = text::fit(&self.names[position], SMALL, room);
            (Look::of(position), label, size)
        };
        (0..self.names.len()).filter(|position| self.shows(*position)).map(entry).collect()
    }

    /// Whether the one at this position in `names` is ahead somewhere.
    pub(super) fn shows(&self, position: usize) -> bool {
        self.winners.contains(&Some(position))
    }

    /// Checks the data.
    pub(super) fn check_cells(&self) -> Result<(), FigureError> {
        self.grid().check()?;
        let (columns, rows, found) = (self.xs.len(), self.ys.len(), self.winners.len());
        if found != columns * rows {
            let place = "the regions".to_owned();
            return Err(FigureError::Grid { place, found, columns, rows, expected: columns * rows });
        }
        match self.winners.iter().flatten().find(|&&winner| winner >= self.names.len()) {
            Some(&winner) => Err(FigureError::Coordinate {
                place: "the regions".into(),
                name: "winner without a name",
                value: winner as f64,
            }),
            None => Ok(()),
        }
    }

    fn draw_cells(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        x_edges: &[f64],
        y_edges: &[f64],
    ) -> Result<(), FigureError> {
        let frame = axes.frame;
        let across = |x: f64| axes.x.place_or_below(x).clamp(frame.left, frame.right).round();
        let upward = |y: f64| axes.y.place_or_below(y).clamp(frame.top, frame.bottom).round();
        for (cell, winner) in self.winners.iter().enumerate() {
            let Some(winner) = winner else { continue };
            let (column, row) = (cell % self.xs.len(), cell / self.xs.len());
            let area = Rect {
                left: across(x_edges[column]),
                right: across(x_edges[column + 1]),
                top: upward(y_edges[row + 1]),
                bottom: upward(y_edges[row]),
            };
            if area.width() > 0.0 && area.height() > 0.0 {
                let look = Look::of(*winner);
                // A cell reaches under neighbors of its color, so that viewers show no seam.
                let right = column + 1 < self.xs.len() && self.winners[cell + 1] == Some(*winner);
                let above = self.winners.get(cell + self.xs.len()) == Some(&Some(*winner));
                let reach = if right { OVERLAP } else { 0.0 };
                canvas.fill(&Rect { right: area.right + reach, ..area }, look.color, 1.0)?;
                if above {
                    canvas.fill(&Rect { top: area.top - OVERLAP, ..area }, look.color, 1.0)?;
                }
                let center = (0.5 * (area.left + area.right), 0.5 * (area.top + area.bottom));
                // A sign takes half of its cell at most.
                let size = SIGN.min(0.5 * area.width().min(area.height()) / POINT);
                canvas.marker(center, look.marker, Tone::Ground, size)?;
            }
        }
        Ok(())
    }
}

impl Drawn for Regions {
    fn check(&self, sheet: (f64, f64)) -> Result<(), FigureError> {
        self.arrange(sheet, None).map(|_| ())
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let (axes, key) = self.arrange(sheet, title)?;
        let mut notes = Vec::new();
        self.draw_inside(canvas, &axes, &mut notes)?;
        axes.draw(canvas, sheet, true)?;
        self.draw_key(canvas, &axes.frame, &key)?;
        Ok(notes)
    }

    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        Ok(self.places_on(&self.arrange(sheet, title)?.0))
    }

    fn rows(&self) -> Rows {
        self.table()
    }
}

/// The color and the sign of a region, on the right of a spot.
pub(super) fn draw_swatch(
    canvas: &mut Canvas<'_>,
    look: Look,
    (left, middle): (f64, f64),
    width: f64,
) -> Result<(), FigureError> {
    let half = 0.42 * ROW;
    let area = Rect { left, right: left + width, top: middle - half, bottom: middle + half };
    canvas.fill(&area, look.color, 1.0)?;
    canvas.frame(&area, Pen::new(Tone::Ink, 0.4))?;
    canvas.marker((left + 0.5 * width, middle), look.marker, Tone::Ground, SIGN)
}
