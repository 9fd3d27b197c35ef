//! Variables, parameters with formulas, cells with axes of their own, and the seams between plans and the rest of the program.

mod support;

use support::{Place, assert_explained};

/// The columns of the data set `out` as `synergy export` gives them.
fn column(place: &Place, name: &str) -> Vec<f64> {
    let text = place.synergy("export out --format csv").expect(0).out;
    let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let at = rows.next().and_then(|names| names.iter().position(|head| head == name));
    let at = at.unwrap_or(usize::MAX);
    rows.map(|row| row.get(at).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)).collect()
}

const FORMULA: &str = "model = \"tree\"\n[parameters]\ndepth = 0\n[variables]\nscale = 0.05\nexponent = 0.5\ntokens = { list = [4, 16, 100] }\n\
    [derived]\nleaf_bias = \"scale * tokens ^ exponent\"\n[stop]\ntrials = 64\n";

/// A tree without layers is one leaf, so its exact bias is that of the formula: 0.05 times the root of 4, 16 and 100.
#[test]
fn a_formula_gives_a_parameter_over_an_axis_of_a_variable() {
    let place = Place::new();
    let figure = "[figure]\nkind = \"curves\"\nx = \"tokens\"\ny = \"root_bias\"\n";
    place.write("s.toml", format!("{FORMULA}{figure}"));
    place.synergy("sweep s.toml -q --out out").expect(0);
    assert_eq!(column(&place, "tokens"), [4.0, 16.0, 100.0]);
    for (column, expected) in [column(&place, "predicted_root_bias"), column(&place, "predicted_leaf_bias")]
        .iter()
        .flat_map(|column| column.iter().zip([0.1, 0.2, 0.5]))
    {
        assert!((column - expected).abs() < 1e-12, "{column} {expected}");
    }
    assert!(place.path("out/figure.svg").exists());
    let said = place.synergy("run s.toml -q --set tokens=64 --format json").expect(0).json();
    assert!((said["predictions"]["leaf_bias"].as_f64().unwrap_or(0.0) - 0.4).abs() < 1e-12, "{said}");
    assert!(place.synergy("verify out").expect(0).out.contains("3 of 3 cells are the same"));
    // Another formula makes other rows of the same cells.
    place.write("s.toml", FORMULA.replace("scale *", "2 * scale *"));
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(said.contains("[derived] is leaf_bias = scale * tokens ^ exponent there"), "{said}");
}

/// A cell whose formula leaves the bounds of its parameter is a failed row, and the others are not.
#[test]
fn a_value_that_is_not_allowed_fails_its_cell() {
    let place = Place::new();
    place.write("s.toml", FORMULA.replace("100] }", "1000] }"));
    let said = place.synergy("sweep s.toml -q --out out").expect(3).out;
    assert!(
        said.contains("1 cells failed") && said.contains("`leaf_bias` cannot be the real number"),
        "{said}"
    );
    place.write("s.toml", FORMULA.replace("tokens ^ exponent", "ln(tokens - 16) * exponent"));
    let said = place.synergy("sweep s.toml -q --out other").expect(3).out;
    assert!(said.contains("`leaf_bias` = scale * ln(tokens - 16) * exponent is NaN"), "{said}");
}

/// The boundary along a variable: 0.05 sqrt(tokens) = 0.3 at 36 tokens.
#[test]
fn a_boundary_is_looked_for_along_a_variable() {
    let place = Place::new();
    let boundary = "[boundary]\nquantity = \"root_bias\"\nlevel = 0.3\nalong = \"tokens\"\nfrom = 1\nto = 400\n[stop]\nhalf_width = 2\n";
    let scenario = FORMULA.replace("{ list = [4, 16, 100] }", "1").replace("[stop]\ntrials = 64\n", boundary);
    place.write("s.toml", scenario);
    let said = place.synergy("run s.toml -q --format json").expect(0).json();
    let found = &said["estimates"]["tokens"];
    let end = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
    assert!(end("low") < 36.0 && 36.0 < end("high") && end("high") - end("low") <= 4.0, "{said}");
    assert!((said["predictions"]["tokens"].as_f64().unwrap_or(0.0) - 36.0).abs() < 1e-6, "{said}");
}

