//! What a figure promises: readable text, embedded fonts, honest sizes, equal bytes, and no panic on any data.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};
use resvg::usvg;
use synergy::figure::{
    Axis, ColorMap, ColorScale, Contour, Curves, Drawing, Figure, FigureError, HeatMap, Panel, Point, Scale,
    Series, VerticalMark, Width,
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
    Figure { title: None, width: Width::Single, panel }.render()
}

fn texts(svg: &str) -> Vec<String> {
    let document = usvg::roxmltree::Document::parse(svg).unwrap();
    let nodes = document.descendants().filter(|node| node.has_tag_name("text"));
    nodes.map(|node| node.text().unwrap_or_default().trim().to_owned()).collect()
}

fn fonts(pdf: &Document) -> Vec<&Dictionary> {
    let dictionaries = pdf.objects.values().filter_map(|object| object.as_dict().ok());
    dictionaries
        .filter(|dict| dict.get(b"Type").and_then(Object::as_name).is_ok_and(|name| name == b"Font"))
        .collect()
}

#[test]
fn svg_holds_its_labels_as_text() {
    let svg = render(Panel::Curves(curves())).unwrap().svg().to_owned();
    let texts = texts(&svg);
    let expected = [
        "depth L (levels)",
        "root bias μ",
        "ρ = 0.1",
        "ρ = 5/21",
        "ρ < 1 & \"γ\"",
        "critical depth",
        "theory",
        "10⁻⁴",
        "15",
    ];
    for label in expected {
        assert!(texts.iter().any(|text| text == label), "{label} is not among {texts:?}");
    }
    assert!(svg.contains("font-family=\"DejaVu Sans, sans-serif\""));
    let texts = self::texts(render(Panel::HeatMap(heat_map())).unwrap().svg());
    for label in ["channel fidelity γ", "correlation ρ", "α = 1", "bias"] {
        assert!(texts.iter().any(|text| text == label), "{label} is not among {texts:?}");
    }
}

#[test]
fn svg_has_the_width_of_a_column() {
    for (width, inches) in [(Width::Single, 3.35), (Width::Double, 6.9), (Width::Inches(5.0), 5.0)] {
        let drawing = Figure { title: None, width, panel: Panel::Curves(curves()) }.render().unwrap();
        assert!(drawing.svg().contains(&format!("width=\"{inches}in\"")));
        let tree = usvg::Tree::from_str(drawing.svg(), &usvg::Options::default()).unwrap();
        assert!((f64::from(tree.size().width()) / 96.0 - inches).abs() < 1e-4);
        assert!((drawing.size().0 - inches).abs() < 1e-3);
    }
    for inches in [0.0, 1.9, 21.0, -3.0, f64::NAN, f64::INFINITY] {
        let figure = Figure { title: None, width: Width::Inches(inches), panel: Panel::Curves(curves()) };
        assert!(matches!(figure.render(), Err(FigureError::Width(_))));
    }
}

#[test]
fn pdf_embeds_its_font_and_its_text_can_be_read() {
    for (panel, labels) in [
        (
            Panel::Curves(curves()),
            vec!["depth L (levels)", "root bias μ", "ρ = 5/21", "\"γ\"", "10⁻⁴", "critical depth"],
        ),
        (Panel::HeatMap(heat_map()), vec!["channel fidelity γ", "correlation ρ", "α = 1"]),
    ] {
        let pdf = Document::load_mem(&render(panel).unwrap().pdf().unwrap()).unwrap();
        let fonts = fonts(&pdf);
        assert!(fonts.iter().any(|font| font.has(b"ToUnicode")), "no font maps its glyphs to letters");
        let descriptors = pdf.objects.values().filter_map(|object| object.as_dict().ok());
        assert!(
            descriptors.clone().any(|dict| dict.has(b"FontFile2") || dict.has(b"FontFile3")),
            "no font is embedded"
        );
        let text = extracted(&pdf);
        for label in labels {
            let squeezed: String = label.split_whitespace().collect();
            assert!(text.contains(&squeezed), "{label} is not in {text}");
        }
    }
}

/// The text of the only page, without spaces.
fn extracted(pdf: &Document) -> String {
    pdf.extract_text(&[1]).unwrap().split_whitespace().collect()
}

