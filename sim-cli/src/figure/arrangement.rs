//! Where the names of the series stand: at the ends of their curves if they fit there, otherwise in a legend.

use super::FigureError;
use super::axes::{Axes, EDGE, Room};
use super::canvas::{Canvas, INCH, POINT};
use super::curves::Curves;
use super::ends::{self, EndLabels};
use super::legend::{Entry, Legend};
use super::palette::Look;
use super::trace::{Trace, crowds, traces};

/// The least height of a frame below a legend, in units.
const LEAST_FRAME: f64 = 1.1 * INCH;
/// The height of a frame for which the sheet is made taller, in units.
const GOOD_FRAME: f64 = 1.6 * INCH;
/// A sheet is not made taller by more than this, in units.
const MOST_EXTRA: f64 = 6.0 * INCH;

/// Curves and their names, laid out on a sheet.
pub(super) struct Arrangement {
    pub(super) axes: Axes,
    traces: Vec<Trace>,
    ends: Option<EndLabels>,
    legend: Option<Legend>,
}

impl Arrangement {
    /// Arranges `curves` on a sheet of the given size; `lay_out` makes axes that leave room for the names.
    pub(super) fn new(curves: &Curves, sheet: (f64, f64), lay_out: &impl Fn(Room) -> Axes) -> Self {
        let plain = Self::unnamed(curves, lay_out, Room::default());
        let key = key(curves);
        if let Some(arrangement) = Self::with_ends(curves, sheet, lay_out, &key) {
            return arrangement;
        }
        let entries = entries(curves, key, sheet.0);
        if entries.iter().all(|entry| entry.label.is_empty()) {
            return plain;
        }
        Self::with_legend(curves, sheet, lay_out, &entries, plain)
    }

    /// Units by which the sheet must be taller, so that a long legend leaves room for the curves.
    pub(super) fn extra_height(&self) -> f64 {
        let Some(legend) = self.legend.as_ref().filter(|legend| legend.crowded) else { return 0.0 };
        let frame = &self.axes.frame;
        (legend.height_above(frame.width()) + GOOD_FRAME - frame.height()).clamp(0.0, MOST_EXTRA)
    }

    /// Whether the legend covers data, because there is no room for it elsewhere.
    pub(super) fn is_crowded(&self) -> bool {
        self.legend.as_ref().is_some_and(|legend| legend.crowded)
    }

    /// Sentences about series that have more points than can be told apart.
    pub(super) fn crowds(&self, curves: &Curves) -> Vec<String> {
        crowds(curves, &self.traces)
    }

    fn unnamed(curves: &Curves, lay_out: &impl Fn(Room) -> Axes, room: Room) -> Self {
        let axes = lay_out(room);
        let traces = traces(curves, &axes);
        Self { axes, traces, ends: None, legend: None }
    }

    fn inside(&self, curves: &Curves, entries: &[Entry]) -> Option<Legend> {
        let marks: Vec<f64> = curves.marks.iter().filter_map(|mark| self.axes.x.place(mark.x)).collect();
        Legend::inside(entries, &self.axes.frame, &self.traces, &marks)
    }

    /// Names at the ends of the curves; `key` stands inside or above the frame.
    fn with_ends(
        curves: &Curves,
        sheet: (f64, f64),
        lay_out: &impl Fn(Room) -> Axes,
        key: &[Entry],
    ) -> Option<Self> {
        let right = ends::room(&curves.series, sheet.0)?;
        let mut arrangement = Self::unnamed(curves, lay_out, Room { top: 0.0, right });
        if !key.is_empty() {
            arrangement.legend = arrangement.inside(curves, key);
            if arrangement.legend.is_none() {
                let (columns, top) = Legend::above_size(key, arrangement.axes.frame.width());
                arrangement = Self::unnamed(curves, lay_out, Room { top, right });
                let frame = &arrangement.axes.frame;
                arrangement.legend = Some(Legend::above(key, frame, curves.marks_height(), columns, sheet.0));
            }
        }
        arrangement.ends = Some(EndLabels::place(&arrangement.traces, &arrangement.axes.frame)?);
        Some(arrangement)
    }

