//! Contours on a heat map: dark lines with a light rim, which stand out from every color, and their labels.

use super::FigureError;
use super::axes::{Axes, DIGIT, SMALL};
use super::axis::Mapping;
use super::canvas::{Align, Canvas, POINT, Pen};
use super::contour::{GridPoint, level_lines};
use super::geometry::{Rect, Spot, length};
use super::heat_map::HeatMap;
use super::palette::{Look, Tone};
use super::text;

const LINE: f64 = 1.2;
const RIM: f64 = 2.6;

/// Draws all contours of `map` and their labels.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    axes: &Axes,
    map: &HeatMap,
    notes: &mut Vec<String>,
) -> Result<(), FigureError> {
    let (x_edges, y_edges) = map.grid().edges();
    let columns = places(&map.xs, &x_edges, &axes.x);
    let rows = places(&map.ys, &y_edges, &axes.y);
    let mut drawn: Vec<Vec<Vec<Spot>>> = Vec::new();
    for contour in &map.contours {
        let lines = level_lines(&to_the_edges(&contour.values, map.xs.len()), columns.len(), contour.level);
        let on_paper = |&(i, j): &GridPoint| (between(&columns, i), between(&rows, j));
        let mut lines: Vec<Vec<Spot>> = lines
            .iter()
            .flat_map(|line| axes.frame.clip_line(&line.iter().map(on_paper).collect::<Vec<_>>()))
            .collect();
        lines.sort_by(|a, b| length(b).total_cmp(&length(a)));
        if lines.is_empty() {
            notes.push(format!("contour “{}”: the level {} is not crossed", contour.label, contour.level));
        }
        drawn.push(lines);
    }
    for line in drawn.iter().flatten() {
        canvas.line(line, Pen { opacity: 0.85, ..Pen::new(Tone::Ground, RIM) })?;
    }
    let mut taken: Vec<Rect> = Vec::new();
    let mut labels: Vec<(&str, Rect)> = Vec::new();
    for (k, (contour, lines)) in map.contours.iter().zip(&drawn).enumerate() {
        for line in lines {
            canvas.dashed(line, Look::of(k).dashes, Pen::new(Tone::Ink, LINE))?;
        }
        if contour.label.is_empty() || lines.is_empty() {
            continue;
        }
        let width = (text::width(&contour.label, SMALL) + 3.4) * POINT;
        let height = (SMALL + 1.6) * POINT;
        let Some(area) = label_area(lines, &axes.frame, (width, height), &taken) else {
            notes.push(format!("contour “{}” has no room for its label", contour.label));
            continue;
        };
        taken.push(area);
        labels.push((contour.label.as_str(), area));
    }
    for (label, area) in labels {
        canvas.fill(&area, Tone::Ground, 1.0)?;
        let spot =
            (0.5 * (area.left + area.right), 0.5 * (area.top + area.bottom) + 0.5 * DIGIT * SMALL * POINT);
        canvas.text(label, spot, Align::Center, SMALL, Tone::Ink)?;
    }
    Ok(())
}

/// Where the outer edges and, between them, the centers of the cells lie.
fn places(centers: &[f64], edges: &[f64], mapping: &Mapping) -> Vec<f64> {
    let all = edges.first().into_iter().chain(centers).chain(edges.last());
    all.map(|&value| mapping.place_or_below(value)).collect()
}

/// Surrounds a grid by values on the outer edges of its cells, half a cell away, extrapolated linearly: contours
/// reach the frame as the cells do.
fn to_the_edges(values: &[f64], columns: usize) -> Vec<f64> {
    let beyond = |near: f64, next: f64| near + 0.5 * (near - next);
    let widen = |row: &[f64]| -> Vec<f64> {
        let n = row.len();
        let next = 1.min(n - 1);
        let mut wide = vec![beyond(row[0], row[next])];
        wide.extend(row);
        wide.push(beyond(row[n - 1], row[n - 1 - next]));
        wide
    };
    let rows: Vec<Vec<f64>> = values.chunks(columns).map(widen).collect();
    let outer = |near: usize, next: usize| -> Vec<f64> {
        rows[near].iter().zip(&rows[next]).map(|(&a, &b)| beyond(a, b)).collect()
    };
    let n = rows.len();
    let next = 1.min(n - 1);
    [outer(0, next), rows.concat(), outer(n - 1, n - 1 - next)].concat()
}

/// Interpolates between the places of neighboring rows or columns.
fn between(places: &[f64], position: f64) -> f64 {
    let index = (position as usize).min(places.len() - 2);
    places[index] + (position - index as f64) * (places[index + 1] - places[index])
}

/// Where a label interrupts its line: inside the frame, clear of other labels, and hiding little of the line.
fn label_area(
    lines: &[Vec<Spot>],
    frame: &Rect,
    (width, height): (f64, f64),
    taken: &[Rect],
) -> Option<Rect> {
    let inner = frame.grown(-4.0 * POINT);
    let mut best: Option<(f64, Rect)> = None;
    for line in lines {
        for step in 2..=18 {
            let fraction = f64::from(step) / 20.0;
            let (x, y) = along(line, fraction)?;
            let area = Rect {
                left: x - 0.5 * width,
                top: y - 0.5 * height,
                right: x + 0.5 * width,
                bottom: y + 0.5 * height,
            };
            let inside = inner.holds((area.left, area.top)) && inner.holds((area.right, area.bottom));
            if !inside || taken.iter().any(|other| other.grown(3.0 * POINT).overlaps(&area)) {
                continue;
            }
            let hidden: f64 =
                lines.iter().flat_map(|other| area.clip_line(other)).map(|part| length(&part)).sum();
            let cost = hidden + 0.5 * height * (fraction - 0.5).abs();
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, area));
            }
        }
        // Shorter lines are tried only if the longest has no room.
        if best.is_some() {
            break;
        }
    }
    best.map(|(_, area)| area)
}

/// The spot at a fraction of a line's length.
fn along(line: &[Spot], fraction: f64) -> Option<Spot> {
    let mut left = fraction * length(line);
    for pair in line.windows(2) {
        let step = length(pair);
        if step >= left && step > 0.0 {
            let part = left / step;
            return Some((
                pair[0].0 + part * (pair[1].0 - pair[0].0),
                pair[0].1 + part * (pair[1].1 - pair[0].1),
            ));
        }
        left -= step;
    }
    line.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_continued_to_the_edges() {
        // x + 10 y at x = 0, 1, 2 and y = 0, 1.
        let wide = to_the_edges(&[0.0, 1.0, 2.0, 10.0, 11.0, 12.0], 3);
        let row = |y: f64| [-0.5, 0.0, 1.0, 2.0, 2.5].map(|x| x + 10.0 * y);
        assert_eq!(wide, [row(-0.5), row(0.0), row(1.0), row(1.5)].concat());
        assert_eq!(to_the_edges(&[3.0], 1), [3.0; 9]);
    }

    #[test]
    fn labels_avoid_each_other_and_the_frame() {
        let frame = Rect { left: 0.0, top: 0.0, right: 4000.0, bottom: 3000.0 };
        let line = vec![vec![(0.0, 1500.0), (4000.0, 1500.0)]];
        let first = label_area(&line, &frame, (800.0, 160.0), &[]).unwrap();
        assert_eq!(0.5 * (first.left + first.right), 2000.0);
        let second = label_area(&line, &frame, (800.0, 160.0), &[first]).unwrap();
        assert!(!first.overlaps(&second));
        let corner = vec![vec![(0.0, 100.0), (100.0, 0.0)]];
        assert_eq!(label_area(&corner, &frame, (800.0, 160.0), &[]), None);
    }
}
