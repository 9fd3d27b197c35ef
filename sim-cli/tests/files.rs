//! Parameters that are files or tables: read where they are named, identified by what is in them, refused in sentences.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;
use support::{Ended, Place, example};

const ANN: &str = "{ \"ann\": 0.5 }";
const BOTH: &str = "{ \"ann\": 0.5, \"bob\": 0.5 }";

fn panel_with(place: &Place, arguments: &[&str]) -> Ended {
    support::run(&example("file_model"), &place.path(""), arguments)
}

fn panel(place: &Place, line: &str) -> Ended {
    panel_with(place, &line.split_whitespace().collect::<Vec<_>>())
}

/// What `predict` says of the agreement.
fn agreement(place: &Place, arguments: &[&str]) -> f64 {
    let arguments = [&["predict"], arguments, &["--format", "json"]].concat();
    panel_with(place, &arguments).expect(0).json()["predictions"]["agreement"].as_f64().unwrap()
}

/// Exit code 2 and a sentence with these parts.
#[track_caller]
fn explained(said: &Ended, parts: &[&str]) {
    assert_eq!(said.code, Some(2), "{said:?}");
    for part in parts {
        assert!(said.err.contains(part), "expected {part:?} in\n{}", said.err);
    }
    assert!(said.out.is_empty() && said.err.chars().count() < 3000, "{said:?}");
}