#[test]
fn pdf_page_has_the_size_on_paper() {
    let drawing = render(Panel::HeatMap(heat_map())).unwrap();
    let pdf = Document::load_mem(&drawing.pdf().unwrap()).unwrap();
    let page = pdf.get_dictionary(*pdf.get_pages().get(&1).unwrap()).unwrap();
    let size: Vec<f32> = page
        .get(b"MediaBox")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side.as_float().unwrap())
        .collect();
    assert!((f64::from(size[2]) - 72.0 * drawing.size().0).abs() < 0.05, "{size:?}");
    assert!((f64::from(size[3]) - 72.0 * drawing.size().1).abs() < 0.05, "{size:?}");
}

#[test]
fn png_has_the_resolution_asked_for() {
    let drawing = render(Panel::HeatMap(heat_map())).unwrap();
    for dpi in [150, 300] {
        let png = drawing.png(dpi).unwrap();
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!(number(16), (3.35 * f64::from(dpi)).round() as u32);
        assert_eq!(number(20), (drawing.size().1 * f64::from(dpi)).round() as u32);
        assert_eq!(&png[37..41], b"pHYs");
        assert_eq!(number(41), (f64::from(dpi) / 0.0254).round() as u32);
        let image = resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
        let corner = image.pixel(0, 0).unwrap();
        assert_eq!((corner.red(), corner.green(), corner.blue(), corner.alpha()), (255, 255, 255, 255));
    }
    for dpi in [0, 35, 2401, u32::MAX] {
        assert!(matches!(drawing.png(dpi), Err(FigureError::Resolution(_))));
    }
}

#[test]
fn cells_tile_without_seams() {
    // One color below and one above: where the cells of one color meet, no other color may shine through.
    let mut map = heat_map();
    map.contours.clear();
    map.values =
        (0..map.xs.len() * map.ys.len()).map(|k| if k / map.xs.len() < 15 { 0.0 } else { 1.0 }).collect();
    // Breaks the runs of equal color, so that neighbors are separate cells.
    map.values.iter_mut().enumerate().for_each(|(k, value)| *value += if k % 2 == 0 { 1e-3 } else { 0.0 });
    for dpi in [72, 97, 150] {
        let png = render(Panel::HeatMap(map.clone())).unwrap().png(dpi).unwrap();
        let image = resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
        let (width, height) = (image.width(), image.height());
        let colors: BTreeSet<(u8, u8, u8)> = (height / 5..height * 2 / 5)
            .flat_map(|y| (width / 4..width / 2).map(move |x| (x, y)))
            .map(|(x, y)| image.pixel(x, y).unwrap())
            .map(|pixel| (pixel.red(), pixel.green(), pixel.blue()))
            .collect();
        // All are the yellow end of the map.
        assert!(colors.iter().all(|c| c.0 > 245 && c.1 > 225 && c.2 < 45), "{dpi}: {colors:?}");
    }
}

#[test]
fn equal_figures_have_equal_bytes() {
    for panel in [Panel::Curves(curves()), Panel::HeatMap(heat_map())] {
        let (a, b) = (render(panel.clone()).unwrap(), render(panel).unwrap());
        assert_eq!(a.svg(), b.svg());
        assert_eq!(a.pdf().unwrap(), b.pdf().unwrap());
        assert_eq!(a.png(100).unwrap(), b.png(100).unwrap());
    }
}

#[test]
fn nothing_leaves_the_sheet() {
    for width in [Width::Single, Width::Double, Width::Inches(2.0)] {
        let mut wide = Curves::new(Axis::linear("tokens").range(0.0, 4e6), Axis::linear("y"));
        wide.series.push(Series { theory: vec![(0.0, 0.0), (4e6, 1.0)], ..Series::default() });
        for panel in [Panel::Curves(curves()), Panel::HeatMap(heat_map()), Panel::Curves(wide)] {
            let figure = Figure { title: Some("A title that says what is shown".into()), width, panel };
            let drawing = figure.render().unwrap();
            let tree = read_back(&drawing);
            let mut count = 0;
            for node in all_nodes(tree.root()) {
                let area = node.abs_bounding_box();
                let sheet = tree.size();
                assert!(area.left() >= -0.1 && area.top() >= -0.1, "{node:?}");
                assert!(
                    area.right() <= sheet.width() + 0.1 && area.bottom() <= sheet.height() + 0.1,
                    "{node:?}"
                );
                count += usize::from(matches!(node, usvg::Node::Text(_)));
            }
            assert!(count > 10, "{count} texts");
        }
    }
}

