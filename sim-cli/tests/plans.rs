//! Sampling plans: which cells they have, that they can grow, and what is said of wrong ones.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use support::Place;

/// The columns of the data set `out` as `synergy export` gives them.
fn columns(place: &Place, names: &[&str]) -> Vec<Vec<String>> {
    let ended = place.synergy("export out --format csv");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let mut lines = ended.out.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let places: Vec<usize> =
        names.iter().map(|name| header.iter().position(|head| head == name).unwrap()).collect();
    lines.map(|line| places.iter().map(|&place| line[place].clone()).collect()).collect()
}

fn sweep(place: &Place, scenario: &str) -> Vec<Vec<String>> {
    place.write("plan.toml", format!("model = \"tree\"\n{scenario}\n[stop]\ntrials = 64\n"));
    let ended = place.synergy("sweep ./plan.toml --out out --quiet");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    columns(place, &["fan_in", "correlation"])
}

fn numbers(rows: &[Vec<String>], column: usize) -> Vec<f64> {
    rows.iter().map(|row| row[column].parse().unwrap()).collect()
}

#[test]
fn zipped_axes_move_together_and_listed_cells_stand_alone() {
    let place = Place::new();
    let zip = "[sweep]\ndepth = { list = [1, 2] }\n[zip]\nfan_in = { list = [3, 5, 3] }\ncorrelation = { list = [0.1, 0.2, 0.3] }";
    let once = [["3", "0.1"], ["5", "0.2"], ["3", "0.3"]];
    assert_eq!(sweep(&place, zip), [once, once].concat());
    let place = Place::new();
    let cells = "[[cells]]\nfan_in = 7\n[[cells]]\ncorrelation = 0.5";
    let rows = sweep(&place, cells);
    assert_eq!((rows.len(), rows[0][0].as_str(), rows[1][1].as_str()), (2, "7", "0.5"));
}

/// Each of the ten strata of each parameter has one point, on a logarithmic range, too.
#[test]
fn a_latin_hypercube_has_one_point_per_stratum() {
    let place = Place::new();
    let rows = sweep(
        &place,
        "[sample]\nmethod = \"latin-hypercube\"\npoints = 10\n[sample.ranges]\ncorrelation = { log_from = 0.001, log_to = 0.1 }\nfan_in = { list = [3, 5] }",
    );
    let mut strata: Vec<_> = numbers(&rows, 1).iter().map(|x| (5.0 * (x / 0.001).log10()) as usize).collect();
    strata.sort_unstable();
    assert_eq!(strata, (0..10).collect::<Vec<_>>());
    assert_eq!(
        rows.iter().filter(|row| row[0] == "3").count(),
        5,
        "each of two choices is half of a stratum"
    );
}

/// More points keep the earlier ones, which are not run again; a Latin hypercube says that it cannot.
#[test]
fn samples_grow() {
    for method in ["random", "sobol"] {
        let place = Place::new();
        let of = |points| {
            format!(
                "[sample]\nmethod = \"{method}\"\npoints = {points}\n[sample.ranges]\ncorrelation = {{ from = 0, to = 0.5 }}"
            )
        };
        let few = sweep(&place, &of(8));
        let many = sweep(&place, &of(16));
        assert_eq!(few, many[..8], "{method}");
        let mut distinct = numbers(&many, 1);
        distinct.sort_by(f64::total_cmp);
        distinct.dedup();
        assert_eq!(distinct.len(), 16);
        assert!(distinct.iter().all(|x| (0.0..=0.5).contains(x)));
        let refused = {
            place.write("plan.toml", format!("model = \"tree\"\n{}\n[stop]\ntrials = 64\n", of(4)));
            place.synergy("sweep ./plan.toml --out out --quiet")
        };
        assert_eq!(refused.code, Some(2));
        assert!(refused.err.contains("[sample] has 16 points there and 4 here"), "{}", refused.err);
    }
    let place = Place::new();
    let of = |points| {
        format!(
            "[sample]\nmethod = \"latin-hypercube\"\npoints = {points}\n[sample.ranges]\ncorrelation = {{ from = 0, to = 0.5 }}"
        )
    };
    sweep(&place, &of(4));
    place.write("plan.toml", format!("model = \"tree\"\n{}\n[stop]\ntrials = 64\n", of(8)));
    let refused = place.synergy("sweep ./plan.toml --out out --quiet");
    assert!(refused.err.contains("that moves all of them"), "{}", refused.err);
}

