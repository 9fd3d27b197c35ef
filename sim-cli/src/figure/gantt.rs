//! Gantt charts: who did what when, and what went from one to the other.

use super::FigureError;
use super::axes::{ASCENT, DESCENT, DIGIT, EDGE, LABEL, SMALL};
use super::axis::{Mapping, Scale};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::data::Rows;
use super::drawn::Drawn;
use super::geometry::{Rect, Spot};
use super::palette::{Look, Marker, Tone};
use super::places::Place;
use super::{text, ticks};

/// A Gantt chart: one row per track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gantt {
    /// The rows, from top to bottom.
    pub rows: Vec<GanttRow>,
    /// What went from one row to another.
    pub flows: Vec<GanttFlow>,
    /// The kinds of bars in the order of their colors and of the legend.
    pub kinds: Vec<String>,
    /// Written below the axis: "time (s)".
    pub time_label: String,
}

/// One row of a Gantt chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GanttRow {
    /// Written beside it.
    pub name: String,
    /// Bars, from start to end, each of one of the kinds.
    pub bars: Vec<GanttBar>,
    /// Moments at which something happened.
    pub marks: Vec<f64>,
}

/// A bar in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GanttBar {
    /// Its beginning.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// Position of its kind in [`Gantt::kinds`].
    pub kind: usize,
}

/// A line from one row to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GanttFlow {
    /// Row and time of its beginning.
    pub from: (usize, f64),
    /// Row and time of its end.
    pub to: (usize, f64),
}

/// Heights in points.
const ROW: f64 = 11.0;
const BAR: f64 = 6.5;
const LEGEND: f64 = 12.0;
/// Most rows that fit onto a page.
pub const MOST_ROWS: usize = 48;
/// Width that names may take, as a part of the sheet.
const MOST_NAME: f64 = 0.22;
const TICK: f64 = 3.0 * POINT;
const GAP: f64 = 2.5 * POINT;

impl Gantt {
    /// Height of the sheet in units.
    fn height_of(&self, title: bool) -> f64 {
        let title = if title { 1.4 * LABEL } else { 0.0 };
        let axis = SMALL * DIGIT + LABEL + 2.5;
        let rows = ROW * self.rows.len().max(1) as f64;
        (2.0 * EDGE + TICK + GAP + (title + self.legend_height() + rows + axis) * POINT).round()
    }

    fn legend_height(&self) -> f64 {
        if self.kinds.is_empty() { 0.0 } else { LEGEND }
    }

    /// Many lines would hide what lies below them.
    fn flow_opacity(&self) -> f64 {
        (30.0 / self.flows.len().max(1) as f64).clamp(0.15, 0.8)
    }

    fn end(&self) -> f64 {
        let bars = self.rows.iter().flat_map(|row| row.bars.iter().map(|bar| bar.end));
        let marks = self.rows.iter().flat_map(|row| row.marks.iter().copied());
        let flows = self.flows.iter().map(|flow| flow.to.1);
        bars.chain(marks).chain(flows).fold(0.0, f64::max)
    }

    fn frame(&self, width: f64, height: f64, title: Option<&str>) -> Rect {
        let names = self.rows.iter().map(|row| text::width(&row.name, SMALL * POINT)).fold(0.0, f64::max);
        let title = if title.is_some() { 1.4 * LABEL * POINT } else { 0.0 };
        let bottom = height - EDGE - (LABEL + 2.5 + SMALL * DIGIT) * POINT - GAP - TICK;
        Rect {
            left: EDGE + names.min(MOST_NAME * width) + GAP,
            top: EDGE + title + self.legend_height() * POINT,
            right: width - EDGE - 1.5 * SMALL * POINT,
            bottom,
        }
    }

    fn mapping(&self, width: f64, height: f64, title: Option<&str>) -> Result<Mapping, FigureError> {
        let frame = self.frame(width, height, title);
        let end = self.end();
        let finite = self
            .rows
            .iter()
            .flat_map(|row| &row.bars)
            .all(|bar| bar.start.is_finite() && bar.end.is_finite() && bar.kind < self.kinds.len());
        if !end.is_finite() || !finite {
            return Err(FigureError::Draw("a bar of a Gantt chart has no finite place or no kind".into()));
        }
        // A run in which no time goes by is drawn at the left end of an axis of one unit.
        let high = if end > 0.0 { 1.02 * end } else { 1.0 };
        Ok(Mapping { scale: Scale::Linear, low: 0.0, high, start: frame.left, end: frame.right })
    }

