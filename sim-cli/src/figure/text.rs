//! Labels: a line of text with lowered and raised parts.

use super::font;

/// A piece of a label on one baseline.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) text: String,
    /// Its em as a part of the label's.
    pub(super) scale: f64,
    /// How far its baseline is raised, in ems of the label.
    pub(super) rise: f64,
}

const SMALL: f64 = 0.72;

/// The pieces of a label: `B_{min}` lowers "min", `x^{2}` raises "2", everything else is taken as it is.
///
/// Characters that XML does not allow become spaces.
pub(super) fn runs(label: &str) -> Vec<Run> {
    let allowed = |c: char| if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') { ' ' } else { c };
    let label: String = label.chars().map(allowed).collect();
    let mut runs = Vec::new();
    let mut push = |text: &str, scale, rise| {
        if !text.is_empty() {
            runs.push(Run { text: text.to_owned(), scale, rise });
        }
    };
    let mut rest = label.as_str();
    while let Some(start) = next_script(rest) {
        let Some(length) = rest[start + 2..].find('}') else { break };
        push(&rest[..start], 1.0, 0.0);
        let rise = if rest.as_bytes()[start] == b'_' { -0.18 } else { 0.36 };
        push(&rest[start + 2..start + 2 + length], SMALL, rise);
        rest = &rest[start + 2 + length + 1..];
    }
    push(rest, 1.0, 0.0);
    runs
}

fn next_script(text: &str) -> Option<usize> {
    match (text.find("_{"), text.find("^{")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Width of a label with an em of `em`, in the unit of `em`.
pub(super) fn width(label: &str, em: f64) -> f64 {
    runs(label).iter().map(|run| font::width(&run.text, em * run.scale)).sum()
}

/// The label and the size at which it is at most `room` wide: the given size if it fits, a smaller one down to
/// 5 points, then a shortened label with an ellipsis.
pub(super) fn fit(label: &str, size: f64, room: f64) -> (String, f64) {
    const SMALLEST: f64 = 5.0;
    let natural = width(label, size);
    if natural <= room {
        return (label.to_owned(), size);
    }
    let shrunk = size * room / natural;
    if shrunk >= SMALLEST {
        return (label.to_owned(), shrunk);
    }
    let letters: Vec<char> = label.chars().collect();
    let short = |n: usize| format!("{}…", letters[..n].iter().collect::<String>().trim_end());
    // Longer cuts are wider, so the longest that fits is found by bisection.
    let (mut fits, mut fails) = (0, letters.len());
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if width(&short(middle), SMALLEST) <= room { fits = middle } else { fails = middle }
    }
    (short(fits), SMALLEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(label: &str) -> Vec<String> {
        runs(label).into_iter().map(|run| run.text).collect()
    }

    #[test]
    fn braces_lower_and_raise() {
        assert_eq!(texts("bias μ_{L} of L^{2} levels"), ["bias μ", "L", " of L", "2", " levels"]);
        let runs = runs("B_{min}");
        assert!(runs[1].rise < 0.0 && runs[1].scale < 1.0);
    }

    #[test]
    fn other_text_is_left_alone() {
        for label in ["root_bias", "a_{b", "x^2", "_{}", ""] {
            let joined = texts(label).concat();
            assert_eq!(joined, label.replace("_{}", ""), "{label}");
        }
        assert_eq!(texts("a\u{0}b\nc"), ["a b c"]);
    }

    #[test]
    fn long_labels_shrink_and_then_shorten() {
        font::register().unwrap();
        let natural = width("budget", 8.0);
        assert_eq!(fit("budget", 8.0, natural), ("budget".to_owned(), 8.0));
        let (label, size) = fit("budget", 8.0, 0.8 * natural);
        assert_eq!(label, "budget");
        assert!((5.0..8.0).contains(&size));
        let (label, size) = fit(&"budget ".repeat(50), 8.0, 4.0 * natural);
        assert!(label.ends_with('…') && width(&label, size) <= 4.0 * natural);
    }
}
