//! Cells beside a baseline: paired differences in sweeps, searches and refined sweeps, and wrong baselines explained.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use support::{Place, assert_explained};

const VOTES: &str = "models = [\"vote\", \"cascade\", \"retry\"]\n[parameters]\nwrong_answers = 3\nvoters = 5\n\
    [against]\nmodel = \"vote\"\n[sweep]\naccuracy = { from = 0.4, to = 0.9, points = 3 }\n[stop]\ntrials = 20_000\n";

/// Columns of a data set, row by row.
fn columns(place: &Place, out: &str, names: &[&str]) -> Vec<Vec<String>> {
    let text = place.synergy(&format!("export {out} --format csv")).expect(0).out;
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let at: Vec<usize> =
        names.iter().map(|name| header.iter().position(|column| column == name).unwrap()).collect();
    lines.map(|line| at.iter().map(|&place| line[place].clone()).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// The value is the difference of two cells that draw the same, and the interval is narrower than theirs apart where they draw alike. With this seed all hold what the closed forms
/// say. The baseline itself differs by nothing.
#[test]
fn models_are_compared_with_one_of_them() {
    let place = Place::new();
    let plain = VOTES.replace("[against]\nmodel = \"vote\"\n", "");
    for (scenario, out) in [(VOTES, "out"), (plain.as_str(), "apart")] {
        place.write("s.toml", format!("common = true\n{scenario}"));
        place.synergy(&format!("sweep s.toml -q --out {out}")).expect(0);
    }
    let own = columns(&place, "apart", &["success", "success_low", "success_high"]);
    let names =
        ["model", "success", "success_difference", "success_difference_low", "success_difference_high"];
    let found = columns(&place, "out", &names);
    assert_eq!((own.len(), found.len()), (9, 9));
    let width = |cell: usize| number(&own[cell][2]) - number(&own[cell][1]);
    for (cell, row) in found.iter().enumerate() {
        let (vote, [value, low, high]) = (cell % 3, [2, 3, 4].map(|place| number(&row[place])));
        assert_eq!(row[1], own[cell][0]);
        assert!((value - (number(&own[cell][0]) - number(&own[vote][0]))).abs() < 1e-12);
        if row[0] == "vote" {
            assert_eq!([value, low, high], [0.0; 3]);
        } else {
            // Those who accept what all voters agree on draw what voters draw; those who retry draw little of it.
            let is_narrow = high - low < 0.9 * width(cell).hypot(width(vote));
            assert!(low < value && value < high && (is_narrow || row[0] == "retry"), "{row:?}");
        }
    }
    let names = ["success_difference_low", "predicted_success_difference", "success_difference_high"];
    let exact = columns(&place, "out", &names);
    let exact: Vec<[f64; 3]> = exact
        .iter()
        .filter(|row| !row[1].is_empty())
        .map(|row| [0, 1, 2].map(|place| number(&row[place])))
        .collect();
    assert!(exact.len() >= 6, "{}", exact.len());
    assert!(exact.iter().all(|[low, exact, high]| low <= exact && exact <= high), "{exact:?}");
    assert!(place.synergy("verify out -q").expect(0).out.contains("9 of 9 cells are the same"));
    place.synergy("report out").expect(0);
}

/// A tree of three layers against one layer: where the channel makes them equal follows from the exact recursion, and the search finds it with the pairs.
#[test]
fn a_boundary_is_where_two_are_equal() {
    let place = Place::new();
    let boundary = "model = \"tree\"\n[parameters]\ndepth = 3\nleaf_bias = 0.2\n[against]\ndepth = 1\n[sweep]\n\
        correlation = { list = [0.0, 0.2] }\n[boundary]\nquantity = \"root_accuracy_difference\"\nlevel = 0\n\
        along = \"fidelity\"\nfrom = 0.4\nto = 1\n[stop]\ntrials = 200_000\n";
    place.write("s.toml", boundary);
    place.synergy("sweep s.toml -q --out out").expect(0);
    let rows = columns(&place, "out", &["fidelity_low", "predicted_fidelity", "fidelity_high", "points"]);
    for row in &rows {
        let [low, exact, high] = [0, 1, 2].map(|place| number(&row[place]));
        assert!(low <= exact && exact <= high && high - low < 0.1, "{row:?}");
    }
    place.synergy("sweep s.toml -q --out killed --trials 20_000").expect(0);
    place.synergy("sweep s.toml -q --out killed").expect(0);
    assert!(place.read("out/data.parquet") == place.read("killed/data.parquet"));
}

/// Whether an organization is better than the baseline is decided where it matters; the same question without pairs takes more trials.
#[test]
fn a_refined_sweep_decides_who_is_better() {
    let place = Place::new();
    let refined = "model = \"tree\"\ncommon = true\n[parameters]\nleaf_bias = 0.2\nfan_in = 5\n[against]\nfan_in = 3\n[sweep]\n\
        fidelity = { from = 0.5, to = 1.0, points = 6 }\n[refine]\nquantity = \"root_accuracy_difference\"\nlevel = 0\n[stop]\n\
        trials = 1_000_000\n";
    place.write("s.toml", refined);
    place.synergy("sweep s.toml -q --out out").expect(0);
    let paired = place.json("out/refine.json");
    assert_eq!((paired["open"].as_u64(), paired["cells"].as_u64()), (Some(0), Some(6)));
    let groups = refined
        .replace("[against]\nfan_in = 3\n", "")
        .replace("fan_in = 5\n", "")
        .replace("[sweep]\n", "[sweep]\nfan_in = { list = [3, 5] }\n")
        .replace("root_accuracy_difference", "root_accuracy")
        .replace("level = 0", "between = \"fan_in\"");
    place.write("t.toml", groups);
    place.synergy("sweep t.toml -q --out groups").expect(0);
    let trials = |summary: &serde_json::Value| summary["trials"].as_u64().unwrap();
    // Each paired trial is one of both.
    assert!(2 * trials(&paired) < trials(&place.json("groups/refine.json")), "{paired}");
}

/// Killed or in chunks it is as any sweep, and another baseline is another data set.
#[test]
fn a_data_set_has_one_baseline() {
    let place = Place::new();
    place.write("s.toml", VOTES);
    place.synergy("sweep s.toml -q --out out").expect(0);
    place.synergy("shards submit s.toml -q --out parts --workers 2 --seconds 0.2").expect(0);
    assert!(place.read("out/data.parquet") == place.read("parts/data.parquet"));
    place.synergy("sweep s.toml -q --out out --trials 30_000").expect(0);
    place.synergy("sweep s.toml -q --out more --trials 30_000").expect(0);
    assert!(place.read("out/data.parquet") == place.read("more/data.parquet"));
    place.write("s.toml", VOTES.replace("model = \"vote\"", "model = \"cascade\""));
    let said = place.synergy("sweep s.toml -q --out out --trials 30_000").expect(2).err;
    assert!(said.contains("[against] is model = vote there and model = cascade here"), "{said}");
    // A fork does not take rows of another baseline for its own.
    let said = place.synergy("sweep s.toml -q --out out --fork --trials 30_000").expect(0).out;
    assert!(said.contains("9 of 9 cells, "), "{said}");
    let [here, there] = ["out", "out-2"].map(|out| columns(&place, out, &["cell"]));
    assert!(here.iter().all(|cell| !there.contains(cell)));
}

#[test]
fn one_cell_is_compared_by_run_and_predict() {
    let place = Place::new();
    place.write(
        "s.toml",
        "model = \"tree\"\n[against]\nfan_in = 3\n[parameters]\nfan_in = 9\n[stop]\ntrials = 5000\n",
    );
    let said = place.synergy("run s.toml -q").expect(0).out;
    assert!(said.contains("root_accuracy_difference"), "{said}");
    assert!(said.contains("differences are those from a baseline with fan_in = 3"), "{said}");
    let said = place.synergy("predict s.toml").expect(0).out;
    assert!(said.contains("root_accuracy_difference"), "{said}");
}

#[test]
fn wrong_baselines_are_explained() {
    assert_explained(
        VOTES,
        &[
            ("model = \"vote\"", "modell = \"vote\"", ":6:", "did you mean `model`?"),
            ("model = \"vote\"", "model = \"tree\"", ":6:", "allowed: one of vote, cascade, retry"),
            ("model = \"vote\"\n", "", ":5:", "it is empty"),
            ("model = \"vote\"", "accuracy = 1.5", ":6:", "accuracy"),
            ("model = \"vote\"", "voters = { from = 1, to = 9, points = 2 }", ":6:", "found a table"),
        ],
    );
    let place = Place::new();
    place.write("s.toml", "model = \"tree\"\n[sweep]\ndepth = { list = [2, 3] }\n[parameters]\nmessage_tokens = 100\nwindow = 1000\n[against]\nfan_in = 31\n");
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(said.contains("the baseline: fan-in 31 x 100 tokens = 3100 > window 1000"), "{said}");
}