/// The gain alpha = fidelity (rho + (1 - rho) f') at fan-in 3 (f' = 1.5) and correlation 0 is 1.5 fidelity, so that depth, which it
/// does not depend on, explains nothing and fidelity everything.
#[test]
fn sensitivity_finds_what_a_prediction_depends_on() {
    let place = Place::new();
    sweep(
        &place,
        "[parameters]\nfan_in = 3\ncorrelation = 0.0\n[sample]\nmethod = \"sobol\"\npoints = 64\n[sample.ranges]\nfidelity = { from = 0.5, to = 1 }\ndepth = { from = 1, to = 4 }\n[sensitivity]\nquantity = \"alpha\"",
    );
    let found = place.json("out/sensitivity.json");
    assert_eq!(found["points"], 64);
    let index = |i: usize, name: &str| found["parameters"][i][name]["value"].as_f64().unwrap();
    assert!(
        (index(0, "first_order") - 1.0).abs() < 0.05 && (index(0, "total") - 1.0).abs() < 0.05,
        "{found}"
    );
    assert!(index(1, "first_order").abs() < 1e-9 && index(1, "total").abs() < 1e-9, "{found}");
}

/// alpha is 1.5 fidelity where fan-in is 3 and errors are independent: over 0.5 to 1 every effect of fidelity is 0.75, and depth has none. Morris's
/// trajectories of two ranges are three cells each.
#[test]
fn screening_finds_the_effects_of_a_prediction() {
    let place = Place::new();
    let rows = sweep(
        &place,
        "[parameters]\nfan_in = 3\ncorrelation = 0.0\n[sample]\nmethod = \"sobol\"\npoints = 8\n[sample.ranges]\ndepth = { from = 1, to = 4 }\nfidelity = { from = 0.5, to = 1 }\n[sensitivity]\nquantity = \"alpha\"\nmethod = \"morris\"",
    );
    assert_eq!(rows.len(), 24);
    let found = place.json("out/sensitivity.json");
    let of = |i: usize, name: &str| found["parameters"][i][name].as_f64().unwrap();
    assert_eq!(
        (found["trajectories"].as_u64(), found["parameters"][0]["parameter"].as_str()),
        (Some(8), Some("fidelity"))
    );
    let importance = found["parameters"][0]["importance"]["value"].as_f64().unwrap();
    assert!((importance - 0.75).abs() < 1e-9 && (of(0, "mean") - 0.75).abs() < 1e-9, "{found}");
    assert!(of(0, "deviation") < 1e-9 && of(1, "mean").abs() < 1e-9, "{found}");
    // Between two cells of a trajectory one parameter moves, and both do within it.
    let fidelity = columns(&place, &["fidelity", "depth"]);
    for trajectory in fidelity.chunks(3) {
        let moved = |i: usize| (0..2).filter(|&j| trajectory[i][j] != trajectory[i + 1][j]).count();
        assert_eq!((moved(0), moved(1)), (1, 1), "{trajectory:?}");
        assert!(trajectory[0][0] != trajectory[2][0] && trajectory[0][1] != trajectory[2][1]);
    }
}

/// One at a time: alpha is 1.5 times 0.75 in the middle, and 0.75 and 1.5 at the ends of fidelity. A metric has intervals: the root of a deep tree far beyond the
/// border depends on fidelity beyond doubt, and not at all on the window that nothing fills.
#[test]
fn a_tornado_goes_to_the_ends_of_one_range_at_a_time() {
    let place = Place::new();
    let of = |quantity: &str| {
        format!(
            "[parameters]\nfan_in = 3\ncorrelation = 0.0\nleaf_bias = 0.5\n[sample.ranges]\nwindow = {{ from = 1e5, to = 2e5 }}\nfidelity = {{ from = 0.5, to = 1 }}\n[sensitivity]\nquantity = \"{quantity}\"\nmethod = \"tornado\""
        )
    };
    assert_eq!(sweep(&place, &of("alpha")).len(), 5);
    let found = place.json("out/sensitivity.json");
    assert_eq!(found["base"]["value"], 1.125);
    let first = &found["parameters"][0];
    let values =
        [&first["ends"][0]["value"], &first["ends"][1]["value"], &first["swing"], &first["ends"][1]["at"]];
    assert_eq!(values.map(|value| value.as_f64().unwrap()), [0.75, 1.5, 0.75, 1.0]);
    assert_eq!((&first["apart"], &found["parameters"][1]["apart"]), (&true.into(), &false.into()));
    let place = Place::new();
    sweep(&place, &of("root_bias"));
    let found = place.json("out/sensitivity.json");
    let apart = |i: usize| {
        (found["parameters"][i]["parameter"].as_str().unwrap(), found["parameters"][i]["apart"].clone())
    };
    assert_eq!((apart(0), apart(1)), (("fidelity", true.into()), ("window", false.into())), "{found}");
}

