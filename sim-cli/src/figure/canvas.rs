//! Drawing on plotters' SVG back end with lengths in points.
//!
//! The back end rounds to whole units; a unit is a twentieth of a point, so that rounding cannot be seen.

use plotters::backend::SVGBackend;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, ShapeStyle, TextStyle};

use super::FigureError;
use super::font;
use super::geometry::{Rect, Spot, dash};
use super::palette::{Marker, Tone};
use super::style::Theme;
use super::text::{self, Run};

/// Drawing units to a point, 1/72 inch.
pub(super) const POINT: f64 = 20.0;
/// Drawing units to an inch.
pub(super) const INCH: f64 = 72.0 * POINT;

/// Side on which text begins, relative to its spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// A stroke: tone, opacity and width in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub(super) color: Tone,
    pub(super) opacity: f64,
    pub(super) width: f64,
}

impl Pen {
    pub(super) fn new(color: Tone, width: f64) -> Self {
        Self { color, opacity: 1.0, width }
    }

    fn style(self, theme: Theme) -> ShapeStyle {
        let width = (self.width * POINT).round().max(1.0) as u32;
        ShapeStyle { color: theme.color(self.color).mix(self.opacity), filled: false, stroke_width: width }
    }
}

/// A sheet of paper.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    theme: Theme,
}

fn whole((x, y): Spot) -> (i32, i32) {
    // The cast saturates.
    (x.round() as i32, y.round() as i32)
}

fn draw<E: std::fmt::Display>(result: Result<(), E>) -> Result<(), FigureError> {
    result.map_err(|error| FigureError::Draw(error.to_string()))
}

impl<'a> Canvas<'a> {
    /// A sheet of `width` times `height` units in the color of its ground.
    pub(super) fn new(
        buffer: &'a mut String,
        width: f64,
        height: f64,
        theme: Theme,
    ) -> Result<Self, FigureError> {
        let (w, h) = whole((width, height));
        let backend = SVGBackend::with_string(buffer, (w.unsigned_abs(), h.unsigned_abs()));
        let mut canvas = Self { backend, theme };
        canvas.fill(&Rect { left: 0.0, top: 0.0, right: width, bottom: height }, Tone::Ground, 1.0)?;
        Ok(canvas)
    }

    /// Ends the drawing.
    pub(super) fn finish(mut self) -> Result<(), FigureError> {
        draw(self.backend.present())
    }

    pub(super) fn line(&mut self, line: &[Spot], pen: Pen) -> Result<(), FigureError> {
        if line.len() < 2 {
            return Ok(());
        }
        draw(self.backend.draw_path(line.iter().map(|&spot| whole(spot)), &pen.style(self.theme)))
    }

    /// A line in strokes and gaps, given in points.
    pub(super) fn dashed(&mut self, line: &[Spot], pattern: &[f64], pen: Pen) -> Result<(), FigureError> {
        let units: Vec<f64> = pattern.iter().map(|length| length * POINT).collect();
        dash(line, &units).iter().try_for_each(|stroke| self.line(stroke, pen))
    }

    pub(super) fn polygon(&mut self, corners: &[Spot], color: Tone, opacity: f64) -> Result<(), FigureError> {
        if corners.len() < 3 {
            return Ok(());
        }
        let style = ShapeStyle { color: self.theme.color(color).mix(opacity), filled: true, stroke_width: 0 };
        draw(self.backend.fill_polygon(corners.iter().map(|&spot| whole(spot)), &style))
    }

    pub(super) fn fill(&mut self, area: &Rect, color: Tone, opacity: f64) -> Result<(), FigureError> {
        let style = ShapeStyle { color: self.theme.color(color).mix(opacity), filled: true, stroke_width: 0 };
        let (from, to) = (whole((area.left, area.top)), whole((area.right, area.bottom)));
        draw(self.backend.draw_rect(from, to, &style, true))
    }

