//! Boundaries: searches along one parameter that cover the truth, cost little, are never lost, and say what is wrong with them.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use support::{Place, assert_explained, example, run};

/// The bias that a layer of five children makes of a small bias: growth f'(0) = 15/8 under correlation, after a channel.
const PLAN: &str = "model = \"tree\"\n[parameters]\ndepth = 10\n[sweep]\nleaf_bias = { list = [0.2, 0.4] }\ncorrelation = { list = [0.0, 0.3] }\n\
    [boundary]\nquantity = \"root_bias\"\nlevel = \"leaf_bias\"\nalong = \"fidelity\"\nfrom = 0.4\nto = 1\nvanishing = \"leaf_bias\"\n\
    limit = \"critical_fidelity\"\n[stop]\nhalf_width = 0.01\n";

fn numbers(place: &Place, column: &str) -> Vec<Option<f64>> {
    let text = place.synergy("export out --format csv").expect(0).out;
    let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let at = rows.next().and_then(|names| names.iter().position(|name| name == column));
    rows.map(|row| row[at.unwrap()].parse().ok()).collect()
}

/// Every interval of 95 % that four searches find holds the exact root, and is as narrow as asked for; so is what they come to as the signal
/// vanishes: 1 / (rho + (1 - rho) 15/8) is 0.53333 and 0.62016. That all hold is what a fixed seed shows; that five per cent may miss is tested
/// where the search is.
#[test]
fn intervals_cover_the_exact_boundary_and_its_limit() {
    let place = Place::new();
    place.write("s.toml", PLAN);
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("boundary root_bias = leaf_bias along fidelity from 0.4 to 1"), "{said}");
    let [low, high, exact] =
        ["fidelity_low", "fidelity_high", "predicted_fidelity"].map(|name| numbers(&place, name));
    for ((low, high), exact) in low.iter().zip(&high).zip(&exact) {
        assert!(low < exact && exact < high, "{exact:?} in {low:?} to {high:?}");
        let width = high.zip(*low).map(|(high, low)| high - low);
        assert!(width.is_some_and(|width| width <= 0.02), "{width:?}");
    }
    let limits = place.json("out/boundary.json")["limits"].clone();
    for (i, limit) in [8.0 / 15.0, 1.0 / (0.3 + 0.7 * 1.875)].into_iter().enumerate() {
        let number = |name: &str| limits[i]["boundary"][name].as_f64().unwrap_or(f64::NAN);
        assert!(number("low") < limit && limit < number("high"), "{limits}");
        assert!((limits[i]["predicted"].as_f64().unwrap_or(f64::NAN) - limit).abs() < 1e-9, "{limits}");
    }
}

/// A tighter width goes on from the looks of a wider one, and ends with the bytes of a search that was tight at once; both are verified.
#[test]
fn a_tighter_width_goes_on() {
    let (place, other) = (Place::new(), Place::new());
    for place in [&place, &other] {
        place.write("s.toml", PLAN);
    }
    place.synergy("sweep s.toml -q --out out --half-width 0.03").expect(0);
    place.synergy("sweep s.toml -q --out out").expect(0);
    other.synergy("sweep s.toml -q --out out").expect(0);
    assert!(place.read("out/data.parquet") == other.read("out/data.parquet"));
    assert!(place.synergy("verify out").expect(0).out.contains("4 of 4 cells are the same"));
    assert!(place.synergy("status out").expect(0).out.contains("complete"));
    place.write("s.toml", PLAN.replace("to = 1\n", "to = 0.9\n"));
    let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
    assert!(
        said.contains("[boundary] is root_bias = leaf_bias along fidelity from 0.4 to 1 there"),
        "{said}"
    );
}

/// Both sides are run by the example: a grid that knows how many trials it needs takes twenty times as many and more, and finds the same.
#[test]
fn it_costs_less_than_a_twentieth_of_a_grid() {
    let place = Place::new();
    let few = PLAN
        .replace("[0.2, 0.4]", "[0.2]")
        .replace("vanishing = \"leaf_bias\"\nlimit = \"critical_fidelity\"\n", "");
    place.write("s.toml", few);
    let scenario = place.path("s.toml");
    let ended = run(
        &example("boundary_against_grid"),
        place.path("").as_path(),
        &[&scenario.to_string_lossy(), "0.005"],
    );
    let ended = ended.expect(0);
    let total = ended.out.lines().last().unwrap_or_default();
    let ratio: f64 = total.rsplit(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    assert!(ratio >= 20.0, "{}", ended.out);
}

#[test]
fn what_has_no_boundary_is_said() {
    let place = Place::new();
    place.write("s.toml", PLAN.replace("from = 0.4", "from = 0.9"));
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("above the level at both ends"), "{said}");
    assert!(numbers(&place, "fidelity").iter().all(Option::is_none));
    assert_eq!(numbers(&place, "sign_at_from"), vec![Some(1.0); 4]);
    let said = place.synergy("sweep s.toml --out other --dry-run").expect(0).out;
    assert!(said.contains("4 searches with at most"), "{said}");
}

