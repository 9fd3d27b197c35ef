//! Small multiples: the same curves under several conditions, side by side on axes of the same ranges.

use super::FigureError;
use super::axes::{ASCENT, Axes, DESCENT, EDGE, LABEL, SMALL, Shared};
use super::canvas::{Align, Canvas, INCH, POINT, Pen};
use super::curves::Curves;
use super::geometry::Rect;
use super::legend::{Entry, Legend};
use super::palette::Tone;
use super::trace::{Trace, traces};
use super::{arrangement, text};

/// Several panels of curves. Axes and the looks of series are those of all of them; the labels of the axes are those of the first panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Facets {
    /// The panels, in rows from left to right.
    pub panels: Vec<Facet>,
}

/// One panel: curves under one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Facet {
    /// Written above it, such as `ρ = 0.1`.
    pub name: String,
    /// Its curves. A series has the same place in all panels; it may be empty in some.
    pub curves: Curves,
}

/// A panel is at least this wide, in units.
const LEAST_WIDTH: f64 = 1.15 * INCH;
/// Height of a panel as a part of its width, and its bounds in units.
const FLATNESS: f64 = 0.78;
const HEIGHTS: (f64, f64) = (0.85 * INCH, 1.7 * INCH);
const BETWEEN: f64 = 8.0 * POINT;
const NAME: f64 = 1.5 * SMALL * POINT;

/// Where the panels stand on a sheet.
pub(super) struct Layout {
    axes: Vec<Axes>,
    /// The area of all frames.
    area: Rect,
    legend: Vec<Entry>,
    height: f64,
}

impl Facets {
    /// Height of a sheet of this width, in units.
    pub(super) fn height(&self, width: f64, title: Option<&str>) -> Result<f64, FigureError> {
        Ok(self.arrange(width, title)?.height.round())
    }