    pub(super) fn frame(&mut self, area: &Rect, pen: Pen) -> Result<(), FigureError> {
        let Rect { left, top, right, bottom } = *area;
        // One corner is passed twice, so that all four are mitered.
        let around = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top)];
        self.line(&around, pen)
    }

    /// A marker of about `size` points across, with a rim that sets it off from what lies below.
    pub(super) fn marker(
        &mut self,
        spot: Spot,
        marker: Marker,
        color: Tone,
        size: f64,
    ) -> Result<(), FigureError> {
        let rim = 0.4;
        match marker {
            Marker::Cross | Marker::Plus => {
                let reach = 0.5 * size * POINT;
                for (width, color) in [(0.9 + 2.0 * rim, Tone::Ground), (0.9, color)] {
                    for stroke in strokes(spot, marker, reach) {
                        self.line(&stroke, Pen::new(color, width))?;
                    }
                }
                Ok(())
            }
            Marker::Circle => {
                for (radius, color) in [(0.5 * size + rim, Tone::Ground), (0.5 * size, color)] {
                    let style = ShapeStyle {
                        color: self.theme.color(color).to_rgba(),
                        filled: true,
                        stroke_width: 0,
                    };
                    let radius = (radius * POINT).round() as u32;
                    draw(self.backend.draw_circle(whole(spot), radius, &style, true))?;
                }
                Ok(())
            }
            shape => {
                for (size, color) in [(size + 2.6 * rim, Tone::Ground), (size, color)] {
                    self.polygon(&corners(spot, shape, 0.5 * size * POINT), color, 1.0)?;
                }
                Ok(())
            }
        }
    }

    /// A disk of `size` points across, without a rim: one of very many.
    pub(super) fn dot(&mut self, spot: Spot, color: Tone, size: f64) -> Result<(), FigureError> {
        let style = ShapeStyle { color: self.theme.color(color).to_rgba(), filled: true, stroke_width: 0 };
        draw(self.backend.draw_circle(whole(spot), (0.5 * size * POINT).round() as u32, &style, true))
    }

    /// A label with its baseline at `y`; `size` is the em in points. Returns nothing drawn for an empty label.
    pub(super) fn text(
        &mut self,
        label: &str,
        (x, y): Spot,
        align: Align,
        size: f64,
        color: Tone,
    ) -> Result<(), FigureError> {
        self.runs(label, align, size, color, |along, across| (x + along, y + across), FontTransform::None)
    }

    /// A label that reads upward, with its baseline at `x`, centered at `y`.
    pub(super) fn text_upward(
        &mut self,
        label: &str,
        (x, y): Spot,
        size: f64,
        color: Tone,
    ) -> Result<(), FigureError> {
        let turn = FontTransform::Rotate270;
        self.runs(label, Align::Center, size, color, |along, across| (x + across, y - along), turn)
    }

    fn runs(
        &mut self,
        label: &str,
        align: Align,
        size: f64,
        color: Tone,
        place: impl Fn(f64, f64) -> Spot,
        turn: FontTransform,
    ) -> Result<(), FigureError> {
        let em = size * POINT;
        let color = self.theme.color(color);
        let runs = text::runs(label);
        let width = text::width(label, em);
        // A label of one piece is aligned by the viewer, which may use another font.
        let (align, mut along) = match (runs.len(), align) {
            (1, align) => (align, 0.0),
            (_, Align::Left) => (Align::Left, 0.0),
            (_, Align::Center) => (Align::Left, -0.5 * width),
            (_, Align::Right) => (Align::Left, -width),
        };
        let anchor = match align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        for Run { text, scale, rise } in &runs {
            let run_em = em * scale;
            // The back end puts the baseline 0.76 em below the top.
            let spot = place(along, -rise * em - 0.76 * run_em);
            let font = (font::FAMILY, font::plotters_size(run_em)).into_font();
            let style =
                TextStyle::from(font).pos(Pos::new(anchor, VPos::Top)).color(&color).transform(turn.clone());
            draw(self.backend.draw_text(text, &style, whole(spot)))?;
            along += font::width(text, run_em);
        }
        Ok(())
    }
}

fn strokes((x, y): Spot, marker: Marker, r: f64) -> [[Spot; 2]; 2] {
    if marker == Marker::Plus {
        [[(x - r, y), (x + r, y)], [(x, y - r), (x, y + r)]]
    } else {
        let r = 0.8 * r;
        [[(x - r, y - r), (x + r, y + r)], [(x - r, y + r), (x + r, y - r)]]
    }
}

fn corners((x, y): Spot, marker: Marker, r: f64) -> Vec<Spot> {
    match marker {
        Marker::Up => vec![(x, y - 1.2 * r), (x + 1.1 * r, y + 0.75 * r), (x - 1.1 * r, y + 0.75 * r)],
        Marker::Down => vec![(x, y + 1.2 * r), (x + 1.1 * r, y - 0.75 * r), (x - 1.1 * r, y - 0.75 * r)],
        Marker::Diamond => vec![(x, y - 1.3 * r), (x + 1.1 * r, y), (x, y + 1.3 * r), (x - 1.1 * r, y)],
        _ => {
            let r = 0.9 * r;
            vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        }
    }
}
