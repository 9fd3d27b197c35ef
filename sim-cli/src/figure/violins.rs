//! Violins: how the values of single trials are distributed, one shape per condition.

use super::FigureError;
use super::axes::{Axes, Names, Room};
use super::axis::{Axis, Mapping, Scale, in_bounds};
use super::canvas::{Canvas, Pen};
use super::data::Rows;
use super::drawn::Drawn;
use super::geometry::{Rect, Spot};
use super::palette::{Look, Marker, Tone};
use super::places::Place;
use super::ticks::Ticks;

/// Violins side by side. Each is a density of the same area, mirrored, between its least and its greatest value, around a box from the lower to
/// the upper quartile and a point at the median.
#[derive(Clone, Debug, PartialEq)]
pub struct Violins {
    /// Written below the names.
    pub x_label: String,
    /// The values, upward.
    pub y: Axis,
    /// The violins, from left to right.
    pub violins: Vec<Violin>,
}

/// The values under one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Violin {
    /// Written below it.
    pub name: String,
    /// The values, in any order.
    pub values: Vec<f64>,
}

/// Half of the width of the widest violin, in distances between neighbors.
const HALF: f64 = 0.42;
/// Points at which a density is computed.
const STEPS: usize = 160;

impl Violins {
    /// Checks the data and lays out the axes.
    fn arrange(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Axes, FigureError> {
        if self.violins.is_empty() {
            return Err(FigureError::Empty("the figure".into()));
        }
        for violin in &self.violins {
            let place = format!("violin “{}”", violin.name);
            if violin.values.is_empty() {
                return Err(FigureError::Empty(place));
            }
            if let Some(&value) = violin.values.iter().find(|value| !in_bounds(**value)) {
                return Err(FigureError::Coordinate { place, name: "value", value });
            }
        }
        let values = self.violins.iter().flat_map(|violin| violin.values.iter().copied());
        let y_range = self.y.resolve("the y axis", values, 0.04)?;
        let x = Axis::linear(self.x_label.clone());
        let x_range = (-0.6, self.violins.len() as f64 - 0.4);
        let names = Ticks::names(self.violins.iter().map(|violin| violin.name.as_str()));
        let names = Names { x: Some(names), y: None };
        Ok(Axes::lay_out_with(sheet, title, (&x, x_range), (&self.y, y_range), Room::default(), names))
    }

    /// The areas of the violins with their quartiles: lower, median and upper.
    pub(super) fn boxes(&self, axes: &Axes) -> Vec<(Rect, &Violin, [f64; 3])> {
        let of = |(k, violin): (usize, &'_ Violin)| {
            let shape = Shape::of(violin, self.y.scale);
            let x = |at: f64| axes.x.place_or_below(at);
            let y = |value: f64| axes.y.place_or_below(value).clamp(axes.frame.top, axes.frame.bottom);
            let (low, high) = (shape.density.first(), shape.density.last());
            let area = Rect {
                left: x(k as f64 - HALF),
                right: x(k as f64 + HALF),
                top: y(high.map_or(shape.quartiles[2], |end| end.0)),
                bottom: y(low.map_or(shape.quartiles[0], |end| end.0)),
            };
            (area, shape.quartiles)
        };
        let boxes = self.violins.iter().enumerate().map(|(k, violin)| (of((k, violin)), violin));
        boxes.map(|((area, quartiles), violin)| (area, violin, quartiles)).collect()
    }
}

impl Drawn for Violins {
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
        let shapes: Vec<Shape> = self.violins.iter().map(|violin| Shape::of(violin, self.y.scale)).collect();
        let densities = shapes.iter().flat_map(|shape| &shape.density).map(|(_, d)| *d);
        let widest = densities.filter(|d| d.is_finite()).fold(0.0, f64::max);
        for (k, (violin, shape)) in self.violins.iter().zip(&shapes).enumerate() {
            if shape.lost > 0 {
                notes.push(format!(
                    "{}: {} of its values are at or below 0, which a logarithmic axis cannot show",
                    violin.name, shape.lost
                ));
            }
            shape.draw(canvas, &axes, k, widest)?;
        }
        axes.draw(canvas, sheet, false)?;
        Ok(notes)
    }

    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError> {
        Ok(self.places_on(&self.arrange(sheet, title)?))
    }

    fn rows(&self) -> Rows {
        self.table()
    }
}

/// A violin, ready to be drawn.
struct Shape {
    /// Values, increasing, with the density there.
    density: Vec<(f64, f64)>,
    quartiles: [f64; 3],
    /// Number of values that a logarithmic axis cannot show.
    lost: usize,
}