/// The drawing as a viewer with the font sees it.
fn read_back(drawing: &Drawing) -> usvg::Tree {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../assets/fonts/DejaVuSans.ttf").to_vec());
    let options = usvg::Options { fontdb: fonts.into(), ..usvg::Options::default() };
    usvg::Tree::from_str(drawing.svg(), &options).unwrap()
}

fn all_nodes(group: &usvg::Group) -> Vec<&usvg::Node> {
    let nested = |node| match node {
        &usvg::Node::Group(ref inner) => all_nodes(inner),
        node => vec![node],
    };
    group.children().iter().flat_map(nested).collect()
}

#[test]
fn points_without_a_place_are_told() {
    let mut curves = Curves::new(Axis::linear("x"), Axis::log("y"));
    curves.series.push(Series {
        label: "a".into(),
        points: vec![Point::new(1.0, 0.1), Point::new(2.0, 0.0), Point::new(3.0, -1.0), Point::new(4.0, 0.2)],
        theory: vec![(1.0, 0.1), (4.0, 0.0)],
    });
    curves.marks.push(VerticalMark { x: 9.0, label: "far".into() });
    let notes = render(Panel::Curves(curves.clone())).unwrap().notes().join("\n");
    assert!(notes.contains("series “a”: 2 of its points are at or below 0"), "{notes}");
    assert!(notes.contains("series “a”: 1 of its theory values are at or below 0"), "{notes}");
    assert!(notes.contains("the mark “far” at 9 lies outside"), "{notes}");

    curves.x = Axis::linear("x").range(0.0, 3.5);
    let notes = render(Panel::Curves(curves.clone())).unwrap().notes().join("\n");
    assert!(notes.contains("1 of its points lie outside the axes"), "{notes}");

    curves.series[0].points = vec![Point::with_interval(1.0, 0.1, 0.0, 0.2)];
    let notes = render(Panel::Curves(curves.clone())).unwrap().notes().join("\n");
    assert!(notes.contains("1 of its intervals reach 0 or below"), "{notes}");

    curves.x.label = "幅".into();
    let notes = render(Panel::Curves(curves)).unwrap().notes().join("\n");
    assert!(notes.contains("no glyph for 幅"), "{notes}");

    let mut map = heat_map();
    map.values[7] = f64::NAN;
    map.colors.range = Some((0.0, 0.5));
    map.contours[0].level = 50.0;
    let notes = render(Panel::HeatMap(map)).unwrap().notes().join("\n");
    assert!(notes.contains("1 of 1271 cells have no value"), "{notes}");
    assert!(notes.contains("cells lie outside the colors' range"), "{notes}");
    assert!(notes.contains("the level 50 is not crossed"), "{notes}");
}

#[test]
fn curves_that_end_early_are_named_in_a_legend() {
    let mut short = curves();
    short.series[2].points.truncate(5);
    short.series[2].theory.truncate(5);
    // Names at the ends of curves have the colors of the curves, names in a legend are black.
    let colors = |curves: Curves| -> BTreeSet<String> {
        let drawing = render(Panel::Curves(curves)).unwrap();
        let document = usvg::roxmltree::Document::parse(drawing.svg()).unwrap();
        let names = document.descendants().filter(|node| node.text().is_some_and(|text| text.contains("ρ")));
        names.filter_map(|node| node.attribute("fill").map(str::to_owned)).collect()
    };
    assert_eq!(colors(short), BTreeSet::from(["#000000".to_owned()]));
    assert_eq!(colors(curves()).len(), 3);
}

#[test]
fn curves_with_one_end_are_named_in_a_legend() {
    let mut curves = Curves::new(Axis::linear("x"), Axis::linear("y"));
    for k in 1..=8 {
        let theory = (0..=10).map(f64::from).map(|x| (x, f64::from(k) * (10.0 - x))).collect();
        curves.series.push(Series { label: format!("slope {k}"), points: Vec::new(), theory });
    }
    let drawing = render(Panel::Curves(curves)).unwrap();
    let document = usvg::roxmltree::Document::parse(drawing.svg()).unwrap();
    let names = document.descendants().filter(|node| node.text().is_some_and(|text| text.contains("slope")));
    assert!(names.filter(|node| node.is_element()).all(|node| node.attribute("fill") == Some("#000000")));
}

