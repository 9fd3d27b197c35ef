//! Small multiples: the same figure under several conditions, side by side on axes of the same ranges.

use super::FigureError;
use super::axes::{Axes, EDGE, SMALL, Shared, below, draw_labels, title_height};
use super::canvas::{Align, Canvas, INCH, POINT};
use super::curves::Curves;
use super::data::Rows;
use super::drawn::Drawn;
use super::geometry::Rect;
use super::palette::Tone;
use super::places::{Place, plain};
use super::repeated::{Key, Repeated};
use super::text;

/// Several panels of curves, of heat maps or of regions. Axes, colors and the looks of series are those of all of them; the labels of the axes are
/// those of the first panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Facets<T = Curves> {
    /// The panels, in rows from left to right.
    pub panels: Vec<Facet<T>>,
}

/// One panel: what is seen under one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Facet<T = Curves> {
    /// Written above it, such as `ρ = 0.1`.
    pub name: String,
    /// What it shows. A series has the same place in all panels, and so has a region; it may be empty in some.
    pub content: T,
}

/// Height of a panel as a part of its width, and its bounds in units.
const FLATNESS: f64 = 0.78;
const HEIGHTS: (f64, f64) = (0.85 * INCH, 1.7 * INCH);
/// Least distance of panels in units.
const BETWEEN: f64 = 8.0 * POINT;
const NAME: f64 = 1.5 * SMALL * POINT;

/// Where the panels stand on a sheet.
struct Layout {
    axes: Vec<Axes>,
    /// The area of all frames.
    area: Rect,
    key: Key,
    /// From the frame to the name of a panel, in units.
    above: f64,
    height: f64,
}

impl<T: Repeated> Drawn for Facets<T> {
    fn height(&self, (width, _): (f64, f64), title: Option<&str>) -> Result<f64, FigureError> {
        Ok(arrange(&self.panels, width, title, &mut Vec::new())?.height.round())
    }

    fn check(&self, (width, _): (f64, f64)) -> Result<(), FigureError> {
        arrange(&self.panels, width, None, &mut Vec::new()).map(|_| ())
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        (width, height): (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let mut notes = Vec::new();
        let Layout { axes, area, key, above, .. } = arrange(&self.panels, width, title, &mut notes)?;
        for (Facet { name, content }, axes) in self.panels.iter().zip(&axes) {
            let told = content.draw_inside(canvas, axes, &key)?;
            notes.extend(told.into_iter().map(|note| format!("{name}: {note}")));
            axes.draw(canvas, (width, height), T::BOXED)?;
            let (label, size) = text::fit(name, SMALL, axes.frame.width() / POINT);
            let spot = (axes.frame.left, axes.frame.top - above - 3.0 * POINT);
            canvas.text(&label, spot, Align::Left, size, Tone::Ink)?;
        }
        let bands = self.panels.iter().zip(&axes).any(|(panel, axes)| panel.content.has_bands(axes));
        key.draw(canvas, &area, above + NAME, width, bands)?;
        if let Some(first) = self.panels.first() {
            let (x, y) = first.content.axes();
            draw_labels(canvas, &area, (width, height), (&x.label, &y.label), title)?;
        }
        Ok(notes)
    }

    /// The places of all panels, with the panel's name as the first line.
    fn places(&self, (width, _): (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        let layout = arrange(&self.panels, width, title, &mut Vec::new())?;
        let of = |(facet, axes): (&Facet<T>, &Axes)| {
            let name = plain(&facet.name);
            let places = facet.content.places_on(axes).into_iter();
            places.map(|place| Place { text: format!("{name}\n{}", place.text), ..place }).collect::<Vec<_>>()
        };
        Ok(self.panels.iter().zip(&layout.axes).flat_map(of).collect())
    }

    fn rows(&self) -> Rows {
        Rows::of_panels(self.panels.iter().map(|panel| (panel.name.as_str(), panel.content.table())))
    }
}

/// Checks the data and decides what stands where.
fn arrange<T: Repeated>(
    panels: &[Facet<T>],
    width: f64,
    title: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Layout, FigureError> {
    let contents: Vec<&T> = panels.iter().map(|panel| &panel.content).collect();
    let first = contents.first().ok_or_else(|| FigureError::Empty("the figure".into()))?;
    let (x_range, y_range) = T::ranges(&contents)?;
    let (x, y) = first.axes();
    let (x, y) = ((x, x_range), (y, y_range));
    let key = T::key(&contents, width, HEIGHTS.1, notes)?;
    let above = contents.iter().map(|content| content.height_above()).fold(0.0, f64::max);

    let left = EDGE + Shared::margin(y, HEIGHTS.0);
    let right = width - key.width().max(EDGE + POINT);
    let most = ((right - left + BETWEEN) / (T::LEAST_WIDTH + BETWEEN)) as usize;
    // As many columns as there is room for, and no more than fill the rows evenly.
    let count = panels.len();
    let rows = count.div_ceil(most.clamp(1, count));
    let columns = count.div_ceil(rows);
    let lay_out = |between: f64, right: f64| {
        let across = (right - left - (columns - 1) as f64 * between) / columns as f64;
        let panel_height = (FLATNESS * across).clamp(HEIGHTS.0, HEIGHTS.1);
        let top = EDGE + title_height(title) + key.height(right - left) + NAME + above;
        let frame = |k: usize| {
            let (column, row) = ((k % columns) as f64, (k / columns) as f64);
            let left = left + column * (across + between);
            let top = top + row * (panel_height + NAME + above + BETWEEN);
            Rect { left, top, right: left + across, bottom: top + panel_height }
        };
        // A panel with none below it has numbers below it.
        let sides = |k: usize| (k + columns >= count, k.is_multiple_of(columns));
        let axes = (0..count).map(|k| Shared { frame: frame(k), x, y }.axes(sides(k)));
        (axes.collect::<Vec<Axes>>(), Rect { left, top, right, bottom: frame(count - 1).bottom })
    };
    // Numbers below a panel keep clear of those of the next, and of the edge of the sheet.
    let (axes, area) = lay_out(BETWEEN, right);
    let reach = axes.iter().map(Axes::overhang).reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    let (before, beyond) = reach.unwrap_or_default();
    let between = before + beyond + 4.0 * POINT;
    let beyond = (right + beyond + EDGE - width).max(0.0);
    let (axes, area) = if between > BETWEEN || beyond > 0.0 {
        lay_out(between.max(BETWEEN), right - beyond)
    } else {
        (axes, area)
    };
    Ok(Layout { axes, area, key, above, height: area.bottom + below(x.0) + EDGE })
}
