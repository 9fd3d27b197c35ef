//! What every panel of a figure can do.

use super::FigureError;
use super::canvas::Canvas;
use super::data::Rows;
use super::places::Place;

/// Something that is drawn on a sheet. Lengths are in units, and a sheet is its width and its height.
pub(super) trait Drawn {
    /// The height of the sheet, where a sheet that only depends on the width is as large as `sheet`.
    ///
    /// # Errors
    /// Those of [`Drawn::check`].
    fn height(&self, sheet: (f64, f64), title: Option<&str>) -> Result<f64, FigureError> {
        let _ = title;
        Ok(sheet.1)
    }

    /// Whether the data can be drawn on a sheet.
    ///
    /// # Errors
    /// What is wrong with them, with its place.
    fn check(&self, sheet: (f64, f64)) -> Result<(), FigureError>;

    /// Draws, and returns sentences about what could not be shown.
    ///
    /// # Errors
    /// Those of [`Drawn::check`], and the drawing's own.
    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        sheet: (f64, f64),
        title: Option<&str>,
    ) -> Result<Vec<String>, FigureError>;

    /// What stands where.
    ///
    /// # Errors
    /// Those of [`Drawn::check`].
    fn places(&self, sheet: (f64, f64), title: Option<&str>) -> Result<Vec<Place>, FigureError>;

    /// What is shown, as a table. The data have been checked.
    fn rows(&self) -> Rows;
}
