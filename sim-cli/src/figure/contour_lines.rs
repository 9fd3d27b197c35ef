//! Contours on a heat map: dark lines with a light rim, which stand out from every color, and their labels.

use super::FigureError;
use super::axes::{Axes, DIGIT, SMALL};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::contour::{GridPoint, level_lines};
use super::geometry::{Rect, Spot, length};
use super::heat_map::HeatMap;
use super::palette::{BLACK, Look, WHITE};
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
    let columns: Vec<f64> = map.xs.iter().map(|&x| axes.x.place_or_below(x)).collect();
    let rows: Vec<f64> = map.ys.iter().map(|&y| axes.y.place_or_below(y)).collect();
    let mut drawn: Vec<Vec<Vec<Spot>>> = Vec::new();
    for contour in &map.contours {
        let lines = level_lines(&contour.values, map.xs.len(), contour.level);
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
        canvas.line(line, Pen { opacity: 0.85, ..Pen::new(WHITE, RIM) })?;
    }
    let mut taken: Vec<Rect> = Vec::new();
    let mut labels: Vec<(&str, Rect)> = Vec::new();
    for (k, (contour, lines)) in map.contours.iter().zip(&drawn).enumerate() {
        for line in lines {
            canvas.dashed(line, Look::of(k).dashes, Pen::new(BLACK, LINE))?;
        }
        if contour.label.is_empty() || lines.is_empty() {
            continue;
        }
        let width = (text::width(&contour.label, SMALL) + 4.0) * POINT;
        let height = (SMALL + 2.0) * POINT;
        let Some(area) = label_area(lines, &axes.frame, (width, height), &taken) else {
            notes.push(format!("contour “{}” has no room for its label", contour.label));
            continue;
        };
        taken.push(area);
        labels.push((contour.label.as_str(), area));
    }
    for (label, area) in labels {
        canvas.fill(&area, WHITE, 0.9)?;
        let spot =
            (0.5 * (area.left + area.right), 0.5 * (area.top + area.bottom) + 0.5 * DIGIT * SMALL * POINT);
        canvas.text(label, spot, Align::Center, SMALL, BLACK)?;
    }
    Ok(())
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
