//! How large a figure is drawn, and what for.

use crate::figure::{Style, Width};
use crate::journal::Journal;
use crate::scenario::{FigureSpec, FigureStyle};

/// What a command says about the paper; what it leaves open the scenario says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Paper {
    /// Which widths.
    pub columns: Columns,
    /// Whose columns.
    pub journal: Option<Journal>,
    /// What for.
    pub style: Option<FigureStyle>,
}

/// Which widths are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Columns {
    /// One column.
    Single,
    /// Two columns.
    Double,
    /// The whole page, where it has three columns.
    Page,
    /// One column and two.
    #[default]
    Both,
    /// A length in inches.
    Inches(f64),
}

/// Widths of one figure of two on a slide of 13.3 inches, and of one alone.
const SLIDE: [f64; 2] = [6.0, 12.0];

impl Paper {
    /// The look of a figure, and its files' names with their widths.
    pub fn sheets(&self, spec: &FigureSpec) -> (Style, Vec<(&'static str, Width)>) {
        // Slides have no columns of a journal: who asks for them does not mean the scenario's.
        let of_scenario = spec.journal.filter(|_| self.style != Some(FigureStyle::Slides));
        let journal = self.journal.or(of_scenario);
        let wanted = self.style.or(spec.style).unwrap_or(FigureStyle::Paper);
        let style = match wanted {
            FigureStyle::Paper => Style::PAPER,
            FigureStyle::Slides => Style::SLIDES,
            FigureStyle::Dark => Style::DARK,
        };
        let (style, [single, double, page]) = match journal {
            // The column of a journal says how large its text is.
            Some(journal) => (Style { text: journal.text(), ..style }, journal.inches().map(Width::Inches)),
            None if wanted == FigureStyle::Paper => (style, [Width::Single, Width::Double, Width::Double]),
            None => (style, [SLIDE[0], SLIDE[1], SLIDE[1]].map(Width::Inches)),
        };
        let widths = match self.columns {
            Columns::Single => vec![("figure", single)],
            Columns::Double => vec![("figure-wide", double)],
            Columns::Page => vec![("figure-page", page)],
            // A page of one column has one width.
            Columns::Both if single == double => vec![("figure", single)],
            Columns::Both => vec![("figure", single), ("figure-wide", double)],
            Columns::Inches(inches) => vec![("figure", Width::Inches(inches))],
        };
        (style, widths)
    }
}

impl std::str::FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed =
            "single, double, page, both, or a length from 2 to 20 inches such as 120mm, 12cm or 4.7in";
        match text {
            "single" => return Ok(Self::Single),
            "double" => return Ok(Self::Double),
            "page" => return Ok(Self::Page),
            "both" => return Ok(Self::Both),
            _ => {}
        }
        let text = text.trim();
        let number = text.trim_end_matches(|c: char| c.is_alphabetic());
        let inches = match &text[number.len()..] {
            "mm" => 1.0 / 25.4,
            "cm" => 1.0 / 2.54,
            "in" => 1.0,
            _ => return Err(format!("a width is {allowed}")),
        };
        match number.trim().parse::<f64>().map(|number| number * inches) {
            Ok(inches) if (2.0..=20.0).contains(&inches) => Ok(Self::Inches(inches)),
            _ => Err(format!("a width is {allowed}")),
        }
    }
}

impl std::fmt::Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Single => f.write_str("single"),
            Self::Double => f.write_str("double"),
            Self::Page => f.write_str("page"),
            Self::Both => f.write_str("both"),
            Self::Inches(inches) => write!(f, "{inches}in"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_words_or_lengths() {
        assert_eq!("both".parse(), Ok(Columns::Both));
        assert_eq!("4.7 in".parse(), Ok(Columns::Inches(4.7)));
        let five = |inches: f64| (inches - 5.0).abs() < 1e-12;
        assert!(matches!("127mm".parse(), Ok(Columns::Inches(inches)) if five(inches)));
        for wrong in ["", "wide", "120", "-12cm", "1e9mm", "NaNin", "5mm", "é", "12 parsec"] {
            assert!(wrong.parse::<Columns>().is_err(), "{wrong}");
        }
        for columns in [Columns::Single, Columns::Page, Columns::Inches(4.7)] {
            assert_eq!(columns.to_string().parse(), Ok(columns));
        }
    }
}
