//! `synergy shards`: a sweep in chunks, on any engine.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use clap::{Args, Subcommand};
use sim_core::monte_carlo::Control;
use sim_models::registry::Registry;

use super::options::{ParameterOptions, SimulationOptions, cancelled_by_signal};
use super::sweep::{conclude, default_directory};
use crate::dataset::{Chunk, Counts, Directory, Manifest};
use crate::output::{say, warn};
use crate::pilot;
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;
use crate::record::record;
use crate::scenario::{Opened, Overrides, RefineSpec};
use crate::search::Studied;
use crate::shards::{Engine, Job, PLAN_FILE, Plan, Selection, run_chunk, submit};
use crate::sweep::{self, Choice};

/// Run a sweep in chunks on several processes or machines: plan, run, merge, or all of it on an engine
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand, Debug)]
enum Step {
    Plan(PlanArguments),
    Run(RunArguments),
    Merge(MergeArguments),
    Submit(SubmitArguments),
}

/// Which study, and where.
#[derive(Args, Debug)]
struct Study {
    #[command(flatten)]
    parameters: ParameterOptions,
    #[command(flatten)]
    simulation: SimulationOptions,
    /// Directory of the data set; results/NAME if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// About how long a chunk shall take on one thread, in seconds
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = positive)]
    seconds: f64,
}

/// Cut a sweep into chunks of equal work, and write them to DIR/shards.json
#[derive(Args, Debug)]
struct PlanArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    scenario: String,
    #[command(flatten)]
    study: Study,
}

/// Run one chunk of a plan, or the chunks of one shard
///
/// The rows of a chunk depend on the scenario and its number alone: to run it twice, or on another machine, does no harm. Of several programs that start
/// without a plan the first one makes it, for all.
#[derive(Args, Debug)]
struct RunArguments {
    /// A scenario file, or its plan, DIR/shards.json
    #[arg(value_name = "FILE")]
    file: String,
    /// Number of a chunk, from 0
    #[arg(long, value_name = "ID", conflicts_with = "shard", required_unless_present = "shard")]
    chunk: Option<usize>,
    /// Every n-th chunk, from the i-th on: i/n with i from 0
    #[arg(long, value_name = "i/n")]
    shard: Option<Selection>,
    #[command(flatten)]
    study: Study,
}

/// Put the chunks together, to the bytes that one process would have written, and draw the figure
#[derive(Args, Debug)]
struct MergeArguments {
    /// Directory of the data set
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// Plan, run on an engine, and merge
#[derive(Args, Debug)]
struct SubmitArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    scenario: String,
    #[command(flatten)]
    study: Study,
    /// What runs the chunks
    #[arg(long, value_enum, default_value_t = Engine::Local)]
    engine: Engine,
    /// How many chunks are run at a time; with `hq` its server's workers decide
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    workers: u16,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        match self.step {
            Step::Plan(arguments) => {
                let (plan, directory) = arguments.study.plan(registry, &arguments.scenario)?;
                say(format_args!(
                    "{} cells in {} chunks of {}, about {:.1} s each on one thread\n{}",
                    plan.cells,
                    plan.chunks,
                    plan.cells_per_chunk,
                    plan.seconds_per_chunk,
                    directory.join(PLAN_FILE).display()
                ))?;
                Ok(Exit::Success)
            }
            Step::Run(arguments) => arguments.run(registry),
            Step::Merge(arguments) => {
                merge(registry, &arguments.directory, &Control::new(cancelled_by_signal()?), arguments.quiet)
            }
            Step::Submit(arguments) => arguments.submit(registry),
        }
    }
}

impl Study {
    /// Makes the plan of a scenario, unless its directory has it, and gives it with the directory.
    fn plan(&self, registry: &Registry, scenario: &str) -> Outcome<(Plan, PathBuf)> {
        let path = self.out.clone().unwrap_or_else(|| default_directory(Path::new(scenario)));
        let opened = Opened::open(registry, scenario, &self.overrides())?;
        let studied = Studied::of(&opened.scenario, registry)?;
        let model = &*studied;
        opened.check_cells(registry, model)?;
        if let Some(why) = opened.scenario.refine.as_ref().and_then(RefineSpec::couples_cells) {
            let sentence = format!("{scenario} cannot be cut into chunks: {why}");
            return Err(Problem::input(sentence).help("`synergy sweep` runs it on all cores of one machine"));
        }
        let directory = Directory::share(&path, &opened.scenario)?;
        let place = path.join(PLAN_FILE);
        let _others_wait = directory.lock_plan()?;
        if place.exists() {
            let earlier = Plan::read(&place)?;
            if earlier.scenario == opened.scenario {
                return Ok((earlier, path));
            }
        }
        self.simulation.select_kernel();
        let pool = self.simulation.pool()?;
        let cost = pool.install(|| pilot::cost(&opened.scenario, model))?;
        let plan = Plan::new(opened.scenario, cost.seconds_per_cell, self.seconds)?;
        // From here on the directory is known as that of this scenario.
        let counts = Counts { cells: plan.cells, ..Counts::default() };
        directory.write_manifest(&Manifest::new(plan.scenario.clone(), counts))?;
        plan.write(&path)?;
        Ok((plan, path))
    }