#[test]
fn wrong_formulas_are_explained() {
    assert_explained(
        FORMULA,
        &[
            ("scale * tokens", "skale * tokens", ":9:", "did you mean `scale`?"),
            ("scale * tokens", "scale * * tokens", ":9:", "a number, a name or `(` is expected; found `*`"),
            ("scale * tokens", "sin(tokens) * scale", ":9:", "there is no function `sin`"),
            ("leaf_bias =", "leaf_byas =", ":9:", "did you mean `leaf_bias`?"),
            ("leaf_bias =", "dependence =", ":9:", "so no formula gives it"),
            ("\"scale * tokens ^ exponent\"", "3", ":9:", "is a formula in quotes; found the integer `3`"),
            ("scale = 0.05", "scale = \"a\"", ":5:", "is a number or an axis; found the text `a`"),
            ("scale = 0.05", "scale = 0.05\nspare = 1", ":6:", "the variable `spare` is in no formula"),
            ("scale = 0.05", "fan_in = 3", ":5:", "`fan_in` is a parameter of the model, and no variable"),
            ("scale", "trials", ":4:", "`trials` is a column of the data set, and no variable"),
            ("scale", "root_bias", ":4:", "is a column"),
            ("scale = 0.05", "\"a b\" = 3", ":5:", "`a b` is no name of a variable"),
            ("depth = 0", "leaf_bias = 0.1", ":3:", "`leaf_bias` is derived, as scale * tokens ^ exponent"),
        ],
    );
    let place = Place::new();
    place.write("s.toml", FORMULA.replace("[stop]", "[sweep]\ntokens = { list = [1, 2] }\n[stop]"));
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(said.contains("`tokens`") && said.contains("[variables]"), "{said}");
    place.write("s.toml", FORMULA);
    let said = place.synergy("sweep s.toml -q --set leaf_bias=0.2").expect(2).err;
    assert!(said.contains("it has no other value"), "{said}");
}

/// `correlation` is an axis of the cells with a mixture, and of no others: 3 + 1 cells.
#[test]
fn an_axis_can_belong_to_some_cells_only() {
    let place = Place::new();
    let cells = "[[cells]]\ndependence = \"mixture\"\ncorrelation = { from = 0.1, to = 0.3, points = 3 }\n[[cells]]\ndependence = \"copying\"\n";
    place.write("s.toml", format!("model = \"tree\"\n{cells}[stop]\ntrials = 8\n"));
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("4 of 4 cells"), "{said}");
    assert_eq!(column(&place, "correlation"), [0.1, 0.2, 0.3, 0.1]);
    // A value that is set is that of all cells, and those that become equal are one.
    let said = place.synergy("sweep s.toml -q --out fixed --set correlation=0.2").expect(0).out;
    assert!(said.contains("2 of 2 cells"), "{said}");
    place.write("s.toml", "model = \"tree\"\n[[cells]]\ndepth = { list = [1, 2] }\n[[cells]]\ndepth = 2\n");
    let said = place.synergy("sweep s.toml -q --out other").expect(2).err;
    assert!(said.contains(":4:") && said.contains("`cells` has this cell twice"), "{said}");
}

/// Sixteen points of a whole number from 1 to 3 are three cells, each run once; they are drawn one by one.
#[test]
fn points_of_a_sample_that_fall_on_each_other_are_one_cell() {
    let place = Place::new();
    let sample = "[sample]\nmethod = \"sobol\"\npoints = 16\n[sample.ranges]\ndepth = { from = 1, to = 3 }\n";
    let figure = "[figure]\nkind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\n";
    place.write("s.toml", format!("model = \"tree\"\n{sample}[stop]\ntrials = 64\n{figure}"));
    place.synergy("sweep s.toml -q --out out").expect(0);
    assert_eq!(column(&place, "depth").len(), 16);
    let said = place.synergy("status out").expect(0).out;
    assert!(said.contains("3 of 3 cells done") && said.contains("complete"), "{said}");
    assert!(said.contains("13 cells more are the same as others"), "{said}");
    let runs = String::from_utf8(place.read("out/runs.jsonl")).unwrap_or_default();
    assert!(runs.contains("\"trials\":192"), "three cells of 64 trials: {runs}");
    assert!(place.path("out/figure.svg").exists());
    let said = place.synergy("sweep s.toml -q --out fixed --set depth=2").expect(0).out;
    assert!(said.contains("1 of 1 cells"), "{said}");
    place.write(
        "s.toml",
        format!(
            "model = \"tree\"\n{sample}{}",
            figure.replace("curves", "heat-map").replace("root_bias\"", "depth\"\ncolor = \"root_bias\"")
        ),
    );
    let said = place.synergy("sweep s.toml -q --out map").expect(2).err;
    assert!(said.contains("a map shows a grid"), "{said}");
}

/// An axis of [zip] that is set by hand leaves the others.
#[test]
fn what_is_zipped_can_be_set() {
    let place = Place::new();
    let zip = "[zip]\nfan_in = { list = [3, 5, 3] }\ncorrelation = { list = [0.1, 0.2, 0.3] }\n";
    place.write("s.toml", format!("model = \"tree\"\n{zip}[stop]\ntrials = 8\n"));
    let said = place.synergy("sweep s.toml -q --out out --set correlation=0.5").expect(0).out;
    assert!(said.contains("2 of 2 cells"), "{said}");
    assert_eq!(column(&place, "fan_in"), [3.0, 5.0]);
}
