//! Refined sweeps: trials go where the answer is open, answers are right, nothing is lost, and wrong plans are explained.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::{Place, assert_explained, example, program, run};

/// Whether ten layers give back more than their leaves had: 231 cells on both sides of a curve.
const PLAN: &str = "model = \"tree\"\n[parameters]\nfan_in = 5\ndepth = 10\nleaf_bias = 0.1\n[sweep]\n\
    correlation = { from = 0.0, to = 0.5, points = 11 }\nfidelity = { from = 0.4, to = 0.8, points = 21 }\n\
    [refine]\nquantity = \"root_bias\"\nlevel = \"leaf_bias\"\n[stop]\ntrials = 300_000\n";

/// More wrong ones than these would be seen with probability 1e-6 among 231 that are wrong with probability 0.025 or 0.05 each (SciPy,
/// `binom.isf(1e-6, 231, p)`).
const MOST_WRONG_SIDES: usize = 20;
const MOST_MISSED: usize = 30;

struct Rows(Vec<Vec<String>>, Vec<String>);

impl Rows {
    fn of(place: &Place, out: &str) -> Self {
        let text = place.synergy(&format!("export {out} --format csv")).expect(0).out;
        let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let names = rows.next().unwrap();
        Self(rows.collect(), names)
    }

    fn texts(&self, column: &str) -> Vec<&str> {
        let at = self.1.iter().position(|name| name == column).unwrap();
        self.0.iter().map(|row| row[at].as_str()).collect()
    }

    fn numbers(&self, column: &str) -> Vec<f64> {
        self.texts(column).iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect()
    }
}

/// Exact values of all cells say which answers are right, and which intervals hold them.
#[test]
fn answers_are_right_and_intervals_hold() {
    let place = Place::new();
    place.write("s.toml", PLAN);
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("whether root_bias is above or below leaf_bias: "), "{said}");
    let rows = Rows::of(&place, "out");
    let [exact, low, high, trials] =
        ["predicted_root_bias", "root_bias_low", "root_bias_high", "trials"].map(|name| rows.numbers(name));
    assert_eq!(exact.len(), 231);
    let decided = |row: usize| rows.texts("ending")[row] == "precise";
    for row in 0..231 {
        let off = low[row] > 0.1 || high[row] < 0.1;
        assert_eq!(decided(row), off, "{row}");
        assert_eq!(rows.texts("ending")[row], if off { "precise" } else { "imprecise" });
        assert!(decided(row) || trials[row] == 300_000.0);
    }
    let wrong = (0..231).filter(|&row| decided(row) && (low[row] > 0.1) != (exact[row] > 0.1)).count();
    let missed = (0..231).filter(|&row| exact[row] < low[row] || exact[row] > high[row]).count();
    assert!(wrong <= MOST_WRONG_SIDES && missed <= MOST_MISSED, "{wrong} wrong, {missed} missed");
    let summary = place.json("out/refine.json");
    let count = |key: &str| summary[key].as_u64().unwrap() as usize;
    assert_eq!(count("ahead"), low.iter().filter(|low| **low > 0.1).count());
    assert_eq!(count("behind"), high.iter().filter(|high| **high < 0.1).count());
    assert_eq!(count("trials") as f64, trials.iter().sum::<f64>());
    assert!(count("ahead") > 50 && count("behind") > 50, "{summary}");
}

/// Look k has the share 1 / ((k + 1)(k + 2)) of the error rate: cells that end at a look have the intervals of a sweep of as many trials at that confidence.
#[test]
fn intervals_pay_for_the_looks_that_they_had() {
    let place = Place::new();
    place.write("s.toml", PLAN);
    place.synergy("sweep s.toml -q --out out").expect(0);
    let refined = Rows::of(&place, "out");
    let plain = PLAN.replace("[refine]\nquantity = \"root_bias\"\nlevel = \"leaf_bias\"\n", "");
    place.write("t.toml", plain);
    for (trials, error_rate) in [(1024, 0.05 / 2.0), (4096, 0.05 / 12.0)] {
        let confidence = 1.0 - error_rate;
        let line = format!("sweep t.toml -q --out {trials} --trials {trials} --confidence {confidence}");
        place.synergy(&line).expect(0);
        let equal = Rows::of(&place, &trials.to_string());
        let mut ended = 0;
        for row in (0..231).filter(|&row| refined.numbers("trials")[row] == f64::from(trials)) {
            for column in ["root_bias", "root_bias_low", "root_bias_high"] {
                let (here, there) = (refined.numbers(column)[row], equal.numbers(column)[row]);
                assert!((here - there).abs() < 1e-9, "{column} of {row}: {here} and {there}");
            }
            ended += 1;
        }
        assert!(ended >= 2, "{ended} cells end after {trials} trials");
    }
}

