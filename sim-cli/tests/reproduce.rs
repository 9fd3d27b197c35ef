//! `synergy reproduce`: numbers and figures made again, compared and written anew; a changed number is noticed.

mod support;

use support::Place;

const SCENARIO: &str = r#"
model = "tree"
seed = 1

[parameters]
fan_in = 3

[sweep]
depth = { list = [1, 2, 3] }

[stop]
trials = 20_000

[figure]
kind = "curves"
x = "depth"
y = "root_bias"
"#;

/// Its table is still to be made.
const README: &str = r#"# small

<!-- table
where = { depth = [1, 3] }
columns = [["L", "depth"], ["exact", "predicted_root_bias"], ["simulated (95 %)", "root_bias"]]
-->

That is all.
"#;

/// An experiment whose table and figure were made.
fn made() -> Place {
    let place = Place::new();
    place.write("experiments/small/scenario.toml", SCENARIO);
    place.write("experiments/small/README.md", README);
    let first = place.synergy("reproduce small --quiet");
    assert_eq!(first.code, Some(1), "there was no table: {}", first.err);
    place
}

fn readme(place: &Place) -> String {
    String::from_utf8_lossy(&place.read("experiments/small/README.md")).into_owned()
}

#[test]
fn what_was_made_agrees_when_it_is_made_again() {
    let place = made();
    let table: Vec<String> =
        readme(&place).lines().filter(|line| line.starts_with('|')).map(str::to_owned).collect();
    assert_eq!(table.len(), 4, "two rows below the heading: {table:?}");
    // The map of three votes by hand (f_3(v) = (3v - v^3)/2): fidelity 0.9, correlation 0.1, leaves of bias 0.1 are the defaults.
    let v: f64 = 0.09;
    let exact = 0.1 * v + 0.9 * (3.0 * v - v.powi(3)) / 2.0;
    assert!(table[2].starts_with(&format!("| 1 | {exact:.5}")), "{}", table[2]);
    assert!(place.read("experiments/small/figure.svg").starts_with(b"<svg"));
    let written = readme(&place);
    for again in ["reproduce small --quiet", "reproduce --all --quiet", "reproduce small --fast --quiet"] {
        let run = place.synergy(again);
        assert_eq!(run.code, Some(0), "{again}: {}{}", run.out, run.err);
        assert!(run.out.contains("small: "), "{}", run.out);
        assert_eq!(readme(&place), written, "{again}");
    }
}

#[test]
fn a_number_that_no_longer_agrees_fails_and_is_written_anew() {
    let place = made();
    let right = readme(&place);
    let row = right.lines().find(|line| line.starts_with("| 1 |")).unwrap().to_owned();
    let wrong = right.replace(&row, "| 1 | 0.13 | 0.900 [0.890, 0.910] |");
    place.write("experiments/small/README.md", wrong.clone());
    let fast = place.synergy("reproduce small --fast --quiet");
    assert_eq!(fast.code, Some(1), "{}", fast.out);
    assert!(fast.out.contains("0.900 [0.890, 0.910]  is now"), "{}", fast.out);
    assert_eq!(readme(&place), wrong, "--fast writes nothing");
    let full = place.synergy("reproduce small --quiet");
    assert_eq!(full.code, Some(1), "{}", full.out);
    assert_eq!(readme(&place), right);
}

#[test]
fn a_figure_that_is_not_drawn_like_that_any_more_fails() {
    let place = made();
    place.write("experiments/small/figure.svg", "<svg>");
    let run = place.synergy("reproduce small --quiet");
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("figure.svg was drawn anew"), "{}", run.out);
    assert_eq!(place.synergy("reproduce small --quiet").code, Some(0));
}

#[test]
fn wrong_input_is_refused_with_a_sentence() {
    let place = made();
    let none = place.synergy("reproduce nothing");
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("`nothing` is no experiment"), "{}", none.err);
    assert_eq!(place.synergy("reproduce").code, Some(2));
    let with = |comment: &str| {
        place.write("experiments/small/README.md", README.replace("where = { depth = [1, 3] }", comment));
        place.synergy("reproduce small --fast --quiet")
    };
    for (comment, said) in [
        ("where = { depth = [1, 9] }", "1 cells fit"),
        ("where = { height = 3 }", "no column `height`"),
        ("where = 3", "`where` is a table"),
    ] {
        let run = with(comment);
        assert_eq!(run.code, Some(2), "{comment}: {}", run.err);
        let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(said), "{comment}: {}", run.err);
    }
}
