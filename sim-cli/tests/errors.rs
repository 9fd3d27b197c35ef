//! Everything that can be wrong is refused in a sentence: where it is, what was found, what is allowed.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::fs::File;
use std::process::{Command, Stdio};

use support::{Ended, Place, program};

/// Writes a scenario, sweeps it, and expects a refusal that contains these parts.
#[track_caller]
fn refuses(name: &str, content: impl AsRef<[u8]>, parts: &[&str]) {
    let place = Place::new();
    place.write(name, content);
    let said = place.synergy_with(&["sweep", name, "--out", "out", "--trials", "10"]);
    explained(&said, parts);
    assert!(!place.path("out").exists(), "nothing is written: {said:?}");
}

/// Exit code 2 and a sentence with these parts, whose place in the file can be shown.
#[track_caller]
fn explained(said: &Ended, parts: &[&str]) {
    assert_eq!(said.code, Some(2), "{said:?}");
    for part in parts {
        assert!(said.err.contains(part), "expected {part:?} in\n{}", said.err);
    }
    assert!(!said.err.contains("Failed to read contents"), "{}", said.err);
    assert!(said.out.is_empty(), "{}", said.out);
    assert!(said.err.chars().count() < 3000, "too much text");
}

/// A scenario of two axes to which tables can be added.
const SWEEP: &str = "\
model = \"tree\"
[parameters]
fan_in = 3
[sweep]
correlation = { list = [0.1, 0.2] }
depth = { from = 1, to = 3, points = 3 }
";

#[test]
fn unknown_keys_in_every_table() {
    let figure = format!(
        "{SWEEP}[figure]\nkind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"correlation\"\n"
    );
    refuses(
        "s.toml",
        "model = \"tree\"\nsede = 1\n",
        &["s.toml:2", "`sede` is not a key", "did you mean `seed`?"],
    );
    refuses("s.toml", "model = \"tree\"\n[parameters]\nfanin = 3\n", &["s.toml:3", "`fanin`", "`fan_in`"]);
    refuses(
        "s.toml",
        "model = \"tree\"\n[parameters]\nqwertyuiop = 3\n",
        &["s.toml:3", "the parameters are", "fan_in"],
    );
    refuses(
        "s.toml",
        "model = \"tree\"\n[sweep]\ndeph = { list = [1] }\n",
        &["s.toml:3", "`deph`", "`depth`"],
    );
    refuses(
        "s.toml",
        "model = \"tree\"\n[sweep]\ndepth = { list = [1], points = 3 }\n",
        &["s.toml:3", "`points`"],
    );
    refuses("s.toml", "model = \"tree\"\n[sweep]\ndepth = { lst = [1] }\n", &["s.toml:3", "`lst`", "`list`"]);
    refuses("s.toml", "model = \"tree\"\n[stop]\ntrails = 3\n", &["s.toml:3", "`trails`", "`trials`"]);
    refuses("s.toml", format!("{figure}titel = \"a\"\n"), &["s.toml:12", "`titel`", "`title`"]);
    refuses(
        "s.toml",
        format!("{figure}marks = [{{ prediction = \"alpha\", lable = \"a\" }}]\n"),
        &["s.toml:12", "`lable`"],
    );
    refuses("s.toml", "model = \"tree\"\n[γ]\n", &["s.toml:2", "γ"]);
    refuses("s.toml", "model = \"tree\"\n\"\" = 1\n", &["s.toml:2", "``"]);
    refuses("s.json", "{\"model\": \"tree\",\n\"sede\": 1}", &["s.json:2", "`sede`", "`seed`"]);
}

