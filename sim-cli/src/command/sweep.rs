//! `synergy sweep`: simulate every cell of a scenario, write the data set, draw the figure.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use rayon::ThreadPool;
use sim_core::monte_carlo::Control;
use sim_models::registry::{AnyModel, Registry};

use super::options::{ParameterOptions, SimulationOptions, cancelled_by_signal};
use crate::dataset::{Counts, Directory, Fork};
use crate::drawing::{self, Sheet};
use crate::output::{grouped, say, warn};
use crate::pilot::{self, Cost};
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;
use crate::record::{attempt, record};
use crate::scenario::{Opened, Scenario, is_file};
use crate::search::Studied;
use crate::summary;
use crate::sweep::{self, Choice, Swept};

/// Simulate every cell of a scenario, write a data set and draw its figure
///
/// A sweep that was interrupted goes on where it stopped when the command is repeated.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// A scenario file (contains a slash, or ends in .toml or .json)
    #[arg(value_name = "FILE")]
    scenario: String,
    #[command(flatten)]
    parameters: ParameterOptions,
    #[command(flatten)]
    simulation: SimulationOptions,
    /// Try cells again that failed in an earlier run
    #[arg(long)]
    retry_failed: bool,
    /// Tell how many cells there are, about how long they take, and where the results would go; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Where the directory holds results of another seed, version or parameter: begin one beside it, with the rows that still hold
    #[arg(long)]
    fork: bool,
    /// Directory of the data set; results/NAME if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        if !is_file(&self.scenario) {
            let sentence = format!("`{}` is not a scenario file", self.scenario);
            let help = "a scenario file contains a slash or ends in .toml or .json; `synergy run` takes a model's name";
            return Err(Problem::input(sentence).help(help));
        }
        let overrides = self.simulation.overrides(self.parameters);
        let opened = Opened::open(registry, &self.scenario, &overrides)?;
        let scenario = &opened.scenario;
        let studied = Studied::of(scenario, registry)?;
        let model = &*studied;
        opened.check_cells(registry, model)?;
        let path = self.out.unwrap_or_else(|| default_directory(Path::new(&self.scenario)));
        let fork = self.fork.then(|| Fork::of(&path, scenario)).transpose()?;
        let path = fork.as_ref().map_or(path, |fork| fork.path.clone());
        self.simulation.select_kernel();
        let pool = self.simulation.pool()?;
        if self.dry_run {
            let cost = pool.install(|| pilot::cost(scenario, model))?;
            return foretell(scenario, &cost, pool.current_num_threads(), &path);
        }
        if let Some(told) = fork.map(|fork| fork.make(scenario)).transpose()?.flatten() {
            say(format_args!("{told}"))?;
        }
        let directory = Directory::create(&path, scenario)?;
        let control = Control::new(cancelled_by_signal()?);
        let choice = Choice { retry_failed: self.retry_failed, keep_rows: scenario.test.is_some() };
        let swept = simulate(scenario, model, &directory, choice, &pool, &control, self.simulation.quiet)?;
        pool.install(|| conclude(scenario, model, &directory, &swept, &control))
    }
}

/// Runs what a directory does not hold yet, with a bar and an entry in the directory's log.
pub(super) fn simulate(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &Directory,
    choice: Choice,
    pool: &ThreadPool,
    control: &Control,
    quiet: bool,
) -> Outcome<Swept> {
    let bar = Bar::cells(scenario.cell_count()? as u64, quiet);
    let (started, clock) = (SystemTime::now(), Instant::now());
    directory.log(&attempt(started, directory.attempts()?.len()))?;
    let swept = pool.install(|| sweep::run(scenario, model, directory, choice, control, &bar))?;
    bar.finish();
    let fresh = Counts { done: swept.fresh, trials: swept.fresh_trials, ..swept.counts };
    directory.log(&record(started, clock, pool.current_num_threads(), fresh, swept.cancelled))?;
    Ok(swept)
}

