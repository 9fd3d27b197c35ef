//! `synergy forecast`: before launch, for people, programs and pipelines.

mod support;

use support::Place;

/// Two subtasks in a row, each right with probability 1/2 per try of 10 000 tokens (0.01 USD) and 1 second.
const COINS: &str = r#"{ "models": { "small": { "price_per_million_output_tokens": 1 } },
  "subtasks": [
    { "id": "a", "options": { "small": { "success": 0.5, "latency_seconds": { "mean": 1, "deviation": 0 }, "output_tokens": 10000 } } },
    { "id": "b", "needs": ["a"], "options": { "small": { "success": 0.5, "latency_seconds": { "mean": 1, "deviation": 0 }, "output_tokens": 10000 } } } ] }"#;

const FREE: &str = "forecast coins.json --policy seq:small:1 --rules mcpp-ref --unlimited --trials 3000 -q";

fn place() -> Place {
    let place = Place::new();
    place.write("coins.json", COINS);
    place
}

fn words<'a>(line: &'a str, condition: &'a str) -> Vec<&'a str> {
    line.split_whitespace().chain(["--fail-if", condition]).collect()
}

/// Tries: P(n) = (n - 1)/2^n, so a run costs more than 0.04 USD with probability 5/16 = 0.3125.
#[test]
fn a_condition_decides_the_exit_code() {
    let place = place();
    for (condition, code, verdict) in [
        ("p(cost > 0.04 USD) > 0.25", 4, "fails: "),
        ("p(cost > 4 cents) > 40 %", 0, "passes: "),
        ("p(cost > 0.04 USD) > 0.3125", 0, "undecided: "),
        ("p(cost <= 0.04 USD) < 0.75", 4, "fails: "),
        ("p(time >= 4 s) > 0.4", 4, "fails: "),
        ("p(tokens > 40k) < 0.25", 0, "passes: "),
        ("mean(time) > 3.5 s", 4, "fails: "),
        ("p95(time) > 1 min", 0, "passes: "),
        ("completion < 0.9", 0, "passes: "),
    ] {
        let ended = place.synergy_with(&words(FREE, condition)).expect(code);
        assert!(ended.out.contains(verdict), "{condition}: {}", ended.out);
    }
    let strict = format!("{FREE} --strict --format json");
    let ended = place.synergy_with(&words(&strict, "p(cost > 0.04 USD) > 0.3125")).expect(4);
    assert_eq!(ended.json()["condition"]["verdict"], "undecided");
    assert!(ended.err.contains("undecided"), "{}", ended.err);
}

#[test]
fn a_forecast_says_where_cost_and_time_go() {
    let place = place();
    let report = place.synergy(&format!("{FREE} --format json")).expect(0).json();
    let value = |path: &str| report.pointer(path).and_then(|x| x.as_f64()).unwrap_or(f64::NAN);
    assert!((value("/quantities/cost/mean/value") - 0.04).abs() < 0.002, "{report}");
    assert!((value("/quantities/time/mean/value") - 4.0).abs() < 0.2, "{report}");
    assert!((value("/quantities/time/quantiles/0.95/value") - 8.0).abs() <= 1.1, "{report}");
    assert!((value("/subtasks/1/models/small/cost/value") - 0.02).abs() < 0.002, "{report}");
    assert!((value("/subtasks/0/retried/value") - 0.5).abs() < 0.05, "{report}");
    assert_eq!(report["critical_path"], serde_json::json!(["a", "b"]));
    assert_eq!(place.synergy(&format!("{FREE} --format json")).expect(0).json(), report);
    let table = place.synergy(FREE).expect(0).out;
    for words in ["95 % of runs", "likely critical path: a -> b", "weigh most", "over_budget"] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let csv = place.synergy(&format!("{FREE} --format csv")).expect(0).out;
    assert!(csv.starts_with("quantity,unit,statistic,value,low,high\ncost,USD,mean,"), "{csv}");
}

/// Within limits runs end there; without them they are measured against them.
#[test]
fn limits_are_kept_or_measured() {
    let place = place();
    let of = |more: &str| {
        let line = format!(
            "forecast coins.json --policy seq:small:1 --rules mcpp-ref --budget 0.04USD --deadline 1h --trials 4000 -q --format json {more}"
        );
        place.synergy(&line).expect(0).json()
    };
    let (kept, measured) = (of(""), of("--unlimited"));
    for report in [&kept, &measured] {
        let over = report["quantities"]["over_budget"]["mean"]["value"].as_f64();
        assert!(over.is_some_and(|over| (over - 0.3125).abs() < 0.04), "{report}");
    }
    assert_eq!(measured["quantities"]["completion"]["mean"]["value"], 1.0);
    assert!(kept["quantities"]["completion"]["mean"]["value"].as_f64().is_some_and(|x| x < 0.75));
}

