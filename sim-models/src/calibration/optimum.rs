//! Maxima of smooth functions, and small linear systems.

/// Where a function with one maximum on `[low, high]` is largest, by golden section in `steps` evaluations.
pub(super) fn golden(low: f64, high: f64, steps: u32, value: impl Fn(f64) -> f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - RATIO * (high - low), low + RATIO * (high - low));
    let (mut at_left, mut at_right) = (value(left), value(right));
    for _ in 0..steps {
        // An undecided comparison goes left, which is the independent end wherever this is used.
        if at_right > at_left {
            (low, left, at_left) = (left, right, at_right);
            right = low + RATIO * (high - low);
            at_right = value(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - RATIO * (high - low);
            at_left = value(left);
        }
    }
    if at_right > at_left { right } else { left }
}

/// Solution of a symmetric positive definite system, by Gaussian elimination; `None` where it is singular.
pub(super) fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    for pivot in 0..N {
        let diagonal = matrix[pivot][pivot];
        if diagonal.is_nan() || diagonal.abs() <= 1e-12 {
            return None;
        }
        for row in pivot + 1..N {
            let (above, factor) = (matrix[pivot], matrix[row][pivot] / diagonal);
            for (entry, above) in matrix[row].iter_mut().zip(above).skip(pivot) {
                *entry -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}
