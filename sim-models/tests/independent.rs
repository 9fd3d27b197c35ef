//! Every evaluator against a second implementation that shares no code with it: the values of `data/organizations`.
//!
//! Exact laws agree to 1e-9. Every sampled count is checked by its exact two-sided binomial tail (against another sample by
//! the normal law of the difference). The suite has a false-alarm rate of 1e-6, shared out over its checks (Bonferroni).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sim_core::estimate::binomial_tails;
use sim_core::monte_carlo::{self, Control, Simulation, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::organization::graph::Organization;
use sim_models::organization::{LaneOrganization, OutputTally, ScalarOrganization};
use statrs::distribution::{ContinuousCDF, Normal};

const FALSE_ALARMS: f64 = 1e-6;
const TRIALS_ON_LANES: u64 = 300_000;
const TRIALS_ONE_BY_ONE: u64 = 40_000;

#[derive(Deserialize)]
#[serde(tag = "method", rename_all = "lowercase")]
enum Expected {
    Exact { outputs: BTreeMap<String, Numbers> },
    Simulated { outputs: BTreeMap<String, Numbers>, trials: u64 },
}

#[derive(Clone, Copy, Deserialize)]
struct Numbers {
    accuracy: f64,
    bias: f64,
    abstention: f64,
}

impl Expected {
    fn outputs(&self) -> &BTreeMap<String, Numbers> {
        match self {
            Self::Exact { outputs } | Self::Simulated { outputs, .. } => outputs,
        }
    }

    /// How unusual a count of `trials` is.
    fn p_value(&self, count: u64, trials: u64, probability: f64) -> f64 {
        match self {
            // Twelve digits are given; where an event is certain the last one must not make the other impossible.
            Self::Exact { .. } => [probability - 1e-12, probability, probability + 1e-12]
                .map(|p| binomial_tails(count, trials, p.clamp(0.0, 1.0)).two_sided())
                .into_iter()
                .fold(0.0, f64::max),
            Self::Simulated { trials: theirs, .. } => {
                let (n, m) = (trials as f64, *theirs as f64);
                let pooled = (count as f64 + probability * m) / (n + m);
                let spread = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
                let gap = (count as f64 / n - probability).abs();
                if gap == 0.0 { 1.0 } else { 2.0 * Normal::standard().sf(gap / spread) }
            }
        }
    }
}

/// The folder of the repository, or any other of the same make.
fn folder() -> PathBuf {
    std::env::var_os("SYNERGY_ORGANIZATIONS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/organizations"), PathBuf::from)
}

/// Every organization of the folder with what is expected of it.
fn organizations() -> Vec<(String, Organization, Expected)> {
    let read = |name: &str| {
        let path = folder().join(format!("{name}.json"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let expected: BTreeMap<String, Expected> = serde_json::from_str(&read("expected")).unwrap();
    let with_organization = |(name, expected): (String, Expected)| {
        let organization =
            Organization::from_json(&read(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let outputs = organization.outputs().iter().map(|&output| organization.graph().name(output));
        assert!(outputs.clone().eq(outputs.clone().filter(|&name| expected.outputs().contains_key(name))));
        assert_eq!(outputs.count(), expected.outputs().len(), "{name}: outputs");
        (name, organization, expected)
    };
    expected.into_iter().map(with_organization).collect()
}

/// The numbers of an organization's outputs, in its order.
fn numbers<'a>(
    organization: &'a Organization,
    expected: &'a Expected,
) -> impl Iterator<Item = (&'a str, Numbers)> {
    organization.outputs().iter().map(|&output| {
        let name = organization.graph().name(output);
        (name, expected.outputs()[name])
    })
}

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn exact_laws_are_those_of_enumeration() {
    let (mut failures, mut compared) = (Vec::new(), 0);
    for (name, organization, expected) in organizations() {
        let laws = match (organization.exact(), &expected) {
            (Ok(laws), _) => laws,
            // Too large here as there.
            (Err(_), Expected::Simulated { .. }) => continue,
            (Err(error), Expected::Exact { .. }) => {
                failures.push(format!("{name}: {error}"));
                continue;
            }
        };
        for ((output, numbers), law) in numbers(&organization, &expected).zip(laws) {
            compared += 1;
            let tolerance = match expected {
                Expected::Exact { .. } => 1e-9,
                // Six standard errors of a proportion, twice for a bias.
                Expected::Simulated { trials, .. } => 6.0 / (trials as f64).sqrt(),
            };
            for (what, found, expected) in [
                ("accuracy", law.accuracy(), numbers.accuracy),
                ("bias", law.bias(), numbers.bias),
                ("abstention", law.abstention, numbers.abstention),
            ] {
                // Also a NaN fails.
                if (found - expected).abs().partial_cmp(&tolerance) != Some(std::cmp::Ordering::Less) {
                    failures.push(format!("{name}, {output}: {what} {found}, expected {expected}"));
                }
            }
        }
    }
    assert_none(&failures);
    assert!(compared > 0);
}

/// How unusual the right and the missing votes of every output are.
fn checks(
    name: &str,
    sampled: &impl Simulation<Tally = OutputTally>,
    organization: &Organization,
    expected: &Expected,
    trials: u64,
) -> Vec<(String, f64)> {
    let streams = Streams::new(3, Purpose::World, Family::common());
    let tally = monte_carlo::run(sampled, &streams, &Stop::after(trials).unwrap(), &Control::default()).tally;
    assert_eq!(tally.trials(), trials);
    let mut checks = Vec::new();
    for (i, (output, numbers)) in numbers(organization, expected).enumerate() {
        for (what, count, probability) in [
            ("right", tally.right(i), numbers.accuracy),
            ("without a vote", tally.abstained(i), numbers.abstention),
        ] {
            let p_value = expected.p_value(count, trials, probability);
            checks.push((
                format!("{name}, {output}: {count} of {trials} {what}, expected {probability}"),
                p_value,
            ));
        }
    }
    checks
}

fn assert_all_pass(checks: &[(String, f64)]) {
    let each = FALSE_ALARMS / checks.len() as f64;
    let failed = checks.iter().filter(|(_, p)| p.partial_cmp(&each) != Some(std::cmp::Ordering::Greater));
    assert_none(&failed.map(|(name, p)| format!("p = {p:.1e} for {name}")).collect::<Vec<_>>());
}

#[test]
fn lanes_count_as_expected() {
    let checks: Vec<_> = organizations()
        .iter()
        .flat_map(|(name, organization, expected)| {
            let lanes = LaneOrganization::new(organization).unwrap_or_else(|error| panic!("{name}: {error}"));
            checks(name, &lanes, organization, expected, TRIALS_ON_LANES)
        })
        .collect();
    assert_all_pass(&checks);
}

#[test]
fn single_trials_count_as_expected() {
    let checks: Vec<_> = organizations()
        .iter()
        .flat_map(|(name, organization, expected)| {
            let scalar =
                ScalarOrganization::new(organization).unwrap_or_else(|error| panic!("{name}: {error}"));
            checks(name, &scalar, organization, expected, TRIALS_ONE_BY_ONE)
        })
        .collect();
    assert_all_pass(&checks);
}