    fn draw_names(&self, canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
        for (position, row) in self.rows.iter().enumerate() {
            let (label, size) = text::fit(&row.name, SMALL, frame.left - EDGE - GAP);
            let middle = frame.top + (position as f64 + 0.5) * ROW * POINT;
            let baseline = middle + 0.5 * DIGIT * size * POINT;
            canvas.text(&label, (frame.left - GAP, baseline), Align::Right, size, Tone::Ink)?;
            if position > 0 {
                let y = frame.top + position as f64 * ROW * POINT;
                let pen = Pen { opacity: 0.25, ..Pen::new(Tone::Muted, 0.3) };
                canvas.line(&[(frame.left, y), (frame.right, y)], pen)?;
            }
        }
        Ok(())
    }

    fn draw_axis(&self, canvas: &mut Canvas<'_>, frame: &Rect, mapping: &Mapping) -> Result<(), FigureError> {
        let widest = |ticks: &ticks::Ticks| {
            ticks.major.iter().map(|(_, label)| text::width(label, SMALL * POINT)).fold(0.0, f64::max)
        };
        let fits =
            |ticks: &ticks::Ticks| (widest(ticks) + 6.0 * POINT) * ticks.major.len() as f64 <= frame.width();
        let ticks = ticks::fitting(Scale::Linear, mapping.low, mapping.high, fits);
        let pen = Pen::new(Tone::Ink, 0.6);
        for (value, label) in &ticks.major {
            let Some(x) = mapping.place(*value) else { continue };
            canvas.line(&[(x, frame.bottom), (x, frame.bottom + TICK)], pen)?;
            let baseline = frame.bottom + TICK + GAP + SMALL * DIGIT * POINT;
            canvas.text(label, (x, baseline), Align::Center, SMALL, Tone::Ink)?;
        }
        for value in &ticks.minor {
            let Some(x) = mapping.place(*value) else { continue };
            canvas.line(&[(x, frame.bottom), (x, frame.bottom + 0.55 * TICK)], pen)?;
        }
        let baseline = frame.bottom + TICK + GAP + (SMALL * DIGIT + LABEL + 2.5 - DESCENT * LABEL) * POINT;
        let center = 0.5 * (frame.left + frame.right);
        canvas.text(&self.time_label, (center, baseline), Align::Center, LABEL, Tone::Ink)
    }

    /// Bars that overlap share the height of the row. Bars narrower than a third of a point that touch are drawn as one.
    fn draw_bars(
        &self,
        canvas: &mut Canvas<'_>,
        row: &GanttRow,
        middle: f64,
        mapping: &Mapping,
    ) -> Result<(), FigureError> {
        let (lanes, lane_of) = lanes(&row.bars);
        let height = BAR * POINT / lanes as f64;
        let top = middle - 0.5 * BAR * POINT;
        for (lane, areas) in (0..lanes).map(|lane| (lane, self.areas(row, &lane_of, lane, mapping))) {
            for (kind, left, right) in areas {
                // Neighbors are told apart by a hair of white.
                let inset = if right - left > 1.5 * POINT { 0.15 * POINT } else { 0.0 };
                let area = Rect {
                    left: left + inset,
                    top: top + lane as f64 * height,
                    right: (right - inset).max(left + POINT / 3.0),
                    bottom: top + (lane as f64 + 1.0) * height,
                };
                canvas.fill(&area, Look::of(kind).color, opacity(kind))?;
            }
        }
        Ok(())
    }

    /// Kind, left and right end of what is drawn in a lane, from left to right.
    fn areas(
        &self,
        row: &GanttRow,
        lane_of: &[usize],
        lane: usize,
        mapping: &Mapping,
    ) -> Vec<(usize, f64, f64)> {
        let thin = POINT / 3.0;
        let mut areas: Vec<(usize, f64, f64)> = Vec::new();
        // For every kind the last one drawn, which a thin neighbor joins.
        let mut last: Vec<Option<usize>> = vec![None; self.kinds.len()];
        let in_lane = row.bars.iter().zip(lane_of).filter(|(_, on)| **on == lane);
        for (bar, _) in in_lane {
            let (left, right) = (mapping.place_or_below(bar.start), mapping.place_or_below(bar.end));
            match last[bar.kind].map(|at| &mut areas[at]) {
                Some((_, start, end)) if right - left < thin && left - *end < thin && left >= *start => {
                    *end = end.max(right);
                }
                _ => {
                    last[bar.kind] = Some(areas.len());
                    areas.push((bar.kind, left, right));
                }
            }
        }
        areas.sort_by(|a, b| a.1.total_cmp(&b.1));
        areas
    }