/// However often it is killed, with however many threads: the bytes of an undisturbed one. So are those of a plan that was given more trials later, and
/// all of them are verified.
#[test]
fn it_is_as_resumable_as_a_sweep() {
    let place = Place::new();
    let plan = |total: u64| {
        PLAN.replace("level = \"leaf_bias\"\n", &format!("level = \"leaf_bias\"\ntotal = {total}\n"))
            .replace("300_000", "4_000_000")
    };
    place.write("s.toml", plan(8_000_000));
    let clock = Instant::now();
    place.synergy("sweep s.toml -q --out whole --threads 1").expect(0);
    let whole = clock.elapsed();
    // All that may be spent is spent, so that what one cell gets another does not.
    let spent = place.json("whole/refine.json")["trials"].as_u64().unwrap();
    assert!(spent <= 8_000_000 && spent > 7_000_000, "{spent}");
    let mut state = 7_u64;
    for _ in 0..15 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut command = Command::new(program());
        command.args(["sweep", "s.toml", "-q", "--out", "killed", "--threads", "2"]);
        command.current_dir(place.path("")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        sleep(whole.mul_f64((state >> 40) as f64 / (1_u64 << 24) as f64).min(Duration::from_secs(5)));
        let _ = child.kill();
        child.wait().unwrap();
    }
    place.synergy("sweep s.toml -q --out killed").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("killed/data.parquet"));
    assert!(place.read("whole/refine.json") == place.read("killed/refine.json"));
    let again = place.synergy("sweep s.toml -q --out killed").expect(0).out;
    assert!(again.contains("231 cells from an earlier run"), "{again}");
    assert!(place.read("whole/data.parquet") == place.read("killed/data.parquet"));
    place.write("s.toml", plan(1_000_000));
    place.synergy("sweep s.toml -q --out grown").expect(0);
    assert!(place.json("grown/refine.json")["trials"].as_u64().unwrap() <= 1_000_000);
    place.write("s.toml", plan(8_000_000));
    place.synergy("sweep s.toml -q --out grown").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("grown/data.parquet"));
    assert!(place.synergy("verify grown -q").expect(0).out.contains("20 of 20 cells are the same"));
    assert!(place.synergy("status grown").expect(0).out.contains("complete"));
    place.synergy("compact grown").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("grown/data.parquet"));
    place.write("s.toml", plan(7_000_000));
    let said = place.synergy("sweep s.toml -q --out grown").expect(2).err;
    assert!(said.contains("`total` of [refine] is 8000000 there and 7000000 here"), "{said}");
    place.write("s.toml", PLAN.replace("level = \"leaf_bias\"", "level = 0.2"));
    let said = place.synergy("sweep s.toml -q --out grown").expect(2).err;
    assert!(said.contains("[refine] is whether root_bias is above or below leaf_bias there"), "{said}");
}

/// A killed one is begun, not done, and what it has can be looked at.
#[test]
fn what_is_interrupted_is_said() {
    let place = Place::new();
    place.write("s.toml", PLAN.replace("300_000", "400_000_000"));
    let mut command = Command::new(program());
    command.args(["sweep", "s.toml", "-q", "--out", "out"]);
    let mut child = command.current_dir(place.path("")).stdout(Stdio::null()).spawn().unwrap();
    support::wait_until(|| place.path("out/parts/000004.parquet").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let said = place.synergy("status out").expect(0).out;
    assert!(said.contains("0 of 231 cells done, 0 of them failed, 231 begun, 0 open"), "{said}");
    let said = place.synergy("compact out").expect(0).out;
    assert!(said.contains("231 of 231 cells"), "{said}");
    assert!(Rows::of(&place, "out").texts("ending").contains(&"cancelled"));
    assert!(place.synergy("verify out -q").expect(0).out.contains("20 of 20 cells are the same"));
}

/// Cells that do not depend on each other can be cut into chunks; cells that share trials cannot.
#[test]
fn chunks_come_to_the_same_bytes() {
    let place = Place::new();
    place.write("s.toml", PLAN);
    place.synergy("sweep s.toml -q --out whole").expect(0);
    place.synergy("shards submit s.toml -q --out parts --workers 2 --seconds 0.2").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("parts/data.parquet"));
    place.write("t.toml", PLAN.replace("[stop]", "total = 5_000_000\n[stop]"));
    let said = place.synergy("shards plan t.toml --out other").expect(2).err;
    assert!(said.contains("cannot be cut into chunks: all cells share the `total` of [refine]"), "{said}");
}

