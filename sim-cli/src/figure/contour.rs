//! Level lines of a sampled function by marching squares.
//!
//! W. E. Lorensen and H. E. Cline, "Marching cubes", SIGGRAPH 1987, in two dimensions. The two ambiguous squares
//! are resolved by the mean of the four corners.

use std::collections::BTreeMap;

/// A point in grid coordinates: (1.5, 0.0) lies half way between the second and the third value of the first row.
pub(super) type GridPoint = (f64, f64);

/// An edge of the grid, named by its lower left vertex and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    column: usize,
    row: usize,
    vertical: bool,
}

/// The lines on which the function equals `level`. `values` is row-major with `columns` values a row; squares with
/// a corner that is not finite are left out. A closed line ends with its first point.
pub(super) fn level_lines(values: &[f64], columns: usize, level: f64) -> Vec<Vec<GridPoint>> {
    if columns < 2 {
        return Vec::new();
    }
    let grid = Grid { values, columns, level };
    let mut neighbors: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    for row in 0..(values.len() / columns).saturating_sub(1) {
        for column in 0..columns - 1 {
            for (a, b) in grid.segments(column, row) {
                neighbors.entry(a).or_default().push(b);
                neighbors.entry(b).or_default().push(a);
            }
        }
    }
    let lines = join(neighbors);
    lines.into_iter().map(|line| line.into_iter().map(|edge| grid.crossing(edge)).collect()).collect()
}

struct Grid<'a> {
    values: &'a [f64],
    columns: usize,
    level: f64,
}

impl Grid<'_> {
    fn value(&self, column: usize, row: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    /// The segments in one square, each from edge to edge.
    fn segments(&self, column: usize, row: usize) -> Vec<(Edge, Edge)> {
        let corners = [
            self.value(column, row),
            self.value(column + 1, row),
            self.value(column + 1, row + 1),
            self.value(column, row + 1),
        ];
        if corners.iter().any(|value| !value.is_finite()) {
            return Vec::new();
        }
        // Side k joins corner k to corner k + 1, counter-clockwise from the lower left.
        let sides = [
            Edge { column, row, vertical: false },
            Edge { column: column + 1, row, vertical: true },
            Edge { column, row: row + 1, vertical: false },
            Edge { column, row, vertical: true },
        ];
        let above = corners.map(|value| value >= self.level);
        let crossed: Vec<usize> = (0..4).filter(|&k| above[k] != above[(k + 1) % 4]).collect();
        match crossed[..] {
            [a, b] => vec![(sides[a], sides[b])],
            [_, _, _, _] => {
                // Quarters: no sum of four large values can overflow.
                let center: f64 = corners.iter().map(|value| value / 4.0).sum();
                // If the center belongs to corner 0, corners 1 and 3 are cut off, otherwise 0 and 2.
                if (center >= self.level) == above[0] {
                    vec![(sides[0], sides[1]), (sides[2], sides[3])]
                } else {
                    vec![(sides[3], sides[0]), (sides[1], sides[2])]
                }
            }
            _ => Vec::new(),
        }
    }

    /// Where the level is crossed on an edge, by linear interpolation.
    fn crossing(&self, edge: Edge) -> GridPoint {
        let (x, y) = (edge.column as f64, edge.row as f64);
        let from = self.value(edge.column, edge.row);
        if edge.vertical {
            (x, y + fraction(from, self.value(edge.column, edge.row + 1), self.level))
        } else {
            (x + fraction(from, self.value(edge.column + 1, edge.row), self.level), y)
        }
    }
}

fn fraction(from: f64, to: f64, level: f64) -> f64 {
    // Halves: the difference of two large values of opposite sign does not overflow.
    ((level / 2.0 - from / 2.0) / (to / 2.0 - from / 2.0)).clamp(0.0, 1.0)
}

/// Walks from edge to edge: first the lines that end at the border, then the closed ones.
fn join(mut neighbors: BTreeMap<Edge, Vec<Edge>>) -> Vec<Vec<Edge>> {
    let starts: Vec<Edge> =
        neighbors.iter().filter(|(_, next)| next.len() == 1).map(|(&edge, _)| edge).collect();
    let mut lines = Vec::new();
    for start in starts {
        lines.extend(walk(start, &mut neighbors));
    }
    while let Some((&start, _)) = neighbors.first_key_value() {
        lines.extend(walk(start, &mut neighbors));
    }
    lines
}

