//! A series on paper: where its points, intervals and lines lie, and how they are drawn.

use super::FigureError;
use super::axes::Axes;
use super::canvas::{Canvas, POINT, Pen};
use super::curves::{Curves, Series, stairs};
use super::geometry::{Rect, Spot, length};
use super::palette::{Look, Tone};
use super::thinning::{self, MANY};

/// Size of markers in points, where there is room for them.
pub(super) const MARKER: f64 = 3.4;
/// Size of markers that are crowded.
const SMALL_MARKER: f64 = 2.5;
/// Width of theory lines and of lines that join points.
pub(super) const LINE: f64 = 1.0;
/// Width of error bars.
pub(super) const BAR: f64 = 0.7;

/// Points nearer than this, in points of length, share a band instead of having a bar each.
const DENSE: f64 = 5.0;
/// Markers on a dense series keep this distance.
const SPACING: f64 = 9.0;

/// A series laid out on a sheet.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    pub(super) label: String,
    pub(super) look: Look,
    /// Points; they may lie outside the frame.
    pub(super) points: Vec<Spot>,
    /// Upper and lower end of each point's interval.
    intervals: Vec<Option<(f64, f64)>>,
    /// The theory line, in pieces without gaps.
    theory: Vec<Vec<Spot>>,
    /// Whether the points are too near to each other for a bar each.
    pub(super) dense: bool,
    /// Whether nothing joins the points.
    scattered: bool,
    /// Size of its markers in points.
    marker: f64,
    /// Whether it has so many points that each is a dot at most, without its interval.
    pub(super) crowded: bool,
    /// Number of the series, by which markers of dense series are staggered.
    index: usize,
}

/// Lays out all series.
pub(super) fn traces(curves: &Curves, axes: &Axes) -> Vec<Trace> {
    let trace = |(index, series)| Trace::new(index, series, axes, curves.scattered);
    curves.series.iter().enumerate().map(trace).collect()
}

/// Sentences about series that have more points than can be told apart.
pub(super) fn crowds(curves: &Curves, traces: &[Trace]) -> Vec<String> {
    let series = curves.series.iter().zip(traces).enumerate();
    let crowds = series.filter(|(_, (_, trace))| trace.crowded);
    let sentence = |(index, (series, trace)): (usize, (&Series, &Trace))| {
        format!(
            "{}: {} points are drawn as {} dots without intervals, where at least one of them lies",
            series.name(index),
            series.points.len(),
            trace.points.len()
        )
    };
    crowds.map(sentence).collect()
}

impl Trace {
    fn new(index: usize, series: &Series, axes: &Axes, scattered: bool) -> Self {
        let (mut points, mut intervals) = (Vec::new(), Vec::new());
        for point in &series.points {
            let Some(x) = axes.x.place(point.x) else { continue };
            // A point at or below zero lies below a logarithmic axis; its interval may reach into the frame.
            points.push((x, axes.y.place_or_below(point.y)));
            let ends =
                point.interval.map(|(low, high)| (axes.y.place_or_below(high), axes.y.place_or_below(low)));
            intervals.push(ends);
        }
        let mut theory: Vec<Vec<Spot>> = vec![Vec::new()];
        for &(x, y) in &series.theory {
            match (axes.x.place(x), axes.y.place(y), theory.last_mut()) {
                (Some(x), Some(y), Some(piece)) => piece.push((x, y)),
                _ => theory.push(Vec::new()),
            }
        }
        theory.retain(|piece| !piece.is_empty());
        if series.steps {
            theory = theory.iter().map(|piece| stairs(piece)).collect();
        }
        // Corners of steps are next to each other wherever there are many.
        if series.steps || series.theory.len() > MANY {
            theory = theory.iter().map(|piece| thinning::line(piece, &[]).0).collect();
        }
        let mut steps: Vec<f64> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        steps.sort_by(f64::total_cmp);
        let step = steps.get(steps.len() / 2).map_or(f64::INFINITY, |median| median / POINT);
        let dense = step < DENSE && !scattered;
        let mut marker = if dense { MARKER } else { (0.5 * step).clamp(SMALL_MARKER, MARKER) };
        let crowded = scattered && points.len() > MANY;
        if crowded {
            (points, marker) = thinning::crowd(&points, &axes.frame);
            intervals = vec![None; points.len()];
        } else if points.len() > MANY {
            (points, intervals) = thinning::line(&points, &intervals);
        }
        Self {
            label: series.label.clone(),
            look: Look::of(index),
            points,
            intervals,
            theory,
            dense,
            scattered,
            marker,
            crowded,
            index,
        }
    }

    /// Whether a line joins the points: without theory, and where they are too dense to show a marker each.
    fn joined(&self) -> bool {
        !self.scattered && (self.theory.is_empty() || self.dense)
    }

    fn color(&self) -> Tone {
        self.look.color
    }

