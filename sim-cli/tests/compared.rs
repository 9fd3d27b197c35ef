//! Several models in one study: the same cells as in studies of their own, on the same draws if they shall, and side by side in one data set.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use support::{Place, assert_explained};

const STUDY: &str = "models = [\"vote\", \"cascade\"]\n[parameters]\nwrong_answers = 3\n[sweep]\naccuracy = { list = [0.55, 0.7, 0.9] }\n\
    voters = { list = [3, 9] }\n[stop]\ntrials = 2000\n";

/// The rows of a data set: texts by the names of their columns.
fn rows(place: &Place, out: &str) -> Vec<std::collections::HashMap<String, String>> {
    let text = place.synergy(&format!("export {out} --format csv")).expect(0).out;
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    lines.map(|row| names.iter().cloned().zip(row).collect()).collect()
}

/// A cell has the hash, the draws and the numbers that it has in a sweep of its model alone. What a model lacks makes no difference to its cells: they are
/// run once, and stand at each place of the sweep.
#[test]
fn cells_are_those_of_each_model_alone() {
    let place = Place::new();
    place.write("s.toml", STUDY);
    let said = place.synergy("sweep s.toml -q --out both").expect(0).out;
    assert!(said.contains("12 of 12 cells, 18 000 trials, 3 cells the same as others"), "{said}");
    let both = rows(&place, "both");
    let models: Vec<&str> = both.iter().map(|row| row["model"].as_str()).collect();
    assert_eq!(models, [["vote"; 6], ["cascade"; 6]].concat());
    for (model, sweep) in [("vote", "voters = { list = [3, 9] }\n"), ("cascade", "")] {
        let alone = STUDY
            .replace("models = [\"vote\", \"cascade\"]", &format!("model = \"{model}\""))
            .replace("voters = { list = [3, 9] }\n", sweep);
        place.write("t.toml", alone);
        place.synergy(&format!("sweep t.toml -q --out {model}")).expect(0);
        let own = rows(&place, model);
        assert_eq!(own.len(), if model == "vote" { 6 } else { 3 });
        for row in own {
            let same: Vec<_> = both.iter().filter(|other| other["cell"] == row["cell"]).collect();
            assert_eq!(same.len(), if model == "vote" { 1 } else { 2 });
            for other in same {
                let differs = row.iter().find(|(column, text)| other[*column] != **text);
                assert_eq!(differs, None);
            }
        }
    }
    // A place that does not matter is told all the same, and what the other model estimates is empty.
    let voters: Vec<&str> = both.iter().map(|row| row["voters"].as_str()).collect();
    assert_eq!(voters, [["3", "9"]; 6].concat());
    assert!(both[..6].iter().all(|row| row["accepted"].is_empty()));
    assert!(both[6..].iter().all(|row| !row["accepted"].is_empty()));
    assert!(place.synergy("status both").expect(0).out.contains("complete"));
    assert!(place.synergy("verify both -q").expect(0).out.contains("12 of 12 cells are the same"));
    place.synergy("report both").expect(0);
}

/// With `common` the answers of the same agents are the same answers: of one voter, and of a student whose single answer is always unanimous, every trial
/// comes to the same, whatever the model. Without it they do not.
#[test]
fn models_share_their_draws_if_they_shall() {
    let place = Place::new();
    let found = |common: &str| {
        let study = STUDY
            .replace("[parameters]", &format!("{common}\n[parameters]\nvotes = 1"))
            .replace("[3, 9]", "[1]");
        place.write("s.toml", study);
        let out = if common.is_empty() { "own" } else { "common" };
        place.synergy(&format!("sweep s.toml -q --out {out}")).expect(0);
        let rows = rows(&place, out);
        assert_eq!(rows.len(), 6);
        (0..3).filter(|&row| rows[row]["success"] == rows[row + 3]["success"]).count()
    };
    assert_eq!(found("common = true"), 3);
    assert!(found("") < 3);
}

