//! Curves over one parameter: simulated points with intervals, theory lines, vertical marks.

use super::axes::{Axes, EDGE, Room, SMALL};
use super::axis::{Axis, Scale, in_bounds};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::ends::{self, EndLabels};
use super::legend::{Entry, Legend};
use super::palette::{BLACK, GRAY};
use super::spread::spread;
use super::trace::{Trace, traces};
use super::{FigureError, text};

/// Several series over one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The series, in the order of their colors and of the legend.
    pub series: Vec<Series>,
    /// Vertical lines at single abscissas, labelled above the frame.
    pub marks: Vec<VerticalMark>,
    /// What points mean, where there are both points and lines: "simulation". Empty: not explained.
    pub points_label: String,
    /// What lines mean, where there are both points and lines: "theory". Empty: not explained.
    pub theory_label: String,
}

/// One series: points, a theory line, or both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name in the figure.
    pub label: String,
    /// Simulated points, by increasing abscissa. Without theory they are joined.
    pub points: Vec<Point>,
    /// The prediction, by increasing abscissa: a line through these points.
    pub theory: Vec<(f64, f64)>,
}

/// A simulated point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// Ends of its interval, from low to high; an infinite end reaches to the frame.
    pub interval: Option<(f64, f64)>,
}

/// A vertical line.
#[derive(Clone, Debug, PartialEq)]
pub struct VerticalMark {
    /// Abscissa.
    pub x: f64,
    /// Written above it.
    pub label: String,
}

impl Point {
    /// A point without an interval.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, interval: None }
    }

    /// A point with an interval.
    pub fn with_interval(x: f64, y: f64, low: f64, high: f64) -> Self {
        Self { x, y, interval: Some((low, high)) }
    }
}

