//! The frame of a figure: margins, axis lines, ticks and labels.

use super::FigureError;
use super::axis::{Axis, Mapping};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::geometry::Rect;
use super::palette::Tone;
use super::text;
use super::ticks::{Ticks, fitting};

/// Size of axis labels and titles in points.
pub(super) const LABEL: f64 = 8.0;
/// Size of all other text in points.
pub(super) const SMALL: f64 = 7.0;
/// White at the edge of the sheet.
pub(super) const EDGE: f64 = 3.0 * POINT;
/// Ascent and descent of the font, as far as letters with accents reach.
pub(super) const ASCENT: f64 = 0.76;
pub(super) const DESCENT: f64 = 0.24;
/// Height of a digit: text is centered on it.
pub(super) const DIGIT: f64 = 0.73;

const AXIS_PEN: f64 = 0.6;
const MAJOR: f64 = 3.0 * POINT;
const MINOR: f64 = 1.7 * POINT;
const GAP: f64 = 2.5 * POINT;

/// Room needed outside the frame, in units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Room {
    pub(super) top: f64,
    pub(super) right: f64,
}

/// Names in the place of numbers; `None` for an axis that has numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Names {
    pub(super) x: Option<Ticks>,
    pub(super) y: Option<Ticks>,
}

/// The axes, laid out on a sheet.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    pub(super) frame: Rect,
    pub(super) x: Mapping,
    pub(super) y: Mapping,
    x_ticks: Ticks,
    y_ticks: Ticks,
    x_label: String,
    y_label: String,
    title: Option<String>,
    /// Width in units that a number or name below the frame may take.
    name_room: f64,
}

impl Axes {
    /// Lays out axes with the given ranges on a sheet of `width` times `height` units.
    pub(super) fn lay_out(
        sheet: (f64, f64),
        title: Option<&str>,
        x: (&Axis, (f64, f64)),
        y: (&Axis, (f64, f64)),
        room: Room,
    ) -> Self {
        Self::lay_out_with(sheet, title, x, y, room, Names::default())
    }

    /// The same, with names in the place of numbers on one of the axes.
    pub(super) fn lay_out_with(
        (width, height): (f64, f64),
        title: Option<&str>,
        (x, x_range): (&Axis, (f64, f64)),
        (y, y_range): (&Axis, (f64, f64)),
        room: Room,
        names: Names,
    ) -> Self {
        // At least half a tick label fits above the frame.
        let top = EDGE + title_height(title) + room.top.max(0.5 * SMALL * POINT);
        let bottom = height - EDGE - below(x);
        let y_mapping = Mapping::new(y.scale, y_range, (bottom, top));
        let y_ticks = names.y.unwrap_or_else(|| upright_ticks(&y_mapping));
        let left = EDGE + on_the_left(y, &y_ticks);

        let across = |right: f64| {
            let mapping = Mapping::new(x.scale, x_range, (left, right));
            let apart = |ticks: &Ticks| spacing(ticks, &mapping) >= widest(ticks) + 10.0 * POINT;
            match &names.x {
                Some(names) => (names.clone(), mapping),
                None => (fitting(x.scale, x_range.0, x_range.1, apart), mapping),
            }
        };
        let right = width - room.right.max(EDGE + POINT);
        let (x_ticks, mapping) = across(right);
        let overhang = x_ticks.major.iter().fold(0.0_f64, |most, (value, label)| {
            let end = mapping.place(*value).unwrap_or(left) + 0.5 * text::width(label, SMALL * POINT);
            most.max(end + EDGE - width)
        });
        let right = right - overhang;
        let (x_ticks, x_mapping) = across(right);
        // Numbers are so chosen that they have room; names may have to shrink.
        let name_room = match &names.x {
            Some(names) if names.major.len() > 1 => spacing(names, &x_mapping) - 3.0 * POINT,
            Some(_) => right - left,
            None => f64::INFINITY,
        };
        Self {
            frame: Rect { left, top, right, bottom },
            x: x_mapping,
            y: y_mapping,
            x_ticks,
            y_ticks,
            x_label: x.label.clone(),
            y_label: y.label.clone(),
            title: title.map(str::to_owned),
            name_room,
        }
    }

