//! Names of the series at the right ends of their curves.

use super::FigureError;
use super::axes::{DIGIT, EDGE, SMALL};
use super::canvas::{Align, Canvas, POINT, Pen};
use super::curves::Series;
use super::geometry::{Rect, Spot};
use super::palette::Look;
use super::spread::spread;
use super::text;
use super::trace::{MARKER, Trace};

const HEIGHT: f64 = 1.2 * SMALL * POINT;
/// From the frame to the labels; a leader of this length joins an end to a label that had to move.
const LEADER: f64 = 8.0 * POINT;
/// Room for the marker of the series in front of a label that had to move: without color, too, it is clear whose
/// label it is.
const MARKER_ROOM: f64 = 5.0 * POINT;
/// Labels that would have to move farther than this stand in a legend instead.
const FARTHEST: f64 = 2.6 * HEIGHT;

/// The names of all series at the ends of their curves.
pub(super) struct EndLabels {
    labels: Vec<EndLabel>,
}

struct EndLabel {
    text: String,
    end: Spot,
    center: f64,
    look: Look,
    has_points: bool,
}

/// The room in units that the names take on the right, `None` if they are too wide or missing.
pub(super) fn room(series: &[Series], sheet_width: f64) -> Option<f64> {
    if series.iter().any(|series| series.label.is_empty()) {
        return None;
    }
    let widest = series.iter().map(|series| text::width(&series.label, SMALL * POINT)).fold(0.0, f64::max);
    (widest <= 0.25 * sheet_width).then_some(LEADER + MARKER_ROOM + 1.5 * POINT + widest + EDGE)
}

impl EndLabels {
    /// Places the names, `None` if a curve ends far from the right side or a name would stand far from its curve.
    pub(super) fn place(traces: &[Trace], frame: &Rect) -> Option<Self> {
        let ends: Vec<Spot> = traces.iter().map(|trace| trace.end(frame)).collect::<Option<_>>()?;
        if ends.iter().any(|end| end.0 < frame.right - 0.12 * frame.width()) {
            return None;
        }
        let wanted: Vec<(f64, f64)> = ends.iter().map(|end| (end.1, HEIGHT)).collect();
        let centers = spread(&wanted, frame.top - 0.5 * HEIGHT, frame.bottom + 0.5 * HEIGHT)?;
        let moved = ends.iter().zip(&centers).map(|(end, center)| (end.1 - center).abs()).fold(0.0, f64::max);
        if moved > FARTHEST {
            return None;
        }
        let labels = traces.iter().zip(ends).zip(centers);
        let labels = labels
            .map(|((trace, end), center)| EndLabel {
                text: trace.label.clone(),
                end,
                center,
                look: trace.look,
                has_points: !trace.points.is_empty(),
            })
            .collect();
        Some(Self { labels })
    }

    /// Draws names, and leaders from the curves to them.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, frame: &Rect) -> Result<(), FigureError> {
        let led = self.labels.iter().any(|label| {
            (label.end.1 - label.center).abs() > 1.5 * POINT
                || label.end.0 < frame.right - 0.05 * frame.width()
        });
        for label in &self.labels {
            let color = label.look.color.for_text();
            let from = label.end.0 + (0.5 * MARKER + 1.5) * POINT;
            let to = if led { frame.right + LEADER } else { frame.right + POINT };
            let leader = [(from, label.end.1), (to, label.center)];
            if led {
                canvas.line(&leader, Pen { opacity: 0.7, ..Pen::new(color, 0.4) })?;
            }
            let marked = led && label.has_points;
            if marked {
                let spot = (to + 0.5 * MARKER_ROOM, label.center);
                canvas.marker(spot, label.look.marker, label.look.color, MARKER)?;
            }
            let start = if marked { to + MARKER_ROOM } else { to };
            let spot = (start + 1.5 * POINT, label.center + 0.5 * DIGIT * SMALL * POINT);
            canvas.text(&label.text, spot, Align::Left, SMALL, color)?;
        }
        Ok(())
    }
}