/// What has no value is said to be left out, few points to be few, and a constant to be one.
#[test]
fn a_sensitivity_says_what_it_cannot_know() {
    let place = Place::new();
    let of = |points: u32, formula: &str| {
        let scenario = format!(
            "model = \"tree\"\n[parameters]\ndepth = 0\n[variables]\nx = 0.5\ny = 0.5\n[derived]\nleaf_bias = \"{formula}\"\n\
             [sample]\nmethod = \"sobol\"\npoints = {points}\n[sample.ranges]\nx = {{ from = 0, to = 1 }}\ny = {{ from = 0, to = 1 }}\n\
             [sensitivity]\nquantity = \"leaf_bias\"\n[stop]\ntrials = 8\n"
        );
        place.write("s.toml", scenario);
        place.synergy(&format!("sweep s.toml -q --out {points}"))
    };
    let said = of(64, "0.1 + 0 * x * y").expect(0).out;
    assert!(said.contains("it does not vary") && !said.contains("NaN"), "{said}");
    let said = of(8, "x / 2 + y / 4").expect(0).out;
    assert!(said.contains("intervals from fewer than 32 points are too narrow"), "{said}");
    let said = of(128, "(x - 0.1) ^ 0.5 * y").expect(3).out;
    assert!(said.contains("points without a value left out"), "{said}");
}

#[test]
fn wrong_plans_are_explained() {
    let sample = |rest: &str| format!("model = \"tree\"\n[sample]\n{rest}");
    let sobol = |rest: &str| sample(&format!("method = \"sobol\"\npoints = 4\n{rest}"));
    for (scenario, place_of_it, sentence) in [
        (sample("points = 4"), ":2:", "[sample] has no `method`"),
        (sample("method = \"grid\"\npoints = 4"), ":3:", "`method` is random, latin-hypercube or sobol"),
        (sample("method = \"random\"\npoints = 0"), ":4:", "`points` is a whole number from 1"),
        (sobol(""), ":2:", "[sample] has no `ranges`"),
        (sobol("ranges.depth = { from = 4, to = 2 }"), ":5:", "up to a larger one; found 4 and 2"),
        (sobol("ranges.fidelity = { log_from = 0, log_to = 1 }"), ":5:", "positive number"),
        (sobol("ranges.fidelity = { from = 0, to = 2 }"), ":5:", "`fidelity` cannot be the real number `2`"),
        (sobol("ranges.fidelty = { from = 0, to = 1 }"), ":5:", "fidelty"),
        (sobol("ranges.dependence = { from = 0, to = 1 }"), ":5:", "which has no range"),
        (
            "model = \"tree\"\n[zip]\ndepth = { list = [1, 2] }\nfan_in = { list = [3] }".into(),
            ":4:",
            "equally long",
        ),
        ("model = \"tree\"\n[zip]\ndepth = { list = [1, 1] }".into(), ":2:", "twice"),
        ("model = \"tree\"\ncells = []".into(), ":2:", "`cells` has no cell"),
        ("model = \"tree\"\ncells = [{ depth = 1 }, { depth = 1 }]".into(), ":2:", "twice"),
        ("model = \"tree\"\n[sensitivity]\nquantity = \"alpha\"".into(), ":2:", "needs a [sample]"),
        (
            sobol("ranges.depth = { from = 1, to = 2 }\n[sweep]\ndepth = { list = [1] }"),
            ":2:",
            "another part",
        ),
        (
            sobol(
                "ranges.depth = { from = 1, to = 2 }\n[sensitivity]\nquantity = \"alpha\"\nmethod = \"morse\"",
            ),
            ":8:",
            "`method` is sobol, morris or tornado",
        ),
        (
            sobol(
                "ranges.depth = { from = 1, to = 2 }\n[sensitivity]\nquantity = \"alpha\"\nmethod = \"tornado\"",
            ),
            ":3:",
            "a tornado has no `method`",
        ),
        (
            sobol("ranges.depth = { from = 1, to = 2 }\n[sensitivity]\nquantity = \"alfa\""),
            ":6:",
            "`alfa` is neither",
        ),
    ] {
        let place = Place::new();
        place.write("plan.toml", &scenario);
        let ended = place.synergy("sweep ./plan.toml --out out --quiet");
        assert_eq!(ended.code, Some(2), "{scenario}\n{}", ended.err);
        assert!(ended.err.contains(sentence) && ended.err.contains(place_of_it), "{scenario}\n{}", ended.err);
        assert!(!place.path("out").exists(), "{scenario}");
    }
}
