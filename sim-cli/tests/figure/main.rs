//! What a figure promises: readable text, embedded fonts, honest sizes, equal bytes, and no panic on any data.

// Helpers of tests may unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod data;
mod formats;
mod kinds;
mod layout;

use resvg::usvg;
use synergy::figure::{
    Axis, ColorMap, ColorScale, Contour, Curves, Drawing, Figure, FigureError, HeatMap, Panel, Point, Series,
    Style, VerticalMark, Width,
};

fn curves() -> Curves {
    let mut curves = Curves::new(Axis::linear("depth L (levels)"), Axis::log("root bias μ").range(1e-4, 1.0));
    for (label, rate) in [("ρ = 0.1", 0.05), ("ρ = 5/21", 0.15), ("ρ < 1 & \"γ\"", 0.3)] {
        let value = |x: f64| 0.8 * (-rate * x).exp();
        let points = (1..=20)
            .map(f64::from)
            .map(|x| Point::with_interval(x, value(x), 0.9 * value(x), 1.1 * value(x)));
        curves.series.push(Series {
            label: label.into(),
            points: points.collect(),
            theory: (1..=20).map(f64::from).map(|x| (x, value(x))).collect(),
            ..Series::default()
        });
    }
    curves.marks.push(VerticalMark { x: 7.0, label: "critical depth".into() });
    curves
}

fn heat_map() -> HeatMap {
    let xs: Vec<f64> = (0..41).map(|k| 0.4 + 0.015 * f64::from(k)).collect();
    let ys: Vec<f64> = (0..31).map(|k| 0.02 * f64::from(k)).collect();
    let alpha: Vec<f64> =
        ys.iter().flat_map(|rho| xs.iter().map(move |gamma| 1.9 * gamma * (1.0 - rho))).collect();
    HeatMap {
        x: Axis::linear("channel fidelity γ"),
        y: Axis::linear("correlation ρ"),
        values: alpha.iter().map(|alpha| (alpha - 1.0).max(0.0)).collect(),
        colors: ColorScale { label: "bias".into(), range: None, map: ColorMap::Sequential },
        contours: vec![Contour { label: "α = 1".into(), level: 1.0, values: alpha }],
        xs,
        ys,
    }
}

fn render(panel: Panel) -> Result<Drawing, FigureError> {
    Figure { title: None, width: Width::Single, style: Style::PAPER, panel }.render()
}

/// The drawing as a viewer with the font sees it.
fn read_back(drawing: &Drawing) -> usvg::Tree {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../assets/fonts/DejaVuSans.ttf").to_vec());
    let options = usvg::Options { fontdb: fonts.into(), ..usvg::Options::default() };
    usvg::Tree::from_str(drawing.svg(), &options).unwrap()
}

fn all_nodes(group: &usvg::Group) -> Vec<&usvg::Node> {
    fn nested(node: &usvg::Node) -> Vec<&usvg::Node> {
        if let usvg::Node::Group(inner) = node { all_nodes(inner) } else { vec![node] }
    }
    group.children().iter().flat_map(nested).collect()
}
