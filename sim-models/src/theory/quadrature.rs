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

/// Points and weights of the trapezoidal rule over [low, high] in the variable `t(x) = sum of asinh((x - c)/w)` over the foci
/// `(c, w)`, with steps of about `step`: near a focus points are about `w step` apart, and far from it the distance grows with that
/// from the focus. There is at least one focus.
///
/// For functions that vanish at both ends, as those that are multiplied by the density of a law do.
pub(crate) fn focused(low: f64, high: f64, foci: &[(f64, f64)], step: f64) -> Vec<(f64, f64)> {
    let map = |x: f64| -> f64 { foci.iter().map(|&(center, width)| libm::asinh((x - center) / width)).sum() };
    let rate = |x: f64| -> f64 {
        let one = |&(center, width): &(f64, f64)| 1.0 / libm::hypot(x - center, width);
        foci.iter().map(one).sum()
    };
    let (start, end) = (map(low), map(high));
    let panels = libm::ceil((end - start) / step).max(1.0);
    let step = (end - start) / panels;
    let mut x = low;
    let point = |i: u32| {
        let t = start + f64::from(i) * step;
        x = inverse(t, x, high, map, rate);
        (x, step / rate(x))
    };
    (0..=panels as u32).map(point).collect()
}

/// Where the increasing `map` takes the value `t`, between `low` and `high`: Newton's method, with halvings where it would
/// leave the bracket.
fn inverse(t: f64, low: f64, high: f64, map: impl Fn(f64) -> f64, rate: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high, mut x) = (low, high, low);
    for _ in 0..200 {
        let surplus = map(x) - t;
        if surplus > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - surplus / rate(x);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x.abs().max(f64::MIN_POSITIVE) {
            return next;
        }
        x = next;
    }
    x
}
