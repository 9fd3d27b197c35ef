//! What a figure shows, as a table: the file beside a figure.

use super::curves::Curves;
use super::gantt::Gantt;
use super::heat_map::HeatMap;
use super::regions::Regions;
use super::tornado::Tornado;
use super::violins::Violins;

/// Rows of fields under a header.
pub(super) struct Rows(Vec<Vec<String>>);

impl Rows {
    fn new(header: &[&str]) -> Self {
        Self(vec![header.iter().map(|name| (*name).to_owned()).collect()])
    }

    fn push<const N: usize>(&mut self, row: [String; N]) {
        self.0.push(row.into());
    }

    /// The rows of several panels below each other, with the panel's name in front.
    pub(super) fn of_panels<'a>(panels: impl Iterator<Item = (&'a str, Self)>) -> Self {
        let mut all = Self(Vec::new());
        for (name, Self(rows)) in panels {
            // One header serves all.
            let from = usize::from(!all.0.is_empty());
            for (row, fields) in rows.into_iter().enumerate().skip(from) {
                let first = if row == 0 { "panel" } else { name };
                all.0.push([first.to_owned()].into_iter().chain(fields).collect());
            }
        }
        all
    }

    /// As CSV (RFC 4180).
    pub(super) fn csv(&self) -> String {
        let line = |row: &Vec<String>| row.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
        self.0.iter().map(|row| line(row) + "\n").collect()
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

impl Curves {
    /// Points, lines, bands, fits and marks.
    pub(super) fn table(&self) -> Rows {
        let mut rows = Rows::new(&["series", "what", "x", "y", "low", "high"]);
        let mut push = |series: &str, what: &str, [x, y, low, high]: [f64; 4]| {
            let [x, y, low, high] = [x, y, low, high].map(number);
            rows.push([series.to_owned(), what.to_owned(), x, y, low, high]);
        };
        for series in &self.series {
            for point in &series.points {
                let (low, high) = point.interval.unwrap_or((f64::NAN, f64::NAN));
                push(&series.label, "point", [point.x, point.y, low, high]);
            }
            let what = if series.steps { "step" } else { "line" };
            for &(x, y) in &series.theory {
                push(&series.label, what, [x, y, f64::NAN, f64::NAN]);
            }
        }
        let name = |series: usize| self.series.get(series).map_or("", |series| series.label.as_str());
        for band in &self.bands {
            for &(x, low, high) in &band.ends {
                push(name(band.series), "band", [x, f64::NAN, low, high]);
            }
        }
        for fit in &self.fits {
            for x in [fit.range.0, fit.range.1] {
                push("", "fit", [x, fit.at(x), f64::NAN, f64::NAN]);
            }
        }
        for mark in &self.marks {
            push(&mark.label, "mark", [mark.x, f64::NAN, f64::NAN, f64::NAN]);
        }
        rows
    }
}

impl HeatMap {
    /// The cells, with the functions of the contours there.
    pub(super) fn table(&self) -> Rows {
        let contours = self.contours.iter().map(|contour| contour.label.as_str());
        let mut rows = Rows::new(&["x", "y", "value"].into_iter().chain(contours).collect::<Vec<_>>());
        for (cell, value) in self.values.iter().enumerate() {
            let columns = self.xs.len();
            let contours = self.contours.iter().map(|contour| contour.values[cell]);
            let place = [self.xs[cell % columns], self.ys[cell / columns], *value];
            rows.0.push(place.into_iter().chain(contours).map(number).collect());
        }
        rows
    }
}

impl Regions {
    /// The cells, and who is ahead there.
    pub(super) fn table(&self) -> Rows {
        let mut rows = Rows::new(&["x", "y", "ahead"]);
        for (cell, winner) in self.winners.iter().enumerate() {
            let columns = self.xs.len();
            let ahead = winner.map(|winner| self.names[winner].clone()).unwrap_or_default();
            rows.push([number(self.xs[cell % columns]), number(self.ys[cell / columns]), ahead]);
        }
        rows
    }
}

impl Gantt {
    /// Bars and marks by row.
    pub(super) fn table(&self) -> Rows {
        let mut rows = Rows::new(&["row", "what", "start", "end"]);
        for row in &self.rows {
            for bar in &row.bars {
                let kind = self.kinds[bar.kind].clone();
                rows.push([row.name.clone(), kind, number(bar.start), number(bar.end)]);
            }
            for &mark in &row.marks {
                rows.push([row.name.clone(), "mark".to_owned(), number(mark), number(mark)]);
            }
        }
        rows
    }
}

impl Tornado {
    /// The base, and what both ends of every range give.
    pub(super) fn table(&self) -> Rows {
        let mut rows = Rows::new(&["parameter", "at", "value", "low", "high"]);
        rows.push([String::new(), String::new(), number(self.base), String::new(), String::new()]);
        for row in &self.rows {
            for end in row.ends.iter().flatten() {
                let (low, high) = end.interval.unwrap_or((f64::NAN, f64::NAN));
                rows.push([row.name.clone(), end.at.clone(), number(end.value), number(low), number(high)]);
            }
        }
        rows
    }
}

impl Violins {
    /// All values.
    pub(super) fn table(&self) -> Rows {
        let mut rows = Rows::new(&["violin", "value"]);
        for violin in &self.violins {
            violin.values.iter().for_each(|&value| rows.push([violin.name.clone(), number(value)]));
        }
        rows
    }
}
