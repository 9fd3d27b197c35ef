//! Axes: what they show, which range they cover, and where a value lies on paper.

use super::FigureError;

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    #[default]
    Linear,
    /// Equal ratios are equally long.
    Log,
}

/// One axis of a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What is shown, with its unit: "budget `B` (tokens)". `_{…}` and `^{…}` lower and raise what is in braces.
    pub label: String,
    /// How values are spread.
    pub scale: Scale,
    /// The lowest and the highest value shown; `None` fits the data.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// A linear axis that fits the data.
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Linear, range: None }
    }

    /// A logarithmic axis that fits the data.
    pub fn log(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Log, range: None }
    }

    /// The same axis, from `low` to `high`.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The range shown: the given one, or the one of `values` with `margin` (a part of its length) on both ends.
    ///
    /// On a logarithmic axis, values that are not positive do not count. `name` is "the x axis" and the like.
    pub(super) fn resolve(
        &self,
        name: &str,
        values: impl Iterator<Item = f64>,
        margin: f64,
    ) -> Result<(f64, f64), FigureError> {
        if let Some((low, high)) = self.range {
            check_range(name, self.scale, low, high)?;
            if self.scale == Scale::Log && low < LEAST {
                return Err(FigureError::NotPositive { axis: name.to_owned(), low });
            }
            return Ok((low, high));
        }
        let (mut low, mut high, mut lowest) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            lowest = lowest.min(value);
            if self.scale == Scale::Linear || value >= LEAST {
                low = low.min(value);
                high = high.max(value);
            }
        }
        if low > high {
            return Err(if lowest.is_finite() {
                FigureError::NotPositive { axis: name.to_owned(), low: lowest }
            } else {
                FigureError::Empty(name.to_owned())
            });
        }
        Ok(self.pad(low, high, margin))
    }

    fn pad(&self, low: f64, high: f64, margin: f64) -> (f64, f64) {
        match self.scale {
            Scale::Linear if too_close(self.scale, low, high) => {
                let half = if low == 0.0 { 1.0 } else { 0.1 * low.abs().max(1e-290) };
                (low - half, high + half)
            }
            Scale::Linear => (low - margin * (high - low), high + margin * (high - low)),
            Scale::Log if too_close(self.scale, low, high) => ((low / 2.0).max(LEAST), high * 2.0),
            Scale::Log => {
                let factor = (high.ln() - low.ln()) * margin;
                ((low.ln() - factor).exp().max(LEAST), (high.ln() + factor).exp().min(MOST))
            }
        }
    }
}

/// The least value of a logarithmic axis: its reciprocal is a number, too.
const LEAST: f64 = 1e-300;
/// The greatest absolute value of a coordinate: sums and differences of several are numbers, too.
const MOST: f64 = 1e300;

/// Two values that floating point cannot tell apart well enough to put ticks between them.
fn too_close(scale: Scale, low: f64, high: f64) -> bool {
    let tiny = scale == Scale::Linear && high - low < 1e-290;
    tiny || high - low <= 1e-9 * low.abs().max(high.abs())
}

/// A range has finite ends, in order, and far enough apart.
pub(super) fn check_range(name: &str, scale: Scale, low: f64, high: f64) -> Result<(), FigureError> {
    if in_bounds(low) && in_bounds(high) && low < high && !too_close(scale, low, high) {
        Ok(())
    } else {
        Err(FigureError::Range { axis: name.to_owned(), low, high })
    }
}

/// Whether a value may be a coordinate.
pub(super) fn in_bounds(value: f64) -> bool {
    value.abs() <= MOST
}

/// A value on a logarithmic axis, moved into the range that such an axis can show.
pub(super) fn clamp_positive(value: f64) -> f64 {
    value.clamp(LEAST, MOST)
}

/// From values to units on paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mapping {
    pub(super) scale: Scale,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Where `low` lies on paper.
    pub(super) start: f64,
    /// Where `high` lies on paper.
    pub(super) end: f64,
}

impl Mapping {
    /// From the values of `range` to places between both ends.
    pub(super) fn new(scale: Scale, (low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        Self { scale, low, high, start, end }
    }

    /// Where `value` lies on paper, or `None` if a logarithmic axis has no place for it.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let fraction = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value > 0.0 => (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln()),
            Scale::Log => return None,
        };
        // Far outside is as good as outside, and keeps coordinates small.
        Some(self.start + fraction.clamp(-1e3, 1e3) * (self.end - self.start))
    }

    /// As [`place`](Self::place), with values that have no place put far below the axis.
    pub(super) fn place_or_below(&self, value: f64) -> f64 {
        self.place(value).unwrap_or(self.start - 1e3 * (self.end - self.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_fit_the_data() {
        let fit = |axis: &Axis, values: &[f64]| axis.resolve("the x axis", values.iter().copied(), 0.0);
        let linear = Axis::linear("x");
        assert_eq!(fit(&linear, &[3.0, -1.0, 2.0]).unwrap(), (-1.0, 3.0));
        assert_eq!(fit(&linear, &[0.0]).unwrap(), (-1.0, 1.0));
        assert_eq!(fit(&linear, &[f64::INFINITY, 1.0, 2.0]).unwrap(), (1.0, 2.0));
        assert!(matches!(fit(&linear, &[]), Err(FigureError::Empty(_))));
        let log = Axis::log("x");
        assert_eq!(fit(&log, &[-3.0, 0.0, 2.0]).unwrap(), (1.0, 4.0));
        assert!(matches!(fit(&log, &[-3.0]), Err(FigureError::NotPositive { low: -3.0, .. })));
    }

    #[test]
    fn insane_ranges_are_refused() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1.0, 1.0 + 1e-12)]
        {
            let axis = Axis::linear("x").range(low, high);
            assert!(matches!(
                axis.resolve("the x axis", [].into_iter(), 0.0),
                Err(FigureError::Range { .. })
            ));
        }
        let axis = Axis::log("x").range(0.0, 1.0);
        assert!(matches!(
            axis.resolve("the x axis", [].into_iter(), 0.0),
            Err(FigureError::NotPositive { .. })
        ));
    }

    #[test]
    fn logarithmic_axes_place_by_ratio() {
        let mapping = Mapping { scale: Scale::Log, low: 1e-2, high: 1e2, start: 400.0, end: 0.0 };
        assert!((mapping.place(1.0).unwrap() - 200.0).abs() < 1e-9);
        assert!((mapping.place(10.0).unwrap() - 100.0).abs() < 1e-9);
        assert_eq!(mapping.place(0.0), None);
        assert!(mapping.place_or_below(0.0) > 400.0);
    }
}
