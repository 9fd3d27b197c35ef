//! The tables that the command prints, in markdown.

use crate::{
    measure::Measured,
    rows::{Case, ROWS, Row},
    stats::median,
};

/// Beyond this many standard deviations from the exact accuracy a kernel is wrong. With twenty kernels the
/// false-alarm rate of a run is 1.1e-5.
const MOST_DEVIATIONS: f64 = 5.0;

/// The kernels whose accuracy is wrong, as sentences.
pub fn wrong_accuracies(results: &[Measured]) -> Vec<String> {
    let wrong = results.iter().filter_map(|result| {
        let (expected, z) = result.check?;
        // Negated, so that a NaN is wrong too.
        let right = z.abs() <= MOST_DEVIATIONS;
        (!right).then(|| {
            let (kernel, case) = (&result.kernel, case_name(result.case));
            let accuracy = result.correct as f64 / result.trials as f64;
            format!("{kernel} on {case}: accuracy {accuracy:.6} instead of {expected:.6}, z = {z:+.2}")
        })
    });
    wrong.collect()
}

/// Every kernel by itself: time, spread, and accuracy against what it should be.
pub fn kernels(results: &[Measured]) -> String {
    let mut lines = vec![
        "| kernel | case | ns per node-trial | fastest to slowest round | trials | accuracy | expected | z |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for result in results {
        let (kernel, case) = (&result.kernel, case_name(result.case));
        lines.push(match &result.unavailable {
            Some(why) => format!("| {kernel} | {case} | skipped: {why} | | | | | |"),
            None => {
                let fastest = result.nanoseconds.iter().copied().fold(f64::INFINITY, f64::min);
                let slowest = result.nanoseconds.iter().copied().fold(0.0, f64::max);
                let (expected, z) = match result.check {
                    Some((expected, z)) => (format!("{expected:.6}"), format!("{z:+.2}")),
                    None => ("the reference".to_owned(), String::new()),
                };
                let accuracy = result.correct as f64 / result.trials as f64;
                format!(
                    "| {kernel} | {case} | {} | {} to {} | {:.1e} | {accuracy:.6} | {expected} | {z} |",
                    significant(median(&result.nanoseconds)),
                    significant(fastest),
                    significant(slowest),
                    result.trials as f64,
                )
            }
        });
    }
    lines.join("\n")
}

/// The head of the table of ratios; rows follow.
pub fn ratio_head() -> String {
    "| what | against | ours, ns per node-trial | theirs | ratio | at least | |\n|---|---|---|---|---|---|---|".to_owned()
}

/// The rows of the table of ratios.
pub fn ratios(results: &[Measured]) -> String {
    ROWS.iter().map(|row| ratio(row, results)).collect::<Vec<_>>().join("\n")
}

fn ratio(row: &Row, results: &[Measured]) -> String {
    let Row { what, case, ours, theirs, target } = row;
    let set = ours.rsplit(", ").next().unwrap_or_default();
    let head = format!("| {what}, {}, {set} | {theirs}", case_name(*case));
    match (time(ours, *case, results), time(theirs, *case, results)) {
        (Ok(our), Ok(their)) => {
            let ratio = their / our;
            let verdict = if ratio >= *target { "met" } else { "missed" };
            format!(
                "{head} | {} | {} | {} | {target} | {verdict} |",
                significant(our),
                significant(their),
                significant(ratio)
            )
        }
        (Err(why), _) | (_, Err(why)) => format!("{head} | | | | {target} | skipped: {why} |"),
    }
}

/// The median time of a kernel, or why there is none.
fn time(kernel: &str, case: Case, results: &[Measured]) -> Result<f64, String> {
    let result = results
        .iter()
        .find(|result| result.kernel == kernel && result.case == case)
        .ok_or_else(|| format!("there is no kernel `{kernel}` yet"))?;
    result.unavailable.clone().map_or_else(|| Ok(median(&result.nanoseconds)), Err)
}

fn case_name(case: Case) -> String {
    match case {
        Case::Tree(depth) => format!("L = {depth}"),
        Case::Graph => "random graph".to_owned(),
    }
}

/// Three significant digits, without an exponent.
fn significant(value: f64) -> String {
    let before_point = value.abs().log10().floor() as i32;
    let digits = usize::try_from(2 - before_point).unwrap_or(0);
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::{ratio, significant, wrong_accuracies};
    use crate::{
        measure::Measured,
        rows::{Case, Row},
    };

    const ROW: Row =
        Row { what: "eager", case: Case::Tree(8), ours: "ours, AVX2", theirs: "theirs", target: 100.0 };

    fn measured(kernel: &str, ns: f64) -> Measured {
        Measured {
            kernel: kernel.to_owned(),
            case: Case::Tree(8),
            unavailable: None,
            nanoseconds: vec![ns; 3],
            trials: 512,
            correct: 500,
            check: Some((0.98, 0.1)),
        }
    }

    #[test]
    fn a_row_is_met_missed_or_skipped() {
        let row = |ours, theirs| ratio(&ROW, &[measured("ours, AVX2", ours), measured("theirs", theirs)]);
        assert_eq!(row(0.05, 5.0), "| eager, L = 8, AVX2 | theirs | 0.0500 | 5.00 | 100 | 100 | met |");
        assert_eq!(row(0.1, 5.0), "| eager, L = 8, AVX2 | theirs | 0.100 | 5.00 | 50.0 | 100 | missed |");
        let missing = Measured { unavailable: Some("no AVX2".into()), ..measured("ours, AVX2", 1.0) };
        assert!(ratio(&ROW, &[missing, measured("theirs", 5.0)]).ends_with("| skipped: no AVX2 |"));
        assert!(ratio(&ROW, &[measured("theirs", 5.0)]).contains("skipped: there is no kernel `ours, AVX2`"));
    }

    #[test]
    fn five_deviations_are_too_many() {
        let with = |z| wrong_accuracies(&[Measured { check: Some((0.98, z)), ..measured("k", 1.0) }]).len();
        assert_eq!([with(4.9), with(-4.9), with(5.1), with(-5.1), with(f64::NAN)], [0, 0, 1, 1, 1]);
    }

    #[test]
    fn three_digits() {
        assert_eq!(
            [0.004_142, 0.3299, 12.06, 1_830.4].map(significant),
            ["0.00414", "0.330", "12.1", "1830"]
        );
    }
}
