//! The theory's acceptance table (section 7) and the table of section 6, asked from the command line.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod support;

use serde_json::Value as Json;
use support::Place;

/// What `synergy predict` says: the number, or `None` for `null`.
fn ask(settings: &str, name: &str) -> Option<f64> {
    let mut words = settings.split_whitespace();
    let mut arguments = vec!["predict", words.next().unwrap(), "--format", "json"];
    for setting in words {
        arguments.extend(["--set", setting]);
    }
    let answer = Place::new().synergy_with(&arguments).expect(0).json();
    match &answer["predictions"][name] {
        Json::Null => {
            assert!(answer["predictions"].as_object().unwrap().contains_key(name), "no `{name}`");
            None
        }
        number => Some(number.as_f64().unwrap()),
    }
}

/// Whether a number rounds to the digits shown. Beyond the 15 digits of a float its own rounding is allowed.
#[track_caller]
fn agrees(found: f64, shown: &str, what: &str) {
    let (digits, exponent) = shown.split_once('e').unwrap_or((shown, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let unit = 10f64.powi(exponent.parse::<i32>().unwrap() - decimals);
    let expected: f64 = shown.parse().unwrap();
    let allowed = (0.5001 * unit).max(4e-15 * expected.abs());
    assert!((found - expected).abs() <= allowed, "{what} is {found}, expected {shown}");
}

/// Asks for several numbers: model and settings, prediction, digits.
fn check(rows: &[(&str, &str, &str)]) {
    for (settings, name, shown) in rows {
        let found = ask(settings, name).unwrap_or_else(|| panic!("{settings}: {name} does not exist"));
        agrees(found, shown, &format!("{settings}: {name}"));
    }
}

#[test]
fn row_1_slope_of_the_majority_map() {
    let slopes = [
        (3, "1.5", "0.369070246429"),
        (5, "1.875", "0.390576520266"),
        (7, "2.1875", "0.402258726915"),
        (9, "2.4609375", "0.409854497440"),
        (15, "3.14208984375", "0.422772123428"),
        (31, "4.47839789092541", "0.436596084830"),
        (101, "8.03851297610505", "0.451612066306"),
        (1001, "25.2502431965392", "0.467354232472"),
    ];
    for (fan_in, slope, exponent) in slopes {
        let settings = format!("tree fan_in={fan_in} fidelity=1 correlation=0");
        check(&[(&settings, "alpha", slope), (&settings, "organization_exponent", exponent)]);
    }
}

#[test]
fn rows_2_and_3_the_majority_map() {
    let perfect = "depth=1 fidelity=1 correlation=0";
    for (fan_in, bias, shown) in [
        (5, 0.3, "0.52966125"),
        (9, 0.25, "0.56676396727562"),
        (101, 0.1, "0.687510799275612"),
        (15, 0.2, "0.573793634779136"),
        (31, 0.2, "0.743236544609638"),
    ] {
        check(&[(&format!("tree fan_in={fan_in} leaf_bias={bias} {perfect}"), "root_bias", shown)]);
    }
}

#[test]
fn rows_4_and_5_sharing_after_and_before_the_channel() {
    let map = "tree depth=1 fan_in=5 leaf_bias=.4 correlation=.1 fidelity=.9";
    let gain = "tree fan_in=5 correlation=.1 fidelity=.6";
    check(&[
        (map, "root_bias", "0.59305273344"),
        (&format!("{map} sharing=after-channel"), "root_bias", "0.59305273344"),
        (&format!("{map} sharing=before-channel"), "root_bias", "0.59696008344"),
        (gain, "alpha", "1.0725"),
        (&format!("{gain} sharing=before-channel"), "alpha", "1.100916"),
        ("tree fan_in=5 fidelity=.6 sharing=before-channel", "critical_correlation", "0.519016774622156"),
    ]);
}

#[test]
fn rows_6_and_7_critical_correlation_and_fidelity() {
    check(&[
        ("tree fan_in=5 fidelity=.6", "critical_correlation", "0.238095238095238"),
        ("tree fan_in=101 fidelity=.2", "critical_correlation", "0.431698142266763"),
        ("tree fan_in=5 correlation=.25", "critical_fidelity", "0.603773584905660"),
        ("tree fan_in=101 correlation=.9", "critical_fidelity", "0.586905677392392"),
    ]);
}

#[test]
fn rows_8_and_9_fixed_point_and_exponent() {
    check(&[
        ("tree fan_in=3 correlation=.1 fidelity=.9", "fixed_point", "0.964228355050204"),
        ("tree fan_in=5 correlation=.1 fidelity=.6", "fixed_point", "0.555555555555556"),
        ("tree fan_in=31 correlation=.4 fidelity=.5", "fixed_point", "0.723311976889359"),
        ("tree fan_in=5 correlation=.1 fidelity=.9", "organization_exponent", "0.295418342177066"),
        ("tree fan_in=9 correlation=.3 fidelity=.7", "organization_exponent", "0.158261782835470"),
        ("tree fan_in=3 correlation=0 fidelity=1", "organization_exponent", "0.369070246429"),
    ]);
}

#[test]
fn rows_10_and_11_finite_depth() {
    let tree = "tree fan_in=5 correlation=.1 fidelity=.9 leaf_bias=.02";
    check(&[
        (&format!("{tree} depth=5"), "root_bias", "0.212375413777125"),
        (&format!("{tree} depth=10"), "root_bias", "0.964412780206666"),
        ("tree fan_in=5 correlation=.1 fidelity=.6 leaf_bias=.05 depth=30", "root_bias", "0.333079374272"),
        // Section 3.6.
        (tree, "amplification_depth", "8.19773515"),
        (&format!("{tree} tolerance=.01"), "mixing_depth", "10.7008128"),
    ]);
}

#[test]
fn rows_12_to_15_relaxed_thresholds() {
    let rows = [
        ("5 .1 .9 .2 50", "125", "0.295418342177066", "262.004132849092", "876.595510774988"),
        ("7 .05 .95 .2 32", "74.6666667", "0.361757718521", "92.3191392035", "347.470734449"),
        ("3 0 1 .3 20", "60", "0.369070246429", "260.604253361", "788.537921452"),
        ("31 .1 .9 .25 50", "103.333333333", "0.382369513225", "195.160748906", "665.999308398"),
    ];
    for (tuple, overhead, exponent, tokens, threshold) in rows {
        let words: Vec<_> = tuple.split(' ').collect();
        let [fan_in, rho, gamma, beta, message] = words.try_into().unwrap();
        for scale in ["0.01", "0.002"] {
            let settings = format!(
                "budget fan_in={fan_in} correlation={rho} fidelity={gamma} leaf_exponent={beta} \
                 message_tokens={message} leaf_scale={scale}"
            );
            check(&[
                (&settings, "overhead_tokens", overhead),
                (&settings, "organization_exponent", exponent),
                (&settings, "best_leaf_tokens_relaxed", tokens),
                (&settings, "threshold_budget_relaxed", threshold),
            ]);
        }
    }
}

const EXAMPLE_E: &str =
    "budget fan_in=5 correlation=.1 fidelity=.9 message_tokens=50 leaf_exponent=.2 leaf_scale=.01";

#[test]
fn row_16_the_best_tree_of_a_budget() {
    let settings = format!("{EXAMPLE_E} budget=1e6");
    check(&[
        (&settings, "best_depth", "5"),
        (&settings, "best_leaf_tokens_exact", "195.04"),
        (&settings, "best_tree_bias", "0.300230083246844"),
        (&settings, "tree_bias", "0.300230083246844"),
        (&settings, "single_agent_bias", "0.158489319"),
    ]);
}

#[test]
fn the_synergy_window_of_section_4() {
    // Three last digits of the section are rounded twice; they are left out here.
    check(&[
        (EXAMPLE_E, "threshold_budget_exact", "934.082934599"),
        (EXAMPLE_E, "upper_budget_relaxed", "9.30770e9"),
        (EXAMPLE_E, "upper_budget_exact", "9.21967488e9"),
    ]);
    for (budget, single, best, depth, tokens) in [
        ("1e4", ".063095734", ".0797356571", "2", "280."),
        ("1e5", ".1", ".152187742", "3", "676."),
        ("1e7", ".251188643", ".541507246", "6", "515.008"),
        ("1e8", ".398107171", ".82838469", "8", "131.00032"),
        ("1e9", ".63095734", ".966118908", "9", "387.000064"),
    ] {
        let settings = format!("{EXAMPLE_E} budget={budget}");
        check(&[
            (&settings, "single_agent_bias", single),
            (&settings, "best_tree_bias", best),
            (&settings, "best_depth", depth),
            (&settings, "best_leaf_tokens_exact", tokens),
        ]);
    }
}

#[test]
fn rows_17_to_19_star_and_trees_of_means() {
    let common = "leaf_variance=1 correlation=.2 channel_variance=.05";
    check(&[
        (&format!("averaging shape=star agents=9 {common}"), "risk", "0.294444444444444"),
        (&format!("averaging shape=star agents=81 {common}"), "risk", "0.210493827160494"),
        (&format!("averaging shape=tree fan_in=3 depth=4 {common}"), "risk", "0.234567901234568"),
        (&format!("averaging shape=tree fan_in=5 depth=3 {common}"), "risk", "0.2188"),
        (&format!("averaging shape=tree-local fan_in=3 depth=4 {common}"), "risk", "0.0771950617283951"),
        (&format!("averaging shape=tree-local fan_in=3 depth=4 {common}"), "floor", "0.03125"),
        (&format!("averaging shape=tree-local fan_in=5 depth=3 {common}"), "risk", "0.061552"),
        (&format!("averaging shape=tree-local fan_in=5 depth=3 {common}"), "floor", "0.015625"),
    ]);
}

#[test]
fn rows_20_to_23_chains_and_the_mixing_depth_of_a_mean() {
    let common = "leaf_variance=1 correlation=.2 channel_variance=.05";
    check(&[
        (&format!("averaging shape=running-mean agents=5 {common}"), "risk", "0.42"),
        (&format!("averaging shape=running-mean agents=20 {common}"), "risk", "0.54875"),
        (&format!("averaging shape=running-mean agents=20 {common}"), "best_agents", "6.96419413859206"),
        (&format!("averaging shape=kalman agents=20 {common}"), "risk", "0.376575225327914"),
        (&format!("averaging shape=kalman agents=20 {common}"), "floor", "0.376556443707464"),
        (&format!("averaging shape=relay depth=5 {common}"), "risk", "1.25"),
        (&format!("averaging shape=constant-weight own_weight=.5 {common}"), "floor", "0.483333333333333"),
        (
            &format!("averaging shape=tree-local fan_in=3 tolerance=1e-3 {common}"),
            "mixing_depth",
            "9.02197248681592",
        ),
    ]);
    // A running mean and a relay grow without bound.
    assert_eq!(ask(&format!("averaging shape=running-mean {common}"), "floor"), None);
    assert_eq!(ask(&format!("averaging shape=relay {common}"), "floor"), None);
}

#[test]
fn row_24_layers_that_differ() {
    let tree = "tree depth=3 leaf_bias=.1 fan_in=[3,5,7] correlation=[.1,.2,.3] fidelity=[.95,.9,.85]";
    check(&[
        (tree, "root_bias", "0.315871959556"),
        (tree, "gain", "3.28057221094"),
        (tree, "organization_exponent", "0.255270301496"),
    ]);
    assert_eq!(ask(tree, "fixed_point"), None);
}

#[test]
fn row_25_other_dependence_at_the_nodes() {
    let node = "tree fan_in=5 correlation=.2 fidelity=1";
    check(&[
        (&format!("{node} dependence=beta-binomial"), "alpha", "1.395238095"),
        (&format!("{node} dependence=copying"), "alpha", "1.396773982"),
        (&format!("{node} dependence=gaussian"), "alpha", "1.404989848"),
        ("tree fan_in=5 fidelity=.9 dependence=gaussian", "critical_correlation", "0.524382314"),
        ("tree fan_in=5 fidelity=.9 dependence=beta-binomial", "critical_correlation", "0.500638376"),
        ("tree fan_in=5 fidelity=.9 dependence=copying", "critical_correlation", "0.460515736"),
    ]);
    let map = "tree depth=1 fan_in=5 correlation=.2 fidelity=1 leaf_bias=.2";
    check(&[
        (&format!("{map} dependence=mixture"), "root_bias", "0.332096"),
        (&format!("{map} dependence=copying"), "root_bias", "0.275430627902871"),
        (&format!("{map} dependence=beta-binomial"), "root_bias", "0.275446857142857"),
    ]);
}

#[test]
fn row_26_erasures_that_are_noticed() {
    check(&[
        (
            "tree fan_in=9 fidelity=1 correlation=0 erasure=.5 erasure_detected=true",
            "alpha",
            "1.66923522949219",
        ),
        ("tree fan_in=5 fidelity=1 correlation=0 erasure=.4 erasure_detected=true", "alpha", "1.3602"),
        ("tree fan_in=5 fidelity=1 correlation=0 erasure=.4", "alpha", "1.125"),
    ]);
}

#[test]
fn row_27_causes_common_to_the_tree() {
    let tree = "tree dependence=shared-vote fan_in=5 fidelity=.9 correlation=.1 leaf_bias=.2";
    check(&[
        (&format!("{tree} depth=1"), "root_bias", "0.31720644792"),
        (&format!("{tree} depth=3"), "root_bias", "0.706923508818178"),
        (&format!("{tree} depth=6"), "root_bias", "0.917391714599"),
    ]);
    // Beta(6, 4): mean .6, pooled correlation 1/11; section 5 gives the accuracy.
    let rho = 1.0 / 11.0;
    let tree = format!("tree dependence=difficulty fan_in=5 fidelity=.9 correlation={rho} leaf_bias=.2");
    check(&[
        (&format!("{tree} depth=2"), "root_accuracy", "0.690155642372"),
        (&format!("{tree} depth=6"), "root_accuracy", "0.744121406263"),
    ]);
}

#[test]
fn row_28_decay_at_the_transition() {
    let gamma = ask("tree fan_in=5 correlation=.1", "critical_fidelity").unwrap();
    let settings = format!("tree fan_in=5 correlation=.1 fidelity={gamma} leaf_bias=1 depth=1000");
    let bias = ask(&settings, "root_bias").unwrap();
    agrees(bias, "0.0502402986566", "the bias at the transition");
    let kappa = 0.9 * gamma.powi(3) * 1.875 * 4.0 / 6.0;
    agrees((2.0 * kappa * 1000.0).sqrt() * bias, "0.9971819202", "sqrt(2 kappa L) mu_L");
}

#[test]
fn the_table_of_section_6() {
    let critical = 5.0 / 21.0;
    let rows = [
        (0.0, "1.125", "0.158964296768", "0.658448465820", Some("0.699115873536")),
        (0.1, "1.0725", "0.0995387530370", "0.333079374272", Some("0.555555555556")),
        (0.2, "1.02", "0.0605650212598", "0.0879738843670", Some("0.305839031787")),
        (critical, "1", "0.0497446975468", "0.0492456132218", None),
        (0.3, "0.9675", "0.0357998429683", "0.0184355907936", None),
        (0.5, "0.8625", "0.0113745096333", "0.000590310503359", None),
    ];
    for (rho, alpha, at_10, at_30, fixed_point) in rows {
        let tree = format!("tree fan_in=5 fidelity=.6 leaf_bias=.05 correlation={rho}");
        check(&[
            (&tree, "alpha", alpha),
            (&format!("{tree} depth=10"), "root_bias", at_10),
            (&format!("{tree} depth=30"), "root_bias", at_30),
        ]);
        match (ask(&tree, "fixed_point"), fixed_point) {
            (Some(found), Some(shown)) => agrees(found, shown, "the fixed point"),
            (found, shown) => assert_eq!(found, None, "{rho}: expected {shown:?}"),
        }
    }
}
