//! A legend: samples of points and lines with their names.

use super::FigureError;
use super::axes::{DIGIT, EDGE, SMALL};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::curves::Series;
use super::fit;
use super::geometry::{Rect, Spot};
use super::palette::{Look, Marker, Tone};
use super::regions::draw_swatch;
use super::text;
use super::trace::{BAR, LINE, MARKER, Trace};

const SAMPLE: f64 = 17.0 * POINT;
const SAMPLE_GAP: f64 = 3.5 * POINT;
const ROW: f64 = 1.35 * SMALL * POINT;
const COLUMN_GAP: f64 = 9.0 * POINT;

/// One line of a legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) label: String,
    /// Size of the label in points.
    size: f64,
    look: Look,
    marker: bool,
    /// Whether it shows how intervals are drawn.
    interval: bool,
    line: bool,
    /// Width of the line in points.
    thickness: f64,
    /// Whether it shows the color and the sign of a region instead.
    region: bool,
}

impl Entry {
    /// The entry of series number `index`, no wider than the sheet. Nothing joins points that are `scattered`.
    pub(super) fn series(index: usize, series: &Series, scattered: bool, sheet_width: f64) -> Self {
        let look = Look::of(index);
        let room = (sheet_width - 2.0 * EDGE - SAMPLE - SAMPLE_GAP) / POINT;
        let (label, size) = text::fit(&series.label, SMALL, room);
        Self {
            label,
            size,
            look,
            marker: !series.points.is_empty(),
            interval: false,
            line: !scattered || !series.theory.is_empty(),
            thickness: LINE,
            region: false,
        }
    }

    /// The entry of region number `index`, no wider than the sheet.
    pub(super) fn region(index: usize, name: &str, sheet_width: f64) -> Self {
        let series = Series { label: name.to_owned(), ..Series::default() };
        Self { line: false, region: true, ..Self::series(index, &series, true, sheet_width) }
    }

    /// Says what points with their intervals mean.
    pub(super) fn points(label: &str) -> Self {
        let look = Look { color: Tone::Muted, marker: Marker::Circle, dashes: &[] };
        Self {
            label: label.to_owned(),
            size: SMALL,
            look,
            marker: true,
            interval: true,
            line: false,
            thickness: LINE,
            region: false,
        }
    }

    /// Says what lines mean.
    pub(super) fn line(label: &str) -> Self {
        let look = Look { color: Tone::Muted, marker: Marker::Circle, dashes: &[] };
        Self {
            label: label.to_owned(),
            size: SMALL,
            look,
            marker: false,
            interval: false,
            line: true,
            thickness: LINE,
            region: false,
        }
    }

    /// Says what fitted lines are.
    pub(super) fn fit(label: &str) -> Self {
        let look = Look { color: Tone::Ink, marker: Marker::Circle, dashes: &[] };
        Self { look, thickness: fit::LINE, ..Self::line(label) }
    }

    fn width(&self) -> f64 {
        SAMPLE + SAMPLE_GAP + text::width(&self.label, self.size * POINT)
    }
}

/// A legend with its place.
#[derive(Clone, Debug)]
pub(super) struct Legend {
    entries: Vec<(Entry, Spot)>,
    /// The area to be cleared below it, where it has to cover data.
    area: Rect,
    /// Whether it covers data.
    pub(super) crowded: bool,
}

impl Legend {
    /// Width and height of the entries below each other.
    pub(super) fn size(entries: &[Entry]) -> (f64, f64) {
        let width = entries.iter().map(Entry::width).fold(0.0, f64::max);
        (width, entries.len() as f64 * ROW)
    }

    fn stacked(entries: &[Entry], left: f64, top: f64) -> Self {
        let (width, height) = Self::size(entries);
        let place = |k: usize| (left, top + (k as f64 + 0.5) * ROW);
        let entries = entries.iter().cloned().enumerate().map(|(k, entry)| (entry, place(k))).collect();
        let area = Rect { left, top, right: left + width, bottom: top + height };
        Self { entries, area, crowded: false }
    }