    fn draw_marks(
        &self,
        canvas: &mut Canvas<'_>,
        row: &GanttRow,
        middle: f64,
        mapping: &Mapping,
    ) -> Result<(), FigureError> {
        let mut last = f64::NEG_INFINITY;
        for &mark in &row.marks {
            let x = mapping.place_or_below(mark);
            // Marks in one place are one mark.
            if x - last >= 0.5 * POINT {
                canvas.marker((x, middle), Marker::Diamond, Tone::Ink, 2.6)?;
                last = x;
            }
        }
        Ok(())
    }

    fn draw_legend(&self, canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
        let (sample, space) = (9.0 * POINT, 9.0 * POINT);
        let widths: Vec<f64> =
            self.kinds.iter().map(|kind| sample + GAP + text::width(kind, SMALL * POINT)).collect();
        let total: f64 = widths.iter().sum::<f64>() + space * widths.len().saturating_sub(1) as f64;
        let mut x = frame.left + 0.5 * (frame.width() - total).max(0.0);
        let middle = frame.top - 0.55 * LEGEND * POINT;
        for (kind, label) in self.kinds.iter().enumerate() {
            let half = 0.35 * BAR * POINT;
            let area = Rect { left: x, top: middle - half, right: x + sample, bottom: middle + half };
            canvas.fill(&area, Look::of(kind).color, opacity(kind))?;
            let spot: Spot = (x + sample + GAP, middle + 0.5 * DIGIT * SMALL * POINT);
            canvas.text(label, spot, Align::Left, SMALL, Tone::Ink)?;
            x += widths[kind] + space;
        }
        Ok(())
    }
}

impl Drawn for Gantt {
    fn height(&self, _: (f64, f64), title: Option<&str>) -> Result<f64, FigureError> {
        Ok(self.height_of(title.is_some()))
    }

    fn check(&self, sheet: (f64, f64)) -> Result<(), FigureError> {
        self.mapping(sheet.0, sheet.1, None).map(|_| ())
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        (width, height): (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError> {
        let mapping = self.mapping(width, height, title)?;
        let frame = self.frame(width, height, title);
        if let Some(title) = title {
            let (label, size) = text::fit(title, LABEL, width - 2.0 * EDGE);
            let baseline = EDGE + ASCENT * LABEL * POINT;
            canvas.text(
                &label,
                (0.5 * (frame.left + frame.right), baseline),
                Align::Center,
                size,
                Tone::Ink,
            )?;
        }
        self.draw_names(canvas, &frame)?;
        self.draw_axis(canvas, &frame, &mapping)?;
        let middle = |row: usize| frame.top + (row as f64 + 0.5) * ROW * POINT;
        for (position, row) in self.rows.iter().enumerate() {
            self.draw_bars(canvas, row, middle(position), &mapping)?;
        }
        let pen = Pen { opacity: self.flow_opacity(), ..Pen::new(Tone::Muted, 0.4) };
        let edge = 0.5 * BAR * POINT;
        for flow in &self.flows {
            let side = if flow.to.0 > flow.from.0 { edge } else { -edge };
            let from = (mapping.place_or_below(flow.from.1), middle(flow.from.0) + side);
            let to = (mapping.place_or_below(flow.to.1), middle(flow.to.0) - side);
            canvas.line(&[from, to], pen)?;
        }
        for (position, row) in self.rows.iter().enumerate() {
            self.draw_marks(canvas, row, middle(position), &mapping)?;
        }
        canvas.frame(&frame, Pen::new(Tone::Ink, 0.6))?;
        self.draw_legend(canvas, &frame)?;
        Ok(Vec::new())
    }

    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        let _ = (sheet, title);
        Ok(Vec::new())
    }

    fn rows(&self) -> Rows {
        self.table()
    }
}

/// The number of lanes in which no bars overlap, at most four, and the lane of every bar.
fn lanes(bars: &[GanttBar]) -> (usize, Vec<usize>) {
    const MOST: usize = 4;
    let mut order: Vec<usize> = (0..bars.len()).collect();
    order.sort_by(|&a, &b| bars[a].start.total_cmp(&bars[b].start));
    let mut free_from: Vec<f64> = Vec::new();
    let mut lane_of = vec![0; bars.len()];
    for bar in order {
        let GanttBar { start, end, .. } = bars[bar];
        let free = free_from.iter().position(|&free| free <= start);
        let lane = match free {
            Some(lane) => lane,
            None if free_from.len() < MOST => {
                free_from.push(0.0);
                free_from.len() - 1
            }
            None => MOST - 1,
        };
        free_from[lane] = free_from[lane].max(end);
        lane_of[bar] = lane;
    }
    (free_from.len().max(1), lane_of)
}

/// Kinds differ in lightness too, so that they are told apart without color.
fn opacity(kind: usize) -> f64 {
    if kind.is_multiple_of(2) { 0.95 } else { 0.55 }
}