/// Which of three fan-ins has the highest bias at the root, at each correlation: the one of the exact recursion. Four groups at 95 % each; with this
/// seed all are right.
#[test]
fn the_best_of_an_axis_is_found() {
    let place = Place::new();
    let plan = "model = \"tree\"\n[parameters]\ndepth = 3\nleaf_bias = 0.2\nfidelity = 0.9\n[sweep]\nfan_in = { list = [3, 5, 9] }\n\
        correlation = { list = [0.0, 0.1, 0.3, 0.9] }\n[refine]\nquantity = \"root_bias\"\nbetween = \"fan_in\"\n[stop]\ntrials = 2_000_000\n";
    for (goal, highest) in [("", true), ("goal = \"minimize\"\n", false)] {
        place.write("s.toml", plan.replace("[stop]", &format!("{goal}[stop]")));
        let out = if highest { "high" } else { "low" };
        let said = place.synergy(&format!("sweep s.toml -q --out {out}")).expect(0).out;
        let word = if highest { "highest" } else { "lowest" };
        assert!(said.contains(&format!("at which fan_in root_bias is {word}: ")), "{said}");
        let rows = Rows::of(&place, out);
        let [exact, low, high, group] =
            ["predicted_root_bias", "root_bias_low", "root_bias_high", "correlation"]
                .map(|name| rows.numbers(name));
        let sign = if highest { 1.0 } else { -1.0 };
        let mut called = 0;
        for row in 0..12 {
            let others =
                || (0..12).filter(move |&other| other != row).filter(|&other| group[other] == group[row]);
            let ahead =
                others().all(|other| if highest { low[row] > high[other] } else { high[row] < low[other] });
            let best = others().all(|other| sign * exact[row] > sign * exact[other]);
            assert!(!ahead || best, "{row}");
            called += usize::from(ahead);
        }
        assert!(called >= 3, "{called}: {said}");
        assert_eq!(place.json(&format!("{out}/refine.json"))["ahead"], called);
    }
}

/// A rival that fails on the way was none: what is left takes the way that it takes when the sweep is repeated, and the rival is a row with its error. Here 2 has
/// to look twice as long as 3 is there, and not without it.
#[test]
fn a_rival_that_fails_later_changes_nothing_for_others() {
    let place = Place::new();
    let plan = "model = \"faulty\"\n[parameters]\npatience = 1500\n[sweep]\nx = { list = [1, 2, 3] }\n\
        [derived]\nchance = \"min(0.9, 0.1 + 0.78 * (x - 1))\"\n[refine]\nquantity = \"share\"\nbetween = \"x\"\n[stop]\ntrials = 100_000\n";
    place.write("s.toml", plan);
    let sweep = || {
        let mut command = Command::new(example("faulty_model"));
        command.args(["sweep", "s.toml", "-q", "--out", "out"]).current_dir(place.path(""));
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.code() == Some(3) && said.contains("three is too much"), "{said}");
    };
    sweep();
    let [data, summary] = ["out/data.parquet", "out/refine.json"].map(|file| place.read(file));
    let rows = Rows::of(&place, "out");
    assert_eq!(rows.texts("trials")[..2], ["1024", "1024"]);
    assert!(rows.texts("error")[2].contains("three is too much"));
    sweep();
    assert!(data == place.read("out/data.parquet") && summary == place.read("out/refine.json"));
}

/// Without a question the trials go to the widest intervals; with a half-width cells that have it get no more, also where they remain undecided.
#[test]
fn widths_are_evened_and_can_be_enough() {
    let place = Place::new();
    let vote = "model = \"tree\"\n[parameters]\nfan_in = 5\ndepth = 3\nleaf_bias = 0.9\n[sweep]\nfidelity = { from = 0.3, to = 1.0, points = 40 }\n";
    place.write(
        "s.toml",
        format!("{vote}[refine]\nquantity = \"root_accuracy\"\ntotal = 400_000\n[stop]\ntrials = 100_000\n"),
    );
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("narrower intervals of root_accuracy: all half-widths are at most"), "{said}");
    place.write("s.toml", format!("{vote}[stop]\ntrials = 10_000\n"));
    place.synergy("sweep s.toml -q --out equal").expect(0);
    let widest = |out: &str| {
        let rows = Rows::of(&place, out);
        let width = |(low, high): (f64, f64)| high - low;
        let widths = rows.numbers("root_accuracy_low").into_iter().zip(rows.numbers("root_accuracy_high"));
        widths.map(width).fold(0.0, f64::max)
    };
    assert!(widest("out") < 0.85 * widest("equal"), "{} and {}", widest("out"), widest("equal"));
    place.write("t.toml", PLAN.replace("[stop]\n", "[stop]\nhalf_width = 0.02\n"));
    let said = place.synergy("sweep t.toml -q --out close").expect(0).out;
    assert!(said.contains(" too close to tell") && said.contains(" 0 open"), "{said}");
    assert!(Rows::of(&place, "close").texts("ending").iter().all(|ending| *ending == "precise"));
}

