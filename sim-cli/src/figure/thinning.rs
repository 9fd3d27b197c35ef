//! What is drawn of more points than paper can show, so that the file of a figure does not grow with its data.

use std::collections::HashSet;

use super::canvas::POINT;
use super::geometry::{Rect, Spot};

/// Points of a series up to which each is drawn as it is.
pub(super) const MANY: usize = 2000;

/// Most dots of a crowd.
const MOST_DOTS: f64 = 8000.0;

/// Least distance of the dots of a crowd, in points of length.
const LEAST_DISTANCE: f64 = 1.5;

/// Width of the slices in which a line keeps its ends and extremes, in points of length: less than its own width.
const SLICE: f64 = 0.4;

/// Ends of an interval on paper, the upper one first.
type Ends = Option<(f64, f64)>;

/// Points of which none lies on another, and the size of the dots that stand for them, in points of length: the first point in each square of a grid
/// over the frame. A crowd is as fine as that many dots allow.
pub(super) fn crowd(points: &[Spot], frame: &Rect) -> (Vec<Spot>, f64) {
    let mut squares = Squares::new(frame, MOST_DOTS);
    let inside = points.iter().filter(|&&spot| frame.grown(0.01 * POINT).holds(spot));
    (inside.filter(|&&spot| squares.take(spot)).copied().collect(), squares.side / POINT)
}

/// A grid of squares over a frame, of which each is taken once.
pub(super) struct Squares {
    corner: Spot,
    /// In units.
    side: f64,
    taken: HashSet<(i64, i64)>,
}

impl Squares {
    /// About so many squares, none smaller than the least distance of dots.
    pub(super) fn new(frame: &Rect, most: f64) -> Self {
        let side = (frame.width() * frame.height() / most).sqrt().max(LEAST_DISTANCE * POINT);
        Self { corner: (frame.left, frame.top), side, taken: HashSet::new() }
    }

    /// Takes the square in which a spot lies; whether nobody had it.
    pub(super) fn take(&mut self, (x, y): Spot) -> bool {
        let place = |at: f64, from: f64| ((at - from) / self.side).floor() as i64;
        self.taken.insert((place(x, self.corner.0), place(y, self.corner.1)))
    }
}

/// A line through points by increasing abscissa that looks the same: in each slice of the width of a hair it keeps the first and the last point, the
/// highest and the lowest. The interval of a point that is kept is the hull of those of its slice.
pub(super) fn line(points: &[Spot], ends: &[Ends]) -> (Vec<Spot>, Vec<Ends>) {
    let (mut kept, mut kept_ends) = (Vec::new(), Vec::new());
    let slice = |place: usize| (points[place].0 / (SLICE * POINT)).floor();
    let mut from = 0;
    while from < points.len() {
        let to = (from..points.len()).find(|&place| slice(place) != slice(from)).unwrap_or(points.len());
        let by_height = |one: &usize, other: &usize| points[*one].1.total_cmp(&points[*other].1);
        let extremes = [(from..to).min_by(by_height), (from..to).max_by(by_height)];
        let mut places: Vec<usize> =
            [Some(from), Some(to - 1)].into_iter().chain(extremes).flatten().collect();
        places.sort_unstable();
        places.dedup();
        let hull = ends.get(from..to).unwrap_or_default().iter().flatten().copied();
        let hull = hull.reduce(|(top, bottom), (other_top, other_bottom)| {
            (f64::min(top, other_top), f64::max(bottom, other_bottom))
        });
        for place in places {
            kept.push(points[place]);
            kept_ends.push(hull);
        }
        from = to;
    }
    (kept, kept_ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_peaks() {
        // Flat but for one needle up and one down, on a sheet of 4000 units.
        let height = |i: usize| match i {
            70_001 => 900.0,
            30_003 => 100.0,
            _ => 500.0,
        };
        let points: Vec<Spot> = (0..100_000).map(|i| (0.04 * i as f64, height(i))).collect();
        let ends: Vec<Ends> = points.iter().map(|(_, y)| Some((y - 1.0, y + 1.0))).collect();
        let (kept, hulls) = line(&points, &ends);
        assert!(kept.len() == hulls.len() && kept.len() < 3000, "{}", kept.len());
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        assert!(kept.contains(&points[70_001]) && kept.contains(&points[30_003]));
        assert!(kept.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert!(hulls.contains(&Some((499.0, 901.0))) && hulls.contains(&Some((99.0, 501.0))));
    }

    #[test]
    fn a_crowd_is_seen_wherever_it_is() {
        let frame = Rect { left: 0.0, top: 0.0, right: 4000.0, bottom: 3000.0 };
        let points: Vec<Spot> =
            (0..1_000_000_u64).map(|i| ((7919 * i % 4001) as f64, (104_729 * i % 3001) as f64)).collect();
        let (dots, size) = crowd(&points, &frame);
        assert!(
            dots.len() as f64 <= 1.1 * MOST_DOTS && dots.len() as f64 > 0.9 * MOST_DOTS,
            "{}",
            dots.len()
        );
        assert!(size >= LEAST_DISTANCE);
        // A dot of its own for whoever stands apart; none for what lies outside.
        let (dots, _) = crowd(&[(10.0, 10.0), (12.0, 12.0), (3000.0, 10.0), (5000.0, 10.0)], &frame);
        assert_eq!(dots, [(10.0, 10.0), (3000.0, 10.0)]);
    }
}