    /// Draws axis lines, ticks and labels; `boxed` adds the upper and the right side.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        (width, height): (f64, f64),
        boxed: bool,
    ) -> Result<(), FigureError> {
        let pen = Pen::new(Tone::Ink, AXIS_PEN);
        let Rect { left, top, right, bottom } = self.frame;
        if boxed {
            canvas.frame(&self.frame, pen)?;
        } else {
            canvas.line(&[(left, top), (left, bottom), (right, bottom)], pen)?;
        }
        for (value, label) in &self.x_ticks.major {
            let Some(x) = self.x.place(*value) else { continue };
            canvas.line(&[(x, bottom), (x, bottom + MAJOR)], pen)?;
            let baseline = bottom + MAJOR + GAP + SMALL * DIGIT * POINT;
            let (label, size) = text::fit(label, SMALL, self.name_room / POINT);
            canvas.text(&label, (x, baseline), Align::Center, size, Tone::Ink)?;
        }
        for x in self.x_ticks.minor.iter().filter_map(|&value| self.x.place(value)) {
            canvas.line(&[(x, bottom), (x, bottom + MINOR)], pen)?;
        }
        for (value, label) in &self.y_ticks.major {
            let Some(y) = self.y.place(*value) else { continue };
            canvas.line(&[(left, y), (left - MAJOR, y)], pen)?;
            let baseline = y + 0.5 * DIGIT * SMALL * POINT;
            canvas.text(label, (left - MAJOR - GAP, baseline), Align::Right, SMALL, Tone::Ink)?;
        }
        for y in self.y_ticks.minor.iter().filter_map(|&value| self.y.place(value)) {
            canvas.line(&[(left, y), (left - MINOR, y)], pen)?;
        }
        let labels = (self.x_label.as_str(), self.y_label.as_str());
        draw_labels(canvas, &self.frame, (width, height), labels, self.title.as_deref())
    }

    /// How far the numbers below the frame reach beyond its left and its right side, in units.
    pub(super) fn overhang(&self) -> (f64, f64) {
        let ends = self.x_ticks.major.iter().filter_map(|(value, label)| {
            let (place, half) = (self.x.place(*value)?, 0.5 * text::width(label, SMALL * POINT));
            Some((self.frame.left - place + half, place + half - self.frame.right))
        });
        ends.fold((0.0, 0.0), |most, end| (f64::max(most.0, end.0), f64::max(most.1, end.1)))
    }
}

/// Draws the labels of axes at the edges of the sheet, centered on `area`, and a title above it.
pub(super) fn draw_labels(
    canvas: &mut Canvas<'_>,
    area: &Rect,
    (width, height): (f64, f64),
    (x_label, y_label): (&str, &str),
    title: Option<&str>,
) -> Result<(), FigureError> {
    let (center, middle) = (0.5 * (area.left + area.right), 0.5 * (area.top + area.bottom));
    // Centered on the area, a label may reach as far as the nearer edge of the sheet.
    let across = 2.0 * (center.min(width - center) - EDGE) / POINT;
    let upward = 2.0 * (middle.min(height - middle) - EDGE) / POINT;
    let (label, size) = text::fit(x_label, LABEL, across);
    let spot = (center, height - EDGE - DESCENT * LABEL * POINT);
    canvas.text(&label, spot, Align::Center, size, Tone::Ink)?;
    let (label, size) = text::fit(y_label, LABEL, upward);
    canvas.text_upward(&label, (EDGE + ASCENT * LABEL * POINT, middle), size, Tone::Ink)?;
    let (title, size) = text::fit(title.unwrap_or_default(), LABEL, across);
    canvas.text(&title, (center, EDGE + ASCENT * LABEL * POINT), Align::Center, size, Tone::Ink)
}

/// Height in units that a title takes.
pub(super) fn title_height(title: Option<&str>) -> f64 {
    if title.unwrap_or_default().is_empty() { 0.0 } else { 1.4 * LABEL * POINT }
}

