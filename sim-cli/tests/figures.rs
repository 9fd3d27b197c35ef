//! The figures that scenarios ask for, and what is said of those that cannot be.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use support::Place;

const SWEEP: &str = "model = \"tree\"\n[parameters]\ntop_layers = 2\n[sweep]\ncorrelation = { list = [0.1, 0.2] }\ndepth = { list = [1, 2, 4] }\n\
                     [stop]\ntrials = 500\n[figure]\n";
const TIMES: &str = "model = \"organization-in-time\"\n[parameters]\ncall = \"lognormal\"\ncall_deviation = \"3 s\"\n\
                     [sweep]\nwait = { list = [\"all\", \"decided\"] }\n[stop]\ntrials = 300\n[figure]\n";
const TORNADO: &str = "model = \"tree\"\ncommon = true\n[sample.ranges]\nfidelity = { from = 0.5, to = 1.0 }\nfan_in = { list = [3, 5, 9] }\n\
                       [sensitivity]\nquantity = \"root_bias\"\nmethod = \"tornado\"\n[stop]\ntrials = 500\n[figure]\n";

fn text(place: &Place, file: &str) -> String {
    String::from_utf8(place.read(file)).unwrap()
}

#[test]
fn every_kind_is_drawn_with_its_table() {
    let place = Place::new();
    let both = "x_log = true\ny_log = true\nfit = true\n";
    for (name, scenario, said, rows) in [
        (
            "facets",
            format!("{SWEEP}kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nfacets = \"correlation\"\n"),
            "correlation = 0.2",
            13,
        ),
        (
            "fit",
            format!(
                "{SWEEP}kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"correlation\"\nlabels = \"ρ = {{}}\"\n{both}"
            ),
            "slope",
            17,
        ),
        (
            "both",
            format!(
                "{SWEEP}kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nfacets = \"correlation\"\n{both}"
            ),
            "correlation = 0.2, slope",
            17,
        ),
        (
            "ecdf",
            format!("{TIMES}kind = \"ecdf\"\nx = \"makespan\"\nseries = \"wait\"\ntrials = 100\n"),
            "wait = decided",
            0,
        ),
        (
            "violin",
            format!("{TIMES}kind = \"violin\"\nx = \"wait\"\ny = \"makespan\"\ntrials = 100\n"),
            "decided",
            201,
        ),
        ("tornado", format!("{TORNADO}kind = \"tornado\"\nlabels = [\"$\\\\gamma$\", \"\"]\n"), "γ", 6),
    ] {
        place.write(&format!("{name}.toml"), &scenario);
        place.synergy(&format!("sweep {name}.toml")).expect(0);
        let svg = text(&place, &format!("results/{name}/figure.svg"));
        assert!(svg.contains(said), "{name}: {svg}");
        let table = text(&place, &format!("results/{name}/figure.csv"));
        assert!(rows == 0 || table.lines().count() == rows, "{name}: {table}");
        // Drawn again without a trial, and on the page.
        place.synergy(&format!("plot results/{name} --format svg --width single --out again")).expect(0);
        assert_eq!(text(&place, "again/figure.svg"), svg, "{name}");
        place.synergy(&format!("report results/{name}")).expect(0);
    }
    let trials = text(&place, "results/violin/trials.csv");
    assert_eq!((trials.lines().next(), trials.lines().count()), (Some("cell,trial,makespan"), 201));
}

const MAP: &str = "model = \"tree\"\n[parameters]\ntop_layers = 2\n[sweep]\nfan_in = { list = [3, 5] }\ncorrelation = { list = [0.1, 0.4] }\n\
                   fidelity = { list = [0.6, 0.9] }\n[stop]\ntrials = 200\n[figure]\nkind = \"heat-map\"\nx = \"fidelity\"\ny = \"correlation\"\n\
                   color = \"root_bias\"\nfacets = \"fan_in\"\n";

#[test]
fn maps_have_panels_too() {
    let place = Place::new();
    place.write("s.toml", format!("{MAP}facet_label = \"$b$ = {{}}\"\n"));
    place.synergy("sweep s.toml").expect(0);
    let svg = text(&place, "results/s/figure.svg");
    assert!(svg.contains("b = 3") && svg.contains("b = 5") && !svg.contains("fan in ="), "{svg}");
    let table = text(&place, "results/s/figure.csv");
    assert_eq!((table.lines().next(), table.lines().count()), (Some("panel,x,y,value"), 9), "{table}");
    place.synergy("report results/s").expect(0);
}

