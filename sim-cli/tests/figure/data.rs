//! Data that cannot be drawn, or only in part.

use resvg::usvg;
use synergy::figure::{
    Axis, ColorMap, ColorScale, Contour, Curves, Figure, HeatMap, Panel, Point, Scale, Series, Style,
    VerticalMark, Width,
};

use crate::{curves, heat_map, render};

#[test]
fn points_without_a_place_are_told() {
    let mut curves = Curves::new(Axis::linear("x"), Axis::log("y"));
    curves.series.push(Series {
        label: "a".into(),
        points: vec![Point::new(1.0, 0.1), Point::new(2.0, 0.0), Point::new(3.0, -1.0), Point::new(4.0, 0.2)],
        theory: vec![(1.0, 0.1), (4.0, 0.0)],
        ..Series::default()
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
                    ..Series::default()
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
                        style: Style::PAPER,
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
                curves.series.push(Series { label: format!("{name} {k}"), points, ..Series::default() });
            }
            for width in [Width::Single, Width::Double] {
                let figure =
                    Figure { title: None, width, style: Style::PAPER, panel: Panel::Curves(curves.clone()) };
                figure.render().unwrap();
            }
        }
    }
}

/// The file of a figure does not grow with its data: 200 000 points of a sample, and as many of a line with intervals and theory, take a few hundred
/// kilobytes, and what is not drawn is told.
#[test]
fn very_many_points_are_a_small_file() {
    let height = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
    for scattered in [true, false] {
        let mut curves = Curves::new(Axis::linear("x"), Axis::linear("y"));
        curves.scattered = scattered;
        let point = |i: u32| {
            let y = height(i);
            Point::with_interval(f64::from(i), y, y - 0.1, y + 0.1)
        };
        curves.series.push(Series {
            label: "a".into(),
            points: (0..200_000).map(point).collect(),
            theory: if scattered { Vec::new() } else { (0..200_000).map(|i| (f64::from(i), 0.5)).collect() },
            ..Series::default()
        });
        let drawing = render(Panel::Curves(curves)).unwrap();
        let (size, notes) = (drawing.svg().len(), drawing.notes().join("\n"));
        assert!(size < 1_000_000, "{size} bytes, scattered: {scattered}");
        assert_eq!(notes.contains("200000 points are drawn as"), scattered, "{notes}");
    }
}