fn walk(start: Edge, neighbors: &mut BTreeMap<Edge, Vec<Edge>>) -> Option<Vec<Edge>> {
    let mut line = vec![start];
    let mut here = start;
    while let Some(next) = neighbors.get_mut(&here).and_then(Vec::pop) {
        if neighbors.get(&here).is_some_and(Vec::is_empty) {
            neighbors.remove(&here);
        }
        if let Some(back) = neighbors.get_mut(&next) {
            if let Some(position) = back.iter().position(|&edge| edge == here) {
                back.swap_remove(position);
            }
            if back.is_empty() {
                neighbors.remove(&next);
            }
        }
        line.push(next);
        here = next;
    }
    // A start whose segments were all walked already must not be visited again.
    if neighbors.get(&start).is_some_and(Vec::is_empty) {
        neighbors.remove(&start);
    }
    (line.len() > 1).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(n: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let at = |k: usize| 2.0 * k as f64 / (n - 1) as f64 - 1.0;
        (0..n * n).map(|k| f(at(k % n), at(k / n))).collect()
    }

    #[test]
    fn a_plane_has_one_straight_level_line() {
        let n = 11;
        let lines = level_lines(&sample(n, |x, y| x + 0.5 * y), n, 0.13);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].len() >= n);
        for &(i, j) in &lines[0] {
            let (x, y) = (i / 5.0 - 1.0, j / 5.0 - 1.0);
            assert!((x + 0.5 * y - 0.13).abs() < 1e-12, "({x}, {y})");
        }
    }

    #[test]
    fn a_circle_is_one_closed_line() {
        let n = 41;
        let lines = level_lines(&sample(n, |x, y| x * x + y * y), n, 0.49);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        let mut length = 0.0;
        for pair in lines[0].windows(2) {
            let (x, y) = (pair[0].0 / 20.0 - 1.0, pair[0].1 / 20.0 - 1.0);
            assert!((x.hypot(y) - 0.7).abs() < 1e-3);
            length += (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1) / 20.0;
        }
        assert!((length / (std::f64::consts::TAU * 0.7) - 1.0).abs() < 0.01, "{length}");
    }

    #[test]
    fn a_saddle_is_resolved_by_its_center() {
        // Above the level at (0, 0) and (1, 1).
        let high_center = [3.0, 0.0, 0.0, 3.0];
        let lines = level_lines(&high_center, 2, 1.0);
        assert_eq!(lines.len(), 2);
        // The high corners are joined: every line stays near a low corner, (1, 0) or (0, 1).
        for line in &lines {
            let middle = ((line[0].0 + line[1].0) / 2.0, (line[0].1 + line[1].1) / 2.0);
            assert!((middle.0 - middle.1).abs() > 0.5, "{middle:?}");
        }
        let low_center = [1.2, 0.0, 0.0, 1.2];
        for line in level_lines(&low_center, 2, 1.0) {
            let middle = ((line[0].0 + line[1].0) / 2.0, (line[0].1 + line[1].1) / 2.0);
            assert!((middle.0 - middle.1).abs() < 0.5, "{middle:?}");
        }
    }

    #[test]
    fn missing_values_interrupt_the_line() {
        let n = 11;
        let mut values = sample(n, |_, y| y + 0.05);
        values[5 * n + 5] = f64::NAN;
        let lines = level_lines(&values, n, 0.0);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn degenerate_grids_have_no_lines() {
        assert!(level_lines(&[], 0, 0.0).is_empty());
        assert!(level_lines(&[1.0, -1.0], 1, 0.0).is_empty());
        assert!(level_lines(&[1.0, -1.0], 2, 0.0).is_empty());
        assert!(level_lines(&[1.0; 9], 3, 1.0).is_empty());
        assert!(level_lines(&[f64::NAN; 9], 3, 1.0).is_empty());
    }
}