impl Shape {
    fn of(violin: &Violin, scale: Scale) -> Self {
        let forth = |value: f64| if scale == Scale::Log { value.ln() } else { value };
        let back = |value: f64| if scale == Scale::Log { value.exp() } else { value };
        let shown = violin.values.iter().filter(|value| scale == Scale::Linear || **value > 0.0);
        let mut values: Vec<f64> = shown.copied().collect();
        let lost = violin.values.len() - values.len();
        values.sort_by(f64::total_cmp);
        let quartiles = [0.25, 0.5, 0.75].map(|p| quantile(&values, p));
        values.iter_mut().for_each(|value| *value = forth(*value));
        let density = density(&values).into_iter().map(|(value, density)| (back(value), density)).collect();
        Self { density, quartiles, lost }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, axes: &Axes, k: usize, widest: f64) -> Result<(), FigureError> {
        let (look, center) = (Look::of(k), k as f64);
        let side = |sign: f64| {
            self.density.iter().filter_map(move |&(value, density)| {
                let reach = sign * HALF * width(density, widest);
                Some((axes.x.place(center + reach)?, axes.y.place(value)?))
            })
        };
        let outline: Vec<Spot> = side(1.0).chain(side(-1.0).rev()).collect();
        let outline = axes.frame.clip_polygon(&outline);
        canvas.polygon(&outline, look.color, 0.3)?;
        let closed: Vec<Spot> = outline.iter().chain(outline.first()).copied().collect();
        canvas.line(&closed, Pen::new(look.color, 0.8))?;
        self.draw_box(canvas, &axes.x, axes, center)
    }

    /// The middle half of the values and their median.
    fn draw_box(
        &self,
        canvas: &mut Canvas<'_>,
        x: &Mapping,
        axes: &Axes,
        center: f64,
    ) -> Result<(), FigureError> {
        let [low, median, high] = self.quartiles.map(|value| axes.y.place_or_below(value));
        let x = x.place_or_below(center);
        if let Some((from, to)) = axes.frame.clip_segment((x, low), (x, high)) {
            canvas.line(&[from, to], Pen::new(Tone::Ink, 3.0))?;
        }
        if axes.frame.holds((x, median)) {
            canvas.marker((x, median), Marker::Circle, Tone::Ink, 4.2)?;
            canvas.marker((x, median), Marker::Circle, Tone::Ground, 2.6)?;
        }
        Ok(())
    }
}

/// The value at the share `p` of sorted values, linear between them (Hyndman and Fan, American Statistician 50, 1996, type 7); NaN of none.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = p * last as f64;
    let below = (place as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The width at a density, as a share of the widest one's.
fn width(density: f64, widest: f64) -> f64 {
    if density.is_finite() { density / widest } else { 1.0 }
}

/// The density of sorted values between the least and the greatest: Gaussian kernels of the width that Silverman, "Density Estimation" (1986),
/// equation 3.31, gives, `0.9 min(s, q / 1.34) n^(-1/5)` with the standard deviation `s` and the distance `q` of the quartiles.
fn density(sorted: &[f64]) -> Vec<(f64, f64)> {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let n = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / n;
    let deviation = (sorted.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    let apart = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
    // Where most values are equal the quartiles say nothing.
    let spread = if apart > 0.0 { deviation.min(apart) } else { deviation };
    let width = 0.9 * spread * n.powf(-0.2);
    if width.is_nan() || width <= 1e-9 * low.abs().max(high.abs()) {
        // All values are one: a line of full width, whatever the others' densities are.
        return vec![(low, f64::INFINITY), (high, f64::INFINITY)];
    }
    let at = |value: f64| {
        // Beyond six widths a kernel adds nothing that could be seen.
        let from = sorted.partition_point(|other| *other < value - 6.0 * width);
        let near = sorted[from..].iter().take_while(|other| **other <= value + 6.0 * width);
        near.map(|other| (-0.5 * ((value - other) / width).powi(2)).exp()).sum::<f64>()
            / (n * width * (2.0 * std::f64::consts::PI).sqrt())
    };
    let step = (high - low) / (STEPS - 1) as f64;
    (0..STEPS).map(|k| low + step * k as f64).map(|value| (value, at(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_type_seven() {
        // The values that R's default `quantile` and numpy's give.
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        assert_eq!([0.0, 0.25, 0.5, 0.9, 1.0].map(|p| quantile(&values, p)), [1.0, 2.0, 4.0, 12.8, 16.0]);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn a_density_is_that_of_another_program() {
        // `scipy.stats.gaussian_kde` with `bw_method` such that the width is Silverman's 0.9 min(s, q / 1.34) n^(-1/5), at the middle.
        let values = [0.1, 0.4, 0.5, 0.9, 1.3, 1.4, 2.2, 3.1, 3.3, 5.0];
        let found = density(&values);
        let (value, density) = found[79];
        assert!(
            (value - 2.534591194969).abs() < 1e-9 && (density - 0.161324735433).abs() < 1e-7,
            "{value} {density}"
        );
    }

    #[test]
    fn equal_values_are_a_line() {
        let line = density(&[2.0, 2.0, 2.0]);
        assert!(line.len() == 2 && line.iter().all(|&(value, d)| value == 2.0 && width(d, 0.01) == 1.0));
        // Beside it the widest of the others keeps its width.
        assert_eq!((width(0.01, 0.01), width(0.005, 0.01)), (1.0, 0.5));
        assert!(density(&[]).is_empty());
    }
}
