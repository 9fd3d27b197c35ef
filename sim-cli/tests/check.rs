//! `synergy check`: findings in every format, exit codes, and what is refused.

mod support;

use serde_json::Value as Json;
use support::Place;

const FEW: &str = "check --fast --quiet --claims relay-*";

#[test]
fn findings_are_told_in_every_format() {
    let place = Place::new();
    let table = place.synergy(&format!("{FEW} --power"));
    assert_eq!(table.code, Some(0), "{}", table.err);
    assert!(table.out.contains("relay-loses-by-power  holds"), "{}", table.out);
    assert!(
        table.out.contains("trials needed") && table.out.contains("1 claims: 1 hold, 0 hold"),
        "{}",
        table.out
    );
    let json: Json = serde_json::from_str(&place.synergy(&format!("{FEW} --format json")).out).unwrap();
    assert_eq!(json[0]["verdict"], "holds");
    let decisive = &json[0]["decisive"];
    assert!(decisive["low"].as_f64().unwrap() <= 0.0 && decisive["high"].as_f64().unwrap() >= 0.0);
    assert_eq!(json[0]["cases"][1]["place"], "hops 5");
    assert!(json[0]["trials"].as_u64().unwrap() > 0);
    let junit = place.synergy(&format!("{FEW} --format junit")).out;
    assert!(junit.contains(r#"<testsuite name="synergy check" tests="1" failures="0">"#), "{junit}");
    assert!(junit.contains(r#"name="relay-loses-by-power"/>"#), "{junit}");
    let written = place.synergy(&format!("{FEW} --format markdown --out report.md"));
    assert!(written.code == Some(0) && written.out.is_empty(), "{written:?}");
    assert!(String::from_utf8(place.read("report.md")).unwrap().starts_with("# Findings"));
}

#[test]
fn the_threads_do_not_change_what_is_found() {
    let place = Place::new();
    let with = |threads: u32| {
        place.synergy(&format!("check --fast --quiet --claims boundary-b3 --threads {threads}")).out
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn wrong_input_is_refused_with_a_sentence() {
    let place = Place::new();
    let none = place.synergy("check --claims nothing-*");
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("no claim has a name that fits `nothing-*`"), "{}", none.err);
    assert_eq!(place.synergy("check --list --format junit").code, Some(2));
    // Before minutes are spent on findings that have no place.
    let began = std::time::Instant::now();
    let nowhere = place.synergy("check --quiet --out no/such/folder/report.md");
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.contains("cannot write") && began.elapsed().as_secs() < 10, "{}", nowhere.err);
    let nowhere = place.synergy(&format!("{FEW} --out no/such/folder/report.md"));
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.contains("cannot write no/such/folder/report.md"), "{}", nowhere.err);
}

#[test]
fn a_pattern_of_many_stars_is_answered_at_once() {
    let place = Place::new();
    let none = place.synergy(&format!("check --list --claims {}z", "*".repeat(60)));
    assert!(none.code == Some(2) && none.err.contains("no claim has a name that fits"), "{}", none.err);
}

#[test]
fn findings_that_find_no_place_in_the_end_are_printed() {
    let place = Place::new();
    // A device that takes no byte, but can be opened.
    let full = place.synergy(&format!("{FEW} --out /dev/full"));
    assert_eq!(full.code, Some(1), "{}", full.err);
    assert!(full.out.contains("relay-loses-by-power  holds") && full.err.contains("/dev/full"), "{full:?}");
    place.write("kept.md", "what was there");
    let kept = place.synergy("check --list --format junit --out kept.md");
    assert!(kept.code == Some(2) && place.read("kept.md") == b"what was there", "{kept:?}");
}

#[test]
fn trials_needed_are_told_where_they_decide() {
    let place = Place::new();
    let power = |claim: &str| {
        let run = place.synergy(&format!("check --fast --quiet --power --claims {claim} --format json"));
        let json: Json = serde_json::from_str(&run.out).unwrap();
        json[0].clone()
    };
    // A search makes its interval as narrow as it was told; a sign is known or not.
    for claim in ["fixed-point-b3", "scaling-crowding-thins-reasoning"] {
        assert!(power(claim)["trials_needed"].is_null(), "{claim}");
    }
    let table = place.synergy("check --fast --quiet --power --claims fixed-point-b3").out;
    let row = table.lines().find(|line| line.starts_with("fixed-point-b3")).unwrap();
    assert!(row.trim_end().ends_with('-'), "{row}");
    let relay = power("relay-loses-by-power");
    let (needed, trials) = (relay["trials_needed"].as_f64().unwrap(), relay["trials"].as_f64().unwrap());
    assert!((0.3..1.0).contains(&(needed / trials)), "intervals are 0.4 of the margin: {needed} of {trials}");
}
