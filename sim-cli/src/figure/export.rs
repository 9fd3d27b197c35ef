//! From SVG to PDF and PNG.

use plotters::style::RGBColor;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;
use svg2pdf::{ConversionOptions, PageOptions};

use super::FigureError;
use super::canvas::{Canvas, INCH};
use super::font;
use super::style::{Style, Theme};

/// CSS pixels to an inch, on which SVG lengths rest.
const PIXELS_PER_INCH: f32 = 96.0;

/// A finished drawing. The same figure always gives the same SVG and PNG, to the byte; the PDF may name its fonts and glyphs
/// in another order from run to run.
#[derive(Debug)]
pub struct Drawing {
    svg: String,
    tree: usvg::Tree,
    /// Width and height in inches.
    size: (f64, f64),
    theme: Theme,
    notes: Vec<String>,
}

impl Drawing {
    /// Has `paint` draw on a sheet of `width` times `height` units, which `style` may magnify; what it returns are the notes.
    pub(super) fn paint(
        (width, height): (f64, f64),
        style: Style,
        paint: impl FnOnce(&mut Canvas<'_>) -> Result<Vec<String>, FigureError>,
    ) -> Result<Self, FigureError> {
        let magnification = style.magnification()?;
        let mut body = String::new();
        let mut canvas = Canvas::new(&mut body, width, height, style.theme)?;
        let mut notes = paint(&mut canvas)?;
        canvas.finish()?;

        // The back end states the size in pixels; on paper it is a length.
        let (_, elements) =
            body.split_once('\n').ok_or_else(|| FigureError::Draw("the back end wrote no header".into()))?;
        let size = (width / INCH * magnification, height / INCH * magnification);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}in\" height=\"{}in\" viewBox=\"0 0 {} {}\" \
             stroke-linejoin=\"round\">\n{elements}",
            round(size.0),
            round(size.1),
            width.round(),
            height.round(),
        );
        let options =
            usvg::Options { fontdb: font::database(), dpi: PIXELS_PER_INCH, ..usvg::Options::default() };
        let tree =
            usvg::Tree::from_str(&svg, &options).map_err(|error| FigureError::Svg(error.to_string()))?;
        let missing = missing_letters(tree.root());
        if !missing.is_empty() {
            notes.push(format!("the font DejaVu Sans has no glyph for {}", missing.join(" ")));
        }
        Ok(Self { svg, tree, size, theme: style.theme, notes })
    }

    /// The drawing as SVG, with its text as text.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// What the drawing leaves out, one sentence each: points without a place on a logarithmic axis, say.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Width and height in inches.
    pub fn size(&self) -> (f64, f64) {
        self.size
    }

    /// The drawing as PDF of one page, with its font embedded and its text selectable.
    ///
    /// # Errors
    /// The conversion failed.
    pub fn pdf(&self) -> Result<Vec<u8>, FigureError> {
        let page = PageOptions { dpi: PIXELS_PER_INCH };
        svg2pdf::to_pdf(&self.tree, ConversionOptions::default(), page)
            .map_err(|error| FigureError::Pdf(error.to_string()))
    }

    /// The drawing as PNG on its ground, at `dpi` pixels per inch; the file says so, too.
    ///
    /// # Errors
    /// `dpi` is not within 36..=2400, or the conversion failed.
    pub fn png(&self, dpi: u32) -> Result<Vec<u8>, FigureError> {
        if !(36..=2400).contains(&dpi) {
            return Err(FigureError::Resolution(dpi));
        }
        let pixels = |inches: f64| (inches * f64::from(dpi)).round() as u32;
        let (width, height) = (pixels(self.size.0), pixels(self.size.1));
        let mut pixmap =
            Pixmap::new(width, height).ok_or_else(|| FigureError::Png("the image would be empty".into()))?;
        let RGBColor(r, g, b) = self.theme.ground();
        pixmap.fill(resvg::tiny_skia::Color::from_rgba8(r, g, b, 255));
        let size = self.tree.size();
        let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
        resvg::render(&self.tree, scale, &mut pixmap.as_mut());
        let png = pixmap.encode_png().map_err(|error| FigureError::Png(error.to_string()))?;
        Ok(with_resolution(&png, dpi))
    }
}

/// Inches with four decimals: far below a drawing unit.
fn round(inches: f64) -> f64 {
    (inches * 1e4).round() / 1e4
}

/// The letters that the font cannot show, in order, each once.
fn missing_letters(group: &usvg::Group) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for node in group.children() {
        match node {
            usvg::Node::Group(inner) => missing.extend(missing_letters(inner)),
            usvg::Node::Text(text) => {
                let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                missing.extend(glyphs.filter(|glyph| glyph.id.0 == 0).map(|glyph| glyph.text.clone()));
            }
            usvg::Node::Path(_) | usvg::Node::Image(_) => {}
        }
    }
    missing.sort();
    missing.dedup();
    missing
}

/// Inserts the chunk that states the physical size (PNG specification, third edition, 11.3.4.3 "pHYs").
fn with_resolution(png: &[u8], dpi: u32) -> Vec<u8> {
    // The signature (8 bytes) and the header chunk (25 bytes) come first in every PNG.
    let (head, tail) = png.split_at(33.min(png.len()));
    let per_meter = (f64::from(dpi) / 0.0254).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_meter.to_be_bytes());
    chunk.extend(per_meter.to_be_bytes());
    chunk.push(1);
    let mut bytes = head.to_vec();
    bytes.extend(9_u32.to_be_bytes());
    bytes.extend(&chunk);
    bytes.extend(crc32(&chunk).to_be_bytes());
    bytes.extend(tail);
    bytes
}

/// The checksum of PNG chunks (PNG specification, annex D), bit by bit: it covers 13 bytes.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standard_one() {
        // The check value of CRC-32/ISO-HDLC, and the checksum of every PNG's last chunk.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
    }
}