    /// A legend inside the frame where nothing is covered, beside it, above it, or, at the worst, over the data.
    fn with_legend(
        curves: &Curves,
        sheet: (f64, f64),
        lay_out: &impl Fn(Room) -> Axes,
        entries: &[Entry],
        plain: Self,
    ) -> Self {
        if let Some(legend) = plain.inside(curves, entries) {
            return Self { legend: Some(legend), ..plain };
        }
        let frame = &plain.axes.frame;
        let (width, height) = Legend::size(entries);
        if width <= 0.3 * sheet.0 && height <= 0.8 * frame.height() {
            let room = Room { top: 0.0, right: width + 6.0 * POINT + EDGE };
            let arrangement = Self::unnamed(curves, lay_out, room);
            let legend = Legend::beside(entries, &arrangement.axes.frame);
            return Self { legend: Some(legend), ..arrangement };
        }
        let (columns, top) = Legend::above_size(entries, frame.width());
        if frame.height() - top >= LEAST_FRAME {
            let arrangement = Self::unnamed(curves, lay_out, Room { top, right: 0.0 });
            let frame = &arrangement.axes.frame;
            let legend = Legend::above(entries, frame, curves.marks_height(), columns, sheet.0);
            return Self { legend: Some(legend), ..arrangement };
        }
        Self { legend: Some(Legend::crowded(entries, frame)), ..plain }
    }

    /// Draws the curves, the axes and the names.
    pub(super) fn draw(
        &self,
        curves: &Curves,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
    ) -> Result<(), FigureError> {
        let frame = &self.axes.frame;
        draw_traces(canvas, curves, &self.axes, &self.traces)?;
        self.axes.draw(canvas, sheet, false)?;
        if let Some(ends) = &self.ends {
            ends.draw(canvas, frame)?;
        }
        if let Some(legend) = &self.legend {
            legend.draw(canvas, self.traces.iter().any(|trace| trace.dense))?;
        }
        Ok(())
    }
}

/// Draws all that curves have inside their frame: bands below lines below points.
pub(super) fn draw_traces(
    canvas: &mut Canvas<'_>,
    curves: &Curves,
    axes: &Axes,
    traces: &[Trace],
) -> Result<(), FigureError> {
    let frame = &axes.frame;
    for band in &curves.bands {
        let steps = curves.series.get(band.series).is_some_and(|series| series.steps);
        band.draw(canvas, axes, Look::of(band.series).color, steps)?;
    }
    traces.iter().try_for_each(|trace| trace.draw_band(canvas, frame))?;
    traces.iter().try_for_each(|trace| trace.draw_lines(canvas, frame))?;
    curves.fits.iter().try_for_each(|fit| fit.draw(canvas, axes))?;
    traces.iter().try_for_each(|trace| trace.draw_points(canvas, frame))
}

/// The entries of a legend that names all series.
fn entries(curves: &Curves, key: Vec<Entry>, sheet_width: f64) -> Vec<Entry> {
    let series = curves.series.iter().enumerate();
    series.map(|(k, series)| Entry::series(k, series, curves.scattered, sheet_width)).chain(key).collect()
}

/// Explains points and lines, if there are both in one series, and fitted lines.
pub(super) fn key(curves: &Curves) -> Vec<Entry> {
    let both = curves.series.iter().any(|series| !series.points.is_empty() && !series.theory.is_empty());
    let explained = both && !curves.points_label.is_empty() && !curves.theory_label.is_empty();
    let mut key = Vec::new();
    if explained {
        key.extend([Entry::points(&curves.points_label), Entry::line(&curves.theory_label)]);
    }
    if !curves.fits.is_empty() {
        key.push(Entry::fit("fitted power law"));
    }
    key
}
