//! Single coordinates of the Sobol sequence.

use std::sync::LazyLock;

use sobol_qmc::Sobol;
use sobol_qmc::params::JoeKuoD6;

use super::mix;

/// Dimensions for which there are direction numbers.
pub(super) const MOST_DIMENSIONS: usize = 100;

/// Bits of a coordinate, as many as a [`f64`] in (0, 1) has for its midpoints. More than 2^52 points are not drawn.
const BITS: u32 = 52;

/// Direction numbers per dimension, the first bit of each in the highest place.
static DIRECTIONS: LazyLock<Vec<Vec<u64>>> = LazyLock::new(|| {
    Sobol::<u64>::init_direction_vals::<u32, JoeKuoD6>(MOST_DIMENSIONS, BITS as usize, &JoeKuoD6::MINIMAL)
});

/// Coordinate of point `i`, its first bit in the highest place; in the order of the Gray code, as the sequence is usually enumerated.
fn coordinate(i: u64, dimension: usize) -> Option<u64> {
    let directions = DIRECTIONS.get(dimension)?;
    let gray = i ^ (i >> 1);
    Some(directions.iter().enumerate().filter(|(bit, _)| gray >> bit & 1 == 1).fold(0, |x, (_, v)| x ^ v))
}

/// Coordinate of point `i` after nested uniform scrambling: a bit is flipped or not by a hash of the bits before it. In (0, 1); `None` beyond
/// [`MOST_DIMENSIONS`].
pub(super) fn scrambled(i: u64, dimension: usize, key: u64) -> Option<f64> {
    let x = coordinate(i, dimension)?;
    let flips = (0..BITS).map(|bit| {
        let before = x.checked_shr(u64::BITS - bit).unwrap_or(0);
        // The leading one tells prefixes of different lengths apart.
        (mix(key ^ mix(before | 1 << bit)) >> 63) << (u64::BITS - 1 - bit)
    });
    let x = flips.fold(x, |x, flip| x ^ flip);
    Some(((x >> (u64::BITS - BITS)) as f64 + 0.5) / (1u64 << BITS) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(i: u64, dimension: usize) -> f64 {
        coordinate(i, dimension).map_or(f64::NAN, |x| x as f64 / 2f64.powi(64))
    }

    /// The first points of three dimensions as Bratley and Fox publish them (Algorithm 659, ACM TOMS 14(1), 1988).
    #[test]
    fn first_points_are_the_published_ones() {
        let points = [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75]];
        for (i, point) in points.iter().enumerate() {
            assert_eq!([0, 1, 2].map(|dimension| plain(i as u64, dimension)), *point);
        }
    }

    /// Square of the L2 star discrepancy of points in the unit square.
    ///
    /// Source: Warnock, "Computational investigations of low-discrepancy point sets", 1972.
    fn discrepancy(points: &[[f64; 2]]) -> f64 {
        let n = points.len() as f64;
        let single: f64 = points.iter().map(|p| (1.0 - p[0] * p[0]) * (1.0 - p[1] * p[1]) / 4.0).sum();
        let pairs = points.iter().flat_map(|p| points.iter().map(move |q| (p, q)));
        let double: f64 = pairs.map(|(p, q)| (1.0 - p[0].max(q[0])) * (1.0 - p[1].max(q[1]))).sum();
        1.0 / 9.0 - 2.0 / n * single + double / (n * n)
    }

    /// Independent uniform points have E D^2 = (1/4 - 1/9) / n, which is 5.4e-4 for 256 of them; a (0, 8, 2)-net stays below 1e-5.
    /// Every scrambling keeps the net, so this holds for all keys.
    #[test]
    fn scrambled_points_are_far_more_even_than_random_ones() {
        for key in 0..20 {
            let coordinate = |i, dimension| scrambled(i, dimension, mix(key + 100 * dimension as u64));
            let points: Vec<[f64; 2]> = (0..256)
                .map(|i| [0, 1].map(|dimension| coordinate(i, dimension).unwrap_or(f64::NAN)))
                .collect();
            assert!(discrepancy(&points) < 1e-5, "{}", discrepancy(&points));
            // Every elementary box of area 1/256 has exactly one point.
            for k in 0..=8 {
                let (columns, rows) = (f64::from(1 << k), f64::from(1 << (8 - k)));
                let mut boxes: Vec<_> =
                    points.iter().map(|p| ((p[0] * columns) as u32, (p[1] * rows) as u32)).collect();
                boxes.sort_unstable();
                boxes.dedup();
                assert_eq!(boxes.len(), 256, "boxes of {columns} columns");
            }
        }
    }
}