#[test]
fn scenarios_are_forecast_too() {
    let place = place();
    let head = "model = \"workflow\"\n[parameters]\nfile = \"coins.json\"\nrules = \"mcpp-ref\"\npolicy = \"seq:small:1\"\nbudget_ratio = 3\n";
    place.write("w.toml", head);
    let report =
        place.synergy("forecast w.toml --budget 1USD --trials 500 -q --format json").expect(0).json();
    assert_eq!(report["policy"], "seq:small:1");
    assert_eq!(report["quantities"]["over_budget"]["mean"]["value"], 0.0);
    place.write("o.toml", "model = \"organization-in-time\"\n");
    let line = "forecast o.toml --trials 500 -q";
    let ended = place.synergy_with(&words(line, "p(makespan > 1 ms) >= 0.99")).expect(4);
    assert!(ended.out.contains("makespan (s)") && ended.out.contains("95 % of runs"), "{}", ended.out);
    place.synergy_with(&words("forecast tree --trials 500 -q", "root_accuracy < 0.4")).expect(0);
    // Of several models one is chosen, and what it does beyond its baseline can be forecast, too.
    let both =
        "models = [\"vote\", \"cascade\"]\n[parameters]\nmodel = \"cascade\"\n[against]\nmodel = \"vote\"\n";
    place.write("m.toml", both);
    let said = place.synergy("forecast m.toml --trials 500 -q").expect(0).out;
    assert!(said.contains("cost_difference"), "{said}");
}

/// One run bounds nothing, and that is not infinity.
#[test]
fn what_one_run_does_not_bound_is_left_out() {
    let place = place();
    let line = "forecast coins.json --policy seq:small:1 --rules mcpp-ref --unlimited --trials 1 -q";
    let table = place.synergy(line).expect(0).out;
    assert!(table.contains("[-, -]") && !table.contains("inf"), "{table}");
    let csv = place.synergy(&format!("{line} --format csv")).expect(0).out;
    assert!(csv.lines().any(|line| line.ends_with(",,")) && !csv.contains("inf"), "{csv}");
}

#[test]
fn wrong_input_is_explained() {
    let place = place();
    place.write("w.toml", "model = \"tree\"\n[sweep]\ndepth = { list = [1, 2] }\n");
    place.write(
        "s.toml",
        "model = \"tree\"\n[boundary]\nquantity = \"root_bias\"\nlevel = 0.2\nalong = \"fidelity\"\nfrom = 0.5\nto = 1\n",
    );
    place.write("cut.json", &COINS[..100]);
    place.write("empty.toml", "");
    place.write("odd.json", "\u{0}\u{1F980}");
    for (line, condition, said) in [
        ("forecast coins.json", "p(cost > 5 min) > 0.1", "`5 min` is not a number, alone or in USD"),
        ("forecast coins.json", "p(cots > 5) > 0.1", "has no `cots`"),
        ("forecast coins.json", "p(cost > 5)", "a comparison with >, >=, < or <= is missing"),
        ("forecast coins.json", "p(cost > NaN) > 0.1", "`NaN` is not a number"),
        ("forecast coins.json", "p(cost > 1) > -inf", "`-inf` is not a number"),
        ("forecast coins.json", "p(cost > 1) > 5", "did you mean 5%?"),
        ("forecast coins.json", "p(cost > 1) > 500", "a probability lies from 0 to 1"),
        ("forecast coins.json", "p(cost > 1) < -0.05", "a probability lies from 0 to 1"),
        ("forecast coins.json", "p(cost > 1) > 1", "decides nothing"),
        ("forecast coins.json", "completion < 90", "did you mean 90%?"),
        ("forecast coins.json", "p(cost > -5 USD) > 0.1", "cost is never below 0"),
        ("forecast coins.json", "mean(tokens) < -1", "tokens is never below 0"),
        ("forecast coins.json", "p95(time) > -1 s", "time is never below 0"),
        ("forecast coins.json", "mean(time) < 0 s", "decides nothing"),
        ("forecast tree", "root_accuracy < 40", "did you mean 40%?"),
        ("forecast coins.json", "π(cost) > 1", "has no `π(cost)`"),
        ("forecast coins.json", "p95(completion) > 0.5", "a share, which has no quantiles"),
        ("forecast tree", "p95(root_accuracy) > 0.5", "a share, which has no quantiles"),
        ("forecast tree --budget 1USD", "bias > 1", "--budget is about workflows"),
        ("forecast coins.json --unlimited", "cost > 1", "may decide by what is left"),
        ("forecast coins.json --policy perfect-information", "cost > 1", "is a bound on policies"),
        ("forecast coins.json --policy nonsense", "cost > 1", "nonsense"),
        ("forecast cut.json", "cost > 1", "cut.json"),
        ("forecast empty.toml", "cost > 1", "empty.toml"),
        ("forecast odd.json", "cost > 1", "odd.json"),
        ("forecast none.json", "cost > 1", "none.json"),
        ("forecast w.toml", "cost > 1", "describes a sweep of 2 cells"),
        ("forecast s.toml", "cost > 1", "is a search"),
        ("forecast coins.json --budget -1USD", "cost > 1", "budget"),
        ("forecast coins.json --trials 0", "cost > 1", "--trials"),
    ] {
        let ended = place.synergy_with(&words(&format!("{line} -q"), condition)).expect(2);
        assert!(ended.err.contains(said), "{line} {condition}: {}", ended.err);
    }
    let long = "(".repeat(5000);
    place.synergy_with(&words("forecast coins.json -q", &long)).expect(2);
}
