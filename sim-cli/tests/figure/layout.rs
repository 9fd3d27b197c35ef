//! Nothing is cut, covered or torn.

use std::collections::BTreeSet;

use resvg::usvg;
use synergy::figure::{Axis, Curves, Figure, Panel, Series, Style, VerticalMark, Width};

use crate::{all_nodes, curves, heat_map, read_back, render};

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
fn nothing_leaves_the_sheet() {
    for width in [Width::Single, Width::Double, Width::Inches(2.0)] {
        let mut wide = Curves::new(Axis::linear("tokens").range(0.0, 4e6), Axis::linear("y"));
        wide.series.push(Series { theory: vec![(0.0, 0.0), (4e6, 1.0)], ..Series::default() });
        wide.marks.push(VerticalMark { x: 3.99e6, label: "a name on the brink".into() });
        for panel in [Panel::Curves(curves()), Panel::HeatMap(heat_map()), Panel::Curves(wide)] {
            let figure = Figure {
                title: Some("A title that says what is shown".into()),
                width,
                style: Style::PAPER,
                panel,
            };
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
            assert!(count > 5, "{count} texts");
        }
    }
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
        curves.series.push(Series { label: format!("slope {k}"), theory, ..Series::default() });
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
