//! What can be seen in several panels, and what says once for all of them what colors and signs mean.

use super::FigureError;
use super::arrangement::{draw_traces, key};
use super::axes::{Axes, EDGE};
use super::axis::Axis;
use super::canvas::{Canvas, INCH};
use super::color_bar::ColorBar;
use super::curves::Curves;
use super::data::Rows;
use super::geometry::Rect;
use super::heat_map::{ColorScale, HeatMap, Range, ranges};
use super::legend::{Entry, Legend};
use super::marks;
use super::places::Place;
use super::regions::Regions;
use super::trace::{crowds, traces};

/// What can be seen in several panels on axes of the same ranges.
pub(super) trait Repeated {
    /// Whether a frame has four sides.
    const BOXED: bool;

    /// A panel is at least this wide, in units.
    const LEAST_WIDTH: f64;

    /// The horizontal and the vertical axis.
    fn axes(&self) -> (&Axis, &Axis);

    /// Checks all panels, and gives the ranges of their axes.
    fn ranges(panels: &[&Self]) -> Result<(Range, Range), FigureError>;

    /// What says what colors and signs mean on a sheet of this width with panels of this height, in units.
    fn key(panels: &[&Self], width: f64, height: f64, notes: &mut Vec<String>) -> Result<Key, FigureError>;

    /// Height in units of what is written between the frame and the name of the panel.
    fn height_above(&self) -> f64 {
        0.0
    }

    /// Whether intervals are drawn as bands.
    fn has_bands(&self, axes: &Axes) -> bool {
        let _ = axes;
        false
    }

    /// Draws what stands inside of a frame, and returns sentences about what could not be shown.
    fn draw_inside(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        key: &Key,
    ) -> Result<Vec<String>, FigureError>;

    /// What stands where in a frame.
    fn places_on(&self, axes: &Axes) -> Vec<Place>;

    /// What is shown, as a table.
    fn table(&self) -> Rows;
}

/// What says what colors and signs mean, once for all panels.
pub(super) enum Key {
    /// Names above the panels.
    Legend(Vec<Entry>),
    /// A color bar on their right.
    Bar(ColorBar),
}

impl Key {
    /// Width in units that it takes on the right.
    pub(super) fn width(&self) -> f64 {
        match self {
            Self::Legend(_) => 0.0,
            Self::Bar(bar) => bar.width(),
        }
    }

    /// Height in units that it takes above panels that together are so wide.
    pub(super) fn height(&self, width: f64) -> f64 {
        match self {
            Self::Legend(entries) if !entries.is_empty() => Legend::above_size(entries, width).1,
            _ => 0.0,
        }
    }

    /// Draws it beside the area of all frames, above which `above` units are taken; `bands` if intervals are.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: &Rect,
        above: f64,
        width: f64,
        bands: bool,
    ) -> Result<(), FigureError> {
        match self {
            Self::Legend(entries) if entries.is_empty() => Ok(()),
            Self::Legend(entries) => {
                let (columns, _) = Legend::above_size(entries, area.width());
                Legend::above(entries, area, above, columns, width).draw(canvas, bands)
            }
            Self::Bar(bar) => bar.draw(canvas, area, width),
        }
    }
}

impl Repeated for Curves {
    const BOXED: bool = false;
    const LEAST_WIDTH: f64 = 1.15 * INCH;

    fn axes(&self) -> (&Axis, &Axis) {
        (&self.x, &self.y)
    }

    fn ranges(panels: &[&Self]) -> Result<(Range, Range), FigureError> {
        panels.iter().try_for_each(|panel| panel.check_shared())?;
        let first = panels.first().ok_or_else(|| FigureError::Empty("the figure".into()))?;
        let x = first.x.resolve("the x axis", panels.iter().flat_map(|panel| panel.abscissas()), 0.03)?;
        let y = first.y.resolve("the y axis", panels.iter().flat_map(|panel| panel.ordinates()), 0.04)?;
        Ok((x, y))
    }