/// Another model is more cells, and what there is goes on; so it is after a kill, in chunks, and with a level to decide.
#[test]
fn a_study_grows_by_models() {
    let place = Place::new();
    place.write("s.toml", STUDY);
    place.synergy("sweep s.toml -q --out out").expect(0);
    let more = STUDY.replace("\"cascade\"]", "\"cascade\", \"restart\"]");
    place.write("s.toml", &more);
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("18 of 18 cells") && said.contains("from an earlier run"), "{said}");
    place.synergy("sweep s.toml -q --out whole").expect(0);
    assert!(place.read("out/data.parquet") == place.read("whole/data.parquet"));
    place.synergy("shards submit s.toml -q --out parts --workers 2 --seconds 0.01").expect(0);
    assert!(place.read("parts/data.parquet") == place.read("whole/data.parquet"));
    place.write("s.toml", STUDY);
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(said.contains("the model is vote, cascade, restart there and vote, cascade here"), "{said}");
    // One model of them is a sweep of its own again.
    let said = place.synergy("sweep s.toml -q --out one --set model=cascade").expect(0).out;
    assert!(said.contains("6 of 6 cells"), "{said}");
    place.write(
        "r.toml",
        STUDY.replace("[stop]", "[refine]\nquantity = \"success\"\nbetween = \"model\"\n[stop]"),
    );
    let said = place.synergy("sweep r.toml -q --out refined --trials 100000").expect(0).out;
    assert!(said.contains("at which model success is highest: "), "{said}");
}

/// A boundary between models and a figure with a curve per model.
#[test]
fn models_are_drawn_and_searched() {
    let place = Place::new();
    let figure = "[figure]\nkind = \"curves\"\nx = \"accuracy\"\ny = \"success\"\nseries = \"model\"\nlabels = [\"{}\"]\n";
    place.write("s.toml", STUDY.replace("voters = { list = [3, 9] }\n", "") + figure);
    place.synergy("sweep s.toml -q --out out").expect(0);
    let svg = String::from_utf8(place.read("out/figure.svg")).unwrap();
    assert!(svg.contains("vote") && svg.contains("cascade"));
    let search =
        "[boundary]\nquantity = \"success\"\nlevel = 0.8\nalong = \"accuracy\"\nfrom = 0.5\nto = 1\n";
    place.write(
        "b.toml",
        STUDY
            .replace("accuracy = { list = [0.55, 0.7, 0.9] }\n", "")
            .replace("[stop]", &format!("{search}[stop]\nhalf_width = 0.01"))
            .replace("2000", "100_000"),
    );
    let said = place.synergy("sweep b.toml -q --out found").expect(0).out;
    assert!(said.contains("boundary success = 0.8 along accuracy"), "{said}");
    let mut crossed = 0;
    for row in rows(&place, "found") {
        let number = |column: &str| row[column].parse::<f64>().ok();
        match number("predicted_accuracy") {
            Some(exact) => {
                let ends = number("accuracy_low").zip(number("accuracy_high")).unwrap();
                assert!(ends.0 <= exact && exact <= ends.1, "{row:?}");
                crossed += 1;
            }
            None => assert_eq!(number("sign_at_from"), number("sign_at_to"), "{row:?}"),
        }
    }
    assert!(crossed >= 2, "{crossed}");
}

#[test]
fn wrong_studies_are_explained() {
    assert_explained(
        STUDY,
        &[
            ("[\"vote\", \"cascade\"]", "[\"vote\", \"cascad\"]", ":1:", "did you mean `cascade`?"),
            ("[\"vote\", \"cascade\"]", "[\"vote\", \"vote\"]", ":1:", "`models` has vote twice"),
            ("[\"vote\", \"cascade\"]", "[\"vote\"]", ":1:", "`models` are two or more"),
            ("[\"vote\", \"cascade\"]", "[]", ":1:", "`models` are two or more"),
            ("[\"vote\", \"cascade\"]", "\"vote\"", ":1:", "`models` is a list of names; found"),
            ("[\"vote\", \"cascade\"]", "[\"vote\", 3]", ":1:", "a model is a name; found"),
            ("[parameters]", "model = \"vote\"\n[parameters]", ":1:", "not both"),
            ("wrong_answers = 3", "wrong_answer = 3", ":3:", "did you mean `wrong_answers`?"),
            ("[\"vote\", \"cascade\"]", "[\"tree\", \"organization\"]", ":3:", "`wrong_answers`"),
        ],
    );
    let place = Place::new();
    place.write("s.toml", STUDY);
    let said = place.synergy("run s.toml -q").expect(2).err;
    assert!(said.contains("describes a sweep of 12 cells"), "{said}");
}

