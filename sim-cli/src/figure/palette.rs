//! Colors, markers and dashes, so chosen that a figure is read without color, too.

use plotters::style::RGBColor;

/// What a color is for; the theme of a figure says which color that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tone {
    /// Axes and text.
    Ink,
    /// What stays behind: marks, hatching, keys.
    Muted,
    /// The sheet itself.
    Ground,
    /// A series, counted from zero.
    Series(usize),
    /// Text in the color of a series.
    Text(usize),
    /// A color that means a value, whatever the ground.
    Exact(RGBColor),
}

/// The palette of Okabe and Ito, "Color Universal Design" (2008). Yellow comes last: it is faint on white.
pub(super) const SERIES: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
    RGBColor(240, 228, 66),
];

/// Strokes and gaps in points; an empty pattern is a solid line.
const DASHES: [&[f64]; 6] =
    [&[], &[4.0, 1.6], &[1.2, 1.2], &[5.0, 1.4, 1.2, 1.4], &[2.4, 1.2], &[6.0, 1.2, 1.2, 1.2, 1.2, 1.2]];

/// The shape of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Up,
    Diamond,
    Down,
    Cross,
    Plus,
}

const MARKERS: [Marker; 7] =
    [Marker::Circle, Marker::Square, Marker::Up, Marker::Diamond, Marker::Down, Marker::Cross, Marker::Plus];

/// How one series is drawn. 8 colors, 7 markers and 6 dashes: the first 168 series differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) color: Tone,
    pub(super) marker: Marker,
    pub(super) dashes: &'static [f64],
}

impl Tone {
    /// The same, such that text in it can be read.
    pub(super) fn for_text(self) -> Self {
        if let Self::Series(index) = self { Self::Text(index) } else { self }
    }
}

impl Look {
    /// The look of series number `index`, counted from zero.
    pub(super) fn of(index: usize) -> Self {
        Self {
            color: Tone::Series(index),
            marker: MARKERS[index % MARKERS.len()],
            dashes: DASHES[index % DASHES.len()],
        }
    }
}

/// Relative luminance in [0, 1], as WCAG 2.1 defines it.
pub(super) fn luminance(color: RGBColor) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

/// The color, darkened until text in it has a contrast of 4.5 on white.
pub(super) fn darkened(color: RGBColor) -> RGBColor {
    let mut dark = color;
    while 1.05 / (luminance(dark) + 0.05) < 4.5 {
        let shade = |channel: u8| (f64::from(channel) * 0.95) as u8;
        dark = RGBColor(shade(dark.0), shade(dark.1), shade(dark.2));
    }
    dark
}

/// How values become colors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ColorMap {
    /// From dark blue to yellow, perceptually uniform, with lightness growing with the value.
    Sequential,
    /// Blue below the center, orange above it, white at the center, which lies in the middle of the range.
    Diverging {
        /// The value that is drawn white.
        center: f64,
    },
}

/// Ten equidistant colors of viridis by S. van der Walt and N. Smith, CC0 (<https://bids.github.io/colormap>).
const VIRIDIS: [RGBColor; 10] = [
    RGBColor(68, 1, 84),
    RGBColor(72, 40, 120),
    RGBColor(62, 74, 137),
    RGBColor(49, 104, 142),
    RGBColor(38, 130, 142),
    RGBColor(31, 158, 137),
    RGBColor(53, 183, 121),
    RGBColor(109, 205, 89),
    RGBColor(180, 222, 44),
    RGBColor(253, 231, 37),
];

/// Blue to orange through white, of equal lightness at equal distance from the center.
const BLUE_ORANGE: [RGBColor; 9] = [
    RGBColor(11, 61, 115),
    RGBColor(44, 103, 164),
    RGBColor(103, 150, 200),
    RGBColor(172, 201, 229),
    RGBColor(248, 248, 248),
    RGBColor(238, 186, 148),
    RGBColor(213, 125, 72),
    RGBColor(170, 75, 23),
    RGBColor(114, 38, 4),
];

impl ColorMap {
    /// The color at `fraction` of the range, clamped to [0, 1].
    pub(super) fn color(self, fraction: f64) -> RGBColor {
        let table: &[RGBColor] = match self {
            Self::Sequential => &VIRIDIS,
            Self::Diverging { .. } => &BLUE_ORANGE,
        };
        let position = fraction.clamp(0.0, 1.0) * (table.len() - 1) as f64;
        let index = (position as usize).min(table.len() - 2);
        let part = position - index as f64;
        let (from, to) = (table[index], table[index + 1]);
        let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
        RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequential_colors_grow_lighter() {
        let lights: Vec<f64> =
            (0..=100).map(|i| luminance(ColorMap::Sequential.color(f64::from(i) / 100.0))).collect();
        assert!(lights.windows(2).all(|pair| pair[0] < pair[1] + 1e-3), "{lights:?}");
        assert!(lights[0] < 0.03 && lights[100] > 0.7);
    }

    #[test]
    fn diverging_colors_are_balanced() {
        let map = ColorMap::Diverging { center: 0.0 };
        for i in 0..=50 {
            let below = luminance(map.color(f64::from(i) / 100.0)).cbrt();
            let above = luminance(map.color(1.0 - f64::from(i) / 100.0)).cbrt();
            assert!((below - above).abs() < 0.05, "{i}: {below} {above}");
        }
    }

    #[test]
    fn text_is_readable_in_every_color() {
        for color in SERIES {
            assert!(1.05 / (luminance(darkened(color)) + 0.05) >= 4.5);
        }
    }

    #[test]
    fn neighboring_series_differ_in_color_marker_and_dashes() {
        for i in 0..20 {
            let (a, b) = (Look::of(i), Look::of(i + 1));
            assert!(SERIES[i % 8] != SERIES[(i + 1) % 8] && a.marker != b.marker && a.dashes != b.dashes);
        }
    }
}
