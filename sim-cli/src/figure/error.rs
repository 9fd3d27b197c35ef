use thiserror::Error;

/// Why a figure could not be drawn.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FigureError {
    /// The width is not a length on which a figure can be read.
    #[error("a figure is between 2 and 20 inches wide; found {0}")]
    Width(f64),
    /// Text that is too small or too large to be read.
    #[error("the text of a figure has 4 to 40 points; found {0}")]
    Text(f64),
    /// A sheet with no room for its text.
    #[error(
        "a figure of {inches} inches has no room for text of {text} points; make it wider or its text smaller"
    )]
    Narrow {
        /// Its width.
        inches: f64,
        /// Size of its labels in points.
        text: f64,
    },
    /// Nothing to draw.
    #[error("{0} has no points to draw")]
    Empty(String),
    /// A coordinate that is not a number, is infinite, or is too large to scale.
    #[error("{place}: {name} = {value}, but a coordinate is a number between -1e300 and 1e300")]
    Coordinate {
        /// The series, contour or grid, and the position in it.
        place: String,
        /// Which coordinate.
        name: &'static str,
        /// The value found.
        value: f64,
    },
    /// Abscissas that do not increase.
    #[error("{place}: x = {next} comes after {previous}, but each x must exceed the one before it")]
    Order {
        /// The series or the axis, and the position in it.
        place: String,
        /// The value before.
        previous: f64,
        /// The value that does not exceed it.
        next: f64,
    },
    /// An interval whose ends are not numbers, or in the wrong order.
    #[error("{place}: the interval [{low}, {high}] does not run from a low to a high end")]
    Interval {
        /// The series and the position in it.
        place: String,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A range of an axis, or of the colors, that is empty, reversed, or not finite.
    #[error(
        "the range of {axis} runs from {low} to {high}; its low end must be below its high end, both finite"
    )]
    Range {
        /// Which axis.
        axis: String,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A logarithmic axis reaches zero or below.
    #[error(
        "{axis} is logarithmic, but its lowest value is {low}; give it positive values or a linear scale"
    )]
    NotPositive {
        /// Which axis.
        axis: String,
        /// The offending value.
        low: f64,
    },
    /// A grid with the wrong number of values.
    #[error("{place} has {found} values, but the grid has {columns} x {rows} = {expected} cells")]
    Grid {
        /// The heat map or the contour.
        place: String,
        /// Values found.
        found: usize,
        /// Number of columns.
        columns: usize,
        /// Number of rows.
        rows: usize,
        /// Their product.
        expected: usize,
    },
    /// A resolution that no printer asks for.
    #[error("a figure is exported at 36 to 2400 dots per inch; found {0}")]
    Resolution(u32),
    /// The bundled font was refused.
    #[error("the bundled font cannot be read: {0}")]
    Font(String),
    /// The drawing back end failed.
    #[error("the figure could not be drawn: {0}")]
    Draw(String),
    /// The drawing is not readable as SVG.
    #[error("the figure could not be read back as SVG: {0}")]
    Svg(String),
    /// The conversion to PDF failed.
    #[error("the figure could not be converted to PDF: {0}")]
    Pdf(String),
    /// The conversion to PNG failed.
    #[error("the figure could not be converted to PNG: {0}")]
    Png(String),
}
