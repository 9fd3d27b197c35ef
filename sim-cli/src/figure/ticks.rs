//! Where an axis has ticks, and what they say.

use super::axis::Scale;

/// The ticks of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    /// Positions with their labels.
    pub(super) major: Vec<(f64, String)>,
    /// Positions without labels.
    pub(super) minor: Vec<f64>,
}

impl Ticks {
    /// A name at each of 0, 1, 2, and so on.
    pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let major = names.into_iter().enumerate().map(|(k, name)| (k as f64, name.to_owned())).collect();
        Self { major, minor: Vec::new() }
    }

    /// The same positions, none with a label.
    pub(super) fn without_numbers(self) -> Self {
        let blank = |(position, _)| (position, String::new());
        Self { major: self.major.into_iter().map(blank).collect(), ..self }
    }
}

/// The most ticks for the range from `low` to `high` whose labels `fit`; if none do, the fewest.
pub(super) fn fitting(scale: Scale, low: f64, high: f64, fit: impl Fn(&Ticks) -> bool) -> Ticks {
    const MOST: usize = 8;
    let candidates = (2..=MOST).rev().map(|most| ticks(scale, low, high, most));
    let mut fewest = Ticks::default();
    for candidate in candidates {
        if fit(&candidate) {
            return candidate;
        }
        // One label alone does not make a scale.
        if candidate.major.len() > 1 {
            fewest = candidate;
        }
    }
    fewest
}

/// Ticks for the range from `low` to `high`, with about `most` labels or fewer.
fn ticks(scale: Scale, low: f64, high: f64, most: usize) -> Ticks {
    let most = most.max(2);
    match scale {
        Scale::Linear => linear(low, high, most),
        Scale::Log => logarithmic(low, high, most),
    }
}

/// Steps of 1, 2 or 5 times a power of ten.
fn linear(low: f64, high: f64, most: usize) -> Ticks {
    let rough = (high - low) / most as f64;
    let mut exponent = rough.log10().floor() as i32;
    let mantissa = rough / power(exponent);
    let mut nice = [1.0, 2.0, 5.0, 10.0].into_iter().find(|&m| m >= mantissa * (1.0 - 1e-9)).unwrap_or(10.0);
    if nice == 10.0 {
        nice = 1.0;
        exponent += 1;
    }
    let value = |k: f64| if exponent < 0 { k * nice / power(-exponent) } else { k * nice * power(exponent) };
    let step = value(1.0);
    let first = (low / step - 1e-6).ceil();
    let last = (high / step + 1e-6).floor();
    let positions: Vec<f64> = (0..=(last - first).clamp(0.0, 100.0) as usize)
        .map(|k| value(first + k as f64))
        .filter(|v| v.is_finite())
        .collect();
    let largest = positions.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    // Powers of ten are pulled out where plain numbers would be long.
    let scientific = largest >= 99_999.5 || largest < 1e-3 && largest > 0.0;
    let pulled = if scientific { largest.log10().floor() as i32 } else { 0 };
    let decimals = (pulled - exponent).clamp(0, 15) as usize;
    let label = |v: f64| {
        let mantissa = if pulled < 0 { v * power(-pulled) } else { v / power(pulled) };
        let digits = signed(&format!("{:.decimals$}", mantissa.abs()), mantissa < 0.0);
        if pulled == 0 || v == 0.0 { digits } else { format!("{digits}×10{}", superscript(pulled)) }
    };
    let label = |v: f64| if v.abs() < step * 1e-6 { "0".to_owned() } else { label(v) };
    Ticks { major: positions.iter().map(|&v| (v, label(v))).collect(), minor: Vec::new() }
}

/// Decades; within less than two decades, 1, 2 and 5 times a power of ten; within less, linear ticks.
fn logarithmic(low: f64, high: f64, most: usize) -> Ticks {
    let first = (low.log10() - 1e-9).ceil() as i32;
    let last = (high.log10() + 1e-9).floor() as i32;
    if last - first >= 1 {
        decades(low, high, first, last, most)
    } else {
        within_a_decade(low, high, first, most)
    }
}

fn decades(low: f64, high: f64, first: i32, last: i32, most: usize) -> Ticks {
    let count = (last - first + 1) as usize;
    let step =
        [1, 2, 3, 5, 10, 20, 50, 100, 200].into_iter().find(|s| count.div_ceil(*s) <= most).unwrap_or(500)
            as i32;
    let labelled: Vec<i32> = (first..=last).filter(|e| e.rem_euclid(step) == 0).collect();
    let plain = labelled.iter().all(|e| (-2..=3).contains(e));
    let major = labelled
        .iter()
        .map(|&e| {
            let label = if plain { plain_number(power(e)) } else { format!("10{}", superscript(e)) };
            (power(e), label)
        })
        .collect();
    let minor = if step == 1 {
        multiples(low, high, first - 1..=last, 2..=9)
    } else {
        (first..=last).filter(|e| e.rem_euclid(step) != 0).map(power).collect()
    };
    Ticks { major, minor }
}

