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
        assert!(run.out.starts_with("small: 6 entries of 1 table agree"), "{}", run.out);
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

#[test]
fn where_nothing_is_compared_nothing_agrees_unless_it_is_said_why() {
    let place = made();
    let bare = SCENARIO.split("[figure]").next().unwrap_or_default().to_owned();
    place.write("experiments/bare/scenario.toml", bare);
    place.write("experiments/bare/README.md", "# bare\n\n| L | bias |\n|---|---|\n| 1 | 0.9 |\n");
    let run = place.synergy("reproduce bare --quiet");
    assert_eq!(run.code, Some(1), "{}", run.out);
    assert!(run.out.contains("bare: nothing is compared"), "{}", run.out);
    place.write("experiments/bare/README.md", "# bare\n<!-- compares nothing: it is an example -->\n");
    let run = place.synergy("reproduce --all --quiet");
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("bare: nothing is compared: it is an example"), "{}", run.out);
    // With a tenth of the trials figures are not drawn, so that there must be a table.
    place.write("experiments/small/README.md", "# small\n");
    assert_eq!(place.synergy("reproduce small --quiet").code, Some(0));
    assert_eq!(place.synergy("reproduce small --quiet --fast").code, Some(1));
}

#[test]
fn every_scenario_that_is_mentioned_is_run_and_every_figure_compared() {
    let place = made();
    let right = readme(&place);
    place.write("experiments/small/other.toml", SCENARIO.replace("seed = 1", "seed = 2"));
    place.write("experiments/small/other.svg", "<svg>");
    let unmentioned = place.synergy("reproduce small --quiet");
    assert_eq!(unmentioned.code, Some(1));
    assert!(
        unmentioned.out.contains("no scenario that the README mentions draws other.svg"),
        "{}",
        unmentioned.out
    );
    place.write("experiments/small/README.md", format!("{right}\n`other.toml` is another.\n"));
    let stale = place.synergy("reproduce small --quiet");
    assert_eq!(stale.code, Some(1));
    assert!(stale.out.contains("other.svg was drawn anew"), "{}", stale.out);
    assert!(place.read("experiments/small/other.svg").starts_with(b"<svg "));
    let again = place.synergy("reproduce small --quiet");
    assert_eq!(again.code, Some(0), "{}", again.out);
    assert!(again.out.contains("6 entries of 1 table agree, and 2 figures"), "{}", again.out);
    // What is too long is left out by name, with its figure.
    let left_out =
        format!("{right}\n<!-- not run: other.toml: it takes a day -->\n`other.toml` is another.\n");
    place.write("experiments/small/README.md", left_out);
    place.write("experiments/small/other.toml", "no scenario at all");
    assert_eq!(place.synergy("reproduce small --quiet --fast").code, Some(0));
}

/// The tables of a scenario that takes long are left alone without --slow, which is said, and compared with it.
#[test]
fn what_takes_long_is_run_when_asked_for() {
    let place = made();
    let right = readme(&place);
    place.write("experiments/small/long.toml", SCENARIO.replace("seed = 1", "seed = 2"));
    let long = "<!-- not run: long.toml: it takes a day -->\n\n<!-- table\ndata = \"long.toml\"\n\
        columns = [[\"bias\", \"root_bias\"]]\n-->\n| bias |\n|---|\n| 1 |\n";
    place.write("experiments/small/README.md", format!("{right}\n{long}"));
    for how in ["", "--fast"] {
        let run = place.synergy(&format!("reproduce small --quiet {how}"));
        assert!(run.code == Some(0) && run.out.contains("; 1 table is left to --slow"), "{run:?}");
    }
    let slow = place.synergy("reproduce small --quiet --slow");
    assert!(slow.code == Some(1) && slow.out.contains("do not agree"), "{slow:?}");
    let again = place.synergy("reproduce small --quiet --slow");
    assert!(again.code == Some(0) && again.out.contains("of 2 tables agree"), "{again:?}");
    assert_eq!(place.synergy("reproduce small --quiet --slow --fast").code, Some(2));
}

#[test]
fn a_figure_is_that_of_the_scenario_of_which_the_readme_says_so() {
    let place = made();
    let right = readme(&place);
    place.write("experiments/small/other.toml", SCENARIO.replace("seed = 1", "seed = 2"));
    place.write("experiments/small/scenario.toml", SCENARIO.split("[figure]").next().unwrap_or_default());
    place.write("experiments/small/README.md", format!("{right}\nThe figure is that of `other.toml`.\n"));
    let run = place.synergy("reproduce small --quiet");
    assert!(run.code == Some(1) && run.out.contains("figure.svg was drawn anew"), "{}", run.out);
    assert_eq!(place.synergy("reproduce small --quiet").code, Some(0));
}

#[test]
fn a_table_has_the_numbers_of_a_summary() {
    let place = Place::new();
    let screening = "model = \"tree\"\nseed = 1\n[sample]\nmethod = \"sobol\"\npoints = 8\n[sample.ranges]\nfidelity = { from = 0.5, to = 1 }\n\
         leaf_bias = { from = 0.1, to = 0.3 }\n[sensitivity]\nquantity = \"root_bias\"\nmethod = \"morris\"\n[stop]\ntrials = 2000\n";
    let table = "# s\n\n<!-- table\nsummary = \"parameters\"\ncolumns = [[\"of\", \"parameter\"], [\"size\", \"importance\"]]\n-->\n";
    place.write("experiments/s/scenario.toml", screening);
    place.write("experiments/s/README.md", table);
    assert_eq!(place.synergy("reproduce s --quiet").code, Some(1));
    let text = String::from_utf8_lossy(&place.read("experiments/s/README.md")).into_owned();
    assert!(text.contains("| fidelity | ") && text.contains("| leaf_bias | "), "{text}");
    let again = place.synergy("reproduce s --quiet");
    assert!(again.code == Some(0) && again.out.contains("s: 4 entries of 1 table agree"), "{}", again.out);
    place.write("experiments/s/README.md", table.replace("parameters", "limits"));
    let none = place.synergy("reproduce s --quiet");
    assert!(none.code == Some(2) && none.err.contains("no summary with a list `limits`"), "{}", none.err);
}
