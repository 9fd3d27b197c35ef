//! Widths of the columns of journals, and the text that they print in figures.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A journal, or a family of journals with the same columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Journal {
    /// Nature and its sisters: 89 and 183 mm, text of 5 to 7 points.
    Nature,
    /// Science: 57, 121 and 184 mm.
    Science,
    /// PNAS: 87 and 178 mm.
    Pnas,
    /// Physical Review: 86 and 178 mm.
    Aps,
    /// IEEE Transactions: 88.9 and 181.9 mm.
    Ieee,
    /// ACM proceedings: 84.8 and 177.9 mm.
    Acm,
    /// Elsevier: 90 and 190 mm.
    Elsevier,
    /// ICML and AISTATS: 82.6 and 171.5 mm.
    Icml,
    /// NeurIPS and ICLR: one column of 139.7 mm.
    Neurips,
    /// JMLR: one column of 152.4 mm.
    Jmlr,
}

const INCH: f64 = 25.4;

impl Journal {
    /// Widths in millimeters of one column, of two, and of the whole page.
    ///
    /// Sources, beside each the page or the file that says so; `docs/how-to-figures.md` has them as a table.
    fn widths(self) -> [f64; 3] {
        match self {
            // research-figure-guide.nature.com, "Building and exporting figure panels".
            Self::Nature => [89.0, 183.0, 183.0],
            // Instructions for preparing a revised manuscript: 5.7, 12.1 and 18.4 cm.
            Self::Science => [57.0, 121.0, 184.0],
            // Digital art guidelines: 8.7 and 17.8 cm.
            Self::Pnas => [87.0, 178.0, 178.0],
            // Style guide of the American Physical Society: 8.6 and 17.8 cm.
            Self::Aps => [86.0, 178.0, 178.0],
            // ieeeauthorcenter.ieee.org, "Size requirements for graphics": 3.5 and 7.16 inches.
            Self::Ieee => [3.5 * INCH, 7.16 * INCH, 7.16 * INCH],
            // acmart, format sigconf: \columnwidth is 241.14749 and \textwidth 506.295 TeX points.
            Self::Acm => [241.147_49 / 72.27 * INCH, 506.295 / 72.27 * INCH, 506.295 / 72.27 * INCH],
            // Artwork sizing: 90 and 190 mm.
            Self::Elsevier => [90.0, 190.0, 190.0],
            // icml.sty and aistats.sty: 3.25 and 6.75 inches.
            Self::Icml => [3.25 * INCH, 6.75 * INCH, 6.75 * INCH],
            // neurips.sty and iclr_conference.sty: \textwidth is 5.5 inches.
            Self::Neurips => [5.5 * INCH; 3],
            // jmlr2e.sty: \textwidth is 6 inches.
            Self::Jmlr => [6.0 * INCH; 3],
        }
    }

    /// Widths in inches of one column, of two, and of the whole page.
    pub fn inches(self) -> [f64; 3] {
        self.widths().map(|millimeters| millimeters / INCH)
    }

    /// Size in points of the labels of axes; other text has 7/8 of it.
    pub fn text(self) -> f64 {
        match self {
            // At most 7 points and at least 5.
            Self::Nature => 7.0,
            _ => 8.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_into_the_page() {
        for journal in Journal::value_variants() {
            let [single, double, page] = journal.inches();
            assert!((2.0..=6.5).contains(&single), "{journal:?}");
            assert!(single <= double && double <= page && page <= 8.5, "{journal:?}");
        }
    }

    #[test]
    fn widths_are_those_of_the_guides() {
        // Written down a second time, from the guides, in inches.
        for (journal, single, page) in [
            (Journal::Nature, 3.504, 7.205),
            (Journal::Science, 2.244, 7.244),
            (Journal::Pnas, 3.425, 7.008),
            (Journal::Aps, 3.386, 7.008),
            (Journal::Ieee, 3.5, 7.16),
            (Journal::Acm, 3.337, 7.006),
            (Journal::Elsevier, 3.543, 7.480),
            (Journal::Icml, 3.25, 6.75),
            (Journal::Neurips, 5.5, 5.5),
            (Journal::Jmlr, 6.0, 6.0),
        ] {
            let [found, _, whole] = journal.inches();
            assert!((found - single).abs() < 1e-3 && (whole - page).abs() < 1e-3, "{journal:?}");
        }
    }
}
