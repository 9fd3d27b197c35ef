//! A tornado: what each parameter does alone, from one end of its range to the other, the greatest swing on top.

use super::FigureError;
use super::axes::{Axes, DIGIT, EDGE, LABEL, Names, Room, SMALL};
use super::axis::{Axis, in_bounds};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::data::Rows;
use super::drawn::Drawn;
use super::geometry::Rect;
use super::palette::{Look, Tone};
use super::places::Place;
use super::text;
use super::ticks::Ticks;

/// Bars from a common base, one row per parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Tornado {
    /// The quantity, to the right.
    pub x: Axis,
    /// The quantity in the middle of all ranges.
    pub base: f64,
    /// The parameters, from top to bottom.
    pub rows: Vec<TornadoRow>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct TornadoRow {
    /// Written beside it.
    pub name: String,
    /// The quantity at the low and at the high end of its range; `None` where it does not exist.
    pub ends: [Option<TornadoEnd>; 2],
}

/// An end of a parameter's range.
#[derive(Clone, Debug, PartialEq)]
pub struct TornadoEnd {
    /// The parameter there, written at the end of the bar.
    pub at: String,
    /// The quantity there.
    pub value: f64,
    /// Ends of its interval.
    pub interval: Option<(f64, f64)>,
}

const ROW: f64 = 15.0;
const BAR: f64 = 8.5;
/// Names take at most this share of the sheet.
const MOST_NAME: f64 = 0.3;
const GAP: f64 = 2.5 * POINT;
/// Bars toward low ends are lighter, so that the two are told apart without color.
const LOW_END: f64 = 0.45;

impl Tornado {
    /// Height of the sheet in units.
    fn height_of(&self, title: bool) -> f64 {
        let title = if title { 1.4 * LABEL } else { 0.0 };
        let axis = SMALL * DIGIT + LABEL + 2.5 + 5.5;
        let rows = ROW * self.rows.len().max(1) as f64;
        (2.0 * EDGE + (title + 1.6 * SMALL + rows + axis) * POINT).round()
    }

    fn draw_interval(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        area: &Rect,
        end: &TornadoEnd,
    ) -> Result<(), FigureError> {
        let Some((low, high)) = end.interval else { return Ok(()) };
        let (low, high) = (axes.x.place_or_below(low), axes.x.place_or_below(high));
        let middle = 0.5 * (area.top + area.bottom);
        let (Some((from, to)), cap) = (axes.frame.clip_segment((low, middle), (high, middle)), 1.3 * POINT)
        else {
            return Ok(());
        };
        let pen = Pen::new(Tone::Ink, 0.7);
        canvas.line(&[from, to], pen)?;
        [from, to].iter().try_for_each(|(x, y)| canvas.line(&[(*x, y - cap), (*x, y + cap)], pen))
    }

    /// The values of the parameter, outside of the bars; both on one side if both ends move the quantity the same way.
    fn draw_values(
        &self,
        canvas: &mut Canvas<'_>,
        axes: &Axes,
        area: &Rect,
        ends: &[Option<TornadoEnd>; 2],
    ) -> Result<(), FigureError> {
        let baseline = 0.5 * (area.top + area.bottom) + 0.5 * DIGIT * SMALL * POINT;
        for upward in [false, true] {
            let mut here: Vec<&TornadoEnd> =
                ends.iter().flatten().filter(|end| (end.value >= self.base) == upward).collect();
            let far = |end: &TornadoEnd| {
                let (low, high) = end.interval.unwrap_or((end.value, end.value));
                axes.x.place_or_below(if upward { high.max(end.value) } else { low.min(end.value) })
            };
            // The nearer one is named first.
            here.sort_by(|a, b| (a.value - self.base).abs().total_cmp(&(b.value - self.base).abs()));
            let names: Vec<&str> = here.iter().map(|end| end.at.as_str()).collect();
            let Some(outmost) =
                here.iter().map(|end| far(end)).reduce(if upward { f64::max } else { f64::min })
            else {
                continue;
            };
            let (x, align, names) = if upward {
                (outmost + GAP, Align::Left, names.join(", "))
            } else {
                (outmost - GAP, Align::Right, names.into_iter().rev().collect::<Vec<_>>().join(", "))
            };
            canvas.text(&names, (x, baseline), align, SMALL, Tone::Ink)?;
        }
        Ok(())
    }

