//! Small multiples, fitted laws, violins, tornadoes, styles, and the table beside a figure.

use std::collections::BTreeSet;

use resvg::usvg;
use synergy::figure::{
    Axis, Band, Curves, Facet, Facets, Figure, FigureError, HeatMap, Panel, Point, PowerLaw, Regions, Series,
    Style, Tornado, TornadoEnd, TornadoRow, VerticalMark, Violin, Violins, Width,
};

use crate::{all_nodes, curves, heat_map, read_back};

fn facets(count: usize) -> Facets {
    let panel = |k: usize| {
        let mut panel = curves();
        panel.x.range = None;
        panel.marks.clear();
        panel.series.iter_mut().for_each(|series| series.points.iter_mut().for_each(|p| p.x += k as f64));
        panel.series.iter_mut().for_each(|series| series.theory.iter_mut().for_each(|p| p.0 += k as f64));
        Facet { name: format!("b = {}", 2 * k + 3), content: panel }
    };
    Facets { panels: (0..count).map(panel).collect() }
}

/// Maps of the same function, each of which is higher than the one before by 0.2.
fn maps(count: usize) -> Facets<HeatMap> {
    let panel = |k: usize| {
        let mut map = heat_map();
        map.values.iter_mut().for_each(|value| *value += 0.2 * k as f64);
        Facet { name: format!("b = {}", 2 * k + 3), content: map }
    };
    Facets { panels: (0..count).map(panel).collect() }
}

/// Regions in which the first is ahead in the first panel, the second in the second, and so on.
fn regions(count: usize) -> Facets<Regions> {
    let panel = |k: usize| Facet {
        name: format!("b = {}", 2 * k + 3),
        content: Regions {
            x: Axis::linear("channel fidelity γ"),
            y: Axis::linear("correlation ρ"),
            xs: vec![0.1, 0.2, 0.3],
            ys: vec![0.0, 0.5],
            winners: vec![Some(k), Some(k), None, Some(k), None, None],
            names: vec!["tree".into(), "one agent".into(), "vote".into(), "star".into()],
        },
    };
    Facets { panels: (0..count).map(panel).collect() }
}

fn tornado() -> Tornado {
    let end = |at: &str, value: f64| {
        Some(TornadoEnd { at: at.into(), value, interval: Some((value - 0.02, value + 0.02)) })
    };
    let row =
        |name: &str, low, high| TornadoRow { name: name.into(), ends: [end("0.5", low), end("9", high)] };
    Tornado {
        x: Axis::linear("root bias μ_{L}"),
        base: 0.6,
        rows: vec![row("fidelity γ", 0.1, 0.95), row("fan-in b", 0.75, 0.7), row("depth", 0.3, 0.5)],
    }
}

fn violins() -> Violins {
    let values = |k: u32| (0..200).map(|i| 1.0 + f64::from(k) + f64::from(i % 20)).collect();
    let violin = |k: u32| Violin { name: format!("after {k} seconds"), values: values(k) };
    Violins { x_label: "limit".into(), y: Axis::log("time (s)"), violins: (0..6).map(violin).collect() }
}

fn panels() -> [Panel; 7] {
    [
        Panel::Facets(facets(5)),
        Panel::Facets(facets(1)),
        Panel::HeatMapFacets(maps(3)),
        Panel::RegionFacets(regions(3)),
        Panel::RegionFacets(regions(1)),
        Panel::Tornado(tornado()),
        Panel::Violins(violins()),
    ]
}

fn texts(panel: Panel) -> Vec<String> {
    let drawing = figure(panel).render().unwrap();
    let document = usvg::roxmltree::Document::parse(drawing.svg()).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
}

fn figure(panel: Panel) -> Figure {
    Figure { title: None, width: Width::Single, style: Style::PAPER, panel }
}

