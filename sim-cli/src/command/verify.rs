//! `synergy verify`: whether a data set says what this program says.

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use sim_core::monte_carlo::{Control, Stop};
use sim_core::random::{Address, Family, Purpose, Streams};
use sim_models::registry::{AnyModel, Registry, Values};

use super::options::cancelled_by_signal;
use crate::cell;
use crate::dataset::{Cell, Directory, Known, Layout, Manifest};
use crate::output::{grouped, say};
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;
use crate::search::Studied;

/// Run some cells of a data set again and compare what comes out, to the last bit
///
/// The exit code is 1 if anything differs.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the data set
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// How many cells, drawn at random
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    cells: u64,
    /// Which cells are drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let (directory, manifest) = Directory::open(&self.directory)?;
        let studied = Studied::of(&manifest.scenario, registry)?;
        let model = &*studied;
        let known = directory.known()?;
        let control = Control::new(cancelled_by_signal()?);
        let sample = sample(manifest.scenario.cell_count()?, self.cells, self.seed);
        let bar = Bar::cells(sample.len() as u64, self.quiet);
        let compared = sample.par_iter().map(|&index| {
            let outcome = compare(model, &manifest, &known, index, &control);
            bar.step(false);
            outcome
        });
        let compared: Vec<Compared> = compared.collect::<Outcome<_>>()?;
        bar.finish();
        if control.is_cancelled() {
            return Ok(Exit::Cancelled);
        }
        for found in &compared {
            if let Compared::Different(sentence) = found {
                say(format_args!("{sentence}"))?;
            }
        }
        let count = |is: fn(&Compared) -> bool| compared.iter().filter(|found| is(found)).count();
        let missing = count(|found| matches!(found, Compared::Missing));
        let different = count(|found| matches!(found, Compared::Different(_)));
        let same = compared.len() - missing - different;
        let mut line = format!("{same} of {} cells are the same to the last bit", compared.len() - missing);
        if missing > 0 {
            line.push_str(&format!("; {missing} have no whole row"));
        }
        say(format_args!("{line}"))?;
        Ok(if different > 0 { Exit::Failure } else { Exit::Success })
    }
}

/// What came of a cell.
enum Compared {
    Same,
    Missing,
    Different(String),
}

/// So many different cells, in the order of the sweep.
fn sample(cells: usize, wanted: u64, seed: u64) -> Vec<usize> {
    let mut draws = Streams::new(seed, Purpose::SamplingPlan, Family::common()).open(Address::trial(0));
    // The last cells of a Fisher-Yates shuffle, of which only what was moved is stored.
    let mut moved = std::collections::HashMap::new();
    let wanted = cells.min(usize::try_from(wanted).unwrap_or(cells));
    let mut chosen: Vec<usize> = (0..wanted)
        .map(|place| {
            let other = place + draws.below((cells - place) as u64) as usize;
            let here = moved.get(&place).copied().unwrap_or(place);
            moved.insert(other, here).unwrap_or(other)
        })
        .collect();
    chosen.sort_unstable();
    chosen
}

fn compare(
    model: &dyn AnyModel,
    manifest: &Manifest,
    known: &Known,
    index: usize,
    control: &Control,
) -> Outcome<Compared> {
    let scenario = &manifest.scenario;
    let parameters = model.parameters();
    let values =
        Values::resolve(&parameters, &scenario.cell(index)).map_err(|error| Problem::parameters(&error))?;
    let cell = Cell::new(model, values);
    let hash = cell.hash.clone();
    let Some((stored, trials)) = known.stored(&hash)? else { return Ok(Compared::Missing) };
    // How far a search had come when it was interrupted does not follow from its trials.
    if scenario.is_search() && known.is_begun(&hash) {
        return Ok(Compared::Missing);
    }
    let failure = |error: &dyn std::fmt::Display| Problem::failure(format!("cell {hash}: {error}"));
    let confidence = scenario.stop.rule()?.confidence();
    // The trials of a search follow from its rule; those of a cell may be more or fewer, where it was interrupted.
    let stop = match scenario.is_search() {
        true => scenario.stop.rule()?,
        false => Stop::after(trials.max(1)).map_err(|error| failure(&error))?.with_confidence(confidence),
    };
    let Some(row) = cell::finish(model, cell, scenario.randomness(), None, &stop, control) else {
        return Ok(Compared::Missing);
    };
    let layout = Layout::new(model, confidence.get());
    let mut columns = layout.differences(&row, &stored).map_err(|error| failure(&error))?;
    if !scenario.models.is_empty() {
        // A cell stands at every value of a parameter that its model lacks. Those that it has are in its hash.
        columns.retain(|column| parameters.iter().all(|parameter| parameter.key != column));
    }
    Ok(if columns.is_empty() {
        Compared::Same
    } else {
        let trials = grouped(trials);
        Compared::Different(format!("cell {hash} after {trials} trials: {} differ", columns.join(", ")))
    })
}
