//! `synergy advise`: a recommendation for people and programs, and a scenario that runs.
mod support;

use support::Place;

const FLEET: &str = "[question]
correlation = { value = 0.1, low = 0.05, high = 0.2 }
[[models]]
name = \"small\"
accuracy = { value = 0.65, low = 0.6, high = 0.7 }
output_tokens = 500
price_per_million_output_tokens = 1
latency_seconds = { mean = 4, deviation = 1 }
[[models]]
name = \"large\"
accuracy = 0.75
output_tokens = 1000
price_per_million_output_tokens = 10
latency_seconds = { mean = 10, deviation = 3 }
";

fn place() -> Place {
    let place = Place::new();
    place.write("fleet.toml", FLEET);
    place
}

const LINE: &[&str] =
    &["advise", "fleet.toml", "--budget", "0.006 USD", "--deadline", "12 s", "--trials", "2048", "-q"];

#[test]
fn an_advice_has_all_its_parts() {
    let place = place();
    let json = place.synergy_with(&[LINE, &["--format", "json"]].concat()).expect(0).json();
    let best = &json["recommendation"];
    assert_eq!(best["organization"], "vote", "{best}");
    assert_eq!(best["models"], serde_json::json!(["small"]));
    // What is recommended keeps the limits, and its simulation agrees with its exact accuracy.
    assert!(best["cost"].as_f64().is_some_and(|cost| cost <= 0.006), "{best}");
    assert!(best["simulated"]["makespan_p95"]["low"].as_f64().is_some_and(|time| time <= 12.0), "{best}");
    let accuracy = best["accuracy"].as_f64().unwrap_or(f64::NAN);
    let simulated = best["simulated"]["accuracy"]["value"].as_f64().unwrap_or(f64::NAN);
    assert!((accuracy - simulated).abs() < 5.0 * (0.25_f64 / 2048.0).sqrt(), "{best}");
    for key in ["contenders", "front", "flips", "reasons"] {
        assert!(json[key].as_array().is_some_and(|list| !list.is_empty()), "{key}: {json}");
    }
    let shares = json["confidence"]["best"]
        .as_array()
        .map(|list| list.iter().filter_map(|one| one["probability"].as_f64()).sum::<f64>());
    assert!(shares.is_some_and(|sum| (sum - 1.0).abs() < 1e-9), "{json}");
    assert!(json["brute_force_over_trials"].as_f64().is_some_and(|ratio| ratio > 2.0), "{json}");
    // The same again, to the last digit.
    assert_eq!(place.synergy_with(&[LINE, &["--format", "json"]].concat()).expect(0).json(), json);
    let front = json["front"].as_array().cloned().unwrap_or_default();
    let costs: Vec<f64> = front.iter().filter_map(|plan| plan["cost"].as_f64()).collect();
    assert!(costs.windows(2).all(|pair| pair[0] < pair[1]), "{costs:?}");
}

