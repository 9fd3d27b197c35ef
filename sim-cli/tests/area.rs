//! `[area]` in a scenario: the mean of a metric over the ranges of some axes.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod support;

use serde_json::Value as Json;
use support::{Place, assert_explained};

/// A tree without layers is a leaf: its vote is right with probability (1 + bias) / 2, however long the window is.
const LEAVES: &str = "model = \"tree\"\nseed = 7\n[parameters]\ndepth = 0\n[sweep]\nwindow = { list = [1000, 2000, 9000] }\n\
    leaf_bias = { list = [0.1, 0.01, 1.0] }\ncorrelation = { list = [0.0, 0.5] }\n[stop]\ntrials = 4000\n\
    [area]\nmetric = \"root_accuracy\"\nover = [\"leaf_bias\", \"window\"]\n";

fn areas(scenario: &str) -> (String, Vec<Json>, Vec<Json>) {
    let place = Place::new();
    place.write("s.toml", scenario);
    let said = place.synergy("sweep s.toml -q --out r").expect(0).out;
    let rows = place.synergy("export r --format jsonl --out rows.jsonl");
    assert_eq!(rows.code, Some(0), "{}", rows.err);
    let rows = String::from_utf8(place.read("rows.jsonl")).unwrap();
    let rows = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (said, place.json("r/area.json")["surfaces"].as_array().unwrap().clone(), rows)
}

/// On a logarithmic scale a tenth is in the middle between a hundredth and one: it counts one half, and its neighbors a quarter each. From
/// 1000 to 2000 it is less far than from there to 9000.
fn weight(row: &Json, scale: fn(f64) -> f64) -> f64 {
    let share = |key: &str, values: [f64; 3]| {
        let [a, b, c] = values.map(scale);
        let shares = [(b - a) / 2.0, (c - a) / 2.0, (c - b) / 2.0].map(|part| part / (c - a));
        let value = row[key].as_f64().unwrap();
        shares[values.iter().position(|&known| known == value).unwrap()]
    };
    share("leaf_bias", [0.01, 0.1, 1.0]) * share("window", [1000.0, 2000.0, 9000.0])
}

/// The area and its half-width of the rows at a correlation.
fn by_hand(rows: &[Json], correlation: f64, scale: fn(f64) -> f64, common: bool) -> (f64, f64) {
    let rows: Vec<&Json> = rows.iter().filter(|row| row["correlation"] == correlation).collect();
    assert_eq!(rows.len(), 9);
    let number = |row: &Json, key: &str| row[key].as_f64().unwrap();
    let area = rows.iter().map(|row| weight(row, scale) * number(row, "root_accuracy")).sum();
    // The longer arm, where they are not alike.
    let halves = rows.iter().map(|row| {
        let [value, low, high] = ["", "_low", "_high"].map(|end| number(row, &format!("root_accuracy{end}")));
        weight(row, scale) * (high - value).max(value - low)
    });
    let half = if common { halves.sum() } else { halves.map(|half| half * half).sum::<f64>().sqrt() };
    (area, half)
}

#[test]
fn the_area_is_the_mean_by_the_trapezoid_rule() {
    let linear = LEAVES.replace("[area]\n", "[area]\nscale = \"linear\"\n");
    let common = LEAVES.replace("seed = 7\n", "seed = 7\ncommon = true\n");
    type Case<'a> = (&'a str, fn(f64) -> f64, bool, f64);
    // Exact: biases 0.01, 0.1 and 1 have accuracies 0.505, 0.55 and 1.
    let cases: [Case<'_>; 3] = [
        (LEAVES, f64::ln, false, 0.25 * 0.505 + 0.5 * 0.55 + 0.25),
        (&linear, |x| x, false, (0.045 * 0.505 + 0.495 * 0.55 + 0.45) / 0.99),
        (&common, f64::ln, true, 0.25 * 0.505 + 0.5 * 0.55 + 0.25),
    ];
    for (scenario, scale, common, exact) in cases {
        let (said, surfaces, rows) = areas(scenario);
        assert_eq!(surfaces.len(), 2);
        for (surface, correlation) in surfaces.iter().zip([0.0, 0.5]) {
            assert_eq!(surface["cell"], serde_json::json!([["correlation", correlation]]));
            let number = |key: &str| surface["area"][key].as_f64().unwrap();
            let (area, half) = by_hand(&rows, correlation, scale, common);
            assert!((number("value") - area).abs() < 1e-12, "{surface} {area}");
            assert!((0.5 * (number("high") - number("low")) - half).abs() < 1e-12, "{surface} {half}");
            // Five standard errors, where the interval has 1.96.
            assert!((number("value") - exact).abs() < 2.6 * half, "{surface} {exact}");
        }
        assert!(said.contains("mean over the ranges of leaf_bias and window"), "{said}");
    }
}

/// Where a cell of a surface failed there is no area, and the other surfaces have theirs.
#[test]
fn an_area_with_a_hole_is_none() {
    let place = Place::new();
    // Five messages of 50 tokens do not fit into 200.
    let scenario = "model = \"tree\"\n[parameters]\nwindow = 200\n[sweep]\ndepth = { list = [1, 2] }\nfan_in = { list = [3, 5] }\n[stop]\ntrials = 100\n\
        [area]\nmetric = \"root_accuracy\"\nover = \"depth\"\n";
    place.write("s.toml", scenario);
    let run = place.synergy("sweep s.toml -q --out r");
    let surfaces = place.json("r/area.json")["surfaces"].clone();
    assert!(surfaces[0]["area"]["value"].is_number() && surfaces[0]["missing"] == 0, "{surfaces}");
    assert!(surfaces[1]["area"].is_null() && surfaces[1]["missing"] != 0, "{surfaces} {run:?}");
    assert!(run.out.contains("cells do not have it"), "{}", run.out);
}

#[test]
fn wrong_areas_are_explained() {
    let over = "over = [\"leaf_bias\", \"window\"]";
    assert_explained(
        LEAVES,
        &[
            (over, "over = [\"leaf_bia\"]", ":11:", "did you mean `leaf_bias`?"),
            (over, "over = [\"window\", \"window\"]", ":11:", "`window` stands twice"),
            (over, "over = []", ":11:", "over no axis"),
            (over, "over = [3]", ":13:", "`over` is a list of names; the integer `3` is none"),
            (over, "over = 3", ":13:", "`over` is a name; found"),
            (over, "over = \"correlation\"", ":11:", "no place on a logarithmic scale"),
            (over, "", ":11:", "[area] has no `over`"),
            (
                "leaf_bias = { list = [0.1, 0.01, 1.0] }",
                "leaf_bias = { list = [0.1] }",
                ":11:",
                "two numbers or more",
            ),
            ("root_accuracy", "root_acuracy", ":11:", "did you mean `root_accuracy`?"),
            ("metric = \"root_accuracy\"\n", "", ":11:", "[area] has no `metric`"),
            (
                "metric = ",
                "scale = \"log\"\nmetric = ",
                ":12:",
                "`scale` is linear or logarithmic; found the text `log`",
            ),
            ("metric = ", "axes = 3\nmetric = ", ":12:", "`axes`"),
        ],
    );
}
