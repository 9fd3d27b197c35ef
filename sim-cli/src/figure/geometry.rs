//! Plane geometry on paper: rectangles, clipping, dashes.

/// A point on paper, in drawing units; y grows downward.
pub(super) type Spot = (f64, f64);

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn holds(&self, (x, y): Spot) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The rectangle with every side moved outward by `by`, inward if negative.
    pub(super) fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// The part of a segment inside (Liang and Barsky, ACM TOG 3, 1984).
    pub(super) fn clip_segment(&self, from: Spot, to: Spot) -> Option<(Spot, Spot)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        let sides = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        for (speed, room) in sides {
            if speed == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if speed < 0.0 {
                enter = enter.max(room / speed);
            } else {
                leave = leave.min(room / speed);
            }
        }
        let at = |t: f64| (from.0 + t * dx, from.1 + t * dy);
        (enter <= leave).then(|| (at(enter), at(leave)))
    }

    /// The parts of a line inside.
    pub(super) fn clip_line(&self, line: &[Spot]) -> Vec<Vec<Spot>> {
        let mut parts: Vec<Vec<Spot>> = Vec::new();
        for pair in line.windows(2) {
            let Some((from, to)) = self.clip_segment(pair[0], pair[1]) else { continue };
            match parts.last_mut() {
                Some(part) if part.last() == Some(&from) => part.push(to),
                _ => parts.push(vec![from, to]),
            }
        }
        parts
    }

    /// The part of a polygon inside (Sutherland and Hodgman, CACM 17, 1974).
    pub(super) fn clip_polygon(&self, polygon: &[Spot]) -> Vec<Spot> {
        type Cut<'a> = (&'a dyn Fn(Spot) -> f64, &'a dyn Fn(Spot, Spot) -> Spot);
        let across_x = |x: f64| move |a: Spot, b: Spot| (x, a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0));
        let across_y = |y: f64| move |a: Spot, b: Spot| (a.0 + (b.0 - a.0) * (y - a.1) / (b.1 - a.1), y);
        let cuts: [Cut<'_>; 4] = [
            (&|p| p.0 - self.left, &across_x(self.left)),
            (&|p| self.right - p.0, &across_x(self.right)),
            (&|p| p.1 - self.top, &across_y(self.top)),
            (&|p| self.bottom - p.1, &across_y(self.bottom)),
        ];
        cuts.iter().fold(polygon.to_vec(), |corners, (inside, meet)| {
            let mut kept = Vec::with_capacity(corners.len() + 4);
            for (k, &corner) in corners.iter().enumerate() {
                let before = corners[(k + corners.len() - 1) % corners.len()];
                if (inside(before) >= 0.0) != (inside(corner) >= 0.0) {
                    kept.push(meet(before, corner));
                }
                if inside(corner) >= 0.0 {
                    kept.push(corner);
                }
            }
            kept
        })
    }
}

/// Length of a line.
pub(super) fn length(line: &[Spot]) -> f64 {
    line.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum()
}

/// Cuts a line into strokes; `pattern` alternates strokes and gaps, an empty one means a solid line.
pub(super) fn dash(line: &[Spot], pattern: &[f64]) -> Vec<Vec<Spot>> {
    if pattern.is_empty() || line.len() < 2 {
        return vec![line.to_vec()];
    }
    let mut strokes = Vec::new();
    let mut stroke = vec![line[0]];
    let (mut index, mut left) = (0, pattern[0]);
    for pair in line.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut rest = (to.0 - from.0).hypot(to.1 - from.1);
        while rest > left {
            let part = left / rest;
            from = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            rest -= left;
            if index % 2 == 0 {
                stroke.push(from);
                strokes.push(std::mem::take(&mut stroke));
            } else {
                stroke = vec![from];
            }
            index = (index + 1) % pattern.len();
            left = pattern[index];
        }
        left -= rest;
        if index % 2 == 0 {
            stroke.push(to);
        }
    }
    if stroke.len() > 1 {
        strokes.push(stroke);
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn lines_are_cut_at_the_frame() {
        let parts = FRAME.clip_line(&[(-5.0, 5.0), (5.0, 5.0), (15.0, 5.0), (15.0, 8.0), (5.0, 8.0)]);
        assert_eq!(parts, [vec![(0.0, 5.0), (5.0, 5.0), (10.0, 5.0)], vec![(10.0, 8.0), (5.0, 8.0)]]);
        assert!(FRAME.clip_line(&[(-5.0, -5.0), (20.0, -1.0)]).is_empty());
    }

    #[test]
    fn polygons_are_cut_at_the_frame() {
        let area = |p: &[Spot]| {
            let twice: f64 = (0..p.len())
                .map(|k| {
                    let (a, b) = (p[k], p[(k + 1) % p.len()]);
                    a.0 * b.1 - b.0 * a.1
                })
                .sum();
            twice.abs() / 2.0
        };
        let diamond = [(5.0, -5.0), (15.0, 5.0), (5.0, 15.0), (-5.0, 5.0)];
        assert!((area(&FRAME.clip_polygon(&diamond)) - 100.0).abs() < 1e-9);
        let half = [(5.0, 2.0), (25.0, 2.0), (25.0, 4.0), (5.0, 4.0)];
        assert!((area(&FRAME.clip_polygon(&half)) - 10.0).abs() < 1e-9);
        assert!(FRAME.clip_polygon(&[(20.0, 0.0), (30.0, 0.0), (30.0, 5.0)]).is_empty());
    }

    #[test]
    fn dashes_cover_their_share() {
        let line = [(0.0, 0.0), (30.0, 0.0), (30.0, 70.0)];
        let strokes = dash(&line, &[3.0, 2.0]);
        assert_eq!(strokes.len(), 20);
        let total: f64 = strokes.iter().map(|stroke| length(stroke)).sum();
        assert!((total - 60.0).abs() < 1e-9, "{total}");
    }
}