    /// Draws on a sheet of the given size and returns the notes.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        (width, height): (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let layout = self.arrange(width, title)?;
        let mut notes = Vec::new();
        let mut dense = false;
        for (Facet { name, curves }, axes) in self.panels.iter().zip(&layout.axes) {
            let told = curves.dropped().into_iter().chain(curves.hidden(axes));
            notes.extend(told.map(|note| format!("{name}: {note}")));
            let traces = traces(curves, axes);
            draw_panel(canvas, curves, axes, &traces)?;
            axes.draw(canvas, (width, height), false)?;
            let (label, size) = text::fit(name, SMALL, axes.frame.width() / POINT);
            let spot = (axes.frame.left, axes.frame.top - 3.0 * POINT);
            canvas.text(&label, spot, Align::Left, size, Tone::Ink)?;
            dense |= traces.iter().any(|trace| trace.dense);
        }
        if let Some(title) = title {
            let (title, size) = text::fit(title, LABEL, (width - 2.0 * EDGE) / POINT);
            canvas.text(
                &title,
                (0.5 * width, EDGE + ASCENT * LABEL * POINT),
                Align::Center,
                size,
                Tone::Ink,
            )?;
        }
        if !layout.legend.is_empty() {
            let area = &layout.area;
            let (columns, _) = Legend::above_size(&layout.legend, area.width());
            Legend::above(&layout.legend, area, NAME, columns, width).draw(canvas, dense)?;
        }
        self.draw_labels(canvas, &layout.area, (width, height))?;
        Ok(notes)
    }

    /// The labels that all panels share, centered on all of them.
    fn draw_labels(
        &self,
        canvas: &mut Canvas<'_>,
        area: &Rect,
        (width, height): (f64, f64),
    ) -> Result<(), FigureError> {
        let Some(first) = self.panels.first() else { return Ok(()) };
        let (center, middle) = (0.5 * (area.left + area.right), 0.5 * (area.top + area.bottom));
        let across = 2.0 * (center.min(width - center) - EDGE) / POINT;
        let upward = 2.0 * (middle.min(height - middle) - EDGE) / POINT;
        let (label, size) = text::fit(&first.curves.x.label, LABEL, across);
        let spot = (center, height - EDGE - DESCENT * LABEL * POINT);
        canvas.text(&label, spot, Align::Center, size, Tone::Ink)?;
        let (label, size) = text::fit(&first.curves.y.label, LABEL, upward);
        canvas.text_upward(&label, (EDGE + ASCENT * LABEL * POINT, middle), size, Tone::Ink)
    }

    /// Checks the data and decides what stands where.
    pub(super) fn arrange(&self, width: f64, title: Option<&str>) -> Result<Layout, FigureError> {
        let first = self.panels.first().ok_or_else(|| FigureError::Empty("the figure".into()))?;
        let all = || self.panels.iter().map(|panel| &panel.curves);
        all().try_for_each(Curves::check_shared)?;
        let x_range = first.curves.x.resolve("the x axis", all().flat_map(Curves::abscissas), 0.03)?;
        let y_range = first.curves.y.resolve("the y axis", all().flat_map(Curves::ordinates), 0.04)?;
        let (x, y) = ((&first.curves.x, x_range), (&first.curves.y, y_range));

        let left = EDGE + Shared::margin(y, HEIGHTS.0);
        let inner = width - left - EDGE - POINT;
        let most = (((inner + BETWEEN) / (LEAST_WIDTH + BETWEEN)) as usize).clamp(1, self.panels.len());
        // As many columns as there is room for, and no more than fill the rows evenly.
        let rows = self.panels.len().div_ceil(most);
        let columns = self.panels.len().div_ceil(rows);
        let across = (inner - (columns - 1) as f64 * BETWEEN) / columns as f64;
        let panel_height = (FLATNESS * across).clamp(HEIGHTS.0, HEIGHTS.1);

        let legend = self.legend(width);
        let title_height = if title.is_some() { 1.4 * LABEL * POINT } else { 0.0 };
        let legend_height = if legend.is_empty() { 0.0 } else { Legend::above_size(&legend, inner).1 };
        let top = EDGE + title_height + legend_height + NAME;
        let frame = |k: usize| {
            let (column, row) = ((k % columns) as f64, (k / columns) as f64);
            let (left, top) =
                (left + column * (across + BETWEEN), top + row * (panel_height + NAME + BETWEEN));
            Rect { left, top, right: left + across, bottom: top + panel_height }
        };
        // A panel with none below it has numbers below it.
        let sides = |k: usize| (k + columns >= self.panels.len(), k.is_multiple_of(columns));
        let axes: Vec<Axes> =
            (0..self.panels.len()).map(|k| Shared { frame: frame(k), x, y }.axes(sides(k))).collect();
        let last = frame(self.panels.len() - 1);
        let area = Rect { left, top, right: width - EDGE - POINT, bottom: last.bottom };
        Ok(Layout { axes, area, legend, height: last.bottom + Shared::below(&first.curves.x) + EDGE })
    }

    /// Names of the series, once for all panels, and what points and lines mean.
    fn legend(&self, width: f64) -> Vec<Entry> {
        let key = self.panels.iter().map(|panel| arrangement::key(&panel.curves)).max_by_key(Vec::len);
        let count = self.panels.iter().map(|panel| panel.curves.series.len()).max().unwrap_or(0);
        let scattered = self.panels.iter().any(|panel| panel.curves.scattered);
        let named = (0..count).filter_map(|k| {
            let of = |panel: &'_ Facet| panel.curves.series.get(k).cloned();
            let shown = self.panels.iter().filter_map(of).find(|series| !series.is_empty())?;
            (!shown.label.is_empty()).then(|| Entry::series(k, &shown, scattered, width))
        });
        // The name of a single series says nothing that the label of the axis does not say.
        let named: Vec<Entry> = if count > 1 { named.collect() } else { Vec::new() };
        named.into_iter().chain(key.unwrap_or_default()).collect()
    }

    /// The panels with their axes, for those who look for places.
    pub(super) fn panels_on(&self, layout: &Layout) -> impl Iterator<Item = (&Facet, Axes)> {
        self.panels.iter().zip(layout.axes.clone())
    }
}

/// Draws what stands inside a frame.
fn draw_panel(
    canvas: &mut Canvas<'_>,
    curves: &Curves,
    axes: &Axes,
    traces: &[Trace],
) -> Result<(), FigureError> {
    let frame = &axes.frame;
    for x in curves.marks.iter().filter_map(|mark| axes.x.place(mark.x)) {
        if (frame.left..=frame.right).contains(&x) {
            canvas.dashed(&[(x, frame.bottom), (x, frame.top)], &[2.0, 1.6], Pen::new(Tone::Muted, 0.7))?;
        }
    }
    arrangement::draw_traces(canvas, curves, axes, traces)
}