    /// Names of the series, and what points and lines mean.
    fn key(panels: &[&Self], width: f64, _: f64, _: &mut Vec<String>) -> Result<Key, FigureError> {
        let explained = panels.iter().map(|panel| key(panel)).max_by_key(Vec::len).unwrap_or_default();
        let count = panels.iter().map(|panel| panel.series.len()).max().unwrap_or(0);
        let scattered = panels.iter().any(|panel| panel.scattered);
        let named = (0..count).filter_map(|k| {
            let mut of_all = panels.iter().filter_map(|panel| panel.series.get(k));
            let shown = of_all.find(|series| !series.is_empty())?;
            (!shown.label.is_empty()).then(|| Entry::series(k, shown, scattered, width))
        });
        // The name of a single series says nothing that the label of the axis does not say.
        let named: Vec<Entry> = if count > 1 { named.collect() } else { Vec::new() };
        Ok(Key::Legend(named.into_iter().chain(explained).collect()))
    }

    fn height_above(&self) -> f64 {
        self.marks_height()
    }

    fn has_bands(&self, axes: &Axes) -> bool {
        traces(self, axes).iter().any(|trace| trace.dense)
    }

    fn draw_inside(&self, canvas: &mut Canvas<'_>, axes: &Axes, _: &Key) -> Result<Vec<String>, FigureError> {
        let traces = traces(self, axes);
        let mut notes = self.dropped();
        notes.extend(self.hidden(axes));
        notes.extend(crowds(self, &traces));
        // Labels of marks stay above their panel.
        let (from, to) = (axes.frame.left - EDGE, axes.frame.right + EDGE);
        marks::draw(canvas, axes, &self.marks, (from, to), &mut notes)?;
        draw_traces(canvas, self, axes, &traces)?;
        Ok(notes)
    }

    fn places_on(&self, axes: &Axes) -> Vec<Place> {
        self.places_on(axes)
    }

    fn table(&self) -> Rows {
        self.table()
    }
}

impl Repeated for HeatMap {
    const BOXED: bool = true;
    const LEAST_WIDTH: f64 = 0.9 * INCH;

    fn axes(&self) -> (&Axis, &Axis) {
        (&self.x, &self.y)
    }

    fn ranges(panels: &[&Self]) -> Result<(Range, Range), FigureError> {
        panels.iter().try_for_each(|panel| panel.check_cells())?;
        ranges(&panels.iter().map(|panel| panel.grid()).collect::<Vec<_>>())
    }

    /// One bar, whose colors mean the same in all panels.
    fn key(panels: &[&Self], _: f64, height: f64, notes: &mut Vec<String>) -> Result<Key, FigureError> {
        let first = panels.first().ok_or_else(|| FigureError::Empty("the figure".into()))?;
        let values: Vec<f64> = panels.iter().flat_map(|panel| &panel.values).copied().collect();
        let scale = ColorScale { label: first.colors.label.clone(), ..first.colors };
        ColorBar::new(&scale, &values, height, notes).map(Key::Bar)
    }

    fn draw_inside(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        key: &Key,
    ) -> Result<Vec<String>, FigureError> {
        let mut notes = Vec::new();
        if let Key::Bar(bar) = key {
            self.draw_inside(canvas, axes, bar, &mut notes)?;
        }
        Ok(notes)
    }

    fn places_on(&self, axes: &Axes) -> Vec<Place> {
        self.places_on(axes)
    }

    fn table(&self) -> Rows {
        self.table()
    }
}

impl Repeated for Regions {
    const BOXED: bool = true;
    const LEAST_WIDTH: f64 = 0.9 * INCH;

    fn axes(&self) -> (&Axis, &Axis) {
        (&self.x, &self.y)
    }

    fn ranges(panels: &[&Self]) -> Result<(Range, Range), FigureError> {
        panels.iter().try_for_each(|panel| panel.check_cells())?;
        ranges(&panels.iter().map(|panel| panel.grid()).collect::<Vec<_>>())
    }

    /// Those who are ahead somewhere.
    fn key(panels: &[&Self], width: f64, _: f64, _: &mut Vec<String>) -> Result<Key, FigureError> {
        let names = panels.first().map_or(&[][..], |panel| &panel.names);
        let shown = names.iter().enumerate().filter(|(k, _)| panels.iter().any(|panel| panel.shows(*k)));
        Ok(Key::Legend(shown.map(|(k, name)| Entry::region(k, name, width)).collect()))
    }

    fn draw_inside(&self, canvas: &mut Canvas<'_>, axes: &Axes, _: &Key) -> Result<Vec<String>, FigureError> {
        let mut notes = Vec::new();
        self.draw_inside(canvas, axes, &mut notes)?;
        Ok(notes)
    }

    fn places_on(&self, axes: &Axes) -> Vec<Place> {
        self.places_on(axes)
    }

    fn table(&self) -> Rows {
        self.table()
    }
}
