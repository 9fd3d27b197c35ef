//! Every experiment says what the program says: exact numbers against `expected.toml`, which was computed elsewhere, and the
//! simulated numbers of its README against the same cells run again.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sim_core::monte_carlo::{Control, Stop};
use sim_models::registry::{Registry, Values};
use synergy::output::estimate_text;
use synergy::scenario::{Opened, Overrides};
use synergy::search::Studied;
use toml_edit::{DocumentMut, Table};

fn experiments() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("scenario.toml").exists());
    found.sort();
    found
}

/// The cells of `expected.toml`: what is set, and what is expected.
fn cells(experiment: &Path) -> Vec<Table> {
    let text = fs::read_to_string(experiment.join("expected.toml")).unwrap();
    let document: DocumentMut = text.parse().unwrap();
    document["cell"].as_array_of_tables().unwrap().iter().cloned().collect()
}

/// The values of a cell: the scenario's parameters with what the cell sets.
fn values(experiment: &Path, cell: &Table, registry: &Registry) -> (Opened, Values) {
    let path = experiment.join("scenario.toml");
    let set = cell["set"].as_inline_table().unwrap();
    let set = set.iter().map(|(key, value)| format!("{key}={}", value.to_string().trim())).collect();
    let overrides = Overrides { set, ..Overrides::default() };
    let opened = Opened::open(registry, path.to_str().unwrap(), &overrides).unwrap();
    assert!(opened.scenario.sweep.is_empty(), "a cell sets every axis of {}", path.display());
    let model = Studied::of(&opened.scenario, registry).unwrap();
    let values = opened.values(&*model).unwrap();
    (opened, values)
}

/// A written number is right to half a unit of its last digit; up to one unit is allowed for numbers that were rounded twice.
fn agrees(written: &str, found: f64) -> bool {
    let expected: f64 = written.parse().unwrap();
    let mantissa = written.split(['e', 'E']).next().unwrap();
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect::<String>();
    let significant = digits.trim_start_matches('0').len().max(1) as i32;
    let unit = 10f64.powi(expected.abs().log10().floor() as i32 + 1 - significant);
    (found - expected).abs() <= unit.max(1e-12 * expected.abs())
}

#[test]
fn predictions_are_the_expected_numbers() {
    let registry = Registry::builtin();
    let mut checked = 0;
    for experiment in experiments() {
        for cell in cells(&experiment) {
            let (opened, values) = values(&experiment, &cell, &registry);
            let model = Studied::of(&opened.scenario, &registry).unwrap();
            let found = model.predict(&values).unwrap();
            for (name, expected) in cell.iter().filter(|(key, _)| *key != "set") {
                let written = expected.as_value().unwrap().to_string();
                let number = found.get(name).unwrap();
                assert!(
                    agrees(written.trim(), number),
                    "{}: {} {name} is {number}, expected {written}",
                    experiment.display(),
                    cell["set"]
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "only {checked} numbers were checked");
}

/// Experiments whose README does not say from which data its numbers come; `synergy reproduce` compares the others, and the gate runs it.
fn without_described_tables() -> impl Iterator<Item = PathBuf> {
    let described = |experiment: &PathBuf| {
        fs::read_to_string(experiment.join("README.md")).unwrap().contains("<!-- table")
    };
    experiments().into_iter().filter(move |experiment| !described(experiment))
}

/// The estimates are deterministic, so the README either has them or is stale.
#[test]
fn readmes_show_the_numbers_that_the_program_finds() {
    let registry = Registry::builtin();
    let all: Vec<(PathBuf, Table)> = without_described_tables()
        .flat_map(|experiment| cells(&experiment).into_iter().map(move |cell| (experiment.clone(), cell)))
        .collect();
    // Cells are small: they keep more cores busy than the trials of one.
    let found: Vec<String> = all
        .par_iter()
        .map(|(experiment, cell)| {
            let (opened, values) = values(experiment, cell, &registry);
            let model = Studied::of(&opened.scenario, &registry).unwrap();
            let stop: Stop = opened.scenario.stop.rule().unwrap();
            let streams = opened.scenario.randomness().streams(values.hash(&opened.scenario.model));
            let outcome = model.prepare(&values).unwrap().run(&streams, &stop, &Control::default()).unwrap();
            let estimate = estimate_text(&outcome.estimates[0]);
            estimate.split(" (").next().unwrap().to_owned()
        })
        .collect();
    for experiment in without_described_tables() {
        let readme = fs::read_to_string(experiment.join("README.md")).unwrap();
        let own = all.iter().zip(&found).filter(|((folder, _), _)| *folder == experiment);
        let shown = own.filter(|(_, short)| readme.contains(&format!("| {short} |"))).count();
        let rows = readme.lines().filter(|line| line.starts_with("| ") && line.contains('[')).count();
        let per_row = if readme.contains("μ₁₀ (95 %)") { 2 } else { 1 };
        assert_eq!(shown, rows * per_row, "the table of {} is stale", experiment.display());
    }
}

#[test]
fn every_experiment_has_its_figure_and_says_how_to_make_it() {
    for experiment in experiments() {
        let readme = fs::read_to_string(experiment.join("README.md")).unwrap();
        let name = experiment.file_name().unwrap().to_str().unwrap();
        assert!(readme.contains(&format!("sweep experiments/{name}/scenario.toml")), "{name}");
        for heading in ["**Claim.**", "**Method.**", "**Result.**", "(figure.svg)"] {
            assert!(readme.contains(heading), "{name} has no {heading}");
        }
        assert!(fs::read_to_string(experiment.join("figure.svg")).unwrap().starts_with("<svg"), "{name}");
    }
}

#[test]
fn written_numbers_are_compared_to_their_last_digit() {
    assert!(agrees("0.333", 0.3334) && !agrees("0.333", 0.3351));
    assert!(agrees("9.30770e9", 9.307_705e9) && !agrees("9.30770e9", 9.3079e9));
    assert!(agrees("280", 280.0) && !agrees("2", 3.5));
}