/// Searches over several models: a cell is that of a search over its model alone, and a further model is more cells.
#[test]
fn searches_over_models_are_those_over_each() {
    let place = Place::new();
    let search = |models: &str| {
        format!(
            "{models}\n[sweep]\nwrong_answers = {{ list = [1, 3] }}\n[boundary]\nquantity = \"success\"\nlevel = 0.8\n\
             along = \"accuracy\"\nfrom = 0.5\nto = 1\n[stop]\ntrials = 20_000\nhalf_width = 0.05\n"
        )
    };
    let sweep = |models: &str, out: &str| {
        place.write("s.toml", search(models));
        place.synergy(&format!("sweep s.toml -q --out {out}")).expect(0);
    };
    sweep("models = [\"vote\", \"cascade\"]", "out");
    sweep("model = \"cascade\"", "alone");
    let hashes = |out: &str| rows(&place, out).iter().map(|row| row["cell"].clone()).collect::<Vec<_>>();
    let (all, alone) = (hashes("out"), hashes("alone"));
    assert!(alone.len() == 2 && alone.iter().all(|hash| all.contains(hash)), "{all:?} {alone:?}");
    place.write("s.toml", search("models = [\"vote\", \"cascade\", \"retry\"]"));
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("4 cells from an earlier run"), "{said}");
    place.synergy("sweep s.toml -q --out whole").expect(0);
    assert!(place.read("out/data.parquet") == place.read("whole/data.parquet"));
}

/// The cascade has no voters, so that its cells at nine are those at three again: they are rivals of the vote there all the same.
#[test]
fn a_model_leads_only_where_its_rivals_lie_below() {
    let place = Place::new();
    let refine = "[refine]\nquantity = \"success\"\nbetween = \"model\"\nfirst_look = 200\n[stop]";
    place.write("r.toml", STUDY.replace("[stop]", refine));
    place.synergy("sweep r.toml -q --out out --trials 6000").expect(0);
    let rows = rows(&place, "out");
    let ends = |row: &std::collections::HashMap<String, String>| {
        ["success_low", "success_high"].map(|end| row[end].parse::<f64>().unwrap())
    };
    let mut open = 0;
    for vote in rows.iter().filter(|row| row["model"] == "vote") {
        let is_rival = |row: &&std::collections::HashMap<String, String>| {
            row["model"] == "cascade"
                && row["accuracy"] == vote["accuracy"]
                && row["voters"] == vote["voters"]
        };
        let rival = rows.iter().find(is_rival).unwrap();
        let ([low, high], [other_low, other_high]) = (ends(vote), ends(rival));
        let apart = low > other_high || other_low > high;
        assert_eq!(vote["ending"] == "precise", apart, "{vote:?} {rival:?}");
        open += usize::from(!apart);
    }
    assert!(open > 0, "some of these are too close to be told apart by 6000 trials");
}

/// What costs dollars in one model and tokens in another has no common column.
#[test]
fn metrics_of_one_name_have_one_unit() {
    let place = Place::new();
    place.write(
        "s.toml",
        "models = [\"vote\", \"workflow\"]\n[parameters]\ntoken_budget = 1000\n[stop]\ntrials = 10\n[sweep]\nmodel = { list = [\"vote\", \"workflow\"] }\n",
    );
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(said.contains("cannot be compared in one data set: `cost`"), "{said}");
}