impl Curves {
    /// An empty figure, in which points are "simulation" and lines "theory".
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            series: Vec::new(),
            marks: Vec::new(),
            points_label: "simulation".into(),
            theory_label: "theory".into(),
        }
    }

    /// Draws on a sheet of the given size and returns the notes.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        self.check()?;
        let mut notes = self.dropped();
        let x_range = self.x.resolve("the x axis", self.abscissas(), 0.03)?;
        let y_range = self.y.resolve("the y axis", self.ordinates(), 0.04)?;
        let lay_out = |room: Room| {
            Axes::lay_out(sheet, title, (&self.x, x_range), (&self.y, y_range), self.with_marks(room))
        };

        let (axes, traces, ends, legend) = self.arrange(sheet, lay_out);
        notes.extend(self.hidden(&axes));
        if legend.as_ref().is_some_and(|legend| legend.crowded) {
            notes.push("the legend covers a part of the data: there is no room for it elsewhere".into());
        }

        self.draw_marks(canvas, &axes, &mut notes)?;
        for trace in &traces {
            trace.draw_band(canvas, &axes.frame)?;
        }
        for trace in &traces {
            trace.draw_lines(canvas, &axes.frame)?;
        }
        for trace in &traces {
            trace.draw_points(canvas, &axes.frame)?;
        }
        axes.draw(canvas, sheet, false)?;
        if let Some(ends) = ends {
            ends.draw(canvas, &axes.frame)?;
        }
        if let Some(legend) = legend {
            legend.draw(canvas)?;
        }
        Ok(notes)
    }

    /// Decides where the names of the series stand: at the ends of the curves if they fit there, otherwise in a
    /// legend, inside the frame where nothing is covered, beside it, or above it.
    fn arrange(
        &self,
        sheet: (f64, f64),
        lay_out: impl Fn(Room) -> Axes,
    ) -> (Axes, Vec<Trace>, Option<EndLabels>, Option<Legend>) {
        let dense = traces(&self.series, &lay_out(Room::default())).iter().any(|trace| trace.dense);
        let key = self.key(dense);
        if let Some(room) = ends::room(&self.series, sheet.0) {
            let axes = lay_out(Room { top: 0.0, right: room });
            let traces = traces(&self.series, &axes);
            if let Some(labels) = EndLabels::place(&traces, &axes.frame) {
                if key.is_empty() {
                    return (axes, traces, Some(labels), None);
                }
                let marks = self.mark_lines(&axes);
                if let Some(legend) = Legend::inside(&key, &axes.frame, &traces, &marks) {
                    return (axes, traces, Some(labels), Some(legend));
                }
                let (columns, height) = Legend::above_size(&key, axes.frame.width());
                let axes = lay_out(Room { top: height, right: room });
                let traces = self::traces(&self.series, &axes);
                if let Some(labels) = EndLabels::place(&traces, &axes.frame) {
                    let legend = Legend::above(&key, &axes.frame, self.marks_height(), columns);
                    return (axes, traces, Some(labels), Some(legend));
                }
            }
        }
        let mut entries: Vec<Entry> =
            self.series.iter().enumerate().map(|(k, s)| Entry::series(k, s)).collect();
        entries.extend(key);
        let axes = lay_out(Room::default());
        let traces = traces(&self.series, &axes);
        let named = entries.iter().any(|entry| !entry.label.is_empty());
        if !named {
            return (axes, traces, None, None);
        }
        if let Some(legend) = Legend::inside(&entries, &axes.frame, &traces, &self.mark_lines(&axes)) {
            return (axes, traces, None, Some(legend));
        }
        let (width, height) = Legend::size(&entries);
        if width <= 0.3 * sheet.0 && height <= 0.8 * axes.frame.height() {
            let axes = lay_out(Room { top: 0.0, right: width + 6.0 * POINT + EDGE });
            let traces = self::traces(&self.series, &axes);
            let legend = Legend::beside(&entries, &axes.frame);
            return (axes, traces, None, Some(legend));
        }
        let (columns, height) = Legend::above_size(&entries, axes.frame.width());
        if height <= 0.45 * axes.frame.height() {
            let axes = lay_out(Room { top: height, right: 0.0 });
            let traces = self::traces(&self.series, &axes);
            let legend = Legend::above(&entries, &axes.frame, self.marks_height(), columns);
            return (axes, traces, None, Some(legend));
        }
        let legend = Legend::crowded(&entries, &axes.frame);
        (axes, traces, None, Some(legend))
    }

    /// Explains points and lines, if there are both in one series.
    fn key(&self, dense: bool) -> Vec<Entry> {
        let both = self.series.iter().any(|series| !series.points.is_empty() && !series.theory.is_empty());
        if !both || self.points_label.is_empty() || self.theory_label.is_empty() {
            return Vec::new();
        }
        vec![Entry::points(&self.points_label, dense), Entry::line(&self.theory_label)]
    }

    fn marks_height(&self) -> f64 {
        if self.marks.iter().all(|mark| mark.label.is_empty()) { 0.0 } else { 1.35 * SMALL * POINT }
    }

    fn with_marks(&self, room: Room) -> Room {
        Room { top: room.top + self.marks_height(), ..room }
    }

    fn mark_lines(&self, axes: &Axes) -> Vec<f64> {
        self.marks.iter().filter_map(|mark| axes.x.place(mark.x)).collect()
    }

    fn draw_marks(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        notes: &mut Vec<String>,
    ) -> Result<(), FigureError> {
        let frame = &axes.frame;
        let mut shown: Vec<(f64, &str)> = Vec::new();
        for VerticalMark { x, label } in &self.marks {
            match axes.x.place(*x).filter(|place| (frame.left..=frame.right).contains(place)) {
                Some(place) => shown.push((place, label)),
                None => notes.push(format!("the mark “{label}” at {x} lies outside the x axis")),
            }
        }
        for (x, _) in &shown {
            canvas.dashed(&[(*x, frame.bottom), (*x, frame.top)], &[2.0, 1.6], Pen::new(GRAY, 0.7))?;
        }
        shown.retain(|(_, label)| !label.is_empty());
        let wanted: Vec<(f64, f64)> =
            shown.iter().map(|(x, label)| (*x, text::width(label, SMALL * POINT) + 5.0 * POINT)).collect();
        let Some(centers) = spread(&wanted, EDGE, frame.right + 0.1 * frame.width()) else {
            notes.push("the labels of the vertical marks have no room above the frame".into());
            return Ok(());
        };
        for ((x, label), center) in shown.into_iter().zip(centers) {
            let baseline = frame.top - 3.0 * POINT;
            if (center - x).abs() > POINT {
                // A label that had to move aside keeps a line to its mark.
                let elbow = [(x, frame.top), (center, baseline + 0.8 * POINT)];
                canvas.line(&elbow, Pen::new(GRAY, 0.5))?;
            }
            canvas.text(label, (center, baseline), Align::Center, SMALL, BLACK)?;
        }
        Ok(())
    }

    fn abscissas(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|series| {
            series.points.iter().map(|point| point.x).chain(series.theory.iter().map(|&(x, _)| x))
        })
    }

    /// Everything that the vertical axis should show.
    fn ordinates(&self) -> impl Iterator<Item = f64> {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let lowest = points().map(|point| point.y).filter(|&y| y > 0.0).fold(f64::INFINITY, f64::min);
        // An interval that nearly reaches zero must not stretch a logarithmic axis over many decades.
        let floor = if self.y.scale == Scale::Log { lowest / 10.0 } else { f64::NEG_INFINITY };
        let ends =
            points().filter_map(|point| point.interval).flat_map(move |(low, high)| [low.max(floor), high]);
        let theory = self.series.iter().flat_map(|series| &series.theory).map(|&(_, y)| y);
        points().map(|point| point.y).chain(ends).chain(theory)
    }

    fn check(&self) -> Result<(), FigureError> {
        if self.series.is_empty() {
            return Err(FigureError::Empty("the figure".into()));
        }
        for (index, series) in self.series.iter().enumerate() {
            series.check(index)?;
        }
        for mark in &self.marks {
            if !in_bounds(mark.x) {
                let place = format!("mark “{}”", mark.label);
                return Err(FigureError::Coordinate { place, name: "x", value: mark.x });
            }
        }
        Ok(())
    }

    /// Sentences about points that lie outside the given ranges.
    fn hidden(&self, axes: &Axes) -> Vec<String> {
        let frame = axes.frame.grown(POINT);
        let hides = |point: &&Point| match (axes.x.place(point.x), axes.y.place(point.y)) {
            (Some(x), Some(y)) => !frame.holds((x, y)),
            _ => false,
        };
        let count = |series: &Series| series.points.iter().filter(hides).count();
        let hidden = self.series.iter().enumerate().map(|(k, series)| (series.name(k), count(series)));
        hidden
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{name}: {count} of its points lie outside the axes"))
            .collect()
    }

    /// Sentences about points that have no place on a logarithmic axis.
    fn dropped(&self) -> Vec<String> {
        let lost =
            |x: f64, y: f64| self.x.scale == Scale::Log && x <= 0.0 || self.y.scale == Scale::Log && y <= 0.0;
        let mut notes = Vec::new();
        for (k, series) in self.series.iter().enumerate() {
            let name = series.name(k);
            let points = series.points.iter().filter(|point| lost(point.x, point.y)).count();
            let theory = series.theory.iter().filter(|&&(x, y)| lost(x, y)).count();
            for (count, what) in [(points, "points"), (theory, "theory values")] {
                if count > 0 {
                    notes.push(format!(
                        "{name}: {count} of its {what} are at or below 0, which a logarithmic axis cannot show"
                    ));
                }
            }
            let below =
                |point: &&Point| point.interval.is_some_and(|(low, _)| low <= 0.0) && !lost(point.x, point.y);
            let cut = series.points.iter().filter(below).count();
            if self.y.scale == Scale::Log && cut > 0 {
                notes.push(format!(
                    "{name}: {cut} of its intervals reach 0 or below and are cut off at the logarithmic axis"
                ));
            }
        }
        notes
    }
}