#[test]
fn nothing_leaves_the_sheet_and_no_text_covers_another() {
    for panel in panels() {
        for (width, style) in [
            (Width::Single, Style::PAPER),
            (Width::Double, Style::PAPER),
            (Width::Inches(2.244), Style::PAPER),
            (Width::Inches(6.0), Style::SLIDES),
            (Width::Inches(12.0), Style::DARK),
        ] {
            let figure = Figure { title: Some("A title".into()), width, style, panel: panel.clone() };
            let drawing = figure.render().unwrap();
            let tree = read_back(&drawing);
            let sheet = tree.size();
            let mut texts: Vec<usvg::Rect> = Vec::new();
            for node in all_nodes(tree.root()) {
                let area = node.abs_bounding_box();
                assert!(area.left() >= -0.1 && area.top() >= -0.1, "{width:?} {style:?} {node:?}");
                assert!(area.right() <= sheet.width() + 0.1, "{width:?} {style:?} {node:?}");
                assert!(area.bottom() <= sheet.height() + 0.1, "{width:?} {style:?} {node:?}");
                if matches!(node, usvg::Node::Text(_)) {
                    texts.push(area);
                }
            }
            assert!(texts.len() > 5);
            // Areas of text include room for accents and descenders.
            let slack = 3.5 * style.text as f32 / 8.0;
            for (k, a) in texts.iter().enumerate() {
                let covers = |b: &&usvg::Rect| {
                    let tall = a.bottom().min(b.bottom()) - a.top().max(b.top());
                    // The pieces of one label touch.
                    let wide = a.right().min(b.right()) - a.left().max(b.left());
                    wide > 0.5 && tall >= slack
                };
                assert_eq!(texts[..k].iter().find(covers), None, "{width:?} {style:?} {a:?}");
            }
        }
    }
}

#[test]
fn panels_share_their_scales_and_their_numbers() {
    let drawing = figure(Panel::Facets(facets(4))).render().unwrap();
    let document = usvg::roxmltree::Document::parse(drawing.svg()).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let texts: Vec<&str> = texts.filter_map(|node| node.text()).map(str::trim).collect();
    let count = |label: &str| texts.iter().filter(|text| **text == label).count();
    // Two rows of two: numbers upward on the left, numbers across below.
    assert_eq!((count("10⁻²"), count("20")), (2, 2), "{texts:?}");
    assert_eq!((count("root bias μ"), count("ρ = 0.1"), count("b = 7")), (1, 1, 1), "{texts:?}");
}

#[test]
fn maps_share_one_bar_and_its_colors() {
    let texts = texts(Panel::HeatMapFacets(maps(2)));
    let count = |label: &str| texts.iter().filter(|text| *text == label).count();
    assert_eq!((count("bias"), count("b = 3"), count("b = 5"), count("channel fidelity γ")), (1, 1, 1, 1));
    // Without a range the colors reach from the lowest value of all panels to the highest.
    let svg = |range: Option<(f64, f64)>| {
        let mut pair = maps(2);
        for (Facet { content, .. }, (low, high)) in pair.panels.iter_mut().zip([(0.0, 0.5), (0.5, 1.0)]) {
            let count = content.values.len();
            content
                .values
                .iter_mut()
                .enumerate()
                .for_each(|(k, v)| *v = if 2 * k < count { low } else { high });
            content.colors.range = range;
        }
        figure(Panel::HeatMapFacets(pair)).render().unwrap().svg().to_owned()
    };
    assert!(svg(None) == svg(Some((0.0, 1.0))), "a value has the same color in all panels");
}

#[test]
fn regions_are_named_once_for_all_panels() {
    let texts = texts(Panel::RegionFacets(regions(2)));
    let count = |label: &str| texts.iter().filter(|text| *text == label).count();
    assert_eq!((count("tree"), count("one agent"), count("vote")), (1, 1, 0), "{texts:?}");
}

#[test]
fn panels_tell_what_they_leave_out() {
    let mut facets = facets(2);
    facets.panels[1].content.marks.push(VerticalMark { x: 900.0, label: "far".into() });
    facets.panels[0].content.marks.push(VerticalMark { x: 7.0, label: "critical depth".into() });
    let crowd = &mut facets.panels[0].content;
    crowd.scattered = true;
    crowd.series[0].points = (0..20_000).map(|k| Point::new(f64::from(k) * 1e-3, 0.5)).collect();
    let drawing = figure(Panel::Facets(facets)).render().unwrap();
    let notes = drawing.notes().join("\n");
    assert!(notes.contains("b = 5: the mark “far” at 900 lies outside"), "{notes}");
    assert!(notes.contains("b = 3: series “ρ = 0.1”: 20000 points are drawn as"), "{notes}");
    assert!(drawing.svg().contains("critical depth"), "a mark has its label");
}