#[test]
fn wrong_types() {
    for (line, found) in [
        ("model = 3", "`model` is a name; found the integer `3`"),
        ("seed = \"one\"", "found the text `one`"),
        ("seed = 1.5", "found the real number `1.5`"),
        ("seed = -1", "found the integer `-1`"),
        ("parameters = 3", "`parameters` is a table; found the integer `3`"),
        ("sweep = []", "`sweep` is a table; found a list"),
        ("stop = \"soon\"", "`stop` is a table; found the text `soon`"),
        ("figure = true", "`figure` is a table; found the boolean `true`"),
        ("seed = 2020-01-01", "a date is not a value"),
    ] {
        let model = if line.starts_with("model") { "" } else { "model = \"tree\"\n" };
        let place = if model.is_empty() { "s.toml:1" } else { "s.toml:2" };
        refuses("s.toml", format!("{model}{line}\n"), &[place, found]);
    }
    for (line, found) in [
        ("fan_in = \"three\"", "the text `three`; allowed: an integer from 1 to 10001"),
        ("fan_in = 3.5", "the real number `3.5`"),
        ("fan_in = true", "the boolean `true`"),
        ("fan_in = [3, \"five\"]", "the text `five`"),
        ("fan_in = []", "at least one layer"),
        ("fan_in = { list = [3] }", "found a table"),
        ("depth = [3]", "allowed: an integer"),
        ("dependence = \"mixtur\"", "did you mean `mixture`?"),
        ("dependence = 3", "one of mixture, copying"),
        ("window = \"unlimitted\"", "did you mean `unlimited`?"),
        ("erasure_detected = 1", "allowed: true or false"),
        ("message_tokens = \"2k dollars\"", "the text `2k dollars`"),
    ] {
        refuses("s.toml", format!("model = \"tree\"\n[parameters]\n{line}\n"), &["s.toml:3", found]);
    }
}

#[test]
fn values_out_of_range_or_not_finite() {
    for (line, found) in [
        ("fan_in = 0", "the integer `0`; allowed: an integer from 1 to 10001"),
        ("fan_in = 10002", "10002"),
        ("fan_in = 99999999999999999999", "s.toml:3"),
        ("depth = -1", "-1"),
        ("fidelity = 1.1", "the real number `1.1`; allowed: a number in [0, 1]"),
        ("correlation = -0.1", "-0.1"),
        ("leaf_bias = 2", "[-1, 1]"),
        ("tolerance = 0", "(0, 1)"),
        ("fidelity = nan", "finite; found NaN"),
        ("fidelity = inf", "finite; found inf"),
        ("fidelity = -inf", "finite; found -inf"),
        ("fidelity = 1e400", "overflow"),
    ] {
        refuses("s.toml", format!("model = \"tree\"\n[parameters]\n{line}\n"), &["s.toml:3", found]);
    }
    refuses(
        "s.json",
        "{\"model\": \"tree\", \"parameters\": {\"fidelity\":\n1e400}}",
        &["s.json:2", "finite"],
    );
    refuses("s.json", "{\"model\": \"tree\", \"parameters\": {\"fidelity\":\nNaN}}", &["s.json:2"]);
    refuses("s.json", "{\"model\": \"tree\",\n\"seed\": null}", &["s.json:2", "null is not a value"]);
}

#[test]
fn files_that_are_no_scenarios() {
    refuses("s.toml", "model = \"tree\"\nmodel = \"tree\"\n", &["s.toml:2", "duplicate key"]);
    refuses("s.toml", "[parameters]\nfan_in = 3\nfan_in = 5\n", &["s.toml:3", "duplicate key"]);
    refuses("s.json", "{\"model\": \"tree\",\n\"model\": \"tree\"}", &["s.json:2", "`model` is given twice"]);
    refuses("s.toml", "", &["s.toml:1", "names no model", "model = \"tree\""]);
    refuses("s.json", "", &["s.json:1", "JSON object"]);
    refuses("s.json", "[1]", &["s.json:1", "JSON object"]);
    refuses("s.json", "{} {}", &["s.json:1", "not JSON"]);
    refuses("s.json", "{\"model\": \"tree\", // why\n}", &["s.json:1", "not JSON"]);
    refuses("s.toml", "model = \"tre", &["s.toml:1", "not TOML"]);
    refuses("s.toml", "model = \"tree\"\n[sweep", &["s.toml:2", "not TOML"]);
    refuses("s.json", "{\"model\": \"tree\", \"par", &["s.json:1", "not JSON"]);
    refuses("s.toml", [0, 1, 2, 255, 254], &["s.toml", "not UTF-8", "byte 3"]);
    refuses("s.toml", b"model = \"tr\xffee\"", &["not UTF-8"]);
    refuses("s.toml", "\u{0}\u{1}\u{2}", &["s.toml:1"]);
    refuses("s.toml", "\u{feff}model = \"forest\"", &["s.toml:1", "forest"]);
    refuses("s.toml", "model = \"tree\"\r\nsede = 1\r\n", &["s.toml:2"]);
    refuses("s.toml", "model = \"tree\"\rsede = 1", &["s.toml"]);
    let brackets = 100_000;
    let nested = format!("{}{}", "[".repeat(brackets), "]".repeat(brackets));
    refuses("s.json", format!("{{\"model\": {nested}}}"), &["s.json:1", "nesting"]);
    refuses("s.json", "{\"model\":".repeat(brackets), &["s.json:1", "nesting"]);
    refuses("s.toml", format!("model = {nested}"), &["s.toml:1", "recurs"]);
    refuses("s.toml", format!("{}a = 1", "a.".repeat(brackets)), &["s.toml:1", "recurs"]);
    let long = "x".repeat(200_000);
    refuses("s.toml", format!("model = \"{long}\""), &["s.toml:1", "there is no model"]);
    refuses("s.toml", format!("{long} = 1"), &["s.toml:1", "is not a key"]);
    refuses(
        "s.toml",
        format!("model = \"tree\"\n[parameters]\nfan_in = \"{long}\""),
        &["s.toml:3", "an integer"],
    );
    refuses(
        "s.toml",
        format!("model = \"tree\"\n[parameters]\nfan_in = [{}9e9]", "3,".repeat(50_000)),
        &["s.toml:3"],
    );
}