    /// Above the frame: which bars are those of low and of high ends.
    fn draw_key(&self, canvas: &mut Canvas<'_>, axes: &Axes) -> Result<(), FigureError> {
        let (sample, space) = (9.0 * POINT, 10.0 * POINT);
        let mut x = axes.frame.left;
        let middle = axes.frame.top - 0.8 * SMALL * POINT;
        for (label, opacity) in [("low end", LOW_END), ("high end", 1.0)] {
            let half = 0.35 * BAR * POINT;
            let area = Rect { left: x, right: x + sample, top: middle - half, bottom: middle + half };
            canvas.fill(&area, Look::of(0).color, opacity)?;
            canvas.frame(&area, Pen::new(Tone::Ink, 0.4))?;
            let spot = (x + sample + GAP, middle + 0.5 * DIGIT * SMALL * POINT);
            canvas.text(label, spot, Align::Left, SMALL, Tone::Ink)?;
            x += sample + GAP + text::width(label, SMALL * POINT) + space;
        }
        Ok(())
    }

    /// The areas of the bars' rows, from top to bottom.
    fn areas(&self, axes: &Axes) -> impl Iterator<Item = Rect> {
        let (frame, height) = (axes.frame, axes.frame.height() / self.rows.len().max(1) as f64);
        let half = 0.5 * (BAR / ROW) * height;
        (0..self.rows.len()).map(move |row| {
            let middle = frame.top + (row as f64 + 0.5) * height;
            Rect { top: middle - half, bottom: middle + half, ..frame }
        })
    }

    /// Rows with the areas of their bars, from end to end.
    pub(super) fn bars(&self, axes: &Axes) -> Vec<(Rect, &TornadoRow)> {
        let base = axes.x.place_or_below(self.base);
        let bar = |(area, row): (Rect, &'_ TornadoRow)| {
            let xs = row.ends.iter().flatten().filter_map(|end| axes.x.place(end.value));
            let (left, right) =
                xs.fold((base, base), |(left, right), x| (f64::min(left, x), f64::max(right, x)));
            Rect { left, right, ..area }
        };
        self.areas(axes).zip(&self.rows).map(|(area, row)| (bar((area, row)), row)).collect()
    }

    /// Room for the values at the ends of the bars on both sides of an axis `width` units long, as a part of what the bars take of it.
    fn margin(&self, width: f64) -> f64 {
        let written = |row: &TornadoRow| {
            let names = row.ends.iter().flatten().map(|end| end.at.as_str()).collect::<Vec<_>>();
            let low = row.ends.iter().flatten().filter(|end| end.value < self.base).count();
            // Both stand on one side if both ends move the quantity the same way.
            let side = |name: &&str| text::width(name, SMALL * POINT);
            if low == 1 {
                names.iter().map(side).fold(0.0, f64::max)
            } else {
                side(&names.join(", ").as_str())
            }
        };
        let room = self.rows.iter().map(written).fold(0.0, f64::max) + 2.0 * GAP;
        (room / (width - 2.0 * room).max(room)).max(0.04)
    }