    /// The plan in a file, and the directory of its data set: that of the file if not given.
    fn planned(&self, file: &Path) -> Outcome<(Plan, PathBuf)> {
        if self.overrides() != Overrides::default() {
            let sentence = format!("{} has its parameters and trials already", file.display());
            return Err(Problem::input(sentence)
                .help("name the scenario file instead of the plan, or make a plan with these options"));
        }
        let beside = file.parent().unwrap_or(Path::new("."));
        Ok((Plan::read(file)?, self.out.clone().unwrap_or_else(|| beside.to_owned())))
    }

    fn overrides(&self) -> Overrides {
        self.simulation.overrides(self.parameters.clone())
    }
}

impl RunArguments {
    fn run(self, registry: &Registry) -> Outcome<Exit> {
        let file = Path::new(&self.file);
        let is_plan = file.file_name().is_some_and(|name| name == PLAN_FILE);
        let (plan, path) =
            if is_plan { self.study.planned(file)? } else { self.study.plan(registry, &self.file)? };
        let studied = Studied::of(&plan.scenario, registry)?;
        let model = &*studied;
        let directory = Directory::share(&path, &plan.scenario)?;
        let selection = self.chunk.map(Selection::Chunk).or(self.shard).unwrap_or(Selection::Chunk(0));
        let chunks = selection.chunks(plan.chunks)?;
        self.study.simulation.select_kernel();
        let pool = self.study.simulation.pool()?;
        let control = Control::new(cancelled_by_signal()?);
        let (stamp, mut failed) = (plan.stamp(), 0);
        let cells = chunks.iter().map(|&chunk| plan.range(chunk).len() as u64).sum();
        let bar = Bar::cells(cells, self.study.simulation.quiet);
        for chunk in chunks {
            if Chunk::is_done(&directory, chunk, &stamp) {
                continue;
            }
            let (started, clock) = (SystemTime::now(), Instant::now());
            let swept = pool.install(|| run_chunk(&plan, chunk, model, &directory, &control, &bar))?;
            let Some(swept) = swept else {
                warn(&format!("another synergy runs chunk {chunk}"));
                continue;
            };
            let fresh = Counts { done: swept.fresh, trials: swept.fresh_trials, ..swept.counts };
            let run = record(started, clock, pool.current_num_threads(), fresh, swept.cancelled);
            directory.log(&run.of_chunk(chunk))?;
            if swept.cancelled {
                return Ok(Exit::Cancelled);
            }
            failed += swept.counts.failed;
        }
        bar.finish();
        Ok(if failed > 0 { Exit::CellsFailed } else { Exit::Success })
    }
}

/// Puts the chunks of a directory together.
fn merge(registry: &Registry, path: &Path, control: &Control, quiet: bool) -> Outcome<Exit> {
    let plan = Plan::read(&path.join(PLAN_FILE))?;
    let studied = Studied::of(&plan.scenario, registry)?;
    let model = &*studied;
    let directory = Directory::create(path, &plan.scenario)?;
    let stamp = plan.stamp();
    let missing: Vec<usize> =
        (0..plan.chunks).filter(|&chunk| !Chunk::is_done(&directory, chunk, &stamp)).collect();
    if !missing.is_empty() && !directory.is_complete(&plan.scenario)? {
        let shown: Vec<_> = missing.iter().take(10).map(usize::to_string).collect();
        let more = if missing.len() > shown.len() { ", …" } else { "" };
        let sentence =
            format!("{} of {} chunks are missing: {}{more}", missing.len(), plan.chunks, shown.join(", "));
        return Err(Problem::input(sentence)
            .help("`synergy shards run` runs them, `synergy sweep` runs what is missing"));
    }
    // All trials are there: the sweep only puts them together.
    let choice = Choice { keep_rows: plan.scenario.test.is_some(), ..Choice::default() };
    let bar = Bar::cells(plan.cells as u64, quiet);
    let swept = sweep::run(&plan.scenario, model, &directory, choice, control, &bar)?;
    bar.finish();
    conclude(&plan.scenario, model, &directory, &swept, control)
}

impl SubmitArguments {
    fn submit(self, registry: &Registry) -> Outcome<Exit> {
        let quiet = self.study.simulation.quiet;
        let (plan, directory) = self.study.plan(registry, &self.scenario)?;
        let control = Control::new(cancelled_by_signal()?);
        let bar = Bar::chunks(plan.chunks as u64, quiet);
        let job = Job { plan, directory: absolute(&directory)?, workers: usize::from(self.workers) };
        submit(&job, self.engine, &control, &bar)?;
        bar.finish();
        if control.is_cancelled() {
            say(format_args!("cancelled; the same command goes on from here"))?;
            return Ok(Exit::Cancelled);
        }
        merge(registry, &directory, &control, quiet)
    }
}

/// Workers need not start where we are.
fn absolute(path: &Path) -> Outcome<PathBuf> {
    std::path::absolute(path).map_err(|error| Problem::file("find", path, &error))
}

fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err("a positive number of seconds".to_owned()),
    }
}