#[test]
fn names_and_labels_cover_no_data() {
    let mut steep = curves();
    for (k, series) in steep.series.iter_mut().enumerate() {
        series.points.truncate(20 - 6 * k);
        series.theory.truncate(20 - 6 * k);
    }
    for panel in [Panel::Curves(curves()), Panel::Curves(steep)] {
        let drawing = render(panel).unwrap();
        let tree = read_back(&drawing);
        let nodes = all_nodes(tree.root());
        let texts = nodes.iter().filter(|node| matches!(node, usvg::Node::Text(_)));
        let texts: Vec<usvg::Rect> = texts.map(|node| node.abs_bounding_box()).collect();
        let mut points = 0;
        for node in &nodes {
            let usvg::Node::Path(path) = node else { continue };
            // The sheet itself is below everything.
            if path.abs_bounding_box().width() > 300.0 {
                continue;
            }
            for point in path.data().points() {
                let mut point = *point;
                path.abs_transform().map_point(&mut point);
                points += 1;
                let covered = |text: &&usvg::Rect| {
                    (text.left()..text.right()).contains(&point.x)
                        && (text.top()..text.bottom()).contains(&point.y)
                };
                assert_eq!(texts.iter().find(covered), None, "{point:?}");
            }
        }
        assert!(points > 200, "{points}");
        for (k, a) in texts.iter().enumerate() {
            assert!(texts[..k].iter().all(|b| a.intersect(b).is_none() || overlap(a, b) < 3.5), "{a:?}");
        }
    }
}

/// Height in pixels that two areas share; areas of text include room for accents and descenders.
fn overlap(a: &usvg::Rect, b: &usvg::Rect) -> f32 {
    a.bottom().min(b.bottom()) - a.top().max(b.top())
}