#[test]
fn the_recommended_scenario_runs_and_agrees() {
    let place = place();
    let said = place.synergy_with(&[LINE, &["--out", "best.toml"]].concat()).expect(0).out;
    for words in
        ["use: vote of", "binds", "what would change the answer", "as far as the parameters are known"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let run = place.synergy("run best.toml --trials 4000 -q --format json").expect(0).json();
    let number = |pointer: &str| run.pointer(pointer).and_then(|x| x.as_f64()).unwrap_or(f64::NAN);
    let (found, predicted) = (number("/estimates/accuracy/value"), number("/predictions/accuracy"));
    assert!((found - predicted).abs() < 0.04, "{run}");
    assert!((number("/estimates/cost/value") - number("/predictions/cost")).abs() < 1e-9, "{run}");
    // Other models come from another file, and the scenario names a fleet that has them.
    place.write("models.toml", "[[models]]\nname = \"tiny\"\naccuracy = 0.6\noutput_tokens = 100\nprice_per_million_output_tokens = 1\nlatency_seconds = 1\n");
    let more = ["--models", "models.toml", "--out", "sub/tiny.toml"];
    std::fs::create_dir_all(place.path("sub")).unwrap_or_default();
    place.synergy_with(&[LINE, &more].concat()).expect(0);
    let run = place.synergy("run sub/tiny.toml --trials 100 -q").expect(0).out;
    assert!(run.contains("agent=tiny"), "{run}");
}

#[test]
fn it_says_no() {
    let place = place();
    let said = place.synergy_with(&[LINE, &["--accuracy", "0.99"]].concat()).expect(0).out;
    assert!(said.contains("no organization reaches 0.99"), "{said}");
    let said = place.synergy("advise fleet.toml --budget 0.0001USD -q").expect(5).out;
    assert_eq!(said.lines().next(), Some("no organization keeps the budget: not even one agent does"));
    let json = place.synergy("advise fleet.toml --budget 0.0001USD -q --format json").expect(5).json();
    assert!(json["recommendation"].is_null());
}

/// Where nothing is recommended no older recommendation stays behind, and no file of another kind is lost.
#[test]
fn no_stale_recommendation_is_left() {
    let place = place();
    place.synergy_with(&[LINE, &["--out", "best.toml"]].concat()).expect(0);
    let nothing = "advise fleet.toml --budget 0.0001USD -q --out best.toml";
    let ended = place.synergy(nothing).expect(5);
    assert!(ended.err.contains("best.toml was removed"), "{}", ended.err);
    assert!(!place.path("best.toml").exists());
    place.write("best.toml", "model = \"fleet\"\n");
    let ended = place.synergy(nothing).expect(5);
    assert!(ended.err.contains("left as it is"), "{}", ended.err);
    assert!(place.path("best.toml").exists());
}

/// A model without a price cannot be held against a budget: it is left out, and if all are, that is an error.
#[test]
fn models_without_a_price_are_left_out() {
    let place = place();
    place.write("half.toml", FLEET.replacen("price_per_million_output_tokens = 10\n", "", 1));
    let line = ["advise", "half.toml", "--budget", "0.02 USD", "--trials", "1024", "-q", "--format", "json"];
    let json = place.synergy_with(&line).expect(0).json();
    assert_eq!(json["recommendation"]["models"], serde_json::json!(["small"]));
    let warned = "`large` is left out: it has no `price_per_million_output_tokens`";
    assert_eq!(json["warnings"][0], warned, "{json}");
    let said = place.synergy_with(&line[..7]).expect(0).out;
    assert!(said.contains(warned) && said.contains("there is no [channel]"), "{said}");
    place.write("none.toml", "[[models]]\nname = \"a\"\naccuracy = 0.7\n");
    for (limit, key) in
        [("--budget=1USD", "price"), ("--budget=9tokens", "output_tokens"), ("--deadline=9s", "latency")]
    {
        let ended = place.synergy(&format!("advise none.toml {limit}")).expect(2);
        assert!(ended.err.contains("no model can be held") && ended.err.contains(key), "{}", ended.err);
    }
}

/// Percent are a probability, too, and tokens are no money.
#[test]
fn percent_and_tokens_are_understood() {
    let place = place();
    let tokens = ["--budget", "6k tokens", "--accuracy", "66 %", "--trials", "1", "-q"];
    let said = place.synergy_with(&[&["advise", "fleet.toml"], &tokens[..]].concat()).expect(0).out;
    assert!(said.contains("for fewer tokens") && !said.contains("money"), "{said}");
    assert!(!said.contains("binds") && !said.contains(" 1 questions"), "{said}");
}

#[test]
fn wrong_input_is_explained() {
    let place = place();
    place.write("wrong.toml", FLEET.replace("0.75", "7.5"));
    place.write("cut.toml", &FLEET[..150]);
    place.write("none.json", "{}");
    place.write("binary.toml", [0xff, 0xfe, 0x00]);
    for (line, said) in [
        ("advise missing.toml", "cannot read missing.toml"),
        ("advise wrong.toml", "wrong.toml: model `large`: `accuracy` is a number from 0 to 1; found 7.5"),
        ("advise cut.toml", "cut.toml"),
        ("advise none.json", "has no `models`"),
        ("advise binary.toml", "binary.toml"),
        ("advise .", "."),
        ("advise fleet.toml --models wrong.toml", "wrong.toml"),
        ("advise fleet.toml --budget -1USD", "--budget takes a positive amount"),
        ("advise fleet.toml --budget 5min", "--budget takes a positive amount"),
        ("advise fleet.toml --budget NaN", "--budget takes a positive amount"),
        ("advise fleet.toml --deadline 3USD", "--deadline takes a positive number, alone or in s"),
        ("advise fleet.toml --window 0", "--window takes a positive number, alone or in tokens"),
        ("advise fleet.toml --accuracy 1.5", "--accuracy is a probability"),
        ("advise fleet.toml --accuracy 150%", "--accuracy is a probability"),
        ("advise fleet.toml --accuracy 9tokens", "--accuracy is a probability"),
        ("advise fleet.toml --out best.json", "ends in .toml"),
        ("run fleet --set organization=vote --set size=4", "odd number of votes"),
        ("run fleet --set agent=nobody", "no model `nobody`"),
        ("run fleet --set organization=tree --set size=1001 --set depth=20", "too large"),
        ("run fleet --set file=none.json", "has no `models`"),
    ] {
        let ended = place.synergy(line).expect(2);
        assert!(ended.err.contains(said), "{line}: {}", ended.err);
    }
}

/// Every organization of the model can be run.
#[test]
fn all_organizations_run() {
    let place = Place::new();
    for kind in ["single", "vote", "margin", "retry", "cascade", "mixed", "star", "tree", "chain"] {
        let line = format!("run fleet --set organization={kind} --set size=3 --trials 2000 -q --format json");
        let run = place.synergy(&line).expect(0).json();
        let estimate = &run["estimates"]["accuracy"];
        let predicted = run["predictions"]["accuracy"].as_f64().unwrap_or(f64::NAN);
        let found = estimate["value"].as_f64().unwrap_or(f64::NAN);
        // Five standard errors of 2000 trials, and the steps of the continuous law.
        assert!((found - predicted).abs() < 0.057, "{kind}: {run}");
    }
}

/// A scenario of a tree or of a budget says what a fleet says, with its budget and its window; what a flag says goes before it.
#[test]
fn scenarios_are_fleets() {
    let place = place();
    place.write(
        "budget.toml",
        "model = \"budget\"\n[parameters]\nbudget = \"20k tokens\"\nleaf_scale = 0.05\n",
    );
    place.write(
        "same.toml",
        "[question]\ncorrelation = 0.1\ndependence = \"mixture\"\ncountable = false\n[channel]\nfidelity = 0.9\nmessage_tokens = 50\n\
         [[models]]\nname = \"agent\"\nscale = 0.05\nexponent = 0.2\ncap = 1\n",
    );
    let advice = |line: &str| {
        let mut json =
            place.synergy(&format!("advise {line} --trials 512 -q --format json")).expect(0).json();
        let warnings = json.as_object_mut().unwrap().remove("warnings").unwrap();
        (json, warnings.to_string())
    };
    let (told, warnings) = advice("budget.toml");
    let (same, without) = advice("same.toml --budget 20000tokens");
    assert_eq!(told, same);
    assert!(warnings.contains("share errors anew") && !without.contains("share errors anew"), "{warnings}");
    assert_eq!(advice("budget.toml --budget 900tokens").0, advice("same.toml --budget 900tokens").0);
    place.write("tree.toml", "model = \"tree\"\n[parameters]\nleaf_bias = 0.4\nwindow = 300\n");
    let tree = advice("tree.toml").0;
    assert_eq!(tree["recommendation"]["models"], serde_json::json!(["agent"]), "{tree}");
    // Six messages of 50 tokens fit into the window of the scenario, and five have no ties.
    let words = tree["recommendation"]["words"].as_str().unwrap();
    assert!(words.contains("tree of agent with fan-in 5"), "{words}");
}

/// What is recommended can be asked about again: it is a scenario with a fleet.
#[test]
fn a_recommendation_can_be_asked_again() {
    let place = place();
    let line = "--budget 0.006USD --deadline 12s --trials 512 -q --format json";
    let first = place.synergy(&format!("advise fleet.toml {line} --out best.toml")).expect(0).json();
    assert_eq!(place.synergy(&format!("advise best.toml {line} --out again.toml")).expect(0).json(), first);
    let run =
        |file: &str| place.synergy(&format!("run {file} --trials 300 -q --format json")).expect(0).json();
    assert_eq!(run("again.toml")["metrics"], run("best.toml")["metrics"]);
}

#[test]
fn scenarios_that_say_nothing_of_a_fleet_are_refused() {
    let place = place();
    let cases = [
        ("model = \"queue\"\n", "not about scenarios of the model `queue`"),
        ("models = [\"vote\", \"cascade\"]\n", "not about scenarios of several models"),
        ("model = \"quue\"\n", "did you mean `queue`?"),
        ("model = \"fleet\"\n", "names no `file`"),
        ("model = \"tree\"\n[sweep]\ndepth = { list = [1, 2] }\n", "a sweep of 2 cells"),
        (
            "model = \"tree\"\n[parameters]\ndepth = 2\ncorrelation = [0.1, 0.2]\n",
            "one number for `correlation`",
        ),
    ];
    for (scenario, said) in cases {
        place.write("s.toml", scenario);
        let run = place.synergy("advise s.toml --budget 1USD -q");
        assert!(run.code == Some(2) && run.err.contains(said), "{scenario}: {}", run.err);
    }
}

#[test]
fn the_figure_shows_what_is_recommended() {
    let place = place();
    let line = "advise fleet.toml --budget 0.006USD --trials 512 -q";
    let run = place.synergy(&format!("{line} --figure accuracy.svg")).expect(0);
    assert!(run.out.contains("figure: accuracy.svg"), "{}", run.out);
    let svg = String::from_utf8(place.read("accuracy.svg")).unwrap();
    for word in ["recommended", "vote", "single", "cost of a question (USD)"] {
        assert!(svg.contains(word), "{word}");
    }
    place.synergy(&format!("{line} --figure accuracy.pdf")).expect(0);
    assert!(place.read("accuracy.pdf").starts_with(b"%PDF"));
    let refused = place.synergy(&format!("{line} --figure accuracy.txt"));
    assert!(refused.code == Some(2) && refused.err.contains("ends in .svg, .pdf or .png"), "{}", refused.err);
}
