//! From a data set to the files of its figure.

mod distribution;
mod grid;
mod panel;
mod paper;

pub use distribution::write as write_trials;
pub use panel::panel;
pub use paper::{Columns, Paper};

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::dataset::{Directory, Table, write_file};
use crate::figure::{Drawing, Figure, FigureError};
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;

/// A type of figure file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileType {
    /// Vector graphics for the web.
    Svg,
    /// Vector graphics for papers, with embedded fonts.
    Pdf,
    /// Pixels.
    Png,
    /// What the figure shows, as a table: the same for all widths.
    Csv,
}

impl FileType {
    /// The type of a file of this name; without an ending that says otherwise, SVG.
    pub fn of(path: &Path) -> Self {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let named = |file_type: &&Self| Some(file_type.ending()) == ending;
        Self::value_variants().iter().find(named).copied().unwrap_or(Self::Svg)
    }

    /// How its files' names end, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Csv => "csv",
        }
    }

    /// The bytes of a file with this figure, of which `drawing` is the drawing, with so many dots per inch where it has any.
    ///
    /// # Errors
    /// The drawing cannot be converted.
    pub fn bytes(self, figure: &Figure, drawing: &Drawing, dpi: u32) -> Outcome<Vec<u8>> {
        let bytes = match self {
            Self::Svg => Ok(drawing.svg().as_bytes().to_vec()),
            Self::Pdf => drawing.pdf(),
            Self::Png => drawing.png(dpi),
            Self::Csv => figure.csv().map(String::into_bytes),
        };
        bytes.map_err(|error| explain(&error))
    }
}

/// Dots per inch where nobody says how many.
pub const DPI: u32 = 300;

/// Which files are drawn.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// How large, and how they look.
    pub paper: Paper,
    /// File types.
    pub types: Vec<FileType>,
    /// Dots per inch of pixel files.
    pub dpi: u32,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { paper: Paper::default(), types: FileType::value_variants().to_vec(), dpi: DPI }
    }
}

/// Draws the figure of `scenario` from the data set in `directory` into files in `out`, and returns their names: `figure`
/// for one column, `figure-wide` for two and `figure-page` for three.
pub fn draw(directory: &Directory, scenario: &Scenario, sheet: &Sheet, out: &Path) -> Outcome<Vec<PathBuf>> {
    let Some(spec) = &scenario.figure else { return Ok(Vec::new()) };
    spec.check(scenario)?;
    let table = Table::read(&directory.data_path())?;
    let missing = scenario.cell_count()?.saturating_sub(table.rows());
    if missing > 0 {
        crate::output::warn(&format!(
            "{missing} cells are missing in the figure; repeat the sweep to have them"
        ));
    }
    let failed = table.texts("error").map_or(0, |errors| errors.iter().flatten().count());
    if failed > 0 {
        crate::output::warn(&format!("{failed} failed cells are missing in the figure"));
    }
    let panel = panel(scenario, spec, &table, directory.path())?;
    let (style, widths) = sheet.paper.sheets(spec);
    let mut files = Vec::new();
    for (position, (name, width)) in widths.into_iter().enumerate() {
        let figure = Figure { title: spec.title.clone(), width, style, panel: panel.clone() };
        let drawing = figure.render().map_err(|error| explain(&error))?;
        // The table is the same for all widths.
        let types = sheet.types.iter().filter(|file_type| position == 0 || **file_type != FileType::Csv);
        for file_type in types {
            let path = out.join(name).with_extension(file_type.ending());
            write_file(&path, &file_type.bytes(&figure, &drawing, sheet.dpi)?)?;
            files.push(path);
        }
        if position == 0 {
            drawing.notes().iter().for_each(|note| crate::output::warn(note));
        }
    }
    Ok(files)
}

/// Draws a figure into a file, whose name says of which type it is, and returns the notes.
///
/// # Errors
/// The figure cannot be drawn, or the file not be written.
pub fn draw_into(figure: &Figure, out: &Path) -> Outcome<Vec<String>> {
    let drawing = figure.render().map_err(|error| explain(&error))?;
    write_file(out, &FileType::of(out).bytes(figure, &drawing, DPI)?)?;
    Ok(drawing.notes().to_vec())
}

/// Why a figure cannot be drawn.
pub fn explain(error: &FigureError) -> Problem {
    Problem::input(format!("the figure cannot be drawn: {error}"))
}