/// Equal trials that decide as many cells, without looking on the way, take five times as many and more; both sides are run by the example.
#[test]
fn it_costs_a_fraction_of_equal_trials() {
    let place = Place::new();
    place.write("s.toml", PLAN.replace("300_000", "2_000_000"));
    let scenario = place.path("s.toml");
    let ended =
        run(&example("refine_against_equal"), place.path("").as_path(), &[&scenario.to_string_lossy()]);
    let ended = ended.expect(0);
    let ratio: f64 = ended.out.trim().rsplit(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    assert!(ratio >= 5.0, "{}", ended.out);
}

#[test]
fn wrong_plans_are_explained() {
    assert_explained(
        PLAN,
        &[
            ("quantity = \"root_bias\"", "quantity = \"root_byas\"", ":9:", "`root_byas` is no metric"),
            ("quantity = \"root_bias\"\n", "", ":9:", "[refine] has no `quantity`"),
            ("level = \"leaf_bias\"\n", "", ":9:", "[refine] has no `total`"),
            ("level = \"leaf_bias\"", "level = \"leaf_byas\"", ":11:", "did you mean `leaf_bias`?"),
            ("level = \"leaf_bias\"", "level = nan", ":11:", "a number must be finite; found NaN"),
            (
                "level = \"leaf_bias\"",
                "level = [0.1]",
                ":11:",
                "`level` is a number or the name of a parameter",
            ),
            ("level = \"leaf_bias\"", "between = \"fidelty\"", ":11:", "did you mean `fidelity`?"),
            ("level = \"leaf_bias\"", "level = 0\nbetween = \"fidelity\"", ":12:", "not both"),
            ("level = \"leaf_bias\"", "level = 0\ngoal = \"minimize\"", ":12:", "which is missing"),
            ("level = \"leaf_bias\"", "between = \"fidelity\"\ngoal = \"größer\"", ":12:", "found `größer`"),
            ("level = \"leaf_bias\"", "level = 0\nfirst_look = 0", ":12:", "positive whole number of trials"),
            (
                "level = \"leaf_bias\"",
                "level = 0\nfirst_look = 400_000",
                ":9:",
                "later than the 300 000 trials",
            ),
            ("level = \"leaf_bias\"", "level = 0\ntotal = -1", ":12:", "positive whole number of trials"),
            (
                "level = \"leaf_bias\"",
                "level = 0\ntotal = 1000",
                ":9:",
                "do not suffice for a first look at 231 cells",
            ),
            ("level = \"leaf_bias\"", "level = 0\nlevels = 1", ":12:", "`levels` is not a key of this table"),
            ("[stop]", "[test]\nmetric = \"root_bias\"\n[stop]", ":12:", "a scenario has [refine] or [test]"),
            (
                "[stop]",
                "[area]\nmetric = \"root_bias\"\nover = \"fidelity\"\n[stop]",
                ":12:",
                "a scenario has [refine] or [area]",
            ),
        ],
    );
    let place = Place::new();
    place.write("s.toml", PLAN.replace("level = \"leaf_bias\"", "between = \"fidelity\""));
    let said = place.synergy("sweep s.toml -q --set fidelity=0.7").expect(2).err;
    assert!(said.contains("`fidelity` has one value"), "{said}");
    place.write("s.toml", PLAN);
    let said = place.synergy("sweep s.toml --out out --dry-run").expect(0).out;
    assert!(
        said.contains("231 cells of up to 300 000 trials") && said.contains("if no cell needs less"),
        "{said}"
    );
    // A sweep with equal trials in all cells does not go on as a refined one.
    place.write(
        "s.toml",
        PLAN.replace("[refine]\nquantity = \"root_bias\"\nlevel = \"leaf_bias\"\n", "")
            .replace("300_000", "100"),
    );
    place.synergy("sweep s.toml -q --out out").expect(0);
    place.write("s.toml", PLAN);
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(said.contains("[refine] is absent there"), "{said}");
}

/// A single cell has nothing to spread trials over, except in a sweep.
#[test]
fn it_is_no_run() {
    let place = Place::new();
    place.write(
        "s.toml",
        "model = \"tree\"\n[refine]\nquantity = \"root_bias\"\nlevel = 0\n[stop]\ntrials = 1000\n",
    );
    let said = place.synergy("run s.toml -q").expect(2).err;
    assert!(said.contains("[refine] spreads trials over the cells of a sweep"), "{said}");
    place.synergy("sweep s.toml -q --out out").expect(0);
}