#[test]
fn wrong_boundaries_are_explained() {
    assert_explained(
        PLAN,
        &[
            ("quantity = \"root_bias\"", "quantity = \"root_byas\"", ":7:", "`root_byas` is no metric"),
            ("quantity = \"root_bias\"\n", "", ":7:", "[boundary] has no `quantity`"),
            ("along = \"fidelity\"", "along = \"depth\"", ":10:", "`along` is a real parameter"),
            ("along = \"fidelity\"", "along = \"fidelty\"", ":10:", "did you mean `fidelity`?"),
            ("from = 0.4", "from = 1", ":12:", "up to a larger one; found 1 and 1"),
            ("to = 1", "to = 2", ":12:", "`fidelity` cannot be the real number `2`"),
            ("level = \"leaf_bias\"", "level = [1]", ":9:", "`level` is a number or the name of a parameter"),
            ("vanishing = \"leaf_bias\"", "vanishing = \"depth\"", ":13:", "`depth` is no axis of the sweep"),
            ("[0.2, 0.4]", "[0.2, -0.2]", ":13:", "two or more numbers of different size"),
            ("depth = 10", "fidelity = 0.5", ":3:", "[boundary] looks along `fidelity` from 0.4 to 1"),
            (
                "half_width = 0.01",
                "half_width = \"1 %\"",
                ":7:",
                "a number in the unit of `fidelity`; found 1 %",
            ),
            ("to = 1", "too = 1", ":12:", "`too` is not a key of this table"),
            (
                "to = 1",
                "to = 1\nfirst_look = 20_000_000",
                ":7:",
                "is later than the 10000000 trials of [stop]",
            ),
        ],
    );
    let place = Place::new();
    place.write("s.toml", PLAN);
    let said = place.synergy("sweep s.toml -q --set fidelity=0.7").expect(2).err;
    assert!(said.contains("it has no other value"), "{said}");
}

/// Five voters that read 600 tokens for 0.4 USD per million and write n for 1.6 cost 5 (240 + 1.6 n) micro-dollars: 0.002 USD at n = 100, three decades
/// below the upper end. The search goes by ratios, and its half-width is a share of the boundary.
#[test]
fn decades_are_searched_on_a_logarithmic_scale() {
    let place = Place::new();
    let plan = "model = \"vote\"\n[sweep]\ncorrelation = { list = [0.0, 0.2] }\n[boundary]\nquantity = \"cost\"\nlevel = 0.002\n\
        along = \"answer_tokens\"\nlog_from = 1\nlog_to = 1_000_000\n[stop]\nhalf_width = \"2 %\"\ntrials = 100_000\n";
    place.write("s.toml", plan);
    let said = place.synergy("sweep s.toml -q --out out").expect(0).out;
    assert!(said.contains("from 1 to 1000000 on a logarithmic scale"), "{said}");
    for (low, high) in numbers(&place, "answer_tokens_low").iter().zip(numbers(&place, "answer_tokens_high"))
    {
        let (low, high) = low.zip(high).unwrap();
        // Requests are charged in whole nano-dollars, so that the cost is a staircase.
        assert!(low < 101.0 && high > 99.0, "{low} to {high}");
        assert!((high - low) / (high + low) <= 0.02 * (1.0 + 1e-12), "{low} to {high}");
    }
    place.synergy("sweep s.toml -q --out out --half-width 0.5%").expect(0);
    place.synergy("sweep s.toml -q --out once --half-width 0.5%").expect(0);
    assert!(place.read("out/data.parquet") == place.read("once/data.parquet"));
    for (from, to, line, sentence) in [
        ("\"2 %\"", "0.02", ":4:", "a percentage; found 0.02"),
        ("\"2 %\"", "\"100 %\"", ":4:", "less than 100 %; found 100 %"),
        ("log_from = 1", "log_from = 0", ":8:", "a logarithmic search has positive ends; found 0"),
        ("log_from = 1", "from = 1", ":8:", "[boundary] has `from` beside a logarithmic end"),
        ("log_to = 1_000_000\n", "", ":4:", "[boundary] has no `log_to`"),
        ("log_to = 1_000_000", "log_to = 0.5", ":9:", "up to a larger one; found 1 and 0.5"),
    ] {
        place.write("t.toml", plan.replace(from, to));
        let said = place.synergy("sweep t.toml -q --out other").expect(2).err;
        assert!(said.contains(sentence) && said.contains(line), "{to}: {said}");
    }
    place.write("t.toml", plan.replace("log_from", "from").replace("log_to", "to").replace("\"2 %\"", "2"));
    let said = place.synergy("sweep t.toml -q --out out").expect(2).err;
    assert!(said.contains("[boundary] is") && said.contains("on a logarithmic scale there"), "{said}");
}