fn table(place: &Place, name: &str) -> RecordBatch {
    let file = File::open(place.path(name).join("data.parquet")).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn a_file_is_looked_for_where_it_is_named() {
    let place = Place::new();
    place.write("p.json", "{ \"ann\": 0.1 }");
    place.write("folder/p.json", "{ \"ann\": 0.2 }");
    place.write("folder/s.toml", "model = \"panel\"\n[parameters]\nfile = \"p.json\"\n");
    place.write("folder/s.json", "{\"model\": \"panel\", \"parameters\": {\"file\": \"../p.json\"}}");
    place.write("folder/none", "{ \"ann\": 0.3 }");
    // In a scenario: from the scenario's folder. On the command line: from the current one.
    assert_eq!(agreement(&place, &["folder/s.toml"]), 0.2);
    assert_eq!(agreement(&place, &["folder/s.json"]), 0.1);
    assert_eq!(agreement(&place, &["panel", "--set", "file=p.json"]), 0.1);
    assert_eq!(agreement(&place, &["folder/s.toml", "--set", "file= p.json "]), 0.1);
    assert_eq!(agreement(&place, &["folder/s.toml", "--set", "file=none"]), 0.75);
    assert_eq!(agreement(&place, &["panel", "--set", "file=folder/none"]), 0.3);
    let absolute = format!("file={}", place.path("folder/p.json").display());
    assert_eq!(agreement(&place, &["folder/s.toml", "--set", &absolute]), 0.2);
    // Any name that a file can have.
    for name in ["5", "true", "größe & φ.json", "[a, b]", "a b=c.json"] {
        place.write(name, "{ \"ann\": 0.4 }");
        assert_eq!(agreement(&place, &["panel", "--set", &format!("file={name}")]), 0.4, "{name}");
    }
}

#[test]
fn a_table_stands_in_toml_in_json_or_on_the_command_line() {
    let place = Place::new();
    place.write("a.toml", "model = \"panel\"\n[parameters]\nmembers = { ann = 0.5, bob = 1 }\n");
    place.write("b.toml", "model = \"panel\"\n[parameters.members]\nbob = 1.0\nann = 5e-1\n");
    place.write(
        "c.json",
        "{\"model\": \"panel\", \"parameters\": {\"members\": {\"bob\": 1, \"ann\": 0.50}}}",
    );
    let run = |arguments: &[&str]| {
        let arguments = [&["run"], arguments, &["--trials", "1000", "--format", "json"]].concat();
        panel_with(&place, &arguments).expect(0).json()
    };
    let first = run(&["a.toml"]);
    assert_eq!(first["parameters"]["members"], json!({ "ann": 0.5, "bob": 1 }));
    // However it is written, it is the same cell with the same draws.
    assert_eq!(first, run(&["b.toml"]));
    assert_eq!(first, run(&["c.json"]));
    assert_eq!(first, run(&["panel", "--set", "members= {\"ann\": 0.5, \"bob\": 1.0}"]));
    let shown = panel(&place, "run a.toml --trials 10").expect(0).out;
    assert!(shown.contains("members={\"ann\":0.5,\"bob\":1}"), "{shown}");
    let csv = panel(&place, "run a.toml --trials 10 --format csv").expect(0).out;
    assert!(csv.contains(",\"{\"\"ann\"\":0.5,\"\"bob\"\":1}\","), "{csv}");
}

#[test]
fn results_name_a_file_and_its_digest_and_not_its_text() {
    let place = Place::new();
    place.write("p.json", "{}\n");
    let answer = panel(&place, "run panel --set file=p.json --trials 10 --out out --format json").expect(0);
    // `printf '{}\n' | b3sum`
    let digest = "a7c4d54776fcb179f048728766a52d75dc450cc2a5072b7e2c238aa9b2cff3b6";
    let stored = json!({ "document": "p.json", "blake3": digest });
    assert_eq!(answer.json()["parameters"]["file"], stored);
    assert_eq!(place.json("out/manifest.json")["scenario"]["parameters"]["file"], stored);
    assert_eq!(texts(&table(&place, "out"), "file"), [Some("p.json".to_owned())]);
    assert_eq!(texts(&table(&place, "out"), "members"), [Some("none".to_owned())]);
}

#[test]
fn files_and_tables_are_swept_over() {
    let place = Place::new();
    place.write("in/a.json", ANN);
    place.write("in/b.json", BOTH);
    let figure = "[figure]\nkind = \"curves\"\nx = \"scale\"\ny = \"agreement\"\nseries = \"file\"\n";
    let files = "model = \"panel\"\n[sweep]\nfile = { list = [\"in/a.json\", \"in/b.json\"] }\n\
                 scale = { list = [0.5, 1.0] }\n";
    place.write("files.toml", format!("{files}{figure}"));
    panel(&place, "sweep files.toml --trials 100 --out out").expect(0);
    let names = ["in/a.json", "in/a.json", "in/b.json", "in/b.json"].map(|name| Some(name.to_owned()));
    assert_eq!(texts(&table(&place, "out"), "file"), names);
    assert!(String::from_utf8(place.read("out/figure.svg")).unwrap().contains("file = in/b.json"));
    panel(&place, "plot out --format svg").expect(0);

    let tables =
        "model = \"panel\"\n[sweep]\nmembers = { list = [{ ann = 0.5 }, { ann = 0.5, bob = 0.25 }] }\n";
    place.write("tables.toml", tables);
    panel(&place, "sweep tables.toml --trials 100 --out tables").expect(0);
    let shown = ["{\"ann\":0.5}", "{\"ann\":0.5,\"bob\":0.25}"].map(|text| Some(text.to_owned()));
    assert_eq!(texts(&table(&place, "tables"), "members"), shown);
    // The same cells as alone.
    let alone = panel(&place, "run panel --set file=in/b.json --trials 100 --out alone").expect(0);
    assert!(alone.out.contains("file=in/b.json"), "{}", alone.out);
    assert_eq!(texts(&table(&place, "alone"), "cell")[0], texts(&table(&place, "out"), "cell")[3]);
}

#[test]
fn an_edited_file_is_another_scenario_and_a_renamed_one_is_not() {
    let place = Place::new();
    place.write("a.json", ANN);
    place.write(
        "s.toml",
        "model = \"panel\"\n[parameters]\nfile = \"a.json\"\n[sweep]\nscale = { list = [0.5, 1.0] }\n",
    );
    panel(&place, "sweep s.toml --trials 100 --out out").expect(0);
    let again = panel(&place, "sweep s.toml --trials 100 --out out").expect(0).out;
    assert!(again.contains("2 cells from an earlier run"), "{again}");
    place.write("b.json", ANN);
    let renamed = panel(&place, "sweep s.toml --set file=b.json --trials 100 --out out").expect(0).out;
    assert!(renamed.contains("2 cells from an earlier run"), "{renamed}");
    place.write("b.json", format!("{ANN}\n"));
    let edited = panel(&place, "sweep s.toml --set file=b.json --trials 100 --out out");
    explained(
        &edited,
        &["holds results of another scenario: `file` is b.json (blake3 ", "there and b.json (blake3 "],
    );
    // An edited file of an axis is one value less and one more.
    place.write("t.toml", "model = \"panel\"\n[sweep]\nfile = { list = [\"a.json\", \"b.json\"] }\n");
    panel(&place, "sweep t.toml --trials 100 --out files").expect(0);
    place.write("b.json", BOTH);
    let edited = panel(&place, "sweep t.toml --trials 100 --out files");
    explained(&edited, &["1 values of the axis `file` there are missing here"]);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let place = Place::new();
    place.write("in/good.json", ANN);
    place.write("in/empty.json", "");
    place.write("in/blank.json", " \n\t\n");
    place.write("in/latin.json", b"{ \"Gr\xf6\xdfe\": 0.5 }");
    place.write("in/long.json", vec![b' '; 17 << 20]);
    place.write("in/cut.json", "{ \"ann\": ");
    for (name, found) in [
        ("goood.json", "cannot read in/goood.json: No such file"),
        ("goood.json", "did you mean `good.json`?"),
        ("nono", "did you mean `none`?"),
        ("qwertyuiop", "relative to the folder of the scenario"),
        ("", "`file` is the name of a file, or none; found no name"),
        (".", "cannot read in/.: it is a folder"),
        ("../in", "cannot read in/../in: it is a folder"),
        ("good.json/x", "cannot read in/good.json/x"),
        ("a\\u0000b", "cannot read in/a"),
        ("empty.json", "in/empty.json is empty"),
        ("blank.json", "in/blank.json is empty"),
        ("latin.json", "in/latin.json is not UTF-8 text: byte 5 is not"),
        ("long.json", "in/long.json is too long to be read: it is longer than 16777216 bytes"),
        ("/dev/zero", "longer than 16777216 bytes"),
        ("cut.json", "cut.json is no panel: EOF while parsing"),
    ] {
        place.write("in/s.toml", format!("model = \"panel\"\n[parameters]\nfile = \"{name}\"\n"));
        explained(&panel(&place, "predict in/s.toml"), &["in/s.toml:3", found]);
        place.write("in/s.toml", format!("model = \"panel\"\n[sweep]\nfile = {{ list = [\n\"{name}\"] }}\n"));
        explained(&panel(&place, "sweep in/s.toml"), &["in/s.toml:", found]);
        assert!(!place.path("results").exists());
    }
    for (name, found) in [
        ("in/goood.json", "did you mean `good.json`?"),
        ("in", "--set file=in: cannot read in: it is a folder"),
        ("in/latin.json", "in/latin.json is not UTF-8 text"),
        ("in/cut.json", "--set file: in/cut.json is no panel"),
        ("", "found no name"),
    ] {
        explained(&panel_with(&place, &["run", "panel", "--set", &format!("file={name}")]), &[found]);
    }
    let long = format!("file={}", "ρ".repeat(60_000));
    explained(&panel_with(&place, &["run", "panel", "--set", &long]), &["file=ρρ", "name too long"]);
}

#[test]
fn a_table_for_a_file_and_the_other_way_round() {
    let place = Place::new();
    place.write("a.json", ANN);
    place.write("b.json", ANN);
    for (line, found) in [
        ("file = { ann = 0.5 }", "`file` is the name of a file, or none; found a table"),
        ("file = 3", "`file` cannot be the integer `3`; allowed: the name of a file, or none"),
        ("file = [\"a.json\"]", "`file` cannot be the list `[a.json]`"),
        ("members = \"a.json\"", "`members` cannot be the text `a.json`; allowed: a table, or none"),
        ("members = [{ ann = 0.5 }]", "`members` cannot be the list"),
        ("members = 0.5", "`members` cannot be the real number `0.5`; allowed: a table, or none"),
        ("members = { ann = 2020-01-01 }", "a date is not a value"),
        ("members = { ann = nan }", "finite; found NaN"),
        ("members = { ann = \"often\" }", "the accuracy of `ann` is a number; found the text `often`"),
        ("scale = { ann = 0.5 }", "`scale` is a number in [0, 1]; found a table"),
        ("scale = [{ ann = 0.5 }]", "`scale` cannot be the list"),
    ] {
        place.write("s.toml", format!("model = \"panel\"\n[parameters]\n{line}\n"));
        explained(&panel(&place, "predict s.toml"), &["s.toml:3: ", found]);
    }
    for (axis, found) in [
        ("file = { list = [{ ann = 0.5 }] }", "a table is not a value of `file`"),
        ("file = { list = [\"a.json\", \"a.json\"] }", "has the value a.json twice"),
        ("file = { list = [\"a.json\", \"b.json\"] }", "has a.json and b.json, which have the same content"),
        ("file = { from = 0, to = 1, points = 2 }", "`file` cannot be the real number `0`"),
        ("file = { from = \"a.json\", to = \"b.json\", points = 2 }", "the end of a range is a number"),
        ("members = { list = [\"a.json\"] }", "`members` cannot be the text `a.json`"),
        ("members = { list = [{ a = 1 }, { a = 1.0 }] }", "has the value {\"a\":1} twice"),
        ("members = { ann = 0.5 }", "`ann` is not a key of this table"),
    ] {
        place.write("s.toml", format!("model = \"panel\"\n[sweep]\n{axis}\n"));
        explained(&panel(&place, "sweep s.toml"), &["s.toml:3: ", found]);
    }
    for (value, found) in [
        ("members=a.json", "--set members=a.json: `members` cannot be the text `a.json`"),
        ("members={\"ann\": 0.5", "--set members:1: this is not JSON"),
        ("members={\"ann\": 0.5, \"ann\": 0.5}", "the key `ann` is given twice"),
        ("members={\"ann\": null}", "null is not a value"),
        ("members=[]", "`members` cannot be the list `[]`"),
        ("scale={}", "`scale` cannot be the text `{}`"),
    ] {
        explained(&panel_with(&place, &["run", "panel", "--set", value]), &[found]);
    }
    let both = ["run", "panel", "--set", "file=a.json", "--set", "members={\"ann\": 0.5}"];
    explained(&panel_with(&place, &both), &["not in both"]);
}

#[test]
fn brackets_without_end_are_refused() {
    let place = Place::new();
    let deep = 100_000;
    let nested = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
    let objects = "{\"a\":".repeat(deep);
    for (name, content, found) in [
        ("s.toml", format!("model = \"panel\"\n[parameters]\nmembers = {{ a = {nested} }}"), "recurs"),
        ("s.toml", format!("model = \"panel\"\n[parameters]\nmembers = {}", "{ a = ".repeat(deep)), "recurs"),
        ("s.toml", format!("model = \"panel\"\n[parameters.members]\n{}b = 1", "a.".repeat(deep)), "recurs"),
        (
            "s.json",
            format!("{{\"model\": \"panel\", \"parameters\": {{\"members\": {{\"a\": {nested}}}}}}}"),
            "nesting",
        ),
        ("s.json", format!("{{\"model\": \"panel\", \"parameters\": {{\"members\": {objects}"), "nesting"),
    ] {
        place.write(name, content);
        explained(&panel(&place, &format!("predict {name}")), &[name, found]);
    }
    let objects = format!("members={}", &objects[..120_000]);
    explained(&panel_with(&place, &["run", "panel", "--set", &objects]), &["nesting"]);
    // What the parsers let pass, and a data set could not hold.
    let nested = format!("{}{}", "[".repeat(70), "]".repeat(70));
    place.write("s.toml", format!("model = \"panel\"\n[parameters]\nmembers = {{ a = {nested} }}"));
    explained(&panel(&place, "predict s.toml"), &["s.toml:3", "at most 64 levels deep"]);
    place.write("p.json", nested);
    explained(&panel(&place, "predict panel --set file=p.json"), &["p.json is no panel"]);
}

#[test]
fn files_and_tables_are_described() {
    let place = Place::new();
    let text = panel(&place, "models panel").expect(0).out;
    for part in ["the name of a file, or none", "a table, or none", "accuracy of each member", "no file"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let schema = panel(&place, "schema").expect(0).json();
    let parameters = &schema["allOf"][0]["then"]["properties"];
    assert_eq!(parameters["parameters"]["properties"]["file"]["anyOf"][0]["type"], "string");
    assert_eq!(parameters["parameters"]["properties"]["members"]["anyOf"][0]["type"], "object");
    let axis = &parameters["sweep"]["properties"]["file"]["anyOf"][0]["properties"]["list"];
    assert_eq!(axis["items"]["anyOf"][0]["type"], "string");
}