impl Series {
    /// The series as errors and notes name it.
    pub(super) fn name(&self, index: usize) -> String {
        if self.label.is_empty() {
            format!("series {}", index + 1)
        } else {
            format!("series “{}”", self.label)
        }
    }

    fn check(&self, index: usize) -> Result<(), FigureError> {
        let name = self.name(index);
        if self.points.is_empty() && self.theory.is_empty() {
            return Err(FigureError::Empty(name));
        }
        let points: Vec<(f64, f64)> = self.points.iter().map(|point| (point.x, point.y)).collect();
        check_increasing(&points, &format!("{name}, point"))?;
        check_increasing(&self.theory, &format!("{name}, theory value"))?;
        for (k, point) in self.points.iter().enumerate() {
            if let Some((low, high)) = point.interval {
                let open = |end: f64| in_bounds(end) || end.is_infinite();
                if !open(low) || !open(high) || low > high {
                    return Err(FigureError::Interval {
                        place: format!("{name}, point {}", k + 1),
                        low,
                        high,
                    });
                }
            }
        }
        Ok(())
    }
}

fn check_increasing(points: &[(f64, f64)], name: &str) -> Result<(), FigureError> {
    for (k, &(x, y)) in points.iter().enumerate() {
        let place = || format!("{name} {}", k + 1);
        for (name, value) in [("x", x), ("y", y)] {
            if !in_bounds(value) {
                return Err(FigureError::Coordinate { place: place(), name, value });
            }
        }
        if k > 0 && x <= points[k - 1].0 {
            return Err(FigureError::Order { place: place(), previous: points[k - 1].0, next: x });
        }
    }
    Ok(())
}