/// What a file of single trials has is kept; with more trials only those that it lacks are run, and they are the same on any number of threads.
#[test]
fn single_trials_are_run_once() {
    let place = Place::new();
    let scenario = |trials: u32| {
        format!("{TIMES}kind = \"ecdf\"\nx = \"makespan\"\nseries = \"wait\"\ntrials = {trials}\n")
    };
    place.write("s.toml", scenario(300));
    place.synergy("sweep s.toml --threads 1 --out one").expect(0);
    place.synergy("sweep s.toml --threads 3 --out three").expect(0);
    let all = text(&place, "one/trials.csv");
    assert_eq!(all, text(&place, "three/trials.csv"));
    place.write("s.toml", scenario(100));
    place.synergy("sweep s.toml --out grown").expect(0);
    let few = text(&place, "grown/trials.csv");
    let (first, value) = few.lines().nth(1).unwrap().rsplit_once(',').unwrap();
    let marked = few.replacen(&format!("{first},{value}"), &format!("{first},12345"), 1);
    place.write("grown/trials.csv", &marked);
    place.write("s.toml", scenario(300));
    place.synergy("sweep s.toml --out grown").expect(0);
    let grown = text(&place, "grown/trials.csv");
    assert_eq!(grown, all.replacen(&format!("{first},{value}"), &format!("{first},12345"), 1));
}

/// The mean of the values of all trials is the estimate of the mean: they are the same trials.
#[test]
fn single_trials_are_those_of_the_sweep() {
    let place = Place::new();
    let all = TIMES.replace("trials = 300", "trials = 100");
    place.write("s.toml", format!("{all}kind = \"violin\"\nx = \"wait\"\ny = \"makespan\"\n"));
    place.synergy("sweep s.toml").expect(0);
    place.synergy("export results/s --format csv --out rows.csv").expect(0);
    let rows = text(&place, "rows.csv");
    let column =
        |name: &str| rows.lines().next().unwrap().split(',').position(|known| known == name).unwrap();
    let trials = text(&place, "results/s/trials.csv");
    let mut compared = 0;
    for row in rows.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let cell = fields[column("cell")];
        let values: Vec<f64> = trials
            .lines()
            .filter(|line| line.starts_with(cell))
            .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let estimate: f64 = fields[column("makespan")].parse().unwrap();
        assert_eq!(values.len(), 100);
        assert!((mean - estimate).abs() < 1e-9 * estimate, "{mean} {estimate}");
        compared += 1;
    }
    assert_eq!(compared, 2);
}

#[test]
fn paper_is_that_of_a_journal() {
    let place = Place::new();
    let curves = "kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\nseries = \"correlation\"\n";
    place.write("s.toml", format!("{SWEEP}{curves}"));
    place.synergy("sweep s.toml").expect(0);
    let width = |options: &str, file: &str| {
        place.synergy(&format!("plot results/s --format svg --out drawn {options}")).expect(0);
        let svg = text(&place, &format!("drawn/{file}"));
        let inches = svg.split("width=\"").nth(1).unwrap().split("in\"").next().unwrap().to_owned();
        (inches.parse::<f64>().unwrap() * 25.4, svg)
    };
    for (options, file, millimeters) in [
        ("", "figure.svg", 85.1),
        ("--journal nature", "figure.svg", 89.0),
        ("--journal nature", "figure-wide.svg", 183.0),
        ("--journal science --width page", "figure-page.svg", 184.0),
        ("--journal neurips", "figure.svg", 139.7),
        ("--style dark", "figure-wide.svg", 304.8),
        ("--width 120mm", "figure.svg", 120.0),
    ] {
        assert!((width(options, file).0 - millimeters).abs() < 0.1, "{options}");
    }
    assert!(width("--style dark --width double", "figure-wide.svg").1.contains("#16181D"));
    for wrong in [
        "--journal natur",
        "--style neon",
        "--width 5mm",
        "--width 12",
        "--width NaNmm",
        "--style slides --width 70mm",
        "--style slides --journal nature",
    ] {
        let said = place.synergy(&format!("plot results/s {wrong}")).expect(2).err;
        assert!(said.len() > 40, "{wrong}: {said}");
    }
    // What the scenario says holds where the command says nothing.
    place.write("s.toml", format!("{SWEEP}{curves}journal = \"nature\"\n"));
    place.synergy("sweep s.toml").expect(0);
    assert!((width("", "figure.svg").0 - 89.0).abs() < 0.1);
    assert!((width("--journal pnas", "figure.svg").0 - 87.0).abs() < 0.1);
}