/// Says what a sweep would do.
fn foretell(scenario: &Scenario, cost: &Cost, threads: usize, path: &Path) -> Outcome<Exit> {
    let cells = scenario.cell_count()?;
    let most = scenario.stop.rule()?.trials();
    let total = scenario.refine.as_ref().and_then(|refine| refine.total);
    // Of all trials that cells may have, those are run that there are for all of them together.
    let share = total.map_or(1.0, |total| (total as f64 / (most as f64 * cells as f64)).min(1.0));
    let seconds = cost.seconds_per_cell * cells as f64 * share / threads as f64;
    let time = humantime::format_duration(Duration::from_secs_f64(seconds.clamp(1.0, 1e9).round()));
    let limit = match (scenario.stop.half_width, &scenario.refine) {
        (_, Some(_)) => " at most, if no cell needs less",
        (Some(_), None) => " at most, if no cell is precise enough before",
        (None, None) => "",
    };
    // The rows of the window that runs, and of the one that is being written.
    let memory = 2.0 * cost.bytes_per_row * cells.min(sweep::WINDOW) as f64 / 1e6;
    let each = if scenario.is_search() { "searches with at most" } else { "cells of up to" };
    let point = match (&scenario.boundary, total) {
        (Some(_), _) => " at a point".to_owned(),
        (None, Some(total)) => format!(", and {} together", grouped(total)),
        (None, None) => String::new(),
    };
    say(format_args!(
        "{cells} {each} {} trials{point}\nabout {time} on {threads} threads{limit}, and {memory:.0} MB of memory beside the program's own\n{}",
        grouped(most),
        path.display()
    ))?;
    let earlier = path.join("manifest.json").exists();
    if earlier {
        say(format_args!("there are results already; what they have is not run again"))?;
    }
    Ok(Exit::Success)
}

/// Says what came of a sweep, tests what is to be tested, and draws the figure.
pub(super) fn conclude(
    scenario: &Scenario,
    model: &dyn AnyModel,
    directory: &Directory,
    swept: &Swept,
    control: &Control,
) -> Outcome<Exit> {
    summarize(swept, directory)?;
    let cancelled = || {
        say(format_args!("cancelled; the same command goes on from here"))?;
        Ok(Exit::Cancelled)
    };
    if swept.cancelled {
        return cancelled();
    }
    for words in summary::write(scenario, model, directory, swept)? {
        say(format_args!("{words}"))?;
    }
    if scenario.figure.is_some() {
        if !drawing::write_trials(scenario, model, directory, control)? {
            return cancelled();
        }
        for file in drawing::draw(directory, scenario, &Sheet::default(), directory.path())? {
            say(format_args!("{}", file.display()))?;
        }
    }
    Ok(if swept.counts.failed > 0 { Exit::CellsFailed } else { Exit::Success })
}

fn summarize(swept: &Swept, directory: &Directory) -> Outcome<()> {
    let counts = swept.counts;
    let restored = swept.there - swept.fresh - swept.repeated;
    let unfinished = swept.there - counts.done;
    let mut line = format!("{} of {} cells, {} trials", counts.done, counts.cells, grouped(counts.trials));
    if restored > 0 {
        line.push_str(&format!(", {restored} cells from an earlier run"));
    }
    if swept.repeated > 0 {
        line.push_str(&format!(", {} cells the same as others", swept.repeated));
    }
    if unfinished > 0 {
        line.push_str(&format!(", {unfinished} cells begun"));
    }
    if counts.failed > 0 {
        line.push_str(&format!(", {} cells failed", counts.failed));
    }
    say(format_args!("{line}"))?;
    if swept.imprecise > 0 {
        warn(&format!("{} cells ran all trials they may without reaching the half-width", swept.imprecise));
    }
    for reason in swept.reasons.iter().take(3) {
        say(format_args!("  failed: {reason}"))?;
    }
    if swept.reasons.len() > 3 {
        say(format_args!("  failed: {} other reasons; see the column `error`", swept.reasons.len() - 3))?;
    }
    say(format_args!("{}", directory.data_path().display()))
}

/// `results/NAME`, where NAME is the file's, or its folder's if the file is just called scenario.
pub(super) fn default_directory(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default();
    let folder = file.parent().and_then(Path::file_name);
    let name = match folder {
        Some(folder) if stem == "scenario" => folder,
        _ => stem,
    };
    Path::new("results").join(name)
}
