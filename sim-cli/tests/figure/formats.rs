//! SVG, PDF and PNG.

use lopdf::{Dictionary, Document, Object};
use resvg::usvg;
use synergy::figure::{Figure, FigureError, Panel, Style, Width};

use crate::{curves, heat_map, render};

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
        let drawing = Figure { title: None, width, style: Style::PAPER, panel: Panel::Curves(curves()) }
            .render()
            .unwrap();
        assert!(drawing.svg().contains(&format!("width=\"{inches}in\"")));
        let tree = usvg::Tree::from_str(drawing.svg(), &usvg::Options::default()).unwrap();
        assert!((f64::from(tree.size().width()) / 96.0 - inches).abs() < 1e-4);
        assert!((drawing.size().0 - inches).abs() < 1e-3);
    }
    for inches in [0.0, 1.9, 21.0, -3.0, f64::NAN, f64::INFINITY] {
        let figure = Figure {
            title: None,
            width: Width::Inches(inches),
            style: Style::PAPER,
            panel: Panel::Curves(curves()),
        };
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
fn equal_figures_have_equal_bytes() {
    for panel in [Panel::Curves(curves()), Panel::HeatMap(heat_map())] {
        let (a, b) = (render(panel.clone()).unwrap(), render(panel).unwrap());
        assert_eq!(a.svg(), b.svg());
        assert_eq!(a.pdf().unwrap(), b.pdf().unwrap());
        assert_eq!(a.png(100).unwrap(), b.png(100).unwrap());
    }
}
