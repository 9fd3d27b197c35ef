//! The trapezoidal rule, which converges exponentially for analytic functions that vanish at both ends
//! of the range (or are even about one end).

use super::numeric::bisect;

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

/// Gauss's rule of `count` points for the law that has the given weights at the given points: with it polynomials of degree up to
/// `2 count - 1` have their exact mean. Fewer points where the law has no more.
///
/// The recurrence of the orthogonal polynomials is found by Stieltjes' procedure, their zeros by bisection with Sturm's count, and the
/// weights are Christoffel's numbers. Source: W. Gautschi, "Orthogonal Polynomials: Computation and Approximation" (Oxford, 2004),
/// sections 1.3, 2.2 and 3.1.
pub(crate) fn gauss(law: &[(f64, f64)], count: usize) -> Vec<(f64, f64)> {
    let total: f64 = law.iter().map(|point| point.1).sum();
    let mean = law.iter().map(|(x, weight)| x * weight).sum::<f64>() / total;
    let square = law.iter().map(|(x, weight)| (x - mean) * (x - mean) * weight).sum::<f64>() / total;
    let deviation = square.sqrt();
    if deviation <= 1e-14 * mean.abs() {
        return vec![(mean, 1.0)];
    }
    let scaled: Vec<(f64, f64)> =
        law.iter().map(|&(x, weight)| ((x - mean) / deviation, weight / total)).collect();
    let polynomials = Orthonormal::new(&scaled, count);
    let zeros = polynomials.zeros();
    let weights: Vec<f64> = zeros.iter().map(|&x| polynomials.christoffel(x)).collect();
    let sum: f64 = weights.iter().sum();
    zeros.into_iter().zip(weights).map(|(x, weight)| (mean + deviation * x, weight / sum)).collect()
}