#[test]
fn files_that_cannot_be_read() {
    let place = Place::new();
    place.write("folder.toml/inside", "");
    for command in ["run", "predict", "sweep"] {
        explained(&place.synergy(&format!("{command} nothing.toml")), &["cannot read nothing.toml"]);
        explained(&place.synergy(&format!("{command} folder.toml")), &["cannot read folder.toml"]);
        explained(&place.synergy(&format!("{command} ./tree")), &["cannot read ./tree", "`synergy models`"]);
    }
    explained(&place.synergy("sweep tree"), &["`tree` is not a scenario file", "synergy run"]);
    explained(&place.synergy("run tre"), &["there is no model `tre`", "did you mean `tree`?"]);
    explained(&place.synergy("run qwertyuiop"), &["the models are tree, averaging, budget"]);
    explained(&place.synergy_with(&["run", ""]), &["there is no model ``"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = place.write("secret.toml", "model = \"tree\"");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        // Whoever may read everything is not refused.
        if std::fs::read(&path).is_err() {
            explained(&place.synergy("run secret.toml"), &["cannot read secret.toml"]);
        }
        explained(&place.synergy("run /dev/zero"), &["longer than"]);
    }
}

#[test]
fn axes() {
    for (axis, found) in [
        ("depth = 3", "the axis `depth` is a table; found the integer `3`"),
        ("depth = {}", "neither a list nor a range"),
        ("depth = { list = [] }", "has no values"),
        ("depth = { list = 3 }", "is a list; found the integer `3`"),
        ("depth = { list = [{}] }", "a table is not a value"),
        ("depth = { list = [1, 2, 1] }", "has the value 1 twice"),
        ("depth = { list = [1, 1.0] }", "has the value 1 twice"),
        ("depth = { list = [1, -1] }", "the integer `-1`"),
        ("depth = { from = 1, to = 3 }", "has no `points`"),
        ("depth = { to = 3, points = 3 }", "has no `from`"),
        ("depth = { from = 1, points = 3 }", "has no `to`"),
        ("depth = { from = 1, to = 3, points = 0 }", "found the integer `0`"),
        ("depth = { from = 1, to = 3, points = -3 }", "found the integer `-3`"),
        ("depth = { from = 1, to = 3, points = 2.5 }", "found the real number `2.5`"),
        ("depth = { from = 1, to = 3, points = 1000001 }", "from 1 to 1000000"),
        ("depth = { from = 1, to = 3, points = 4 }", "choose `points` so that every value is allowed"),
        ("depth = { from = 2, to = 2, points = 2 }", "has the value 2 twice"),
        (
            "depth = { from = \"a\", to = 2, points = 2 }",
            "the end of a range is a number; found the text `a`",
        ),
        ("depth = { from = 1, log_to = 3, points = 3 }", "`from`"),
        ("fidelity = { log_from = 0, log_to = 1, points = 3 }", "positive ends; found 0 and 1"),
        ("fidelity = { log_from = -1, log_to = 1, points = 3 }", "positive ends; found -1 and 1"),
        ("fidelity = { from = 0, to = 2, points = 3 }", "the real number `2`"),
        ("dependence = { from = 0, to = 2, points = 3 }", "one of mixture"),
    ] {
        refuses("s.toml", format!("model = \"tree\"\n[sweep]\n{axis}\n"), &["s.toml:3", found]);
    }
    refuses(
        "s.toml",
        "model = \"tree\"\n[parameters]\ndepth = 3\n[sweep]\ndepth = { list = [1] }\n",
        &["s.toml:5", "`depth` stands in [parameters] and in [sweep]"],
    );
    let thousand = "{ from = 0.0, to = 1.0, points = 1000 }";
    refuses(
        "s.toml",
        format!(
            "model = \"tree\"\n[sweep]\nfidelity = {thousand}\ncorrelation = {thousand}\nleaf_bias = {thousand}\n"
        ),
        &["s.toml:2", "1000 x 1000 x 1000 cells; at most 10000000"],
    );
}

#[test]
fn a_long_axis_is_checked_quickly() {
    // An impossible window refuses every cell, after the axis has been read.
    refuses(
        "s.toml",
        "model = \"tree\"\n[parameters]\nwindow = 1\n[sweep]\nleaf_bias = { from = 0.0, to = 1.0, points = 200000 }\n",
        &["s.toml:3", "fan-in 5 x 50 tokens = 250 > window 1"],
    );
}

#[test]
fn stopping_rules() {
    for (line, found) in [
        ("trials = 0", "found the integer `0`"),
        ("trials = -1", "found the integer `-1`"),
        ("trials = 1.5", "found the real number `1.5`"),
        ("trials = 1e30", "positive whole number"),
        ("trials = \"many\"", "found the text `many`"),
        ("half_width = 0", "found the integer `0`"),
        ("half_width = -1", "found the integer `-1`"),
        ("half_width = nan", "finite"),
        ("half_width = \"x%\"", "found the text `x%`"),
        ("half_width = [1]", "found a list"),
        ("confidence = 0", "between 0 and 1"),
        ("confidence = 1", "between 0 and 1"),
        ("confidence = 95", "between 0 and 1"),
        ("confidence = \"95%\"", "between 0 and 1"),
    ] {
        refuses("s.toml", format!("model = \"tree\"\n[stop]\n{line}\n"), &["s.toml:3", found]);
    }
}

#[test]
fn figures() {
    for (lines, line, found) in [
        ("x = \"depth\"", 7, "the figure has no `kind`"),
        ("kind = \"pie\"", 8, "`kind` is a kind of figure; found `pie`"),
        ("kind = \"curve\"", 8, "did you mean `curves`?"),
        ("kind = \"curves\"", 7, "the figure has no `x`"),
        ("kind = \"curves\"\nx = \"depht\"", 9, "did you mean `depth`?"),
        ("kind = \"curves\"\nx = \"fan_in\"", 9, "`x` is an axis of the sweep; found `fan_in`"),
        ("kind = \"curves\"\nx = \"depth\"", 7, "the figure has no `y`"),
        ("kind = \"curves\"\nx = \"depth\"\ny = []", 7, "the figure has no `y`"),
        ("kind = \"curves\"\nx = \"depth\"\ny = \"root_bais\"", 10, "did you mean `root_bias`?"),
        ("kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"", 7, "does not show the axis `correlation`"),
        ("kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"corelation\"", 11, "`correlation`"),
        ("kind = \"heat-map\"\nx = \"depth\"\ny = \"root_bias\"", 10, "`y` is an axis of the sweep"),
        ("kind = \"heat-map\"\nx = \"depth\"\ny = \"correlation\"", 7, "the figure has no `color`"),
        (
            "kind = \"heat-map\"\nx = \"depth\"\ny = \"correlation\"\ncolor = \"alfa\"",
            11,
            "did you mean `alpha`?",
        ),
        ("kind = \"regions\"\nx = \"depth\"\ny = \"correlation\"", 7, "the figure has no `among`"),
        (
            "kind = \"regions\"\nx = \"depth\"\ny = \"correlation\"\namong = \"root_bias\"",
            11,
            "`among` is a list of two metrics or more",
        ),
        (
            "kind = \"heat-map\"\nx = \"depth\"\ny = \"depth\"\ncolor = \"alpha\"",
            7,
            "does not show the axis `correlation`",
        ),
    ] {
        refuses("s.toml", format!("{SWEEP}[figure]\n{lines}\n"), &[&format!("s.toml:{line}:"), found]);
    }
    let figure = format!(
        "{SWEEP}[figure]\nkind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"correlation\"\n"
    );
    for (line, found) in [
        ("title = 3", "`title` is a text; found the integer `3`"),
        ("x_log = 1", "`x_log` is true or false"),
        ("x_range = [1, 0]", "two numbers, the smaller one first"),
        ("x_range = [1]", "two numbers"),
        ("x_range = [0, inf]", "finite"),
        ("labels = [1]", "`labels` is a text"),
        ("marks = 3", "`marks` is a list of tables"),
        ("marks = [3]", "`marks` is a list of tables"),
        ("marks = [{}]", "an entry of `marks` has no `prediction`"),
        ("marks = [{ prediction = \"alfa\" }]", "did you mean `alpha`?"),
        ("contours = [{ prediction = \"alpha\", level = 1 }]", "`contours` is not a key of this table"),
    ] {
        refuses("s.toml", format!("{figure}{line}\n"), &["s.toml:12", found]);
    }
    // Names have no place on an axis that measures.
    refuses(
        "s.toml",
        "model = \"tree\"\n[sweep]\ndependence = { list = [\"mixture\", \"copying\"] }\n\
         [figure]\nkind = \"curves\"\nx = \"dependence\"\ny = \"root_bias\"\n",
        &["s.toml:4", "needs numbers along the axis `dependence`; found the text `mixture`"],
    );
}

#[test]
fn options() {
    let place = Place::new();
    let arguments = |line: &str| place.synergy(&format!("run tree {line}"));
    for (line, found) in [
        ("--half-width 0", "`0`"),
        ("--half-width -1", "a half-width is a positive number"),
        ("--half-width NaN", "`NaN`"),
        ("--half-width inf", "`inf`"),
        ("--half-width x%", "`x%`"),
        ("--trials 0", "a positive whole number"),
        ("--trials -1", "a positive whole number"),
        ("--trials 1.5", "a positive whole number"),
        ("--trials 1e30", "a positive whole number"),
        ("--trials abc", "a positive whole number"),
        ("--trials nan", "a positive whole number"),
        ("--confidence 0", "between 0 and 1"),
        ("--confidence 1", "between 0 and 1"),
        ("--confidence 2", "between 0 and 1"),
        ("--confidence 95", "between 0 and 1"),
        ("--confidence 100%", "between 0 and 1"),
        ("--confidence x", "0.95 or 95%"),
        ("--seed -1", "a whole number from 0"),
        ("--seed 18446744073709551616", "a whole number from 0"),
        ("--kernel sse9", "a kernel is one of portable, avx2, avx512; found `sse9`; or auto"),
        ("--threads 0", "1..=1024"),
        ("--threads 1000000", "1..=1024"),
        ("--format xml", "table, json, csv"),
        ("--sed 1", "--seed"),
        ("--set fan_in", "--set takes key=value; found `fan_in`"),
        ("--set =3", "--set =3"),
        ("--set fanin=3", "did you mean `fan_in`?"),
        ("--set fan_in=", "--set fan_in="),
        ("--set fan_in=nan", "an integer from 1"),
        ("--set fidelity=nan", "a number in [0, 1]"),
        ("--set fidelity=inf", "a number in [0, 1]"),
        ("--set fan_in=[3,5]", "`fan_in` lists 2 layers, but depth is 4"),
        ("--set fan_in=[]", "at least one layer"),
        ("--set fan_in=[[3]]", "the text `[3]`"),
        ("--set dependence=[copying,difficulty] --set depth=2", "belong to the whole tree"),
        ("--set dependence=difficulty --set correlation=[0,0,0,0]", "one correlation"),
        ("--set depth=30 --set top_layers=30", "can be sampled in a trial"),
        ("extra", "unexpected argument 'extra'"),
    ] {
        explained(&arguments(line), &[found]);
    }
    explained(&place.synergy("predict tree --trials 10"), &["--trials"]);
    explained(&place.synergy("models --format csv"), &["possible values: table, json, markdown"]);
    explained(&place.synergy("completions nosuchshell"), &["bash"]);
    assert_eq!(place.synergy("").code, Some(2));
    arguments("--confidence 95% --trials 10").expect(0);
    arguments("--half-width 5% --trials 1k --set message_tokens=2e-2k").expect(0);
    let nested = format!("fan_in={}{}", "[".repeat(60_000), "]".repeat(60_000));
    explained(&place.synergy_with(&["run", "tree", "--set", &nested]), &["an integer from 1"]);
    let long = format!("dependence={}", "ρ".repeat(60_000));
    explained(&place.synergy_with(&["run", "tree", "--set", &long]), &["one of mixture"]);
}

#[test]
fn a_window_that_is_too_small_is_refused_with_the_arithmetic() {
    let sentence = "fan-in 9 x 250 tokens = 2250 > window 2000";
    let place = Place::new();
    for command in ["run", "predict"] {
        let line = format!("{command} tree --set fan_in=9 --set message_tokens=250 --set window=2000");
        explained(&place.synergy(&line), &[sentence]);
        explained(
            &place.synergy(&line.replace("2000", "'2k tokens'").replace('\'', "").replace(" tokens", "")),
            &[sentence],
        );
        place.write(
            "s.toml",
            "model = \"tree\"\n[parameters]\nwindow = 2000\nmessage_tokens = 250\nfan_in = 9\n",
        );
        explained(&place.synergy(&format!("{command} s.toml")), &["s.toml:5: ", sentence]);
    }
}

#[test]
fn a_sweep_is_not_run_or_predicted_as_one_cell() {
    let place = Place::new();
    place.write("s.toml", SWEEP);
    explained(&place.synergy("run s.toml"), &["a sweep of 6 cells", "synergy sweep s.toml"]);
    explained(&place.synergy("predict s.toml"), &["correlation, depth", "--set correlation="]);
    place.synergy("run s.toml --set correlation=0.1 --set depth=2 --trials 10").expect(0);
    place.synergy("predict s.toml --set correlation=0.1 --set depth=2").expect(0);
}

#[test]
fn paths_with_spaces_and_other_letters_work() {
    let place = Place::new();
    let name = "größe & φ/my scenario.toml";
    place.write(name, SWEEP);
    place.synergy_with(&["sweep", name, "--out", "out put/ρ", "--trials", "10"]).expect(0);
    assert!(place.names("out put/ρ").contains(&"data.parquet".to_owned()));
    place.write(name, "model = \"forest\"");
    let said = place.synergy_with(&["sweep", name]);
    explained(&said, &["größe & φ/my scenario.toml:1: there is no model `forest`"]);
}

#[cfg(target_os = "linux")]
#[test]
fn places_that_cannot_be_written_are_named() {
    let place = Place::new();
    place.write("s.toml", SWEEP);
    place.write("file", "mine");
    for (out, code) in
        [("file", 2), ("file/inside", 1), ("/dev/full", 2), ("/proc/results", 1), ("/dev/null/x", 1)]
    {
        for line in
            [format!("sweep s.toml --trials 10 --out {out}"), format!("run tree --trials 10 --out {out}")]
        {
            let said = place.synergy(&line).expect(code).err;
            assert!(said.contains(out), "{said}");
        }
    }
    assert_eq!(place.read("file"), b"mine");
    assert_eq!(place.synergy_with(&["sweep", "s.toml", "--out", ""]).code, Some(2));
    place.synergy("man --out /proc/pages").expect(1);
}

/// The program with other standard streams.
#[cfg(unix)]
fn with_streams(arguments: &[&str], adjust: impl FnOnce(&mut Command)) -> (Option<i32>, String) {
    let mut command = Command::new(program());
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
    adjust(&mut command);
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code(), err)
}

#[cfg(target_os = "linux")]
#[test]
fn streams_that_are_closed_or_full_do_not_make_it_panic() {
    let commands: [&[&str]; 6] = [
        &["models", "tree"],
        &["schema"],
        &["--help"],
        &["run", "tree", "--trials", "10", "--format", "json"],
        &["completions", "bash"],
        &["man"],
    ];
    for arguments in commands {
        // A reader that goes away at once.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, err) = with_streams(arguments, |command| {
            command.stdout(writer);
        });
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
        // Nothing to read from, and nowhere to complain.
        let script = "exec \"$0\" \"$@\" <&- >&- 2>&-";
        let status = Command::new("sh").args(["-c", script]).arg(program()).args(arguments).status().unwrap();
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (code, err) = with_streams(&["models"], |command| {
        command.stdout(full);
    });
    assert_eq!(code, Some(1));
    assert!(err.contains("cannot write to standard output"), "{err}");
    let (code, _) = with_streams(&["run", "nothing.toml"], |command| {
        command.stderr(File::options().write(true).open("/dev/full").unwrap());
    });
    assert_eq!(code, Some(2));
}
