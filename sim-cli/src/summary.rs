//! What a sweep says of its cells together, each in a file of its own beside the data.

use std::fmt::Display;

use serde::Serialize;
use sim_models::registry::AnyModel;

use crate::area::Areas;
use crate::dataset::{Directory, Table};
use crate::problem::Outcome;
use crate::scenario::Scenario;
use crate::search::trace::Trace;
use crate::sensitivity::Analysis;
use crate::sweep::{Refinement, Swept};
use crate::verdict::{Verdict, judge};

/// The files, with the headings under which a page shows them.
pub const FILES: [(&str, &str); 5] = [
    (Verdict::FILE, "Test"),
    (Areas::FILE, "Area"),
    (Trace::FILE, "Boundary"),
    (Refinement::FILE, "Refinement"),
    (Analysis::FILE, "Sensitivity"),
];

/// Writes what the scenario asks for, from a complete sweep, and gives it in words. Older files are removed.
pub fn write(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &Directory,
    swept: &Swept,
) -> Outcome<Vec<String>> {
    for (file, _) in FILES {
        directory.remove_summary(file)?;
    }
    let mut words = Vec::new();
    if let Some(test) = &scenario.test {
        let verdict = judge(test, model, &swept.rows, scenario.randomness())?;
        words.push(keep(directory, Verdict::FILE, &verdict)?);
    }
    let is_read = scenario.area.is_some()
        || scenario.boundary.is_some()
        || scenario.plan.sample.as_ref().is_some_and(|sample| sample.sensitivity.is_some());
    if let Some(table) = is_read.then(|| Table::read(&directory.data_path())).transpose()? {
        if let Some(analysis) = Analysis::of(scenario, &table)? {
            words.push(keep(directory, Analysis::FILE, &analysis)?);
        }
        if let Some(areas) = Areas::of(scenario, &table) {
            words.push(keep(directory, Areas::FILE, &areas)?);
        }
        if let Some(trace) = Trace::of(scenario, &table) {
            words.push(keep(directory, Trace::FILE, &trace)?);
        }
    }
    if let Some(refined) = &swept.refined {
        words.push(keep(directory, Refinement::FILE, refined)?);
    }
    Ok(words)
}

fn keep(directory: &Directory, file: &str, summary: &(impl Serialize + Display)) -> Outcome<String> {
    directory.write_summary(file, summary)?;
    Ok(summary.to_string())
}
