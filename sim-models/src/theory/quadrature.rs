//! The trapezoidal rule, which converges exponentially for analytic functions that vanish at both ends
//! of the range (or are even about one end).

/// Halvings after which the rule gives up refining: 64 * 2^12 panels.
const HALVINGS: u32 = 12;

/// Integrals of several functions at once over [low, high].
///
/// `add(x, weight, sums)` adds `weight` times the functions' values at `x` to `sums`, which has `count`
/// entries. The step is halved until no integral changes by more than 1e-9 of the largest; as the error
/// squares with each halving, the result is then exact to rounding.
pub(crate) fn trapezoid(
    low: f64,
    high: f64,
    count: usize,
    mut add: impl FnMut(f64, f64, &mut [f64]),
) -> Vec<f64> {
    let mut panels = 64_u32;
    let mut sums = vec![0.0; count];
    add(low, 0.5, &mut sums);
    add(high, 0.5, &mut sums);
    let at = |i: u32, panels: u32| low + (high - low) * (f64::from(i) / f64::from(panels));
    for i in 1..panels {
        add(at(i, panels), 1.0, &mut sums);
    }
    for _ in 0..HALVINGS {
        let before = sums.clone();
        panels *= 2;
        for i in (1..panels).step_by(2) {
            add(at(i, panels), 1.0, &mut sums);
        }
        // Sums double when the step is halved and nothing else changes.
        let largest = sums.iter().fold(0.0_f64, |largest, sum| largest.max(sum.abs()));
        if sums.iter().any(|sum| sum.is_nan()) {
            break;
        }
        if sums.iter().zip(&before).all(|(new, old)| (new - 2.0 * old).abs() <= 1e-9 * largest) {
            break;
        }
    }
    let step = (high - low) / f64::from(panels);
    sums.iter_mut().for_each(|sum| *sum *= step);
    sums
}
