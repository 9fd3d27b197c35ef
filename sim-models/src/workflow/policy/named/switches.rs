//! Switches of planners, which stand behind their names.

use super::{Allocation, LARGEST, RecommendedSettings, ReferenceSettings, UnknownPolicy};

/// Switches of the recommended planner.
const RECOMMENDED: [&str; 10] = [
    "no-rollouts",
    "no-table",
    "no-tails",
    "no-test",
    "no-common",
    "uniform",
    "ocba",
    "racing",
    "bound",
    "SIMULATIONS",
];

/// Switches of the published planner.
const REFERENCE: [&str; 4] = ["common", "fresh", "sizes=1/4/16/64", "SIMULATIONS"];

/// The switches of a planner, each given once.
fn each_switch<'a>(name: &str, switches: Option<&'a str>) -> Result<Vec<&'a str>, UnknownPolicy> {
    let given: Vec<&str> = switches.into_iter().flat_map(|switches| switches.split('+')).collect();
    let is_number = |switch: &str| switch.starts_with(|first: char| first.is_ascii_digit());
    let is_sizes = |switch: &str| switch.starts_with("sizes=");
    let is_allocation = |switch: &str| matches!(switch, "uniform" | "ocba" | "racing");
    for (position, &second) in given.iter().enumerate() {
        let excludes = |first: &&&str| {
            **first == second
                || (is_number(first) && is_number(second))
                || (is_sizes(first) && is_sizes(second))
                || (is_allocation(first) && is_allocation(second))
        };
        if let Some(first) = given[..position].iter().find(excludes) {
            let (first, second) = ((*first).to_owned(), second.to_owned());
            return Err(UnknownPolicy::Contradiction { name: name.to_owned(), first, second });
        }
    }
    Ok(given)
}

pub(super) fn recommended(name: &str, switches: Option<&str>) -> Result<RecommendedSettings, UnknownPolicy> {
    let mut settings = RecommendedSettings::default();
    for switch in each_switch(name, switches)? {
        match switch {
            "no-rollouts" => settings.rollouts = false,
            "no-table" => settings.table = false,
            "no-tails" => settings.tails = false,
            "no-test" => settings.test = 0,
            "no-common" => settings.common = false,
            "bound" => settings.bound = true,
            "uniform" => settings.allocation = Allocation::Uniform,
            "ocba" => settings.allocation = Allocation::Ocba,
            "racing" => settings.allocation = Allocation::Racing,
            number => settings.allowance = Some(simulations(name, number, &RECOMMENDED)?),
        }
    }
    Ok(settings)
}

pub(super) fn reference(name: &str, switches: Option<&str>) -> Result<ReferenceSettings, UnknownPolicy> {
    let mut settings = ReferenceSettings::default();
    for switch in each_switch(name, switches)? {
        match switch {
            "common" => settings.common = true,
            "fresh" => settings.fresh = true,
            other => match other.strip_prefix("sizes=") {
                Some(list) => settings.counts = sizes(name, list)?,
                None => settings.simulations = simulations(name, other, &REFERENCE)?,
            },
        }
    }
    Ok(settings)
}

/// Sizes of batches, separated by slashes.
fn sizes(name: &str, list: &str) -> Result<Vec<u32>, UnknownPolicy> {
    let refuse = |found: &str| UnknownPolicy::Size { name: name.to_owned(), found: found.to_owned() };
    let size = |text: &str| {
        text.parse().ok().filter(|size| (1..=LARGEST).contains(size)).ok_or_else(|| refuse(text))
    };
    list.split('/').map(size).collect()
}

/// A number of simulations, which is the only switch without a name.
fn simulations(name: &str, number: &str, switches: &[&'static str]) -> Result<u64, UnknownPolicy> {
    let (name, found) = (name.to_owned(), number.to_owned());
    match number.parse() {
        Ok(number @ 1..=1_000_000_000) => Ok(number),
        _ if number.parse::<f64>().is_ok() => Err(UnknownPolicy::Simulations { name, found }),
        _ => Err(UnknownPolicy::Switch { name, found, switches: switches.to_vec() }),
    }
}