    /// Draws the intervals of a dense series.
    pub(super) fn draw_band(&self, canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
        if !self.dense {
            return Ok(());
        }
        let ends: Vec<_> =
            self.points.iter().zip(&self.intervals).map(|(&(x, _), ends)| (x, *ends)).collect();
        for run in ends.split(|(_, ends)| ends.is_none()) {
            let edge = |upper: bool| {
                run.iter().filter_map(move |(x, ends)| {
                    ends.map(|(top, bottom)| (*x, if upper { top } else { bottom }))
                })
            };
            let outline: Vec<Spot> = edge(true).chain(edge(false).rev()).collect();
            canvas.polygon(&frame.clip_polygon(&outline), self.color(), 0.2)?;
        }
        Ok(())
    }

    /// Draws the theory line, or the line that joins the points.
    pub(super) fn draw_lines(&self, canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
        if self.joined() {
            let (pen, dashes): (_, &[f64]) = if self.theory.is_empty() {
                (Pen::new(self.color(), LINE), self.look.dashes)
            } else {
                (Pen { opacity: 0.5, ..Pen::new(self.color(), 0.5 * LINE) }, &[])
            };
            for part in frame.clip_line(&self.points) {
                canvas.dashed(&part, dashes, pen)?;
            }
        }
        for part in self.theory.iter().flat_map(|piece| frame.clip_line(piece)) {
            canvas.dashed(&part, self.look.dashes, Pen::new(self.color(), LINE))?;
        }
        Ok(())
    }

    /// Draws markers, and error bars unless the series is dense.
    pub(super) fn draw_points(&self, canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
        let pen = Pen::new(self.color(), BAR);
        if !self.dense {
            for (from, to) in self.bars(frame) {
                canvas.line(&[from, to], pen)?;
                for (x, y) in [from, to] {
                    // A bar cut by the frame has no cap there.
                    if y > frame.top && y < frame.bottom {
                        let half = 1.1 * POINT;
                        canvas.line(&[(x - half, y), (x + half, y)], pen)?;
                    }
                }
            }
        }
        // Series are staggered, so that markers of neighboring curves do not hide each other.
        let mut next =
            if self.dense { self.points.first().map_or(0.0, |p| p.0) + self.stagger() } else { f64::MIN };
        for &(x, y) in self.points.iter().filter(|&&spot| frame.grown(0.01 * POINT).holds(spot)) {
            if x < next {
                continue;
            }
            if self.crowded {
                canvas.dot((x, y), self.color(), self.marker)?;
            } else {
                canvas.marker((x, y), self.look.marker, self.color(), self.marker)?;
            }
            if self.dense {
                next = x + SPACING * POINT;
            }
        }
        Ok(())
    }

    fn stagger(&self) -> f64 {
        (self.index % 3) as f64 / 3.0 * SPACING * POINT
    }

    fn bars(&self, frame: &Rect) -> impl Iterator<Item = (Spot, Spot)> {
        let ends = self.points.iter().zip(&self.intervals);
        ends.filter_map(|(&(x, _), ends)| {
            ends.and_then(|(top, bottom)| frame.clip_segment((x, top), (x, bottom)))
        })
    }

    /// The rightmost visible spot, from the line if it goes as far as the points.
    pub(super) fn end(&self, frame: &Rect) -> Option<Spot> {
        let frame = frame.grown(0.01 * POINT);
        let points = self.points.iter().copied().filter(|&spot| frame.holds(spot));
        let line = self
            .theory
            .iter()
            .flat_map(|piece| frame.clip_line(piece))
            .filter_map(|part| part.last().copied());
        let joined = if self.joined() { frame.clip_line(&self.points) } else { Vec::new() };
        let joined = joined.into_iter().filter_map(|part| part.last().copied());
        points.chain(joined).chain(line).max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// Whether anything of the series lies in `area`.
    pub(super) fn touches(&self, area: &Rect) -> bool {
        let near = area.grown(0.5 * MARKER * POINT);
        let crosses =
            |line: &[Spot]| line.windows(2).any(|pair| near.clip_segment(pair[0], pair[1]).is_some());
        self.points.iter().any(|&spot| near.holds(spot))
            || self.bars(&near).any(|(from, to)| length(&[from, to]) > 0.0)
            || self.theory.iter().any(|piece| crosses(piece))
            || self.joined() && crosses(&self.points)
            || self.dense && self.band_touches(&near)
    }

    fn band_touches(&self, area: &Rect) -> bool {
        let ends: Vec<_> = self.points.iter().zip(&self.intervals).collect();
        ends.windows(2).any(|pair| {
            let (((x0, _), Some((top0, bottom0))), ((x1, _), Some((top1, bottom1)))) = (pair[0], pair[1])
            else {
                return false;
            };
            !area.clip_polygon(&[(*x0, *top0), (*x1, *top1), (*x1, *bottom1), (*x0, *bottom0)]).is_empty()
        })
    }
}