/// A line of steps stays where it is until the next abscissa, and its file does not grow with the trials.
#[test]
fn steps_are_drawn_as_steps_and_thinned() {
    let of = |count: usize| {
        let steps: Vec<(f64, f64)> = (0..=count).map(|k| (k as f64, k as f64 / count as f64)).collect();
        let mut curves = Curves::new(Axis::linear("time (s)"), Axis::linear("share").range(0.0, 1.0));
        let ends = steps.iter().map(|&(x, y)| (x, (y - 0.1_f64).max(0.0), (y + 0.1).min(1.0))).collect();
        curves.bands.push(Band { series: 0, ends });
        curves.series.push(Series { label: "all".into(), theory: steps, steps: true, ..Series::default() });
        figure(Panel::Curves(curves))
    };
    let few = of(2).render().unwrap();
    let document = usvg::roxmltree::Document::parse(few.svg()).unwrap();
    let band = document.descendants().find(|node| node.has_tag_name("polygon")).unwrap();
    let corners: Vec<&str> = band.attribute("points").unwrap().split_whitespace().collect();
    let corners: Vec<(i32, i32)> = corners
        .iter()
        .map(|corner| corner.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    assert!(corners.windows(2).all(|pair| pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1), "{corners:?}");
    let (some, many) = (of(20_000), of(200_000));
    let (small, large) = (some.render().unwrap().svg().len(), many.render().unwrap().svg().len());
    assert!(large < 150_000 && large < 2 * small, "{small} {large}");
    assert_eq!(of(2).csv().unwrap().lines().filter(|line| line.contains(",step,")).count(), 3);
}

#[test]
fn a_page_has_no_more_places_than_can_be_told_apart() {
    let mut curves = Curves::new(Axis::linear("x"), Axis::linear("y"));
    let theory: Vec<(f64, f64)> = (0..100_000).map(|k| (f64::from(k), f64::from(k * 7919 % 1009))).collect();
    curves.series.push(Series { theory, ..Series::default() });
    let places = figure(Panel::Curves(curves)).places().unwrap();
    assert!((500..4000).contains(&places.len()), "{}", places.len());
}

#[test]
fn what_cannot_be_drawn_has_no_table() {
    let mut map = heat_map();
    map.values.pop();
    assert!(matches!(figure(Panel::HeatMap(map)).csv(), Err(FigureError::Grid { .. })));
    let mut regions = regions(1);
    regions.panels[0].content.winners[0] = Some(9);
    assert!(matches!(figure(Panel::RegionFacets(regions)).csv(), Err(FigureError::Coordinate { .. })));
    let mut curves = curves();
    curves.series[0].points[1].x = f64::NAN;
    assert!(figure(Panel::Curves(curves)).csv().is_err());
}

#[test]
fn a_series_looks_alike_in_all_panels() {
    let mut both = facets(2);
    both.panels[1].content.series[0] = Series { label: "ρ = 0.1".into(), ..Series::default() };
    let strokes = |facets: Facets| -> BTreeSet<String> {
        let drawing = figure(Panel::Facets(facets)).render().unwrap();
        let document = usvg::roxmltree::Document::parse(drawing.svg()).unwrap();
        let lines = document.descendants().filter(|node| node.has_tag_name("polyline"));
        lines.filter_map(|node| node.attribute("stroke").map(str::to_owned)).collect()
    };
    assert_eq!(strokes(both), strokes(facets(2)), "an empty series keeps its place");
}

#[test]
fn styles_change_colors_and_sizes_and_nothing_else() {
    let panels = panels().into_iter().chain([Panel::Curves(curves()), Panel::HeatMap(heat_map())]);
    for panel in panels {
        let paper = Figure { width: Width::Inches(5.0), ..figure(panel) };
        let slides = Figure { width: Width::Inches(10.0), style: Style::SLIDES, ..paper.clone() };
        let dark = Figure { style: Style::DARK, ..slides.clone() };
        let [paper, slides, dark] = [paper, slides, dark].map(|figure| figure.render().unwrap());
        let body = |svg: &str| svg.split_once('\n').unwrap().1.to_owned();
        assert_eq!(body(paper.svg()), body(slides.svg()), "a slide is a magnified paper");
        assert_eq!(paper.size().0 * 2.0, slides.size().0);
        let uncolored = |svg: &str| {
            let mut text = body(svg);
            while let Some(at) = text.find('#') {
                text.replace_range(at..at + 7, "color");
            }
            text
        };
        assert_eq!(uncolored(dark.svg()), uncolored(slides.svg()));
        assert!(dark.svg().contains("fill=\"#16181D\"") && !dark.svg().contains("\"#000000\""));
        let png = resvg::tiny_skia::Pixmap::decode_png(&dark.png(50).unwrap()).unwrap();
        let corner = png.pixel(0, 0).unwrap();
        assert_eq!((corner.red(), corner.green(), corner.blue()), (0x16, 0x18, 0x1D));
    }
}

#[test]
fn text_has_its_size_on_paper() {
    for (width, text) in [(Width::Single, 8.0), (Width::Inches(3.504), 7.0), (Width::Inches(6.0), 16.0)] {
        let style = Style { text, ..Style::PAPER };
        let drawing = Figure { width, style, ..figure(Panel::Curves(curves())) }.render().unwrap();
        let document = usvg::roxmltree::Document::parse(drawing.svg()).unwrap();
        let root = document.root_element();
        let inches: f64 = root.attribute("width").unwrap().trim_end_matches("in").parse().unwrap();
        let units: f64 = root.attribute("viewBox").unwrap().split(' ').nth(2).unwrap().parse().unwrap();
        let label = document.descendants().find(|node| node.text().is_some_and(|t| t.contains("depth L")));
        let size: f64 = label.unwrap().attribute("font-size").unwrap().parse().unwrap();
        assert!((size * inches / units * 72.0 - text).abs() < 0.05, "{text}");
    }
    let narrow = Figure { style: Style::SLIDES, ..figure(Panel::Curves(curves())) };
    assert!(matches!(narrow.render(), Err(FigureError::Narrow { .. })));
}

#[test]
fn bad_data_is_refused_and_none_panics() {
    let numbers = [0.0, -1.0, 1.0, 1e-320, 1e299, 1e301, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    for a in numbers {
        for b in numbers {
            let mut tall = tornado();
            tall.base = a;
            tall.rows[0].ends[0] =
                Some(TornadoEnd { at: "🦀".repeat(30), value: b, interval: Some((a, b)) });
            let _ = figure(Panel::Tornado(tall)).render();
            let mut odd = violins();
            odd.violins[0].values = vec![a, b, a];
            odd.y = if a > b { Axis::log("y") } else { Axis::linear("y") };
            let _ = figure(Panel::Violins(odd)).render();
            let points = [1.0, 2.0, 3.0].map(|x| Point::with_interval(x * a, b, a, b)).to_vec();
            if let Some(law) = PowerLaw::through(&points, 0.95) {
                let mut fitted = Curves::new(Axis::log("x"), Axis::log("y"));
                fitted.series.push(Series { points, ..Series::default() });
                fitted.fits.push(law);
                let _ = figure(Panel::Curves(fitted)).render();
            }
        }
    }
    let empty = [
        Panel::Facets(Facets { panels: Vec::new() }),
        Panel::Tornado(Tornado { rows: Vec::new(), ..tornado() }),
        Panel::Violins(Violins { violins: Vec::new(), ..violins() }),
        Panel::Violins(Violins { violins: vec![Violin { name: "a".into(), values: vec![] }], ..violins() }),
    ];
    for panel in empty {
        assert!(matches!(figure(panel).render(), Err(FigureError::Empty(_))));
    }
}

#[test]
fn the_table_has_what_is_drawn() {
    let mut fitted = curves();
    let law = PowerLaw::through(&fitted.series[0].points, 0.95).unwrap();
    fitted.fits.push(law);
    let table = figure(Panel::Curves(fitted)).csv().unwrap();
    assert_eq!(table.lines().next(), Some("panel,series,what,x,y,low,high"));
    assert_eq!(table.lines().filter(|line| line.contains(",point,")).count(), 60);
    assert_eq!(table.lines().filter(|line| line.contains(",line,")).count(), 60);
    assert_eq!(table.lines().filter(|line| line.contains(",fit,")).count(), 2);
    assert!(table.contains("\"ρ < 1 & \"\"γ\"\"\""), "quotes are doubled");
    let map = figure(Panel::HeatMap(heat_map())).csv().unwrap();
    assert_eq!((map.lines().next(), map.lines().count()), (Some("x,y,value,α = 1"), 41 * 31 + 1));
    let tornado = figure(Panel::Tornado(tornado())).csv().unwrap();
    assert!(tornado.contains("fidelity γ,0.5,0.1,"), "{tornado}");
    assert_eq!(figure(Panel::Violins(violins())).csv().unwrap().lines().count(), 1 + 6 * 200);
}

#[test]
fn everything_has_a_place_to_point_at() {
    for (panel, count, text) in [
        (Panel::Facets(facets(2)), 120, "b = 3\n"),
        (Panel::HeatMapFacets(maps(2)), 2 * 41 * 31, "b = 3\n"),
        (Panel::RegionFacets(regions(2)), 6, "ahead: tree"),
        (Panel::Tornado(tornado()), 3, "0.5: 0.1 [0.08, 0.12]"),
        (Panel::Violins(violins()), 6, "median: 10.5"),
    ] {
        let places = figure(panel).places().unwrap();
        assert_eq!(places.len(), count);
        assert!(places[0].text.contains(text), "{}", places[0].text);
        assert!(places.iter().all(|place| place.width > 0.0 && place.height > 0.0));
    }
}
