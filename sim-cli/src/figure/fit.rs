//! A power law through points: a straight line where both axes are logarithmic.

use sim_core::special::{normal_quantile, student_quantile};

use super::FigureError;
use super::axes::Axes;
use super::canvas::{Canvas, Pen};
use super::curves::Point;
use super::palette::Tone;

/// A power law `y = exp(log_factor) x^exponent`, fitted to points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The slope of the line.
    pub exponent: f64,
    /// Half of the width of its interval; 0 where nothing is random.
    pub half_width: f64,
    /// Logarithm of `y` at `x = 1`.
    pub log_factor: f64,
    /// The least and the greatest abscissa of the points.
    pub range: (f64, f64),
    /// Number of points that it was fitted to.
    pub points: usize,
}

/// Width of the line in points.
pub(super) const LINE: f64 = 0.6;

impl PowerLaw {
    /// The law with the least squares of `ln y`, where every point counts by the inverse square of its standard error: that of its interval,
    /// of the given confidence. If some point has none, or one that is empty or reaches to 0, all count alike.
    ///
    /// The interval of the exponent is Student's with `n - 2` degrees of freedom. Its standard error is that of the weights or, where points
    /// scatter more around the line than their own errors say, that of their scatter (the scale factor of the Particle Data Group, "Review of
    /// Particle Physics", introduction, section 5.2.2). It holds for independent points.
    ///
    /// `None` for fewer than three points with positive coordinates and different abscissas.
    ///
    /// ```
    /// use synergy::figure::{Point, PowerLaw};
    ///
    /// let points: Vec<Point> = [1.0_f64, 10.0, 100.0].iter().map(|&x| Point::new(x, 3.0 * x.powf(-0.5))).collect();
    /// let law = PowerLaw::through(&points, 0.95).ok_or("three points are enough")?;
    /// assert!((law.exponent + 0.5).abs() < 1e-12 && law.half_width < 1e-12);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn through(points: &[Point], confidence: f64) -> Option<Self> {
        let points: Vec<&Point> = points.iter().filter(|point| point.x > 0.0 && point.y > 0.0).collect();
        let z = normal_quantile(0.5 + 0.5 * confidence);
        let error = |point: &Point| {
            let (low, high) = point.interval.filter(|&(low, high)| low > 0.0 && high.is_finite())?;
            Some((high.ln() - low.ln()) / (2.0 * z)).filter(|error| *error > 0.0)
        };
        let errors: Option<Vec<f64>> = points.iter().map(|point| error(point)).collect();
        let is_weighted = errors.is_some();
        let weights: Vec<f64> = match errors {
            Some(errors) => errors.iter().map(|error| error.powi(-2)).collect(),
            None => vec![1.0; points.len()],
        };
        let places: Vec<(f64, f64)> = points.iter().map(|point| (point.x.ln(), point.y.ln())).collect();
        let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            places.iter().zip(&weights).map(|(&(x, y), weight)| weight * of(x, y)).sum()
        };
        let total = sum(&|_, _| 1.0);
        let (x_mean, y_mean) = (sum(&|x, _| x) / total, sum(&|_, y| y) / total);
        let spread = sum(&|x, _| (x - x_mean).powi(2));
        let freedom = places.len().checked_sub(2).filter(|freedom| *freedom > 0)? as f64;
        // Equal abscissas, up to rounding, have no slope.
        if spread.is_nan() || spread <= 1e-24 * total * (1.0 + x_mean * x_mean) {
            return None;
        }
        let exponent = sum(&|x, y| (x - x_mean) * (y - y_mean)) / spread;
        let log_factor = y_mean - exponent * x_mean;
        let scatter = sum(&|x, y| (y - log_factor - exponent * x).powi(2)) / freedom;
        let variance = if is_weighted { scatter.max(1.0) } else { scatter } / spread;
        let half_width = student_quantile(0.5 + 0.5 * confidence, freedom) * variance.sqrt();
        let xs = || points.iter().map(|point| point.x);
        let range = (xs().fold(f64::INFINITY, f64::min), xs().fold(0.0, f64::max));
        Some(Self { exponent, half_width, log_factor, range, points: points.len() })
    }

    /// The same law of points at which nothing is random, such as those of a prediction: that they are not on one line is no error of theirs.
    #[must_use]
    pub fn without_error(self) -> Self {
        Self { half_width: 0.0, ..self }
    }

    /// The law at `x`.
    pub fn at(&self, x: f64) -> f64 {
        (self.log_factor + self.exponent * x.ln()).exp()
    }

    /// The exponent with its interval, to the digits that it has: `−0.52 ± 0.01`.
    pub fn slope(&self) -> String {
        // One digit of the half-width, two after a leading 1; an exact law has four decimals.
        let decimals = if self.half_width > 1e-5 {
            let order = self.half_width.log10().floor();
            let leading = self.half_width / 10_f64.powf(order);
            (-order + if leading < 1.95 { 1.0 } else { 0.0 }).clamp(0.0, 6.0) as usize
        } else {
            4
        };
        let sign = if self.exponent < 0.0 { "\u{2212}" } else { "" };
        let exponent = self.exponent.abs();
        if self.half_width > 1e-5 {
            format!("{sign}{exponent:.decimals$} ± {:.decimals$}", self.half_width)
        } else {
            format!("{sign}{exponent:.decimals$}")
        }
    }

    /// Draws the line from the first to the last of its points.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, axes: &Axes) -> Result<(), FigureError> {
        let spot = |x: f64| Some((axes.x.place(x)?, axes.y.place(self.at(x))?));
        let (Some(from), Some(to)) = (spot(self.range.0), spot(self.range.1)) else { return Ok(()) };
        match axes.frame.clip_segment(from, to) {
            Some((from, to)) => canvas.line(&[from, to], Pen::new(Tone::Ink, LINE)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points with intervals of 95 %, so that the standard error of `ln y` is the third number.
    fn points(of: &[(f64, f64, f64)]) -> Vec<Point> {
        let z = 1.959_963_984_540_054;
        let point = |&(x, y, error): &(f64, f64, f64)| {
            Point::with_interval(x, y, y * (-z * error).exp(), y * (z * error).exp())
        };
        of.iter().map(point).collect()
    }

    /// From numpy and scipy: `numpy.polyfit(ln x, ln y, 1, w=1/error)` and
    /// `scipy.stats.t.ppf(0.975, n - 2)` times the square root of the covariance, unscaled or scaled by the larger of 1 and chi-square by
    /// degrees of freedom.
    #[test]
    fn exponents_and_intervals_are_those_of_other_programs() {
        let close = points(&[
            (1.0, 2.0, 0.1),
            (2.0, 2.9, 0.1),
            (4.0, 3.9, 0.05),
            (8.0, 5.8, 0.02),
            (16.0, 7.9, 0.05),
        ]);
        let apart = points(&[(1.0, 2.0, 0.01), (2.0, 2.6, 0.01), (4.0, 4.4, 0.02), (8.0, 5.2, 0.01)]);
        let mut alike = apart.clone();
        alike[0].interval = None;
        for (points, exponent, half_width, log_factor) in [
            (close, 0.505130568541, 0.101939024115, 0.697219433341),
            (apart, 0.473083758380, 0.183776190461, 0.674490263570),
            (alike, 0.489452677026, 0.288915008366, 0.685836333378),
        ] {
            let law = PowerLaw::through(&points, 0.95).unwrap();
            assert!((law.exponent - exponent).abs() < 1e-9, "{law:?}");
            assert!((law.half_width - half_width).abs() < 1e-8, "{law:?}");
            assert!((law.log_factor - log_factor).abs() < 1e-9, "{law:?}");
        }
    }

    #[test]
    fn what_has_no_slope_has_no_law() {
        let of = |points: &[(f64, f64)]| {
            let points: Vec<Point> = points.iter().map(|&(x, y)| Point::new(x, y)).collect();
            PowerLaw::through(&points, 0.95)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(of(&[(3.0, 1.0), (3.0, 2.0), (3.0, 3.0)]), None);
        assert_eq!(of(&[(1.0, 1.0), (2.0, -2.0), (3.0, 0.0), (-1.0, 2.0), (4.0, 1.0)]), None);
        assert!(of(&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]).is_some());
    }

    #[test]
    fn slopes_are_written_with_the_digits_they_have() {
        let law = |exponent, half_width| PowerLaw {
            exponent,
            half_width,
            log_factor: 0.0,
            range: (1.0, 2.0),
            points: 3,
        };
        assert_eq!(law(-0.5234, 0.023).slope(), "−0.52 ± 0.02");
        assert_eq!(law(0.5234, 0.0123).slope(), "0.523 ± 0.012");
        assert_eq!(law(2.0, 0.0).slope(), "2.0000");
        assert_eq!(law(12.3, 4.0).slope(), "12 ± 4");
        assert_eq!(law(-0.5234, 0.023).without_error().slope(), "−0.5234");
    }
}