#[test]
fn what_cannot_be_drawn_is_said_at_its_line() {
    let place = Place::new();
    let curves = "kind = \"curves\"\nx = \"depth\"\ny = \"root_bias\"\n";
    for (scenario, said) in [
        (format!("{SWEEP}{curves}series = \"correlation\"\nfit = true\n"), "logarithmic"),
        (format!("{SWEEP}{curves}series = \"correlation\"\nfit_range = [1, 2]\n"), "`fit = true`"),
        (format!("{SWEEP}{curves}facets = \"corelation\"\n"), "did you mean `correlation`"),
        (format!("{SWEEP}{curves}"), "does not show the axis `correlation`"),
        (
            format!("{SWEEP}{curves}series = \"correlation\"\nfacets = \"depth\"\n"),
            "`facets` and `x` are the same axis",
        ),
        (
            format!("{SWEEP}{curves}series = \"correlation\"\nfacets = \"correlation\"\n"),
            "`facets` and `series` are the same axis",
        ),
        (format!("{SWEEP}{curves}series = \"correlation\"\nfacet_label = \"{{}}\"\n"), "no `facets`"),
        (
            format!(
                "{SWEEP}{curves}facets = \"correlation\"\nseries = \"correlation\"\nfit = true\nx_log = true\ny_log = true\n"
            ),
            "one curve each",
        ),
        (format!("{SWEEP}{curves}series = \"correlation\"\nx_label = \"$\\\\frac{{a}}{{b}}$\"\n"), "\\frac"),
        (format!("{SWEEP}{curves}series = \"correlation\"\njournal = \"natur\"\n"), "did you mean `nature`"),
        (format!("{SWEEP}{curves}series = \"correlation\"\nstyle = 3\n"), "`style`"),
        (format!("{SWEEP}kind = \"tornado\"\n"), "one parameter at a time"),
        (format!("{SWEEP}kind = \"ecdf\"\nx = \"root_bias\"\nseries = \"depth\"\n"), "`correlation`"),
        (format!("{SWEEP}kind = \"ecdf\"\nx = \"root_bia\"\n"), "did you mean `root_bias`"),
        (format!("{TIMES}kind = \"violin\"\nx = \"wait\"\ny = \"makespan\"\ntrials = 1\n"), "2 to 100 000"),
        (
            format!("{TIMES}kind = \"violin\"\nx = \"wait\"\ny = \"makespan\"\ntrials = \"many\"\n"),
            "2 to 100 000",
        ),
        (
            format!("{TIMES}kind = \"violin\"\nx = \"wait\"\ny = \"makespan\"\nx_log = true\n"),
            "`x_log` is not a key",
        ),
        (format!("{TORNADO}kind = \"violin\"\nx = \"fidelity\"\ny = \"root_bias\"\n"), "[sweep]"),
        (format!("{TORNADO}kind = \"tornado\"\nfit = true\n"), "`fit` is not a key"),
    ] {
        place.write("s.toml", &scenario);
        let error = place.synergy("sweep s.toml").expect(2).err;
        assert!(error.contains(said) && error.contains("s.toml"), "{scenario}\n{error}");
    }
    assert!(!place.names("").contains(&"results".to_owned()), "nothing was begun");
}

#[test]
fn lost_trials_are_asked_for() {
    let place = Place::new();
    place.write(
        "s.toml",
        format!("{TIMES}kind = \"ecdf\"\nx = \"makespan\"\nseries = \"wait\"\ntrials = 10\n"),
    );
    place.synergy("sweep s.toml").expect(0);
    for spoiled in ["cell,trial,other\n", "cell,trial,makespan\nabc,0,many\n", ""] {
        place.write("results/s/trials.csv", spoiled);
        let said = place.synergy("plot results/s").expect(2).err;
        assert!(said.contains("trials.csv") && said.contains("repeat"), "{said}");
    }
    std::fs::remove_file(place.path("results/s/trials.csv")).unwrap();
    assert!(place.synergy("plot results/s").expect(2).err.contains("trials.csv"));
    place.synergy("sweep s.toml").expect(0);
    place.synergy("plot results/s").expect(0);
}
