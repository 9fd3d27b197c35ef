//! Which of several things is the largest, over two parameters.

use super::FigureError;
use super::axes::{Axes, DIGIT, EDGE, Room, SMALL};
use super::axis::Axis;
use super::canvas::{Align, Canvas, POINT, Pen};
use super::geometry::Rect;
use super::heat_map::{OVERLAP, check_centers, edges, hatch};
use super::palette::{Look, Tone};
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
    /// Draws on a sheet of the given size and returns the notes.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let (axes, key) = self.arrange(sheet, title)?;
        let (x_edges, y_edges) = self.edges();
        let undecided = self.winners.iter().filter(|winner| winner.is_none()).count();
        let mut notes = Vec::new();
        if undecided > 0 {
            notes.push(format!(
                "in {undecided} of {} cells nobody is ahead; they are hatched",
                self.winners.len()
            ));
            hatch(canvas, &axes.frame)?;
        }
        self.draw_cells(canvas, &axes, &x_edges, &y_edges)?;
        axes.draw(canvas, sheet, true)?;
        for (row, (look, label, size)) in key.iter().enumerate() {
            let (left, middle) = (axes.frame.right + GAP, axes.frame.top + (row as f64 + 0.5) * ROW);
            let half = 0.42 * ROW;
            let area = Rect { left, right: left + SWATCH, top: middle - half, bottom: middle + half };
            canvas.fill(&area, look.color, 1.0)?;
            canvas.frame(&area, Pen::new(Tone::Ink, 0.4))?;
            canvas.marker((left + 0.5 * SWATCH, middle), look.marker, Tone::Ground, SIGN)?;
            let spot = (left + SWATCH + 0.5 * GAP, middle + 0.5 * DIGIT * SMALL * POINT);
            canvas.text(label, spot, Align::Left, *size, Tone::Ink)?;
        }
        Ok(notes)
    }

    /// Checks the data and lays out the axes and the names beside them.
    pub(super) fn arrange(
        &self,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<(Axes, Vec<Entry>), FigureError> {
        self.check()?;
        let (x_edges, y_edges) = self.edges();
        let x_range = self.x.resolve("the x axis", x_edges.iter().copied(), 0.0)?;
        let y_range = self.y.resolve("the y axis", y_edges.iter().copied(), 0.0)?;
        let key = self.key(sheet.0);
        let widest = key.iter().map(|(_, label, size)| text::width(label, size * POINT)).fold(0.0, f64::max);
        let right = if key.is_empty() { 0.0 } else { GAP + SWATCH + 0.5 * GAP + widest + EDGE };
        let axes =
            Axes::lay_out(sheet, title, (&self.x, x_range), (&self.y, y_range), Room { top: 0.0, right });
        Ok((axes, key))
    }

    /// The edges of the columns and of the rows.
    pub(super) fn edges(&self) -> (Vec<f64>, Vec<f64>) {
        (edges(&self.xs, self.x.scale), edges(&self.ys, self.y.scale))
    }

    /// Looks and names of those who are ahead somewhere, with the size of the text.
    fn key(&self, sheet_width: f64) -> Vec<Entry> {
        let room = MOST_NAMES * sheet_width / POINT;
        let seen = |position: &usize| self.winners.contains(&Some(*position));
        let entry = |position: usize| {
            let (label, size) = text::fit(&self.names[position], SMALL, room);
            (Look::of(position), label, size)
        };
        (0..self.names.len()).filter(seen).map(entry).collect()
    }

    fn check(&self) -> Result<(), FigureError> {
        check_centers(&self.xs, self.x.scale, "the x axis")?;
        check_centers(&self.ys, self.y.scale, "the y axis")?;
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