    /// Checks the data and lays out the axes.
    fn arrange(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Axes, FigureError> {
        if self.rows.is_empty() {
            return Err(FigureError::Empty("the tornado".into()));
        }
        let ends = || self.rows.iter().flat_map(|row| row.ends.iter().flatten().map(move |end| (row, end)));
        let place = |name: &str| format!("parameter “{name}”");
        for (row, end) in ends() {
            if !in_bounds(end.value) {
                return Err(FigureError::Coordinate {
                    place: place(&row.name),
                    name: "value",
                    value: end.value,
                });
            }
            if let Some((low, high)) =
                end.interval.filter(|(low, high)| low.is_nan() || high.is_nan() || low > high)
            {
                return Err(FigureError::Interval { place: place(&row.name), low, high });
            }
        }
        if !in_bounds(self.base) {
            return Err(FigureError::Coordinate {
                place: "the base".into(),
                name: "value",
                value: self.base,
            });
        }
        let intervals = ends().filter_map(|(_, end)| end.interval).flat_map(|(low, high)| [low, high]);
        let values = ends().map(|(_, end)| end.value).chain(intervals).chain([self.base]);
        let most = (MOST_NAME * sheet.0) / POINT;
        let named = self.rows.iter().map(|row| text::width(&row.name, SMALL * POINT)).fold(0.0, f64::max);
        let x_range = self.x.resolve("the x axis", values, self.margin(sheet.0 - named - 2.0 * EDGE))?;
        let names: Vec<String> = self.rows.iter().map(|row| text::fit(&row.name, SMALL, most).0).collect();
        // The first row is on top.
        let names = Names { x: None, y: Some(Ticks::names(names.iter().rev().map(String::as_str))) };
        let room = Room { top: 1.6 * SMALL * POINT, right: 0.0 };
        let rows = Axis::default();
        let y = (&rows, (-0.5, self.rows.len() as f64 - 0.5));
        Ok(Axes::lay_out_with(sheet, title, (&self.x, x_range), y, room, names))
    }
}

impl Drawn for Tornado {
    fn height(&self, _: (f64, f64), title: Option<&str>) -> Result<f64, FigureError> {
        Ok(self.height_of(title.is_some()))
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
        let axes = self.arrange(sheet, title)?;
        let mut notes = Vec::new();
        let Some(base) = axes.x.place(self.base) else {
            return Err(FigureError::Coordinate {
                place: "the base".into(),
                name: "value",
                value: self.base,
            });
        };
        for (area, TornadoRow { name, ends }) in self.areas(&axes).zip(&self.rows) {
            let mut bars = Vec::new();
            for (end, opacity) in ends.iter().zip([LOW_END, 1.0]) {
                let Some(end) = end else {
                    notes.push(format!("{name} has no value at an end of its range"));
                    continue;
                };
                let inside = |x: f64| x.clamp(axes.frame.left, axes.frame.right);
                match axes.x.place(end.value) {
                    Some(x) => {
                        if x != inside(x) {
                            notes.push(format!(
                                "{name}: the bar to {} leaves the axis and is cut off",
                                end.at
                            ));
                        }
                        let (x, base) = (inside(x), inside(base));
                        bars.push((Rect { left: x.min(base), right: x.max(base), ..area }, opacity));
                    }
                    None => notes
                        .push(format!("{name}: the value at {} is no place of a logarithmic axis", end.at)),
                }
            }
            // Where both lie on one side the shorter bar is in front.
            bars.sort_by(|(a, _), (b, _)| b.width().total_cmp(&a.width()));
            for (bar, opacity) in bars {
                canvas.fill(&bar, Look::of(0).color, opacity)?;
                canvas.frame(&bar, Pen::new(Tone::Ink, 0.4))?;
            }
            for end in ends.iter().flatten() {
                self.draw_interval(canvas, &axes, &area, end)?;
            }
            self.draw_values(canvas, &axes, &area, ends)?;
        }
        canvas.line(&[(base, axes.frame.top), (base, axes.frame.bottom)], Pen::new(Tone::Ink, 0.8))?;
        axes.draw(canvas, sheet, false)?;
        self.draw_key(canvas, &axes)?;
        Ok(notes)
    }

    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        Ok(self.places_on(&self.arrange(sheet, title)?))
    }

    fn rows(&self) -> Rows {
        self.table()
    }
}