/// Width in units that the label and the numbers of an upright axis take on the left of its frame.
fn on_the_left(y: &Axis, ticks: &Ticks) -> f64 {
    let label = if y.label.is_empty() { 0.0 } else { (LABEL + 4.0) * POINT };
    label + widest(ticks) + GAP + MAJOR
}

/// Height in units that the numbers and the label of an axis take below its frame.
pub(super) fn below(x: &Axis) -> f64 {
    let label = if x.label.is_empty() { 0.0 } else { (LABEL + 2.5) * POINT };
    MAJOR + GAP + SMALL * DIGIT * POINT + label
}

/// A frame on axes that several frames share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared<'a> {
    pub(super) frame: Rect,
    pub(super) x: (&'a Axis, (f64, f64)),
    pub(super) y: (&'a Axis, (f64, f64)),
}

impl Shared<'_> {
    /// The axes of the frame, without labels; numbers stand below it and on its left where `numbered` says so.
    pub(super) fn axes(self, numbered: (bool, bool)) -> Axes {
        let Self { frame, x: (x, x_range), y: (y, y_range) } = self;
        let x_mapping = Mapping::new(x.scale, x_range, (frame.left, frame.right));
        let y_mapping = Mapping::new(y.scale, y_range, (frame.bottom, frame.top));
        // The numbers of a frame may not run into those of its neighbor.
        let apart = |ticks: &Ticks| spacing(ticks, &x_mapping) >= widest(ticks) + 8.0 * POINT;
        let x_ticks = fitting(x.scale, x_range.0, x_range.1, apart);
        let y_ticks = upright_ticks(&y_mapping);
        Axes {
            frame,
            x: x_mapping,
            y: y_mapping,
            x_ticks: if numbered.0 { x_ticks } else { x_ticks.without_numbers() },
            y_ticks: if numbered.1 { y_ticks } else { y_ticks.without_numbers() },
            x_label: String::new(),
            y_label: String::new(),
            title: None,
            name_room: f64::INFINITY,
        }
    }

    /// Width in units that the label and the numbers of an upright axis take, where frames are `height` units high.
    pub(super) fn margin((y, range): (&Axis, (f64, f64)), height: f64) -> f64 {
        on_the_left(y, &upright_ticks(&Mapping::new(y.scale, range, (height, 0.0))))
    }
}

/// Ticks for an upright axis.
pub(super) fn upright_ticks(mapping: &Mapping) -> Ticks {
    fitting(mapping.scale, mapping.low, mapping.high, |ticks| spacing(ticks, mapping) >= 2.6 * SMALL * POINT)
}

/// The smallest distance between labelled ticks.
fn spacing(ticks: &Ticks, mapping: &Mapping) -> f64 {
    let mut places: Vec<f64> = ticks.major.iter().filter_map(|(value, _)| mapping.place(*value)).collect();
    places.sort_by(f64::total_cmp);
    let steps = places.windows(2).map(|pair| pair[1] - pair[0]);
    // A single label is no scale: it never fits.
    if places.len() < 2 { 0.0 } else { steps.fold(f64::INFINITY, f64::min) }
}

/// Width of the widest label in units.
fn widest(ticks: &Ticks) -> f64 {
    ticks.major.iter().map(|(_, label)| text::width(label, SMALL * POINT)).fold(0.0, f64::max)
}

/// Width in units that ticks with labels take on the right of a line.
pub(super) fn ticks_on_the_right(ticks: &Ticks) -> f64 {
    MAJOR + GAP + widest(ticks)
}

/// Draws ticks with labels on the right of a vertical line at `x`.
pub(super) fn draw_ticks_on_the_right(
    canvas: &mut Canvas<'_>,
    ticks: &Ticks,
    mapping: &Mapping,
    x: f64,
) -> Result<(), FigureError> {
    for (value, label) in &ticks.major {
        let Some(y) = mapping.place(*value) else { continue };
        canvas.line(&[(x, y), (x + MAJOR, y)], Pen::new(Tone::Ink, AXIS_PEN))?;
        let spot = (x + MAJOR + GAP, y + 0.5 * DIGIT * SMALL * POINT);
        canvas.text(label, spot, Align::Left, SMALL, Tone::Ink)?;
    }
    Ok(())
}
