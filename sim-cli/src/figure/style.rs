//! How a figure looks: the ground it lies on, and how large its text is.

use plotters::style::RGBColor;

use super::FigureError;
use super::axes::LABEL;
use super::palette::{self, SERIES, Tone};

/// How a figure looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// What it is drawn on.
    pub theme: Theme,
    /// Size of the labels of axes in points on paper, within 4..=40; other text has 7/8 of it, and lines and markers grow with it.
    pub text: f64,
}

/// What a figure is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Black on white.
    #[default]
    Light,
    /// Nearly white on nearly black, with the colors of the series lightened.
    Dark,
}

impl Style {
    /// For papers: text of 8 and 7 points, black on white.
    pub const PAPER: Self = Self { theme: Theme::Light, text: LABEL };
    /// For slides: text of 16 and 14 points, black on white.
    pub const SLIDES: Self = Self { theme: Theme::Light, text: 2.0 * LABEL };
    /// For slides and screens with a dark ground: text of 16 and 14 points.
    pub const DARK: Self = Self { theme: Theme::Dark, text: 2.0 * LABEL };

    /// By how much the drawing is magnified, which is laid out for the text of papers.
    pub(super) fn magnification(self) -> Result<f64, FigureError> {
        if (4.0..=40.0).contains(&self.text) {
            Ok(self.text / LABEL)
        } else {
            Err(FigureError::Text(self.text))
        }
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::PAPER
    }
}

/// The palette of Okabe and Ito, each color so much lighter that it stands out from a dark ground.
const LIGHT_SERIES: [RGBColor; 8] = [
    RGBColor(74, 160, 222),
    RGBColor(240, 122, 48),
    RGBColor(36, 184, 140),
    RGBColor(216, 140, 182),
    RGBColor(230, 159, 0),
    RGBColor(150, 212, 246),
    RGBColor(236, 236, 236),
    RGBColor(240, 228, 66),
];

impl Theme {
    /// The color of the sheet.
    pub(super) fn ground(self) -> RGBColor {
        match self {
            Self::Light => RGBColor(255, 255, 255),
            Self::Dark => RGBColor(22, 24, 29),
        }
    }

    /// What a tone is on this ground.
    pub(super) fn color(self, tone: Tone) -> RGBColor {
        match (self, tone) {
            (_, Tone::Exact(color)) => color,
            (_, Tone::Ground) => self.ground(),
            (Self::Light, Tone::Ink) => RGBColor(0, 0, 0),
            (Self::Dark, Tone::Ink) => RGBColor(236, 236, 236),
            (Self::Light, Tone::Muted) => RGBColor(110, 110, 110),
            (Self::Dark, Tone::Muted) => RGBColor(150, 150, 150),
            (Self::Light, Tone::Series(index)) => SERIES[index % SERIES.len()],
            (Self::Dark, Tone::Series(index)) => LIGHT_SERIES[index % LIGHT_SERIES.len()],
            (Self::Light, Tone::Text(index)) => palette::darkened(SERIES[index % SERIES.len()]),
            // All of them have the contrast that text needs.
            (Self::Dark, Tone::Text(index)) => self.color(Tone::Series(index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::palette::luminance;

    /// Contrast as WCAG 2.1 defines it.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_ground() {
        for theme in [Theme::Light, Theme::Dark] {
            let texts = (0..8).map(Tone::Text).chain([Tone::Ink, Tone::Muted]);
            for tone in texts {
                let seen = contrast(theme.color(tone), theme.ground());
                assert!(seen >= 4.5, "{theme:?} {tone:?}: {seen}");
            }
        }
    }

    #[test]
    fn series_stand_out_from_a_dark_ground() {
        for index in 0..8 {
            let seen = contrast(Theme::Dark.color(Tone::Series(index)), Theme::Dark.ground());
            assert!(seen >= 5.0, "{index}: {seen}");
        }
    }

    #[test]
    fn text_that_nobody_can_read_is_refused() {
        for text in [0.0, -8.0, 3.9, 41.0, f64::NAN, f64::INFINITY] {
            assert!(Style { text, ..Style::PAPER }.magnification().is_err(), "{text}");
        }
        assert!((Style::SLIDES.magnification().unwrap() - 2.0).abs() < 1e-12);
    }
}