/// Orthonormal polynomials of a law by their recurrence `b_k p_{k+1} = (x - a_k) p_k - b_{k-1} p_{k-1}`.
struct Orthonormal {
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Orthonormal {
    fn new(law: &[(f64, f64)], count: usize) -> Self {
        let (mut a, mut b) = (Vec::with_capacity(count), Vec::with_capacity(count));
        // The polynomials times the roots of the weights, at all points: orthonormal vectors.
        let mut vectors: Vec<Vec<f64>> = vec![law.iter().map(|point| point.1.sqrt()).collect()];
        while a.len() < count {
            let last = &vectors[vectors.len() - 1];
            let slope: f64 = law.iter().zip(last).map(|((x, _), v)| x * v * v).sum();
            a.push(slope);
            let mut next: Vec<f64> = law.iter().zip(last).map(|((x, _), v)| (x - slope) * v).collect();
            // Orthogonal to all before, twice because once loses digits.
            for _ in 0..2 {
                for vector in &vectors {
                    let share: f64 = next.iter().zip(vector).map(|(n, v)| n * v).sum();
                    next.iter_mut().zip(vector).for_each(|(n, v)| *n -= share * v);
                }
            }
            let length = next.iter().map(|n| n * n).sum::<f64>().sqrt();
            // The law has no more points, to rounding.
            if length < 1e-13 || a.len() == count {
                break;
            }
            b.push(length);
            next.iter_mut().for_each(|n| *n /= length);
            vectors.push(next);
        }
        Self { a, b }
    }

    /// How many zeros of the last polynomial lie below `x`: negative pivots of the tridiagonal matrix.
    fn zeros_below(&self, x: f64) -> usize {
        let mut pivot = 1.0;
        let mut count = 0;
        for (k, a) in self.a.iter().enumerate() {
            let b = if k == 0 { 0.0 } else { self.b[k - 1] };
            pivot = a - x - b * b / pivot;
            if pivot == 0.0 {
                pivot = -f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    }

    fn zeros(&self) -> Vec<f64> {
        let reach = self.a.iter().map(|a| a.abs()).fold(0.0, f64::max)
            + 2.0 * self.b.iter().copied().fold(0.0, f64::max)
            + 1.0;
        let zero = |i: usize| bisect(reach, -reach, |x| self.zeros_below(x) > i);
        (0..self.a.len()).map(zero).collect()
    }

    /// `1 / sum of p_k(x)^2`, the weight of the zero `x`.
    fn christoffel(&self, x: f64) -> f64 {
        let (mut before, mut now, mut sum) = (0.0, 1.0, 1.0);
        for k in 0..self.a.len() - 1 {
            let b = if k == 0 { 0.0 } else { self.b[k - 1] };
            (before, now) = (now, ((x - self.a[k]) * now - b * before) / self.b[k]);
            sum += now * now;
        }
        1.0 / sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The points of Gauss-Legendre's rule of 5, from a fine grid.
    #[test]
    fn the_rule_of_a_uniform_law_is_that_of_legendre() {
        let grid: Vec<(f64, f64)> = (0..20_000).map(|i| ((f64::from(i) - 9_999.5) / 1e4, 1.0)).collect();
        let rule = gauss(&grid, 5);
        let expected = [
            (-0.906_179_845_938_664, 0.118_463_442_528_094_5),
            (-0.538_469_310_105_683, 0.239_314_335_249_683_2),
            (0.0, 0.284_444_444_444_444_4),
        ];
        for (found, expected) in rule.iter().zip(expected) {
            assert!((found.0 - expected.0).abs() < 1e-8 && (found.1 - expected.1).abs() < 1e-8, "{rule:?}");
        }
    }

    /// Powers up to degree 2 m - 1 are exact, whatever the law: lopsided, of two clusters, with a tiny spread.
    #[test]
    fn powers_have_their_exact_mean() {
        let lopsided = |x: f64| libm::exp(-6.0 * x);
        let clusters = |x: f64| libm::exp(-1e4 * x * x) + libm::exp(-1e4 * (x - 1.0) * (x - 1.0));
        let weights: [&dyn Fn(f64) -> f64; 3] = [&lopsided, &clusters, &|_| 1.0];
        for (weight, (low, high)) in weights.into_iter().zip([(0.0, 1.0), (0.0, 1.0), (0.7, 0.7 + 1e-9)]) {
            let at = |i: u32| low + (high - low) * f64::from(i) / 999.0;
            let total: f64 = (0..1000).map(|i| weight(at(i))).sum();
            let law: Vec<(f64, f64)> = (0..1000).map(|i| (at(i), weight(at(i)) / total)).collect();
            for count in [1, 2, 7, 40] {
                let rule = gauss(&law, count);
                assert!(rule.len() <= count && rule.iter().all(|point| point.1 > 0.0), "{rule:?}");
                for power in 0..2 * count {
                    let mean = |points: &[(f64, f64)]| -> f64 {
                        points.iter().map(|(x, w)| w * libm::pow(*x, power as f64)).sum()
                    };
                    let (found, expected) = (mean(&rule), mean(&law));
                    assert!(
                        (found - expected).abs() < 1e-13,
                        "{count} points, power {power}: {found}, {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_law_of_few_points_is_its_own_rule() {
        let rule = gauss(&[(0.0, 0.25), (1.0, 0.75)], 9);
        assert_eq!(rule.len(), 2);
        for (found, expected) in rule.iter().zip([(0.0, 0.25), (1.0, 0.75)]) {
            assert!((found.0 - expected.0).abs() < 1e-15 && (found.1 - expected.1).abs() < 1e-15, "{rule:?}");
        }
        assert_eq!(gauss(&[(0.3, 2.0)], 4), [(0.3, 1.0)]);
    }

    /// Steps of any size reach both ends, and a law with a steep place and a wide one has its mean.
    #[test]
    fn focused_points_find_what_is_steep() {
        let density = |x: f64| libm::exp(-0.5 * x * x) / std::f64::consts::TAU.sqrt();
        let step = |x: f64| 0.5 * libm::erfc(-(x - 1.0) / 1e-4);
        let mean: f64 = focused(-10.0, 10.0, &[(0.0, 1.0), (1.0, 1e-4)], 0.25)
            .into_iter()
            .map(|(x, weight)| weight * density(x) * step(x))
            .sum();
        assert!((mean - 0.158_655_253_931_457_05).abs() < 1e-9, "{mean}");
    }
}
