//! The bar beside a heat map that says which color means which value.

use super::FigureError;
use super::axes::{DESCENT, EDGE, LABEL, draw_ticks_on_the_right, ticks_on_the_right, upright_ticks};
use super::axis::{Axis, Mapping, Scale, check_range};
use super::canvas::{Canvas, POINT, Pen};
use super::geometry::Rect;
use super::heat_map::ColorScale;
use super::palette::{ColorMap, Tone};
use super::text;
use super::ticks::Ticks;

const GAP: f64 = 7.0 * POINT;
const THICKNESS: f64 = 8.0 * POINT;
const LABEL_GAP: f64 = 4.0 * POINT;

/// The color bar of a heat map.
pub(super) struct ColorBar {
    scale: ColorScale,
    range: (f64, f64),
    ticks: Ticks,
    /// Whether values lie below or above the range.
    beyond: (bool, bool),
}

impl ColorBar {
    /// The bar for `values` on a sheet of `height` units.
    pub(super) fn new(
        scale: &ColorScale,
        values: &[f64],
        height: f64,
        notes: &mut Vec<String>,
    ) -> Result<Self, FigureError> {
        let range = color_range(scale, values)?;
        let outside = values.iter().filter(|&&value| value < range.0 || value > range.1).count();
        if outside > 0 {
            notes.push(format!(
                "{outside} of {} cells lie outside the colors' range from {} to {}; they take its end colors",
                values.len(),
                range.0,
                range.1
            ));
        }
        let beyond =
            (values.iter().any(|&value| value < range.0), values.iter().any(|&value| value > range.1));
        // The bar is about as tall as the sheet without its lower margin.
        let bar =
            Mapping { scale: Scale::Linear, low: range.0, high: range.1, start: 0.8 * height, end: 0.0 };
        Ok(Self { scale: scale.clone(), range, ticks: upright_ticks(&bar), beyond })
    }

    /// Width in units that the bar takes on the right of the frame.
    pub(super) fn width(&self) -> f64 {
        let label = if self.scale.label.is_empty() { 0.0 } else { LABEL_GAP + LABEL * POINT };
        GAP + THICKNESS + ticks_on_the_right(&self.ticks) + label + EDGE
    }

    fn shade(&self, fraction: f64) -> Tone {
        Tone::Exact(self.scale.map.color(fraction))
    }

    /// The color of a value, `None` for NaN.
    pub(super) fn color(&self, value: f64) -> Option<Tone> {
        let (low, high) = self.range;
        (!value.is_nan()).then(|| self.shade((value - low) / (high - low)))
    }

    /// Draws the bar on the right of `frame` on a sheet of `width` units.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, frame: &Rect, width: f64) -> Result<(), FigureError> {
        const SHADES: usize = 128;
        let left = frame.right + GAP;
        let bar = Rect { left, right: left + THICKNESS, ..*frame };
        let height = |k: usize| (bar.bottom - bar.height() * k as f64 / SHADES as f64).round();
        for k in 0..SHADES {
            let color = self.shade((k as f64 + 0.5) / SHADES as f64);
            // From here to the top: what is drawn later covers it, and no seam is left.
            canvas.fill(&Rect { bottom: height(k), ..bar }, color, 1.0)?;
        }
        let pen = Pen::new(Tone::Ink, 0.6);
        canvas.frame(&bar, pen)?;
        // Arrows say that the end colors stand for values beyond, too.
        let middle = 0.5 * (bar.left + bar.right);
        for (shown, base, tip) in [
            (self.beyond.0, bar.bottom, bar.bottom + 5.0 * POINT),
            (self.beyond.1, bar.top, bar.top - 5.0 * POINT),
        ] {
            if shown {
                let arrow = [(bar.left, base), (middle, tip), (bar.right, base)];
                canvas.polygon(&arrow, self.shade(if tip > base { 0.0 } else { 1.0 }), 1.0)?;
                canvas.line(&arrow, pen)?;
            }
        }
        let (low, high) = self.range;
        let mapping = Mapping { scale: Scale::Linear, low, high, start: bar.bottom, end: bar.top };
        draw_ticks_on_the_right(canvas, &self.ticks, &mapping, bar.right)?;
        let center = 0.5 * (bar.top + bar.bottom);
        let (label, size) = text::fit(&self.scale.label, LABEL, 2.0 * (center - EDGE) / POINT);
        canvas.text_upward(&label, (width - EDGE - DESCENT * LABEL * POINT, center), size, Tone::Ink)
    }
}

fn color_range(scale: &ColorScale, values: &[f64]) -> Result<(f64, f64), FigureError> {
    let name = "the colors";
    let axis = Axis { range: scale.range, ..Axis::default() };
    let (low, high) = axis.resolve(name, values.iter().copied(), 0.0)?;
    match scale.map {
        ColorMap::Sequential => Ok((low, high)),
        ColorMap::Diverging { center } => {
            let reach = (high - center).abs().max((center - low).abs());
            check_range(name, Scale::Linear, center - reach, center + reach)?;
            Ok((center - reach, center + reach))
        }
    }
}