fn within_a_decade(low: f64, high: f64, first: i32, most: usize) -> Ticks {
    let range = first - 2..=first + 1;
    let one = [1_u32, 2, 5];
    let major: Vec<f64> = multiples(low, high, range.clone(), 1..=9)
        .into_iter()
        .filter(|v| {
            let mantissa = v / power((v.log10() + 1e-9).floor() as i32);
            one.contains(&(mantissa.round() as u32))
        })
        .collect();
    if major.len() < 2 || major.len() > most + 1 {
        return linear(low, high, most);
    }
    let plain = major.iter().all(|v| (1e-3..1e4).contains(v));
    let label = |v: f64| {
        let exponent = (v.log10() + 1e-9).floor() as i32;
        let mantissa = (v / power(exponent)).round();
        match (plain, mantissa == 1.0) {
            (true, _) => plain_number(v),
            (false, true) => format!("10{}", superscript(exponent)),
            (false, false) => format!("{mantissa}×10{}", superscript(exponent)),
        }
    };
    let minor = multiples(low, high, range, 1..=9).into_iter().filter(|v| !major.contains(v)).collect();
    Ticks { major: major.iter().map(|&v| (v, label(v))).collect(), minor }
}

/// All `factor` times ten to `exponent` within the range.
fn multiples(
    low: f64,
    high: f64,
    exponents: std::ops::RangeInclusive<i32>,
    factors: std::ops::RangeInclusive<u32>,
) -> Vec<f64> {
    let slack = 1e-9;
    exponents
        .flat_map(|e| {
            factors
                .clone()
                .map(move |f| if e < 0 { f64::from(f) / power(-e) } else { f64::from(f) * power(e) })
        })
        .filter(|v| (low * (1.0 - slack)..=high * (1.0 + slack)).contains(v))
        .collect()
}

/// Ten to a whole power; exact up to 10^22, and its reciprocal rounded once.
fn power(exponent: i32) -> f64 {
    if exponent < 0 { 1.0 / 10_f64.powi(-exponent) } else { 10_f64.powi(exponent) }
}

fn plain_number(value: f64) -> String {
    let decimals = (-(value.log10() + 1e-9).floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// The minus sign proper, as wide as a plus, not a hyphen.
fn signed(digits: &str, negative: bool) -> String {
    if negative { format!("\u{2212}{digits}") } else { digits.to_owned() }
}

/// A whole number in superscript letters: 10 and superscript(-4) make 10⁻⁴.
fn superscript(number: i32) -> String {
    number
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁰',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64, most: usize) -> Vec<String> {
        ticks(scale, low, high, most).major.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn linear_ticks_are_nice_numbers() {
        let cases: [(f64, f64, usize, &[&str]); 9] = [
            (0.0, 1.0, 5, &["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (0.0, 0.6, 6, &["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]),
            (1.0, 30.0, 6, &["5", "10", "15", "20", "25", "30"]),
            (-1.0, 1.0, 4, &["−1.0", "−0.5", "0", "0.5", "1.0"]),
            (0.05, 0.23, 4, &["0.05", "0.10", "0.15", "0.20"]),
            (0.0, 3e5, 3, &["0", "1×10⁵", "2×10⁵", "3×10⁵"]),
            (0.0, 4e-6, 2, &["0", "2×10⁻⁶", "4×10⁻⁶"]),
            (1000.0, 4000.0, 3, &["1000", "2000", "3000", "4000"]),
            (-2e7, 2e7, 2, &["−2×10⁷", "0", "2×10⁷"]),
        ];
        for (low, high, most, expected) in cases {
            assert_eq!(labels(Scale::Linear, low, high, most), expected, "{low}..{high}");
        }
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        let cases: [(f64, f64, usize, &[&str]); 7] = [
            (1e-4, 1.0, 6, &["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
            (1e2, 1e11, 5, &["10²", "10⁴", "10⁶", "10⁸", "10¹⁰"]),
            (1.0, 1000.0, 5, &["1", "10", "100", "1000"]),
            (0.01, 1.0, 5, &["0.01", "0.1", "1"]),
            (1.0, 9.0, 5, &["1", "2", "5"]),
            (2e-7, 3e-6, 5, &["2×10⁻⁷", "5×10⁻⁷", "10⁻⁶", "2×10⁻⁶"]),
            (4.0, 4.5, 5, &["4.0", "4.1", "4.2", "4.3", "4.4", "4.5"]),
        ];
        for (low, high, most, expected) in cases {
            assert_eq!(labels(Scale::Log, low, high, most), expected, "{low}..{high}");
        }
    }

    #[test]
    fn minor_ticks_fill_the_decades() {
        let Ticks { minor, .. } = ticks(Scale::Log, 1.0, 100.0, 5);
        assert_eq!(minor.len(), 16);
        assert_eq!(minor[0], 2.0);
        assert_eq!(minor[15], 90.0);
    }

    #[test]
    fn ticks_stay_in_the_range_and_are_few() {
        for scale in [Scale::Linear, Scale::Log] {
            for most in 2..9 {
                for e in (-290..290).step_by(7) {
                    for width in [1.000_001, 1.3, 9.0, 80.0, 1e6, 1e9] {
                        let low = 10_f64.powi(e) * 1.7;
                        let high = low * width;
                        let ticks = ticks(scale, low, high, most);
                        assert!(ticks.major.len() <= most + 1, "{scale:?} {low} {high} {most}: {ticks:?}");
                        let slack = 1e-5 * (high - low);
                        assert!(ticks.major.iter().all(|(v, _)| *v >= low - slack && *v <= high + slack));
                    }
                }
            }
        }
    }
}