#[test]
fn senseless_data_are_refused_with_a_sentence() {
    let with = |edit: &dyn Fn(&mut Curves)| {
        let mut curves = curves();
        edit(&mut curves);
        render(Panel::Curves(curves)).unwrap_err().to_string()
    };
    let cases: [(String, &str); 9] = [
        (with(&|c| c.series.clear()), "the figure has no points to draw"),
        (with(&|c| c.series[0] = Series::default()), "series 1 has no points to draw"),
        (with(&|c| c.series[0].points[2].y = f64::NAN), "series “ρ = 0.1”, point 3: y = NaN, but"),
        (with(&|c| c.series[0].points[0].x = f64::NEG_INFINITY), "series “ρ = 0.1”, point 1: x = -inf, but"),
        (with(&|c| c.series[0].points[1].x = 1.0), "x = 1 comes after 1, but each x must exceed"),
        (with(&|c| c.series[0].theory[3] = (0.0, 1.0)), "theory value 4: x = 0 comes after 3"),
        (
            with(&|c| c.series[0].points[0].interval = Some((2.0, 1.0))),
            "point 1: the interval [2, 1] does not run",
        ),
        (with(&|c| c.y.range = Some((1.0, 0.1))), "the range of the y axis runs from 1 to 0.1"),
        (with(&|c| c.y.range = Some((0.0, 1.0))), "the y axis is logarithmic, but its lowest value is 0"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{found}");
    }
    let with = |edit: &dyn Fn(&mut HeatMap)| {
        let mut map = heat_map();
        edit(&mut map);
        render(Panel::HeatMap(map)).unwrap_err().to_string()
    };
    let cases: [(String, &str); 7] = [
        (with(&|m| m.values.truncate(5)), "the heat map has 5 values, but the grid has 41 x 31 = 1271 cells"),
        (with(&|m| m.contours[0].values.clear()), "contour “α = 1” has 0 values"),
        (with(&|m| m.xs.clear()), "the x axis has no points to draw"),
        (with(&|m| m.ys[1] = 0.0), "the y axis, cell 2: x = 0 comes after 0"),
        (with(&|m| m.y.scale = Scale::Log), "the y axis is logarithmic, but its lowest value is 0"),
        (with(&|m| m.values[42] = f64::INFINITY), "the heat map, column 2, row 2: value = inf"),
        (with(&|m| m.values.fill(f64::NAN)), "the heat map has no points to draw"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{found}");
    }
}

/// Numbers that break careless arithmetic.
const HOSTILE: [f64; 18] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    1e-300,
    -1e-300,
    5e-324,
    1e300,
    -1e300,
    f64::MAX,
    f64::MIN,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1.0 + f64::EPSILON,
    1e16,
    0.1,
    123_456.789,
];

#[test]
fn hostile_curves_never_panic() {
    let labels =
        ["", "<&>\"'", "\u{0}\u{1b}[31m\n\t", "_{}^{", "}_{a}_{", &"long ".repeat(200), "ملصق 幅 🦀", "ρ"];
    let mut drawn = 0;
    for (k, &a) in HOSTILE.iter().enumerate() {
        for (j, &b) in HOSTILE.iter().enumerate() {
            for scale in [Scale::Linear, Scale::Log] {
                let label = labels[(k + j) % labels.len()];
                let range = match (k * 7 + j) % 5 {
                    0 => Some((a, b)),
                    1 => Some((0.0, 1.0)),
                    _ => None,
                };
                let axis = |range| Axis { label: label.into(), scale, range };
                let mut curves = Curves::new(axis(None), axis(range));
                curves.series.push(Series {
                    label: label.into(),
                    points: vec![Point::with_interval(a, b, b.min(a), b.max(a))],
                    theory: vec![(a, a), (b, b)],
                });
                curves.series.push(Series { points: vec![Point::new(1.0, 1.0)], ..Series::default() });
                curves.marks.push(VerticalMark { x: b, label: label.into() });
                curves.marks.push(VerticalMark { x: a, label: label.into() });
                for first in [0, 1] {
                    let mut curves = curves.clone();
                    curves.series.drain(..first);
                    let figure = Figure {
                        title: Some(label.into()),
                        width: Width::Inches(2.0),
                        panel: Panel::Curves(curves),
                    };
                    if let Ok(drawing) = figure.render() {
                        drawn += 1;
                        assert!(usvg::roxmltree::Document::parse(drawing.svg()).is_ok(), "{a} {b} {label:?}");
                    }
                }
            }
        }
    }
    assert!(drawn > 300, "only {drawn} drawn");
}

#[test]
fn hostile_heat_maps_never_panic() {
    let mut drawn = 0;
    for &a in &HOSTILE {
        for &b in &HOSTILE {
            for scale in [Scale::Linear, Scale::Log] {
                for (columns, map) in [(1, ColorMap::Sequential), (2, ColorMap::Diverging { center: a })] {
                    let axis = Axis { label: "axis".into(), scale, range: None };
                    let xs: Vec<f64> = [a, b][..columns].to_vec();
                    let values = [a, b, 0.5, 2.0][..columns * 2].to_vec();
                    let map = HeatMap {
                        x: axis.clone(),
                        y: axis,
                        xs,
                        ys: vec![1.0, 3.0],
                        colors: ColorScale { label: "color".into(), range: None, map },
                        contours: vec![Contour { label: "line".into(), level: b, values: values.clone() }],
                        values,
                    };
                    drawn += usize::from(render(Panel::HeatMap(map)).is_ok());
                }
            }
        }
    }
    assert!(drawn > 100, "only {drawn} drawn");
}

#[test]
fn many_series_and_long_names_find_a_place() {
    for count in [1_u32, 6, 12, 30] {
        for name in ["s", "a name of some length", &"a very long name ".repeat(6)] {
            let mut curves = Curves::new(Axis::linear("x"), Axis::linear("y"));
            for k in 0..count {
                let points =
                    (0..400).map(f64::from).map(|x| Point::new(x, (x * 0.1 + f64::from(k)).sin())).collect();
                curves.series.push(Series { label: format!("{name} {k}"), points, theory: Vec::new() });
            }
            for width in [Width::Single, Width::Double] {
                let figure = Figure { title: None, width, panel: Panel::Curves(curves.clone()) };
                figure.render().unwrap();
            }
        }
    }
}
