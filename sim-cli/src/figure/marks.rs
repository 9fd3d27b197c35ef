//! Vertical lines at single abscissas, labelled above the frame.

use super::FigureError;
use super::axes::{Axes, SMALL};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::curves::VerticalMark;
use super::palette::Tone;
use super::spread::spread;
use super::text;

/// Draws the marks; their labels stand above the frame, between two abscissas on paper.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    axes: &Axes,
    marks: &[VerticalMark],
    (from, to): (f64, f64),
    notes: &mut Vec<String>,
) -> Result<(), FigureError> {
    let frame = &axes.frame;
    let mut shown: Vec<(f64, &str)> = Vec::new();
    for VerticalMark { x, label } in marks {
        match axes.x.place(*x).filter(|place| (frame.left..=frame.right).contains(place)) {
            Some(place) => shown.push((place, label)),
            None => notes.push(format!("the mark “{label}” at {x} lies outside the x axis")),
        }
    }
    for (x, _) in &shown {
        canvas.dashed(&[(*x, frame.bottom), (*x, frame.top)], &[2.0, 1.6], Pen::new(Tone::Muted, 0.7))?;
    }
    shown.retain(|(_, label)| !label.is_empty());
    let wanted: Vec<(f64, f64)> =
        shown.iter().map(|(x, label)| (*x, text::width(label, SMALL * POINT) + 5.0 * POINT)).collect();
    let Some(centers) = spread(&wanted, from, to) else {
        notes.push("the labels of the vertical marks have no room above the frame".into());
        return Ok(());
    };
    for ((x, label), center) in shown.into_iter().zip(centers) {
        let baseline = frame.top - 3.0 * POINT;
        if (center - x).abs() > 0.25 * text::width(label, SMALL * POINT) {
            // A label that no longer stands above its mark keeps a line to it.
            let elbow = [(x, frame.top), (center, baseline + 0.8 * POINT)];
            canvas.line(&elbow, Pen::new(Tone::Muted, 0.5))?;
        }
        canvas.text(label, (center, baseline), Align::Center, SMALL, Tone::Ink)?;
    }
    Ok(())
}
