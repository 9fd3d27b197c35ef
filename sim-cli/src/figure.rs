//! Figures for papers: data in, SVG, PDF and PNG out.
//!
//! A [`Figure`] has the width of a journal's column, text of 7 to 8 points, and is read without color. It is drawn
//! once, as SVG; the other formats are made from that drawing. Text is set in the bundled DejaVu Sans, so that a figure
//! looks the same on every machine.
//!
//! ```
//! use synergy::figure::{Axis, Curves, Figure, Panel, Point, Series, Style, Width};
//!
//! let mut curves = Curves::new(Axis::linear("depth"), Axis::log("root bias μ_{L}"));
//! curves.series.push(Series {
//!     label: "ρ = 0.1".into(),
//!     points: vec![Point::with_interval(1.0, 0.5, 0.48, 0.52), Point::with_interval(2.0, 0.3, 0.28, 0.32)],
//!     theory: vec![(1.0, 0.5), (2.0, 0.31)],
//!     ..Series::default()
//! });
//! let figure = Figure { title: None, width: Width::Single, style: Style::PAPER, panel: Panel::Curves(curves) };
//! let drawing = figure.render()?;
//! assert!(drawing.svg().starts_with("<svg"));
//! assert!(drawing.pdf()?.starts_with(b"%PDF"));
//! assert!(drawing.notes().is_empty());
//! # Ok::<(), synergy::figure::FigureError>(())
//! ```

mod arrangement;
mod axes;
mod axis;
mod canvas;
mod color_bar;
mod contour;
mod contour_lines;
mod curves;
mod data;
mod drawn;
mod ends;
mod error;
mod export;
mod facets;
mod fit;
mod font;
mod gantt;
mod geometry;
mod heat_map;
mod latex;
mod legend;
mod marks;
mod palette;
mod places;
mod regions;
mod repeated;
mod spread;
mod style;
mod text;
mod thinning;
mod ticks;
mod tornado;
mod trace;
mod violins;

pub use axis::{Axis, Scale};
pub use curves::{Band, Curves, Point, Series, VerticalMark};
pub use error::FigureError;
pub use export::Drawing;
pub use facets::{Facet, Facets};
pub use fit::PowerLaw;
pub use gantt::{Gantt, GanttBar, GanttFlow, GanttRow, MOST_ROWS};
pub use heat_map::{ColorScale, Contour, HeatMap};
pub use latex::plain;
pub use palette::ColorMap;
pub use places::Place;
pub use regions::Regions;
pub use style::{Style, Theme};
pub use tornado::{Tornado, TornadoEnd, TornadoRow};
pub use violins::{Violin, Violins};

use drawn::Drawn;

/// A figure of one panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Written above the panel. Journals prefer captions.
    pub title: Option<String>,
    /// Width on paper, from which the height follows; a long legend adds to the height.
    pub width: Width,
    /// Ground and size of text.
    pub style: Style,
    /// What is drawn.
    pub panel: Panel,
}

/// The width of a figure on paper.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Width {
    /// One column: 3.35 inches.
    #[default]
    Single,
    /// Two columns: 6.9 inches.
    Double,
    /// Another width in inches, within 2..=20. Text must have room: a sheet is at least 1.8 inches wide for each 8 points of its size.
    Inches(f64),
}

/// What a figure shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Curves over one parameter.
    Curves(Curves),
    /// The same curves under several conditions; its height follows from the number of panels.
    Facets(Facets<Curves>),
    /// The same heat map under several conditions.
    HeatMapFacets(Facets<HeatMap>),
    /// The same regions under several conditions.
    RegionFacets(Facets<Regions>),
    /// A function of two parameters.
    HeatMap(HeatMap),
    /// Which of several things is the largest, over two parameters.
    Regions(Regions),
    /// Who did what when; its height follows from the number of rows.
    Gantt(Gantt),
    /// What each parameter does alone; its height follows from the number of parameters.
    Tornado(Tornado),
    /// How values of single trials are distributed.
    Violins(Violins),
}

impl Panel {
    fn drawn(&self) -> &dyn Drawn {
        match self {
            Self::Curves(curves) => curves,
            Self::Facets(facets) => facets,
            Self::HeatMapFacets(facets) => facets,
            Self::RegionFacets(facets) => facets,
            Self::HeatMap(map) => map,
            Self::Regions(regions) => regions,
            Self::Gantt(gantt) => gantt,
            Self::Tornado(tornado) => tornado,
            Self::Violins(violins) => violins,
        }
    }
}

impl Width {
    fn inches(self) -> Result<f64, FigureError> {
        match self {
            Self::Single => Ok(3.35),
            Self::Double => Ok(6.9),
            Self::Inches(inches) if (2.0..=20.0).contains(&inches) => Ok(inches),
            Self::Inches(inches) => Err(FigureError::Width(inches)),
        }
    }
}

impl Figure {
    /// Draws the figure.
    ///
    /// # Errors
    /// The data cannot be drawn: no points, a coordinate or a range that is not a finite number, abscissas that do not
    /// increase, a grid of the wrong size. What can be drawn only in part is drawn, and [`Drawing::notes`] says so.
    pub fn render(&self) -> Result<Drawing, FigureError> {
        let (width, height) = self.sheet()?;
        let title = self.written_title();
        let drawn = self.panel.drawn();
        Drawing::paint((width, height), self.style, |canvas| drawn.draw(canvas, (width, height), title))
    }

    /// What stands where in the drawing; nothing for a Gantt chart, whose bars have their names.
    ///
    /// # Errors
    /// Those of [`Figure::render`].
    pub fn places(&self) -> Result<Vec<Place>, FigureError> {
        self.panel.drawn().places(self.sheet()?, self.written_title())
    }

    /// What the figure shows as CSV (RFC 4180), with a header. Numbers have all their digits; an empty field is a number that does not exist.
    ///
    /// # Errors
    /// Those of [`Figure::render`]: what cannot be drawn has no table.
    pub fn csv(&self) -> Result<String, FigureError> {
        let drawn = self.panel.drawn();
        drawn.check(self.sheet()?)?;
        Ok(drawn.rows().csv())
    }

    fn written_title(&self) -> Option<&str> {
        self.title.as_deref().filter(|title| !title.trim().is_empty())
    }

    /// Width and height in units.
    fn sheet(&self) -> Result<(f64, f64), FigureError> {
        // What is magnified afterwards is laid out on a smaller sheet.
        let inches = self.width.inches()? / self.style.magnification()?;
        if inches < 1.8 {
            return Err(FigureError::Narrow { inches: self.width.inches()?, text: self.style.text });
        }
        // 2.45 inches at one column and 3.6 at two; wider figures are flatter.
        let width = (inches * canvas::INCH).round();
        let height = ((1.36 + 0.325 * inches) * canvas::INCH).round();
        let title = self.written_title();
        font::register()?;
        Ok((width, self.panel.drawn().height((width, height), title)?))
    }
}
