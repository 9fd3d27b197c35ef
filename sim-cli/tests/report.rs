//! A data set as one page.

#![expect(clippy::unwrap_used, reason = "helpers fail the test, too")]

mod support;

use support::{Ended, Place};

/// Six cells with a figure whose title tries to be markup, and a value that does not exist.
const STUDY: &str = "\
model = \"tree\"
seed = 3
[parameters]
depth = 4
[sweep]
fan_in = { list = [3, 5] }
correlation = { list = [0, 0.25, 1] }
[stop]
trials = 300
[figure]
kind = \"curves\"
x = \"correlation\"
y = \"root_bias\"
series = \"fan_in\"
title = \"bias </script><b>& ρ\"
";

fn data(page: &str) -> serde_json::Value {
    let (_, behind) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(behind.split_once("</script>").unwrap().0).unwrap()
}

fn reported(study: &str) -> (Place, Ended, String) {
    let place = Place::new();
    place.write("s.toml", study);
    place.synergy("sweep s.toml --out out").expect(0);
    let ended = place.synergy("report out").expect(0);
    let page = String::from_utf8(place.read("out/report.html")).unwrap();
    (place, ended, page)
}

#[test]
fn a_report_has_cells_places_and_parameters_and_needs_no_network() {
    let (_, ended, page) = reported(STUDY);
    assert!(ended.out.trim().ends_with("report.html"), "{}", ended.out);
    let data = data(&page);
    let columns: Vec<&str> =
        data["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(columns.contains(&"root_bias_low") && columns.contains(&"predicted_root_bias"), "{columns:?}");
    assert!(!columns.contains(&"tally") && !columns.contains(&"cell"), "{columns:?}");
    assert_eq!(data["rows"].as_array().unwrap().len(), 6);
    // Every simulated point can be pointed at, with its value and interval.
    let places = data["places"].as_array().unwrap();
    assert_eq!(places.len(), 6);
    let column = |name| columns.iter().position(|column| *column == name).unwrap();
    let text = places[0]["text"].as_str().unwrap();
    assert!(text.starts_with("fan_in = 3\ncorrelation: 0\nroot bias: "), "{text}");
    let value = data["rows"][0][column("root_bias")].as_f64().unwrap();
    let said: f64 = text.rsplit("root bias: ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((said - value).abs() < 1e-5, "{said} instead of {value}");
    // Nothing is fetched; the namespace of SVG is a name, no address.
    assert!(!page.replace("http://www.w3.org/2000/svg", "").contains("http"), "a link");
    assert!(!page.contains(" src=") && !page.contains("@import"));
    // The title is text wherever it stands.
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(page.contains("<h1>bias &lt;/script&gt;&lt;b&gt;&amp; ρ</h1>"));
    assert!(page.contains("<th>depth</th><td>4</td>"));
    assert!(columns.contains(&"fan_in") && !columns.contains(&"depth"), "{columns:?}");
}

/// A key that [[cells]] gives is no parameter that all cells share.
#[test]
fn a_parameter_of_all_cells_is_not_one_that_cells_override() {
    let (_, _, page) = reported(
        "model = \"tree\"\n[parameters]\ndepth = 4\nfan_in = 3\n[[cells]]\ndepth = 1\n[[cells]]\ndepth = 2\n[stop]\ntrials = 64\n",
    );
    assert!(page.contains("<th>fan_in</th><td>3</td>") && !page.contains("<th>depth</th><td>4</td>"));
}

#[test]
fn the_places_of_a_heat_map_are_its_cells() {
    let study = STUDY.split("[figure]").next().unwrap().to_owned()
        + "[figure]\nkind = \"heat-map\"\nx = \"correlation\"\ny = \"fan_in\"\ncolor = \"root_bias\"\n";
    let (place, _, page) = reported(&study);
    let data = data(&page);
    let places = data["places"].as_array().unwrap();
    assert_eq!(places.len(), 6);
    let text = places[0]["text"].as_str().unwrap();
    assert!(text.starts_with("correlation: 0\nfan in (agents): 3\nroot bias: "), "{text}");
    // Without a directory the figure's name is that of the data set.
    assert!(page.contains("<h1>out</h1>"));
    let other = place.synergy("report out --out there.html").expect(0);
    assert_eq!(other.out.trim(), "there.html");
    assert_eq!(place.read("there.html"), page.as_bytes());
}

#[test]
fn what_is_no_data_set_has_no_report() {
    let place = Place::new();
    let said = place.synergy("report nowhere").expect(2).err;
    assert!(said.contains("nowhere"), "{said}");
    place.write("s.toml", STUDY.split("[figure]").next().unwrap());
    place.synergy("sweep s.toml --out out").expect(0);
    let said = place.synergy("report out --out missing/report.html").expect(1).err;
    assert!(said.contains("missing/report.html"), "{said}");
    place.synergy("report out").expect(0);
    let page = String::from_utf8(place.read("out/report.html")).unwrap();
    assert_eq!(data(&page)["places"], serde_json::json!([]), "without a figure there is nothing to point at");
}

#[test]
fn a_report_of_a_part_says_that_it_is_one() {
    let place = Place::new();
    place.write("s.toml", STUDY);
    place.synergy("sweep s.toml --out out").expect(0);
    // As after `synergy compact` of a sweep that was killed: a manifest that asks for more cells than there are.
    let mut manifest: serde_json::Value = serde_json::from_slice(&place.read("out/manifest.json")).unwrap();
    let axis = &mut manifest["scenario"]["sweep"][0];
    assert_eq!(axis["key"], "fan_in");
    axis["values"].as_array_mut().unwrap().push(7.into());
    place.write("out/manifest.json", manifest.to_string());
    let ended = place.synergy("report out").expect(0);
    let page = String::from_utf8(place.read("out/report.html")).unwrap();
    let said = "6 of 9 cells; the sweep is not finished";
    assert!(page.contains(said) && !page.contains("All "), "{page}");
    assert!(ended.err.split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{}", ended.err);
    let (_, ended, page) = reported(STUDY);
    assert!(page.contains("All 6 cells.") && ended.err.is_empty(), "{}", ended.err);
}