    /// Inside the frame where it covers nothing, `None` if there is no such place: corners first.
    pub(super) fn inside(entries: &[Entry], frame: &Rect, traces: &[Trace], marks: &[f64]) -> Option<Self> {
        let (width, height) = Self::size(entries);
        let inner = frame.grown(-3.0 * POINT);
        let (slack_x, slack_y) = (inner.width() - width, inner.height() - height);
        if slack_x < 0.0 || slack_y < 0.0 || width > 0.7 * frame.width() {
            return None;
        }
        let places = [
            (1.0, 0.0),
            (0.02, 0.0),
            (1.0, 1.0),
            (0.02, 1.0),
            (0.75, 0.0),
            (0.25, 0.0),
            (0.5, 0.0),
            (0.75, 1.0),
            (0.25, 1.0),
            (0.5, 1.0),
            (1.0, 0.5),
            (1.0, 0.25),
            (1.0, 0.75),
            (0.02, 0.5),
            (0.02, 0.25),
            (0.02, 0.75),
        ];
        places.into_iter().find_map(|(across, down)| {
            let legend = Self::stacked(entries, inner.left + across * slack_x, inner.top + down * slack_y);
            let near = legend.area.grown(2.0 * POINT);
            let free = !traces.iter().any(|trace| trace.touches(&near))
                && !marks.iter().any(|x| (near.left..=near.right).contains(x));
            free.then_some(legend)
        })
    }

    /// On the right of the frame.
    pub(super) fn beside(entries: &[Entry], frame: &Rect) -> Self {
        Self::stacked(entries, frame.right + 6.0 * POINT, frame.top)
    }

    /// In the upper right corner, over the data: the last resort.
    pub(super) fn crowded(entries: &[Entry], frame: &Rect) -> Self {
        let left = (frame.right - Self::size(entries).0).max(frame.left);
        Self { crowded: true, ..Self::stacked(entries, left, frame.top) }
    }

    /// Number of columns and height in units of a legend above a frame of the given width.
    pub(super) fn above_size(entries: &[Entry], frame_width: f64) -> (usize, f64) {
        let column = Self::size(entries).0 + COLUMN_GAP;
        let columns = (((frame_width + COLUMN_GAP) / column) as usize).clamp(1, entries.len().max(1));
        (columns, entries.len().div_ceil(columns) as f64 * ROW + 2.0 * POINT)
    }

    /// The height that its entries would take above a frame of the given width.
    pub(super) fn height_above(&self, frame_width: f64) -> f64 {
        let entries: Vec<Entry> = self.entries.iter().map(|(entry, _)| entry.clone()).collect();
        Self::above_size(&entries, frame_width).1
    }

    /// Above the frame and the `below` units that are taken by labels of marks.
    pub(super) fn above(
        entries: &[Entry],
        frame: &Rect,
        below: f64,
        columns: usize,
        sheet_width: f64,
    ) -> Self {
        let (column, height) =
            (Self::size(entries).0 + COLUMN_GAP, Self::above_size(entries, frame.width()).1);
        let rows = entries.len().div_ceil(columns);
        let width = columns as f64 * column - COLUMN_GAP;
        let left = (frame.left + 3.0 * POINT).min(sheet_width - EDGE - width).max(EDGE);
        let top = frame.top - below - height;
        let place = |k: usize| (left + (k / rows) as f64 * column, top + ((k % rows) as f64 + 0.5) * ROW);
        let placed = entries.iter().cloned().enumerate().map(|(k, entry)| (entry, place(k))).collect();
        let area = Rect { left, top, right: left + columns as f64 * column, bottom: top + height };
        Self { entries: placed, area, crowded: false }
    }

    /// Draws samples and names; `band` if intervals are drawn as bands instead of bars.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, band: bool) -> Result<(), FigureError> {
        if self.crowded {
            canvas.fill(&self.area, Tone::Ground, 0.8)?;
        }
        for (entry, (x, y)) in &self.entries {
            let middle = (x + 0.5 * SAMPLE, *y);
            if entry.region {
                draw_swatch(canvas, entry.look, (*x, *y), SAMPLE)?;
            }
            if entry.line {
                canvas.dashed(
                    &[(*x, *y), (x + SAMPLE, *y)],
                    entry.look.dashes,
                    Pen::new(entry.look.color, entry.thickness),
                )?;
            }
            if entry.interval && band {
                let half = 2.6 * POINT;
                let band = Rect { left: *x, top: y - half, right: x + SAMPLE, bottom: y + half };
                canvas.fill(&band, entry.look.color, 0.2)?;
            }
            if entry.interval && !band {
                let pen = Pen::new(entry.look.color, BAR);
                let (reach, cap) = (3.4 * POINT, 1.1 * POINT);
                canvas.line(&[(middle.0, y - reach), (middle.0, y + reach)], pen)?;
                for end in [y - reach, y + reach] {
                    canvas.line(&[(middle.0 - cap, end), (middle.0 + cap, end)], pen)?;
                }
            }
            if entry.marker {
                canvas.marker(middle, entry.look.marker, entry.look.color, MARKER)?;
            }
            let spot = (x + SAMPLE + SAMPLE_GAP, y + 0.5 * DIGIT * SMALL * POINT);
            canvas.text(&entry.label, spot, Align::Left, entry.size, Tone::Ink)?;
        }
        Ok(())
    }
}
