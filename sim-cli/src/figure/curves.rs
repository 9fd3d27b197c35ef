//! Curves over one parameter: simulated points with intervals, theory lines, vertical marks.

use super::arrangement::Arrangement;
use super::axes::{Axes, EDGE, Room, SMALL};
use super::axis::{Axis, Scale, in_bounds};
use super::canvas::{Canvas, POINT};
use super::data::Rows;
use super::drawn::Drawn;
use super::fit::PowerLaw;
use super::geometry::Spot;
use super::palette::Tone;
use super::places::Place;
use super::{FigureError, marks, thinning};

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
    /// Power laws fitted to series.
    pub fits: Vec<PowerLaw>,
    /// Bands around the lines of series.
    pub bands: Vec<Band>,
    /// Whether points stand alone: no line or band joins them, as those of a sample that differ in more than their abscissa.
    pub scattered: bool,
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
    /// Whether the line is one of steps, as a distribution function is: it stays as high as a point until the abscissa of the next, and so does
    /// its band. Two points may have the same abscissa.
    pub steps: bool,
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

/// A band around the line of a series, such as one that holds for a whole curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Position of the series, whose color it has.
    pub series: usize,
    /// Abscissas, increasing, with the lower and the upper end there.
    pub ends: Vec<(f64, f64, f64)>,
}

impl Band {
    /// Fills the band, in `steps` if its series has them.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        color: Tone,
        steps: bool,
    ) -> Result<(), FigureError> {
        let edge = |upper: bool| -> Vec<Spot> {
            let ends = self.ends.iter().filter_map(|&(x, low, high)| {
                Some((axes.x.place(x)?, axes.y.place_or_below(if upper { high } else { low })))
            });
            let edge: Vec<Spot> = ends.collect();
            thinning::line(&if steps { stairs(&edge) } else { edge }, &[]).0
        };
        let outline: Vec<Spot> = edge(true).into_iter().chain(edge(false).into_iter().rev()).collect();
        canvas.polygon(&axes.frame.clip_polygon(&outline), color, 0.2)
    }
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
            fits: Vec::new(),
            bands: Vec::new(),
            scattered: false,
            points_label: "simulation".into(),
            theory_label: "theory".into(),
        }
    }

    /// Checks the data and decides what stands where.
    pub(super) fn arrange(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Arrangement, FigureError> {
        self.check()?;
        let x = (&self.x, self.x.resolve("the x axis", self.abscissas(), 0.03)?);
        let y = (&self.y, self.y.resolve("the y axis", self.ordinates(), 0.04)?);
        let lay_out = |room: Room| {
            let room = Room { top: room.top + self.marks_height(), ..room };
            Axes::lay_out(sheet, title, x, y, room)
        };
        Ok(Arrangement::new(self, sheet, &lay_out))
    }

    /// Room above the frame for the labels of the marks, in units.
    pub(super) fn marks_height(&self) -> f64 {
        if self.marks.iter().all(|mark| mark.label.is_empty()) { 0.0 } else { 1.35 * SMALL * POINT }
    }

    pub(super) fn abscissas(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|series| {
            series.points.iter().map(|point| point.x).chain(series.theory.iter().map(|&(x, _)| x))
        })
    }

    /// Everything that the vertical axis should show.
    pub(super) fn ordinates(&self) -> impl Iterator<Item = f64> {
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
            if series.is_empty() {
                return Err(FigureError::Empty(series.name(index)));
            }
        }
        self.check_shared()
    }

    /// Checks one of several panels, where series may be empty.
    pub(super) fn check_shared(&self) -> Result<(), FigureError> {
        for (index, series) in self.series.iter().enumerate() {
            series.check(index, self.scattered)?;
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
    pub(super) fn hidden(&self, axes: &Axes) -> Vec<String> {
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
    pub(super) fn dropped(&self) -> Vec<String> {
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

impl Drawn for Curves {
    fn height(&self, sheet: (f64, f64), title: Option<&str>) -> Result<f64, FigureError> {
        Ok(sheet.1 + self.arrange(sheet, title)?.extra_height().round())
    }

    fn check(&self, sheet: (f64, f64)) -> Result<(), FigureError> {
        self.arrange(sheet, None).map(|_| ())
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let arrangement = self.arrange(sheet, title)?;
        let mut notes = self.dropped();
        notes.extend(self.hidden(&arrangement.axes));
        notes.extend(arrangement.crowds(self));
        if arrangement.is_crowded() {
            notes.push("the legend covers a part of the data: there is no room for it elsewhere".into());
        }
        marks::draw(canvas, &arrangement.axes, &self.marks, (EDGE, sheet.0 - EDGE), &mut notes)?;
        arrangement.draw(self, canvas, sheet)?;
        Ok(notes)
    }

    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        Ok(self.places_on(&self.arrange(sheet, title)?.axes))
    }

    fn rows(&self) -> Rows {
        Rows::of_panels([("", self.table())].into_iter())
    }
}

/// The corners of a line of steps through these spots.
pub(super) fn stairs(spots: &[Spot]) -> Vec<Spot> {
    let first = spots.first().copied().into_iter();
    first.chain(spots.windows(2).flat_map(|pair| [(pair[1].0, pair[0].1), pair[1]])).collect()
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

    /// Whether it has neither points nor a line.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.theory.is_empty()
    }

    fn check(&self, index: usize, scattered: bool) -> Result<(), FigureError> {
        let name = self.name(index);
        let points: Vec<(f64, f64)> = self.points.iter().map(|point| (point.x, point.y)).collect();
        check_increasing(&points, &format!("{name}, point"), scattered)?;
        check_increasing(&self.theory, &format!("{name}, theory value"), scattered || self.steps)?;
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

/// Checks that abscissas are finite and increase, or do not decrease where some may be `equal`.
fn check_increasing(points: &[(f64, f64)], name: &str, equal: bool) -> Result<(), FigureError> {
    for (k, &(x, y)) in points.iter().enumerate() {
        let place = || format!("{name} {}", k + 1);
        for (name, value) in [("x", x), ("y", y)] {
            if !in_bounds(value) {
                return Err(FigureError::Coordinate { place: place(), name, value });
            }
        }
        if k > 0 && (x < points[k - 1].0 || x == points[k - 1].0 && !equal) {
            return Err(FigureError::Order { place: place(), previous: points[k - 1].0, next: x });
        }
    }
    Ok(())
}
