//! Small numerical tools: integer powers, compensated logarithms, root finding.

/// `base` to a non-negative integer power, by squaring; `power(0, 0)` is 1.
///
/// `f64::powi` is not used: its last bit depends on the compiler.
pub(crate) fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut left) = (1.0, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    result
}

/// `ln(1 - u^2)` for |u| <= 1, without the rounding of `u^2` near 1.
pub(crate) fn ln_one_minus_square(u: f64) -> f64 {
    if u.abs() < 0.5 { libm::log1p(-u * u) } else { libm::log1p(-u.abs()) + libm::log1p(u.abs()) }
}

/// `(1 - u^2)^h` for |u| <= 1, accurate for large `h`.
pub(crate) fn one_minus_square_to(u: f64, h: u32) -> f64 {
    if h <= 32 { power((1.0 - u) * (1.0 + u), h) } else { libm::exp(f64::from(h) * ln_one_minus_square(u)) }
}

/// The point where `positive` changes from true at `inside` to false at `outside`, to the last bit.
///
/// The invariant is kept whatever the predicate does in between, so the loop ends for any function; a
/// predicate that is undecided (NaN) counts as false.
pub(crate) fn bisect(mut inside: f64, mut outside: f64, positive: impl Fn(f64) -> bool) -> f64 {
    // 200 halvings separate any two finite numbers that lie within 2^100 of each other.
    for _ in 0..200 {
        let middle = 0.5 * (inside + outside);
        if middle == inside || middle == outside || !middle.is_finite() {
            break;
        }
        if positive(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    inside
}

/// The smallest integer in `(low, high]` from which on `suffices` is true, where it is false at `low` and once true
/// stays true; `None` if it is false at `high`.
pub(crate) fn smallest(low: u32, high: u32, suffices: impl Fn(u32) -> bool) -> Option<u32> {
    if !suffices(high) {
        return None;
    }
    let (mut low, mut high) = (low, high);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if suffices(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The zero of a smooth function between `inside`, where it is positive, and `outside`, where it is not, by
/// false position (the Illinois variant) with halvings where that stalls; for functions too costly for
/// [`bisect`]. The function still is positive at the result.
pub(crate) fn smooth_zero(inside: f64, outside: f64, value: impl Fn(f64) -> f64) -> f64 {
    let (mut inside, mut outside) = (inside, outside);
    let (mut above, mut below) = (value(inside), value(outside));
    let mut moved_inside = None;
    for step in 0..200 {
        let width = outside - inside;
        if width.abs() <= 4.0 * f64::EPSILON * inside.abs().max(1.0) {
            break;
        }
        let share = above / (above - below);
        let stalls = step >= 30 || !(share > 0.0 && share < 1.0);
        // A step of at least one rounding error, so that the bracket closes from both ends.
        let margin = f64::EPSILON * inside.abs().max(1.0) / width.abs();
        let share = if stalls { 0.5 } else { share.max(margin).min(1.0 - margin) };
        let middle = inside + share * width;
        if middle == inside || middle == outside {
            break;
        }
        let at = value(middle);
        let positive = at > 0.0;
        // An end that stays twice counts half, so that it moves soon.
        let weight = if moved_inside == Some(positive) { 0.5 } else { 1.0 };
        moved_inside = Some(positive);
        if positive {
            (inside, above, below) = (middle, at, weight * below);
        } else {
            (outside, below, above) = (middle, at, weight * above);
        }
    }
    inside
}

/// Whether `value` is a number in [0, 1].
pub(crate) fn is_fraction(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

/// Whether `value` is a bias: a number in [-1, 1].
pub(crate) fn is_bias(value: f64) -> bool {
    (-1.0..=1.0).contains(&value)
}
