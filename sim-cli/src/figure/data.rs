//! What a figure shows, as a table: the file beside a figure.

use super::curves::Curves;
use super::facets::Facets;
use super::gantt::Gantt;
use super::heat_map::HeatMap;
use super::regions::Regions;
use super::tornado::Tornado;
use super::violins::Violins;
use super::{Figure, Panel};

/// Rows of fields under a header.
struct Sheet(Vec<Vec<String>>);

impl Figure {
    /// What the figure shows as CSV (RFC 4180), with a header. Numbers have all their digits; an empty field is a number that does not exist.
    pub fn csv(&self) -> String {
        let sheet = match &self.panel {
            Panel::Curves(curves) => of_curves([("", curves)].into_iter()),
            Panel::Facets(facets) => of_facets(facets),
            Panel::HeatMap(map) => of_map(map),
            Panel::Regions(regions) => of_regions(regions),
            Panel::Gantt(gantt) => of_gantt(gantt),
            Panel::Tornado(tornado) => of_tornado(tornado),
            Panel::Violins(violins) => of_violins(violins),
        };
        let rows =
            sheet.0.iter().map(|row| row.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","));
        rows.map(|row| row + "\n").collect()
    }
}

impl Sheet {
    fn new(header: &[&str]) -> Self {
        Self(vec![header.iter().map(|name| (*name).to_owned()).collect()])
    }

    fn push<const N: usize>(&mut self, row: [String; N]) {
        self.0.push(row.into());
    }
}

/// A field, in quotes where it must be.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { value.to_string() }
}

fn of_curves<'a>(panels: impl Iterator<Item = (&'a str, &'a Curves)>) -> Sheet {
    let mut sheet = Sheet::new(&["panel", "series", "what", "x", "y", "low", "high"]);
    for (panel, curves) in panels {
        let mut push = |series: &str, what: &str, [x, y, low, high]: [f64; 4]| {
            let [x, y, low, high] = [x, y, low, high].map(number);
            sheet.push([panel.to_owned(), series.to_owned(), what.to_owned(), x, y, low, high]);
        };
        for series in &curves.series {
            for point in &series.points {
                let (low, high) = point.interval.unwrap_or((f64::NAN, f64::NAN));
                push(&series.label, "point", [point.x, point.y, low, high]);
            }
            for &(x, y) in &series.theory {
                push(&series.label, "line", [x, y, f64::NAN, f64::NAN]);
            }
        }
        let name = |series: usize| curves.series.get(series).map_or("", |series| series.label.as_str());
        for band in &curves.bands {
            for &(x, low, high) in &band.ends {
                push(name(band.series), "band", [x, f64::NAN, low, high]);
            }
        }
        for fit in &curves.fits {
            for x in [fit.range.0, fit.range.1] {
                push("", "fit", [x, fit.at(x), f64::NAN, f64::NAN]);
            }
        }
        for mark in &curves.marks {
            push(&mark.label, "mark", [mark.x, f64::NAN, f64::NAN, f64::NAN]);
        }
    }
    sheet
}

fn of_facets(facets: &Facets) -> Sheet {
    of_curves(facets.panels.iter().map(|panel| (panel.name.as_str(), &panel.curves)))
}

fn of_map(map: &HeatMap) -> Sheet {
    let contours = map.contours.iter().map(|contour| contour.label.as_str());
    let mut sheet = Sheet::new(&["x", "y", "value"].into_iter().chain(contours).collect::<Vec<_>>());
    for (cell, value) in map.values.iter().enumerate() {
        let columns = map.xs.len().max(1);
        let at = |values: &[f64], place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let (x, y) = (at(&map.xs, cell % columns), at(&map.ys, cell / columns));
        let contours = map.contours.iter().map(|contour| at(&contour.values, cell));
        sheet.0.push([x, y, *value].into_iter().chain(contours).map(number).collect());
    }
    sheet
}

fn of_regions(regions: &Regions) -> Sheet {
    let mut sheet = Sheet::new(&["x", "y", "ahead"]);
    for (cell, winner) in regions.winners.iter().enumerate() {
        let columns = regions.xs.len().max(1);
        let at = |values: &[f64], place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let (x, y) = (at(&regions.xs, cell % columns), at(&regions.ys, cell / columns));
        let ahead = winner.and_then(|winner| regions.names.get(winner)).cloned().unwrap_or_default();
        sheet.push([number(x), number(y), ahead]);
    }
    sheet
}

fn of_gantt(gantt: &Gantt) -> Sheet {
    let mut sheet = Sheet::new(&["row", "what", "start", "end"]);
    for row in &gantt.rows {
        for bar in &row.bars {
            let kind = gantt.kinds.get(bar.kind).cloned().unwrap_or_default();
            sheet.push([row.name.clone(), kind, number(bar.start), number(bar.end)]);
        }
        for &mark in &row.marks {
            sheet.push([row.name.clone(), "mark".to_owned(), number(mark), number(mark)]);
        }
    }
    sheet
}

fn of_tornado(tornado: &Tornado) -> Sheet {
    let mut sheet = Sheet::new(&["parameter", "at", "value", "low", "high"]);
    sheet.push([String::new(), String::new(), number(tornado.base), String::new(), String::new()]);
    for row in &tornado.rows {
        for end in row.ends.iter().flatten() {
            let (low, high) = end.interval.unwrap_or((f64::NAN, f64::NAN));
            sheet.push([row.name.clone(), end.at.clone(), number(end.value), number(low), number(high)]);
        }
    }
    sheet
}

fn of_violins(violins: &Violins) -> Sheet {
    let mut sheet = Sheet::new(&["violin", "value"]);
    for violin in &violins.violins {
        violin.values.iter().for_each(|&value| sheet.push([violin.name.clone(), number(value)]));
    }
    sheet
}
